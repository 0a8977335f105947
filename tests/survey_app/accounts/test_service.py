"""Signing in and out, and managing accounts: what is promised, refused and recorded."""

import unicodedata
from typing import Any, Literal

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.accounts import passwords, service
from survey_app.accounts.service import Attempt, SignedIn
from survey_app.db import Database
from survey_app.errors import Rejected
from survey_app.models import Account, LoginSession, SignInFailure, Unit
from survey_app.policy import Role
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.factories.accounts import PASSWORD, MakeAccount
from tests.factories.units import MakeUnit
from tests.survey_app.accounts.signing import NETWORK, NEW, Try, attempt, change, events, who

__all__ = ["attempt"]


pytestmark = pytest.mark.usefixtures("quick_hashing")


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
