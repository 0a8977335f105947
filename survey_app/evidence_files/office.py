"""Word and Excel files: what their name says, without macros, embedded objects and content from elsewhere."""

import re

from survey_app.evidence_files import archive, markup
from survey_app.evidence_files.archive import Part
from survey_app.evidence_files.kinds import ARCHIVES, OLE, Kind
from survey_app.evidence_files.reasons import Reason, Refused

MAIN_TYPES = {
    Kind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    Kind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
}
TYPES = "[content_types].xml"
MACROS = re.compile(r"vbaproject|vbadata|(^|/)(activex|macrosheets|customui)/")
MACRO_TYPES = re.compile(r"macro|vba|activex", re.IGNORECASE)
EMBEDDED_RELATIONS = {"afchunk", "oleobject", "control", "subdocument", "frame", "vbaproject"}
# The numbers behind a chart; people paste charts into reports every day.
CHART_NUMBERS = re.compile(r"(^|/)embeddings/[^/]+\.xlsx$")
CLICKED = ("http://", "https://", "mailto:", "tel:")


def check(content: bytes, kind: Kind) -> None:
    """Refuse what is not a sound Word or Excel file of this kind, or acts, or holds or fetches other files."""
    _check_package(content, kind, inner=False)


def _check_package(content: bytes, kind: Kind, *, inner: bool) -> None:
    seen: set[str] = set()
    declared: list[str] | None = None
    for part in archive.parts(content):
        seen.add(part.name)
        if MACROS.search(part.name):
            raise Refused(Reason.MACROS)
        if part.name == TYPES:
            declared = _declared(part.content)
        elif CHART_NUMBERS.search(part.name) and not inner:
            _check_package(part.content, Kind.XLSX, inner=True)
        elif part.name.endswith(".rels"):
            _check_relations(part.content)
        elif part.name.endswith(".xml") or markup.begins(part.content):
            _check_markup(part)
        else:
            _check_other(part)
    if declared is None:
        raise Refused(Reason.MISMATCH)  # an archive, but no Office file
    _check_kind(declared, seen, kind)


def _declared(content: bytes) -> list[str]:
    """The lines "type part" of the list of content types; refuses types of macros."""
    lines = []
    for name, attributes in markup.elements(content):
        if name in ("Override", "Default"):
            lines.append(f"{attributes.get('ContentType', '')} {attributes.get('PartName', '').casefold()}")
    if any(MACRO_TYPES.search(line.partition(" ")[0]) for line in lines):
        raise Refused(Reason.MACROS)
    return lines


def _check_kind(declared: list[str], seen: set[str], kind: Kind) -> None:
    mains = {kind: [line for line in declared if line.startswith(f"{main} ")] for kind, main in MAIN_TYPES.items()}
    found = [kind for kind, lines in mains.items() if lines]
    if len(found) > 1:
        raise Refused(Reason.POLYGLOT)
    if found != [kind]:
        raise Refused(Reason.MISMATCH)
    main_part = mains[kind][0].partition(" ")[2].lstrip("/")
    if main_part not in seen:
        raise Refused(Reason.DAMAGED)


def _check_markup(part: Part) -> None:
    """By what stands in it, not by its name: a package may call its sheets and pages as it likes."""
    try:
        if markup.runs_program(part.content):
            raise Refused(Reason.MACROS)
    except Refused as refused:
        # Old drawings are written as pages of the web were, and Office reads them as nothing else.
        if not (refused.reason == Reason.DAMAGED and part.name.endswith(".vml")):
            raise


def _check_relations(content: bytes) -> None:
    for _name, attributes in markup.elements(content):
        relation = attributes.get("Type", "").rpartition("/")[2].casefold()
        external = attributes.get("TargetMode", "").casefold() == "external"
        target = attributes.get("Target", "").strip().casefold()
        if relation == "hyperlink" and external:
            # Followed only by who clicks: pages and addresses, and files beside it, but no programs and no shares.
            if not target.startswith(CLICKED) and (":" in target or target.startswith(("\\\\", "//"))):
                raise Refused(Reason.EXTERNAL)
        elif external:
            raise Refused(Reason.EXTERNAL)
        elif relation in EMBEDDED_RELATIONS:
            raise Refused(Reason.EMBEDDED)


def _check_other(part: Part) -> None:
    if part.content.startswith(markup.UTF_16):
        raise Refused(Reason.DAMAGED)
    if "embeddings/" in part.name or part.content.startswith((OLE, b"MZ", b"%PDF-")):
        raise Refused(Reason.EMBEDDED)
    if part.content.startswith((b"PK\x03\x04", *ARCHIVES)):
        raise Refused(Reason.BOMB)  # an archive in an archive
