import math
from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import hypergeom

from scoring.binomial import clopper_pearson
from scoring.finite import NoStatement, hypergeometric, hypergeometric_test, probabilities
from tests.scoring.references import Case, cases, close

LEVELS = ("0.90", "0.95", "0.99")
TESTS = [case for case in cases("tests") if case["params"]["kind"] == "hypergeometric_exact"]


def title(case: Case) -> str:
    return f"{case['id']} {case['title']}"


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("case", cases("finite_population"), ids=title)
def test_the_exact_interval_is_that_of_r(case: Case, level: str) -> None:
    inputs, wanted = case["inputs"], case["expected"]["ci"][level]
    found = hypergeometric(inputs["x"], inputs["n"], inputs["N"], float(level))
    assert [float(found.lower_count), float(found.upper_count)] == wanted["hypergeometric_count"]
    assert [float(found.lower), float(found.upper)] == close(case, wanted["hypergeometric"])
    assert found.reason.item() is None


@pytest.mark.parametrize("case", TESTS, ids=title)
def test_the_exact_test_is_that_of_r(case: Case) -> None:
    inputs, expected = case["inputs"], case["expected"]
    found = hypergeometric_test(inputs["x"], inputs["n"], inputs["N"], case["params"]["target"])
    assert float(found.boundary_count) == close(case, expected["boundary_count"])
    assert float(found.p_greater) == close(case, expected["p_greater"])
    assert float(found.p_less) == close(case, expected["p_less"])
    assert found.reason.item() is None


def test_there_are_cases() -> None:
    assert len(TESTS) == 6


drawn = st.integers(1, 60).flatmap(lambda size: st.tuples(st.just(size), st.integers(1, size)))


@given(drawn, st.data(), st.fractions(Fraction(1, 2), Fraction(99, 100)))
def test_the_interval_is_the_set_of_totals_that_stand(
    size_and_n: tuple[int, int], data: st.DataObject, level: Fraction
) -> None:
    size, n = size_and_n
    x = data.draw(st.integers(0, n))
    half, everybody = (1 - level) / 2, comb(size, n)

    def chance(total: int, counts: range) -> Fraction:
        return Fraction(sum(comb(total, k) * comb(size - total, n - k) for k in counts if k <= n), everybody)

    tails = [(m, chance(m, range(x, n + 1)), chance(m, range(x + 1))) for m in range(x, size - n + x + 1)]
    # a tail within rounding of half the error, but not equal to it, is nobody's concern
    assume(all(tail == half or abs(tail - half) > half * Fraction(1, 10**9) for _, *both in tails for tail in both))
    standing = [m for m, above, below in tails if above > half and below > half]
    found = hypergeometric(x, n, size, float(level))
    assert (found.lower_count, found.upper_count) == (min(standing), max(standing))


@given(drawn, st.data(), st.integers(0, 60))
def test_the_p_values_are_those_of_the_distribution(
    size_and_n: tuple[int, int], data: st.DataObject, total: int
) -> None:
    size, n = size_and_n
    x, total = data.draw(st.integers(0, n)), min(total, size)
    found = hypergeometric_test(x, n, size, total / size)
    assert found.p_greater == pytest.approx(hypergeom.sf(x - 1, size, total, n), abs=1e-12)
    assert found.p_less == pytest.approx(hypergeom.cdf(x, size, total, n), abs=1e-12)


def test_a_target_between_two_people_is_tested_on_both_sides_of_it() -> None:
    found = hypergeometric_test(8, 8, 9, 0.9)  # 8.1 people: above it is 9, at most 8 is not above
    assert found.p_greater == pytest.approx(hypergeom.sf(7, 9, 8, 8))
    assert found.p_less == 1
    assert hypergeometric_test(6, 8, 9, 0.9).p_less == 0  # at least 9 of 9 cannot be


def test_a_tail_equal_to_half_the_error_rejects() -> None:
    # one of twenty drawn, satisfied: P(X >= 1 | M = 1) = 1 / 20 exactly
    assert hypergeometric(1, 1, 20, 0.9).lower_count == 2
    assert hypergeometric(1, 1, 20, 0.8999).lower_count == 2
    assert hypergeometric(1, 1, 20, 0.9001).lower_count == 1


def test_tiny_p_values_keep_their_digits() -> None:
    found = hypergeometric_test([0, 60], 60, 200, 0.5)
    exact = Fraction(comb(100, 60), comb(200, 60))
    assert found.p_less[0] == pytest.approx(float(exact), rel=1e-9)
    assert found.p_greater[1] == pytest.approx(float(exact), rel=1e-9)


def test_a_census_has_no_width_and_no_doubt() -> None:
    found = hypergeometric([0, 27, 30], 30, 30, 0.99)
    assert found.lower_count.tolist() == found.upper_count.tolist() == [0, 27, 30]
    decided = hypergeometric_test([26, 27, 28], 30, 30, 0.9)
    assert decided.p_greater.tolist() == [1, 1, 0]
    assert decided.p_less.tolist() == [0, 1, 1]


def test_a_large_population_comes_near_the_unlimited_one() -> None:
    found = hypergeometric(347, 385, 1_000_000)
    limits = [float(limit) for limit in clopper_pearson(347, 385)]
    assert [float(found.lower), float(found.upper)] == pytest.approx(limits, abs=2e-5)


def test_where_nothing_exact_can_be_said_there_is_the_reason() -> None:
    x, n, size = [9, 0, 9, math.nan, 9], [10, 0, 10, 10, 10], [50, 50, math.nan, 50, 9]
    found, tested = hypergeometric(x, n, size), hypergeometric_test(x, n, size, 0.9)
    reasons = [
        None,
        NoStatement.NO_ANSWERS,
        NoStatement.POPULATION_UNKNOWN,
        NoStatement.NO_ANSWERS,
        NoStatement.MORE_ANSWERS_THAN_POPULATION,
    ]
    assert found.reason.tolist() == tested.reason.tolist() == reasons
    nothing = [False, True, True, True, True]
    for values in (found.lower, found.upper, found.lower_count, found.upper_count, tested.p_greater, tested.p_less):
        assert np.isnan(values).tolist() == nothing


def test_no_dossiers_at_all_is_a_wrong_number_not_an_error() -> None:
    found = hypergeometric([5, 0], [5, 0], 0)
    assert found.reason.tolist() == [NoStatement.MORE_ANSWERS_THAN_POPULATION, NoStatement.NO_ANSWERS]


def test_cells_are_broadcast() -> None:
    found = hypergeometric([[5], [9]], 10, [20, 50, 400])
    assert found.lower.shape == found.reason.shape == (2, 3)
    assert found.lower[1, 2] == hypergeometric(9, 10, 400).lower


@pytest.mark.parametrize("size", [-1, 20.5, math.inf])
def test_impossible_populations_are_refused(size: float) -> None:
    with pytest.raises(ValueError, match="population"):
        hypergeometric(5, 10, size)


def test_impossible_counts_levels_and_targets_are_refused() -> None:
    with pytest.raises(ValueError, match="whole"):
        hypergeometric(5.5, 10, 50)
    with pytest.raises(ValueError, match="between 0"):
        hypergeometric(11, 10, 50)
    for level in (0, 1):
        with pytest.raises(ValueError, match="level"):
            hypergeometric(5, 10, 50, level)
    for target in (-0.1, 1.1):
        with pytest.raises(ValueError, match="target"):
            hypergeometric_test(5, 10, 50, target)


def test_probabilities_add_to_1_even_where_most_vanish() -> None:
    found = probabilities(np.full(10_000, 0.5))
    assert found.sum() == pytest.approx(1)
    assert found[:2].tolist() == pytest.approx([0.5, 0.25])
