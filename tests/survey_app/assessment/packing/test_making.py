"""The worker makes packages: alone, again after it was killed, and says why it could not."""

import errno
import fcntl
import hashlib
import os
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs

from survey_app.assessment.documents.shelf import Shelf
from survey_app.assessment.packing import making, packages
from survey_app.assessment.packing.making import KEEP, Maker, forget_old, make_one
from survey_app.assessment.packing.packages import Scope
from survey_app.config import Settings
from survey_app.db import Database
from survey_app.errors import Unavailable
from survey_app.models import Package
from survey_app.policy import Actor
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.factories.packages import PDF, MakeDocument, Pack
from tests.survey_app.assessment.conftest import Place, Running, events

NEVER = threading.Event()


@pytest.fixture
def waiting(
    database: Database,
    running: Running,
    place: Place,
    analyst: Actor,
    clock: Clock,
    make_document: MakeDocument,
) -> int:
    """A package of Xã An Cọ with a document, asked for."""
    make_document(running.of(place.communes[0]), ("1.1",), ("a.pdf", PDF + bytes(600_000)))
    with database.transaction() as session:
        return packages.ask(session, analyst, running.id, Scope(unit_id=place.communes[0].id), clock())


def row_of(database: Database, package_id: int) -> Package:
    with database.reading() as session:
        row = session.get_one(Package, package_id)
        session.expunge(row)
    return row


def files(maker: Maker) -> list[str]:
    return sorted(path.suffix for path in maker.folder.iterdir() if path.name != "making.lock")


def test_a_package_is_made_and_noted(database: Database, maker: Maker, waiting: int, clock: Clock) -> None:
    assert make_one(maker, clock(), NEVER)
    row = row_of(database, waiting)
    assert (row.state, row.done, row.total, row.damaged) == ("done", len(PDF) + 600_000, len(PDF) + 600_000, 0)
    path = maker.folder / str(row.path)
    assert row.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert path.stat().st_mode & 0o777 == 0o600
    with database.reading() as session:
        assert events(session, "package_made") == [{"sha256": row.sha256, "damaged": 0}]
    assert not make_one(maker, clock(), NEVER)
    assert files(maker) == [".zip"]


@on_sqlite
def test_progress_is_noted_on_the_way(
    database: Database, maker: Maker, waiting: int, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[str, int]] = []
    note = making._note

    def noted(database: Database, package_id: int, **values: int) -> None:
        seen.append(values)
        note(database, package_id, **values)
        if "done" in values:
            assert row_of(database, package_id).state == "running"
            assert row_of(database, package_id).done == values["done"]

    monkeypatch.setattr(making, "_note", noted)
    monkeypatch.setattr(making, "TOLD_EVERY", 300_000)
    make_one(maker, clock(), NEVER)
    assert seen == [{"total": len(PDF) + 600_000}, {"done": 2 * 256 * 1024}]


def test_what_a_killed_worker_left_is_made_again(database: Database, maker: Maker, waiting: int, clock: Clock) -> None:
    with database.transaction() as session:
        session.execute(update(Package).values(state="running", done=17))
    maker.folder.mkdir()
    (maker.folder / "left.part").write_bytes(b"half")
    assert make_one(maker, clock(), NEVER)
    assert row_of(database, waiting).state == "done"
    assert files(maker) == [".zip"]


@on_sqlite
def test_a_worker_that_is_told_to_end_leaves_the_package_to_the_next(
    database: Database, maker: Maker, waiting: int, clock: Clock
) -> None:
    stop = threading.Event()
    stop.set()
    with capture_logs() as logs:
        assert make_one(maker, clock(), stop)
    assert [entry["event"] for entry in logs] == ["package_waits"]
    assert row_of(database, waiting).state == "running"
    assert files(maker) == []
    assert make_one(maker, clock(), NEVER)
    assert row_of(database, waiting).state == "done"


@on_sqlite
def test_two_workers_do_not_make_packages_at_once(database: Database, maker: Maker, waiting: int, clock: Clock) -> None:
    maker.folder.mkdir()
    descriptor = os.open(maker.folder / "making.lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    assert not make_one(maker, clock(), NEVER)
    assert forget_old(maker, clock() + 2 * KEEP) == 0
    assert row_of(database, waiting).state == "waiting"
    os.close(descriptor)
    assert make_one(maker, clock(), NEVER)


@on_sqlite
def test_without_room_it_fails_and_says_so(
    database: Database, maker: Maker, waiting: int, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with capture_logs() as logs:
        assert make_one(replace(maker, keep_free=2**60), clock(), NEVER)
    row = row_of(database, waiting)
    assert (row.state, row.reason, row.path) == ("failed", "full", None)
    assert [(entry["event"], entry["error"]) for entry in logs] == [("package_failed", "OSError")]

    def full(*_arguments: object) -> int:
        raise OSError(errno.ENOSPC, "full")

    with database.transaction() as session:
        session.execute(update(Package).values(state="waiting", reason=""))
    monkeypatch.setattr(making, "write", full)
    assert make_one(maker, clock(), NEVER)
    assert row_of(database, waiting).reason == "full"
    assert files(maker) == []


@on_sqlite
def test_a_fault_of_ours_fails_it_and_a_locked_database_does_not(
    database: Database, maker: Maker, waiting: int, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object) -> Any:
        raise ValueError("a secret")

    def locked(*_arguments: object) -> Any:
        raise Unavailable("database")

    monkeypatch.setattr(making, "contents", locked)
    with pytest.raises(Unavailable):
        make_one(maker, clock(), NEVER)
    assert row_of(database, waiting).state == "running"
    monkeypatch.setattr(making, "contents", broken)
    with capture_logs() as logs:
        assert make_one(maker, clock(), NEVER)
    assert row_of(database, waiting).reason == "fault"
    assert "secret" not in str(logs)


def test_a_new_package_takes_the_place_of_the_old_one_of_the_same(
    database: Database, running: Running, place: Place, analyst: Actor, inspector: Actor, maker: Maker, pack: Pack
) -> None:
    an, other = Scope(unit_id=place.communes[0].id), Scope(set_id=running.sets["commune"], field="1")
    first, kept, own = (
        pack(analyst, running.id, an),
        pack(analyst, running.id, other),
        pack(inspector, running.id, an),
    )
    again = pack(analyst, running.id, an)
    assert not first.exists()
    assert set(maker.folder.glob("*.zip")) == {kept, own, again}
    with database.reading() as session:
        assert len(session.scalars(select(Package.id)).all()) == 3


def test_old_packages_are_forgotten_with_their_files(
    database: Database, running: Running, place: Place, analyst: Actor, maker: Maker, pack: Pack, clock: Clock
) -> None:
    old = pack(analyst, running.id, Scope(unit_id=place.communes[0].id))
    clock.move(days=KEEP.days - 1)
    young = pack(analyst, running.id, Scope(unit_id=place.communes[1].id))
    (maker.folder / "unknown.zip").write_bytes(b"")
    assert forget_old(maker, clock()) == 0
    assert sorted(maker.folder.glob("*.zip")) == sorted([old, young])
    clock.move(days=1, seconds=1)
    assert forget_old(maker, clock()) == 1
    assert list(maker.folder.glob("*.zip")) == [young]


@on_sqlite
def test_the_maker_of_an_installation(database: Database, settings: Settings, shelf: Shelf, tmp_path: Path) -> None:
    maker = Maker.of(database, shelf, settings)
    assert (maker.folder, maker.keep_free) == (tmp_path / "packages", 1024**3)
