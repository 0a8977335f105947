"""Small files as units would upload them: a report as PDF, a scanned page as PNG."""

import io

from PIL import Image, ImageDraw
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from reports.theme import FAMILY

SAMPLE = "VĂN BẢN GIẢ ĐỊNH ĐỂ TRÌNH DIỄN"
LEFT, TOP, STEP = 72, 770, 22


def report(unit: str, title: str) -> bytes:
    """A page with the unit's name and a title; it says that it is made up."""
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=True)
    canvas.setFont(FAMILY, 13)
    for place, line in enumerate((SAMPLE, unit, title)):
        canvas.drawString(LEFT, TOP - STEP * place, line)
    canvas.showPage()
    canvas.save()
    return target.getvalue()


def scan() -> bytes:
    """A sheet of paper with grey lines where the text would be."""
    page = Image.new("L", (420, 594), 250)
    pen = ImageDraw.Draw(page)
    for place in range(60, 520, 18):
        pen.line((48, place, 372 if place % 4 else 300, place), fill=120, width=3)
    target = io.BytesIO()
    page.save(target, "PNG")
    return target.getvalue()
