import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.intervals import effective_n_finite, wilson
from scoring.planner import plan
from scoring.power import n_for_power
from scoring.sample_size import cochran, margin_of, round_up, slovin

populations = st.integers(1, 10**6)


def test_an_unknown_population_needs_the_most() -> None:
    found, unlimited = plan(None), n_for_power(0.9, 0.85, alpha=0.025)
    assert found.for_margin == 385
    assert found.for_difference == unlimited.exact_stable
    assert found.slovin == 400
    assert found.answers == found.invitations == max(385, unlimited.exact_stable)


def test_a_plan_of_a_unit_beside_slovin() -> None:
    found = plan(2000, margin=0.04, rate=0.9, deff=1.8, response_rate=0.6, level=0.9, power=0.9)
    margin = cochran(2000, 0.9, 0.04, level=0.9, deff=1.8, response_rate=0.6)
    apart = 1.8 * n_for_power(0.9, 0.85, alpha=0.05, power=0.9).exact_stable
    assert found.for_margin == margin.n_deff_then_fpc
    assert found.for_difference == math.ceil(apart / (1 + (apart - 1) / 2000))
    assert found.answers == max(found.for_margin, found.for_difference)
    assert found.invitations == math.ceil(apart / (1 + (apart - 1) / 2000) / 0.6)
    assert found.slovin == round_up(slovin(2000, 0.04)) == 477  # 476.19
    assert found.slovin_margin == margin_of(477, 0.9, 2000, level=0.9, deff=1.8)


def test_a_census_knows() -> None:
    found = plan(1)
    assert (found.answers, found.slovin, found.slovin_margin, found.slovin_power) == (1, 1, 0, 1)


def test_slovin_is_worth_less_in_clusters() -> None:
    simple, clustered = plan(5000), plan(5000, deff=3)
    assert simple.slovin == clustered.slovin == 371
    assert clustered.slovin_margin == pytest.approx(simple.slovin_margin * math.sqrt(3))
    assert clustered.slovin_power < simple.slovin_power
    # 1.959964 · sqrt(0.25 / 371 · 4629 / 4999)
    assert simple.slovin_margin == pytest.approx(0.04896, abs=1e-5)


def test_a_design_effect_beyond_the_answers_leaves_hardly_any_power() -> None:
    assert plan(30, deff=1000).slovin_power < 0.05


@given(populations, populations, st.floats(1, 4), st.floats(1, 4))
def test_more_dossiers_and_a_worse_design_never_need_fewer(
    population: int, other: int, deff: float, worse: float
) -> None:
    smaller, larger = sorted((population, other))
    low, high = sorted((deff, worse))
    for field in ("for_margin", "for_difference", "answers"):
        few, many = getattr(plan(smaller, deff=low), field), getattr(plan(larger, deff=low), field)
        assert 1 <= few <= smaller
        assert few <= many <= getattr(plan(larger, deff=high), field)


def test_the_power_of_the_plan_is_that_of_the_verdict() -> None:
    population, found = 3000, plan(3000)
    rng = np.random.default_rng(4)
    satisfied = rng.hypergeometric(2550, 450, found.for_difference, 20_000)  # 85 % of the dossiers
    worth = effective_n_finite(found.for_difference, found.for_difference, population)
    _, upper = wilson(satisfied / found.for_difference, worth)
    assert np.mean(upper < 0.9) >= 0.79  # not reached


@pytest.mark.parametrize(
    "options",
    [
        {"target": 0.85}, {"margin": 0}, {"level": 1}, {"power": 0.01}, {"deff": 0},
        {"response_rate": 0}, {"response_rate": 1.1},
    ],
)  # fmt: skip
def test_nonsense_is_refused(options: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must"):
        plan(1000, **options)
