"""The kinds of files that are taken, and how the first look tells them apart."""

from enum import StrEnum

from survey_app.evidence_files.reasons import Reason, Refused

HEAD = 1024
ZIP_COMMENT = 65_535 + 22


class Kind(StrEnum):
    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    JPEG = "jpg"
    PNG = "png"


ENDINGS = {kind.value: kind for kind in Kind} | {"jpeg": Kind.JPEG}
MACRO_ENDINGS = {"docm", "dotm", "xlam", "xlsb", "xlsm", "xltm"}
MEDIA_TYPES = {
    Kind.PDF: "application/pdf",
    Kind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Kind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Kind.JPEG: "image/jpeg",
    Kind.PNG: "image/png",
}
OFFICE = frozenset({Kind.DOCX, Kind.XLSX})
BEGINNINGS = {
    b"%PDF-": frozenset({Kind.PDF}),
    b"PK\x03\x04": OFFICE,
    b"\xff\xd8\xff": frozenset({Kind.JPEG}),
    b"\x89PNG\r\n\x1a\n": frozenset({Kind.PNG}),
}
# Some sites send these in front of a PDF, and every reader skips them; the other kinds begin at their first byte.
BLANKS = b"\xef\xbb\xbf\t\r\n "
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_OFFICE = "EncryptedPackage".encode("utf-16-le")
ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
MARKUP = (b"<!doctype html", b"<html", b"<script", b"<svg", b"<?php")


def kind_of(content: bytes, ending: str) -> Kind:
    """The kind that the content begins like and the ending of the name claims; Refused when they do not agree."""
    claimed = ENDINGS.get(ending)
    beginning = content[:HEAD].lstrip(BLANKS)
    found = next((kinds for start, kinds in BEGINNINGS.items() if beginning.startswith(start)), frozenset())
    if claimed in found:
        if _holds_another(content, claimed):
            raise Refused(Reason.POLYGLOT)
        return claimed
    if found == OFFICE and ending in MACRO_ENDINGS:
        raise Refused(Reason.MACROS)
    if content.startswith(OLE) and ENCRYPTED_OFFICE in content:
        raise Refused(Reason.ENCRYPTED)
    if (
        claimed
        and not found
        and any(start in content[:HEAD] for start, kinds in BEGINNINGS.items() if claimed in kinds)
    ):
        raise Refused(Reason.POLYGLOT)  # something stands before it
    known = claimed or (found and found != OFFICE)
    raise Refused(Reason.MISMATCH if known else Reason.UNKNOWN)


def _holds_another(content: bytes, kind: Kind) -> bool:
    """Whether other programs would open it as something else."""
    head = content[:HEAD].lower()
    if content[257:262] == b"ustar" or any(archive in content for archive in ARCHIVES):
        return True
    if kind in OFFICE:
        return False  # its own structure is checked to the byte
    if kind != Kind.PDF and b"%pdf-" in head:
        return True
    # All three together do not happen by chance, each alone may.
    zipped = b"PK\x05\x06" in content[-ZIP_COMMENT:] and b"PK\x01\x02" in content and b"PK\x03\x04" in content
    return zipped or any(markup in head for markup in MARKUP)
