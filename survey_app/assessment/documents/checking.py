"""Does every row of evidence have its file, unchanged, and every file its row."""

import datetime
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.assessment.documents.shelf import Shelf
from survey_app.models import EvidenceFile

YOUNG = datetime.timedelta(hours=1)  # the row of a file may still be on its way


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Keys of files that no row knows, of rows whose file is gone, and of files that are not as they came."""

    unknown: tuple[str, ...]
    gone: tuple[str, ...]
    damaged: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.unknown or self.gone or self.damaged)


def check(session: Session, shelf: Shelf, now: datetime.datetime) -> Findings:
    """Compare rows and files, and compute every hash anew; nothing is changed."""
    known = dict(session.execute(select(EvidenceFile.store_key, EvidenceFile.sha256)).all())
    orphans = shelf.store.orphans(known, before=now - YOUNG)
    there = sorted(known.keys() - orphans.rows)
    return Findings(
        unknown=tuple(sorted(orphans.files)),
        gone=tuple(sorted(orphans.rows)),
        damaged=tuple(key for key in there if not shelf.store.verify(key, known[key])),
    )
