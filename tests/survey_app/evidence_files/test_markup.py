"""The XML of Office files: no document types, no programs."""

import pytest

from survey_app.evidence_files import markup
from survey_app.evidence_files.reasons import Reason, Refused

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def word(*runs: str) -> bytes:
    return f"<w:document {W}>{''.join(f'<w:r>{run}</w:r>' for run in runs)}</w:document>".encode()


def text(instruction: str) -> str:
    return f"<w:instrText>{instruction}</w:instrText>"


BEGIN, END = '<w:fldChar w:fldCharType="begin"/>', '<w:fldChar w:fldCharType="end"/>'
PROGRAMS = {
    "plain": word(BEGIN, text(" DDEAUTO c:\\\\windows\\\\cmd.exe "), END),
    "in pieces": word(BEGIN, text(" D"), text("DE cmd x"), END),
    "behind another": word(BEGIN, text("PAGE"), END, BEGIN, text("DDE cmd x"), END),
    "within another": word(BEGIN, BEGIN, text("PAGE"), END, text("DDEAUTO x"), END),
    "by numbers": word(BEGIN, text(" QUOTE 68 68 69 65 "), END),
    "in one attribute": f'<w:p {W}><w:fldSimple w:dirty="1" w:instr="ddeauto c:\\x"/></w:p>'.encode(),
    "taken out in a revision": word(BEGIN, "<w:delInstrText>DDE x</w:delInstrText>", END),
    "formula": b"<sheet><c><f>cmd|' /C calc'!A0</f><v>1</v></c></sheet>",
    "formula, quoted": b"<sheet><c><f>'cmd'|'/C calc'!A0</f></c></sheet>",
    "formula, in disguise": b"<x:sheet xmlns:x='x'><x:f>cmd&#124;x!A0</x:f></x:sheet>",
    "link": b'<externalLink><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>',
}
DOCUMENTS = {
    "page number": word(BEGIN, text(' PAGE \\* MERGEFORMAT "a DDE b" '), END),
    "link to a page": word(BEGIN, text('HYPERLINK "https://x.vn/DDE"'), END, "<w:t>DDEAUTO is text here</w:t>"),
    "formula with a bar": b"<sheet><f>IF(A1=\"a|b\",'x|y'!A1,1)</f><v>a|b</v></sheet>",
    "formula": b"<sheet><f>SUM(A1:A9)</f></sheet>",
    "bar in a text": "<sst><t>có|không &#10;</t></sst>".encode(),
}


@pytest.mark.parametrize("content", PROGRAMS.values(), ids=PROGRAMS)
def test_what_starts_programs_is_found(content: bytes) -> None:
    assert markup.runs_program(content)


@pytest.mark.parametrize("content", DOCUMENTS.values(), ids=DOCUMENTS)
def test_what_documents_have_is_let_be(content: bytes) -> None:
    assert not markup.runs_program(content)


LAUGHS = b'<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'
REFUSED = {
    "entities": (LAUGHS, Reason.BOMB),
    "external entity": (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', Reason.BOMB),
    "not closed": (b"<a><b></a>", Reason.DAMAGED),
    "nothing": (b"", Reason.DAMAGED),
    "UTF-16": ("<a/>".encode("utf-16"), Reason.DAMAGED),
    "UTF-16 without a mark": ("<a/>".encode("utf-16-le"), Reason.DAMAGED),
    "another encoding": (b'<?xml version="1.0" encoding="cp037"?><a/>', Reason.DAMAGED),
    "latin": (b'<?xml version="1.0" encoding="ISO-8859-1"?><a/>', Reason.DAMAGED),
}


@pytest.mark.parametrize(("content", "reason"), REFUSED.values(), ids=REFUSED)
def test_odd_markup_is_refused(content: bytes, reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        markup.read(content)
    assert refused.value.reason == reason


@pytest.mark.parametrize("declaration", ["", '<?xml version="1.0"?>', '<?xml version="1.0" encoding="UTF-8"?>'])
def test_usual_declarations_are_read(declaration: str) -> None:
    found = markup.elements(f'{declaration}<x:a xmlns:x="x" b="ế"><x:c/></x:a>'.encode())
    assert found == [("a", {"xmlns:x": "x", "b": "ế"}), ("c", {})]


def test_markup_is_known_by_its_beginning() -> None:
    assert markup.begins(b"\xef\xbb\xbf\n <a/>")
    assert not markup.begins(b"\x89PNG")
