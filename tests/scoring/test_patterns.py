import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from scoring.integrity import Codes, Kind
from scoring.patterns import repeats, straight_lined
from scoring.tally import NOT_APPLICABLE


def forms(seed: int, days: int, daily: int, items: int = 10) -> tuple[np.ndarray, Codes]:
    """A third answers 5 throughout, the others as they like."""
    rng = np.random.default_rng(seed)
    codes = rng.choice([3, 4, 5], (days * daily, items), p=[0.1, 0.4, 0.5]).astype(np.uint8)
    codes[rng.random(len(codes)) < 1 / 3] = 5
    return np.repeat(np.arange(days), daily), codes


@given(arrays(np.uint8, (20, 6), elements=st.sampled_from([0, 1, 4, 5, 10]), fill=st.nothing()), st.integers(1, 6))
def test_a_straight_line_is_one_level_on_enough_answered_items(codes: Codes, fewest: int) -> None:
    for form, found in zip(codes.tolist(), straight_lined(codes, fewest=fewest).tolist(), strict=True):
        answered = [code for code in form if code not in (0, NOT_APPLICABLE)]
        assert found == (len(answered) >= fewest and len(set(answered)) == 1)


def test_forms_without_items_are_no_lines() -> None:
    assert straight_lined(np.zeros((3, 0), np.uint8)).tolist() == [False] * 3


def test_a_pattern_that_recurs_within_a_day_is_found() -> None:
    day, codes = forms(1, 30, 20)
    codes[100:108] = codes[100]  # the sixth day; a rare pattern
    codes[100:108, 0] = 1
    found = repeats(np.full(len(day), 4), day, codes)
    [signal] = [signal for signal in found if signal.first == signal.last]
    assert (signal.kind, signal.group, signal.first, signal.observed) == (Kind.IDENTICAL, 4, 5, 8)
    assert signal.rows.tolist() == list(range(100, 108))
    assert signal.expected < 0.5


def test_a_common_pattern_is_no_surprise_until_there_are_far_too_many() -> None:
    day, codes = forms(2, 40, 30)
    group = np.zeros(len(day), int)
    assert repeats(group, day, codes) == ()
    codes[600:628] = 5
    [signal] = [signal for signal in repeats(group, day, codes) if signal.first == signal.last]
    assert (signal.first, signal.observed) == (20, len(signal.rows))
    assert 6 < signal.expected < 14


def test_what_is_common_in_a_unit_is_measured_there() -> None:
    # One unit ticks the same throughout on most forms, always; the others hardly ever.
    day, codes = forms(3, 40, 30)
    group = np.arange(len(day)) % 6
    codes[group == 2] = np.where(np.arange((group == 2).sum())[:, None] % 10 < 8, 5, codes[group == 2])
    assert {signal.group for signal in repeats(group, day, codes)} == set()


def test_repeats_over_a_week_are_found_by_the_week() -> None:
    day, codes = forms(4, 70, 10)
    codes[210:280:10] = codes[210]  # once a day, for seven days
    codes[210:280:10, 0] = 2
    found = repeats(np.zeros(len(day), int), day + 3 * 7, codes)
    assert [(signal.first, signal.last, signal.observed) for signal in found] == [(42, 48, 7)]


def test_nobody_repeats_nothing() -> None:
    assert repeats([], [], np.zeros((0, 5), np.uint8)) == ()


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="per submission"):
        repeats([0, 1], [0, 1], np.zeros((3, 5), np.uint8))
