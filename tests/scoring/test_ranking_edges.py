"""Where ranks turn: limits that touch, one pair, one draw, and the centre and error of a simulated rate."""

import math

import pytest
from scipy.special import expit

from scoring.intervals import normal_quantile
from scoring.ranking import (
    Adjustment,
    UnitRank,
    pairwise_ranks,
    ranks_from_intervals,
    simulated_ranks,
    simulated_rate_ranks,
)


def spans(found: tuple[UnitRank, ...]) -> list[tuple[int | None, int | None]]:
    return [(unit.best, unit.worst) for unit in found]


def test_limits_that_touch_separate() -> None:
    assert spans(ranks_from_intervals([0.75, 0.25], [0.5, 0.0], [1.0, 0.5])) == [(1, 1), (2, 2)]
    assert spans(ranks_from_intervals([0.5, 0.5], [0.5, 0.5], [0.5, 0.5])) == [(1, 2), (1, 2)]


def test_an_unknown_error_separates_nothing_at_any_level() -> None:
    found = pairwise_ranks([0.9, 0.5, 0.1], [0.01, math.nan, 0.01], level=0.5, adjustment=Adjustment.UNADJUSTED)
    assert spans(found) == [(1, 2), (1, 3), (2, 3)]


@pytest.mark.parametrize("adjustment", [Adjustment.BONFERRONI, Adjustment.HOLM, Adjustment.UNADJUSTED])
def test_one_pair_is_one_test(adjustment: Adjustment) -> None:
    z = 2.0  # between 1.96 and the 2.24 of two tests
    assert spans(pairwise_ranks([z, 0], [1, 0], adjustment=adjustment)) == [(1, 1), (2, 2)]


def test_a_single_draw_is_enough() -> None:
    assert simulated_ranks([1, 2], [0.01, 0.01], draws=1) == (
        UnitRank(rank=2, best=2, worst=2, of=2),
        UnitRank(rank=1, best=1, worst=1, of=2),
    )


@pytest.mark.parametrize("level", [0, 1, 1.5])
def test_a_level_at_or_beyond_the_ends_is_refused(level: float) -> None:
    with pytest.raises(ValueError, match="level"):
        simulated_ranks([1, 2], [1, 1], level=level)


def test_units_that_cannot_be_told_apart_may_have_every_rank() -> None:
    assert spans(simulated_ranks([0.3, 0.2, 0.1, 0.0], [10, 10, 10, 10])) == [(1, 4)] * 4


@pytest.mark.parametrize(("p", "n"), [(0.5, 9), (1.0, 3), (0.0, 3), (0.9, 20)])
@pytest.mark.parametrize("side", [-1, 1])
def test_a_simulated_rate_has_the_empirical_logit_and_its_error(p: float, n: int, side: int) -> None:
    """Beside a certain rate, a unit takes the other place in 2.5 % of the draws just at this distance."""
    yes, no = n * p + 0.5, n * (1 - p) + 0.5
    away = side * normal_quantile(0.95) * math.sqrt(1 / yes + 1 / no)
    for far, changes in ((0.95, True), (1.05, False)):
        certain = float(expit(math.log(yes / no) + far * away))
        place = 2 if certain > p else 1
        usual = 2 if side > 0 else 1  # where 97.5 % of the draws put the unit
        found = simulated_rate_ranks([p, certain], [n, math.inf], draws=40_000)
        assert spans(found)[0] == ((1, 2) if changes or place != usual else (usual, usual))
