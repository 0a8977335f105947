"""The first look: beginning, ending, and what else a file could be."""

import pytest

from survey_app.evidence_files.kinds import Kind, kind_of
from survey_app.evidence_files.reasons import Reason, Refused
from tests.survey_app.evidence_files import samples

PDF, DOCX, PNG, JPEG = (samples.SAMPLES[kind] for kind in (Kind.PDF, Kind.DOCX, Kind.PNG, Kind.JPEG))
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


@pytest.mark.parametrize(("kind", "content"), samples.SAMPLES.items(), ids=lambda value: str(value)[:5])
def test_each_kind_is_known_by_its_ending(kind: Kind, content: bytes) -> None:
    assert kind_of(content, kind.value) == kind


def test_two_endings_of_one_kind() -> None:
    assert kind_of(JPEG, "jpeg") == Kind.JPEG


REFUSED = {
    "HTML as PDF": (b"<html><script>alert(1)</script>", "pdf", Reason.MISMATCH),
    "PDF as DOCX": (PDF, "docx", Reason.MISMATCH),
    "PNG as JPEG": (PNG, "jpg", Reason.MISMATCH),
    "PDF as program": (PDF, "exe", Reason.MISMATCH),
    "DOCX as PDF": (DOCX, "pdf", Reason.MISMATCH),
    "old Word as DOCX": (OLE, "docx", Reason.MISMATCH),
    "old Word": (OLE, "doc", Reason.UNKNOWN),
    "archive": (DOCX, "zip", Reason.UNKNOWN),
    "program": (b"MZ\x90\0", "exe", Reason.UNKNOWN),
    "GIF and script": (b"GIF89a=1;alert(1)", "gif", Reason.UNKNOWN),
    "macros by name": (DOCX, "docm", Reason.MACROS),
    "with a password": (OLE + "EncryptedPackage".encode("utf-16-le"), "xlsx", Reason.ENCRYPTED),
    "script before PDF": (b"<script>1</script>" + PDF, "pdf", Reason.POLYGLOT),
    "GIF before DOCX": (b"GIF89a" + DOCX, "docx", Reason.POLYGLOT),
    "PDF and ZIP": (PDF + DOCX, "pdf", Reason.POLYGLOT),
    "PDF in front of a page": (PDF.replace(b"\n", b"\n%<HTML><body>\n", 1), "pdf", Reason.POLYGLOT),
    "JPEG and ZIP": (JPEG + DOCX, "jpg", Reason.POLYGLOT),
    "JPEG and RAR": (JPEG + b"Rar!\x1a\x07\x01\0", "jpg", Reason.POLYGLOT),
    "PNG and 7z": (PNG + b"7z\xbc\xaf\x27\x1c", "png", Reason.POLYGLOT),
    "JPEG and PDF": (JPEG[:20] + b"%PDF-1.4" + JPEG[20:], "jpg", Reason.POLYGLOT),
    "PDF and tar": (b"%PDF-1.4\n%" + b"x" * 247 + b"ustar\x0000" + PDF, "pdf", Reason.POLYGLOT),
}  # fmt: skip


@pytest.mark.parametrize(("content", "ending", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_agree_is_refused(content: bytes, ending: str, reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        kind_of(content, ending)
    assert refused.value.reason == reason


def test_blanks_before_a_pdf_are_skipped() -> None:
    assert kind_of(b"\xef\xbb\xbf\r\n" + PDF, "pdf") == Kind.PDF


def test_one_mark_of_an_archive_alone_is_chance() -> None:
    assert kind_of(PDF + b"PK\x05\x06", "pdf") == Kind.PDF
