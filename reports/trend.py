"""Months: points with intervals, changes of borders or method marked."""

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter

from reports import findings, words
from reports.chart_marks import PRIMARY, SMALL, dots, lowest, percent_ticks
from reports.chart_sheet import GAP, TEXT_LINE, TEXT_SIZE, Lines, Sheet
from reports.content import Break, TrendPoint
from reports.plain import plain
from reports.theme import INK, LINE, MUTED, WIDTH
from scoring.results import Estimate

LONGEST_LABEL = 60
# In points.
LEFT, RIGHT, HEIGHT = 30.0, 416.0, 190.0


def trend(points: Sequence[TrendPoint], breaks: Sequence[Break], target: float | None, *, note: str = "") -> Figure:
    """Months with their intervals; a line joins them only between two breaks."""
    sheet = Sheet(title=findings.trend(points, breaks), head=2 * TEXT_LINE, body=HEIGHT, note=note, foot=2 * TEXT_LINE)
    low = lowest([point.estimate for point in points], target)
    months = [_month(point) for point in points]
    axes = sheet.plot(LEFT, RIGHT, min(months, default=0) - 0.6, max(months, default=0) + 0.6)
    axes.set_ylim(low, 100)
    _trend_ticks(axes, low, months)
    known = [(at, p.estimate) for at, p in zip(months, points, strict=True) if p.estimate.value is not None]
    _trend_points(axes, known, [_position(change) for change in breaks])
    for at in set(months) - {at for at, _ in known}:
        axes.text(at, low + (100 - low) * 0.03, words.DASH, size=TEXT_SIZE, color=MUTED, ha="center")
    if target is not None:
        axes.axhline(target * 100, color=INK, linewidth=1, linestyle=(0, (4, 3)))
        y = sheet.bottom - HEIGHT * (target * 100 - low) / (100 - low)
        goal = Lines(("Mục tiêu", words.percent(target, 0)), TEXT_LINE)
        sheet.write(RIGHT + 4, y - 2, goal, size=SMALL, weight="bold")
    for change in breaks:
        _break_line(axes, sheet, change)
    sheet.say(0, sheet.top - TEXT_LINE - GAP, "Tỷ lệ hài lòng, %", size=SMALL, color=MUTED)
    return sheet.figure


def _trend_points(axes: Axes, known: Sequence[tuple[int, Estimate]], borders: Sequence[float]) -> None:
    runs = _runs(known, borders)
    for run in runs:
        axes.plot(
            [at for at, _ in run], [100 * (e.value or 0) for _, e in run], color=PRIMARY, linewidth=0.8, alpha=0.6
        )
    dots(axes, known, PRIMARY, "o", hollow=False, upright=True)
    border = max((b for b in borders if known and b < known[-1][0]), default=-math.inf)
    compared = [(at, estimate) for at, estimate in known if at > border]
    for at, estimate in {at: (at, estimate) for at, estimate in compared[:1] + compared[-1:]}.values():
        _value_label(axes, at, estimate)


def _month(point: TrendPoint) -> int:
    return point.month.year * 12 + point.month.month - 1


def _position(change: Break) -> float:
    """A day between the months: their points stand in the middle of the month."""
    return change.month.year * 12 + change.month.month - 1.5 + (change.month.day - 1) / 31


def _runs(known: Sequence[tuple[int, Estimate]], borders: Sequence[float]) -> list[list[tuple[int, Estimate]]]:
    """Neighbouring months without a gap or a break between them."""
    runs: list[list[tuple[int, Estimate]]] = []
    for at, estimate in known:
        before = runs[-1][-1][0] if runs else None
        if before != at - 1 or any(before < border < at for border in borders):
            runs.append([])
        runs[-1].append((at, estimate))
    return runs


def _trend_ticks(axes: Axes, low: float, months: Sequence[int]) -> None:
    step = max(1, math.ceil(len(months) / 9))
    axes.xaxis.set_major_locator(FixedLocator(months[::-step]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda at, _: f"{int(at) % 12 + 1:02}/{int(at) // 12}"))
    axes.yaxis.set_major_locator(FixedLocator(percent_ticks(low)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: words.number(float(value))))
    axes.tick_params(length=0, pad=4, labelsize=SMALL, labelcolor=MUTED)
    axes.grid(axis="y", color=LINE, linewidth=0.5)
    axes.spines["bottom"].set_visible(True)
    axes.spines["bottom"].set_color(MUTED)
    axes.set_axisbelow(True)


def _value_label(axes: Axes, at: int, estimate: Estimate) -> None:
    value = estimate.value or 0
    top = estimate.interval.upper if estimate.interval else value
    axes.annotate(
        words.percent(value), (at, 100 * top), xytext=(0, 4), textcoords="offset points",
        ha="center", size=9, weight="bold", color=PRIMARY, annotation_clip=False,
    )  # fmt: skip


def _break_line(axes: Axes, sheet: Sheet, change: Break) -> None:
    low, high = axes.get_xlim()
    at = _position(change)
    if not low <= at <= high:
        return
    axes.axvline(at, color=MUTED, linewidth=1, linestyle=(0, (1, 2)))
    x = LEFT + (RIGHT - LEFT) * (at - low) / (high - low)
    side = "right" if x > WIDTH / 2 else "left"
    sheet.say(x, sheet.top - 5, plain(change.label, LONGEST_LABEL), size=SMALL, color=MUTED, ha=side)
