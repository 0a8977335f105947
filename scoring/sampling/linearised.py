"""Rates, means, totals and ratios of many domains at once, with their linearised standard errors."""

from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.intervals import Floats
from scoring.sampling.design import Bools, Ints
from scoring.sampling.linearisation import columns, count, divide, residual, standard_error
from scoring.sampling.partition import Partition

ROUNDING = 1e-12  # less than this share of what it is held against is rounding, not a difference


Found = TypeVar("Found", bound="Linear")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Linear:
    """Totals or ratios of domains: arrays (domains,), or (domains, items) of several columns.

    ``n`` counts the answers of positive weight, ``df`` is PSUs less strata among them; ``reason`` is the
    position in `scoring.sampling.linearisation.REASONS` (0: nothing is missing).
    """

    value: Floats
    se: Floats
    df: Ints
    n: Ints
    reason: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rates(Linear):
    """Rates or means of domains: arrays (domains,), or (domains, items) of several columns; NaN for none.

    ``answered`` counts answers of any weight, ``spread`` is the weighted variance of the answers (of a
    rate: p (1 - p)). ``deff_wor`` and ``deff_wr`` compare with simple random samples of the same size
    without and with replacement; ``n_eff_kish`` knows the weights alone, ``n_eff_design`` is the size of
    the simple random sample that would be as precise (none at a standard error of 0). ``census``: every
    unit was sampled.
    """

    answered: Ints
    sum_weights: Floats
    spread: Floats
    psus: Ints
    strata: Ints
    deff_wor: Floats
    deff_wr: Floats
    n_eff_kish: Floats
    deff_kish: Floats
    n_eff_design: Floats
    census: Bools


def rates(cells: Partition, values: ArrayLike, *, answered: ArrayLike | None = None) -> Rates:
    """Weighted rates (or means) of each domain, with design-based standard errors.

    Parameters
    ----------
    cells : Partition
        The domains.
    values : array_like, (rows,) or (rows, items)
        Satisfied or not (boolean, 0 / 1), or numbers; NaN is no answer.
    answered : array_like of bool, same shape, optional
        False where there is no answer, whatever the value says.

    Returns
    -------
    Rates
        An answer that is missing leaves the rate but not the design. The standard error is NaN, with its
        reason, where no degree of freedom is left: a domain inside one PSU has a linearised variance of
        0, which is not precision.

    Raises
    ------
    ValueError
        If the shapes do not fit the design.

    References
    ----------
    Särndal, Swensson & Wretman (1992) section 5.6 (linearised ratio), 10.3 (domains); Kish (1965)
    Survey Sampling, section 8.2 (design effect); Kish (1992) J. Off. Stat. 8:183-200 (weights); degrees
    of freedom as `degf` of the R package survey on the rows that answered.

    Examples
    --------
    >>> from scoring.sampling.design import survey_design
    >>> from scoring.sampling.partition import partition
    >>> design = survey_design([1, 1, 1, 1, 1, 1], psu=[1, 1, 2, 2, 3, 3])
    >>> found = rates(partition(design), [1, 1, 1, 0, 1, float("nan")])
    >>> round(float(found.value[0]), 3), round(float(found.se[0]), 3), int(found.df[0])
    (0.8, 0.183, 2)
    """
    return _stack(Rates, [_rate(cells, y, known) for y, known in columns(cells, values, answered)], np.ndim(values))


def ratios(cells: Partition, numerator: ArrayLike, denominator: ArrayLike) -> Linear:
    """Ratio of two weighted totals in each domain: cases on time per case, minutes per visit.

    Parameters
    ----------
    cells : Partition
        The domains.
    numerator, denominator : array_like, (rows,)
        Numbers; a row with NaN in either is left out, as a domain.

    Returns
    -------
    Linear
        No value where the denominator adds to 0.

    Raises
    ------
    ValueError
        If the shapes do not fit the design.

    References
    ----------
    Särndal, Swensson & Wretman (1992) section 5.6; `svyratio` of the R package survey.

    Examples
    --------
    >>> from scoring.sampling.design import survey_design
    >>> from scoring.sampling.partition import partition
    >>> found = ratios(partition(survey_design([2, 2, 2])), [1, 2, 3], [2, 4, 6])
    >>> found.value.tolist(), found.se.tolist()
    ([0.5], [0.0])
    """
    above, below = np.asarray(numerator, float), np.asarray(denominator, float)
    if above.shape != below.shape or above.ndim != 1:
        raise ValueError("numerator and denominator must be one number each for each row")
    known = ~(np.isnan(above) | np.isnan(below))
    (y, _), (x, _) = (next(columns(cells, part, known)) for part in (above, below))
    top, bottom = cells.by_unit(cells.design.weight * y), cells.by_unit(cells.design.weight * x)
    total = cells.by_domain(bottom)
    value = divide(cells.by_domain(top), total)
    return _linear(cells, value, residual(cells.unit_domain, top, bottom, value, total), known)


def totals(cells: Partition, values: ArrayLike, *, answered: ArrayLike | None = None) -> Linear:
    """Weighted totals of each domain: how many clients of a unit are satisfied.

    Parameters
    ----------
    cells : Partition
        The domains.
    values : array_like, (rows,) or (rows, items)
        Satisfied or not, or numbers; NaN adds nothing.
    answered : array_like of bool, same shape, optional
        False where there is no answer.

    Returns
    -------
    Linear

    Raises
    ------
    ValueError
        If the shapes do not fit the design.

    References
    ----------
    Särndal, Swensson & Wretman (1992) results 3.7.1 and 4.3.1; `svytotal` of the R package survey.

    Examples
    --------
    >>> from scoring.sampling.design import survey_design
    >>> from scoring.sampling.partition import partition
    >>> found = totals(partition(survey_design([5, 5, 5, 5], psu_population=20)), [1, 0, 1, 1])
    >>> float(found.value[0]), round(float(found.se[0]) ** 2, 6)
    (15.0, 20.0)
    """
    parts = []
    for y, known in columns(cells, values, answered):
        z = cells.by_unit(cells.design.weight * y)
        value = np.where(cells.by_label(known.astype(float)) > 0, cells.by_domain(z), np.nan)
        parts.append(_linear(cells, value, z, known))
    return _stack(Linear, parts, np.ndim(values))


def linearised(cells: Partition, values: ArrayLike, *, answered: ArrayLike | None = None) -> Floats:
    """Linearised variable of each row for the rate of its own domain, as `variance` takes it.

    Parameters
    ----------
    cells : Partition
        The domains.
    values : array_like, (rows,) or (rows, items)
        As for `rates`.
    answered : array_like of bool, same shape, optional
        As for `rates`.

    Returns
    -------
    ndarray of float, same shape
        ``w (y - p) / sum(w)``; 0 in rows without an answer and outside all domains. The variance of a
        difference of two domains is that of the difference of their variables, each 0 outside its own.

    Raises
    ------
    ValueError
        If the shapes do not fit the design.

    References
    ----------
    Särndal, Swensson & Wretman (1992) section 5.6.

    Examples
    --------
    >>> from scoring.sampling.design import survey_design
    >>> from scoring.sampling.partition import partition
    >>> linearised(partition(survey_design([1, 1, 2])), [1, 0, 1]).tolist()
    [0.0625, -0.1875, 0.125]
    """
    found = []
    for y, known in columns(cells, values, answered):
        weight = cells.design.weight * known
        total = cells.by_label(weight)
        value = divide(cells.by_label(weight * y), total)
        found.append(residual(cells.label, weight * y, weight, value, total))
    return found[0] if np.ndim(values) == 1 else np.stack(found, axis=-1)


def _linear(cells: Partition, value: Floats, z: Floats, known: Bools) -> Linear:
    counts = count(cells, known)
    se, reason = standard_error(cells, z, counts, value)
    return Linear(value=value, se=se, df=counts.df, n=counts.n, reason=reason)


def _rate(cells: Partition, y: Floats | Bools, known: Bools) -> Rates:
    weight = cells.design.weight if known.all() else cells.design.weight * known
    weighted = weight * y
    top, bottom, counts = cells.by_unit(weighted), cells.by_unit(weight), count(cells, known)
    total = cells.by_domain(bottom)
    value = divide(cells.by_domain(top), total)
    se, reason = standard_error(cells, residual(cells.unit_domain, top, bottom, value, total), counts, value)
    square = value if y.dtype == bool else divide(cells.by_label(weighted * y), total)
    spread = np.where(square - value**2 > ROUNDING * square, square - value**2, 0.0)
    kish = divide(total**2, cells.by_label(weight**2))
    wr = divide(se**2 * (counts.n - 1), spread)
    beyond = np.where(total - counts.n > ROUNDING * total, total - counts.n, 0.0)
    return Rates(
        value=value,
        se=se,
        df=counts.df,
        n=counts.n,
        reason=reason,
        answered=counts.answered,
        sum_weights=total,
        spread=np.where(np.isnan(value), np.nan, spread),
        psus=counts.psus,
        strata=counts.strata,
        deff_wor=divide(wr * total, beyond),
        deff_wr=wr,
        n_eff_kish=kish,
        deff_kish=divide(counts.n, kish),
        n_eff_design=np.where(se**2 > ROUNDING * spread, divide(spread, se**2), np.nan),
        census=cells.census,
    )


def _stack(kind: type[Found], parts: list[Found], dimensions: int) -> Found:
    """One column: arrays over domains; several: a last axis for the items."""
    if dimensions == 1:
        return parts[0]
    return kind(**{f.name: np.stack([getattr(part, f.name) for part in parts], axis=-1) for f in fields(kind)})
