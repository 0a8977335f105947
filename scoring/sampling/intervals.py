"""Confidence intervals of design-based rates, each method vectorised over all domains."""

from collections.abc import Callable

import numpy as np
from scipy.special import betaincinv, expit, logit, stdtrit

from scoring.intervals import Floats, mean_t, normal_quantile, wilson
from scoring.sampling.design import Ints
from scoring.sampling.linearised import Rates

Limits = tuple[Floats, Floats]


def student(found: Rates, level: float = 0.95) -> Limits:
    """Student interval of a rate or mean, not cut to 0..1 (``mean`` of R's svyciprop).

    Parameters
    ----------
    found : Rates
        Of any number of domains and items.
    level : float
        Two-sided confidence.

    Returns
    -------
    lower, upper : ndarray of float
        NaN where there is no standard error.

    References
    ----------
    Student (1908) Biometrika 6:1-25; degrees of freedom of designs: Korn & Graubard (1999) Analysis of
    Health Surveys, Wiley, section 2.4.

    Examples
    --------
    >>> from scoring.sampling.design import survey_design
    >>> from scoring.sampling.linearised import rates
    >>> from scoring.sampling.partition import partition
    >>> design = survey_design(np.ones(60), psu=np.arange(60) // 4)  # 10 communes in a unit, 5 in another
    >>> satisfied = (np.arange(60) % 11 > 2) | (np.arange(60) >= 40)  # everybody in the other
    >>> found = rates(partition(design, np.arange(60) // 40), satisfied)
    >>> lower, upper = student(found)
    >>> lower.round(4).tolist(), upper.round(4).tolist()
    ([0.4841, 1.0], [0.9159, 1.0])
    """
    return mean_t(found.value, found.se**2, found.df, level)


def wald(found: Rates, level: float = 0.95) -> Limits:
    """Normal interval cut to 0..1 (``wald_fpc_z``): for comparison, too short near the ends.

    Parameters
    ----------
    found : Rates
        Of any number of domains and items.
    level : float
        Two-sided confidence.

    Returns
    -------
    lower, upper : ndarray of float
        NaN where there is no standard error.

    References
    ----------
    Cochran (1977) Sampling Techniques, 3rd ed., section 3.6; against it Brown, Cai & DasGupta (2001).

    Examples
    --------
    >>> from scoring.sampling.design import survey_design
    >>> from scoring.sampling.linearised import rates
    >>> from scoring.sampling.partition import partition
    >>> design = survey_design(np.ones(60), psu=np.arange(60) // 4)  # 10 communes in a unit, 5 in another
    >>> satisfied = (np.arange(60) % 11 > 2) | (np.arange(60) >= 40)  # everybody in the other
    >>> found = rates(partition(design, np.arange(60) // 40), satisfied)
    >>> lower, upper = wald(found)
    >>> lower.round(4).tolist(), upper.round(4).tolist()
    ([0.513, 1.0], [0.887, 1.0])
    """
    half = normal_quantile(level) * found.se
    return np.clip(found.value - half, 0.0, 1.0), np.clip(found.value + half, 0.0, 1.0)


def xlogit(found: Rates, level: float = 0.95) -> Limits:
    """Student interval on the log-odds scale (``xlogit``, and ``logit`` but for R's iterations).

    Parameters
    ----------
    found : Rates
        Of any number of domains and items.
    level : float
        Two-sided confidence.

    Returns
    -------
    lower, upper : ndarray of float
        Between 0 and 1; NaN at rates 0 and 1, where log-odds do not exist, and without standard error.

    References
    ----------
    Lumley (2010) Complex Surveys, Wiley, section 2.3; `svyciprop` of the R package survey.

    Examples
    --------
    >>> from scoring.sampling.design import survey_design
    >>> from scoring.sampling.linearised import rates
    >>> from scoring.sampling.partition import partition
    >>> design = survey_design(np.ones(60), psu=np.arange(60) // 4)  # 10 communes in a unit, 5 in another
    >>> satisfied = (np.arange(60) % 11 > 2) | (np.arange(60) >= 40)  # everybody in the other
    >>> found = rates(partition(design, np.arange(60) // 40), satisfied)
    >>> lower, upper = xlogit(found)
    >>> lower.round(4).tolist(), upper.round(4).tolist()
    ([0.4549, nan], [0.8671, nan])
    """
    inside = (found.value > 0) & (found.value < 1)
    p = np.where(inside, found.value, np.nan)
    lower, upper = mean_t(logit(p), (found.se / (p * (1 - p))) ** 2, found.df, level)
    return expit(lower), expit(upper)


def beta(found: Rates, level: float = 0.95) -> Limits:
    """Clopper-Pearson limits on the df-adjusted effective size, as `svyciprop(method="beta")` of R.

    Parameters
    ----------
    found : Rates
        Of any number of domains and items.
    level : float
        Two-sided confidence.

    Returns
    -------
    lower, upper : ndarray of float
        NaN at rates 0 and 1 and wherever the standard error is 0 or missing. The effective size may
        exceed the answers; `kg_nchs` limits it.

    References
    ----------
    Korn & Graubard (1998) Survey Methodology 24:193-201, as in R survey 4.1.

    Examples
    --------
    >>> from scoring.sampling.design import survey_design
    >>> from scoring.sampling.linearised import rates
    >>> from scoring.sampling.partition import partition
    >>> design = survey_design(np.ones(60), psu=np.arange(60) // 4)  # 10 communes in a unit, 5 in another
    >>> satisfied = (np.arange(60) % 11 > 2) | (np.arange(60) >= 40)  # everybody in the other
    >>> found = rates(partition(design, np.arange(60) // 40), satisfied)
    >>> lower, upper = beta(found)
    >>> lower.round(4).tolist(), upper.round(4).tolist()
    ([0.4461, nan], [0.8871, nan])
    """
    return _clopper_pearson(found.value, found.n_eff_design * _student_ratio(found, found.answered, level), level)


def kg_nchs(found: Rates, level: float = 0.95) -> Limits:
    """Korn-Graubard interval with the rules of the US National Center for Health Statistics.

    Parameters
    ----------
    found : Rates
        Of any number of domains and items.
    level : float
        Two-sided confidence.

    Returns
    -------
    lower, upper : ndarray of float
        Exactly 0 at rate 0 and 1 at rate 1; NaN without standard error and in a census.

    References
    ----------
    Korn & Graubard (1998) Survey Methodology 24:193-201; Parker et al. (2017) Vital and Health
    Statistics 2(175): the effective size is at most n, and n itself at rates 0 and 1.

    Examples
    --------
    >>> from scoring.sampling.design import survey_design
    >>> from scoring.sampling.linearised import rates
    >>> from scoring.sampling.partition import partition
    >>> design = survey_design(np.ones(60), psu=np.arange(60) // 4)  # 10 communes in a unit, 5 in another
    >>> satisfied = (np.arange(60) % 11 > 2) | (np.arange(60) >= 40)  # everybody in the other
    >>> found = rates(partition(design, np.arange(60) // 40), satisfied)
    >>> lower, upper = kg_nchs(found)
    >>> lower.round(4).tolist(), upper.round(4).tolist()
    ([0.4461, 0.7228], [0.8871, 1.0])
    """
    return _clopper_pearson(found.value, limited_size(found, level), level)


def wilson_neff(found: Rates, level: float = 0.95) -> Limits:
    """Wilson interval on the effective sample size, without regard to its degrees of freedom.

    Parameters
    ----------
    found : Rates
        Of any number of domains and items.
    level : float
        Two-sided confidence.

    Returns
    -------
    lower, upper : ndarray of float
        NaN without standard error and in a census.

    References
    ----------
    Franco, Little, Louis & Slud (2019) J. Survey Stat. Methodol. 7:334-364.

    Examples
    --------
    >>> from scoring.sampling.design import survey_design
    >>> from scoring.sampling.linearised import rates
    >>> from scoring.sampling.partition import partition
    >>> design = survey_design(np.ones(60), psu=np.arange(60) // 4)  # 10 communes in a unit, 5 in another
    >>> satisfied = (np.arange(60) % 11 > 2) | (np.arange(60) >= 40)  # everybody in the other
    >>> found = rates(partition(design, np.arange(60) // 40), satisfied)
    >>> lower, upper = wilson_neff(found)
    >>> lower.round(4).tolist(), upper.round(4).tolist()
    ([0.4959, 0.8389], [0.847, 1.0])
    """
    size = effective_size(found)
    return wilson(np.where(np.isnan(size), np.nan, found.value), np.nan_to_num(size), level)


def wilson_kg(found: Rates, level: float = 0.95) -> Limits:
    """Wilson interval on the df-adjusted effective size that `kg_nchs` uses: the default for designs.

    Parameters
    ----------
    found : Rates
        Of any number of domains and items.
    level : float
        Two-sided confidence.

    Returns
    -------
    lower, upper : ndarray of float
        NaN without standard error and in a census.

    References
    ----------
    Franco, Little, Louis & Slud (2019) J. Survey Stat. Methodol. 7:334-364, with the size of Korn &
    Graubard (1998) Survey Methodology 24:193-201.

    Examples
    --------
    >>> from scoring.sampling.design import survey_design
    >>> from scoring.sampling.linearised import rates
    >>> from scoring.sampling.partition import partition
    >>> design = survey_design(np.ones(60), psu=np.arange(60) // 4)  # 10 communes in a unit, 5 in another
    >>> satisfied = (np.arange(60) % 11 > 2) | (np.arange(60) >= 40)  # everybody in the other
    >>> found = rates(partition(design, np.arange(60) // 40), satisfied)
    >>> lower, upper = wilson_kg(found)
    >>> lower.round(4).tolist(), upper.round(4).tolist()
    ([0.4721, 0.7474], [0.8589, 1.0])
    """
    size = limited_size(found, level)
    return wilson(np.where(np.isnan(size), np.nan, found.value), np.nan_to_num(size), level)


def jeffreys_neff(found: Rates, level: float = 0.95) -> Limits:
    """Jeffreys interval on the effective sample size.

    Parameters
    ----------
    found : Rates
        Of any number of domains and items.
    level : float
        Two-sided confidence.

    Returns
    -------
    lower, upper : ndarray of float
        Exactly 0 at rate 0 and 1 at rate 1; NaN without standard error and in a census.

    References
    ----------
    Brown, Cai & DasGupta (2001) Statistical Science 16:101-133, section 4.3, on the size of Franco et
    al. (2019).

    Examples
    --------
    >>> from scoring.sampling.design import survey_design
    >>> from scoring.sampling.linearised import rates
    >>> from scoring.sampling.partition import partition
    >>> design = survey_design(np.ones(60), psu=np.arange(60) // 4)  # 10 communes in a unit, 5 in another
    >>> satisfied = (np.arange(60) % 11 > 2) | (np.arange(60) >= 40)  # everybody in the other
    >>> found = rates(partition(design, np.arange(60) // 40), satisfied)
    >>> lower, upper = jeffreys_neff(found)
    >>> lower.round(4).tolist(), upper.round(4).tolist()
    ([0.4979, 0.8834], [0.8553, 1.0])
    """
    p, size, tail = found.value, effective_size(found), (1 - level) / 2
    yes, no = size * p + 0.5, size * (1 - p) + 0.5
    lower, upper = betaincinv(yes, no, tail), betaincinv(yes, no, 1 - tail)
    known = ~np.isnan(size)
    return np.where(known & (p == 0), 0.0, lower), np.where(known & (p == 1), 1.0, upper)


METHODS: dict[str, Callable[[Rates, float], Limits]] = {
    "mean": student,
    "wald": wald,
    "logit": xlogit,
    "xlogit": xlogit,
    "beta": beta,
    "kg_nchs": kg_nchs,
    "wilson_neff": wilson_neff,
    "wilson_kg": wilson_kg,
    "jeffreys_neff": jeffreys_neff,
}
LIMITED = ("kg_nchs", "wilson_kg")


def effective_size(found: Rates) -> Floats:
    """Effective sample size of the design, without regard to its degrees of freedom.

    Parameters
    ----------
    found : Rates
        Of any number of domains and items.

    Returns
    -------
    ndarray of float
        ``n_eff_design``; n where everybody or nobody is satisfied, because the design variance is 0
        there; NaN without standard error and in a census.

    References
    ----------
    Kish (1965) Survey Sampling, section 8.2; Parker et al. (2017) Vital Health Stat 2(175).

    Examples
    --------
    >>> from scoring.sampling.design import survey_design
    >>> from scoring.sampling.linearised import rates
    >>> from scoring.sampling.partition import partition
    >>> effective_size(rates(partition(survey_design(np.ones(5))), [1, 1, 0, 1, 1])).round(2).tolist()
    [4.0]
    """
    uniform = (found.spread == 0) & (found.reason == 0)
    return np.where(uniform, found.n, found.n_eff_design)


def limited_size(found: Rates, level: float = 0.95) -> Floats:
    """Effective sample size, adjusted for the degrees of freedom and at most the number of answers.

    Parameters
    ----------
    found : Rates
        Of any number of domains and items.
    level : float
        Two-sided confidence, on which the adjustment depends a little.

    Returns
    -------
    ndarray of float
        ``min(n, n_eff (t_(n-1) / t_df)^2)``, with n for n_eff at rates 0 and 1; NaN without standard
        error and in a census.

    References
    ----------
    Korn & Graubard (1998) Survey Methodology 24:193-201; Parker et al. (2017) Vital Health Stat 2(175).

    Examples
    --------
    >>> from scoring.sampling.design import survey_design
    >>> from scoring.sampling.linearised import rates
    >>> from scoring.sampling.partition import partition
    >>> design = survey_design(np.ones(60), psu=np.arange(60) // 4)  # 10 communes in a unit, 5 in another
    >>> satisfied = (np.arange(60) % 11 > 2) | (np.arange(60) >= 40)  # everybody in the other
    >>> found = rates(partition(design, np.arange(60) // 40), satisfied)
    >>> limited_size(found).round(2).tolist()
    [18.44, 11.37]
    """
    # PSUs alike by chance are not certain; where the variance is unknown there is no size at all.
    even = np.isnan(found.n_eff_design) & (found.spread > 0) & ~found.census & (found.reason == 0)
    size = np.where(even, found.n, effective_size(found))
    return np.minimum(found.n, size * _student_ratio(found, found.n, level))


def _student_ratio(found: Rates, n: Ints, level: float) -> Floats:
    """Squared ratio of the Student quantiles of n - 1 and of the design's degrees of freedom."""
    half = (1 + level) / 2
    whole = stdtrit(np.where(n > 1, n - 1.0, np.nan), half)
    ratio: Floats = (whole / stdtrit(np.where(found.df > 0, found.df, np.nan), half)) ** 2
    return ratio


def _clopper_pearson(p: Floats, size: Floats, level: float) -> Limits:
    """Limits of a binomial share of any, not only a whole, size."""
    tail, known = (1 - level) / 2, ~np.isnan(size)
    yes, no = size * p, size * (1 - p)
    lower = np.where(p > 0, betaincinv(yes, no + 1, tail), 0.0)
    upper = np.where(p < 1, betaincinv(yes + 1, no, 1 - tail), 1.0)
    return np.where(known, lower, np.nan), np.where(known, upper, np.nan)
