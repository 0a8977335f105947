"""Ranks of units and how sure they are: "3rd to 9th of 99" instead of "5th"."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import logit, ndtr

from scoring.intervals import normal_quantile

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

CELLS = 1_000_000  # random numbers in memory at a time


class Adjustment(StrEnum):
    """How many statements made at once share one error rate."""

    UNADJUSTED = "unadjusted"
    SIDAK = "sidak"
    BONFERRONI = "bonferroni"
    HOLM = "holm"


class NoRank(StrEnum):
    """Why a unit has no rank."""

    NO_VALUE = "no_value"
    NO_STANDARD_ERROR = "no_standard_error"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRank:
    """The rank of one unit, 1 for the highest value, and the ranks that it may truly have.

    ``of`` is the number of units ranked. Without a rank the other two are missing as well.
    """

    rank: int | None
    best: int | None
    worst: int | None
    of: int
    reason: NoRank | None = None


def competition_ranks(values: ArrayLike) -> Floats:
    """Ranks in which ties share the better rank and the next rank is left out: 1, 2, 2, 4.

    Parameters
    ----------
    values : array_like, (..., units)
        Compared unrounded along the last axis; NaN for a unit without a value.

    Returns
    -------
    ndarray of float
        1 for the highest; NaN where there is no value.

    Examples
    --------
    >>> competition_ranks([0.9, 0.95, 0.9, float("nan"), 0.8]).tolist()
    [2.0, 1.0, 2.0, nan, 4.0]
    """
    given = np.asarray(values, float)
    missing = np.isnan(given)
    ranks = _descending(np.where(missing, -np.inf, given)).astype(float)
    ranks[missing] = np.nan
    return ranks


def per_unit_level(level: float, units: int, adjustment: Adjustment) -> float:
    """Confidence of each unit's interval that makes all intervals hold together.

    Parameters
    ----------
    level : float
        Wanted for all intervals at once, between 0 and 1.
    units : int
        At least 1.
    adjustment : Adjustment
        Unadjusted makes no joint statement; Sidak is exact for independent units; Bonferroni holds
        for any units.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If there is no unit, or for Holm, which orders tests and gives no intervals.

    References
    ----------
    Klein, Wright & Wieczorek (2020) JRSS A 183:589-606; Sidak (1967) JASA 62:626-633.

    Examples
    --------
    >>> round(per_unit_level(0.95, 10, Adjustment.BONFERRONI), 6)
    0.995
    """
    if units < 1:
        raise ValueError("there must be a unit")
    if adjustment is Adjustment.HOLM:
        raise ValueError("Holm's procedure gives no intervals")
    if adjustment is Adjustment.SIDAK:
        return float(level ** (1 / units))
    return 1 - (1 - level) / units if adjustment is Adjustment.BONFERRONI else level


def ranks_from_intervals(values: ArrayLike, lower: ArrayLike, upper: ArrayLike) -> tuple[UnitRank, ...]:
    """Rank intervals from the confidence intervals of the units.

    A unit is surely better than another when its whole interval lies above. The best rank of a unit is
    one more than the units surely better, the worst leaves out those surely worse. When the intervals
    hold together with some confidence (see `per_unit_level`), so do the rank intervals.

    Parameters
    ----------
    values, lower, upper : array_like, (units,)
        NaN where there is no value. A value without limits may have any rank.

    Returns
    -------
    tuple of UnitRank

    Raises
    ------
    ValueError
        If a value lies outside its limits.

    References
    ----------
    Klein, Wright & Wieczorek (2020) JRSS A 183:589-606.

    Examples
    --------
    >>> found = ranks_from_intervals([0.95, 0.90, 0.80], [0.92, 0.85, 0.75], [0.97, 0.94, 0.84])
    >>> [(unit.rank, unit.best, unit.worst) for unit in found]
    [(1, 1, 2), (2, 1, 2), (3, 3, 3)]
    """
    value, low, high = np.broadcast_arrays(*(np.asarray(given, float) for given in (values, lower, upper)))
    if np.any((low > value) | (high < value)):
        raise ValueError("a value must lie within its limits")
    # Limits that touch separate two units, but not two equal values whose intervals have no length.
    better = (low[:, None] >= high) & (value[:, None] > value)
    return _from_comparisons(value, better)


def pairwise_ranks(
    values: ArrayLike,
    standard_errors: ArrayLike,
    *,
    covariance: ArrayLike | None = None,
    level: float = 0.95,
    adjustment: Adjustment = Adjustment.HOLM,
) -> tuple[UnitRank, ...]:
    """Rank intervals from tests of every pair of units; usually narrower than from intervals.

    Parameters
    ----------
    values : array_like, (units,)
        NaN where there is no value.
    standard_errors : array_like, (units,)
        Without one a unit may have any rank. A standard error of 0 says that the value is certain:
        a rate of 0 or 1 in a sample is not, and needs another one.
    covariance : array_like, (units, units), optional
        Between the estimates (units that share clusters); independent units by default. Its diagonal
        is not used.
    level : float
        Confidence that no pair is separated wrongly.
    adjustment : Adjustment
        Bonferroni or Holm (which separates at least the same pairs), or unadjusted.

    Returns
    -------
    tuple of UnitRank

    Raises
    ------
    ValueError
        For Sidak, whose assumption of independence cannot hold between pairs, or for a negative
        standard error.

    References
    ----------
    Klein, Wright & Wieczorek (2020) JRSS A 183:589-606; Holm (1979) Scand. J. Statist. 6:65-70.

    Examples
    --------
    >>> found = pairwise_ranks([0.96, 0.91, 0.80], [0.012, 0.012, 0.02])
    >>> [(unit.rank, unit.best, unit.worst) for unit in found]
    [(1, 1, 1), (2, 2, 2), (3, 3, 3)]
    """
    value, error = np.asarray(values, float), np.asarray(standard_errors, float)
    if np.any(error < 0):
        raise ValueError("a standard error must not be negative")
    if adjustment is Adjustment.SIDAK:
        raise ValueError("pairs of units are not independent")
    shared = np.zeros((len(value), len(value))) if covariance is None else np.asarray(covariance, float)
    difference = value[:, None] - value
    variance = np.maximum(error[:, None] ** 2 + error**2 - 2 * shared, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        z = np.abs(difference) / np.sqrt(variance)
    z = np.where(np.isnan(z), 0, z)  # equal and certain, or unknown: not separated
    known = ~np.isnan(value)
    return _from_comparisons(value, _separated(z, known, level, adjustment) & (difference > 0))


def _separated(z: Floats, known: Bools, level: float, adjustment: Adjustment) -> Bools:
    """Which pairs of units with a value differ, from their absolute z values."""
    first, second = np.nonzero(np.triu(np.outer(known, known), 1))
    pairs, found = len(first), np.zeros(z.shape, bool)
    if adjustment is Adjustment.HOLM:
        p = 2 * ndtr(-z[first, second])
        order = np.argsort(p, kind="stable")
        failed = p[order] * np.arange(pairs, 0, -1) > 1 - level
        apart = np.zeros(pairs, bool)
        apart[order] = ~np.logical_or.accumulate(failed)
    else:
        apart = z[first, second] > normal_quantile(per_unit_level(level, max(pairs, 1), adjustment))
    found[first, second] = found[second, first] = apart
    return found


def simulated_ranks(
    values: ArrayLike, standard_errors: ArrayLike, *, draws: int = 10_000, seed: int = 0, level: float = 0.95
) -> tuple[UnitRank, ...]:
    """Rank intervals of each unit by drawing all values anew from their normal distributions.

    The interval holds the middle `level` of the ranks drawn, and the rank of the values themselves. It
    speaks of one unit at a time, so it is narrower than the joint intervals of the other functions.

    Parameters
    ----------
    values : array_like, (units,)
        Scores on any scale on which an error is about normal; for rates see `simulated_rate_ranks`.
    standard_errors : array_like, (units,)
        A unit without one (NaN) is left out; 0 for a value that is certain.
    draws : int
        At least 1.
    seed : int
        The same seed gives the same intervals.
    level : float
        Share of the draws, between 0 and 1.

    Returns
    -------
    tuple of UnitRank

    Raises
    ------
    ValueError
        If a standard error is negative, there is no draw, or the level is not between 0 and 1.

    References
    ----------
    Goldstein & Spiegelhalter (1996) JRSS A 159:385-443, section 4; Marshall & Spiegelhalter (1998)
    BMJ 316:1701-1704.

    Examples
    --------
    >>> found = simulated_ranks([90.0, 85.0, 70.0], [2.0, 2.0, 2.0])
    >>> [(unit.rank, unit.best, unit.worst) for unit in found]
    [(1, 1, 2), (2, 1, 2), (3, 3, 3)]
    """
    value, error = np.broadcast_arrays(np.asarray(values, float), np.asarray(standard_errors, float))
    if np.any(error < 0):
        raise ValueError("a standard error must not be negative")
    return _simulate(value, value, error, draws, seed, level)


def simulated_rate_ranks(
    rates: ArrayLike, effective_n: ArrayLike, *, draws: int = 10_000, seed: int = 0, level: float = 0.95
) -> tuple[UnitRank, ...]:
    """Rank intervals of rates, drawn on the logit scale.

    The draws are centred at the empirical logit ``log((x + 1/2) / (n - x + 1/2))`` with variance
    ``1 / (x + 1/2) + 1 / (n - x + 1/2)``, which also exist when everybody is satisfied, so that three of
    three is not held for certain.

    Parameters
    ----------
    rates : array_like, (units,)
        0 to 1; NaN for none. Ties and the rank itself come from these.
    effective_n : array_like, (units,)
        Effective sample sizes; infinity for a census. With a design's standard error: ``p (1 - p) / se**2``.
    draws, seed, level
        As in `simulated_ranks`.

    Returns
    -------
    tuple of UnitRank

    Raises
    ------
    ValueError
        If a rate lies outside 0 to 1 or a size is negative, and as in `simulated_ranks`.

    References
    ----------
    Gart & Zweifel (1967) Biometrika 54:181-187 for the empirical logit and its variance.

    Examples
    --------
    >>> found = simulated_rate_ranks([1.0, 0.95, 0.70], [3, 400, 400])
    >>> [(unit.rank, unit.best, unit.worst) for unit in found]
    [(1, 1, 3), (2, 1, 2), (3, 2, 3)]
    """
    p, n = np.broadcast_arrays(np.asarray(rates, float), np.asarray(effective_n, float))
    if np.any((p < 0) | (p > 1)) or np.any(n < 0):
        raise ValueError("rates must lie between 0 and 1 and sizes must not be negative")
    with np.errstate(invalid="ignore", divide="ignore"):
        yes, no = p * n + 0.5, (1 - p) * n + 0.5
        centre = np.where(np.isinf(n), logit(p), np.log(yes / no))
        error = np.where(np.isinf(n), 0, np.sqrt(1 / yes + 1 / no))
    return _simulate(p, centre, np.where(n > 0, error, np.nan), draws, seed, level)


def _simulate(
    value: Floats, centre: Floats, error: Floats, draws: int, seed: int, level: float
) -> tuple[UnitRank, ...]:
    if draws < 1 or not 0 < level < 1:
        raise ValueError("there must be a draw and a level between 0 and 1")
    usable = ~np.isnan(value) & ~np.isnan(error)
    rank = competition_ranks(np.where(usable, value, np.nan))
    best, worst = rank.copy(), rank.copy()
    if usable.any():
        low, high = _middle(_histogram(centre[usable], error[usable], draws, seed), level)
        best[usable], worst[usable] = np.minimum(low, rank[usable]), np.maximum(high, rank[usable])
    lacking = [NoRank.NO_VALUE if missing else NoRank.NO_STANDARD_ERROR for missing in np.isnan(value)]
    return _units(rank, best, worst, [None if ok else why for ok, why in zip(usable, lacking, strict=True)])


def _histogram(centre: Floats, error: Floats, draws: int, seed: int) -> Ints:
    """How often each unit had each rank, (units, ranks)."""
    rng, units = np.random.default_rng(seed), len(centre)
    found = np.zeros(units * units, np.int64)
    step = max(1, CELLS // units)
    for start in range(0, draws, step):
        drawn = centre + error * rng.standard_normal((min(step, draws - start), units))
        place = np.arange(units) * units + _descending(drawn) - 1
        found += np.bincount(place.ravel(), minlength=units * units)
    return found.reshape(units, units)


def _middle(histogram: Ints, level: float) -> tuple[Ints, Ints]:
    """The first and the last rank of the middle share of the draws."""
    below = np.cumsum(histogram, axis=1)
    tail = (1 - level) / 2 * below[0, -1]
    return np.argmax(below > tail, axis=1) + 1, np.argmax(below >= below[0, -1] - tail, axis=1) + 1


def _descending(values: Floats) -> Ints:
    """Competition ranks along the last axis, 1 for the highest."""
    order = np.argsort(-values, axis=-1)
    ordered = np.take_along_axis(values, order, axis=-1)
    place = np.broadcast_to(np.arange(1, values.shape[-1] + 1), values.shape).copy()
    place[..., 1:][ordered[..., 1:] == ordered[..., :-1]] = 0
    ranks = np.empty_like(place)
    np.put_along_axis(ranks, order, np.maximum.accumulate(place, axis=-1), axis=-1)
    return ranks


def _from_comparisons(value: Floats, better: Bools) -> tuple[UnitRank, ...]:
    """Rank intervals when ``better[j, k]`` says that j is surely better than k."""
    known = ~np.isnan(value)
    best = 1 + better.sum(axis=0).astype(float)
    worst = known.sum() - better.sum(axis=1).astype(float)
    return _units(competition_ranks(value), best, worst, [None if ok else NoRank.NO_VALUE for ok in known])


def _units(rank: Floats, best: Floats, worst: Floats, reasons: list[NoRank | None]) -> tuple[UnitRank, ...]:
    of = reasons.count(None)
    return tuple(
        UnitRank(rank=int(r), best=int(b), worst=int(w), of=of)
        if reason is None
        else UnitRank(rank=None, best=None, worst=None, of=of, reason=reason)
        for r, b, w, reason in zip(rank, best, worst, reasons, strict=True)
    )
