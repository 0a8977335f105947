"""Rates, intervals and verdicts of thousands of groups x items as arrays, in one pass over their counts.

The same numbers as `scoring.satisfaction.score` and `scoring.verdict.judge` give for the items under M1, for
where an object per rate would cost more than the rate: heat maps, exports, checks over all units and fields.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.intervals import effective_n_finite, wilson
from scoring.tally import NOT_APPLICABLE, Tally
from scoring.verdict import AT_LEAST, CANNOT_TELL, further, outcomes

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Codes = NDArray[np.int8]
PerGroup = Sequence[float | None] | NDArray[np.number]

NOT_HELD = np.int8(-1)  # there is no target


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What rates are made of.

    ``answered``, ``satisfied`` : (groups, rated), answers on the scale, and those of them that are satisfied.
    ``respondents`` : (groups,), submissions that enter the rates, at least the answers to any item.
    """

    answered: Ints
    satisfied: Ints
    respondents: Ints

    def __post_init__(self) -> None:
        shape = self.answered.shape
        if len(shape) != 2 or self.satisfied.shape != shape or self.respondents.shape != shape[:1]:
            raise ValueError("counts are (groups, rated), respondents (groups,)")
        limit = self.respondents[:, None]
        if np.any((self.satisfied < 0) | (self.satisfied > self.answered) | (self.answered > limit)):
            raise ValueError("satisfied are at most the answered, and these at most the respondents")


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Rates with their uncertainty and verdicts, each an array (groups, rated).

    ``value``, ``effective_n``, ``lower``, ``upper`` are NaN where there is no rate; ``n`` counts the answers,
    those of rates left out as too few included. ``outcome`` is the place in `scoring.verdict.OUTCOMES`, or
    ``NOT_HELD``; ``more_answers`` is a whole number, NaN where `scoring.results.Verdict` has none.
    """

    value: Floats
    n: Ints
    effective_n: Floats
    lower: Floats
    upper: Floats
    outcome: Codes
    more_answers: Floats


def counted(tally: Tally) -> Counts:
    """The counts of the rated items of a stacked tally.

    Parameters
    ----------
    tally : Tally
        One row per group, see `scoring.tally.stack`.

    Returns
    -------
    Counts

    Raises
    ------
    ValueError
        If the tally is that of a single group.
    """
    if tally.vector.ndim != 2:
        raise ValueError("a tally with one row per group is needed")
    levels = tally.counts[:, tally.layout.rated, 1:NOT_APPLICABLE]
    return Counts(
        answered=levels.sum(axis=2),
        satisfied=levels[:, :, tally.layout.satisfied_from - 1 :].sum(axis=2),
        respondents=tally.counted,
    )


def panel(
    counts: Counts,
    *,
    level: float = 0.95,
    populations: PerGroup | None = None,
    target: float | PerGroup | None = None,
    operator: str = ">=",
    fewest: int = 1,
) -> Panel:
    """Top-two rates (M1) with Wilson intervals, held against a target, of all groups and items at once.

    Parameters
    ----------
    counts : Counts
        See `counted`.
    level : float
        Two-sided confidence of the intervals.
    populations : sequence (groups,), optional
        Completed dossiers of each group; None or NaN where unknown.
    target : float or sequence (groups,), optional
        Between 0 and 1, for all or for each group; None or NaN where there is none.
    operator : str
        See `scoring.verdict.judge`.
    fewest : int
        Answers below which there is no rate, at least 1. This is about precision: what may be shown is
        decided by `scoring.suppression`.

    Returns
    -------
    Panel

    Raises
    ------
    ValueError
        If the operator or the level is unknown, `fewest` below 1, or a sequence has another length.

    References
    ----------
    Wilson (1927) JASA 22:209-212; Cochran (1977) Sampling Techniques, 3rd ed., section 3.2 (finite population).

    Examples
    --------
    >>> counts = Counts(
    ...     answered=np.array([[600, 0]]), satisfied=np.array([[560, 0]]), respondents=np.array([650])
    ... )
    >>> found = panel(counts, target=0.9)
    >>> found.value.round(4), found.outcome
    (array([[0.9333,    nan]]), array([[0, 3]], dtype=int8))
    """
    if fewest < 1:
        raise ValueError("a rate needs at least one answer")
    groups = len(counts.answered)
    size, aim = _column(populations, groups), _column(target, groups)
    drawn = counts.respondents[:, None]
    with np.errstate(invalid="ignore"):
        value = np.where(counts.answered >= fewest, counts.satisfied / counts.answered, np.nan)
    worth = np.where(np.isnan(value), np.nan, effective_n_finite(counts.answered, drawn, size))
    lower, upper = wilson(value, worth, level)
    held = outcomes(value, lower, upper, target=aim, operator=operator)
    open_yet = (held == CANNOT_TELL) & (operator in AT_LEAST)
    more = further(value, worth, target=aim, drawn=drawn, population=size, level=level)
    return Panel(
        value=value,
        n=counts.answered,
        effective_n=worth,
        lower=lower,
        upper=upper,
        outcome=np.where(np.isnan(aim), NOT_HELD, held),
        more_answers=np.where(open_yet, more, np.nan),
    )


def _column(given: float | PerGroup | None, groups: int) -> Floats:
    """One number per group, NaN for None, so that it broadcasts over the items."""
    numbers = np.array(given, float)
    if numbers.shape not in ((), (groups,)):
        raise ValueError("one number (or None) per group is needed")
    return np.broadcast_to(numbers, groups)[:, None]
