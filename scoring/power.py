"""How many answers it takes to find out that a rate is not what it should be."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, ndtr, ndtri

from scoring.intervals import Floats
from scoring.sample_size import round_up

# Beyond this the two rates are too near each other for any survey of a province.
MOST_ANSWERS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactPower:
    """One-sided exact binomial test at a number of answers.

    ``critical_x`` is the count of satisfied from which (downwards, when the rate to be found is the lower one) the
    test rejects; None when not even the extreme outcome does, and then size and power are 0.
    """

    critical_x: int | None
    actual_size: float
    power: float
    power_normal: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerSizes:
    """Answers for a power; ``*_raw`` before rounding up.

    The exact power is a saw-tooth: ``exact_first`` is the smallest n that reaches it, from ``exact_stable`` on it
    never falls below. ``per_group`` is for the difference of two samples, tested two-sided.
    """

    exact_first: int
    exact_stable: int
    normal_raw: float
    normal: int
    per_group_raw: float
    per_group: int
    per_group_one_sided_raw: float


def power_exact(n: int, p0: float, p1: float, *, alpha: float = 0.05) -> ExactPower:
    """Power of the one-sided exact binomial test of p0 when the rate is p1.

    Parameters
    ----------
    n : int
        Answers, at least 1.
    p0, p1 : float
        Rate to reject and true rate, 0 to 1, ends excluded, different.
    alpha : float
        Largest chance of a false rejection, 0 to 0.5, ends excluded.

    Returns
    -------
    ExactPower

    Raises
    ------
    ValueError
        If an argument is outside its range.

    References
    ----------
    Chernick & Liu (2002) The American Statistician 56:149-155 on the saw-tooth of exact power.

    Examples
    --------
    >>> found = power_exact(100, 0.9, 0.95)
    >>> found.critical_x, round(found.power, 4)
    (96, 0.436)
    """
    _check_test(p0, p1, alpha)
    if n < 1:
        raise ValueError("answers must number at least 1")
    falling = p1 < p0
    low, high = (1 - p0, 1 - p1) if falling else (p0, p1)
    size = np.array([n], float)
    critical = _critical(size, low, alpha)
    attainable = bool(critical[0] <= n)
    turn = math.sqrt(n) * abs(p1 - p0) + float(ndtri(alpha)) * math.sqrt(p0 * (1 - p0))
    return ExactPower(
        critical_x=int(n - critical[0] if falling else critical[0]) if attainable else None,
        actual_size=float(_upper_tail(critical, size, low)[0]),
        power=float(_upper_tail(critical, size, high)[0]),
        power_normal=float(ndtr(turn / math.sqrt(p1 * (1 - p1)))),
    )


def n_for_power(p0: float, p1: float, *, alpha: float = 0.05, power: float = 0.8) -> PowerSizes:
    """Answers with which a test finds out that the rate is p1 and not p0.

    Parameters
    ----------
    p0, p1 : float
        Rate to reject and true rate, 0 to 1, ends excluded, different.
    alpha : float
        Largest chance of a false rejection (one sample: one-sided), 0 to 0.5, ends excluded.
    power : float
        Chance to find out, above alpha, below 1.

    Returns
    -------
    PowerSizes

    Raises
    ------
    ValueError
        If an argument is outside its range, or the rates are so near that more than 100,000 answers are needed.

    References
    ----------
    Fleiss, Levin & Paik (2003) Statistical Methods for Rates and Proportions, 3rd ed., chapters 2 and 4; as R's
    `power.prop.test`. Exact: Chernick & Liu (2002) The American Statistician 56:149-155.

    Examples
    --------
    >>> n_for_power(0.9, 0.95).exact_stable
    203
    """
    _check_test(p0, p1, alpha)
    if not alpha < power < 1:
        raise ValueError("power must lie between alpha and 1")
    gap = (p1 - p0) ** 2
    v0, v1 = p0 * (1 - p0), p1 * (1 - p1)
    pooled = (p0 + p1) * (1 - (p0 + p1) / 2)
    found = float(ndtri(power))
    normal = _squared(alpha, v0, found, v1) / gap
    per_group = _squared(alpha / 2, pooled, found, v0 + v1) / gap
    if normal > MOST_ANSWERS:
        raise ValueError(f"rates so near that telling them apart takes more than {MOST_ANSWERS} answers")
    first, stable = _exact_sizes(*((p0, p1) if p1 > p0 else (1 - p0, 1 - p1)), alpha, power, round_up(normal))
    return PowerSizes(
        exact_first=first,
        exact_stable=stable,
        normal_raw=normal,
        normal=round_up(normal),
        per_group_raw=per_group,
        per_group=round_up(per_group),
        per_group_one_sided_raw=_squared(alpha, pooled, found, v0 + v1) / gap,
    )


def _squared(tail: float, variance0: float, found: float, variance1: float) -> float:
    reach = -float(ndtri(tail)) * math.sqrt(variance0) + found * math.sqrt(variance1)
    return max(0.0, reach) ** 2


def _upper_tail(k: Floats, n: Floats, p: float) -> Floats:
    """P(X >= k) for k from 1 to n + 1."""
    return np.where(k > n, 0.0, betainc(np.minimum(k, n), np.maximum(n - k + 1, 1), p))


def _critical(n: Floats, p0: float, alpha: float) -> Floats:
    """The smallest count that rejects p0 for a higher rate; n + 1 where none does."""
    keeps, rejects = np.zeros(n.shape), n + 1
    for _ in range(int(n.max()).bit_length() + 1):
        middle = np.maximum(1, np.floor((keeps + rejects) / 2))
        rare = _upper_tail(middle, n, p0) <= alpha
        keeps, rejects = np.where(rare, keeps, middle), np.where(rare, middle, rejects)
    return rejects


def _exact_sizes(low: float, high: float, alpha: float, power: float, normal: int) -> tuple[int, int]:
    """The first n that reaches the power and the one from which on it stays; the saw-teeth end well within reach."""
    n = np.arange(1.0, 2 * normal + 200)
    reached = np.append(False, _upper_tail(_critical(n, low, alpha), n, high) >= power)
    return int(np.argmax(reached)), int(np.flatnonzero(~reached)[-1]) + 1


def _check_test(p0: float, p1: float, alpha: float) -> None:
    if not 0 < p0 < 1 or not 0 < p1 < 1 or p0 == p1:
        raise ValueError("the two rates must differ and lie between 0 and 1")
    if not 0 < alpha < 0.5:
        raise ValueError("alpha must lie between 0 and 0.5")
