"""Failed sign-ins, counted by account, network and the pair of both; nothing is blocked for good."""

import datetime
import hmac
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import case, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from survey_app import audit
from survey_app.models import SignInFailure

WINDOW = datetime.timedelta(minutes=15)
# The pair stops a guesser; the others slow one who changes names or networks.
LIMITS = {"pair": 5, "network": 30, "account": 50}
_INSERT: Mapping[str, Callable[..., Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def blocked(session: Session, username: str, network: str, now: datetime.datetime) -> bool:
    """Whether so many attempts failed lately that this one is not even looked at."""
    limits = dict(_keys(session, username, network))
    lately = select(SignInFailure.key, SignInFailure.count).where(
        SignInFailure.key.in_(limits), SignInFailure.last_at > now - WINDOW
    )
    return any(count >= limits[key] for key, count in session.execute(lately))


def failed(session: Session, username: str, network: str, now: datetime.datetime) -> None:
    """Count a failure; one statement each, so that attempts at the same moment are all counted."""
    insert = _INSERT[session.get_bind().dialect.name]
    count = case((SignInFailure.last_at > now - WINDOW, SignInFailure.count + 1), else_=1)
    for key, _ in _keys(session, username, network):
        first = insert(SignInFailure).values(key=key, count=1, last_at=now)
        session.execute(first.on_conflict_do_update(index_elements=["key"], set_={"count": count, "last_at": now}))


def succeeded(session: Session, username: str, network: str) -> None:
    """Forget the failures of this pair."""
    pair = next(key for key, limit in _keys(session, username, network) if limit == LIMITS["pair"])
    session.execute(delete(SignInFailure).where(SignInFailure.key == pair))


def forget_old(session: Session, now: datetime.datetime) -> None:
    session.execute(delete(SignInFailure).where(SignInFailure.last_at < now - WINDOW))


def _keys(session: Session, username: str, network: str) -> Iterator[tuple[str, int]]:
    """The three counters, under keyed hashes, so that the table tells neither names nor addresses."""
    secret: str = session.info[audit.KEY]
    named = {"pair": f"{username}\n{network}", "network": network, "account": username}
    for kind, text in named.items():
        yield hmac.new(secret.encode(), f"{kind}\n{text}".encode(), "sha256").hexdigest(), LIMITS[kind]
