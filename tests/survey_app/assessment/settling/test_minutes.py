"""The content of a minute."""

import datetime
from decimal import Decimal

import pytest

from survey_app.assessment.flow import State
from survey_app.assessment.settling import council
from survey_app.assessment.settling import minutes as council_minutes
from survey_app.assessment.settling.council import Decision, Meeting
from survey_app.db import Database
from survey_app.errors import NotFound
from survey_app.models import CouncilMember, Letterhead
from survey_app.policy import Actor
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.survey_app.assessment.cases import MakeSupport, appraise, submit
from tests.survey_app.assessment.conftest import MakeMark, Place, Put, Running

pytestmark = on_sqlite


@pytest.fixture
def key(
    running: Running,
    place: Place,
    make_mark: MakeMark,
    make_support: MakeSupport,
    put: Put,
    database: Database,
    leader: Actor,
    analyst: Actor,
    appraiser: Actor,
) -> int:
    """Xã An Cọ, appraised with a disagreement on 1.3 and a deduction on 1.1; the leader heads a council of three."""
    found = running.of(place.communes[0])
    submit(make_mark, make_support, put, found)
    appraise(make_mark, put, found, l1_3="0.5")
    with database.transaction() as session:
        session.add(CouncilMember(round_id=running.id, account_id=leader.account_id, title="Chủ tịch"))
        for member in (analyst, appraiser):
            session.add(CouncilMember(round_id=running.id, account_id=member.account_id, title="Ủy viên"))
    return found


def test_each_decision_stands_in_the_minute_of_its_meeting(
    database: Database,
    running: Running,
    key: int,
    analyst: Actor,
    leader: Actor,
    letterhead: Letterhead,
    clock: Clock,
) -> None:
    """1.3 is decided before any meeting, 2.1 (without a figure) after the second."""
    with database.transaction() as session:
        council.decide(session, analyst, key, "1.3", Decision(points="0.6", reason="Bổ sung"), clock())

        def meet() -> int:
            given = Meeting(
                held_on=clock.today, in_writing=False, minute="Họp", attended={leader.account_id, analyst.account_id}
            )
            return council.record_meeting(session, analyst, running.id, given, clock())

        clock.move(days=1)
        first = meet()
        clock.move(days=1)
        second = meet()
        gone = Decision(points="", applies=False, reason="Không có", meeting_id=second)
        council.decide(session, analyst, key, "2.1", gone, clock())
    with database.reading() as session:
        minutes = [council_minutes.minute(session, analyst, each) for each in (first, second)]
    assert [[line.leaf for line in minute.decisions] for minute in minutes] == [["1.3"], ["2.1"]]
    (decided,) = minutes[0].decisions
    assert (decided.own, decided.appraised, decided.points) == (Decimal("0.75"), Decimal("0.5"), Decimal("0.6"))
    assert minutes[1].decisions[0].appraised is None
    assert minutes[0].held_on == datetime.date(2026, 3, 17)
    attendants = {(each.title, each.present) for each in minutes[0].attendants}
    assert attendants == {("Chủ tịch", True), ("Ủy viên", True), ("Ủy viên", False)}
    assert (minutes[0].units, minutes[0].unverified, minutes[0].fictional) == ((("Xã An Cọ", False),), True, True)
    assert minutes[0].letterhead.signer == ("GIÁM ĐỐC",)
    with database.transaction() as session:
        session.delete(session.get_one(CouncilMember, (running.id, leader.account_id)))
    with database.reading() as session:  # who took part stays in the minute
        attendants = {(each.title, each.present) for each in council_minutes.minute(session, analyst, first).attendants}
    assert attendants == {("", True), ("Ủy viên", True), ("Ủy viên", False)}


def test_of_two_meetings_on_one_day_each_has_its_own_decisions(
    database: Database, running: Running, key: int, analyst: Actor, leader: Actor, letterhead: Letterhead, clock: Clock
) -> None:
    with database.transaction() as session:
        given = Meeting(
            held_on=clock.today, in_writing=False, minute="Họp", attended={leader.account_id, analyst.account_id}
        )
        first, second = (council.record_meeting(session, analyst, running.id, given, clock()) for _ in range(2))
        decided = Decision(points="0.6", reason="Bổ sung", meeting_id=first)
        council.decide(session, analyst, key, "1.3", decided, clock())
        gone = Decision(points="", applies=False, reason="Không có", meeting_id=second)
        council.decide(session, analyst, key, "2.1", gone, clock())
    with database.reading() as session:
        minutes = [council_minutes.minute(session, analyst, each) for each in (first, second)]
    assert [[line.leaf for line in minute.decisions] for minute in minutes] == [["1.3"], ["2.1"]]


def test_decisions_that_name_no_meeting_go_by_their_day(
    database: Database, running: Running, key: int, analyst: Actor, leader: Actor, letterhead: Letterhead,
    make_mark: MakeMark, put: Put, clock: Clock,
) -> None:  # fmt: skip
    """As they were stored, and locked, before decisions named their meeting."""
    clock.move(days=2)
    make_mark(key, "1.3", "0.6", stage="council", at=clock() - datetime.timedelta(days=9))
    make_mark(key, "2.1", None, stage="council", applies=False)
    put(key, State.SETTLED)
    with database.transaction() as session:
        days = [clock.today - datetime.timedelta(days=number) for number in (2, 1)]
        given = [
            Meeting(held_on=d, in_writing=False, minute="Họp", attended={leader.account_id, analyst.account_id})
            for d in days
        ]
        first, second = (council.record_meeting(session, analyst, running.id, each, clock()) for each in given)
    with database.reading() as session:
        minutes = [council_minutes.minute(session, analyst, each) for each in (first, second)]
    assert [[line.leaf for line in minute.decisions] for minute in minutes] == [["1.3"], ["2.1"]]


def test_without_a_letterhead_or_outside_the_council_there_is_none(
    database: Database, running: Running, key: int, analyst: Actor, leader: Actor, inspector: Actor, clock: Clock
) -> None:
    with database.transaction() as session:
        given = Meeting(
            held_on=clock.today, in_writing=True, minute="Họp", attended={leader.account_id, analyst.account_id}
        )
        meeting = council.record_meeting(session, analyst, running.id, given, clock())
        for actor, meeting_id in ((analyst, 999), (inspector, meeting), (analyst, meeting)):
            with pytest.raises(NotFound):
                council_minutes.minute(session, actor, meeting_id)
