"""A unit that lets its time pass does not hold up the round."""

import pytest
from sqlalchemy import select

from survey_app.assessment.flow import State
from survey_app.assessment.running import collecting
from survey_app.db import Database
from survey_app.errors import Conflict, NotAllowed, NotOpen, Rejected
from survey_app.models import Assessment, Mark
from survey_app.policy import Actor
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.survey_app.assessment.conftest import OWN, MakeMark, Place, Put, Running, events


@pytest.fixture
def own(running: Running, place: Place) -> int:
    return running.of(place.communes[0])


def test_what_is_there_goes_to_the_appraisers_and_the_rest_is_nothing(
    own: int, analyst: Actor, make_mark: MakeMark, database: Database, clock: Clock
) -> None:
    make_mark(own, "1.1", "2.5", reason="Giải trình")
    clock.move(days=30)
    with database.transaction() as session:
        collecting.collect(session, analyst, own, " Không gửi đúng hạn ", clock())
    with database.reading() as session:
        row = session.get_one(Assessment, own)
        assert (row.state, row.late, row.submitted_on) == (State.SUBMITTED, True, clock.today)
        marks = {mark.leaf: mark for mark in session.scalars(select(Mark).where(Mark.assessment_id == own))}
        assert {leaf: mark.points for leaf, mark in marks.items()} == {**dict.fromkeys(OWN, "0"), "1.1": "2.5"}
        assert (marks["1.1"].reason, marks["1.2"].reason) == ("Giải trình", "Không gửi đúng hạn")
        assert events(session, "collected") == [{"leaves": ["1.2", "1.3", "T.1"]}]
        assert events(session, "assessment_moved")[-1]["reason"] == "Không gửi đúng hạn"


@on_sqlite
def test_it_waits_for_the_last_day_and_for_a_reason(
    own: int, analyst: Actor, inspector: Actor, put: Put, database: Database, clock: Clock
) -> None:
    for reason, problem in ((" ", "missing"), ("x" * 501, "too_long")):
        with pytest.raises(Rejected) as refused, database.transaction() as session:
            collecting.collect(session, analyst, own, reason, clock())
        assert refused.value.problems == {"reason": problem}
    with pytest.raises(NotOpen, match="too_early"), database.transaction() as session:
        collecting.collect(session, analyst, own, "Không gửi", clock())
    clock.move(days=30)
    with pytest.raises(NotAllowed), database.transaction() as session:
        collecting.collect(session, inspector, own, "Không gửi", clock())
    put(own, State.IN_APPRAISAL)
    with pytest.raises(Conflict, match="other_state"), database.transaction() as session:
        collecting.collect(session, analyst, own, "Không gửi", clock())
