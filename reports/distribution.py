"""Answers by level: diverging bars around the middle of the neutral level."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator

from reports import findings, words
from reports.chart_marks import SMALL
from reports.chart_sheet import TEXT_LINE, TEXT_SIZE, Lines, Sheet, around, parts, wrapped
from reports.content import ItemLine
from reports.theme import INK, MUTED, PAPER, WIDTH

# From brown to teal (ColorBrewer BrBG), safe for the colour-blind.
LEVELS = ("#a6611a", "#dfc27d", "#e3e3e3", "#80cdc1", "#018571")
ON_LEVELS = (PAPER, INK, INK, INK, PAPER)
FITS_IN_BAR = 0.075  # the smallest share whose figure fits into its bar

# Columns, in points.
QUESTION_WIDTH, BARS_LEFT, BARS_RIGHT, RATE_RIGHT = 176.0, 186.0, 388.0, 426.0
HEAD = 36.0


@dataclass(frozen=True, slots=True)
class _Question:
    """A row of the distribution: a question, or (without one) the heading of a factor."""

    label: Lines
    height: float
    item: ItemLine | None


def distribution(items: Sequence[ItemLine], scale: Sequence[str], *, note: str = "") -> Figure:
    """Answers by level, stacked around the middle of the neutral level."""
    return _distribution(items, _questions(items), scale, findings.items(items), note)


def distribution_parts(
    items: Sequence[ItemLine], scale: Sequence[str], *, note: str, first: float, later: float
) -> list[Figure]:
    """The distribution in parts that are at most `first` and then `later` points tall, on one scale."""
    title, again = findings.items(items), "Mức độ hài lòng theo tiêu chí (tiếp theo)"
    taken = around(title, HEAD, note)
    pages = parts(_questions(items), first - taken, later - taken)
    last = len(pages) - 1
    return [
        _distribution(items, rows, scale, again if i else title, note if i == last else "")
        for i, rows in enumerate(pages)
    ]


def _questions(items: Sequence[ItemLine]) -> list[_Question]:
    rows, factor = [], ""
    for item in items:
        if item.factor and item.factor != factor:
            rows.append(_Question(wrapped(item.factor, WIDTH, TEXT_SIZE, TEXT_LINE, bold=True, most=1), 17, None))
        factor = item.factor
        label = wrapped(item.text, QUESTION_WIDTH, 9, 10.5, most=6)
        rows.append(_Question(label, max(18.0, label.height + 5), item))
    return rows


def _distribution(
    items: Sequence[ItemLine], rows: Sequence[_Question], scale: Sequence[str], title: str, note: str
) -> Figure:
    sheet = Sheet(title=title, head=HEAD, body=sum(row.height for row in rows), note=note)
    left, right = _reach(items)
    axes = sheet.plot(BARS_LEFT, BARS_RIGHT, -left, right)
    axes.xaxis.set_major_locator(FixedLocator([]))
    _key(sheet, scale)
    y = 0.0
    for row in rows:
        middle = y + row.height / 2
        _question_texts(sheet, row, sheet.top + middle)
        if row.item is not None and row.item.score.distribution is not None:
            _bar(axes, row.item.score.distribution.levels, middle)
        y += row.height
        sheet.rules([sheet.top + y])
    if rows:
        axes.axvline(0, color=INK, linewidth=0.6, zorder=0.5)
    return sheet.figure


def _reach(items: Sequence[ItemLine]) -> tuple[float, float]:
    """How far the bars reach to the left and right of the neutral level's middle."""
    left, right = 0.1, 0.5
    for item in items:
        shares = _shares(item.score.distribution.levels) if item.score.distribution else ()
        if shares:
            left = max(left, shares[0] + shares[1] + shares[2] / 2)
            right = max(right, shares[2] / 2 + shares[3] + shares[4])
    return left, right


def _shares(levels: Sequence[int]) -> tuple[float, ...]:
    total = sum(levels)
    return tuple(n / total for n in levels) if total else ()


def _key(sheet: Sheet, scale: Sequence[str]) -> None:
    """The levels named on their own colours, over the whole width."""
    top = sheet.top - TEXT_LINE - 24
    width = WIDTH / len(scale)
    box = sheet.figure.add_axes((0, 1 - (top + 16) / sheet.height, 1, 16 / sheet.height))
    box.set_axis_off()
    box.set_xlim(0, len(scale))
    box.barh([0] * len(scale), [1] * len(scale), left=range(len(scale)), height=1, color=LEVELS, align="edge")
    for i, name in enumerate(scale):
        label = wrapped(name, width - 4, SMALL, TEXT_LINE, most=1)
        sheet.write((i + 0.5) * width, top + 11, label, size=SMALL, color=ON_LEVELS[i], ha="center")
    sheet.say(RATE_RIGHT, sheet.top - 5, "Hài lòng, %", size=SMALL, color=MUTED, ha="right")
    sheet.say(WIDTH, sheet.top - 5, "n", size=SMALL, color=MUTED, ha="right")
    sheet.rules([sheet.top])


def _question_texts(sheet: Sheet, row: _Question, middle: float) -> None:
    baseline = middle + 3
    first = baseline - (row.label.height - row.label.line_height) / 2
    if row.item is None:
        sheet.write(0, baseline, row.label, weight="bold")
        return
    estimate = row.item.score.estimate
    sheet.write(0, first, row.label, size=9)
    rate = words.DASH if estimate.value is None else words.bare_percent(estimate.value)
    sheet.say(RATE_RIGHT, baseline, rate, weight="bold", ha="right")
    sheet.say(WIDTH, baseline, words.count(estimate), ha="right", size=9)


def _bar(axes: Axes, levels: Sequence[int], y: float) -> None:
    shares = _shares(levels)
    if not shares:
        return
    start = -(shares[0] + shares[1] + shares[2] / 2)
    starts = [start + sum(shares[:i]) for i in range(len(shares))]
    axes.barh([y] * len(shares), shares, left=starts, height=12, color=LEVELS)
    for share, at, colour in zip(shares, starts, ON_LEVELS, strict=True):
        if share >= FITS_IN_BAR:
            axes.text(
                at + share / 2, y + 3, words.number(share * 100), size=8, color=colour, ha="center", va="baseline"
            )  # fmt: skip
