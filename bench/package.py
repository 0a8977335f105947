"""A package of 2 GB of evidence: peak memory and speed of making and of checking it."""

import datetime
import hashlib
import os
import re
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select

from questionnaires.loader import published
from survey_app.accounts import passwords
from survey_app.accounts.service import AccountDraft, add_account
from survey_app.antivirus import NoScanner
from survey_app.assessment import rounds
from survey_app.assessment.documents.shelf import Shelf
from survey_app.assessment.packing import checking, packages
from survey_app.assessment.packing.making import Maker, make_one
from survey_app.assessment.packing.packages import Scope
from survey_app.db import Database
from survey_app.demo import load
from survey_app.evidence_store import EvidenceStore
from survey_app.models import Assessment, CriteriaSet, Evidence, EvidenceFile, Package, Support, Unit
from survey_app.organisation.loading import load_province
from survey_app.policy import Role

MB = 1024**2
WHOLE, QUICK, FILE = 2048 * MB, 200 * MB, 20 * MB
NOW = datetime.datetime(2026, 3, 1, 9, tzinfo=datetime.UTC)
REF = "department-2026@1"
T = TypeVar("T")


class Random:
    """A stream of bytes that do not compress."""

    def __init__(self, size: int, seed: bytes) -> None:
        self.left, self.block = size, hashlib.shake_256(seed).digest(MB)

    def read(self, size: int) -> bytes:
        taken = min(size, self.left, MB)
        self.left -= taken
        return self.block[:taken]


def run(*, quick: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        size = min(QUICK if quick else WHOLE, int(shutil.disk_usage(folder).free * 0.4))
        database = Database(f"sqlite:///{folder / 'survey.sqlite3'}", audit_key="x" * 40)
        database.upgrade()
        shelf = Shelf(
            store=EvidenceStore(folder / "evidence", keep_free=0),
            pictures=folder / "pictures",
            scanner=NoScanner(),
            scanning=False,
            quota=size,
        )
        maker = Maker(database=database, shelf=shelf, folder=folder / "packages", keep_free=0)
        asked = _asked(database, shelf, size)
        _warm(maker)
        print(f"\npackage: {size / MB:.0f} MB in files of {FILE // MB} MB")
        _line("make", size, lambda: make_one(maker, NOW, threading.Event()))
        with database.reading() as session:
            path = maker.folder / str(session.get_one(Package, asked).path)
        found = _line("check", size, lambda: checking.check(path))
        print(f"differences: {len(found.differences)}")
        database.close()


def _asked(database: Database, shelf: Shelf, size: int) -> int:
    """Two packages asked for: one of a unit without files, to have everything loaded, then the large one."""
    with database.transaction() as session:
        load_province(session, published("provinces")[load.PROVINCE].definition, NOW)
        role, (username, name) = Role.ANALYST, load.PEOPLE[Role.ANALYST]
        add_account(session, AccountDraft(username=username, name=name, role=role, unit_id=1), passwords.issue())
        actor, loaded = load.analyst(session), published("par_index")[REF]
        found = CriteriaSet(key="department-2026", version=1, block="department", year=2026, title="Bộ tiêu chí")
        found.body, found.content_hash = loaded.source, loaded.content_hash
        session.add(found)
        session.flush()
        days = dict.fromkeys(rounds.DATES, datetime.date(2026, 12, 31))
        draft = rounds.RoundDraft(title="Kỳ đo", year=2026, dates=days, sets={"department": found.id})
        round_id = rounds.create(session, actor, draft, NOW)
        rounds.open_round(session, actor, round_id, NOW)
        small, large = session.scalars(
            select(Assessment).join(Unit, Unit.id == Assessment.unit_id).order_by(Unit.id).limit(2)
        ).all()
        leaves = [spot.node.id for spot in loaded.definition.leaves]
        for number in range(size // FILE):
            document = Evidence(round_id=round_id, unit_id=large.unit_id, summary=f"Tài liệu {number}")
            session.add(document)
            session.flush()
            stored = shelf.store.put(Random(FILE, str(number).encode()), limit=FILE)
            leaf = leaves[number % len(leaves)]
            session.add(Support(assessment_id=large.id, leaf=leaf, evidence_id=document.id))
            file = EvidenceFile(evidence_id=document.id, version=1, store_key=stored.key, sha256=stored.sha256)
            file.size, file.name, file.media_type, file.scan = stored.size, "tai-lieu.pdf", "application/pdf", "clean"
            file.account_id, file.at = actor.account_id, NOW
            session.add(file)
        packages.ask(session, actor, round_id, Scope(unit_id=small.unit_id), NOW)
        return packages.ask(session, actor, round_id, Scope(unit_id=large.unit_id), NOW)


def _warm(maker: Maker) -> None:
    make_one(maker, NOW, threading.Event())
    for path in maker.folder.glob("*.zip"):
        checking.check(path)


def _line(name: str, size: int, work: Callable[[], T]) -> T:
    os.sync()
    Path("/proc/self/clear_refs").write_text("5")  # the peak counts from now on
    before, start = _memory("VmRSS"), time.perf_counter()
    found = work()
    seconds, peak = time.perf_counter() - start, _memory("VmHWM")
    speed = f"{seconds:7.1f} s  {size / MB / seconds:7.0f} MB/s"
    print(f"{name:8} {speed}  peak {peak:.0f} MB, {peak - before:.0f} MB above the start")
    return found


def _memory(name: str) -> float:
    """What this process holds (VmRSS) or held at most (VmHWM), in MB."""
    found = re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) / 1024 if found else 0.0
