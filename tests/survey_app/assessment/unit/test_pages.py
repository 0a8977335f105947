"""Where a unit's assessment stands, as all its pages show it."""

import datetime
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import pytest
from sqlalchemy.orm import Session

from survey_app.assessment.flow import State, Step
from survey_app.assessment.unit import pages
from survey_app.db import Database
from survey_app.errors import NotFound
from survey_app.models import Explanation
from survey_app.policy import Actor
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.survey_app.assessment.conftest import OWN, MakeFeed, Place, Put, Running

pytestmark = on_sqlite


@pytest.fixture
def mine(running: Running, place: Place) -> int:
    return running.of(place.communes[0])


def test_a_unit_that_has_not_begun(mine: int, inspector: Actor, session: Session, clock: Clock) -> None:
    work = pages.work(session, inspector, mine, clock.today)
    assert (work.unit, work.title, work.state, work.edition) == (
        "Xã An Cọ",
        "Chỉ số CCHC năm 2025",
        State.NOT_STARTED,
        1,
    )
    assert (work.editable, work.explaining, work.overdue) == (True, False, False)
    assert (work.own, work.exempt, work.steps, work.asked) == (OWN, frozenset(), (Step.SEND,), ())
    assert [(lack.leaf, lack.field, lack.reason) for lack in work.lacks][:2] == [
        ("1.1", "1", "no_score"),
        ("1.2", "1", "no_score"),
    ]


def test_progress_and_points_by_field(
    mine: int,
    complete: Callable[[int], None],
    make_feed: MakeFeed,
    inspector: Actor,
    leader: Actor,
    session: Session,
    clock: Clock,
) -> None:
    complete(mine)
    make_feed(mine, "2.1", {"percent": 82.5})
    work = pages.work(session, inspector, mine, clock.today)
    fields = {field.number: field for field in work.fields}
    assert (fields["1"].done, fields["1"].own, fields["1"].maximum) == (3, 3, Decimal(6))
    assert fields["1"].points == Fraction("2.55") + 2 + Fraction("0.75")
    assert (fields["2"].done, fields["2"].own, fields["2"].points) == (0, 0, Fraction("3.3"))
    assert work.total.parts[""].points == Fraction("8.6")
    assert not pages.work(session, leader, mine, clock.today).editable


def test_questions_may_be_answered_until_their_day(
    mine: int, put: Put, inspector: Actor, appraiser: Actor, database: Database, session: Session, clock: Clock
) -> None:
    put(mine, State.EXPLANATION_ASKED)
    with database.transaction() as opened:
        for days in (0, -1):
            due = clock.today + datetime.timedelta(days=days)
            asked = Explanation(assessment_id=mine, leaf="1.1", question="Vì sao?", due=due, asked_at=clock())
            asked.asked_by = appraiser.account_id
            opened.add(asked)
    work = pages.work(session, inspector, mine, clock.today)
    assert (work.explaining, work.editable, work.steps) == (True, False, (Step.EXPLAIN,))
    assert [(each.question, each.answer, each.open) for each in work.asked] == [
        ("Vì sao?", None, True),
        ("Vì sao?", None, False),
    ]


def test_foreign_units_do_not_exist(
    running: Running, place: Place, inspector: Actor, session: Session, clock: Clock
) -> None:
    other = running.of(place.communes[1])
    with pytest.raises(NotFound):
        pages.work(session, inspector, other, clock.today)
    with pytest.raises(NotFound):
        pages.set_of(session, inspector, other)
