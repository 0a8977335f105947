"""What people type."""

import unicodedata

import pytest

from survey_app.typed import folded, one_line


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Xã  An\tCọ\n", "Xã An Cọ"),
        (unicodedata.normalize("NFD", "Đường Đất"), "Đường Đất"),
        ("An\u200b Cọ\u202e", "An Cọ"),
        ("\0", ""),
    ],
)
def test_one_line(typed: str, kept: str) -> None:
    assert one_line(typed) == kept


@pytest.mark.parametrize("typed", ["Phường Đồng Kỵ", "PHUONG DONG KY", " phường  đồng kỵ "])
def test_names_are_compared_without_marks(typed: str) -> None:
    assert folded(typed) == "phuong dong ky"
