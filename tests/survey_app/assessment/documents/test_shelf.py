"""The shelf of an installation, and what it gives out."""

from dataclasses import replace
from pathlib import Path

import pytest

from survey_app.antivirus import Clamd, NoScanner, Outcome
from survey_app.assessment.documents.shelf import Shelf
from survey_app.config import Settings
from survey_app.models.evidence import CLEAN, FAILED, INFECTED, SCANS, UNSCANNED, WAITING
from tests.survey_app.assessment.uploads import Saying, make_shelf


def test_it_stands_in_the_data_folder(tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path / "data",
        database_url="sqlite:///x",
        base_url="http://localhost",
        secret_key="s",
        audit_key="a",
        evidence_mb=3,
    )
    plain = Shelf.of(settings)
    assert (tmp_path / "data" / "evidence").is_dir()
    assert (plain.quota, plain.scanning) == (3 * 1024 * 1024, False)
    assert isinstance(plain.scanner, NoScanner)
    scanning = Shelf.of(replace(settings, clamd="unix:/run/clamd.sock"))
    assert scanning.scanning
    assert isinstance(scanning.scanner, Clamd)


@pytest.mark.parametrize(
    ("scanner", "given_out"),
    [(None, {WAITING, CLEAN, FAILED, UNSCANNED}), (Saying(Outcome.CLEAN), {CLEAN})],
)
def test_with_a_scanner_nothing_is_given_out_before_its_verdict(
    tmp_path: Path, scanner: Saying | None, given_out: set[str]
) -> None:
    shelf = make_shelf(tmp_path, scanner)
    assert {scan for scan in SCANS if shelf.given_out(scan)} == given_out
    assert INFECTED not in given_out
