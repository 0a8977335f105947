"""Staff look at the rate every day: how often the truth lies outside at some look, and what the guarantee costs.

Each run is one campaign: some answers a day, a look each evening. The naive habit judges every evening by the 95 %
Wilson interval; the confidence sequence is made for it. The false alarm is a unit exactly at its target that some
evening is declared above it. Published in docs/method.md.
"""

import numpy as np
from numpy.typing import NDArray

from scoring.intervals import wilson
from scoring.sequential import confidence_sequence

RATES = (0.8, 0.85, 0.9, 0.95, 0.98)
DAYS = (20, 60, 240)
PER_DAY = 8.0
DOSSIERS_PER_ANSWER = 2.0
LEVEL = 0.95
Limits = tuple[NDArray[np.float64], NDArray[np.float64]]


def run(*, quick: bool) -> None:
    repeats = 500 if quick else 4000
    rng = np.random.default_rng(1)
    print(f"\ndaily looks at a {LEVEL:.0%} interval, {PER_DAY:g} answers a day, {repeats} campaigns each:")
    print("truth inside at every look, declared above the true rate at some look, mean width at the end in points")
    print(f"{'rate':>5} {'days':>4} | {'Wilson every day':22} | {'sequence':22} | {'sequence, half of N':22}")
    for rate in RATES:
        for days in DAYS:
            answers = np.cumsum(rng.poisson(PER_DAY, (repeats, days)), axis=1)
            population = np.ceil(answers[:, -1:] * DOSSIERS_PER_ANSWER)
            people = np.round(population * rate)
            satisfied = _drawn(rng, np.diff(answers, axis=1, prepend=0), np.full(people.shape, rate))
            from_few = _without_replacement(rng, answers, people, population)
            shown = (
                _figures(wilson(satisfied / np.maximum(answers, 1), answers, LEVEL), rate),
                _figures(confidence_sequence(satisfied, answers, LEVEL), rate),
                _figures(confidence_sequence(from_few, answers, LEVEL, population=population), people / population),
            )
            print(f"{rate:5.0%} {days:4} | " + " | ".join(f"{a:6.1%} {b:6.1%} {c:6.1f}  " for a, b, c in shown))


def _figures(limits: Limits, truth: float | NDArray[np.float64]) -> tuple[float, float, float]:
    """Shares of campaigns: never outside, at some look above; and the mean width after the last look."""
    above, below = limits[0] > truth, limits[1] < truth
    width = limits[1][:, -1] - limits[0][:, -1]
    return float(1 - (above | below).any(axis=1).mean()), float(above.any(axis=1).mean()), float(width.mean()) * 100


def _drawn(rng: np.random.Generator, new: NDArray[np.int64], rate: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.cumsum(rng.binomial(new, rate), axis=1)


def _without_replacement(
    rng: np.random.Generator, answers: NDArray[np.int64], people: NDArray[np.float64], population: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Satisfied so far, day after day from those who have not yet answered."""
    satisfied = np.zeros(answers.shape, np.int64)
    asked = np.zeros(len(answers), np.int64)
    found = np.zeros(len(answers), np.int64)
    for day in range(answers.shape[1]):
        good = people[:, 0].astype(np.int64) - found
        left = population[:, 0].astype(np.int64) - asked
        found = found + rng.hypergeometric(good, left - good, answers[:, day] - asked)
        asked, satisfied[:, day] = answers[:, day], found
    return satisfied
