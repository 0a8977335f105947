"""Failed sign-ins, counted by account, network and the pair of both; nothing is blocked for good."""

import datetime
import hashlib
from collections.abc import Iterator

from sqlalchemy import delete
from sqlalchemy.orm import Session

from survey_app.models import SignInFailure

WINDOW = datetime.timedelta(minutes=15)
# The pair stops a guesser; the others slow one who changes names or networks.
LIMITS = {"pair": 5, "network": 30, "account": 50}


def blocked(session: Session, username: str, network: str, now: datetime.datetime) -> bool:
    """Whether so many attempts failed lately that this one is not even looked at."""
    for key, limit in _keys(username, network):
        failure = session.get(SignInFailure, key)
        if failure is not None and failure.count >= limit and now - failure.last_at < WINDOW:
            return True
    return False


def failed(session: Session, username: str, network: str, now: datetime.datetime) -> None:
    """Count a failure."""
    for key, _ in _keys(username, network):
        failure = session.get(SignInFailure, key, with_for_update=True)
        if failure is None:
            session.add(SignInFailure(key=key, count=1, last_at=now))
        else:
            failure.count = failure.count + 1 if now - failure.last_at < WINDOW else 1
            failure.last_at = now
    session.flush()


def succeeded(session: Session, username: str, network: str) -> None:
    """Forget the failures of this pair."""
    pair = next(key for key, limit in _keys(username, network) if limit == LIMITS["pair"])
    session.execute(delete(SignInFailure).where(SignInFailure.key == pair))


def forget_old(session: Session, now: datetime.datetime) -> None:
    session.execute(delete(SignInFailure).where(SignInFailure.last_at < now - WINDOW))


def _keys(username: str, network: str) -> Iterator[tuple[str, int]]:
    """The three counters, under hashes, so that the table lists neither names nor addresses."""
    named = {"pair": f"{username}\n{network}", "network": network, "account": username}
    for kind, text in named.items():
        yield hashlib.sha256(f"{kind}\n{text}".encode()).hexdigest(), LIMITS[kind]
