"""Tables that people upload: XLSX or CSV with a header row, read into plain text cells."""

import csv
import io
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from openpyxl import load_workbook

from survey_app.errors import Rejected

MOST_BYTES = 5 * 1024 * 1024
MOST_UNPACKED = 100 * 1024 * 1024
MOST_ROWS = 20_000
MOST_LINES = 2**20  # with empty ones: what a spreadsheet can hold
MOST_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row with its number as the spreadsheet shows it, and its cells by column name."""

    number: int
    cells: dict[str, str]


def read_table(
    content: bytes,
    columns: Sequence[str],
    *,
    optional: Sequence[str] = (),
    sheet: str = "",
    longest: int = MOST_CHARACTERS,
) -> list[TableRow]:
    """The rows of an uploaded table that has these columns (in any order, others are ignored).

    Of a workbook the sheet of that name is read, without a name the first. Cells of an optional column that is not
    there are empty; what is longer than `longest` is cut.

    Refuses (Rejected, "file") what is not a table, too large, or lacks the sheet or a column; empty rows are skipped.
    """
    if len(content) > MOST_BYTES:
        raise Rejected("file", problems={"file": "too_large"})
    lines = _xlsx(content, sheet) if content.startswith(b"PK") else _csv(content)
    header = [_plain(cell, longest).casefold() for cell in next(lines, [])]
    places = {}
    for column in columns:
        if column.casefold() not in header:
            raise Rejected("file", problems={"file": "no_column"}, column=column)
        places[column] = header.index(column.casefold())
    places |= {column: header.index(column.casefold()) for column in optional if column.casefold() in header}
    rows = []
    for number, line in enumerate(lines, start=2):
        cells = {column: _plain(line[at], longest) if at < len(line) else "" for column, at in places.items()}
        if any(cells.values()):
            rows.append(TableRow(number, dict.fromkeys(optional, "") | cells))
        if len(rows) > MOST_ROWS or number > MOST_LINES:
            raise Rejected("file", problems={"file": "too_many_rows"})
    return rows


def _csv(content: bytes) -> Iterator[Sequence[object]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Rejected("file", problems={"file": "not_utf8"}) from None
    if "\0" in text:
        raise Rejected("file", problems={"file": "not_a_table"})
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error:  # an unclosed quote makes one endless cell
        raise Rejected("file", problems={"file": "not_a_table"}) from None


def _xlsx(content: bytes, name: str) -> Iterator[Sequence[object]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED:
                raise Rejected("file", problems={"file": "too_large"})
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book[_sheet(book.sheetnames, name)] if name else book.worksheets[0]
        sheet.reset_dimensions()  # rows are as wide as their cells, not as the file claims
        rows: Iterable[Sequence[object]] = sheet.iter_rows(values_only=True)
        yield from rows
        book.close()
    except Rejected:
        raise
    except Exception:  # damaged parts make openpyxl raise whatever they happen to hit, also while rows are read
        raise Rejected("file", problems={"file": "not_a_table"}) from None


def _sheet(names: Sequence[str], name: str) -> str:
    found = [each for each in names if _plain(each, MOST_CHARACTERS).casefold() == name.casefold()]
    if not found:
        raise Rejected("file", problems={"file": "no_sheet"}, sheet=name)
    return found[0]


def _plain(cell: object, longest: int) -> str:
    """A cell as text: NFC, trimmed, without the quote that guards against formulas, 3.0 as 3."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = unicodedata.normalize("NFC", str(cell)).strip()
    if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@"):
        text = text[1:]
    return text[:longest]
