"""Accounts and the audit log, as far as the reader's scope goes."""

import datetime

import pytest
from sqlalchemy.orm import Session

from survey_app import audit
from survey_app.accounts import queries
from survey_app.db import Database
from survey_app.errors import NotAllowed, NotFound
from survey_app.models import AuditHead, Unit
from survey_app.policy import Actor, Role
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.factories.accounts import MakeAccount
from tests.factories.units import MakeUnit


def an_actor(role: Role, *units: Unit) -> Actor:
    ids = frozenset(unit.id for unit in units)
    return Actor(account_id=0, username="x", name="X", role=role, unit_id=min(ids), units=ids, session_hash="")


def test_accounts_are_listed_by_name_as_far_as_the_scope_goes(
    session: Session, make_account: MakeAccount, make_unit: MakeUnit, province: Unit
) -> None:
    commune = make_unit("Xã An Cọ", parent=province)
    make_account(Role.LEADER, commune, username="b", active=False)
    make_account(Role.ANALYST, province, username="a")
    rows = queries.accounts(session, an_actor(Role.ADMINISTRATOR, province, commune))
    assert [(row.username, row.role, row.unit, row.active) for row in rows] == [
        ("a", Role.ANALYST, "Tỉnh Minh Họa", True),
        ("b", Role.LEADER, "Xã An Cọ", False),
    ]
    assert [row.username for row in queries.accounts(session, an_actor(Role.ADMINISTRATOR, commune))] == ["b"]


def test_an_account_out_of_scope_does_not_exist(
    session: Session, make_account: MakeAccount, make_unit: MakeUnit, province: Unit
) -> None:
    commune = make_unit(parent=province)
    near, far = make_account(Role.LEADER, commune), make_account(Role.LEADER, province)
    local = an_actor(Role.ADMINISTRATOR, commune)
    assert queries.account(session, local, near.id).id == near.id
    for account_id in (far.id, 999, 10**30):
        with pytest.raises(NotFound):
            queries.account(session, local, account_id)


def test_an_account_can_be_for_a_living_unit_in_scope(session: Session, make_unit: MakeUnit, province: Unit) -> None:
    living, beside = make_unit("Xã mới", parent=province), make_unit("Xã khác", parent=province)
    closed = make_unit("Xã cũ", parent=province, until=datetime.date(2026, 1, 1))
    found = queries.units(session, an_actor(Role.ADMINISTRATOR, province, living, closed))
    assert found == ((living.id, "Xã mới"), (province.id, "Tỉnh Minh Họa"))
    assert beside.id not in dict(found)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
@on_sqlite
def test_only_administrators_read_accounts_and_the_log(session: Session, province: Unit, role: Role) -> None:
    with pytest.raises(NotAllowed):
        queries.accounts(session, an_actor(role, province))
    with pytest.raises(NotAllowed):
        queries.audit_log(session, an_actor(role, province), 1)


def test_the_log_is_read_from_its_newest_event_with_its_head(
    database: Database, make_account: MakeAccount, province: Unit, clock: Clock
) -> None:
    account = make_account(Role.ADMINISTRATOR, province, username="quantri")
    actor = an_actor(Role.ADMINISTRATOR, province)
    with database.transaction() as session:
        for number in range(queries.PAGE):
            audit.record(session, None, "test", f"{number}", now=clock())
        someone = Actor(
            account_id=account.id, username="", name="", role=Role.LEADER, unit_id=1, units=frozenset(), session_hash=""
        )
        audit.record(session, someone, "sign_in", "quantri", now=clock(), detail={"a": 1})
    with database.reading() as session:
        first, second = (queries.audit_log(session, actor, page) for page in (1, 2))
        beyond = queries.audit_log(session, actor, 1_000_000)
        assert first.head == session.get_one(AuditHead, 1).mac
    assert (len(first.events), first.pages, len(second.events), beyond.events) == (50, 2, 1, ())
    newest = first.events[0]
    assert (newest.id, newest.who, newest.action, newest.detail) == (51, account.name, "sign_in", {"a": 1})
    assert (newest.at, second.events[0].id, second.events[0].who) == (clock(), 1, "")


def test_a_log_without_events_has_one_empty_page(session: Session, province: Unit) -> None:
    found = queries.audit_log(session, an_actor(Role.ADMINISTRATOR, province), 1)
    assert (found.events, found.pages, found.head) == ((), 1, "")
