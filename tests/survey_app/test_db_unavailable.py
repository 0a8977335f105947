"""A database that is locked, full or out of reach: what people are told, and that it goes on afterwards."""

import contextlib
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event, exc, func, select, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import QueuePool

from survey_app import db
from survey_app.db import Database
from survey_app.errors import Unavailable
from survey_app.models import DefinitionVersion
from tests.databases import on_postgresql, on_sqlite
from tests.survey_app.opened_databases import Open, as_owner, data, keys, level, open_database, store

__all__ = ["data", "open_database"]


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
        as_owner(data, cut, server=postgresql_server)
        session.add(level("lost too"))
    assert keys(data) == set()
    as_owner(data, cut, server=postgresql_server)  # the pooled ones, too
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
