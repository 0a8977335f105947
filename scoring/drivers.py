"""Which questions go with overall satisfaction, and where to improve first."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr

Floats = NDArray[np.float64]


class NoAssociation(StrEnum):
    """Why a measure of association is missing."""

    TOO_FEW_ANSWERS = "too_few_answers"
    NO_VARIANCE = "no_variance"
    PERFECT_ORDER = "perfect_order"  # the t of the test is infinite


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """How the order of an item and of overall satisfaction agree, over the n who answered both."""

    n: int
    spearman: float | None
    p: float | None
    tau_b: float | None
    reason: NoAssociation | None = None


class Quadrant(StrEnum):
    """What importance and performance together ask for."""

    IMPROVE = "improve"
    KEEP = "keep"
    WATCH = "watch"
    ENOUGH = "enough"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityMatrix:
    """The quadrant of each item (None: no importance or performance) and the two means that split them."""

    importance: float | None
    performance: float | None
    quadrants: tuple[Quadrant | None, ...]


QUADRANTS = {  # important, doing well
    (True, False): Quadrant.IMPROVE,
    (True, True): Quadrant.KEEP,
    (False, False): Quadrant.WATCH,
    (False, True): Quadrant.ENOUGH,
}


def association(table: ArrayLike) -> Association:
    """Spearman's correlation and Kendall's tau-b from a cross table.

    Parameters
    ----------
    table : array_like, (levels of the item, levels of overall)
        Respondents with both answers, levels in rising order.

    Returns
    -------
    Association
        With the two-sided p value of Spearman's correlation by the t approximation with n - 2 degrees
        of freedom.

    Raises
    ------
    ValueError
        If the table has not two dimensions or a count is negative.

    References
    ----------
    Kendall (1945) Biometrika 33:239-251 (ties); as R's ``cor.test(exact = FALSE)``.

    Examples
    --------
    >>> found = association([[8, 2], [3, 7]])
    >>> round(found.spearman, 4), round(found.tau_b, 4), round(found.p, 4)
    (0.5025, 0.5025, 0.0239)
    """
    counts = np.asarray(table, float)
    if counts.ndim != 2 or not np.all(counts >= 0):
        raise ValueError("a cross table has two dimensions and no negative count")
    n, rows, columns = float(counts.sum()), counts.sum(axis=1), counts.sum(axis=0)
    if n < 2:
        return Association(n=int(n), spearman=None, p=None, tau_b=None, reason=NoAssociation.TOO_FEW_ANSWERS)
    if rows.max() == n or columns.max() == n:
        return Association(n=int(n), spearman=None, p=None, tau_b=None, reason=NoAssociation.NO_VARIANCE)
    first, second = (np.cumsum(margin) - margin / 2 - n / 2 for margin in (rows, columns))
    spearman = float(first @ counts @ second / np.sqrt((rows @ first**2) * (columns @ second**2)))
    reason = (
        NoAssociation.TOO_FEW_ANSWERS if n < 3 else NoAssociation.PERFECT_ORDER if abs(spearman) > 1 - 1e-12 else None
    )
    p = None if reason else 2 * float(stdtr(n - 2, -abs(spearman) * np.sqrt((n - 2) / (1 - spearman**2))))
    pairs = np.sqrt((n**2 - rows @ rows) * (n**2 - columns @ columns)) / 2
    tau_b = float((_concordant(counts) - _concordant(counts[:, ::-1])) / pairs)
    return Association(n=int(n), spearman=spearman, p=p, tau_b=tau_b, reason=reason)


def _concordant(counts: Floats) -> float:
    """Pairs of respondents of whom one is higher on both."""
    above = np.cumsum(np.cumsum(counts[::-1, ::-1], axis=0), axis=1)[::-1, ::-1]
    return float((counts[:-1, :-1] * above[1:, 1:]).sum())


def associations(items: ArrayLike, overall: ArrayLike) -> tuple[Association, ...]:
    """`association` of every item with overall satisfaction, each over those who answered both.

    Parameters
    ----------
    items : array_like, (respondents, items)
        Levels, or scores of factors; NaN for blank.
    overall : array_like, (respondents,)
        Level of overall satisfaction; NaN for blank.

    Returns
    -------
    tuple of Association

    Raises
    ------
    ValueError
        If the two differ in their number of respondents.

    Examples
    --------
    >>> [found.n for found in associations([[5, 4], [4, float("nan")], [2, 1]], [5, 4, 1])]
    [3, 2]
    """
    table, whole = _joined(items, overall)
    found = []
    for item in table.T:
        both = ~np.isnan(item) & ~np.isnan(whole)
        (rows, row), (columns, column) = (np.unique(given[both], return_inverse=True) for given in (item, whole))
        counts = np.bincount(row * len(columns) + column, minlength=len(rows) * len(columns))
        found.append(association(counts.reshape(len(rows), len(columns))))
    return tuple(found)


def driver_order(found: Sequence[Association]) -> tuple[int, ...]:
    """Positions of the items by Spearman's correlation, largest first; those without one are left out.

    Parameters
    ----------
    found : sequence of Association

    Returns
    -------
    tuple of int

    Examples
    --------
    >>> driver_order(associations([[5, 5], [4, 1], [2, 3]], [5, 4, 1]))
    (0, 1)
    """
    known = [(-one.spearman, i) for i, one in enumerate(found) if one.spearman is not None]
    return tuple(i for _, i in sorted(known))


def priority_matrix(importance: Sequence[float | None], performance: Sequence[float | None]) -> PriorityMatrix:
    """Sort items by importance and performance into four quadrants, split at the means.

    Parameters
    ----------
    importance : sequence of float
        Such as the shares of `scoring.importance`; None or NaN where there is none.
    performance : sequence of float
        Such as the satisfied rate of each item; None or NaN where there is none.

    Returns
    -------
    PriorityMatrix
        A value at the mean counts as high. The means are of the items that have both.

    Raises
    ------
    ValueError
        If the two differ in length.

    References
    ----------
    Martilla & James (1977) Journal of Marketing 41:77-79.

    Examples
    --------
    >>> found = priority_matrix([0.5, 0.3, 0.1, 0.1], [0.7, 0.9, 0.7, 0.9])
    >>> [quadrant.value for quadrant in found.quadrants]
    ['improve', 'keep', 'watch', 'enough']
    """
    if len(importance) != len(performance):
        raise ValueError("importance and performance must be of the same items")
    table = np.array([importance, performance], float)
    known = ~np.isnan(table).any(axis=0)
    if not known.any():
        return PriorityMatrix(importance=None, performance=None, quadrants=(None,) * len(known))
    means = table[:, known].mean(axis=1)
    high = table >= means[:, None] - 1e-12  # the mean of equal values may be above them by rounding
    return PriorityMatrix(
        importance=float(means[0]),
        performance=float(means[1]),
        quadrants=tuple(QUADRANTS[i, p] if ok else None for i, p, ok in zip(*high.tolist(), known, strict=True)),
    )


def _joined(items: ArrayLike, overall: ArrayLike) -> tuple[Floats, Floats]:
    table, whole = np.asarray(items, float), np.asarray(overall, float)
    if table.ndim != 2 or whole.shape != table.shape[:1]:
        raise ValueError("items must be a table with one row for each overall answer")
    return table, whole
