"""Which unit has to do what by when."""

import datetime

from survey_app.assessment.flow import State
from survey_app.assessment.running import reminders
from survey_app.assessment.running.board import Asked
from survey_app.db import Database
from survey_app.models import Account, Explanation
from survey_app.policy import Actor
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.survey_app.assessment.conftest import DATES, MakeMark, Place, Put, Running


def test_each_unit_that_has_to_act_is_listed_with_its_people(
    running: Running,
    place: Place,
    analyst: Actor,
    inspector: Actor,
    leader: Actor,
    make_mark: MakeMark,
    put: Put,
    database: Database,
    clock: Clock,
) -> None:
    first, second, third = (running.of(unit) for unit in place.communes)
    make_mark(first, "1.1", "3")
    put(first, State.DRAFT)
    put(second, State.SUBMITTED)
    put(third, State.EXPLANATION_ASKED)
    put(running.of(place.department), State.AWAITING_APPROVAL)
    with database.transaction() as session:
        for leaf, answer in (("1.1", None), ("1.2", "Vì")):
            question = Explanation(assessment_id=third, leaf=leaf, question="Vì sao?", due=DATES["explain_until"])
            question.asked_by, question.asked_at, question.answer = analyst.account_id, clock(), answer
            session.add(question)
    with database.reading() as session:
        found = reminders.reminders(session, analyst, running.id, Asked(), datetime.date(2026, 4, 8))
    assert [(each.unit, each.state, each.days_over) for each in found] == [
        ("Xã An Cọ", State.DRAFT, 8),
        ("Sở Tư pháp", State.AWAITING_APPROVAL, 3),
        ("Phường Cao Sơn", State.EXPLANATION_ASKED, 0),
    ]
    assert [(each.lacking, each.unproved, each.questions) for each in found] == [
        (("1.1", "1.2", "1.3"), ("1.1",), 0),
        ((), (), 0),
        ((), (), 1),
    ]
    assert found[0].people == (inspector.name,)
    assert found[1].people == ()


@on_sqlite
def test_the_leader_is_reminded_of_approving_and_nobody_who_left(
    running: Running,
    place: Place,
    analyst: Actor,
    inspector: Actor,
    leader: Actor,
    put: Put,
    database: Database,
    clock: Clock,
) -> None:
    def people() -> tuple[str, ...]:
        with database.reading() as session:
            wanted = Asked(block="commune", state="awaiting_approval")
            (found,) = reminders.reminders(session, analyst, running.id, wanted, clock.today)
        return found.people

    put(running.of(place.communes[0]), State.AWAITING_APPROVAL)
    assert people() == (leader.name,)
    with database.transaction() as session:
        session.get_one(Account, leader.account_id).active = False
    assert people() == ()
