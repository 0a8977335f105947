"""One estimate from those of its parts: strata, units or channels, each with a known weight."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from scoring.intervals import student_share, wilson
from scoring.results import COMPOSITE, Estimate, FactorScore, GroupScore, Interval, ItemScore, Reason

Floats = NDArray[np.float64]


def combine(parts: Sequence[Estimate], weights: Sequence[float], *, level: float = 0.95) -> Estimate:
    """Weighted mean of the estimates of independent parts, as of strata.

    Parameters
    ----------
    parts : sequence of Estimate
        Rates or mean marks on one scale, from different respondents.
    weights : sequence of float
        Not negative; what each part stands for: 1 each for a mean of units, completed dossiers for a
        mean over dossiers. Parts without a value, and of weight 0, are left out and the others weigh more.
    level : float
        Two-sided confidence.

    Returns
    -------
    Estimate
        Wilson interval on the effective sample size ``p (1 - p) / V``, ``V = sum w_h^2 v_h / (sum w_h)^2``,
        with the Student quantile on Satterthwaite's degrees of freedom; where V is 0, on the size of
        a sample whose parts all have that rate.

    Raises
    ------
    ValueError
        If there is not one weight per part, or a weight is negative.

    Notes
    -----
    A part of one answer has a value and no variance of its own; it is given that of one answer at the
    combined rate. A rate whose variance was not estimated has ``p (1 - p) / (n - 1)``, which is right on average.

    References
    ----------
    Cochran (1977) Sampling Techniques, 3rd ed., sections 5.3 (stratified mean), 5.4 (Satterthwaite's
    degrees of freedom); Franco, Little, Louis & Slud (2019) J. Survey Stat. Methodol. 7:334-364.

    Examples
    --------
    >>> halves = [Estimate(value=0.8, n=100, effective_n=100.0), Estimate(value=0.9, n=100, effective_n=100.0)]
    >>> both = combine(halves, [3, 1])
    >>> round(both.value, 4), both.n, round(both.effective_n)
    (0.825, 200, 149)
    """
    if len(parts) != len(weights) or any(w < 0 for w in weights):
        raise ValueError("one weight, not negative, is needed per part")
    used = [(part, w) for part, w in zip(parts, weights, strict=True) if part.value is not None and w > 0]
    floor = parts[0].floor if parts else 0.0
    n = np.array([part.n for part, _ in used], float)
    if not used:
        return Estimate(value=None, n=0, reason=Reason.NO_ANSWERS, floor=floor)
    share = np.array([w for _, w in used]) / sum(w for _, w in used)
    values = np.array([part.value for part, _ in used], float)
    value = float(np.clip(share @ values, values.min(), values.max()))  # rounding would leave dust
    if n.sum() < 2:
        return Estimate(value=value, n=int(n.sum()), reason=Reason.TOO_FEW_FOR_INTERVAL, floor=floor)
    lone = np.array([part.effective_n is None or part.n < 2 for part, _ in used])
    worth = np.array([_unbiased(part) for part, _ in used])
    at = np.where(lone, value, values)
    free = np.array([max(part.n - 1, 1) if part.df is None else part.df for part, _ in used])
    n_eff, df = _worth(share**2, (at - floor) * (1 - at), worth, free, (value - floor) * (1 - value))
    limits = wilson((value - floor) / (1 - floor), n_eff * student_share(df, level), level)
    lower, upper = (floor + (1 - floor) * float(limit) for limit in limits)
    interval = Interval(lower=lower, upper=upper, level=level, method=COMPOSITE)
    known = None if np.isinf(df) else df
    return Estimate(value=value, n=int(n.sum()), effective_n=n_eff, df=known, interval=interval, floor=floor)


def _unbiased(part: Estimate) -> float:
    """The size by which ``p (1 - p)`` is divided: one answer less where the variance follows from the rate."""
    worth = float(part.effective_n or part.n)
    return worth if part.df is not None or part.n < 2 else worth * (part.n - 1) / part.n


def _worth(squares: Floats, spread: Floats, worth: Floats, free: Floats, whole: float) -> tuple[float, float]:
    """Effective sample size of a weighted mean, and the degrees of freedom of its variance."""
    each = squares * spread / worth
    variance = float(each.sum())
    if variance > 0:
        df = variance**2 / float((each**2 / free).sum())
        return whole / variance, df
    with np.errstate(divide="ignore"):
        return float(1 / (squares / worth).sum()), np.inf


def combine_groups(
    whole: GroupScore, parts: Sequence[GroupScore], weights: Sequence[float], *, level: float = 0.95
) -> GroupScore:
    """A group whose rates are weighted means of those of its parts, instead of pooled over respondents.

    Parameters
    ----------
    whole : GroupScore
        The parts pooled: gives counts, distributions, numbers and choices, which stay pooled.
    parts : sequence of GroupScore
        Of the same questionnaire and method, from different respondents.
    weights : sequence of float
        See `combine`.
    level : float
        Two-sided confidence.

    Returns
    -------
    GroupScore

    Raises
    ------
    ValueError
        See `combine`.
    """
    places = zip(*(_rates(part) for part in parts), strict=True)
    return _with_rates(whole, [combine(estimates, weights, level=level) for estimates in places])


def without_rates(whole: GroupScore, reason: Reason) -> GroupScore:
    """The group with its counts, and no rate for this reason.

    Parameters
    ----------
    whole : GroupScore
    reason : Reason

    Returns
    -------
    GroupScore
    """
    hidden = [replace(e, value=None, effective_n=None, interval=None, reason=reason) for e in _rates(whole)]
    return _with_rates(whole, hidden)


def _rates(group: GroupScore) -> list[Estimate]:
    parts: tuple[FactorScore | ItemScore, ...] = (*group.factors, *group.items)
    return [group.index, group.overall, *(part.estimate for part in parts)]


def _with_rates(group: GroupScore, rates: Sequence[Estimate]) -> GroupScore:
    """The group with other rates, in the order of `_rates`."""
    index, overall, *rest = rates
    split = len(group.factors)
    return replace(
        group,
        index=index,
        overall=overall,
        factors=tuple(replace(part, estimate=e) for part, e in zip(group.factors, rest[:split], strict=True)),
        items=tuple(replace(part, estimate=e) for part, e in zip(group.items, rest[split:], strict=True)),
    )
