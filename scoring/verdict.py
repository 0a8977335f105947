"""Reached, not reached, or cannot tell yet: estimates held against targets."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.intervals import normal_quantile, student_share
from scoring.results import COMPOSITE, Estimate, Outcome, Verdict

Floats = NDArray[np.float64]
Codes = NDArray[np.int8]

# What the limits must satisfy for all of the interval, and for none of it, to meet the target.
LIMITS = {
    ">=": (np.greater_equal, np.less),
    ">": (np.greater, np.less_equal),
    "<=": (np.less_equal, np.greater),
    "<": (np.less, np.greater_equal),
}
OPERATORS = tuple(LIMITS)
AT_LEAST = (">=", ">")  # the lower limit is the worst of the interval
OUTCOMES = (Outcome.REACHED, Outcome.NOT_REACHED, Outcome.CANNOT_TELL, Outcome.NO_DATA)  # in an array: their places
REACHED, NOT_REACHED, CANNOT_TELL, NO_DATA = (np.int8(place) for place in range(len(OUTCOMES)))
DUST = 1e-9  # of rounding, which must not cost a whole submission


def judge(
    estimate: Estimate,
    *,
    target: float,
    operator: str = ">=",
    population: int | None = None,
    sample: int | None = None,
) -> Verdict:
    """Hold an estimate against a target.

    The verdict is "reached" only when the whole confidence interval meets the target, "not reached"
    only when none of it does; else the data cannot tell yet. With a two-sided interval of level L
    each wrong verdict has a chance of at most about (1 - L) / 2.

    Parameters
    ----------
    estimate : Estimate
        With the interval to decide by; without one the verdict is undecided.
    target : float
        On the scale of the estimate (a rate: 0 to 1).
    operator : str
        ``>=`` ("đạt tối thiểu"), ``>`` ("trên"), ``<=`` ("tối đa") or ``<``. Compared with unrounded values.
    population : int, optional
        Completed dossiers, which bound the further answers that there can be.
    sample : int, optional
        Submissions drawn from them; the estimate's own n by default.

    Returns
    -------
    Verdict

    Raises
    ------
    ValueError
        If the operator is not one of the four.

    Examples
    --------
    >>> from scoring.results import Interval
    >>> interval = Interval(lower=0.901, upper=0.94, level=0.95, method="wilson")
    >>> judge(Estimate(value=0.92, n=600, effective_n=600.0, interval=interval), target=0.9).outcome
    <Outcome.REACHED: 'reached'>
    """
    value = math.nan if estimate.value is None else estimate.value
    interval = estimate.interval
    limits = (math.nan, math.nan) if interval is None else (interval.lower, interval.upper)
    outcome = OUTCOMES[int(outcomes(value, *limits, target=target, operator=operator))]
    more = None
    if outcome is Outcome.CANNOT_TELL and operator in AT_LEAST:
        more = more_answers(estimate, target=target, population=population, sample=sample)
    return Verdict(outcome=outcome, target=target, operator=operator, more_answers=more)


def outcomes(value: ArrayLike, lower: ArrayLike, upper: ArrayLike, *, target: ArrayLike, operator: str = ">=") -> Codes:
    """Hold any number of estimates against their targets, by the rule of `judge`.

    Parameters
    ----------
    value : array_like
        The estimates; NaN where there is none.
    lower, upper : array_like
        Their intervals; NaN where there is none.
    target : array_like
        On the scale of the estimates. All of these are broadcast against each other.
    operator : str
        See `judge`.

    Returns
    -------
    ndarray of int8
        The place of each outcome in ``OUTCOMES``.

    Raises
    ------
    ValueError
        If the operator is not one of the four.

    Examples
    --------
    >>> [OUTCOMES[code].value for code in outcomes([0.92, 0.8], [0.901, 0.7], [0.94, 0.88], target=0.9)]
    ['reached', 'not_reached']
    """
    if operator not in LIMITS:
        raise ValueError(f"unknown operator {operator!r}")
    meets, fails = LIMITS[operator]
    worst, best = (lower, upper) if operator in AT_LEAST else (upper, lower)
    codes = np.where(meets(worst, target), REACHED, np.where(fails(best, target), NOT_REACHED, CANNOT_TELL))
    return np.where(np.isnan(value), NO_DATA, codes)


def more_answers(
    estimate: Estimate, *, target: float, population: int | None = None, sample: int | None = None
) -> int | None:
    """About how many further submissions would settle the verdict if the rate stayed as it is.

    Parameters
    ----------
    estimate : Estimate
        A rate with interval and effective sample size.
    target : float
        Between 0 and 1, ends excluded for a number to exist.
    population : int, optional
        Completed dossiers.
    sample : int, optional
        Submissions drawn from them (some leave a question blank); the estimate's own n by default.

    Returns
    -------
    int or None
        At least 1; None when rate and target coincide, or when there is no interval to begin with.

    References
    ----------
    `further`, which computes it.
    """
    interval, worth = estimate.interval, estimate.effective_n
    if estimate.value is None or interval is None or worth is None:
        return None
    drawn = estimate.n if sample is None else sample
    free = estimate.df
    if free is None:
        free = drawn - 1 if interval.method == COMPOSITE else math.inf
    p, aim = ((x - estimate.floor) / (1 - estimate.floor) for x in (estimate.value, target))
    more = further(
        p,
        worth,
        target=aim,
        drawn=drawn,
        population=math.nan if population is None else population,
        level=interval.level,
        df=free,
    )
    return None if np.isnan(more) else int(more)


def further(
    rate: ArrayLike,
    effective_n: ArrayLike,
    *,
    target: ArrayLike,
    drawn: ArrayLike,
    population: ArrayLike = math.nan,
    level: float = 0.95,
    df: ArrayLike = math.inf,
) -> Floats:
    """About how many further submissions would take each Wilson interval off its target at the same rate.

    A Wilson interval of n answers excludes a target t when ``n >= z^2 t (1 - t) / (p - t)^2``; the
    submissions at hand are worth ``effective_n / drawn`` each, and a finite population bounds them.

    Parameters
    ----------
    rate : array_like
        Between 0 and 1; NaN where there is none.
    effective_n : array_like
        What the answers are worth; NaN where there is no interval, infinite for a census.
    target : array_like
        Between 0 and 1, ends excluded for a number to exist.
    drawn : array_like
        Submissions at hand (some leave a question blank).
    population : array_like
        Completed dossiers; NaN where unknown. Not trusted where they are no more than `drawn`.
    level : float
        Two-sided confidence.
    df : array_like
        Degrees of freedom of an estimated variance, which grow with the submissions: the Student quantile
        falls as they come in. Infinite where the variance follows from the rate.

    Returns
    -------
    ndarray of float
        Whole numbers, at least 1; NaN where rate and target coincide, in a census, or without interval.

    Raises
    ------
    ValueError
        If the level is not between 0 and 1.

    References
    ----------
    Wilson (1927) JASA 22:209-212, solved for n; Cochran (1977) section 4.4 for the finite population.

    Examples
    --------
    >>> further([0.92, 0.9], [400, 400], target=0.9, drawn=[400, 400])
    array([465.,  nan])
    """
    p, t, worth, sample, size, free = (
        np.asarray(part, float) for part in (rate, target, effective_n, drawn, population, df)
    )
    z2 = normal_quantile(level) ** 2
    possible = (p != t) & (t > 0) & (t < 1) & (worth > 0) & np.isfinite(worth) & (sample > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        needed, each = z2 * t * (1 - t) / (p - t) ** 2, worth / sample

        def needs(total: Floats) -> Floats:
            share = student_share(np.maximum((free + 1) * total / sample - 1, 1), level)
            return _submissions(needed / share, each, sample, size)

        total = np.ceil(_submissions(needed, each, sample, size) - DUST)
        if not np.all(np.isinf(free)):
            total = _smallest(needs, total)
    more = np.maximum(1, total - sample)
    return np.where(possible & np.isfinite(more), more, np.nan)


def _smallest(needs: Callable[[Floats], Floats], least: Floats) -> Floats:
    """The smallest whole n, from `least` on, with ``needs(n) <= n``; `needs` falls as n rises."""
    low, high = least - 1, np.maximum(least, np.ceil(needs(least) - DUST))
    while np.any((low < (middle := np.floor((low + high) / 2))) & (middle < high)):
        enough = needs(middle) <= middle + DUST
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return high


def _submissions(needed: Floats, each: Floats, drawn: Floats, population: Floats) -> Floats:
    """How many submissions are worth `needed`, when those at hand are worth `each`."""
    plain = needed / each
    # `each` holds the finite population correction of the sample at hand; take it out, then solve with it.
    answers = plain * (population - 1) / (population - drawn)
    return np.where(population > drawn, answers * population / (population - 1 + answers), plain)
