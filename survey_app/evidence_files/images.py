"""JPEG and PNG: walked from the first byte to the last, not too many pixels, and they can be drawn."""

import io
import struct
import zlib
from collections.abc import Iterator

from PIL import Image

from survey_app.evidence_files.kinds import Kind
from survey_app.evidence_files.reasons import Reason, Refused

MOST_PIXELS = 64_000_000
FORMATS = {Kind.JPEG: ("JPEG",), Kind.PNG: ("PNG",)}  # the first opens pictures of several parts, too
STANDALONE = {0x01, *range(0xD0, 0xD8)}
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
START_OF_SCAN, END_OF_IMAGE, APP2 = 0xDA, 0xD9, 0xE2
SEVERAL_PICTURES = b"MPF\0"  # CIPA DC-007: a preview or a depth map follows the picture
SAMSUNG = b"SEFT"


def check(content: bytes, kind: Kind) -> None:
    """Refuse a picture that is damaged, has too many pixels or something after its end."""
    (_check_png if kind == Kind.PNG else _check_jpeg)(content)
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS[kind]) as image:
            image.load()
    except (OSError, SyntaxError, ValueError, struct.error, EOFError):
        raise Refused(Reason.DAMAGED) from None


def _check_pixels(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise Refused(Reason.BOMB)


def _check_png(content: bytes) -> None:
    """https://www.w3.org/TR/png-3/#5Chunk-layout"""
    position, kind = 8, b""
    while kind != b"IEND":
        if position + 12 > len(content):
            raise Refused(Reason.DAMAGED)
        length, kind = struct.unpack_from(">I4s", content, position)
        data = content[position + 8 : position + 8 + length]
        position += 12 + length
        if content[position - 4 : position] != zlib.crc32(kind + data).to_bytes(4, "big"):
            raise Refused(Reason.DAMAGED)
        if kind == b"IHDR" and length >= 8:
            _check_pixels(*struct.unpack_from(">II", data))
    if position != len(content):
        raise Refused(Reason.POLYGLOT)


def _check_jpeg(content: bytes) -> None:
    """https://www.w3.org/Graphics/JPEG/itu-t81.pdf, annex B. Phones put more behind the picture; that is let be."""
    several = False
    end = 2
    for marker, position, segment in _segments(content):
        end = position
        if marker in FRAMES and len(segment) >= 5:
            height, width = struct.unpack_from(">HH", segment, 1)
            _check_pixels(width, height)
        several = several or (marker == APP2 and segment.startswith(SEVERAL_PICTURES))
    rest = content[end:].strip(b"\0\r\n ")
    from_phone = (several and rest.startswith(b"\xff\xd8\xff")) or rest.endswith(SAMSUNG)
    if rest and not from_phone:
        raise Refused(Reason.POLYGLOT)


def _segments(content: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Marker, position behind it, and content of each segment up to the end of the (first) picture."""
    position, marker = 2, 0
    while marker != END_OF_IMAGE:
        position = _next_marker(content, position, after_scan=marker == START_OF_SCAN)
        marker = content[position - 1]
        segment = b""
        if marker not in STANDALONE and marker != END_OF_IMAGE:
            length = int.from_bytes(content[position : position + 2], "big")
            segment = content[position + 2 : position + length]
            position += max(length, 2)
        yield marker, position, segment


def _next_marker(content: bytes, position: int, *, after_scan: bool) -> int:
    """The position behind the next marker; within the data of a scan, FF 00 and restarts are no markers."""
    while True:
        position = content.find(b"\xff", position)
        if position < 0 or position + 1 >= len(content):
            raise Refused(Reason.DAMAGED)
        code = content[position + 1]
        if code == 0xFF:
            position += 1
        elif after_scan and (code == 0 or code in STANDALONE):
            position += 2
        else:
            return position + 2
