"""The database: one engine, two ways in (reading, transaction), and the only commit of the program."""

import fcntl
import os
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import Lock
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, event, exc, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session

from survey_app.errors import Unavailable

BUSY_SECONDS = 5
TURN_SECONDS = 0.0003
CONNECT_SECONDS = 5
PRAGMAS = {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "secure_delete": "1"}
# https://sqlite.org/rescode.html: states of the store, not faults of the program.
STORE_STATES = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY")
NETWORK_FILE_SYSTEMS = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "ceph", "fuse.glusterfs")
MOUNTS = Path("/proc/mounts")
MIGRATIONS = Path(__file__).parent / "migrations"


class UnsafeDatabase(Exception):
    """A database whose settings could lose what was acknowledged."""


class Turn:
    """Writers of one SQLite file wait in line on a lock beside it; SQLite would let them sleep and poll.

    Whoever writes without this line (a backup, another program) still meets SQLite's own lock.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(path.name + ".turn")
        self._in_process = Lock()
        self._file: tuple[int, int] | None = None

    @contextmanager
    def __call__(self) -> Iterator[None]:
        deadline = time.monotonic() + BUSY_SECONDS
        if not self._in_process.acquire(timeout=BUSY_SECONDS):
            raise Unavailable("database")
        try:
            descriptor = self._descriptor()
            while not _locked(descriptor):
                if time.monotonic() > deadline:
                    raise Unavailable("database")
                time.sleep(TURN_SECONDS)
            try:
                yield
            finally:
                fcntl.flock(descriptor, fcntl.LOCK_UN)
        finally:
            self._in_process.release()

    def _descriptor(self) -> int:
        """The open lock file of this process: a forked child that shared it would share the lock."""
        if self._file is None or self._file[0] != os.getpid():
            try:
                self._file = (os.getpid(), os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            except OSError as error:
                raise Unavailable("database") from error
        return self._file[1]

    def close(self) -> None:
        """Give the lock file back; the next turn opens it again."""
        if self._file is not None and self._file[0] == os.getpid():
            os.close(self._file[1])
        self._file = None


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class Database:
    """Sessions on one database. Services get a session and flush; `transaction` alone commits."""

    def __init__(self, url: str, *, audit_key: str = "", pool_size: int = 8) -> None:
        parsed = make_url(url)
        self.sqlite = parsed.get_backend_name() == "sqlite"
        self.path = Path(parsed.database) if self.sqlite and parsed.database else None
        options: dict[str, Any] = {"hide_parameters": True, "pool_size": pool_size, "max_overflow": pool_size}
        if self.sqlite:
            options["connect_args"] = {"timeout": BUSY_SECONDS, "isolation_level": None}
        else:
            wait = f"-c lock_timeout={BUSY_SECONDS}s -c statement_timeout=60s -c timezone=UTC"
            arguments = {"options": wait, "connect_timeout": CONNECT_SECONDS}
            options |= {"connect_args": arguments, "pool_pre_ping": True}
        self.engine = create_engine(url, **options)
        if self.sqlite:
            event.listen(self.engine, "connect", _set_pragmas)
            event.listen(self.engine, "begin", _begin)
        self._writer = self.engine.execution_options(writes=True)
        # A reader sees one state from its first query to its last; SQLite knows nothing else.
        self._reader = self.engine if self.sqlite else self.engine.execution_options(isolation_level="REPEATABLE READ")
        self._info = {"audit_key": audit_key}
        self._line = Turn(self.path) if self.path else None

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose work is committed at the end, or wholly undone by any exception.

        Raises Unavailable when the store is locked, full or out of reach.
        """
        turn = self._line() if self._line else nullcontext()
        with turn, _store_states(), Session(self._writer, expire_on_commit=False, info=self._info) as session:
            yield session
            session.commit()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for queries on one state of the data; whatever it might write is undone."""
        with _store_states(), Session(self._reader, autoflush=False, info=self._info) as session:
            yield session
            session.rollback()

    def check(self) -> None:
        """Refuse a database that could lose acknowledged data (UnsafeDatabase)."""
        with _store_states(), self.engine.connect() as connection:
            if self.sqlite:
                _check_sqlite(connection, self.path)
            else:
                _check_postgresql(connection)

    def config(self) -> Config:
        """Alembic's configuration for this database."""
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["database"] = self
        return config

    def upgrade(self, revision: str = "head") -> None:
        """Bring the schema up to a revision."""
        if self.path is not None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        command.upgrade(self.config(), revision)

    def downgrade(self, revision: str) -> None:
        command.downgrade(self.config(), revision)

    def schema_differences(self) -> None:
        """Raise when the models and the migrated schema differ."""
        command.check(self.config())

    def close(self) -> None:
        self.engine.dispose()
        if self._line:
            self._line.close()


def _set_pragmas(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    for name, value in PRAGMAS.items():
        cursor.execute(f"PRAGMA {name} = {value}")
    cursor.close()


def _begin(connection: Connection) -> None:
    # A deferred transaction that turns to writing fails at once when another writes, whatever the timeout.
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _store_states() -> Iterator[None]:
    try:
        yield
    except exc.TimeoutError as error:
        raise Unavailable("database") from error
    except exc.OperationalError as error:
        name = getattr(error.orig, "sqlite_errorname", None)
        if isinstance(error.orig, sqlite3.Error) and not str(name).startswith(STORE_STATES):
            raise
        raise Unavailable("database") from error


def _check_sqlite(connection: Connection, path: Path | None) -> None:
    for name, expected in PRAGMAS.items():
        found = connection.exec_driver_sql(f"PRAGMA {name}").scalar()
        if str(found).lower() != expected:
            raise UnsafeDatabase(f"DATABASE_URL: SQLite runs with {name} = {found}, needed is {expected}")
    if path is not None and (kind := _file_system(path)) in NETWORK_FILE_SYSTEMS:
        raise UnsafeDatabase(f"DATABASE_URL: SQLite needs a local disk, {path} is on {kind}")


def _file_system(path: Path) -> str:
    """The type of the file system that holds a path; empty where the system does not tell."""
    if not MOUNTS.exists():
        return ""
    found = [line.split()[1:3] for line in MOUNTS.read_text().splitlines()]
    points = [(re.sub(r"\\(\d{3})", lambda sign: chr(int(sign[1], 8)), point), kind) for point, kind in found]
    # Of two on one point the later one is seen (an automount stands before what it mounts).
    holding = [(point, kind) for point, kind in reversed(points) if path.resolve().is_relative_to(point)]
    return max(holding, key=lambda pair: len(pair[0]), default=("", ""))[1]


def _check_postgresql(connection: Connection) -> None:
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        found = connection.execute(text(f"SHOW {name}")).scalar()
        if found == "off":
            raise UnsafeDatabase(f"DATABASE_URL: PostgreSQL runs with {name} = off and could lose acknowledged answers")
