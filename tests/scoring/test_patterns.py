import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import betabinom

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


def test_four_answers_alike_are_the_shortest_line() -> None:
    assert straight_lined(np.array([[3, 3, 3, 3, 0], [3, 3, 3, 0, 10]], np.uint8)).tolist() == [True, False]


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


@pytest.mark.parametrize(("many", "found"), [(4, 0), (5, 1)])
def test_five_equal_forms_of_a_day_are_the_fewest(many: int, found: int) -> None:
    day, codes = forms(5, 30, 20)
    codes[100 : 100 + many] = 1
    assert len([s for s in repeats(np.zeros(len(day), int), day, codes) if s.first == s.last]) == found


def test_nobody_repeats_nothing() -> None:
    assert repeats([], [], np.zeros((0, 5), np.uint8)) == ()


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="per submission"):
        repeats([0, 1], [0, 1], np.zeros((3, 5), np.uint8))


# --- form by form, straight from the definitions


def share_of(forms_: list[tuple[int, int, int]], pattern: int) -> float:
    return sum(form[2] == pattern for form in forms_) / len(forms_) if forms_ else 0.0


def frequency(told: list[tuple[int, int, int]], group: int, period: int, pattern: int) -> float:
    """How often a pattern is expected, from the group's other periods and as many as 20 forms of the others."""
    own = [form for form in told if form[0] == group and form[1] != period]
    others = [form for form in told if form[0] != group]
    weight = min(20, len(others))
    seen = sum(form[2] == pattern for form in own) + weight * share_of(others, pattern)
    return (seen + 0.5) / (len(own) + weight + 1)


def dispersion(told: list[tuple[int, int, int]], group: int, period: int) -> float:
    """The relative variance of the commonest pattern's share in all other periods, beyond that of chance."""
    common = max({form[2] for form in told}, key=lambda pattern: (share_of(told, pattern), -pattern))
    beyond = scale = 0.0
    for one, at in {form[:2] for form in told} - {(group, period)}:
        there = [form for form in told if form[:2] == (one, at)]
        rate = share_of([form for form in told if form[0] == one], common)
        size, found = len(there), sum(form[2] == common for form in there)
        beyond += (found - size * rate) ** 2 - size * rate * (1 - rate)
        scale += size * (size - 1) * rate**2
    return max(1e-6, beyond / max(scale, 1))


def chance(told: list[tuple[int, int, int]], cell: tuple[int, int, int]) -> tuple[float, float, int]:
    """The p value of a cell, what was expected of it, and its forms."""
    group, period, pattern = cell
    size, count = sum(form[:2] == cell[:2] for form in told), told.count(cell)
    rate = frequency(told, group, period, pattern)
    alike = min(0.5, dispersion(told, group, period) * rate / (1 - rate))
    a, b = rate * (1 / alike - 1), (1 - rate) * (1 / alike - 1)
    return float(betabinom.pmf(range(count, size + 1), size, a, b).sum()), size * rate, count


Told = dict[tuple[int, int, int, int], tuple[int, float, float]]  # by group, first and last day, and pattern


def defined(group: list[int], day: list[int], pattern: list[int], least: int) -> tuple[Told, dict[int, int]]:
    """Observed, expected and p-value of each pattern of a day or week, and how often each group is looked at."""
    wanted: Told = {}
    looks = dict.fromkeys(group, 0)
    for span in (1, 7):
        told = list(zip(group, [at // span for at in day], pattern, strict=True))
        for cell in sorted(set(told)):
            p, expected, count = chance(told, cell)
            looks[cell[0]] += expected >= 0.2 or count >= least
            if count >= least:
                wanted[cell[0], cell[1] * span, cell[1] * span + span - 1, cell[2]] = (count, expected, p)
    return wanted, looks


def found_in(group: list[int], day: list[int], pattern: list[int], level: float, least: int) -> Told:
    codes = np.array([[1 + at // 5, 1 + at % 5] for at in pattern], np.uint8)
    return {
        (s.group, s.first, s.last, pattern[int(s.rows[0])]): (s.observed, s.expected, s.p_value)
        for s in repeats(group, day, codes, level=level, least=least)
    }


def agree(found: Told, wanted: Told) -> None:
    assert found.keys() == wanted.keys()
    for cell, numbers in wanted.items():
        assert found[cell] == pytest.approx(numbers, rel=1e-6)


@pytest.mark.parametrize(
    ("seed", "groups", "common", "least"), [(1, 3, 0.3, 1), (2, 1, 0.5, 2), (3, 2, 0.1, 2), (4, 4, 0.97, 2)]
)
def test_every_signal_is_that_of_the_definitions(seed: int, groups: int, common: float, least: int) -> None:
    rng = np.random.default_rng(seed)
    group, day = rng.integers(0, groups, 260) * 10, rng.integers(3, 24, 260)
    pattern = np.where(rng.random(260) < common, 0, rng.integers(0, 25, 260))
    pattern[(group == 0) & (day == 12)] = 9
    columns = group.tolist(), day.tolist(), pattern.tolist()
    wanted, looks = defined(*columns, least)
    wanted = {cell: numbers for cell, numbers in wanted.items() if numbers[2] * looks[cell[0]] <= 0.9}
    assert len(wanted) > 1
    agree(found_in(*columns, 0.9, least), wanted)


DAYS = {  # group, day, pattern and how many such forms
    "all alike or none alike": [
        *((0, at, 0, 30) for at in (7, 10, 15)),
        *((0, at, at, 30) for at in (8, 9, 11, 12, 14, 16, 17)),
    ],
    "one form in the other groups": [
        (0, 1, 0, 30), (0, 2, 0, 22), (0, 2, 1, 8), (0, 8, 0, 30), (0, 8, 2, 1),
        (5, 3, 1, 1),
    ],
    "two forms on each other day": [(0, 1, 0, 20), (0, 1, 1, 10), (0, 2, 0, 2), (0, 3, 2, 2)],
}  # fmt: skip


@pytest.mark.parametrize("forms_", DAYS.values(), ids=DAYS)
def test_the_level_is_shared_out_over_what_can_recur(forms_: list[tuple[int, int, int, int]]) -> None:
    """The least sure of the signals is found at the level that it needs, and not at one a little lower."""
    group, day, pattern = ([form[i] for form in forms_ for _ in range(form[3])] for i in range(3))
    wanted, looks = defined(group, day, pattern, 5)
    needed = {cell: numbers[2] * looks[cell[0]] for cell, numbers in wanted.items()}
    levels = sorted(level for level in needed.values() if level < 0.9)
    assert levels
    for level in (levels[-1] * (1 + 1e-6), levels[-1] * (1 - 1e-6)):
        agree(found_in(group, day, pattern, level, 5), {cell: wanted[cell] for cell in wanted if needed[cell] <= level})


def test_one_form_is_a_signal_where_one_is_enough() -> None:
    day = np.repeat([1, 2, 3, 4, 8], [50, 50, 50, 50, 1])
    codes = np.full((201, 4), 5, np.uint8)
    codes[200] = 1
    found = repeats(day * 0, day, codes, least=1, level=0.9)
    assert [s.first for s in found if s.rows.tolist() == [200]] == [8, 7]
