"""How often intervals of ranks hold the true ranks of 99 units, for true rates that spread much, little and hardly.

Each simulation draws the true rates of the units anew, then their answers. Published in docs/method.md.
"""

from collections.abc import Callable, Sequence

import numpy as np

from bench.populations import SHORT, Floats, indices, questions, rates
from scoring.ranking import UnitRank, competition_ranks, pairwise_ranks, simulated_rate_ranks
from scoring.results import Estimate
from scoring.standings import rank

UNITS = 99
SIZES = (20, 50, 200, 1000)
SPREADS = (0.1, 0.05, 0.02, 0.005)
DRAWS = 1000
Ranked = Callable[[Sequence[Estimate]], tuple[UnitRank, ...]]


def run(*, quick: bool) -> None:
    repeats, of_index = (20, 4) if quick else (1000, 200)
    print(f"\nrank intervals of {UNITS} units, {repeats} simulations each ({of_index} of the index):")
    print("share of units whose interval holds the true rank, share of simulations where all do, mean number of ranks")
    print(f"{'spread':>6} {'':25} | " + " | ".join(f"n = {size:<17}" for size in SIZES))
    methods: tuple[tuple[str, Ranked, bool], ...] = (
        ("as on the pages, question", rank, False),
        ("as on the pages, index", rank, True),
        ("pairs, Holm", _pairs, False),
        ("simulated, one by one", _simulated, False),
    )
    for spread in SPREADS:
        for name, method, index in methods:
            rng = np.random.default_rng(int(spread * 1000))
            cells = [_covered(rng, method, spread, n, of_index if index else repeats, index=index) for n in SIZES]
            shown = " | ".join(f"{unit:6.1%} {joint:6.1%} {width:5.1f}  " for unit, joint, width in cells)
            print(f"{spread:6.1%} {name:25} | {shown}")


def _covered(
    rng: np.random.Generator, method: Ranked, spread: float, n: int, repeats: int, *, index: bool
) -> tuple[float, float, float]:
    """Shares of units and of simulations that hold the truth, and the mean number of ranks in an interval."""
    held, widths = np.zeros((repeats, UNITS), bool), np.zeros((repeats, UNITS))
    sizes = np.full(UNITS, n)
    for at in range(repeats):
        truth = rates(rng, UNITS, spread)
        found = method(indices(rng, SHORT, truth, sizes) if index else questions(rng, truth, sizes))
        best, worst = (np.array([getattr(unit, end) for unit in found], float) for end in ("best", "worst"))
        place = competition_ranks(truth)
        held[at], widths[at] = (best <= place) & (place <= worst), worst - best + 1
    return float(held.mean()), float(held.all(axis=1).mean()), float(widths.mean())


def _pairs(estimates: Sequence[Estimate]) -> tuple[UnitRank, ...]:
    value, n = _rates(estimates)
    careful = (value * n + 0.5) / (n + 1)  # a rate of 1 in a sample is not certain
    return pairwise_ranks(value, np.sqrt(careful * (1 - careful) / n))


def _simulated(estimates: Sequence[Estimate]) -> tuple[UnitRank, ...]:
    return simulated_rate_ranks(*_rates(estimates), draws=DRAWS)


def _rates(estimates: Sequence[Estimate]) -> tuple[Floats, Floats]:
    return np.array([e.value for e in estimates], float), np.array([e.n for e in estimates], float)
