"""Rounds: prepared, opened, extended, moved, published; each change is noted."""

import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.assessment import rounds
from survey_app.assessment.flow import State, Step
from survey_app.db import Database
from survey_app.errors import Conflict, NotAllowed, NotFound, NotOpen, Rejected
from survey_app.models import Assessment, CriteriaSet, Explanation, Round, RoundSet, Unit, UnitSuccession
from survey_app.policy import Action, Actor, Role
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.factories.accounts import MakeActor
from tests.factories.units import MakeUnit
from tests.survey_app.assessment.conftest import DATES, MakeRound, MakeSet, Place, Put, Running, draft, events

APRIL = datetime.date(2026, 4, 20)


def stored(session: Session, round_id: int) -> Round:
    return session.get_one(Round, round_id)


# --- preparing


def test_a_round_is_prepared_with_its_sets(analyst: Actor, make_set: MakeSet, session: Session, clock: Clock) -> None:
    sets = {"commune": make_set(), "department": make_set("department")}
    round_id = rounds.create(session, analyst, draft(sets), clock())
    row = stored(session, round_id)
    assert (row.title, row.year, row.state) == ("Chỉ số CCHC năm 2025", 2025, "prepared")
    assert {name: getattr(row, name) for name in rounds.DATES} == DATES
    assert rounds.sets_of(session, round_id) == sets
    assert events(session, "round_created") == [{"title": "Chỉ số CCHC năm 2025"}]


@on_sqlite
def test_what_does_not_fit_together_is_named(analyst: Actor, make_set: MakeSet, session: Session, clock: Clock) -> None:
    commune, other_year = make_set(), make_set("department", year=2024)
    dates = {**DATES, "appraise_until": datetime.date(2026, 4, 1), "publish_until": datetime.date(2026, 5, 1)}
    for sets, problem in (
        ({}, "no_set"),
        ({"department": commune}, "other_block"),
        ({"commune": 999}, "other_block"),
        ({"department": other_year}, "other_year"),
    ):
        with pytest.raises(Rejected) as refused:
            rounds.create(session, analyst, draft(sets, dates=dates), clock())
        assert refused.value.problems == {
            "appraise_until": "before_the_step_before",
            "publish_until": "before_the_step_before",
            "sets": problem,
        }


@on_sqlite
def test_only_home_affairs_manages_rounds(appraiser: Actor, make_set: MakeSet, session: Session, clock: Clock) -> None:
    with pytest.raises(NotAllowed):
        rounds.create(session, appraiser, draft({"commune": make_set()}), clock())


def test_a_prepared_round_changes_wholly(
    analyst: Actor, make_round: MakeRound, make_set: MakeSet, session: Session, clock: Clock
) -> None:
    prepared = make_round(opened=False)
    other = {"commune": prepared.sets["commune"], "vertical": make_set("vertical")}
    rounds.edit(session, analyst, prepared.id, draft(other, title="Tên mới"), clock())
    assert stored(session, prepared.id).title == "Tên mới"
    assert rounds.sets_of(session, prepared.id) == other
    assert len(session.scalars(select(RoundSet)).all()) == 2
    assert events(session, "round_changed") == [{"title": "Tên mới"}]


def test_a_running_round_changes_title_and_dates_alone(
    analyst: Actor, running: Running, session: Session, clock: Clock
) -> None:
    later = {**DATES, "publish_until": datetime.date(2026, 7, 1)}
    rounds.edit(session, analyst, running.id, draft(running.sets, title="Mới", dates=later), clock())
    assert (stored(session, running.id).title, stored(session, running.id).publish_until) == (
        "Mới",
        later["publish_until"],
    )
    for changed in (draft({"commune": running.sets["commune"]}), draft(running.sets, year=2024)):
        with pytest.raises(Conflict, match="round_running"):
            rounds.edit(session, analyst, running.id, changed, clock())


@on_sqlite
def test_there_has_to_be_such_a_round(analyst: Actor, session: Session, clock: Clock) -> None:
    with pytest.raises(NotFound, match="round"):
        rounds.open_round(session, analyst, 999, clock())
    with pytest.raises(NotFound, match="assessment"):
        rounds.assessment(session, analyst, 999, Action.MANAGE_ROUNDS)


# --- opening


def test_opening_asks_every_living_unit_of_its_blocks_and_freezes_the_sets(
    analyst: Actor,
    make_round: MakeRound,
    make_unit: MakeUnit,
    place: Place,
    database: Database,
    clock: Clock,
) -> None:
    make_unit("Xã Cũ", parent=place.province, until=datetime.date(2026, 1, 1))
    make_unit("Xã Sắp có", parent=place.province, since=datetime.date(2026, 6, 1))
    prepared = make_round(opened=False)
    with database.transaction() as session:
        assert rounds.open_round(session, analyst, prepared.id, clock()) == 4
    with database.reading() as session:
        rows = session.scalars(select(Assessment)).all()
        assert {row.unit_id for row in rows} == {unit.id for unit in (*place.communes, place.department)}
        assert {row.set_id for row in rows if row.unit_id != place.department.id} == {prepared.sets["commune"]}
        assert {row.state for row in rows} == {State.NOT_STARTED}
        assert {row.state for row in session.scalars(select(CriteriaSet))} == {"frozen"}
        assert stored(session, prepared.id).state == "running"
        assert events(session, "round_opened") == [{"units": 4}]
    with pytest.raises(Conflict, match="not_prepared"), database.transaction() as session:
        rounds.open_round(session, analyst, prepared.id, clock())


@on_sqlite
def test_a_unit_is_assessed_once_a_year(analyst: Actor, running: Running, database: Database, clock: Clock) -> None:
    with database.transaction() as session:
        again = rounds.create(session, analyst, draft(running.sets, title="Chấm lại"), clock())
    with pytest.raises(Rejected) as refused, database.transaction() as session:
        rounds.open_round(session, analyst, again, clock())
    assert refused.value.problems == {"sets": "same_year"}
    assert refused.value.details == {"title": "Chỉ số CCHC năm 2025"}
    with database.reading() as session:
        assert stored(session, again).state == "prepared"
        assert len(session.scalars(select(Assessment)).all()) == 4


@on_sqlite
def test_a_unit_founded_later_is_let_in(
    analyst: Actor,
    appraiser: Actor,
    running: Running,
    make_round: MakeRound,
    make_unit: MakeUnit,
    place: Place,
    database: Database,
    clock: Clock,
) -> None:
    prepared = make_round(opened=False, sets=running.sets, title="Chấm lại")
    new = make_unit("Xã Mới", parent=place.province)
    with database.transaction() as session:
        assert rounds.left_out(session, stored(session, running.id), clock.today) == ((new.id, "Xã Mới"),)
        added = session.get_one(Assessment, rounds.admit(session, analyst, running.id, new.id, clock()))
        assert (added.set_id, added.state) == (running.sets["commune"], State.NOT_STARTED)
        assert events(session, "unit_admitted") == [{"unit": new.id}]
        assert rounds.left_out(session, stored(session, running.id), clock.today) == ()
        for unit_id in (new.id, place.communes[0].id, place.province.id, 999):
            with pytest.raises(Rejected) as refused:
                rounds.admit(session, analyst, running.id, unit_id, clock())
            assert refused.value.problems == {"unit": "not_left_out"}
        with pytest.raises(Conflict, match="not_running"):
            rounds.admit(session, analyst, prepared.id, new.id, clock())
        with pytest.raises(NotAllowed):
            rounds.admit(session, appraiser, running.id, new.id, clock())


@on_sqlite
def test_a_round_without_units_or_with_a_set_that_nobody_can_be_scored_by_is_not_opened(
    analyst: Actor, make_round: MakeRound, make_set: MakeSet, place: Place, database: Database, clock: Clock
) -> None:
    del place
    empty = make_round(opened=False, sets={"vertical": make_set("vertical")})
    vague = make_round(opened=False, sets={"commune": make_set(complete=False)})
    for prepared, problem in ((empty, "no_units"), (vague, "incomplete_set")):
        with pytest.raises(Rejected) as refused, database.transaction() as session:
            rounds.open_round(session, analyst, prepared.id, clock())
        assert refused.value.problems == {"sets": problem}
    with database.reading() as session:
        assert {row.state for row in session.scalars(select(CriteriaSet))} == {"draft"}


# --- more time


def test_a_unit_gets_more_time_with_a_reason(
    analyst: Actor, running: Running, place: Place, session: Session, clock: Clock
) -> None:
    assessment_id = running.of(place.communes[0])
    rounds.extend(session, analyst, assessment_id, APRIL, " Bão lụt ", clock())
    row = session.get_one(Assessment, assessment_id)
    assert (row.extended_until, row.extension_reason) == (APRIL, "Bão lụt")
    assert rounds.dates(session, row).score_until == rounds.dates(session, row).approve_until == APRIL
    assert events(session, "extended") == [{"reason": "Bão lụt", "until": "2026-04-20"}]
    other = session.get_one(Assessment, running.of(place.communes[1]))
    assert rounds.dates(session, other).score_until == DATES["score_until"]


@on_sqlite
def test_an_extension_has_to_give_time_and_a_reason(
    analyst: Actor, running: Running, place: Place, session: Session, clock: Clock
) -> None:
    for until, reason, problems in (
        (datetime.date(2026, 3, 1), " ", {"until": "past", "reason": "missing"}),
        (DATES["score_until"], "Bão", {"until": "no_longer"}),
        (DATES["publish_until"] + datetime.timedelta(days=1), "Bão", {"until": "beyond_publication"}),
        (APRIL, "", {"reason": "missing"}),
    ):
        with pytest.raises(Rejected) as refused:
            rounds.extend(session, analyst, running.of(place.communes[0]), until, reason, clock())
        assert refused.value.problems == problems


@on_sqlite
def test_a_unit_that_has_submitted_needs_no_time(
    analyst: Actor, running: Running, place: Place, put: Put, session: Session, clock: Clock
) -> None:
    put(running.of(place.communes[0]), State.SUBMITTED)
    with pytest.raises(Conflict, match="other_state"):
        rounds.extend(session, analyst, running.of(place.communes[0]), APRIL, "Bão", clock())


@on_sqlite
def test_units_out_of_scope_are_not_there(
    running: Running, place: Place, make_actor: MakeActor, session: Session, clock: Clock
) -> None:
    local = make_actor(Role.ANALYST, place.communes[1])
    with pytest.raises(NotFound, match="unit"):
        rounds.extend(session, local, running.of(place.communes[0]), APRIL, "Bão", clock())


@on_sqlite
def test_a_unit_gets_more_time_to_explain_itself(
    analyst: Actor, running: Running, place: Place, put: Put, session: Session, clock: Clock
) -> None:
    own = running.of(place.communes[0])
    put(own, State.EXPLANATION_ASKED)
    dues = (datetime.date(2026, 5, 1), DATES["explain_until"], datetime.date(2026, 6, 1))
    for due in dues:
        asked = Explanation(assessment_id=own, leaf="1.1", question="Vì sao?", due=due, asked_at=clock())
        asked.asked_by = analyst.account_id
        session.add(asked)
    with pytest.raises(Rejected) as refused:
        rounds.extend(session, analyst, own, dues[0], "Bão", clock())
    assert refused.value.problems == {"until": "no_longer"}
    later = datetime.date(2026, 5, 20)
    rounds.extend(session, analyst, own, later, "Bão", clock())
    assert rounds.dates(session, session.get_one(Assessment, own)).explain_until == later
    questions = select(Explanation).where(Explanation.assessment_id == own).order_by(Explanation.id)
    assert [each.due for each in session.scalars(questions)] == [later, later, dues[2]]


# --- moving


def test_each_step_is_noted_and_the_day_of_submission_kept(
    inspector: Actor, leader: Actor, running: Running, place: Place, session: Session, clock: Clock
) -> None:
    row = session.get_one(Assessment, running.of(place.communes[0]))
    assert rounds.move(session, inspector, row, Step.BEGIN, clock()) is State.DRAFT
    assert rounds.move(session, inspector, row, Step.SEND, clock()) is State.AWAITING_APPROVAL
    assert (row.submitted_on, row.late, row.edition) == (None, False, 3)
    rounds.move(session, leader, row, Step.APPROVE, clock())
    assert (row.state, row.submitted_on, row.late) == (State.SUBMITTED, clock.today, False)
    rounds.move(session, inspector, row, Step.WITHDRAW, clock(), detail="Sửa điểm")
    assert (row.state, row.submitted_on, row.late) == (State.DRAFT, None, False)
    noted = events(session, "assessment_moved")
    assert [each["step"] for each in noted] == ["begin", "send", "approve", "withdraw"]
    assert noted[-1] == {"step": "withdraw", "state": "draft", "reason": "Sửa điểm"}
    with pytest.raises(NotAllowed):
        rounds.move(session, leader, row, Step.SEND, clock())


@on_sqlite
def test_what_comes_after_the_last_day_is_taken_and_marked_late(
    leader: Actor, running: Running, place: Place, put: Put, session: Session, clock: Clock
) -> None:
    put(running.of(place.communes[0]), State.AWAITING_APPROVAL)
    row = session.get_one(Assessment, running.of(place.communes[0]))
    clock.move(days=30)  # the form stood open for a month
    rounds.move(session, leader, row, Step.APPROVE, clock())
    assert (row.submitted_on, row.late) == (clock.today, True)


@on_sqlite
def test_a_date_that_passed_while_a_form_was_open_refuses_and_changes_nothing(
    inspector: Actor, running: Running, place: Place, put: Put, database: Database, clock: Clock
) -> None:
    assessment_id = running.of(place.communes[0])
    put(assessment_id, State.SUBMITTED)
    clock.move(days=30)
    with pytest.raises(NotOpen, match="date_passed"), database.transaction() as session:
        rounds.move(session, inspector, session.get_one(Assessment, assessment_id), Step.WITHDRAW, clock())
    with database.reading() as session:
        row = session.get_one(Assessment, assessment_id)
        assert (row.state, row.edition) == (State.SUBMITTED, 2)
        assert events(session, "assessment_moved") == []


@on_sqlite
def test_what_is_published_late_is_noted(
    analyst: Actor, running: Running, put: Put, session: Session, clock: Clock
) -> None:
    for assessment_id in running.assessments.values():
        put(assessment_id, State.SETTLED)
    clock.move(days=(DATES["publish_until"] - clock.today).days + 1)
    rounds.publish(session, analyst, running.id, clock())
    assert events(session, "round_published") == [{"units": 4, "late": True}]


# --- publishing


def test_a_round_is_published_once_every_unit_is_settled(
    analyst: Actor, running: Running, put: Put, database: Database, clock: Clock
) -> None:
    first, *others = running.assessments.values()
    for assessment_id in others:
        put(assessment_id, State.SETTLED)
    with pytest.raises(Conflict, match="not_all_settled"), database.transaction() as session:
        rounds.publish(session, analyst, running.id, clock())
    put(first, State.SETTLED)
    with database.transaction() as session:
        assert rounds.publish(session, analyst, running.id, clock()) == 4
    with database.reading() as session:
        assert {row.state for row in session.scalars(select(Assessment))} == {State.PUBLISHED}
        row = stored(session, running.id)
        assert (row.state, row.published_on) == ("published", clock.today)
        assert events(session, "round_published") == [{"units": 4}]
    with pytest.raises(Conflict, match="not_running"), database.transaction() as session:
        rounds.publish(session, analyst, running.id, clock())
    with pytest.raises(Conflict, match="round_published"), database.transaction() as session:
        rounds.edit(session, analyst, running.id, draft(running.sets), clock())


def test_a_unit_that_ends_during_a_round_keeps_its_assessment(
    leader: Actor,
    running: Running,
    place: Place,
    make_unit: MakeUnit,
    make_actor: MakeActor,
    put: Put,
    database: Database,
    clock: Clock,
) -> None:
    """Its successor's people go on with it, and its own still can."""
    gone, assessment_id = place.communes[0], running.of(place.communes[0])
    new = make_unit("Xã An Bình", parent=place.province, since=clock.today)
    with database.transaction() as session:
        session.get_one(Unit, gone.id).valid_to = clock.today
        session.add(UnitSuccession(predecessor_id=gone.id, successor_id=new.id))
    put(assessment_id, State.AWAITING_APPROVAL)
    heir = make_actor(Role.LEADER, new)
    with database.transaction() as session:
        row = rounds.assessment(session, heir, assessment_id, Action.APPROVE_SELF)
        rounds.move(session, heir, row, Step.RETURN, clock())
    with database.transaction() as session:
        assert rounds.assessment(session, leader, assessment_id, Action.APPROVE_SELF).state == State.DRAFT
        assert session.scalar(select(Assessment.id).where(Assessment.unit_id == new.id)) is None
