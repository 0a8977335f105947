"""People who act in the demonstration: those who can sign in, and those whose password nobody knows."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.accounts import passwords
from survey_app.models import Account
from survey_app.policy import Actor, Role, scope

Person = tuple[str, str, Role, int]  # user name, name, role, unit


def known(session: Session, username: str) -> Actor:
    """Someone who has an account."""
    return _actor(session, session.scalars(select(Account).where(Account.username == username)).one())


def find(session: Session, username: str) -> int | None:
    """The account of a user name, if there is one."""
    return session.scalar(select(Account.id).where(Account.username == username))


def added(session: Session, people: Iterable[Person]) -> list[Actor]:
    """Further people with accounts that nobody signs in with; hashing a password takes long, so they share one."""
    closed = passwords.hash_password(passwords.issue())
    found = []
    for username, name, role, unit_id in people:
        row = Account(username=username, name=name, role=role.value, unit_id=unit_id, password_hash=closed)
        session.add(row)
        session.flush()
        found.append(_actor(session, row))
    return found


def _actor(session: Session, row: Account) -> Actor:
    return Actor(
        account_id=row.id,
        username=row.username,
        name=row.name,
        role=Role(row.role),
        unit_id=row.unit_id,
        units=scope(session, row.unit_id),
        session_hash="",
    )
