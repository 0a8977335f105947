"""Rows of a CSV or JSON file as columns; a wrong cell is named by file, column and row."""

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from scoring.command.files import read_json, read_text
from scoring.command.problems import Problem
from scoring.intervals import Floats

SEPARATORS = (",", ";", "\t")
NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """The columns of a file as texts, with the number that each row has in it.

    ``word`` names a row ("dòng" of a CSV file, "bản ghi" of a JSON list). ``comma`` says that 0,5 is a number:
    in files separated by semicolons or tabs, as spreadsheets write them where the comma is the decimal mark.
    """

    file: str
    columns: Mapping[str, Sequence[str]]
    numbers: Sequence[int]
    word: str
    comma: bool

    @property
    def rows(self) -> int:
        """Rows below the heading."""
        return len(self.numbers)

    def row(self, place: int) -> str:
        """A row in words, as a spreadsheet numbers it.

        Examples
        --------
        >>> Table("a.csv", {"x": ["1", "2"]}, [2, 3], "dòng", False).row(1)
        'dòng 3'
        """
        return f"{self.word} {self.numbers[place]}"

    def problem(self, vietnamese: str, english: str, column: str, place: int) -> Problem:
        """What is wrong with a cell."""
        return Problem(vietnamese, english, file=self.file, column=column, row=self.row(place))

    def texts(self, column: str) -> list[str]:
        """The cells of a column without blanks around them."""
        if column not in self.columns:
            known = ", ".join(self.columns)
            raise Problem(f"không có cột này; các cột có: {known}", "no such column", file=self.file, column=column)
        return [cell.strip() for cell in self.columns[column]]

    def codes(self, column: str) -> list[str]:
        """The cells of a column in which none may be empty."""
        cells = self.texts(column)
        if "" in cells:
            raise self.problem("ô trống", "empty cell", column, cells.index(""))
        return cells

    def values(self, column: str, *, empty: Iterable[str] = ()) -> Floats:
        """The numbers of a column; NaN where a cell is empty or holds one of the texts of `empty`."""
        cells = self.texts(column)
        nothing = {"", *empty}
        numbers = {cell: math.nan if cell in nothing else _number(cell, comma=self.comma) for cell in set(cells)}
        wrong = next((place for place, cell in enumerate(cells) if numbers[cell] is None), None)
        if wrong is not None:
            raise self.problem(f"không phải là số: “{cells[wrong]}”", "not a number", column, wrong)
        return np.array([numbers[cell] for cell in cells], float)

    def known(self, column: str) -> Floats:
        """The numbers of a column in which none may be empty."""
        found = self.values(column)
        if np.isnan(found).any():
            raise self.problem("ô trống", "empty cell", column, int(np.argmax(np.isnan(found))))
        return found


def _number(cell: str, *, comma: bool) -> float | None:
    written = cell.replace(",", ".") if comma else cell
    value = float(written) if NUMBER.fullmatch(written) else math.inf
    return value if math.isfinite(value) else None


def read_table(file: str) -> Table:
    """The rows of a CSV file (comma, semicolon or tab) with a heading, or of a JSON list of objects.

    Raises
    ------
    Problem
        If the file cannot be read, has no rows, or a row does not fit its heading.
    """
    ending = Path(file).suffix.lower()
    if ending not in (".csv", ".tsv", ".txt", ".json"):
        raise Problem("chỉ đọc tệp .csv hoặc .json (bảng tính: lưu thành CSV UTF-8)", "not a CSV or JSON", file=file)
    text = read_text(file)
    table = _from_json(file, text) if ending == ".json" else _from_csv(file, text)
    if not table.rows:
        raise Problem("tệp không có dòng số liệu nào", "no rows", file=file)
    return table


def _from_csv(file: str, text: str) -> Table:
    first = text.partition("\n")[0]
    separator = max(SEPARATORS, key=first.count)
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise Problem("sai cú pháp CSV", str(error), file=file) from None
    names = [name.strip() for name in records[0]] if records else []
    twice = next((name for name in names if name and names.count(name) > 1), None)
    if twice is not None:
        raise Problem("hai cột trùng tên", "two columns of one name", file=file, column=twice)
    kept = [(number, record) for number, record in enumerate(records[1:], start=2) if record]
    wrong = next(((number, len(record)) for number, record in kept if len(record) != len(names)), None)
    if wrong is not None:
        said = f"có {wrong[1]} ô, dòng tiêu đề có {len(names)}"
        raise Problem(said, "as many cells as the heading", file=file, row=f"dòng {wrong[0]}")
    cells = list(zip(*(record for _, record in kept), strict=True)) or [()] * len(names)
    columns = {name: column for name, column in zip(names, cells, strict=True) if name}
    return Table(file, columns, [number for number, _ in kept], "dòng", separator != ",")


def _from_json(file: str, text: str) -> Table:
    try:
        records = read_json(text)
    except (ValueError, RecursionError) as error:
        raise Problem("sai cú pháp JSON", str(error), file=file) from None
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise Problem("phải là danh sách các bản ghi", "must be a list of objects", file=file)
    names = dict.fromkeys(name for record in records for name in record)
    columns = {
        name: [_cell(file, name, place, record.get(name)) for place, record in enumerate(records, start=1)]
        for name in names
    }
    return Table(file, columns, range(1, len(records) + 1), "bản ghi", False)


def _cell(file: str, name: str, place: int, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, str | int | float):
        return str(value)
    raise Problem("phải là số hoặc chữ", "must be a number or a text", file=file, column=name, row=f"bản ghi {place}")
