"""What happens by itself: batches are released, and what need not be kept is forgotten."""

import datetime
import threading

import structlog
from sqlalchemy import delete, update

from survey_app.accounts import throttle
from survey_app.campaigns import release
from survey_app.config import ZONE
from survey_app.db import Database
from survey_app.errors import Unavailable
from survey_app.models import LoginSession, Receipt

EVERY_SECONDS = 20
KEEP_SESSIONS = datetime.timedelta(days=1)

log = structlog.get_logger()


def run(database: Database, stop: threading.Event) -> None:
    """Do what is due, again and again, until told to stop. A locked database is tried again."""
    last_tidy: datetime.date | None = None
    while not stop.is_set():
        now = datetime.datetime.now(ZONE)
        try:
            release_due(database, now.date())
            if last_tidy != now.date():
                tidy(database, now)
                last_tidy = now.date()
        except Unavailable:
            log.warning("worker_waits")
        stop.wait(EVERY_SECONDS)


def release_due(database: Database, today: datetime.date) -> int:
    """Release full batches, and after midnight what the day has left; returns the submissions moved."""
    with database.transaction() as session:
        moved = release.release_full(session, today) + release.release_at_day_end(session, today)
    if moved:
        log.info("released", submissions=moved, coarse=True)
    return moved


def tidy(database: Database, now: datetime.datetime) -> None:
    """Forget the keys of sent forms, failed sign-ins and ended sessions; scatter the order of rows."""
    with database.transaction() as session:
        old = Receipt.day < now.date()
        session.execute(update(Receipt).where(old).values(key_hash=None, body_mac=None, day=None))
        session.execute(delete(LoginSession).where(LoginSession.expires_at < now - KEEP_SESSIONS))
        throttle.forget_old(session, now)
        release.scatter(session)
