"""Seconds of rank intervals by simulation, of those from intervals and pairs, and of drivers with their intervals."""

import time
from collections.abc import Callable

import numpy as np

from scoring.drivers import associations
from scoring.importance import importance
from scoring.intervals import wilson
from scoring.ranking import pairwise_ranks, ranks_from_intervals, simulated_ranks, simulated_rate_ranks
from scoring.reliability import reliability
from scoring.small_areas import fit_likelihood, shrink

UNITS = 116
DRAWS = 10_000
ITEMS = 27
RESAMPLES = 1000


def run(*, quick: bool) -> None:
    rng = np.random.default_rng(1)
    n = rng.integers(20, 600, UNITS)
    x = rng.binomial(n, rng.beta(30, 5, UNITS))
    rate, error = x / n, np.sqrt((x + 0.5) / (n + 1) * (1 - (x + 0.5) / (n + 1)) / n)
    print(f"\nranks of {UNITS} units, seconds (best of 3)")
    _show(f"simulated, {DRAWS:,} draws", lambda: simulated_ranks(rate, error, draws=DRAWS))
    _show(f"simulated on the logit scale, {DRAWS:,} draws", lambda: simulated_rate_ranks(rate, n, draws=DRAWS))
    _show("from Wilson intervals", lambda: ranks_from_intervals(rate, *wilson(rate, n)))
    _show("from all pairs, Holm", lambda: pairwise_ranks(rate, error))
    _show("shrunk rates, maximum likelihood", lambda: shrink(x, n, fit_likelihood(x, n)))
    respondents = 10_000 if quick else 100_000
    print(f"drivers: {ITEMS} items x {respondents:,} respondents, a tenth blank, seconds (best of 3)")
    items, overall = _survey(rng, respondents)
    _show("Spearman and tau-b", lambda: associations(items, overall))
    _show(f"relative weights, {RESAMPLES:,} resamples", lambda: importance(items, overall, resamples=RESAMPLES))
    _show("Cronbach's alpha, complete and pairwise", lambda: reliability(items))


def _survey(rng: np.random.Generator, respondents: int) -> tuple[np.ndarray, np.ndarray]:
    mood = rng.normal(0, 1, respondents)
    items = np.clip(np.round(4 + 0.6 * mood[:, None] + rng.normal(0, 0.7, (respondents, ITEMS))), 1, 5)
    items[rng.random(items.shape) < 0.1] = np.nan
    return items, np.clip(np.round(4 + 0.7 * mood + rng.normal(0, 0.5, respondents)), 1, 5)


def _show(name: str, work: Callable[[], object]) -> None:
    best = min(_seconds(work) for _ in range(3))
    print(f"{name:45} {best:8.3f}")


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
