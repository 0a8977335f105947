"""How much each question explains of overall satisfaction: Johnson's relative weights with intervals."""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.reliability import covariance_from_sums, pairwise_covariance
from scoring.results import Interval

Floats = NDArray[np.float64]

BOOTSTRAP = "bootstrap_percentile"
BLOCKS = 2000  # more blocks of respondents would not make the percentiles of 1000 resamples surer
SINGULAR = 1e-6  # an eigenvalue of correlations below this is 0 but for rounding
VARIES = 1e-12  # variance of answers below which they are all the same but for rounding
FEWEST_PARTS = 10  # resampling fewer clusters understates what varies between them
USABLE = 0.95  # share of the resamples without which no interval is given


class NoImportance(StrEnum):
    """Why an importance or its interval is missing."""

    TOO_FEW_ANSWERS = "too_few_answers"
    NO_VARIANCE = "no_variance"
    NOTHING_EXPLAINED = "nothing_explained"  # no share of nothing
    CONTRADICTION = "contradiction"  # correlations of different respondents that no data can have at once
    UNSTABLE = "unstable"  # too many resamples without a value
    TOO_FEW_PARTS = "too_few_parts"  # to resample


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemImportance:
    """What one item adds to explaining overall satisfaction.

    ``weight`` is its part of R², ``share`` its part of what all items explain together (they add up to
    1); ``correlation`` (Pearson) tells the direction. Weights are never negative, so an interval
    that leaves out 0 proves nothing: compare the items with one another.
    """

    weight: float | None
    share: float | None
    correlation: float | None
    interval: Interval | None = None
    share_interval: Interval | None = None
    reason: NoImportance | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Importance:
    """Relative importance of all items.

    ``n`` is the fewest respondents behind a correlation (None when only correlations were given);
    ``interval_reason`` says why intervals are missing where there are weights.
    """

    r_squared: float | None
    items: tuple[ItemImportance, ...]
    n: int | None = None
    reason: NoImportance | None = None
    interval_reason: NoImportance | None = None


def relative_weights(between: ArrayLike, with_overall: ArrayLike) -> Floats:
    """Johnson's relative weights: R² of a regression split among correlated items.

    The items are replaced by the uncorrelated variables closest to them; what these explain is
    handed back to the items by their squared correlations with them. In effect close to averaging over all
    orders of entry (LMG, Shapley), equal to it for two items, at the cost of one eigenvalue problem.

    Parameters
    ----------
    between : array_like, (..., items, items)
        Correlations of the items with each other.
    with_overall : array_like, (..., items)
        Correlations of the items with overall satisfaction.

    Returns
    -------
    ndarray of float, (..., items)
        Not negative, adding up to R²; items that repeat one another share. NaN where a correlation is
        missing or no data can have these correlations at once.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    References
    ----------
    Johnson (2000) Multivariate Behavioral Research 35:1-19; compared with LMG by Grömping (2007)
    American Statistician 61:139-147.

    Examples
    --------
    >>> relative_weights([[1.0, 0.5], [0.5, 1.0]], [0.6, 0.4]).round(4).tolist()
    [0.2867, 0.0867]
    """
    matrix, target = np.asarray(between, float), np.asarray(with_overall, float)
    if matrix.shape != (*target.shape, target.shape[-1]):
        raise ValueError("correlations between the items must be square and fit those with overall")
    known = np.isfinite(matrix).all(axis=(-1, -2)) & np.isfinite(target).all(axis=-1)
    roots, vectors = np.linalg.eigh(np.where(known[..., None, None], matrix, np.eye(matrix.shape[-1])))
    along = np.einsum("...ji,...j->...i", vectors, np.where(known[..., None], target, 0))
    zero = roots < SINGULAR
    root = np.sqrt(np.where(zero, 0, roots))
    explained = np.where(zero, 0, along / np.where(zero, 1, root))
    beta2 = np.einsum("...ij,...j->...i", vectors, explained) ** 2
    loadings2 = ((vectors * root[..., None, :]) @ np.swapaxes(vectors, -1, -2)) ** 2
    possible = (roots >= -SINGULAR).all(axis=-1) & (beta2.sum(axis=-1) <= 1 + SINGULAR)
    possible &= (np.abs(np.where(zero, along, 0)) <= np.sqrt(SINGULAR)).all(axis=-1)
    return np.where((known & possible)[..., None], np.einsum("...ij,...j->...i", loadings2, beta2), np.nan)


def from_correlations(between: ArrayLike, with_overall: ArrayLike) -> Importance:
    """Relative importance of the items from a correlation matrix alone, without intervals.

    Parameters
    ----------
    between, with_overall
        As in `relative_weights`, of one group. An item that does not vary has NaN; it is left out.

    Returns
    -------
    Importance

    Raises
    ------
    ValueError
        If the shapes do not fit.

    References
    ----------
    Johnson (2000) Multivariate Behavioral Research 35:1-19.

    Examples
    --------
    >>> found = from_correlations([[1.0, 0.5], [0.5, 1.0]], [0.6, 0.4])
    >>> round(found.r_squared, 4), [round(item.share, 2) for item in found.items]
    (0.3733, [0.77, 0.23])
    """
    matrix, target = np.array(between, float), np.array(with_overall, float)
    if matrix.shape != (len(target), len(target)):
        raise ValueError("correlations between the items must be square and fit those with overall")
    kept = ~np.isnan(np.diag(matrix))
    weights = np.full(len(target), np.nan)
    weights[kept] = relative_weights(matrix[np.ix_(kept, kept)], target[kept])
    reason = _reason(matrix[np.ix_(kept, kept)], target[kept], weights[kept])
    return _importance(weights, np.where(kept, target, np.nan), reason)


def _reason(between: Floats, with_overall: Floats, weights: Floats) -> NoImportance | None:
    if not len(weights) or np.isnan(with_overall).all():
        return NoImportance.NO_VARIANCE
    if np.isnan(between).any() or np.isnan(with_overall).any():
        return NoImportance.TOO_FEW_ANSWERS
    return NoImportance.CONTRADICTION if np.isnan(weights).any() else None


def _importance(weights: Floats, correlations: Floats, reason: NoImportance | None) -> Importance:
    total = float(np.nansum(weights))
    shares = weights / total if total > 0 else np.full(len(weights), np.nan)
    return Importance(
        r_squared=None if reason else total,
        items=tuple(
            ItemImportance(
                weight=_value(weight),
                share=_value(share),
                correlation=_value(correlation),
                reason=reason or _item_reason(weight, share),
            )
            for weight, share, correlation in zip(weights, shares, correlations, strict=True)
        ),
        reason=reason,
    )


def _item_reason(weight: float, share: float) -> NoImportance | None:
    if np.isnan(weight):
        return NoImportance.NO_VARIANCE
    return NoImportance.NOTHING_EXPLAINED if np.isnan(share) else None


def importance(
    items: ArrayLike, overall: ArrayLike, *, resamples: int = 1000, seed: int = 0, level: float = 0.95
) -> Importance:
    """Relative importance of the items for overall satisfaction, with bootstrap intervals.

    Correlations are over the respondents who answered both (pairwise), among those who rated overall
    satisfaction. The intervals are percentiles over samples of the respondents with replacement.

    Parameters
    ----------
    items : array_like, (respondents, items)
        Levels, or scores of factors; NaN for blank.
    overall : array_like, (respondents,)
        Level of overall satisfaction; NaN for blank.
    resamples : int
        At least 1; 1000 is enough for 95 % percentiles.
    seed : int
        The same seed gives the same intervals.
    level : float
        Two-sided confidence of each interval by itself.

    Returns
    -------
    Importance
        Without a value when a pair of items has no more respondents than there are items and one, or
        when nothing varies; an item without variance is left out of the others' figures.

    Raises
    ------
    ValueError
        If the numbers of respondents differ, there is no resample, or the level is not between 0 and 1.

    References
    ----------
    Johnson (2000) Multivariate Behavioral Research 35:1-19; Johnson (2004) Organizational Research
    Methods 7:283-299 and Tonidandel, LeBreton & Johnson (2009) Psychological Methods 14:387-399 for the
    bootstrap.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> items = rng.integers(1, 6, (500, 2))
    >>> found = importance(items, items @ [3, 1] + rng.integers(0, 4, 500), resamples=200)
    >>> [round(item.share, 2) for item in found.items]
    [0.91, 0.09]
    """
    table, whole = np.asarray(items, float), np.asarray(overall, float)
    if table.ndim != 2 or whole.shape != table.shape[:1]:
        raise ValueError("items must be a table with one row for each overall answer")
    if resamples < 1 or not 0 < level < 1:
        raise ValueError("there must be a resample and a level between 0 and 1")
    joined = np.column_stack([table, whole])[~np.isnan(whole)]
    covariance, pairs = pairwise_covariance(joined)
    matrix = _correlations(covariance)
    kept = np.append(~np.isnan(np.diag(matrix))[:-1], True)
    n = int(pairs[np.ix_(kept, kept)].min())
    if n <= kept.sum():
        nothing = np.full(len(kept) - 1, np.nan)
        return replace(_importance(nothing, nothing, NoImportance.TOO_FEW_ANSWERS), n=n)
    found = replace(from_correlations(matrix[:-1, :-1], matrix[:-1, -1]), n=n)
    if found.reason:
        return found
    sampled = _resampled(joined[:, kept], resamples, np.random.default_rng(seed))
    weights = np.full((resamples, len(kept) - 1), np.nan)
    weights[:, kept[:-1]] = relative_weights(sampled[:, :-1, :-1], sampled[:, :-1, -1])
    return _with_intervals(found, weights[np.nansum(weights, axis=1) > 0], resamples, level)


def from_parts(
    n: ArrayLike, sums: ArrayLike, products: ArrayLike, *, resamples: int = 1000, seed: int = 0, level: float = 0.95
) -> Importance:
    """Relative importance from sums over parts of the respondents, such as units, with intervals over the parts.

    The cost grows with the parts, not with the respondents, and the intervals hold what the respondents
    of one part have in common.

    Parameters
    ----------
    n, sums, products : array_like, (parts, items + 1, items + 1)
        As in `scoring.reliability.covariance_from_sums`, of each part; the last row and column are overall
        satisfaction.
    resamples : int
        Samples of the parts with replacement, at least 1.
    seed : int
    level : float
        Two-sided confidence.

    Returns
    -------
    Importance
        Without intervals where there are fewer than `FEWEST_PARTS` parts.

    Raises
    ------
    ValueError
        If the shapes differ or there is no resample.

    References
    ----------
    Johnson (2000) Multivariate Behavioral Research 35:1-19; Davison & Hinkley (1997) Bootstrap Methods and
    their Application, section 3.8, for resampling of clusters.

    Examples
    --------
    >>> one = [[[40, 40], [40, 40]]], [[[90, 90], [100, 100]]], [[[260, 250], [250, 300]]]
    >>> round(from_parts(*one).r_squared, 3), from_parts(*one).interval_reason.value
    (0.217, 'too_few_parts')
    """
    parts = np.stack([np.asarray(given, float) for given in (n, sums, products)], axis=1)
    if parts.ndim != 4 or parts.shape[2] != parts.shape[3] or resamples < 1:
        raise ValueError("sums of parts must be square tables of one size, and there must be a resample")
    matrix = _correlations(covariance_from_sums(*parts.sum(axis=0)))
    kept = np.append(~np.isnan(np.diag(matrix))[:-1], True)
    found = replace(from_correlations(matrix[:-1, :-1], matrix[:-1, -1]), n=int(parts[:, 0].sum(axis=0).min()))
    if found.reason or len(parts) < FEWEST_PARTS:
        return found if found.reason else replace(found, interval_reason=NoImportance.TOO_FEW_PARTS)
    drawn = np.random.default_rng(seed).multinomial(len(parts), np.full(len(parts), 1 / len(parts)), size=resamples)
    sampled = np.tensordot(drawn.astype(float), parts, axes=1)
    tables = _correlations(covariance_from_sums(*np.swapaxes(sampled, 0, 1)))[:, kept][:, :, kept]
    weights = np.full((resamples, len(kept) - 1), np.nan)
    weights[:, kept[:-1]] = relative_weights(tables[:, :-1, :-1], tables[:, :-1, -1])
    return _with_intervals(found, weights[np.nansum(weights, axis=1) > 0], resamples, level)


def _with_intervals(found: Importance, weights: Floats, resamples: int, level: float) -> Importance:
    if len(weights) < USABLE * resamples:
        return replace(found, interval_reason=NoImportance.UNSTABLE)
    shares = weights / np.nansum(weights, axis=1, keepdims=True)
    tails = ((1 - level) / 2, (1 + level) / 2)
    limits = (np.quantile(drawn, tails, axis=0).T for drawn in (weights, shares))
    items = (
        replace(item, interval=_interval(weight, level), share_interval=_interval(share, level))
        for item, weight, share in zip(found.items, *limits, strict=True)
    )
    return replace(found, items=tuple(items))


def _interval(limits: Floats, level: float) -> Interval | None:
    if np.isnan(limits).any():
        return None
    return Interval(lower=float(limits[0]), upper=float(limits[1]), level=level, method=BOOTSTRAP)


def _resampled(table: Floats, resamples: int, rng: np.random.Generator) -> Floats:
    """Correlations in samples of the rows with replacement, (resamples, columns, columns)."""
    rows, columns = table.shape
    size = -(-rows // BLOCKS)
    blocks = -(-rows // size)
    # Many rows are drawn in blocks, made up at random: the variance stays right, the cost bounded.
    padded = np.full((blocks * size, columns), np.nan)
    padded[:rows] = rng.permutation(table - np.nanmean(table, axis=0))
    padded = padded.reshape(blocks, size, columns)
    present, filled = (~np.isnan(padded)).astype(float), np.nan_to_num(padded)
    pairs = ((present, present), (filled, present), (filled, filled))
    sums = np.stack([np.swapaxes(one, 1, 2) @ other for one, other in pairs], axis=1).reshape(blocks, -1)
    drawn = rng.multinomial(blocks, np.full(blocks, 1 / blocks), size=resamples)
    totals = (drawn @ sums).reshape(resamples, 3, columns, columns)
    return _correlations(covariance_from_sums(*np.moveaxis(totals, 1, 0)))


def _correlations(covariance: Floats) -> Floats:
    """NaN where a variable does not vary."""
    variance = np.diagonal(covariance, axis1=-2, axis2=-1)
    spread = np.sqrt(np.where(variance > VARIES, variance, np.nan))
    return np.asarray(covariance / (spread[..., :, None] * spread[..., None, :]))


def _value(number: float) -> float | None:
    return None if np.isnan(number) else float(number)
