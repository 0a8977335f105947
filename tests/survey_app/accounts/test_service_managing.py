"""Administrators add, change and close accounts and issue passwords."""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import audit
from survey_app.accounts import service
from survey_app.accounts.service import AccountDraft, Attempt, SignedIn
from survey_app.db import Database
from survey_app.errors import Conflict, NotAllowed, NotFound, Rejected
from survey_app.models import Account, Unit
from survey_app.policy import Actor, Role
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.factories.accounts import PASSWORD, MakeAccount
from tests.factories.units import MakeUnit
from tests.survey_app.accounts.signing import NEW, As, Try, actor_of, administrator, attempt, change, events, who

__all__ = ["actor_of", "administrator", "attempt"]


pytestmark = pytest.mark.usefixtures("quick_hashing")


# Managing accounts


@pytest.fixture
def draft(province: Unit) -> AccountDraft:
    return AccountDraft(username="binh.tran", name="Trần Bình", role=Role.INSPECTOR, unit_id=province.id)


def created(database: Database, actor: Actor, draft: AccountDraft, now: datetime.datetime) -> tuple[int, str]:
    with database.transaction() as session:
        password = service.create(session, actor, draft, now)
        account_id = session.scalar(select(Account.id).where(Account.username == service.normal_name(draft.username)))
    assert account_id is not None
    return account_id, password


def test_an_issued_password_works_and_must_be_changed(
    database: Database, administrator: Actor, draft: AccountDraft, attempt: Try, clock: Clock
) -> None:
    _, password = created(database, administrator, draft, clock())
    found = who(database, attempt("binh.tran", password), clock())
    assert found is not None
    assert found.must_change_password
    with pytest.raises(Rejected) as refusal:
        change(database, found, password, password, clock())
    assert refusal.value.problems == {"new": "same"}
    change(database, found, password, NEW, clock())
    assert attempt("binh.tran", password) is Attempt.WRONG
    again = who(database, attempt("binh.tran", NEW), clock())
    assert again is not None
    assert not again.must_change_password
    detail = {"role": "inspector", "unit": draft.unit_id}
    assert events(database)[0] == ("account_created", "binh.tran", administrator.account_id, detail)
    assert password not in str(events(database))


@on_sqlite
@pytest.mark.parametrize("name", ["binh.tran", "  BINH.Tran "])
def test_a_name_is_taken_once_in_whatever_spelling(
    database: Database, administrator: Actor, draft: AccountDraft, clock: Clock, name: str
) -> None:
    created(database, administrator, draft, clock())
    with pytest.raises(Conflict, match="username_taken"):
        created(database, administrator, replace(draft, username=name), clock())


@on_sqlite
def test_an_account_is_for_a_unit_in_scope(
    database: Database, make_account: MakeAccount, make_unit: MakeUnit, province: Unit, actor_of: As, clock: Clock,
    draft: AccountDraft,
) -> None:  # fmt: skip
    commune = make_unit(parent=province)
    local = actor_of(make_account(Role.ADMINISTRATOR, commune))
    with pytest.raises(NotFound):
        created(database, local, draft, clock())
    created(database, local, replace(draft, unit_id=commune.id), clock())
    with database.transaction() as session, pytest.raises(NotFound):
        service.add_account(session, replace(draft, username="khac", unit_id=999))


@on_sqlite
def test_an_account_can_be_added_with_a_password_of_its_own(
    database: Database, draft: AccountDraft, attempt: Try, clock: Clock
) -> None:
    with database.transaction() as session:
        account, password = service.add_account(session, draft, PASSWORD)
    assert password == PASSWORD
    assert not account.must_change_password
    assert isinstance(attempt("binh.tran"), SignedIn)


def test_a_change_is_recorded_with_what_was_before(
    database: Database, administrator: Actor, draft: AccountDraft, make_unit: MakeUnit, province: Unit, clock: Clock
) -> None:
    account_id, _ = created(database, administrator, draft, clock())
    commune = make_unit(parent=province)
    actor = replace(administrator, units=administrator.units | {commune.id})
    changed = AccountDraft(username="khác", name="Trần Văn Bình", role=Role.LEADER, unit_id=commune.id)
    with database.transaction() as session:
        service.edit(session, actor, account_id, changed, clock())
    with database.reading() as session:
        row = session.execute(
            select(Account.username, Account.name, Account.role, Account.unit_id, Account.active).where(
                Account.id == account_id
            )
        ).one()
    assert row == ("binh.tran", "Trần Văn Bình", "leader", commune.id, True)  # the name to sign in with stays
    action, subject, account, detail = events(database)[-1]
    assert (action, subject, account) == ("account_changed", "binh.tran", administrator.account_id)
    assert detail == {
        "before": {"name": "Trần Bình", "role": "inspector", "unit": province.id, "active": True},
        "after": {"name": "Trần Văn Bình", "role": "leader", "unit": commune.id, "active": True},
    }


@on_sqlite
def test_deactivating_ends_all_sessions_at_once_and_for_good(
    database: Database, administrator: Actor, draft: AccountDraft, attempt: Try, clock: Clock
) -> None:
    account_id, password = created(database, administrator, draft, clock())
    signed_in = [attempt("binh.tran", password) for _ in range(2)]
    for active in (False, True):
        with database.transaction() as session:
            service.edit(session, administrator, account_id, replace(draft, active=active), clock())
        assert [who(database, one, clock()) for one in signed_in] == [None, None]
        assert isinstance(attempt("binh.tran", password), SignedIn) == active


@on_sqlite
def test_an_administrator_cannot_lock_out_oneself(
    database: Database, administrator: Actor, make_unit: MakeUnit, province: Unit, clock: Clock
) -> None:
    commune = make_unit(parent=province)
    actor = replace(administrator, units=administrator.units | {commune.id})
    own = AccountDraft(username="quantri", name="Tên mới", role=Role.ADMINISTRATOR, unit_id=province.id)
    for change_ in ({"role": Role.ANALYST}, {"active": False}, {"unit_id": commune.id}):
        with pytest.raises(Rejected) as refusal, database.transaction() as session:
            service.edit(session, actor, actor.account_id, replace(own, **change_), clock())
        assert refusal.value.problems == {"role": "own_account"}
    with database.transaction() as session:
        service.edit(session, actor, actor.account_id, own, clock())
    assert [action for action, *_ in events(database)] == ["account_changed"]


def test_a_new_password_ends_the_sessions_and_must_be_changed(
    database: Database, administrator: Actor, make_account: MakeAccount, province: Unit, attempt: Try, clock: Clock
) -> None:
    account = make_account(Role.LEADER, province, username="an")
    before = attempt("an")
    with database.transaction() as session:
        password = service.reset_password(session, administrator, account.id, clock())
    assert who(database, before, clock()) is None
    assert attempt("an") is Attempt.WRONG
    found = who(database, attempt("an", password), clock())
    assert found is not None
    assert found.must_change_password
    assert ("password_reset", "an", administrator.account_id, {}) in events(database)
    assert password not in str(events(database))


def _managing(
    actor: Actor, account_id: int, unit_id: int, now: datetime.datetime
) -> Iterator[Callable[[Session], Any]]:
    draft = AccountDraft(username="moi", name="Mới", role=Role.LEADER, unit_id=unit_id)
    yield lambda session: service.create(session, actor, draft, now)
    yield lambda session: service.edit(session, actor, account_id, draft, now)
    yield lambda session: service.reset_password(session, actor, account_id, now)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
@on_sqlite
def test_only_administrators_manage_accounts(
    database: Database, make_account: MakeAccount, province: Unit, actor_of: As, clock: Clock, role: Role
) -> None:
    account = make_account(Role.LEADER, province)
    for call in _managing(actor_of(make_account(role, province)), account.id, province.id, clock()):
        with pytest.raises(NotAllowed), database.transaction() as session:
            call(session)


@on_sqlite
def test_accounts_of_other_units_do_not_exist(
    database: Database, make_account: MakeAccount, make_unit: MakeUnit, province: Unit, actor_of: As, clock: Clock
) -> None:
    commune = make_unit(parent=province)
    local = actor_of(make_account(Role.ADMINISTRATOR, commune))
    for account_id in (make_account(Role.LEADER, province).id, 999):
        for call in list(_managing(local, account_id, commune.id, clock()))[1:]:
            with pytest.raises(NotFound), database.transaction() as session:
                call(session)


@on_sqlite
def test_nobody_is_moved_to_a_unit_out_of_scope(
    database: Database, make_account: MakeAccount, make_unit: MakeUnit, province: Unit, actor_of: As, clock: Clock
) -> None:
    commune = make_unit(parent=province)
    local, account = actor_of(make_account(Role.ADMINISTRATOR, commune)), make_account(Role.LEADER, commune)
    away = AccountDraft(username="x", name="X", role=Role.LEADER, unit_id=province.id)
    with pytest.raises(NotFound), database.transaction() as session:
        service.edit(session, local, account.id, away, clock())


def test_what_these_services_record_is_one_chain(
    database: Database, administrator: Actor, draft: AccountDraft, attempt: Try, clock: Clock
) -> None:
    created(database, administrator, draft, clock())
    attempt("binh.tran", "sai")
    clock.move(days=1, microseconds=1)
    attempt("quantri")
    with database.reading() as session:
        assert list(audit.verify(session)) == []
    assert len(events(database)) == 3
