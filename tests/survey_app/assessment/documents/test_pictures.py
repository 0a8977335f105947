"""Pictures of evidence: drawn once, kept, drawn again when lost, forgotten after a while."""

import datetime
import os
from pathlib import Path

import pytest

from survey_app.assessment.documents import pictures
from survey_app.assessment.documents.pictures import PDF, drawn, forget
from survey_app.assessment.documents.shelf import Shelf
from survey_app.config import ZONE
from survey_app.errors import NotFound
from survey_app.evidence_files.kinds import MEDIA_TYPES, Kind
from survey_app.evidence_preview import NoPreview
from tests.survey_app.assessment.uploads import TWO_PAGES, make_shelf, uploaded
from tests.survey_app.evidence_files.samples import picture

NOW = datetime.datetime(2100, 1, 1, tzinfo=ZONE)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return make_shelf(tmp_path)


def stored(shelf: Shelf, content: bytes = TWO_PAGES, name: str = "a.pdf") -> str:
    with uploaded(shelf, content, name) as upload:
        return upload.stored.key


def test_a_page_is_drawn_once(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    key = stored(shelf)
    first = drawn(shelf, key, PDF, 2)
    assert (first.pages, first.media_type, first.content[:4]) == (2, "image/png", b"\x89PNG")
    monkeypatch.setattr(pictures, "pdf_page", None)  # would be called if it were drawn again
    assert drawn(shelf, key, PDF, 2) == first


def test_a_picture_has_one_page(shelf: Shelf) -> None:
    key = stored(shelf, picture(Kind.PNG), "a.png")
    assert drawn(shelf, key, "image/png", 1).pages == 1
    with pytest.raises(NotFound):
        drawn(shelf, key, "image/png", 2)


def test_there_is_no_preview_of_other_kinds_nor_beyond_the_end(shelf: Shelf) -> None:
    key = stored(shelf)
    with pytest.raises(NotFound):
        drawn(shelf, key, MEDIA_TYPES[Kind.DOCX], 1)
    with pytest.raises(NoPreview):
        drawn(shelf, key, PDF, 3)


def test_a_disk_that_takes_no_picture_shows_it_all_the_same(shelf: Shelf) -> None:
    shelf.pictures.write_text("a file where the folder should be")
    assert drawn(shelf, stored(shelf), PDF, 1).pages == 2


def test_what_nobody_looked_at_for_long_is_forgotten(shelf: Shelf) -> None:
    key = stored(shelf)
    drawn(shelf, key, PDF, 1)
    drawn(shelf, key, PDF, 2)
    old = shelf.pictures / key[:2] / f"{key}-1"
    young = shelf.pictures / key[:2] / f"{key}-2"
    os.utime(old, ((NOW - pictures.KEEP).timestamp() - 1,) * 2)
    os.utime(young, ((NOW - pictures.KEEP).timestamp() + 1,) * 2)
    (old.parent / "gone").symlink_to("nowhere")
    forget(shelf, NOW)
    assert (old.exists(), young.exists()) == (False, True)
