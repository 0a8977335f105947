"""What an answer on the five-level scale is worth: satisfied or not (M1), or its level (M2, M3)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.tally import NOT_APPLICABLE, Tally

Floats = NDArray[np.float64]

MEASURES = ("M1", "M2", "M3")
STEPS = 4  # from the lowest level to the highest
# The lowest possible value: level 1 of 5 is a fifth of the full mark under M2.
FLOORS = {"M1": 0.0, "M2": 1 / (STEPS + 1), "M3": 0.0}


@dataclass(frozen=True, slots=True)
class Marks:
    """The rated items of many groups, each answer worth a mark between 0 and 1.

    ``answered``, ``rate`` : (groups, rated), answers on the scale and their mean mark (NaN without answers).
    ``both``, ``one``, ``two`` : (groups, rated, rated), over the respondents who answered items i and j:
    their number, the sum of the marks of i, the sum of the products of the marks of i and j.
    ``respondents`` : (groups,), submissions that enter the rates.
    """

    answered: Floats
    rate: Floats
    both: Floats
    one: Floats
    two: Floats
    respondents: Floats

    def any_of(self, items: Sequence[int]) -> Floats:
        """At least so many answered one of these items: the most that answered one of any two of them."""
        columns = np.array(items)
        answered = self.answered[:, columns]
        either = answered[:, :, None] + answered[:, None, :] - self.both[:, columns[:, None], columns]
        return np.asarray(either.max(axis=(1, 2)))


def worth(levels: NDArray[np.uint8], measure: str, satisfied_from: int = 4) -> tuple[Floats, Floats]:
    """Which answers of respondents are on the scale, and what each is worth.

    Parameters
    ----------
    levels : ndarray of uint8
        0 blank, 1 to 5 the level, 10 not applicable.
    measure : str
        As of `marks`.
    satisfied_from : int
        Lowest level that counts as satisfied.

    Returns
    -------
    answered, mark : ndarray of float
        Of the same shape: 1 where the answer is on the scale, else 0; its mark between 0 and 1, 0 without one.

    Raises
    ------
    ValueError
        If the measure is unknown.

    Examples
    --------
    >>> answered, mark = worth(np.array([0, 2, 4, 10], np.uint8), "M3")
    >>> answered.tolist(), mark.tolist()
    ([0.0, 1.0, 1.0, 0.0], [0.0, 0.25, 0.75, 0.0])
    """
    if measure not in MEASURES:
        raise ValueError(f"unknown measure {measure!r}")
    on_scale = (levels >= 1) & (levels < NOT_APPLICABLE)
    mark = (levels >= satisfied_from) if measure == "M1" else (levels - 1.0) / STEPS
    return on_scale.astype(np.float64), np.where(on_scale, mark, 0.0)


def marks(tally: Tally, measure: str) -> Marks:
    """The marks of a stacked tally under a measure.

    Parameters
    ----------
    tally : Tally
        One row per group.
    measure : str
        M1: an answer at or above the satisfied level is worth 1, another 0 (the top-two share). M2 and
        M3: the steps above the lowest level as a share of all steps (what M2 adds is its floor).

    Returns
    -------
    Marks

    Raises
    ------
    ValueError
        If the measure is unknown.

    References
    ----------
    docs/method.md of the project: M1 to M3, their standing and their sources.
    """
    if measure not in MEASURES:
        raise ValueError(f"unknown measure {measure!r}")
    levels = tally.counts[:, tally.layout.rated, 1:NOT_APPLICABLE].astype(float)
    answered = levels.sum(axis=2)
    if measure == "M1":
        total = levels[:, :, tally.layout.satisfied_from - 1 :].sum(axis=2)
        one, two = tally.pairs[:, 1].astype(float), tally.pairs[:, 2].astype(float)
    else:
        total = levels @ (np.arange(levels.shape[2]) / STEPS)
        one, two = tally.pairs[:, 3] / STEPS, tally.pairs[:, 4] / STEPS**2
    with np.errstate(invalid="ignore"):
        rate = total / answered
    return Marks(answered, rate, tally.pairs[:, 0].astype(float), one, two, tally.counted.astype(float))
