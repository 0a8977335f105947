"""How a parameter of each shape is laid out in a form, as one box or as rows of boxes: to texts and back.

What cannot be read stays as it was typed; the rule itself then says what is wrong. What a form could not show
without losing some of it is refused (Unshown), so that it is edited as text.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from questionnaires.par_nodes import shortest
from scoring.par.numbers import exact
from scoring.par.parameters import Shape
from survey_app.assessment import entries
from survey_app.assessment.criteria_sets.rule_words import FROM, WHEN_ZERO, YES_NO
from survey_app.typed import one_line

Choices = tuple[tuple[str, str], ...]
Texts = Mapping[str, str]
Cells = dict[str, Any]
LONGEST, LONGEST_NUMBER = 4000, 24
DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})")
MONTH_DAY = re.compile(r"([0-9]{2})-([0-9]{2})")
TICKED = "y"


class Unshown(ValueError):
    """Data that the form of a rule has no place for; ``args`` names what it is."""


class Look(StrEnum):
    """What a box looks like."""

    TEXT = "text"
    LONG = "long"
    NUMBER = "number"
    TICK = "tick"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One box of each row; a ``share`` of one is shown in percent when its parameter says so."""

    key: str = ""
    label: str = ""
    look: Look = Look.TEXT
    choices: Choices = ()
    share: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The boxes of a shape: one (``single``) or rows, the rows ``fixed`` ones by their names or as many as wanted.

    ``apart`` takes a parameter's data to cells for each row, ``together`` makes it of them; a cell that is not
    there is an empty box. Rows ``by_name`` are named by the engine and not counted.
    """

    columns: tuple[Column, ...]
    apart: Callable[[Any], Sequence[Cells]]
    together: Callable[[list[Cells]], Any]
    single: bool = False
    fixed: tuple[str, ...] = ()
    by_name: bool = False
    sorted: bool = False


def texts(layout: Layout, value: object) -> list[dict[str, str]]:
    """What stands in the boxes, row by row; Unshown when some of the data would have no box."""
    found = []
    for cells in layout.apart(value):
        if cells.keys() - {column.key for column in layout.columns}:
            raise Unshown(str(value))
        found.append(
            {column.key: _shown(column, cells[column.key]) for column in layout.columns if column.key in cells}
        )
    return found


def value(layout: Layout, rows: Sequence[Texts]) -> Any:
    """The data of a parameter from the texts of its boxes; None when all of them are empty."""
    found = []
    for row in rows:
        cells = {column.key: _read(column, row[column.key]) for column in layout.columns if row.get(column.key)}
        if any(column.key in cells for column in layout.columns if layout.single or column.look is not Look.CHOICE):
            found.append(cells)
        elif layout.fixed:
            found.append({})
    return layout.together(found) if any(found) else None


def in_percent(text: str) -> str:
    """A share as a percentage: "0,8" is "80"; what is no number stays."""
    return _scaled(text, 2)


def of_percent(text: str) -> str:
    """A percentage as a share: "80" is "0,8"; what is no number stays."""
    return _scaled(text, -2)


def _scaled(text: str, places: int) -> str:
    found = _numeral(text)
    return text if found is None else entries.numeral(shortest(found.scaleb(places)))


def _numeral(text: str) -> Decimal | None:
    found = entries.number(text)
    return exact(found) if entries.NUMERAL.fullmatch(found) and len(found) <= LONGEST_NUMBER else None


def _shown(column: Column, cell: Any) -> str:
    if column.look is Look.TICK and isinstance(cell, bool):
        return TICKED if cell else ""
    if column.look is Look.NUMBER and isinstance(cell, int | Decimal) and not isinstance(cell, bool):
        return entries.numeral(cell)
    if not isinstance(cell, str) or column.look is Look.TICK or cell != one_line(cell) or len(cell) > LONGEST:
        raise Unshown(str(cell))
    if column.choices and cell not in dict(column.choices):
        raise Unshown(cell)
    return entries.numeral(cell) if column.look is Look.NUMBER else cell


def _read(column: Column, text: str) -> Any:
    if column.look is Look.TICK:
        return True
    line = one_line(text)[:LONGEST]
    found = _numeral(line) if column.look is Look.NUMBER else None
    if found is None:
        return line
    return int(found) if found == found.to_integral_value() else shortest(found)


def _one(look: Look, choices: Choices = ()) -> Layout:
    column = Column(look=look, choices=choices, share=look is Look.NUMBER)
    return Layout(columns=(column,), apart=lambda data: [{"": data}], together=lambda rows: rows[0][""], single=True)


def _put(layout: Layout, apart: Callable[[Any], Any], together: Callable[[Any], Any]) -> Layout:
    """A single box whose data stand in it under another form; no text for what apart gives as None."""

    def cells(data: Any) -> list[Cells]:
        found = apart(data)
        return [] if found is None else [{"": found}]

    return Layout(columns=layout.columns, apart=cells, together=lambda rows: together(rows[0][""]), single=True)


def _month_day(data: Any) -> Any:
    found = MONTH_DAY.fullmatch(data) if isinstance(data, str) else None
    return f"{found[2]}/{found[1]}" if found else data


def _day_month(text: str) -> str:
    found = DAY.fullmatch(text)
    return f"{found[2]:0>2}-{found[1]:0>2}" if found else text


def _flag(data: Any) -> str:
    if not isinstance(data, bool):
        raise Unshown(str(data))
    return "yes" if data else "no"


def _members(data: Any) -> Sequence[Any]:
    if not isinstance(data, list | tuple):
        raise Unshown(str(data))
    return data


def _mapping(data: Any) -> Cells:
    if not isinstance(data, Mapping):
        raise Unshown(str(data))
    return {str(key): each for key, each in data.items()}


def _simple(column: Column, fixed: tuple[str, ...] = ()) -> Layout:
    """A list of plain members."""

    def apart(data: Any) -> list[Cells]:
        members = _members(data)
        if fixed and len(members) != len(fixed):
            raise Unshown(str(data))
        return [{"": member} for member in members]

    return Layout(columns=(column,), apart=apart, together=lambda rows: [row.get("", "") for row in rows], fixed=fixed)


def _pairs(first: str, second: str, columns: tuple[Column, ...]) -> Layout:
    """A list of pairs or mappings, written as a pair where that says everything."""

    def apart(data: Any) -> list[Cells]:
        return [
            {first: member[0], second: member[1]}
            if isinstance(member, list | tuple) and len(member) == 2
            else _mapping(member)
            for member in _members(data)
        ]

    def together(rows: list[Cells]) -> list[Any]:
        return [[row[first], row[second]] if row.keys() == {first, second} else row for row in rows]

    return Layout(columns=columns, apart=apart, together=together)


def _bounded(columns: tuple[Column, ...], *, falling: bool) -> Layout:
    """A list of mappings with one bound, from the highest down or from the lowest up; they sort themselves."""
    kinds = tuple(key for key, _word in FROM)

    def apart(data: Any) -> list[Cells]:
        return [_apart_bound(_mapping(member), kinds) for member in _members(data)]

    def together(rows: list[Cells]) -> list[Cells]:
        if all(isinstance(row.get("bound", row.get("lte")), int | Decimal) for row in rows):
            rows = sorted(rows, key=_place, reverse=falling)
        return [_with_bound(row) for row in rows]

    return Layout(columns=columns, apart=apart, together=together, sorted=True)


def _apart_bound(member: Cells, kinds: tuple[str, ...]) -> Cells:
    given = [kind for kind in kinds if kind in member]
    if len(given) > 1 or {"is", "bound"} & member.keys():
        raise Unshown(str(member))
    rest = {key: each for key, each in member.items() if key not in kinds}
    return {"is": given[0], "bound": member[given[0]], **rest} if given else rest


def _with_bound(row: Cells) -> Cells:
    kind = row.get("is", FROM[0][0])
    renamed = {(kind if key == "bound" else key): cell for key, cell in row.items() if key != "is"}
    return {key: renamed[key] for key in ("name", kind, "lte", "points") if key in renamed}


def _place(row: Cells) -> tuple[Decimal, bool]:
    bound: Decimal = row["bound"] if "bound" in row else row["lte"]
    return bound, row.get("is") == "gt"


def _weights_apart(data: Any) -> list[Cells]:
    return [
        {"name": name} if worth is None else {"name": name, "points": worth} for name, worth in _mapping(data).items()
    ]


def _weights(rows: list[Cells]) -> Cells:
    names = distinct([row.get("name", "") for row in rows])
    return {name: row.get("points") for name, row in zip(names, rows, strict=True)}


def distinct(names: Sequence[str]) -> list[str]:
    """The names, those that come again with a number behind them: a mapping must not lose them."""
    found: list[str] = []
    for name in names:
        number = 2
        free = name
        while free in found:
            free, number = f"{name} ({number})", number + 1
        found.append(free)
    return found


_POINTS = Column(key="points", label="Điểm", look=Look.NUMBER)
_NAME = Column(key="name", label="Tên")
_IS = Column(key="is", label="Tính", look=Look.CHOICE, choices=FROM)
_BOUND = Column(key="bound", label="Mốc", look=Look.NUMBER, share=True)
_NUMBER = _one(Look.NUMBER)
LAYOUTS: Mapping[Shape, Layout] = {
    Shape.NUMBER: _NUMBER,
    Shape.POINTS: _NUMBER,
    Shape.DEDUCTION: _NUMBER,
    Shape.POSITIVE: _NUMBER,
    Shape.SHARE: _NUMBER,
    Shape.WHOLE: _NUMBER,
    Shape.FLAG: _put(_one(Look.CHOICE, YES_NO), _flag, lambda text: {"yes": True, "no": False}.get(text, text)),
    Shape.TEXT: _one(Look.TEXT),
    Shape.NAMES: _simple(Column(label="Nội dung", look=Look.LONG)),
    Shape.THREE_NAMES: _simple(Column(label="Lời"), ("Đạt", "Không đạt", "Không áp dụng")),
    Shape.ITEMS: Layout(
        columns=(Column(key="text_vi", label="Yêu cầu", look=Look.LONG), _POINTS),
        apart=lambda data: [_mapping(member) for member in _members(data)],
        together=list,
    ),
    Shape.OPTIONS: _pairs("name", "points", (_NAME, _POINTS, Column(key="up_to", label="Đến mức này", look=Look.TICK))),
    Shape.TIERS: _bounded((_IS, _BOUND, _POINTS), falling=True),
    Shape.DEADLINES: _bounded((Column(key="lte", label="Không quá (ngày)", look=Look.NUMBER), _POINTS), falling=False),
    Shape.WEIGHTS: Layout(
        columns=(_NAME, Column(key="points", label="Giá trị (%)", look=Look.NUMBER)),
        apart=_weights_apart,
        together=_weights,
        by_name=True,
    ),
    Shape.CLASSES: _bounded((_NAME, _IS, _BOUND), falling=True),
    Shape.LIMITS: _simple(Column(label="Giới hạn", look=Look.NUMBER), ("Thấp nhất", "Cao nhất")),
    Shape.MONTH_DAY: _put(_one(Look.TEXT), _month_day, _day_month),
    Shape.START: _put(_NUMBER, lambda data: None if data == "max" else data, lambda number: number),
    Shape.ZERO_DENOMINATOR: _one(Look.CHOICE, WHEN_ZERO),
}
