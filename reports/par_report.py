"""A PAR Index paper as PDF in the form of Nghị định 30/2020/NĐ-CP; wide ones lie on the long side."""

import io
from collections.abc import Iterator
from typing import cast

from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, CondPageBreak, Flowable, Frame, Spacer
from reportlab.platypus import Table as Box

from reports import charts, official_form, par_words, theme, words
from reports.par_forest import par_forest_parts
from reports.par_ledger import Ledger, Written
from reports.par_papers import SHEET, Paper, Section
from reports.plain import plain
from reports.theme import BODY, Heading, paragraph, width_of

KIND = "Báo cáo"
WIDE = landscape(A4)
SHEET_LEFT, SHEET_RIGHT = 110 * mm, 142 * mm
BEFORE_PLACE, SIGNED_ROWS = 10, 4
# A caption stands over its table, which may go on for pages: kept with all of it, it would leave a page empty.
CAPTION = theme.style("par-caption", 13, font=theme.BOLD, align=1, before=8, after=2)
ROOM_FOR_TABLE = 110
# The first sheet of a forest stands under the headings of its section.
FIRST_ROOM, LATER_ROOM = theme.HEIGHT - 40, theme.HEIGHT - 12


class WideDocument(theme.Document):
    """The same document on A4 laid on its long side."""

    def __init__(self, *given: object, **named: object) -> None:
        super().__init__(*given, **named)  # type: ignore[arg-type]  # handed on as they came
        self.pagesize = WIDE
        height = WIDE[1] - theme.TOP - theme.BOTTOM
        for template in self.pageTemplates:
            width = WIDE[0] - theme.LEFT - theme.RIGHT
            frame = Frame(theme.LEFT, theme.BOTTOM, width, height,
                          leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)  # fmt: skip
            template.frames, template.pagesize = [frame], WIDE

    def _later_page(self, canvas: Canvas, _: BaseDocTemplate) -> None:
        canvas.setFont(theme.FAMILY, 13)
        number = str(canvas.getPageNumber() - self.part_start + 1)
        canvas.drawCentredString(WIDE[0] / 2, WIDE[1] - theme.TOP / 2 - 4, number)
        self._foot(canvas)

    def _foot(self, canvas: Canvas) -> None:
        canvas.setFont(theme.BOLD, 9)
        canvas.drawCentredString(WIDE[0] / 2, theme.BOTTOM / 2 - 3, self.footer)


def render(paper: Paper) -> bytes:
    """The PDF; the same paper always gives the same bytes."""
    target = io.BytesIO()
    made = WideDocument if paper.wide else theme.Document
    author = paper.unit or paper.letterhead.issuer
    document = made(target, title=paper.summary, author=author, footer=_footer(paper))
    document.build(story(paper))
    return target.getvalue()


def story(paper: Paper) -> list[Flowable]:
    """The flowables: the document itself, then each annex on new pages."""
    written: Written = {}
    flow: list[Flowable] = [*(_sheet_head(paper) if paper.form == SHEET else _report_head(paper))]
    for section in paper.sections:
        flow += _section(section, written)
    flow += _signed(cast(Ledger, flow.pop()), paper) if paper.form == SHEET else _closed(paper)
    many = len(paper.annexes) > 1
    for number, section in enumerate(paper.annexes, start=1):
        label = par_words.roman(number) if many else ""
        flow += official_form.annex(label, section.title, KIND, paper.letterhead)
        flow += _content(section, written)
    return flow


def _footer(paper: Paper) -> str:
    """What stands under every page: that the set was not checked, that the data are made up."""
    said = [words.FICTIONAL] if paper.fictional else []
    return " – ".join([*said, *(notice.partition(":")[0].upper() for notice in paper.notices[:-1])])


def _report_head(paper: Paper) -> Iterator[Flowable]:
    yield official_form.heading(paper.letterhead, paper.made_on.year)
    yield from official_form.title("BÁO CÁO", paper.summary)
    yield from _notices(paper)
    yield from official_form.bases(paper.bases)
    yield paragraph(f"{paper.letterhead.issuer} báo cáo {_in_sentence(paper.summary)} như sau:", BODY)


def _sheet_head(paper: Paper) -> Iterator[Flowable]:
    """Quốc hiệu beside the unit; a form has no number of its own."""
    left = [
        paragraph(paper.letterhead.superior.upper(), theme.SUPERIOR),
        paragraph(paper.unit.upper(), theme.ISSUER),
        official_form.Rule(40 * mm),
    ]
    right = [
        paragraph(official_form.NATION, theme.NATION),
        paragraph(official_form.MOTTO, theme.MOTTO),
        official_form.Rule(width_of(official_form.MOTTO, theme.BOLD, theme.MOTTO.fontSize)),
    ]
    yield Box([[left, right]], [SHEET_LEFT, SHEET_RIGHT], style=official_form.BARE)
    yield Spacer(0, 10)
    yield Heading(paper.summary.upper(), theme.TITLE, outline=paper.summary)
    yield from _notices(paper)


def _notices(paper: Paper) -> Iterator[Flowable]:
    for notice in ([words.FICTIONAL] if paper.fictional else []) + list(paper.notices):
        yield paragraph(notice, theme.NOTICE)


def _section(section: Section, written: Written) -> Iterator[Flowable]:
    if section.title:
        yield Heading(section.title)
    yield from _content(section, written)


def _content(section: Section, written: Written) -> Iterator[Flowable]:
    for sentence in section.sentences:
        yield paragraph(sentence, BODY)
    for table in section.tables:
        if table.caption:
            yield CondPageBreak(ROOM_FOR_TABLE)
            caption, _, remark = table.caption.partition(". ")
            yield paragraph(caption, CAPTION)
            if remark:
                yield paragraph(remark, theme.NOTE)
        yield Ledger.of(table, written)
    if section.forest is not None:
        for figure in par_forest_parts(section.forest, first=FIRST_ROOM, later=LATER_ROOM):
            yield charts.Chart(figure)
            yield Spacer(0, 6)


def _closed(paper: Paper) -> list[Flowable]:
    return [official_form.closing([paragraph(paper.closing, BODY)], paper.letterhead)]


class Signed(Flowable):
    """A table with the place to sign below it; nobody signs a page that has no row of the table."""

    def __init__(self, table: Ledger, place: Box) -> None:
        super().__init__()
        self.table, self.place = table, place
        self.spaceBefore = table.spaceBefore

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.below = self.place.wrap(width, height)[1]
        self.width, above = self.table.wrap(width, height)
        self.height = above + BEFORE_PLACE + self.below
        return self.width, self.height

    def split(self, width: float, room: float) -> list[Flowable]:
        """The rows that fit, and the rest with the place to sign: some rows at least."""
        parts = self.table.split(width, room)
        if parts == [self.table] and len(self.table.pieces) > SIGNED_ROWS:
            pieces = self.table.pieces
            cut = (pieces[:-SIGNED_ROWS], pieces[-SIGNED_ROWS:])
            parts = [Ledger(self.table.columns, part, self.table.written) for part in cut]
        return [parts[0], Signed(cast(Ledger, parts[1]), self.place)] if len(parts) > 1 else []

    def draw(self) -> None:
        self.place.drawOn(self.canv, 0, 0)
        self.table.drawOn(self.canv, 0, self.below + BEFORE_PLACE)


def _signed(table: Ledger, paper: Paper) -> list[Flowable]:
    dated = (
        f"{plain(paper.letterhead.place)}, ngày{official_form.OPEN}tháng{official_form.OPEN}năm {paper.made_on.year}"
    )
    signer = [
        paragraph(dated, theme.PLACE_DATE),
        paragraph("LÃNH ĐẠO ĐƠN VỊ", theme.SIGNER),
        paragraph("(Ký và ghi rõ họ tên)", theme.ANNEX_OF),
        Spacer(0, official_form.ROOM_TO_SIGN),
    ]
    return [Signed(table, Box([["", signer]], [SHEET_LEFT, SHEET_RIGHT], style=official_form.BARE))]


def _in_sentence(summary: str) -> str:
    return summary[:1].lower() + summary[1:]
