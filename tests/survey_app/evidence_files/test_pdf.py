"""PDF files: signed and scanned ones pass, what acts does not."""

import io
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Encryption, Name, Pdf

from survey_app.evidence_files import pdf
from survey_app.evidence_files.reasons import Reason, Refused
from tests.survey_app.evidence_files import samples


def reason(content: bytes) -> Reason | None:
    try:
        pdf.check(content)
    except Refused as refused:
        return Reason(refused.reason)
    return None


def annotation(**parts: Any) -> Callable[[Pdf], None]:
    def change(document: Pdf) -> None:
        document.pages[0].Annots = Array([Dictionary(Type=Name.Annot, Rect=Array([0, 0, 9, 9]), **parts)])

    return change


def opening(action: object) -> Callable[[Pdf], None]:
    def change(document: Pdf) -> None:
        document.Root.OpenAction = action(document) if callable(action) else action

    return change


def attach(document: Pdf) -> None:
    document.attachments["phụ lục.exe"] = b"MZ"


def unreferenced_file(document: Pdf) -> None:
    document.Root.Kept = document.make_stream(b"MZ", Type=Name.EmbeddedFile)


def untyped_file(document: Pdf) -> None:
    document.Root.Kept = Dictionary(Type=Name.Filespec, EF=Dictionary(F=document.make_stream(b"MZ")))


def outside(document: Pdf) -> None:
    document.Root.Kept = document.make_stream(b"", F="other.bin")


def form(document: Pdf) -> None:
    document.Root.AcroForm = Dictionary(Fields=Array([]), XFA=Array(["template", document.make_stream(b"<x/>")]))


def hidden_name(document: Pdf) -> None:
    """A script within a direct object, deep down."""
    document.Root.Deep = Array([Array([Dictionary(A=Dictionary(S=Name.JavaScript))])])


ACTIVE = {
    "opening script": opening(Dictionary(S=Name.JavaScript, JS="app.alert(1)")),
    "opening link": opening(Dictionary(S=Name.URI, URI="https://example.com")),
    "opening, then more": opening(
        lambda document: Dictionary(
            S=Name.GoTo, D=Array([document.pages[0].obj, Name.Fit]), Next=Dictionary(S=Name.URI)
        )
    ),
    "direct script": hidden_name,
    "launch": annotation(Subtype=Name.Link, A=Dictionary(S=Name.Launch, F="cmd.exe")),
    "remote": annotation(Subtype=Name.Link, A=Dictionary(S=Name.GoToR, F="//host/share")),
    "submit": annotation(Subtype=Name.Link, A=Dictionary(S=Name.SubmitForm, F="https://example.com")),
    "script link": annotation(Subtype=Name.Link, A=Dictionary(S=Name.URI, URI="JavaScript:alert(1)")),
    "trigger": annotation(Subtype=Name.Text, AA=Dictionary(E=Dictionary(S=Name.URI, URI="https://example.com"))),
    "attachment": attach,
    "attachment in an annotation": annotation(Subtype=Name.FileAttachment),
    "attachment nobody points to": unreferenced_file,
    "attachment without a type": untyped_file,
    "rich media": annotation(Subtype=Name.RichMedia),
    "screen": annotation(Subtype=Name.Screen),
    "xfa": form,
    "content elsewhere": outside,
}


@pytest.mark.parametrize("change", ACTIVE.values(), ids=ACTIVE)
@pytest.mark.parametrize("mode", [pikepdf.ObjectStreamMode.disable, pikepdf.ObjectStreamMode.generate])
def test_active_content_is_refused(change: Callable[[Pdf], None], mode: pikepdf.ObjectStreamMode) -> None:
    assert reason(samples.changed_pdf(change, object_stream_mode=mode)) == Reason.ACTIVE_PDF


def test_a_name_in_disguise_is_the_same_name() -> None:
    plain = samples.changed_pdf(hidden_name, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    assert reason(plain.replace(b"/JavaScript", b"/J#61vaScript")) == Reason.ACTIVE_PDF


HARMLESS = {
    "link": annotation(Subtype=Name.Link, A=Dictionary(S=Name.URI, URI="https://hailong.example.gov.vn")),
    "open at a place": opening(lambda document: Array([document.pages[0].obj, Name.Fit])),
    "open by going there": opening(
        lambda document: Dictionary(S=Name.GoTo, D=Array([document.pages[0].obj, Name.Fit]))
    ),
    "text that names a script": annotation(Subtype=Name.Text, Contents="/JavaScript /Launch", T="/JS"),
    "structure with arrays": lambda document: setattr(document.Root, "X", Dictionary(S=Array([1]), Type=Dictionary())),
}  # fmt: skip


@pytest.mark.parametrize("change", HARMLESS.values(), ids=HARMLESS)
def test_what_documents_have_is_accepted(change: Callable[[Pdf], None]) -> None:
    assert reason(samples.changed_pdf(change)) is None


def test_a_script_within_the_trailer_is_refused() -> None:
    catalogue = b"/Root << /Type /Catalog /Pages 2 0 R /Names << /A << /S /JavaScript >> >> >>"
    content = (
        b"%PDF-1.7\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
        b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>\nendobj\n"
        b"trailer\n<< /Size 4 " + catalogue + b" >>\nstartxref\n0\n%%EOF\n"
    )
    assert reason(content) == Reason.ACTIVE_PDF
    assert reason(content.replace(b"JavaScript", b"GoTo")) is None


def test_blanks_before_the_beginning_are_no_stowaway() -> None:
    assert reason(b"\xef\xbb\xbf\r\n" + samples.pdf()) is None


def test_a_signed_document_is_accepted_with_its_updates() -> None:
    signed = samples.signed_pdf()
    assert signed.count(b"%%EOF") == 3
    with pikepdf.open(io.BytesIO(signed)) as document:
        assert document.Root.AcroForm.SigFlags == 3
        assert document.get_object(91, 0).Type == "/DocTimeStamp"
    assert reason(signed) is None


def test_an_update_that_brings_a_script_is_refused() -> None:
    assert reason(samples.appended(samples.signed_pdf(), b"<< /S /JavaScript /JS (x) >>", 92)) == Reason.ACTIVE_PDF


def test_hundreds_of_pages_and_a_line_at_the_end_are_accepted() -> None:
    assert reason(samples.pdf(pages=600) + b"\r\n\0") is None


@pytest.mark.parametrize("password", ["", "mật khẩu"])
def test_encryption_is_refused(password: str) -> None:
    locked = samples.changed_pdf(lambda _document: None, encryption=Encryption(owner="chủ", user=password))
    assert reason(locked) == Reason.ENCRYPTED


def test_encryption_by_certificates_is_refused() -> None:
    trailer = b"trailer\n<< /Encrypt << /Filter /Adobe.PubSec /V 4 >> "
    assert reason(samples.pdf().replace(b"trailer\n<<", trailer)) == Reason.ENCRYPTED


def test_damage_is_refused() -> None:
    assert reason(b"%PDF-1.7\nnothing else\n%%EOF") == Reason.DAMAGED
    assert reason(samples.pdf().replace(b"%%EOF", b"")) == Reason.DAMAGED
    assert reason(samples.changed_pdf(lambda document: document.pages.__delitem__(0))) == Reason.DAMAGED


def test_something_behind_the_end_is_refused() -> None:
    assert reason(samples.pdf() + b"<script>alert(1)</script>") == Reason.POLYGLOT
