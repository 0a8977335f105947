"""Differences of two independent estimates, and how much of one is only another mix of channels."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from scoring.results import Estimate, Interval

METHOD = "mover"


class Direction(StrEnum):
    """What the data allow to say about a difference."""

    HIGHER = "higher"
    LOWER = "lower"
    CANNOT_TELL = "cannot_tell"
    ONLY_MIX = "only_mix"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A difference of two rates, -1 to 1, with its interval (None where one of them has none)."""

    value: float
    interval: Interval | None
    direction: Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class MixedChange:
    """A change taken apart: ``within`` the parts at their average shares, ``mix`` by other shares of the parts."""

    within: Change
    mix: float
    direction: Direction


def difference(one: Estimate, other: Estimate) -> Change | None:
    """How much higher one estimate is than another of different respondents.

    Parameters
    ----------
    one, other : Estimate
        Rates on one scale, from independent samples, with intervals of one level.

    Returns
    -------
    Change or None
        None when one of them has no value. Limits by the method of variance estimates recovery, which
        gives Newcombe's hybrid score interval when both intervals are Wilson's.

    References
    ----------
    Newcombe (1998) Stat. Med. 17:873-890, method 10; Zou & Donner (2008) Stat. Med. 27:1693-1702.

    Examples
    --------
    >>> from scoring.intervals import wilson
    >>> def rate(x, n):
    ...     lower, upper = (float(limit) for limit in wilson(x / n, n))
    ...     return Estimate(value=x / n, n=n, interval=Interval(lower=lower, upper=upper, level=0.95, method="wilson"))
    >>> found = difference(rate(56, 70), rate(48, 80))
    >>> round(found.interval.lower, 4), round(found.interval.upper, 4), found.direction.value
    (0.0524, 0.3339, 'higher')
    """
    if one.value is None or other.value is None:
        return None
    value = one.value - other.value
    if one.interval is None or other.interval is None:
        return Change(value=value, interval=None, direction=Direction.CANNOT_TELL)
    below = math.hypot(one.value - one.interval.lower, other.interval.upper - other.value)
    above = math.hypot(one.interval.upper - one.value, other.value - other.interval.lower)
    return _change(value, value - below, value + above, one.interval.level)


def _change(value: float, lower: float, upper: float, level: float) -> Change:
    direction = Direction.HIGHER if lower > 0 else Direction.LOWER if upper < 0 else Direction.CANNOT_TELL
    return Change(
        value=value, interval=Interval(lower=lower, upper=upper, level=level, method=METHOD), direction=direction
    )


def taken_apart(later: Sequence[Estimate], earlier: Sequence[Estimate]) -> MixedChange | None:
    """A change of a pooled rate, taken apart into change within the parts and change of their mix.

    Parameters
    ----------
    later, earlier : sequence of Estimate
        The rates of the parts (channels) in two periods, in one order; their n give the shares.

    Returns
    -------
    MixedChange or None
        ``within = sum_h m_h (p1_h - p0_h)`` with m the mean share of part h, ``mix = sum_h (s1_h - s0_h)
        (p1_h + p0_h) / 2``; both add up to the difference of the pooled rates. ``direction`` is ONLY_MIX when the
        pooled rate moved with the mix and the data show no change within the parts. None when a part has
        answers in one period only, or no interval.

    References
    ----------
    Kitagawa (1955) JASA 50:1168-1194; limits of a sum by Zou & Donner (2008) Stat. Med. 27:1693-1702.
    """
    pairs = [(one, other) for one, other in zip(later, earlier, strict=True) if one.n or other.n]
    if not pairs or any(e.value is None or e.interval is None for pair in pairs for e in pair):
        return None
    shares = np.array([[one.n, other.n] for one, other in pairs], float)
    shares /= shares.sum(axis=0)
    rates = np.array([[one.value, other.value] for one, other in pairs], float)
    changes = [difference(one, other) for one, other in pairs]
    limits = np.array([[c.interval.lower, c.interval.upper] for c in changes if c and c.interval])
    weights = shares.mean(axis=1)
    moved = rates[:, 0] - rates[:, 1]
    value = float(weights @ moved)
    spread = np.sqrt((weights[:, None] ** 2 * (limits - moved[:, None]) ** 2).sum(axis=0))
    level = next(c.interval.level for c in changes if c and c.interval)
    within = _change(value, value - float(spread[0]), value + float(spread[1]), level)
    mix = float((shares[:, 0] - shares[:, 1]) @ rates.mean(axis=1))
    only_mix = within.direction is Direction.CANNOT_TELL and abs(mix) > abs(value)
    return MixedChange(within=within, mix=mix, direction=Direction.ONLY_MIX if only_mix else within.direction)
