from decimal import Decimal
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.par.chances import band_chances, competition, rank_intervals
from scoring.par.index import mark
from scoring.par.parameters import Band
from scoring.par.ranking import rank
from scoring.par.tree import read_tree
from scoring.par.uncertainty import UncertainLeaf, UncertainUnit, simulate_indices

TREE = read_tree([{"id": "1", "max": 60}, {"id": "2", "max": 40, "method": "survey", "rule": {"kind": "survey"}}])
BANDS = (Band("A", Decimal(90)), Band("B", Decimal(80), strict=True))


def unit(code: str, points: str, share: float, error: float, block: str = "xã") -> UncertainUnit:
    estimates = (UncertainLeaf(code="2", share=share, standard_error=error),)
    return UncertainUnit(code=code, tree=TREE, marks={"1": mark(Decimal(points))}, estimates=estimates, block=block)


def test_the_chance_of_a_class_is_that_of_the_normal_distribution() -> None:
    drawn = simulate_indices([unit("u", "55", 0.86, 0.02)], draws=200_000, seed=2)[0]
    index = NormalDist(55 + 40 * 0.86, 40 * 0.02)
    found = band_chances(drawn, BANDS)
    assert found["A"] == pytest.approx(1 - index.cdf(90), abs=0.004)
    assert found["B"] == pytest.approx(index.cdf(90) - index.cdf(80), abs=0.004)
    assert sum(found.values()) == pytest.approx(1)


def test_classes_are_closed_below_unless_open() -> None:
    drawn = np.array([90.0, 90.0 - 1e-12, 89.99, 80.0, 80.01, 10.0])
    assert band_chances(drawn, BANDS) == pytest.approx({"A": 2 / 6, "B": 2 / 6, None: 2 / 6})


def test_the_chance_of_a_place_is_that_of_the_normal_distribution() -> None:
    units = [unit("a", "55", 0.80, 0.02), unit("b", "55", 0.78, 0.03)]
    drawn = simulate_indices(units, draws=200_000, seed=3)
    first = float((competition(drawn)[0] == 1).mean())
    difference = NormalDist(40 * 0.02, 40 * np.hypot(0.02, 0.03))
    assert first == pytest.approx(1 - difference.cdf(0), abs=0.004)


def test_places_that_are_far_apart_are_sure_and_close_ones_are_not() -> None:
    units = [
        unit("a", "58", 0.9, 0.001),
        unit("b", "50", 0.8, 0.02),
        unit("c", "50", 0.8, 0.02),
        unit("d", "20", 0.5, 0.001),
        unit("x", "30", 0.5, 0.02, block="sở"),
    ]
    found = rank_intervals(units, draws=4000)
    assert [(found[code].rank, found[code].lower, found[code].upper) for code in "abcdx"] == [
        (1, 1, 1),
        (2, 2, 3),
        (2, 2, 3),
        (4, 4, 4),
        (1, 1, 1),
    ]
    assert found["a"].level == 0.95
    with pytest.raises(ValueError, match="level"):
        rank_intervals(units, level=1.5)


@pytest.mark.parametrize(("chance", "first"), [(0.02, 2), (0.04, 1)])
def test_a_place_is_left_out_when_it_is_rarer_than_a_tail(chance: float, first: int) -> None:
    """The unit behind comes first with this chance; each tail of the interval of 95 % has 2.5 %."""
    ahead = -NormalDist().inv_cdf(chance) * 0.02
    found = rank_intervals([unit("a", "50", 0.5 + ahead, 0.02), unit("b", "50", 0.5, 0.0)], draws=40_000)
    assert (found["b"].lower, found["b"].upper) == (first, 2)
    assert (found["a"].lower, found["a"].upper) == (1, 3 - first)


def test_draws_and_seed_are_those_that_are_asked_for() -> None:
    units = [unit("a", "50", 0.5, 0.02), unit("b", "50", 0.5, 0.02)]
    single = [rank_intervals(units, draws=1, seed=seed)["a"] for seed in range(20)]
    assert all(found.lower == found.upper for found in single)
    assert {found.lower for found in single} == {1, 2}


def test_no_error_no_interval() -> None:
    units = [unit(code, points, 0.5, 0.0) for code, points in zip("abcd", ("40", "50", "50", "60"), strict=True)]
    found = rank_intervals(units, draws=20)
    assert [(each.rank, each.lower, each.upper) for each in found.values()] == [
        (4, 4, 4),
        (2, 2, 2),
        (2, 2, 2),
        (1, 1, 1),
    ]


def test_indices_equal_to_nine_decimals_are_equal() -> None:
    assert competition(np.array([[85.5], [85.5 + 3e-10], [85.5 + 2e-9]]))[:, 0].tolist() == [2, 2, 1]


@given(st.lists(st.integers(0, 9), min_size=1, max_size=20))
def test_ranks_of_columns_are_those_of_the_index(indices: list[int]) -> None:
    columns = np.column_stack([indices, indices[::-1]]).astype(float)
    for column in range(2):
        places = rank({str(row): Decimal(int(value)) for row, value in enumerate(columns[:, column])})
        assert competition(columns)[:, column].tolist() == [place.rank for place in places.values() if place]


def test_units_that_were_simulated_already_are_not_simulated_again() -> None:
    units = [unit("a", "50", 0.5, 0.02), unit("b", "50", 0.5, 0.02)]
    drawn = simulate_indices(units, draws=500, seed=3)
    assert rank_intervals(units, indices=drawn) == rank_intervals(units, draws=500, seed=3)
    (first, *_) = rank_intervals(units, indices=np.array([[90.0, 91.0], [80.0, 81.0]])).values()
    assert (first.lower, first.upper) == (1, 1)


def test_an_interval_ends_on_places_that_were_drawn() -> None:
    """Each of the two places has half of the draws: a quarter may be left out on each side, not the half."""
    units = [unit("a", "50", 0.5, 0.02), unit("b", "50", 0.5, 0.02)]
    found = rank_intervals(units, level=0.5, indices=np.array([[90.0, 80.0], [80.0, 90.0]]))
    assert [(each.lower, each.upper) for each in found.values()] == [(1, 2), (1, 2)]
