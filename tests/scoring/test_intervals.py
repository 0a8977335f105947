import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import stdtrit

from scoring.intervals import effective_n_finite, mean_t, normal_quantile, student_share, wilson
from tests.scoring.references import Case, cases, close

LEVELS = ("0.90", "0.95", "0.99")
levels = st.floats(0.5, 0.999)
sizes = st.integers(1, 5000)


def title(case: Case) -> str:
    return str(case["title"])


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("case", cases("binomial_ci"), ids=title)
def test_wilson_is_that_of_r(case: Case, level: str) -> None:
    inputs, expected = case["inputs"], case["expected"]
    answers = [answer for answer in inputs.get("answers", ()) if answer is not None]
    n = len(answers) or inputs["n"]
    x = sum(answer >= case["params"]["satisfied_from"] for answer in answers) if answers else inputs["x"]
    lower, upper = wilson(x / n if n else math.nan, n, float(level))
    wanted = [math.nan if limit is None else limit for limit in expected["ci"][level]["wilson"]]
    assert [float(lower), float(upper)] == pytest.approx(wanted, abs=case["tolerance"]["abs"], nan_ok=True)


def test_wilson_works_on_many_cells_at_once() -> None:
    lower, upper = wilson([0.0, 0.5, 1.0], [[10], [100]])
    assert lower.shape == upper.shape == (2, 3)
    assert (lower[:, 0] == 0).all()
    assert (upper[:, 2] == 1).all()
    assert wilson(0.5, 100)[0] == lower[1, 1]


def test_nobody_asked_gives_no_interval_and_a_census_no_width() -> None:
    assert np.isnan(wilson(0.5, 0)).all()
    assert np.isnan(wilson(math.nan, 10)).all()
    assert [float(limit) for limit in wilson(0.87, math.inf)] == [0.87, 0.87]
    assert [float(limit) for limit in wilson(1, math.inf)] == [1, 1]


@pytest.mark.parametrize(("rate", "n"), [(-0.01, 10), (1.01, 10), (0.5, -1), ([0.5, 2], 10)])
def test_impossible_counts_are_refused(rate: float, n: float) -> None:
    with pytest.raises(ValueError, match="must"):
        wilson(rate, n)


@pytest.mark.parametrize("level", [0, 1, -0.5, 95])
def test_an_impossible_level_is_refused(level: float) -> None:
    with pytest.raises(ValueError, match="level"):
        normal_quantile(level)
    with pytest.raises(ValueError, match="level"):
        wilson(0.5, 10, level)
    with pytest.raises(ValueError, match="level"):
        mean_t(1, 1, 10, level)


@given(st.data(), sizes, levels)
def test_an_interval_holds_its_rate_inside_0_and_1(data: st.DataObject, n: int, level: float) -> None:
    p = data.draw(st.integers(0, n)) / n
    lower, upper = wilson(p, n, level)
    assert 0 <= lower <= p <= upper <= 1


@given(st.data(), sizes, levels, levels)
def test_a_higher_level_is_wider_and_more_answers_narrower(
    data: st.DataObject, n: int, level: float, other: float
) -> None:
    p = data.draw(st.integers(0, n)) / n
    low, high = sorted((level, other))
    near, far = wilson(p, n, low), wilson(p, n, high)
    assert far[0] <= near[0] + 1e-12
    assert near[1] <= far[1] + 1e-12
    more = wilson(p, n + 1, level)
    less = wilson(p, n, level)
    assert more[1] - more[0] < less[1] - less[0]


@given(st.data(), sizes, levels)
def test_the_satisfied_and_the_others_mirror_each_other(data: st.DataObject, n: int, level: float) -> None:
    x = data.draw(st.integers(0, n))
    lower, upper = wilson(x / n, n, level)
    mirrored = wilson((n - x) / n, n, level)
    assert [1 - float(mirrored[1]), 1 - float(mirrored[0])] == pytest.approx([float(lower), float(upper)], abs=1e-12)


# --- means


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("case", cases("finite_population"), ids=title)
def test_the_interval_of_a_mean_is_that_of_r(case: Case, level: str) -> None:
    expected = case["expected"]
    wanted = expected["ci"][level].get("mean")
    variance = math.nan if expected["se"] is None else expected["se"] ** 2
    lower, upper = mean_t(expected["estimate"], variance, expected["df"], float(level))
    if wanted is None:
        assert math.isnan(lower)
        assert math.isnan(upper)
    else:
        assert [float(lower), float(upper)] == close(case, wanted)


@pytest.mark.parametrize("df", [0, -1, math.nan])
def test_one_answer_gives_no_interval_of_a_mean(df: float) -> None:
    assert np.isnan(mean_t(15.0, 0.25, df)).all()


def test_means_of_many_cells_at_once() -> None:
    lower, upper = mean_t([15.0, 20.0], [0.25, 0.0], [24, 24], 0.9)
    # 15 ± 1.710882 · 0.5: the 95 % point of Student's t with 24 degrees of freedom
    assert lower.tolist() == pytest.approx([14.144559, 20.0], abs=1e-6)
    assert upper.tolist() == pytest.approx([15.855441, 20.0], abs=1e-6)


# --- finite populations


@pytest.mark.parametrize("case", [case for case in cases("finite_population") if case["expected"]["se"]], ids=title)
def test_the_corrected_standard_error_is_that_of_r(case: Case) -> None:
    n, size, p = case["inputs"]["n"], case["inputs"]["N"], case["expected"]["estimate"]
    worth = float(effective_n_finite(n, n, size))
    # R divides by n - 1 and N where the variance of the true proportion has n and N - 1.
    as_in_r = p * (1 - p) / worth * n / (n - 1) * (size - 1) / size
    assert math.sqrt(as_in_r) == close(case, case["expected"]["se"])


def test_a_census_has_no_sampling_error() -> None:
    assert effective_n_finite(50, 50, 50) == math.inf
    assert effective_n_finite(40, 50, 50) == math.inf  # everybody was asked, ten left this question blank


def test_more_respondents_than_dossiers_prove_nothing() -> None:
    assert effective_n_finite(60, 60, 59) == 60
    assert effective_n_finite(60, 60, 0) == 60


def test_an_unknown_population_changes_nothing() -> None:
    assert effective_n_finite([5, 0], [5, 5], math.nan).tolist() == [5, 0]
    assert effective_n_finite(0, 5, 5) == 0


@given(st.integers(1, 1000), st.data())
def test_the_more_of_the_population_answers_the_more_an_answer_is_worth(n: int, data: st.DataObject) -> None:
    larger = data.draw(st.integers(n + 1, 20_000))
    smaller = data.draw(st.integers(n, larger - 1))
    assert n <= effective_n_finite(n, n, larger) <= effective_n_finite(n, n, smaller)


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_the_student_share_puts_the_student_quantile_into_a_wilson_interval(level: float) -> None:
    p, n, df = 0.87, 40.0, 11
    lower, upper = wilson(p, n * student_share(df, level), level)
    t = stdtrit(df, (1 + level) / 2)
    for limit in (float(lower), float(upper)):  # the score equation that Wilson's limits solve
        assert abs(p - limit) == pytest.approx(t * math.sqrt(limit * (1 - limit) / n), abs=1e-12)
    assert np.isnan(student_share([0, -1, math.nan], level)).all()
    assert float(student_share(1e9, level)) == pytest.approx(1, abs=1e-6)


def test_the_student_share_begins_at_one_degree_of_freedom_and_ends_at_1() -> None:
    # the 97.5 % points of Student's t with 1 degree of freedom, with 2, and of the normal distribution
    t1, t2, z = 12.706205, 4.302653, 1.959964
    assert student_share([1, 2, math.inf]).tolist() == pytest.approx([(z / t1) ** 2, (z / t2) ** 2, 1], rel=1e-6)
