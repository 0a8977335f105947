import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import binomtest, false_discovery_control, fisher_exact

from scoring.compare import ADJUSTMENTS, NoTest, adjust, target_test, trend, two_rates
from tests.scoring.references import Case, cases, close


def of_kind(kind: str) -> list[Case]:
    return [case for case in cases("tests") if case["params"]["kind"] == kind]


def title(case: Case) -> str:
    return f"{case['id']} {case['title']}"


def check(case: Case, found: object, reference_to_field: dict[str, str]) -> None:
    """Each number of R that the mapping names; null is NaN with a reason."""
    for key, field in reference_to_field.items():
        wanted, value = case["expected"][key], float(getattr(found, field))
        if wanted is None:
            assert math.isnan(value), key
        else:
            assert value == close(case, wanted), key


def test_no_case_is_left_out() -> None:
    kinds = ("binomial_exact", "two_sample", "multiplicity", "trend")
    assert [len(of_kind(kind)) for kind in kinds] == [11, 8, 6, 6]


# --- a target

TARGET = {
    "estimate": "estimate",
    "p_greater": "p_greater",
    "p_less": "p_less",
    "p_two_sided": "p_two_sided",
    "midp_greater": "midp_greater",
    "lower_bound_95": "lower_bound",
    "upper_bound_95": "upper_bound",
    "score_z": "score_z",
    "score_p_greater": "score_p_greater",
    "score_p_less": "score_p_less",
}


@pytest.mark.parametrize("case", of_kind("binomial_exact"), ids=title)
def test_the_test_of_a_target_is_that_of_r(case: Case) -> None:
    assert set(case["expected"]) == set(TARGET)
    found = target_test(case["inputs"]["x"], case["inputs"]["n"], case["params"]["target"])
    check(case, found, TARGET)
    assert found.reason.item() is None


@given(st.integers(1, 300), st.data(), st.floats(0.01, 0.99))
def test_the_exact_p_values_are_those_of_scipy(n: int, data: st.DataObject, target: float) -> None:
    x = data.draw(st.integers(0, n))
    found = target_test(x, n, target)
    for side, p in (("greater", found.p_greater), ("less", found.p_less), ("two-sided", found.p_two_sided)):
        assert float(p) == pytest.approx(binomtest(x, n, target, alternative=side).pvalue, rel=1e-9, abs=1e-14)


def test_many_units_at_once_and_those_without_answers() -> None:
    found = target_test([95, 0, 85], [100, 0, 100], 0.9)
    assert found.reason.tolist() == [None, NoTest.NO_ANSWERS, None]
    for field in TARGET.values():
        values = getattr(found, field)
        assert np.isnan(values).tolist() == [False, True, False]
        assert values[2] == getattr(target_test(85, 100, 0.9), field)


def test_units_without_answers_alone_have_no_test() -> None:
    found = target_test([0, 0], [0, 0], 0.9)
    assert np.isnan(found.p_two_sided).all()
    assert found.reason.tolist() == [NoTest.NO_ANSWERS] * 2


def test_a_rate_that_is_the_target_is_as_probable_as_can_be() -> None:
    assert target_test([9, 90, 900], [10, 100, 1000], 0.9).p_two_sided.tolist() == [1] * 3


def test_the_bounds_are_at_the_level_asked_for() -> None:
    found = target_test(9, 10, 0.9, level=0.975)
    # qbeta(0.025, 9, 2) and qbeta(0.975, 10, 1): the limits of the two-sided 95 % interval
    assert [float(found.lower_bound), float(found.upper_bound)] == pytest.approx([0.554983883, 0.997471421], abs=1e-9)
    for level in (0.5, 1):
        with pytest.raises(ValueError, match="level"):
            target_test(9, 10, 0.9, level=level)


@pytest.mark.parametrize("target", [0, 1, 90])
def test_an_impossible_target_is_refused(target: float) -> None:
    with pytest.raises(ValueError, match="target"):
        target_test(9, 10, target)


def test_half_answers_are_refused() -> None:
    for refused in (
        lambda: target_test(1.5, 2, 0.9),
        lambda: two_rates(1.5, 2, 1, 2),
        lambda: two_rates(1, 2, 1.5, 2),
        lambda: trend([1.5, 1], [2, 2], [1, 2]),
    ):
        with pytest.raises(ValueError, match="whole"):
            refused()


# --- two rates

TWO = {key: key for key in ("difference", "chi2", "p_two_sided", "chi2_cc", "p_two_sided_cc", "fisher_p")}


def sample_of(case: Case) -> tuple[int, int, int, int]:
    return tuple(case["inputs"][key] for key in ("x1", "n1", "x2", "n2"))  # type: ignore[return-value]  # four of them


@pytest.mark.parametrize("case", of_kind("two_sample"), ids=title)
def test_the_tests_of_two_rates_are_those_of_r(case: Case) -> None:
    assert set(case["expected"]) == {*TWO, "ci"}  # the intervals: test_differences
    found = two_rates(*sample_of(case))
    check(case, found, TWO)
    assert found.reason.item() is (NoTest.NO_VARIATION if case["expected"]["chi2"] is None else None)


two_samples = st.tuples(st.integers(1, 80), st.integers(1, 80)).flatmap(
    lambda n: st.tuples(st.integers(0, n[0]), st.just(n[0]), st.integers(0, n[1]), st.just(n[1]))
)


@given(two_samples)
def test_the_exact_test_is_that_of_scipy(sample: tuple[int, int, int, int]) -> None:
    x1, n1, x2, n2 = sample
    wanted = fisher_exact([[x1, n1 - x1], [x2, n2 - x2]]).pvalue
    assert float(two_rates(x1, n1, x2, n2).fisher_p) == pytest.approx(wanted, rel=1e-9)


@given(two_samples)
def test_the_order_of_the_samples_changes_only_the_sign(sample: tuple[int, int, int, int]) -> None:
    x1, n1, x2, n2 = sample
    one, other = two_rates(x1, n1, x2, n2), two_rates(x2, n2, x1, n1)
    assert float(one.difference) == -float(other.difference)
    for field in ("chi2", "p_two_sided", "chi2_cc", "p_two_sided_cc", "fisher_p"):
        assert float(getattr(one, field)) == pytest.approx(float(getattr(other, field)), rel=1e-9, nan_ok=True)
    assert np.isnan(one.chi2) or one.chi2_cc <= one.chi2


def test_many_pairs_at_once_and_empty_ones() -> None:
    found = two_rates([[95], [0], [100]], [[100], [0], [100]], [85, 100], [100, 100])
    assert found.chi2.shape == found.fisher_p.shape == (3, 2)
    assert found.reason.tolist() == [[None] * 2, [NoTest.NO_ANSWERS] * 2, [None, NoTest.NO_VARIATION]]
    assert np.isnan(found.fisher_p).tolist() == [[False] * 2, [True] * 2, [False] * 2]
    assert found.fisher_p[2, 1] == 1
    assert found.chi2[0, 0] == two_rates(95, 100, 85, 100).chi2


# --- many tests


@pytest.mark.parametrize("method", ADJUSTMENTS)
@pytest.mark.parametrize("case", of_kind("multiplicity"), ids=title)
def test_the_adjustment_is_that_of_r(case: Case, method: str) -> None:
    inputs, expected = case["inputs"], case["expected"]
    assert set(expected) == {"p", *ADJUSTMENTS}
    p: Any = inputs.get("p")
    if p is None:
        tested = target_test(inputs["x"], inputs["n"], case["params"]["target"])
        p = tested.p_less
        nobody = [wanted is None for wanted in expected["p"]]
        assert (tested.reason == NoTest.NO_ANSWERS).tolist() == nobody
    for found, wanted in ((np.asarray(p), expected["p"]), (adjust(p, method), expected[method])):
        numbers = np.array([math.nan if value is None else value for value in wanted])
        assert np.isnan(found).tolist() == np.isnan(numbers).tolist()
        assert found.tolist() == pytest.approx(numbers.tolist(), abs=1e-9, rel=1e-9, nan_ok=True)


@given(st.lists(st.one_of(st.floats(0, 1), st.just(math.nan)), max_size=30), st.sampled_from(ADJUSTMENTS), st.randoms())
def test_the_order_of_the_units_changes_nothing(p: list[float], method: str, random: Any) -> None:
    order = random.sample(range(len(p)), len(p))
    found, shuffled = adjust(p, method), adjust([p[i] for i in order], method)
    assert [found[i] for i in order] == pytest.approx(shuffled.tolist(), nan_ok=True)
    known = ~np.isnan(found)
    assert (known == ~np.isnan(np.array(p, float))).all()
    assert (found[known] >= np.array(p, float)[known] - 1e-15).all()
    assert (found[known] <= 1).all()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_the_false_discovery_rate_is_that_of_scipy(p: list[float]) -> None:
    for method in ("BH", "BY"):
        assert adjust(p, method).tolist() == pytest.approx(false_discovery_control(p, method=method).tolist())


@pytest.mark.parametrize(("p", "method"), [([0.1], "sidak"), ([[0.1]], "holm"), ([-0.1], "holm"), ([0.5, 1.1], "BH")])
def test_nonsense_is_refused(p: Any, method: str) -> None:
    with pytest.raises(ValueError, match=r"method|p values"):
        adjust(p, method)


# --- trend

TREND = {key: key for key in ("chi2", "p_two_sided", "z", "p_increasing", "p_decreasing")}


@pytest.mark.parametrize("case", of_kind("trend"), ids=title)
def test_the_trend_is_that_of_r(case: Case) -> None:
    assert set(case["expected"]) == set(TREND)
    found = trend(case["inputs"]["x"], case["inputs"]["n"], case["inputs"]["scores"])
    check(case, found, TREND)
    assert found.reason.item() is (NoTest.NO_VARIATION if case["expected"]["z"] is None else None)


def test_the_trends_of_many_units_at_once() -> None:
    satisfied = [[170, 176, 184], [0, 0, 0], [5, 0, 0], [9, 8, 10], [0, 5, 9], [3, 3, 3]]
    asked = [[200, 200, 200], [0, 0, 0], [9, 0, 0], [10, 10, 10], [0, 10, 10], [3, 3, 3]]
    found = trend(satisfied, asked, [2022.1, 2023.1, 2024.1])
    assert found.reason.tolist() == [None, NoTest.NO_ANSWERS, NoTest.NO_VARIATION, None, None, NoTest.NO_VARIATION]
    for field in TREND:
        values = getattr(found, field)
        assert np.isnan(values).tolist() == [reason is not None for reason in found.reason]
        assert values[3] == pytest.approx(float(getattr(trend([9, 8, 10], [10, 10, 10], [1, 2, 3]), field)))
    # a year without answers counts nothing; two years are the comparison of two rates
    assert found.chi2[4] == pytest.approx(float(two_rates(5, 10, 9, 10).chi2))


def test_one_year_with_answers_is_no_trend_whatever_the_others_have() -> None:
    # 3 * 2024.1 / 3 is not 2024.1: only the years that count tell that there is one place
    found = trend([[3, 4, 5], [0, 0, 1]], [[5, 5, 5], [0, 0, 3]], [2022.1, 2023.1, 2024.1])
    assert found.reason.tolist() == [None, NoTest.NO_VARIATION]


@given(st.lists(st.integers(1, 50), min_size=2, max_size=6), st.data(), st.floats(0.1, 10), st.floats(-100, 100))
def test_scale_and_origin_of_the_scores_change_nothing(
    asked: list[int], data: st.DataObject, scale: float, origin: float
) -> None:
    satisfied = [data.draw(st.integers(0, n)) for n in asked]
    assume(0 < sum(satisfied) < sum(asked))
    years = np.arange(len(asked))
    found, moved = trend(satisfied, asked, years), trend(satisfied, asked, origin + scale * years)
    assert float(moved.z) == pytest.approx(float(found.z), abs=1e-6)
    assert float(trend(satisfied, asked, -years).z) == pytest.approx(-float(found.z), abs=1e-9)


def test_a_score_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        trend([1, 2], [3, 3], [1, math.nan])
