import csv
import datetime
import io
from collections.abc import Callable
from dataclasses import replace

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports import spreadsheets, words
from reports.content import SatisfactionReport
from reports.safe_cells import TRIGGERS, Cell, Rate, sheet_name
from scoring.disclosure import HIDDEN
from scoring.small_areas import Prior, shrink
from tests.reports.contents import VALIDITY, province
from tests.reports.contents_hostile import ATTACKS, FORMULAS, hostile
from tests.reports.contents_thin import nothing, single, unit, withheld

MAKERS: list[Callable[[], SatisfactionReport]] = [province, unit, nothing, single, withheld, hostile]
DAY = datetime.date(2026, 11, 20)


def opened(workbook: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(workbook))


def read(table: bytes) -> list[list[str]]:
    assert table.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(table.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("maker", MAKERS)
def test_the_same_content_gives_the_same_bytes(maker: Callable[[], SatisfactionReport]) -> None:
    assert spreadsheets.workbook(maker()) == spreadsheets.workbook(maker())
    assert spreadsheets.csv_table(maker()) == spreadsheets.csv_table(maker())


@pytest.mark.parametrize("maker", [hostile, lambda: hostile(FORMULAS)])
def test_no_cell_is_a_formula(maker: Callable[[], SatisfactionReport]) -> None:
    book = opened(spreadsheets.workbook(maker()))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert not any(cell.hyperlink for cell in cells)
    for row in read(spreadsheets.csv_table(maker())):
        assert not any(field.startswith(("=", "+", "-", "@", "\t", "\r", "\0")) for field in row)


def test_the_workbook_has_a_sheet_for_each_part() -> None:
    book = opened(spreadsheets.workbook(province()))
    assert book.sheetnames == [
        "Tổng hợp", "Mục tiêu", "Sở, ban, ngành", "Cơ quan ngành dọc", "Xã, phường", "Lĩnh vực", "Tiêu chí",
        "Ưu tiên", "Xu hướng", "Phương pháp",
    ]  # fmt: skip
    assert all(sheet["A2"].value == words.FICTIONAL for sheet in book)
    assert opened(spreadsheets.workbook(unit()))["Tổng hợp"]["A2"].value in (None, "")


def test_figures_are_numbers_and_what_is_withheld_a_dash() -> None:
    content = province()
    sheet = opened(spreadsheets.workbook(content))["Xã, phường"]
    rows = {row[1].value: row for row in sheet.iter_rows(min_row=4)}
    for line in content.comparisons[2].rows:
        shown = rows[line.name]
        if line.score.withheld:
            assert [cell.value for cell in shown[2:6]] == ["–"] * 4
            assert [cell.value for cell in shown[6:9]] == [None, None, "Không công bố"]
        else:
            assert shown[2].value == pytest.approx(line.score.index.value)
            assert shown[2].number_format == "0.00%"
            assert shown[5].value == line.score.index.n
            assert line.rank is not None
            assert [cell.value for cell in shown[6:8]] == [line.rank.best, line.rank.worst]


def test_rates_drawn_together_stand_beside_the_own() -> None:
    content = province()
    communes = content.comparisons[2]
    area = shrink([45.0, 80.0], [50.0, 100.0], Prior(mean=0.85, rho=0.05, alpha=16.15, beta=2.85))[0]
    rows = (replace(communes.rows[0], shrunk=area), *communes.rows[1:])
    other = replace(content, comparisons=(*content.comparisons[:2], replace(communes, rows=rows)))
    sheet = opened(spreadsheets.workbook(other))["Xã, phường"]
    header = [cell.value for cell in sheet[3]]
    assert header[-1:] == list(spreadsheets.SHRUNK)
    assert [cell.value for cell in sheet[4]][-1] == pytest.approx(area.shrunk)
    assert sheet[5][len(header) - 1].value == "–"
    assert words.shrunk(None) == "–"
    assert words.shrunk(area) == "88,6\u00a0%"


def test_a_withheld_unit_shows_no_count() -> None:
    sheet = opened(spreadsheets.workbook(withheld()))["Tổng hợp"]
    rows = {row[0].value: row for row in sheet.iter_rows(min_row=4)}
    assert rows["Số phiếu nhận được"][4].value == "–"
    assert "Hợp lệ (phiếu)" not in rows
    assert [row for row in read(spreadsheets.csv_table(withheld())) if row[0] == "Phiếu"] == []


def test_what_became_of_the_forms_stands_in_both_tables() -> None:
    few = replace(VALIDITY, issued=None, valid=None, excluded=(), blanked=None)
    for content, numbers in (
        (VALIDITY, [402_118, 25_625, 310, 120, 1204]),
        (few, ["–", "–"]),
    ):
        report = replace(province(), validity=content)
        sheet = opened(spreadsheets.workbook(report))["Tổng hợp"]
        rows = {row[0].value: row[4].value for row in sheet.iter_rows(min_row=4)}
        names = [
            "Phát ra (phiếu)",
            "Hợp lệ (phiếu)",
            "Không hợp lệ: Phiếu thứ hai của cùng một hồ sơ (phiếu)",
            "Không hợp lệ: Lý do khác (phiếu)",
            "Câu đánh dấu 2 ô trên phiếu giấy (câu)",
        ]
        assert [rows[name] for name in names if name in rows] == numbers
        long = [row[4] for row in read(spreadsheets.csv_table(report)) if row[0] == "Phiếu"]
        assert long == ["" if number == "–" else str(number) for number in numbers]


def test_the_long_table_is_tidy() -> None:
    content = province()
    header, *rows = read(spreadsheets.csv_table(content))
    assert header == list(spreadsheets.CSV_HEADER)
    assert all(len(row) == len(header) for row in rows)
    groups = {row[0] for row in rows}
    assert {
        "Toàn bộ",
        "Mục tiêu",
        "Xã, phường",
        "Yếu tố",
        "Tiêu chí",
        "Phân bố",
        "Thời gian",
        "Tháng",
        "Kênh",
    } <= groups
    whole = rows[0]
    assert whole[1:5] == ["Tỉnh Minh Họa", "Chỉ số", "%", "91.34"]
    assert whole[7] == "24815"
    assert all(row[-1].endswith("số liệu giả định") for row in rows)
    hidden = [row for row in rows if row[9] == "Không công bố"]
    assert hidden
    assert all(row[4:8] == [""] * 4 for row in hidden)


def test_real_figures_are_not_called_invented() -> None:
    assert "giả định" not in spreadsheets.csv_table(unit()).decode("utf-8-sig")


ROWS: list[list[Cell]] = [
    ["=1+1", 3, 0.5, Rate(0.25), DAY, None, "Ỷ"],
    [*ATTACKS[:7]],
    [float("nan"), True, datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)],
]


def test_lists_as_csv() -> None:
    header, first, second, third = read(spreadsheets.table_csv(("Tên",), ROWS))
    assert header == ["Tên"]
    assert first == ["'=1+1", "3", "0.5", "25.0", "2026-11-20", "", "Ỷ"]
    assert second[0] == "<b>chưa đóng"
    assert third == ["", "Có", "2026-01-02T00:00:00+00:00"]


def test_lists_as_xlsx() -> None:
    document = spreadsheets.table_xlsx(("Tên", "Số"), ROWS, "Danh sách: 1/2")
    assert document == spreadsheets.table_xlsx(("Tên", "Số"), ROWS, "Danh sách: 1/2")
    sheet = opened(document).active
    assert sheet is not None
    assert sheet.title == "Danh sách 1 2"
    cells = [cell.value for cell in next(iter(sheet.iter_rows(min_row=2)))]
    assert cells == ["=1+1", 3, 0.5, 0.25, datetime.datetime(2026, 11, 20), None, "Ỷ"]  # noqa: DTZ001 (days only)
    assert [sheet["A4"].value, sheet["B4"].value] == [None, "Có"]
    first = sheet["A2"]
    assert first.data_type == "s"
    assert first.quotePrefix
    assert sheet.freeze_panes == "A2"


def test_an_empty_list() -> None:
    assert read(spreadsheets.table_csv((), [])) == [[]]
    sheet = opened(spreadsheets.table_xlsx((), [], "")).active
    assert sheet is not None
    assert sheet.title == "Bảng"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(alphabet=st.characters(codec=None)), min_size=1, max_size=5))
def test_whatever_is_written_is_no_formula(values: list[str]) -> None:
    (row,) = read(spreadsheets.table_csv(["a"] * len(values), [values]))[1:]
    assert not any(field.lstrip().startswith(TRIGGERS) for field in row)
    sheet = opened(spreadsheets.table_xlsx(["a"] * len(values), [values], "Bảng")).active
    assert sheet is not None
    assert all(cell.data_type in ("s", "n") for row in sheet.iter_rows() for cell in row)


def test_sheet_names_are_valid_and_different() -> None:
    taken: set[str] = set()
    names = [sheet_name(name, taken) for name in ("Xã: [1]", "xã 1", "'A'", "History", "Đ" * 60, "Đ" * 60, "???")]
    assert names == ["Xã 1", "xã 1 2", "A", "History 2", "Đ" * 28, f"{'Đ' * 27} 2", "Bảng"]
    assert all(len(name) <= 31 for name in names)


def test_a_channel_too_small_to_show_is_a_dash() -> None:
    content = province()
    hidden = replace(content.channels[1], received=None, index=HIDDEN, change=None)
    shown = replace(content, channels=(content.channels[0], hidden))
    rows = {row[0].value: row for row in opened(spreadsheets.workbook(shown))["Tổng hợp"].iter_rows(min_row=4)}
    assert rows[f"Kênh: {hidden.name}"][4].value == "–"
    assert rows[f"Tỷ lệ hài lòng: {hidden.name}"][1].value == "–"
    long = [row for row in read(spreadsheets.csv_table(shown)) if row[:3] == ["Kênh", hidden.name, "Nhận về"]]
    assert "–" in long[0]
