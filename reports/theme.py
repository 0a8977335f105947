"""The look of official documents (Nghị định 30/2020/NĐ-CP): typeface, colours, styles, pages, tables.

Every document passes `FAMILY` as the initial font, and every style and table names its font, so that
a PDF holds embedded fonts only.
"""

from pathlib import Path
from typing import IO, Any, Literal
from xml.sax.saxutils import escape

from reportlab import rl_config
from reportlab.lib.colors import Color, HexColor, black
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, NextPageTemplate, PageBreak, PageTemplate, Paragraph

from reports.plain import plain

FAMILY = "LiberationSerif"
BOLD, ITALIC, BOLD_ITALIC = f"{FAMILY}-Bold", f"{FAMILY}-Italic", f"{FAMILY}-BoldItalic"

INK, MUTED, LINE, SURFACE, PAPER = "#1b1f24", "#4b5563", "#c9d1da", "#f5f7f9", "#ffffff"
REACHED, NOT_REACHED, CANNOT_TELL = "#1a7f37", "#b42318", "#8a6100"

TOP = BOTTOM = 20 * mm
LEFT, RIGHT = 30 * mm, 15 * mm
WIDTH, HEIGHT = A4[0] - LEFT - RIGHT, A4[1] - TOP - BOTTOM
INDENT = 12.7 * mm

Alignment = Literal[0, 1, 2, 4]
Command = tuple[str, tuple[int, int], tuple[int, int], *tuple[Any, ...]]


# Streams as bytes, not as ASCII85: a fifth smaller, and long documents are written in half the time.
rl_config.useA85 = False


def _register() -> None:
    folder = Path(__file__).parent / "fonts"
    for name in (FAMILY, BOLD, ITALIC, BOLD_ITALIC):
        file = name if "-" in name else f"{name}-Regular"
        pdfmetrics.registerFont(TTFont(name, folder / f"{file}.ttf"))
    pdfmetrics.registerFontFamily(FAMILY, FAMILY, BOLD, ITALIC, BOLD_ITALIC)


_register()


def style(
    name: str,
    size: float,
    *,
    font: str = FAMILY,
    align: Alignment = TA_LEFT,
    leading: float = 0,
    indent: float = 0,
    before: float = 0,
    after: float = 0,
    with_next: bool = False,
    colour: Color = black,
) -> ParagraphStyle:
    """A style with room for stacked Vietnamese marks."""
    return ParagraphStyle(
        name,
        fontName=font,
        bulletFontName=font,
        fontSize=size,
        leading=leading or size * 1.27,
        alignment=align,
        firstLineIndent=indent,
        spaceBefore=before,
        spaceAfter=after,
        keepWithNext=int(with_next),
        textColor=colour,
        allowWidows=0,
        allowOrphans=0,
    )


NATION = style("nation", 13, font=BOLD, align=TA_CENTER)
MOTTO = style("motto", 14, font=BOLD, align=TA_CENTER)
SUPERIOR = style("superior", 13, align=TA_CENTER)
ISSUER = style("issuer", 13, font=BOLD, align=TA_CENTER)
SYMBOL = style("symbol", 13, align=TA_CENTER, leading=17)
PLACE_DATE = style("place-date", 14, font=ITALIC, align=TA_CENTER, leading=18)
TITLE = style("title", 14, font=BOLD, align=TA_CENTER)
NOTICE = style("notice", 13, font=BOLD, align=TA_CENTER, colour=HexColor(NOT_REACHED))
BASIS = style("basis", 14, font=ITALIC, align=TA_JUSTIFY, indent=INDENT, before=6)
BODY = style("body", 14, align=TA_JUSTIFY, indent=INDENT, before=6)
HEADING = style("heading", 14, font=BOLD, indent=INDENT, before=12, with_next=True)
SUBHEADING = style("subheading", 14, font=BOLD, indent=INDENT, before=8)
CAPTION = style("caption", 13, font=BOLD, align=TA_CENTER, before=8, after=4, with_next=True)
NOTE = style("note", 11, font=ITALIC, align=TA_JUSTIFY, before=4)
ANNEX_NUMBER = style("annex-number", 14, font=BOLD, align=TA_CENTER)
ANNEX_OF = style("annex-of", 13, font=ITALIC, align=TA_CENTER, after=8)
SIGNER = style("signer", 14, font=BOLD, align=TA_CENTER)
RECIPIENTS_HEAD = style("recipients-head", 12, font=BOLD_ITALIC)
RECIPIENTS = style("recipients", 11)


def text(value: str) -> str:
    """The only door for text into a Paragraph: plain, and its markup made literal."""
    return escape(plain(value))


def paragraph(value: str, look: ParagraphStyle) -> Paragraph:
    """A paragraph of plain text."""
    return Paragraph(text(value), look)


def width_of(value: str, font: str, size: float) -> float:
    return float(pdfmetrics.stringWidth(value, font, size))


class Document(BaseDocTemplate):
    """A4 pages in parts (the report, then each annex), each part numbered from 1, its first page bare."""

    def __init__(self, target: IO[bytes], *, title: str, author: str, footer: str = "") -> None:
        super().__init__(
            target,
            pagesize=A4,
            title=plain(title),
            author=plain(author),
            subject="",
            creator="",
            lang="vi-VN",
            displayDocTitle=True,
            initialFontName=FAMILY,
            invariant=True,  # the same content gives the same bytes
        )
        self.footer = footer
        self.part_start = 1
        self.addPageTemplates([
            PageTemplate("first", [_frame()], onPage=self._first_page, autoNextPageTemplate="later"),
            PageTemplate("later", [_frame()], onPage=self._later_page),
        ])  # fmt: skip

    def _first_page(self, canvas: Canvas, _: BaseDocTemplate) -> None:
        self.part_start = canvas.getPageNumber()
        self._foot(canvas)

    def _later_page(self, canvas: Canvas, _: BaseDocTemplate) -> None:
        canvas.setFont(FAMILY, 13)
        canvas.drawCentredString(A4[0] / 2, A4[1] - TOP / 2 - 4, str(canvas.getPageNumber() - self.part_start + 1))
        self._foot(canvas)

    def _foot(self, canvas: Canvas) -> None:
        canvas.setFont(BOLD, 9)
        canvas.drawCentredString(A4[0] / 2, BOTTOM / 2 - 3, self.footer)

    def afterFlowable(self, flowable: Flowable) -> None:
        """Headings become bookmarks."""
        if isinstance(flowable, Heading):
            key = f"{self.page}-{flowable.outline}"
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(flowable.outline, key, 0)


def _frame() -> Frame:
    return Frame(LEFT, BOTTOM, WIDTH, HEIGHT, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)


class Heading(Paragraph):
    """A paragraph that also stands in the outline of the document."""

    def __init__(self, value: str, look: ParagraphStyle = HEADING, *, outline: str = "") -> None:
        super().__init__(text(value), look)
        self.outline = plain(outline or value)


def new_part() -> list[Flowable]:
    """Start an annex: the page template is switched before the page begins, so that its number is left out."""
    return [NextPageTemplate("first"), PageBreak()]


def grid(*more: Command) -> list[Command]:
    """The commands of every table: thin black lines, header shaded, cells in the middle."""
    whole = ((0, 0), (-1, -1))
    return [
        ("FONTNAME", *whole, FAMILY),
        ("GRID", *whole, 0.5, black),
        ("BACKGROUND", (0, 0), (-1, 0), HexColor(SURFACE)),
        ("VALIGN", *whole, "MIDDLE"),
        ("TOPPADDING", *whole, 1.5),
        ("BOTTOMPADDING", *whole, 2.5),
        ("LEFTPADDING", *whole, 4),
        ("RIGHTPADDING", *whole, 4),
        *more,
    ]
