"""Design-based comparisons: rates with a target, and rates of domains or items with each other or over time."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import logit, stdtr

from scoring.intervals import Floats, mean_t
from scoring.sampling.design import Bools
from scoring.sampling.linearisation import REASONS, columns, divide
from scoring.sampling.linearised import ROUNDING, Rates, linearised, rates
from scoring.sampling.partition import Partition, variance


class Untestable(StrEnum):
    """Why there is no test."""

    NO_ANSWERS = "no_answers"
    LONELY_PSU = "lonely_psu"
    NO_DEGREES_OF_FREEDOM = "no_degrees_of_freedom"
    NO_SAMPLING_VARIANCE = "no_sampling_variance"
    NO_VARIATION = "no_variation"
    SPARSE_TABLE = "sparse_table"
    TOO_FEW_PSUS = "too_few_psus"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TargetTests:
    """Design-based t tests of a target; arrays of the shape of the rates, NaN (and a reason) where there is none.

    ``p_greater`` small is evidence that the rate exceeds the target, ``p_less`` small that it is below;
    ``*_logit`` are the same tests on the log-odds scale. ``reason`` holds `Untestable` or None.
    """

    t: Floats
    p_greater: Floats
    p_less: Floats
    p_two_sided: Floats
    t_logit: Floats
    p_greater_logit: Floats
    p_less_logit: Floats
    reason: NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JointRates:
    """Rates of one sample with their covariance: domain by domain, in a domain item by item.

    ``value``, (rates,), and ``covariance``, (rates, rates), are NaN where there is none; ``df`` is PSUs less
    strata of the whole design; ``reason``, (rates,), holds `Untestable` or None.
    """

    value: Floats
    covariance: Floats
    df: int
    reason: NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Contrasts:
    """Linear combinations of rates, each tested against 0; arrays (contrasts,).

    ``p_greater`` small is evidence that it is above 0. ``lower`` and ``upper`` are the Student interval.
    ``reason`` holds `Untestable` or None: the estimate may be there without a standard error.
    """

    estimate: Floats
    se: Floats
    df: int
    t: Floats
    p_two_sided: Floats
    p_greater: Floats
    lower: Floats
    upper: Floats
    reason: NDArray[np.object_]


def target_tests(found: Rates, target: float) -> TargetTests:
    """Student tests of rates against a target, on their own and on the log-odds scale.

    Parameters
    ----------
    found : Rates
        Of any number of domains and items, also calibrated ones.
    target : float
        Rate, 0 to 1, ends excluded.

    Returns
    -------
    TargetTests
        Degrees of freedom are those of each rate, PSUs less strata. None where the standard error is 0: at rates 0
        and 1 (take an exact test, or an interval of the effective size) and in a census (compare without a test).

    Raises
    ------
    ValueError
        If the target is not between 0 and 1.

    References
    ----------
    Korn & Graubard (1999) Analysis of Health Surveys, Wiley, section 2.4; Lumley (2010) Complex Surveys, Wiley,
    section 2.3. `svyttest` of the R package survey 4.1 has the same t, but one degree of freedom less.

    Examples
    --------
    >>> from scoring.sampling.design import survey_design
    >>> from scoring.sampling.partition import partition
    >>> design = survey_design(np.ones(40), psu=np.arange(40) // 4)
    >>> found = target_tests(rates(partition(design), np.arange(40) % 11 > 2), 0.9)
    >>> found.t.round(3).tolist(), found.p_less.round(4).tolist(), found.p_less_logit.round(4).tolist()
    ([-2.058], [0.0349], [0.0086])
    """
    if not 0 < target < 1:
        raise ValueError(f"target must be between 0 and 1, not {target}")
    varies = (found.reason == 0) & (found.se**2 > ROUNDING * found.spread)
    se, p = np.where(varies, found.se, np.nan), np.where(varies, found.value, np.nan)
    t = (p - target) / se
    t_logit = (logit(p) - logit(target)) * p * (1 - p) / se
    return TargetTests(
        t=t,
        p_greater=stdtr(found.df, -t),
        p_less=stdtr(found.df, t),
        p_two_sided=2 * stdtr(found.df, -np.abs(t)),
        t_logit=t_logit,
        p_greater_logit=stdtr(found.df, -t_logit),
        p_less_logit=stdtr(found.df, t_logit),
        reason=_marked(_reasons(found.reason), ~varies & (found.reason == 0), Untestable.NO_SAMPLING_VARIANCE),
    )


def joint_rates(cells: Partition, values: ArrayLike, *, answered: ArrayLike | None = None) -> JointRates:
    """Rates of domains, items or both with the covariance that the same PSUs and respondents bring.

    Parameters
    ----------
    cells : Partition
        The domains: fields, units, years. Rows outside all are no part of the rates.
    values, answered : array_like, (rows,) or (rows, items)
        As for `rates`.

    Returns
    -------
    JointRates
        Domains x items rates, the items of the first domain first. With the option ``fail`` one lonely PSU among
        the rows of the domains leaves no covariance at all. Work grows with the square of the number of rates:
        for dozens, not for thousands.

    Raises
    ------
    ValueError
        If the shapes do not fit the design.

    References
    ----------
    Särndal, Swensson & Wretman (1992) Model Assisted Survey Sampling, Springer, sections 5.6 and 10.3;
    `svyratio(covmat=TRUE)` of the R package survey.

    Examples
    --------
    >>> from scoring.sampling.design import survey_design
    >>> from scoring.sampling.partition import partition
    >>> design = survey_design(np.ones(8), psu=[1, 1, 2, 2, 3, 3, 4, 4])  # in each commune one answer a year
    >>> found = joint_rates(partition(design, [0, 1] * 4), [1, 1, 0, 1, 1, 1, 0, 0])
    >>> found.value.tolist(), found.covariance.round(4).tolist()
    ([0.5, 0.75], [[0.0833, 0.0417], [0.0417, 0.0625]])
    """
    found = rates(cells, values, answered=answered)
    z = linearised(cells, values, answered=answered).reshape(cells.design.rows, -1)
    inside = cells.label[:, np.newaxis] == np.arange(cells.domains)
    known = np.array([marked for _, marked in columns(cells, values, answered)]).any(axis=0)
    each = (inside[:, :, np.newaxis] * z[:, np.newaxis, :]).reshape(cells.design.rows, -1)
    joint = variance(cells.design, each, within=known & (cells.label < cells.domains))
    unknown = found.reason.ravel() != 0
    lost = np.isnan(joint).all() & ~unknown
    return JointRates(
        value=found.value.ravel(),
        covariance=np.where(unknown[:, np.newaxis] | unknown, np.nan, joint),
        df=cells.design.df,
        reason=_marked(_reasons(found.reason.ravel()), lost, Untestable.LONELY_PSU),
    )


def contrasts(found: JointRates, coefficients: ArrayLike, *, level: float = 0.95) -> Contrasts:
    """Differences of rates and other linear combinations, with tests against 0 and Student intervals.

    Parameters
    ----------
    found : JointRates
        The rates.
    coefficients : array_like, (contrasts, rates)
        As from `pairs` (later minus earlier) or `slope`, or any others.
    level : float
        Two-sided confidence.

    Returns
    -------
    Contrasts
        Intervals are not cut to -1..1.

    Raises
    ------
    ValueError
        If the coefficients do not fit the rates or the level is not between 0 and 1.

    References
    ----------
    Korn & Graubard (1999) Analysis of Health Surveys, Wiley, section 2.4; `svycontrast` of the R package survey.

    Examples
    --------
    >>> from scoring.sampling.design import survey_design
    >>> from scoring.sampling.partition import partition
    >>> design = survey_design(np.ones(8), psu=[1, 1, 2, 2, 3, 3, 4, 4])
    >>> years = joint_rates(partition(design, [0, 1] * 4), [1, 1, 0, 1, 1, 1, 0, 0])
    >>> change = contrasts(years, pairs(2))
    >>> change.estimate.tolist(), change.se.tolist(), change.p_two_sided.round(3).tolist()
    ([0.25], [0.25], [0.391])
    """
    factors = np.asarray(coefficients, float)
    if factors.ndim != 2 or factors.shape[1] != len(found.value) or not np.isfinite(factors).all():
        raise ValueError(f"coefficients must be finite numbers, one row of {len(found.value)} for each contrast")
    used = factors != 0
    estimate = np.where(used & np.isnan(found.value), np.nan, factors * np.nan_to_num(found.value)).sum(axis=1)
    reason = np.array([_first(found.reason[row]) for row in used], object)
    known: Bools = np.array([row is None for row in reason], bool)
    joint = np.nan_to_num(found.covariance)
    spread = np.einsum("ci,ij,cj->c", factors, joint, factors)
    varies = spread > ROUNDING * (factors**2 @ np.diagonal(joint))
    se = np.where(known & varies, np.sqrt(np.maximum(spread, 0.0)), np.nan)
    t = estimate / se
    lower, upper = mean_t(estimate, se**2, found.df, level)
    return Contrasts(
        estimate=estimate,
        se=se,
        df=found.df,
        t=t,
        p_two_sided=2 * stdtr(found.df, -np.abs(t)),
        p_greater=stdtr(found.df, -t),
        lower=lower,
        upper=upper,
        reason=_marked(reason, known & ~varies, Untestable.NO_SAMPLING_VARIANCE),
    )


def pairs(count: int) -> Floats:
    """Coefficients of all differences of two rates, the later minus the earlier.

    Parameters
    ----------
    count : int
        How many rates.

    Returns
    -------
    ndarray of float, (count (count - 1) / 2, count)
        In the order 0-1, 0-2, ..., 1-2, ...

    Examples
    --------
    >>> pairs(3).tolist()
    [[-1.0, 1.0, 0.0], [-1.0, 0.0, 1.0], [0.0, -1.0, 1.0]]
    """
    earlier, later = np.triu_indices(count, 1)
    one = np.eye(count)
    return one[later] - one[earlier]


def slope(scores: ArrayLike) -> Floats:
    """Coefficients of the change of rates per unit of a score, by least squares: per year.

    Parameters
    ----------
    scores : array_like, (rates,)
        When each rate was: years, rounds; not all the same.

    Returns
    -------
    ndarray of float, (1, rates)

    Raises
    ------
    ValueError
        If scores are all the same or not finite.

    References
    ----------
    Draper & Smith (1998) Applied Regression Analysis, 3rd ed., Wiley, section 1.2.

    Examples
    --------
    >>> slope([2023, 2024, 2026]).round(4).tolist()
    [[-0.2857, -0.0714, 0.3571]]
    """
    times = np.asarray(scores, float)
    if times.ndim != 1 or not np.isfinite(times).all() or len(np.unique(times)) < 2:
        raise ValueError("scores must be finite numbers, at least two of them different")
    apart = times - times.mean()
    return divide(apart, np.full(len(apart), apart @ apart))[np.newaxis]


def _reasons(codes: NDArray[np.uint8]) -> NDArray[np.object_]:
    """Positions among the reasons of estimates as reasons of tests."""
    names = np.array([None if reason is None else Untestable(reason.value) for reason in REASONS], object)
    found: NDArray[np.object_] = names[codes]
    return found


def _marked(reasons: NDArray[np.object_], where: Bools, reason: Untestable) -> NDArray[np.object_]:
    return np.where(where, np.array(reason, object), reasons)  # a bare member would become a plain text


def _first(reasons: NDArray[np.object_]) -> Untestable | None:
    return next((reason for reason in reasons if reason is not None), None)
