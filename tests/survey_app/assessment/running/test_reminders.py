"""Which unit has to do what by when."""

import datetime

from survey_app.assessment.flow import State
from survey_app.assessment.running import reminders
from survey_app.assessment.running.board import Asked
from survey_app.db import Database
from survey_app.models import Account, CouncilMember, Duty, Explanation, Round
from survey_app.policy import Actor, Role
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.factories.accounts import MakeActor
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
    make_mark(first, "1.1", "3", computed="3")
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


@on_sqlite
def test_others_are_reminded_once_their_day_has_passed(
    running: Running,
    place: Place,
    analyst: Actor,
    appraiser: Actor,
    inspector: Actor,
    make_actor: MakeActor,
    put: Put,
    database: Database,
) -> None:
    other, member = make_actor(Role.APPRAISER, place.province), make_actor(Role.LEADER, place.province)
    with database.transaction() as session:
        session.add(CouncilMember(round_id=running.id, account_id=member.account_id))
    for unit, state in zip(place.communes, (State.IN_APPRAISAL, State.APPRAISED, State.SETTLED), strict=True):
        put(running.of(unit), state)
    put(running.of(place.department), State.EXPLAINED)

    def owed(today: datetime.date, **asked: str) -> list[tuple[str, State | None, int, tuple[str, ...]]]:
        with database.reading() as session:
            found = reminders.reminders(session, analyst, running.id, Asked(**asked), today)
        return [(each.unit, each.state, each.days_over, each.people) for each in found]

    day, everyone = datetime.timedelta(days=1), tuple(sorted((analyst.name, appraiser.name, other.name)))
    assert owed(DATES["appraise_until"]) == []
    first = ("Xã An Cọ", State.IN_APPRAISAL, 1)
    assert owed(DATES["appraise_until"] + day) == [(*first, everyone)]
    with database.transaction() as session:
        session.add(Duty(round_id=running.id, account_id=appraiser.account_id, unit_id=place.communes[0].id))
        session.add(Duty(round_id=running.id, account_id=other.account_id, unit_id=place.communes[1].id))
    assert owed(DATES["appraise_until"] + day) == [(*first, (appraiser.name,))]
    assert owed(DATES["settle_until"] + day)[1:] == [
        ("Xã Bình Thủy", State.APPRAISED, 1, (member.name,)),
        ("Sở Tư pháp", State.EXPLAINED, 1, ()),
    ]
    late, publication = DATES["publish_until"] + day, ("Chỉ số CCHC năm 2025", None, 1, (analyst.name,))
    assert owed(late)[-1] == owed(late, state="overdue")[-1] == publication
    assert publication not in owed(late, block="commune") + owed(late, state="in_appraisal")
    assert owed(DATES["publish_until"], state="settled") == []
    with database.transaction() as session:
        session.get_one(Round, running.id).state = "published"
    assert publication not in owed(late)
