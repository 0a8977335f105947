"""Who may do what, and how far a person's part of the unit tree reaches."""

import datetime

import pytest
from sqlalchemy.orm import Session

from survey_app.db import Database
from survey_app.errors import NotAllowed, NotFound
from survey_app.models import Unit, UnitSuccession
from survey_app.models.account import ROLES
from survey_app.policy import RULES, Action, Actor, Role, ensure, scope
from tests.factories.units import MakeUnit

MERGER = datetime.date(2025, 7, 1)
BEFORE = datetime.date(2000, 1, 1)


def an_actor(role: Role, *units: int) -> Actor:
    return Actor(
        account_id=1, username="x", name="X", role=role, unit_id=min(units), units=frozenset(units), session_hash="0"
    )


def test_every_action_has_a_rule() -> None:
    assert set(RULES) == set(Action)


def test_no_rule_is_empty() -> None:
    """To the gate, no roles at all means every role."""
    assert all(RULES.values())


def test_every_role_can_do_something_and_none_everything() -> None:
    for role in Role:
        may = {action for action, roles in RULES.items() if role in roles}
        assert may, role
        assert may != set(Action), role


def test_who_manages_accounts_does_not_manage_figures() -> None:
    administrator = an_actor(Role.ADMINISTRATOR, 1)
    assert administrator.may(Action.MANAGE_ACCOUNTS)
    assert not any(
        administrator.may(action)
        for action in (Action.MANAGE_CAMPAIGNS, Action.RELEASE, Action.READ_RESULTS, Action.ENTER_SUBMISSIONS)
    )


def test_the_database_knows_the_same_roles() -> None:
    assert set(ROLES) == {role.value for role in Role}


@pytest.mark.parametrize("units", [None, 3, [3, 4], {4}, frozenset({3}), ()])
def test_what_the_role_permits_in_scope_is_allowed(units: int | list[int] | None) -> None:
    ensure(an_actor(Role.ANALYST, 3, 4), Action.READ_RESULTS, units)


@pytest.mark.parametrize("units", [5, [3, 5], {5}, [0]])
def test_a_unit_out_of_scope_does_not_exist_for_the_person(units: int | list[int]) -> None:
    with pytest.raises(NotFound):
        ensure(an_actor(Role.ANALYST, 3, 4), Action.READ_RESULTS, units)


def test_the_role_is_asked_before_the_scope() -> None:
    with pytest.raises(NotAllowed, match="read_results"):
        ensure(an_actor(Role.SURVEYOR, 3), Action.READ_RESULTS, 5)


def test_everything_below_is_in_scope_and_nothing_beside(session: Session, make_unit: MakeUnit, province: Unit) -> None:
    district = make_unit("Huyện", parent=province)
    commune = make_unit("Xã", parent=district)
    closed = make_unit("Xã cũ", parent=district, since=BEFORE, until=MERGER)
    beside = make_unit("Sở", level="department", parent=province)
    assert scope(session, district.id) == {district.id, commune.id, closed.id}
    assert scope(session, commune.id) == {commune.id}
    assert scope(session, province.id) == {province.id, district.id, commune.id, closed.id, beside.id}


def test_a_unit_that_only_this_one_succeeded_is_in_scope(session: Session, make_unit: MakeUnit, province: Unit) -> None:
    commune = make_unit("Xã mới", parent=province)
    first = make_unit("Xã cũ 1", since=BEFORE, until=MERGER, successors=(commune,))
    second = make_unit("Xã cũ 2", since=BEFORE, until=MERGER, successors=(commune,))
    oldest = make_unit("Xã xưa", since=BEFORE, until=datetime.date(2010, 1, 1), successors=(first,))
    assert scope(session, commune.id) == {commune.id, first.id, second.id, oldest.id}


def test_a_former_province_comes_with_all_below_it(session: Session, make_unit: MakeUnit, province: Unit) -> None:
    former = make_unit("Tỉnh cũ", level="province", since=BEFORE, until=MERGER, successors=(province,))
    department = make_unit("Sở cũ", level="department", parent=former, since=BEFORE, until=MERGER)
    assert scope(session, province.id) == {province.id, former.id, department.id}


def test_a_district_that_was_split_is_no_successors_own(session: Session, make_unit: MakeUnit, province: Unit) -> None:
    east, west = make_unit("Xã Đông", parent=province), make_unit("Xã Tây", parent=province)
    district = make_unit("Huyện cũ", since=BEFORE, until=MERGER, successors=(east, west))
    below = make_unit("Xã cũ", parent=district, since=BEFORE, until=MERGER, successors=(east,))
    assert scope(session, east.id) == {east.id, below.id}
    assert scope(session, west.id) == {west.id}
    assert scope(session, province.id) == {province.id, east.id, west.id, district.id, below.id}


def test_a_circle_of_successions_ends(
    database: Database, session: Session, make_unit: MakeUnit, province: Unit
) -> None:
    one = make_unit("Một", parent=province)
    two = make_unit("Hai", parent=province, successors=(one,))
    with database.transaction() as opened:
        opened.add(UnitSuccession(predecessor_id=one.id, successor_id=two.id))
    assert scope(session, one.id) == {one.id, two.id}


def test_a_unit_that_is_gone_gives_no_rights_on_others(session: Session, province: Unit) -> None:
    assert scope(session, province.id + 1) == {province.id + 1}
