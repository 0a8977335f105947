"""Evidence with files, and packages of it; used by the tests of the assessment room."""

import hashlib
import io
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from survey_app.antivirus import NoScanner
from survey_app.assessment.documents.shelf import Shelf
from survey_app.assessment.packing import packages
from survey_app.assessment.packing.making import Maker, make_one
from survey_app.assessment.packing.packages import Scope
from survey_app.db import Database
from survey_app.evidence_store import EvidenceStore
from survey_app.models import Assessment, Evidence, EvidenceFile, Package, Support
from survey_app.policy import Actor
from tests.conftest import Clock

PDF = b"%PDF-1.7 "
MakeDocument = Callable[..., int]
Pack = Callable[..., Path]


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """The store of the application, on a disk of any size."""
    return Shelf(
        store=EvidenceStore(tmp_path / "evidence", keep_free=0),
        pictures=tmp_path / "evidence-pictures",
        scanner=NoScanner(),
        scanning=False,
        quota=10**9,
    )


@pytest.fixture
def maker(database: Database, shelf: Shelf, tmp_path: Path) -> Maker:
    return Maker(database=database, shelf=shelf, folder=tmp_path / "packages", keep_free=0)


@pytest.fixture
def make_document(database: Database, shelf: Shelf, clock: Clock, analyst: Actor) -> MakeDocument:
    """make_document(assessment_id, ("1.1",), ("a.pdf", b"..."), ...): a document with the versions of its file."""

    def make(
        assessment_id: int,
        leaves: tuple[str, ...],
        *files: tuple[str, bytes],
        by_appraiser: bool = False,
        scan: str = "unscanned",
        **more: Any,
    ) -> int:
        with database.transaction() as session:
            found = session.get_one(Assessment, assessment_id)
            document = Evidence(round_id=found.round_id, unit_id=found.unit_id, summary="Kế hoạch", **more)
            session.add(document)
            session.flush()
            for leaf in leaves:
                tie = Support(assessment_id=assessment_id, leaf=leaf, evidence_id=document.id)
                tie.by_appraiser = by_appraiser
                session.add(tie)
            for version, (name, content) in enumerate(files, start=1):
                stored = shelf.store.put(io.BytesIO(content), limit=10**7)
                row = EvidenceFile(evidence_id=document.id, version=version, store_key=stored.key)
                row.sha256, row.size, row.name = hashlib.sha256(content).hexdigest(), len(content), name
                row.media_type, row.scan, row.account_id, row.at = "application/pdf", scan, analyst.account_id, clock()
                session.add(row)
        return document.id

    return make


@pytest.fixture
def pack(database: Database, maker: Maker, clock: Clock) -> Pack:
    """pack(actor, round_id, Scope(unit_id=...)): a package, asked for and made; returns its file."""

    def make(actor: Actor, round_id: int, scope: Scope) -> Path:
        with database.transaction() as session:
            package_id = packages.ask(session, actor, round_id, scope, clock())
        assert make_one(maker, clock(), threading.Event())
        with database.reading() as session:
            row = session.scalars(select(Package).where(Package.id == package_id)).one()
            assert (row.state, row.reason) == ("done", "")
            return maker.folder / str(row.path)

    return make
