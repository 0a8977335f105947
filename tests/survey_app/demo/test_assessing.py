"""The two rounds of the demonstration: whole, plausible, and by the rules of the sets."""

from collections import Counter
from decimal import Decimal

import numpy as np
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.assessment import criteria, marking, outcomes, standing
from survey_app.db import Database
from survey_app.demo import assessing, load
from survey_app.models import Assessment, CriteriaSet, FrozenResult, Mark, Round, Support, Unit
from survey_app.models.assessment import FIRST, PUBLISHED, RUNNING, SELF
from tests.databases import on_sqlite

pytestmark = on_sqlite


@pytest.fixture
def filled(database: Database) -> Database:
    load.load(database, 300, lambda _: None)
    return database


def rounds(session: Session) -> tuple[Round, Round]:
    last, this = session.scalars(select(Round).order_by(Round.year))
    return last, this


def test_last_years_round_is_published_with_an_index_for_every_unit(filled: Database) -> None:
    with filled.reading() as session:
        last, this = rounds(session)
        assert (last.state, this.state) == (PUBLISHED, RUNNING)
        assert (last.year, this.year) == (load.now().year - 1, load.now().year)
        found = outcomes.outcomes(standing.sheets(session, last.id), draws=200)
        indices = [float(each.counted.index or -1) for each in found.values()]
        assert Counter(each.block for each in found.values()) == {"commune": 99, "department": 14, "vertical": 3}
        assert 40 < min(indices) < max(indices) <= 100
        assert all(each.own.index is not None for each in found.values())
        assert np.mean([float((each.own.index or 0) - (each.counted.index or 0)) for each in found.values()]) > 0
        assert all(each.interval is not None for each in found.values())


def test_this_years_round_is_at_work(filled: Database) -> None:
    with filled.reading() as session:
        _, this = rounds(session)
        states = Counter(session.scalars(select(Assessment.state).where(Assessment.round_id == this.id)))
        assert set(states) == {"not_started", "draft", "awaiting_approval", "submitted"}
        own = session.scalars(
            select(Assessment.state)
            .join(Unit, Unit.id == Assessment.unit_id)
            .where(Assessment.round_id == this.id, Unit.code == assessing.OWN_UNIT)
        ).one()
        assert own == "draft"
        submitted = session.scalars(
            select(Assessment).where(Assessment.round_id == this.id, Assessment.state == "submitted")
        )
        assert not list(marking.missing(session, submitted.first() or Assessment()))


def test_marks_are_those_of_the_rules(filled: Database) -> None:
    with filled.reading() as session:
        marks = session.scalars(select(Mark).where(Mark.stage == SELF, Mark.computed.is_not(None)).limit(400)).all()
        sets = dict(session.execute(select(Assessment.id, Assessment.set_id)).all())
        for mark in marks:
            computed = marking.compute(criteria.of(session, sets[mark.assessment_id]), mark.leaf, marking.entries(mark))
            assert computed.points == Decimal(mark.computed or "")
        appraised = session.scalar(select(func.count()).select_from(Mark).where(Mark.stage == FIRST))
        assert appraised
        assert session.scalar(select(func.count()).select_from(Support))


def test_sets_are_frozen_and_results_taken_over(filled: Database) -> None:
    with filled.reading() as session:
        assert set(session.scalars(select(CriteriaSet.state))) == {"frozen"}
        assert session.scalar(select(func.count()).select_from(FrozenResult))
