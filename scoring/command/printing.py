"""Results as an aligned table with Vietnamese headings, or as JSON."""

import json
import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from scoring.par.steps import numeral

NOTHING = "–"


class Form(StrEnum):
    """How a value is written in the table."""

    TEXT = "text"
    COUNT = "count"
    PERCENT = "percent"
    NUMBER = "number"
    POINTS = "points"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key in the rows, its heading in the table, how its values are written."""

    key: str
    heading: str
    form: Form = Form.TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Rows under a key of JSON, in which what begins with "_" is left out: it is for the table alone.

    The table shows ``columns``, and of these only those that have a value.
    """

    key: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a command found: facts for JSON, sheets for both, sentences below the tables."""

    facts: Mapping[str, Any]
    sheets: Sequence[Sheet]
    notes: Sequence[str] = field(default_factory=tuple)


def as_json(answer: Answer) -> str:
    """JSON with decimal points; what is missing or infinite is null.

    Examples
    --------
    >>> sheet = Sheet(key="rows", columns=[], rows=[{"rate": 0.9, "effective_n": float("inf")}])
    >>> print(as_json(Answer(facts={"level": 0.95}, sheets=[sheet])).replace(chr(10), "").replace("  ", ""))
    {"level": 0.95,"rows": [{"rate": 0.9,"effective_n": null}],"notes": []}
    """
    rows = {sheet.key: [_plain(row) for row in sheet.rows] for sheet in answer.sheets}
    whole = {**_plain(answer.facts), **rows, "notes": list(answer.notes)}
    return json.dumps(whole, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _bare(value) for key, value in row.items() if not key.startswith("_")}


def _bare(value: Any) -> Any:
    if isinstance(value, Fraction | Decimal):
        return float(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value


def as_text(answer: Answer) -> str:
    """Aligned tables with a blank line between them, then the notes.

    Examples
    --------
    >>> columns = [Column("unit", "Đơn vị"), Column("rate", "Tỷ lệ (%)", Form.PERCENT)]
    >>> rows = [{"unit": "Xã A", "rate": 0.9}, {"unit": "Thị trấn B", "rate": None}]
    >>> print(as_text(Answer(facts={}, sheets=[Sheet(key="rows", columns=columns, rows=rows)])), end="")
    Đơn vị      Tỷ lệ (%)
    ----------  ---------
    Xã A            90,00
    Thị trấn B          –
    """
    blocks = [_table(sheet) for sheet in answer.sheets if sheet.rows]
    notes = "".join(f"{note}\n" for note in answer.notes)
    # A terminal does not break lines between words, so blanks need not keep them together.
    return "\n".join([*blocks, notes] if notes else blocks).replace("\u00a0", " ")


def _table(sheet: Sheet) -> str:
    columns = [column for column in sheet.columns if any(row[column.key] is not None for row in sheet.rows)]
    cells = [[_written(row[column.key], column.form) for column in columns] for row in sheet.rows]
    headings = [column.heading for column in columns]
    widths = [max(map(_width, each)) for each in zip(headings, *cells, strict=True)]
    left = [column.form is Form.TEXT for column in columns]
    lines = [_line(line, widths, left) for line in (headings, ["-" * width for width in widths], *cells)]
    return "\n".join([*([sheet.title] if sheet.title else []), *lines]) + "\n"


def _line(cells: Sequence[str], widths: Sequence[int], left: Sequence[bool]) -> str:
    padded = []
    for cell, width, leftwards in zip(cells, widths, left, strict=True):
        blank = " " * (width - _width(cell))
        padded.append(cell + blank if leftwards else blank + cell)
    return "  ".join(padded).rstrip()


def _width(text: str) -> int:
    """Places on a screen: a combining mark takes none."""
    return sum(not unicodedata.combining(letter) for letter in text)


def _written(value: Any, form: Form) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return NOTHING
    if form is Form.TEXT:
        return str(value)
    if form is Form.POINTS:
        return numeral(value)
    if math.isinf(value):
        return "∞"
    return decimal(float(value) * (100 if form is Form.PERCENT else 1), 0 if form is Form.COUNT else 2)


def decimal(value: float, places: int) -> str:
    """A number with a dot for thousands and a decimal comma.

    Parameters
    ----------
    value : float
        Finite.
    places : int
        Decimals.

    Returns
    -------
    str

    Examples
    --------
    >>> decimal(1234.567, 2), decimal(-0.5, 1)
    ('1.234,57', '−0,5')
    """
    return f"{value:,.{places}f}".translate(str.maketrans(",.-", ".,−"))


def percent(share: float) -> str:
    """A share in percent without needless decimals.

    Examples
    --------
    >>> percent(0.95).replace(chr(160), " "), percent(0.8712).replace(chr(160), " ")
    ('95 %', '87,12 %')
    """
    written = decimal(share * 100, 2).rstrip("0").rstrip(",")
    return f"{written}\u00a0%"
