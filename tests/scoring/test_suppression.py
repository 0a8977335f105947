from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array

from scoring.suppression import Ints, Table, suppress, with_totals

Terms = dict[int, float]
Place = tuple[int, int, int]  # release, row, column
GROUPED = (6, 6, 7, 7, 7, 7, 8, 8)  # six units in two levels
DEEP = (4, 4, 6, 5, 5, 6)  # two units in a level in a group; one unit alone in its level
counts = arrays(np.int64, st.tuples(st.integers(1, 6), st.integers(1, 5)), elements=st.integers(0, 25))


def draw(rng: np.random.Generator, rows: int, columns: int) -> Ints:
    """Many small, a few empty, some large."""
    sizes = rng.negative_binomial(0.9, rng.uniform(0.02, 0.2), (rows, columns))
    return sizes * (rng.random((rows, columns)) < 0.85)


def growing(
    rng: np.random.Generator, releases: int, rows: int, columns: int, parents: Sequence[int] | None = None
) -> list[Table]:
    """Successive releases of a table to which each time some cells gain answers."""
    total = np.zeros((rows, columns), np.int64)
    tables: list[Table] = []
    for _ in range(releases):
        total = total + draw(rng, rows, columns) * (rng.random((rows, columns)) < 0.7)
        tables.append(suppress(total, fewest=5, parents=parents, earlier=tables))
    return tables


def primary_only(counts: Ints, fewest: int) -> Table:
    parents = (len(counts),) * len(counts)
    values = with_totals(counts, parents)
    small = (values > 0) & (values < fewest)
    return Table(values=values, hidden=small, primary=small, parents=parents)


# --- the attacker: who knows the published numbers, the meaning of totals, and that answers only become more


class Attacker:
    """Bounds on what is hidden, by linear programming over many stories of releases at once."""

    def __init__(self) -> None:
        self.stories = 0
        self.unknown: dict[tuple[int, Place], int] = {}
        self.equal: list[tuple[Terms, float]] = []
        self.below: list[tuple[Terms, float]] = []
        self.secrets: list[Terms] = []

    def read(self, tables: Sequence[Table], fewest: int) -> None:
        self.stories += 1

        def sides(signed: Sequence[tuple[float, Place]]) -> tuple[Terms, float]:
            terms: Terms = {}
            known = 0.0
            for sign, (release, i, j) in signed:
                if tables[release].hidden[i, j]:
                    place = self.unknown.setdefault((self.stories, (release, i, j)), len(self.unknown))
                    terms[place] = terms.get(place, 0) + sign
                else:
                    known -= sign * tables[release].values[i, j]
            return terms, known

        for release, table in enumerate(tables):
            self.equal += [sides(signed) for signed in definitions(table, release)]
            rows = [i for i in range(len(table.values)) if i not in table.parents]
            cells = [(i, j) for i in rows for j in range(table.values.shape[1] - 1)]
            if release:
                self.below += [sides([(1, (release - 1, *cell)), (-1, (release, *cell))]) for cell in cells]
            for i, j in zip(*np.nonzero(is_small(table.values, fewest)), strict=True):
                self.secrets.append(sides([(1, (release, i, j))])[0])
            for sooner in range(release):
                change = table.values - tables[sooner].values
                for i, j in zip(*np.nonzero(is_small(change, fewest)), strict=True):
                    self.secrets.append(sides([(1, (release, i, j)), (-1, (sooner, i, j))])[0])

    def matrix(self, rows: Sequence[Terms]) -> csr_array:
        ends = [(i, place) for i, terms in enumerate(rows) for place in terms]
        factors = [factor for terms in rows for factor in terms.values()]
        tail, head = np.array(ends).reshape(-1, 2).T
        return csr_array((factors, (tail, head)), shape=(len(rows), len(self.unknown)))

    def widths(self, rounds: int = 8) -> NDArray[np.float64]:
        """The width of the interval of each secret: exact where it is below 1, else a lower bound."""
        size = len(self.secrets)
        if not self.unknown:
            return np.zeros(size)
        rng = np.random.default_rng(0)
        lowest, highest = np.full(size, np.inf), np.full(size, -np.inf)

        def push(aim: NDArray[np.float64]) -> None:
            # Blocks of stories share nothing, so that one programme solves all of them.
            for sign in (1, -1):
                reached = secrets @ vertex(rules, sign * (secrets.T @ aim))
                np.minimum(lowest, reached, out=lowest)
                np.maximum(highest, reached, out=highest)

        secrets = self.matrix(self.secrets)
        rules = self.rules()
        for _ in range(rounds):
            push(rng.normal(size=size) * (highest - lowest < 0.999))
        for left in np.flatnonzero(highest - lowest < 0.999):
            push(np.eye(1, size, left)[0])
        return highest - lowest

    def rules(self) -> dict[str, object]:
        equal, below = self.matrix([row for row, _ in self.equal]), self.matrix([row for row, _ in self.below])
        found: dict[str, object] = {"A_eq": equal, "b_eq": [value for _, value in self.equal]}
        return found | ({"A_ub": below, "b_ub": [value for _, value in self.below]} if self.below else {})


def vertex(rules: dict[str, object], aim: NDArray[np.float64]) -> NDArray[np.float64]:
    found = linprog(aim, **rules, bounds=(1, 1e4))
    assert found.status == 0, found.message
    return np.asarray(found.x)


def is_small(values: Ints, fewest: int) -> NDArray[np.bool_]:
    return (values != 0) & (np.abs(values) < fewest)


def definitions(table: Table, release: int) -> Iterator[list[tuple[float, Place]]]:
    """What totals and subtotals mean: sums that are zero."""
    height, span = table.values.shape
    for i in range(height):
        yield [*((1.0, (release, i, j)) for j in range(span - 1)), (-1.0, (release, i, span - 1))]
        below = [child for child, parent in enumerate(table.parents) if parent == i]
        for j in range(span if below else 0):
            yield [*((1.0, (release, child, j)) for child in below), (-1.0, (release, i, j))]


def widths(stories: Sequence[Sequence[Table]], fewest: int = 5) -> NDArray[np.float64]:
    attacker = Attacker()
    for tables in stories:
        attacker.read(tables, fewest)
    return attacker.widths()


def test_the_attacker_wins_where_only_the_small_numbers_are_hidden() -> None:
    rng = np.random.default_rng(2)
    tables = [primary_only(draw(rng, 4, 4), 5) for _ in range(50)]
    found = widths([[table] for table in tables])
    assert (found < 0.5).mean() > 0.5


def test_the_attacker_wins_between_releases_that_do_not_know_of_each_other() -> None:
    before, after = [[20, 30], [40, 50]], [[20, 33], [40, 50]]
    apart = [suppress(counts, fewest=5) for counts in (before, after)]
    assert not any(table.hidden.any() for table in apart)
    assert widths([apart]).tolist() == [0, 0, 0, 0]  # the cell and its totals rose by three


def test_nothing_small_is_recovered_from_two_thousand_tables() -> None:
    rng = np.random.default_rng(1)
    stories = [[suppress(draw(rng, 3, rng.integers(3, 5)), fewest=5)] for _ in range(2000)]
    assert sum(table.primary.any() for [table] in stories) > 1500
    assert widths(stories).min() >= 0.999


@pytest.mark.parametrize(
    ("releases", "rows", "columns", "parents", "stories"),
    [(1, 6, 3, GROUPED, 80), (1, 4, 3, DEEP, 80), (2, 4, 3, None, 80), (4, 3, 3, None, 40), (3, 4, 2, DEEP, 20)],
)
def test_nothing_small_is_recovered_from_groups_and_releases(
    releases: int, rows: int, columns: int, parents: Sequence[int] | None, stories: int
) -> None:
    rng = np.random.default_rng(releases)
    told = [growing(rng, releases, rows, columns, parents) for _ in range(stories)]
    assert widths(told).min() >= 0.999


@pytest.mark.parametrize("fewest", [5, 10])
def test_nothing_small_is_recovered_from_a_province(fewest: int) -> None:
    rng = np.random.default_rng(fewest)
    units, fields = rng.gamma(0.8, 1, (116, 1)), rng.gamma(0.8, 1, 16)
    counts = rng.poisson(units * fields * 40)
    levels = [116 + unit // 30 for unit in range(116)] + [120] * 4
    flat, grouped = suppress(counts, fewest=fewest), suppress(counts, fewest=fewest, parents=levels)
    assert widths([[flat], [grouped]], fewest).min() >= 0.999
    assert flat.hidden.sum() < 1.1 * flat.primary.sum()


@settings(max_examples=60, deadline=None)
@given(counts, st.integers(1, 12))
def test_what_is_hidden_is_what_must_be_and_what_protects_it(counts: Ints, fewest: int) -> None:
    table = suppress(counts, fewest=fewest)
    assert (table.values == with_totals(counts, table.parents)).all()
    assert (table.primary == (table.values > 0) & (table.values < fewest)).all()
    assert (table.hidden >= table.primary).all()
    assert not (table.hidden & (table.values == 0)).any()
    assert table.hidden.any() == table.primary.any()
    if table.primary.any():
        assert widths([[table]], fewest).min() >= 0.999


@settings(max_examples=40, deadline=None)
@given(counts, st.integers(2, 8))
def test_no_complementary_number_is_useless(counts: Ints, fewest: int) -> None:
    table = suppress(counts, fewest=fewest)
    for i, j in zip(*np.nonzero(table.hidden & ~table.primary), strict=True):
        hidden = table.hidden.copy()
        hidden[i, j] = False
        shown = Table(values=table.values, hidden=hidden, primary=table.primary, parents=table.parents)
        assert widths([[shown]], fewest).min() < 0.5


@settings(max_examples=40, deadline=None)
@given(counts, st.integers(0, 1000))
def test_the_order_of_rows_does_not_change_what_must_be_hidden(counts: Ints, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(counts))
    plain, shuffled = suppress(counts, fewest=5), suppress(counts[order], fewest=5)
    assert (plain.primary[:-1][order] == shuffled.primary[:-1]).all()
    assert (plain.primary[-1] == shuffled.primary[-1]).all()


def test_the_cheapest_numbers_are_hidden() -> None:
    table = suppress([[3, 20, 30], [40, 6, 50], [60, 70, 8]], fewest=5)
    assert np.argwhere(table.hidden).tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert np.argwhere(table.primary).tolist() == [[0, 0]]


def test_totals_are_hidden_only_where_nothing_else_protects() -> None:
    table = suppress([[3, 20], [0, 30], [0, 40]], fewest=5)  # alone in its column: the total gives it away
    assert table.primary[:, 0].tolist() == [True, False, False, True]
    assert table.hidden[0].tolist() == [True, True, False]
    only = suppress([[3]], fewest=5)
    assert only.hidden.all()
    large = suppress([[30, 0], [0, 4]], fewest=5)
    assert large.hidden[1].tolist() == [False, True, True]


def test_ones_protect_each_other_only_if_one_of_them_can_be_more() -> None:
    # Whoever knows that zeros are shown knows that all four are 1.
    counts = [[1, 1, 9], [1, 1, 9], [9, 9, 9]]
    table = suppress(counts, fewest=2)
    assert table.hidden[:2, :2].all()
    assert table.hidden.sum() > 4
    assert widths([[table]], 2).min() >= 0.999
    square = Table(values=table.values, hidden=table.primary, primary=table.primary, parents=table.parents)
    assert widths([[square]], 2).max() <= 0.001


def test_a_wider_interval_can_be_asked_for() -> None:
    counts = [[4, 6, 50], [7, 60, 70], [50, 60, 70]]
    narrow, wide = suppress(counts, fewest=5), suppress(counts, fewest=5, width=20)
    assert narrow.hidden.sum() == 4
    assert 0.999 <= widths([[narrow]]).min() < 19.999 <= widths([[wide]]).min()
    assert narrow.values[narrow.hidden].sum() < wide.values[wide.hidden].sum()


def test_a_small_difference_is_hidden_as_a_small_number_is() -> None:
    first = suppress([[20, 30, 40], [40, 50, 60], [70, 80, 90]], fewest=5)
    second = suppress([[30, 33, 50], [50, 60, 70], [80, 90, 99]], fewest=5, earlier=[first])
    assert not first.hidden.any()
    assert np.argwhere(second.primary).tolist() == [[0, 1]]
    assert second.hidden.sum() == 4
    third = suppress([[50, 60, 70], [70, 80, 90], [90, 99, 120]], fewest=5, earlier=[first, second])
    assert not third.hidden.any()


def test_a_later_release_does_not_betray_an_earlier_one() -> None:
    first = suppress([[1, 20, 30], [40, 6, 50], [60, 70, 80]], fewest=5)
    # Nothing changed but the last cell: shown, the complementary numbers would bound the one from both sides.
    second = suppress([[1, 20, 30], [40, 6, 50], [60, 70, 99]], fewest=5, earlier=[first])
    assert widths([[first, second]]).min() >= 0.999
    apart = Table(values=second.values, hidden=second.hidden & second.primary, primary=second.primary,
                  parents=second.parents)  # fmt: skip
    assert widths([[first, apart]]).min() <= 0.001


def mask(rows: int, columns: int, *places: tuple[int, int]) -> NDArray[np.bool_]:
    found = np.zeros((rows, columns), bool)
    found[tuple(zip(*places, strict=True))] = True
    return found


def test_a_secret_is_protected_as_a_small_number_is() -> None:
    counts = [[30, 20, 40], [40, 60, 50], [60, 70, 80]]
    table = suppress(counts, fewest=5, secret=mask(4, 4, (0, 1)))
    assert np.argwhere(table.primary).tolist() == [[0, 1]]
    assert table.hidden.sum() == 4


def test_what_is_gone_anyway_protects_for_nothing() -> None:
    counts = [[3, 20, 30], [40, 6, 50], [60, 70, 80]]
    gone = mask(4, 4, (0, 2), (2, 0), (2, 2))
    table = suppress(counts, fewest=5, gone=gone)
    assert (table.hidden == gone | table.primary).all()
    assert suppress(counts, fewest=5).hidden[1].any()


def test_what_is_kept_stays_shown_and_is_not_protected() -> None:
    counts = [[3, 0, 0], [20, 30, 40]]
    free = suppress(counts, fewest=5)
    assert free.hidden[0, -1]
    assert free.exposed == ()
    kept = suppress(counts, fewest=5, kept=mask(3, 4, (0, 3), (1, 3), (2, 3)))
    assert not kept.hidden[:, -1].any()
    assert kept.exposed == ((0, 0),)  # the only number of a row whose total is known


def test_a_release_that_lost_answers_is_protected_too() -> None:
    first = suppress([[20, 30], [40, 50]], fewest=5)
    second = suppress([[18, 30], [40, 50]], fewest=5, earlier=[first])
    assert second.primary[0, 0]
    assert second.hidden[0, 0]


@pytest.mark.parametrize(
    ("counts", "options", "what"),
    [
        ([[1, -1]], {}, "whole numbers"),
        ([[1.5, 2]], {}, "whole numbers"),
        ([1, 2], {}, "whole numbers"),
        ([[]], {}, "whole numbers"),
        ([[1, 2]], {"fewest": 0}, "threshold"),
        ([[1, 2]], {"width": 0}, "threshold"),
        ([[1, 2], [3, 4]], {"parents": [2]}, "adds to"),
        ([[1, 2], [3, 4]], {"parents": [1, 2]}, "adds to"),
        ([[1, 2], [3, 4]], {"parents": [2, 3, 2]}, "adds to"),
        ([[1, 2], [3, 4]], {"parents": [2, 3]}, "adds to"),
        ([[1, 2]], {"earlier": [suppress([[1, 2], [3, 4]], fewest=5)]}, "earlier"),
        ([[1, 2], [3, 4]], {"parents": [2, 2, 3], "earlier": [suppress([[1, 2], [3, 4]], fewest=5)]}, "earlier"),
    ],
)
def test_nonsense_is_refused(counts: object, options: dict[str, object], what: str) -> None:
    with pytest.raises(ValueError, match=what):
        suppress(counts, **({"fewest": 5} | options))
