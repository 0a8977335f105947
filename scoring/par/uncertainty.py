"""The uncertainty of surveys carried into the PAR Index.

Most leaves are facts; those of the leaders' survey and of SIPAS are estimates. Where points grow linearly with
the estimate the interval of the index is computed; where tiers, caps or roundings break the line it is
simulated from normal errors with a given seed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.intervals import normal_quantile
from scoring.par.index import PLAIN, Convention, Marks, check_marks, leaf_weights, outside
from scoring.par.kinds_percents import ExternalPercent, Survey
from scoring.par.kinds_shares import Proportional, Tiers
from scoring.par.kinds_totals import Total
from scoring.par.parameters import Rule
from scoring.par.tree import Node, leaves
from scoring.results import Estimate

Floats = NDArray[np.float64]
ANALYTIC, SIMULATED = "analytic", "simulated"
DRAWS = 10_000
TINY = 1e-9  # a binary number this close below a bound or a half is meant to be on it


@dataclass(frozen=True, slots=True, kw_only=True)
class UncertainLeaf:
    """An estimated share (0 to 1) that the points of a leaf follow, with its standard error."""

    code: str
    share: float
    standard_error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class UncertainUnit:
    """A unit with the marks of its certain leaves and the estimates behind the others.

    ``correlation`` is that between any two estimates of the unit: 0 for separate samples, towards 1 when the
    same people answered.
    """

    code: str
    tree: Node
    marks: Marks
    estimates: tuple[UncertainLeaf, ...]
    block: str = ""
    convention: Convention = Convention.APPLICABLE
    total: Total = PLAIN
    correlation: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexInterval:
    """The index with its two-sided interval; ``method`` is "analytic" or "simulated"."""

    index: float
    lower: float
    upper: float
    standard_error: float
    level: float
    method: str


def uncertain_leaf(code: str, estimate: Estimate) -> UncertainLeaf | None:
    """The leaf that follows a satisfaction estimate.

    Parameters
    ----------
    code : str
        Of the leaf.
    estimate : Estimate
        A rate or an index (0 to 1) with its interval.

    Returns
    -------
    UncertainLeaf or None
        Its standard error is half the width of the interval over the normal quantile; None when the
        estimate has no value or no interval.

    Examples
    --------
    >>> from scoring.results import Interval
    >>> interval = Interval(lower=0.80, upper=0.84, level=0.95, method="wilson")
    >>> round(uncertain_leaf("8.1", Estimate(value=0.82, n=1500, interval=interval)).standard_error, 5)
    0.0102
    """
    if estimate.value is None or estimate.interval is None:
        return None
    width = estimate.interval.upper - estimate.interval.lower
    error = width / 2 / normal_quantile(estimate.interval.level)
    return UncertainLeaf(code=code, share=estimate.value, standard_error=error)


def points_at(rule: Rule | None, shares: Floats, maximum: float) -> Floats:
    """Points of a leaf at many values of the share that it follows.

    Parameters
    ----------
    rule : Rule or None
        A survey, an external percentage, tiers or proportional points on a ratio; None: share × maximum.
    shares : ndarray of float
        0 to 1.
    maximum : float
        Points of the leaf.

    Returns
    -------
    ndarray of float

    Raises
    ------
    ValueError
        If the rule is of a kind that no share leads to points by.

    Examples
    --------
    >>> points_at(None, np.array([0.5, 0.8]), 10).tolist()
    [5.0, 8.0]
    """
    if isinstance(rule, Tiers) and rule.of_ratio:
        points = np.full(shares.shape, float(rule.otherwise))
        for tier in reversed(rule.tiers):
            edge = TINY if tier.strict else -TINY
            points[shares > float(tier.bound) + edge] = float(tier.points)
        return points
    if isinstance(rule, Proportional):
        line = np.minimum(shares / float(rule.full_at), 1.0) * maximum
        return _rounded(np.where(shares > float(rule.floor) - TINY, line, 0.0), rule.places)
    if rule is None or isinstance(rule, ExternalPercent | Survey):
        return _rounded(shares * maximum, None if rule is None else rule.places)
    raise ValueError(f"no share leads to points by a rule of kind {rule.kind!r}")


def index_interval(
    unit: UncertainUnit,
    *,
    level: float = 0.95,
    draws: int = DRAWS,
    seed: int = 0,
    simulate: bool = False,
    indices: Floats | None = None,
) -> IndexInterval:
    """The interval of a unit's index.

    Parameters
    ----------
    unit : UncertainUnit
        With all base leaves marked or estimated.
    level : float
        Two-sided confidence.
    draws, seed : int
        Of the simulation.
    simulate : bool
        Simulate even where the index is linear.
    indices : ndarray of float, optional
        Draws of the unit, where it was simulated already.

    Returns
    -------
    IndexInterval

    Raises
    ------
    ValueError
        If the unit has no index, an estimate belongs to no leaf that applies, or numbers are out of range.

    References
    ----------
    Variance of a linear combination of estimates; simulation after JCGM 101 (2008), propagation of
    distributions by a Monte Carlo method.

    Examples
    --------
    >>> from scoring.par.tree import read_tree
    >>> from scoring.par.index import mark
    >>> from decimal import Decimal
    >>> tree = read_tree([{"id": "1", "max": 90}, {"id": "8.1", "max": 10, "rule": {"kind": "external_pct"}}])
    >>> sipas = UncertainLeaf(code="8.1", share=0.82, standard_error=0.01)
    >>> unit = UncertainUnit(code="u", tree=tree, marks={"1": mark(Decimal(80))}, estimates=(sipas,))
    >>> found = index_interval(unit)
    >>> round(found.lower, 3), round(found.upper, 3), found.method
    (88.004, 88.396, 'analytic')
    """
    quantile, affine = normal_quantile(level), _Affine.of(unit)
    index = float(affine.indices(_shares(unit))[0])
    if not simulate and affine.is_linear(quantile):
        method, error = ANALYTIC, affine.standard_error()
        lower, upper = index - quantile * error, index + quantile * error
    else:
        drawn = simulate_indices([unit], draws=draws, seed=seed)[0] if indices is None else indices
        lower, upper = (float(limit) for limit in np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2]))
        method, error = SIMULATED, float(np.std(drawn))
    return IndexInterval(index=index, lower=lower, upper=upper, standard_error=error, level=level, method=method)


def is_linear(unit: UncertainUnit, quantile: float) -> bool:
    """Whether the index follows the estimates on a straight line as far as the interval reaches.

    Parameters
    ----------
    unit : UncertainUnit
        As `index_interval`.
    quantile : float
        How many standard errors that is.

    Returns
    -------
    bool
        False with tiers, floors, roundings or deductions on an estimated leaf, near 0 and 100 % of an
        estimate, near a limit of the index, or when the index is rounded.
    """
    return _Affine.of(unit).is_linear(quantile)


def simulate_indices(units: Sequence[UncertainUnit], *, draws: int = DRAWS, seed: int = 0) -> Floats:
    """Indices of many units under normal errors of their estimates, kept within 0 and 100 %.

    Parameters
    ----------
    units : sequence of UncertainUnit
        Their errors are independent of each other.
    draws, seed : int
        How many, and from which seed; the same seed gives the same numbers.

    Returns
    -------
    ndarray of float
        (units, draws).

    Raises
    ------
    ValueError
        As `index_interval`.
    """
    generator = np.random.default_rng(seed)
    rows = np.empty((len(units), draws))
    for place, unit in enumerate(units):
        common = generator.standard_normal(draws)
        own = generator.standard_normal((len(unit.estimates), draws))
        normal = own
        if unit.correlation:
            normal = math.sqrt(unit.correlation) * common + math.sqrt(1 - unit.correlation) * own
        errors = np.array([each.standard_error for each in unit.estimates]).reshape(-1, 1)
        rows[place] = _Affine.of(unit).indices(np.clip(_shares(unit) + errors * normal, 0, 1))
    return rows


def point_indices(units: Sequence[UncertainUnit]) -> Floats:
    """Indices of many units at their estimates.

    Raises
    ------
    ValueError
        As `index_interval`.
    """
    return np.array([_Affine.of(unit).indices(_shares(unit))[0] for unit in units])


@dataclass(frozen=True, slots=True)
class _Affine:
    """The index of a unit as a function of the points of its estimated leaves."""

    unit: UncertainUnit
    fixed: float
    weights: Floats
    nodes: tuple[Node, ...]
    deducted: Floats
    outside: tuple[float, float]

    @classmethod
    def of(cls, unit: UncertainUnit) -> "_Affine":
        """The function of a unit, whose numbers are checked here."""
        _check(unit)
        codes = [each.code for each in unit.estimates]
        marks = {code: given for code, given in unit.marks.items() if code not in codes or given.points is None}
        check_marks(unit.tree, unit.marks)
        weights = leaf_weights(unit.tree, marks, unit.convention)
        if any(code not in weights for code in codes):
            raise ValueError(f"an estimate of unit {unit.code} belongs to no base leaf that applies")
        if not weights.keys() <= marks.keys() | set(codes) or any(given.refused for given in marks.values()):
            raise ValueError(f"unit {unit.code} has no index: a leaf is unscored or a file was refused")
        fixed = math.fsum(
            float(weight) * float(marks[code].counted) for code, weight in weights.items() if code in marks
        )
        found = {leaf.code: leaf for leaf in leaves(unit.tree)}
        bonus, off = outside(unit.tree, marks)
        return cls(
            unit=unit,
            fixed=fixed,
            weights=np.array([float(weights[code]) for code in codes]),
            nodes=tuple(found[code] for code in codes),
            deducted=np.array([float(unit.marks[code].deducted) if code in unit.marks else 0.0 for code in codes]),
            outside=(float(bonus), float(off)),
        )

    def indices(self, shares: Floats) -> Floats:
        """Indices at shares of the estimated leaves, (leaves, draws)."""
        percent = np.full(shares.shape[1], self.fixed)
        for place, node in enumerate(self.nodes):
            points = points_at(node.rule, shares[place], float(node.maximum))
            percent += self.weights[place] * np.maximum(points - self.deducted[place], 0)
        return self._total(percent)

    def _total(self, percent: Floats) -> Floats:
        total, (bonus, off) = self.unit.total, self.outside
        extra = bonus if total.bonus_cap is None else min(bonus, float(total.bonus_cap))
        less = off if total.penalty_cap is None else min(off, float(total.penalty_cap))
        base = np.minimum(percent, 100) / 100 * float(total.base_cap)
        clamped = np.clip(base + extra - less, float(total.clamp[0]), float(total.clamp[1]))
        return _rounded(clamped, total.places)

    def is_linear(self, quantile: float) -> bool:
        """As the function of that name."""
        unit = self.unit
        for each, node, deducted in zip(unit.estimates, self.nodes, self.deducted, strict=True):
            rule, half = node.rule, quantile * each.standard_error
            straight = rule is None or (isinstance(rule, ExternalPercent | Survey) and rule.places is None)
            if not straight or deducted > 0 or each.share - half < 0 or each.share + half > 1:
                return False
        low, high = (float(limit) for limit in unit.total.clamp)
        index, half = float(self.indices(_shares(unit))[0]), quantile * self.standard_error()
        return unit.total.places is None and low <= index - half and index + half <= high

    def standard_error(self) -> float:
        """Of the index, where it is linear."""
        maxima = np.array([float(node.maximum) for node in self.nodes])
        errors = np.array([each.standard_error for each in self.unit.estimates])
        moved = self.weights * maxima * errors * float(self.unit.total.base_cap) / 100
        together = self.unit.correlation
        return math.sqrt((1 - together) * float(moved @ moved) + together * float(moved.sum()) ** 2)


def _check(unit: UncertainUnit) -> None:
    if not 0 <= unit.correlation <= 1:
        raise ValueError(f"a correlation must lie between 0 and 1, not {unit.correlation}")
    for each in unit.estimates:
        if not 0 <= each.share <= 1 or not 0 <= each.standard_error < math.inf:
            raise ValueError(f"the estimate of {each.code} must be a share with a standard error, not {each}")


def _shares(unit: UncertainUnit) -> Floats:
    return np.array([each.share for each in unit.estimates]).reshape(-1, 1)


def _rounded(values: Floats, places: int | None) -> Floats:
    """Half up, with binary noise below a half taken for the half."""
    if places is None:
        return values
    scale = 10.0**places
    found: Floats = np.floor(values * scale + 0.5 + TINY) / scale
    return found
