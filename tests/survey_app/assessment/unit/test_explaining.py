"""A unit answers what it is asked, until the day."""

import datetime

import pytest
from sqlalchemy.orm import Session

from survey_app.assessment.flow import State
from survey_app.assessment.unit import explaining
from survey_app.db import Database
from survey_app.errors import Conflict, NotFound, NotOpen, Rejected
from survey_app.models import Explanation
from survey_app.policy import Actor, Role
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.factories.accounts import MakeActor
from tests.survey_app.assessment.conftest import Place, Put, Running, events

NOTHING = explaining.stamp(None)
DUE = datetime.date(2026, 3, 20)


@pytest.fixture
def asked(running: Running, place: Place, put: Put, appraiser: Actor, database: Database, clock: Clock) -> Explanation:
    mine = running.of(place.communes[0])
    put(mine, State.EXPLANATION_ASKED)
    with database.transaction() as session:
        row = Explanation(assessment_id=mine, leaf="1.1", question="Vì sao 34?", due=DUE, asked_at=clock())
        row.asked_by = appraiser.account_id
        session.add(row)
    return row


def test_an_answer_is_stored_and_changed(asked: Explanation, inspector: Actor, session: Session, clock: Clock) -> None:
    first = explaining.answer(session, inspector, asked.id, " Có 34 nhiệm vụ. ", NOTHING, clock())
    assert first == asked.assessment_id
    before = explaining.stamp("Có 34 nhiệm vụ.")
    explaining.answer(session, inspector, asked.id, "Có 34 nhiệm vụ, xem báo cáo.", before, clock())
    row = session.get_one(Explanation, asked.id)
    assert (row.answer, row.answered_by, row.answered_at) == (
        "Có 34 nhiệm vụ, xem báo cáo.",
        inspector.account_id,
        clock(),
    )
    assert events(session, "explained") == [{"leaf": "1.1"}] * 2


@on_sqlite
def test_an_answer_that_is_too_long_is_refused_and_not_cut(
    asked: Explanation, inspector: Actor, session: Session, clock: Clock
) -> None:
    with pytest.raises(Rejected) as refused:
        explaining.answer(session, inspector, asked.id, "x" * 4001, NOTHING, clock())
    assert refused.value.problems == {"answer": "too_long"}
    assert session.get_one(Explanation, asked.id).answer is None


@on_sqlite
def test_two_people_at_once(asked: Explanation, inspector: Actor, session: Session, clock: Clock) -> None:
    explaining.answer(session, inspector, asked.id, "Câu của người thứ nhất", NOTHING, clock())
    with pytest.raises(Conflict) as conflict:
        explaining.answer(session, inspector, asked.id, "Câu của người thứ hai", NOTHING, clock())
    assert conflict.value.details == {"answer": "Câu của người thứ nhất"}


@on_sqlite
def test_the_last_day_counts_and_the_next_does_not(
    asked: Explanation, inspector: Actor, session: Session, clock: Clock
) -> None:
    clock.move(days=4)
    explaining.answer(session, inspector, asked.id, "Vào ngày cuối", NOTHING, clock())
    clock.move(days=1)
    with pytest.raises(NotOpen):
        explaining.answer(session, inspector, asked.id, "Trễ", explaining.stamp("Vào ngày cuối"), clock())


@on_sqlite
def test_what_is_refused(
    asked: Explanation,
    inspector: Actor,
    place: Place,
    make_actor: MakeActor,
    put: Put,
    session: Session,
    clock: Clock,
) -> None:
    neighbour = make_actor(Role.INSPECTOR, place.communes[1])
    with pytest.raises(Rejected):
        explaining.answer(session, inspector, asked.id, "  ", NOTHING, clock())
    for actor, number in ((neighbour, asked.id), (inspector, 999)):
        with pytest.raises(NotFound):
            explaining.answer(session, actor, number, "Có", NOTHING, clock())
    session.rollback()
    put(asked.assessment_id, State.EXPLAINED)
    with pytest.raises(Conflict, match="other_state"):
        explaining.answer(session, inspector, asked.id, "Có", NOTHING, clock())
