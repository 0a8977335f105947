"""Names that files came with."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_app.evidence_files.names import MOST_BYTES, MOST_CHARACTERS, deceives, ending, safe_name


@pytest.mark.parametrize(
    ("claimed", "safe"),
    [
        ("Báo cáo Đề án.PDF", "Báo cáo Đề án.pdf"),
        (unicodedata.normalize("NFD", "Quyết định số 12.pdf"), "Quyết định số 12.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\An\\bao cao.pdf", "bao cao.pdf"),
        ("/" * 3000 + "a.pdf", "a.pdf"),
        ("hợp\u202egnp.đồng\x00\n.pdf", "hợpgnp.đồng.pdf"),
        ("12/QĐ: a<b>?*|\".pdf", "QĐ_ a_b_____.pdf"),
        ("..pdf", "minh-chung.pdf"),
        ("", "minh-chung.pdf"),
        ("quét", "minh-chung.pdf"),
        (" . a . .pdf", "a.pdf"),
    ],
)  # fmt: skip
def test_names_are_made_safe(claimed: str, safe: str) -> None:
    assert safe_name(claimed, "pdf") == safe


@pytest.mark.parametrize("sign", [*"\u061c\u200e\u200f\u202a\u202e\u2066\u2069", "\0", "\n", "\x1b", "\x9b"])
def test_names_that_deceive_who_reads_them(sign: str) -> None:
    assert deceives(f"bao-cao{sign}gnp.pdf")


@pytest.mark.parametrize(
    "name", ["Báo cáo Đề án.PDF", unicodedata.normalize("NFD", "Quyết định.pdf"), "a\u200db.pdf", ""]
)
def test_names_that_do_not_deceive(name: str) -> None:
    assert not deceives(name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.PDF", "pdf"), ("a.pdf.exe", "exe"), ("a", ""), ("x.d/a", ""), ("a.\u202epdf ", "pdf"), ("a.", "")],
)
def test_endings(name: str, expected: str) -> None:
    assert ending(name) == expected


@given(st.text(max_size=400), st.sampled_from(["pdf", "docx"]))
def test_any_name_becomes_one_that_file_systems_take(name: str, suffix: str) -> None:
    safe = safe_name(name, suffix)
    assert safe.endswith(f".{suffix}")
    assert len(safe) <= MOST_CHARACTERS
    assert len(safe.encode()) <= MOST_BYTES
    assert safe.isprintable()
    assert not set(safe) & set('/\\<>:"|?*')
    assert safe[0] not in " ."


def test_long_names_keep_their_ending() -> None:
    assert safe_name("ế" * 500 + ".pdf", "pdf") == "ế" * 78 + ".pdf"
    assert safe_name("a" * 500 + ".pdf", "pdf") == "a" * 146 + ".pdf"
