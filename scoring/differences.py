"""Confidence intervals of the difference of two independent rates, by one door: `difference_interval`."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from scoring.binomial import Limits, counts
from scoring.intervals import Floats, normal_quantile, wilson

HALVINGS = 60  # of an interval of length 1: beyond the last bit of a float


def newcombe(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, level: float = 0.95) -> Limits:
    """Hybrid score interval of a difference, from the Wilson intervals of both rates.

    Parameters
    ----------
    x1, n1, x2, n2 : array_like
        Satisfied answers and answers of both samples. Broadcast together. Effective sizes may stand for n.
    level : float
        Two-sided confidence.

    Returns
    -------
    lower, upper : ndarray of float
        Of first minus second, within -1..1; NaN where a sample is empty.

    Raises
    ------
    ValueError
        If counts or level are impossible.

    References
    ----------
    Newcombe (1998) Statistics in Medicine 17:873-890, method 10.

    Examples
    --------
    >>> [round(float(limit), 4) for limit in newcombe(56, 70, 48, 80)]
    [0.0524, 0.3339]
    """
    s1, a1, s2, a2 = np.broadcast_arrays(*counts(x1, n1), *counts(x2, n2))
    p1, p2 = s1 / a1, s2 / a2
    (low1, high1), (low2, high2) = wilson(p1, a1, level), wilson(p2, a2, level)
    lower = p1 - p2 - np.hypot(p1 - low1, high2 - p2)
    upper = p1 - p2 + np.hypot(high1 - p1, p2 - low2)
    return lower, upper


def miettinen_nurminen(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, level: float = 0.95) -> Limits:
    """Score interval of a difference: all differences that a score test does not reject.

    Parameters
    ----------
    x1, n1, x2, n2 : array_like
        Satisfied answers and answers of both samples. Broadcast together.
    level : float
        Two-sided confidence.

    Returns
    -------
    lower, upper : ndarray of float
        Of first minus second, within -1..1; NaN where a sample is empty.

    Raises
    ------
    ValueError
        If counts or level are impossible.

    References
    ----------
    Miettinen & Nurminen (1985) Statistics in Medicine 4:213-226, with their factor N / (N - 1).

    Examples
    --------
    >>> [round(float(limit), 4) for limit in miettinen_nurminen(56, 70, 48, 80)]
    [0.0528, 0.3382]
    """
    s1, a1, s2, a2 = np.broadcast_arrays(*counts(x1, n1), *counts(x2, n2))
    z2 = normal_quantile(level) ** 2
    limits: list[Floats] = []
    for end in (-1.0, 1.0):
        inside, outside = s1 / a1 - s2 / a2, np.full(s1.shape, end)
        for _ in range(HALVINGS):
            middle = (inside + outside) / 2
            rejected = (s1 / a1 - s2 / a2 - middle) ** 2 > z2 * _variance(middle, s1, a1, s2, a2)
            inside, outside = np.where(rejected, inside, middle), np.where(rejected, middle, outside)
        limits.append(inside)
    return limits[0], limits[1]


def wald(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, level: float = 0.95) -> Limits:
    """Textbook interval of a difference, not cut to -1..1, here to be compared with.

    Parameters
    ----------
    x1, n1, x2, n2 : array_like
        Satisfied answers and answers of both samples. Broadcast together.
    level : float
        Two-sided confidence.

    Returns
    -------
    lower, upper : ndarray of float
        Of first minus second; NaN where a sample is empty, no width where both rates are 0 or 1.

    Raises
    ------
    ValueError
        If counts or level are impossible.

    References
    ----------
    Newcombe (1998) Statistics in Medicine 17:873-890, method 1, shows why not to use it.

    Examples
    --------
    >>> [round(float(limit), 4) for limit in wald(56, 70, 48, 80)]
    [0.0575, 0.3425]
    """
    s1, a1, s2, a2 = np.broadcast_arrays(*counts(x1, n1), *counts(x2, n2))
    p1, p2 = s1 / a1, s2 / a2
    half = normal_quantile(level) * np.sqrt(p1 * (1 - p1) / a1 + p2 * (1 - p2) / a2)
    return p1 - p2 - half, p1 - p2 + half


def agresti_caffo(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, level: float = 0.95) -> Limits:
    """Textbook interval after adding one satisfied and one other answer to each sample; not cut to -1..1.

    Parameters
    ----------
    x1, n1, x2, n2 : array_like
        Satisfied answers and answers of both samples. Broadcast together.
    level : float
        Two-sided confidence.

    Returns
    -------
    lower, upper : ndarray of float
        Of first minus second; NaN where a sample is empty.

    Raises
    ------
    ValueError
        If counts or level are impossible.

    References
    ----------
    Agresti & Caffo (2000) The American Statistician 54:280-288.

    Examples
    --------
    >>> [round(float(limit), 4) for limit in agresti_caffo(56, 70, 48, 80)]
    [0.0525, 0.3358]
    """
    s1, a1, s2, a2 = np.broadcast_arrays(*counts(x1, n1), *counts(x2, n2))
    return wald(s1 + 1, a1 + 2, s2 + 1, a2 + 2, level)


def _variance(difference: Floats, s1: Floats, a1: Floats, s2: Floats, a2: Floats) -> Floats:
    """Variance of p1 - p2 at the rates that are likeliest among those with this difference."""
    p2 = _likeliest(difference, s1, a1, s2, a2)
    p1 = np.clip(p2 + difference, 0, 1)
    size = a1 + a2
    return (p1 * (1 - p1) / a1 + p2 * (1 - p2) / a2) * size / (size - 1)


def _likeliest(difference: Floats, s1: Floats, a1: Floats, s2: Floats, a2: Floats) -> Floats:
    """The second rate, root of the cubic likelihood equation (Miettinen & Nurminen 1985, appendix 1)."""
    cubic = a1 + a2
    square = ((a1 + 2 * a2) * difference - cubic - s1 - s2) / cubic / 3
    linear = ((a2 * difference - cubic - 2 * s2) * difference + s1 + s2) / cubic
    constant = s2 * difference * (1 - difference) / cubic
    q = square**3 - square * linear / 2 + constant / 2
    u = np.where(q < 0, -1, 1) * np.sqrt(np.maximum(square**2 - linear / 3, 0))
    ratio = np.divide(q, u**3, out=np.zeros(q.shape), where=u**3 != 0)
    root = 2 * u * np.cos((np.pi + np.arccos(np.clip(ratio, -1, 1))) / 3) - square
    within: Floats = np.clip(root, np.maximum(0, -difference), np.minimum(1, 1 - difference))
    return within


METHODS: dict[str, Callable[[ArrayLike, ArrayLike, ArrayLike, ArrayLike, float], Limits]] = {
    "newcombe": newcombe,
    "miettinen_nurminen": miettinen_nurminen,
    "wald": wald,
    "agresti_caffo": agresti_caffo,
}


def difference_interval(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, level: float = 0.95, method: str = "newcombe"
) -> Limits:
    """Interval of the difference of two independent rates by the method of that name.

    Parameters
    ----------
    x1, n1, x2, n2 : array_like
        Satisfied answers and answers of both samples. Broadcast together.
    level : float
        Two-sided confidence.
    method : str
        One of `METHODS`. Newcombe's for most uses.

    Returns
    -------
    lower, upper : ndarray of float
        Of first minus second; NaN where a sample is empty: the only reason for which there is no interval.

    Raises
    ------
    ValueError
        If the method is unknown, or counts or level are impossible.

    References
    ----------
    Newcombe (1998) Statistics in Medicine 17:873-890 compares eleven methods.

    Examples
    --------
    >>> lower, upper = difference_interval([95, 90], 100, 85, 100)
    >>> lower.round(4).tolist(), upper.round(4).tolist()
    ([0.016, -0.0437], [0.1876, 0.1442])
    """
    if method not in METHODS:
        raise ValueError(f"unknown method {method!r}: one of {', '.join(METHODS)}")
    return METHODS[method](x1, n1, x2, n2, level)
