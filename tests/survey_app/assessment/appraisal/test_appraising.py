"""Points of appraisers, questions, the second appraisal, and the end of it."""

import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.assessment.appraisal import appraising
from survey_app.assessment.appraisal.appraising import Judgement
from survey_app.assessment.flow import State
from survey_app.db import Database
from survey_app.errors import Conflict, NotAllowed, NotFound, Rejected
from survey_app.models import Assessment, Duty, Explanation, Mark
from survey_app.policy import Actor, Role
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.factories.accounts import MakeActor
from tests.survey_app.assessment.cases import MakeSupport, submit
from tests.survey_app.assessment.conftest import MakeMark, Place, Put, Running, events

pytestmark = on_sqlite


@pytest.fixture
def key(running: Running, place: Place, make_mark: MakeMark, make_support: MakeSupport, put: Put) -> int:
    """Xã An Cọ, submitted."""
    found = running.of(place.communes[0])
    submit(make_mark, make_support, put, found)
    return found


def state(session: Session, key: int) -> str:
    return session.get_one(Assessment, key).state


def mark(session: Session, key: int, leaf: str, stage: str = "first") -> Mark:
    return session.get_one(Mark, (key, leaf, stage))


def test_the_first_mark_begins_the_appraisal(session: Session, appraiser: Actor, key: int, clock: Clock) -> None:
    given = Judgement(points="2,5", deducted="0,5", reason=" Chậm ")
    appraising.save(session, appraiser, key, "1.1", given, clock())
    found = mark(session, key, "1.1")
    assert state(session, key) == State.IN_APPRAISAL
    assert (found.points, found.deducted, found.reason, found.applies) == ("2.5", "0.5", "Chậm", True)
    assert (found.computed, found.inputs, found.edition) == ("2.55", '{"a": 34, "b": 40}', 1)
    assert events(session, "appraised")[0]["points"] == "2.5"
    assert mark(session, key, "1.1", "self").points == "2.55"  # the unit's own word stands


def test_nothing_has_no_sign(session: Session, appraiser: Actor, key: int, clock: Clock) -> None:
    mark = appraising.save(session, appraiser, key, "1.3", Judgement(points="-0", reason="Thiếu"), clock())
    assert mark.points == "0"


def test_the_points_of_the_unit_need_no_reason(session: Session, appraiser: Actor, key: int, clock: Clock) -> None:
    appraising.save(session, appraiser, key, "1.3", Judgement(points="0.75"), clock())
    assert mark(session, key, "1.3").points == "0.75"


def test_what_is_shown_rounded_is_taken_exactly(
    session: Session, appraiser: Actor, key: int, make_mark: MakeMark, clock: Clock
) -> None:
    mark(session, key, "1.1", "self").points = "2.538461538461538"
    appraising.save(session, appraiser, key, "1.1", Judgement(points="2,54"), clock())
    assert mark(session, key, "1.1").points == "2.538461538461538"


@pytest.mark.parametrize(
    ("leaf", "given", "field", "reason"),
    [
        ("1.3", Judgement(points="0.5"), "reason", "reason_needed"),
        ("1.3", Judgement(points="0.75", deducted="0.1"), "reason", "reason_needed"),
        ("1.3", Judgement(points="0.5", reason="x" * 4001), "reason", "too_long"),
        ("1.3", Judgement(points="1.500", reason="x"), "points", "out_of_range"),  # 1500, as in a unit's entry
        ("1.3", Judgement(points="1%", reason="x"), "points", "not_a_number"),
        ("1.2", Judgement(points="", applies=False), "reason", "reason_needed"),
        ("1.3", Judgement(points="1.5", reason="x"), "points", "out_of_range"),
        ("1.3", Judgement(points="-1", reason="x"), "points", "out_of_range"),
        ("1.3", Judgement(points="", reason="x"), "points", "not_a_number"),
        ("1.3", Judgement(points="NaN", reason="x"), "points", "not_a_number"),
        ("1.3", Judgement(points="0.5", deducted="0.6", reason="x"), "deducted", "out_of_range"),
        ("1.3", Judgement(points="", applies=False, reason="x"), "applies", "always_applies"),
    ],
)
def test_points_that_cannot_be(
    session: Session, appraiser: Actor, key: int, clock: Clock, leaf: str, given: Judgement, field: str, reason: str
) -> None:
    with pytest.raises(Rejected) as refusal:
        appraising.save(session, appraiser, key, leaf, given, clock())
    assert refusal.value.problems == {field: reason}


def test_a_leaf_may_not_apply(session: Session, appraiser: Actor, key: int, clock: Clock) -> None:
    appraising.save(session, appraiser, key, "1.2", Judgement(points="", applies=False, reason="Không có"), clock())
    assert (mark(session, key, "1.2").points, mark(session, key, "1.2").applies) == (None, False)


def test_two_appraisers_at_once_lose_nothing(
    database: Database, appraiser: Actor, analyst: Actor, key: int, clock: Clock
) -> None:
    """Both opened the leaf before anyone had appraised it; the second hears of the first instead of covering it."""
    with database.transaction() as session:
        appraising.save(session, appraiser, key, "1.3", Judgement(points="0.5", reason="Một"), clock())
    with pytest.raises(Conflict) as refusal, database.transaction() as session:
        appraising.save(session, analyst, key, "1.3", Judgement(points="0.25", reason="Hai"), clock())
    assert refusal.value.reason == "changed_meanwhile"
    with database.transaction() as session:
        appraising.save(session, analyst, key, "1.3", Judgement(points="0.25", reason="Hai", edition=1), clock())
    with database.reading() as session:
        assert (mark(session, key, "1.3").reason, mark(session, key, "1.3").edition) == ("Hai", 2)
        assert [each["points"] for each in events(session, "appraised")] == ["0.5", "0.25"]


def test_only_what_is_ones_duty(
    database: Database, running: Running, appraiser: Actor, key: int, place: Place, make_actor: MakeActor, clock: Clock
) -> None:
    with database.transaction() as session:
        session.add(Duty(round_id=running.id, account_id=appraiser.account_id, field="1"))
    other, inspector = make_actor(Role.APPRAISER, place.province), make_actor(Role.INSPECTOR, place.communes[0])
    with database.transaction() as session:
        appraising.save(session, appraiser, key, "1.3", Judgement(points="0.75"), clock())
        for actor, leaf in ((appraiser, "T.1"), (appraiser, "2.1"), (appraiser, "9"), (other, "1.1")):
            with pytest.raises(NotFound):
                appraising.save(session, actor, key, leaf, Judgement(points="0.5"), clock())
        with pytest.raises(NotAllowed):
            appraising.save(session, inspector, key, "1.1", Judgement(points="0.5"), clock())


@pytest.mark.parametrize("before", [State.DRAFT, State.AWAITING_APPROVAL, State.APPRAISED, State.SETTLED])
def test_only_a_submitted_unit_is_appraised(
    session: Session, appraiser: Actor, key: int, clock: Clock, before: State
) -> None:
    session.get_one(Assessment, key).state = before
    with pytest.raises(Conflict, match="other_state"):
        appraising.save(session, appraiser, key, "1.3", Judgement(points="0.75"), clock())


def test_own_points_are_recognised_one_by_one(session: Session, appraiser: Actor, key: int, clock: Clock) -> None:
    appraising.accept(session, appraiser, key, "1.3", "first", 0, clock())
    assert mark(session, key, "1.3").points == "0.75"
    with pytest.raises(Conflict, match="changed_meanwhile"):
        appraising.accept(session, appraiser, key, "1.3", "first", 0, clock())
    mark(session, key, "T.1", "self").points = None
    with pytest.raises(Rejected):
        appraising.accept(session, appraiser, key, "T.1", "first", 0, clock())


def test_all_that_is_computed_and_supported_is_recognised_at_once(
    session: Session, appraiser: Actor, key: int, clock: Clock
) -> None:
    """1.2 has no document, 1.3 and T.1 are by hand."""
    assert appraising.accept_all(session, appraiser, key, "T", clock()) == 0
    assert state(session, key) == State.SUBMITTED
    assert appraising.accept_all(session, appraiser, key, "", clock()) == 1
    assert mark(session, key, "1.1").points == "2.55"
    assert appraising.accept_all(session, appraiser, key, "1", clock()) == 0  # nothing is left
    assert [each["leaves"] for each in events(session, "appraised")] == [["1.1"]]


def test_what_the_unit_claims_beyond_the_rule_is_not_recognised_in_bulk(
    session: Session, appraiser: Actor, key: int, clock: Clock
) -> None:
    mark(session, key, "1.1", "self").points = "3"
    assert appraising.accept_all(session, appraiser, key, "", clock()) == 0


def test_a_question_waits_for_its_answer(session: Session, appraiser: Actor, key: int, clock: Clock) -> None:
    due = datetime.date(2026, 5, 8)
    appraising.ask(session, appraiser, key, "1.3", " Vì sao? ", due, clock())
    asked = session.scalars(select(Explanation)).one()
    assert (state(session, key), asked.question, asked.due) == (State.EXPLANATION_ASKED, "Vì sao?", due)
    with pytest.raises(Conflict, match="asked_already"):  # the form was sent twice
        appraising.ask(session, appraiser, key, "1.3", "Vì sao?", due, clock())
    appraising.ask(session, appraiser, key, "1.1", "Còn đây?", due, clock())
    assert len(session.scalars(select(Explanation)).all()) == 2
    appraising.save(session, appraiser, key, "1.2", Judgement(points="2"), clock())  # others go on meanwhile
    with pytest.raises(Conflict, match="still_due"):
        appraising.proceed(session, appraiser, key, clock())
    clock.at = datetime.datetime(2026, 5, 9, 8, tzinfo=clock().tzinfo)
    appraising.proceed(session, appraiser, key, clock())
    assert state(session, key) == State.EXPLAINED


def test_a_question_may_be_due_when_an_extension_ends(
    session: Session, appraiser: Actor, key: int, clock: Clock
) -> None:
    later = datetime.date(2026, 5, 11)
    session.get_one(Assessment, key).extended_until = later
    appraising.ask(session, appraiser, key, "1.3", "Vì sao?", later, clock())
    with pytest.raises(Rejected) as refusal:
        appraising.ask(session, appraiser, key, "1.3", "Vì sao?", later + datetime.timedelta(days=1), clock())
    assert refusal.value.problems == {"due": "beyond_explaining"}


def test_a_day_that_passed_while_the_form_was_open(session: Session, appraiser: Actor, key: int, clock: Clock) -> None:
    """The form offered the day before yesterday; nothing is asked and the unit stays where it was."""
    for due, reason in (
        (clock.today - datetime.timedelta(days=1), "past"),
        (datetime.date(2026, 5, 11), "beyond_explaining"),
    ):
        with pytest.raises(Rejected) as refusal:
            appraising.ask(session, appraiser, key, "1.3", "Vì sao?", due, clock())
        assert refusal.value.problems == {"due": reason}
    with pytest.raises(Rejected) as refusal:
        appraising.ask(session, appraiser, key, "1.3", " ", clock.today, clock())
    assert refusal.value.problems == {"question": "question_needed"}
    with pytest.raises(Rejected) as refusal:
        appraising.ask(session, appraiser, key, "1.3", "x" * 4001, clock.today, clock())
    assert refusal.value.problems == {"question": "too_long"}
    assert state(session, key) == State.SUBMITTED
    assert session.scalars(select(Explanation)).all() == []


def test_the_second_appraisal_stands_beside_the_first(
    session: Session, appraiser: Actor, key: int, clock: Clock
) -> None:
    appraising.save(session, appraiser, key, "1.3", Judgement(points="0.25", reason="Thiếu"), clock())
    session.get_one(Assessment, key).state = State.EXPLAINED
    old_form = Judgement(points="0.5", reason="Bổ sung", stage="first", edition=1)
    with pytest.raises(Conflict, match="changed_meanwhile"):  # made before the unit explained itself
        appraising.save(session, appraiser, key, "1.3", old_form, clock())
    given = Judgement(points="0.5", reason="Bổ sung", stage="second")
    appraising.save(session, appraiser, key, "1.3", given, clock())
    assert (mark(session, key, "1.3").points, mark(session, key, "1.3", "second").points) == ("0.25", "0.5")


def test_a_unit_is_finished_when_every_leaf_has_a_mark(
    session: Session, appraiser: Actor, key: int, clock: Clock
) -> None:
    for leaf in ("1.1", "1.2", "1.3"):
        appraising.accept(session, appraiser, key, leaf, "first", 0, clock())
    with pytest.raises(Rejected) as refusal:
        appraising.finish(session, appraiser, key, clock())
    assert refusal.value.problems == {"T.1": "no_mark"}
    appraising.accept(session, appraiser, key, "T.1", "first", 0, clock())
    appraising.finish(session, appraiser, key, clock())
    assert state(session, key) == State.APPRAISED
