import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import xlog1py, xlogy

from scoring.compare import two_rates
from scoring.differences import METHODS, difference_interval, miettinen_nurminen, newcombe
from scoring.intervals import normal_quantile
from tests.scoring.references import Case, cases, close

LEVELS = ("0.90", "0.95", "0.99")
CASES = [case for case in cases("tests") if case["params"]["kind"] == "two_sample"]
levels = st.floats(0.5, 0.999)
samples = st.tuples(st.integers(1, 200), st.integers(1, 200)).flatmap(
    lambda n: st.tuples(st.integers(0, n[0]), st.just(n[0]), st.integers(0, n[1]), st.just(n[1]))
)
Sample = tuple[int, int, int, int]


def title(case: Case) -> str:
    return f"{case['id']} {case['title']}"


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("case", CASES, ids=title)
def test_the_interval_is_that_of_r(case: Case, level: str, method: str) -> None:
    assert set(case["expected"]["ci"][level]) == set(METHODS)
    x1, n1, x2, n2 = (case["inputs"][key] for key in ("x1", "n1", "x2", "n2"))
    found = difference_interval(x1, n1, x2, n2, float(level), method)
    assert [float(limit) for limit in found] == close(case, case["expected"]["ci"][level][method])


def test_no_case_is_left_out() -> None:
    assert len(CASES) == 8


@pytest.mark.parametrize("method", METHODS)
def test_many_pairs_at_once_and_empty_ones(method: str) -> None:
    lower, upper = difference_interval([[56], [0]], [[70], [0]], [48, 10], [80, 12], 0.9, method)
    assert lower.shape == upper.shape == (2, 2)
    assert np.isnan(lower).tolist() == np.isnan(upper).tolist() == [[False] * 2, [True] * 2]
    assert [lower[0, 1], upper[0, 1]] == [float(limit) for limit in difference_interval(56, 70, 10, 12, 0.9, method)]


@given(samples, levels, st.sampled_from(list(METHODS)))
def test_the_order_of_the_samples_changes_only_the_sign(sample: Sample, level: float, method: str) -> None:
    x1, n1, x2, n2 = sample
    lower, upper = difference_interval(x1, n1, x2, n2, level, method)
    swapped = difference_interval(x2, n2, x1, n1, level, method)
    assert [-float(swapped[1]), -float(swapped[0])] == pytest.approx([float(lower), float(upper)], abs=1e-7)


@given(samples, levels, st.sampled_from(["newcombe", "miettinen_nurminen"]))
def test_the_interval_holds_the_difference_within_its_bounds(sample: Sample, level: float, method: str) -> None:
    x1, n1, x2, n2 = sample
    lower, upper = difference_interval(x1, n1, x2, n2, level, method)
    assert -1 - 1e-12 <= lower <= x1 / n1 - x2 / n2 + 1e-12
    assert x1 / n1 - x2 / n2 - 1e-12 <= upper <= 1 + 1e-12


@given(samples, levels, levels, st.sampled_from(list(METHODS)))
def test_a_higher_level_is_not_narrower(sample: Sample, level: float, other: float, method: str) -> None:
    near, far = (difference_interval(*sample, which, method) for which in sorted((level, other)))
    assert far[0] <= near[0] + 1e-9
    assert far[1] >= near[1] - 1e-9


@given(samples, st.floats(0.8, 0.999))
def test_a_score_limit_is_where_the_score_test_turns(sample: Sample, level: float) -> None:
    x1, n1, x2, n2 = sample
    d = x1 / n1 - x2 / n2

    def statistic(difference: float) -> float:
        """By search for the likeliest pair of rates instead of the closed form."""
        least, most = max(0.0, -difference), min(1.0, 1 - difference)

        def unlikely(p2: float) -> float:
            p1 = min(1.0, max(0.0, p2 + difference))
            return -float(xlogy(x1, p1) + xlog1py(n1 - x1, -p1) + xlogy(x2, p2) + xlog1py(n2 - x2, -p2))

        inside = minimize_scalar(unlikely, bounds=(least, most), method="bounded", options={"xatol": 1e-12}).x
        p2 = min((least, inside, most), key=unlikely)
        p1 = p2 + difference
        variance = (p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2) * (n1 + n2) / (n1 + n2 - 1)
        return (d - difference) ** 2 / variance if variance > 1e-15 else math.inf

    for limit, outwards in zip(miettinen_nurminen(x1, n1, x2, n2, level), (-1, 1), strict=True):
        if abs(limit) < 1 - 1e-4:
            assert statistic(float(limit) - outwards * 1e-4) <= normal_quantile(level) ** 2 + 1e-6
            assert statistic(float(limit) + outwards * 1e-4) >= normal_quantile(level) ** 2 - 1e-6


@given(samples)
def test_newcombe_mostly_decides_as_the_chi_squared_test(sample: Sample) -> None:
    x1, n1, x2, n2 = sample
    p = float(two_rates(x1, n1, x2, n2).p_two_sided)
    lower, upper = newcombe(x1, n1, x2, n2)
    if p < 0.005:  # far from the edge both find the difference
        assert lower > 0 or upper < 0
    if p > 0.2:
        assert lower <= 0 <= upper


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown method 'score'"):
        difference_interval(1, 2, 1, 2, 0.95, "score")
    for method in METHODS:
        with pytest.raises(ValueError, match="between 0"):
            difference_interval(1, 2, 3, 2, 0.95, method)
        with pytest.raises(ValueError, match="level"):
            difference_interval(1, 2, 1, 2, 95, method)
