"""Tables out and in again, through real files."""

import csv
import io

import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from werkzeug.test import TestResponse

from reports.safe_cells import table_xlsx
from survey_app import codes, sheets
from survey_app.db import Database
from survey_app.models import Counter, Unit
from survey_app.organisation.words import COUNTER_COLUMNS, UNIT_COLUMNS
from survey_app.policy import Role
from tests.conftest import Client, SignIn
from tests.factories.accounts import MakeAccount
from tests.factories.units import MakeCounter, MakeField, MakeUnit
from tests.survey_app.organisation.conftest import TODAY, World, events

UNIT_HEADER, COUNTER_HEADER = list(UNIT_COLUMNS.values()), list(COUNTER_COLUMNS.values())
NEW_UNIT = ["x-moi", "Xã Mới", "", "Xã, phường", "TINH", "01/01/2026", "", ""]
NASTY = '=HYPERLINK("http://evil.example")'


@pytest.fixture
def browser(world: World, make_account: MakeAccount, sign_in: SignIn) -> Client:
    return sign_in(make_account(Role.ANALYST, world.province))


def send(browser: Client, things: str, content: bytes, *, check: bool = False, name: str = "a.csv") -> TestResponse:
    data: dict[str, object] = {"file": (io.BytesIO(content), name)}
    return browser.send(f"/organisation/{things}/import", data | ({"check": "1"} if check else {}))


def as_csv(header: list[str], *rows: list[str], delimiter: str = ",") -> bytes:
    target = io.StringIO()
    csv.writer(target, delimiter=delimiter).writerows([header, *rows])
    return target.getvalue().encode("utf-8")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_units_go_out_and_come_in_again(
    browser: Client, world: World, make_unit: MakeUnit, database: Database, kind: str
) -> None:
    make_unit("Xã Cũ", parent=world.province, code="cu", until=TODAY, successors=(world.an, world.binh))
    make_unit(NASTY, parent=world.province, code="007")
    answer = browser.get(f"/organisation/units.{kind}?state=all")
    assert answer.headers["Content-Disposition"] == f"attachment; filename=don-vi.{kind}"
    page = send(browser, "units", answer.data, name=f"don-vi.{kind}")
    assert page.status_code == 200
    assert "Đã nhập xong" in page.text
    assert "Không đổi: 6 dòng." in page.text
    with database.reading() as opened:
        assert events(opened, "units_imported") == []
        assert len(events(opened, "download")) == 1


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_counters_go_out_and_come_in_again(
    browser: Client, world: World, make_counter: MakeCounter, make_field: MakeField, kind: str
) -> None:
    still = make_counter(world.an, NASTY, field=make_field("land"))
    make_counter(world.binh, closed=TODAY, successor=still)
    answer = browser.get(f"/organisation/counters.{kind}?state=all")
    assert answer.headers["Content-Disposition"] == f"attachment; filename=quay.{kind}"
    page = send(browser, "counters", answer.data, name=f"quay.{kind}")
    assert "Không đổi: 2 dòng." in page.text


def test_an_export_holds_what_the_list_shows_and_no_formula(
    browser: Client, world: World, make_counter: MakeCounter
) -> None:
    counter = make_counter(world.an, NASTY)
    make_counter(world.binh)
    book = load_workbook(io.BytesIO(browser.get(f"/organisation/counters.xlsx?unit={world.an.id}").data))
    header, row = book.worksheets[0].iter_rows()
    assert [cell.value for cell in header] == [*COUNTER_HEADER, "Tên đơn vị", "Địa chỉ"]
    assert [cell.value for cell in row][0::9] == [counter.code, f"http://localhost/r/{counter.code}"]
    assert {cell.data_type for cell in row} <= {"s", "n", "d"}
    lines = browser.get(f"/organisation/counters.csv?unit={world.an.id}").data.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "'=HYPERLINK" in lines[1]


def test_an_inspector_exports_the_own_scope(
    world: World, make_counter: MakeCounter, make_account: MakeAccount, sign_in: SignIn
) -> None:
    own, foreign = make_counter(world.an), make_counter(world.binh)
    text = sign_in(make_account(Role.INSPECTOR, world.an)).get("/organisation/counters.csv").text
    assert own.code in text
    assert foreign.code not in text


def test_a_table_is_checked_and_then_taken_in(browser: Client, world: World, database: Database) -> None:
    content = as_csv(UNIT_HEADER, NEW_UNIT, delimiter=";")
    page = send(browser, "units", content, check=True).text
    assert "Chưa có gì được ghi" in page
    assert "Dòng 2: Xã Mới (x-moi)" in page
    with database.reading() as opened:
        assert opened.scalar(select(Unit.id).where(Unit.code == "x-moi")) is None
    assert "Đã thêm: 1" in send(browser, "units", content).text
    changed = as_csv(UNIT_HEADER, ["x-moi", "Xã Mới Hơn", *NEW_UNIT[2:]])
    assert "Tên đơn vị: Xã Mới → Xã Mới Hơn" in send(browser, "units", changed).text
    with database.reading() as opened:
        assert opened.scalar(select(Unit.name).where(Unit.code == "x-moi")) == "Xã Mới Hơn"


def test_counters_from_a_spreadsheet_get_codes(browser: Client, world: World, database: Database) -> None:
    rows = [[None, "an-co", f"Quầy số {n}", None, None, TODAY, None, None] for n in (1, 2)]
    page = send(browser, "counters", table_xlsx(COUNTER_HEADER, rows, "x"), name="a.xlsx").text
    with database.reading() as opened:
        drawn = list(opened.scalars(select(Counter.code)))
    assert len(drawn) == 2
    for code in drawn:
        assert codes.normal(code) == code
        assert code in page


def test_errors_are_told_by_row_and_column_and_nothing_is_half_imported(
    browser: Client, world: World, database: Database
) -> None:
    wrong = ["x y", "", "", "Quận", "none", "31/31/2026", "", ""]
    answer = send(browser, "units", as_csv(UNIT_HEADER, NEW_UNIT, [""] * 8, wrong))
    assert answer.status_code == 422
    for told in (
        "Chưa nhập dòng nào: 5 chỗ cần sửa",
        "Dòng 4, cột Mã đơn vị: Mã chỉ gồm",
        "Dòng 4, cột Tên đơn vị: Ô này cần được điền.",
        "Dòng 4, cột Cấp: Không có cấp này.",
        "Dòng 4, cột Mã đơn vị cấp trên: Không có mã đơn vị này",
        "Dòng 4, cột Ngày bắt đầu: Không phải là ngày",
    ):
        assert told in answer.text
    with database.reading() as opened:
        assert opened.scalar(select(Unit.id).where(Unit.code == "x-moi")) is None


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "Tệp thiếu cột “Mã đơn vị”."),
        (as_csv(UNIT_HEADER[:-1]), "Tệp thiếu cột “Mã đơn vị kế tục”."),
        ("Mã".encode("utf-16"), "UTF-8"),
        (b"PK\x03\x04 no archive", "Tệp không phải bảng tính"),
        (b"x" * 5001, "Tệp quá lớn."),
    ],
)
def test_what_is_no_table_is_told(browser: Client, content: bytes, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_BYTES", 5000)
    answer = send(browser, "units", content)
    assert answer.status_code == 422
    assert told in answer.text


def test_a_request_that_is_too_large_is_refused(browser: Client) -> None:
    claimed = {"CONTENT_LENGTH": str(sheets.MOST_BYTES + 1025)}
    assert browser.post("/organisation/units/import", environ_overrides=claimed).status_code == 413


def test_a_file_must_be_chosen(browser: Client) -> None:
    assert "Chưa chọn tệp." in browser.send("/organisation/units/import", {}).text


def test_other_kinds_of_files_are_not_there(browser: Client, world: World) -> None:
    for things in ("units", "counters"):
        assert browser.get(f"/organisation/{things}.ods").status_code == 404


def test_many_errors_are_cut_short(browser: Client, world: World) -> None:
    rows = [["", "x", "", "commune", "TINH", "01/01/2026", "", ""] for _ in range(150)]
    page = send(browser, "units", as_csv(UNIT_HEADER, *rows)).text
    assert "150 chỗ cần sửa" in page
    assert "và 50 chỗ nữa" in page
