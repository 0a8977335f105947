"""Exact statements about the satisfied among a known number of dossiers (sampling without replacement).

Put the population in line with the satisfied in front. The k-th drawn respondent stands at place T, whose
distribution is negative hypergeometric, and at least k of the drawn are satisfied exactly when T is not beyond
the M satisfied: ``P(X >= k | M) = P(T <= M)``. So one distribution gives the tail for every M at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from itertools import starmap

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.binomial import counts
from scoring.intervals import Floats

# A tail equal to half the error but for rounding counts as equal, so that it rejects.
FUZZ = 1e-10


class NoStatement(StrEnum):
    """Why nothing exact can be said."""

    NO_ANSWERS = "no_answers"
    POPULATION_UNKNOWN = "population_unknown"
    MORE_ANSWERS_THAN_POPULATION = "more_answers_than_population"


@dataclass(frozen=True, slots=True, kw_only=True)
class FiniteInterval:
    """Limits of the number of satisfied in the population and of their share; arrays of one shape.

    NaN where there is no interval, and then ``reason`` holds a `NoStatement`, else None.
    """

    lower_count: Floats
    upper_count: Floats
    lower: Floats
    upper: Floats
    reason: NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True)
class FiniteTest:
    """Exact test of a target in a finite population; arrays of one shape.

    ``p_greater`` small is evidence that the rate exceeds the target, ``p_less`` small that it is below.
    ``boundary_count`` is the target as a number of people, which need not be whole.
    """

    boundary_count: Floats
    p_greater: Floats
    p_less: Floats
    reason: NDArray[np.object_]


def probabilities(ratios: Floats) -> Floats:
    """Probabilities from the ratio of each to the one before, as exact as their sum allows.

    Parameters
    ----------
    ratios : ndarray of float
        Positive, one fewer than the probabilities.

    Returns
    -------
    ndarray of float
        Adding to 1. No factorials are formed, so nothing cancels in large populations.

    Examples
    --------
    >>> probabilities(np.array([2.0, 0.5])).tolist()
    [0.25, 0.5, 0.25]
    """
    logs = np.concatenate(([0.0], np.cumsum(np.log(ratios))))
    weights = np.exp(logs - logs.max())
    result: Floats = weights / weights.sum()
    return result


def hypergeometric(x: ArrayLike, n: ArrayLike, population: ArrayLike, level: float = 0.95) -> FiniteInterval:
    """Exact interval of the satisfied in a finite population, from a simple random sample of it.

    It holds every number M of satisfied that two one-sided tests leave standing:
    ``P(X >= x | M) > (1 - level) / 2`` and ``P(X <= x | M) > (1 - level) / 2``. A census has no width.
    Time and memory are proportional to the population, cell by cell.

    Parameters
    ----------
    x, n : array_like
        Satisfied respondents and respondents, whole numbers, ``0 <= x <= n``.
    population : array_like
        Completed dossiers, a whole number; NaN where unknown. Broadcast with x and n.
    level : float
        Two-sided confidence, at least this whatever the truth.

    Returns
    -------
    FiniteInterval
        Without limits where nobody answered, the population is unknown, or fewer dossiers than answers were
        reported (then the number of dossiers is wrong).

    Raises
    ------
    ValueError
        If counts or level are impossible.

    References
    ----------
    Wright (1991) Exact Confidence Bounds when Sampling from Small Finite Universes, Springer Lecture Notes in
    Statistics 66; Buonaccorsi (1987) The American Statistician 41:215-218.

    Examples
    --------
    >>> found = hypergeometric(18, 20, 50)
    >>> int(found.lower_count), int(found.upper_count), float(found.lower), float(found.upper)
    (37, 48, 0.74, 0.96)
    """
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, not {level}")
    satisfied, answers, size, reason = _cells(x, n, population)
    limit = (1 - level) / 2 * (1 + FUZZ)
    least = _each(lambda k, drawn, total: _least(k, drawn, total, limit), satisfied, answers, size)
    others = _each(lambda k, drawn, total: _least(k, drawn, total, limit), answers - satisfied, answers, size)
    most = size - others
    return FiniteInterval(lower_count=least, upper_count=most, lower=least / size, upper=most / size, reason=reason)


def hypergeometric_test(x: ArrayLike, n: ArrayLike, population: ArrayLike, target: float) -> FiniteTest:
    """Exact test of a target rate in a finite population.

    Where the target is no whole number of people, the rate exceeds it only above the whole number below it and
    falls short only below the whole number above it; these are what is tested.

    Parameters
    ----------
    x, n : array_like
        Satisfied respondents and respondents, whole numbers, ``0 <= x <= n``.
    population : array_like
        Completed dossiers, a whole number; NaN where unknown. Broadcast with x and n.
    target : float
        Rate, 0 to 1.

    Returns
    -------
    FiniteTest
        Without p values for the reasons for which `hypergeometric` has no limits.

    Raises
    ------
    ValueError
        If counts or target are impossible.

    References
    ----------
    Buonaccorsi (1987) The American Statistician 41:215-218; R's `phyper`.

    Examples
    --------
    >>> found = hypergeometric_test(58, 60, 200, 0.9)
    >>> round(float(found.p_greater), 6), round(float(found.p_less), 6)
    (0.028953, 0.994404)
    """
    if not 0 <= target <= 1:
        raise ValueError(f"target must be between 0 and 1, not {target}")
    satisfied, answers, size, reason = _cells(x, n, population)
    boundary = target * size
    most, fewest = np.floor(boundary * (1 + FUZZ)), np.ceil(boundary * (1 - FUZZ))
    return FiniteTest(
        boundary_count=boundary,
        p_greater=_each(_at_least, satisfied, answers, size, most),
        p_less=_each(_at_least, answers - satisfied, answers, size, size - fewest),
        reason=reason,
    )


def _cells(x: ArrayLike, n: ArrayLike, population: ArrayLike) -> tuple[Floats, Floats, Floats, NDArray[np.object_]]:
    """Counts of one shape, NaN in all where there is a reason to say nothing."""
    satisfied, answers = counts(x, n, whole=True)
    satisfied, answers, size = np.broadcast_arrays(satisfied, answers, np.asarray(population, float))
    if np.any(size < 0) or np.any(np.isinf(size)) or np.any(size[~np.isnan(size)] % 1 != 0):
        raise ValueError("a population must be a whole number, not negative")
    reason: NDArray[np.object_] = np.full(size.shape, None, object)
    for mask, why in (
        (answers > size, NoStatement.MORE_ANSWERS_THAN_POPULATION),
        (np.isnan(size), NoStatement.POPULATION_UNKNOWN),
        (np.isnan(answers), NoStatement.NO_ANSWERS),
    ):
        reason[mask] = why
    nothing = reason != np.array(None, object)
    known = [np.where(nothing, np.nan, array) for array in (satisfied, answers, size)]
    return known[0], known[1], known[2], reason


def _each(function: Callable[..., float], *arrays: Floats) -> Floats:
    """The function of each cell (a unit, a question: not a respondent)."""
    cells = zip(*(array.ravel().tolist() for array in arrays), strict=True)
    return np.array(list(starmap(function, cells)), float).reshape(arrays[0].shape)


def _places(k: float, drawn: float, total: float) -> Floats:
    """Probabilities that the k-th of those drawn stands at place k, k + 1, ... total - drawn + k."""
    t = np.arange(k, total - drawn + k)
    return probabilities(t / (t - k + 1) * (total - t - drawn + k) / (total - t))


def _least(k: float, drawn: float, total: float, limit: float) -> float:
    """The smallest M with P(X >= k | M) above the limit."""
    if np.isnan(k) or k == 0:
        return k
    return k + float(np.count_nonzero(np.cumsum(_places(k, drawn, total)) <= limit))


def _at_least(k: float, drawn: float, total: float, marked: float) -> float:
    """P(X >= k) when `marked` of the total are satisfied."""
    if np.isnan(k) or k == 0:
        return np.nan if np.isnan(k) else 1.0
    return min(1.0, float(_places(k, drawn, total)[: max(0, int(marked - k) + 1)].sum()))
