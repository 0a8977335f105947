"""The index over several items of the same respondents: pooled, or the mean of the items' rates."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.intervals import Floats
from scoring.sampling.design import Bools, Ints
from scoring.sampling.linearisation import Counts, columns, count, divide, residual, standard_error
from scoring.sampling.partition import Partition, covariance


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Indices:
    """Indices of domains: arrays (domains,), those of the items (domains, items).

    ``rates`` has NaN for an item that nobody answered; ``rate_covariance``, (domains, items, items),
    has NaN in its row and column, and throughout where no standard error exists. ``n`` counts
    respondents of positive weight with at least one answer, ``df`` is PSUs less strata among them;
    ``reason`` is a position in `scoring.sampling.linearisation.REASONS`, for the standard errors of both indices.
    """

    pooled: Floats
    pooled_se: Floats
    mean_of_rates: Floats
    mean_of_rates_se: Floats
    rates: Floats
    rate_covariance: Floats
    answered: Ints
    n: Ints
    df: Ints
    reason: NDArray[np.uint8]


def indices(
    cells: Partition,
    values: ArrayLike,
    *,
    answered: ArrayLike | None = None,
    item_weights: Sequence[float] | None = None,
) -> Indices:
    """Both indices over several items for each domain, with the covariance between the items.

    Parameters
    ----------
    cells : Partition
        The domains.
    values : array_like, (rows, items)
        Satisfied or not (boolean, 0 / 1), or numbers; NaN is no answer.
    answered : array_like of bool, same shape, optional
        False where there is no answer.
    item_weights : sequence of float, optional
        Weights of the items in the mean of rates, not negative, of any sum; equal by default. An item
        that nobody answered leaves the mean. The pooled index does not use them.

    Returns
    -------
    Indices
        The pooled index is all satisfied answers over all answers. The same people answer all items, so
        that the rates are correlated: a standard error from the items' own would be wrong.

    Raises
    ------
    ValueError
        If the shapes do not fit, or an item weight is negative or not finite.

    References
    ----------
    Särndal, Swensson & Wretman (1992) section 5.6 and result 5.6.2; `svyratio(covmat=TRUE)` and
    `svycontrast` of the R package survey.

    Examples
    --------
    >>> from scoring.sampling.design import survey_design
    >>> from scoring.sampling.partition import partition
    >>> found = indices(partition(survey_design([1, 1, 1])), [[1, 1], [0, 1], [1, float("nan")]])
    >>> found.pooled.tolist(), found.mean_of_rates.round(4).tolist(), found.answered.tolist()
    ([0.8], [0.8333], [[3, 2]])
    """
    read = np.asarray(values)
    if read.ndim != 2:
        raise ValueError("values must have one column for each item")
    weights = _item_weights(item_weights, read.shape[1])
    top, bottom, counts, counted = _sums(cells, read, answered)
    total = np.array([cells.by_domain(item) for item in bottom])
    rate = divide(np.array([cells.by_domain(item) for item in top]), total)
    z = np.array([residual(cells.unit_domain, *of_item) for of_item in zip(top, bottom, rate, total, strict=True)])
    all_top, all_bottom, all_total = top.sum(axis=0), bottom.sum(axis=0), total.sum(axis=0)
    pooled = divide(cells.by_domain(all_top), all_total)
    pooled_z = residual(cells.unit_domain, all_top, all_bottom, pooled, all_total)
    pooled_se, reason = standard_error(cells, pooled_z, counts, pooled)
    share = np.where(np.isnan(rate), 0.0, weights[:, np.newaxis])
    share = divide(share, share.sum(axis=0) * np.ones_like(share)).T
    joint = np.where((reason == 0)[:, np.newaxis, np.newaxis], covariance(cells, z, counts.held), np.nan)
    unknown = np.isnan(rate).T
    return Indices(
        pooled=pooled,
        pooled_se=pooled_se,
        mean_of_rates=(share * np.nan_to_num(rate.T)).sum(axis=1),
        mean_of_rates_se=np.sqrt(np.maximum(np.einsum("di,dij,dj->d", share, joint, share), 0.0)),
        rates=rate.T,
        rate_covariance=np.where(unknown[:, :, np.newaxis] | unknown[:, np.newaxis, :], np.nan, joint),
        answered=counted,
        n=counts.n,
        df=counts.df,
        reason=reason,
    )


def _item_weights(given: Sequence[float] | None, items: int) -> Floats:
    weights = np.ones(items) if given is None else np.asarray(given, float)
    if weights.shape != (items,) or not np.isfinite(weights).all() or weights.min() < 0:
        raise ValueError(f"item_weights must be {items} numbers, finite and not negative")
    return weights


def _sums(
    cells: Partition, values: NDArray[np.generic], answered: ArrayLike | None
) -> tuple[Floats, Floats, Counts, Ints]:
    """Weighted satisfied and all answers, (items, units), and who answered at least one or each item."""
    weight = cells.design.weight
    any_known: Bools = np.zeros(cells.design.rows, bool)
    top, bottom, counted = [], [], []
    for y, known in columns(cells, values, answered):
        any_known |= known
        top.append(cells.by_unit(weight * y))
        bottom.append(cells.by_unit(weight * known))
        counted.append(count(cells, known).n)
    return np.array(top), np.array(bottom), count(cells, any_known), np.stack(counted, axis=-1)
