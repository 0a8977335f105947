"""Internal consistency of a set of questions: Cronbach's alpha and what each question adds to it."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import fdtri

from scoring.results import Interval

Floats = NDArray[np.float64]

FELDT = "feldt"
ROUNDING = 1e-12  # a variance below this share of the items' variances is a rounding error


class NoReliability(StrEnum):
    """Why a figure of reliability is missing."""

    TOO_FEW_ITEMS = "too_few_items"
    TOO_FEW_ANSWERS = "too_few_answers"
    NO_VARIANCE = "no_variance"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemReliability:
    """How one item hangs together with the others.

    ``rest`` is its correlation with the sum of the other items; ``alpha_if_dropped`` is alpha without it.
    """

    rest: float | None
    alpha_if_dropped: float | None
    rest_reason: NoReliability | None = None
    dropped_reason: NoReliability | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """Cronbach's alpha of a set of items; it can be negative and is not clipped.

    ``standardized`` is alpha of the correlations (None when an item does not vary), ``n`` the
    respondents who answered every item (None when only a covariance was given), ``interval`` Feldt's
    (None without n), ``pairwise`` alpha from all available pairs of answers (None without answers).
    """

    alpha: float | None
    standardized: float | None
    items: tuple[ItemReliability, ...]
    n: int | None = None
    interval: Interval | None = None
    pairwise: float | None = None
    reason: NoReliability | None = None


def reliability(answers: ArrayLike, *, level: float = 0.95) -> Reliability:
    """Cronbach's alpha from raw answers: of complete rows, and beside it of all available pairs.

    Parameters
    ----------
    answers : array_like, (respondents, items)
        Levels such as 1 to 5; NaN for blank and "not applicable".
    level : float
        Two-sided confidence of Feldt's interval.

    Returns
    -------
    Reliability
        Unweighted, as is usual for alpha.

    Raises
    ------
    ValueError
        If the answers are not a table or the level is not between 0 and 1.

    References
    ----------
    Cronbach (1951) Psychometrika 16:297-334.

    Examples
    --------
    >>> found = reliability([[5, 4], [4, 4], [3, 3], [5, 5], [2, 1], [float("nan"), 2]])
    >>> found.n, round(found.alpha, 4), round(found.pairwise, 4)
    (5, 0.961, 0.978)
    """
    table = np.asarray(answers, float)
    if table.ndim != 2:
        raise ValueError("answers must be a table of respondents and items")
    complete = table[~np.isnan(table).any(axis=1)]
    pairwise, _ = pairwise_covariance(table)
    found = from_covariance(pairwise_covariance(complete)[0], n=len(complete), level=level)
    return Reliability(
        alpha=found.alpha,
        standardized=found.standardized,
        items=found.items,
        n=found.n,
        interval=found.interval,
        pairwise=_value(_alpha(pairwise)),
        reason=found.reason,
    )


def from_covariance(covariance: ArrayLike, *, n: int | None = None, level: float = 0.95) -> Reliability:
    """Cronbach's alpha from the covariance matrix of the items alone.

    ``alpha = k / (k - 1) * (1 - trace(C) / sum(C))``. With the number of respondents behind the matrix
    Feldt's interval is added: ``1 - (1 - alpha) * F`` at the two tails of F with n - 1 and
    (n - 1)(k - 1) degrees of freedom.

    Parameters
    ----------
    covariance : array_like, (items, items)
        Symmetric; NaN where a covariance is not known, and then nothing can be said.
    n : int, optional
        Respondents with complete answers behind it.
    level : float
        Two-sided confidence.

    Returns
    -------
    Reliability

    Raises
    ------
    ValueError
        If the matrix is not square and symmetric, the level is not between 0 and 1, or fewer than two
        respondents are said to have given the covariances.

    References
    ----------
    Cronbach (1951) Psychometrika 16:297-334; Feldt, Woodruff & Salih (1987) Applied Psychological
    Measurement 11:93-103 for the interval.

    Examples
    --------
    >>> found = from_covariance([[1.0, 0.5], [0.5, 1.0]], n=100)
    >>> round(found.alpha, 4), round(found.interval.lower, 4), round(found.interval.upper, 4)
    (0.6667, 0.5046, 0.7757)
    """
    matrix = np.asarray(covariance, float)
    if matrix.ndim != 2 or not np.allclose(matrix, matrix.T, equal_nan=True):
        raise ValueError("a covariance must be square and symmetric")
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, not {level}")
    alpha = _alpha(matrix)
    if n is not None and n < 2 and not np.isnan(alpha):
        raise ValueError(f"{n} respondents have no covariance")
    spread = np.sqrt(np.where(np.diag(matrix) > 0, np.diag(matrix), np.nan))
    return Reliability(
        alpha=_value(alpha),
        standardized=_value(_alpha(matrix / np.outer(spread, spread))),
        items=_items(matrix),
        n=n,
        interval=None if n is None or np.isnan(alpha) else _feldt(alpha, n, len(matrix), level),
        reason=_reason(matrix),
    )


def pairwise_covariance(answers: ArrayLike) -> tuple[Floats, Floats]:
    """Covariances of items, each from the respondents who answered both.

    Parameters
    ----------
    answers : array_like, (respondents, items)
        NaN for no answer.

    Returns
    -------
    covariance, n : ndarray of float, (items, items)
        NaN where fewer than two answered both. With missing answers the matrix need not be positive
        semi-definite.

    References
    ----------
    As R's ``cov(use = "pairwise")``.

    Examples
    --------
    >>> nan = float("nan")
    >>> covariance, n = pairwise_covariance([[1, 2], [2, 4], [3, nan]])
    >>> covariance.tolist(), n.tolist()
    ([[1.0, 1.0], [1.0, 2.0]], [[3.0, 2.0], [2.0, 2.0]])
    """
    table = np.asarray(answers, float)
    given = ~np.isnan(table)
    present = given.astype(float)
    filled = np.where(given, table, 0.0)
    # Sums of squares lose digits when the level is far from 0; a shift changes no covariance.
    filled -= present * (filled.sum(axis=0) / np.maximum(present.sum(axis=0), 1))
    n = present.T @ present
    return covariance_from_sums(n, filled.T @ present, filled.T @ filled), n


def covariance_from_sums(n: ArrayLike, sums: ArrayLike, products: ArrayLike) -> Floats:
    """Pairwise covariances from sums, which can be added up over cells of respondents.

    Parameters
    ----------
    n : array_like, (..., items, items)
        Respondents who answered both items i and j.
    sums : array_like, (..., items, items)
        Sum of item i over them.
    products : array_like, (..., items, items)
        Sum of i times j over them.

    Returns
    -------
    ndarray of float, (..., items, items)
        NaN where fewer than two answered both.

    References
    ----------
    The textbook formula ``(sum xy - sum x sum y / n) / (n - 1)``.

    Examples
    --------
    >>> covariance_from_sums([[3, 3], [3, 3]], [[6, 6], [9, 9]], [[14, 20], [20, 29]]).tolist()
    [[1.0, 1.0], [1.0, 1.0]]
    """
    pairs, each, both = (np.asarray(given, float) for given in (n, sums, products))
    with np.errstate(invalid="ignore", divide="ignore"):
        covariance = (both - each * np.swapaxes(each, -1, -2) / pairs) / (pairs - 1)
    return np.where(pairs > 1, covariance, np.nan)


def _alpha(matrix: Floats) -> float:
    """Alpha, NaN where it is not defined."""
    k, total, own = len(matrix), float(matrix.sum()), float(np.trace(matrix))
    return k / (k - 1) * (1 - own / total) if k > 1 and total > ROUNDING * own else np.nan


def _reason(matrix: Floats) -> NoReliability | None:
    if len(matrix) < 2:
        return NoReliability.TOO_FEW_ITEMS
    if np.isnan(matrix).any():
        return NoReliability.TOO_FEW_ANSWERS
    return NoReliability.NO_VARIANCE if np.isnan(_alpha(matrix)) else None


def _feldt(alpha: float, n: int, k: int, level: float) -> Interval:
    freedom = (n - 1, (n - 1) * (k - 1))
    upper, lower = (1 - (1 - alpha) * float(fdtri(*freedom, (1 + side * level) / 2)) for side in (-1, 1))
    return Interval(lower=lower, upper=upper, level=level, method=FELDT)


def _items(matrix: Floats) -> tuple[ItemReliability, ...]:
    return tuple(_item(matrix, i) for i in range(len(matrix)))


def _item(matrix: Floats, i: int) -> ItemReliability:
    others = np.delete(np.delete(matrix, i, axis=0), i, axis=1)
    with_others, own, rest = float(np.delete(matrix[i], i).sum()), float(matrix[i, i]), float(others.sum())
    varies = own > 0 and rest > ROUNDING * float(np.trace(others))
    correlation = _value(with_others / float(np.sqrt(own * rest)) if varies else np.nan)
    unknown = NoReliability.TOO_FEW_ANSWERS if np.isnan(matrix).any() else NoReliability.NO_VARIANCE
    unknown = unknown if len(others) else NoReliability.TOO_FEW_ITEMS
    return ItemReliability(
        rest=correlation,
        alpha_if_dropped=_value(_alpha(others)),
        rest_reason=unknown if correlation is None else None,
        dropped_reason=_reason(others),
    )


def _value(number: float) -> float | None:
    return None if np.isnan(number) else float(number)
