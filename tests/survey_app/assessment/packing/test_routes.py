"""The pages of packages, and the download in parts."""

import hashlib
import html
import re
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from survey_app.antivirus import Outcome
from survey_app.assessment.packing.packages import MOST_WAITING, Scope
from survey_app.db import Database
from survey_app.models import Package
from survey_app.policy import Actor
from tests.conftest import Client
from tests.databases import on_sqlite
from tests.factories.packages import PDF, MakeDocument, Pack
from tests.survey_app.assessment.conftest import Browse, Place, Running, events
from tests.survey_app.assessment.uploads import Saying, with_scanner

pytestmark = on_sqlite


def said(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def taken(browser: Client, number: int = 1, method: str = "GET", **headers: str) -> TestResponse:
    """A download, read to its end; names of headers with "_" for "-"."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    with browser.open(f"/assessment/packages/{number}.zip", method=method, headers=sent) as answer:
        answer.get_data()
    return answer


@pytest.fixture
def browser(browse: Browse, analyst: Actor) -> Client:
    return browse(analyst)


@pytest.fixture
def path(running: Running) -> str:
    return f"/assessment/rounds/{running.id}/packages"


@pytest.fixture
def packed(running: Running, place: Place, analyst: Actor, make_document: MakeDocument, pack: Pack) -> Path:
    make_document(running.of(place.communes[0]), ("1.1",), ("a.pdf", PDF + bytes(3000)))
    return pack(analyst, running.id, Scope(unit_id=place.communes[0].id))


def test_a_package_is_asked_for_on_the_page(
    browser: Client, path: str, place: Place, running: Running, database: Database
) -> None:
    empty = browser.get(path).get_data(as_text=True)
    assert "Chưa có gói nào" in empty
    assert "data-busy" not in empty
    assert "1. Tiêu chí 1 – Bộ tiêu chí xã, phường năm 2025" in html.unescape(empty)
    answer = browser.send(path, {"of": f"u-{place.communes[0].id}"}, follow_redirects=True)
    page = said(answer.get_data(as_text=True))
    assert "Đã nhận yêu cầu" in page
    assert "Đang chờ" in page
    assert "data-busy" in answer.get_data(as_text=True)
    browser.send(path, {"of": f"f-{running.sets['commune']}-1"})
    with database.reading() as session:
        assert session.get_one(Package, 2).field == "1"


def test_progress_failure_and_damage_are_shown(browser: Client, path: str, place: Place, database: Database) -> None:
    browser.send(path, {"of": f"u-{place.communes[0].id}"})

    def shown(**values: object) -> str:
        with database.transaction() as session:
            row = session.get_one(Package, 1)
            for name, value in values.items():
                setattr(row, name, value)
        return said(browser.get(path).get_data(as_text=True))

    assert "25 %" in shown(state="running", done=25, total=100).replace("\xa0", " ")
    assert "không còn đủ chỗ" in shown(state="failed", reason="full")
    assert "2 tệp bị mất" in shown(state="done", reason="", damaged=2, sha256="0" * 64, path="x.zip")


def test_a_bad_choice_and_too_many_are_refused(browser: Client, path: str, place: Place, running: Running) -> None:
    for wrong in ("", "u-", "u-x", "u-" + "9" * 20):
        assert browser.send(path, {"of": wrong}).status_code == 422
    for unknown in (f"u-{place.province.id}", "f-1-99", "f-999-1"):
        assert browser.send(path, {"of": unknown}).status_code == 404
    wanted = [f"u-{unit}" for unit in running.assessments] + [f"f-{running.sets['commune']}-{n}" for n in (1, 2)]
    for each in wanted[:MOST_WAITING]:
        assert browser.send(path, {"of": each}).status_code == 303
    more = browser.send(path, {"of": wanted[MOST_WAITING]}, follow_redirects=True)
    assert "Chưa nhận" in more.get_data(as_text=True)


def test_a_package_is_downloaded_whole_and_noted(browser: Client, packed: Path, database: Database) -> None:
    content = packed.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    answer = taken(browser)
    assert (answer.status_code, answer.data) == (200, content)
    assert answer.headers["Content-Disposition"] == "attachment; filename=cchc-2025-xa-1-1.zip"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["ETag"] == f'"{sha256}"'
    assert answer.mimetype == "application/zip"
    assert "Content-Encoding" not in answer.headers
    head = taken(browser, method="HEAD")
    assert (head.status_code, head.headers["Content-Length"]) == (200, str(len(content)))
    with database.reading() as session:
        assert events(session, "download") == [{"sha256": sha256, "part": ""}]


def test_a_download_goes_on_where_it_broke_off(browser: Client, packed: Path, database: Database) -> None:
    content = packed.read_bytes()
    etag = f'"{hashlib.sha256(content).hexdigest()}"'
    rest = taken(browser, Range="bytes=100-", If_Range=etag)
    assert (rest.status_code, rest.data) == (206, content[100:])
    assert rest.headers["Content-Range"] == f"bytes 100-{len(content) - 1}/{len(content)}"
    other = taken(browser, Range="bytes=100-", If_Range='"another"')
    assert (other.status_code, other.data) == (200, content)
    beyond = taken(browser, Range=f"bytes={len(content)}-")
    assert beyond.status_code == 416
    with database.reading() as session:
        assert events(session, "download")[0]["part"] == "bytes=100-"


def test_a_unit_sees_its_own_packages_only(
    browse: Browse, inspector: Actor, packed: Path, path: str, place: Place, running: Running, pack: Pack
) -> None:
    unit = browse(inspector)
    page = said(unit.get(path).get_data(as_text=True))
    assert "Chưa có gói nào" in page  # the one of Home Affairs shows what the unit does not see yet
    assert "Lĩnh vực" not in page
    assert "Xã Bình Thủy" not in page
    assert taken(unit).status_code == 404
    pack(inspector, running.id, Scope(unit_id=place.communes[0].id))
    assert taken(unit, 2).status_code == 200
    assert "Tải gói" in unit.get(path).get_data(as_text=True)
    assert unit.send(path, {"of": f"u-{place.communes[1].id}"}).status_code == 404
    assert unit.send(path, {"of": f"f-{running.sets['commune']}-1"}).status_code == 403


def test_a_package_from_before_there_was_a_scanner_is_held_back(browser: Client, app: Flask, packed: Path) -> None:
    assert packed.is_file()
    assert taken(browser).status_code == 200
    app.extensions["shelf"] = with_scanner(app.extensions["shelf"], Saying(Outcome.CLEAN))
    refused = browser.get("/assessment/packages/1.zip")
    assert (refused.status_code, "chưa được quét vi-rút" in refused.text) == (410, True)
