"""A PAR Index paper as a word processor's draft in Times New Roman, to be edited before it is signed."""

import datetime
import io
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

from docx import Document
from docx.document import Document as Draft
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from reports import official_form, par_words, words
from reports.content import Letterhead
from reports.par_papers import CENTRE, RIGHT, SHEET, Column, Paper, Row, Section, Table, shown
from reports.plain import plain

FONT = "Times New Roman"
BODY, SMALL = 14, 10
LONG, SHORT = Mm(297), Mm(210)
TWIPS_PER_MM = 56.7
ALIGNED = {CENTRE: "center", RIGHT: "right"}
WARNING = RGBColor(0xB4, 0x23, 0x18)
LONGEST_CELL = 20_000
EPOCH = datetime.datetime(2000, 1, 1)  # noqa: DTZ001  # the library writes it as it is
NO_BORDERS = "nil"


def document(paper: Paper) -> bytes:
    """The draft; the same paper always says the same."""
    draft = Document()
    _look(draft, wide=paper.wide)
    _properties(draft, paper)
    _head(draft, paper)
    for notice in ([words.FICTIONAL] if paper.fictional else []) + list(paper.notices):
        _say(draft, notice, bold=True, centred=True, warning=True)
    _body(draft, paper)
    for number, section in enumerate(paper.annexes, start=1):
        _break_page(draft)
        label = par_words.roman(number) if len(paper.annexes) > 1 else ""
        _say(draft, f"Phụ lục {label}".strip(), bold=True, centred=True)
        _say(draft, section.title.upper(), bold=True, centred=True)
        _content(draft, section)
    target = io.BytesIO()
    draft.save(target)
    return target.getvalue()


def _break_page(draft: Draft) -> None:
    draft.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


def _look(draft: Draft, *, wide: bool) -> None:
    style = draft.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(BODY)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(script), FONT)
    section = draft.sections[0]
    section.page_width, section.page_height = (LONG, SHORT) if wide else (SHORT, LONG)
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)


def _properties(draft: Draft, paper: Paper) -> None:
    found = draft.core_properties
    found.title, found.author = plain(paper.summary, 200), plain(paper.unit or paper.letterhead.issuer, 200)
    found.created = found.modified = EPOCH
    found.comments, found.language = "", "vi-VN"


def _head(draft: Draft, paper: Paper) -> None:
    """Issuing body and Quốc hiệu side by side, then what the document is."""
    letterhead, year = paper.letterhead, paper.made_on.year
    issuer = paper.unit if paper.form == SHEET else letterhead.issuer
    left = [(letterhead.superior.upper(), False), (issuer.upper(), True)]
    right = [(official_form.NATION, True), (official_form.MOTTO, True)]
    if paper.form != SHEET:
        left.append((f"Số:      /{letterhead.symbol.lstrip('/')}", False))
        right.append((_dated(letterhead, year), False))
    width = 252 if paper.wide else 165
    _two_columns(draft, left, right, (width * 2 // 5, width - width * 2 // 5))
    _say(draft, "")
    if paper.form != SHEET:
        _say(draft, "BÁO CÁO", bold=True, centred=True)
    _say(draft, paper.summary.upper() if paper.form == SHEET else paper.summary, bold=True, centred=True)


def _body(draft: Draft, paper: Paper) -> None:
    for basis in paper.bases:
        _say(draft, basis if basis.startswith("Căn cứ") else f"Căn cứ {basis}")
    for section in paper.sections:
        if section.title:
            _say(draft, section.title, bold=True)
        _content(draft, section)
    if paper.form == SHEET:
        signer = [(_dated(paper.letterhead, paper.made_on.year), False), ("LÃNH ĐẠO ĐƠN VỊ", True),
                  ("(Ký và ghi rõ họ tên)", False)]  # fmt: skip
        return _two_columns(draft, [("", False)], signer, (126, 126))
    _say(draft, paper.closing)
    recipients = [("Nơi nhận:", True), *((f"- {name}", False) for name in paper.letterhead.recipients)]
    half = 126 if paper.wide else 82
    _two_columns(draft, recipients, [(line.upper(), True) for line in paper.letterhead.signer], (half, half))
    return None


def _dated(letterhead: Letterhead, year: int) -> str:
    return f"{letterhead.place}, ngày      tháng      năm {year}"


def _content(draft: Draft, section: Section) -> None:
    for sentence in section.sentences:
        _say(draft, sentence)
    for table in section.tables:
        if table.caption:
            caption, _, remark = table.caption.partition(". ")
            _say(draft, caption, bold=True, centred=True)
            if remark:
                _say(draft, remark)
        _append(draft, _table_xml(table))
        _say(draft, "")


def _say(draft: Draft, value: str, *, bold: bool = False, centred: bool = False, warning: bool = False) -> None:
    paragraph = draft.add_paragraph()
    paragraph.paragraph_format.space_after = Pt(4)
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(plain(value, LONGEST_CELL))
    run.bold = bold
    if warning:
        run.font.color.rgb, run.font.size = WARNING, Pt(12)


def _two_columns(
    draft: Draft, left: Iterable[tuple[str, bool]], right: Iterable[tuple[str, bool]], widths: tuple[int, int]
) -> None:
    cells = [
        _cell_xml([_line_xml(said, bold=bold, align="center", size=13) for said, bold in lines], width)
        for lines, width in zip((left, right), widths, strict=True)
    ]
    _append(draft, _grid_xml(f"<w:tr>{''.join(cells)}</w:tr>", widths, border=NO_BORDERS))


def _append(draft: Draft, xml: str) -> None:
    """Before the last element of the body, which holds the page's measures."""
    draft.element.body.insert(len(draft.element.body) - 1, parse_xml(xml))


def _table_xml(table: Table) -> str:
    """Written as XML: thousands of cells are too many for the library's objects."""
    head = Row(tuple(column.title for column in table.columns), strong=True)
    rows = [_row_xml(head, table, head=True), *(_row_xml(row, table) for row in table.rows)]
    return _grid_xml("".join(rows), [column.width for column in table.columns], border="single")


def _grid_xml(rows: str, widths: Iterable[float], *, border: str) -> str:
    sides = "".join(
        f'<w:{side} w:val="{border}" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    columns = "".join(f'<w:gridCol w:w="{round(width * TWIPS_PER_MM)}"/>' for width in widths)
    return (
        f"<w:tbl {nsdecls('w')}><w:tblPr><w:tblW w:w='0' w:type='auto'/><w:tblBorders>{sides}</w:tblBorders>"
        f"<w:tblLayout w:type='fixed'/></w:tblPr><w:tblGrid>{columns}</w:tblGrid>{rows}</w:tbl>"
    )


def _row_xml(row: Row, table: Table, *, head: bool = False) -> str:
    kept = "<w:trPr><w:cantSplit/>" + ("<w:tblHeader/>" if head else "") + "</w:trPr>" if head else ""
    return f"<w:tr>{kept}{''.join(_cells(row, table, head=head))}</w:tr>"


def _cells(row: Row, table: Table, *, head: bool) -> Iterator[str]:
    for cell, column in zip(row.cells, table.columns, strict=True):
        line = _line_xml(
            shown(cell, table.decimals), bold=row.strong, align="center" if head else _aligned(column), size=SMALL
        )  # fmt: skip
        yield _cell_xml([line], column.width)


def _aligned(column: Column) -> str:
    return ALIGNED.get(column.align, "left")


def _cell_xml(lines: Iterable[str], width: float) -> str:
    size = round(width * TWIPS_PER_MM)
    return f"<w:tc><w:tcPr><w:tcW w:w='{size}' w:type='dxa'/></w:tcPr>{''.join(lines)}</w:tc>"


def _line_xml(value: str, *, bold: bool, align: str, size: int) -> str:
    look = ("<w:b/>" if bold else "") + f"<w:sz w:val='{size * 2}'/>"
    said = escape(plain(value, LONGEST_CELL))
    return (
        f"<w:p><w:pPr><w:spacing w:before='20' w:after='20'/><w:jc w:val='{align}'/></w:pPr>"
        f"<w:r><w:rPr>{look}</w:rPr><w:t xml:space='preserve'>{said}</w:t></w:r></w:p>"
    )
