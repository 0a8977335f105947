import random
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.tally import CODES, NOT_APPLICABLE, Layout, Tally, count, stack, unpack, zero
from tests.scoring.samples import LAYOUT, Codes, random_codes, respondents

FULL = Layout(closed=3, rated=(0, 2), numbers=2, choices=(3, 2))
SMALL = np.array([[5, 1, 4], [3, 0, 10], [4, 2, 0]], np.uint8)


def full() -> Tally:
    return count(FULL, SMALL, numbers=[[10, 20, 5], []], choices=[[[1, 3], [3]], [[2]]])


def test_every_part_says_what_was_answered() -> None:
    tally = full()
    assert (tally.received, tally.counted) == (3, 3)
    assert tally.counts.shape == (3, CODES)
    assert tally.counts[0].tolist() == [0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0]
    assert tally.counts[1].tolist() == [1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]
    assert tally.counts[2].tolist() == [1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1]
    assert tally.pairs[0].tolist() == [[3, 1], [1, 1]]  # answered both
    assert tally.pairs[1].tolist() == [[2, 1], [1, 1]]  # satisfied with the row's, answered the column's
    assert tally.pairs[2].tolist() == [[2, 1], [1, 1]]  # satisfied with both
    assert tally.pairs[3, 0, 0] == 2 + 3 + 4  # steps above the lowest level
    assert tally.pairs[4, 0, 0] == 4 + 9 + 16
    assert tally.numbers.tolist() == [[3, 35, 525], [0, 0, 0]]
    assert tally.choices.tolist() == [2, 1, 0, 2, 1, 0, 1]


def test_what_does_not_count_is_only_received() -> None:
    tally = count(FULL, SMALL, counted=np.array([True, False, False]), numbers=[[], []], choices=[[], []])
    assert (tally.received, tally.counted) == (3, 1)
    assert tally.counts.sum() == 3
    assert tally.counts[0, 5] == tally.counts[1, 1] == tally.counts[2, 4] == 1


def test_the_highest_level_of_all_is_an_answer() -> None:
    tally = count(Layout(closed=1, rated=(0,)), np.array([[9], [1], [10]], np.uint8))
    assert tally.pairs[:, 0, 0].tolist() == [2, 1, 1, 8, 64]


@pytest.mark.parametrize("layout", [LAYOUT, Layout(closed=1, rated=())])
def test_counts_are_whole_numbers_whatever_is_asked(layout: Layout) -> None:
    assert not layout.numbers
    assert not layout.choices
    assert count(layout, np.ones((2, layout.closed), np.uint8)).vector.dtype == np.int64


def test_nobody_is_a_tally_too() -> None:
    nobody = count(FULL, np.zeros((0, 3), np.uint8), numbers=[[], []], choices=[[], []])
    assert np.array_equal(nobody.vector, zero(FULL).vector)
    assert not zero(FULL).vector.any()


@pytest.mark.parametrize(
    ("codes", "more", "said"),
    [
        (np.zeros((2, 4), np.uint8), {}, "3 columns"),
        (np.zeros(3, np.uint8), {}, "3 columns"),
        (np.full((1, 3), 11, np.uint8), {}, "0 to 10"),
        (SMALL, {"numbers": [[]]}, "one sequence per item"),
        (SMALL, {"choices": [[], [], []]}, "one sequence per item"),
        (SMALL, {"choices": [[[4]], []]}, "from 1 to 3"),
        (SMALL, {"choices": [[[0]], []]}, "from 1 to 3"),
    ],
)
def test_what_does_not_fit_the_layout_is_refused(codes: Codes, more: dict[str, list[list[int]]], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        count(FULL, codes, **{"numbers": [[], []], "choices": [[], []], **more})


def test_a_vector_of_another_layout_is_refused() -> None:
    with pytest.raises(ValueError, match="numbers, not 5"):
        Tally(FULL, np.zeros(5, np.int64))


def test_many_groups_stand_one_above_the_other() -> None:
    both = stack(FULL, [full(), zero(FULL)])
    assert both.received.tolist() == [3, 0]
    assert both.counts.shape == (2, 3, CODES)
    assert both.pairs.shape == (2, 5, 2, 2)
    assert both.numbers[0].tolist() == full().numbers.tolist()
    assert both.choices[0].tolist() == full().choices.tolist()
    assert stack(FULL, []).vector.shape == (0, len(full().vector))


# --- storage


def test_a_packed_tally_comes_back() -> None:
    found = unpack(FULL, full().pack()).vector
    assert np.array_equal(found, full().vector)
    assert found.dtype == np.int64  # counts stay whole numbers


@given(respondents(), st.binary(min_size=1, max_size=60), st.integers(0, 10_000))
def test_damaged_bytes_never_become_another_tally(codes: Codes, noise: bytes, place: int) -> None:
    packed = count(LAYOUT, codes).pack()
    at = place % len(packed)
    damaged = packed[:at] + noise + packed[at + len(noise) :]
    try:
        found = unpack(LAYOUT, damaged)
    except ValueError:
        return
    assert np.array_equal(found.vector, count(LAYOUT, codes).vector)


@pytest.mark.parametrize("data", [b"", b"no tally", zlib.compress(b"1234567"), zlib.compress(b"\0" * 80)])
def test_bytes_that_are_no_tally_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="tally"):
        unpack(FULL, data)


@pytest.mark.parametrize("cut", [1, 4, 10])
def test_cut_bytes_are_refused(cut: int) -> None:
    with pytest.raises(ValueError, match="damaged"):
        unpack(FULL, full().pack()[:-cut])


# --- properties


@given(respondents(), respondents())
def test_the_tallies_of_the_parts_add_up_to_that_of_the_whole(one: Codes, other: Codes) -> None:
    whole = count(LAYOUT, np.concatenate([one, other]))
    assert np.array_equal(count(LAYOUT, one).vector + count(LAYOUT, other).vector, whole.vector)
    assert np.array_equal(unpack(LAYOUT, whole.pack()).vector, whole.vector)


@given(respondents(), st.randoms(use_true_random=False))
def test_the_order_of_the_respondents_does_not_matter(codes: Codes, shuffler: random.Random) -> None:
    order = list(range(len(codes)))
    shuffler.shuffle(order)
    assert np.array_equal(count(LAYOUT, codes[order]).vector, count(LAYOUT, codes).vector)


@given(respondents())
def test_the_parts_agree_with_each_other(codes: Codes) -> None:
    tally = count(LAYOUT, codes)
    assert (tally.counts.sum(axis=1) == len(codes)).all()
    levels = tally.counts[list(LAYOUT.rated), 1:NOT_APPLICABLE]
    both, one, satisfied, _, _ = tally.pairs
    assert np.array_equal(np.diag(both), levels.sum(axis=1))
    assert np.array_equal(np.diag(satisfied), levels[:, LAYOUT.satisfied_from - 1 :].sum(axis=1))
    assert (satisfied <= one).all()
    assert (one <= both).all()
    assert np.array_equal(both, both.T)


def test_the_pair_counts_are_those_of_a_plain_loop() -> None:
    codes = random_codes(7, 60)
    tally = count(LAYOUT, codes)
    for i, a in enumerate(LAYOUT.rated):
        for j, b in enumerate(LAYOUT.rated):
            pairs = [(int(row[a]), int(row[b])) for row in codes if 1 <= row[a] <= 5 and 1 <= row[b] <= 5]
            assert tally.pairs[0, i, j] == len(pairs)
            assert tally.pairs[1, i, j] == sum(x >= 4 for x, _ in pairs)
            assert tally.pairs[2, i, j] == sum(x >= 4 and y >= 4 for x, y in pairs)
            assert tally.pairs[3, i, j] == sum(x - 1 for x, _ in pairs)
            assert tally.pairs[4, i, j] == sum((x - 1) * (y - 1) for x, y in pairs)
