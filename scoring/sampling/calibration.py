"""Weights calibrated to known totals (post-stratification, raking, linear, bounded) and rates with them.

Rows with the same categories get the same factor g, so that only the occupied crossings of the margins are solved for.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from scoring.intervals import Floats
from scoring.sampling.design import Design, Ints, compress
from scoring.sampling.linearisation import divide
from scoring.sampling.linearised import ROUNDING, Rates, linearised, rates
from scoring.sampling.partition import Partition, add_up, covariance, partition

MISFIT = 1e-12  # of the population: totals reached as well as floats allow
DISAGREEMENT = 1e-9  # of the population: margins that add to different populations, not to rounded ones
RANK = 1e-12  # margins overlap (each adds to the population), so that the equations have fewer ranks than rows
EVALUATIONS = 200  # Newton's method takes about ten; beyond this the totals cannot be reached
LARGEST_LOG = 100.0  # of a raking factor, against overflow in a step that is too long

Curve = Callable[[Floats], tuple[Floats, Floats]]


class Distance(StrEnum):
    """How far weights may go from the base weights, and how it is measured."""

    LINEAR = "linear"
    RAKING = "raking"
    LOGIT = "logit"


class Failure(StrEnum):
    """Why there are no calibrated weights."""

    EMPTY_CATEGORY = "empty_category"
    TOTAL_ZERO = "total_zero"
    TOTALS_DISAGREE = "totals_disagree"
    NO_CONVERGENCE = "no_convergence"
    NOT_POSITIVE = "not_positive"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Calibration:
    """Calibrated weights of the rows of a design, or the reason why there are none.

    ``g`` is the factor of each row, ``weight`` the base weight of ``design`` times g; both None without a
    solution, and then ``where`` names the margin and category at fault (None: no single one). ``cell`` is the
    crossing of categories of each row, ``indicators``, (cells, categories), the categories of each crossing.
    """

    design: Design
    cell: Ints
    indicators: Floats
    weight: Floats | None = None
    g: Floats | None = None
    reason: Failure | None = None
    where: str | None = None

    @property
    def n_eff_kish(self) -> float | None:
        """What the final weights alone leave of the rows (Kish 1992); None without weights."""
        return None if self.weight is None else float(self.weight.sum() ** 2 / (self.weight @ self.weight))


def calibrate(
    design: Design,
    margins: Mapping[str, ArrayLike],
    totals: Mapping[str, Mapping[Any, float]],
    *,
    distance: Distance | str = Distance.RAKING,
    bounds: tuple[float, float] | None = None,
) -> Calibration:
    """Weights nearest to the base weights that reproduce known totals of one or more margins.

    Parameters
    ----------
    design : Design
        The whole sample with its base weights.
    margins : mapping of str to array_like, (rows,) each
        Category of each row in each margin (sex, age group, field), also of rows that left a question blank.
    totals : mapping of str to mapping of category to float
        Population of each category of each margin, in the same unit in all margins.
    distance : Distance
        ``raking``: multiplicative, never negative; ``linear``: the regression estimator, refused if a weight
        is not positive; ``logit``: g within `bounds`.
    bounds : (float, float), optional
        Lowest and highest g for ``logit``, ``0 <= lowest < 1 < highest``.

    Returns
    -------
    Calibration
        Without weights where a category of the population has no row of positive weight (join it with another),
        where rows have a total of 0, where margins add to different populations, or where no weights reach the
        totals (within the bounds).

    Raises
    ------
    ValueError
        If margins and totals do not match, a code has no total, a total is negative or not finite, or bounds are
        impossible or do not go with the distance.

    References
    ----------
    Deville & Särndal (1992) JASA 87:376-382 (distances, methods 1, 2 and 6); Deville, Särndal & Sautory (1993)
    JASA 88:1013-1020 (raking); `calibrate` of the R package survey.

    Examples
    --------
    >>> from scoring.sampling.design import survey_design
    >>> design = survey_design([10, 10, 10, 10])
    >>> margins = {"sex": ["F", "F", "M", "M"], "age": ["young", "old", "young", "old"]}
    >>> found = calibrate(design, margins, {"sex": {"F": 30, "M": 20}, "age": {"young": 10, "old": 40}})
    >>> found.weight.round(6).tolist()
    [6.0, 24.0, 4.0, 16.0]
    """
    curve = _curve(Distance(distance), bounds)
    if not margins or margins.keys() != totals.keys():
        raise ValueError(f"totals are of {sorted(totals)}, margins are {sorted(margins)}")
    read = [_margin(name, margins[name], totals[name], design.rows) for name in margins]
    cell, indicators = _crossing([place for place, _ in read], [len(total) for _, total in read])
    size = add_up(cell, design.weight, len(indicators))
    wanted = np.concatenate([total for _, total in read])
    failed = Calibration(design=design, cell=cell, indicators=indicators)
    unreached = _unreachable(indicators.T @ size, wanted, totals)
    if unreached is not None:
        return replace(failed, reason=unreached[0], where=unreached[1])
    population = wanted.sum() / len(margins)
    rise = np.log(population / size.sum()) if distance == Distance.RAKING else 0.0
    start = np.full(len(wanted), rise / len(margins))
    rounding = float(np.ptp([total.sum() for _, total in read]))  # no weights reach margins that differ by it
    factor = _factors(indicators, size, wanted, curve, start, MISFIT * population + rounding)
    if factor is None:
        return replace(failed, reason=Failure.NO_CONVERGENCE)
    if np.any(factor[size > 0] <= 0):
        return replace(failed, reason=Failure.NOT_POSITIVE)
    return replace(failed, weight=design.weight * factor[cell], g=factor[cell])


def post_stratify(design: Design, cell: ArrayLike, totals: Mapping[Any, float]) -> Calibration:
    """Weights that add to the population of each post-stratum.

    Parameters
    ----------
    design : Design
        The whole sample with its base weights.
    cell : array_like, (rows,)
        Post-stratum of each row: a category, or one code for each crossing of categories.
    totals : mapping of cell to float
        Population of each post-stratum.

    Returns
    -------
    Calibration

    Raises
    ------
    ValueError
        If a code has no total or a total is negative or not finite.

    References
    ----------
    Holt & Smith (1979) JRSS A 142:33-46; `postStratify` of the R package survey.

    Examples
    --------
    >>> from scoring.sampling.design import survey_design
    >>> post_stratify(survey_design([1, 1, 1]), ["A", "A", "B"], {"A": 30, "B": 50}).weight.round(9).tolist()
    [15.0, 15.0, 50.0]
    """
    return calibrate(design, {"cell": cell}, {"cell": totals}, distance=Distance.LINEAR)


def calibrated_rates(
    calibration: Calibration,
    values: ArrayLike,
    *,
    answered: ArrayLike | None = None,
    labels: ArrayLike | None = None,
    domains: int | None = None,
) -> Rates:
    """Rates (or means) of domains with calibrated weights, and standard errors that know the calibration.

    Parameters
    ----------
    calibration : Calibration
        With weights.
    values, answered : array_like, (rows,) or (rows, items)
        As for `rates`.
    labels, domains : array_like of int, (rows,), and int, optional
        As for `partition`; all rows in one domain by default.

    Returns
    -------
    Rates
        What `rates` gives with the final weights, but the standard errors (and what follows from them) are of the
        residuals of the regression on the categories, with base weights. In a domain too, the residuals of all
        rows count, because the totals hold for all of them; so does, with the option ``fail``, a lonely PSU
        anywhere in the sample.

    Raises
    ------
    ValueError
        If the calibration failed or the shapes do not fit its design.

    References
    ----------
    Deville & Särndal (1992) JASA 87:376-382, section 3, linearised for a ratio.

    Examples
    --------
    >>> from scoring.sampling.design import survey_design
    >>> strata = post_stratify(survey_design(np.ones(6)), list("AAABBB"), {"A": 60, "B": 40})
    >>> found = calibrated_rates(strata, [1, 1, 0, 1, 0, 0])
    >>> found.value.round(4).tolist(), found.se.round(4).tolist()
    ([0.5333], [0.215])
    """
    if calibration.weight is None:
        raise ValueError(f"there are no calibrated weights: {calibration.reason}")
    cells = partition(replace(calibration.design, weight=calibration.weight), labels, domains=domains)
    found = rates(cells, values, answered=answered)
    z = linearised(cells, values, answered=answered).reshape(len(calibration.weight), -1)
    parts = [_variances(calibration, calibration.weight, cells, column) for column in z.T]
    spread_of_rate = np.stack(parts, axis=-1).reshape(found.value.shape)
    missing = [np.isnan(found.value), np.isnan(spread_of_rate), found.df < 1]
    reason = np.select(missing, [1, 2, 3], 0).astype(np.uint8)
    variance = np.where(reason == 0, spread_of_rate, np.nan)
    deff = divide(variance * (found.n - 1), found.spread)
    beyond = found.sum_weights - found.n
    return replace(
        found,
        se=np.sqrt(variance),
        reason=reason,
        deff_wr=deff,
        deff_wor=divide(deff * found.sum_weights, np.where(beyond > ROUNDING * found.sum_weights, beyond, 0.0)),
        n_eff_design=divide(found.spread, np.where(variance > ROUNDING * found.spread, variance, 0.0)),
    )


def _curve(distance: Distance, bounds: tuple[float, float] | None) -> Curve:
    """Factor g of a linear predictor, and its slope."""
    if (distance is Distance.LOGIT) != (bounds is not None):
        raise ValueError("bounds go with the logit distance, and it needs them")
    if bounds is not None:
        return _bounded(*bounds)
    if distance is Distance.LINEAR:
        return lambda eta: (1 + eta, np.ones_like(eta))
    return lambda eta: (np.exp(np.minimum(eta, LARGEST_LOG)),) * 2


def _bounded(lowest: float, highest: float) -> Curve:
    if not 0 <= lowest < 1 < highest < np.inf:
        raise ValueError(f"bounds must be 0 <= lowest < 1 < highest, not {lowest} and {highest}")
    width = highest - lowest
    rate, shift = width / ((1 - lowest) * (highest - 1)), np.log((1 - lowest) / (highest - 1))

    def curve(eta: Floats) -> tuple[Floats, Floats]:
        share = expit(rate * eta + shift)
        return lowest + width * share, width * rate * share * (1 - share)

    return curve


def _margin(name: str, codes: ArrayLike, totals: Mapping[Any, float], rows: int) -> tuple[Ints, Floats]:
    """The category of each row as a position among the totals, and the totals."""
    column, sizes = np.asarray(codes), np.array(list(totals.values()), float)
    if column.shape != (rows,):
        raise ValueError(f"{name} must have one category for each of the {rows} rows")
    if not np.isfinite(sizes).all() or np.any(sizes < 0):
        raise ValueError(f"totals of {name} must be finite and not negative")
    try:
        found, positions = np.unique(column, return_inverse=True)
    except TypeError as error:  # None among texts
        raise ValueError(f"{name} must not have a missing category") from error
    place = {code: position for position, code in enumerate(totals)}
    unknown = [code for code in found.tolist() if code not in place]
    if unknown:
        raise ValueError(f"{name} has no total for {unknown}")
    return np.array([place[code] for code in found.tolist()], np.intp)[positions], sizes


def _crossing(places: list[Ints], counts: list[int]) -> tuple[Ints, Floats]:
    """The occupied crossing of categories of each row, and the indicators of their categories."""
    cell, cells = np.zeros(len(places[0]), np.intp), 1
    categories: list[Ints] = []
    for place, count in zip(places, counts, strict=True):
        cell, occupied = compress(cell * count + place, cells * count)
        cells = len(occupied)
        categories = [*(known[occupied // count] for known in categories), occupied % count]
    return cell, np.concatenate([np.eye(n)[known] for known, n in zip(categories, counts, strict=True)], axis=1)


def _unreachable(
    base: Floats, wanted: Floats, totals: Mapping[str, Mapping[Any, float]]
) -> tuple[Failure, str | None] | None:
    names = [f"{name}: {category}" for name, total in totals.items() for category in total]
    for reason, wrong in (
        (Failure.EMPTY_CATEGORY, (base == 0) & (wanted > 0)),
        (Failure.TOTAL_ZERO, (base > 0) & (wanted == 0)),
    ):
        if wrong.any():
            return reason, names[int(np.argmax(wrong))]
    populations = [sum(total.values()) for total in totals.values()]
    if not max(populations):  # no row has a weight and no category a population
        return Failure.TOTAL_ZERO, None
    if np.ptp(populations) > DISAGREEMENT * max(populations):
        return Failure.TOTALS_DISAGREE, None
    return None


def _factors(
    indicators: Floats, size: Floats, wanted: Floats, curve: Curve, start: Floats, allowed: float
) -> Floats | None:
    """Factor of each cell by Newton's method; a step that does not help is halved."""
    kept, position, step, best = start, start, start, np.inf
    for _ in range(EVALUATIONS):
        factor, slope = curve(indicators @ position)
        misfit = wanted - indicators.T @ (size * factor)
        worst = float(np.abs(misfit).max())
        if worst <= allowed:
            return factor
        if worst < best:
            kept, best = position, worst
            step = _solve(indicators, size * slope, misfit)
        else:
            step = step / 2
        position = kept + step
    return None


def _solve(indicators: Floats, size: Floats, right: Floats) -> Floats:
    """Coefficients of a weighted regression on the categories from the weighted sums over each of them."""
    normal = (indicators * size[:, np.newaxis]).T @ indicators
    return np.asarray(np.linalg.lstsq(normal, right, rcond=RANK)[0], float)


def _variances(calibration: Calibration, weight: Floats, cells: Partition, z: Floats) -> Floats:
    """Variance of the rate of each domain from its linearised variable, (domains,)."""
    design, cell, indicators = calibration.design, calibration.cell, calibration.indicators
    based = np.divide(z * design.weight, weight, out=np.zeros_like(z), where=weight > 0)
    size, strips = add_up(cell, design.weight, len(indicators)), cells.domains + 1
    sums = add_up(cell * strips + cells.label, based, len(indicators) * strips).reshape(-1, strips)[:, :-1]
    fitted = indicators @ _solve(indicators, size, indicators.T @ sums)
    whole = partition(design)
    found = np.empty(cells.domains)
    for domain in range(cells.domains):
        units = whole.by_unit(np.where(cells.label == domain, z, 0.0) - weight * fitted[cell, domain])
        found[domain] = covariance(whole, units[np.newaxis], np.ones(len(units), bool))[0, 0, 0]
    return found
