"""Pieces of every linearised estimate: columns read, answers counted, residuals, standard errors."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.intervals import Floats
from scoring.sampling.design import Bools, Ints
from scoring.sampling.partition import Partition, covariance


class Missing(StrEnum):
    """Why a domain has no value or no standard error."""

    NO_ANSWERS = "no_answers"
    LONELY_PSU = "lonely_psu"
    NO_DEGREES_OF_FREEDOM = "no_degrees_of_freedom"


REASONS = (None, *Missing)


def columns(
    cells: Partition, values: ArrayLike, answered: ArrayLike | None = None
) -> Iterator[tuple[Floats | Bools, Bools]]:
    """Check the columns and give each with the rows that answered it; 0 where there is no answer.

    Parameters
    ----------
    cells : Partition
        Domains over the design that the columns belong to.
    values : array_like, (rows,) or (rows, items)
        NaN is no answer.
    answered : array_like of bool, same shape, optional
        False where there is no answer.

    Returns
    -------
    iterator of (ndarray, ndarray of bool)
        Values and who answered, (rows,) each, item by item.

    Raises
    ------
    ValueError
        If the shapes do not fit the design or a value is infinite.

    Examples
    --------
    >>> from scoring.sampling.design import survey_design
    >>> from scoring.sampling.partition import partition
    >>> [(y.tolist(), known.tolist()) for y, known in columns(partition(survey_design([1, 1])), [5, float("nan")])]
    [([5.0, 0.0], [True, False])]
    """
    given = np.asarray(values)
    if given.ndim not in (1, 2) or len(given) != cells.design.rows:
        raise ValueError(f"values must have one row for each of the {cells.design.rows} rows of the design")
    marked = None if answered is None else np.asarray(answered, bool)
    if marked is not None and marked.shape != given.shape:
        raise ValueError("answered must have the shape of values")
    for item in range(given.shape[1] if given.ndim == 2 else 1):
        column = given.reshape(len(given), -1)[:, item]
        known = np.ones(len(column), bool) if marked is None else marked.reshape(len(given), -1)[:, item]
        if column.dtype.kind == "f":
            known = known & ~np.isnan(column)
        y = column if known.all() else np.where(known, column, 0)
        if not np.isfinite(y).all():
            raise ValueError("values must be finite, or NaN where there is no answer")
        yield y, known


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Counts:
    """Who answered: ``held`` of each finest cell, the others of each domain."""

    held: Bools
    answered: Ints
    n: Ints
    psus: Ints
    strata: Ints
    df: Ints


def count(cells: Partition, known: Bools) -> Counts:
    """Count answers, and the PSUs and strata that they come from.

    Parameters
    ----------
    cells : Partition
        The domains.
    known : ndarray of bool, (rows,)
        Rows that answered.

    Returns
    -------
    Counts

    Examples
    --------
    >>> from scoring.sampling.design import survey_design
    >>> from scoring.sampling.partition import partition
    >>> int(count(partition(survey_design([1, 0, 1])), np.array([True, True, True])).df[0])
    1
    """
    answered = cells.by_unit(known)
    heavy = cells.design.weight > 0
    counted = answered if heavy.all() else cells.by_unit(known & heavy)
    psus, strata = cells.degrees(counted > 0)
    everyone = cells.by_domain(answered).astype(np.intp)
    return Counts(
        held=answered > 0,
        answered=everyone,
        n=everyone if counted is answered else cells.by_domain(counted).astype(np.intp),
        psus=psus,
        strata=strata,
        df=psus - strata,
    )


def residual(domain: Ints, top: Floats, bottom: Floats, value: Floats, total: Floats) -> Floats:
    """Linearised variable of a ratio of two totals.

    Parameters
    ----------
    domain : ndarray of int, (elements,)
        Domain of each element; the number of domains for an element outside all.
    top, bottom : ndarray of float, (elements,)
        Weighted numerators and denominators of rows or cells.
    value, total : ndarray of float, (domains,)
        The ratios (NaN for none) and the totals of the denominators.

    Returns
    -------
    ndarray of float, (elements,)
        ``(top - value * bottom) / total``; 0 where the domain has no ratio.

    References
    ----------
    Woodruff (1971) JASA 66:411-414.

    Examples
    --------
    >>> residual(np.array([0, 0]), np.array([1.0, 0.0]), np.ones(2), np.array([0.5]), np.array([2.0])).tolist()
    [0.25, -0.25]
    """
    known = np.isfinite(value)
    centre = np.append(np.where(known, value, 0.0), 0.0)
    share = np.append(1 / np.where(known, total, np.inf), 0.0)
    z: Floats = (top - centre[domain] * bottom) * share[domain]
    return z


def standard_error(cells: Partition, z: Floats, counts: Counts, value: Floats) -> tuple[Floats, NDArray[np.uint8]]:
    """Standard errors from a linearised variable, and why one is missing.

    Parameters
    ----------
    cells : Partition
        The domains.
    z : ndarray of float, (units,)
        Linearised variable of the finest cells.
    counts : Counts
        Who answered.
    value : ndarray of float, (domains,)
        The estimates.

    Returns
    -------
    se : ndarray of float, (domains,)
    reason : ndarray of uint8, (domains,)
        Positions in `REASONS`.

    References
    ----------
    Woodruff (1971) JASA 66:411-414.

    Examples
    --------
    >>> from scoring.sampling.design import survey_design
    >>> from scoring.sampling.partition import partition
    >>> cells = partition(survey_design([1, 1]))
    >>> se, reason = standard_error(cells, np.array([0.25, -0.25]), count(cells, np.ones(2, bool)), np.array([0.5]))
    >>> se.tolist(), reason.tolist()
    ([0.5], [0])
    """
    variance = covariance(cells, z[np.newaxis], counts.held)[:, 0, 0]
    missing = [np.isnan(value), np.isnan(variance), counts.df < 1]
    reason = np.select(missing, [1, 2, 3], 0).astype(np.uint8)
    return np.where(reason == 0, np.sqrt(variance), np.nan), reason


def divide(above: Floats | Ints, below: Floats) -> Floats:
    """Quotient, NaN where the divisor is 0.

    Parameters
    ----------
    above, below : ndarray, same shape
        Dividend and divisor.

    Returns
    -------
    ndarray of float

    Examples
    --------
    >>> divide(np.array([1.0, 1.0]), np.array([4.0, 0.0])).tolist()
    [0.25, nan]
    """
    return np.where(below != 0, above / np.where(below != 0, below, 1.0), np.nan)
