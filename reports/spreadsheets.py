"""Results as spreadsheets: a workbook for people, one long table for machines, safe writers for every list."""

import datetime
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from reports import findings, method, words
from reports.content import ChannelLine, Comparison, GroupLine, SatisfactionReport
from reports.plain import plain
from reports.safe_cells import OPTIONS, Cell, Looks, Rate, sheet_name, table_csv, table_xlsx, write
from scoring.results import Estimate, Reason, Verdict

__all__ = ["csv_table", "table_csv", "table_xlsx", "workbook"]

RANKED = ("Hạng cao nhất", "Hạng thấp nhất")
MEASURED = ("Tỷ lệ hài lòng", "Cận dưới", "Cận trên", "n")
SHRUNK = ("Ước lượng co (tham khảo)",)
JUDGED = ("Kết luận", "Phiếu cần thêm")
WIDTHS = {
    "Tên": 42,
    "Nội dung": 42,
    "Mục tiêu": 60,
    "Cách làm": 100,
    "Kết luận": 18,
    "Yếu tố": 28,
    "Nguồn": 50,
    "Ghi chú": 34,
}
OTHER_WIDTH = 13
CSV_HEADER = (
    "Nhóm", "Tên", "Nội dung", "Đơn vị tính", "Giá trị (dấu chấm thập phân)", "Cận dưới", "Cận trên", "n", "Mục tiêu",
    "Kết luận", "Phiếu cần thêm", "Ghi chú",
)  # fmt: skip
PERCENT = "%"
LONGEST_PROPERTY = 200
DECIMALS = 4


@dataclass(frozen=True, slots=True)
class _Table:
    """A sheet: its name, what stands above the table, the table."""

    name: str
    title: str
    header: Sequence[str]
    rows: list[list[Cell]] = field(default_factory=list)


def workbook(content: SatisfactionReport) -> bytes:
    """Summary, targets, every comparison, criteria, trend and method, each on its own sheet."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {**OPTIONS, "in_memory": True})
    made = datetime.datetime.combine(content.made_on, datetime.time(), datetime.UTC)
    title, author = plain(_title(content), LONGEST_PROPERTY), plain(content.letterhead.issuer, LONGEST_PROPERTY)
    book.set_properties({"created": made, "title": title, "author": author})
    looks, taken = Looks(book), set[str]()
    for table in _tables(content):
        page = book.add_worksheet(sheet_name(table.name, taken))
        _fill(page, table, looks, warning=words.FICTIONAL if content.fictional else "")
    book.close()
    return target.getvalue()


def _fill(page: Worksheet, table: _Table, looks: Looks, *, warning: str) -> None:
    write(page, 0, 0, table.title, looks, looks.title)
    write(page, 1, 0, warning, looks, looks.warning)
    for i, name in enumerate(table.header):
        page.set_column(i, i, WIDTHS.get(name, OTHER_WIDTH))
        write(page, 2, i, name, looks, looks.header)
    for row, values in enumerate(table.rows, 3):
        for column, value in enumerate(values):
            write(page, row, column, value, looks)
    page.freeze_panes(3, 0)
    page.autofilter(2, 0, max(3, 2 + len(table.rows)), len(table.header) - 1)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(2)
    page.set_footer(f"&L{warning}&R&P/&N")


def _title(content: SatisfactionReport) -> str:
    return f"Kết quả đo lường sự hài lòng {content.subject}"


def _tables(content: SatisfactionReport) -> Iterator[_Table]:
    yield _Table("Tổng hợp", _title(content), ("Nội dung", *MEASURED, *JUDGED, "Ghi chú"), _summary(content))
    header: tuple[str, ...] = ("Mục tiêu", "Năm", "Kết quả", *MEASURED[1:], *JUDGED, "Nguồn", "Ghi chú")
    yield _Table("Mục tiêu", "Kết quả so với mục tiêu", header, _targets(content))
    for comparison in content.comparisons:
        judged = JUDGED if comparison.target is not None else ()
        ranked = RANKED if any(line.rank for line in comparison.rows) else ()
        shrunk = SHRUNK if any(line.shrunk for line in comparison.rows) else ()
        header = ("STT", "Tên", *MEASURED, *ranked, *judged, *shrunk)
        yield _Table(comparison.title, findings.comparison(comparison), header, _compared(comparison))
    levels = [f"{i}. {name}" for i, name in enumerate(content.scale, 1)]
    header = ("Mã", "Nội dung", "Yếu tố", *MEASURED, *levels, "Không áp dụng", "Bỏ trống", "Ghi chú")
    yield _Table("Tiêu chí", findings.items(content.items), header, _items(content))
    if content.priorities:
        header = ("Câu hỏi", "Yếu tố", "Ảnh hưởng", "Cận dưới", "Cận trên", MEASURED[0], "Nên làm")
        yield _Table("Ưu tiên", findings.priorities(content.priorities), header, _priorities(content))
    trend = [[words.month(p.month), *_measured(p.estimate)] for p in content.trend]
    yield _Table("Xu hướng", findings.trend(content.trend, content.breaks), ("Tháng", *MEASURED), trend)
    rows: list[list[Cell]] = [[label, said] for label, said in method.rows(content)]
    rows.append([words.DASH, findings.missing(content)])
    yield _Table("Phương pháp", "Phương pháp và nguồn số liệu", ("Nội dung", "Cách làm"), rows)


def _measured(estimate: Estimate, *, rate: bool = True) -> list[Cell]:
    """Value, bounds and n; dashes for what is withheld or cannot be computed."""
    bounds = (estimate.interval.lower, estimate.interval.upper) if estimate.interval else (None, None)
    shown: list[Cell] = []
    for value in (estimate.value, *bounds):
        shown.append(words.DASH if value is None else Rate(value) if rate else value)
    return [*shown, words.DASH if estimate.reason is Reason.WITHHELD else estimate.n]


def _judged(estimate: Estimate, verdict: Verdict | None) -> list[Cell]:
    return [words.standing(estimate, verdict), verdict.more_answers if verdict else None]


def _summary(content: SatisfactionReport) -> list[list[Cell]]:
    score, verdict = content.whole.score, content.whole.verdict
    hidden = score.withheld
    rows: list[list[Cell]] = [
        ["Tỷ lệ hài lòng chung", *_measured(score.index), *_judged(score.index, verdict), _why(score.index)],
        ["Câu hỏi chung về sự phục vụ", *_measured(score.overall), None, None, _why(score.overall)],
    ]
    for factor in content.factors:
        rows.append(
            [f"Yếu tố: {factor.name}", *_measured(factor.score.estimate), None, None, _why(factor.score.estimate)]
        )
    for line in content.numbers:
        measured = _measured(line.score.estimate, rate=False)
        rows.append([f"{line.text} ({line.unit})", *measured, None, None, _why(line.score.estimate)])
    for choice in content.choices:
        for name, share in choice.options:
            n: Cell = words.DASH if share is None else choice.answered
            shown: Cell = words.DASH if share is None else Rate(share)
            rows.append([f"{choice.text} – {name}", shown, None, None, n, None, None, _source(choice.verified)])
    counts = (("Số phiếu nhận được", score.received), ("Số phiếu được tính", score.counted))
    rows += [[name, None, None, None, words.DASH if hidden else n, None, None, ""] for name, n in counts]
    for name, unit, number in _forms(content):
        rows.append([f"{name} ({unit})", None, None, None, words.DASH if number is None else number, None, None, ""])
    rows.append(["Số hồ sơ đã giải quyết", None, None, None, score.population, None, None, ""])
    for channel in content.channels:
        counted = "" if channel.counted else "không tính vào tỷ lệ"
        rows.append([f"Kênh: {channel.name}", None, None, None, _count(channel), None, None, counted])
        rows.append([f"Tỷ lệ hài lòng: {channel.name}", *_measured(channel.index), None, None, counted])
    return rows


def _forms(content: SatisfactionReport) -> Iterator[tuple[str, str, int | None]]:
    """What became of the forms: its name, what is counted, the number (None: not known or not shown)."""
    found = content.validity
    if found is None:
        return
    yield "Phát ra", "phiếu", found.issued
    yield "Hợp lệ", "phiếu", found.valid
    for name, number in found.excluded:
        yield f"Không hợp lệ: {name}", "phiếu", number
    if found.blanked is not None:
        yield found.blanked[0], "câu", found.blanked[1]


def _targets(content: SatisfactionReport) -> list[list[Cell]]:
    return [
        [
            f"{line.name}: {words.target(line.operator, line.value, percent=line.percent)}", str(line.year),
            *_measured(line.estimate, rate=line.percent), *_judged(line.estimate, line.verdict), line.source,
            _source(line.verified),
        ]
        for line in content.targets
    ]  # fmt: skip


def _compared(comparison: Comparison) -> list[list[Cell]]:
    judged = comparison.target is not None
    ranked = any(line.rank for line in comparison.rows)
    shrunk = any(line.shrunk for line in comparison.rows)
    rows: list[list[Cell]] = []
    for i, line in enumerate(comparison.rows, 1):
        place: list[Cell] = [line.rank.best, line.rank.worst] if line.rank else [None, None]
        verdict = _judged(line.score.index, line.verdict) if judged else []
        drawn: list[Cell] = [Rate(line.shrunk.shrunk) if line.shrunk and line.shrunk.shrunk else words.DASH]
        rows.append([i, line.name, *_measured(line.score.index), *(place if ranked else []), *verdict, *drawn * shrunk])
    return rows


def _items(content: SatisfactionReport) -> list[list[Cell]]:
    rows = []
    for line in content.items:
        spread = line.score.distribution
        counts: list[Cell] = [words.DASH] * (len(content.scale) + 2)
        if spread is not None:
            counts = [*spread.levels, spread.not_applicable, spread.blank]
        rows.append(
            [line.code, line.text, line.factor, *_measured(line.score.estimate), *counts, _source(line.verified)]
        )
    return rows


def _count(channel: ChannelLine) -> Cell:
    return words.DASH if channel.received is None else channel.received


def _priorities(content: SatisfactionReport) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for line in content.priorities:
        limits = (line.interval.lower, line.interval.upper) if line.interval else (None, None)
        figures = [words.DASH if value is None else Rate(value) for value in (line.share, *limits, line.rate.value)]
        rows.append([line.text, line.factor, *figures, words.quadrant(line.quadrant)])
    return rows


def _source(verified: bool) -> str:
    return "" if verified else method.UNCHECKED


def _why(estimate: Estimate) -> str:
    return words.REASONS[estimate.reason] if estimate.reason else ""


def csv_table(content: SatisfactionReport) -> bytes:
    """One figure per row, percents as numbers with a decimal dot (the header says so), for other programs."""
    rows = _long(content)
    if content.fictional:
        rows = (
            [*row[:-1], "; ".join(part for part in (str(row[-1] or ""), "số liệu giả định") if part)] for row in rows
        )
    return table_csv(CSV_HEADER, rows)


def _long(content: SatisfactionReport) -> Iterator[list[Cell]]:
    yield from _long_group("Toàn bộ", content.whole)
    for target in content.targets:
        unit = PERCENT if target.percent else "phút"
        goal = words.target(target.operator, target.value, percent=target.percent)
        tail = [goal, *_judged(target.estimate, target.verdict), _source(target.verified)]
        yield ["Mục tiêu", str(target.year), target.name, unit, *_figures(target.estimate, rate=target.percent), *tail]
    for comparison in content.comparisons:
        for line in comparison.rows:
            yield from _long_group(comparison.title, line)
    for factor in content.factors:
        yield [
            "Yếu tố",
            "",
            factor.name,
            PERCENT,
            *_figures(factor.score.estimate),
            "",
            "",
            None,
            _why(factor.score.estimate),
        ]
    for item in content.items:
        note = "; ".join(part for part in (_why(item.score.estimate), _source(item.verified)) if part)
        yield ["Tiêu chí", item.code, item.text, PERCENT, *_figures(item.score.estimate), "", "", None, note]
        if item.score.distribution is not None:
            for name, n in zip(content.scale, item.score.distribution.levels, strict=True):
                yield ["Phân bố", item.code, name, "phiếu", n, None, None, item.score.estimate.n, "", "", None, ""]
    yield from _long_rest(content)


def _long_rest(content: SatisfactionReport) -> Iterator[list[Cell]]:
    for number in content.numbers:
        estimate = number.score.estimate
        yield ["Thời gian", "", number.text, number.unit, *_figures(estimate, rate=False), "", "", None, _why(estimate)]
    for choice in content.choices:
        for name, share in choice.options:
            value = None if share is None else round(100 * share, DECIMALS)
            n = None if share is None else choice.answered
            yield [
                choice.text,
                choice.code,
                name,
                PERCENT,
                value,
                None,
                None,
                n,
                "",
                "",
                None,
                _source(choice.verified),
            ]
    for point in content.trend:
        month = point.month.strftime("%Y-%m")
        yield ["Tháng", month, "Chỉ số", PERCENT, *_figures(point.estimate), "", "", None, _why(point.estimate)]
    for name, unit, many in _forms(content):
        yield ["Phiếu", "", name, unit, many, None, None, None, "", "", None, ""]
    for channel in content.channels:
        counted = "" if channel.counted else "không tính vào tỷ lệ"
        yield ["Kênh", channel.name, "Nhận về", "phiếu", _count(channel), None, None, None, "", "", None, counted]
        yield ["Kênh", channel.name, "Chỉ số", PERCENT, *_figures(channel.index), "", "", None, counted]


def _long_group(group: str, line: GroupLine) -> Iterator[list[Cell]]:
    index, verdict = line.score.index, line.verdict
    goal = words.target(verdict.operator, verdict.target) if verdict else ""
    judged = _judged(index, verdict) if verdict else ["", None]
    yield [group, line.name, "Chỉ số", PERCENT, *_figures(index), goal, *judged, _why(index)]


def _figures(estimate: Estimate, *, rate: bool = True) -> list[Cell]:
    """Value, bounds, n as plain numbers; empty where there is none."""
    scale = 100 if rate else 1
    bounds = (estimate.interval.lower, estimate.interval.upper) if estimate.interval else (None, None)
    shown: list[Cell] = [None if x is None else round(scale * x, DECIMALS) for x in (estimate.value, *bounds)]
    return [*shown, None if estimate.reason is Reason.WITHHELD else estimate.n]
