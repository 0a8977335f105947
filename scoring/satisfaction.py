"""Satisfaction rates, factors and the index of many groups at once, from their tallies.

The estimand of every factor and index is a weighted sum of item rates or a ratio of sums, so its
linearised variable for respondent k is ``z_k = sum_i a_i d_ik (y_ik - c_i)`` (d: answered, y:
satisfied). ``sum_k z_k^2`` needs only the pair counts of the tally, never the respondents.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.clusters import Clusters, cluster_variance
from scoring.intervals import effective_n_finite, mean_t, student_share, wilson
from scoring.measures import FLOORS, MEASURES, Marks, marks
from scoring.results import (
    COMPOSITE,
    ChoiceScore,
    Distribution,
    Estimate,
    FactorScore,
    GroupScore,
    Interval,
    ItemScore,
    NumberScore,
    Reason,
)
from scoring.tally import BLANK, NOT_APPLICABLE, Layout, Tally

Floats = NDArray[np.float64]

FACTOR_RULES = ("F1", "F2", "F3")
INDEX_RULES = ("X1", "X2", "X3", "X4")


@dataclass(frozen=True, slots=True)
class Factor:
    """A factor: its criteria and its factor-in-general question, as positions among the rated items."""

    code: str
    criteria: tuple[int, ...]
    general: int | None


@dataclass(frozen=True, slots=True)
class Single:
    """A closed question with given options: its place among the closed items and how many options it has."""

    code: str
    place: int
    options: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is estimated from a tally.

    ``rated``, ``numbers`` and ``choices`` (multiple choice) name the items in the order of the
    layout, ``singles`` the other closed items whose options are counted. ``overall`` is
    the position of the whole-service question among the rated items. ``measure`` is M1 (share of
    satisfied answers), M2 (mean level over the highest) or M3 (mean of the steps above the lowest
    level over all steps); ``factor_rule`` is F1 (mean of the criteria's rates), F2 (pooled over the
    answers to the criteria) or F3 (the factor-in-general question); ``index_rule`` is X1 (mean of the
    factors), X2 (mean of all criteria), X3 (factors by ``weights``, one positive number each) or X4
    (the whole-service question).
    """

    rated: tuple[str, ...]
    factors: tuple[Factor, ...]
    overall: int
    numbers: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    singles: tuple[Single, ...] = ()
    measure: str = "M1"
    factor_rule: str = "F1"
    index_rule: str = "X1"
    weights: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        known = (self.measure in MEASURES, self.factor_rule in FACTOR_RULES, self.index_rule in INDEX_RULES)
        if not all(known):
            raise ValueError(f"unknown method {self.measure}/{self.factor_rule}/{self.index_rule}")
        for factor in self.factors:
            if not _members(factor, self.factor_rule):
                raise ValueError(f"factor {factor.code} has no questions for the rule {self.factor_rule}")
        if self.index_rule == "X2" and not any(factor.criteria for factor in self.factors):
            raise ValueError("the rule X2 needs criteria")
        if self.index_rule == "X3" and (len(self.weights) != len(self.factors) or not all(w > 0 for w in self.weights)):
            raise ValueError("the rule X3 needs a positive weight for every factor")


@dataclass(frozen=True, slots=True)
class _Given:
    """What every estimate of one call shares."""

    marks: Marks
    measure: str
    level: float
    size: Floats
    clusters: Clusters | None


@dataclass(frozen=True, slots=True)
class _Linear:
    """An estimand of every group: its value, the coefficients a and c of its linearised variable, and n."""

    value: Floats
    a: Floats
    c: Floats
    n: Floats


def score(
    tally: Tally,
    plan: Plan,
    keys: Sequence[str],
    *,
    level: float = 0.95,
    populations: Sequence[int | None] | None = None,
    clusters: Clusters | None = None,
) -> tuple[GroupScore, ...]:
    """Score every group of a stacked tally.

    Parameters
    ----------
    tally : Tally
        One row per group, see `scoring.tally.stack`.
    plan : Plan
    keys : sequence of str
        The groups' names, in the order of the rows.
    level : float
        Two-sided confidence of every interval.
    populations : sequence of int or None, optional
        Completed dossiers of each group; a known number gives the finite population correction.
    clusters : Clusters, optional
        The PSUs of every group, where respondents were drawn in clusters.

    Returns
    -------
    tuple of GroupScore
        In the order of `keys`. Rates are between 0 and 1. A rate nobody answered has no value; a
        factor or index with a part that nobody answered is the mean of the parts that have answers.

    Raises
    ------
    ValueError
        If the plan does not fit the tally, or keys or populations do not match its rows.

    Notes
    -----
    One item, and a factor of one item: Wilson interval on its answers. Other factors and the index:
    Wilson interval on the effective sample size ``p (1 - p) / v``, where v is the linearised variance
    for respondents drawn independently, ``n / (n - 1) * sum z_k^2``, with the Student quantile of
    n - 1 degrees of freedom, because v is estimated; where v is 0 (as at 0 and 1) on what the answers
    are worth when all of one respondent are alike, ``1 / sum_k (sum_i a_i d_ik)^2``.
    With a known population every effective size is corrected (`effective_n_finite`).
    With clusters, v is that of the totals of the PSUs, with one degree of freedom less than there are PSUs,
    for single items too, and there is no finite population correction.
    The n of a factor or index is a lower bound of those who answered any of its questions, close
    to them and exact where one question was answered by all (`Marks.any_of`).
    Under M2 and M3 every rate is a mean of marks, an item too is such a composite, and M2 is M3
    moved onto a scale from 1/5 to 1, interval and all.

    References
    ----------
    Woodruff (1971) JASA 66:411-414 (linearisation); Franco, Little, Louis & Slud (2019) J. Survey
    Stat. Methodol. 7:334-364 (Wilson on the effective sample size); docs/method.md of the
    project for M1, F1-F3 and X1, X2, X4 and their standing.
    """
    groups = len(keys)
    if tally.vector.shape[0] != groups or len(plan.rated) != len(tally.layout.rated):
        raise ValueError("keys, plan and tally do not fit together")
    known = [None] * groups if populations is None else list(populations)
    if len(known) != groups:
        raise ValueError("one population (or None) per group is needed")
    size = np.array([np.nan if n is None else n for n in known], float)
    given = _Given(marks(tally, plan.measure), plan.measure, level, size, clusters)
    items = [_item(given, i) for i in range(len(plan.rated))]
    linear = {factor.code: _factor(given.marks, factor, plan.factor_rule) for factor in plan.factors}
    single = {f.code: _members(f, plan.factor_rule) for f in plan.factors}
    factors = {
        code: items[single[code][0]] if len(single[code]) == 1 else _composite(given, part)
        for code, part in linear.items()
    }
    index = _index(given, plan, linear, items)
    # Plain lists once: a result is made of many small numbers, each slow to take out of an array.
    counts, choices = tally.counts.tolist(), tally.choices.tolist()
    received, counted = tally.received.tolist(), tally.counted.tolist()
    numbers = [_number(tally, i, level) for i in range(len(plan.numbers))]
    return tuple(
        GroupScore(
            key=key,
            received=received[g],
            counted=counted[g],
            population=known[g],
            index=index[g],
            overall=items[plan.overall][g],
            factors=tuple(FactorScore(code=code, estimate=rows[g]) for code, rows in factors.items()),
            items=tuple(
                ItemScore(code=code, estimate=items[i][g], distribution=_distribution(counts[g][place]))
                for i, (code, place) in enumerate(zip(plan.rated, tally.layout.rated, strict=True))
            ),
            numbers=tuple(NumberScore(code=code, estimate=numbers[i][g]) for i, code in enumerate(plan.numbers)),
            choices=(*_singles(counts[g], plan), *_choices(choices[g], tally.layout, plan)),
        )
        for g, key in enumerate(keys)
    )


def _distribution(codes: Sequence[int]) -> Distribution:
    return Distribution(levels=tuple(codes[1:6]), not_applicable=codes[NOT_APPLICABLE], blank=codes[BLANK])


def _members(factor: Factor, rule: str) -> tuple[int, ...]:
    if rule == "F3":
        return () if factor.general is None else (factor.general,)
    return factor.criteria


def _mean_of_rates(counts: Marks, members: Sequence[int]) -> _Linear:
    """Mean of the rates of those members that have answers (F1, F3, X2)."""
    a = np.zeros_like(counts.rate)
    columns = list(members)
    has = counts.answered[:, columns] > 0
    with np.errstate(invalid="ignore", divide="ignore"):
        weight = has / has.sum(axis=1, keepdims=True)
        value = np.where(has, counts.rate[:, columns], 0).sum(axis=1) / has.sum(axis=1)
        a[:, columns] = np.where(has, weight / counts.answered[:, columns], 0)
    return _Linear(value, a, np.nan_to_num(counts.rate), counts.any_of(members))


def _pooled(counts: Marks, members: Sequence[int]) -> _Linear:
    """Satisfied answers over answers, pooled over the members (F2)."""
    a, c = np.zeros_like(counts.rate), np.zeros_like(counts.rate)
    columns = list(members)
    answers = counts.answered[:, columns].sum(axis=1)
    total = np.einsum("gii->gi", counts.one)[:, columns].sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = total / answers
        a[:, columns] = np.where(answers > 0, 1 / answers, 0)[:, None]
    c[:, columns] = np.nan_to_num(value)[:, None]
    return _Linear(value, a, c, counts.any_of(members))


def _factor(counts: Marks, factor: Factor, rule: str) -> _Linear:
    members = _members(factor, rule)
    return _pooled(counts, members) if rule == "F2" else _mean_of_rates(counts, members)


def _index(given: _Given, plan: Plan, factors: dict[str, _Linear], items: list[list[Estimate]]) -> list[Estimate]:
    if plan.index_rule == "X4":
        return items[plan.overall]
    if plan.index_rule == "X2":
        criteria = [i for factor in plan.factors for i in factor.criteria]
        return _composite(given, _mean_of_rates(given.marks, criteria))
    parts = list(factors.values())
    values = np.stack([part.value for part in parts])
    weights = np.array(plan.weights if plan.index_rule == "X3" else [1.0] * len(parts))
    has = ~np.isnan(values) * weights[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        weight = has / has.sum(axis=0)
        value = (np.nan_to_num(values) * has).sum(axis=0) / has.sum(axis=0)
    # Factors share no item, so the coefficients of the index are those of its factors, weighted.
    a = sum(np.nan_to_num(w)[:, None] * part.a for w, part in zip(weight, parts, strict=True))
    c = sum(np.where(part.a > 0, part.c, 0) for part in parts)
    n = given.marks.any_of([i for factor in plan.factors for i in _members(factor, plan.factor_rule)])
    return _composite(given, _Linear(value, np.asarray(a), np.asarray(c), n))


def linearised_variance(found: Marks, a: Floats, c: Floats) -> Floats:
    """Variance of ``sum_i a_i * (sum_k d_ik (y_ik - c_i))`` for respondents drawn independently.

    Parameters
    ----------
    found : Marks
    a, c : ndarray, (groups, rated)
        Coefficients of the linearised variable; it must sum to zero over the respondents.

    Returns
    -------
    ndarray, (groups,)
        ``n / (n - 1) * sum_k z_k^2`` with n the counted submissions; NaN below two of them.

    References
    ----------
    Woodruff (1971) JASA 66:411-414; R survey `svyratio`, `svycontrast` with a simple random design.
    """
    ac = a * c
    squares = (
        np.einsum("gi,gij,gj->g", a, found.two, a)
        - 2 * np.einsum("gi,gij,gj->g", a, found.one, ac)
        + np.einsum("gi,gij,gj->g", ac, found.both, ac)
    )
    n = found.respondents
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(n > 1, n / (n - 1) * np.maximum(squares, 0), np.nan)


def _composite(given: _Given, part: _Linear) -> list[Estimate]:
    p = part.value
    variance, df, size = _variance(given, part)
    # Rounding leaves dust instead of 0 where all are (dis)satisfied, or where every answer is alike.
    variance = np.where(variance < 1e-15, 0, variance)
    with np.errstate(invalid="ignore", divide="ignore"):
        alike = 1 / np.einsum("gi,gij,gj->g", part.a, given.marks.both, part.a)
        worth = np.where(variance > 0, p * (1 - p) / variance, alike)
    n_eff = effective_n_finite(worth, given.marks.respondents, size)
    n_eff = np.where(np.isnan(variance) | np.isnan(p), np.nan, n_eff)
    return _estimates(given, p, part.n, n_eff, COMPOSITE, fewest=2, df=np.where(variance > 0, df, np.inf))


def _variance(given: _Given, part: _Linear) -> tuple[Floats, Floats, Floats]:
    """The variance of an estimand, its degrees of freedom, and the population that it is corrected for."""
    if given.clusters is None:
        return linearised_variance(given.marks, part.a, part.c), part.n - 1, given.size
    variance, df = cluster_variance(given.clusters, part.a, part.c)
    return variance, df, np.full(len(df), np.nan)


def _item(given: _Given, i: int) -> list[Estimate]:
    if given.measure != "M1" or given.clusters is not None:
        return _composite(given, _mean_of_rates(given.marks, (i,)))
    answers = given.marks.answered[:, i]
    n_eff = effective_n_finite(answers, given.marks.respondents, given.size)
    return _estimates(given, given.marks.rate[:, i], answers, n_eff, "wilson", fewest=1)


def _estimates(
    given: _Given, p: Floats, n: Floats, n_eff: Floats, method: str, *, fewest: int, df: Floats | None = None
) -> list[Estimate]:
    p = np.where(np.isnan(p), np.nan, np.clip(p, 0, 1))
    free = np.full(len(p), np.inf) if df is None else df
    size = n_eff * student_share(free, given.level)
    lower, upper = wilson(p, np.nan_to_num(size, nan=0.0, posinf=np.inf), given.level)
    floor = FLOORS[given.measure]
    p, lower, upper = (floor + (1 - floor) * part for part in (p, lower, upper))
    limits = zip(lower.tolist(), upper.tolist(), strict=True)
    columns = (p.tolist(), n.tolist(), n_eff.tolist(), free.tolist(), limits)
    return [_estimate(*row, given.level, method, fewest, floor) for row in zip(*columns, strict=True)]


def _estimate(
    value: float,
    n: float,
    n_eff: float,
    df: float,
    limits: tuple[float, float],
    level: float,
    method: str,
    fewest: int,
    floor: float = 0.0,
) -> Estimate:
    if math.isnan(value):
        return Estimate(value=None, n=int(n), reason=Reason.NO_ANSWERS, floor=floor)
    if n < fewest or math.isnan(limits[0]):
        return Estimate(value=value, n=int(n), reason=Reason.TOO_FEW_FOR_INTERVAL, floor=floor)
    interval = Interval(lower=limits[0], upper=limits[1], level=level, method=method)
    free = None if math.isinf(df) else df
    return Estimate(value=value, n=int(n), effective_n=n_eff, df=free, interval=interval, floor=floor)


def _number(tally: Tally, i: int, level: float) -> list[Estimate]:
    n, total, squares = (tally.numbers[:, i, k].astype(float) for k in range(3))
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / n
        variance = (squares - total * mean) / (n - 1) / n
    # A few answers that happen to be equal are no proof of a mean without error.
    lower, upper = mean_t(mean, np.where(variance > 0, variance, np.nan), n - 1, level)
    rows = zip(mean.tolist(), n.tolist(), lower.tolist(), upper.tolist(), strict=True)
    return [_estimate(m, answers, answers, answers - 1, (low, high), level, "t", 2) for m, answers, low, high in rows]


def _singles(counts: Sequence[Sequence[int]], plan: Plan) -> tuple[ChoiceScore, ...]:
    given = [(single.code, counts[single.place][1 : single.options + 1]) for single in plan.singles]
    return tuple(_shares(code, sum(ticks), ticks) for code, ticks in given)


def _shares(code: str, answered: int, ticks: Sequence[int]) -> ChoiceScore:
    if not answered:
        return ChoiceScore(code=code, answered=0, shares=None, reason=Reason.NO_ANSWERS)
    return ChoiceScore(code=code, answered=answered, shares=tuple(n / answered for n in ticks))


def _choices(given: Sequence[int], layout: Layout, plan: Plan) -> tuple[ChoiceScore, ...]:
    scores, at = [], 0
    for code, options in zip(plan.choices, layout.choices, strict=True):
        answered, *ticks = given[at : at + options + 1]
        scores.append(_shares(code, answered, ticks))
        at += options + 1
    return tuple(scores)
