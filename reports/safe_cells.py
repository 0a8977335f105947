"""Lists as CSV and XLSX whose cells are never taken for formulas."""

import csv
import datetime
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from reports.plain import plain


@dataclass(frozen=True, slots=True)
class Rate:
    """A share (0 to 1), shown as a percentage."""

    value: float


Cell = str | int | float | Rate | datetime.date | None

# Spreadsheets read a text as a formula when it begins with one of these (also with their full-width forms).
TRIGGERS = tuple("=+-@＝＋－＠")
LONGEST_CELL = 32_000  # a cell of a spreadsheet holds 32 767 characters
WIDEST = 60
YES_NO = {True: "Có", False: "Không"}
WARNING = "#b42318"
# Never guess a formula, a link or a number from a text; the same content gives the same bytes.
OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "remove_timezone": True,
}
EPOCH = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)


def csv_cell(value: Cell) -> str | int | float:
    """Numbers with a decimal dot, rates in percent, dates as ISO, texts with a ' before what could be a formula."""
    if isinstance(value, bool):
        return YES_NO[value]
    if isinstance(value, Rate):
        return round(100 * value.value, 4)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if not isinstance(value, str):
        return "" if value is None or not math.isfinite(value) else value
    text = plain(value, LONGEST_CELL)
    return f"'{text}" if _dangerous(value, text) else text


def _dangerous(value: str, text: str) -> bool:
    return value[:1] in ("\t", "\r", "\n", "\0") or text.lstrip().startswith(TRIGGERS)


def table_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """RFC 4180 in UTF-8 with a byte order mark, so that spreadsheets recognise Vietnamese."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow([csv_cell(name) for name in header])
    writer.writerows([csv_cell(value) for value in row] for row in rows)
    return target.getvalue().encode("utf-8-sig")


def table_xlsx(header: Sequence[str], rows: Iterable[Sequence[Cell]], sheet: str) -> bytes:
    """One sheet with a frozen, filterable header; rows are written as they come, however many."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {**OPTIONS, "constant_memory": True})
    book.set_properties({"created": EPOCH})
    page = book.add_worksheet(sheet_name(sheet, set()))
    looks = Looks(book)
    page.freeze_panes(1, 0)
    for i, name in enumerate(header):
        page.set_column(i, i, min(WIDEST, max(12, len(name) + 2)))
    _write_row(page, 0, header, looks, looks.header)
    last = 0
    for last, row in enumerate(rows, 1):
        _write_row(page, last, row, looks)
    if header:
        page.autofilter(0, 0, last, len(header) - 1)
    book.close()
    return target.getvalue()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook: its name, its titles, its rows."""

    name: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def book_xlsx(sheets: Sequence[Sheet]) -> bytes:
    """A sheet after the other, each as `table_xlsx`; texts keep their lines, so that they can be read again."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, OPTIONS)
    book.set_properties({"created": EPOCH})
    looks, taken = Looks(book), set[str]()
    for sheet in sheets:
        page = book.add_worksheet(sheet_name(sheet.name, taken))
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, len(sheet.rows), len(sheet.header) - 1)
        for column, title in enumerate(sheet.header):
            page.set_column(column, column, min(WIDEST, max(12, len(title) + 2)))
        _write_row(page, 0, sheet.header, looks, looks.header)
        for row, values in enumerate(sheet.rows, 1):
            for column, value in enumerate(values):
                _write_lines(page, row, column, value, looks)
    book.close()
    return target.getvalue()


class Looks:
    """The formats of a workbook; `quoted` is for texts that look like formulas."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        top = {"valign": "top"}
        self.title: Format = book.add_format({"bold": True, "font_size": 13})
        self.warning: Format = book.add_format({"bold": True, "font_color": WARNING})
        self.header: Format = book.add_format({**top, "bold": True, "text_wrap": True, "bottom": 1})
        self.text: Format = book.add_format({**top, "text_wrap": True})
        self.quoted: Format = book.add_format({**top, "text_wrap": True, "quote_prefix": True})
        self.date: Format = book.add_format({**top, "num_format": "dd/mm/yyyy", "align": "left"})
        self.whole: Format = book.add_format({**top, "num_format": "#,##0"})
        self.number: Format = book.add_format({**top, "num_format": "#,##0.00"})
        self.rate: Format = book.add_format({**top, "num_format": "0.00%"})


def _write_row(
    page: Worksheet, row: int, values: Sequence[Cell], looks: Looks, text_look: Format | None = None
) -> None:
    for column, value in enumerate(values):
        write(page, row, column, value, looks, text_look)


def write(page: Worksheet, row: int, column: int, value: Cell, looks: Looks, look: Format | None = None) -> None:
    """A number, rate or date as what it is, a text always as text."""
    if isinstance(value, bool):
        value = YES_NO[value]
    if isinstance(value, str):
        text = plain(value, LONGEST_CELL)
        page.write_string(row, column, text, look or (looks.quoted if _dangerous(value, text) else looks.text))
    elif isinstance(value, Rate):
        page.write_number(row, column, value.value, looks.rate)
    elif isinstance(value, datetime.date):
        page.write_datetime(row, column, value, looks.date)
    elif value is not None and math.isfinite(value):
        page.write_number(row, column, value, looks.whole if isinstance(value, int) else looks.number)


def sheet_name(value: str, taken: set[str]) -> str:
    """A name that a spreadsheet accepts and that is not `taken` yet; it is added there."""
    allowed = "".join(" " if character in "[]:*?/\\" else character for character in plain(value, 200))
    base = " ".join(allowed.split()).strip("'")[:28] or "Bảng"
    name, number = base, 1
    while name.casefold() in taken or name.casefold() == "history":
        number += 1
        name = f"{base[:27]} {number}"
    taken.add(name.casefold())
    return name


def _write_lines(page: Worksheet, row: int, column: int, value: Cell, looks: Looks) -> None:
    if not isinstance(value, str) or "\n" not in value:
        write(page, row, column, value, looks)
        return
    text = "\n".join(plain(line, LONGEST_CELL) for line in value[:LONGEST_CELL].split("\n"))
    page.write_string(row, column, text, looks.quoted if _dangerous(value, text) else looks.text)
