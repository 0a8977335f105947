"""Archives: bombs, strange names, hidden bytes."""

import io
import struct
import zipfile
from collections.abc import Callable

import pytest

from survey_app.evidence_files import archive
from survey_app.evidence_files.archive import parts
from survey_app.evidence_files.reasons import Reason, Refused
from tests.survey_app.evidence_files.samples import streamed, zipped

SMALL = zipped({"a.xml": b"<a/>" * 50, "b.bin": b"\0\1\2" * 50})


def reason(content: bytes) -> Reason | None:
    try:
        assert list(parts(content))
    except Refused as refused:
        return Reason(refused.reason)
    return None


def entry(name: str, content: bytes = b"x", **attributes: object) -> bytes:
    """An archive of one entry whose name and attributes stand there as given."""
    info = zipfile.ZipInfo("placeholder")
    info.filename = name
    for key, value in attributes.items():
        setattr(info, key, value)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        target.writestr(info, content)
    return buffer.getvalue()


def patched(content: bytes, offset: int, value: bytes) -> bytes:
    """Bytes of the directory's first entry overwritten, counted from its start."""
    at = content.index(b"PK\x01\x02") + offset
    return content[:at] + value + content[at + len(value) :]


def test_parts_come_with_small_names_and_their_content() -> None:
    found = list(parts(zipped({"Word/Document.XML": b"<a/>", "folder/": b""})))
    assert [(part.name, part.content) for part in found] == [("word/document.xml", b"<a/>"), ("folder/", b"")]


def test_archives_that_were_written_in_one_go_are_accepted() -> None:
    written = streamed(SMALL)
    assert b"PK\x07\x08" in written
    assert reason(written) is None


@pytest.mark.parametrize(
    "name",
    ["/etc/passwd", "../x", "a/../../x", "a/..", "./a", "C:x", "a\\b", "..\\x", "a\nb", "x/./y"],
)
def test_names_that_lead_elsewhere(name: str) -> None:
    assert reason(entry(name)) == Reason.PATHS


def test_a_name_that_ends_before_its_end() -> None:
    assert reason(entry("word-x.xml").replace(b"word-x", b"word\0x")) == Reason.PATHS


def test_symbolic_links() -> None:
    assert reason(entry("link", b"/etc/passwd", external_attr=0o120777 << 16)) == Reason.PATHS


def test_encrypted_entries() -> None:
    assert reason(patched(SMALL, 8, b"\1")) == Reason.ENCRYPTED


def test_two_entries_of_one_name() -> None:
    assert reason(zipped({"word/a.xml": b"1", "Word/A.xml": b"2"})) == Reason.DUPLICATES


def test_foreign_methods_of_packing() -> None:
    assert reason(zipped({"a": b"x"}, zipfile.ZIP_LZMA)) == Reason.DAMAGED


def gap(content: bytes, hidden: bytes) -> bytes:
    """Bytes between the last entry and the directory, with the end record pointing behind them."""
    at, end = content.index(b"PK\x01\x02"), content.index(b"PK\x05\x06") + 16
    return content[:at] + hidden + content[at:end] + struct.pack("<I", at + len(hidden)) + content[end + 4 :]


STORED = zipped({"a": bytes(6 * 1024 * 1024)}, zipfile.ZIP_STORED)
BOMBS = {
    "declared size, no ratio": lambda: patched(STORED, 24, struct.pack("<I", 250 * 1024 * 1024)),
    "ratio": lambda: zipped({"a": bytes(70 * 1024 * 1024)}),
    "declared size": lambda: patched(SMALL, 24, struct.pack("<I", 300 * 1024 * 1024)),
    "many entries": lambda: zipped({f"{number}": b"" for number in range(archive.MOST_ENTRIES + 1)}),
    "shared bytes": lambda: overlapping(),
}


def overlapping() -> bytes:
    """Two names in the directory for the same packed bytes."""
    one = entry("a.xml", b"x" * 500)
    at, end = one.index(b"PK\x01\x02"), one.index(b"PK\x05\x06")
    directory = one[at:end] + one[at:end].replace(b"a.xml", b"b.xml")
    counts = struct.pack("<HHII", 2, 2, len(directory), at)
    return one[:at] + directory + one[end : end + 8] + counts + b"\0\0"


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_bombs(bomb: Callable[[], bytes]) -> None:
    assert reason(bomb()) == Reason.BOMB


def test_little_that_packs_well_is_no_bomb() -> None:
    assert reason(zipped({"a": bytes(10 * 1024 * 1024)})) is None


def test_a_size_that_is_smaller_than_the_truth_is_damage() -> None:
    assert reason(patched(SMALL, 24, struct.pack("<I", 10))) == Reason.DAMAGED


HIDDEN = {
    "before": b"#!/bin/sh\n" + SMALL,
    "behind": SMALL + b"more",
    "in the comment": SMALL[:-2] + b"\x04\0more",
    "before the directory": gap(SMALL, b"0" * 12),
    "behind sizes": gap(streamed(SMALL), b"0" * 7),
    "between": SMALL[: SMALL.index(b"PK\x01\x02")] + b"0" * 40 + SMALL[SMALL.index(b"PK\x01\x02") :],
}


@pytest.mark.parametrize("content", HIDDEN.values(), ids=HIDDEN)
def test_bytes_that_belong_to_nothing(content: bytes) -> None:
    assert reason(content) == Reason.POLYGLOT


def test_damage() -> None:
    assert reason(SMALL[:-30]) == Reason.DAMAGED
    at = SMALL.index(b"a.xml") + 8
    assert reason(SMALL[:at] + b"\xff\xff\xff" + SMALL[at + 3 :]) == Reason.DAMAGED
