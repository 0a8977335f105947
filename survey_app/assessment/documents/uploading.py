"""A file on its way in: inspected, stored, scanned; taken away again when its row is refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, BinaryIO, cast

from survey_app.antivirus import Outcome
from survey_app.assessment.documents.shelf import Shelf
from survey_app.errors import Rejected
from survey_app.evidence_files.inspection import MOST_BYTES, inspect
from survey_app.evidence_store import Stored
from survey_app.models.evidence import CLEAN, FAILED, INFECTED, UNSCANNED

SCANNED = {
    Outcome.CLEAN: CLEAN,
    Outcome.INFECTED: INFECTED,
    Outcome.ERROR: FAILED,
    Outcome.NOT_CONFIGURED: UNSCANNED,
}


class Upload:
    """A file that lies in the store and has no row yet."""

    def __init__(self, stored: Stored, *, name: str, media_type: str, scan: str) -> None:
        self.stored, self.name, self.media_type, self.scan = stored, name, media_type, scan
        self.promised = False

    def promise(self) -> None:
        """From here on its row may be stored: whatever fails now, the file stays, and at worst no row knows it."""
        self.promised = True


@contextmanager
def received(shelf: Shelf, sent: IO[bytes], name: str) -> Iterator[Upload]:
    """An upload, for the transaction inside the block.

    Refuses what `evidence_files.inspection.inspect` refuses and what the scanner finds infected (Rejected), and a
    full disk (Unavailable); then nothing is left. A process that is killed leaves a file without a row.
    """
    file = cast(BinaryIO, sent)  # the same to read from
    accepted = inspect(file, name)
    stored = shelf.store.put(file, limit=MOST_BYTES)
    upload = Upload(stored, name=accepted.safe_name, media_type=accepted.media_type, scan=UNSCANNED)
    try:
        upload.scan = scanned(shelf, stored.key)
        if upload.scan == INFECTED:
            raise Rejected("file", problems={"file": INFECTED})
        yield upload
    except Exception:
        if not upload.promised:
            shelf.store.remove(stored.key)
        raise


def scanned(shelf: Shelf, key: str) -> str:
    """The verdict of the scanner on a stored file, as its row keeps it."""
    with shelf.store.open(key) as content:
        return SCANNED[shelf.scanner.scan(content).outcome]
