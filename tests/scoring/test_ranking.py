import math
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.stats import rankdata

from scoring.intervals import mean_t, normal_quantile, wilson
from scoring.ranking import (
    Adjustment,
    NoRank,
    UnitRank,
    competition_ranks,
    pairwise_ranks,
    per_unit_level,
    ranks_from_intervals,
    simulated_ranks,
    simulated_rate_ranks,
)
from tests.scoring.references import Case, cases, close

Floats = NDArray[np.float64]
nan = math.nan
INTERVALS = [
    (case, kind, Adjustment(adjustment))
    for case in cases("ranking")
    for kind in ("wald", "wilson")
    for adjustment in ("unadjusted", "sidak", "bonferroni")
    if f"{kind}_{adjustment}" in case["expected"]
]
values = arrays(float, st.integers(1, 12), elements=st.sampled_from((0.0, 0.6, 0.8, 0.81, 0.9, 0.95, 1.0)))


def title(given: object) -> str:
    return str(given["title"] if isinstance(given, dict) else given)


def estimates(case: Case) -> tuple[Floats, Floats]:
    inputs = case["inputs"]
    if "est" in inputs:
        return np.array(inputs["est"]), np.array(inputs["se"])
    x, n = np.array(inputs["x"]), np.array(inputs["n"])
    return x / n, np.sqrt(x / n * (1 - x / n) / n)


def intervals_of(found: tuple[UnitRank, ...]) -> list[tuple[int, int, int]]:
    return [(unit.best or 0, unit.rank or 0, unit.worst or 0) for unit in found]


def shown(found: tuple[UnitRank, ...]) -> dict[str, list[int | None]]:
    return {"best": [unit.best for unit in found], "worst": [unit.worst for unit in found]}


@pytest.mark.parametrize(("case", "kind", "adjustment"), INTERVALS, ids=title)
def test_rank_intervals_from_intervals_are_those_of_r(case: Case, kind: str, adjustment: Adjustment) -> None:
    wanted = case["expected"][f"{kind}_{adjustment}"]
    value, error = estimates(case)
    level = per_unit_level(1 - case["params"]["alpha"], len(value), adjustment)
    assert normal_quantile(level) == close(case, wanted["z"])
    if kind == "wald":
        lower, upper = mean_t(value, error**2, math.inf, level)
    else:
        lower, upper = wilson(value, case["inputs"]["n"], level)
    assert lower.tolist() == close(case, wanted["lower"])
    assert upper.tolist() == close(case, wanted["upper"])
    found = ranks_from_intervals(value, lower, upper)
    assert shown(found) == {"best": wanted["best"], "worst": wanted["worst"]}
    assert [unit.rank for unit in found] == case["expected"]["point_rank"]


@pytest.mark.parametrize("adjustment", [Adjustment.BONFERRONI, Adjustment.HOLM])
@pytest.mark.parametrize("case", cases("ranking"), ids=title)
def test_rank_intervals_from_pairs_are_those_of_r(case: Case, adjustment: Adjustment) -> None:
    wanted = case["expected"][f"pairwise_{adjustment}"]
    value, error = estimates(case)
    level = 1 - case["params"]["alpha"]
    found = pairwise_ranks(
        value, error, covariance=case["inputs"].get("covariance"), level=level, adjustment=adjustment
    )
    assert shown(found) == {"best": wanted["best"], "worst": wanted["worst"]}
    assert [unit.rank for unit in found] == case["expected"]["point_rank"]
    pairs = len(value) * (len(value) - 1) // 2
    if wanted.get("z"):
        assert normal_quantile(per_unit_level(level, pairs, adjustment)) == close(case, wanted["z"])


@pytest.mark.parametrize("case", cases("ranking"), ids=title)
def test_ties_share_the_better_rank(case: Case) -> None:
    value, _ = estimates(case)
    assert competition_ranks(value).tolist() == case["expected"]["point_rank"]


@given(arrays(float, st.tuples(st.integers(1, 3), st.integers(1, 9)), elements=st.sampled_from((0.0, 0.5, 0.7, 1.0))))
def test_competition_ranks_are_those_of_scipy(table: Floats) -> None:
    assert competition_ranks(table).tolist() == rankdata(-table, method="min", axis=1).tolist()


def test_units_without_a_value_have_no_rank_and_do_not_count() -> None:
    without = UnitRank(rank=None, best=None, worst=None, of=2, reason=NoRank.NO_VALUE)
    value, error = [0.5, nan, 0.9], [0.01, 0.01, 0.01]
    for found in (
        ranks_from_intervals(value, [0.4, nan, 0.8], [0.6, nan, 1.0]),
        pairwise_ranks(value, error),
        simulated_ranks(value, error, draws=100),
        simulated_rate_ranks(value, [900, 900, 900], draws=100),
    ):
        assert found[1] == without
        assert found[0] == UnitRank(rank=2, best=2, worst=2, of=2)
    assert competition_ranks(value).tolist()[::2] == [2, 1]
    assert competition_ranks([]).tolist() == []
    assert simulated_ranks([nan], [1.0])[0].reason is NoRank.NO_VALUE


def test_units_without_a_value_make_no_comparisons() -> None:
    value, error = [0.95, 0.90, *[nan] * 50], [0.01, 0.015, *[nan] * 50]  # z = 2.77
    for adjustment in (Adjustment.HOLM, Adjustment.BONFERRONI):
        assert pairwise_ranks(value, error, adjustment=adjustment)[1].best == 2


def test_a_value_of_unknown_precision_may_have_any_rank() -> None:
    assert ranks_from_intervals([0.5, 0.9, 0.7], [0.4, 0.8, nan], [0.6, 1.0, nan])[2] == UnitRank(
        rank=2, best=1, worst=3, of=3
    )
    assert pairwise_ranks([0.5, 0.9, 0.7], [0.01, 0.01, nan])[2] == UnitRank(rank=2, best=1, worst=3, of=3)
    found = simulated_ranks([0.5, 0.9, 0.7], [0.01, 0.01, nan])
    assert [unit.rank for unit in found] == [2, 1, None]
    assert found[2].reason is NoRank.NO_STANDARD_ERROR


def test_pairs_without_an_adjustment_separate_most() -> None:
    value, error = [0.95, 0.90, 0.88], [0.015, 0.015, 0.015]  # z of the first two: 2.36
    one = {
        adjustment: pairwise_ranks(value, error, adjustment=adjustment)[0]
        for adjustment in Adjustment
        if adjustment != "sidak"
    }
    assert one[Adjustment.UNADJUSTED].worst == 1
    assert one[Adjustment.BONFERRONI].worst == 2


def test_impossible_questions_are_refused() -> None:
    with pytest.raises(ValueError, match="limits"):
        ranks_from_intervals([0.5], [0.6], [0.7])
    with pytest.raises(ValueError, match="independent"):
        pairwise_ranks([0.5], [0.1], adjustment=Adjustment.SIDAK)
    with pytest.raises(ValueError, match="unit"):
        per_unit_level(0.95, 0, Adjustment.SIDAK)
    with pytest.raises(ValueError, match="Holm"):
        per_unit_level(0.95, 3, Adjustment.HOLM)
    for refuses in (pairwise_ranks, simulated_ranks):
        with pytest.raises(ValueError, match="negative"):
            refuses([0.5], [-0.1])
    with pytest.raises(ValueError, match="draw"):
        simulated_ranks([0.5], [0.1], draws=0)
    with pytest.raises(ValueError, match="level"):
        simulated_ranks([0.5], [0.1], level=95)
    for rate, n in ((1.1, 5), (0.5, -5)):
        with pytest.raises(ValueError, match="rates"):
            simulated_rate_ranks([rate], [n])


# --- by simulation


def test_two_units_change_places_as_often_as_their_difference_is_negative() -> None:
    # The difference has the standard error sqrt(2): P(the lower comes first) = Phi(-d / sqrt(2)).
    limit = -normal_quantile(0.95) * math.sqrt(2)  # 2.5 % in the tail
    assert simulated_ranks([-limit * 1.05, 0.0], [1, 1], draws=40_000)[0].worst == 1
    assert simulated_ranks([-limit * 0.95, 0.0], [1, 1], draws=40_000)[0].worst == 2
    assert simulated_ranks([-limit * 0.95, 0.0], [1, 1], draws=40_000, level=0.9)[0].worst == 1


def test_the_seed_decides_and_the_size_of_a_step_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    value, error = rng.normal(80, 4, 30), rng.uniform(1, 5, 30)
    first = simulated_ranks(value, error, draws=999, seed=7)
    assert first != simulated_ranks(value, error, draws=999, seed=8)
    monkeypatch.setattr("scoring.ranking.CELLS", 3000)
    assert first == simulated_ranks(value, error, draws=999, seed=7)


def test_certain_values_keep_their_ranks_with_ties() -> None:
    for found in (
        simulated_ranks([0.9, 1.0, 0.9, 0.0], [0, 0, 0, 0], draws=50),
        simulated_rate_ranks([0.9, 1.0, 0.9, 0.0], [math.inf] * 4, draws=50),
    ):
        assert intervals_of(found) == [(2, 2, 2), (1, 1, 1), (2, 2, 2), (4, 4, 4)]


def test_three_of_three_is_no_proof_of_the_first_rank() -> None:
    found = simulated_rate_ranks([1.0, *[0.9] * 20, 1.0], [3, *[400] * 20, 4000])
    assert found[0].rank == 1
    assert found[0].worst == 22
    assert (found[-1].best, found[-1].worst) == (1, 1)
    assert simulated_rate_ranks([0.5, 0.5], [10, 0])[1].reason is NoRank.NO_STANDARD_ERROR


def test_simulated_and_joint_intervals_tell_the_same_story() -> None:
    rng = np.random.default_rng(2)
    value, error = rng.normal(0.85, 0.05, 40), rng.uniform(0.005, 0.02, 40)
    joint = pairwise_ranks(value, error)
    for one, all_at_once in zip(simulated_ranks(value, error), joint, strict=True):
        assert one.best is not None
        assert one.worst is not None
        assert all_at_once.best is not None
        assert all_at_once.worst is not None
        assert all_at_once.best <= one.best <= one.worst <= all_at_once.worst


# --- properties


@given(values, st.integers(1, 300), st.floats(0.5, 0.999), st.floats(0.5, 0.999))
def test_intervals_hold_the_rank_and_grow_with_the_level(value: Floats, n: int, one: float, two: float) -> None:
    error = np.sqrt(value * (1 - value) / n)

    def all_ways(level: float) -> list[tuple[UnitRank, ...]]:
        return [
            ranks_from_intervals(value, *wilson(value, n, level)),
            pairwise_ranks(value, error, level=level),
            pairwise_ranks(value, error, level=level, adjustment=Adjustment.BONFERRONI),
            simulated_ranks(value, error, level=level, draws=50),
            simulated_rate_ranks(value, np.full(len(value), n), level=level, draws=50),
        ]

    low, high = sorted((one, two))
    for near, far in zip(all_ways(low), all_ways(high), strict=True):
        for inner, outer in zip(intervals_of(near), intervals_of(far), strict=True):
            assert 1 <= outer[0] <= inner[0] <= inner[1] <= inner[2] <= outer[2] <= len(value)


@given(values, st.randoms(use_true_random=False))
def test_the_order_of_the_units_changes_nothing(value: Floats, random: Random) -> None:
    order = list(range(len(value)))
    random.shuffle(order)
    error = np.full(len(value), 0.03)
    for ranked in (pairwise_ranks, lambda v, e: ranks_from_intervals(v, v - 2 * e, v + 2 * e)):
        assert ranked(value[order], error) == tuple(ranked(value, error)[i] for i in order)
