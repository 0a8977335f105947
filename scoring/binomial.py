"""The usual confidence intervals of a proportion from a simple random sample, by one door: `interval`."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainccinv, betaincinv

from scoring.intervals import Floats, normal_quantile, wilson

Limits = tuple[Floats, Floats]


def counts(x: ArrayLike, n: ArrayLike, *, whole: bool = False) -> Limits:
    """Satisfied answers and all answers as arrays of one shape, NaN in both where nobody answered.

    Parameters
    ----------
    x, n : array_like
        Satisfied answers and answers, ``0 <= x <= n``; NaN where unknown. Broadcast together.
    whole : bool
        Refuse counts that are not whole (an effective sample size need not be).

    Returns
    -------
    x, n : ndarray of float

    Raises
    ------
    ValueError
        If counts are negative, infinite, not whole where they must be, or x exceeds n.

    Examples
    --------
    >>> [array.tolist() for array in counts([9, 0], [10, 0])]
    [[9.0, nan], [10.0, nan]]
    """
    satisfied, answers = np.broadcast_arrays(np.asarray(x, float), np.asarray(n, float))
    if np.any(satisfied < 0) or np.any(answers < 0) or np.any(satisfied > answers) or np.any(np.isinf(answers)):
        raise ValueError("satisfied answers must lie between 0 and the answers, and these must be finite")
    known = ~np.isnan(satisfied) & (answers > 0)
    satisfied, answers = np.where(known, satisfied, np.nan), np.where(known, answers, np.nan)
    if whole and np.any(known & ((satisfied % 1 != 0) | (answers % 1 != 0))):
        raise ValueError("counts of answers must be whole numbers")
    return satisfied, answers


def wilson_corrected(x: ArrayLike, n: ArrayLike, level: float = 0.95) -> Limits:
    """Wilson interval with continuity correction.

    Parameters
    ----------
    x, n : array_like
        Satisfied answers and answers, ``0 <= x <= n``.
    level : float
        Two-sided confidence.

    Returns
    -------
    lower, upper : ndarray of float
        Between 0 and 1, exactly 0 up to ``x == 1 / 2`` and 1 from ``x == n - 1 / 2``; NaN where nobody answered.

    Raises
    ------
    ValueError
        If counts or level are impossible.

    References
    ----------
    Newcombe (1998) Statistics in Medicine 17:857-872, method 4. R's `prop.test` leaves the correction
    out at ``x == n / 2``; this does not.

    Examples
    --------
    >>> [round(float(limit), 4) for limit in wilson_corrected(5, 10)]
    [0.2014, 0.7986]
    """
    satisfied, answers = counts(x, n)
    z = normal_quantile(level)
    p = satisfied / answers
    middle, width = 2 * satisfied + z**2, 2 * (answers + z**2)
    below = z**2 - 2 - 1 / answers + 4 * p * (answers * (1 - p) + 1)
    above = z**2 + 2 - 1 / answers + 4 * p * (answers * (1 - p) - 1)
    lower = (middle - 1 - z * np.sqrt(np.maximum(below, 0))) / width
    upper = (middle + 1 + z * np.sqrt(np.maximum(above, 0))) / width
    # Nothing is left of half a satisfied answer once the correction has taken its half; the root is spurious then.
    return np.where(satisfied <= 0.5, 0.0, lower), np.where(answers - satisfied <= 0.5, 1.0, upper)


def clopper_pearson(x: ArrayLike, n: ArrayLike, level: float = 0.95) -> Limits:
    """Exact interval, which holds the truth at least as often as its level says, whatever the truth.

    A one-sided bound of level L is the limit of the two-sided interval of level ``2 L - 1``.

    Parameters
    ----------
    x, n : array_like
        Satisfied answers and answers, ``0 <= x <= n``.
    level : float
        Two-sided confidence; at ``x == 0`` and ``x == n`` the other limit keeps its half of the error.

    Returns
    -------
    lower, upper : ndarray of float
        NaN where nobody answered.

    Raises
    ------
    ValueError
        If counts or level are impossible.

    References
    ----------
    Clopper & Pearson (1934) Biometrika 26:404-413.

    Examples
    --------
    >>> [round(float(limit), 4) for limit in clopper_pearson(9, 10)]
    [0.555, 0.9975]
    """
    satisfied, answers = counts(x, n)
    tail = _tail(level)
    lower = betaincinv(satisfied, answers - satisfied + 1, tail)
    upper = betainccinv(satisfied + 1, answers - satisfied, tail)
    return _with_ends(satisfied, answers, lower, upper)


def agresti_coull(x: ArrayLike, n: ArrayLike, level: float = 0.95, *, raw: bool = False) -> Limits:
    """Wald interval around Wilson's centre.

    Parameters
    ----------
    x, n : array_like
        Satisfied answers and answers, ``0 <= x <= n``.
    level : float
        Two-sided confidence.
    raw : bool
        Leave limits outside 0..1 as they come.

    Returns
    -------
    lower, upper : ndarray of float
        NaN where nobody answered.

    Raises
    ------
    ValueError
        If counts or level are impossible.

    References
    ----------
    Agresti & Coull (1998) The American Statistician 52:119-126.

    Examples
    --------
    >>> [round(float(limit), 4) for limit in agresti_coull(9, 10)]
    [0.574, 1.0]
    """
    satisfied, answers = counts(x, n)
    z2 = normal_quantile(level) ** 2
    return _wald(satisfied + z2 / 2, answers + z2, level, raw=raw)


def jeffreys(x: ArrayLike, n: ArrayLike, level: float = 0.95, *, raw: bool = False) -> Limits:
    """Equal-tailed posterior interval under the prior Beta(1/2, 1/2).

    Parameters
    ----------
    x, n : array_like
        Satisfied answers and answers, ``0 <= x <= n``.
    level : float
        Two-sided confidence.
    raw : bool
        Keep the plain quantiles at ``x == 0`` and ``x == n`` instead of 0 and 1, which would leave a rate of
        exactly 0 or 1 outside.

    Returns
    -------
    lower, upper : ndarray of float
        NaN where nobody answered.

    Raises
    ------
    ValueError
        If counts or level are impossible.

    References
    ----------
    Brown, Cai & DasGupta (2001) Statistical Science 16:101-133, section 4.1.1.

    Examples
    --------
    >>> [round(float(limit), 4) for limit in jeffreys(10, 10)]
    [0.7828, 1.0]
    """
    satisfied, answers = counts(x, n)
    a, b, tail = satisfied + 0.5, answers - satisfied + 0.5, _tail(level)
    lower, upper = betaincinv(a, b, tail), betainccinv(a, b, tail)
    return (lower, upper) if raw else _with_ends(satisfied, answers, lower, upper)


def wald(x: ArrayLike, n: ArrayLike, level: float = 0.95, *, raw: bool = False) -> Limits:
    """Textbook interval ``p -+ z sqrt(p (1 - p) / n)``, here to be compared with; too narrow near 0 and 1.

    Parameters
    ----------
    x, n : array_like
        Satisfied answers and answers, ``0 <= x <= n``.
    level : float
        Two-sided confidence.
    raw : bool
        Leave limits outside 0..1 as they come.

    Returns
    -------
    lower, upper : ndarray of float
        NaN where nobody answered.

    Raises
    ------
    ValueError
        If counts or level are impossible.

    References
    ----------
    Brown, Cai & DasGupta (2001) Statistical Science 16:101-133 show why not to use it.

    Examples
    --------
    >>> [round(float(limit), 4) for limit in wald(9, 10)]
    [0.7141, 1.0]
    """
    satisfied, answers = counts(x, n)
    return _wald(satisfied, answers, level, raw=raw)


def _wilson(x: ArrayLike, n: ArrayLike, level: float) -> Limits:
    satisfied, answers = counts(x, n)
    return wilson(satisfied / answers, answers, level)


def _wald(satisfied: Floats, answers: Floats, level: float, *, raw: bool) -> Limits:
    p = satisfied / answers
    half = normal_quantile(level) * np.sqrt(p * (1 - p) / answers)
    return (p - half, p + half) if raw else (np.clip(p - half, 0, 1), np.clip(p + half, 0, 1))


def _with_ends(satisfied: Floats, answers: Floats, lower: Floats, upper: Floats) -> Limits:
    return np.where(satisfied == 0, 0.0, lower), np.where(satisfied == answers, 1.0, upper)


def _tail(level: float) -> float:
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, not {level}")
    return (1 - level) / 2


METHODS: dict[str, Callable[[ArrayLike, ArrayLike, float], Limits]] = {
    "wilson": _wilson,
    "wilson_cc": wilson_corrected,
    "clopper_pearson": clopper_pearson,
    "agresti_coull": agresti_coull,
    "agresti_coull_raw": lambda x, n, level: agresti_coull(x, n, level, raw=True),
    "jeffreys": jeffreys,
    "jeffreys_raw": lambda x, n, level: jeffreys(x, n, level, raw=True),
    "wald": wald,
    "wald_raw": lambda x, n, level: wald(x, n, level, raw=True),
}


def interval(x: ArrayLike, n: ArrayLike, level: float = 0.95, method: str = "wilson") -> Limits:
    """Confidence interval of a proportion by the method of that name.

    Parameters
    ----------
    x, n : array_like
        Satisfied answers and answers, ``0 <= x <= n``. Broadcast together.
    level : float
        Two-sided confidence.
    method : str
        One of `METHODS`. Wilson for most uses, Clopper-Pearson where the level must be guaranteed; names that
        end in ``_raw`` are not cut to 0..1 (Jeffreys: no rule for the ends).

    Returns
    -------
    lower, upper : ndarray of float
        NaN where nobody answered: the only reason for which there is no interval.

    Raises
    ------
    ValueError
        If the method is unknown, or counts or level are impossible.

    References
    ----------
    Brown, Cai & DasGupta (2001) Statistical Science 16:101-133 compare them.

    Examples
    --------
    >>> lower, upper = interval([9, 10], 10, 0.95, "clopper_pearson")
    >>> lower.round(4).tolist(), upper.round(4).tolist()
    ([0.555, 0.6915], [0.9975, 1.0])
    """
    if method not in METHODS:
        raise ValueError(f"unknown method {method!r}: one of {', '.join(METHODS)}")
    return METHODS[method](x, n, level)
