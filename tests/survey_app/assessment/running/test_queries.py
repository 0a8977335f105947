"""Rounds as pages show them."""

import datetime

import pytest
from sqlalchemy.orm import Session

from survey_app.assessment.flow import Dates, State
from survey_app.assessment.running import queries
from survey_app.db import Database
from survey_app.errors import NotAllowed, NotFound
from survey_app.models import Assessment, Unit, UnitSuccession
from survey_app.policy import Actor, Role
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.factories.accounts import MakeActor
from tests.factories.units import MakeUnit
from tests.survey_app.assessment.conftest import DATES, MakeRound, MakeSet, Place, Put, Running

Row = tuple[str, State, datetime.date | None, bool, tuple[str, ...]]


def shown(session: Session, actor: Actor, today: datetime.date) -> list[Row]:
    found = queries.own(session, actor, today)
    return [(row.unit, row.state, row.due, row.overdue, row.successors) for row in found]


def test_every_round_stands_in_the_list_the_latest_first(
    running: Running,
    make_round: MakeRound,
    make_set: MakeSet,
    place: Place,
    put: Put,
    inspector: Actor,
    session: Session,
) -> None:
    put(running.of(place.communes[0]), State.SETTLED)
    sets = {"commune": make_set(key="xa-2026", year=2026)}
    make_round(opened=False, sets=sets, year=2026, title="Sau")
    rows = queries.listed(session, inspector)
    assert [(row.title, row.year, row.state, row.settled, row.units) for row in rows] == [
        ("Sau", 2026, "prepared", 0, 0),
        ("Chỉ số CCHC năm 2025", 2025, "running", 1, 4),
    ]


@on_sqlite
def test_people_see_their_own_units_with_what_is_due(
    running: Running, place: Place, put: Put, inspector: Actor, database: Database, clock: Clock
) -> None:
    own = running.of(place.communes[0])
    waiting = {
        State.NOT_STARTED: DATES["score_until"],
        State.AWAITING_APPROVAL: DATES["approve_until"],
        State.EXPLANATION_ASKED: DATES["explain_until"],
        State.APPRAISED: None,
    }
    for state, due in waiting.items():
        if state is not State.NOT_STARTED:
            put(own, state)
        with database.reading() as session:
            assert shown(session, inspector, clock.today) == [("Xã An Cọ", state, due, False, ())]
            later = due + datetime.timedelta(days=1) if due else DATES["publish_until"]
            assert shown(session, inspector, later)[0][3] == (due is not None)
    assert queries.has_own(inspector)


@on_sqlite
def test_the_successor_of_a_merged_unit_sees_its_assessment(
    running: Running, place: Place, make_unit: MakeUnit, make_actor: MakeActor, database: Database, clock: Clock
) -> None:
    gone = place.communes[0]
    new = make_unit("Xã An Bình", parent=place.province, since=clock.today)
    with database.transaction() as session:
        session.get_one(Unit, gone.id).valid_to = clock.today
        session.add(UnitSuccession(predecessor_id=gone.id, successor_id=new.id))
    heir = make_actor(Role.LEADER, new)
    with database.reading() as session:
        assert shown(session, heir, clock.today) == [
            ("Xã An Cọ", State.NOT_STARTED, DATES["score_until"], False, ("Xã An Bình",))
        ]


def test_a_round_with_its_sets_and_states(
    running: Running, place: Place, put: Put, analyst: Actor, database: Database
) -> None:
    for unit in place.communes:
        put(running.of(unit), State.SETTLED)
    with database.reading() as session:
        page = queries.page(session, analyst, running.id)
    assert [(each.block, each.set_id, each.state, each.version, each.verified) for each in page.sets] == [
        (block, set_id, "frozen", 1, False) for block, set_id in sorted(running.sets.items())
    ]
    assert (page.units, page.states, page.all_settled) == (4, {State.SETTLED: 3, State.NOT_STARTED: 1}, False)
    put(running.of(place.department), State.SETTLED)
    with database.reading() as session:
        assert queries.page(session, analyst, running.id).all_settled


@on_sqlite
def test_a_round_that_nobody_is_in_is_not_settled(make_round: MakeRound, analyst: Actor, session: Session) -> None:
    assert not queries.page(session, analyst, make_round(opened=False).id).all_settled


@on_sqlite
def test_one_unit_with_its_last_days(
    running: Running, place: Place, analyst: Actor, make_actor: MakeActor, database: Database
) -> None:
    own, later = running.of(place.communes[0]), datetime.date(2026, 4, 20)
    local = make_actor(Role.ANALYST, place.communes[1])
    with database.transaction() as session:
        row = session.get_one(Assessment, own)
        row.extended_until, row.extension_reason = later, "Bão"
    with database.reading() as session:
        found = queries.subject(session, analyst, own)
        assert (found.unit, found.score_until, found.approve_until, found.reason) == ("Xã An Cọ", later, later, "Bão")
        for actor, number in ((analyst, 999), (local, own)):
            with pytest.raises(NotFound):
                queries.subject(session, actor, number)
        with pytest.raises(NotFound, match="round"):
            queries.page(session, analyst, 999)


@on_sqlite
def test_rounds_are_managed_by_home_affairs_alone(
    running: Running, place: Place, inspector: Actor, make_actor: MakeActor, session: Session
) -> None:
    surveyor = make_actor(Role.SURVEYOR, place.province)
    with pytest.raises(NotAllowed):
        queries.page(session, inspector, running.id)
    with pytest.raises(NotAllowed):
        queries.subject(session, inspector, running.of(place.communes[0]))
    with pytest.raises(NotAllowed):
        queries.listed(session, surveyor)


def test_blocks_and_sets_to_choose_from(place: Place, make_set: MakeSet, session: Session) -> None:
    del place
    first, second = make_set(), make_set(key="xa-2026", year=2026)
    assert dict(queries.blocks(session)) == {
        "province": "Tỉnh",
        "department": "Các sở",
        "commune": "Các xã, phường",
    }
    assert queries.sets(session) == {
        "commune": [
            (second, "Bộ tiêu chí xã, phường năm 2025 (năm 2026, phiên bản 1)"),
            (first, "Bộ tiêu chí xã, phường năm 2025 (năm 2025, phiên bản 1)"),
        ]
    }


def test_nothing_is_due_while_others_have_to_act() -> None:
    assert queries.due(State.SUBMITTED, Dates(**DATES)) is None
