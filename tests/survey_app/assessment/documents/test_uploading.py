"""A file on its way in: nothing is left of what is refused, and nothing promised is lost."""

import errno
import io
import os
from pathlib import Path

import pytest

from survey_app.antivirus import Outcome
from survey_app.assessment.documents.uploading import received
from survey_app.errors import Rejected, Unavailable
from survey_app.evidence_files.reasons import Refused
from survey_app.models.evidence import CLEAN, FAILED, UNSCANNED
from tests.survey_app.assessment.uploads import PAGE, Saying, keys, make_shelf, uploaded


def test_what_comes_in_is_inspected_stored_and_scanned(tmp_path: Path) -> None:
    shelf = make_shelf(tmp_path)
    with uploaded(shelf, name="Kế hoạch.pdf") as upload:
        assert (upload.name, upload.media_type, upload.scan) == ("Kế hoạch.pdf", "application/pdf", UNSCANNED)
        assert upload.stored.size == len(PAGE)
    assert keys(shelf) == [upload.stored.key]


@pytest.mark.parametrize(("outcome", "scan"), [(Outcome.CLEAN, CLEAN), (Outcome.ERROR, FAILED)])
def test_the_verdict_goes_with_the_file(tmp_path: Path, outcome: Outcome, scan: str) -> None:
    with uploaded(make_shelf(tmp_path, Saying(outcome))) as upload:
        assert upload.scan == scan


def test_an_infected_file_is_refused_and_gone(tmp_path: Path) -> None:
    shelf = make_shelf(tmp_path, Saying(Outcome.INFECTED))
    with pytest.raises(Rejected) as refused, uploaded(shelf):
        pass
    assert refused.value.problems == {"file": "infected"}
    assert keys(shelf) == []


def test_a_bad_file_is_refused_before_it_is_stored(tmp_path: Path) -> None:
    shelf = make_shelf(tmp_path)
    with pytest.raises(Refused), uploaded(shelf, b"MZ\x90", "a.exe"):
        pass
    assert keys(shelf) == []


@pytest.mark.parametrize("fault", [Rejected("evidence"), Unavailable("database"), ValueError("a fault of ours")])
def test_a_refused_row_takes_its_file_along(tmp_path: Path, fault: Exception) -> None:
    shelf = make_shelf(tmp_path)
    with pytest.raises(type(fault)), received(shelf, io.BytesIO(PAGE), "a.pdf"):
        raise fault
    assert keys(shelf) == []


def test_once_the_row_may_be_stored_the_file_stays(tmp_path: Path) -> None:
    """When a commit fails nobody knows whether it took place: a file without a row, never a row without a file."""
    shelf = make_shelf(tmp_path)
    with pytest.raises(Unavailable), uploaded(shelf):
        raise Unavailable("database")
    assert len(keys(shelf)) == 1


def test_a_killed_worker_leaves_a_file_without_a_row(tmp_path: Path) -> None:
    shelf = make_shelf(tmp_path)
    with pytest.raises(SystemExit), received(shelf, io.BytesIO(PAGE), "a.pdf"):
        raise SystemExit  # what the process does on its way down; a kill does not even do that
    assert len(keys(shelf)) == 1


def test_a_full_disk_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = make_shelf(tmp_path)

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unavailable), uploaded(shelf):
        pass
    assert keys(shelf) == []
