"""What is known beside a mark."""

from decimal import Decimal

import pytest

from survey_app.assessment.appraisal import context as appraisal_context
from survey_app.assessment.flow import State
from survey_app.db import Database
from survey_app.models import Correction, Round
from survey_app.models.assessment import PUBLISHED
from survey_app.policy import Actor
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.survey_app.assessment.cases import MakeSupport, submit
from tests.survey_app.assessment.conftest import (
    MakeMark,
    MakeRound,
    MakeSet,
    Place,
    Put,
    Running,
)

pytestmark = on_sqlite


@pytest.fixture
def before(place: Place, make_round: MakeRound, make_set: MakeSet, database: Database) -> Running:
    """The round of the year before, over the communes."""
    del place
    return make_round(year=2024, sets={"commune": make_set("commune", year=2024)})


def close(database: Database, round_id: int) -> None:
    with database.transaction() as session:
        session.get_one(Round, round_id).state = PUBLISHED


def test_the_mark_of_the_last_published_round(
    database: Database,
    before: Running,
    running: Running,
    place: Place,
    make_mark: MakeMark,
    analyst: Actor,
    appraiser: Actor,
    clock: Clock,
) -> None:
    """What counted: a correction, else the last stage less what was deducted; nothing where the leaf did not apply."""
    old, new, unit = before.of(place.communes[0]), running.of(place.communes[0]), place.communes[0].id
    make_mark(old, "1.3", "1")
    make_mark(old, "1.3", "0.9", stage="second")
    make_mark(old, "1.3", "0.5", stage="council", deducted="0.25")
    make_mark(old, "1.2", None, stage="first", applies=False)
    make_mark(old, "T.1", "0.5", stage="first")
    with database.transaction() as session:
        for points, confirmed in (("0.7", appraiser.account_id), ("0.8", None)):
            row = Correction(assessment_id=old, leaf="T.1", points=points, reason="Nhầm", proposed_at=clock())
            row.proposed_by = analyst.account_id
            session.add(row)
            session.flush()
            row.confirmed_by = confirmed
    leaves = ["1.1", "1.2", "1.3", "T.1"]
    with database.reading() as session:
        known = appraisal_context.context(session, running.id, running.sets["commune"], {new: unit}, leaves)
        assert known.earlier == {}
    close(database, before.id)
    with database.reading() as session:
        known = appraisal_context.context(session, running.id, running.sets["commune"], {new: unit}, leaves)
    assert {leaf: (each.year, each.points, each.maximum) for (_, leaf), each in known.earlier.items()} == {
        "1.2": (2024, None, Decimal(2)),
        "1.3": (2024, Decimal("0.25"), Decimal(1)),
        "T.1": (2024, Decimal("0.7"), Decimal(1)),
    }


def test_points_of_others_are_the_latest_of_submitted_units(
    database: Database, running: Running, place: Place, make_mark: MakeMark, make_support: MakeSupport, put: Put
) -> None:
    keys = [running.of(unit) for unit in place.communes]
    for key in keys:
        submit(make_mark, make_support, put, key)
    put(keys[2], State.DRAFT)  # a draft is nobody else's business
    make_mark(keys[0], "1.3", "0.5", stage="first", deducted="0.1")
    make_mark(keys[0], "1.3", "0.6", stage="second")
    make_mark(keys[1], "1.3", None, stage="first", applies=False)
    with database.reading() as session:
        found = appraisal_context.context(session, running.id, running.sets["commune"], {}, ["1.3"]).values
    assert dict(found) == {"1.3": [(place.communes[0].id, Decimal("0.6"))]}
