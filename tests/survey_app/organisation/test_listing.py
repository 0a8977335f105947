"""What a URL asks of a list."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_app.organisation.listing import ALIVE, ALL, CLOSED, PAGE, Asked, holds, in_order, page_of
from survey_app.typed import folded


@given(st.integers(0, 3 * PAGE), st.integers(-2, 10))
def test_pages_hold_every_row_once(rows: int, asked: int) -> None:
    everything = list(range(rows))
    first = page_of(everything, 1)
    shown = [row for number in range(1, first.pages + 1) for row in page_of(everything, number).rows]
    assert shown == everything
    found = page_of(everything, asked)
    assert 1 <= found.page <= found.pages
    assert len(found.rows) <= PAGE
    assert found.total == rows


@pytest.mark.parametrize(
    ("typed", "found"),
    [("", True), ("an co", True), ("AN CỌ", True), ("xa  an", True), ("đa", False), ("x-an", True), ("zz", False)],
)
def test_a_text_is_found_without_marks_and_case(typed: str, found: bool) -> None:
    assert holds(Asked(q=typed), "Xã An Cọ", None, "x-an-co") is found


def test_folding() -> None:
    assert folded("  Đường   ĐẤT Ữ Ặ ") == "duong dat u a"
    assert folded("\u0111a\u0323 c") == folded("Đạ C")


@pytest.mark.parametrize(("state", "gone", "shown"), [(ALIVE, True, False), (CLOSED, True, True), (ALL, False, True)])
def test_states(state: str, gone: bool, shown: bool) -> None:
    assert Asked(state=state).shows(gone=gone) is shown


def test_sorting_turns_round_at_the_second_click() -> None:
    keys = {"size": len}
    once = Asked(sort=Asked().sorted_by("size"))
    twice = Asked(sort=once.sorted_by("size"))
    assert in_order(["aa", "b", "ccc"], once, keys) == ["b", "aa", "ccc"]
    assert in_order(["aa", "b", "ccc"], twice, keys) == ["ccc", "aa", "b"]
    assert (twice.column, twice.descending) == ("size", True)
    assert in_order(["aa", "b"], Asked(sort="nothing"), keys) == ["aa", "b"]
    assert twice.sorted_by("name") == "name"


def test_an_address_says_what_differs_from_the_usual() -> None:
    assert Asked().address() == {}
    asked = Asked(q="an", unit=3, sort="-name", page=4)
    assert asked.address(page=1, state=CLOSED) == {"q": "an", "unit": 3, "sort": "-name", "state": CLOSED}
