"""The units of a block by their index: dot and interval per row, the best first, with the places that each may hold."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter

from reports import par_words, words
from reports.chart_marks import PRIMARY, SMALL, dots, lowest, percent_ticks
from reports.chart_sheet import TEXT_LINE, TEXT_SIZE, Lines, Sheet, around, parts, wrapped
from reports.forest import ROW
from reports.par_content import BlockResult, UnitResult
from reports.theme import LINE, MUTED
from scoring.results import Estimate, Interval

NAME_WIDTH, PLOT_LEFT, PLOT_RIGHT, INDEX_RIGHT, RANK_LEFT = 172.0, 182.0, 340.0, 388.0, 396.0
NOTE = (
    "Chấm: chỉ số; vạch: khoảng 95 % do sai số của các điểm khảo sát (không có vạch: không có điểm khảo sát). "
    "Hạng: các thứ hạng mà đơn vị có thể có."
)
HEAD = TEXT_LINE + 4


@dataclass(frozen=True, slots=True)
class _Row:
    label: Lines
    height: float
    unit: UnitResult
    estimate: Estimate


def par_forest(block: BlockResult) -> Figure:
    """The whole block on one sheet, for a page."""
    return _forest(block, _rows(block), par_words.headline(block), NOTE)


def par_forest_parts(block: BlockResult, *, first: float, later: float) -> list[Figure]:
    """In parts that are at most `first` and then `later` points tall, on one scale."""
    title, again = par_words.headline(block), f"Chỉ số khối {block.name} (tiếp theo)"
    taken = around(title, HEAD, NOTE)
    pages = parts(_rows(block), first - taken, later - taken)
    last = len(pages) - 1
    return [_forest(block, rows, again if i else title, NOTE if i == last else "") for i, rows in enumerate(pages)]


def _rows(block: BlockResult) -> list[_Row]:
    found = []
    for unit in block.units:
        if unit.counted.index is not None:
            label = wrapped(unit.name, NAME_WIDTH, TEXT_SIZE, TEXT_LINE, most=2)
            found.append(_Row(label, ROW + label.height - TEXT_LINE, unit, _estimate(unit)))
    return found


def _estimate(unit: UnitResult) -> Estimate:
    """The index as the share that the marks of charts take."""
    value = None if unit.counted.index is None else float(unit.counted.index) / 100
    if unit.interval is None:
        return Estimate(value=value, n=0)
    found = unit.interval
    limits = Interval(lower=found.lower / 100, upper=found.upper / 100, level=found.level, method=found.method)
    return Estimate(value=value, n=0, interval=limits)


def _forest(block: BlockResult, rows: Sequence[_Row], title: str, note: str) -> Figure:
    sheet = Sheet(title=title, head=HEAD, body=sum(row.height for row in rows), note=note)
    low = lowest([_estimate(unit) for unit in block.units], None)
    axes = sheet.plot(PLOT_LEFT, PLOT_RIGHT, low, 100)
    _ticks(axes, low)
    sheet.say(0, sheet.top - 5, "Xếp theo chỉ số, %", size=SMALL, color=MUTED)
    sheet.say(INDEX_RIGHT, sheet.top - 5, "Chỉ số", size=SMALL, color=MUTED, ha="right")
    sheet.say(RANK_LEFT, sheet.top - 5, "Hạng", size=SMALL, color=MUTED)
    marked, lines, y = [], [sheet.top], 0.0
    for row in rows:
        middle = y + row.height / 2
        marked.append((middle, row.estimate))
        _texts(sheet, row, sheet.top + middle, block.criteria.decimals)
        y += row.height
        lines.append(sheet.top + y)
    sheet.rules(lines)
    dots(axes, marked, PRIMARY, "o", hollow=False)
    return sheet.figure


def _texts(sheet: Sheet, row: _Row, middle: float, decimals: int) -> None:
    baseline = middle + TEXT_SIZE * 0.33
    sheet.write(0, baseline - (row.label.height - TEXT_LINE) / 2, row.label)
    sheet.say(INDEX_RIGHT, baseline, par_words.points(row.unit.counted.index, decimals), ha="right")
    sheet.say(RANK_LEFT, baseline, par_words.short_ranks(row.unit.ranks), size=9)


def _ticks(axes: Axes, low: float) -> None:
    axes.xaxis.set_major_locator(FixedLocator(percent_ticks(low)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: words.number(float(value))))
    axes.xaxis.tick_top()
    axes.tick_params(axis="x", length=0, pad=3, labelsize=SMALL, labelcolor=MUTED)
    axes.grid(axis="x", color=LINE, linewidth=0.5)
    axes.set_axisbelow(True)
