"""A rule that stays valid when staff look every day: confidence sequences of a rate.

The likelihood of the answers so far, averaged over a Beta prior, against their likelihood at the true rate is a
martingale that starts at 1. It ever reaches 1 / (1 - level) with a chance of at most 1 - level, so the rates for
which it has not are an interval that holds the truth at every look at once with at least that confidence, whatever
the prior and however the moment to stop is chosen.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln, xlog1py, xlogy

from scoring.binomial import Limits, counts
from scoring.intervals import Floats

# Worth five answers at a rate of 90 %: narrowest near where satisfaction rates are. The level holds with any.
PRIOR = (4.5, 0.5)
HALVINGS = 60  # of an interval of length 1: beyond the last bit of a float


def confidence_sequence(
    satisfied: ArrayLike,
    answers: ArrayLike,
    level: float = 0.95,
    *,
    population: ArrayLike = np.nan,
    prior: tuple[float, float] = PRIOR,
) -> Limits:
    """Interval of a rate that may be looked at after every answer.

    Parameters
    ----------
    satisfied, answers : array_like
        All satisfied answers and all answers up to the look, whole numbers. Broadcast together.
    level : float
        Chance that the intervals of all looks, however many, hold the true rate together.
    population : array_like
        Dossiers from which the respondents are drawn at random without replacement, a number fixed before the first
        look; the sequence ends in the census. NaN (the default) where unlimited, unknown or still growing. Fewer
        dossiers than answers cannot be right and count as unknown.
    prior : tuple of float
        Parameters of the Beta prior, above 0, chosen before the first look.

    Returns
    -------
    lower, upper : ndarray of float
        NaN where nobody answered.

    Raises
    ------
    ValueError
        If counts, population, level or prior are impossible.

    References
    ----------
    Robbins (1970) Ann. Math. Statist. 41:1397-1409; Lai (1976) Ann. Statist. 4:265-280; Howard, Ramdas, McAuliffe &
    Sekhon (2021) Ann. Statist. 49:1055-1080. Without replacement: Waudby-Smith & Ramdas (2020) Advances in Neural
    Information Processing Systems 33, Confidence sequences for sampling without replacement.

    Examples
    --------
    >>> lower, upper = confidence_sequence([9, 90, 900], [10, 100, 1000])
    >>> lower.round(3).tolist(), upper.round(3).tolist()
    ([0.502, 0.785, 0.865], [0.999, 0.967, 0.929])
    """
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, not {level}")
    if not min(prior) > 0:
        raise ValueError("the parameters of the prior must be above 0")
    size = np.asarray(population, float)
    if np.any(size < 0) or np.any(size[np.isfinite(size)] % 1 != 0):
        raise ValueError("a population must be a whole number, not negative")
    s, n, size = np.broadcast_arrays(*counts(satisfied, answers, whole=True), size)
    # The martingale is below 1 / (1 - level) where the log likelihood is above this.
    needed = betaln(prior[0] + s, prior[1] + n - s) - betaln(*prior) + np.log(1 - level)
    lower, upper = _unlimited(s, n, needed)
    finite = np.isfinite(size) & (size >= n)
    if np.any(finite):
        fewest, most = _finite(s, n, np.where(finite, size, np.nan), needed)
        lower, upper = np.where(finite, fewest, lower), np.where(finite, most, upper)
    return lower, upper


def rate_sequence(
    rate: ArrayLike, size: ArrayLike, level: float = 0.95, *, prior: tuple[float, float] = PRIOR
) -> Limits:
    """As `confidence_sequence`, for a rate that rests on an effective sample size.

    Parameters
    ----------
    rate : array_like
        Between 0 and 1.
    size : array_like
        Effective sample sizes, any positive number; infinite for a census. Broadcast against `rate`.
    level, prior
        As of `confidence_sequence`.

    Returns
    -------
    lower, upper : ndarray of float
        NaN where the size is 0; the rate itself in a census.

    Raises
    ------
    ValueError
        If the level is impossible.

    Notes
    -----
    For whole numbers of independent answers this is the exact sequence; for weighted or composite rates it has its
    level approximately, as an effective size makes a binomial of the same variance.

    Examples
    --------
    >>> lower, upper = rate_sequence([0.9, 0.9], [100, np.inf])
    >>> lower.round(3).tolist(), upper.round(3).tolist()
    ([0.785, 0.9], [0.967, 0.9])
    """
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, not {level}")
    p, n = np.broadcast_arrays(np.asarray(rate, float), np.asarray(size, float))
    census = np.isinf(n)
    n = np.where(census | (n <= 0), np.nan, n)
    s = p * n
    needed = betaln(prior[0] + s, prior[1] + n - s) - betaln(*prior) + np.log(1 - level)
    lower, upper = _unlimited(s, n, needed)
    return np.where(census, p, lower), np.where(census, p, upper)


def running(
    satisfied: ArrayLike,
    answers: ArrayLike,
    level: float = 0.95,
    *,
    population: ArrayLike = np.nan,
    prior: tuple[float, float] = PRIOR,
) -> Limits:
    """Intersection of the intervals of all looks so far: a verdict once reached is not taken back.

    It holds the true rate with the same confidence as long as the rate stays the same over the looks. Should lower
    ever exceed upper, it did not.

    Parameters
    ----------
    satisfied, answers : array_like
        Totals up to each look; the looks along the last axis, in order.
    level, population, prior
        As of `confidence_sequence`.

    Returns
    -------
    lower, upper : ndarray of float
        NaN up to the first answer.

    Raises
    ------
    ValueError
        If totals fall from one look to the next, or as for `confidence_sequence`.

    References
    ----------
    Howard, Ramdas, McAuliffe & Sekhon (2021) Ann. Statist. 49:1055-1080, section 1.

    Examples
    --------
    >>> lower, upper = running([9, 18, 24], [10, 20, 30])
    >>> lower.round(3).tolist(), upper.round(3).tolist()
    ([0.502, 0.625, 0.625], [0.999, 0.994, 0.953])
    """
    total = np.asarray(answers, float)
    others = total - np.asarray(satisfied, float)
    if np.any(np.diff(satisfied) < 0) or np.any(np.diff(others) < 0):
        raise ValueError("totals must not fall from one look to the next")
    lower, upper = confidence_sequence(satisfied, answers, level, population=population, prior=prior)
    return np.fmax.accumulate(lower, axis=-1), np.fmin.accumulate(upper, axis=-1)


def _unlimited(s: Floats, n: Floats, needed: Floats) -> Limits:
    def holds(rate: Floats) -> NDArray[np.bool_]:
        kept: NDArray[np.bool_] = xlogy(s, rate) + xlog1py(n - s, -rate) > needed
        return kept

    def limit(end: float) -> Floats:
        inside, outside = s / n, np.where(np.isnan(n), np.nan, end)
        for _ in range(HALVINGS):
            inside, outside = _narrow(holds, inside, outside, (inside + outside) / 2)
        return outside

    return np.where(s == 0, 0.0, limit(0.0)), np.where(s == n, 1.0, limit(1.0))


def _finite(s: Floats, n: Floats, size: Floats, needed: Floats) -> Limits:
    """As `_unlimited` over whole numbers of satisfied people, each of which has its likelihood of this order."""
    orders = _log_choices(size, n)

    def holds(people: Floats) -> NDArray[np.bool_]:
        possible = (people >= s) & (size - people >= n - s)
        with np.errstate(invalid="ignore", divide="ignore"):
            likelihood = _log_choices(people, s) + _log_choices(size - people, n - s) - orders
        kept: NDArray[np.bool_] = possible & (likelihood - _log_choices(n, s) > needed)
        return kept

    def limit(beyond: Floats) -> Floats:
        inside, outside = np.clip(np.floor(s * (size + 1) / n), s, size - n + s), beyond
        for _ in range(int(np.nanmax(size)).bit_length() + 1):
            inside, outside = _narrow(holds, inside, outside, np.floor((inside + outside) / 2))
        return inside / size

    return limit(s - 1), limit(size - n + s + 1)


def _narrow(
    holds: Callable[[Floats], NDArray[np.bool_]], inside: Floats, outside: Floats, middle: Floats
) -> tuple[Floats, Floats]:
    kept = holds(middle)
    return np.where(kept, middle, inside), np.where(kept, outside, middle)


def _log_choices(n: Floats, k: Floats) -> Floats:
    result: Floats = -np.log1p(n) - betaln(k + 1, n - k + 1)
    return result
