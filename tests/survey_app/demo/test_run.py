"""The command: from an empty folder to a province that can be looked at."""

import os
import re
import stat
from pathlib import Path

import pytest
from sqlalchemy import func, select

from survey_app import create_app, server
from survey_app.config import Settings
from survey_app.db import Database
from survey_app.demo import run
from survey_app.models import Counter, Submission, Unit
from tests.conftest import Client

SIGN_IN = re.compile(r"^ {12}(\w+) +((?:\w{4}-){3}\w{4})   (.+)$", re.M)
ADDRESS = "http://127.0.0.1:8123"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in list(os.environ):
        if name.startswith("SURVEY_") or name in ("DATABASE_URL", "BASE_URL", "SECRET_KEY", "AUDIT_KEY", "HOST"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("SURVEY_MODE", "demo")
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PORT", "8123")
    return tmp_path / "data"


def stored(settings: Settings) -> int:
    database = Database(settings.database_url, audit_key=settings.audit_key)
    with database.reading() as session:
        number = session.scalar(select(func.count()).select_from(Submission)) or 0
    database.close()
    return number


def test_from_an_empty_folder_to_six_sign_ins_and_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run.run(200, serve=False)
    first = capsys.readouterr().out
    settings = Settings.from_env(os.environ)
    number = stored(settings)
    assert number > 150
    assert stat.S_IMODE((folder / "demo-keys.json").stat().st_mode) == 0o600
    for name in ("bao-cao-hai-long.pdf", "ma-qr-cac-quay.pdf", "ap-phich-a4.pdf"):
        assert name in first
        assert (folder / "demo-output" / name).read_bytes().startswith(b"%PDF-")

    served: list[Settings] = []
    monkeypatch.setattr(server, "serve", served.append)
    run.run(5000, serve=True)  # the data stay, the passwords are new
    second = capsys.readouterr().out
    assert served == [settings]
    assert "Nạp tỉnh" in first
    assert "Nạp tỉnh" not in second
    assert stored(settings) == number
    issued = SIGN_IN.findall(second)
    assert len(issued) == 6
    assert {password for _, password, _ in issued}.isdisjoint(password for _, password, _ in SIGN_IN.findall(first))

    app = create_app(settings)
    app.config.update(TESTING=True)
    app.test_client_class = Client
    for username, password, role in issued:
        assert role in run.ROLE_WORDS.values()
        browser = app.test_client()
        assert isinstance(browser, Client)
        response = browser.send("/sign-in", {"username": username, "password": password})
        assert response.status_code == 302, username
        assert not response.headers["Location"].startswith("/sign-in"), username
        page = browser.get(response.headers["Location"], follow_redirects=True)
        assert page.status_code == 200, username
        assert "Số liệu giả định dùng để trình diễn." in page.text
    citizen = app.test_client()
    addresses = re.findall(rf"{ADDRESS}(/[^\s)]*)", second)
    assert {address[:3] for address in addresses} == {"/", "/r/", "/si"}
    assert {citizen.get(address).status_code for address in addresses} == {200}
    check_counters(app.extensions["runtime"].database)
    app.extensions["runtime"].database.close()


def check_counters(database: Database) -> None:
    """The sheets are those of the counters that are open, communes first."""
    with database.reading() as session:
        sheets = run.counter_sheets(session, ADDRESS)
        living = session.scalar(select(func.count()).select_from(Counter).where(Counter.closed_on.is_(None)))
        levels = dict(session.execute(select(Unit.name, Unit.level)).all())
    assert len(sheets) == living
    assert {sheet.url for sheet in sheets} == {f"{ADDRESS}/r/{sheet.code}" for sheet in sheets}
    order = [levels[sheet.unit] != "commune" for sheet in sheets]
    assert order == sorted(order)
