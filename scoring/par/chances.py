"""Classes and ranks that units may hold, from simulated PAR Index values."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.intervals import normal_quantile
from scoring.par.parameters import Band
from scoring.par.uncertainty import DRAWS, TINY, Floats, UncertainUnit, point_indices, simulate_indices
from scoring.ranking import competition_ranks


@dataclass(frozen=True, slots=True, kw_only=True)
class RankInterval:
    """The place of a unit and the places that it may hold at a level."""

    rank: int
    lower: int
    upper: int
    level: float


def band_chances(indices: Floats, bands: Sequence[Band]) -> dict[str | None, float]:
    """How often the simulated indices of a unit fall into each class.

    Parameters
    ----------
    indices : ndarray of float
        Draws of one unit.
    bands : sequence of Band
        From the best down.

    Returns
    -------
    dict
        Class to its share of the draws; None is below every class.

    Examples
    --------
    >>> from decimal import Decimal
    >>> band_chances(np.array([91.0, 90.0, 85.0, 79.0]), [Band("A", Decimal(90)), Band("B", Decimal(80))])
    {'A': 0.5, 'B': 0.25, None: 0.25}
    """
    left = np.ones(indices.shape, bool)
    chances: dict[str | None, float] = {}
    for band in bands:
        edge = TINY if band.strict else -TINY
        reached = left & (indices > float(band.bound) + edge)
        chances[band.name] = float(reached.mean())
        left &= ~reached
    chances[None] = float(left.mean())
    return chances


def rank_intervals(
    units: Sequence[UncertainUnit],
    *,
    level: float = 0.95,
    draws: int = DRAWS,
    seed: int = 0,
    indices: Floats | None = None,
) -> dict[str, RankInterval]:
    """The places that units may hold, each block apart.

    Parameters
    ----------
    units : sequence of UncertainUnit
        All that are ranked.
    level : float
        Of each interval for itself.
    draws, seed : int
        Of the simulation.
    indices : ndarray of float, optional
        (units, draws), where the units were simulated already.

    Returns
    -------
    dict
        Unit to its `RankInterval`.

    Raises
    ------
    ValueError
        As `index_interval`.
    """
    normal_quantile(level)  # refuses a level that is none
    sides = [(1 - level) / 2, (1 + level) / 2]
    drawn = simulate_indices(units, draws=draws, seed=seed) if indices is None else indices
    points = point_indices(units)[:, np.newaxis]
    found: dict[str, RankInterval] = {}
    for block in dict.fromkeys(unit.block for unit in units):
        rows = [place for place, unit in enumerate(units) if unit.block == block]
        limits = np.quantile(competition(drawn[rows]), sides, axis=1, method="inverted_cdf").T
        for row, rank, (lower, upper) in zip(rows, competition(points[rows])[:, 0], limits, strict=True):
            found[units[row].code] = RankInterval(rank=int(rank), lower=int(lower), upper=int(upper), level=level)
    return found


def competition(indices: Floats) -> NDArray[np.int64]:
    """Standard competition ranks in each column, the highest first; equal to nine decimals is equal.

    Examples
    --------
    >>> competition(np.array([[90.0], [85.5], [85.5], [80.0]]))[:, 0].tolist()
    [1, 2, 2, 4]
    """
    return competition_ranks(np.round(indices, 9).T).T.astype(np.int64)
