"""Where suppression begins and ends: defaults, ones and zeros, what is kept or gone, releases that do not fit."""

import numpy as np
import pytest

from scoring.suppression import Table, suppress, with_totals
from tests.scoring.test_suppression import mask, widths


def hidden(table: Table) -> list[list[int]]:
    return np.argwhere(table.hidden).tolist()


def test_one_more_or_less_is_enough_unless_more_is_asked_for() -> None:
    counts = [[1, 2, 9], [2, 1, 9], [9, 9, 9]]
    found = suppress(counts, fewest=3)
    assert hidden(found) == [[0, 0], [0, 1], [1, 0], [1, 1]]  # 0 2 / 2 0 cannot be, 2 1 / 1 2 can
    assert widths([[found]], 3).min() == pytest.approx(1)
    assert suppress(counts, fewest=3, width=2).hidden.sum() > 4


def test_a_number_that_can_only_fall_is_protected_as_cheaply() -> None:
    """The ones beside 10 cannot be less, so that 10 cannot be more; but it can be less and they more."""
    found = suppress([[10, 1, 50], [1, 20, 60], [50, 60, 70]], fewest=1, secret=mask(4, 4, (0, 0)))
    assert hidden(found) == [[0, 0], [0, 1], [1, 0], [1, 1]]


def test_a_number_that_can_only_rise_is_protected_as_cheaply() -> None:
    found = suppress([[1, 10, 50], [20, 1, 60], [50, 60, 70]], fewest=1, secret=mask(4, 4, (0, 0)))
    assert hidden(found) == [[0, 0], [0, 1], [1, 0], [1, 1]]


def test_a_kept_one_is_not_protected() -> None:
    found = suppress([[1, 20], [30, 40]], fewest=5, kept=mask(3, 3, (0, 0)))
    assert not found.primary.any()
    assert not found.hidden.any()
    assert found.exposed == ()


def test_what_is_gone_is_not_shown_but_a_zero_is() -> None:
    found = suppress([[1, 20], [0, 40]], fewest=1, gone=mask(3, 3, (0, 0), (1, 0)))
    assert hidden(found) == [[0, 0]]
    assert not found.primary.any()


@pytest.mark.parametrize(
    ("parents", "earlier"),
    [
        (None, suppress([[1, 2, 3], [4, 5, 6], [7, 8, 9]], fewest=1)),  # another column
        ([4, 3, 3, 4], suppress([[1, 2], [4, 5], [7, 8]], fewest=1, parents=[3, 3, 4, 4])),  # other groups
    ],
)
def test_an_earlier_release_of_another_form_is_refused(parents: list[int] | None, earlier: Table) -> None:
    with pytest.raises(ValueError, match="an earlier release has other rows, columns or subtotals"):
        suppress([[1, 2], [4, 5], [7, 8]], fewest=5, parents=parents, earlier=[earlier])


def test_totals_of_small_whole_numbers_are_whole_and_do_not_overflow() -> None:
    found = with_totals(np.array([[200, 100], [100, 50]], np.uint8), (2, 2))
    assert found.dtype == np.int64
    assert found.tolist() == [[200, 100, 300], [100, 50, 150], [300, 150, 450]]


def test_totals_are_hidden_only_where_nothing_else_protects() -> None:
    """Those that were hidden to protect others are needed: where they are kept, something is given away."""
    rng = np.random.default_rng(1)
    needed = 0
    for _ in range(150):
        shape = rng.integers(3, 7, 2)
        counts = rng.negative_binomial(0.6, 0.05, shape) * (rng.random(shape) < 0.55)
        found = suppress(counts, fewest=5)
        totals = ~found.primary
        totals[:-1, :-1] = False
        if (found.hidden & totals).any():
            needed += 1
            assert suppress(counts, fewest=5, kept=totals).exposed
    assert needed > 50


def test_a_choice_is_exchanged_for_a_cheaper_one() -> None:
    """Protected one after the other the small ones take 75 answers with them, in one ring of six 54."""
    found = suppress([[5, 1, 20], [3, 28, 14], [23, 30, 1]], fewest=5)
    assert hidden(found) == [[0, 0], [0, 1], [1, 0], [1, 2], [2, 1], [2, 2]]


def test_a_difference_of_the_threshold_is_no_small_one() -> None:
    first = suppress([[20, 30], [40, 50]], fewest=5)
    for more, primary in ((4, True), (5, False)):
        second = suppress([[20 + more, 30], [40, 50]], fewest=5, earlier=[first])
        assert second.primary[0, 0] == primary
        assert second.hidden.any() == primary


def test_of_two_totals_the_one_with_fewer_answers_is_hidden() -> None:
    counts = np.array([[3, 40, 39], [0, 0, 30]])  # 40 of 40 in the second column, 39 of 69 in the third
    wanted = np.array([[1, 1, 0, 0], [0, 0, 0, 0], [1, 1, 0, 0]], bool)
    for turned in (False, True):
        found = suppress(counts.T if turned else counts, fewest=5).hidden
        assert ((found.T if turned else found) == wanted).all()


def test_totals_of_units_are_dearer_than_all_the_cells() -> None:
    """A ring of cells with 1,060 answers is hidden and not, with two totals, cells with 60."""
    found = suppress([[3, 0, 20, 0], [20, 0, 0, 20], [0, 0, 500, 500]], fewest=5)
    assert hidden(found) == [[0, 0], [0, 2], [1, 0], [1, 3], [2, 2], [2, 3]]


def test_the_grand_total_is_the_last_to_be_hidden() -> None:
    """One row: either a field and its total protect the small one, or the two totals of everything."""
    found = suppress([[3, 40]], fewest=5)
    assert found.hidden.tolist() == [[True, True, False], [True, True, False]]
    assert suppress([[3], [40]], fewest=5).hidden.tolist() == [[True, True], [True, True], [False, False]]


STORIES = [  # releases of one table, and how many of the answers of the newest are hidden
    (
        [
            [[0, 0, 0, 0], [0, 0, 0, 9]],
            [[34, 3, 0, 2], [2, 12, 14, 9]],
            [[37, 22, 12, 2], [4, 13, 18, 10]],
        ],
        143,
    ),
    (
        [
            [[8, 0, 3, 0], [2, 1, 0, 5]],
            [[8, 2, 12, 0], [2, 2, 5, 5]],
            [[8, 2, 14, 8], [2, 2, 14, 7]],
        ],
        75,
    ),
    ([[[8, 6, 0, 0], [0, 1, 1, 0], [3, 26, 0, 0]]], 62),
    ([[[39, 0], [2, 5], [1, 2], [0, 6]]], 20),
    ([[[1, 0], [0, 17], [0, 24], [0, 2]], [[1, 4], [0, 17], [0, 24], [1, 2]]], 65),
    (
        [
            [[28, 7, 0, 5], [2, 6, 0, 0], [0, 5, 0, 0], [8, 4, 8, 2]],
            [[28, 7, 0, 5], [3, 6, 0, 2], [0, 12, 0, 0], [8, 13, 31, 19]],
        ],
        149,
    ),
]


@pytest.mark.parametrize(("releases", "answers"), STORIES)
def test_releases_hide_no_more_than_they_have_to(releases: list[list[list[int]]], answers: int) -> None:
    tables: list[Table] = []
    for counts in releases:
        tables.append(suppress(counts, fewest=5, earlier=tables))
    assert widths([tables]).min() >= 0.999
    assert tables[-1].values[tables[-1].hidden].sum() <= answers
