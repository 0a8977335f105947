"""Pictures of evidence, drawn once and kept beside the store; what is lost is drawn again."""

import contextlib
import datetime
import os
import secrets
from pathlib import Path

from survey_app.assessment.documents.shelf import Shelf
from survey_app.errors import NotFound
from survey_app.evidence_files.kinds import MEDIA_TYPES, Kind
from survey_app.evidence_preview import Preview, pdf_page, picture

PDF = MEDIA_TYPES[Kind.PDF]
PICTURES = (MEDIA_TYPES[Kind.JPEG], MEDIA_TYPES[Kind.PNG])
SHOWN = (PDF, *PICTURES)
KEEP = datetime.timedelta(days=30)


def drawn(shelf: Shelf, key: str, media_type: str, page: int) -> Preview:
    """A page (the first is 1) of a stored file as a picture.

    Raises NoPreview where there is none, NotFound for kinds of files that are not drawn.
    """
    if media_type not in SHOWN:
        raise NotFound("preview")
    path = shelf.pictures / key[:2] / f"{key}-{page}"
    kept = _kept(path)
    if kept is None:
        with shelf.store.open(key) as file:
            content = file.read()
        kept = pdf_page(content, page) if media_type == PDF else _only(picture(content), page)
        _keep(path, kept)
    return kept


def forget(shelf: Shelf, now: datetime.datetime) -> None:
    """Remove pictures that were drawn long ago."""
    before = (now - KEEP).timestamp()
    for path in shelf.pictures.glob("*/*"):
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < before:
                path.unlink()


def _only(preview: Preview, page: int) -> Preview:
    if page != 1:
        raise NotFound("preview")
    return preview


def _kept(path: Path) -> Preview | None:
    """Pages and type stand in a line before the picture."""
    try:
        head, _, content = path.read_bytes().partition(b"\n")
    except OSError:
        return None
    pages, _, media_type = head.decode().partition(" ")
    return Preview(content=content, media_type=media_type, pages=int(pages))


def _keep(path: Path, preview: Preview) -> None:
    """A full disk keeps no picture, but shows it."""
    part = path.with_name(f"{secrets.token_hex(8)}.part")
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            part.write_bytes(f"{preview.pages} {preview.media_type}\n".encode() + preview.content)
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)
