from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from scoring.par.ranking import rank


def test_ties_share_a_place_and_the_next_is_left_out() -> None:
    places = rank({"a": Decimal(80), "b": Decimal("85.5"), "c": Fraction(171, 2), "d": Decimal(90), "e": None})
    assert [(place.rank, place.of, place.tied) if place else None for place in places.values()] == [
        (4, 4, 1),
        (2, 4, 2),
        (2, 4, 2),
        (1, 4, 1),
        None,
    ]


def test_blocks_are_ranked_apart_and_decimals_decide_ties() -> None:
    values = {"a": Decimal("85.704"), "b": Decimal("85.701"), "x": Decimal(70)}
    ranks = {unit: place.rank for unit, place in rank(values, blocks={"x": "xã"}).items() if place}
    assert ranks == {"a": 1, "b": 2, "x": 1}
    tied = rank(values, blocks={"x": "xã"}, places=2)
    assert [place.rank for place in tied.values() if place] == [1, 1, 1]


@given(st.lists(st.integers(0, 20), max_size=30))
def test_a_place_is_one_more_than_the_units_above(indices: list[int]) -> None:
    places = rank({str(unit): Decimal(index) for unit, index in enumerate(indices)})
    for unit, index in enumerate(indices):
        place = places[str(unit)]
        assert place is not None
        assert place.rank == 1 + sum(other > index for other in indices)
        assert place.tied == indices.count(index)
