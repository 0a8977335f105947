"""Ranks of estimates as intervals that hold together: what may be said about the order of units."""

from collections.abc import Sequence

import numpy as np

from scoring.intervals import student_share, wilson
from scoring.ranking import Adjustment, UnitRank, per_unit_level, ranks_from_intervals
from scoring.results import Estimate


def rank(estimates: Sequence[Estimate], *, level: float = 0.95) -> tuple[UnitRank, ...]:
    """Rank intervals of the rates of different units, all of which hold together.

    Parameters
    ----------
    estimates : sequence of Estimate
        Of one measure, from different respondents; a rate without an interval may have any rank.
    level : float
        Chance that every unit's true rank lies within its interval, at least.

    Returns
    -------
    tuple of UnitRank
        In the order given; a unit without a value has no rank and is not among those ranked.

    References
    ----------
    Klein, Wright & Wieczorek (2020) JRSS A 183:589-606, with Wilson intervals on the effective sample
    size (`scoring.satisfaction`) at Sidak's level for independent units.

    Examples
    --------
    >>> from scoring.results import Interval
    >>> def unit(rate, n):
    ...     some = Interval(lower=0, upper=1, level=0.95, method="wilson")  # only its method is used
    ...     return Estimate(value=rate, n=n, effective_n=n, interval=some)
    >>> [(r.best, r.worst) for r in rank([unit(0.95, 900), unit(0.7, 900), unit(0.72, 400)])]
    [(1, 1), (2, 3), (2, 3)]
    """
    known = sum(estimate.value is not None for estimate in estimates)
    each = per_unit_level(level, max(known, 1), Adjustment.SIDAK)
    values = np.array([np.nan if e.value is None else (e.value - e.floor) / (1 - e.floor) for e in estimates])
    lower, upper = wilson(values, [_size(estimate, each) for estimate in estimates], each)
    return ranks_from_intervals(values, lower, upper)


def _size(estimate: Estimate, level: float) -> float:
    """The size that an interval of this level rests on: 0, and so no limits, where the estimate has none."""
    if estimate.value is None or estimate.interval is None or estimate.effective_n is None:
        return 0.0
    return estimate.effective_n * (1.0 if estimate.df is None else float(student_share(estimate.df, level)))
