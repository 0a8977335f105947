"""Word and Excel files: what offices send passes, what acts or fetches does not."""

import io

import pytest
import xlsxwriter

from survey_app.evidence_files import office
from survey_app.evidence_files.kinds import Kind
from survey_app.evidence_files.reasons import Reason, Refused
from tests.survey_app.evidence_files.samples import BODY, package, phone_picture, relations, streamed, workbook, zipped

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100
LAUGHS = b'<!DOCTYPE a [<!ENTITY b "ha">]><a>&b;</a>'
DDE = "<w:p><w:r><w:instrText>DDEAUTO c:\\\\cmd.exe</w:instrText></w:r></w:p>"


def reason(content: bytes, kind: Kind = Kind.DOCX) -> Reason | None:
    try:
        office.check(content, kind)
    except Refused as refused:
        return Reason(refused.reason)
    return None


def declares(content_type: str) -> str:
    return f'<Override PartName="/word/x.bin" ContentType="{content_type}"/>'


def linked(kind: str, target: str, *, external: bool = True) -> bytes:
    return package({"word/_rels/document.xml.rels": relations((kind, target, external))})


def chart_book() -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet("Số liệu")
        sheet.write_column("A1", [1, 2, 3])
        sheet.write_comment("A1", "Ghi chú")
        sheet.write_url("B1", "https://hailong.example.gov.vn/")
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "='Số liệu'!$A$1:$A$3"})
        sheet.insert_chart("C3", chart)
    return buffer.getvalue()


ACCEPTED = {
    "word": (package(), Kind.DOCX),
    "written in one go": (streamed(package()), Kind.DOCX),
    "excel": (workbook(), Kind.XLSX),
    "excel with a chart and a note": (chart_book(), Kind.XLSX),
    "chart with its numbers": (package({"word/embeddings/Sheet1.xlsx": workbook()}), Kind.DOCX),
    "picture": (package({"word/media/image1.jpeg": phone_picture()}), Kind.DOCX),
    "signed": (package({"_xmlsignatures/sig1.xml": b"<Signature/>", "_xmlsignatures/origin.sigs": b""}), Kind.DOCX),
    "printer": (package({"word/printerSettings1.bin": b"\0\1\2"}), Kind.DOCX),
    "old drawing": (package({"word/vmlDrawing1.vml": b"<xml><br></xml>"}), Kind.DOCX),
    "link": (linked("hyperlink", "https://dichvucong.gov.vn/"), Kind.DOCX),
    "address": (linked("hyperlink", "mailto:an@example.gov.vn"), Kind.DOCX),
    "file beside it": (linked("hyperlink", "Ph%E1%BB%A5%20l%E1%BB%A5c.docx"), Kind.DOCX),
    "bookmark": (linked("hyperlink", "#muc1", external=False), Kind.DOCX),
}


@pytest.mark.parametrize(("content", "kind"), ACCEPTED.values(), ids=ACCEPTED)
def test_what_offices_send_is_accepted(content: bytes, kind: Kind) -> None:
    assert reason(content, kind) is None


MACRO_MAIN = "application/vnd.ms-word.document.macroEnabled.main+xml"
REFUSED = {
    "macros": (package({"word/vbaProject.bin": OLE}), Reason.MACROS),
    "macros in capitals": (package({"word/VBAPROJECT.BIN": b"x"}), Reason.MACROS),
    "type of macros": (package(types=declares(MACRO_MAIN)), Reason.MACROS),
    "macros by another name": (package(types=declares("application/vnd.ms-office.vbaProject")), Reason.MACROS),
    "ActiveX": (package({"word/activeX/activeX1.xml": b"<ocx/>"}), Reason.MACROS),
    "macro sheet": (package({"xl/macrosheets/sheet1.xml": b"<a/>"}), Reason.MACROS),
    "field": (package(body=DDE), Reason.MACROS),
    "field in a page by another name": (package({"word/x.dat": DDE.replace("w:", "").encode()}), Reason.MACROS),
    "DDE link": (package({"xl/externalLinks/externalLink1.xml": b"<a><ddeLink/></a>"}), Reason.MACROS),
    "OLE object": (package({"word/embeddings/oleObject1.bin": OLE}), Reason.EMBEDDED),
    "OLE object elsewhere": (package({"word/media/image1.png": OLE}), Reason.EMBEDDED),
    "program": (package({"word/media/image1.emf": b"MZ\x90"}), Reason.EMBEDDED),
    "any embedded file": (package({"word/embeddings/a.txt": b"x"}), Reason.EMBEDDED),
    "relation to OLE": (linked("oleObject", "x.bin", external=False), Reason.EMBEDDED),
    "web page inside": (linked("aFChunk", "x.html", external=False), Reason.EMBEDDED),
    "remote template": (linked("attachedTemplate", "http://example.com/a.dotm"), Reason.EXTERNAL),
    "remote picture": (linked("image", "http://example.com/a.png"), Reason.EXTERNAL),
    "other workbook": (linked("externalLinkPath", "file:///C:/a.xlsx"), Reason.EXTERNAL),
    "link to a share": (linked("hyperlink", "\\\\host\\share"), Reason.EXTERNAL),
    "link to a program": (linked("hyperlink", "ms-msdt:/id"), Reason.EXTERNAL),
    "macros in the numbers of a chart": (
        package({"word/embeddings/a.xlsx": package(kind=Kind.XLSX, more={"xl/vbaProject.bin": OLE})}), Reason.MACROS,
    ),
    "numbers within numbers": (
        package({"word/embeddings/a.xlsx": package(kind=Kind.XLSX, more={"xl/embeddings/b.xlsx": workbook()})}),
        Reason.EMBEDDED,
    ),
    "archive inside": (package({"word/media/image1.png": zipped({"a": b"x"})}), Reason.BOMB),
    "RAR inside": (package({"word/media/image1.png": b"Rar!\x1a\x07\1\0"}), Reason.BOMB),
    "entities": (package({"word/styles.xml": LAUGHS}), Reason.BOMB),
    "entities in a drawing": (package({"word/a.vml": LAUGHS}), Reason.BOMB),
    "two kinds": (package(types=declares(office.MAIN_TYPES[Kind.XLSX])), Reason.POLYGLOT),
    "excel called word": (workbook(), Reason.MISMATCH),
    "slides": (zipped({"[Content_Types].xml": b"<Types/>"}), Reason.MISMATCH),
    "any archive": (zipped({"a.txt": b"x"}), Reason.MISMATCH),
    "no document": (package().replace(b"word/document.xml", b"word/documents.xm"), Reason.DAMAGED),
    "broken XML": (package(body=BODY[:-3]), Reason.DAMAGED),
    "UTF-16": (package({"word/x.dat": "<a/>".encode("utf-16")}), Reason.DAMAGED),
    "no archive": (b"PK\x03\x04 nothing", Reason.DAMAGED),
}  # fmt: skip


@pytest.mark.parametrize(("content", "expected"), REFUSED.values(), ids=REFUSED)
def test_what_acts_or_fetches_is_refused(content: bytes, expected: Reason) -> None:
    assert reason(content) == expected
