"""How often intervals hold the truth that are made from those of other groups: means over units, differences of two
groups, and rates of small units that borrow from all.

Published in docs/method.md.
"""

from collections.abc import Callable, Sequence

import numpy as np

from bench.populations import COUNTER, SHORT, Floats, Ints, indices, questions, rates
from scoring.changes import difference
from scoring.combining import combine
from scoring.results import Estimate, Interval
from scoring.small_areas import fit_likelihood, shrink

UNITS = (12, 99)
SPREAD = 0.05
ALIKE = (2, 5, 20, 50)  # submissions of every unit
PAIRS = ((20, 20), (50, 50), (200, 200), (20, 200))
RATES = ((0.88, 0.88), (0.88, 0.95), (0.97, 0.97))
SPREADS = (0.1, 0.05, 0.02, 0.005)
SMALL = (5, 20, 50, 200)
LEVEL = 0.95
BATCH = 500  # groups drawn at a time
Draw = Callable[[np.random.Generator, Floats, Ints], Sequence[Estimate]]


def run(*, quick: bool) -> None:
    _means(100 if quick else 2000, 5 if quick else 300)
    _differences(50 if quick else 4000)
    _shrunk(20 if quick else 500)


def _short(rng: np.random.Generator, rate: Floats, sizes: Ints) -> Sequence[Estimate]:
    return indices(rng, SHORT, rate, sizes)


def _long(rng: np.random.Generator, rate: Floats, sizes: Ints) -> Sequence[Estimate]:
    return indices(rng, COUNTER, rate, sizes)


def _means(repeats: int, of_index: int) -> None:
    print(f"\nmeans over units, {repeats} simulations each ({of_index} of the index): share that hold the truth, width")
    print(f"{'':31} | " + " | ".join(f"n = {size:<8}" for size in (*ALIKE, "unequal")))
    for name, draw, times in (("question", questions, repeats), ("index", _short, of_index)):
        for units in UNITS:
            cells = [_mean_covered(draw, units, size, times) for size in (*ALIKE, None)]
            for rule, row in zip(("V2", "V3"), zip(*cells, strict=True), strict=True):
                print(f"{name:9} {rule} of {units:3} units      | " + " | ".join(row))


def _mean_covered(draw: Draw, units: int, size: int | None, repeats: int) -> tuple[str, str]:
    """Of the units alike, and by dossiers; without a size half of the units have up to 10 submissions."""
    rng = np.random.default_rng(units)
    kept: list[list[tuple[Interval | None, float]]] = [[], []]
    for _ in range(repeats):
        rate = rates(rng, units, SPREAD)
        dossiers = rng.lognormal(6, 1, units)
        sizes = np.ceil(rng.lognormal(2.3, 1, units)).astype(int) if size is None else np.full(units, size)
        parts = draw(rng, rate, sizes)
        for rows, weights in zip(kept, (np.ones(units), dossiers), strict=True):
            rows.append((combine(parts, weights.tolist()).interval, float(weights @ rate / weights.sum())))
    first, second = (_shown(rows) for rows in kept)
    return first, second


def _shown(rows: Sequence[tuple[Interval | None, float]]) -> str:
    given = [(interval, truth) for interval, truth in rows if interval is not None]
    held = np.mean([interval.lower <= truth <= interval.upper for interval, truth in given])
    width = np.mean([interval.upper - interval.lower for interval, _ in given]) * 100
    return f"{held:6.1%} {width:5.1f}"


def _differences(repeats: int) -> None:
    print(f"\ndifferences of two groups, {repeats} simulations each: share that hold the truth, mean width in points")
    print(f"{'':22} | " + " | ".join(f"n = {f'{one}, {other}':<8}" for one, other in PAIRS))
    for name, draw in (("question", questions), (SHORT.name, _short), (COUNTER.name, _long)):
        for pair in RATES:
            rng = np.random.default_rng(1)
            cells = [_shown(_pairs(rng, draw, pair, sizes, repeats)) for sizes in PAIRS]
            print(f"{name:11} {pair[0]:4.0%}, {pair[1]:4.0%} | " + " | ".join(cells))


def _pairs(
    rng: np.random.Generator, draw: Draw, pair: tuple[float, float], sizes: tuple[int, int], repeats: int
) -> list[tuple[Interval | None, float]]:
    rows: list[tuple[Interval | None, float]] = []
    for start in range(0, repeats, BATCH):
        times = min(BATCH, repeats - start)
        groups = (draw(rng, np.full(times, rate), np.full(times, n)) for rate, n in zip(pair, sizes, strict=True))
        changes = [difference(one, other) for one, other in zip(*groups, strict=True)]
        rows += [(change.interval, pair[0] - pair[1]) for change in changes if change]
    return rows


def _shrunk(repeats: int) -> None:
    print(
        f"\nshrunk rates, {repeats} simulations each: share of units whose interval holds the truth, of the tenth with"
    )
    print("the lowest, with the highest true rates; mean width in points; simulations with a spread, and so intervals")
    print(f"{'':17} | " + " | ".join(f"n = {size:<28}" for size in SMALL))
    for spread in SPREADS:
        for units in UNITS:
            rng = np.random.default_rng(units)
            cells = [_shrunk_covered(rng, spread, units, n, repeats) for n in SMALL]
            print(f"{spread:6.1%} {units:3} units | " + " | ".join(cells))


def _shrunk_covered(rng: np.random.Generator, spread: float, units: int, n: int, repeats: int) -> str:
    held, widths = [], []
    for _ in range(repeats):
        rate = np.sort(rates(rng, units, spread))
        asked = np.full(units, n)
        satisfied = rng.binomial(asked, rate)
        intervals = [area.interval for area in shrink(satisfied, asked, fit_likelihood(satisfied, asked), level=LEVEL)]
        limits = np.array([(i.lower, i.upper) for i in intervals if i is not None])
        if len(limits):
            held.append((limits[:, 0] <= rate) & (rate <= limits[:, 1]))
            widths.append(limits[:, 1] - limits[:, 0])
    if not held:
        return f"{'no spread found':32}"
    tenth, shares = round(units / 10), np.mean(held, axis=0)
    parts = (shares.mean(), shares[:tenth].mean(), shares[-tenth:].mean())
    shown = " ".join(f"{part:6.1%}" for part in parts)
    return f"{shown} {np.mean(widths) * 100:5.1f} {len(held) / repeats:4.0%}"
