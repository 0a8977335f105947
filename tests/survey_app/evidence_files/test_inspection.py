"""A file inspected from its first byte to its verdict; whatever is sent, the answer is a kind or a reason."""

import io
import resource

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_app import confined
from survey_app.evidence_files import pdf
from survey_app.evidence_files.inspection import Accepted, inspect, verdict
from survey_app.evidence_files.kinds import MEDIA_TYPES, Kind
from survey_app.evidence_files.reasons import Reason, Refused
from tests.survey_app.evidence_files import samples

REASONS = {"", *Reason}


def refused(content: bytes, name: str) -> str:
    with pytest.raises(Refused) as caught:
        inspect(io.BytesIO(content), name)
    return caught.value.reason


@pytest.mark.parametrize(("kind", "content"), samples.SAMPLES.items(), ids=lambda value: str(value)[:5])
def test_each_kind_is_accepted_and_left_as_it_is(kind: Kind, content: bytes) -> None:
    file = io.BytesIO(content)
    file.seek(7)
    accepted = inspect(file, f"../Minh chứng.{kind.value.upper()}")
    assert accepted == Accepted(kind=kind, media_type=MEDIA_TYPES[kind], safe_name=f"Minh chứng.{kind.value}")
    assert (file.tell(), file.read()) == (0, content)


def test_a_signed_document_is_accepted() -> None:
    assert inspect(io.BytesIO(samples.signed_pdf()), "QĐ 12 (đã ký).pdf").safe_name == "QĐ 12 (đã ký).pdf"


def test_the_reason_comes_back_from_the_confined_process() -> None:
    assert refused(samples.pdf() + b"more", "a.pdf") == Reason.POLYGLOT
    assert refused(samples.package(), "a.xlsx") == Reason.MISMATCH


def test_a_name_that_deceives_is_refused() -> None:
    assert refused(samples.pdf(), "bao-cao\u202efdp.pdf") == Reason.NAME


def test_empty_and_too_large_files_are_refused_first() -> None:
    assert refused(b"", "a.pdf") == Reason.EMPTY
    with pytest.raises(Refused) as caught:
        inspect(io.BytesIO(b"%PDF-" + b"x" * 100), "a.pdf", most_bytes=100)
    assert caught.value.reason == Reason.TOO_LARGE
    content = samples.pdf()
    assert inspect(io.BytesIO(content), "a.pdf", most_bytes=len(content)).kind == Kind.PDF


@pytest.mark.parametrize(("what", "reason"), [(confined.TooHeavy, Reason.BOMB), (confined.Died, Reason.DAMAGED)])
def test_a_file_that_breaks_its_reader_is_refused(
    monkeypatch: pytest.MonkeyPatch, what: type[Exception], reason: Reason
) -> None:
    def call(*_arguments: object) -> bytes:
        raise what

    monkeypatch.setattr(confined, "call", call)
    assert refused(samples.pdf(), "a.pdf") == reason


def test_a_bomb_takes_no_memory_here() -> None:
    bomb = samples.zipped({"word/document.xml": bytes(150 * 1024 * 1024)})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refused(bomb, "a.docx") == Reason.BOMB
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 * 1024


def test_a_reader_without_memory_is_no_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    def check(_content: bytes) -> None:
        raise MemoryError

    monkeypatch.setattr(pdf, "check", check)
    with pytest.raises(MemoryError):
        verdict(b"", "pdf")


@pytest.mark.parametrize("kind", [kind.value for kind in Kind])
@settings(max_examples=150)
@given(st.data())
def test_damaged_files_get_a_verdict(kind: str, data: st.DataObject) -> None:
    """Bytes changed, cut out and doubled anywhere in a good file."""
    content = bytearray(samples.SAMPLES[Kind(kind)])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        match data.draw(st.sampled_from(["change", "cut", "double", "insert"])):
            case "change":
                content[at] = data.draw(st.integers(0, 255))
            case "cut":
                del content[at : at + data.draw(st.integers(1, 50))]
            case "double":
                content[at:at] = content[at : at + 50]
            case _:
                content[at:at] = data.draw(st.binary(max_size=20))
        content = content or bytearray(b"x")
    assert verdict(bytes(content), kind).decode() in REASONS


@pytest.mark.parametrize("kind", [kind.value for kind in Kind])
@given(content=st.binary(max_size=300))
def test_anything_gets_a_verdict(kind: str, content: bytes) -> None:
    assert verdict(content, kind).decode() in REASONS - {""}


def test_what_a_reader_did_not_expect_is_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    def check(_content: bytes) -> None:
        raise KeyError("/Type")

    monkeypatch.setattr(pdf, "check", check)
    assert verdict(b"", "pdf") == b"damaged"
