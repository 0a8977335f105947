"""Documents in the browser: add, versions, previews, download; and the bad days of uploads."""

import errno
import html
import io
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from survey_app.antivirus import Outcome
from survey_app.assessment.documents import evidence
from survey_app.assessment.documents.shelf import Shelf
from survey_app.assessment.flow import State
from survey_app.db import Database
from survey_app.errors import Unavailable
from survey_app.models import AuditEvent, Evidence, EvidenceFile, Support
from survey_app.policy import Actor
from tests.conftest import Client
from tests.databases import on_sqlite
from tests.survey_app.assessment.conftest import Browse, Place, Put, Running
from tests.survey_app.assessment.uploads import PAGE, TWO_PAGES, Saying, keys, with_scanner
from tests.survey_app.evidence_files.samples import workbook

pytestmark = on_sqlite
PLAN = {"number": "12/KH-UBND", "issuer": "UBND xã", "summary": "Kế hoạch CCHC", "leaves": ["1.1", "1.3"]}


@pytest.fixture(autouse=True)
def shelf(app: Flask) -> Shelf:
    """The application's shelf, on a disk that may be full."""
    found: Shelf = app.extensions["shelf"]
    found.store._keep_free = 0
    return found


@pytest.fixture
def mine(running: Running, place: Place) -> int:
    return running.of(place.communes[0])


@pytest.fixture
def officer(browse: Browse, inspector: Actor) -> Client:
    return browse(inspector)


def add(
    client: Client, mine: int, content: bytes = PAGE, name: str = "ke-hoach.pdf", kind: str = "new", **more: Any
) -> TestResponse:
    sent: dict[str, Any] = {**PLAN, **more}
    if content:
        sent["file"] = (io.BytesIO(content), name)
    return client.send(f"/assessment/units/{mine}/evidence/{kind}", sent, content_type="multipart/form-data")


def rows(database: Database, column: Any) -> list[Any]:
    with database.reading() as session:
        return list(session.scalars(select(column)))


def audited(database: Database, action: str) -> int:
    with database.reading() as session:
        return len(session.scalars(select(AuditEvent.id).where(AuditEvent.action == action)).all())


# --- adding


def test_a_document_is_added_shown_and_taken_away(officer: Client, database: Database, mine: int) -> None:
    assert "Chưa có tài liệu nào" in officer.get(f"/assessment/units/{mine}/evidence").text
    form = officer.get(f"/assessment/units/{mine}/evidence/new?leaf=1.3").text
    assert re.search(r'<input[^>]*checked[^>]*value="1.3"', form)
    added = add(officer, mine)
    assert added.status_code == 303
    page = html.unescape(officer.get(added.location).text)
    for words in ("Kế hoạch CCHC", "12/KH-UBND", "Tiêu chí 1.3", "ke-hoach.pdf", "chưa quét vi-rút", "SHA-256"):
        assert words in page
    (file_id,) = rows(database, EvidenceFile.id)
    taken = officer.get(f"/assessment/evidence/files/{file_id}")
    assert taken.data == PAGE
    assert taken.headers["Content-Disposition"] == "attachment; filename=ke-hoach.pdf"
    assert taken.headers["X-Content-Type-Options"] == "nosniff"
    assert taken.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert audited(database, "download") == 1
    listed = officer.get(f"/assessment/units/{mine}/evidence").text
    assert "12/KH-UBND (UBND xã): Kế hoạch CCHC" in listed
    assert "ke-hoach.pdf" in officer.get(f"/assessment/units/{mine}/fields/1").text


def test_a_link_with_a_note_needs_no_file(officer: Client, mine: int) -> None:
    added = add(officer, mine, b"", url="https://congbao.example.vn/1", note="Trang 3")
    page = officer.get(added.location).text
    assert 'href="https://congbao.example.vn/1" rel="noopener noreferrer"' in page
    assert "Trang 3" in page


@pytest.mark.parametrize(
    ("content", "name", "more", "told"),
    [
        (b"", "", {}, "Hãy chọn một tệp"),
        (b"", "", {"url": "https://a.vn"}, "phần nào của văn bản"),
        (b"MZ\x90\0" * 9, "a.exe", {}, "Chỉ nhận tệp PDF"),
        (PAGE, "a.docx", {}, "Đuôi tên tệp không đúng"),
        (PAGE, "a\u202efdp.pdf", {}, "ký tự đảo chiều"),
        (PAGE, "a.pdf", {"summary": ""}, "Mục này cần được điền."),
    ],
)
def test_a_refused_document_says_what_to_do_and_keeps_the_rest(
    officer: Client, mine: int, shelf: Shelf, content: bytes, name: str, more: dict[str, str], told: str
) -> None:
    page = add(officer, mine, content, name, **more)
    assert page.status_code == 422
    assert told in page.text
    assert 'value="12/KH-UBND"' in page.text
    assert keys(shelf) == []


def test_an_appraiser_adds_and_retracts_own_documents(
    browse: Browse, appraiser: Actor, officer: Client, database: Database, mine: int, put: Put
) -> None:
    put(mine, State.EXPLANATION_ASKED)
    client = browse(appraiser)
    assert "Thêm tài liệu của người thẩm định" in client.get(f"/assessment/units/{mine}/evidence").text
    added = add(client, mine, kind="appraiser", leaves=["1.1"])
    assert "của người thẩm định" in officer.get(f"/assessment/units/{mine}/fields/1").text
    assert "Thu hồi tài liệu" in client.get(added.location).text
    assert "Thu hồi tài liệu" not in officer.get(added.location).text
    (evidence_id,) = rows(database, Evidence.id)
    assert client.send(f"/assessment/evidence/{evidence_id}/retract").status_code == 303
    assert rows(database, Support.leaf) == []


# --- changing


def test_versions_details_and_withdrawal(officer: Client, database: Database, mine: int) -> None:
    url = add(officer, mine).location
    second = {"file": (io.BytesIO(TWO_PAGES), "ban-2.pdf")}
    assert officer.send(f"{url}/versions", second, content_type="multipart/form-data").status_code == 303
    page = officer.get(url).text
    assert page.index("ban-2.pdf") < page.index("ke-hoach.pdf")
    before = re.search(r'name="before" value="(\w+)"', page)
    assert before
    changed = {**PLAN, "number": "13/KH-UBND", "before": before[1]}
    assert officer.send(f"{url}/details", changed).status_code == 303
    late = officer.send(f"{url}/details", {**changed, "number": "14/KH-UBND"})
    assert late.status_code == 409
    assert "Người khác vừa sửa nội dung này." in late.text
    assert "13/KH-UBND" in late.text
    assert 'value="14/KH-UBND"' in late.text
    assert officer.send(f"{url}/details", {"before": before[1]}).status_code == 422
    missing = officer.send(f"{url}/versions", {}, content_type="multipart/form-data")
    assert missing.status_code == 422
    assert "Chưa chọn tệp." in missing.text
    bad = officer.send(f"{url}/versions", {"file": (io.BytesIO(b"x"), "a.pdf")}, content_type="multipart/form-data")
    assert bad.status_code == 422
    assert officer.send(f"{url}/withdraw").status_code == 303
    assert officer.get(url).status_code == 404
    assert len(rows(database, EvidenceFile.id)) == 2


def test_a_document_is_tied_to_and_untied_from_leaves(officer: Client, database: Database, mine: int) -> None:
    add(officer, mine)
    (evidence_id,) = rows(database, Evidence.id)
    page = officer.get(f"/assessment/units/{mine}/fields/1").text
    assert f'<option value="{evidence_id}">' in page
    tying = f"/assessment/units/{mine}/leaves/1.2/evidence"
    tied = officer.send(tying, {"evidence": evidence_id})
    assert tied.location == f"/assessment/units/{mine}/fields/1?leaf=1.2#l-1.2"
    assert sorted(rows(database, Support.leaf)) == ["1.1", "1.2", "1.3"]
    officer.send(tying, {"evidence": evidence_id, "drop": "1"})
    assert sorted(rows(database, Support.leaf)) == ["1.1", "1.3"]
    assert officer.send(tying, {"evidence": "999"}).status_code == 404
    assert officer.send(tying).status_code == 422


# --- looking


def test_pages_are_drawn_on_the_server(officer: Client, database: Database, mine: int) -> None:
    add(officer, mine, TWO_PAGES)
    (file_id,) = rows(database, EvidenceFile.id)
    page = officer.get(f"/assessment/evidence/files/{file_id}/pages/1").text
    assert "Trang 1/2" in page
    assert f"/assessment/evidence/files/{file_id}/pages/2" in page
    drawn = officer.get(f"/assessment/evidence/files/{file_id}/pages/2/picture")
    assert (drawn.mimetype, drawn.data[:4]) == ("image/png", b"\x89PNG")
    assert officer.get(f"/assessment/evidence/files/{file_id}/pages/3").status_code == 404


def test_an_office_file_has_no_preview(officer: Client, database: Database, mine: int) -> None:
    url = add(officer, mine, workbook(), "bang.xlsx").location
    (file_id,) = rows(database, EvidenceFile.id)
    assert "/pages/1" not in officer.get(url).text
    assert officer.get(f"/assessment/evidence/files/{file_id}/pages/1").status_code == 404


def test_with_a_scanner_nobody_gets_a_file_before_its_verdict(
    app: Flask, officer: Client, database: Database, mine: int, shelf: Shelf
) -> None:
    app.extensions["shelf"] = with_scanner(shelf, Saying(Outcome.ERROR))
    url = add(officer, mine).location
    (file_id,) = rows(database, EvidenceFile.id)
    assert "chưa quét được vi-rút, hệ thống sẽ quét lại" in officer.get(url).text
    for part in ("", "/pages/1", "/pages/1/picture"):
        assert officer.get(f"/assessment/evidence/files/{file_id}{part}").status_code == 410
    app.extensions["shelf"] = with_scanner(shelf, Saying(Outcome.INFECTED))
    refused = add(officer, mine)
    assert refused.status_code == 422
    assert "Tệp có mã độc" in refused.text
    assert len(keys(shelf)) == 1


# --- bad days


def test_200_mb_are_refused_before_they_are_read(officer: Client, mine: int, shelf: Shelf) -> None:
    class Huge(io.BytesIO):
        """A body that says how long it is and must not be read."""

        def tell(self) -> int:
            return 200 * 1024 * 1024 if self.at_end else 0

        def seek(self, _offset: int, whence: int = 0, /) -> int:
            self.at_end = whence == io.SEEK_END
            return self.tell()

        def read(self, _size: int | None = -1, /) -> bytes:
            raise AssertionError("it was read")

        at_end = False

    form = "multipart/form-data; boundary=x"
    answer = officer.post(f"/assessment/units/{mine}/evidence/new", input_stream=Huge(), content_type=form)
    assert answer.status_code == 413
    assert "Tệp lớn nhất được nhận là 20 MB" in answer.text
    assert keys(shelf) == []


def test_other_views_take_no_such_body(officer: Client, mine: int) -> None:
    large = {"reason": "x" * 70_000, "edition": "0"}
    assert officer.send(f"/assessment/units/{mine}/leaves/1.1", large).status_code == 413


def test_a_full_disk_is_told_and_keeps_the_form(
    officer: Client, database: Database, mine: int, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", full)
    page = add(officer, mine)
    assert page.status_code == 503
    assert "Máy chủ hết chỗ chứa tệp" in page.text
    assert 'value="12/KH-UBND"' in page.text
    assert (keys(shelf), rows(database, Evidence.id)) == ([], [])


def test_a_full_quota_is_told_before_the_file_is_stored(
    app: Flask, officer: Client, mine: int, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.extensions["shelf"] = replace(shelf, quota=len(PAGE))
    add(officer, mine)
    monkeypatch.setattr(shelf.store, "put", None)  # would be called if it were stored
    page = add(officer, mine)
    assert page.status_code == 422
    assert "hết dung lượng" in page.text


@pytest.fixture
def killed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A worker that is killed after the file is stored and before its row is."""

    def die(*_arguments: object, **_more: object) -> None:
        raise SystemExit

    monkeypatch.setattr(evidence, "add", die)
    yield
    monkeypatch.undo()


def test_a_worker_killed_during_an_upload_leaves_a_file_and_no_row(
    officer: Client, database: Database, mine: int, shelf: Shelf, killed: None
) -> None:
    with pytest.raises(SystemExit):
        add(officer, mine)
    assert len(keys(shelf)) == 1
    assert rows(database, Evidence.id) == []


def test_a_commit_that_fails_leaves_no_row_without_a_file(
    officer: Client, database: Database, mine: int, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = evidence.add

    def fails(*arguments: Any, **more: Any) -> int:
        real(*arguments, **more)
        raise Unavailable("database")

    monkeypatch.setattr(evidence, "add", fails)
    assert add(officer, mine).status_code == 503
    assert (keys(shelf), rows(database, Evidence.id)) == ([], [])


def test_a_unit_that_went_on_meanwhile_loses_no_words(officer: Client, mine: int, put: Put, shelf: Shelf) -> None:
    put(mine, State.SUBMITTED)
    page = add(officer, mine)
    assert page.status_code == 409
    assert "Hồ sơ đã chuyển bước" in page.text
    assert 'value="12/KH-UBND"' in page.text
    assert keys(shelf) == []
