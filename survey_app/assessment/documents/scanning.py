"""The worker scans again what has no verdict: the scanner was away, slow, or not yet set up."""

import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app import audit
from survey_app.assessment.documents.shelf import Shelf
from survey_app.assessment.documents.uploading import scanned
from survey_app.db import Database
from survey_app.evidence_store import Missing
from survey_app.models import EvidenceFile
from survey_app.models.evidence import CLEAN, FAILED, INFECTED, UNSCANNED, WAITING

MOST = 20  # in one round: other work of the worker waits meanwhile
PATIENCE = 3
OPEN = (WAITING, FAILED, UNSCANNED)


def scan_again(database: Database, shelf: Shelf, now: datetime.datetime) -> int:
    """Scan files without a verdict; returns how many got one. Nothing where no scanner is set up.

    A few that fail again end the round, as the scanner is still away; the order changes each time, so that files it
    can never scan do not keep others from it.
    """
    if not shelf.scanning:
        return 0
    with database.reading() as session:
        waiting = _waiting(session)
    done, failed = 0, 0
    for file_id, key in waiting:
        verdict = _verdict(shelf, key)
        if verdict not in (CLEAN, INFECTED):
            failed += 1
            if failed == PATIENCE:
                break
            continue
        with database.transaction() as session:
            _note(session, file_id, verdict, now)
        done += 1
    return done


def _waiting(session: Session) -> list[tuple[int, str]]:
    query = select(EvidenceFile.id, EvidenceFile.store_key).where(EvidenceFile.scan.in_(OPEN))
    return [(file_id, key) for file_id, key in session.execute(query.order_by(func.random()).limit(MOST))]


def _verdict(shelf: Shelf, key: str) -> str:
    """A file that is gone has none; `survey evidence check` reports it."""
    try:
        return scanned(shelf, key)
    except Missing:
        return FAILED


def _note(session: Session, file_id: int, verdict: str, now: datetime.datetime) -> None:
    row = session.get_one(EvidenceFile, file_id)
    row.scan = verdict
    session.flush()
    if verdict == INFECTED:
        detail = {"sha256": row.sha256}
        audit.record(session, None, "evidence_infected", f"evidence_file {file_id}", now=now, detail=detail)
