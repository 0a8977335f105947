"""Pictures of evidence, drawn on the server."""

import io

import pytest
from PIL import Image

from survey_app import confined, evidence_preview
from survey_app.evidence_files.kinds import Kind
from survey_app.evidence_preview import NoPreview, draw, pdf_page, picture
from tests.survey_app.evidence_files import samples


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def drawn(content: bytes, kind: str = "picture", number: int = 1, side: int = 200) -> Image.Image:
    found = draw(content, kind, number, side)
    return opened(found.partition(b"\n")[2] if kind == "pdf" else found)


def test_a_page_is_drawn_and_the_pages_are_counted() -> None:
    preview = pdf_page(samples.pdf(pages=3), 3, side=300)
    image = opened(preview.content)
    assert (preview.pages, preview.media_type, image.format) == (3, "image/png", "PNG")
    assert image.size == (213, 300)
    assert image.getextrema() != ((255, 255),) * 3


def test_the_stamp_of_a_signature_is_seen() -> None:
    colours = drawn(samples.signed_pdf(), "pdf").getcolors(10**6)
    assert colours is not None
    assert (255, 0, 0) in {colour for _count, colour in colours}


@pytest.mark.parametrize("number", [0, 2, -1])
def test_there_is_no_such_page(number: int) -> None:
    with pytest.raises(NoPreview):
        pdf_page(samples.pdf(), number)
    assert draw(samples.pdf(), "pdf", number, 100) == b""


def test_a_damaged_file_has_no_preview() -> None:
    with pytest.raises(NoPreview):
        pdf_page(b"%PDF-1.7 nothing", 1)
    with pytest.raises(NoPreview):
        picture(b"\xff\xd8\xff nothing")
    assert draw(b"%PDF-1.7 nothing", "pdf", 1, 100) == b""


def test_a_photograph_is_turned_made_small_and_stripped() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright
    exif.get_ifd(0x8825)[1] = "N"
    content = samples.picture(Kind.JPEG, size=(400, 300), exif=exif, comment=b"ghi chu", icc_profile=b"profile")
    assert opened(content).getexif().get_ifd(0x8825)
    preview = picture(content, side=100)
    image = opened(preview.content)
    assert (image.format, image.size, preview.media_type, preview.pages) == ("JPEG", (75, 100), "image/jpeg", 1)
    assert not image.getexif()
    assert not {"exif", "comment", "icc_profile"} & set(image.info)
    assert b"ghi chu" not in preview.content


def test_png_keeps_what_is_clear() -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (300, 100), (0, 0, 0, 0)).save(buffer, "PNG", pnginfo=None, dpi=(300, 300))
    preview = picture(buffer.getvalue(), side=150)
    image = opened(preview.content)
    assert (preview.media_type, image.mode, image.size) == ("image/png", "RGBA", (150, 50))
    assert image.getpixel((0, 0)) == (0, 0, 0, 0)
    assert "dpi" not in image.info


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "RGB"])
def test_all_kinds_of_png_are_drawn(mode: str) -> None:
    buffer = io.BytesIO()
    Image.new(mode, (64, 32)).save(buffer, "PNG")
    assert drawn(buffer.getvalue(), side=16).size == (16, 8)


def test_the_first_picture_of_a_phone_and_four_colours_are_drawn() -> None:
    assert drawn(samples.phone_picture()).size == (64, 48)
    buffer = io.BytesIO()
    Image.new("CMYK", (64, 32)).save(buffer, "JPEG")
    assert drawn(buffer.getvalue(), side=16).mode == "RGB"


def test_the_largest_picture_fits_into_its_memory() -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (8000, 8000)).save(buffer, "PNG", compress_level=1)
    assert opened(picture(buffer.getvalue(), side=100).content).size == (100, 100)


@pytest.mark.parametrize("what", [confined.TooHeavy, confined.Died])
def test_a_file_that_breaks_its_reader_has_no_preview(monkeypatch: pytest.MonkeyPatch, what: type[Exception]) -> None:
    def call(*_arguments: object) -> bytes:
        raise what

    monkeypatch.setattr(confined, "call", call)
    with pytest.raises(NoPreview):
        picture(samples.picture(Kind.PNG))


def test_no_memory_is_not_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    def page(*_arguments: object) -> bytes:
        raise MemoryError

    monkeypatch.setattr(evidence_preview, "_page", page)
    with pytest.raises(MemoryError):
        draw(b"", "pdf", 1, 10)
