"""Tables of documents: plain text in columns, long names wrapped, the header repeated on every page."""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER, TA_LEFT, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Table

from reports import theme
from reports.plain import plain
from scoring.results import Outcome

ALIGNMENTS: dict[str, theme.Alignment] = {"LEFT": TA_LEFT, "CENTER": TA_CENTER, "RIGHT": TA_RIGHT}
PADDING = 4.0
LONGEST_CELL = 400  # a row must fit on a page

Cell = str | Flowable


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, its width in millimetres, where its cells stand."""

    title: str
    width: float
    align: str = "LEFT"


def data_table(
    columns: Sequence[Column], rows: Sequence[Sequence[Cell]], *, size: float = 10.5, totals: int = 0
) -> Table:
    """A table of the document's width; the last `totals` rows are bold."""
    looks = {
        (align, font): theme.style(f"cell-{align}-{font}", size, font=font, align=ALIGNMENTS[align])
        for align in ALIGNMENTS
        for font in (theme.FAMILY, theme.BOLD)
    }
    first_total = len(rows) - totals
    cells: list[list[Cell]] = [[_paragraph(c.title, looks["CENTER", theme.BOLD]) for c in columns]]
    for i, row in enumerate(rows):
        font = theme.FAMILY if i < first_total else theme.BOLD
        cells.append([_cell(value, c, looks[c.align, font]) for value, c in zip(row, columns, strict=True)])
    commands: list[theme.Command] = [("ALIGN", (i, 1), (i, -1), column.align) for i, column in enumerate(columns)]
    commands += [("SIZE", (0, 0), (-1, -1), size), ("LEADING", (0, 0), (-1, -1), size * 1.27)]
    if totals:
        commands.append(("FONTNAME", (0, -totals), (-1, -1), theme.BOLD))
    widths = [column.width * mm for column in columns]
    return Table(cells, widths, style=theme.grid(*commands), repeatRows=1, spaceBefore=5, spaceAfter=4)


def _cell(value: Cell, column: Column, look: ParagraphStyle) -> Cell:
    """A string is drawn as it is when it fits, which is much faster than a paragraph."""
    if isinstance(value, Flowable):
        return value
    line = plain(value, LONGEST_CELL)
    room = column.width * mm - 2 * PADDING
    return line if theme.width_of(line, look.fontName, look.fontSize) <= room else _paragraph(line, look)


def _paragraph(value: str, look: ParagraphStyle) -> Flowable:
    return theme.paragraph(plain(value, LONGEST_CELL), look)


COLOURS = {
    Outcome.REACHED: theme.REACHED,
    Outcome.NOT_REACHED: theme.NOT_REACHED,
    Outcome.CANNOT_TELL: theme.CANNOT_TELL,
    Outcome.NO_DATA: theme.MUTED,
}
STROKES = {
    Outcome.REACHED: ((1, 4, 3, 1.5), (3, 1.5, 7, 7)),
    Outcome.NOT_REACHED: ((1.5, 1.5, 6.5, 6.5), (1.5, 6.5, 6.5, 1.5)),
    Outcome.NO_DATA: ((2, 4, 6, 4),),
}


class Sign(Flowable):
    """The sign of a verdict, drawn because the typeface has no ✓ and ✕."""

    SIZE = 8.0

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome
        self.hAlign = "CENTER"

    def wrap(self, *_: float) -> tuple[float, float]:
        return self.SIZE, self.SIZE

    def draw(self) -> None:
        colour = HexColor(COLOURS[self.outcome])
        self.canv.setStrokeColor(colour)
        self.canv.setLineWidth(1.5)
        self.canv.setLineCap(1)
        if self.outcome is Outcome.CANNOT_TELL:
            self.canv.setFillColor(colour)
            self.canv.setFont(theme.BOLD, 11)
            self.canv.drawCentredString(self.SIZE / 2, 0.5, "?")
        else:
            self.canv.lines(STROKES[self.outcome])
