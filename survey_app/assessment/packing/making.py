"""The worker makes packages, one at a time and one worker alone; what a killed worker left is taken up again."""

import datetime
import errno
import fcntl
import hashlib
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from survey_app import audit
from survey_app.assessment.documents.shelf import Shelf
from survey_app.assessment.packing.contents import Contents, contents
from survey_app.assessment.packing.writing import write
from survey_app.config import Settings
from survey_app.db import Database
from survey_app.errors import Unavailable
from survey_app.evidence_store import FULL, KEEP_FREE
from survey_app.models import Package
from survey_app.models.package import DONE, FAILED, RUNNING, WAITING

KEEP = datetime.timedelta(days=7)
TOLD_EVERY = 16 * 1024**2  # bytes between two notes of the progress
PART, ZIP = ".part", ".zip"

log = structlog.get_logger()


class Stopped(Exception):
    """The worker is told to end; the package is made by the next one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """Where packages are made from, and where they are kept."""

    database: Database
    shelf: Shelf
    folder: Path
    keep_free: int = KEEP_FREE

    @classmethod
    def of(cls, database: Database, shelf: Shelf, settings: Settings) -> Self:
        """The maker of an installation."""
        return cls(database=database, shelf=shelf, folder=folder(settings))


def folder(settings: Settings) -> Path:
    """Where an installation keeps its packages."""
    return settings.data_dir / "packages"


def make_one(maker: Maker, now: datetime.datetime, stop: threading.Event) -> bool:
    """Make the package that has waited longest; whether there was one. Nothing while another worker makes one."""
    with _alone(maker.folder) as alone:
        package_id = _take(maker.database) if alone else None
        if package_id is None:
            return False
        try:
            _make(maker, package_id, now, stop)
        except Stopped:
            log.info("package_waits", package=package_id)
        except Unavailable:  # of the database: the state stays, and it is made again
            raise
        except Exception as error:
            full = isinstance(error, OSError) and error.errno in FULL
            _finish(maker.database, package_id, state=FAILED, reason="full" if full else "fault")
            log.error("package_failed", package=package_id, error=type(error).__name__)
    return True


def forget_old(maker: Maker, now: datetime.datetime) -> int:
    """Take away finished and failed packages after some days, and files that no row knows; returns how many rows."""
    with _alone(maker.folder) as alone:
        if not alone:
            return 0
        old = Package.state.in_((DONE, FAILED)) & (Package.at < now - KEEP)
        with maker.database.transaction() as session:
            gone = session.scalars(delete(Package).where(old).returning(Package.id)).all()
        _sweep(maker)
    return len(gone)


@contextmanager
def _alone(place: Path) -> Iterator[bool]:
    """Whether no other worker is at it; the kernel lets go of the lock of one that is killed."""
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(place / "making.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        for left in place.glob(f"*{PART}"):
            left.unlink(missing_ok=True)
        yield True
    finally:
        os.close(descriptor)


def _sweep(maker: Maker) -> None:
    """Take away the files that no row knows."""
    with maker.database.reading() as session:
        known = set(session.scalars(select(Package.path)))
    for path in maker.folder.glob(f"*{ZIP}"):
        if path.name not in known:
            path.unlink(missing_ok=True)


def _take(database: Database) -> int | None:
    """The next package, marked as being made; one that is marked already was left by a worker that is gone."""
    with database.transaction() as session:
        query = select(Package).where(Package.state.in_((WAITING, RUNNING))).order_by(Package.id)
        row = session.scalars(query).first()
        if row is None:
            return None
        row.state, row.done = RUNNING, 0
        return row.id


def _make(maker: Maker, package_id: int, now: datetime.datetime, stop: threading.Event) -> None:
    with maker.database.reading() as session:
        found = contents(session, session.get_one(Package, package_id), maker.shelf.given_out, now)
    free = os.statvfs(maker.folder)
    if free.f_bavail * free.f_frsize < maker.keep_free + found.total:
        raise OSError(errno.ENOSPC, "no room for a package")
    _note(maker.database, package_id, total=found.total)
    part = maker.folder / f"{secrets.token_hex(16)}{PART}"
    try:
        damaged = _written(maker, package_id, found, part, stop)
        with part.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        path = part.rename(part.with_suffix(ZIP))
    finally:
        part.unlink(missing_ok=True)
    done = {"done": found.total, "path": path.name, "sha256": sha256, "damaged": damaged}
    _finish(maker.database, package_id, state=DONE, now=now, **done)
    _sweep(maker)


def _written(maker: Maker, package_id: int, found: Contents, part: Path, stop: threading.Event) -> int:
    done, told = 0, 0

    def hear(size: int) -> None:
        nonlocal done, told
        done += size
        if stop.is_set():
            raise Stopped
        if done - told >= TOLD_EVERY:
            told = done
            _note(maker.database, package_id, done=done)

    with part.open("xb") as target:
        part.chmod(0o600)
        damaged = write(found, target, maker.shelf.store, hear)
        target.flush()
        os.fsync(target.fileno())
    return damaged


def _note(database: Database, package_id: int, **values: int) -> None:
    with database.transaction() as session:
        session.execute(update(Package).where(Package.id == package_id).values(**values))


def _finish(
    database: Database, package_id: int, *, state: str, now: datetime.datetime | None = None, **values: object
) -> None:
    with database.transaction() as session:
        session.execute(update(Package).where(Package.id == package_id).values(state=state, **values))
        if now is not None:
            _replace(session, session.get_one(Package, package_id))
            detail = {"sha256": values["sha256"], "damaged": values["damaged"]}
            audit.record(session, None, "package_made", f"package {package_id}", now=now, detail=detail)


def _replace(session: Session, row: Package) -> None:
    """The packages of the same that this one takes the place of."""
    same = (
        (Package.round_id == row.round_id)
        & Package.unit_id.is_not_distinct_from(row.unit_id)
        & Package.set_id.is_not_distinct_from(row.set_id)
        & (Package.field == row.field)
        & (Package.internal == row.internal)
    )
    session.execute(delete(Package).where(same, Package.state == DONE, Package.id != row.id))
