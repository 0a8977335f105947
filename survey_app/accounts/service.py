"""Signing in and out, and managing accounts. Everything that changes one is audited."""

import datetime
import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from enum import Enum, auto

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey_app import audit
from survey_app.accounts import passwords, throttle
from survey_app.errors import Conflict, NotFound, Rejected
from survey_app.models import Account, LoginSession, Unit
from survey_app.policy import Action, Actor, Role, ensure, scope

LIFETIME = datetime.timedelta(hours=8)


class Attempt(Enum):
    """How a sign-in ended, when it gave no session."""

    WRONG = auto()
    BLOCKED = auto()


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The token for the browser; it is not stored."""

    token: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A name with the hash that its password was found to match, and what is to replace that; None when wrong."""

    username: str
    password_hash: str | None = None
    renewed_hash: str | None = None


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def check(session: Session, *, username: str, password: str, network: str, now: datetime.datetime) -> Checked:
    """Whether the password is right; unknown names and wrong passwords take the same time.

    Only reads, so that nobody waits to write while it hashes. Who is blocked is not looked at.
    """
    username = normal_name(username)
    if throttle.blocked(session, username, network, now):
        return Checked(username)
    kept = session.scalar(select(Account.password_hash).where(Account.username == username))
    if not passwords.matches(kept, password) or kept is None:
        return Checked(username)
    return Checked(username, kept, passwords.hash_password(password) if passwords.outdated(kept) else None)


def sign_in(session: Session, checked: Checked, *, network: str, now: datetime.datetime) -> SignedIn | Attempt:
    """Open a session, or say why not; counts and records either."""
    username = checked.username
    if throttle.blocked(session, username, network, now):
        audit.record(session, None, "sign_in_blocked", username, now=now, detail={"network": network})
        return Attempt.BLOCKED
    account = session.scalars(select(Account).where(Account.username == username)).one_or_none()
    # The password may have been changed since it was checked.
    if account is None or account.password_hash != checked.password_hash or not account.active:
        throttle.failed(session, username, network, now)
        audit.record(session, None, "sign_in_failed", username, now=now, detail={"network": network})
        return Attempt.WRONG
    throttle.succeeded(session, username, network)
    account.password_hash = checked.renewed_hash or account.password_hash
    token = open_session(session, account, now)
    found = load_actor(session, token, now)
    audit.record(session, found, "sign_in", username, now=now, detail={"network": network})
    return SignedIn(token)


def open_session(session: Session, account: Account, now: datetime.datetime) -> str:
    """A new session for an account; returns its token."""
    token = secrets.token_urlsafe(32)
    session.add(
        LoginSession(token_hash=token_hash(token), account_id=account.id, created_at=now, expires_at=now + LIFETIME)
    )
    session.flush()
    return token


def load_actor(session: Session, token: str, now: datetime.datetime) -> Actor | None:
    """The person behind a token, as the account is at this moment; None when the session is over."""
    row = session.execute(
        select(LoginSession, Account)
        .join(Account, Account.id == LoginSession.account_id)
        .where(LoginSession.token_hash == token_hash(token))
    ).one_or_none()
    if row is None:
        return None
    login, account = row
    if login.ended_at is not None or login.expires_at <= now or not account.active:
        return None
    return Actor(
        account_id=account.id,
        username=account.username,
        name=account.name,
        role=Role(account.role),
        unit_id=account.unit_id,
        units=scope(session, account.unit_id),
        session_hash=login.token_hash,
        must_change_password=account.must_change_password,
    )


def sign_out(session: Session, actor: Actor, now: datetime.datetime) -> None:
    """End this session."""
    session.execute(update(LoginSession).where(LoginSession.token_hash == actor.session_hash).values(ended_at=now))
    audit.record(session, actor, "sign_out", actor.username, now=now)


def change_own_password(session: Session, actor: Actor, *, current: str, new: str, now: datetime.datetime) -> None:
    """Replace one's password and end one's other sessions; refuses a wrong current, the same or a weak new one."""
    account = session.get_one(Account, actor.account_id)
    if not passwords.matches(account.password_hash, current):
        raise Rejected("password", problems={"current": "wrong"})
    if passwords.normal(new) == passwords.normal(current):
        raise Rejected("password", problems={"new": "same"})
    _set_password(account, new, must_change=False)
    _end_sessions(session, account, now, keep=actor.session_hash)
    audit.record(session, actor, "password_changed", account.username, now=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDraft:
    """What an administrator enters about a person."""

    username: str
    name: str
    role: Role
    unit_id: int
    active: bool = True


def create(session: Session, actor: Actor, draft: AccountDraft, now: datetime.datetime) -> str:
    """A new account; returns its issued password, which must be replaced at the first sign-in."""
    ensure(actor, Action.MANAGE_ACCOUNTS, draft.unit_id)
    account, password = add_account(session, draft)
    detail = {"role": account.role, "unit": account.unit_id}
    audit.record(session, actor, "account_created", account.username, now=now, detail=detail)
    return password


def add_account(session: Session, draft: AccountDraft, password: str | None = None) -> tuple[Account, str]:
    """Store an account with an issued password (or the one given); Conflict when the name is taken."""
    username = normal_name(draft.username)
    if session.scalars(select(Account).where(Account.username == username)).one_or_none() is not None:
        raise Conflict("username_taken")
    if session.get(Unit, draft.unit_id) is None:
        raise NotFound("unit")
    issued = password or passwords.issue()
    account = Account(
        username=username,
        name=draft.name,
        role=draft.role.value,
        unit_id=draft.unit_id,
        active=draft.active,
        password_hash=passwords.hash_password(issued),
        must_change_password=password is None,
    )
    session.add(account)
    session.flush()
    return account, issued


def edit(session: Session, actor: Actor, account_id: int, draft: AccountDraft, now: datetime.datetime) -> None:
    """Change name, role, unit or standing, effective at the next request of that person.

    Refuses one's own role, unit and standing: an administrator cannot lock out the last one.
    """
    account = _manageable(session, actor, account_id)
    ensure(actor, Action.MANAGE_ACCOUNTS, draft.unit_id)
    kept = (account.role, account.unit_id, account.active)
    if account.id == actor.account_id and (draft.role.value, draft.unit_id, draft.active) != kept:
        raise Rejected("own_account", problems={"role": "own_account"})
    before = {"name": account.name, "role": account.role, "unit": account.unit_id, "active": account.active}
    account.name, account.role = draft.name, draft.role.value
    account.unit_id, account.active = draft.unit_id, draft.active
    if not draft.active:
        _end_sessions(session, account, now)
    after = {"name": draft.name, "role": draft.role.value, "unit": draft.unit_id, "active": draft.active}
    audit.record(
        session, actor, "account_changed", account.username, now=now, detail={"before": before, "after": after}
    )


def reset_password(session: Session, actor: Actor, account_id: int, now: datetime.datetime) -> str:
    """Issue a new password and end all sessions of that person."""
    account = _manageable(session, actor, account_id)
    issued = passwords.issue()
    account.password_hash, account.must_change_password = passwords.hash_password(issued), True
    _end_sessions(session, account, now)
    audit.record(session, actor, "password_reset", account.username, now=now)
    return issued


def normal_name(username: str) -> str:
    return unicodedata.normalize("NFC", username).strip().lower()


def _manageable(session: Session, actor: Actor, account_id: int) -> Account:
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound("account")
    ensure(actor, Action.MANAGE_ACCOUNTS, account.unit_id)
    return account


def _set_password(account: Account, password: str, *, must_change: bool) -> None:
    fault = passwords.weakness(password, account.username)
    if fault is not None:
        raise Rejected("password", problems={"new": fault})
    account.password_hash, account.must_change_password = passwords.hash_password(password), must_change


def _end_sessions(session: Session, account: Account, now: datetime.datetime, keep: str = "") -> None:
    session.execute(
        update(LoginSession)
        .where(LoginSession.account_id == account.id, LoginSession.token_hash != keep, LoginSession.ended_at.is_(None))
        .values(ended_at=now)
    )
