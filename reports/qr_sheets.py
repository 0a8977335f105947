"""QR codes of counters: as images for pages, as posters and cards ready to print."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import qrcode
from PIL import Image
from qrcode.constants import ERROR_CORRECT_Q
from reportlab.lib.colors import HexColor, black
from reportlab.lib.pagesizes import A4, A6
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from reports import theme
from reports.content import CounterSheet
from reports.fitting import draw_fitted
from reports.plain import plain

QUIET = 4  # modules of white around the code, as the standard asks
PIXELS = 10  # of a module in the PNG
INVITATION = "Quét mã để góp ý về lần phục vụ vừa rồi – dưới 1 phút, không ghi tên."
BY_HAND = "Không quét được mã? Mở địa chỉ này trên trình duyệt:"
CODE_LABEL = "Mã quầy"
FREE = "Trả lời là tự nguyện; câu trả lời dùng để cải thiện việc phục vụ."

Form = Literal["a4", "a6"]
PAGES = {"a4": A4, "a6": A6}

# The card sheet: two columns of four.
COLUMNS, ROWS = 2, 4
CARD = (90 * mm, 66 * mm)
CARD_CODE = 40 * mm


def matrix(url: str) -> list[list[bool]]:
    """The dark modules, without the quiet zone; a quarter of the code may be dirty or torn."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_Q, border=0)
    code.add_data(url)
    code.make(fit=True)
    return [[bool(module) for module in row] for row in code.get_matrix()]


def _runs(modules: Sequence[Sequence[bool]]) -> Iterator[tuple[int, int, int]]:
    """Row, column and length of every horizontal run of dark modules."""
    for y, row in enumerate(modules):
        start = None
        for x, dark in enumerate([*row, False]):
            if dark and start is None:
                start = x
            elif not dark and start is not None:
                yield y, start, x - start
                start = None


def qr_svg(url: str) -> bytes:
    """One path, with the quiet zone; drawn in any size by the page that shows it."""
    modules = matrix(url)
    side = len(modules) + 2 * QUIET
    path = "".join(f"M{x + QUIET} {y + QUIET}h{n}v1h-{n}z" for y, x, n in _runs(modules))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" role="img" aria-label="Mã QR" '
        f'shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/>'
        f'<path fill="#000" d="{path}"/></svg>'
    ).encode()


def qr_png(url: str) -> bytes:
    """Black on white, ten pixels a module."""
    modules = matrix(url)
    side = len(modules) + 2 * QUIET
    image = Image.new("1", (side, side), 1)
    for y, x, n in _runs(modules):
        for dx in range(n):
            image.putpixel((x + dx + QUIET, y + QUIET), 0)
    target = io.BytesIO()
    image.resize((side * PIXELS, side * PIXELS), Image.Resampling.NEAREST).save(target, "PNG", optimize=True)
    return target.getvalue()


def posters(sheets: Sequence[CounterSheet], form: Form) -> bytes:
    """One page per counter: A4 for the wall, A6 for a stand on the counter."""
    target = io.BytesIO()
    canvas = _canvas(target, PAGES[form], "Mã QR góp ý tại quầy")
    for sheet in sheets:
        # An A6 page is an A4 page at half the size.
        canvas.scale(PAGES[form][0] / A4[0], PAGES[form][1] / A4[1])
        _poster(canvas, sheet)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def sheet(sheets: Sequence[CounterSheet]) -> bytes:
    """A4 pages of eight small cards to cut out."""
    target = io.BytesIO()
    canvas = _canvas(target, A4, "Thẻ mã QR góp ý tại quầy")
    left = (A4[0] - COLUMNS * CARD[0]) / 2
    top = A4[1] - (A4[1] - ROWS * CARD[1]) / 2
    for i, counter in enumerate(sheets):
        place = i % (COLUMNS * ROWS)
        if i and not place:
            canvas.showPage()
        _card(canvas, counter, left + place % COLUMNS * CARD[0], top - (place // COLUMNS + 1) * CARD[1])
    canvas.save()
    return target.getvalue()


def _canvas(target: io.BytesIO, size: tuple[float, float], title: str) -> Canvas:
    named = {"pagesize": size, "invariant": True, "lang": "vi-VN", "initialFontName": theme.FAMILY}
    canvas = Canvas(target, **named)  # type: ignore[arg-type]  # the stubs want a path; a stream is documented too
    canvas.setTitle(title)
    canvas.setViewerPreference("DisplayDocTitle", "true")
    return canvas


@dataclass(frozen=True, slots=True)
class _Band:
    """A horizontal part of the poster: its top and height in millimetres from the page's upper edge."""

    top: float
    height: float
    size: float
    font: str = theme.FAMILY


UNIT = _Band(14, 32, 34, theme.BOLD)
COUNTER = _Band(48, 15, 28)
PLACE = _Band(64, 9, 20)
CODE_TOP, CODE_SIDE = 72.0, 124.0  # with the quiet zone
CALL = _Band(194, 25, 27, theme.BOLD)
HAND = _Band(223, 8, 17)
ADDRESS = _Band(231, 10, 22, theme.BOLD)
SHORT_LABEL = _Band(245, 7, 16)
SHORT = _Band(252, 18, 48, theme.BOLD)
FOOT = _Band(277, 7, 15)


def _poster(canvas: Canvas, counter: CounterSheet) -> None:
    _write(canvas, UNIT, counter.unit)
    _write(canvas, COUNTER, counter.counter)
    _write(canvas, PLACE, counter.place or "")
    _modules(canvas, counter.url, (A4[0] - CODE_SIDE * mm) / 2, A4[1] - (CODE_TOP + CODE_SIDE) * mm, CODE_SIDE * mm)
    _write(canvas, CALL, INVITATION)
    _write(canvas, HAND, BY_HAND)
    _write(canvas, ADDRESS, address(counter.url))
    _write(canvas, SHORT_LABEL, CODE_LABEL)
    _write(canvas, SHORT, grouped(counter.code))
    canvas.setStrokeColor(HexColor(theme.LINE))
    canvas.line(20 * mm, A4[1] - 273 * mm, A4[0] - 20 * mm, A4[1] - 273 * mm)
    _write(canvas, FOOT, FREE)


def _write(canvas: Canvas, band: _Band, value: str) -> None:
    box = (18 * mm, A4[1] - (band.top + band.height) * mm, A4[0] - 36 * mm, band.height * mm)
    draw_fitted(canvas, value, box, font=band.font, size=band.size)


def _card(canvas: Canvas, counter: CounterSheet, x: float, y: float) -> None:
    width, height = CARD
    canvas.setStrokeColor(HexColor(theme.LINE))
    canvas.setDash([2, 2])
    canvas.rect(x, y, width, height)
    canvas.setDash([])
    inner = (x + 4 * mm, width - 8 * mm)
    draw_fitted(canvas, counter.unit, (inner[0], y + 53 * mm, inner[1], 10 * mm), font=theme.BOLD, size=12)
    named = " – ".join(part for part in (counter.counter, counter.place) if part)
    draw_fitted(canvas, named, (inner[0], y + 46 * mm, inner[1], 7 * mm), font=theme.FAMILY, size=10)
    _modules(canvas, counter.url, x + 3 * mm, y + 6 * mm, CARD_CODE)
    right = (x + 45 * mm, width - 48 * mm)
    draw_fitted(canvas, INVITATION, (right[0], y + 24 * mm, right[1], 21 * mm), font=theme.FAMILY, size=10)
    draw_fitted(canvas, CODE_LABEL, (right[0], y + 18 * mm, right[1], 5 * mm), font=theme.FAMILY, size=9)
    draw_fitted(canvas, grouped(counter.code), (right[0], y + 9 * mm, right[1], 9 * mm), font=theme.BOLD, size=22)
    draw_fitted(canvas, address(counter.url), (inner[0], y + 1.5 * mm, inner[1], 5 * mm), font=theme.FAMILY, size=9)


def _modules(canvas: Canvas, url: str, x: float, y: float, side: float) -> None:
    """The code with its quiet zone in a square; runs overlap by a hair so that no seam shows."""
    modules = matrix(url)
    unit = side / (len(modules) + 2 * QUIET)
    canvas.setFillColor(black)
    path = canvas.beginPath()
    for row, column, length in _runs(modules):
        path.rect(x + (column + QUIET) * unit, y + side - (row + QUIET + 1) * unit, length * unit, unit * 1.01)
    canvas.drawPath(path, stroke=0, fill=1)


def grouped(code: str) -> str:
    """ "ABCDEF" → "ABC DEF": groups of three, or of four when that comes out even."""
    text = plain(code)
    step = 4 if len(text) % 4 == 0 and len(text) % 3 else 3
    return " ".join(text[i : i + step] for i in range(0, len(text), step))


def address(url: str) -> str:
    """The address as people type it."""
    return plain(url).removeprefix("https://").removeprefix("http://")
