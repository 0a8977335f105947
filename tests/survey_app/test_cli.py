"""The command line."""

import datetime
import io
import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, select, update
from sqlalchemy.exc import OperationalError

from questionnaires import loader
from survey_app import cli, definitions, server
from survey_app.accounts import passwords
from survey_app.audit import record, verify
from survey_app.config import ZONE, Settings
from survey_app.db import Database
from survey_app.demo import run as demonstration
from survey_app.evidence_store import EvidenceStore
from survey_app.models import (
    Account,
    AuditEvent,
    AuditHead,
    Campaign,
    Counter,
    Excluded,
    Inbox,
    Release,
    ServiceField,
    TallyCell,
    Unit,
)
from tests.conftest import AUDIT, SECRET
from tests.databases import on_postgresql, on_sqlite
from tests.factories.campaigns import MakeCampaign
from tests.factories.submissions import MakeReleased, MakeWaiting, answers
from tests.factories.units import MakeCounter

NOW = datetime.datetime(2026, 3, 16, 18, 30, tzinfo=ZONE)
SHORT_FORM = loader.FOLDER / "satisfaction" / "qr-short.v1.yaml"
Survey = Callable[..., tuple[int, str]]


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A production installation; nothing of the machine's own settings."""
    for name in list(os.environ):
        if name.startswith("SURVEY_"):
            monkeypatch.delenv(name)
    for name, value in {
        "DATA_DIR": str(tmp_path),
        "BASE_URL": "https://hailong.example.gov.vn",
        "SECRET_KEY": SECRET,
        "AUDIT_KEY": AUDIT,
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(cli, "_now", lambda: NOW)


def _run(*arguments: str) -> tuple[int, str]:
    """The exit code and everything that was said, as `survey` itself does it."""
    result = CliRunner().invoke(cli.cli, arguments)
    if result.exception is None or isinstance(result.exception, SystemExit):
        return result.exit_code, result.output

    def again() -> None:
        raise result.exception  # type: ignore[misc]

    with pytest.raises(SystemExit) as end:
        cli._spoken(again)
    return 1, str(end.value.code)


@pytest.fixture
def bare(environment: None) -> Survey:
    """survey ...: commands that need no database."""
    return _run


@pytest.fixture
def survey(environment: None, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Survey:
    """survey ...: on the database of the test."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    return _run


# --- database


def test_the_schema_goes_down_up_and_is_checked(survey: Survey) -> None:
    assert survey("db", "check")[0] == 0
    assert survey("db", "downgrade", "base")[0] == 0
    assert survey("db", "check") == (1, "Target database is not up to date.")
    code, said = survey("recount")
    assert code == 1
    assert said.endswith("hãy chạy: survey db upgrade")
    assert survey("db", "upgrade")[0] == 0
    assert survey("db", "check")[0] == 0
    assert survey("recount") == (0, "0 ô khác nhau\n")


@on_sqlite
def test_a_backup_is_a_database(survey: Survey, database: Database, province: Unit, tmp_path: Path) -> None:
    target = tmp_path / "copies" / "copy.sqlite3"
    code, said = survey("db", "backup", str(target))
    assert code == 1
    assert "no folder" in said
    target.parent.mkdir()
    assert survey("db", "backup", str(target)) == (0, f"Đã sao lưu vào {target}\n")
    assert survey("db", "backup", str(target)) == (1, f"Từ chối: {target} exists")
    copy = Database(f"sqlite:///{target}")
    with copy.reading() as session:
        assert session.scalars(select(Unit.name)).all() == [province.name]
    copy.close()


@on_postgresql
def test_postgresql_is_backed_up_by_its_own_tool(survey: Survey, tmp_path: Path) -> None:
    assert survey("db", "backup", str(tmp_path / "x"))[1] == "Từ chối: backup is for SQLite; use pg_dump for PostgreSQL"


def test_a_setting_that_is_wrong_is_said_in_one_line(bare: Survey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SURVEY_WORKRES", "2")
    code, said = bare("db", "check")
    assert code == 1
    assert said.startswith("SURVEY_WORKRES: unknown setting")
    assert "\n" not in said


def test_other_faults_are_not_hidden(environment: None) -> None:
    for fault in (ZeroDivisionError(), OperationalError("SELECT 1", {}, Exception("no more room"))):

        def broken(fault: Exception = fault) -> None:
            raise fault

        with pytest.raises(type(fault)):
            cli._spoken(broken)


def test_commands_live_by_the_clock_of_vietnam() -> None:
    assert cli._now().utcoffset() == datetime.timedelta(hours=7)


def test_main_runs_the_command_that_was_typed(
    environment: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["survey", "definitions", "list"])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 0
    assert "qr-short@1" in capsys.readouterr().out


# --- definitions


def test_every_published_definition_is_listed_with_its_hash(bare: Survey) -> None:
    code, said = bare("definitions", "list")
    assert code == 0
    for family in loader.MODELS:
        for ref, loaded in loader.published(family).items():
            assert f"{family}\t{ref}\t{loaded.content_hash[:12]}\t" in said


def test_sound_files_are_outlined(bare: Survey) -> None:
    files = [str(path) for family in loader.MODELS for path in sorted((loader.FOLDER / family).glob("*.yaml"))]
    code, said = bare("definitions", "check", *files)
    assert code == 0
    for line in ("qr-short@1: ", "    CHUNG (rating) ", "bg-2025-land: >= 85 percent (2025)", "demo@1: "):
        assert line in said, line


def test_faults_are_named_by_line_in_both_languages(bare: Survey, tmp_path: Path) -> None:
    text = SHORT_FORM.read_text("utf-8")
    broken = tmp_path / "broken.yaml"
    broken.write_text(text.replace("minutes: 1\n", "minutes: một\n"), "utf-8")
    code, said = bare("definitions", "check", str(broken))
    assert code == 1
    line = text[: text.index("minutes: 1")].count("\n") + 1
    assert f"broken.yaml:{line}: minutes: phải là số nguyên | Input should be a valid integer" in said
    broken.write_text(text.replace("overall: CHUNG", "overall: NOTHING"), "utf-8")
    code, said = bare("definitions", "check", str(broken))
    line = text[: text.index("overall: CHUNG")].count("\n") + 1
    assert code == 1
    assert f"broken.yaml:{line}: overall: " in said
    assert "NOTHING không phải câu chấm mức hài lòng của phiếu | NOTHING is not a rating item" in said


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a: [", "sai cú pháp YAML | YAML syntax"),
        (b"a: 1", "không rõ loại định nghĩa"),
        ("sections: Việt".encode("utf-16"), "tệp phải lưu bằng mã UTF-8 | the file must be saved as UTF-8"),
        (b"# ghi chu\nsections: \xff", "broken.yaml:2: (tệp): tệp phải lưu bằng mã UTF-8"),
    ],
)
def test_a_file_that_is_no_definition_is_refused_in_words(
    bare: Survey, tmp_path: Path, content: bytes, words: str
) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_bytes(content)
    code, said = bare("definitions", "check", str(broken))
    assert code == 1
    assert "broken.yaml:" in said
    assert words in said


def test_a_file_saved_by_a_windows_editor_is_sound(bare: Survey, tmp_path: Path) -> None:
    file = tmp_path / "saved.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + SHORT_FORM.read_bytes().replace(b"\n", b"\r\n"))
    code, said = bare("definitions", "check", str(file))
    assert code == 0
    assert said.startswith("qr-short@1: ")
    assert bare("definitions", "diff", "qr-short@1", str(file)) == (0, "")


def test_a_new_version_is_compared_with_the_old(bare: Survey, tmp_path: Path) -> None:
    new = tmp_path / "qr-short.v2.yaml"
    new.write_text(SHORT_FORM.read_text("utf-8").replace("version: 1\ntitle", "version: 2\ntitle"), "utf-8")
    assert bare("definitions", "diff", "qr-short@1", str(new)) == (0, "~ version: 1 → 2\n")
    code, said = bare("definitions", "diff", "qr-short@1", "qr-short@7")
    assert code == 1
    assert "Không có tệp hoặc định nghĩa qr-short@7" in said


# --- province and accounts


def test_a_province_is_loaded_once(survey: Survey, database: Database, tmp_path: Path) -> None:
    assert survey("province", "load", "qr-short@1")[0] == 1
    assert "qr-short@1 không phải định nghĩa tỉnh" in survey("province", "load", "qr-short@1")[1]
    copy = tmp_path / "my-province.yaml"
    shutil.copy(loader.FOLDER / "provinces" / "demo.v1.yaml", copy)
    assert survey("province", "load", str(copy)) == (0, "")
    definition = loader.published("provinces")["demo@1"].definition
    with database.reading() as session:
        assert len(session.scalars(select(Unit)).all()) == len(definition.units)
        assert len(session.scalars(select(Counter)).all()) == len(definition.counters)
        assert len(session.scalars(select(ServiceField)).all()) == len(definition.fields)
        assert session.scalars(select(AuditEvent.action)).all() == ["province_loaded"]
    assert survey("province", "load", "demo@1") == (1, "Từ chối: province_loaded")


def test_an_account_is_added_with_an_issued_password(survey: Survey, database: Database, province: Unit) -> None:
    arguments = ["account", "add", "quantri", "--name", "Trần Văn Quản", "--role", "administrator", "--unit"]
    code, said = survey(*arguments, "NOWHERE")
    assert code == 1
    assert "Không có đơn vị NOWHERE" in said
    code, said = survey(*arguments, "TINH")
    assert code == 0
    username, password = said.split()
    with database.reading() as session:
        made = session.scalars(select(Account)).one()
        assert (made.username, made.name, made.role, made.unit_id) == (
            "quantri",
            "Trần Văn Quản",
            "administrator",
            province.id,
        )
        assert made.must_change_password
        assert passwords.matches(made.password_hash, password)
        event = session.scalars(select(AuditEvent)).one()
        assert (event.action, event.subject, json.loads(event.detail)) == (
            "account_created",
            username,
            {"role": "administrator"},
        )
    assert survey(*arguments, "TINH")[1].startswith("Từ chối: ")
    assert survey("account", "add", "x", "--name", "X", "--role", "king", "--unit", "TINH")[0] == 2


# --- batches, proofs


@pytest.fixture
def campaign(make_campaign: MakeCampaign) -> Campaign:
    return make_campaign()


@pytest.fixture
def counter(province: Unit, make_counter: MakeCounter) -> Counter:
    return make_counter(province)


def test_release_takes_what_waits_today(
    survey: Survey, database: Database, campaign: Campaign, counter: Counter, make_waiting: MakeWaiting
) -> None:
    make_waiting(campaign, counter, [answers()] * 4, day=NOW.date())
    assert survey("release") == (0, "0 phiếu\n")
    make_waiting(campaign, counter, [answers()], day=NOW.date())
    assert survey("release") == (0, "5 phiếu\n")
    with database.reading() as session:
        assert session.scalars(select(Inbox)).all() == []
        assert session.scalars(select(Release.day)).all() == [NOW.date()]


def test_a_recount_proves_finds_and_mends(
    survey: Survey, database: Database, campaign: Campaign, counter: Counter, make_released: MakeReleased
) -> None:
    make_released(campaign, counter, [answers()] * 3)
    assert survey("recount") == (0, "0 ô khác nhau\n")
    with database.transaction() as session:
        session.execute(update(TallyCell).values(data=b"damaged", received=2))
    code, said = survey("recount")
    assert code == 1
    assert re.search(r"month=datetime\.date\(2026, 3, 1\)\): 2 ≠ 3\n1 ô khác nhau", said)
    code, said = survey("recount", "--repair")
    assert (code, said.splitlines()[-1]) == (0, "1 ô khác nhau")
    assert survey("recount", "--repair") == (0, "0 ô khác nhau\n")
    with database.transaction() as session:
        place = dict(session.execute(select(*TallyCell.__table__.primary_key)).mappings().one())
        session.add(Excluded(**place, reason="half_empty", number=2))
    assert "(half_empty): 2 ≠ None\n1 ô khác nhau" in survey("recount")[1]
    with database.reading() as session:
        assert session.execute(select(Release.day, Release.submissions)).all() == [(NOW.date(), 0)]
        event = session.scalars(select(AuditEvent)).one()
        assert (event.action, json.loads(event.detail)) == ("tally_repaired", {"cells": 1})


def test_nothing_is_counted_with_a_changed_form(
    survey: Survey, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(definitions, "published", lambda _family: {})
    for command in ("recount", "release"):
        code, said = survey(command)
        assert code == 1
        assert "qr-short@1 is in use and must not change" in said


def test_the_audit_log_is_verified_against_what_was_kept(survey: Survey, database: Database) -> None:
    assert survey("audit") == (0, "Chuỗi nhật ký nguyên vẹn\n")
    with database.transaction() as session:
        for action in ("sign_in", "sign_out"):
            record(session, None, action, now=NOW)
        printed = session.scalars(select(AuditEvent.mac).order_by(AuditEvent.id.desc())).first()
    assert printed is not None
    assert survey("audit", "--anchor", printed) == (0, "Chuỗi nhật ký nguyên vẹn\n")
    code, said = survey("audit", "--anchor", "0" * 64)
    assert (code, said) == (1, "3: anchor missing\n1 chỗ không khớp\n")
    with database.transaction() as session:
        session.execute(delete(AuditHead))
    code, said = survey("audit")
    assert code == 1
    assert "head differs" in said
    with database.reading() as session:
        assert list(verify(session))


# --- evidence


@on_sqlite
def test_evidence_without_a_row_is_listed(survey: Survey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert survey("evidence", "check") == (0, "0 chỗ không khớp\n")
    stored = EvidenceStore(tmp_path / "evidence", keep_free=0).put(io.BytesIO(b"x"), limit=1)
    (path,) = (tmp_path / "evidence").rglob(stored.key)
    os.utime(path, (NOW.timestamp(),) * 2)
    assert survey("evidence", "check") == (0, "0 chỗ không khớp\n")  # its row may be on its way
    monkeypatch.setattr(cli, "_now", lambda: NOW + datetime.timedelta(hours=2))
    assert survey("evidence", "check") == (1, f"không có dòng\t{stored.key}\n1 chỗ không khớp\n")


# --- server, worker, demonstration


def test_server_worker_and_demonstration_get_what_was_asked_for(bare: Survey, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[object, ...]] = []

    def serve(settings: Settings, *, with_worker: bool) -> None:
        calls.append((settings.base_url, with_worker))

    monkeypatch.setattr(server, "serve", serve)
    monkeypatch.setattr(server, "work", lambda settings: calls.append((settings.base_url,)))
    monkeypatch.setattr(demonstration, "run", lambda answers, serve: calls.append((answers, serve)))
    address = "https://hailong.example.gov.vn"
    for line in ("serve", "serve --no-worker", "worker", "demo", "demo --no-serve --answers 7"):
        assert bare(*line.split()) == (0, "")
    assert calls == [(address, True), (address, False), (address,), (20_000, True), (7, False)]
    assert bare("demo", "--answers", "-1")[0] == 2
