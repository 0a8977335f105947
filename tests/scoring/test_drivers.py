import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.stats import kendalltau, spearmanr

from scoring.drivers import (
    Association,
    NoAssociation,
    Quadrant,
    association,
    associations,
    driver_order,
    priority_matrix,
)
from tests.scoring.rated import as_in_r, items, overall
from tests.scoring.references import Case, cases

CASES = [case for case in cases("reliability") if "drivers" in case["expected"]]
nan = math.nan
scores = st.floats(-1, 1).map(lambda score: round(score, 2))


def title(case: Case) -> str:
    return str(case["title"])


@pytest.mark.parametrize("case", CASES, ids=title)
def test_drivers_are_those_of_r(case: Case) -> None:
    whole = overall(case)
    assert whole is not None
    found = associations(items(case), whole)
    for one, wanted in zip(found, case["expected"]["drivers"], strict=True):
        assert one.n == wanted["n"]
        assert one.spearman == as_in_r(case, wanted["spearman"])
        assert one.p == as_in_r(case, wanted["p"])
        assert one.tau_b == as_in_r(case, wanted["kendall_tau_b"])
        assert (one.reason is None) == (wanted["p"] is not None)
    names = case["params"]["items"]
    assert [names[i] for i in driver_order(found)] == case["expected"]["driver_order"]


def test_reasons_tell_what_is_missing() -> None:
    constant, perfect, two, one, nobody = associations(
        [[4, 1, 1, 1, nan], [4, 2, 2, nan, nan], [4, 3, nan, nan, 1]], [1, 2, nan]
    )[:5]
    assert constant == Association(n=2, spearman=None, p=None, tau_b=None, reason=NoAssociation.NO_VARIANCE)
    assert (perfect.spearman, perfect.p, perfect.reason) == (pytest.approx(1), None, NoAssociation.TOO_FEW_ANSWERS)
    assert two == perfect
    assert one == Association(n=1, spearman=None, p=None, tau_b=None, reason=NoAssociation.TOO_FEW_ANSWERS)
    assert nobody.n == 0
    assert nobody.reason is NoAssociation.TOO_FEW_ANSWERS
    assert associations([[1], [2], [3]], [3, 2, 1])[0] == Association(
        n=3, spearman=pytest.approx(-1), p=None, tau_b=-1, reason=NoAssociation.PERFECT_ORDER
    )
    assert associations([[1], [2], [3]], [4, 4, 4])[0].reason is NoAssociation.NO_VARIANCE
    assert driver_order([constant, one]) == ()


def test_answers_must_belong_to_the_same_respondents() -> None:
    for table, whole in (([[1], [2]], [1]), ([1, 2], [1, 2])):
        with pytest.raises(ValueError, match="row"):
            associations(table, whole)


@pytest.mark.parametrize("table", [[1, 2], [[1, -1], [1, 1]], [[1, nan], [1, 1]]])
def test_what_is_no_cross_table_is_refused(table: list[object]) -> None:
    with pytest.raises(ValueError, match="cross table"):
        association(np.array(table))


@given(arrays(float, st.tuples(st.integers(3, 25), st.just(2)), elements=st.integers(1, 5).map(float)))
def test_they_are_those_of_scipy(table: NDArray[np.float64]) -> None:
    found = associations(table[:, :1], table[:, 1])[0]
    if found.spearman is None:
        assert found.reason is NoAssociation.NO_VARIANCE
        assert (np.ptp(table, axis=0) == 0).any()
        return
    wanted = spearmanr(table[:, 0], table[:, 1])
    assert found.spearman == pytest.approx(wanted.statistic, abs=1e-12)
    assert found.tau_b == pytest.approx(kendalltau(table[:, 0], table[:, 1]).statistic, abs=1e-12)
    if found.p is None:
        assert abs(found.spearman) == pytest.approx(1)
    else:
        assert found.p == pytest.approx(wanted.pvalue, rel=1e-6, abs=1e-12)


@given(arrays(int, st.tuples(st.integers(2, 4), st.integers(2, 4)), elements=st.integers(0, 6)))
def test_both_sides_of_the_table_are_alike_and_turning_one_turns_the_sign(table: NDArray[np.int64]) -> None:
    found, across, turned = association(table), association(table.T), association(table[::-1])
    assert (found.n, found.reason) == (across.n, across.reason) == (turned.n, turned.reason)
    if found.spearman is not None and found.tau_b is not None:
        assert [across.spearman, across.tau_b] == pytest.approx([found.spearman, found.tau_b], abs=1e-12)
        assert [turned.spearman, turned.tau_b] == pytest.approx([-found.spearman, -found.tau_b], abs=1e-12)


# --- priorities


def test_items_without_importance_or_performance_have_no_quadrant() -> None:
    found = priority_matrix([0.6, None, 0.2, 0.1], [0.5, 0.9, nan, 0.7])
    assert found.quadrants == (Quadrant.IMPROVE, None, None, Quadrant.ENOUGH)
    assert found.importance == pytest.approx(0.35)
    assert found.performance == pytest.approx(0.6)
    nothing = priority_matrix([None], [0.5])
    assert (nothing.importance, nothing.performance, nothing.quadrants) == (None, None, (None,))
    with pytest.raises(ValueError, match="same items"):
        priority_matrix([0.5], [0.5, 0.6])


def test_equal_items_are_all_at_the_mean() -> None:
    assert priority_matrix([0.1] * 3, [0.7] * 3).quadrants == (Quadrant.KEEP,) * 3


@given(st.lists(st.tuples(scores, scores), min_size=1, max_size=8))
def test_turning_both_scales_turns_the_quadrants(pairs: list[tuple[float, float]]) -> None:
    found = priority_matrix(*zip(*pairs, strict=True))
    assert found.importance is not None
    assert found.performance is not None
    turned = priority_matrix([-i for i, _ in pairs], [-p for _, p in pairs])
    opposite = {Quadrant.IMPROVE: Quadrant.ENOUGH, Quadrant.KEEP: Quadrant.WATCH}
    opposite |= {other: one for one, other in opposite.items()}
    for (i, p), one, other in zip(pairs, found.quadrants, turned.quadrants, strict=True):
        if abs(i - found.importance) > 1e-9 and abs(p - found.performance) > 1e-9:
            assert one is not None
            assert other is opposite[one]
