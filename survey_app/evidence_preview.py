"""What an evidence file looks like: drawn on the server, so that nothing in the file is opened by who looks."""

import io
from dataclasses import dataclass

import pypdfium2  # type: ignore[import-untyped]  # ships no types
from PIL import Image, ImageOps

from survey_app import confined
from survey_app.errors import NotFound

SIDE = 1400  # pixels of the longer side: small print of an A4 page can be read
JPEG_QUALITY = 85
SMOOTH = ("CMYK", "L", "RGB", "RGBA", "YCbCr")  # the modes that are made smaller without losing lines


class NoPreview(NotFound):
    """There is no such page, or it cannot be drawn within bounds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A picture of a page, and how many pages there are."""

    content: bytes
    media_type: str
    pages: int


def pdf_page(content: bytes, number: int, *, side: int = SIDE) -> Preview:
    """A page of a PDF (the first is 1) as PNG, with its stamps and signatures; NoPreview when it cannot be drawn."""
    pages, _, drawn = _drawn(content, "pdf", number, side).partition(b"\n")
    return Preview(content=drawn, media_type="image/png", pages=int(pages))


def picture(content: bytes, *, side: int = SIDE) -> Preview:
    """A JPEG or PNG file drawn anew: upright, smaller, without position and maker; NoPreview when it cannot be."""
    drawn = _drawn(content, "picture", 1, side)
    media_type = "image/png" if drawn.startswith(b"\x89PNG") else "image/jpeg"
    return Preview(content=drawn, media_type=media_type, pages=1)


def _drawn(content: bytes, kind: str, number: int, side: int) -> bytes:
    try:
        drawn = confined.call(draw, content, kind, number, side)
    except (confined.TooHeavy, confined.Died):
        drawn = b""
    if not drawn:
        raise NoPreview("preview")
    return drawn


def draw(content: bytes, kind: str, number: int, side: int) -> bytes:
    """In the confined process: the picture, of a PDF with the number of its pages before it; else nothing."""
    try:
        return _page(content, number, side) if kind == "pdf" else _picture(content, side)
    except MemoryError:
        raise
    except Exception:  # readers of damaged files raise whatever they happen to hit
        return b""


def _page(content: bytes, number: int, side: int) -> bytes:
    document = pypdfium2.PdfDocument(content)
    document.init_forms()  # without it, the stamps of signatures are left out
    if not 1 <= number <= len(document):
        return b""
    page = document[number - 1]
    bitmap = page.render(scale=side / max(page.get_size()))
    return b"%d\n" % len(document) + _saved(bitmap.to_pil().convert("RGB"), "PNG")


def _picture(content: bytes, side: int) -> bytes:
    with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as image:
        png = image.format == "PNG"
        # Made smaller before anything else: each step would copy all its pixels.
        small: Image.Image = image if image.mode in SMOOTH else image.convert("RGBA")
        small.thumbnail((side, side))
        ImageOps.exif_transpose(small, in_place=True)
        return _saved(small.convert("RGBA" if png else "RGB"), "PNG" if png else "JPEG")


def _saved(image: Image.Image, file_format: str) -> bytes:
    image.info = {}  # comments and colour profiles would be written again
    buffer = io.BytesIO()
    image.save(buffer, file_format, quality=JPEG_QUALITY)
    return buffer.getvalue()
