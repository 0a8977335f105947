"""Signals of answers that citizens did not make: a reason to look, never proof.

Each holds a number of submissions against what the same data elsewhere lead one to expect. `level` is the
chance that an honest group raises the signal at all in the period: it is shared out over days and weeks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, betaln, logsumexp

from scoring.tally import NOT_APPLICABLE

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Codes = NDArray[np.uint8]

LEVEL = 0.0002
WEEK = 7
OWN_WEEKDAYS = 20  # what a weekday weighs everywhere counts like so many answers of the counter
PRIOR = 3  # the dispersion of a counter is drawn to 1 as if three days more had shown that
UNSURE = 2.0  # standard errors by which a dispersion is taken to be larger than estimated
CALM = 1e-6  # the dispersion of what varies no more than by chance
MANY = 10  # open counters from which a busy day can be told
FEW = 5  # fewer units do not show what a share is elsewhere


class Kind(StrEnum):
    """What is unusual."""

    BURST = "burst"
    STRAIGHT_LINING = "straight_lining"
    IDENTICAL = "identical"
    SPEED = "speed"
    OUT_OF_HOURS = "out_of_hours"
    OVERFLOW = "overflow"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Signal:
    """Something unusual about a group (a counter or a unit, by its number) on a day or in a period.

    ``first`` and ``last`` are the days, or the periods, that it concerns; None when it is the whole.
    ``observed`` is a number of submissions, ``expected`` what was expected of it, ``p_value`` the chance of
    so many, before it is corrected for how often one looks; 0 where honest answers cannot lead to it. ``rows``
    are the submissions that it concerns, not all of them forged.
    """

    kind: Kind
    group: int
    first: int | None
    last: int | None
    observed: int
    expected: float
    p_value: float
    rows: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class WithAndWithout:
    """Rates of items with all answers and without the flagged ones; NaN where nobody is left."""

    all: Floats
    unflagged: Floats
    answers: Ints
    unflagged_answers: Ints


def bursts(counter: ArrayLike, day: ArrayLike, *, level: float = LEVEL, least: int = 10) -> tuple[Signal, ...]:
    """Days and weeks in which a counter received far more than on those on which it is open.

    What is usual comes from the counter's other weeks: its mean over the days with submissions (many counters are
    open on some days only), its weekdays, and its dispersion, no less than that of the middle counter.
    Where many counters are busy on the same day, more is expected of all. Counts follow a negative
    binomial distribution. In a period within one week nothing is usual, and nothing is found.

    Parameters
    ----------
    counter : array_like of int, (submissions,)
        Any numbers of counters.
    day : array_like of int, (submissions,)
        Days counted from any day; nothing finer is needed.
    level : float
        Chance that an honest counter raises a signal in the period, between 0 and 1.
    least : int
        Smaller counts are never a burst.

    Returns
    -------
    tuple of Signal
        With all submissions of that counter in those days: which of them were forged cannot be seen.

    Raises
    ------
    ValueError
        If the arrays differ in length or the level is not between 0 and 1.

    References
    ----------
    Farrington, Andrews, Beale & Catchpole (1996) JRSS A 159:547-563 and Noufaily et al. (2013) Statistics in
    Medicine 32:1206-1222: outbreak detection with overdispersion, against past weeks, the current ones left out.

    Examples
    --------
    >>> day = np.repeat(np.arange(60), 3)
    >>> day = np.append(day, [30] * 50)
    >>> [(found.first, found.last, found.observed) for found in bursts(np.zeros(len(day), int), day)]
    [(30, 30, 53)]
    """
    of, when = columns(level, counter, day)
    if not of.size or when.max() // WEEK == when.min() // WEEK:
        return ()
    counters, of = np.unique(of, return_inverse=True)
    start = int(when.min()) // WEEK * WEEK
    weeks = (int(when.max()) - start) // WEEK + 1
    days = np.zeros((len(counters), weeks * WEEK), np.int64)
    np.add.at(days, (of, when - start), 1)
    signals = []
    for span, season in ((1, WEEK), (WEEK, 1)):
        counts = days.reshape(len(counters), -1, span).sum(axis=2)
        usual, spread = _usual(counts, season)
        p = tail(np.maximum(counts, 1), usual, spread)
        looks = (days > 0).sum(axis=1, keepdims=True) + weeks
        for i, period in np.argwhere((p * looks <= level) & (counts >= least)).tolist():
            first = start + period * span
            signals.append(
                Signal(
                    kind=Kind.BURST, group=int(counters[i]), first=first, last=first + span - 1,
                    observed=int(counts[i, period]), expected=float(usual[i, period]), p_value=float(p[i, period]),
                    rows=np.flatnonzero((of == i) & (when >= first) & (when < first + span)),
                )
            )  # fmt: skip
    return tuple(signals)


def _usual(counts: Ints, season: int) -> tuple[Floats, Floats]:
    """Expected counts of open groups, from the other cycles of `season` periods, and their variance beyond chance."""
    cycles = counts.reshape(len(counts), -1, season).astype(float)
    open_ = cycles > 0
    mean = (_others(cycles) + 1) / (_others(open_) + 1)
    expected = mean * _others(open_, season=True)
    # A weekday weighs against the mean day what it does at this counter, drawn to what it does everywhere.
    weekday = cycles.sum(axis=(0, 1)) / np.maximum(1, (mean * open_).sum(axis=(0, 1)))
    usual = mean * (_others(cycles, season=True) + OWN_WEEKDAYS * weekday) / (expected + OWN_WEEKDAYS)
    usual = usual * _busy(cycles, usual)
    beyond, scale = open_ * ((cycles - usual) ** 2 - usual), open_ * usual**2
    own = (_others(beyond) + PRIOR * mean**2) / (_others(scale) + PRIOR * mean**2)
    spread = np.maximum(CALM, np.maximum(own, np.median(own, axis=0)))
    # The dispersion and the mean are themselves estimates, from so many days and so many answers.
    days = _others(open_) + 1
    spread = spread * (1 + UNSURE * np.sqrt(2 / days) + 1 / days) + 1 / (_others(cycles) + 1)
    return usual.reshape(counts.shape), np.broadcast_to(spread, cycles.shape).reshape(counts.shape)


def _others(cycles: Floats | Mask, *, season: bool = False) -> Floats:
    """Sums over the other cycles: of all their periods, or of each period of the season."""
    sums: Floats = cycles.astype(float) if season else cycles.sum(axis=2, keepdims=True, dtype=float)
    return np.asarray(sums.sum(axis=1, keepdims=True) - sums)


def _busy(cycles: Floats, usual: Floats) -> Floats:
    """How much more than usual the middle one of the open counters has, where they are many; at least 1."""
    ratio = np.where((cycles > 0) & (usual >= 1), cycles / np.maximum(1, usual), np.nan)
    busy = np.ones(cycles.shape[1:])
    many = (~np.isnan(ratio)).sum(axis=0) >= MANY
    busy[many] = np.maximum(1, np.nanmedian(ratio[:, many], axis=0))
    return busy


def tail(count: ArrayLike, mean: ArrayLike, spread: ArrayLike) -> Floats:
    """The chance of at least so many, negative binomial with variance ``mean + spread * mean^2``.

    Parameters
    ----------
    count, mean, spread : array_like
        At least 1, above 0, above 0.

    Returns
    -------
    ndarray of float

    References
    ----------
    Johnson, Kemp & Kotz (2005) Univariate Discrete Distributions, 3rd ed., section 5.6: an incomplete beta ratio.

    Examples
    --------
    >>> round(float(tail(1, 2.0, 0.5)), 6)  # 1 - (1 + 2 * 0.5)^-2
    0.75
    """
    scaled = np.asarray(mean, float) * spread
    found: Floats = betainc(np.asarray(count, float), 1 / np.asarray(spread, float), scaled / (1 + scaled))
    return found


def excess(
    kind: Kind, unit: ArrayLike, marked: ArrayLike, *, level: float = LEVEL, least: int = 10
) -> tuple[Signal, ...]:
    """Units of which a far larger share of the submissions is marked than of the others.

    For marks that honest citizens make too, though not everywhere equally often: forms answered
    in a straight line, faster than one can read, outside the opening hours. The number of a unit's marks follows
    a beta-binomial distribution around the province's share, as dispersed as the other units' are.

    Parameters
    ----------
    kind : Kind
        What the mark means.
    unit : array_like of int, (submissions,)
    marked : array_like of bool, (submissions,)
    level : float
        Chance that an honest unit raises a signal, between 0 and 1.
    least : int
        Fewer marked submissions are never a signal.

    Returns
    -------
    tuple of Signal
        With the marked submissions of that unit.

    Raises
    ------
    ValueError
        If the arrays differ in length or the level is not between 0 and 1.

    References
    ----------
    Kleinman (1973) JASA 68:46-54: moments of proportions with extraneous variance, weighted.

    Examples
    --------
    >>> unit = np.repeat(np.arange(20), 100)
    >>> late = np.tile(np.arange(100) < 4, 20) | ((unit == 7) & (np.arange(2000) % 100 < 40))
    >>> [(found.group, found.observed) for found in excess(Kind.OUT_OF_HOURS, unit, late)]
    [(7, 40)]
    """
    of, mark = columns(level, unit, marked)
    units, of = np.unique(of, return_inverse=True)
    if len(units) <= FEW:
        return ()
    n, x = np.bincount(of), np.bincount(of, mark)
    signals = []
    for i in np.flatnonzero(x >= least).tolist():
        others = np.arange(len(units)) != i
        p, alike = _share(x[others], n[others])
        chance = beta_binomial(int(x[i]), int(n[i]), p, alike)
        if chance <= level:
            signals.append(
                Signal(
                    kind=kind, group=int(units[i]), first=None, last=None, observed=int(x[i]),
                    expected=float(n[i] * p), p_value=chance, rows=np.flatnonzero((of == i) & (mark != 0)),
                )
            )  # fmt: skip
    return tuple(signals)


def _share(x: Floats, n: Ints) -> tuple[float, float]:
    """The mean of shares, and the correlation within units by moments, larger by what is unsure of it."""
    total = n.sum()
    p = (x.sum() + 0.5) / (total + 1)
    between = (n * (x / n - p) ** 2).sum() / (p * (1 - p))
    degrees = len(n) - 1
    alike = (between - degrees) / (total - (n**2).sum() / total - degrees + 1)
    return float(p), float(np.clip(alike * (1 + UNSURE * np.sqrt(2 / degrees)), CALM, 0.5))


def beta_binomial(x: int, n: int, p: float, alike: float) -> float:
    """The chance of at least `x` of `n`, when shares vary between groups.

    Parameters
    ----------
    x, n : int
        At most `n`, at least 1.
    p : float
        Mean share, 0 to 1, ends excluded.
    alike : float
        Correlation within the group, 0 to 1, ends excluded.

    Returns
    -------
    float

    References
    ----------
    Johnson, Kemp & Kotz (2005) Univariate Discrete Distributions, 3rd ed., section 6.2.2.

    Examples
    --------
    >>> round(beta_binomial(1, 2, 0.5, 1 / 3), 6)  # all three outcomes are equally likely
    0.666667
    """
    a, b = p * (1 / alike - 1), (1 - p) * (1 / alike - 1)
    k = np.arange(x, n + 1)
    return float(np.exp(logsumexp(betaln(k + a, n - k + b) - betaln(k + 1, n - k + 1)) - betaln(a, b)) / (n + 1))


def overflow(unit: ArrayLike, period: ArrayLike, dossiers: ArrayLike) -> tuple[Signal, ...]:
    """Units with more submissions in a period than dossiers were completed.

    Parameters
    ----------
    unit, period : array_like of int, (submissions,)
        Rows and columns of `dossiers`.
    dossiers : array_like of float, (units, periods)
        Completed dossiers; NaN where unknown.

    Returns
    -------
    tuple of Signal
        With all submissions of that unit and period, and a p-value of 0: it is arithmetic.

    Raises
    ------
    ValueError
        If a unit or period is outside the table, or a number of dossiers is negative.

    Examples
    --------
    >>> [(found.group, found.first, found.observed) for found in overflow([0, 0, 0, 1], [0, 0, 1, 0], [[1, 5], [9, 9]])]
    [(0, 0, 2)]
    """
    of, at = columns(LEVEL, unit, period)
    done = np.asarray(dossiers, float)
    if done.ndim != 2 or (done < 0).any():
        raise ValueError("dossiers must be a table of numbers that are not negative")
    if any(((place < 0) | (place >= limit)).any() for place, limit in zip((of, at), done.shape, strict=True)):
        raise ValueError("a unit or a period is outside the table of dossiers")
    counts = np.zeros(done.shape, np.int64)
    np.add.at(counts, (of, at), 1)
    return tuple(
        Signal(
            kind=Kind.OVERFLOW, group=i, first=j, last=j, observed=int(counts[i, j]),
            expected=float(done[i, j]), p_value=0.0, rows=np.flatnonzero((of == i) & (at == j)),
        )
        for i, j in np.argwhere(counts > done).tolist()
    )  # fmt: skip


def flagged(size: int, signals: Sequence[Signal]) -> Mask:
    """The submissions that any of the signals concerns.

    Parameters
    ----------
    size : int
        Number of submissions.
    signals : sequence of Signal
        All about the same submissions.

    Returns
    -------
    ndarray of bool, (size,)
    """
    found = np.zeros(size, bool)
    for signal in signals:
        found[signal.rows] = True
    return found


def with_and_without(codes: Codes, flags: Mask, *, satisfied_from: int = 4) -> WithAndWithout:
    """The rate of each item over all submissions, and over those that are not flagged.

    Parameters
    ----------
    codes : ndarray of uint8, (submissions, items)
        Rated items: 0 blank, 1 to 9 the level, 10 not applicable.
    flags : ndarray of bool, (submissions,)
    satisfied_from : int
        Lowest level that counts as satisfied.

    Returns
    -------
    WithAndWithout

    Examples
    --------
    >>> found = with_and_without(np.array([[5], [5], [3], [4]], np.uint8), np.array([True, True, False, False]))
    >>> found.all, found.unflagged
    (array([0.75]), array([0.5]))
    """
    answered = (codes >= 1) & (codes < NOT_APPLICABLE)
    satisfied = answered & (codes >= satisfied_from)
    kept = ~np.asarray(flags, bool)
    numbers = answered.sum(axis=0), answered[kept].sum(axis=0)
    with np.errstate(invalid="ignore"):
        rates = satisfied.sum(axis=0) / numbers[0], satisfied[kept].sum(axis=0) / numbers[1]
    return WithAndWithout(all=rates[0], unflagged=rates[1], answers=numbers[0], unflagged_answers=numbers[1])


def columns(level: float, *given: ArrayLike) -> list[Ints]:
    """Columns of whole numbers of one length, or a ValueError; `level` must be a probability."""
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, not {level}")
    found = [np.asarray(column).astype(np.int64) for column in given]
    if any(column.shape != (len(found[0]),) for column in found):
        raise ValueError("all columns must have one number per submission")
    return found
