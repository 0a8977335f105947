import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.plain import LONGEST, plain


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("Nguyễn Thị Ỷ", "Nguyễn Thị Ỷ"),
        ("Nguye\u0302\u0303n", "Nguyễn"),
        ("một\nhai\tba", "một hai ba"),
        ("a\x00b\x1bc\x7fd", "abcd"),
        ("\u202egnol\u2066x\ufeff", "gnolx"),
        ("mặt\ud800nạ", "mặtnạ"),
        ("95\u00a0%", "95\u00a0%"),
    ],
)
def test_only_harmless_characters_stay(given_text: str, kept: str) -> None:
    assert plain(given_text) == kept


def test_long_text_is_cut() -> None:
    assert len(plain("A" * 5000)) == LONGEST
    assert plain("Phường Ỷ", 6) == "Phườn…"


@given(st.text(alphabet=st.characters(codec=None)))
def test_every_text_becomes_one_writable_line(value: str) -> None:
    cleaned = plain(value)
    cleaned.encode()
    assert not any(ord(character) < 32 for character in cleaned)
