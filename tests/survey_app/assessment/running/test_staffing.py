"""Duties of appraisers and seats in the council."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.assessment.running import queries, staffing
from survey_app.db import Database
from survey_app.errors import Conflict, NotAllowed, NotFound, Rejected
from survey_app.models import Account, CouncilMember, CriteriaSet, Duty, Round
from survey_app.policy import Actor, Role
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.factories.accounts import MakeActor
from tests.factories.units import MakeUnit
from tests.survey_app.assessment.conftest import MakeRound, MakeSet, Place, Running, events


def test_duties_by_field_and_unit_are_given_and_taken(
    running: Running, place: Place, analyst: Actor, appraiser: Actor, session: Session, clock: Clock
) -> None:
    commune = place.communes[0]
    given = (running.id, appraiser.account_id)
    all_ = staffing.assign(session, analyst, *given, "", None, clock())
    staffing.assign(session, analyst, *given, "1", commune.id, clock())
    found = staffing.staff(session, analyst, running.id)
    assert [(duty.person, duty.field, duty.unit) for duty in found.duties] == [
        (appraiser.name, "", ""),
        (appraiser.name, "1. Tiêu chí 1", commune.name),
    ]
    staffing.relieve(session, analyst, running.id, all_, clock())
    assert len(staffing.staff(session, analyst, running.id).duties) == 1
    assert events(session, "duty_assigned")[1] == {"account": appraiser.account_id, "field": "1", "unit": commune.id}
    assert events(session, "duty_taken") == [{"account": appraiser.account_id, "field": "", "unit": None}]


def test_what_can_be_chosen(
    running: Running, place: Place, analyst: Actor, appraiser: Actor, inspector: Actor, leader: Actor, session: Session
) -> None:
    found = staffing.staff(session, analyst, running.id)
    assert found.appraisers == ((appraiser.account_id, f"{appraiser.name} (Tỉnh Minh Họa)"),)
    assert {number for number, _ in found.members} == {
        analyst.account_id,
        appraiser.account_id,
        leader.account_id,
    }
    assert inspector.account_id not in dict(found.members)
    assert found.fields == (("1", "1. Tiêu chí 1"), ("2", "2. Tiêu chí 2"), ("T", "T. Tiêu chí T"))
    assert {number for number, _ in found.units} == set(running.assessments)


@on_sqlite
def test_a_duty_that_cannot_be_is_named(
    running: Running,
    place: Place,
    analyst: Actor,
    appraiser: Actor,
    make_unit: MakeUnit,
    make_actor: MakeActor,
    database: Database,
    clock: Clock,
) -> None:
    away, gone = make_unit("Xã Xa", parent=place.province), make_actor(Role.APPRAISER, place.province)
    with database.transaction() as session:
        session.get_one(Account, gone.account_id).active = False
    cases: tuple[tuple[tuple[int, str, int | None], dict[str, str]], ...] = (
        ((gone.account_id, "", None), {"account_id": "no_appraiser"}),
        ((analyst.account_id, "", None), {"account_id": "no_appraiser"}),
        ((appraiser.account_id, "9", away.id), {"field": "unknown_field", "unit_id": "unknown_unit"}),
    )
    with database.transaction() as session:
        for given, problems in cases:
            with pytest.raises(Rejected) as refused:
                staffing.assign(session, analyst, running.id, *given, clock())
            assert refused.value.problems == problems
        for field, unit_id in (("", None), ("1", place.communes[0].id)):
            staffing.assign(session, analyst, running.id, appraiser.account_id, field, unit_id, clock())
            with pytest.raises(Rejected) as refused:
                staffing.assign(session, analyst, running.id, appraiser.account_id, field, unit_id, clock())
            assert refused.value.problems == {"account_id": "assigned_already"}


def test_people_take_their_seats_and_leave(
    running: Running, analyst: Actor, leader: Actor, session: Session, clock: Clock
) -> None:
    staffing.seat(session, analyst, running.id, leader.account_id, " Ủy viên ", clock())
    staffing.seat(session, analyst, running.id, leader.account_id, "Chủ tịch", clock())
    (seat,) = staffing.staff(session, analyst, running.id).council
    assert (seat.account_id, seat.person, seat.title) == (leader.account_id, leader.name, "Chủ tịch")
    staffing.unseat(session, analyst, running.id, leader.account_id, clock())
    assert session.scalars(select(CouncilMember)).all() == []
    assert [each["title"] for each in events(session, "council_seated")] == ["Ủy viên", "Chủ tịch"]
    assert events(session, "council_left") == [{"account": leader.account_id}]


@on_sqlite
def test_what_is_not_there_or_not_allowed(
    running: Running,
    make_round: MakeRound,
    analyst: Actor,
    appraiser: Actor,
    inspector: Actor,
    database: Database,
    clock: Clock,
) -> None:
    other = make_round(opened=False, sets=running.sets)
    with database.transaction() as session:
        elsewhere = staffing.assign(session, analyst, other.id, appraiser.account_id, "", None, clock())
        for duty_id in (elsewhere, 999):
            with pytest.raises(NotFound, match="duty"):
                staffing.relieve(session, analyst, running.id, duty_id, clock())
        with pytest.raises(NotFound, match="member"):
            staffing.unseat(session, analyst, running.id, appraiser.account_id, clock())
        with pytest.raises(NotFound, match="round"):
            staffing.staff(session, analyst, 999)
        for account_id, title, problems in (
            (inspector.account_id, "", {"member_id": "no_member"}),
            (appraiser.account_id, "x" * 121, {"title": "too_long"}),
        ):
            with pytest.raises(Rejected) as refused:
                staffing.seat(session, analyst, running.id, account_id, title, clock())
            assert refused.value.problems == problems
        with pytest.raises(NotAllowed):
            staffing.staff(session, appraiser, running.id)
        session.get_one(Round, running.id).state = "published"
        session.flush()
        with pytest.raises(Conflict, match="round_published"):
            staffing.assign(session, analyst, running.id, appraiser.account_id, "", None, clock())
        assert session.scalars(select(Duty.id)).all() == [elsewhere]


@on_sqlite
def test_a_round_prepared_with_a_set_that_does_not_add_up_has_its_fields(
    make_round: MakeRound, make_set: MakeSet, place: Place, analyst: Actor, database: Database
) -> None:
    del place
    set_id = make_set()
    prepared = make_round(opened=False, sets={"commune": set_id})
    with database.transaction() as session:
        row = session.get_one(CriteriaSet, set_id)
        row.body = row.body.replace("max: 6", "max: 7")
    with database.reading() as session:
        assert [number for number, _ in staffing.staff(session, analyst, prepared.id).fields] == ["1", "2", "T"]
        assert not any(each.verified for each in queries.page(session, analyst, prepared.id).sets)
