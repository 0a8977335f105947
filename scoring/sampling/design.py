"""The sampling design of a survey: strata, clusters, weights and population sizes as index arrays."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.intervals import Floats

Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]

# Up to this many table places per key, a table of places is faster than sorting the keys.
PLACES_PER_KEY = 8


class LonelyPsu(StrEnum):
    """What a stratum with one sampled PSU (of more) adds to the variance; the names are R's."""

    FAIL = "fail"
    CERTAINTY = "certainty"
    REMOVE = "remove"
    ADJUST = "adjust"
    AVERAGE = "average"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Design:
    """A one- or two-stage sample, checked; made by `survey_design`.

    ``psu`` and ``ssu`` give the unit of each row as positions into the arrays of units: ``psu_stratum``
    and ``ssu_psu`` say what they lie in, ``psus`` and ``psu_population`` count the sampled and all PSUs
    of each stratum, ``ssus`` and ``ssu_population`` the sampled and all second-stage units of each PSU.
    ``ssu`` is None where the variance has one stage; an unknown population is infinite.
    """

    weight: Floats
    psu: Ints
    ssu: Ints | None
    psu_stratum: Ints
    ssu_psu: Ints
    psus: Floats
    psu_population: Floats
    ssus: Floats
    ssu_population: Floats
    lonely: LonelyPsu

    @property
    def rows(self) -> int:
        """Rows of the sample."""
        return len(self.weight)

    @property
    def df(self) -> int:
        """PSUs less strata among the rows of positive weight."""
        occupied = np.bincount(self.psu[self.weight > 0], minlength=len(self.psu_stratum)) > 0
        return int(occupied.sum()) - len(np.unique(self.psu_stratum[occupied]))


def survey_design(
    weight: ArrayLike,
    *,
    stratum: ArrayLike | None = None,
    psu: ArrayLike | None = None,
    ssu: ArrayLike | None = None,
    psu_population: ArrayLike | None = None,
    ssu_population: ArrayLike | None = None,
    nest: bool = False,
    lonely: LonelyPsu | str = LonelyPsu.FAIL,
) -> Design:
    """Check a sampling design and make its index arrays, once for all estimates.

    Parameters
    ----------
    weight : array_like, (rows,)
        Inverse inclusion probabilities, or any weights: finite, not negative. A row of weight 0 does
        not count as an answer, but as a sampled unit.
    stratum : array_like, (rows,), optional
        First-stage stratum of each row; one stratum by default.
    psu : array_like, (rows,), optional
        Primary sampling unit (the commune) of each row; the rows themselves by default.
    ssu : array_like, (rows,), optional
        Second-stage unit within its PSU (the client); the rows themselves by default.
    psu_population : array_like, (rows,) or a number, optional
        PSUs in the population of the row's stratum, the same throughout a stratum; infinity or nothing:
        drawn with replacement or from a large population, and the second stage adds nothing.
    ssu_population : array_like, (rows,) or a number, optional
        Second-stage units in the population of the row's PSU, the same throughout a PSU. Without it the
        second stage adds nothing.
    nest : bool
        PSU codes start again in each stratum.
    lonely : LonelyPsu
        ``fail``: no standard error; ``certainty`` and ``remove``: the stratum adds nothing; ``adjust``:
        its total is held against the grand mean; ``average``: it adds as much as the others on average.

    Returns
    -------
    Design

    Raises
    ------
    ValueError
        If lengths differ, a weight is negative or not finite, a code is missing, a PSU lies in two
        strata without `nest`, or a population varies within its stratum or is below the sample.

    References
    ----------
    Lumley (2010) Complex Surveys, Wiley, chapters 2 and 3; `svydesign` of the R package survey.

    Examples
    --------
    >>> design = survey_design([2, 2, 3, 3], stratum=["A", "A", "B", "B"], psu_population=[4, 4, 6, 6])
    >>> design.psus.tolist(), design.psu_population.tolist(), design.df
    ([2.0, 2.0], [4.0, 6.0], 2)
    """
    weights = _weights(weight)
    rows = len(weights)
    strata, in_stratum = _codes("stratum", stratum, rows) if stratum is not None else (1, np.zeros(rows, np.intp))
    psu_stratum, in_psu = _psus(psu, strata, in_stratum, nest=nest)
    psus = np.bincount(psu_stratum, minlength=strata).astype(float)
    in_ssu, ssu_psu = None, np.empty(0, np.intp)
    ssus, ssu_size = np.zeros(len(psu_stratum)), np.full(len(psu_stratum), np.inf)
    if psu_population is not None and ssu_population is not None:
        in_ssu, ssu_psu = _ssus(ssu, in_psu, len(psu_stratum))
        ssus = np.bincount(ssu_psu, minlength=len(psu_stratum)).astype(float)
        ssu_size = _population("ssu_population", ssu_population, in_psu, ssus)
    return Design(
        weight=weights,
        psu=in_psu,
        ssu=in_ssu,
        psu_stratum=psu_stratum,
        ssu_psu=ssu_psu,
        psus=psus,
        psu_population=_population("psu_population", psu_population, in_stratum, psus),
        ssus=ssus,
        ssu_population=ssu_size,
        lonely=LonelyPsu(lonely),
    )


def compress(keys: Ints, size: int) -> tuple[Ints, Ints]:
    """Number the keys that occur, in order, so that arrays over them have no empty places.

    Parameters
    ----------
    keys : ndarray of int
        Each from 0 to `size` - 1.
    size : int
        How many different keys there could be.

    Returns
    -------
    index : ndarray of int
        For each key its position in `occupied`.
    occupied : ndarray of int
        The keys that occur, ascending.

    Examples
    --------
    >>> index, occupied = compress(np.array([7, 2, 7]), 10)
    >>> index.tolist(), occupied.tolist()
    ([1, 0, 1], [2, 7])
    """
    if size > PLACES_PER_KEY * max(len(keys), 64):
        found, positions = np.unique(keys, return_inverse=True)
        return positions, found
    seen = np.zeros(size, bool)
    seen[keys] = True
    occupied = np.flatnonzero(seen)
    if len(occupied) == size:
        return keys, occupied
    places = np.cumsum(seen, dtype=np.intp)
    places -= 1
    return places[keys], occupied


def _weights(weight: ArrayLike) -> Floats:
    weights = np.asarray(weight, float)
    if weights.ndim != 1 or not len(weights):
        raise ValueError("weight must be one number for each row, of at least one row")
    if not np.isfinite(weights).all() or weights.min() < 0:
        raise ValueError("weights must be finite and not negative")
    return weights


def _codes(name: str, values: ArrayLike, rows: int) -> tuple[int, Ints]:
    """How many different codes there are, and which one each row has."""
    column = np.asarray(values)
    if column.shape != (rows,):
        raise ValueError(f"{name} must have one code for each of the {rows} rows")
    if column.dtype.kind in "iu":
        lowest, span = int(column.min()), int(column.max()) - int(column.min()) + 1
        if span <= PLACES_PER_KEY * rows:
            index, occupied = compress(column.astype(np.intp, copy=False) - lowest, span)
            return len(occupied), index
    if column.dtype.kind == "f" and np.isnan(column).any():
        raise ValueError(f"{name} must not have a missing code")
    try:
        found, positions = np.unique(column, return_inverse=True)
    except TypeError as error:  # None among texts
        raise ValueError(f"{name} must not have a missing code") from error
    return len(found), positions


def _psus(psu: ArrayLike | None, strata: int, in_stratum: Ints, *, nest: bool) -> tuple[Ints, Ints]:
    """The stratum of each PSU, and the PSU of each row."""
    rows = len(in_stratum)
    if psu is None:
        return in_stratum, np.arange(rows)
    count, in_psu = _codes("psu", psu, rows)
    if nest:
        in_psu, occupied = compress(in_stratum * count + in_psu, strata * count)
        return occupied // count, in_psu
    psu_stratum = np.zeros(count, np.intp)
    psu_stratum[in_psu] = in_stratum
    if not np.array_equal(psu_stratum[in_psu], in_stratum):
        raise ValueError("a PSU code occurs in two strata; if codes start again in each stratum, say nest=True")
    return psu_stratum, in_psu


def _ssus(ssu: ArrayLike | None, in_psu: Ints, psus: int) -> tuple[Ints, Ints]:
    """The second-stage unit of each row, and the PSU of each such unit."""
    if ssu is None:
        return np.arange(len(in_psu)), in_psu
    count, codes = _codes("ssu", ssu, len(in_psu))
    in_ssu, occupied = compress(in_psu * count + codes, psus * count)
    return in_ssu, occupied // count


def _population(name: str, given: ArrayLike | None, group: Ints, sampled: Floats) -> Floats:
    """Population of each group; infinite where none is given."""
    if given is None:
        return np.full(len(sampled), np.inf)
    values = np.asarray(given, float)
    if values.shape not in ((), group.shape):
        raise ValueError(f"{name} must be one number, or one for each of the {len(group)} rows")
    column = np.broadcast_to(values, group.shape)
    population = np.zeros(len(sampled))
    population[group] = column
    if not np.array_equal(population[group], column):  # a missing size differs from itself
        raise ValueError(f"{name} must be known and the same in all rows of a group")
    if np.any(population < sampled):
        short = int(np.argmax(population < sampled))
        raise ValueError(f"{name} {population[short]:g} is below the {sampled[short]:g} units sampled from it")
    return population
