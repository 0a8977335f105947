import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.intervals import student_share, wilson
from scoring.ranking import NoRank
from scoring.results import COMPOSITE, Estimate, Interval, Reason
from scoring.standings import rank
from tests.scoring.references import Case, cases

NOBODY = Estimate(value=None, n=0, reason=Reason.NO_ANSWERS)


def unit(rate: float, n: int, *, floor: float = 0.0, worth: float | None = None, df: float | None = None) -> Estimate:
    interval = Interval(lower=floor, upper=1, level=0.95, method="wilson" if df is None else COMPOSITE)
    return Estimate(value=rate, n=n, effective_n=n if worth is None else worth, df=df, interval=interval, floor=floor)


def spans(*estimates: Estimate, level: float = 0.95) -> list[tuple[int | None, int | None]]:
    return [(found.best, found.worst) for found in rank(estimates, level=level)]


def test_the_order_of_units_far_apart_is_sure_and_of_others_open() -> None:
    assert spans(unit(0.95, 900), unit(0.7, 900), unit(0.72, 400)) == [(1, 1), (2, 3), (2, 3)]
    assert spans(unit(0.95, 9), unit(0.9, 9), unit(0.8, 9)) == [(1, 3)] * 3


def test_a_single_answer_may_have_any_rank_and_no_answer_none() -> None:
    lone = Estimate(value=1.0, n=1, reason=Reason.TOO_FEW_FOR_INTERVAL)
    found = rank([unit(0.95, 900), lone, NOBODY, unit(0.5, 900)])
    assert [(f.best, f.worst, f.of) for f in found] == [(1, 2, 3), (1, 3, 3), (None, None, 3), (2, 3, 3)]
    assert found[2].reason is NoRank.NO_VALUE
    assert spans(lone, unit(0.01, 9000)) == [(1, 2), (1, 2)]  # not as if it had an answer's interval
    hidden = Estimate(value=0.5, n=900, effective_n=900, reason=Reason.TOO_FEW_FOR_INTERVAL)
    assert spans(hidden, unit(0.01, 9000)) == [(1, 2), (1, 2)]  # no interval, no place, whatever its size
    assert rank([]) == ()
    assert spans(NOBODY) == [(None, None)]


def test_an_estimated_variance_makes_ranks_less_sure() -> None:
    each = 0.95**0.5
    share = float(student_share(29, each))
    seen = set()
    for p in np.arange(0.5, 0.86, 0.002):
        rates = (float(p), float(p) + 0.09)
        sure, known = (
            float(wilson(rates[0], size, each)[1]) <= float(wilson(rates[1], size, each)[0])
            for size in (600 * share, 600)
        )
        found = spans(*(unit(rate, 30, worth=600, df=29) for rate in rates))
        assert found == ([(2, 2), (1, 1)] if sure else [(1, 2), (1, 2)])
        seen.add((sure, known))
    assert seen == {(False, False), (False, True), (True, True)}


def test_a_scale_that_begins_above_nothing_changes_no_rank() -> None:
    steps = [unit(p, 60) for p in (0.6, 0.8, 0.95)]
    levels = [unit(0.2 + 0.8 * p, 60, floor=0.2) for p in (0.6, 0.8, 0.95)]
    assert rank(levels) == rank(steps)


def test_all_satisfied_is_not_surely_the_best() -> None:
    assert spans(unit(1.0, 5, worth=5), unit(0.9, 5)) == [(1, 2), (1, 2)]
    assert spans(unit(1.0, 5, worth=math.inf), unit(0.9, 900)) == [(1, 1), (2, 2)]


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 50)), min_size=1, max_size=12))
def test_the_rank_lies_in_its_interval_and_more_confidence_is_wider(counts: list[tuple[int, int]]) -> None:
    units = [unit(min(x, n) / n, n) for x, n in counts]
    wide = rank(units, level=0.99)
    for found, wider in zip(rank(units), wide, strict=True):
        assert found.best is not None
        assert found.worst is not None
        assert wider.best is not None
        assert wider.worst is not None
        assert 1 <= wider.best <= found.best <= (found.rank or 0) <= found.worst <= wider.worst <= len(units)


@pytest.mark.parametrize(
    "case", [found for found in cases("ranking") if "wilson_sidak" in found["expected"]], ids=lambda found: found["id"]
)
def test_of_simple_random_samples_it_is_that_of_r(case: Case) -> None:
    units = [unit(x / n, n) for x, n in zip(case["inputs"]["x"], case["inputs"]["n"], strict=True)]
    found = rank(units, level=1 - case["params"]["alpha"])
    expected = case["expected"]
    assert [unit_rank.best for unit_rank in found] == expected["wilson_sidak"]["best"]
    assert [unit_rank.worst for unit_rank in found] == expected["wilson_sidak"]["worst"]
    assert [unit_rank.rank for unit_rank in found] == expected["point_rank"]
