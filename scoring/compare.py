"""Tests of a rate against a target, of two rates, of many at once and of a trend, on simple random samples."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, betaincc, betaln, chdtrc, ndtr, xlog1py, xlogy

from scoring.binomial import clopper_pearson, counts
from scoring.finite import probabilities
from scoring.intervals import Floats

# Outcomes as probable as the observed one but for rounding count as no more probable, as in R.
FUZZ = 1e-7
ADJUSTMENTS = ("bonferroni", "holm", "hochberg", "BH", "BY")


class NoTest(StrEnum):
    """Why there is no test."""

    NO_ANSWERS = "no_answers"
    NO_VARIATION = "no_variation"


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetTest:
    """Exact binomial test of a target; arrays of one shape, NaN (and a reason) where nobody answered.

    ``p_greater`` small is evidence that the rate exceeds the target, ``p_less`` small that it is below;
    ``midp_greater`` counts the observed outcome half. ``lower_bound`` and ``upper_bound`` are one-sided. The
    ``score_*`` values are the normal approximation.
    """

    estimate: Floats
    p_greater: Floats
    p_less: Floats
    p_two_sided: Floats
    midp_greater: Floats
    lower_bound: Floats
    upper_bound: Floats
    score_z: Floats
    score_p_greater: Floats
    score_p_less: Floats
    reason: NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoRates:
    """Tests of equality of two independent rates; arrays of one shape.

    ``difference`` is first minus second; ``*_cc`` have Yates' continuity correction; ``fisher_p`` is exact.
    The chi-squared values are NaN, with a reason, where all answers are alike or a sample is empty.
    """

    difference: Floats
    chi2: Floats
    p_two_sided: Floats
    chi2_cc: Floats
    p_two_sided_cc: Floats
    fisher_p: Floats
    reason: NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """Cochran-Armitage test; arrays over all axes but the last, NaN (and a reason) where not defined."""

    z: Floats
    chi2: Floats
    p_two_sided: Floats
    p_increasing: Floats
    p_decreasing: Floats
    reason: NDArray[np.object_]


def target_test(x: ArrayLike, n: ArrayLike, target: float, *, level: float = 0.95) -> TargetTest:
    """Exact binomial test of rates against a target.

    Parameters
    ----------
    x, n : array_like
        Satisfied answers and answers, whole numbers, ``0 <= x <= n``. Broadcast together.
    target : float
        Rate, 0 to 1, ends excluded.
    level : float
        Confidence of each one-sided Clopper-Pearson bound, 0.5 to 1, ends excluded.

    Returns
    -------
    TargetTest

    Raises
    ------
    ValueError
        If counts, target or level are impossible.

    References
    ----------
    Clopper & Pearson (1934) Biometrika 26:404-413; two-sided as R's `binom.test`: all outcomes no more probable
    than the observed one. Mid-p: Lancaster (1961) JASA 56:223-234.

    Examples
    --------
    >>> found = target_test(95, 100, 0.9)
    >>> round(float(found.p_greater), 4), round(float(found.lower_bound), 4)
    (0.0576, 0.8977)
    """
    if not 0 < target < 1:
        raise ValueError(f"target must be between 0 and 1, not {target}")
    satisfied, answers = counts(x, n, whole=True)
    greater, more = _at_least(satisfied, answers, target), _at_least(satisfied + 1, answers, target)
    lower, upper = clopper_pearson(satisfied, answers, 2 * level - 1)
    z = (satisfied / answers - target) / np.sqrt(target * (1 - target) / answers)
    return TargetTest(
        estimate=satisfied / answers,
        p_greater=greater,
        p_less=_at_most(satisfied, answers, target),
        p_two_sided=_two_sided(satisfied, answers, target),
        midp_greater=(greater + more) / 2,
        lower_bound=lower,
        upper_bound=upper,
        score_z=z,
        score_p_greater=ndtr(-z),
        score_p_less=ndtr(z),
        reason=_reasons(np.isnan(answers), np.zeros(answers.shape, bool)),
    )


def two_rates(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike) -> TwoRates:
    """Chi-squared tests and Fisher's exact test of two independent rates.

    Parameters
    ----------
    x1, n1, x2, n2 : array_like
        Satisfied answers and answers of both samples, whole numbers. Broadcast together.

    Returns
    -------
    TwoRates

    Raises
    ------
    ValueError
        If counts are impossible.

    References
    ----------
    Pearson (1900); Yates (1934) JRSS Suppl. 1:217-235, limited as in R's `prop.test`; Fisher (1935) JRSS
    98:39-82, two-sided as R's `fisher.test`: all tables no more probable than the observed one.

    Examples
    --------
    >>> found = two_rates(95, 100, 85, 100)
    >>> round(float(found.chi2), 4), round(float(found.p_two_sided_cc), 4), round(float(found.fisher_p), 4)
    (5.5556, 0.0339, 0.0317)
    """
    s1, a1, s2, a2 = np.broadcast_arrays(*counts(x1, n1, whole=True), *counts(x2, n2, whole=True))
    pooled, difference = (s1 + s2) / (a1 + a2), s1 / a1 - s2 / a2
    spread = pooled * (1 - pooled)
    per_answer = 1 / a1 + 1 / a2
    # Every cell of the table is as far from its expectation; the correction must not overshoot it.
    distance = np.abs(difference) / per_answer
    corrected = distance - np.minimum(0.5, distance)
    with np.errstate(divide="ignore"):
        scale = np.where(spread > 0, per_answer / spread, np.nan)
    chi2, chi2_cc = distance**2 * scale, corrected**2 * scale
    return TwoRates(
        difference=difference,
        chi2=chi2,
        p_two_sided=chdtrc(1, chi2),
        chi2_cc=chi2_cc,
        p_two_sided_cc=chdtrc(1, chi2_cc),
        fisher_p=_fisher(s1, a1, s2, a2),
        reason=_reasons(np.isnan(difference), spread == 0),
    )


def adjust(p: ArrayLike, method: str = "holm") -> Floats:
    """P values of many tests, raised so that together they keep their promise.

    Parameters
    ----------
    p : array_like
        One dimension, 0 to 1; NaN where there is no test, which is not counted.
    method : str
        ``bonferroni``, ``holm`` and ``hochberg`` (independent tests) limit the chance of even one false alarm
        among all units, ``BH`` (independent tests) and ``BY`` the expected share of false ones among the alarms.

    Returns
    -------
    ndarray of float
        In the order of the input, NaN where it is NaN.

    Raises
    ------
    ValueError
        If the method is unknown, or p has other than one dimension or values outside 0..1.

    References
    ----------
    Holm (1979) Scand. J. Statist. 6:65-70; Hochberg (1988) Biometrika 75:800-802; Benjamini & Hochberg (1995)
    JRSS B 57:289-300; Benjamini & Yekutieli (2001) Ann. Statist. 29:1165-1188. As R's `p.adjust`.

    Examples
    --------
    >>> adjust([0.01, 0.04, float("nan"), 0.02], "holm").round(2).tolist()
    [0.03, 0.04, nan, 0.04]
    """
    values = np.asarray(p, float)
    if method not in ADJUSTMENTS:
        raise ValueError(f"unknown method {method!r}: one of {', '.join(ADJUSTMENTS)}")
    if values.ndim != 1 or np.any((values < 0) | (values > 1)):
        raise ValueError("p values must have one dimension and lie between 0 and 1")
    order = np.argsort(values, kind="stable")[: np.count_nonzero(~np.isnan(values))]
    adjusted: Floats = np.full(values.shape, np.nan)
    adjusted[order] = np.minimum(1, _raised(values[order], method))
    return adjusted


def trend(x: ArrayLike, n: ArrayLike, scores: ArrayLike) -> Trend:
    """Cochran-Armitage test of a linear trend of rates over ordered groups (years).

    Parameters
    ----------
    x, n : array_like
        Satisfied answers and answers, whole numbers; the groups along the last axis. An empty group counts nothing.
    scores : array_like
        Where each group stands (the year), same length as the last axis.

    Returns
    -------
    Trend
        ``z`` above 0 where the rate increases with the scores.

    Raises
    ------
    ValueError
        If counts are impossible or a score is not finite.

    References
    ----------
    Cochran (1954) Biometrics 10:417-451; Armitage (1955) Biometrics 11:375-386. As R's `prop.trend.test`.

    Examples
    --------
    >>> found = trend([170, 176, 184], [200, 200, 200], [2022, 2023, 2024])
    >>> round(float(found.z), 4), round(float(found.p_increasing), 4)
    (2.1805, 0.0146)
    """
    satisfied, answers, score = np.broadcast_arrays(
        *map(np.nan_to_num, counts(x, n, whole=True)), np.asarray(scores, float)
    )
    if not np.all(np.isfinite(score)):
        raise ValueError("scores must be finite")
    asked = answers > 0
    places = score.max(axis=-1, where=asked, initial=-np.inf) > score.min(axis=-1, where=asked, initial=np.inf)
    total = answers.sum(axis=-1)
    with np.errstate(invalid="ignore"):
        pooled = (satisfied.sum(axis=-1) / total)[..., None]
        apart = score - ((answers * score).sum(axis=-1) / total)[..., None]
        variance = (pooled * (1 - pooled) * answers * apart**2).sum(axis=-1)
        z = (apart * (satisfied - answers * pooled)).sum(axis=-1) / np.sqrt(variance)
    defined = places & (variance > 0)
    z = np.where(defined, z, np.nan)
    return Trend(
        z=z,
        chi2=z**2,
        p_two_sided=chdtrc(1, z**2),
        p_increasing=ndtr(-z),
        p_decreasing=ndtr(z),
        reason=_reasons(total == 0, ~defined),
    )


def _reasons(nobody: NDArray[np.bool_], alike: NDArray[np.bool_]) -> NDArray[np.object_]:
    reason: NDArray[np.object_] = np.full(nobody.shape, None, object)
    reason[alike] = NoTest.NO_VARIATION
    reason[nobody] = NoTest.NO_ANSWERS
    return reason


def _at_least(k: Floats, n: Floats, p: float | Floats) -> Floats:
    """P(X >= k) of a binomial count."""
    inside = betainc(np.maximum(k, 1), np.maximum(n - k + 1, 1), p)
    return np.where(np.isnan(n), np.nan, np.where(k <= 0, 1.0, np.where(k > n, 0.0, inside)))


def _at_most(k: Floats, n: Floats, p: float | Floats) -> Floats:
    """P(X <= k), not by subtraction, so that a tiny one keeps its digits."""
    inside = betaincc(np.maximum(k + 1, 1), np.maximum(n - k, 1), p)
    return np.where(np.isnan(n), np.nan, np.where(k >= n, 1.0, inside))


def _log_probability(k: Floats, n: Floats, p: Floats) -> Floats:
    result: Floats = xlogy(k, p) + xlog1py(n - k, -p) - np.log1p(n) - betaln(k + 1, n - k + 1)
    return result


def _two_sided(x: Floats, n: Floats, target: float) -> Floats:
    """Both tails: mirrored so that the observed count is the low one, then the high one is sought by bisection."""
    above = x > n * target
    k, p = np.where(above, n - x, x), np.where(above, 1 - target, target)
    enough = _log_probability(k, n, p) + np.log1p(FUZZ)
    near, far = np.ceil(n * p) - 1, n + 1
    for _ in range(int(np.nanmax(n, initial=1)).bit_length() + 1):
        middle = np.floor((near + far) / 2)
        rare = (middle > near) & (_log_probability(np.minimum(middle, n), n, p) <= enough)
        near, far = np.where(rare, near, np.maximum(near, middle)), np.where(rare, middle, far)
    return np.minimum(1.0, _at_most(k, n, p) + _at_least(far, n, p))


def _fisher(s1: Floats, a1: Floats, s2: Floats, a2: Floats) -> Floats:
    cells = zip(s1.flat, a1.flat, s2.flat, a2.flat, strict=True)
    return np.array([_fisher_of(*cell) for cell in cells], float).reshape(s1.shape)


def _fisher_of(s1: float, a1: float, s2: float, a2: float) -> float:
    if np.isnan(a1 + a2):
        return np.nan
    fewest = max(0.0, s1 + s2 - a2)
    k = np.arange(fewest, min(a1, s1 + s2))
    table = probabilities((s1 + s2 - k) * (a1 - k) / ((k + 1) * (a2 - s1 - s2 + k + 1)))
    return min(1.0, float(table[table <= table[int(s1 - fewest)] * (1 + FUZZ)].sum()))


def _raised(p: Floats, method: str) -> Floats:
    """Adjusted values of sorted p values, not yet cut at 1."""
    m = len(p)
    rank = np.arange(1, m + 1)
    factors = {
        "bonferroni": np.full(m, m),
        "holm": m - rank + 1,
        "hochberg": m - rank + 1,
        "BH": m / rank,
        "BY": m / rank * np.sum(1 / rank),
    }
    steps = p * factors[method]
    if method == "holm":
        return np.maximum.accumulate(steps)
    return np.minimum.accumulate(steps[::-1])[::-1]
