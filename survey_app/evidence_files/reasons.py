"""Why a file is refused."""

from enum import StrEnum

from survey_app.errors import Rejected


class Reason(StrEnum):
    NAME = "unsafe_name"  # characters in the name that nobody sees, or that turn it round
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UNKNOWN = "unknown_type"
    MISMATCH = "name_and_content_differ"
    DAMAGED = "damaged"
    ENCRYPTED = "encrypted"
    MACROS = "macros"  # VBA, ActiveX, macro sheets, DDE
    EMBEDDED = "embedded_objects"  # OLE objects and files within an Office file
    EXTERNAL = "external_content"  # templates, images, workbooks that an Office file fetches
    ACTIVE_PDF = "active_pdf"  # scripts, actions, attachments, XFA, multimedia
    BOMB = "bomb"  # unpacks to more, or takes longer, than a document would
    POLYGLOT = "polyglot"  # another file before, after or inside it
    PATHS = "unsafe_paths"  # absolute, "..", symbolic links in an archive
    DUPLICATES = "duplicate_parts"


class Refused(Rejected):
    """The file breaks a rule; `reason` says which."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason, problems={"file": reason})
