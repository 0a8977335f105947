"""JPEG and PNG: what phones write passes, floods and stowaways do not."""

import struct

import pytest
from PIL import Image

from survey_app.evidence_files import images
from survey_app.evidence_files.kinds import Kind
from survey_app.evidence_files.reasons import Reason, Refused
from tests.survey_app.evidence_files.samples import phone_picture, picture, png_chunk

JPEG, PNG = picture(Kind.JPEG), picture(Kind.PNG)
SIGNATURE = PNG[:8]
EXIF = Image.Exif()
EXIF[0x010F] = "Hãng máy"


def reason(content: bytes, kind: Kind) -> Reason | None:
    try:
        images.check(content, kind)
    except Refused as refused:
        return Reason(refused.reason)
    return None


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    return SIGNATURE + b"".join(png_chunk(kind, data) for kind, data in chunks)


def header(width: int, height: int) -> bytes:
    return struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)


ACCEPTED = {
    "JPEG": (JPEG, Kind.JPEG),
    "progressive, with EXIF": (picture(Kind.JPEG, size=(300, 200), progressive=True, exif=EXIF), Kind.JPEG),
    "with restarts": (picture(Kind.JPEG, size=(300, 200), restart_marker_blocks=1), Kind.JPEG),
    "two pictures of a phone": (phone_picture(), Kind.JPEG),
    "what Samsung puts behind it": (JPEG + b"\0\0\1\x0a\x0e\0\0\0Image_UTC_Data1600000000000SEFH" + b"SEFT", Kind.JPEG),
    "zeros behind it": (JPEG + b"\0" * 9, Kind.JPEG),
    "fill bytes": (JPEG[:2] + b"\xff\xff" + JPEG[2:], Kind.JPEG),
    "PNG": (PNG, Kind.PNG),
    "PNG with a text": (PNG[:33] + png_chunk(b"tEXt", b"Author\0An") + PNG[33:], Kind.PNG),
}


@pytest.mark.parametrize(("content", "kind"), ACCEPTED.values(), ids=ACCEPTED)
def test_pictures_are_accepted(content: bytes, kind: Kind) -> None:
    assert reason(content, kind) is None


SOF = JPEG.index(b"\xff\xc0")
REFUSED = {
    "flood of pixels, PNG": (png((b"IHDR", header(30_000, 30_000)), (b"IEND", b"")), Kind.PNG, Reason.BOMB),
    "flood of pixels, JPEG": (
        JPEG[: SOF + 5] + struct.pack(">HH", 30_000, 30_000) + JPEG[SOF + 9 :], Kind.JPEG, Reason.BOMB,
    ),
    "behind PNG": (PNG + b"<script>", Kind.PNG, Reason.POLYGLOT),
    "behind JPEG": (JPEG + b"<script>", Kind.JPEG, Reason.POLYGLOT),
    "picture behind a picture of one": (JPEG + JPEG, Kind.JPEG, Reason.POLYGLOT),
    "cut PNG": (PNG[:-6], Kind.PNG, Reason.DAMAGED),
    "cut JPEG": (JPEG[:-2], Kind.JPEG, Reason.DAMAGED),
    "JPEG that ends in a marker": (JPEG[:-1], Kind.JPEG, Reason.DAMAGED),
    "JPEG without a frame": (b"\xff\xd8\xff\xc0\0\4\0\0\xff\xd9", Kind.JPEG, Reason.DAMAGED),
    "wrong check sum": (PNG[:40] + bytes([PNG[40] ^ 1]) + PNG[41:], Kind.PNG, Reason.DAMAGED),
    "short header": (png((b"IHDR", b"\0"), (b"IEND", b"")), Kind.PNG, Reason.DAMAGED),
    "no pixels": (png((b"IHDR", header(9, 9)), (b"IEND", b"")), Kind.PNG, Reason.DAMAGED),
}  # fmt: skip


@pytest.mark.parametrize(("content", "kind", "expected"), REFUSED.values(), ids=REFUSED)
def test_other_pictures_are_refused(content: bytes, kind: Kind, expected: Reason) -> None:
    assert reason(content, kind) == expected
