"""The index of several questions as estimates with intervals."""

from collections.abc import Callable, Mapping

import numpy as np

from scoring.intervals import Floats, mean_t, student_share, wilson
from scoring.results import Estimate, Interval, Reason
from scoring.sampling.design import Bools, Ints
from scoring.sampling.item_index import Indices

POOLED, MEAN = "pooled", "mean"
KINDS = (POOLED, MEAN)
ROUNDING = 1e-12  # a variance below this share of p (1 - p) is rounding

Limits = tuple[Floats, Floats]


def effective_size(value: Floats, se: Floats, n: Ints, df: Ints, level: float) -> Floats:
    """Size of the simple random sample that would be as precise, less what estimating its variance costs.

    Parameters
    ----------
    value, se : ndarray of float, (domains,)
        The index and its design-based standard error.
    n, df : ndarray of int, (domains,)
        Respondents, and degrees of freedom of the design.
    level : float
        Two-sided confidence.

    Returns
    -------
    ndarray of float
        ``p (1 - p) / se^2 (z / t_df)^2``, which may exceed n because one person answers several questions; with
        n for the size where the standard error is 0, which proves nothing. NaN without a standard error.

    References
    ----------
    Franco, Little, Louis & Slud (2019) J. Survey Stat. Methodol. 7:334-364.

    Examples
    --------
    >>> value, se, n = np.array([0.8, 1.0]), np.array([0.04, 0.0]), np.array([90, 50])
    >>> effective_size(value, se, n, n - 1, 0.95).round(1).tolist()
    [97.3, 47.6]
    """
    spread = value * (1 - value)
    with np.errstate(invalid="ignore", divide="ignore"):
        worth = np.where(se**2 > ROUNDING * spread, spread / se**2, n)
    return np.where(np.isnan(se), np.nan, worth) * student_share(df, level)


def _wilson(value: Floats, se: Floats, n: Ints, df: Ints, level: float) -> Limits:
    size = effective_size(value, se, n, df, level)
    return wilson(np.where(np.isnan(size), np.nan, value), np.nan_to_num(size), level)


def _student(value: Floats, se: Floats, n: Ints, df: Ints, level: float) -> Limits:
    return mean_t(value, se**2, df, level)


OF_INDICES: Mapping[str, Callable[[Floats, Floats, Ints, Ints, float], Limits]] = {
    "wilson_t": _wilson,
    "mean": _student,
}


def index_estimates(
    found: Indices, census: Bools, *, kind: str = POOLED, method: str = "wilson_t", level: float = 0.95
) -> tuple[Estimate, ...]:
    """The index of each domain with its interval.

    Parameters
    ----------
    found : Indices
        As `scoring.sampling.item_index.indices` computes them.
    census : ndarray of bool, (domains,)
        Domains of which every unit was sampled, and which have no sampling error.
    kind : str
        ``pooled`` or ``mean`` (of the rates of the questions).
    method : str
        ``wilson_t``: Wilson's interval on the effective size; ``mean``: Student's, not cut to 0..1.
    level : float
        Two-sided confidence.

    Returns
    -------
    tuple of Estimate

    References
    ----------
    As `scoring.sampling.item_index.indices` and `effective_size`.

    Examples
    --------
    >>> from scoring.sampling.design import survey_design
    >>> from scoring.sampling.item_index import indices
    >>> from scoring.sampling.partition import partition
    >>> cells = partition(survey_design(np.ones(40)))
    >>> answers = np.stack([np.arange(40) % 5 > 0, np.arange(40) % 4 > 0], axis=1)
    >>> (index,) = index_estimates(indices(cells, answers), cells.census)
    >>> index.value, round(index.interval.lower, 3), round(index.interval.upper, 3)
    (0.775, 0.667, 0.855)
    """
    pooled = kind == POOLED
    value, se = (found.pooled, found.pooled_se) if pooled else (found.mean_of_rates, found.mean_of_rates_se)
    value = np.clip(value, 0, 1)  # a mean of rates that are all 1 can exceed it by rounding
    lower, upper = OF_INDICES[method](value, se, found.n, found.df, level)
    size = effective_size(value, se, found.n, found.df, level)
    sure = census & (found.reason == 0)
    lower, upper = np.where(sure, value, lower), np.where(sure, value, upper)
    size = np.where(sure, np.inf, size)
    return tuple(
        _estimate(float(p), int(n), float(worth), (float(low), float(high)), level, method)
        for p, n, worth, low, high in zip(value, found.n, size, lower, upper, strict=True)
    )


def _estimate(value: float, n: int, size: float, limits: tuple[float, float], level: float, method: str) -> Estimate:
    if n == 0 or np.isnan(value):
        return Estimate(value=None, n=n, reason=Reason.NO_ANSWERS)
    if np.isnan(limits).any():
        return Estimate(value=value, n=n, reason=Reason.TOO_FEW_FOR_INTERVAL)
    interval = Interval(lower=limits[0], upper=limits[1], level=level, method=method)
    return Estimate(value=value, n=n, effective_n=size, interval=interval)
