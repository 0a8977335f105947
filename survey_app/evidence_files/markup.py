"""The XML within Office files, read without document types, entities and foreign encodings."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.parsers import expat

from survey_app.evidence_files.reasons import Reason, Refused

ENCODINGS = (None, "utf-8", "us-ascii")
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
Attributes = dict[str, str]
# Fields of Word that run a program to fetch their value, also spelt by numbers; letters may be spread over runs.
DDE_FIELD = re.compile(r"^\s*\"?DDE(AUTO)?\b|^\s*QUOTE(\s+\d+){2}", re.IGNORECASE | re.MULTILINE)
DDE_LINK = re.compile(rb"<([\w.-]+:)?ddeLink\b")
FORMULA = re.compile(rb"<([\w.-]+:)?f[\s>]")
INSTRUCTION = re.compile(rb"instr", re.IGNORECASE)
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'!")


def begins(content: bytes) -> bool:
    """Whether a part looks like XML, whatever its name."""
    return content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"


def read(
    content: bytes,
    start: Callable[[str, Attributes], None] | None = None,
    text: Callable[[str], None] | None = None,
    end: Callable[[str], None] | None = None,
) -> None:
    """Go through an XML part; names come without their namespace prefix.

    Refused when it is damaged, declares a document type or is not UTF-8.
    """
    if content.startswith(UTF_16) or b"\0" in content:
        raise Refused(Reason.DAMAGED)
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _doctype
    parser.XmlDeclHandler = _declaration
    parser.buffer_text = True
    if start:
        parser.StartElementHandler = lambda name, attributes: start(_local(name), attributes)
    parser.CharacterDataHandler = text
    if end:
        parser.EndElementHandler = lambda name: end(_local(name))
    try:
        parser.Parse(content, True)
    except expat.ExpatError:
        raise Refused(Reason.DAMAGED) from None


def elements(content: bytes) -> list[tuple[str, Attributes]]:
    """All elements of a small part with their attributes."""
    found: list[tuple[str, Attributes]] = []
    read(content, lambda name, attributes: found.append((name, attributes)))
    return found


@dataclass(slots=True)
class Collector:
    """The texts of certain elements of a part."""

    names: frozenset[str]
    texts: list[str] = field(default_factory=list)
    inside: bool = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name in self.names:
            self.inside = True
            self.texts.append("")
        elif name == "fldChar":
            self.texts.append("\n")  # a field begins or ends: what follows is not of the same instruction
        elif name == "fldSimple":
            self.texts += [f"\n{value}\n" for key, value in attributes.items() if _local(key) == "instr"]

    def text(self, text: str) -> None:
        if self.inside:
            self.texts[-1] += text

    def end(self, name: str) -> None:
        if name in self.names:
            self.inside = False


def collect(content: bytes, *names: str) -> list[str]:
    """The text of each element of these names, with line ends between the fields of Word."""
    found = Collector(frozenset(names))
    read(content, found.start, found.text, found.end)
    return found.texts


def runs_program(content: bytes) -> bool:
    """Whether Word or Excel would start another program for a field, a formula or a link of this part (DDE)."""
    if DDE_LINK.search(content):
        return True
    if INSTRUCTION.search(content) and DDE_FIELD.search("".join(collect(content, "instrText", "delInstrText"))):
        return True
    if FORMULA.search(content) and (b"|" in content or b"&#" in content):  # program|topic!item
        return any("|" in QUOTED.sub("", formula) for formula in collect(content, "f"))
    read(content)
    return False


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _doctype(*_declared: object) -> None:
    raise Refused(Reason.BOMB)  # entities that multiply need one; Office writes none


def _declaration(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding and encoding.casefold() not in ENCODINGS:
        raise Refused(Reason.DAMAGED)
