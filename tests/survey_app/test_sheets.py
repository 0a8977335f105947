"""Tables that people upload."""

import contextlib
import io
import random
import re
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from survey_app import sheets
from survey_app.errors import Rejected
from survey_app.sheets import TableRow, read_table

COLUMNS = ["Mã đơn vị", "Lĩnh vực", "Số hồ sơ"]


def xlsx(*rows: tuple[object, ...]) -> bytes:
    book, target = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(target)
    return target.getvalue()


def repacked(content: bytes, **parts: bytes) -> bytes:
    """The same workbook with parts of it replaced, by the last word of their names."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            key = re.sub(r"\W", "", name.rpartition("/")[2].partition(".")[0])
            new.writestr(name, parts.get(key, old.read(name)))
    return target.getvalue()


def refused(content: bytes) -> str:
    with pytest.raises(Rejected) as refusal:
        read_table(content, COLUMNS)
    assert refusal.value.reason == "file"
    return refusal.value.problems["file"]


GOOD = xlsx(tuple(COLUMNS), *((f"U{i}", "land", i) for i in range(20)))


# --- what is read


def test_a_workbook_is_read_by_its_header() -> None:
    table = xlsx(
        (" số hồ sơ ", "Ghi chú", "MÃ ĐƠN VỊ", "Lĩnh vực"), (3.0, "x", "AN-CO", None), (1.5, None, " B ", "land")
    )
    assert read_table(table, COLUMNS) == [
        TableRow(2, {"Mã đơn vị": "AN-CO", "Lĩnh vực": "", "Số hồ sơ": "3"}),
        TableRow(3, {"Mã đơn vị": "B", "Lĩnh vực": "land", "Số hồ sơ": "1.5"}),
    ]


@pytest.mark.parametrize("sign", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_csv_is_read_however_it_was_saved(sign: str, end: str, mark: str) -> None:
    lines = [sign.join(COLUMNS), sign.join(["A", '"x ""y"""', "5"]), "", sign.join(["B"]), sign * 2]
    assert read_table((mark + end.join(lines)).encode(), COLUMNS) == [
        TableRow(2, {"Mã đơn vị": "A", "Lĩnh vực": 'x "y"', "Số hồ sơ": "5"}),
        TableRow(4, {"Mã đơn vị": "B", "Lĩnh vực": "", "Số hồ sơ": ""}),
    ]


def test_an_optional_column_may_be_missing() -> None:
    [row] = read_table(b"A;B\n1;2", ["A"], optional=["B", "C"])
    assert row.cells == {"A": "1", "B": "2", "C": ""}


def test_rows_keep_the_numbers_of_the_spreadsheet() -> None:
    empty = (None, None, None)
    table = xlsx(tuple(COLUMNS), ("A", "x", 1), empty, empty, ("B", "x", 2))
    assert [row.number for row in read_table(table, COLUMNS)] == [2, 5]
    assert read_table(xlsx(tuple(COLUMNS)), COLUMNS) == []


def test_cells_are_plain_text() -> None:
    table = xlsx(tuple(COLUMNS), ("'=1+1", "e\u0302\u0301", "'tis"), ("x" * 600, True, -4))
    first, second = read_table(table, COLUMNS)
    assert first.cells == {"Mã đơn vị": "=1+1", "Lĩnh vực": "ế", "Số hồ sơ": "'tis"}
    assert len(second.cells["Mã đơn vị"]) == sheets.MOST_CHARACTERS
    assert second.cells["Số hồ sơ"] == "-4"


def test_a_whole_number_that_was_stored_with_a_fraction_is_whole() -> None:
    with zipfile.ZipFile(io.BytesIO(xlsx(tuple(COLUMNS), ("A", "x", 3)))) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    table = repacked(xlsx(tuple(COLUMNS), ("A", "x", 3)), sheet1=sheet.replace("<v>3</v>", "<v>3.0</v>").encode())
    assert table != xlsx(tuple(COLUMNS), ("A", "x", 3))
    assert read_table(table, COLUMNS)[0].cells["Số hồ sơ"] == "3"


def test_headers_are_compared_composed() -> None:
    decomposed = "Ma\u0303 đơn vị;Lĩnh vực;Số hồ sơ\nA;b;1\n".encode()
    assert read_table(decomposed, COLUMNS)[0].cells["Mã đơn vị"] == "A"


def test_a_sheet_is_read_by_its_name() -> None:
    book, target = Workbook(), io.BytesIO()
    book.active.append(("A",))
    book.create_sheet("Tiêu Chí").append(("B",))
    book["Tiêu Chí"].append(("x" * 600,))
    book.save(target)
    [row] = read_table(target.getvalue(), ["B"], sheet="tiêu chí", longest=550)
    assert row.cells == {"B": "x" * 550}
    assert read_table(target.getvalue(), ["A"]) == []
    with pytest.raises(Rejected) as refusal:
        read_table(target.getvalue(), ["B"], sheet="Khác")
    assert (refusal.value.problems, refusal.value.details) == ({"file": "no_sheet"}, {"sheet": "Khác"})


# --- what is refused


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no_column"),
        ("Mã đơn vị;Lĩnh vực\nA;b\n".encode(), "no_column"),
        ("Mã đơn vị;Lĩnh vực;Số hồ sơ\n".encode("utf-16"), "not_utf8"),
        ("Mã đơn vị;Lĩnh vực;Số hồ sơ\n\0;;".encode(), "not_a_table"),
        (f'{";".join(COLUMNS)}\n"{"x" * 200_000}'.encode(), "not_a_table"),  # an unclosed quote
        (b"PK", "not_a_table"),
        (b"PK\x03\x04" + b"\0" * 200, "not_a_table"),
        (GOOD[: len(GOOD) // 2], "not_a_table"),
        (repacked(GOOD, sheet1=b"<worksheet><sheetData><row"), "not_a_table"),
        (repacked(GOOD, workbook=b"<workbook/>"), "not_a_table"),
        (b"x" * (sheets.MOST_BYTES + 1), "too_large"),
    ],
)
def test_what_is_no_such_table_is_refused(content: bytes, reason: str) -> None:
    assert refused(content) == reason


def test_a_small_file_that_unpacks_to_a_giant_is_refused() -> None:
    assert refused(repacked(GOOD, sheet1=b" " * (sheets.MOST_UNPACKED + 1))) == "too_large"


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 19)
    assert refused(GOOD) == "too_many_rows"
    monkeypatch.setattr(sheets, "MOST_ROWS", 20)
    assert len(read_table(GOOD, COLUMNS)) == 20


def test_a_file_that_claims_endless_rows_is_given_up_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_LINES", 1000)
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()

    def ending_at(row: int) -> bytes:
        last = f'<row r="{row}"><c r="A{row}"><v>5</v></c></row></sheetData>'
        return repacked(GOOD, sheet1=sheet.replace("</sheetData>", last).encode())

    assert read_table(ending_at(1000), COLUMNS)[-1].number == 1000
    assert refused(ending_at(1001)) == refused(ending_at(99_999_999)) == "too_many_rows"
    wide = re.sub(r'<dimension ref="[^"]*"', '<dimension ref="A1:XFD1048576"', sheet)
    assert len(read_table(repacked(GOOD, sheet1=wide.encode()), COLUMNS)) == 20


def test_a_damaged_workbook_is_refused_whatever_is_damaged() -> None:
    seeded = random.Random(4)  # noqa: S311  # the same damage every time
    outcomes = set()
    for _ in range(150):
        damaged = bytearray(GOOD)
        for _ in range(seeded.randint(1, 5)):
            damaged[seeded.randrange(4, len(damaged))] = seeded.randrange(256)
        try:
            read_table(bytes(damaged), COLUMNS)
            outcomes.add("read")
        except Rejected as refusal:
            outcomes.add(refusal.problems["file"])
    assert {"read", "not_a_table"} <= outcomes


@given(st.binary(max_size=300))
def test_no_bytes_are_more_than_refused(content: bytes) -> None:
    header = ";".join(COLUMNS).encode() + b"\n"
    with contextlib.suppress(Rejected):
        assert all(any(row.cells.values()) for row in read_table(header + content, COLUMNS))
