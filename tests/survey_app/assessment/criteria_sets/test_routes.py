"""Criteria sets in the browser: list, page, clone, files, comparison."""

import io
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import select

from questionnaires.loader import published
from questionnaires.par_sets import CriteriaSet as Definition
from survey_app.assessment.criteria_sets.files import xlsx_file, yaml_file
from survey_app.assessment.criteria_sets.forms import REFUSALS
from survey_app.db import Database
from survey_app.models import AuditEvent, CriteriaSet
from survey_app.policy import Actor
from tests.conftest import Client
from tests.databases import on_sqlite
from tests.survey_app.assessment.conftest import Browse, MakeRound, MakeSet, definition

pytestmark = on_sqlite
SHIPPED = "province-2017@1"
UNCHECKED = "Chưa đối chiếu văn bản gốc"


@pytest.fixture
def browser(browse: Browse, analyst: Actor) -> Client:
    return browse(analyst)


def ids(database: Database) -> list[int]:
    with database.reading() as session:
        return list(session.scalars(select(CriteriaSet.id).order_by(CriteriaSet.id)))


def upload(content: bytes, **more: str) -> dict[str, Any]:
    return {"data": {"file": (io.BytesIO(content), "bo.xlsx"), **more}, "content_type": "multipart/form-data"}


def small(**changes: Any) -> Definition:
    return Definition.model_validate(definition(**changes))


def test_a_shipped_set_is_taken_over_once(browser: Client, database: Database) -> None:
    page = browser.get("/assessment/sets").text
    assert "Chưa có bộ tiêu chí nào" in page
    assert page.count(UNCHECKED) == len(published("par_index"))
    done = browser.send("/assessment/sets/adopt", {"ref": SHIPPED})
    (set_id,) = ids(database)
    assert done.location == f"/assessment/sets/{set_id}"
    again = browser.send("/assessment/sets/adopt", {"ref": SHIPPED}, follow_redirects=True)
    assert REFUSALS["set_taken"] in again.text
    assert "Chưa đủ mọi cấp" in again.text
    assert ids(database) == [set_id]
    assert browser.send("/assessment/sets/adopt", {"ref": "nothing@1"}).status_code == 404
    assert browser.send("/assessment/sets/adopt").status_code == 400


def test_a_set_says_on_every_page_that_it_is_unchecked(browser: Client, make_set: MakeSet) -> None:
    set_id = make_set()
    for page in ("", "/head", "/nodes", "/nodes/1.1", "/import"):
        assert UNCHECKED in browser.get(f"/assessment/sets/{set_id}{page}").text, page
    compared = browser.get(f"/assessment/sets/compare?old={set_id}&new={SHIPPED}").text
    assert compared.count(f"{UNCHECKED}:") == 2


def test_a_checked_set_does_not_say_so(browser: Client, make_set: MakeSet) -> None:
    data = definition(verified=True)
    for node in (each for field in data["fields"] for each in (field, *field.get("children", ()))):
        node["verified"] = True
    page = browser.get(f"/assessment/sets/{make_set(**data | {'key': data.pop('id')})}").text
    assert UNCHECKED not in page


def test_faults_stand_at_the_set_and_at_their_nodes(browser: Client, make_set: MakeSet) -> None:
    set_id = make_set(claims={"total": 10})
    assert "Mọi tổng điểm đều khớp" in browser.get(f"/assessment/sets/{set_id}").text
    browser.send(f"/assessment/sets/{set_id}/nodes/2/remove", {"edition": "1"})
    browser.send(f"/assessment/sets/{set_id}/nodes/1.2/remove", {"edition": "2"})
    page = browser.get(f"/assessment/sets/{set_id}").text
    assert "2 chỗ phải sửa" in page
    assert "Số liệu văn bản công bố: các lĩnh vực cộng lại 6 điểm, tổng ghi 10" in page
    assert page.count("các mục con cộng lại 4 điểm, điểm tối đa ghi 6") == 2
    assert "các mục con cộng lại 4 điểm" in browser.get(f"/assessment/sets/{set_id}/nodes/1").text
    assert "tổng ghi 10" in browser.get(f"/assessment/sets/{set_id}/head").text
    assert "2 chỗ phải sửa" in browser.get("/assessment/sets").text


def test_a_set_is_cloned(browser: Client, make_set: MakeSet, database: Database) -> None:
    set_id = make_set()
    done = browser.send(f"/assessment/sets/{set_id}/clone", {"year": "2030"})
    new = ids(database)[-1]
    assert done.location == f"/assessment/sets/{new}"
    assert "năm 2030, phiên bản 1" in browser.get(done.location).text
    for year, said in (("x", "hãy điền năm chỉ số"), ("1999", "hãy điền năm chỉ số")):
        assert said in browser.send(f"/assessment/sets/{set_id}/clone", {"year": year}, follow_redirects=True).text
    browser.send(f"/assessment/sets/{set_id}/nodes/1.2/remove", {"edition": "1"})
    refused = browser.send(f"/assessment/sets/{set_id}/clone", {"year": "2031"}, follow_redirects=True)
    assert REFUSALS["faulty_set"] in refused.text
    assert ids(database) == [set_id, new]


def test_a_draft_is_discarded(browser: Client, make_set: MakeSet, database: Database) -> None:
    set_id = make_set()
    stale = browser.send(f"/assessment/sets/{set_id}/discard", {"edition": "9"}, follow_redirects=True)
    assert REFUSALS["set_changed"] in stale.text
    assert browser.send(f"/assessment/sets/{set_id}/discard", {"edition": "1"}).location == "/assessment/sets"
    assert ids(database) == []


def test_a_frozen_set_says_so_and_offers_no_change(browser: Client, make_set: MakeSet, make_round: MakeRound) -> None:
    set_id = make_set()
    make_round(sets={"commune": set_id})
    page = browser.get(f"/assessment/sets/{set_id}").text
    assert "Bộ tiêu chí đã khóa." in page
    assert "Chỉ số CCHC năm 2025" in page
    assert "Nhân bản" in page
    assert "Bỏ bản nháp" not in page
    for part in ("/head", "/nodes/1.1"):
        shown = browser.get(f"/assessment/sets/{set_id}{part}").text
        assert "Bộ tiêu chí đã khóa." in shown
        assert "<button>Lưu</button>" not in shown
    refused = browser.send(f"/assessment/sets/{set_id}/discard", {"edition": "1"}, follow_redirects=True)
    assert REFUSALS["set_frozen"] in refused.text
    sent = browser.send(f"/assessment/sets/{set_id}/import", **upload(yaml_file(small(decimals=4)), edition="1"))
    assert (sent.status_code, REFUSALS["set_frozen"] in sent.text) == (422, True)


@pytest.mark.parametrize("kind", ["xlsx", "yaml"])
def test_a_set_goes_out_and_comes_in(kind: str, browser: Client, make_set: MakeSet, database: Database) -> None:
    set_id = make_set()
    file = browser.get(f"/assessment/sets/{set_id}/file.{kind}")
    assert file.headers["Content-Disposition"] == f"attachment; filename=commune-2025.v1.{kind}"
    with database.reading() as session:
        subjects = session.scalars(select(AuditEvent.subject).where(AuditEvent.action == "download")).all()
    assert subjects == [f"set {set_id}"]
    taken = browser.send("/assessment/sets/import", **upload(file.data))
    assert (taken.status_code, REFUSALS["set_taken"] in taken.text) == (422, True)
    browser.send(f"/assessment/sets/{set_id}/discard", {"edition": "1"})
    checked = browser.send("/assessment/sets/import", **upload(file.data, check="1"))
    assert "Tệp không có lỗi. Chưa có gì được ghi" in checked.text
    assert ids(database) == []
    done = browser.send("/assessment/sets/import", **upload(file.data))
    assert done.location == f"/assessment/sets/{ids(database)[0]}"


def test_only_two_kinds_of_file(browser: Client, make_set: MakeSet) -> None:
    assert browser.get(f"/assessment/sets/{make_set()}/file.exe").status_code == 404


def test_a_file_replaces_a_draft(browser: Client, make_set: MakeSet) -> None:
    path = f"/assessment/sets/{make_set()}/import"
    assert "cùng mã, phiên bản" in browser.get(path).text
    new = xlsx_file(small(decimals=4))
    checked = browser.send(path, **upload(new, edition="1", check="1")).text
    assert "Tệp không có lỗi. Chưa có gì được ghi" in checked
    assert "Số chữ số thập phân" in checked
    assert "giống hệt nhau" in browser.send(path, **upload(yaml_file(small()), edition="1", check="1")).text
    assert browser.send(path, **upload(new, edition="1")).location == path.removesuffix("/import")
    stale = browser.send(path, **upload(yaml_file(small()), edition="1"))
    assert (stale.status_code, REFUSALS["set_changed"] in stale.text) == (422, True)


@pytest.mark.parametrize("path", ["/assessment/sets/import", "/assessment/sets/{}/import"])
def test_faults_of_a_file_are_listed(path: str, browser: Client, make_set: MakeSet) -> None:
    path = path.format(make_set())
    assert "Chưa chọn tệp." in browser.send(path).text
    wrong = yaml_file(small()).replace(b"floor: 0.8", b"floor: 8").replace(b"kind: binary", b"kind: magic")
    page = browser.send(path, **upload(wrong))
    assert page.status_code == 422
    assert "Chưa ghi gì: 2 chỗ cần sửa" in page.text
    assert "1.2: luật tính điểm, kind: không có loại luật này" in page.text
    assert REFUSALS["not_utf8"] in browser.send(path, **upload(b"\xff")).text
    assert "Tệp thiếu trang tính bắt buộc. (Thông tin chung)" in browser.send(path, **upload(_book())).text


def _book() -> bytes:
    target = io.BytesIO()
    Workbook().save(target)
    return target.getvalue()


def test_two_sets_are_compared(browser: Client, make_set: MakeSet) -> None:
    old = make_set()
    browser.send(f"/assessment/sets/{old}/clone", {"year": "2026"})
    new = old + 1
    browser.send(f"/assessment/sets/{new}/nodes/1.2/remove", {"edition": "1"})
    assert "Bộ cũ" in browser.get("/assessment/sets/compare").text
    page = browser.get(f"/assessment/sets/compare?old={old}&new={new}").text
    assert "2 chỗ khác nhau." in page
    assert "Mục 1.2 Tiêu chí 1.2 – bỏ đi" in page
    assert "thêm mới" in browser.get(f"/assessment/sets/compare?old={new}&new={old}").text
    assert "giống hệt nhau" in browser.get(f"/assessment/sets/compare?old={old}&new={old}").text
    assert browser.get(f"/assessment/sets/compare?old={old}&new=nothing@1").status_code == 404
