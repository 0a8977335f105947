"""Charts of results: drawn once, shown as SVG on pages (`svg`) and as vectors in documents (`Chart`)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.ticker import FixedLocator, FuncFormatter

from reports import findings, words
from reports.canvas_renderer import Chart
from reports.chart_sheet import GAP, TEXT_LINE, TEXT_SIZE, Lines, Sheet, around, parts, wrapped
from reports.content import Break, Comparison, GroupLine, ItemLine, TrendPoint
from reports.plain import plain
from reports.svg_renderer import svg
from reports.theme import CANNOT_TELL, INK, LINE, MUTED, NOT_REACHED, PAPER, REACHED, WIDTH
from scoring.results import Estimate, Outcome

__all__ = ["Chart", "distribution", "distribution_parts", "forest", "forest_parts", "svg", "trend"]

PRIMARY = "#0b4f8a"
COLOURS = {
    Outcome.REACHED: REACHED,
    Outcome.NOT_REACHED: NOT_REACHED,
    Outcome.CANNOT_TELL: CANNOT_TELL,
    Outcome.NO_DATA: MUTED,
    None: PRIMARY,
}
TICK = Path([(-1.0, 0.1), (-0.3, -0.7), (1.0, 0.9)])
DOTS = {Outcome.REACHED: "o", Outcome.NOT_REACHED: "s", Outcome.CANNOT_TELL: "o", None: "o"}
HOLLOW = (Outcome.CANNOT_TELL,)

SMALL = 8.5
ROW = 15.5  # a row of the forest with one line of text
DISTRIBUTION_HEAD = 36.0

# Columns of the forest, in points.
NAME_WIDTH, PLOT_LEFT, PLOT_RIGHT, N_RIGHT, SIGN_AT, VERDICT_LEFT = 172.0, 182.0, 338.0, 374.0, 385.0, 393.0

# Columns of the distribution, and its colours from brown to teal (ColorBrewer BrBG, safe for the colour-blind).
QUESTION_WIDTH, BARS_LEFT, BARS_RIGHT, RATE_RIGHT = 176.0, 186.0, 388.0, 426.0
LEVELS = ("#a6611a", "#dfc27d", "#e3e3e3", "#80cdc1", "#018571")
ON_LEVELS = (PAPER, INK, INK, INK, PAPER)
FITS_IN_BAR = 0.075  # the smallest share whose figure fits into its bar

LONGEST_LABEL = 60
TREND_LEFT, TREND_RIGHT, TREND_HEIGHT = 30.0, 416.0, 190.0


@dataclass(frozen=True, slots=True)
class _Row:
    label: Lines
    height: float
    line: GroupLine

    @property
    def outcome(self) -> Outcome | None:
        return self.line.verdict.outcome if self.line.verdict else None


def forest(comparison: Comparison, *, note: str = "") -> Figure:
    """Dot and interval of every row, best first, against the target."""
    return _forest(comparison, _forest_rows(comparison), findings.comparison(comparison), note)


def forest_parts(comparison: Comparison, *, note: str, first: float, later: float) -> list[Figure]:
    """The forest in parts that are at most `first` and then `later` points tall, on one scale."""
    title, again = findings.comparison(comparison), f"{comparison.title} (tiếp theo)"
    taken = around(title, _forest_head_height(comparison), note)
    pages = parts(_forest_rows(comparison), first - taken, later - taken)
    last = len(pages) - 1
    return [_forest(comparison, rows, again if i else title, note if i == last else "") for i, rows in enumerate(pages)]


def _forest_head_height(comparison: Comparison) -> float:
    lines = 1 if comparison.target is None else 2  # the target is named above the scale
    return lines * TEXT_LINE + 4


def _forest_rows(comparison: Comparison) -> list[_Row]:
    def best_first(line: GroupLine) -> tuple[float, str]:
        value = line.score.index.value
        return (math.inf if value is None else -value, line.name)

    rows = []
    for line in sorted(comparison.rows, key=best_first):
        label = wrapped(line.name, NAME_WIDTH, TEXT_SIZE, TEXT_LINE, most=2)
        rows.append(_Row(label, ROW + label.height - TEXT_LINE, line))
    return rows


def _forest(comparison: Comparison, rows: Sequence[_Row], title: str, note: str) -> Figure:
    sheet = Sheet(title=title, head=_forest_head_height(comparison), body=sum(row.height for row in rows), note=note)
    low = _lowest([line.score.index for line in comparison.rows], comparison.target)
    axes = sheet.plot(PLOT_LEFT, PLOT_RIGHT, low, 100)
    _percent_ticks(axes, low)
    if comparison.target is not None:
        _target_line(axes, comparison.target)
    _forest_head(sheet, comparison, low)
    middles, y = [], 0.0
    for row in rows:
        middles.append(y + row.height / 2)
        y += row.height
        _forest_texts(sheet, row, sheet.top + middles[-1])
    sheet.rules([sheet.top, *(sheet.top + m + r.height / 2 for m, r in zip(middles, rows, strict=True))])
    for outcome in COLOURS:
        _marks(axes, sheet, outcome, [(r, m) for r, m in zip(rows, middles, strict=True) if r.outcome is outcome])
    return sheet.figure


def _forest_head(sheet: Sheet, comparison: Comparison, low: float) -> None:
    y = sheet.top - 5
    sheet.say(N_RIGHT, y, "n", size=SMALL, color=MUTED, ha="right")
    sheet.say(0, y, "Xếp theo tỷ lệ hài lòng, %", size=SMALL, color=MUTED)
    sheet.say(VERDICT_LEFT, y, "Kết luận" if comparison.target is not None else "Tỷ lệ", size=SMALL, color=MUTED)
    if comparison.target is not None:
        x = PLOT_LEFT + (PLOT_RIGHT - PLOT_LEFT) * (comparison.target * 100 - low) / (100 - low)
        goal = f"Mục tiêu {words.percent(comparison.target, 0)}"
        sheet.say(x, y - TEXT_LINE, goal, size=SMALL, weight="bold", ha="center")


def _forest_texts(sheet: Sheet, row: _Row, middle: float) -> None:
    baseline = middle + TEXT_SIZE * 0.33
    sheet.write(0, baseline - (row.label.height - TEXT_LINE) / 2, row.label)
    index = row.line.score.index
    sheet.say(N_RIGHT, baseline, words.count(index), ha="right")
    if row.line.verdict is None:
        verdict = words.percent(index.value)
    else:
        verdict = words.standing(index, row.line.verdict)
    sheet.say(VERDICT_LEFT, baseline, verdict, size=9, color=COLOURS[row.outcome])
    if row.outcome is Outcome.CANNOT_TELL:
        sheet.say(SIGN_AT, baseline, "?", size=9, weight="bold", color=CANNOT_TELL, ha="center")


def _marks(axes: Axes, sheet: Sheet, outcome: Outcome | None, rows: Sequence[tuple[_Row, float]]) -> None:
    """Dots, intervals and signs of the rows of one outcome."""
    colour = COLOURS[outcome]
    shown = [(row.line.score.index, y) for row, y in rows if row.line.score.index.value is not None]
    _dots(axes, [(y, estimate) for estimate, y in shown], colour, DOTS.get(outcome, "o"), hollow=outcome in HOLLOW)
    sign = {Outcome.REACHED: TICK, Outcome.NOT_REACHED: "x"}.get(outcome)  # type: ignore[arg-type]
    if sign is not None and rows:
        low, high = axes.get_xlim()
        at = low + (SIGN_AT - PLOT_LEFT) / (PLOT_RIGHT - PLOT_LEFT) * (high - low)
        axes.plot(
            [at] * len(rows), [y for _, y in rows], linestyle="none", marker=sign, markersize=6, fillstyle="none",
            markeredgecolor=colour, markeredgewidth=1.4, clip_on=False,
        )  # fmt: skip


def _dots(
    axes: Axes, rows: Sequence[tuple[float, Estimate]], colour: str, marker: str, *, hollow: bool, upright: bool = False
) -> None:
    """Points with their intervals, along rows or (upright) over months."""
    bounds = [(at, e.interval.lower * 100, e.interval.upper * 100) for at, e in rows if e.interval is not None]
    at, low, high = zip(*bounds, strict=True) if bounds else ((), (), ())
    (axes.vlines if upright else axes.hlines)(at, low, high, colors=colour, linewidth=1.3)
    places, values = [at for at, _ in rows], [100 * (e.value or 0) for _, e in rows]
    axes.plot(
        *((places, values) if upright else (values, places)), linestyle="none", marker=marker, markersize=5.2,
        markerfacecolor=PAPER if hollow else colour, markeredgecolor=colour, markeredgewidth=1.2, clip_on=False,
    )  # fmt: skip


def _lowest(estimates: Sequence[Estimate], target: float | None) -> float:
    """The left end of a scale of percents: a multiple of ten below every interval and the target."""
    bounds = [1.0 if target is None else target]
    bounds += [e.interval.lower if e.interval else e.value for e in estimates if e.value is not None]
    return max(0.0, 10 * math.floor(min(bounds) * 10 - 0.2))


def _percent_ticks(axes: Axes, low: float) -> None:
    step = 10 if low >= 40 else 20
    ticks = [100 - step * i for i in range(int((100 - low) // step) + 1)]
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: words.number(float(value))))
    axes.xaxis.tick_top()
    axes.tick_params(axis="x", length=0, pad=3, labelsize=SMALL, labelcolor=MUTED)
    axes.grid(axis="x", color=LINE, linewidth=0.5)
    axes.set_axisbelow(True)


def _target_line(axes: Axes, target: float) -> None:
    axes.axvline(target * 100, color=INK, linewidth=1, linestyle=(0, (4, 3)), zorder=1.5)


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
    taken = around(title, DISTRIBUTION_HEAD, note)
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
        label = wrapped(item.text, QUESTION_WIDTH, 9, 10.5, most=3)
        rows.append(_Question(label, max(18.0, label.height + 5), item))
    return rows


def _distribution(
    items: Sequence[ItemLine], rows: Sequence[_Question], scale: Sequence[str], title: str, note: str
) -> Figure:
    sheet = Sheet(title=title, head=DISTRIBUTION_HEAD, body=sum(row.height for row in rows), note=note)
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
        sheet.say((i + 0.5) * width, top + 11, name, size=SMALL, color=ON_LEVELS[i], ha="center")
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


def trend(points: Sequence[TrendPoint], breaks: Sequence[Break], target: float | None, *, note: str = "") -> Figure:
    """Months with their intervals; a line joins them only between two breaks."""
    sheet = Sheet(
        title=findings.trend(points, breaks), head=2 * TEXT_LINE, body=TREND_HEIGHT, note=note, foot=2 * TEXT_LINE
    )
    low = _lowest([point.estimate for point in points], target)
    months = [_month(point) for point in points]
    axes = sheet.plot(TREND_LEFT, TREND_RIGHT, min(months, default=0) - 0.6, max(months, default=0) + 0.6)
    axes.set_ylim(low, 100)
    _trend_ticks(axes, low, months)
    known = [(at, p.estimate) for at, p in zip(months, points, strict=True) if p.estimate.value is not None]
    _trend_points(axes, known, [_position(change) for change in breaks])
    for at in set(months) - {at for at, _ in known}:
        axes.text(at, low + (100 - low) * 0.03, words.DASH, size=TEXT_SIZE, color=MUTED, ha="center")
    if target is not None:
        axes.axhline(target * 100, color=INK, linewidth=1, linestyle=(0, (4, 3)))
        y = sheet.bottom - TREND_HEIGHT * (target * 100 - low) / (100 - low)
        goal = Lines(("Mục tiêu", words.percent(target, 0)), TEXT_LINE)
        sheet.write(TREND_RIGHT + 4, y - 2, goal, size=SMALL, weight="bold")
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
    _dots(axes, known, PRIMARY, "o", hollow=False, upright=True)
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
    tens = 10 if low >= 40 else 20
    axes.yaxis.set_major_locator(FixedLocator([100 - tens * i for i in range(int((100 - low) // tens) + 1)]))
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
    x = TREND_LEFT + (TREND_RIGHT - TREND_LEFT) * (at - low) / (high - low)
    side = "right" if x > WIDTH / 2 else "left"
    sheet.say(x, sheet.top - 5, plain(change.label, LONGEST_LABEL), size=SMALL, color=MUTED, ha=side)
