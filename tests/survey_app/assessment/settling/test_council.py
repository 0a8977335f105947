"""What comes before the council, its meetings, its marks, and settling all or nothing."""

import datetime
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.assessment import rounds
from survey_app.assessment.flow import State, Step
from survey_app.assessment.settling import council, timing
from survey_app.assessment.settling.council import Decision, Kept, Meeting, Why
from survey_app.db import Database
from survey_app.errors import Conflict, NotAllowed, NotFound, Rejected
from survey_app.models import Assessment, AuditEvent, CouncilAttendance, CouncilMeeting, CouncilMember, Mark, Round
from survey_app.models.assessment import COUNCIL, PREPARED
from survey_app.policy import Actor, Role
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.factories.accounts import MakeActor
from tests.survey_app.assessment.cases import MakeSupport, appraise, submit
from tests.survey_app.assessment.conftest import MakeFeed, MakeMark, Place, Put, Running, events

Seat = Callable[..., None]
HELD = datetime.date(2026, 3, 16)


@pytest.fixture
def keys(
    running: Running, place: Place, make_mark: MakeMark, make_support: MakeSupport, make_feed: MakeFeed, put: Put
) -> tuple[int, int]:
    """Two appraised communes: of the first 1.3 is disagreed, of the second 2.1 has no figure."""
    first, second = running.of(place.communes[0]), running.of(place.communes[1])
    submit(make_mark, make_support, put, first)
    submit(make_mark, make_support, put, second)
    appraise(make_mark, put, first, l1_3="0.5")
    appraise(make_mark, put, second)
    make_feed(first, "2.1", {"percent": "82.5"}, share=0.825, standard_error=0.01)
    return first, second


@pytest.fixture
def people(database: Database, running: Running, place: Place, make_actor: MakeActor) -> list[Actor]:
    """Three members of the council, of a department."""
    found = [make_actor(Role.LEADER, place.department) for _ in range(3)]
    with database.transaction() as session:
        for actor in found:
            session.add(CouncilMember(round_id=running.id, account_id=actor.account_id, title="Thành viên"))
    return found


def meeting(people: list[Actor], **changes: object) -> Meeting:
    given = {"held_on": HELD, "in_writing": False, "minute": "Thống nhất.", "attended": {p.account_id for p in people}}
    return Meeting(**(given | changes))  # type: ignore[arg-type]  # a test changes single fields


@on_sqlite
def test_only_disagreements_changes_and_missing_figures(
    session: Session, analyst: Actor, running: Running, keys: tuple[int, int], make_mark: MakeMark
) -> None:
    first, second = council.cases(session, analyst, running.id)
    assert [(leaf.leaf, leaf.why) for leaf in first.leaves] == [("1.3", (Why.DISAGREED,))]
    assert [(leaf.leaf, leaf.why) for leaf in second.leaves] == [("2.1", (Why.NO_FIGURE,))]
    assert (first.numbers[Why.DISAGREED], first.decided, first.assessment_id) == (1, 0, keys[0])


@on_sqlite
def test_what_the_second_appraisal_changed(
    database: Database, analyst: Actor, running: Running, keys: tuple[int, int], place: Place, make_mark: MakeMark
) -> None:
    make_mark(keys[0], "1.3", "0.75", stage="second")
    make_mark(keys[0], "1.2", None, stage="second", applies=False)
    with database.reading() as session:
        (case,) = council.cases(session, analyst, running.id, keys[0])
    assert [(leaf.leaf, leaf.why) for leaf in case.leaves] == [
        ("1.2", (Why.DISAGREED, Why.CHANGED)),
        ("1.3", (Why.CHANGED,)),
    ]


@on_sqlite
def test_members_see_every_unit_and_others_nothing(
    session: Session, running: Running, keys: tuple[int, int], people: list[Actor], inspector: Actor, analyst: Actor
) -> None:
    assert len(council.cases(session, people[0], running.id)) == 2
    for actor, round_id in ((inspector, running.id), (people[0], 999), (analyst, 999)):
        with pytest.raises(NotFound):
            council.cases(session, actor, round_id)
    assert [member.title for member in council.members(session, running.id)] == ["Thành viên"] * 3


@on_sqlite
def test_a_decision_of_the_council(
    session: Session, analyst: Actor, appraiser: Actor, keys: tuple[int, int], clock: Clock
) -> None:
    council.decide(session, analyst, keys[0], "1.3", Decision(points="0,6", reason=" Bổ sung đủ "), clock())
    stored = session.get_one(Mark, (keys[0], "1.3", COUNCIL))
    assert (stored.points, stored.reason, stored.edition) == ("0.6", "Bổ sung đủ", 1)
    with pytest.raises(Conflict, match="changed_meanwhile"):
        council.decide(session, analyst, keys[0], "1.3", Decision(points="0.7", reason="x"), clock())
    council.decide(session, analyst, keys[0], "1.3", Decision(points="0.7", reason="x", edition=1), clock())
    council.decide(
        session, analyst, keys[1], "2.1", Decision(points="", applies=False, reason="Không điều tra"), clock()
    )
    cases = council.cases(session, analyst, session.get_one(Assessment, keys[0]).round_id)
    assert [(leaf.leaf, leaf.why, leaf.kept) for case in cases for leaf in case.leaves] == [
        ("1.3", (Why.DISAGREED,), Kept(edition=2)),
        ("2.1", (Why.NO_FIGURE,), Kept(edition=1)),  # still before the council, so that it can be changed
    ]
    assert len(events(session, "council_decided")) == 3
    with pytest.raises(NotAllowed):
        council.decide(session, appraiser, keys[0], "1.3", Decision(points="1", reason="x", edition=2), clock())


def test_a_decision_belongs_to_its_meeting(
    database: Database,
    analyst: Actor,
    running: Running,
    keys: tuple[int, int],
    people: list[Actor],
    make_feed: MakeFeed,
    clock: Clock,
) -> None:
    """One that waits for a minute becomes that of the next meeting; without any minute nothing is settled."""
    make_feed(keys[1], "2.1", {"percent": "80"})

    def decide(**more: object) -> None:
        given = Decision(points="0.6", reason="x", **more)  # type: ignore[arg-type]  # as the form gives them
        with database.transaction() as session:
            council.decide(session, analyst, keys[0], "1.3", given, clock())

    def meet() -> int:
        with database.transaction() as session:
            return council.record_meeting(session, analyst, running.id, meeting(people), clock())

    def kept() -> Kept:
        with database.reading() as session:
            return council.cases(session, analyst, running.id, keys[0])[0].leaves[0].kept

    decide()
    first = meet()
    assert kept() == Kept(edition=1, meeting_id=first)
    second = meet()  # on the same day
    assert kept() == Kept(edition=1, meeting_id=first)
    decide(edition=1, meeting_id=second)
    assert kept() == Kept(edition=2, meeting_id=second)
    with pytest.raises(Rejected) as refusal:
        decide(edition=2, meeting_id=999)
    assert refusal.value.problems == {"meeting": "unknown_meeting"}
    decide(edition=2)
    with pytest.raises(Rejected) as refusal, database.transaction() as session:
        council.settle_all(session, analyst, running.id, clock())
    assert (refusal.value.reason, refusal.value.problems) == ("no_minute", {"Xã An Cọ": "1.3"})
    third = meet()
    assert kept() == Kept(edition=3, meeting_id=third)
    with database.transaction() as session:
        assert council.settle_all(session, analyst, running.id, clock()) == 2
        noted = [each.get("meeting") for each in events(session, "council_decided")]
    assert noted == [None, second, None]


@on_sqlite
def test_what_the_council_cannot_decide(session: Session, analyst: Actor, keys: tuple[int, int], clock: Clock) -> None:
    with pytest.raises(NotFound):  # agreed between the unit and the appraisers
        council.decide(session, analyst, keys[0], "1.1", Decision(points="1", reason="x"), clock())
    with pytest.raises(Rejected) as refusal:
        council.decide(session, analyst, keys[0], "1.3", Decision(points="1", reason=" "), clock())
    assert refusal.value.problems == {"reason": "reason_needed"}
    with pytest.raises(Rejected) as refusal:
        council.decide(session, analyst, keys[0], "1.3", Decision(points="1", reason="x" * 4001), clock())
    assert refusal.value.problems == {"reason": "too_long"}
    session.get_one(Assessment, keys[0]).state = State.EXPLAINED
    with pytest.raises(Conflict, match="other_state"):
        council.decide(session, analyst, keys[0], "1.3", Decision(points="1", reason="x"), clock())


@pytest.mark.parametrize(("members", "present", "valid"), [(3, 2, True), (4, 2, False), (4, 3, True), (0, 0, False)])
def test_more_than_half_must_take_part(members: int, present: int, valid: bool) -> None:
    assert council.quorum(members, present) is valid


@on_sqlite
def test_a_meeting_is_recorded_with_who_took_part(
    session: Session, analyst: Actor, running: Running, people: list[Actor], clock: Clock
) -> None:
    key = council.record_meeting(session, analyst, running.id, meeting(people[:2], in_writing=True), clock())
    (stored,) = council.meetings(session, running.id)
    assert (stored.id, stored.in_writing) == (key, True)
    assert session.get_one(CouncilMeeting, key).minute == "Thống nhất."
    assert len(session.scalars(select(CouncilAttendance)).all()) == 2
    assert events(session, "council_met")[0]["present"] == 2


@on_sqlite
def test_a_meeting_that_does_not_count(
    session: Session, analyst: Actor, running: Running, people: list[Actor], clock: Clock
) -> None:
    late = HELD + datetime.timedelta(days=9)
    for changes, problem in (
        ({"attended": {people[0].account_id}}, {"attended": "no_quorum"}),
        ({"attended": {analyst.account_id, people[0].account_id}}, {"attended": "no_quorum"}),
        ({"minute": "x" * 20_001}, {"minute": "too_long"}),
        ({"held_on": late, "minute": " "}, {"held_on": "to_come", "minute": "minute_needed"}),
    ):
        with pytest.raises(Rejected) as refusal:
            council.record_meeting(session, analyst, running.id, meeting(people, **changes), clock())
        assert refusal.value.problems == problem
    with pytest.raises(NotFound):
        council.record_meeting(session, analyst, 999, meeting(people), clock())
    session.get_one(Round, running.id).state = PREPARED
    with pytest.raises(Conflict, match="not_running"):
        council.record_meeting(session, analyst, running.id, meeting(people), clock())


@on_sqlite
def test_a_unit_is_settled_after_a_meeting(
    session: Session, analyst: Actor, running: Running, keys: tuple[int, int], people: list[Actor], clock: Clock
) -> None:
    with pytest.raises(Conflict, match="no_meeting"):
        council.settle(session, analyst, keys[0], clock())
    key = council.record_meeting(session, analyst, running.id, meeting(people), clock())
    with pytest.raises(Rejected) as refusal:
        council.settle(session, analyst, keys[0], clock())
    assert (refusal.value.reason, refusal.value.problems) == ("undecided", {"Xã An Cọ": "1.3"})
    council.settle(session, analyst, keys[0], clock(), keep=True)
    assert session.get_one(Assessment, keys[0]).state == State.SETTLED
    assert events(session, "assessment_moved")[-1]["reason"] == f"meeting {key}"
    assert events(session, "council_kept") == [{"leaves": ["1.3"], "meeting": key}]


@on_sqlite
def test_what_was_appraised_after_the_last_meeting_waits_for_the_next(
    session: Session, analyst: Actor, running: Running, keys: tuple[int, int], people: list[Actor], clock: Clock
) -> None:
    council.record_meeting(session, analyst, running.id, meeting(people), clock())
    clock.move(days=1)
    row = session.get_one(Assessment, keys[0])
    row.state = State.EXPLAINED
    rounds.move(session, analyst, row, Step.FINISH, clock())
    assert timing.appraised(session, keys) == {keys[0]: clock.today, keys[1]: HELD}
    with pytest.raises(Rejected) as refusal:
        council.settle(session, analyst, keys[0], clock(), keep=True)
    assert (refusal.value.reason, refusal.value.problems) == ("no_meeting_since", {"Xã An Cọ": "17/03/2026"})
    council.record_meeting(session, analyst, running.id, meeting(people, held_on=clock.today), clock())
    council.settle(session, analyst, keys[0], clock(), keep=True)


@on_sqlite
def test_a_council_has_three_members_and_meets_while_its_round_runs(
    session: Session, analyst: Actor, running: Running, people: list[Actor], clock: Clock
) -> None:
    before = HELD - datetime.timedelta(days=1)
    with pytest.raises(Rejected) as refusal:
        council.record_meeting(session, analyst, running.id, meeting(people, held_on=before), clock())
    assert refusal.value.problems == {"held_on": "before_round"}
    session.delete(session.get_one(CouncilMember, (running.id, people[2].account_id)))
    session.flush()
    with pytest.raises(Rejected) as refusal:
        council.record_meeting(session, analyst, running.id, meeting(people[:2]), clock())
    assert refusal.value.problems == {"attended": "too_few_members"}
    assert timing.begun(session, 999) == datetime.date.min


@on_sqlite
def test_points_of_a_survey_are_not_given_by_hand(
    session: Session, analyst: Actor, keys: tuple[int, int], clock: Clock
) -> None:
    with pytest.raises(Rejected) as refusal:
        council.decide(session, analyst, keys[1], "2.1", Decision(points="4", reason="x"), clock())
    assert refusal.value.problems == {"points": "fed_leaf"}


@on_sqlite
def test_all_are_settled_or_none(
    database: Database,
    analyst: Actor,
    running: Running,
    keys: tuple[int, int],
    people: list[Actor],
    make_feed: MakeFeed,
    clock: Clock,
) -> None:
    with database.transaction() as session:
        council.record_meeting(session, analyst, running.id, meeting(people), clock())
    with pytest.raises(Rejected) as refusal, database.transaction() as session:
        council.settle_all(session, analyst, running.id, clock(), keep=True)
    assert refusal.value.problems == {"Xã Bình Thủy": "2.1"}
    make_feed(keys[1], "2.1", {"percent": "80"})
    with database.transaction() as session:
        assert council.settle_all(session, analyst, running.id, clock(), keep=True) == 2
    with pytest.raises(Conflict, match="nothing_appraised"), database.transaction() as session:
        council.settle_all(session, analyst, running.id, clock())


@on_sqlite
def test_a_worker_killed_while_it_locks_leaves_nothing_half_done(
    database: Database,
    analyst: Actor,
    running: Running,
    keys: tuple[int, int],
    people: list[Actor],
    make_feed: MakeFeed,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_feed(keys[1], "2.1", {"percent": "80"})
    with database.transaction() as session:
        council.record_meeting(session, analyst, running.id, meeting(people), clock())
        before = session.scalars(select(AuditEvent.id)).all()
    moved, done = council.rounds.move, []

    def dying(*given: object, **more: object) -> object:
        if done:
            raise KeyboardInterrupt
        done.append(moved(*given, **more))  # type: ignore[arg-type]  # as it came
        return done[0]

    monkeypatch.setattr(council.rounds, "move", dying)
    with pytest.raises(KeyboardInterrupt), database.transaction() as session:
        council.settle_all(session, analyst, running.id, clock(), keep=True)
    assert done == [State.SETTLED]
    with database.reading() as session:
        assert [session.get_one(Assessment, key).state for key in keys] == [State.APPRAISED] * 2
        assert session.scalars(select(AuditEvent.id)).all() == before
