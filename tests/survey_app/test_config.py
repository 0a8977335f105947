"""Settings: every name is read, and what is unknown or unsafe stops the start by its name."""

import json
import os
import re
import runpy
import stat
import subprocess
import sys
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from flask import Flask

from survey_app.config import NAMES, PLAIN, PREFIXED, Settings, UnsafeSetting, demo_keys
from survey_app.db import Database

HOME = Path(__file__).parents[2]
SECRET_KEY = "kho-tin-0123456789-abcdefghijklmnopqrstu"
AUDIT_KEY = "so-cai-9876543210-zyxwvutsrqponmlkjihgfe"
PRODUCTION = {"BASE_URL": "https://hailong.example.gov.vn", "SECRET_KEY": SECRET_KEY, "AUDIT_KEY": AUDIT_KEY}


def test_every_name_is_read(tmp_path: Path) -> None:
    environ = {
        "DATA_DIR": str(tmp_path / "data"),
        "DATABASE_URL": "postgresql+psycopg://survey@db/survey",
        "BASE_URL": "https://hailong.example.gov.vn/",
        "SECRET_KEY": SECRET_KEY,
        "AUDIT_KEY": AUDIT_KEY,
        "HOST": "0.0.0.0",  # noqa: S104  # a value to read back, nothing listens
        "PORT": "8443",
        "SURVEY_MODE": "demo",
        "SURVEY_WORKERS": "3",
        "SURVEY_THREADS": "5",
        "SURVEY_PROXIES": "1",
        "SURVEY_TRUSTED_HOSTS": "noi-bo.example, 10.0.0.5",
        "SURVEY_CLAMD": "unix:/run/clamav/clamd.ctl",
        "SURVEY_EVIDENCE_MB": "512",
    }
    assert set(environ) == set(NAMES)
    assert Settings.from_env(environ) == Settings(
        data_dir=tmp_path / "data",
        database_url="postgresql+psycopg://survey@db/survey",
        base_url="https://hailong.example.gov.vn",
        secret_key=SECRET_KEY,
        audit_key=AUDIT_KEY,
        host="0.0.0.0",  # noqa: S104
        port=8443,
        demo=True,
        workers=3,
        threads=5,
        proxies=1,
        trusted_hosts=("hailong.example.gov.vn", "127.0.0.1", "localhost", "noi-bo.example", "10.0.0.5"),
        clamd="unix:/run/clamav/clamd.ctl",
        evidence_mb=512,
    )


def test_what_is_not_said_has_a_safe_default() -> None:
    settings = Settings.from_env(PRODUCTION)
    assert (settings.host, settings.port, settings.proxies, settings.demo) == ("127.0.0.1", 8000, 0, False)
    assert settings.data_dir == Path("data").resolve()
    assert settings.database_url == f"sqlite:///{settings.data_dir}/survey.sqlite3"
    assert settings.secure
    assert (settings.clamd, settings.evidence_mb) == ("", 2048)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings.from_env(PRODUCTION).demo = True  # type: ignore[misc]


def test_names_are_told_apart_by_their_prefix() -> None:
    assert not any(name.startswith("SURVEY_") for name in PLAIN)
    assert all(name.startswith("SURVEY_") for name in PREFIXED)


def test_names_of_other_programs_are_left_alone() -> None:
    others = {"PATH": "/bin", "FLASK_DEBUG": "1", "XSURVEY_MODE": "x", "SURVEYOR": "x"}
    assert Settings.from_env(PRODUCTION | others) == Settings.from_env(PRODUCTION)


@pytest.mark.parametrize("name", ["SURVEY_WORKER", "SURVEY_", "SURVEY_SECRET_KEY", "SURVEY_DEBUG"])
def test_an_unknown_name_stops_the_start(name: str) -> None:
    with pytest.raises(UnsafeSetting, match=f"^{name}: unknown setting"):
        Settings.from_env({**PRODUCTION, name: "1"})


UNSAFE = [
    ("SURVEY_CLAMD", "clamd"),
    ("SURVEY_CLAMD", "unix:clamd.ctl"),
    ("SURVEY_CLAMD", "localhost"),
    ("SURVEY_EVIDENCE_MB", "0"),
    ("SURVEY_EVIDENCE_MB", "2GB"),
    ("SURVEY_MODE", "Production"),
    ("SURVEY_MODE", ""),
    ("SECRET_KEY", "dev"),
    ("SECRET_KEY", ""),
    ("SECRET_KEY", "x" * 64),
    ("SECRET_KEY", SECRET_KEY[:31]),
    ("AUDIT_KEY", "abababab" * 8),
    ("AUDIT_KEY", "changeme"),
    ("AUDIT_KEY", SECRET_KEY),
    ("BASE_URL", ""),
    ("BASE_URL", "http://hailong.example.gov.vn"),
    ("BASE_URL", "hailong.example.gov.vn"),
    ("BASE_URL", "//hailong.example.gov.vn"),
    ("BASE_URL", "ftp://hailong.example.gov.vn"),
    ("BASE_URL", "javascript:alert(1)"),
    ("BASE_URL", "https://"),
    ("BASE_URL", "https://hailong.example.gov.vn/khao-sat"),
    ("BASE_URL", "https://hailong.example.gov.vn?a=1"),
    ("BASE_URL", "https://hailong.example.gov.vn#a"),
    ("BASE_URL", "https://ten:mat-khau@hailong.example.gov.vn"),
    ("BASE_URL", "https://:mat-khau@hailong.example.gov.vn"),
    ("BASE_URL", "https://hai long.example.gov.vn"),
    ("BASE_URL", "https://hailong.example.gov.vn:99999"),
    ("BASE_URL", "https://hailong.example.gov.vn:http"),
    ("BASE_URL", "https://["),
    ("PORT", "0"),
    ("PORT", "65536"),
    ("PORT", "-1"),
    ("PORT", "http"),
    ("PORT", ""),
    ("PORT", "80.0"),
    ("SURVEY_WORKERS", "0"),
    ("SURVEY_WORKERS", "65"),
    ("SURVEY_THREADS", "no"),
    ("SURVEY_PROXIES", "6"),
    ("SURVEY_PROXIES", "all"),
    ("DATABASE_URL", ""),
    ("DATABASE_URL", "survey.sqlite3"),
    ("DATABASE_URL", "sqlite://"),
    ("DATABASE_URL", "mysql://survey:mat-khau@db/survey"),
    ("DATABASE_URL", "postgresql+psycopg2://survey@db/survey"),
]


@pytest.mark.parametrize(("name", "value"), UNSAFE)
def test_an_unsafe_value_stops_the_start_by_its_name(name: str, value: str) -> None:
    with pytest.raises(UnsafeSetting) as refusal:
        Settings.from_env({**PRODUCTION, name: value})
    said = str(refusal.value)
    assert said.startswith(f"{name}: ")
    assert "mat-khau" not in said
    assert SECRET_KEY not in said


@pytest.mark.parametrize("name", sorted(PRODUCTION))
def test_what_production_needs_must_be_said(name: str) -> None:
    with pytest.raises(UnsafeSetting, match=f"^{name}: "):
        Settings.from_env({key: value for key, value in PRODUCTION.items() if key != name})


@pytest.mark.parametrize("address", ["http://127.0.0.1:8000", "http://localhost", "http://[::1]:8000"])
def test_plain_http_is_for_this_machine_alone(address: str) -> None:
    settings = Settings.from_env(PRODUCTION | {"BASE_URL": address})
    assert settings.base_url == address
    assert not settings.secure


def test_a_demo_needs_nothing_said_and_keeps_its_keys(tmp_path: Path) -> None:
    first = Settings.from_env({"SURVEY_MODE": "demo", "DATA_DIR": str(tmp_path / "new"), "PORT": "8123"})
    again = Settings.from_env({"SURVEY_MODE": "demo", "DATA_DIR": str(tmp_path / "new"), "PORT": "8123"})
    other = Settings.from_env({"SURVEY_MODE": "demo", "DATA_DIR": str(tmp_path / "other")})
    assert first == again
    assert first.demo
    assert first.base_url == "http://127.0.0.1:8123"
    assert len({first.secret_key, first.audit_key, other.secret_key, other.audit_key}) == 4


def test_the_keys_of_a_demo_are_for_their_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        demo_keys(tmp_path)
    finally:
        os.umask(before)
    path = tmp_path / "demo-keys.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert set(json.loads(path.read_text())) == {"SECRET_KEY", "AUDIT_KEY"}


def test_a_damaged_demo_key_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "demo-keys.json").write_text(json.dumps({"SECRET_KEY": "dev", "AUDIT_KEY": AUDIT_KEY}))
    with pytest.raises(UnsafeSetting, match=r"^SECRET_KEY: "):
        Settings.from_env({"SURVEY_MODE": "demo", "DATA_DIR": str(tmp_path)})


def test_keys_that_are_said_win_over_the_keys_of_a_demo(tmp_path: Path) -> None:
    settings = Settings.from_env({**PRODUCTION, "SURVEY_MODE": "demo", "DATA_DIR": str(tmp_path)})
    assert (settings.secret_key, settings.audit_key) == (SECRET_KEY, AUDIT_KEY)


def test_production_never_draws_keys(tmp_path: Path) -> None:
    Settings.from_env({**PRODUCTION, "DATA_DIR": str(tmp_path)})
    assert list(tmp_path.iterdir()) == []


def test_the_server_does_not_start_with_a_default_key(tmp_path: Path) -> None:
    environ = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), **PRODUCTION, "SECRET_KEY": "dev"}
    ended = subprocess.run([sys.executable, "-c", "import wsgi"], cwd=HOME, env=environ, capture_output=True, text=True)
    assert ended.returncode != 0
    assert re.search(r"UnsafeSetting: SECRET_KEY: ", ended.stderr.splitlines()[-1])


def test_the_server_starts_on_good_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path}/survey.sqlite3"
    Database(url).upgrade()
    for name, value in {**PRODUCTION, "DATABASE_URL": url, "DATA_DIR": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    app = runpy.run_path(str(HOME / "wsgi.py"))["app"]
    assert isinstance(app, Flask)
    assert app.test_client().get("/healthz", base_url="https://hailong.example.gov.vn").status_code == 200
    app.extensions["runtime"].database.close()
