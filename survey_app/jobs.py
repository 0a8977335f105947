"""What happens by itself: batches are released, files scanned, packages made, and old things forgotten."""

import datetime
import threading
from collections.abc import Callable

import structlog
from sqlalchemy import delete, select, update

from survey_app.accounts import throttle
from survey_app.assessment.documents import pictures
from survey_app.assessment.documents.scanning import scan_again
from survey_app.assessment.documents.shelf import Shelf
from survey_app.assessment.packing.making import Maker, forget_old, make_one
from survey_app.campaigns import release
from survey_app.config import ZONE
from survey_app.db import Database
from survey_app.errors import Unavailable
from survey_app.models import Campaign, DossierMac, LoginSession, Receipt
from survey_app.models.campaign import CLOSED

EVERY_SECONDS = 20
KEEP_SESSIONS = datetime.timedelta(days=1)

log = structlog.get_logger()


def _now() -> datetime.datetime:
    return datetime.datetime.now(ZONE)


def run(
    database: Database,
    stop: threading.Event,
    clock: Callable[[], datetime.datetime] = _now,
    *,
    shelf: Shelf | None = None,
    maker: Maker | None = None,
) -> None:
    """Do what is due, again and again, until told to stop. What fails is tried again, and stops nothing else."""
    last_tidy: datetime.date | None = None
    while not stop.is_set():
        now = clock()
        _try(release_due, database, now.date())
        if shelf is not None:
            _try(scan_again, database, shelf, now)
        if last_tidy != now.date() and _try(tidy, database, now):
            last_tidy = now.date()
            if shelf is not None:
                _try(tidy_shelf, shelf, now)
            if maker is not None:
                _try(forget_old, maker, now)
        if maker is not None:
            _try(make_one, maker, now, stop)
        stop.wait(EVERY_SECONDS)


def _try(job: Callable[..., object], *arguments: object) -> bool:
    try:
        job(*arguments)
    except Unavailable:
        log.warning("worker_waits", job=job.__name__)
    except Exception as error:  # a damaged cell must not keep yesterday's keys from being forgotten
        log.error("worker_failed", job=job.__name__, error=type(error).__name__)
    else:
        return True
    return False


def release_due(database: Database, today: datetime.date) -> int:
    """Release full batches, and after midnight what the day has left; returns the submissions moved."""
    with database.transaction() as session:
        moved = release.release_full(session, today) + release.release_at_day_end(session, today)
    if moved:
        log.info("released", submissions=moved, coarse=True)
    return moved


def tidy_shelf(shelf: Shelf, now: datetime.datetime) -> None:
    """Remove what killed uploads left unfinished, and pictures that nobody looked at for long."""
    shelf.store.sweep()
    pictures.forget(shelf, now)


def tidy(database: Database, now: datetime.datetime) -> None:
    """Forget the keys of sent forms, dossiers of closed campaigns, failed sign-ins, ended sessions; scatter rows."""
    with database.transaction() as session:
        old = Receipt.day < now.date()
        session.execute(update(Receipt).where(old).values(body_mac=None, day=None))
        closed = select(Campaign.id).where(Campaign.state == CLOSED)
        # Closing forgets them too; this is for a form that was being entered at that moment.
        session.execute(delete(DossierMac).where(DossierMac.campaign_id.in_(closed)))
        session.execute(delete(LoginSession).where(LoginSession.expires_at < now - KEEP_SESSIONS))
        throttle.forget_old(session, now)
        release.scatter(session)
