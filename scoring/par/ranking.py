"""The ranking of many units by their PAR Index: competition ranks with ties, each block apart."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from scoring.par.numbers import rounded


@dataclass(frozen=True, slots=True)
class Place:
    """A place among ``of`` units, held by ``tied`` units together (1: alone)."""

    rank: int
    of: int
    tied: int


def rank(
    indices: Mapping[str, Fraction | Decimal | None],
    *,
    blocks: Mapping[str, str] | None = None,
    places: int | None = None,
) -> dict[str, Place | None]:
    """Standard competition ranking (1, 2, 2, 4), the highest index first, each block apart.

    Parameters
    ----------
    indices : mapping
        Unit to index; a unit without one has no place.
    blocks : mapping, optional
        Unit to block (departments, communes); all in one block by default.
    places : int, optional
        Decimals, rounded half up, beyond which units tie; exact values by default.

    Returns
    -------
    dict
        Unit to its `Place`, None without an index.

    References
    ----------
    No text read rules on ties; the competition ranking is the usual one of published tables.

    Examples
    --------
    >>> places = rank({"a": Decimal(90), "b": Decimal("85.5"), "c": Decimal("85.50"), "d": Decimal(80)})
    >>> [place.rank for place in places.values()]
    [1, 2, 2, 4]
    """
    rows: dict[str, dict[str, Fraction]] = {}
    for unit, value in indices.items():
        if value is not None:
            shown = Fraction(value) if places is None else Fraction(rounded(value, places))
            rows.setdefault((blocks or {}).get(unit, ""), {})[unit] = shown
    found: dict[str, Place | None] = dict.fromkeys(indices)
    for row in rows.values():
        sizes = Counter(row.values())
        first, above = {}, 0
        for value in sorted(sizes, reverse=True):
            first[value] = above + 1
            above += sizes[value]
        found |= {unit: Place(first[value], len(row), sizes[value]) for unit, value in row.items()}
    return found
