"""A PAR Index document as plain data: sentences and tables, which PDF, spreadsheet and word processor all show."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from reports import par_words
from reports.content import Letterhead
from reports.par_content import BlockResult

# Points are numbers in a spreadsheet and "1,50" on paper; None is a dash.
Cell = str | int | Fraction | Decimal | datetime.date | None
REPORT, SHEET = "report", "sheet"  # an official BÁO CÁO, or a form that a unit's leader signs
LEFT, CENTRE, RIGHT = "LEFT", "CENTER", "RIGHT"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, its width in millimetres, where its cells stand."""

    title: str
    width: float
    align: str = LEFT


@dataclass(frozen=True, slots=True)
class Row:
    """A row of cells; ``strong`` for fields, criteria and sums."""

    cells: tuple[Cell, ...]
    strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with its caption; ``name`` is that of its sheet, ``decimals`` those of its points.

    Tables of one ``group`` have the same columns and share a sheet, where ``name`` says whose row it is.
    """

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    decimals: int = 2
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part under a heading; ``forest`` is the block whose units are drawn on paper."""

    title: str
    sentences: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    forest: BlockResult | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A document. ``unit`` is who signs a SHEET; ``wide`` lays its pages on the long side."""

    form: str
    letterhead: Letterhead
    summary: str
    made_on: datetime.date
    fictional: bool
    notices: tuple[str, ...]
    sections: tuple[Section, ...]
    bases: tuple[str, ...] = ()
    annexes: tuple[Section, ...] = ()
    closing: str = ""
    unit: str = ""
    wide: bool = False

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every table, in the order of the document."""
        return tuple(table for part in (*self.sections, *self.annexes) for table in part.tables)


def shown(cell: Cell, decimals: int) -> str:
    """A cell as text."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, int):
        return str(cell)
    if isinstance(cell, datetime.date):
        return cell.strftime("%d/%m/%Y")
    return par_words.points(cell, decimals)


def table(
    name: str,
    caption: str,
    columns: Mapping[str, tuple[float, str]],
    rows: list[Row],
    *,
    decimals: int = 2,
    group: str = "",
) -> Table:
    """A table whose columns are given as heading → (width, alignment)."""
    made = tuple(Column(title, width, align) for title, (width, align) in columns.items())
    return Table(name=name, caption=caption, columns=made, rows=tuple(rows), decimals=decimals, group=group)
