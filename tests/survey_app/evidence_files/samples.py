"""Files made for the tests: documents as offices send them, and archives put together by hand."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import openpyxl
import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from survey_app.evidence_files.kinds import MEDIA_TYPES, Kind
from survey_app.evidence_files.office import MAIN_TYPES

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
BODY = "<w:p><w:r><w:t>Báo cáo cải cách hành chính</w:t></w:r></w:p>"


def pdf(*, pages: int = 1) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    for number in range(pages):
        canvas.drawString(72, 700, f"Trang {number + 1}")
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def changed_pdf(change: Callable[[pikepdf.Pdf], object], **saving: Any) -> bytes:
    """A PDF of one page after `change(document)`."""
    with pikepdf.open(io.BytesIO(pdf())) as document:
        change(document)
        buffer = io.BytesIO()
        document.save(buffer, **saving)
    return buffer.getvalue()


def appended(content: bytes, thing: bytes, number: int) -> bytes:
    """An incremental update as signing programs write it: one object more, a table, a trailer that points back."""
    start = content.rindex(b"startxref") + len(b"startxref")
    before = int(content[start:].split()[0])
    with pikepdf.open(io.BytesIO(content)) as document:
        root = document.trailer.Root.objgen[0]
        size = max(int(document.trailer.Size), number + 1)
    place = len(content) + 1
    body = b"\n%d 0 obj\n%b\nendobj\n" % (number, thing)
    table = b"xref\n%d 1\n%010d 00000 n \n" % (number, place)
    trailer = b"trailer\n<< /Size %d /Root %d 0 R /Prev %d >>\n" % (size, root, before)
    return content + body + table + trailer + b"startxref\n%d\n%%%%EOF\n" % (len(content) + len(body))


def _signed(document: pikepdf.Pdf) -> None:
    signature = Dictionary(Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), SubFilter=Name("/ETSI.CAdES.detached"))
    signature.ByteRange = Array([0, 10, 20, 10])
    signature.Contents = b"\x30\x82" + b"\0" * 200
    kept = document.make_indirect(signature)
    look = document.make_stream(b"1 0 0 rg 0 0 200 80 re f", Type=Name.XObject, Subtype=Name.Form)
    look.BBox = Array([0, 0, 200, 80])
    field = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Sig, T="Signature1", V=kept, F=132)
    field.Rect = Array([300, 300, 500, 380])
    field.AP = Dictionary(N=look)
    field.P = document.pages[0].obj
    fields = Array([document.make_indirect(field)])
    document.pages[0].Annots = fields
    document.Root.AcroForm = Dictionary(Fields=fields, SigFlags=3)
    document.Root.Perms = Dictionary(DocMDP=kept)


def signed_pdf() -> bytes:
    """Laid out like a document with two digital signatures: form fields of type Sig, and two updates behind it."""

    once = changed_pdf(_signed, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    twice = appended(once, b"<< /Type /DSS /Certs [] >>", 90)
    return appended(twice, b"<< /Type /DocTimeStamp /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161 >>", 91)


def package(
    more: Mapping[str, bytes] = MappingProxyType({}), *, kind: Kind = Kind.DOCX, types: str = "", body: str = BODY
) -> bytes:
    """A small Office file, with more parts."""
    main = "word/document.xml" if kind == Kind.DOCX else "xl/workbook.xml"
    parts = {
        "[Content_Types].xml": (
            '<?xml version="1.0" encoding="UTF-8"?><Types><Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/{main}" ContentType="{MAIN_TYPES[kind]}"/>{types}</Types>'
        ).encode(),
        "_rels/.rels": relations(("officeDocument", main, False)),
        main: f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'.encode(),
    }
    return zipped(parts | dict(more))


def relations(*targets: tuple[str, str, bool]) -> bytes:
    rows = ""
    for at, (kind, target, external) in enumerate(targets):
        mode = ' TargetMode="External"' if external else ""
        rows += f'<Relationship Id="r{at}" Type="{OFFICE}/{kind}" Target="{target}"{mode}/>'
    return f'<Relationships xmlns="{RELATIONS}">{rows}</Relationships>'.encode()


def zipped(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


class _OneWay(io.RawIOBase):
    """Cannot go back, like a connection: archives written to it carry the sizes behind each entry."""

    def __init__(self) -> None:
        self.kept = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.kept += data
        return len(data)


def streamed(content: bytes) -> bytes:
    """The same archive as programs write it that cannot go back in the file."""
    target = _OneWay()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            archive.writestr(name, source.read(name))
    return bytes(target.kept)


def workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["Đơn vị", "Số hồ sơ", "a|b"])
    sheet.append(["Xã Bình Minh", 12, '=IF(B2>1,"có|không","")'])
    sheet["A2"].hyperlink = "https://dichvucong.gov.vn/"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def picture(kind: Kind, *, size: tuple[int, int] = (40, 30), **saving: Any) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(buffer, "PNG" if kind == Kind.PNG else "JPEG", **saving)
    return buffer.getvalue()


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def phone_picture() -> bytes:
    """A JPEG with a smaller one behind it (CIPA DC-007)."""
    buffer = io.BytesIO()
    first, second = Image.new("RGB", (64, 48), "red"), Image.new("RGB", (32, 24), "blue")
    first.save(buffer, "MPO", save_all=True, append_images=[second])
    return buffer.getvalue()


SAMPLES = {
    Kind.PDF: pdf(), Kind.DOCX: package(), Kind.XLSX: workbook(),
    Kind.JPEG: picture(Kind.JPEG), Kind.PNG: picture(Kind.PNG),
}  # fmt: skip
assert set(SAMPLES) == set(MEDIA_TYPES)
