import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import binom

from scoring.power import n_for_power, power_exact
from tests.scoring.references import Case, cases, close

CASES = cases("sample_size")
POWER = [case for case in CASES if case["params"]["kind"] == "power_exact_one_sample"]
SIZES = [case for case in CASES if case["params"]["kind"] == "n_for_power"]
FIELDS = {
    "one_sample_exact_first_n": "exact_first",
    "one_sample_exact_stable_n": "exact_stable",
    "one_sample_normal_raw": "normal_raw",
    "one_sample_normal_n": "normal",
    "two_sample_per_group_raw": "per_group_raw",
    "two_sample_per_group_n": "per_group",
    "two_sample_one_sided_per_group_raw": "per_group_one_sided_raw",
}


def title(case: Case) -> str:
    return f"{case['id']} {case['title']}"


def test_no_case_is_left_out() -> None:
    assert (len(POWER), len(SIZES)) == (7, 6)


@pytest.mark.parametrize("case", POWER, ids=title)
def test_the_power_is_that_of_r(case: Case) -> None:
    inputs, expected = case["inputs"], case["expected"]
    found = power_exact(inputs["n"], inputs["p0"], inputs["p1"], alpha=inputs["alpha"])
    assert set(expected) == set(found.__slots__)
    assert found.critical_x == expected["critical_x"]
    for key in ("actual_size", "power", "power_normal"):
        assert getattr(found, key) == close(case, expected[key]), key


@pytest.mark.parametrize("case", SIZES, ids=title)
def test_the_answers_for_a_power_are_those_of_r(case: Case) -> None:
    inputs, expected = case["inputs"], case["expected"]
    found = n_for_power(inputs["p0"], inputs["p1"], alpha=inputs["alpha"], power=inputs["power"])
    assert set(expected) == set(FIELDS)
    for key, field in FIELDS.items():
        value = getattr(found, field)
        assert value == (close(case, expected[key]) if key.endswith("_raw") else expected[key]), key


@given(st.integers(1, 300), st.floats(0.05, 0.95), st.floats(0.05, 0.95), st.floats(0.001, 0.3))
def test_the_critical_count_is_the_outermost_that_keeps_the_size(n: int, p0: float, p1: float, alpha: float) -> None:
    assume(abs(p1 - p0) > 1e-6)
    x = np.arange(n + 1)
    tails = binom.sf(x - 1, n, p0) if p1 > p0 else binom.cdf(x, n, p0)
    assume(np.all(np.abs(tails - alpha) > 1e-9))
    found = power_exact(n, p0, p1, alpha=alpha)
    rejected = x[tails <= alpha]
    if len(rejected) == 0:
        assert (found.critical_x, found.actual_size, found.power) == (None, 0, 0)
    else:
        assert found.critical_x == (rejected.min() if p1 > p0 else rejected.max())
        assert found.actual_size == pytest.approx(binom.pmf(rejected, n, p0).sum(), abs=1e-9)
        assert found.power == pytest.approx(binom.pmf(rejected, n, p1).sum(), abs=1e-9)


@pytest.mark.parametrize(("p0", "p1"), [(0.9, 0.95), (0.5, 0.8), (0.05, 0.6), (0.9, 0.85), (0.1, 0.02), (0.001, 0.01)])
@pytest.mark.parametrize(("alpha", "power"), [(0.05, 0.8), (0.025, 0.9), (0.2, 0.5)])
def test_the_power_stays_from_the_stable_number_on(p0: float, p1: float, alpha: float, power: float) -> None:
    found = n_for_power(p0, p1, alpha=alpha, power=power)
    reached = [power_exact(n, p0, p1, alpha=alpha).power >= power for n in range(1, 3 * found.exact_stable + 300)]
    assert reached.index(True) + 1 == found.exact_first
    assert all(reached[found.exact_stable - 1 :])
    assert found.exact_stable == 1 or not reached[found.exact_stable - 2]


def test_a_lower_rate_is_found_as_its_mirror_image() -> None:
    falling, rising = n_for_power(0.9, 0.85), n_for_power(0.1, 0.15)
    assert [getattr(falling, field) for field in falling.__slots__] == pytest.approx(
        [getattr(rising, field) for field in rising.__slots__], rel=1e-12
    )
    assert power_exact(100, 0.9, 0.85).critical_x == 100 - (power_exact(100, 0.1, 0.15).critical_x or 0)


def test_large_chances_need_no_more_than_one_answer() -> None:
    found = n_for_power(0.01, 0.99, alpha=0.4, power=0.41)
    assert (found.exact_first, found.exact_stable, found.normal, found.per_group) == (1, 1, 1, 1)


@pytest.mark.parametrize(
    ("p0", "p1", "alpha"),
    [(0.9, 0.9, 0.05), *((p, 0.9, 0.05) for p in (0, 1, 1.5)), *((0.9, p, 0.05) for p in (0, 1, -0.5))],
)
def test_rates_that_are_no_two_rates_are_refused(p0: float, p1: float, alpha: float) -> None:
    with pytest.raises(ValueError, match="must differ"):
        n_for_power(p0, p1, alpha=alpha)
    with pytest.raises(ValueError, match="must differ"):
        power_exact(100, p0, p1, alpha=alpha)


@pytest.mark.parametrize("alpha", [0, 0.5, -0.1, 1])
def test_an_impossible_error_is_refused(alpha: float) -> None:
    with pytest.raises(ValueError, match="alpha must"):
        n_for_power(0.9, 0.85, alpha=alpha)
    with pytest.raises(ValueError, match="alpha must"):
        power_exact(100, 0.9, 0.85, alpha=alpha)


@pytest.mark.parametrize("power", [0.05, 0.01, 1, 1.5])
def test_an_impossible_power_is_refused(power: float) -> None:
    with pytest.raises(ValueError, match="power must"):
        n_for_power(0.9, 0.85, alpha=0.05, power=power)


def test_rates_too_near_to_be_told_apart_are_refused() -> None:
    with pytest.raises(ValueError, match="telling them apart"):
        n_for_power(0.9, 0.9001)


def test_no_answers_have_no_power() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        power_exact(0, 0.9, 0.95)
