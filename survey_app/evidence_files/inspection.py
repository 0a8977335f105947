"""An uploaded file inspected: the first look here, the thorough one in a confined process."""

from dataclasses import dataclass
from typing import BinaryIO

from survey_app import confined
from survey_app.evidence_files import images, office, pdf
from survey_app.evidence_files.kinds import MEDIA_TYPES, OFFICE, Kind, kind_of
from survey_app.evidence_files.names import deceives, ending, safe_name
from survey_app.evidence_files.reasons import Reason, Refused

MOST_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A file that may be stored: what it is, and the name to show and to offer for saving."""

    kind: Kind
    media_type: str
    safe_name: str


def inspect(file: BinaryIO, claimed_name: str, *, most_bytes: int = MOST_BYTES) -> Accepted:
    """What an uploaded file is; raises Refused with the reason when it breaks a rule. The file is read, not changed."""
    if deceives(claimed_name):
        raise Refused(Reason.NAME)
    file.seek(0)
    content = file.read(most_bytes + 1)
    file.seek(0)
    if not content:
        raise Refused(Reason.EMPTY)
    if len(content) > most_bytes:
        raise Refused(Reason.TOO_LARGE)
    kind = kind_of(content, ending(claimed_name))
    try:
        reason = confined.call(verdict, content, kind.value).decode()
    except confined.TooHeavy:
        raise Refused(Reason.BOMB) from None
    except confined.Died:
        raise Refused(Reason.DAMAGED) from None
    if reason:
        raise Refused(Reason(reason))
    return Accepted(kind=kind, media_type=MEDIA_TYPES[kind], safe_name=safe_name(claimed_name, kind.value))


def verdict(content: bytes, kind: str) -> bytes:
    """The reason to refuse these bytes; empty when they are fine. Runs in the confined process."""
    try:
        if kind == Kind.PDF:
            pdf.check(content)
        elif kind in OFFICE:
            office.check(content, Kind(kind))
        else:
            images.check(content, Kind(kind))
    except Refused as refused:
        return refused.reason.encode()
    except MemoryError:
        raise
    except Exception:  # parsers of damaged files raise whatever they happen to hit
        return Reason.DAMAGED.encode()
    return b""
