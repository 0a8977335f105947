"""The interval that a verdict rests on: for one rate or for many at once, for one look or for every day."""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from scoring.intervals import student_share, wilson
from scoring.ranking import Adjustment, per_unit_level
from scoring.results import Estimate, Interval, Verdict
from scoring.sequential import rate_sequence
from scoring.verdict import judge

SEQUENCE = "confidence_sequence"
RATES = ("wilson", "wilson_neff", SEQUENCE)  # intervals that follow from a rate and an effective size
MOST = 10_000_000  # further answers beyond which no number is given


class Multiplicity(StrEnum):
    """Whether the verdicts of a comparison hold each by itself, or all together."""

    NONE = "none"
    SIDAK = "sidak"


class Looks(StrEnum):
    """Whether a verdict is taken once, when all answers are in, or may be read every day."""

    ONCE = "once"
    DAILY = "daily"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How verdicts are taken."""

    multiplicity: Multiplicity = Multiplicity.NONE
    looks: Looks = Looks.ONCE


def decide(
    estimate: Estimate,
    *,
    target: float,
    operator: str = ">=",
    rule: Rule,
    together: int = 1,
    population: int | None = None,
    sample: int | None = None,
) -> Verdict:
    """Hold an estimate against a target by the rule of its campaign.

    Parameters
    ----------
    estimate : Estimate
    target, operator, population, sample
        As of `scoring.verdict.judge`.
    rule : Rule
    together : int
        How many rates are held against a target in the same comparison, at least 1.

    Returns
    -------
    Verdict

    Raises
    ------
    ValueError
        If the operator is unknown or `together` is below 1.

    References
    ----------
    Sidak (1967) JASA 62:626-633 for the level of many independent rates; for daily looks `scoring.sequential`,
    here on the effective sample size, so that composite rates keep it approximately.

    Examples
    --------
    >>> interval = Interval(lower=0.901, upper=0.94, level=0.95, method="wilson")
    >>> rate = Estimate(value=0.92, n=600, effective_n=600.0, interval=interval)
    >>> alone, all_99 = Rule(), Rule(multiplicity=Multiplicity.SIDAK)
    >>> [str(decide(rate, target=0.895, rule=r, together=99).outcome) for r in (alone, all_99)]
    ['reached', 'cannot_tell']
    """
    interval = deciding_interval(estimate, rule=rule, together=together)
    verdict = judge(
        replace(estimate, interval=interval), target=target, operator=operator, population=population, sample=sample
    )
    if interval is None or interval.method != SEQUENCE or verdict.more_answers is None:
        return verdict
    return replace(verdict, more_answers=_more_looked_at(estimate, interval.level, target, population, sample))


def deciding_interval(estimate: Estimate, *, rule: Rule, together: int = 1) -> Interval | None:
    """The interval that the verdict of an estimate rests on.

    Parameters
    ----------
    estimate : Estimate
    rule : Rule
    together : int
        As of `decide`.

    Returns
    -------
    Interval or None
        The estimate's own where the rule changes nothing, and for a mean that is no rate; None where it has none.

    Raises
    ------
    ValueError
        If `together` is below 1.

    Examples
    --------
    >>> interval = Interval(lower=0.8957, upper=0.9391, level=0.95, method="wilson")
    >>> rate = Estimate(value=0.92, n=600, effective_n=600.0, interval=interval)
    >>> wider = deciding_interval(rate, rule=Rule(multiplicity=Multiplicity.SIDAK), together=99)
    >>> round(wider.level, 6), round(wider.lower, 4), round(wider.upper, 4)
    (0.999482, 0.8728, 0.9507)
    """
    if together < 1:
        raise ValueError("a comparison has at least one rate")
    given = estimate.interval
    if given is None or given.method not in RATES or estimate.effective_n is None or estimate.value is None:
        return given
    level = given.level
    if rule.multiplicity is Multiplicity.SIDAK:
        level = per_unit_level(level, together, Adjustment.SIDAK)
    if rule.looks is Looks.DAILY:
        return _interval(estimate, level, SEQUENCE)
    return given if level == given.level else _interval(estimate, level, given.method)


def _interval(estimate: Estimate, level: float, method: str) -> Interval:
    floor, value = estimate.floor, float(estimate.value or 0)
    rate = (value - floor) / (1 - floor)
    share = 1.0 if estimate.df is None else float(student_share(estimate.df, level))
    size = float(estimate.effective_n or 0) * share
    limits = rate_sequence(rate, size, level) if method == SEQUENCE else wilson(rate, size, level)
    lower, upper = (floor + (1 - floor) * float(limit) for limit in limits)
    return Interval(lower=lower, upper=upper, level=level, method=method)


def _more_looked_at(
    estimate: Estimate, level: float, target: float, population: int | None, sample: int | None
) -> int | None:
    """About how many further submissions settle the verdict of a sequence, if the rate stays as it is."""
    drawn = sample or estimate.n
    worth = float(estimate.effective_n or 0) / drawn
    rate, held = ((x - estimate.floor) / (1 - estimate.floor) for x in (float(estimate.value or 0), target))
    further = np.unique(np.geomspace(1, MOST, 600).round())
    total = drawn + further
    # The degrees of freedom grow with the submissions, as in `scoring.verdict.further`.
    share = 1.0 if estimate.df is None else student_share((estimate.df + 1) * total / drawn - 1, level)
    lower, upper = rate_sequence(rate, total * worth * share, level)
    settled = further[(lower >= held) | (upper < held)]
    most = np.inf if population is None else population - drawn
    return int(settled[0]) if len(settled) and settled[0] <= most else None
