"""Confidence intervals for rates and means, vectorised over any number of cells."""

from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

Floats = NDArray[np.float64]


def normal_quantile(level: float) -> float:
    """Two-sided standard normal quantile, ``z = Phi^-1((1 + level) / 2)``.

    Parameters
    ----------
    level : float
        Confidence, between 0 and 1, ends excluded.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If the level is not between 0 and 1.

    References
    ----------
    Wichura (1988), Algorithm AS 241, Applied Statistics 37:477-484 (as in Python's `statistics`).

    Examples
    --------
    >>> round(normal_quantile(0.95), 6)
    1.959964
    """
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, not {level}")
    return NormalDist().inv_cdf((1 + level) / 2)


def wilson(rate: ArrayLike, n: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """Wilson score interval of a proportion.

    Parameters
    ----------
    rate : array_like
        Observed proportions, 0 to 1; NaN where there is none.
    n : array_like
        Answers behind each proportion, or an effective sample size: any positive number,
        infinity for a census. Broadcast against `rate`.
    level : float
        Two-sided confidence.

    Returns
    -------
    lower, upper : ndarray of float
        Limits between 0 and 1, exactly 0 at rate 0 and exactly 1 at rate 1; NaN where `n` is 0 or
        `rate` is NaN. A census has `lower == upper == rate`.

    Raises
    ------
    ValueError
        If a rate is outside 0..1 or an `n` is negative.

    References
    ----------
    Wilson (1927) JASA 22:209-212; recommended for simple random samples by Brown, Cai & DasGupta
    (2001) Statistical Science 16:101-133, on the effective sample size of complex ones by Franco,
    Little, Louis & Slud (2019) J. Survey Stat. Methodol. 7:334-364.

    Examples
    --------
    >>> lower, upper = wilson(0.9, 100)
    >>> round(float(lower), 4), round(float(upper), 4)
    (0.8256, 0.9448)
    """
    p, size = np.broadcast_arrays(np.asarray(rate, float), np.asarray(n, float))
    if np.any((p < 0) | (p > 1)):
        raise ValueError("a rate must lie between 0 and 1")
    if np.any(size < 0):
        raise ValueError("a sample size must not be negative")
    z2 = normal_quantile(level) ** 2
    with np.errstate(invalid="ignore", divide="ignore"):
        z2_per_n = np.where(size > 0, z2 / size, np.nan)
        centre = p + z2_per_n / 2
        half = np.sqrt(z2_per_n * (p * (1 - p) + z2_per_n / 4))
        lower = (centre - half) / (1 + z2_per_n)
        upper = (centre + half) / (1 + z2_per_n)
    known = ~np.isnan(lower)
    lower = np.where(known & (p == 0), 0.0, lower)
    upper = np.where(known & (p == 1), 1.0, upper)
    return lower, upper


def mean_t(mean: ArrayLike, variance: ArrayLike, df: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """Student interval of a mean from its estimated variance.

    Parameters
    ----------
    mean, variance : array_like
        The estimates and the variances *of the estimates* (not of the data).
    df : array_like
        Degrees of freedom, at least 1 where an interval exists.
    level : float
        Two-sided confidence.

    Returns
    -------
    lower, upper : ndarray of float
        NaN where `df` is below 1 or an input is NaN.

    Raises
    ------
    ValueError
        If the level is not between 0 and 1.

    References
    ----------
    Student (1908) Biometrika 6:1-25.

    Examples
    --------
    >>> lower, upper = mean_t(15.0, 0.25, 24)
    >>> round(float(lower), 3), round(float(upper), 3)
    (13.968, 16.032)
    """
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, not {level}")
    freedom = np.asarray(df, float)
    quantile = stdtrit(np.where(freedom >= 1, freedom, np.nan), (1 + level) / 2)
    half = quantile * np.sqrt(np.asarray(variance, float))
    centre = np.asarray(mean, float)
    return centre - half, centre + half


def student_share(df: ArrayLike, level: float = 0.95) -> Floats:
    """What a sample is worth when its variance is itself estimated, as a share of its size.

    A Wilson interval on ``n * student_share(df)`` is the Wilson interval on n with the Student quantile
    in place of the normal one, because the interval depends on ``z^2 / n`` alone.

    Parameters
    ----------
    df : array_like
        Degrees of freedom of the variance, at least 1; infinite for one that is known.
    level : float
        Two-sided confidence.

    Returns
    -------
    ndarray of float
        ``(z / t_df)^2``, between 0 and 1, rising to 1; NaN below one degree of freedom.

    References
    ----------
    Korn & Graubard (1998) Survey Methodology 24:193-201 correct an effective size in this way.

    Examples
    --------
    >>> [round(float(share), 3) for share in student_share([4, 16, 400])]
    [0.498, 0.855, 0.994]
    """
    freedom = np.asarray(df, float)
    quantile = stdtrit(np.where(freedom >= 1, freedom, np.nan), (1 + level) / 2)
    share: Floats = np.where(np.isinf(freedom), 1.0, (normal_quantile(level) / quantile) ** 2)
    return share


def effective_n_finite(n: ArrayLike, sample: ArrayLike, population: ArrayLike) -> Floats:
    """Sample size that a sample without replacement from a finite population is worth.

    The variance of a proportion in a simple random sample without replacement is
    ``p (1 - p) / n * (N - n) / (N - 1)``, so `n` answers are worth ``n (N - 1) / (N - sample)``
    answers from an unlimited population.

    Parameters
    ----------
    n : array_like
        Answers behind the proportion.
    sample : array_like
        Respondents drawn from the population (at least `n`: some leave a question blank).
    population : array_like
        Population size N; NaN where it is unknown, and then the result is `n` itself.

    Returns
    -------
    ndarray of float
        Infinity where the sample is the whole population; `n` itself where the sample exceeds the
        population, because that count cannot be right and must not pass for certainty.

    References
    ----------
    Cochran (1977) Sampling Techniques, 3rd ed., section 3.2 (finite population correction).

    Examples
    --------
    >>> float(effective_n_finite(60, 60, 200))
    85.28571428571429
    >>> float(effective_n_finite(60, 60, float("nan")))
    60.0
    """
    answers, drawn, size = np.broadcast_arrays(
        np.asarray(n, float), np.asarray(sample, float), np.asarray(population, float)
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        worth = np.where(size == drawn, np.inf, answers * (size - 1) / (size - drawn))
    return np.where(np.isnan(size) | (size < drawn) | (answers == 0), answers, worth)
