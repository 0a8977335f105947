"""Databases that wait for others but shortly, and a row to store in them."""

import contextlib
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import create_engine, select, text

from survey_app import db
from survey_app.db import Database
from survey_app.models import Level
from tests.conftest import AUDIT

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


def as_owner(database: Database, statement: str, server: str | None = None) -> None:
    engine = create_engine(server or database.engine.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
