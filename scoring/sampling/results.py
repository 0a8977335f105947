"""Design-based rates as the results that pages and verdicts read."""

import numpy as np

from scoring.intervals import normal_quantile
from scoring.results import Estimate, Interval, Reason
from scoring.sampling.intervals import LIMITED, METHODS, effective_size, limited_size
from scoring.sampling.linearisation import REASONS, Missing
from scoring.sampling.linearised import Rates


def estimates(found: Rates, *, method: str = "wilson_kg", level: float = 0.95) -> tuple[Estimate, ...]:
    """The domains of one column as results of scoring.

    Parameters
    ----------
    found : Rates
        Of one column, (domains,).
    method : str
        One of `METHODS`.
    level : float
        Two-sided confidence.

    Returns
    -------
    tuple of Estimate
        One for each domain. A census has its rate as both limits and an infinite effective size,
        whatever the method, because it has no sampling error.

    Raises
    ------
    ValueError
        If there is no such method or the level is not between 0 and 1.

    Examples
    --------
    >>> from scoring.sampling.design import survey_design
    >>> from scoring.sampling.linearised import rates
    >>> from scoring.sampling.partition import partition
    >>> design = survey_design(np.ones(60), psu=np.arange(60) // 4)  # 10 communes in a unit, 5 in another
    >>> satisfied = (np.arange(60) % 11 > 2) | (np.arange(60) >= 40)  # everybody in the other
    >>> found = rates(partition(design, np.arange(60) // 40), satisfied)
    >>> first, second = estimates(found)
    >>> first.value, first.n, round(first.interval.lower, 4)
    (0.7, 40, 0.4721)
    """
    if method not in METHODS:
        raise ValueError(f"no interval of designs is called {method!r}")
    normal_quantile(level)  # refuses an impossible level, also when there is nothing to quantify
    lower, upper = METHODS[method](found, level)
    size = limited_size(found, level) if method in LIMITED else effective_size(found)
    sure = found.census & (found.reason == 0)
    lower, upper = np.where(sure, found.value, lower), np.where(sure, found.value, upper)
    size = np.where(sure, np.inf, size)
    return tuple(
        _estimate(REASONS[reason], float(value), int(n), float(worth), (float(low), float(high)), level, method)
        for reason, value, n, worth, low, high in zip(
            found.reason, found.value, found.n, size, lower, upper, strict=True
        )
    )


def _estimate(
    missing: Missing | None, value: float, n: int, size: float, limits: tuple[float, float], level: float, method: str
) -> Estimate:
    if missing is Missing.NO_ANSWERS:
        return Estimate(value=None, n=n, reason=Reason.NO_ANSWERS)
    if np.isnan(limits).any():
        return Estimate(value=value, n=n, reason=Reason.TOO_FEW_FOR_INTERVAL)
    interval = Interval(lower=limits[0], upper=limits[1], level=level, method=method)
    return Estimate(value=value, n=n, effective_n=size, interval=interval)
