"""Units compared: dot and interval per row, best first, against the target."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.ticker import FixedLocator, FuncFormatter

from reports import findings, words
from reports.chart_marks import COLOURS, SMALL, dots, lowest, percent_ticks
from reports.chart_sheet import TEXT_LINE, TEXT_SIZE, Lines, Sheet, around, parts, wrapped
from reports.content import Comparison, GroupLine
from reports.theme import CANNOT_TELL, INK, LINE, MUTED
from scoring.results import Outcome

TICK = Path([(-1.0, 0.1), (-0.3, -0.7), (1.0, 0.9)])
DOTS = {Outcome.REACHED: "o", Outcome.NOT_REACHED: "s", Outcome.CANNOT_TELL: "o", None: "o"}
SIGNS: dict[Outcome | None, str | Path] = {Outcome.REACHED: TICK, Outcome.NOT_REACHED: "x"}
HOLLOW = (Outcome.CANNOT_TELL,)
ROW = 15.5  # the height of a row with one line of text

# Columns, in points.
NAME_WIDTH, PLOT_LEFT, PLOT_RIGHT, N_RIGHT, SIGN_AT, VERDICT_LEFT = 172.0, 182.0, 338.0, 374.0, 385.0, 393.0


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
    low = lowest([line.score.index for line in comparison.rows], comparison.target)
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
    judged = row.line.verdict
    verdict = words.percent(index.value) if judged is None else words.standing(index, judged)
    sheet.say(VERDICT_LEFT, baseline, verdict, size=9, color=COLOURS[row.outcome])
    if row.outcome is Outcome.CANNOT_TELL:
        sheet.say(SIGN_AT, baseline, "?", size=9, weight="bold", color=CANNOT_TELL, ha="center")


def _marks(axes: Axes, sheet: Sheet, outcome: Outcome | None, rows: Sequence[tuple[_Row, float]]) -> None:
    """Dots, intervals and signs of the rows of one outcome."""
    colour = COLOURS[outcome]
    shown = [(row.line.score.index, y) for row, y in rows if row.line.score.index.value is not None]
    dots(axes, [(y, estimate) for estimate, y in shown], colour, DOTS.get(outcome, "o"), hollow=outcome in HOLLOW)
    sign = SIGNS.get(outcome)
    if sign is not None and rows:
        low, high = axes.get_xlim()
        at = low + (SIGN_AT - PLOT_LEFT) / (PLOT_RIGHT - PLOT_LEFT) * (high - low)
        axes.plot(
            [at] * len(rows), [y for _, y in rows], linestyle="none", marker=sign, markersize=6, fillstyle="none",
            markeredgecolor=colour, markeredgewidth=1.4, clip_on=False,
        )  # fmt: skip


def _percent_ticks(axes: Axes, low: float) -> None:
    axes.xaxis.set_major_locator(FixedLocator(percent_ticks(low)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: words.number(float(value))))
    axes.xaxis.tick_top()
    axes.tick_params(axis="x", length=0, pad=3, labelsize=SMALL, labelcolor=MUTED)
    axes.grid(axis="x", color=LINE, linewidth=0.5)
    axes.set_axisbelow(True)


def _target_line(axes: Axes, target: float) -> None:
    axes.axvline(target * 100, color=INK, linewidth=1, linestyle=(0, (4, 3)), zorder=1.5)
