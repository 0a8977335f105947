"""What hiding small numbers costs: the share hidden against the least possible, and the seconds for a province."""

import time
from collections.abc import Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from scoring.suppression import Table, suppress
from survey_app.hiding import CHANNEL, FIELD, MONTH, Cell, Numbers, among

Ints = NDArray[np.int64]
FEWEST = 5


def run(*, quick: bool) -> None:
    _against_the_least(100 if quick else 1000)
    _province(1 if quick else 3)
    _campaign()
    _releases(3 if quick else 6)


def _against_the_least(number: int) -> None:
    """4 x 4 tables with shown totals, every choice of complementary cells tried."""
    rng = np.random.default_rng(1)
    found, fewest_cells, skipped = [], [], 0
    while len(found) < number:
        sizes = rng.negative_binomial(1.2, rng.uniform(0.03, 0.12), (4, 4)) * (rng.random((4, 4)) > 0.08)
        table = suppress(sizes, fewest=FEWEST)
        if not table.primary.any():
            continue
        if table.hidden[-1].any() or table.hidden[:, -1].any():
            skipped += 1  # a total is small, or alone protects a cell
            continue
        extra = table.hidden & ~table.primary
        answers, cells = least(sizes)
        found.append((table.values[extra].sum(), answers, table.values[table.hidden].sum(), sizes.sum()))
        fewest_cells.append((extra.sum(), cells, table.hidden.sum(), (sizes > 0).sum()))
    answers, cells = np.array(found), np.array(fewest_cells)
    ours, best, hidden, total = answers.sum(axis=0)
    exact = (answers[:, 0] == answers[:, 1]).mean()
    print(
        f"\ndisclosure: {number} random 4 x 4 tables, k = {FEWEST}, totals shown ({skipped} others need a hidden total)"
    )
    print(f"answers in hidden cells: {hidden / total:.2%}; least possible: {(hidden - ours + best) / total:.2%}")
    print(f"complementary answers: {ours / best:.4f} of the least; the least reached in {exact:.1%} of the tables")
    ours, best, hidden, total = cells.sum(axis=0)
    print(f"cells hidden: {hidden / total:.2%}; fewest possible, at the cost of more answers: ", end="")
    print(f"{(hidden - ours + best) / total:.2%}")


def least(sizes: Ints) -> tuple[int, int]:
    """The fewest answers, and the fewest cells, that must be hidden beside the small ones; by trying all choices."""
    rows, columns = sizes.shape
    places = [(i, j) for i, j in product(range(rows), range(columns)) if sizes[i, j]]
    small = [place for place in places if sizes[place] < FEWEST]
    others = [place for place in places if sizes[place] >= FEWEST]
    chosen = np.array(list(product((False, True), repeat=len(others))))
    ways = np.zeros((len(chosen), rows + columns, rows + columns), np.float32)
    for n, (i, j) in enumerate([*small, *others]):
        hidden = np.ones(len(chosen)) if n < len(small) else chosen[:, n - len(small)]
        ways[:, i, rows + j] = hidden  # a hidden number may be more
        ways[:, rows + j, i] = hidden * (sizes[i, j] > 1)  # and less, but at least 1
    safe = np.ones(len(chosen), bool)
    for i, j in small:
        safe &= _cycle(ways, i, rows + j, can_fall=bool(sizes[i, j] > 1))
    answers = chosen @ np.array([sizes[place] for place in others])
    return int(answers[safe].min()), int(chosen.sum(axis=1)[safe].min())


def _cycle(ways: NDArray[np.float32], row: int, column: int, *, can_fall: bool) -> NDArray[np.bool_]:
    """Whether a way back exists that does not use the cell itself, by squaring reachability."""
    reach = ways.copy()
    reach[:, row, column] = reach[:, column, row] = 0
    reach[:, range(len(reach[0])), range(len(reach[0]))] = 1
    for _ in range(3):
        reach = np.minimum(reach @ reach, 1)
    back: NDArray[np.bool_] = reach[:, column, row] > 0
    return back | (reach[:, row, column] > 0) if can_fall else back


def _counts(rng: np.random.Generator, total: int) -> Ints:
    rates = rng.gamma(0.8, 1, (116, 1)) * rng.gamma(0.8, 1, 16) * rng.gamma(1.0, 1, (116, 16))
    return rng.poisson(rates / rates.sum() * total)


def _province(repeats: int) -> None:
    print("\ndisclosure: 116 units x 16 fields, best of runs in seconds; shares of all that is not zero")
    print("answers |  k | groups | small numbers | hidden | answers hidden | totals hidden | seconds")
    levels = [116 + unit // 15 for unit in range(116)] + [124] * 8
    for total, fewest, parents in product((2_000, 20_000, 100_000, 1_000_000), (5, 10), (None, levels)):
        counts = _counts(np.random.default_rng(total), total)
        seconds, table = _timed(counts, fewest, parents, (), repeats)
        shown = (table.values > 0).sum()
        lost = (table.values * table.hidden)[:116, :-1].sum() / total
        totals = table.hidden[:-1, -1].sum() + table.hidden[-1, :-1].sum()
        print(
            f"{total:7} | {fewest:2} | {'yes' if parents else 'no':6} | {table.primary.sum() / shown:13.1%} | "
            f"{table.hidden.sum() / shown:6.1%} | {lost:14.2%} | {totals:13} | {seconds:.3f}"
        )


def _campaign() -> None:
    print("\ndisclosure: all reports of a campaign, 116 units in 8 levels, 16 fields, 12 months, 2 channels, k = 5")
    print("answers | units hidden | small parts | parts hidden | totals of parts hidden | seconds")
    for total in (2_000, 20_000, 100_000, 1_000_000):
        facts = _facts(np.random.default_rng(total), total)
        start = time.perf_counter()
        found = among(facts, fewest=FEWEST)
        seconds = time.perf_counter() - start
        small = [number < FEWEST for cells in facts.parts for _, _, number in cells]
        gone = sum(len(found.reports[unit].parts) for unit in range(116) if unit not in found.units)
        gone += sum(unit in found.units for cells in facts.parts for unit, _, _ in cells)
        print(
            f"{total:7} | {len(found.units):12} | {np.mean(small):11.1%} | {gone / len(small):12.1%} | "
            f"{len(found.reports[116].parts):22} | {seconds:.2f}"
        )


def _facts(rng: np.random.Generator, total: int) -> Numbers:
    """Units with a report each, and one report on all."""
    fields = _counts(rng, total)
    months, channels = (
        np.array([rng.multinomial(sum(row), rng.dirichlet(np.ones(size))) for row in fields]) for size in (12, 2)
    )
    units = [unit for unit in range(116) if fields[unit].any()]

    def cells(kind: str, table: Ints) -> tuple[Cell, ...]:
        return tuple((int(unit), (kind, f"{at:02}"), int(table[unit, at])) for unit, at in np.argwhere(table))

    return Numbers(
        totals=tuple((unit, int(fields[unit].sum())) for unit in units),
        parts=(cells(FIELD, fields), cells(MONTH, months), cells(CHANNEL, channels)),
        aside=(),
        levels=tuple((unit, str(unit // 15)) for unit in units),
        reports=(*((unit, frozenset({unit}).intersection(units)) for unit in range(116)), (116, frozenset(units))),
    )


def _releases(number: int) -> None:
    print("\ndisclosure: the same table released again and again as answers come in, k = 5, 100,000 answers in the end")
    print("release | small, or little changed | hidden | hidden if it were the only release | seconds")
    rng = np.random.default_rng(7)
    whole = _counts(rng, 100_000)
    earlier: list[Table] = []
    left, counts = whole, np.zeros_like(whole)
    for n in range(number):
        new = rng.binomial(left, 1 / (number - n))
        left, counts = left - new, counts + new
        seconds, table = _timed(counts, FEWEST, None, earlier, 1)
        alone, shown = suppress(counts, fewest=FEWEST).hidden.sum(), (table.values > 0).sum()
        earlier.append(table)
        print(
            f"{n + 1:7} | {table.primary.sum() / shown:24.1%} | {table.hidden.sum() / shown:6.1%} | "
            f"{alone / shown:34.1%} | {seconds:.2f}"
        )


def _timed(
    counts: Ints, fewest: int, parents: Sequence[int] | None, earlier: Sequence[Table], repeats: int
) -> tuple[float, Table]:
    best = np.inf
    for _ in range(repeats):
        start = time.perf_counter()
        table = suppress(counts, fewest=fewest, parents=parents, earlier=earlier)
        best = min(best, time.perf_counter() - start)
    return best, table
