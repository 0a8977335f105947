"""Counts of a cell of submissions, and the sums that variances need.

A tally is one vector of whole numbers. Tallies of disjoint groups add up, so the cost of a result
grows with the cells (unit x field x channel x month), never with the answers behind them.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

BLANK = 0
NOT_APPLICABLE = 10
CODES = 11  # blank, options 1 to 9, not applicable
PAIRS = 5  # matrices of what two items have in common


@dataclass(frozen=True, slots=True)
class Layout:
    """What the positions of a tally mean; fixed by the frozen version of a questionnaire.

    Parameters
    ----------
    closed : int
        Number of closed items (one code per submission each).
    rated : tuple of int
        Positions, among the closed items, of those on the satisfaction scale.
    satisfied_from : int
        Lowest level that counts as satisfied (4 of 5: "Hài lòng").
    numbers : int
        Number of items answered with a whole number.
    choices : tuple of int
        Options of each multiple-choice item.
    """

    closed: int
    rated: tuple[int, ...]
    satisfied_from: int = 4
    numbers: int = 0
    choices: tuple[int, ...] = ()

    @property
    def parts(self) -> tuple[int, ...]:
        """Lengths of the parts of the vector, in order."""
        r = len(self.rated)
        return (2, self.closed * CODES, PAIRS * r * r, self.numbers * 3, sum(self.choices) + len(self.choices))


@dataclass(frozen=True, slots=True)
class Tally:
    """The vector of one group (or, with a leading axis, of many groups) and its named parts.

    ``received``, ``counted`` : submissions, and those that enter the rates.
    ``counts`` : (..., closed, 11), how often each code was given to each closed item.
    ``pairs`` : (..., 5, rated, rated), for items i and j over the submissions that answered both: their
    number; those satisfied with i; those satisfied with both; the sum of the steps of i above the lowest
    level; the sum of the products of the steps of i and j.
    ``numbers`` : (..., numbers, 3), answers, their sum and their sum of squares.
    ``choices`` : (..., sum(options) + items), for each item its answers, then each option's ticks.
    """

    layout: Layout
    vector: Ints

    def __post_init__(self) -> None:
        if self.vector.shape[-1] != sum(self.layout.parts):
            expected, found = sum(self.layout.parts), self.vector.shape[-1]
            raise ValueError(f"a tally of this layout has {expected} numbers, not {found}")

    def _part(self, index: int, *shape: int) -> Ints:
        edges = np.cumsum((0, *self.layout.parts))
        part = self.vector[..., edges[index] : edges[index + 1]]
        return part.reshape(*self.vector.shape[:-1], *shape)

    @property
    def received(self) -> Ints:
        """Submissions of each group."""
        return self.vector[..., 0]

    @property
    def counted(self) -> Ints:
        """Submissions of each group that enter the rates."""
        return self.vector[..., 1]

    @property
    def counts(self) -> Ints:
        """How often each code was given, (..., closed, 11)."""
        return self._part(1, self.layout.closed, CODES)

    @property
    def pairs(self) -> Ints:
        """Answered both, satisfied with i, with both, steps of i, products of steps, (..., 5, rated, rated)."""
        r = len(self.layout.rated)
        return self._part(2, PAIRS, r, r)

    @property
    def numbers(self) -> Ints:
        """Answers, sum, sum of squares, (..., numbers, 3)."""
        return self._part(3, self.layout.numbers, 3)

    @property
    def choices(self) -> Ints:
        """Answers and ticks of the multiple-choice items, one after the other."""
        return self._part(4, self.layout.parts[4])

    def pack(self) -> bytes:
        """The tally of one group as bytes for storage; `unpack` reads them."""
        return zlib.compress(self.vector.astype("<i8").tobytes(), 1)


def unpack(layout: Layout, data: bytes) -> Tally:
    """The tally that `Tally.pack` wrote.

    Parameters
    ----------
    layout : Layout
        The layout it was packed with.
    data : bytes

    Returns
    -------
    Tally

    Raises
    ------
    ValueError
        If the bytes are damaged or belong to another layout.
    """
    try:
        raw = zlib.decompress(data)
    except zlib.error as error:
        raise ValueError(f"damaged tally: {error}") from error
    if len(raw) % 8:
        raise ValueError("damaged tally: not a whole number of counts")
    return Tally(layout, np.frombuffer(raw, "<i8").astype(np.int64))


def count(
    layout: Layout,
    codes: NDArray[np.uint8],
    *,
    counted: NDArray[np.bool_] | None = None,
    numbers: Sequence[Sequence[int]] = (),
    choices: Sequence[Sequence[Sequence[int]]] = (),
) -> Tally:
    """Count the submissions of one group.

    Parameters
    ----------
    layout : Layout
    codes : ndarray of uint8, (submissions, closed)
        0 blank, 1 to 9 the option or level, 10 not applicable.
    counted : ndarray of bool, (submissions,), optional
        Which submissions enter the rates; all by default. The others only count as received.
    numbers : sequence (numbers) of sequence of int
        For each number item the values of the counted submissions that gave one.
    choices : sequence (choices) of sequence of sequence of int
        For each multiple-choice item the ticked options (from 1) of each counted submission that ticked any.

    Returns
    -------
    Tally

    Raises
    ------
    ValueError
        If a code is above 10 or an array does not fit the layout.
    """
    if codes.ndim != 2 or codes.shape[1] != layout.closed:
        raise ValueError(f"codes must have {layout.closed} columns")
    if codes.size and codes.max() >= CODES:
        raise ValueError("codes run from 0 to 10")
    if len(numbers) != layout.numbers or len(choices) != len(layout.choices):
        raise ValueError("numbers and choices must have one sequence per item")
    kept = codes if counted is None else codes[counted]
    shifted = kept + np.arange(layout.closed, dtype=np.int64) * CODES
    levels = kept[:, layout.rated]
    answered = ((levels >= 1) & (levels <= 9)).astype(np.float64)
    satisfied = answered * (levels >= layout.satisfied_from)
    steps = answered * (levels - 1.0)
    marks = ((answered, answered), (satisfied, answered), (satisfied, satisfied), (steps, answered), (steps, steps))
    pairs = np.stack([left.T @ right for left, right in marks])
    sums = [[len(v), sum(v), sum(x * x for x in v)] for v in numbers]
    ticks = [_ticks(given, options) for given, options in zip(choices, layout.choices, strict=True)]
    parts: list[Ints] = [
        np.array([len(codes), len(kept)], np.int64),
        np.bincount(shifted.ravel(), minlength=layout.closed * CODES).astype(np.int64),
        pairs.astype(np.int64).ravel(),
        np.array(sums, np.int64).ravel(),
        np.concatenate([*ticks, np.zeros(0, np.int64)]),
    ]
    return Tally(layout, np.concatenate(parts))


def _ticks(given: Sequence[Sequence[int]], options: int) -> Ints:
    """Answers to one multiple-choice item, followed by the ticks of each option."""
    chosen = np.fromiter((option for ticks in given for option in ticks), np.int64)
    if chosen.size and not (chosen.min() >= 1 and chosen.max() <= options):
        raise ValueError(f"ticked options run from 1 to {options}")
    return np.concatenate([[len(given)], np.bincount(chosen, minlength=options + 1)[1:]])


def stack(layout: Layout, tallies: Sequence[Tally]) -> Tally:
    """Many groups as one tally with a leading axis.

    Parameters
    ----------
    layout : Layout
    tallies : sequence of Tally
        One per group, all of that layout; may be empty.

    Returns
    -------
    Tally
        Its vector has the shape (groups, numbers of the layout).
    """
    if not tallies:
        return Tally(layout, np.zeros((0, sum(layout.parts)), np.int64))
    return Tally(layout, np.stack([tally.vector for tally in tallies]))


def zero(layout: Layout) -> Tally:
    """The tally of no submissions."""
    return Tally(layout, np.zeros(sum(layout.parts), np.int64))
