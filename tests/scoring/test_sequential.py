import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.special import betaln, xlog1py, xlogy

from scoring.intervals import wilson
from scoring.sequential import PRIOR, confidence_sequence, running

priors = st.tuples(st.floats(0.1, 10), st.floats(0.1, 10))
levels = st.floats(0.5, 0.999)
sizes = st.integers(1, 3000)


def martingale(s: int, n: int, rate: float, prior: tuple[float, float] = PRIOR) -> float:
    """Log of the averaged likelihood over the likelihood at the rate."""
    a, b = prior
    return float(betaln(a + s, b + n - s) - betaln(a, b) - xlogy(s, rate) - xlog1py(n - s, -rate))


@given(sizes, st.data(), levels, priors)
def test_the_limits_are_where_the_martingale_reaches_its_bound(
    n: int, data: st.DataObject, level: float, prior: tuple[float, float]
) -> None:
    s = data.draw(st.integers(0, n))
    lower, upper = (float(limit) for limit in confidence_sequence(s, n, level, prior=prior))
    assert 0 <= lower <= s / n <= upper <= 1
    bound, hair = -math.log(1 - level), 1e-9
    if s == 0:
        assert lower == 0
    else:
        assert martingale(s, n, max(0, lower - hair), prior) >= bound - 1e-9
        assert martingale(s, n, lower + hair, prior) <= bound + 1e-9
    if s == n:
        assert upper == 1
    else:
        assert martingale(s, n, min(1, upper + hair), prior) >= bound - 1e-9
        assert martingale(s, n, upper - hair, prior) <= bound + 1e-9


def ever_outside(looks: int, rate: float, level: float) -> float:
    """Exact chance that some of the first looks, one after each answer, shows an interval without the truth."""
    alive, lost = np.array([1.0]), 0.0
    for n in range(1, looks + 1):
        alive = np.append(alive * (1 - rate), 0) + np.append(0, alive * rate)
        lower, upper = confidence_sequence(np.arange(n + 1), n, level)
        outside = (lower > rate) | (upper < rate)
        lost += alive[outside].sum()
        alive = np.where(outside, 0, alive)
    assert alive.sum() + lost == pytest.approx(1)
    return float(lost)


@pytest.mark.parametrize("level", [0.8, 0.95])
@pytest.mark.parametrize("rate", [0.02, 0.5, 0.8, 0.9, 0.97])
def test_the_truth_is_inside_at_every_look_at_least_at_the_level(rate: float, level: float) -> None:
    assert 0 < ever_outside(300, rate, level) <= 1 - level


@pytest.mark.parametrize("satisfied", [0, 12, 34, 38, 40])
def test_so_it_is_in_a_finite_population_down_to_the_census(satisfied: int) -> None:
    size, level = 40, 0.8
    alive, lost = np.array([1.0]), 0.0
    for n in range(1, size + 1):
        found = np.arange(n)
        next_satisfied = np.clip((satisfied - found) / (size - n + 1), 0, 1)
        alive = np.append(alive * (1 - next_satisfied), 0) + np.append(0, alive * next_satisfied)
        lower, upper = confidence_sequence(np.arange(n + 1), n, level, population=size)
        outside = (lower > satisfied / size + 1e-12) | (upper < satisfied / size - 1e-12)
        lost += alive[outside].sum()
        alive = np.where(outside, 0, alive)
    assert lost <= 1 - level
    assert alive.sum() + lost == pytest.approx(1)
    assert alive[satisfied] == pytest.approx(1 - lost)


def test_a_naive_daily_interval_would_not_hold() -> None:
    alive, rate = np.array([1.0]), 0.9
    for n in range(1, 301):
        alive = np.append(alive * (1 - rate), 0) + np.append(0, alive * rate)
        lower, upper = wilson(np.arange(n + 1) / n, n)
        alive = np.where((lower > rate) | (upper < rate), 0, alive)
    assert alive.sum() < 0.7


@given(st.integers(1, 200), st.data(), levels)
def test_the_finite_limits_are_the_totals_below_the_bound(size: int, data: st.DataObject, level: float) -> None:
    n = data.draw(st.integers(1, size))
    s = data.draw(st.integers(0, n))
    lower, upper = (float(limit) for limit in confidence_sequence(s, n, level, population=size))

    def log_likelihood(people: int) -> float:
        """Of drawing these answers in this order."""
        good = math.lgamma(people + 1) - math.lgamma(people - s + 1)
        others = math.lgamma(size - people + 1) - math.lgamma(size - people - n + s + 1)
        return good + others - math.lgamma(size + 1) + math.lgamma(size - n + 1)

    a, b = PRIOR
    averaged = float(betaln(a + s, b + n - s) - betaln(a, b))
    above = [(m, averaged - log_likelihood(m) + math.log(1 - level)) for m in range(s, size - n + s + 1)]
    assume(all(abs(excess) > 1e-9 for _, excess in above))  # a tie may fall either way
    standing = [m for m, excess in above if excess < 0]
    assert (round(lower * size), round(upper * size)) == (min(standing), max(standing))


def test_a_census_has_no_width() -> None:
    lower, upper = confidence_sequence([0, 35, 40], 40, population=40)
    assert lower.tolist() == upper.tolist() == [0, 0.875, 1]


def test_a_large_population_comes_near_the_unlimited_one() -> None:
    unlimited, finite = confidence_sequence(450, 500), confidence_sequence(450, 500, population=10**7)
    assert [float(limit) for limit in finite] == pytest.approx([float(limit) for limit in unlimited], abs=1e-5)


def test_populations_that_cannot_be_used_change_nothing() -> None:
    unlimited = confidence_sequence(18, 20)
    for population in (math.nan, math.inf, 19, 0):
        assert confidence_sequence(18, 20, population=population) == unlimited
    lower, _ = confidence_sequence([18, 18, 0], [20, 20, 0], population=[40, math.nan, 40])
    assert lower[0] > lower[1] == unlimited[0]
    assert math.isnan(lower[2])


def test_many_cells_at_once_and_nobody_asked() -> None:
    lower, upper = confidence_sequence([[0], [9]], [10, 100, math.nan])
    assert lower.shape == upper.shape == (2, 3)
    assert [lower[1, 1], upper[1, 1]] == [float(limit) for limit in confidence_sequence(9, 100)]
    assert np.isnan(confidence_sequence([0, math.nan], [0, 5])).all()
    assert np.isnan(lower[:, 2]).all()


@given(sizes, st.data(), levels, levels)
def test_a_higher_level_is_wider(n: int, data: st.DataObject, level: float, other: float) -> None:
    s = data.draw(st.integers(0, n))
    near, far = (confidence_sequence(s, n, which) for which in sorted((level, other)))
    assert far[0] <= near[0] + 1e-12
    assert near[1] <= far[1] + 1e-12


def test_the_width_shrinks_and_costs_at_most_twice_that_of_one_look() -> None:
    n = np.array([50, 100, 200, 400, 1000, 4000])
    for rate in (0.8, 0.9, 0.96):
        (lower, upper), single = confidence_sequence(n * rate // 1, n), wilson(n * rate // 1 / n, n)
        assert (np.diff(upper - lower) < 0).all()
        assert ((upper - lower) / (single[1] - single[0]) < 2).all()


@given(st.lists(st.integers(0, 1), min_size=1, max_size=80))
def test_running_limits_never_widen_and_stay_within_each_look(answers: list[int]) -> None:
    satisfied, n = np.cumsum(answers), np.arange(1, len(answers) + 1)
    lower, upper = running(satisfied, n)
    each = confidence_sequence(satisfied, n)
    assert (np.diff(lower) >= 0).all()
    assert (np.diff(upper) <= 0).all()
    assert lower[-1] == each[0].max()
    assert upper[-1] == each[1].min()


def test_running_limits_wait_for_the_first_answer_and_take_days_without_any() -> None:
    lower, upper = running([[0, 9, 9, 12]], [[0, 10, 10, 20]], 0.9)
    assert np.isnan(lower).tolist() == np.isnan(upper).tolist() == [[True, False, False, False]]
    assert lower[0, 1] == lower[0, 2] <= lower[0, 3]


def test_a_rate_that_changed_shows_itself() -> None:
    lower, upper = running([400, 400], [400, 800])
    assert lower[-1] > upper[-1]


@pytest.mark.parametrize(("satisfied", "answers"), [([5, 4], [6, 7]), ([5, 5], [7, 6]), ([1, 3], [3, 4])])
def test_totals_that_fall_are_refused(satisfied: list[int], answers: list[int]) -> None:
    with pytest.raises(ValueError, match="fall"):
        running(satisfied, answers)


def test_nonsense_is_refused() -> None:
    for level in (0, 1):
        with pytest.raises(ValueError, match="level"):
            confidence_sequence(5, 10, level)
    for prior in ((0, 1), (1, -1)):
        with pytest.raises(ValueError, match="prior"):
            confidence_sequence(5, 10, prior=prior)
    for population in (-1, 20.5):
        with pytest.raises(ValueError, match="population"):
            confidence_sequence(5, 10, population=population)
    for s, n in ((11, 10), (4.5, 10)):
        with pytest.raises(ValueError, match="answers"):
            confidence_sequence(s, n)


def test_running_limits_are_of_the_level_population_and_prior_that_are_asked_for() -> None:
    looks = ([9, 18, 24], [10, 20, 30])
    for asked in ({"level": 0.8}, {"population": 40}, {"prior": (1.0, 1.0)}):
        every = confidence_sequence(*looks, **asked)
        lower, upper = running(*looks, **asked)
        assert lower.tolist() == np.maximum.accumulate(every[0]).tolist()
        assert upper.tolist() == np.minimum.accumulate(every[1]).tolist()
        assert running(*looks)[0][-1] != lower[-1]


def test_the_looks_of_each_unit_run_on_their_own() -> None:
    satisfied, answers = np.array([[10, 19], [1, 3], [1, 11]]), np.array([[10, 20], [10, 30], [10, 20]])
    found = running(satisfied, answers)
    for row in range(3):
        alone = running(satisfied[row], answers[row])
        assert [limits[row].tolist() for limits in found] == [limits.tolist() for limits in alone]
