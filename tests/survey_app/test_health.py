"""What monitors are told."""

import shutil
from collections import namedtuple
from dataclasses import replace

import pytest
from flask import Flask

from survey_app import create_app
from survey_app.config import Settings
from survey_app.db import Database
from survey_app.errors import Unavailable
from survey_app.health import LEAST_FREE_BYTES
from tests.conftest import Client
from tests.databases import on_sqlite

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    def reading(_database: Database) -> None:
        raise Unavailable("database")

    monkeypatch.setattr(Database, "reading", reading)


def test_a_sound_installation_is_alive_and_ready(client: Client) -> None:
    for path in ("/healthz", "/readyz"):
        response = client.get(path)
        assert (response.status_code, response.json) == (200, {"status": "ok"})
        assert response.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in response.headers


@on_sqlite
def test_without_its_database_it_is_alive_but_not_ready(client: Client, unavailable: None) -> None:
    assert client.get("/healthz").status_code == 200
    response = client.get("/readyz")
    assert (response.status_code, response.json) == (503, {"status": "database"})


@on_sqlite
@pytest.mark.parametrize(("free", "status"), [(LEAST_FREE_BYTES, 200), (LEAST_FREE_BYTES - 1, 503), (0, 503)])
def test_without_room_on_the_disk_it_is_not_ready(
    client: Client, monkeypatch: pytest.MonkeyPatch, free: int, status: int
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: Usage(10**12, 0, free))
    response = client.get("/readyz")
    assert (response.status_code, response.json) == (status, {"status": "ok" if status == 200 else "disk"})


@on_sqlite
def test_a_data_folder_that_nothing_needed_yet_is_no_fault(settings: Settings) -> None:
    app: Flask = create_app(replace(settings, data_dir=settings.data_dir / "not" / "yet"))
    assert app.test_client().get("/readyz").status_code == 200
    app.extensions["runtime"].database.close()
