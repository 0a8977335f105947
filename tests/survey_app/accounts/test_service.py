"""Signing in and out, and managing accounts: what is promised, refused and recorded."""

import datetime
import json
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Literal

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app import audit
from survey_app.accounts import passwords, service
from survey_app.accounts.service import AccountDraft, Attempt, SignedIn
from survey_app.db import Database
from survey_app.errors import Conflict, NotAllowed, NotFound, Rejected
from survey_app.models import Account, AuditEvent, LoginSession, SignInFailure, Unit
from survey_app.policy import Actor, Role
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.factories.accounts import PASSWORD, MakeAccount
from tests.factories.units import MakeUnit

pytestmark = pytest.mark.usefixtures("quick_hashing")

NETWORK = "10.1.2.3/32"
NEW = "chín con cò trắng bay qua đồng"
Try = Callable[..., SignedIn | Attempt]
As = Callable[[Account], Actor]


@pytest.fixture
def attempt(database: Database, clock: Clock) -> Try:
    """attempt("an", "password", network=...): a whole sign-in."""

    def sign_in(username: str, password: str = PASSWORD, network: str = NETWORK) -> SignedIn | Attempt:
        with database.reading() as session:
            checked = service.check(session, username=username, password=password, network=network, now=clock())
        with database.transaction() as session:
            return service.sign_in(session, checked, network=network, now=clock())

    return sign_in


@pytest.fixture
def actor_of(database: Database, clock: Clock) -> As:
    """A person in a session that is open."""

    def load(account: Account) -> Actor:
        with database.transaction() as session:
            found = service.load_actor(session, service.open_session(session, account, clock()), clock())
        assert found is not None
        return found

    return load


@pytest.fixture
def administrator(make_account: MakeAccount, province: Unit, actor_of: As) -> Actor:
    return actor_of(make_account(Role.ADMINISTRATOR, province, username="quantri"))


def events(database: Database) -> list[tuple[str, str, int | None, dict[str, Any]]]:
    with database.reading() as session:
        rows = session.execute(select(AuditEvent).order_by(AuditEvent.id)).scalars()
        return [(row.action, row.subject, row.account_id, json.loads(row.detail)) for row in rows]


def who(database: Database, signed_in: SignedIn | Attempt, now: datetime.datetime) -> Actor | None:
    assert isinstance(signed_in, SignedIn)
    with database.reading() as session:
        return service.load_actor(session, signed_in.token, now)


# Signing in


def test_the_right_password_opens_a_session(
    database: Database, attempt: Try, make_account: MakeAccount, province: Unit, clock: Clock
) -> None:
    account = make_account(Role.ANALYST, province, username="an")
    found = who(database, attempt("an"), clock())
    assert found is not None
    assert (found.account_id, found.username, found.name) == (account.id, "an", account.name)
    assert (found.role, found.unit_id, found.units) == (Role.ANALYST, province.id, {province.id})
    assert not found.must_change_password
    assert events(database) == [("sign_in", "an", account.id, {"network": NETWORK})]


@pytest.mark.parametrize("typed", ["An.Nguyễn", "  an.nguyễn ", unicodedata.normalize("NFD", "an.nguyễn")])
@on_sqlite
def test_a_name_may_be_typed_in_any_spelling(
    attempt: Try, make_account: MakeAccount, province: Unit, typed: str
) -> None:
    make_account(Role.ANALYST, province, username="an.nguyễn")
    assert isinstance(attempt(typed), SignedIn)


@on_sqlite
def test_a_password_may_be_typed_in_any_spelling(attempt: Try, make_account: MakeAccount, province: Unit) -> None:
    make_account(Role.ANALYST, province, username="an")
    assert unicodedata.normalize("NFD", PASSWORD) != PASSWORD
    assert isinstance(attempt("an", unicodedata.normalize("NFD", PASSWORD)), SignedIn)


@on_sqlite
def test_a_session_is_kept_as_a_hash_and_never_twice_the_same(
    database: Database, attempt: Try, make_account: MakeAccount, province: Unit
) -> None:
    make_account(Role.ANALYST, province, username="an")
    tokens = [signed_in.token for _ in range(3) if isinstance(signed_in := attempt("an"), SignedIn)]
    assert len({*tokens}) == 3
    assert all(len(token) >= 43 for token in tokens)  # 256 bits
    with database.reading() as session:
        kept = set(session.scalars(select(LoginSession.token_hash)))
    assert kept == {service.token_hash(token) for token in tokens}
    assert not kept & set(tokens)


@on_sqlite
@pytest.mark.parametrize("case", ["wrong", "unknown", "inactive", "empty"])
def test_whatever_is_wrong_the_answer_is_the_same(
    database: Database, attempt: Try, make_account: MakeAccount, province: Unit, case: str
) -> None:
    make_account(Role.ANALYST, province, username="an", active=case != "inactive")
    name, password = {
        "wrong": ("an", PASSWORD + "x"),
        "unknown": ("binh", PASSWORD),
        "inactive": ("an", PASSWORD),
        "empty": ("", ""),
    }[case]
    assert attempt(name, password) is Attempt.WRONG
    assert events(database) == [("sign_in_failed", name, None, {"network": NETWORK})]
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(LoginSession)) == 0
        assert list(session.scalars(select(SignInFailure.count))) == [1, 1, 1]


class CountingHasher(PasswordHasher):
    """A hasher that notes each hash it verified."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.verified: list[str | bytes] = []

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        self.verified.append(hash)
        return super().verify(hash, password)


@on_sqlite
def test_unknown_names_and_wrong_passwords_cost_the_same(
    attempt: Try, make_account: MakeAccount, province: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One verification of the same cost each: time cannot tell which names exist."""
    hasher = CountingHasher()
    monkeypatch.setattr(passwords, "HASHER", hasher)
    nobody = hasher.hash("nobody")
    monkeypatch.setattr(passwords, "NOBODY", nobody)
    known = make_account(Role.ANALYST, province, username="an").password_hash
    left = make_account(Role.ANALYST, province, username="cu", active=False).password_hash
    for name, given, expected in [("an", "sai", known), ("binh", "sai", nobody), ("cu", PASSWORD, left)]:
        hasher.verified.clear()
        assert attempt(name, given, f"10.0.{len(name)}.1/32") is Attempt.WRONG
        assert hasher.verified == [expected]


def test_the_hash_of_nobody_costs_as_much_as_any() -> None:
    assert not passwords.outdated(passwords.NOBODY)


def test_the_sixth_attempt_is_refused_even_when_right_and_elsewhere_one_still_gets_in(
    database: Database, attempt: Try, make_account: MakeAccount, province: Unit, clock: Clock
) -> None:
    make_account(Role.ANALYST, province, username="an")
    assert [attempt("an", "sai") for _ in range(5)] == [Attempt.WRONG] * 5
    assert attempt("an") is Attempt.BLOCKED
    assert events(database)[-1] == ("sign_in_blocked", "an", None, {"network": NETWORK})
    assert isinstance(attempt("an", network="10.9.9.9/32"), SignedIn)
    clock.move(minutes=15)
    assert isinstance(attempt("an"), SignedIn)


@on_sqlite
def test_who_is_held_up_is_not_even_looked_at(
    attempt: Try, make_account: MakeAccount, province: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_account(Role.ANALYST, province, username="an")
    for _ in range(5):
        attempt("an", "sai")
    monkeypatch.setattr(passwords, "matches", lambda *_: pytest.fail("hashed"))
    assert attempt("an") is Attempt.BLOCKED
    assert attempt("an", network=NETWORK) is Attempt.BLOCKED


@on_sqlite
def test_success_starts_the_count_anew(attempt: Try, make_account: MakeAccount, province: Unit) -> None:
    make_account(Role.ANALYST, province, username="an")
    for _ in range(3):
        assert [attempt("an", "sai") for _ in range(4)] == [Attempt.WRONG] * 4
        assert isinstance(attempt("an"), SignedIn)


def test_while_a_password_is_hashed_others_can_write(
    database: Database, attempt: Try, make_account: MakeAccount, province: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = make_account(Role.ANALYST, province, username="an")
    monkeypatch.setattr("survey_app.db.BUSY_SECONDS", 0.3)
    real = passwords.matches

    def meanwhile(*given: Any) -> bool:
        with database.transaction() as session:
            session.get_one(Account, account.id).name = "Đã đổi"
        return real(*given)

    monkeypatch.setattr(passwords, "matches", meanwhile)
    assert isinstance(attempt("an"), SignedIn)
    with database.reading() as session:
        assert session.scalar(select(Account.name)) == "Đã đổi"


@on_sqlite
def test_a_password_that_is_changed_while_it_is_checked_opens_nothing(
    database: Database, make_account: MakeAccount, province: Unit, clock: Clock
) -> None:
    account = make_account(Role.ANALYST, province, username="an")
    with database.reading() as session:
        checked = service.check(session, username="an", password=PASSWORD, network=NETWORK, now=clock())
    with database.transaction() as session:
        session.get_one(Account, account.id).password_hash = passwords.hash_password(NEW)
    with database.transaction() as session:
        assert service.sign_in(session, checked, network=NETWORK, now=clock()) is Attempt.WRONG


@on_sqlite
def test_a_hash_of_weaker_settings_is_renewed_at_sign_in(
    database: Database, attempt: Try, make_account: MakeAccount, province: Unit
) -> None:
    account = make_account(Role.ANALYST, province, username="an")
    weaker = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1, hash_len=16).hash(PASSWORD)
    with database.transaction() as session:
        session.get_one(Account, account.id).password_hash = weaker
    assert attempt("an", "sai") is Attempt.WRONG
    assert isinstance(attempt("an"), SignedIn)
    with database.reading() as session:
        kept = session.scalar(select(Account.password_hash))
    assert kept != weaker
    assert kept is not None
    assert not passwords.outdated(kept)
    assert isinstance(attempt("an"), SignedIn)


# Sessions


@pytest.fixture
def opened(database: Database, make_account: MakeAccount, province: Unit, clock: Clock) -> tuple[Account, str]:
    account = make_account(Role.ANALYST, province, username="an")
    with database.transaction() as session:
        return account, service.open_session(session, account, clock())


def test_a_session_ends_after_eight_hours(database: Database, opened: tuple[Account, str], clock: Clock) -> None:
    _, token = opened
    for hours, there in ((7.99, True), (0.01, False)):
        clock.move(hours=hours)
        with database.reading() as session:
            assert (service.load_actor(session, token, clock()) is not None) == there


@on_sqlite
@pytest.mark.parametrize("token", ["", "x", "0" * 64])
def test_another_token_opens_nothing(session: Session, opened: tuple[Account, str], clock: Clock, token: str) -> None:
    assert service.load_actor(session, token, clock()) is None
    assert service.load_actor(session, service.token_hash(opened[1]), clock()) is None


def test_signing_out_ends_this_session_alone(database: Database, opened: tuple[Account, str], clock: Clock) -> None:
    account, token = opened
    with database.transaction() as session:
        other = service.open_session(session, account, clock())
        actor = service.load_actor(session, token, clock())
        assert actor is not None
        service.sign_out(session, actor, clock())
    with database.reading() as session:
        assert service.load_actor(session, token, clock()) is None
        assert service.load_actor(session, other, clock()) is not None
    assert events(database) == [("sign_out", "an", account.id, {})]


def test_a_person_is_what_the_account_says_at_this_moment(
    database: Database, opened: tuple[Account, str], make_unit: MakeUnit, province: Unit, clock: Clock
) -> None:
    account, token = opened
    commune = make_unit(parent=province)
    with database.transaction() as session:
        changed = session.get_one(Account, account.id)
        changed.role, changed.unit_id, changed.must_change_password = Role.LEADER.value, commune.id, True
    with database.reading() as session:
        actor = service.load_actor(session, token, clock())
    assert actor is not None
    assert (actor.role, actor.units, actor.must_change_password) == (Role.LEADER, {commune.id}, True)
    with database.transaction() as session:
        session.get_one(Account, account.id).active = False
    with database.reading() as session:
        assert service.load_actor(session, token, clock()) is None


# One's own password


def change(database: Database, actor: Actor, current: str, new: str, now: datetime.datetime) -> None:
    with database.transaction() as session:
        service.change_own_password(session, actor, current=current, new=new, now=now)


def test_a_new_password_replaces_the_old_one_and_ends_the_other_sessions(
    database: Database, attempt: Try, make_account: MakeAccount, province: Unit, clock: Clock
) -> None:
    account = make_account(Role.ANALYST, province, username="an", must_change=True)
    here, elsewhere = attempt("an"), attempt("an")
    actor = who(database, here, clock())
    assert actor is not None
    assert actor.must_change_password
    change(database, actor, unicodedata.normalize("NFD", PASSWORD), NEW, clock())
    kept = who(database, here, clock())
    assert kept is not None
    assert not kept.must_change_password
    assert who(database, elsewhere, clock()) is None
    assert attempt("an") is Attempt.WRONG
    assert isinstance(attempt("an", NEW), SignedIn)
    assert ("password_changed", "an", account.id, {}) in events(database)


@pytest.mark.parametrize(
    ("current", "new", "problems"),
    [
        ("sai", NEW, {"current": "wrong"}),
        (PASSWORD, PASSWORD, {"new": "same"}),
        (PASSWORD, unicodedata.normalize("NFD", PASSWORD), {"new": "same"}),
        (PASSWORD, "ngắn", {"new": "short"}),
        (PASSWORD, "x" * 129, {"new": "long"}),
        (PASSWORD, "matkhau12345", {"new": "weak"}),
    ],
)
@on_sqlite
def test_a_password_that_will_not_do_changes_nothing(
    database: Database,
    attempt: Try,
    make_account: MakeAccount,
    province: Unit,
    clock: Clock,
    current: str,
    new: str,
    problems: dict[str, str],
) -> None:
    make_account(Role.ANALYST, province, username="an", must_change=True)
    here, elsewhere = attempt("an"), attempt("an")
    actor = who(database, here, clock())
    assert actor is not None
    with pytest.raises(Rejected) as refusal:
        change(database, actor, current, new, clock())
    assert refusal.value.problems == problems
    assert who(database, elsewhere, clock()) is not None
    still = who(database, here, clock())
    assert still is not None
    assert still.must_change_password
    assert "password_changed" not in {action for action, *_ in events(database)}


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
