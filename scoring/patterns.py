"""Forms that are filled in without reading, and forms that are filled in with each other's answers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from scoring.integrity import CALM, LEVEL, WEEK, Codes, Floats, Ints, Kind, Mask, Signal, beta_binomial, columns
from scoring.tally import NOT_APPLICABLE

OWN_FORMS = 20  # the province's frequency of a pattern counts like so many forms of the unit
RARE = 0.2  # patterns expected less often do not recur by chance as often as is looked for


def straight_lined(codes: Codes, *, fewest: int = 4) -> Mask:
    """Forms on which all answered items have the same level, whatever it is.

    Parameters
    ----------
    codes : ndarray of uint8, (submissions, items)
        The rated items only: 0 blank, 1 to 9 the level, 10 not applicable.
    fewest : int
        On shorter forms a straight line means nothing.

    Returns
    -------
    ndarray of bool, (submissions,)

    Examples
    --------
    >>> straight_lined(np.array([[5, 5, 10, 5, 5], [5, 5, 5, 5, 4], [5, 0, 0, 0, 5]], np.uint8)).tolist()
    [True, False, False]
    """
    answered = (codes >= 1) & (codes < NOT_APPLICABLE)
    top = np.where(answered, codes, 0).max(axis=1, initial=0)
    alike: Mask = ((codes == top[:, None]) | ~answered).all(axis=1) & (answered.sum(axis=1) >= fewest)
    return alike


def repeats(
    group: ArrayLike, day: ArrayLike, codes: Codes, *, level: float = LEVEL, least: int = 5
) -> tuple[Signal, ...]:
    """Patterns of answers that recur within a day or a week more often than the frequencies of patterns allow.

    How often a pattern is expected among the forms of a day comes from the group's forms of other days, drawn to
    those of the other groups: where many tick "Rất hài lòng" throughout, many such forms are no surprise.
    Counts follow a beta-binomial distribution, as dispersed as the commonest pattern is from day to day.

    Parameters
    ----------
    group, day : array_like of int, (submissions,)
        Any numbers of counters or units, and days counted from any day.
    codes : ndarray of uint8, (submissions, items)
        The closed items.
    level : float
        Chance that an honest group raises a signal in the period, between 0 and 1.
    least : int
        Fewer equal forms are never a signal.

    Returns
    -------
    tuple of Signal
        With the forms of that pattern.

    Raises
    ------
    ValueError
        If the arrays differ in length or the level is not between 0 and 1.

    References
    ----------
    Kuriakose & Robbins (2016) Statistical Journal of the IAOS 32:283-291 look for near duplicates; here the
    frequencies at hand say how many full ones are too many.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> codes = rng.integers(3, 6, (600, 8)).astype(np.uint8)
    >>> codes[:12] = codes[0]
    >>> day = np.arange(600) // 20
    >>> [(found.first, found.last, found.observed) for found in repeats(np.zeros(600, int), day, codes)]
    [(0, 0, 12), (0, 6, 12)]
    """
    of, when, _ = columns(level, group, day, np.zeros(len(codes)))
    if not of.size:
        return ()
    groups, of = np.unique(of, return_inverse=True)
    packed = np.ascontiguousarray(codes).view(np.dtype((np.void, codes.shape[1]))).ravel()
    _, pattern = np.unique(packed, return_inverse=True)
    start = int(when.min()) // WEEK * WEEK
    spans = {span: _Cells.of(of, (when - start) // span, pattern) for span in (1, WEEK)}
    worth = [cells.group[(cells.size * cells.rate >= RARE) | (cells.count >= least)] for cells in spans.values()]
    looks = np.bincount(np.concatenate(worth), minlength=len(groups))
    signals = []
    for span, cells in spans.items():
        for i in np.flatnonzero(cells.count >= least).tolist():
            p = beta_binomial(int(cells.count[i]), int(cells.size[i]), float(cells.rate[i]), float(cells.alike[i]))
            if p * looks[cells.group[i]] > level:
                continue
            rows = np.flatnonzero(cells.of_row == i)
            first = start + (int(when[rows[0]]) - start) // span * span
            signals.append(
                Signal(
                    kind=Kind.IDENTICAL, group=int(groups[cells.group[i]]), first=first, last=first + span - 1,
                    observed=len(rows), expected=float(cells.size[i] * cells.rate[i]), p_value=p, rows=rows,
                )
            )  # fmt: skip
    return tuple(signals)


@dataclass(frozen=True, slots=True)
class _Cells:
    """The patterns that occur in each day (or week) of each group, and the cell of each row."""

    count: Ints
    size: Ints
    rate: Floats
    alike: Floats
    group: Ints
    of_row: Ints

    @classmethod
    def of(cls, group: Ints, when: Ints, pattern: Ints) -> "_Cells":
        place = _number(group, when)
        cell, of_group = _number(place, pattern), _number(group, pattern)
        _, first, count = np.unique(cell, return_index=True, return_counts=True)
        everywhere, in_group = np.bincount(pattern)[pattern[first]], np.bincount(of_group)[of_group[first]]
        size, forms = np.bincount(place)[place[first]], np.bincount(group)[group[first]]
        # The group's other days, the other groups, and half a form more than there were.
        elsewhere = len(group) - forms
        weight = np.minimum(OWN_FORMS, elsewhere)
        outside = weight * (everywhere - in_group) / np.maximum(1, elsewhere)
        rate = (in_group - count + outside + 0.5) / (forms - size + weight + 1)
        # The same relative spread for all patterns: the share of a rare one does not vary as much as a common one's.
        alike = np.minimum(0.5, _spread(group, place, pattern)[place[first]] * rate / (1 - rate))
        return cls(count, size, rate, alike, group[first], cell)


def _number(left: Ints, right: Ints) -> Ints:
    """Combinations of two columns, numbered from 0."""
    _, number = np.unique(left * (int(right.max()) + 1) + right, return_inverse=True)
    return np.asarray(number, np.int64)


def _spread(group: Ints, place: Ints, pattern: Ints) -> Floats:
    """For each day of a group the relative variance, beyond chance, of the commonest pattern's share on the others."""
    common = pattern == np.bincount(pattern).argmax()
    count, size = np.bincount(place, common), np.bincount(place)
    _, first = np.unique(place, return_index=True)
    rate = (np.bincount(group, common) / np.bincount(group))[group[first]]
    beyond, scale = (count - size * rate) ** 2 - size * rate * (1 - rate), size * (size - 1) * rate**2
    return np.asarray(np.maximum(CALM, (beyond.sum() - beyond) / np.maximum(scale.sum() - scale, 1)))
