"""The annexes of a satisfaction report: figures and tables of every comparison, criterion and month."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure
from reportlab.platypus import Flowable, Spacer

from reports import charts, findings, method, theme, words
from reports.content import Comparison, GroupLine, ItemLine, SatisfactionReport
from reports.tables import Cell, Column, Sign, data_table
from reports.theme import paragraph
from scoring.results import Outcome

# An annex's first page has its titles above the first figure.
FIRST_ROOM, LATER_ROOM = theme.HEIGHT - 110, theme.HEIGHT - 6

SMALL_TABLE = 10.0
STT = Column("STT", 11, "CENTER")
N = Column("Số phiếu", 15, "RIGHT")
RATE = Column("Tỷ lệ (%)", 15, "RIGHT")
INTERVAL = Column("Khoảng tin cậy (%)", 26, "RIGHT")
RANK = Column("Hạng", 14, "CENTER")
LEVEL_WIDTH = 10


@dataclass(frozen=True, slots=True)
class Annex:
    """An annex, and what it shows (so that the report's body can point to it)."""

    name: str
    flow: list[Flowable]
    comparison: Comparison | None = None
    trend: bool = False


def annexes(content: SatisfactionReport) -> list[Annex]:
    """Comparisons, criteria and trend (those with a figure to show), and always the method."""
    planned = [_comparison(content, comparison) for comparison in content.comparisons]
    if any(line.score.estimate.value is not None for line in content.items):
        planned.append(Annex("Kết quả theo tiêu chí", _items(content)))
    if any(point.estimate.value is not None for point in content.trend):
        planned.append(Annex("Xu hướng theo tháng", _trend(content), trend=True))
    if any(line.share is not None for line in content.priorities):
        planned.append(Annex("Ảnh hưởng của từng câu hỏi và thứ tự ưu tiên", _priorities(content)))
    planned.append(Annex("Phương pháp và nguồn số liệu", _method(content)))
    return planned


def _drawn(figures: Sequence[Figure]) -> list[Flowable]:
    flow: list[Flowable] = []
    for figure in figures:
        flow += [charts.Chart(figure), Spacer(0, 6)]
    return flow


def _note(said: str) -> Flowable:
    """Before its table: after a table that fills the page it would stand alone on the next one."""
    return paragraph(said, theme.NOTE)


def _comparison(content: SatisfactionReport, comparison: Comparison) -> Annex:
    figures = charts.forest_parts(comparison, note=findings.note(content), first=FIRST_ROOM, later=LATER_ROOM)
    table = _judged_table if comparison.target is not None else _plain_table
    flow = [*_drawn(figures), _note(findings.missing(content)), table(comparison, content.whole)]
    return Annex(f"Tỷ lệ hài lòng: {comparison.title}", flow, comparison=comparison)


def _judged_table(comparison: Comparison, whole: GroupLine) -> Flowable:
    ranked = any(line.rank for line in comparison.rows)
    columns = (
        STT, Column("Tên", 46 - RANK.width * ranked), N, RATE, INTERVAL, *([RANK] if ranked else []),
        Column("", 6, "CENTER"), Column("Kết luận", 28), Column("Phiếu cần thêm", 18, "RIGHT"),
    )  # fmt: skip
    rows: list[list[Cell]] = []
    for i, line in enumerate(comparison.rows, 1):
        place = [words.places(line.rank)] if ranked else []
        rows.append([str(i), *_measured(line), *place, *_judged(line)])
    rows.append(["", *_measured(whole), *([""] if ranked else []), "", "", ""])
    return data_table(columns, rows, totals=1)


def _plain_table(comparison: Comparison, whole: GroupLine) -> Flowable:
    rows = [[str(i), *_measured(line)] for i, line in enumerate(comparison.rows, 1)]
    rows.append(["", *_measured(whole)])
    return data_table((STT, Column("Tên", 98), N, RATE, INTERVAL), rows, totals=1)


def _measured(line: GroupLine) -> list[Cell]:
    index = line.score.index
    return [line.name, words.count(index), words.rate_cell(index.value), words.interval(index, 2)]


def _judged(line: GroupLine) -> list[Cell]:
    outcome = line.verdict.outcome if line.verdict else Outcome.NO_DATA
    return [Sign(outcome), words.standing(line.score.index, line.verdict), words.more_bare(line.verdict)]


def _items(content: SatisfactionReport) -> list[Flowable]:
    figures = charts.distribution_parts(
        content.items, content.scale, note=findings.bars_note(content), first=FIRST_ROOM, later=LATER_ROOM
    )
    return [*_drawn(figures), _note(_item_note(content)), _item_table(content)]


def _item_table(content: SatisfactionReport) -> Flowable:
    levels = [Column(f"Mức {i}", LEVEL_WIDTH, "RIGHT") for i in range(1, len(content.scale) + 1)]
    columns = (
        Column("STT", 10, "CENTER"), Column("Tiêu chí", 102 - LEVEL_WIDTH * len(levels)), *levels, RATE,
        Column(INTERVAL.title, 23, "RIGHT"), Column("n", 15, "RIGHT"),
    )  # fmt: skip
    rows = [[str(i), *_item_row(line, len(levels))] for i, line in enumerate(content.items, 1)]
    return data_table(columns, rows, size=SMALL_TABLE)


def _item_row(line: ItemLine, levels: int) -> list[Cell]:
    estimate, distribution = line.score.estimate, line.score.distribution
    shares = [words.DASH] * levels
    if distribution is not None and distribution.valid:
        shares = [words.bare_percent(n / distribution.valid) for n in distribution.levels]
    name = line.text if line.verified else f"{line.text} (*)"
    return [name, *shares, words.rate_cell(estimate.value), words.interval(estimate, 2), words.count(estimate)]


def _item_note(content: SatisfactionReport) -> str:
    levels = "; ".join(f"mức {i}: {name}" for i, name in enumerate(content.scale, 1))
    said = f"Mức 1 đến mức {len(content.scale)}: phần trăm người trả lời chọn ({levels}). {findings.missing(content)}"
    if not all(line.verified for line in content.items):
        said += f" (*): lời văn {method.UNCHECKED}."
    return said


def _trend(content: SatisfactionReport) -> list[Flowable]:
    target = content.whole.verdict.target if content.whole.verdict else None
    chart = charts.trend(content.trend, content.breaks, target, note=findings.note(content))
    columns = (Column("Tháng", 40, "CENTER"), Column("Số phiếu", 40, "RIGHT"), Column("Tỷ lệ (%)", 35, "RIGHT"),
               Column(INTERVAL.title, 50, "RIGHT"))  # fmt: skip
    rows = [
        [
            words.month(p.month),
            words.count(p.estimate),
            words.rate_cell(p.estimate.value),
            words.interval(p.estimate, 2),
        ]
        for p in content.trend
    ]
    table = data_table(columns, rows, size=SMALL_TABLE)
    return [*_drawn([chart]), _note(findings.missing(content)), table]


def _priorities(content: SatisfactionReport) -> list[Flowable]:
    columns = (
        STT, Column("Câu hỏi", 66), Column("Ảnh hưởng (%)", 20, "RIGHT"), Column(INTERVAL.title, 24, "RIGHT"),
        Column(RATE.title, 16, "RIGHT"), Column("Nên làm", 28),
    )  # fmt: skip
    rows = [
        [str(i), line.text, words.rate_cell(line.share), words.span(line.interval, 1),
         words.rate_cell(line.rate.value), words.quadrant(line.quadrant)]
        for i, line in enumerate(content.priorities, 1)
    ]  # fmt: skip
    said = [paragraph(f"{findings.priorities(content.priorities)}.", theme.BODY), _note(method.PRIORITIES)]
    return [*said, data_table(columns, rows, size=SMALL_TABLE)]


def _method(content: SatisfactionReport) -> list[Flowable]:
    rows = [[label, said] for label, said in method.rows(content)]
    return [data_table((Column("Nội dung", 45), Column("Cách làm", 120)), rows)]
