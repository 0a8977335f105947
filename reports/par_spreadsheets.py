"""PAR Index papers and remedy plans as spreadsheets: points are numbers, what looks like a formula stays text."""

import datetime
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from reports import words
from reports.par_content import TaskLine
from reports.par_papers import Cell, Column, Paper, Row, Table
from reports.plain import plain
from reports.safe_cells import OPTIONS, TRIGGERS, Looks, sheet_name, table_xlsx, write
from reports.safe_cells import Cell as Written
from scoring.par.numbers import rounded

MM_PER_CHARACTER = 2.0
LONGEST_PROPERTY = 200
UNIT = Column("Đơn vị", 60)
TASKS = (
    "Đơn vị", "Tiêu chí", "Nội dung", "Điểm mất", "Nhiệm vụ khắc phục", "Người chịu trách nhiệm", "Hạn", "Hoàn thành",
    "Tài liệu hoàn thành", "Ngày rút", "Lý do rút",
)  # fmt: skip
Sheet = tuple[str, str, tuple[Column, ...], list[tuple[Row, int]]]


def workbook(paper: Paper) -> bytes:
    """Every table on a sheet of its own, those of a group together; the notices stand above each."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {**OPTIONS, "in_memory": True})
    made = datetime.datetime.combine(paper.made_on, datetime.time(), datetime.UTC)
    author = plain(paper.unit or paper.letterhead.issuer, LONGEST_PROPERTY)
    book.set_properties({"created": made, "title": plain(paper.summary, LONGEST_PROPERTY), "author": author})
    looks, taken = Looks(book), set[str]()
    warning = " ".join([*([f"{words.FICTIONAL}."] if paper.fictional else []), *paper.notices])
    for name, caption, columns, rows in _sheets(paper):
        page = book.add_worksheet(sheet_name(name, taken))
        title = f"{paper.summary}. {caption}" if caption else paper.summary
        _fill(page, looks, (title, warning), columns, rows)
    book.close()
    return target.getvalue()


def remedies(lines: Iterable[TaskLine], note: str = "") -> bytes:
    """The tasks of remedy plans as a list, with a note below."""
    rows: list[list[Written]] = [
        [line.unit, line.number, line.criterion, float(rounded(line.lost, 2)), line.task, line.responsible, line.due,
         line.done_on, line.evidence, line.withdrawn_on, line.withdrawal_reason]
        for line in lines
    ]  # fmt: skip
    return table_xlsx(TASKS, [*rows, [note]] if note else rows, "Kế hoạch khắc phục")


def _sheets(paper: Paper) -> Iterator[Sheet]:
    grouped: dict[str, Sheet] = {}
    for table in paper.tables:
        if not table.group:
            yield table.name, table.caption, table.columns, [(row, table.decimals) for row in table.rows]
            continue
        found = grouped.setdefault(table.group, (table.group, "", (UNIT, *table.columns), []))
        found[3].extend((_named(table, row), table.decimals) for row in table.rows)
    if not paper.tables:
        sentences = [Row((said,)) for section in paper.sections for said in section.sentences]
        yield "Nội dung", "", (Column("Nội dung", 160),), [(row, 2) for row in sentences]
    yield from grouped.values()


def _named(table: Table, row: Row) -> Row:
    return Row((table.name, *row.cells), row.strong)


def _fill(
    page: Worksheet,
    looks: Looks,
    heads: tuple[str, str],
    columns: Sequence[Column],
    rows: Sequence[tuple[Row, int]],
) -> None:
    write(page, 0, 0, heads[0], looks, looks.title)
    write(page, 1, 0, heads[1], looks, looks.warning)
    for i, column in enumerate(columns):
        page.set_column(i, i, max(8.0, column.width / MM_PER_CHARACTER))
        write(page, 2, i, column.title, looks, looks.header)
    for number, (row, decimals) in enumerate(rows, start=3):
        for i, cell in enumerate(row.cells):
            write(page, number, i, _written(cell, decimals), looks, looks.header if _titled(row, cell) else None)
    page.freeze_panes(3, 2)
    page.autofilter(2, 0, max(3, 2 + len(rows)), len(columns) - 1)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(2)
    page.set_footer("&R&P/&N")


def _titled(row: Row, cell: Cell) -> bool:
    """Bold; but a text that looks like a formula keeps the look that says it is none."""
    return row.strong and isinstance(cell, str) and not cell.lstrip().startswith(TRIGGERS)


def _written(cell: Cell, decimals: int) -> Written:
    if isinstance(cell, Fraction | Decimal):
        return float(rounded(Fraction(cell), decimals))
    return words.DASH if cell is None else cell
