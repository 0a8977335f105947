"""Rates of small units, shrunk towards the rate of all units and shown beside the raw rate."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import betaincinv, betaln, expit, gammaln, psi, xlogy

from scoring.results import Interval, Reason

Floats = NDArray[np.float64]

POSTERIOR = "beta_binomial"
LOGITS = 14.0  # rho from 1e-6; below, the likelihood is that of no spread but for rounding
GAIN = 1e-6  # log-likelihood by which a spread must beat none


class Weighting(StrEnum):
    """How much each unit counts in the moments."""

    ANSWERS = "n"
    EQUAL = "1"


class NoShrinkage(StrEnum):
    """Why there is no shrunk rate, or none with an interval."""

    TOO_FEW_UNITS = "too_few_units"  # fewer than two with answers
    TOO_FEW_ANSWERS = "too_few_answers"  # one answer per unit tells nothing of the spread
    ALL_ALIKE = "all_alike"  # every answer is the same
    NO_SPREAD = "no_spread"  # no more than chance: every unit gets the rate of all
    NOTHING_SHARED = "nothing_shared"  # as much as can be (each unit unanimous): the raw rates stay


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """How the true rates of units spread: Beta(alpha, beta).

    ``mean = alpha / (alpha + beta)`` and ``rho = 1 / (alpha + beta + 1)``, the correlation of two answers
    in one unit, 0 (``boundary``: no spread beyond chance) to 1. ``raw_rho`` is the estimate before it is
    cut to 0..1, ``log_likelihood`` that of the fit (both None for the other method). A missing alpha has
    its ``reason``; a missing rho too, and then there is nothing to shrink to.
    """

    mean: float | None
    rho: float | None
    alpha: float | None = None
    beta: float | None = None
    raw_rho: float | None = None
    log_likelihood: float | None = None
    boundary: bool = False
    reason: NoShrinkage | None = None


# Each unit by itself, nothing borrowed from the others.
JEFFREYS = Prior(mean=0.5, rho=0.5, alpha=0.5, beta=0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallArea:
    """The raw rate of a unit and beside it the shrunk one.

    ``shrinkage`` is the weight of the prior mean in the shrunk rate (0: the raw rate, 1: the rate of
    all). The interval is the posterior's, around the shrunk rate.
    """

    n: float
    raw: float | None
    shrunk: float | None
    interval: Interval | None
    shrinkage: float | None
    raw_reason: Reason | None = None
    reason: NoShrinkage | None = None


def fit_moments(satisfied: ArrayLike, answers: ArrayLike, *, weighting: Weighting = Weighting.ANSWERS) -> Prior:
    """Prior of the units' rates by Kleinman's moments, in one pass.

    Parameters
    ----------
    satisfied, answers : array_like, (units,)
        Counts, or effective ones for a complex design; units without answers do not enter.
    weighting : Weighting
        Each unit by its answers, or all units alike.

    Returns
    -------
    Prior

    Raises
    ------
    ValueError
        If a count is negative or more are satisfied than answered.

    References
    ----------
    Kleinman (1973) JASA 68:46-54.

    Examples
    --------
    >>> found = fit_moments([28, 15], [30, 25])
    >>> round(found.mean, 4), round(found.rho, 4)
    (0.7818, 0.3)
    """
    x, n = _counts(satisfied, answers)
    if len(n) < 2:
        return Prior(mean=None, rho=None, reason=NoShrinkage.TOO_FEW_UNITS)
    weight = n if weighting is Weighting.ANSWERS else np.ones(len(n))
    share = 1 - weight / weight.sum()
    mean = float((weight * x / n).sum() / weight.sum())
    if (x == 0).all() or (x == n).all():
        return Prior(mean=mean, rho=0.0, boundary=True, reason=NoShrinkage.ALL_ALIKE)
    spread = float((weight * (x / n - mean) ** 2).sum())
    chance, all_between = float((weight / n * share).sum()), float((weight * share).sum())
    if all_between <= chance:
        return Prior(mean=mean, rho=None, reason=NoShrinkage.TOO_FEW_ANSWERS)
    noise = mean * (1 - mean)
    return _prior(mean, (spread - noise * chance) / (noise * (all_between - chance)))


def _prior(mean: float, raw_rho: float) -> Prior:
    if raw_rho <= 0:
        return Prior(mean=mean, rho=0.0, raw_rho=raw_rho, boundary=True, reason=NoShrinkage.NO_SPREAD)
    if raw_rho >= 1:
        return Prior(mean=mean, rho=1.0, raw_rho=raw_rho, reason=NoShrinkage.NOTHING_SHARED)
    size = (1 - raw_rho) / raw_rho
    return Prior(mean=mean, rho=raw_rho, raw_rho=raw_rho, alpha=mean * size, beta=(1 - mean) * size)


def fit_likelihood(satisfied: ArrayLike, answers: ArrayLike) -> Prior:
    """Prior of the units' rates by maximum likelihood of the beta-binomial distribution.

    Parameters
    ----------
    satisfied, answers : array_like, (units,)
        As in `fit_moments`.

    Returns
    -------
    Prior
        ``boundary`` when no spread is as likely as any: the likelihood is highest at rho = 0.

    Raises
    ------
    ValueError
        If a count is negative or more are satisfied than answered.

    References
    ----------
    Griffiths (1973) Biometrics 29:637-648.

    Examples
    --------
    >>> found = fit_likelihood([28, 15], [30, 25])
    >>> round(found.mean, 4), round(found.rho, 4), round(found.log_likelihood, 4)
    (0.7719, 0.127, -5.6179)
    """
    x, n = _counts(satisfied, answers)
    if len(n) < 2:
        return Prior(mean=None, rho=None, reason=NoShrinkage.TOO_FEW_UNITS)
    ways = float((gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)).sum())
    pooled = float(x.sum() / n.sum())
    chance = _log_binomial(x, n, pooled)
    if pooled in (0, 1):
        return _no_spread(pooled, chance + ways, NoShrinkage.ALL_ALIKE)
    if (n <= 1).all():
        return Prior(mean=pooled, rho=None, reason=NoShrinkage.TOO_FEW_ANSWERS)
    if ((x == 0) | (x == n)).all():
        return _unanimous(float((x > 0).mean()), len(n))
    mean, rho, highest = _maximum(x, n, pooled)
    if highest <= chance + GAIN:
        return _no_spread(pooled, chance + ways, NoShrinkage.NO_SPREAD)
    size = (1 - rho) / rho
    return Prior(mean=mean, rho=rho, alpha=mean * size, beta=(1 - mean) * size, log_likelihood=highest + ways)


def _log_binomial(x: Floats, n: Floats, rate: float) -> float:
    """Without the binomial coefficients."""
    return float((xlogy(x, rate) + xlogy(n - x, 1 - rate)).sum())


def _no_spread(mean: float, log_likelihood: float, reason: NoShrinkage) -> Prior:
    return Prior(mean=mean, rho=0.0, boundary=True, log_likelihood=log_likelihood, reason=reason)


def _unanimous(share: float, units: int) -> Prior:
    """At rho = 1 each unit is one draw; unanimous units of several answers make that the most likely."""
    likelihood = _log_binomial(np.array([share * units]), np.array([float(units)]), share)
    return Prior(mean=share, rho=1.0, log_likelihood=likelihood, reason=NoShrinkage.NOTHING_SHARED)


def _maximum(x: Floats, n: Floats, pooled: float) -> tuple[float, float, float]:
    """Mean and rho of the highest likelihood above rho = 0, and its logarithm."""
    middle = np.log(pooled / (1 - pooled))
    fits = [
        minimize(
            _minus_log_likelihood,
            (middle, start),
            args=(x, n),
            jac=True,
            method="TNC",
            bounds=((-LOGITS, LOGITS), (-LOGITS, LOGITS)),
            options={"ftol": 1e-15, "xtol": 1e-10, "maxfun": 500},
        )
        for start in (-4.0, -1.0)  # little and much spread
    ]
    best = min(fits, key=lambda fit: float(fit.fun))
    return float(expit(best.x[0])), float(expit(best.x[1])), -float(best.fun)


def _minus_log_likelihood(logits: Floats, x: Floats, n: Floats) -> tuple[float, Floats]:
    """The value without the binomial coefficients, and its gradient by the logits of mean and rho."""
    mean, size = expit(logits[0]), np.exp(-logits[1])
    alpha, beta = mean * size, (1 - mean) * size
    value = (betaln(alpha + x, beta + n - x) - betaln(alpha, beta)).sum()
    common = psi(size) - psi(size + n)
    by_alpha = (psi(alpha + x) - psi(alpha) + common).sum()
    by_beta = (psi(beta + n - x) - psi(beta) + common).sum()
    gradient = (size * mean * (1 - mean) * (by_alpha - by_beta), -alpha * by_alpha - beta * by_beta)
    return -float(value), -np.array(gradient)


def shrink(satisfied: ArrayLike, answers: ArrayLike, prior: Prior, *, level: float = 0.95) -> tuple[SmallArea, ...]:
    """Rates of the units by empirical Bayes: the posterior mean and quantiles of Beta(alpha + x, beta + n - x).

    The intervals leave out that the prior is itself estimated, and are a little too narrow when there
    are few units.

    Parameters
    ----------
    satisfied, answers : array_like, (units,)
        Counts, or effective ones. A unit without answers gets the prior mean and no raw rate.
    prior : Prior
        From `fit_moments` or `fit_likelihood`, or `JEFFREYS` for each unit alone.
    level : float
        Probability of the interval, between 0 and 1.

    Returns
    -------
    tuple of SmallArea

    Raises
    ------
    ValueError
        If the counts are impossible or the level is not between 0 and 1.

    References
    ----------
    Morris (1983) JASA 78:47-55; Carlin & Louis (2000) Bayes and Empirical Bayes Methods, ch. 3.

    Examples
    --------
    >>> x, n = [3, 40, 20, 55], [3, 50, 30, 60]
    >>> first = shrink(x, n, fit_moments(x, n))[0]
    >>> first.raw, round(first.shrunk, 3), round(first.shrinkage, 3)
    (1.0, 0.858, 0.811)
    """
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, not {level}")
    x, n = _checked(satisfied, answers)
    raw = np.divide(x, n, out=np.full(len(n), np.nan), where=n > 0)
    shrinkage = _shrinkage(n, prior)
    mean = np.nan if prior.mean is None else prior.mean
    shrunk = mean * shrinkage + np.where(n > 0, raw * (1 - shrinkage), 0)
    lower, upper = _quantiles(x, n, prior, level)
    return tuple(
        SmallArea(
            n=float(size),
            raw=_value(rate),
            shrunk=_value(middle),
            interval=None
            if np.isnan(low)
            else Interval(lower=float(low), upper=float(high), level=level, method=POSTERIOR),
            shrinkage=_value(weight),
            raw_reason=None if size > 0 else Reason.NO_ANSWERS,
            reason=prior.reason,
        )
        for size, rate, middle, low, high, weight in zip(n, raw, shrunk, lower, upper, shrinkage, strict=True)
    )


def _shrinkage(n: Floats, prior: Prior) -> Floats:
    """Weight of the prior mean, ``(alpha + beta) / (n + alpha + beta)`` written in rho, which has both ends."""
    if prior.rho is None:
        return np.full(len(n), np.nan)
    return np.where(n > 0, (1 - prior.rho) / (1 - prior.rho + np.maximum(n, 1e-300) * prior.rho), 1.0)


def _quantiles(x: Floats, n: Floats, prior: Prior, level: float) -> tuple[Floats, Floats]:
    if prior.alpha is None or prior.beta is None:
        return np.full(len(n), np.nan), np.full(len(n), np.nan)
    a, b = prior.alpha + x, prior.beta + n - x
    return np.asarray(betaincinv(a, b, (1 - level) / 2)), np.asarray(betaincinv(a, b, (1 + level) / 2))


def _checked(satisfied: ArrayLike, answers: ArrayLike) -> tuple[Floats, Floats]:
    x, n = np.broadcast_arrays(np.asarray(satisfied, float), np.asarray(answers, float))
    if not np.all((x >= 0) & (x <= n)):
        raise ValueError("satisfied must lie between 0 and the answers")
    return x, n


def _counts(satisfied: ArrayLike, answers: ArrayLike) -> tuple[Floats, Floats]:
    """Counts of the units with answers."""
    x, n = _checked(satisfied, answers)
    return x[n > 0], n[n > 0]


def _value(number: float) -> float | None:
    return None if np.isnan(number) else float(number)
