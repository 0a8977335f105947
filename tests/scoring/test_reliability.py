import math
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from scoring.reliability import (
    NoReliability,
    Reliability,
    covariance_from_sums,
    from_covariance,
    pairwise_covariance,
    reliability,
)
from tests.scoring.rated import as_in_r, items
from tests.scoring.references import Case, cases, close

nan = math.nan
tables = arrays(
    float, st.tuples(st.integers(2, 12), st.integers(2, 5)), elements=st.sampled_from((1.0, 2.0, 3.0, 4.0, 5.0, nan))
)


def title(case: Case) -> str:
    return str(case["title"])


@pytest.mark.parametrize("case", cases("reliability"), ids=title)
def test_alpha_and_the_items_are_those_of_r(case: Case) -> None:
    expected = case["expected"]
    found = reliability(items(case))
    assert (found.n, len(found.items)) == (expected["n_complete"], expected["n_items"])
    assert found.alpha == as_in_r(case, expected["alpha"])
    assert (found.reason is None) == (expected["alpha"] is not None)
    assert found.pairwise == as_in_r(case, expected.get("alpha_pairwise", expected["alpha"]))
    assert found.standardized == as_in_r(case, expected.get("alpha_standardized"))
    if limits := expected.get("feldt_ci_95"):
        assert found.interval is not None
        assert [found.interval.lower, found.interval.upper] == close(case, limits)
    else:
        assert found.interval is None
    none = [None] * len(found.items)
    assert [item.rest for item in found.items] == [as_in_r(case, r) for r in expected.get("item_rest_r", none)]
    dropped = expected.get("alpha_if_dropped", none)
    assert [item.alpha_if_dropped for item in found.items] == [as_in_r(case, alpha) for alpha in dropped]
    for item in found.items:
        assert (item.rest is None) == (item.rest_reason is not None)
        assert (item.alpha_if_dropped is None) == (item.dropped_reason is not None)


@pytest.mark.parametrize("case", cases("reliability"), ids=title)
def test_the_covariance_alone_gives_the_same(case: Case) -> None:
    table = items(case)
    complete = table[~np.isnan(table).any(axis=1)]
    found, whole = from_covariance(np.cov(complete, rowvar=False)), reliability(table)
    assert (found.n, found.interval, found.pairwise) == (None, None, None)
    assert found.reason == whole.reason
    assert found.alpha == as_in_r(case, whole.alpha)
    assert found.standardized == as_in_r(case, whole.standardized)


def test_reasons_tell_what_is_missing() -> None:
    constant, one, nobody = (
        reliability([[5, 5], [5, 5], [5, 5]]),
        reliability([[1], [2]]),
        reliability([[1, nan], [nan, 2]]),
    )
    assert [found.reason for found in (constant, one, nobody)] == [
        NoReliability.NO_VARIANCE,
        NoReliability.TOO_FEW_ITEMS,
        NoReliability.TOO_FEW_ANSWERS,
    ]
    assert [found.items[0].rest_reason for found in (constant, one, nobody)] == [
        NoReliability.NO_VARIANCE,
        NoReliability.TOO_FEW_ITEMS,
        NoReliability.TOO_FEW_ANSWERS,
    ]
    assert constant.items[0].dropped_reason is NoReliability.TOO_FEW_ITEMS
    assert nobody.n == 0
    assert nobody.interval is None


def test_an_unknown_pair_is_no_number() -> None:
    found = from_covariance([[1, nan, 0.5], [nan, 1, 0.5], [0.5, 0.5, 1]])
    assert (found.alpha, found.standardized, found.reason) == (None, None, NoReliability.TOO_FEW_ANSWERS)
    assert [item.rest for item in found.items] == [None] * 3
    assert {item.rest_reason for item in found.items} == {NoReliability.TOO_FEW_ANSWERS}
    assert [item.alpha_if_dropped for item in found.items] == [pytest.approx(2 / 3), pytest.approx(2 / 3), None]
    assert found.items[2].dropped_reason is NoReliability.TOO_FEW_ANSWERS


def test_items_that_cancel_out_have_no_alpha() -> None:
    found = from_covariance([[1.0, -1.0], [-1.0, 1.0]], n=10)
    assert (found.alpha, found.reason) == (None, NoReliability.NO_VARIANCE)
    assert found.items[0].rest == -1


def test_the_same_question_twice_is_as_consistent_as_can_be() -> None:
    found = reliability([[1, 1], [4, 4], [5, 5]])
    assert found.alpha == pytest.approx(1)
    assert found.interval is not None
    assert [found.interval.lower, found.interval.upper] == pytest.approx([1, 1])


@pytest.mark.parametrize("matrix", [[1.0, 2.0], [[1.0, 0.5]], [[1.0, 0.5], [0.1, 1.0]]])
def test_what_is_no_covariance_is_refused(matrix: list[object]) -> None:
    with pytest.raises(ValueError, match="square"):
        from_covariance(np.array(matrix))


def test_what_is_no_table_or_no_level_is_refused() -> None:
    with pytest.raises(ValueError, match="table"):
        reliability([1, 2, 3])
    for level in (-0.1, 0, 1, 1.5, 95):
        with pytest.raises(ValueError, match="level"):
            reliability([[1, 2], [2, 1]], level=level)
    with pytest.raises(ValueError, match="respondents"):
        from_covariance([[1, 0], [0, 1]], n=1)


def test_sums_of_cells_add_up_to_the_covariance_of_all() -> None:
    table = np.random.default_rng(1).integers(1, 6, (60, 3)).astype(float)
    table[::7, 1] = nan
    given = ~np.isnan(table)
    filled = np.where(given, table, 0)
    n, sums, products = (
        sum(first[cell].T @ second[cell] for cell in (slice(0, 20), slice(20, 60)))
        for first, second in ((given.astype(float), given.astype(float)), (filled, given), (filled, filled))
    )
    covariance, pairs = pairwise_covariance(table)
    assert pairs.tolist() == np.asarray(n).tolist()
    assert covariance_from_sums(n, sums, products) == pytest.approx(covariance, abs=1e-12)
    both = ~np.isnan(table[:, 1])
    assert covariance[0, 1] == pytest.approx(np.cov(table[both, 0], table[both, 1])[0, 1])


def test_two_who_answered_both_have_a_covariance_and_one_has_none() -> None:
    covariance, n = pairwise_covariance([[1, 2, nan], [3, 1, 5], [2, nan, 2]])
    assert n.tolist() == [[3, 2, 2], [2, 2, 1], [2, 1, 2]]
    wanted = [[1, -1, 1.5], [-1, 0.5, nan], [1.5, nan, 4.5]]
    for row, expected in zip(covariance.tolist(), wanted, strict=True):
        assert row == pytest.approx(expected, nan_ok=True)


def figures(found: Reliability) -> list[float]:
    values = [found.alpha, found.standardized, found.pairwise, *(item.rest for item in found.items)]
    return [nan if value is None else value for value in values]


@given(tables, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_a_shift_of_the_scale_change_nothing(table: NDArray[np.float64], random: Random) -> None:
    order = list(range(len(table)))
    random.shuffle(order)
    wanted = figures(reliability(table))
    for other in (table[order], table + 10):
        assert figures(reliability(other)) == pytest.approx(wanted, rel=1e-6, abs=1e-6, nan_ok=True)


@given(st.integers(1, 9), st.integers(3, 500), st.floats(0.5, 0.99), st.floats(0.5, 0.99))
def test_the_interval_holds_alpha_and_grows_with_the_level(tenth: int, n: int, one: float, two: float) -> None:
    matrix = np.full((4, 4), tenth / 10)
    np.fill_diagonal(matrix, 1)
    near, far = (from_covariance(matrix, n=n, level=level).interval for level in sorted((one, two)))
    alpha = from_covariance(matrix).alpha
    assert near is not None
    assert far is not None
    assert alpha is not None
    assert far.lower <= near.lower <= alpha <= near.upper <= far.upper <= 1
