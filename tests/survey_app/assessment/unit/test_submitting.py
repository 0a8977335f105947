"""The steps of a unit: send, withdraw, approve, return, explain."""

import datetime
from collections.abc import Callable

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from survey_app.assessment import marking
from survey_app.assessment.flow import State, Step
from survey_app.assessment.unit import pages, submitting
from survey_app.db import Database
from survey_app.errors import Conflict, NotAllowed, NotFound, NotOpen, Rejected
from survey_app.models import Assessment, Explanation
from survey_app.policy import Actor, Role
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.factories.accounts import MakeActor
from tests.survey_app.assessment.conftest import Place, Put, Running, events

DUE = datetime.date(2026, 5, 10)


@pytest.fixture
def mine(running: Running, place: Place) -> int:
    return running.of(place.communes[0])


def now_in(session: Session, assessment_id: int) -> Assessment:
    return session.get_one(Assessment, assessment_id)


def take(session: Session, actor: Actor, assessment_id: int, step: Step, clock: Clock, reason: str = "") -> None:
    edition = session.get_one(Assessment, assessment_id).edition
    submitting.take(session, actor, assessment_id, step, clock(), edition=edition, reason=reason)


def test_from_the_officer_over_the_leader_and_back(
    mine: int,
    complete: Callable[[int], None],
    inspector: Actor,
    leader: Actor,
    session: Session,
    clock: Clock,
) -> None:
    complete(mine)
    take(session, inspector, mine, Step.SEND, clock)
    take(session, leader, mine, Step.RETURN, clock, " Thiếu báo cáo ")
    assert now_in(session, mine).state == State.DRAFT
    take(session, inspector, mine, Step.SEND, clock)
    take(session, leader, mine, Step.APPROVE, clock)
    row = now_in(session, mine)
    assert (row.state, row.submitted_on, row.late) == (State.SUBMITTED, clock.today, False)
    take(session, inspector, mine, Step.WITHDRAW, clock)
    row = now_in(session, mine)
    assert (row.state, row.submitted_on, row.late) == (State.DRAFT, None, False)
    moves = events(session, "assessment_moved")
    assert [move["step"] for move in moves] == ["begin", "send", "return", "send", "approve", "withdraw"]
    assert moves[2]["reason"] == "Thiếu báo cáo"


@on_sqlite
def test_those_above_a_unit_look_on(
    mine: int,
    place: Place,
    make_actor: MakeActor,
    complete: Callable[[int], None],
    put: Put,
    session: Session,
    clock: Clock,
) -> None:
    complete(mine)
    officer, chief = make_actor(Role.INSPECTOR, place.province), make_actor(Role.LEADER, place.province)
    work = pages.work(session, officer, mine, clock.today)
    assert (work.editable, work.steps) == (False, ())
    with pytest.raises(NotAllowed, match="score_self"):
        marking.save(session, officer, mine, "1.1", marking.Entry(inputs={}, edition=1), clock())
    with pytest.raises(NotAllowed, match="score_self"):
        take(session, officer, mine, Step.SEND, clock)
    session.rollback()
    put(mine, State.AWAITING_APPROVAL)
    assert pages.work(session, chief, mine, clock.today).steps == ()
    with pytest.raises(NotAllowed, match="approve_self"):
        take(session, chief, mine, Step.APPROVE, clock)


@on_sqlite
def test_an_incomplete_work_is_not_sent(mine: int, inspector: Actor, session: Session, clock: Clock) -> None:
    with pytest.raises(Rejected) as refused:
        take(session, inspector, mine, Step.SEND, clock)
    assert refused.value.reason == "incomplete"
    assert "1.1" in refused.value.problems


@on_sqlite
def test_only_who_may_and_only_what_they_saw(
    mine: int, put: Put, inspector: Actor, leader: Actor, place: Place, running: Running, session: Session, clock: Clock
) -> None:
    put(mine, State.AWAITING_APPROVAL)
    with pytest.raises(NotAllowed):
        take(session, inspector, mine, Step.APPROVE, clock)
    with pytest.raises(NotFound):
        take(session, leader, running.of(place.communes[1]), Step.APPROVE, clock)
    with pytest.raises(Conflict, match="changed_meanwhile"):
        submitting.take(session, leader, mine, Step.APPROVE, clock(), edition=1)
    with pytest.raises(Rejected):
        take(session, leader, mine, Step.RETURN, clock, "  ")
    with pytest.raises(Conflict, match="other_state"):
        take(session, inspector, mine, Step.EXPLAIN, clock)
    assert now_in(session, mine).state == State.AWAITING_APPROVAL


@on_sqlite
def test_late_is_marked_and_taking_back_late_is_refused(
    mine: int, put: Put, inspector: Actor, leader: Actor, session: Session, clock: Clock
) -> None:
    put(mine, State.AWAITING_APPROVAL)
    clock.move(days=60)
    with pytest.raises(NotOpen):
        take(session, inspector, mine, Step.WITHDRAW, clock)
    take(session, leader, mine, Step.APPROVE, clock)
    assert now_in(session, mine).late


@on_sqlite
def test_everything_is_answered_before_an_explanation_goes(
    mine: int, put: Put, inspector: Actor, appraiser: Actor, database: Database, session: Session, clock: Clock
) -> None:
    put(mine, State.EXPLANATION_ASKED)
    with database.transaction() as opened:
        for leaf in ("1.1", "1.2"):
            asked = Explanation(assessment_id=mine, leaf=leaf, question="Vì sao?", due=DUE, asked_at=clock())
            asked.asked_by = appraiser.account_id
            opened.add(asked)
    with pytest.raises(Rejected) as refused:
        take(session, inspector, mine, Step.EXPLAIN, clock)
    assert refused.value.problems == {"1.1": "no_answer", "1.2": "no_answer"}
    session.execute(update(Explanation).values(answer="Đã có báo cáo"))
    take(session, inspector, mine, Step.EXPLAIN, clock)
    assert now_in(session, mine).state == State.EXPLAINED
