"""Files without a verdict are scanned again by the worker."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select, update

from survey_app.antivirus import Outcome
from survey_app.assessment.documents import evidence
from survey_app.assessment.documents.evidence import Details
from survey_app.assessment.documents.scanning import PATIENCE, scan_again
from survey_app.assessment.documents.shelf import Shelf
from survey_app.db import Database
from survey_app.models import AuditEvent, EvidenceFile
from survey_app.models.evidence import CLEAN, FAILED, INFECTED, UNSCANNED
from survey_app.policy import Actor
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.survey_app.assessment.conftest import Place, Running
from tests.survey_app.assessment.uploads import PLENTY, Saying, make_shelf, uploaded, with_scanner

pytestmark = on_sqlite


def details(number: str) -> Details:
    return Details(number=number, summary="Kế hoạch")


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return make_shelf(tmp_path)


@pytest.fixture
def file_ids(
    database: Database, running: Running, place: Place, inspector: Actor, shelf: Shelf, clock: Clock
) -> list[int]:
    """Five files that nobody scanned."""
    own = running.of(place.communes[0])
    with database.transaction() as session:
        for number in "12345"[:5]:
            with uploaded(shelf) as upload:
                evidence.add(session, inspector, own, details(number), upload, [], clock(), quota=PLENTY)
        return list(session.scalars(select(EvidenceFile.id)))


def scans(database: Database) -> list[str]:
    with database.reading() as session:
        return sorted(session.scalars(select(EvidenceFile.scan)))


def test_without_a_scanner_nothing_is_done(database: Database, shelf: Shelf, file_ids: list[int], clock: Clock) -> None:
    assert scan_again(database, shelf, clock()) == 0
    assert scans(database) == [UNSCANNED] * len(file_ids)


def test_each_gets_its_verdict_and_an_infected_one_an_event(
    database: Database, shelf: Shelf, file_ids: list[int], clock: Clock
) -> None:
    with database.transaction() as session:
        session.execute(update(EvidenceFile).where(EvidenceFile.id == file_ids[0]).values(scan=FAILED))
    scanner = Saying(Outcome.INFECTED, Outcome.CLEAN)
    assert scan_again(database, with_scanner(shelf, scanner), clock()) == 5
    assert scans(database) == [CLEAN] * 4 + [INFECTED]
    with database.reading() as session:
        details = session.scalars(select(AuditEvent.detail).where(AuditEvent.action == "evidence_infected")).all()
    assert [list(json.loads(detail)) for detail in details] == [["sha256"]]
    assert scan_again(database, with_scanner(shelf, scanner), clock()) == 0


def test_a_scanner_that_is_away_is_asked_a_few_times(
    database: Database, shelf: Shelf, file_ids: list[int], clock: Clock
) -> None:
    scanner = Saying(Outcome.ERROR)
    assert scan_again(database, with_scanner(shelf, scanner), clock()) == 0
    assert scanner.scanned == PATIENCE
    assert scans(database) == [UNSCANNED] * len(file_ids)


def test_a_lost_file_keeps_no_other_from_being_scanned(
    database: Database, shelf: Shelf, file_ids: list[int], clock: Clock
) -> None:
    with database.reading() as session:
        shelf.store.remove(session.get_one(EvidenceFile, file_ids[2]).store_key)
    assert scan_again(database, with_scanner(shelf, Saying(Outcome.CLEAN)), clock()) == 4
    assert scans(database) == [CLEAN] * 4 + [UNSCANNED]
