"""Staff look at the rate every day: how often the truth lies outside at some look, and what the guarantee costs.

Each run is one campaign: some answers a day, a look each evening. The naive habit judges every evening by the 95 %
Wilson interval; the confidence sequence is made for it. The false alarm is a unit exactly at its target that some
evening is declared above it. Published in docs/method.md.
"""

import numpy as np
from numpy.typing import NDArray

from questionnaires.coding import encode
from questionnaires.loader import questionnaire
from scoring.intervals import student_share, wilson
from scoring.measures import worth
from scoring.sequential import confidence_sequence, rate_sequence
from survey_app import definitions
from survey_app.demo.answers import Respondents, draw

RATES = (0.8, 0.85, 0.9, 0.95, 0.98)
DAYS = (20, 60, 240)
PER_DAY = 8.0
DOSSIERS_PER_ANSWER = 2.0
LEVEL = 0.95
LEVELS = (1.0, 1.5)  # of the demonstration's respondents: indices of about 84 and 94 %
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
    print("the same for an index of 22 questions, the sequence on its effective sample size from the fifth answer on:")
    for level in LEVELS:
        share = _shares(level)
        for days in DAYS:
            answers = np.cumsum(rng.poisson(PER_DAY, (repeats // 4, days)), axis=1)
            rate, size = _index(rng, share, answers)
            naive, sequence = wilson(rate, size, LEVEL), rate_sequence(rate, size, LEVEL)
            shown = (_figures(limits, float(share.mean())) for limits in (naive, sequence))
            figures = " | ".join(f"{a:6.1%} {b:6.1%} {c:6.1f}  " for a, b, c in shown)
            print(f"{share.mean():5.0%} {days:4} | {figures}")


def _shares(level: float) -> NDArray[np.float64]:
    """For respondents of the demonstration's model, the share of the rated questions that each is satisfied with."""
    definition = questionnaire("counter-2640@1").definition
    rng, size = np.random.default_rng(int(level * 10)), 20_000
    sets = draw(rng, definition, Respondents(np.full(size, level), np.full(size, 15.0)))
    matrix = definitions.code_matrix([encode(definition, given).codes for given in sets], len(definition.closed))
    rated = matrix[:, definitions.layout("counter-2640@1").rated]
    answered, satisfied = worth(rated, "M1", definition.satisfied_from)
    known = answered.sum(axis=1) > 0
    shares: NDArray[np.float64] = satisfied[known].sum(axis=1) / answered[known].sum(axis=1)
    return shares


def _index(
    rng: np.random.Generator, share: NDArray[np.float64], answers: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The mean share so far and what it is worth at each look; nothing before the fifth answer."""
    most = int(answers.max())
    given = share[rng.integers(0, len(share), (len(answers), most))]
    last = np.maximum(answers - 1, 0)
    total, squares = (np.take_along_axis(np.cumsum(part, axis=1), last, axis=1) for part in (given, given**2))
    rate = total / (last + 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = (squares / answers - rate**2) / (answers - 1)
        size = rate * (1 - rate) / variance * student_share(answers - 1.0, LEVEL)
    enough = (answers >= 5) & (variance > 1e-12)
    return np.where(enough, rate, np.nan), np.where(enough, size, 0.0)


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
