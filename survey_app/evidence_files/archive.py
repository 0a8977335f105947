"""ZIP archives taken apart without trust: every byte accounted for, every name plain, unpacked within bounds."""

import io
import re
import stat
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from survey_app.evidence_files.reasons import Reason, Refused

MOST_ENTRIES = 5_000
MOST_UNPACKED = 200 * 1024 * 1024
# Python's own package index draws the line for bombs here: a ratio above 50 once more than 64 MB come out.
FREE_UNPACKED, MOST_RATIO = 64 * 1024 * 1024, 50
CHUNK = 1024 * 1024
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
LOCKED = 0x1 | 0x40
STREAMED = 0x8
DESCRIPTORS = (12, 16, 20, 24)  # with or without a signature, small or ZIP64
UNSAFE = re.compile(r"^/|[\\:\x00-\x1f\x7f]|(^|/)\.\.?(/|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A file of an archive: its name in small letters, and its content."""

    name: str
    content: bytes


def parts(content: bytes) -> Iterator[Part]:
    """The files of an archive one by one; Refused for bombs, strange names, gaps, encryption and damage."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _check_sizes(entries, len(content))
            for entry in entries:
                _check_entry(entry)
            if len({entry.filename.casefold() for entry in entries}) < len(entries):
                raise Refused(Reason.DUPLICATES)
            _check_layout(content, entries, archive.start_dir)
            for entry in entries:
                yield Part(name=entry.filename.casefold(), content=_unpacked(archive, entry))
    except (zipfile.BadZipFile, struct.error, OSError, EOFError, NotImplementedError, UnicodeError):
        raise Refused(Reason.DAMAGED) from None


def _check_sizes(entries: list[zipfile.ZipInfo], packed: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES or unpacked > MOST_UNPACKED:
        raise Refused(Reason.BOMB)
    if unpacked > FREE_UNPACKED and unpacked > MOST_RATIO * packed:
        raise Refused(Reason.BOMB)


def _check_entry(entry: zipfile.ZipInfo) -> None:
    # The name as it stands in the file: Python shortens it at a NUL.
    if UNSAFE.search(entry.orig_filename) or stat.S_ISLNK(entry.external_attr >> 16):
        raise Refused(Reason.PATHS)
    if entry.flag_bits & LOCKED:
        raise Refused(Reason.ENCRYPTED)
    if entry.compress_type not in METHODS:
        raise Refused(Reason.DAMAGED)


def _check_layout(content: bytes, entries: list[zipfile.ZipInfo], directory: int) -> None:
    """Entries follow each other from the first byte to the directory, and nothing follows the end record."""
    position, streamed = 0, False
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        _check_gap(entry.header_offset - position, streamed=streamed)
        name_length, extra_length = struct.unpack_from("<HH", content, entry.header_offset + 26)
        position = entry.header_offset + 30 + name_length + extra_length + entry.compress_size
        streamed = bool(entry.flag_bits & STREAMED)
    _check_gap(directory - position, streamed=streamed)
    if content[-22:-18] != b"PK\x05\x06":
        raise Refused(Reason.POLYGLOT)


def _check_gap(gap: int, *, streamed: bool) -> None:
    if gap < 0:
        raise Refused(Reason.BOMB)  # entries that share bytes multiply them
    if gap and not (streamed and gap in DESCRIPTORS):
        raise Refused(Reason.POLYGLOT)


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """The content of an entry; never more than it declared, whose sum was checked (a false size is damage)."""
    with archive.open(entry) as file:
        return b"".join(iter(lambda: file.read(CHUNK), b""))
