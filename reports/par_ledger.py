"""A long table on paper: rows of wrapped text over many pages, the heads repeated, no word left out.

Ten thousand rows of a province are laid out in seconds, because each text is broken once (names recur with every
unit) and a page is drawn with two text objects instead of a paragraph in each cell.
"""

from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from reportlab.lib.colors import HexColor, black
from reportlab.lib.rl_accel import fp_str
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.textobject import PDFTextObject
from reportlab.platypus import Flowable

from reports.par_papers import CENTRE, LEFT, Column, Table, shown
from reports.plain import plain
from reports.theme import BOLD, FAMILY, SURFACE, width_of

SIZE, LEADING = 9.0, 11.0
PADDING = 2.6
MOST_LINES = 24  # of one piece of a row; what is longer goes on in a next piece
LONGEST_CELL = 20_000
HAIR = 0.5

Lines = tuple[str, ...]
NOTHING: Lines = ("",)
Written = dict[tuple[str, int, str], tuple[str, int]]  # font, its part in use, line → the line in a page, part then


@dataclass(frozen=True, slots=True)
class _Piece:
    """A row, or a part of one that is very tall: the lines of each cell. ``last`` ends the row with a line."""

    cells: tuple[Lines, ...]
    strong: bool
    last: bool

    @property
    def height(self) -> float:
        return max(map(len, self.cells)) * LEADING + 2 * PADDING


class _Text(PDFTextObject):
    """Writes a line as it was written before: a letter keeps its code all through a document."""

    _code: list[str]
    _fontname: str
    _curSubset: int

    def __init__(self, canvas: Canvas, written: Written) -> None:
        super().__init__(canvas)
        self.written = written

    def say(self, x: float, y: float, lines: Lines) -> None:
        """Lines under each other; an empty cell costs nothing."""
        if lines != NOTHING:
            self._code.append(f"1 0 0 1 {_figure(x)} {_figure(y)} Tm")
            self._code += [f"{self._said(line)} T*" for line in lines]

    def _said(self, line: str) -> str:
        key = self._fontname, self._curSubset, line
        if key not in self.written:
            self.written[key] = self._formatText(line), self._curSubset  # type: ignore[attr-defined]  # not in the stubs
        said, self._curSubset = self.written[key]
        return said


class Ledger(Flowable):
    """The table of a paper; the tables of one document share what they have ``written``."""

    def __init__(self, columns: Sequence[Column], pieces: Sequence[_Piece], written: Written) -> None:
        super().__init__()
        self.columns, self.pieces, self.written = columns, pieces, written
        self.widths = [column.width * mm for column in columns]
        heads = [broken(c.title, BOLD, width - 2 * PADDING) for c, width in zip(columns, self.widths, strict=True)]
        self.head = _Piece(tuple(heads), True, True)
        self.spaceBefore, self.spaceAfter = 5, 6

    @classmethod
    def of(cls, table: Table, written: Written) -> "Ledger":
        """From the rows of a table."""
        return cls(table.columns, list(_pieces(table)), written)

    def wrap(self, *_: float) -> tuple[float, float]:
        self.width = sum(self.widths)
        self.height = self.head.height + sum(piece.height for piece in self.pieces)
        return self.width, self.height

    def split(self, _: float, room: float) -> list[Flowable]:
        """What fits under the head, and the rest; nothing when no row fits."""
        left = room - self.head.height
        for place, piece in enumerate(self.pieces):
            if piece.height > left:
                parts = (self.pieces[:place], self.pieces[place:])
                return [Ledger(self.columns, part, self.written) for part in parts] if place else []
            left -= piece.height
        return [self]

    def draw(self) -> None:
        self.canv.setLineWidth(HAIR)
        self.canv.setStrokeColor(black)
        top = self.height
        rules = [top]
        regular: list[tuple[float, _Piece]] = []
        bold: list[tuple[float, _Piece]] = []
        for piece in (self.head, *self.pieces):
            if piece.strong:
                self._shade(top, piece.height)
            (bold if piece.strong else regular).append((top, piece))
            top -= piece.height
            if piece.last:
                rules.append(top)
        for font, rows in ((FAMILY, regular), (BOLD, bold)):
            self._write(font, rows)
        self._rule([*rules, 0])

    def _shade(self, top: float, height: float) -> None:
        self.canv.setFillColor(HexColor(SURFACE))
        self.canv.rect(0, top - height, self.width, height, stroke=0, fill=1)

    def _write(self, font: str, rows: Sequence[tuple[float, _Piece]]) -> None:
        text = _Text(self.canv, self.written)
        text.setFont(font, SIZE, LEADING)
        text.setFillColor(black)
        for top, piece in rows:
            left, baseline = PADDING, top - PADDING - SIZE * 0.86
            for column, width, lines in zip(self.columns, self.widths, piece.cells, strict=True):
                align = CENTRE if piece is self.head else column.align
                if align == LEFT:
                    text.say(left, baseline, lines)
                else:
                    for number, line in enumerate(lines):
                        indent = _indent(line, font, width - 2 * PADDING, align)
                        text.say(left + indent, baseline - number * LEADING, (line,))
                left += width
        self.canv.drawText(text)

    def _rule(self, heights: Sequence[float]) -> None:
        across = [(0.0, y, self.width, y) for y in heights]
        places, left = [0.0], 0.0
        for width in self.widths:
            left += width
            places.append(left)
        self.canv.lines([*across, *((x, 0.0, x, self.height) for x in places)])


def _pieces(table: Table) -> Iterator[_Piece]:
    rooms = [column.width * mm - 2 * PADDING for column in table.columns]
    for row in table.rows:
        font = BOLD if row.strong else FAMILY
        cells = [broken(shown(cell, table.decimals), font, room) for cell, room in zip(row.cells, rooms, strict=True)]
        tallest = max(map(len, cells))
        for start in range(0, tallest, MOST_LINES):
            end = start + MOST_LINES
            yield _Piece(tuple(lines[start:end] for lines in cells), row.strong, end >= tallest)


@lru_cache(maxsize=1 << 16)  # names, points and documents recur with every unit
def broken(value: str, font: str, room: float) -> Lines:
    """The text in lines no wider than `room`; a word that is wider is cut where it must be."""
    lines: list[str] = []
    left = 0.0
    space = _width(" ", font)
    for word in plain(value, LONGEST_CELL).split(" "):
        for part in _fitting(word, font, room):
            size = _width(part, font)
            if lines and size + space <= left:
                lines[-1] += f" {part}"
                left -= size + space
            else:
                lines.append(part)
                left = room - size
    return tuple(lines)


def _fitting(word: str, font: str, room: float) -> Iterator[str]:
    while len(word) > 1 and _width(word, font) > room:
        cut = bisect(range(1, len(word)), room, key=lambda n: _width(word[:n], font)) or 1
        yield word[:cut]
        word = word[cut:]
    yield word


@lru_cache(maxsize=1 << 16)
def _width(value: str, font: str) -> float:
    return width_of(value, font, SIZE)


@lru_cache(maxsize=1 << 16)  # columns and lines stand at the same places on every page
def _figure(length: float) -> str:
    return fp_str(length)


def _indent(line: str, font: str, room: float, align: str) -> float:
    spare = room - _width(line, font)
    return spare / 2 if align == CENTRE else spare
