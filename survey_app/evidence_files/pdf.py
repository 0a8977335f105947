"""PDF files: whole, readable without a password, nothing in them acts. Signed ones stay as they are."""

import io
import json
from typing import Any

import pikepdf

from survey_app.evidence_files.reasons import Reason, Refused

BLANKS = b"\0\t\n\f\r "
# https://opensource.adobe.com/dc-acrobat-sdk-docs/pdfstandards/PDF32000_2008.pdf, 12.6.4 and 13: what does something
# outside of the document or plays something. GoTo, Named, Hide and the like stay.
ACTIONS = {
    "/GoTo3DView", "/GoToE", "/GoToR", "/ImportData", "/JavaScript", "/Launch", "/Movie", "/Rendition",
    "/RichMediaExecute", "/Sound", "/SubmitForm",
}  # fmt: skip
ANNOTATIONS = {"/3D", "/FileAttachment", "/Movie", "/RichMedia", "/Screen", "/Sound"}
KEYS = {"/AA", "/EF", "/JS", "/XFA"}
SCRIPTS = ("u:javascript:", "u:vbscript:", "u:data:")


def check(content: bytes) -> None:
    """Refuse a PDF that is damaged, encrypted, active, or has something after its end."""
    _check_end(content)
    try:
        document = pikepdf.open(io.BytesIO(content))
    except pikepdf.PasswordError:
        raise Refused(Reason.ENCRYPTED) from None
    except pikepdf.PdfError:  # also for encryption by certificates
        raise Refused(Reason.ENCRYPTED if b"/Encrypt" in content else Reason.DAMAGED) from None
    with document:
        if document.is_encrypted:
            raise Refused(Reason.ENCRYPTED)
        if not len(document.pages):
            raise Refused(Reason.DAMAGED)
        _check_opening(document)
        for thing in (document.trailer, *document.objects):
            _check_object(thing)


def _check_end(content: bytes) -> None:
    """Signatures append to a file, so %%EOF may stand in it many times; the last one ends it."""
    _before, mark, after = content.rpartition(b"%%EOF")
    if not mark:
        raise Refused(Reason.DAMAGED)
    if after.strip(BLANKS):
        # A file that was cut within a later part ends like one with something behind it.
        raise Refused(Reason.POLYGLOT)


def _check_opening(document: pikepdf.Pdf) -> None:
    action = document.Root.get("/OpenAction")
    if isinstance(action, pikepdf.Dictionary) and (action.get("/S") != "/GoTo" or "/Next" in action):
        raise Refused(Reason.ACTIVE_PDF)


def _check_object(thing: pikepdf.Object) -> None:
    """An object with all that stands directly in it; what it refers to is among the others."""
    if isinstance(thing, pikepdf.Stream):
        if "/F" in thing.stream_dict:  # its content lies in another file
            raise Refused(Reason.ACTIVE_PDF)
        thing = thing.stream_dict
    # Version 2 marks texts ("u:", "b:"), so that they cannot be taken for names; names are decoded (/J#53 is /JS).
    left: list[Any] = [json.loads(thing.to_json(dereference=True, schema_version=2))]
    while left:
        part = left.pop()
        if isinstance(part, dict):
            if _acts(part):
                raise Refused(Reason.ACTIVE_PDF)
            left.extend(part.values())
        elif isinstance(part, list):
            left.extend(part)


def _acts(part: dict[str, Any]) -> bool:
    action, subtype, kind = (str(part.get(key)) for key in ("/S", "/Subtype", "/Type"))
    if action == "/URI" and str(part.get("/URI")).casefold().startswith(SCRIPTS):
        return True
    return action in ACTIONS or subtype in ANNOTATIONS or kind == "/EmbeddedFile" or not KEYS.isdisjoint(part)
