"""Populations of known truth for the simulations of coverage: units with their rates, respondents with their answers.

The answers of one respondent hang together as in the demonstration, where every criterion of a unit has the same
true rate, so that the true index of the unit is this rate.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from scoring.intervals import wilson
from scoring.results import Estimate, Interval
from scoring.satisfaction import Factor, Plan, score
from scoring.tally import Layout, Tally, count, stack
from survey_app.demo.answers import CUTS, FACTOR, ITEM, MISSING, PERSON

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MEAN = 0.88
PULL = (1.6, 1.0, 0.5, 0.2, 0.0)  # of each factor on the answer about the whole service


@dataclass(frozen=True, slots=True)
class Form:
    """A form by the number of criteria of each factor; the question on the whole service comes last."""

    name: str
    criteria: tuple[int, ...]

    @property
    def layout(self) -> Layout:
        items = sum(self.criteria) + 1
        return Layout(closed=items, rated=tuple(range(items)))

    @property
    def factor_of(self) -> Ints:
        return np.repeat(np.arange(len(self.criteria)), self.criteria)

    @property
    def plan(self) -> Plan:
        factors = tuple(
            Factor(str(f), tuple(np.flatnonzero(self.factor_of == f).tolist()), None) for f in range(len(self.criteria))
        )
        items = sum(self.criteria) + 1
        return Plan(rated=tuple(str(item) for item in range(items)), factors=factors, overall=items - 1)


SHORT = Form("5 questions", (1, 1, 1, 1, 1))  # as qr-short
COUNTER = Form("22 criteria", (4, 5, 6, 3, 4))  # as counter-2640


def rates(rng: np.random.Generator, units: int, spread: float) -> Floats:
    """True rates of units around `MEAN` with this standard deviation."""
    size = MEAN * (1 - MEAN) / spread**2 - 1
    return rng.beta(MEAN * size, (1 - MEAN) * size, units)


def answers(rng: np.random.Generator, form: Form, rate: Floats) -> NDArray[np.uint8]:
    """The codes of one respondent per rate, some blank."""
    common = ndtri(rate) + rng.normal(0, PERSON, len(rate))
    factor = rng.normal(0, FACTOR, (len(rate), len(form.criteria)))
    latent = np.column_stack([common[:, None] + factor[:, form.factor_of], common + factor @ PULL])
    codes = np.searchsorted(CUTS, latent + rng.normal(0, ITEM, latent.shape)) + 1
    return np.where(rng.random(codes.shape) < MISSING, 0, codes).astype(np.uint8)


def tallies(rng: np.random.Generator, form: Form, rate: Floats, sizes: Ints) -> Tally:
    """One group of so many respondents per rate."""
    codes = np.split(answers(rng, form, np.repeat(rate, sizes)), np.cumsum(sizes)[:-1])
    return stack(form.layout, [count(form.layout, one) for one in codes])


def indices(rng: np.random.Generator, form: Form, rate: Floats, sizes: Ints) -> list[Estimate]:
    """The estimated index of one group of respondents per rate."""
    keys = [str(at) for at in range(len(rate))]
    return [group.index for group in score(tallies(rng, form, rate, sizes), form.plan, keys)]


def questions(rng: np.random.Generator, rate: Floats, sizes: Ints) -> list[Estimate]:
    """The estimated rate of one question, of one group of respondents per rate."""
    found = rng.binomial(sizes, rate) / sizes
    columns: Sequence[list[float]] = [part.tolist() for part in (found, *wilson(found, sizes))]
    return [
        Estimate(
            value=value,
            n=n,
            effective_n=float(n),
            interval=Interval(lower=lower, upper=upper, level=0.95, method="wilson"),
        )
        for n, value, lower, upper in zip(sizes.tolist(), *columns, strict=True)
    ]
