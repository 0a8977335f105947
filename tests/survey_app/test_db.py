"""Two ways into the database, and what happens when it is locked, full, weak or out of reach."""

import contextlib
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, exc, func, select, text
from sqlalchemy.engine.interfaces import DBAPIConnection

from survey_app import create_app, db
from survey_app.config import Settings
from survey_app.db import Database, UnsafeDatabase
from survey_app.errors import Unavailable
from survey_app.models import Level, Unit
from tests.databases import on_postgresql, on_sqlite
from tests.survey_app.opened_databases import Open, as_owner, data, keys, level, open_database, store

__all__ = ["data", "open_database"]


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
    as_owner(data, f"ALTER DATABASE {data.engine.url.database} SET {name} = off")
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
