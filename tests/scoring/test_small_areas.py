import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import betabinom

from scoring.results import Reason
from scoring.small_areas import (
    JEFFREYS,
    NoShrinkage,
    Prior,
    SmallArea,
    Weighting,
    fit_likelihood,
    fit_moments,
    shrink,
)
from tests.scoring.references import Case, cases, close

FITS = {
    "mom_n": lambda x, n: fit_moments(x, n),
    "mom_1": lambda x, n: fit_moments(x, n, weighting=Weighting.EQUAL),
    "ml": fit_likelihood,
}
counts = st.lists(
    st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=2, max_size=12
)
methods = st.sampled_from(sorted(FITS))


def title(case: Case) -> str:
    return str(case["title"])


def as_in_r(case: Case, method: str, value: object) -> Any:
    return pytest.approx(value, rel=case["tolerance"]["ml_rel"]) if method == "ml" else close(case, value)


def columns(found: tuple[SmallArea, ...]) -> dict[str, list[float]]:
    return {
        "estimate": [unit.shrunk for unit in found],
        "lower": [unit.interval.lower for unit in found if unit.interval],
        "upper": [unit.interval.upper for unit in found if unit.interval],
        "shrinkage": [unit.shrinkage for unit in found],
    }


@pytest.mark.parametrize("method", FITS)
@pytest.mark.parametrize("case", cases("shrinkage"), ids=title)
def test_the_prior_and_the_shrunk_rates_are_those_of_r(case: Case, method: str) -> None:
    wanted, inputs = case["expected"][method], case["inputs"]
    prior = FITS[method](inputs["x"], inputs["n"])
    assert prior.boundary is wanted["boundary"]
    for key, value in (("mean", prior.mean), ("rho", prior.rho), ("rho_raw", prior.raw_rho)):
        assert value == (as_in_r(case, method, wanted[key]) if key in wanted else None)
    if "loglik" in wanted:
        assert prior.log_likelihood == close(case, wanted["loglik"])
    found = shrink(inputs["x"], inputs["n"], prior, level=case["params"]["level"])
    assert [unit.raw for unit in found] == [None if r is None else close(case, r) for r in case["expected"]["raw"]]
    if wanted["boundary"]:
        assert (prior.alpha, prior.beta, prior.reason) == (None, None, NoShrinkage.NO_SPREAD)
        assert {(unit.interval, unit.reason, unit.shrinkage) for unit in found} == {(None, NoShrinkage.NO_SPREAD, 1)}
    else:
        assert [prior.alpha, prior.beta] == as_in_r(case, method, [wanted["alpha"], wanted["beta"]])
        assert prior.reason is None
    for key, values in wanted["units"].items():
        assert columns(found)[key] == as_in_r(case, method, values)


@pytest.mark.parametrize("case", cases("shrinkage"), ids=title)
def test_each_unit_by_itself_is_that_of_r(case: Case) -> None:
    wanted, inputs = case["expected"]["jeffreys_no_borrowing"], case["inputs"]
    found = columns(shrink(inputs["x"], inputs["n"], JEFFREYS))
    for key, values in wanted.items():
        assert found[key] == close(case, values)
    assert fit_moments(inputs["x"], inputs["n"]).mean == close(case, case["expected"]["pooled"])


def test_a_unit_without_answers_borrows_everything_and_has_no_raw_rate() -> None:
    x, n = [8, 0, 12, 30], [10, 0, 20, 31]
    prior = fit_moments(x, n)
    empty = shrink(x, n, prior)[1]
    assert (empty.raw, empty.raw_reason, empty.shrunk, empty.shrinkage) == (None, Reason.NO_ANSWERS, prior.mean, 1)
    assert empty.interval is not None
    assert prior == fit_moments([8, 12, 30], [10, 20, 31])
    assert fit_likelihood(x, n) == fit_likelihood([8, 12, 30], [10, 20, 31])


@pytest.mark.parametrize("method", FITS)
def test_one_unit_has_nothing_to_borrow_from(method: str) -> None:
    prior = FITS[method]([8, 0], [10, 0])
    assert prior == Prior(mean=None, rho=None, reason=NoShrinkage.TOO_FEW_UNITS)
    unit = shrink([8], [10], prior)[0]
    assert (unit.raw, unit.shrunk, unit.interval, unit.shrinkage) == (0.8, None, None, None)
    assert unit.reason is NoShrinkage.TOO_FEW_UNITS


@pytest.mark.parametrize("rate", [0, 1])
@pytest.mark.parametrize("method", FITS)
def test_when_every_answer_is_the_same_there_is_no_interval(method: str, rate: int) -> None:
    x, n = [3 * rate, 9 * rate], [3, 9]
    prior = FITS[method](x, n)
    assert (prior.mean, prior.rho, prior.boundary) == (rate, 0, True)
    assert prior.reason is NoShrinkage.ALL_ALIKE
    assert [(unit.raw, unit.shrunk, unit.interval) for unit in shrink(x, n, prior)] == [(rate, rate, None)] * 2


@pytest.mark.parametrize("method", FITS)
def test_one_answer_per_unit_tells_nothing_of_the_spread(method: str) -> None:
    prior = FITS[method]([1, 0, 1, 1], [1, 1, 1, 1])
    assert (prior.mean, prior.rho, prior.reason) == (0.75, None, NoShrinkage.TOO_FEW_ANSWERS)
    assert shrink([1], [1], prior)[0].shrunk is None


@pytest.mark.parametrize("method", FITS)
def test_unanimous_units_keep_their_rates(method: str) -> None:
    x, n = [10, 0, 10, 10], [10, 10, 10, 10]
    prior = FITS[method](x, n)
    assert (prior.mean, prior.rho, prior.reason) == (0.75, 1, NoShrinkage.NOTHING_SHARED)
    units = shrink([*x, 0], [*n, 0], prior)
    assert [(unit.shrunk, unit.shrinkage) for unit in units] == [(1, 0), (0, 0), (1, 0), (1, 0), (0.75, 1)]
    assert {unit.interval for unit in units} == {None}
    if method == "ml":
        assert prior.log_likelihood == pytest.approx(3 * math.log(0.75) + math.log(0.25))
    else:
        assert prior.raw_rho is not None
        assert prior.raw_rho > 1


def test_a_spread_of_exactly_chance_is_none_and_one_of_exactly_everything_keeps_the_rates() -> None:
    chance = fit_moments([0, 1, 1], [1, 1, 2])
    assert (chance.raw_rho, chance.rho, chance.boundary, chance.reason) == (0, 0, True, NoShrinkage.NO_SPREAD)
    all_apart = fit_moments([2, 1], [2, 3], weighting=Weighting.EQUAL)
    assert (all_apart.raw_rho, all_apart.rho, all_apart.reason) == (1, 1, NoShrinkage.NOTHING_SHARED)


def test_two_answers_per_unit_are_enough_and_a_unanimous_unit_may_have_one() -> None:
    prior = fit_likelihood([2, 2, 0, 1, 2], [2] * 5)
    assert prior.mean == pytest.approx(0.7, abs=1e-6)
    assert prior.rho == pytest.approx(11 / 21, abs=1e-6)  # one pair of five disagrees: 2 p (1 - p) (1 - rho)
    unanimous = fit_likelihood([1, 0, 10], [1, 10, 10])
    assert (unanimous.mean, unanimous.reason) == (pytest.approx(2 / 3), NoShrinkage.NOTHING_SHARED)


def test_a_likelihood_that_gains_nothing_from_a_spread_is_that_of_none() -> None:
    # a little less apart than chance: the likelihood hardly falls between no spread and the least that is tried
    prior = fit_likelihood([1, 1, 1, 2, 0, 2], [2] * 6)
    assert (prior.mean, prior.rho, prior.boundary, prior.reason) == (7 / 12, 0, True, NoShrinkage.NO_SPREAD)
    assert prior.log_likelihood == pytest.approx(3 * math.log(2) + 7 * math.log(7 / 12) + 5 * math.log(5 / 12))


@pytest.mark.parametrize(("x", "n"), [([11], [10]), ([-1], [10]), ([math.nan], [10])])
def test_impossible_counts_are_refused(x: list[float], n: list[float]) -> None:
    for refuses in (fit_moments, fit_likelihood, lambda x, n: shrink(x, n, JEFFREYS)):
        with pytest.raises(ValueError, match="satisfied"):
            refuses(x, n)


@pytest.mark.parametrize("level", [0, 1, 1.5, 95])
def test_an_impossible_level_is_refused(level: float) -> None:
    with pytest.raises(ValueError, match="level"):
        shrink([5], [10], JEFFREYS, level=level)


def test_less_than_one_effective_answer_counts_for_what_it_is() -> None:
    one, half = shrink([1, 0.25], [1, 0.5], Prior(mean=0.8, rho=0.2, alpha=3.2, beta=0.8))
    assert (one.raw, one.raw_reason, half.raw, half.raw_reason) == (1, None, 0.5, None)
    assert one.shrinkage == pytest.approx(4 / 5)  # (alpha + beta) / (n + alpha + beta)
    assert half.shrinkage == pytest.approx(4 / 4.5)
    assert half.shrunk == pytest.approx((3.2 + 0.25) / 4.5)


def test_the_spread_of_known_units_is_found_again() -> None:
    rng = np.random.default_rng(4)
    n = rng.integers(20, 200, 2000)
    x = rng.binomial(n, rng.beta(17, 3, 2000))
    for fit in FITS.values():
        prior = fit(x, n)
        assert prior.mean == pytest.approx(0.85, abs=0.006)
        assert prior.rho == pytest.approx(1 / 21, abs=0.004)


@given(counts)
def test_the_likelihood_is_the_highest_there_is(units: list[tuple[int, int]]) -> None:
    x, n = np.array(units).T
    prior = fit_likelihood(x, n)
    if prior.alpha is None or prior.beta is None:
        return
    factors = np.array([(1, 1), (1.02, 1), (0.98, 1), (1, 1.02), (1, 0.98), (1.1, 1.1), (0.9, 0.9)])
    here, *around = betabinom.logpmf(x, n, prior.alpha * factors[:, :1], prior.beta * factors[:, 1:]).sum(axis=1)
    assert prior.log_likelihood == pytest.approx(here, abs=1e-6)
    assert max(around) <= here + 1e-6


@given(counts, methods, st.floats(0.5, 0.999), st.floats(0.5, 0.999))
def test_shrunk_rates_lie_between_raw_and_mean_inside_their_intervals(
    units: list[tuple[int, int]], method: str, one: float, two: float
) -> None:
    x, n = np.array(units).T
    prior = FITS[method](x, n)
    low, high = sorted((one, two))
    for unit, wider in zip(shrink(x, n, prior, level=low), shrink(x, n, prior, level=high), strict=True):
        assert unit.raw is not None
        if unit.shrunk is not None and prior.mean is not None:
            near, far = sorted((unit.raw, prior.mean))
            assert near - 1e-9 <= unit.shrunk <= far + 1e-9
        if unit.interval is not None and wider.interval is not None:
            assert 0 <= wider.interval.lower <= unit.interval.lower + 1e-12
            assert unit.interval.lower <= unit.interval.upper <= wider.interval.upper + 1e-12
            assert wider.interval.upper <= 1


@given(counts, methods, st.integers(1, 50))
def test_more_answers_at_the_same_rate_shrink_less(units: list[tuple[int, int]], method: str, more: int) -> None:
    x, n = np.array(units).T
    prior = FITS[method](x, n)
    less, much = shrink([8, 8 * (more + 1)], [10, 10 * (more + 1)], prior)
    assert (less.shrinkage is None) == (prior.rho is None)
    if less.shrinkage is not None and much.shrinkage is not None:
        assert much.shrinkage <= less.shrinkage


@given(counts, methods)
def test_the_order_of_the_units_changes_nothing(units: list[tuple[int, int]], method: str) -> None:
    x, n = np.array(units).T
    forth, back = FITS[method](x, n), FITS[method](x[::-1], n[::-1])
    assert forth.reason == back.reason
    for one, other in ((forth.mean, back.mean), (forth.rho, back.rho)):
        assert (one is None) == (other is None)
        assert one is None or one == pytest.approx(other, rel=1e-4, abs=1e-9)
