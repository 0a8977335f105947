"""Files, scanners and a shelf for the tests of evidence."""

import io
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from survey_app.antivirus import NoScanner, Outcome, Readable, Scanner, Verdict
from survey_app.assessment.documents.shelf import Shelf
from survey_app.assessment.documents.uploading import Upload, received
from survey_app.evidence_store import EvidenceStore
from tests.survey_app.evidence_files.samples import pdf

PLENTY = 10**9
PAGE = pdf()
TWO_PAGES = pdf(pages=2)


class Saying:
    """A scanner that says what it is told to, and counts."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes, self.scanned = list(outcomes), 0

    def scan(self, stream: Readable) -> Verdict:
        assert stream.read(4)
        self.scanned += 1
        return Verdict(self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0])


def make_shelf(folder: Path, scanner: Scanner | None = None, *, quota: int = PLENTY) -> Shelf:
    return Shelf(
        store=EvidenceStore(folder / "evidence", keep_free=0),
        pictures=folder / "pictures",
        scanner=scanner or NoScanner(),
        scanning=scanner is not None,
        quota=quota,
    )


def with_scanner(shelf: Shelf, scanner: Scanner) -> Shelf:
    return replace(shelf, scanner=scanner, scanning=True)


@contextmanager
def uploaded(shelf: Shelf, content: bytes = PAGE, name: str = "ke-hoach.pdf") -> Iterator[Upload]:
    """An upload that is kept."""
    with ExitStack() as stack:
        upload = stack.enter_context(received(shelf, io.BytesIO(content), name))
        upload.promise()
        yield upload


def keys(shelf: Shelf) -> list[str]:
    return sorted(shelf.store.keys())
