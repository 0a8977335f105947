import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from scoring.importance import (
    Importance,
    NoImportance,
    from_correlations,
    importance,
    relative_weights,
)

Floats = NDArray[np.float64]
nan = math.nan

# The data `mtcars` of R (Henderson & Velleman 1981, Biometrics 37:391-411): mpg, cyl, disp, hp, gear, wt.
CARS = np.array(
    """21 6 160 110 4 2.62; 21 6 160 110 4 2.875; 22.8 4 108 93 4 2.32; 21.4 6 258 110 3 3.215;
    18.7 8 360 175 3 3.44; 18.1 6 225 105 3 3.46; 14.3 8 360 245 3 3.57; 24.4 4 146.7 62 4 3.19;
    22.8 4 140.8 95 4 3.15; 19.2 6 167.6 123 4 3.44; 17.8 6 167.6 123 4 3.44; 16.4 8 275.8 180 3 4.07;
    17.3 8 275.8 180 3 3.73; 15.2 8 275.8 180 3 3.78; 10.4 8 472 205 3 5.25; 10.4 8 460 215 3 5.424;
    14.7 8 440 230 3 5.345; 32.4 4 78.7 66 4 2.2; 30.4 4 75.7 52 4 1.615; 33.9 4 71.1 65 4 1.835;
    21.5 4 120.1 97 3 2.465; 15.5 8 318 150 3 3.52; 15.2 8 304 150 3 3.435; 13.3 8 350 245 3 3.84;
    19.2 8 400 175 3 3.845; 27.3 4 79 66 4 1.935; 26 4 120.3 91 5 2.14; 30.4 4 95.1 113 5 1.513;
    15.8 8 351 264 5 3.17; 19.7 6 145 175 5 2.77; 15 8 301 335 5 3.57; 21.4 4 121 109 4 2.78""".replace(
        ";", " "
    ).split(),
    float,
).reshape(32, 6)


def survey(seed: int, n: int, items: int = 4, missing: float = 0.0) -> tuple[Floats, Floats]:
    """Levels that hang together; the first item moves overall satisfaction most."""
    rng = np.random.default_rng(seed)
    mood = rng.normal(0, 1, (n, 1)) + rng.normal(0, 1, (n, items))
    overall = mood @ np.arange(items, 0, -1) / items + rng.normal(0, 1, n)
    levels = np.clip(np.round(4 + mood), 1, 5)
    levels[rng.random(levels.shape) < missing] = nan
    return levels, np.clip(np.round(4 + overall / 2), 1, 5)


def lmg(between: Floats, with_overall: Floats) -> list[float]:
    """R² gained by each item, averaged over all orders of entry."""
    k = len(with_overall)

    def explained(chosen: tuple[int, ...]) -> float:
        picked = list(chosen)
        target = with_overall[picked]
        return float(target @ np.linalg.solve(between[np.ix_(picked, picked)], target)) if picked else 0.0

    def gain(i: int) -> float:
        rest = [j for j in range(k) if j != i]
        return sum(
            (explained((*chosen, i)) - explained(chosen)) / math.comb(k - 1, size) / k
            for size in range(k)
            for chosen in combinations(rest, size)
        )

    return [gain(i) for i in range(k)]


def weights(found: Importance) -> list[float | None]:
    return [item.weight for item in found.items]


@pytest.mark.parametrize(
    ("columns", "wanted", "r_squared"),
    [
        # Printed in the documentation of the R package rwa (Chan 2025), by the same correlations.
        ([1, 2, 3, 4], [0.2284797, 0.2221469, 0.2321744, 0.0963886], 0.7791896),
        ([1, 2, 3, 5], [0.2096904, 0.1883043, 0.1799590, 0.2706812], 0.8486),
    ],
)
def test_relative_weights_are_those_of_r(columns: list[int], wanted: list[float], r_squared: float) -> None:
    found = importance(CARS[:, columns], CARS[:, 0], resamples=10)
    assert weights(found) == pytest.approx(wanted, abs=5e-8)
    assert found.r_squared == pytest.approx(r_squared, abs=5e-5)
    assert found.n == 32
    assert [item.share for item in found.items] == pytest.approx([w / found.r_squared for w in wanted], abs=1e-6)
    assert [item.correlation for item in found.items] == pytest.approx(
        [np.corrcoef(CARS[:, 0], CARS[:, i])[0, 1] for i in columns]
    )
    alone = from_correlations(
        np.corrcoef(CARS[:, columns], rowvar=False), [np.corrcoef(CARS[:, 0], CARS[:, i])[0, 1] for i in columns]
    )
    assert weights(alone) == pytest.approx(wanted, abs=5e-8)
    assert (alone.n, alone.items[0].interval, alone.items[0].share_interval) == (None, None, None)


@given(st.floats(-0.9, 0.9), st.floats(-0.6, 0.6), st.floats(-0.6, 0.6))
def test_of_two_items_they_are_the_averages_over_orders(r: float, first: float, second: float) -> None:
    between, target = np.array([[1, r], [r, 1]]), np.array([first, second])
    found = relative_weights(between, target)
    if target @ np.linalg.solve(between, target) <= 1:
        assert found == pytest.approx(lmg(between, target), abs=1e-9)
    else:
        assert np.isnan(found).all()


def test_of_more_items_they_are_close_to_the_averages_over_orders() -> None:
    for seed in range(5):
        matrix = np.corrcoef(np.column_stack(survey(seed, 300)), rowvar=False)
        found = relative_weights(matrix[:-1, :-1], matrix[:-1, -1])
        assert found == pytest.approx(lmg(matrix[:-1, :-1], matrix[:-1, -1]), abs=0.01)


def test_uncorrelated_items_have_their_squared_correlations() -> None:
    assert relative_weights(np.eye(3), [0.5, -0.3, 0.1]).tolist() == pytest.approx([0.25, 0.09, 0.01])


def test_the_same_item_twice_shares() -> None:
    found = relative_weights([[1, 1, 0], [1, 1, 0], [0, 0, 1]], [0.6, 0.6, 0.2])
    assert found.tolist() == pytest.approx([0.18, 0.18, 0.04])


def test_many_groups_at_once() -> None:
    groups = [np.corrcoef(np.column_stack(survey(seed, 200)), rowvar=False) for seed in range(3)]
    groups[1][0, 2] = groups[1][2, 0] = nan
    stacked = np.stack(groups)
    found = relative_weights(stacked[:, :-1, :-1], stacked[:, :-1, -1])
    assert np.isnan(found[1]).all()
    for i in (0, 2):
        assert found[i] == pytest.approx(relative_weights(groups[i][:-1, :-1], groups[i][:-1, -1]))
    two_ways = stacked.reshape(1, 3, 5, 5)
    assert np.array_equal(relative_weights(two_ways[..., :-1, :-1], two_ways[..., :-1, -1])[0], found, equal_nan=True)


def test_a_group_that_cannot_be_spoils_no_other() -> None:
    sound = [[1, 0.5, 0.2], [0.5, 1, 0.1], [0.2, 0.1, 1]]
    contradictory = [[1, 0.9, 0.9], [0.9, 1, -0.9], [0.9, -0.9, 1]]
    repeated = [[1, 1, 0], [1, 1, 0], [0, 0, 1]]  # but not the same with overall
    targets = [[0.5, 0.4, 0.3], [0.1, 0.1, 0.1], [0.1, 0.2, 0.1], [0.5, nan, 0.3]]
    found = relative_weights([sound, contradictory, repeated, sound], targets)
    assert np.isnan(found).all(axis=1).tolist() == [False, True, True, True]
    assert found[0] == pytest.approx(relative_weights(sound, targets[0]))


def test_items_may_explain_everything() -> None:
    found = from_correlations(np.eye(2), [0.6, 0.8])
    assert found.reason is None
    assert weights(found) == pytest.approx([0.36, 0.64])


@pytest.mark.parametrize(
    ("between", "with_overall"),
    [
        ([[1, 0.9, 0.9], [0.9, 1, -0.9], [0.9, -0.9, 1]], [0.1, 0.1, 0.1]),  # the items contradict one another
        ([[1, 0], [0, 1]], [0.8, 0.8]),  # more than everything explained
        ([[1, 1], [1, 1]], [0.1, 0.2]),  # the same item, not the same with overall
    ],
)
def test_impossible_correlations_give_no_weights(between: list[list[float]], with_overall: list[float]) -> None:
    found = from_correlations(between, with_overall)
    assert (found.r_squared, found.reason) == (None, NoImportance.CONTRADICTION)
    assert weights(found) == [None] * len(with_overall)
    assert {item.reason for item in found.items} == {NoImportance.CONTRADICTION}


def test_a_missing_correlation_gives_no_weights_and_a_constant_item_leaves_the_others() -> None:
    found = from_correlations([[1, nan], [nan, 1]], [0.1, 0.2])
    assert found.reason is NoImportance.TOO_FEW_ANSWERS
    found = from_correlations([[1, nan, 0.5], [nan, nan, nan], [0.5, nan, 1]], [0.6, nan, 0.4])
    assert weights(found)[::2] == pytest.approx(relative_weights([[1, 0.5], [0.5, 1]], [0.6, 0.4]).tolist())
    assert (found.items[1].weight, found.items[1].reason) == (None, NoImportance.NO_VARIANCE)
    assert (found.items[0].reason, found.reason) == (None, None)
    assert from_correlations([[nan]], [nan]).reason is NoImportance.NO_VARIANCE


def test_nothing_explained_has_no_shares() -> None:
    found = from_correlations(np.eye(2), [0, 0])
    assert (found.r_squared, weights(found), found.reason) == (0, [0, 0], None)
    assert {(item.share, item.reason) for item in found.items} == {(None, NoImportance.NOTHING_EXPLAINED)}
    balanced = importance([[1], [1], [2], [2]], [1, 2, 1, 2], resamples=100)  # resamples may be balanced too
    assert (balanced.r_squared, balanced.interval_reason) == (0, NoImportance.UNSTABLE)


# --- from answers


def test_without_variance_there_is_no_importance() -> None:
    items, overall = survey(1, 60)
    constant = importance(items, np.full(60, 5.0))
    assert (constant.r_squared, constant.reason) == (None, NoImportance.NO_VARIANCE)
    items[:, 1] = 4
    one_constant = importance(items, overall, resamples=50)
    assert one_constant.reason is None
    assert (one_constant.items[1].weight, one_constant.items[1].interval) == (None, None)
    others = importance(np.delete(items, 1, axis=1), overall, resamples=50)
    assert one_constant.items[0] == others.items[0]
    items[3:, 1] = nan  # nor do the few who answered it matter
    assert importance(items, overall, resamples=50) == one_constant


def test_few_respondents_prove_nothing() -> None:
    items, overall = survey(1, 5)
    few = importance(items, overall)
    assert (few.r_squared, few.n, few.reason) == (None, 5, NoImportance.TOO_FEW_ANSWERS)
    assert [item.reason for item in few.items] == [NoImportance.TOO_FEW_ANSWERS] * 4
    items, overall = survey(1, 100)
    items[:95, 0], items[95:, 1] = nan, nan  # nobody answered both
    assert importance(items, overall).n == 0
    nobody = importance([[1, 2], [2, 1]], [nan, nan])
    assert (nobody.n, nobody.reason) == (0, NoImportance.TOO_FEW_ANSWERS)


def test_respondents_without_overall_do_not_count() -> None:
    items, overall = survey(3, 200, missing=0.1)
    silent = np.append(overall, np.full(20, nan))
    assert importance(np.vstack([items, items[:20]]), silent, resamples=20) == importance(items, overall, resamples=20)


def test_a_rare_answer_makes_intervals_unstable() -> None:
    items, overall = survey(2, 300)
    items[:, 0] = 5
    items[0, 0] = 1  # a third of the resamples leave this respondent out
    found = importance(items, overall, resamples=100)
    assert found.interval_reason is NoImportance.UNSTABLE
    assert found.items[0].weight is not None
    assert {(item.interval, item.share_interval) for item in found.items} == {(None, None)}


@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_intervals_are_those_of_resampled_respondents(missing: float) -> None:
    items, overall = survey(4, 400, missing=missing)
    found = importance(items, overall, resamples=2000, level=0.9)
    rng = np.random.default_rng(99)
    drawn = []
    for _ in range(400):
        rows = rng.integers(0, 400, 400)
        drawn.append(weights(importance(items[rows], overall[rows], resamples=1)))
    limits = np.quantile(np.array(drawn, float), (0.05, 0.95), axis=0)
    for item, lower, upper in zip(found.items, *limits, strict=True):
        assert item.interval is not None
        assert item.interval.lower == pytest.approx(lower, abs=0.2 * (upper - lower))
        assert item.interval.upper == pytest.approx(upper, abs=0.2 * (upper - lower))


def test_blocks_of_respondents_give_intervals_as_wide(monkeypatch: pytest.MonkeyPatch) -> None:
    items, overall = survey(5, 3001, missing=0.1)
    one_by_one = importance(items, overall, resamples=2000)
    monkeypatch.setattr("scoring.importance.BLOCKS", 400)
    in_blocks = importance(items, overall, resamples=2000)
    for one, block in zip(one_by_one.items, in_blocks.items, strict=True):
        assert one.interval is not None
        assert block.interval is not None
        width = one.interval.upper - one.interval.lower
        assert block.interval.upper - block.interval.lower == pytest.approx(width, rel=0.15)
        assert block.interval.lower == pytest.approx(one.interval.lower, abs=0.1 * width)


def test_of_two_items_the_share_of_one_leaves_that_of_the_other() -> None:
    items, overall = survey(7, 200, items=2)
    one, other = (item.share_interval for item in importance(items, overall, resamples=300, level=0.8).items)
    assert one is not None
    assert other is not None
    assert one.lower == pytest.approx(1 - other.upper)
    assert one.upper == pytest.approx(1 - other.lower)


def test_the_seed_decides_and_a_higher_level_is_wider() -> None:
    items, overall = survey(6, 150)
    found = importance(items, overall, resamples=200, seed=3)
    assert found == importance(items, overall, resamples=200, seed=3)
    assert found != importance(items, overall, resamples=200, seed=4)
    wider = importance(items, overall, resamples=200, seed=3, level=0.99)
    for near, far in zip(found.items, wider.items, strict=True):
        for inner, outer in ((near.interval, far.interval), (near.share_interval, far.share_interval)):
            assert inner is not None
            assert outer is not None
            assert outer.lower <= inner.lower <= inner.upper <= outer.upper


def test_what_does_not_fit_is_refused() -> None:
    for between, target in (([[1, 0]], [0.5]), ([[1, 0], [0, 1]], [0.5])):
        for refuses in (relative_weights, from_correlations):
            with pytest.raises(ValueError, match="square"):
                refuses(between, target)
    with pytest.raises(ValueError, match="row"):
        importance([[1, 2]], [1, 2])
    for options in ({"resamples": 0}, {"level": 95}, {"level": 1}, {"level": 0}):
        with pytest.raises(ValueError, match="level"):
            importance([[1, 2]], [1], **options)


@given(st.integers(0, 1000))
def test_order_and_scale_of_the_answers_change_nothing(seed: int) -> None:
    items, overall = survey(seed, 60, missing=0.05)
    wanted = importance(items, overall, resamples=1)
    order = np.random.default_rng(seed).permutation(60)
    assert wanted.r_squared is not None
    assert sum(weight or 0 for weight in weights(wanted)) == pytest.approx(wanted.r_squared)
    for other in (
        importance(items[order], overall[order], resamples=1),
        importance(3 * items - 1, overall / 5, resamples=1),
    ):
        assert weights(other) == pytest.approx(weights(wanted))
    turned = importance(items[:, ::-1], overall, resamples=1)
    assert weights(turned)[::-1] == pytest.approx(weights(wanted))
