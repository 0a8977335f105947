"""Rows and files of evidence held against each other."""

import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from survey_app.assessment.documents import evidence
from survey_app.assessment.documents.checking import check
from survey_app.assessment.documents.evidence import Details
from survey_app.assessment.documents.shelf import Shelf
from survey_app.config import ZONE
from survey_app.db import Database
from survey_app.models import EvidenceFile
from survey_app.policy import Actor
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.survey_app.assessment.conftest import Place, Running
from tests.survey_app.assessment.uploads import PLENTY, make_shelf, uploaded

pytestmark = on_sqlite
LATER = datetime.datetime(2100, 1, 1, tzinfo=ZONE)


def details(number: str) -> Details:
    return Details(number=number, summary="Kế hoạch")


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return make_shelf(tmp_path)


@pytest.fixture
def known(
    database: Database, running: Running, place: Place, inspector: Actor, shelf: Shelf, clock: Clock
) -> list[str]:
    """The keys of three files with rows."""
    own = running.of(place.communes[0])
    with database.transaction() as session:
        for number in "12345"[:3]:
            with uploaded(shelf) as upload:
                evidence.add(session, inspector, own, details(number), upload, [], clock(), quota=PLENTY)
        return list(session.scalars(select(EvidenceFile.store_key).order_by(EvidenceFile.id)))


def test_nothing_is_found_where_all_is_well(database: Database, shelf: Shelf, known: list[str]) -> None:
    with database.reading() as session:
        assert not check(session, shelf, LATER)


def test_what_is_unknown_gone_or_damaged_is_named(database: Database, shelf: Shelf, known: list[str]) -> None:
    with uploaded(shelf) as upload:
        pass
    shelf.store.remove(known[0])
    path = next(path for path in (shelf.pictures.parent / "evidence").rglob(known[1]))
    path.chmod(0o600)
    path.write_bytes(b"%PDF- other")
    with database.reading() as session:
        found = check(session, shelf, LATER)
    assert (found.unknown, found.gone, found.damaged) == ((upload.stored.key,), (known[0],), (known[1],))
    assert found


def test_a_file_whose_row_may_be_on_its_way_is_not_named(database: Database, shelf: Shelf) -> None:
    with uploaded(shelf):
        pass
    with database.reading() as session:
        assert not check(session, shelf, datetime.datetime(2000, 1, 1, tzinfo=ZONE))
