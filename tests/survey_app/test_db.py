"""Two ways into the database, and what happens when it is locked, full, weak or out of reach."""

import contextlib
import os
import socket
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, event, exc, func, select, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import QueuePool

from survey_app import create_app, db
from survey_app.config import Settings
from survey_app.db import Database, UnsafeDatabase
from survey_app.errors import Unavailable
from survey_app.models import DefinitionVersion, Level, Unit
from tests.conftest import AUDIT
from tests.databases import on_postgresql, on_sqlite

Open = Callable[[], Database]


@pytest.fixture
def open_database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """More databases on the same data, each with its own pool, that wait for others but shortly."""
    monkeypatch.setattr(db, "BUSY_SECONDS", 0.3)
    with contextlib.ExitStack() as stack:

        def make() -> Database:
            made = Database(database_url, audit_key=AUDIT, pool_size=2)
            stack.callback(made.close)
            return made

        yield make


@pytest.fixture
def data(open_database: Open) -> Database:
    return open_database()


def level(key: str) -> Level:
    return Level(key=key, name=key, plural=key, ranked=True, position=1)


def keys(database: Database) -> set[str]:
    with database.reading() as session:
        return set(session.scalars(select(Level.key)))


def store(database: Database, key: str) -> None:
    with database.transaction() as session:
        session.add(level(key))


class Statements:
    """What goes to the database over an engine."""

    def __init__(self, database: Database) -> None:
        self.seen: list[str] = []
        event.listen(database.engine, "before_cursor_execute", self._hear)

    def _hear(self, _connection: Connection, _cursor: object, statement: str, *_more: object) -> None:
        self.seen.append(statement)


# Settings of every connection


@on_sqlite
def test_every_connection_is_safe(data: Database) -> None:
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(data.engine.connect()) for _ in range(3)]
        for name, value in {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}.items():
            found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for connection in connections]
            assert found == [value] * 3, name
    data.check()


@on_sqlite
@pytest.mark.parametrize(
    ("name", "value"),
    [("journal_mode", "delete"), ("synchronous", "normal"), ("foreign_keys", "off"), ("secure_delete", "off")],
)
def test_a_weaker_connection_is_refused(data: Database, settings: Settings, name: str, value: str) -> None:
    def weaken(connection: DBAPIConnection, _record: object) -> None:
        connection.cursor().execute(f"PRAGMA {name} = {value}")

    event.listen(data.engine, "connect", weaken)
    with pytest.raises(UnsafeDatabase, match=f"^DATABASE_URL: SQLite runs with {name} = "):
        data.check()


@on_sqlite
def test_writing_begins_at_once_and_reading_does_not(data: Database) -> None:
    statements = Statements(data)
    with data.transaction() as session:
        session.scalar(select(func.count()).select_from(Level))
    with data.reading() as session:
        session.scalar(select(func.count()).select_from(Level))
    assert [s for s in statements.seen if s.startswith("BEGIN")] == ["BEGIN IMMEDIATE", "BEGIN"]


@on_postgresql
def test_connections_to_postgresql_wait_for_a_bounded_time_only(database_url: str) -> None:
    database = Database(database_url)
    with database.reading() as session:
        found = [session.scalar(text(f"SHOW {name}")) for name in ("lock_timeout", "statement_timeout", "timezone")]
    assert found == ["5s", "1min", "UTC"]
    database.check()
    database.close()


@on_postgresql
def test_postgresql_that_may_lose_answers_is_refused(data: Database) -> None:
    name = "synchronous_commit"
    _as_owner(data, f"ALTER DATABASE {data.engine.url.database} SET {name} = off")
    data.engine.dispose()
    with pytest.raises(UnsafeDatabase, match=f"^DATABASE_URL: PostgreSQL runs with {name} = off"):
        data.check()


@pytest.mark.parametrize("weak", ["fsync", "full_page_writes", "synchronous_commit", None])
def test_each_of_postgresqls_promises_is_asked_for(weak: str | None) -> None:
    class Server:
        """Answers SHOW like a server on which one setting is off."""

        def execute(self, statement: object) -> "Server":
            self.asked = str(statement).removeprefix("SHOW ")
            return self

        def scalar(self) -> str:
            return "off" if self.asked == weak else "on"

    if weak is None:
        db._check_postgresql(Server())  # type: ignore[arg-type]
    else:
        with pytest.raises(UnsafeDatabase, match=weak):
            db._check_postgresql(Server())  # type: ignore[arg-type]


# Where the file lies


@pytest.mark.parametrize("kind", db.NETWORK_FILE_SYSTEMS)
def test_sqlite_on_a_network_is_refused(
    kind: str, tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _mounts(monkeypatch, tmp_path, ("/", "ext4"), (str(sqlite_template.parent), kind))
    database = Database(f"sqlite:///{sqlite_template}")
    with pytest.raises(UnsafeDatabase, match=f"^DATABASE_URL: SQLite needs a local disk, .* is on {kind}$"):
        database.check()
    database.close()


@on_sqlite
def test_the_program_does_not_start_on_a_network_disk(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _mounts(monkeypatch, tmp_path, ("/", "ext4"), (str(tmp_path), "nfs4"))
    with pytest.raises(UnsafeDatabase, match="nfs4"):
        create_app(settings)


@pytest.mark.parametrize(
    ("mounts", "kind"),
    [
        ([("/", "ext4")], "ext4"),
        ([("/", "ext4"), ("/srv/data", "nfs4")], "nfs4"),
        ([("/srv/data", "nfs4"), ("/", "ext4")], "nfs4"),
        ([("/", "nfs"), ("/srv", "xfs")], "xfs"),
        ([("/", "ext4"), ("/srv/dat", "nfs4")], "ext4"),
        ([("/", "ext4"), ("/srv/data", "autofs"), ("/srv/data", "nfs4")], "nfs4"),
        ([("/", "ext4"), (r"/srv/data/Kh\040o", "cifs")], "ext4"),
        ([], ""),
    ],
)
def test_the_mount_that_counts_is_the_innermost_and_the_last(
    mounts: list[tuple[str, str]], kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _mounts(monkeypatch, tmp_path, *mounts)
    assert db._file_system(Path("/srv/data/survey.sqlite3")) == kind


def test_a_mount_with_a_space_in_its_name_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _mounts(monkeypatch, tmp_path, ("/", "ext4"), (r"/srv/Dữ\040liệu", "cifs"))
    assert db._file_system(Path("/srv/Dữ liệu/survey.sqlite3")) == "cifs"


def test_a_system_that_tells_no_mounts_is_not_refused(
    sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "MOUNTS", tmp_path / "none")
    assert db._file_system(sqlite_template) == ""


def _mounts(monkeypatch: pytest.MonkeyPatch, folder: Path, *mounts: tuple[str, str]) -> None:
    path = folder / "mounts"
    path.write_text("".join(f"source {point} {kind} rw 0 0\n" for point, kind in mounts))
    monkeypatch.setattr(db, "MOUNTS", path)


# Writers in line

HOLD = """
import fcntl, sys
file = open(sys.argv[1], "w")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


@on_sqlite
def test_writers_come_one_after_another(data: Database, open_database: Open) -> None:
    """Each waits for the one before, also for one of another process; nobody's work is lost."""
    others, inside, faults = [open_database() for _ in range(3)], [], []

    def write(number: int) -> None:
        try:
            with (data, *others)[number % 4].transaction() as session:
                inside.append(number)
                session.add(level(f"writer{number}"))
                session.flush()
                time.sleep(0.005)
                assert inside[-1] == number
        except BaseException as fault:  # shown by the test
            faults.append(fault)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(keys(data)) == 16


@on_sqlite
def test_a_writer_of_another_process_is_waited_for_and_one_that_dies_is_not(data: Database) -> None:
    assert data.path is not None
    lock = f"{data.path}.turn"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, lock], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(Unavailable):
            store(data, "refused")
        assert keys(data) == set()  # readers do not wait in line
        other.kill()
    store(data, "taken")
    assert keys(data) == {"taken"}


@on_sqlite
def test_a_writer_that_takes_too_long_is_not_waited_for(data: Database) -> None:
    faults: list[BaseException] = []

    def late() -> None:
        try:
            store(data, "late")
        except Unavailable as refusal:
            faults.append(refusal)

    with data.transaction() as session:
        session.add(level("slow"))
        thread = threading.Thread(target=late)
        thread.start()
        thread.join()
    assert len(faults) == 1
    assert keys(data) == {"slow"}


@on_sqlite
def test_whatever_happens_the_next_one_has_its_turn(data: Database, open_database: Open) -> None:
    for fault in (ValueError, Unavailable, KeyboardInterrupt):
        with pytest.raises(fault), data.transaction():
            raise fault
        store(open_database(), fault.__name__)
    assert len(keys(data)) == 3


@on_sqlite
def test_a_child_process_waits_in_line_like_any_other(data: Database) -> None:
    """A lock file that was opened before the fork would be the parent's lock."""
    store(data, "before")
    assert data._line is not None
    mine = data._line._descriptor()
    data._line._file = (os.getpid() + 1, mine)  # as a child finds it
    assert data._line._descriptor() != mine
    os.close(mine)
    store(data, "after")
    assert keys(data) == {"before", "after"}


@on_sqlite
def test_the_lock_file_is_for_its_owner_alone_and_given_back(data: Database) -> None:
    store(data, "first")
    lock = Path(f"{data.path}.turn")
    assert stat.S_IMODE(lock.stat().st_mode) == 0o600
    assert lock.read_bytes() == b""
    opened = [os.readlink(f"/proc/self/fd/{number}") for number in _descriptors()]
    assert opened.count(str(lock)) == 1
    data.close()
    opened = [os.readlink(f"/proc/self/fd/{number}") for number in _descriptors()]
    assert str(lock) not in opened
    store(data, "second")
    assert keys(data) == {"first", "second"}


def _descriptors() -> Iterator[str]:
    for number in os.listdir("/proc/self/fd"):
        if os.path.islink(f"/proc/self/fd/{number}"):  # the listing's own is gone by now
            yield number


# All or nothing


def test_what_a_block_did_is_kept_at_its_end(data: Database, open_database: Open) -> None:
    store(data, "commune")
    assert keys(open_database()) == {"commune"}


@pytest.mark.parametrize("kind", [ValueError, Unavailable, KeyboardInterrupt, GeneratorExit])
def test_any_exception_undoes_the_whole_block(data: Database, kind: type[BaseException]) -> None:
    with pytest.raises(kind), data.transaction() as session:  # noqa: PT012
        session.add(level("written"))
        session.flush()
        raise kind
    assert keys(data) == set()


def test_an_exception_in_a_nested_block_undoes_the_outer_one_too(data: Database) -> None:
    with pytest.raises(ValueError, match="inner"), data.transaction() as session:  # noqa: PT012
        session.add(level("outer"))
        with session.begin_nested():
            session.add(level("inner"))
            session.flush()
            raise ValueError("inner")
    assert keys(data) == set()


def test_a_caught_exception_undoes_its_savepoint_alone(data: Database) -> None:
    with data.transaction() as session:
        session.add(level("outer"))
        with contextlib.suppress(ValueError), session.begin_nested():
            session.add(level("inner"))
            session.flush()
            raise ValueError
    assert keys(data) == {"outer"}


def test_a_commit_that_fails_undoes_everything(data: Database) -> None:
    with pytest.raises(exc.IntegrityError), data.transaction() as session:  # noqa: PT012
        session.add(level("first"))
        session.flush()
        session.add(Unit(code="X", name="X", level="nowhere", valid_from=func.current_date()))
    assert keys(data) == set()


def test_what_reading_writes_is_undone(data: Database) -> None:
    with data.reading() as session:
        session.add(level("sneaked"))
        session.flush()
    assert keys(data) == set()


def test_a_reader_sees_one_state_throughout(data: Database, open_database: Open) -> None:
    store(data, "first")
    with data.reading() as session:
        before = set(session.scalars(select(Level.key)))
        store(open_database(), "second")
        assert set(session.scalars(select(Level.key))) == before == {"first"}
    assert keys(data) == {"first", "second"}


def test_values_are_not_repeated_in_messages_of_faults(data: Database) -> None:
    """Answers must not reach a log by way of an exception."""
    store(data, "canary")
    with pytest.raises(exc.IntegrityError) as fault:
        store(data, "canary")
    statement, parameters = fault.value.statement, str(fault.value).partition("[SQL")[2]
    assert statement
    assert "canary" not in parameters


# States of the store


@on_sqlite
def test_a_locked_database_is_unavailable_until_it_is_free(data: Database) -> None:
    with _writer(data) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable):
            store(data, "refused")
        assert keys(data) == set()  # readers are not held up
        other.execute("ROLLBACK")
    store(data, "taken")
    assert keys(data) == {"taken"}


@on_sqlite
def test_a_short_lock_is_waited_for(database_url: str) -> None:
    database = Database(database_url)
    with _writer(database) as other:
        other.execute("BEGIN IMMEDIATE")
        release = threading.Timer(0.2, other.execute, ["ROLLBACK"])
        release.start()
        store(database, "patient")
        release.join()
    assert keys(database) == {"patient"}
    database.close()


@on_sqlite
def test_a_full_database_is_unavailable_until_there_is_room(data: Database) -> None:
    def fill(connection: DBAPIConnection, *_more: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA page_count")
        (pages,) = cursor.fetchone() or (0,)
        cursor.execute(f"PRAGMA max_page_count = {pages}")

    def free(connection: DBAPIConnection, *_more: object) -> None:
        connection.cursor().execute("PRAGMA max_page_count = 1000000")

    event.listen(data.engine, "checkout", fill)
    with pytest.raises(Unavailable), data.transaction() as session:
        session.add(DefinitionVersion(ref="large@1", content_hash="0", body="x" * 1_000_000))
    assert data.path is not None
    event.remove(data.engine, "checkout", fill)
    event.listen(data.engine, "checkout", free)
    with data.transaction() as session:
        assert session.scalar(select(func.count()).select_from(DefinitionVersion)) == 0
        session.add(DefinitionVersion(ref="large@1", content_hash="0", body="x" * 1_000_000))
    with data.reading() as session:
        assert session.scalar(text("PRAGMA integrity_check")) == "ok"
        assert session.scalar(select(func.length(DefinitionVersion.body))) == 1_000_000


@on_sqlite
def test_a_database_that_may_not_be_written_is_unavailable(data: Database) -> None:
    def protect(connection: DBAPIConnection, *_more: object) -> None:
        connection.cursor().execute("PRAGMA query_only = on")

    store(data, "first")
    event.listen(data.engine, "checkout", protect)
    with pytest.raises(Unavailable):
        store(data, "second")
    assert keys(data) == {"first"}


def test_a_file_that_cannot_be_opened_is_unavailable(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/no/such/folder/survey.sqlite3")
    with pytest.raises(Unavailable):
        database.check()
    with pytest.raises(Unavailable):
        keys(database)
    with pytest.raises(Unavailable):
        store(database, "lost")


def test_a_pool_without_a_free_connection_is_unavailable(data: Database) -> None:
    pool = data.engine.pool
    assert isinstance(pool, QueuePool)
    pool._timeout = 0.1
    with contextlib.ExitStack() as stack:
        for _ in range(4):
            stack.enter_context(data.engine.connect())
        with pytest.raises(Unavailable):
            keys(data)
    assert keys(data) == set()


@on_postgresql
def test_a_locked_table_is_unavailable_until_it_is_free(data: Database, open_database: Open) -> None:
    with open_database().engine.connect() as other:
        other.execute(text("LOCK TABLE level IN EXCLUSIVE MODE"))
        with pytest.raises(Unavailable):
            store(data, "refused")
        assert keys(data) == set()
        other.rollback()
    store(data, "taken")
    assert keys(data) == {"taken"}


@on_postgresql
def test_a_server_that_restarted_is_used_again_without_a_restart_of_ours(
    data: Database, postgresql_server: str
) -> None:
    ours = f"datname = '{data.engine.url.database}'"
    cut = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {ours}"  # noqa: S608  # a name of the tests
    with pytest.raises(Unavailable), data.transaction() as session:  # noqa: PT012
        session.add(level("lost"))
        session.flush()
        _as_owner(data, cut, server=postgresql_server)
        session.add(level("lost too"))
    assert keys(data) == set()
    _as_owner(data, cut, server=postgresql_server)  # the pooled ones, too
    store(data, "kept")
    assert keys(data) == {"kept"}


def test_a_server_out_of_reach_is_unavailable() -> None:
    database = Database("postgresql+psycopg://survey@127.0.0.1:1/survey")
    with pytest.raises(Unavailable):
        database.check()
    with pytest.raises(Unavailable):
        store(database, "lost")


def test_a_server_that_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "CONNECT_SECONDS", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        database = Database(f"postgresql+psycopg://survey@127.0.0.1:{silent.getsockname()[1]}/survey")
        started = time.monotonic()
        with pytest.raises(Unavailable):
            database.check()
        assert time.monotonic() - started < 10


def test_a_fault_of_ours_is_not_called_a_state_of_the_store(data: Database) -> None:
    for enter in (data.reading, data.transaction):
        with pytest.raises((exc.OperationalError, exc.ProgrammingError), match="nowhere"), enter() as session:
            session.execute(text("SELECT * FROM nowhere"))


def test_a_refusal_of_a_service_passes_through(data: Database) -> None:
    with pytest.raises(ZeroDivisionError), data.transaction():
        _ = 1 / 0


@contextlib.contextmanager
def _writer(database: Database) -> Iterator[sqlite3.Connection]:
    """Another program on the same file."""
    assert database.path is not None
    with contextlib.closing(
        sqlite3.connect(database.path, isolation_level=None, check_same_thread=False)
    ) as connection:
        yield connection


def _as_owner(database: Database, statement: str, server: str | None = None) -> None:
    engine = create_engine(server or database.engine.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
