"""Satisfaction rates where hardly anybody answered, and plans that cannot be."""

import math
from dataclasses import replace

import numpy as np
import pytest

from scoring.intervals import student_share, wilson
from scoring.results import Estimate, Reason
from scoring.satisfaction import Factor, Plan, score
from scoring.tally import Layout, count, stack
from tests.scoring.samples import LAYOUT, RATED, Codes, plan, random_codes, tally_of


def answered(n: int, **levels: int) -> Codes:
    """n people who all give these answers and leave the rest blank."""
    row = np.zeros(LAYOUT.closed, np.uint8)
    for code, level in levels.items():
        row[LAYOUT.rated[RATED.index(code)]] = level
    return np.tile(row, (n, 1))


@pytest.mark.parametrize("rule", ["F1", "F2"])
def test_a_factor_of_a_single_answer_weighs_in_the_doubt_of_the_index(rule: str) -> None:
    codes = np.concatenate([answered(19, A1=5), answered(1, A1=5, B1=4)])
    [found] = score(tally_of(codes), plan(rule), ["x"])
    assert (found.index.value, found.index.n) == (1.0, 20)
    assert found.index.effective_n == pytest.approx(1 / (19 * (1 / 40) ** 2 + (1 / 40 + 1 / 2) ** 2))


def minutes(*values: int) -> Estimate:
    layout = Layout(closed=1, rated=(0,), numbers=1)
    of_all = Plan(rated=("A",), factors=(Factor("A", (0,), None),), overall=0, numbers=("WAIT",))
    tally = count(layout, np.full((6, 1), 4, np.uint8), numbers=[list(values)])
    return score(stack(layout, [tally]), of_all, ["x"])[0].numbers[0].estimate


def test_a_mean_of_numbers_says_how_its_interval_was_made() -> None:
    found = minutes(10, 20, 30)
    assert found.interval is not None
    assert (found.interval.method, found.df, found.effective_n) == ("t", 2.0, 3.0)


def test_two_numbers_that_differ_have_an_interval() -> None:
    found = minutes(10, 14)
    assert found.interval is not None
    half = 12.706205 * 2  # the 97.5 % point of Student's t with one degree of freedom, times sqrt(8) / sqrt(2)
    assert (found.interval.lower, found.interval.upper) == pytest.approx((12 - half, 12 + half), abs=1e-5)


# --- refusals


@pytest.mark.parametrize("rules", [("F4", "X1"), ("F1", "X5"), ("", "X1"), ("F1", "X1", "M4")])
def test_an_unknown_method_is_refused(rules: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="unknown method"):
        plan(*rules)


@pytest.mark.parametrize("weights", [(), (1.0,), (1.0, 0.0), (1.0, -1.0), (1.0, math.nan)])
def test_factors_by_weight_need_a_positive_weight_each(weights: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="X3 needs a positive weight for every factor"):
        replace(plan("F1", "X3"), weights=weights)


def test_a_rule_without_questions_is_refused() -> None:
    bare = (Factor("A", (), 0),)
    with pytest.raises(ValueError, match="no questions for the rule F1"):
        Plan(rated=("A", "ALL"), factors=bare, overall=1)
    with pytest.raises(ValueError, match="no questions for the rule F3"):
        Plan(rated=("A", "ALL"), factors=(Factor("A", (0,), None),), overall=1, factor_rule="F3")
    with pytest.raises(ValueError, match="X2 needs criteria"):
        Plan(rated=("A", "ALL"), factors=bare, overall=1, factor_rule="F3", index_rule="X2")
    assert Plan(rated=("A", "ALL"), factors=bare, overall=1, factor_rule="F3", index_rule="X4").factors == bare


def test_what_does_not_fit_together_is_refused() -> None:
    tally = tally_of(random_codes(1, 5))
    with pytest.raises(ValueError, match="fit together"):
        score(tally, plan(), ["one", "two"])
    with pytest.raises(ValueError, match="fit together"):
        score(tally, Plan(rated=("A",), factors=(Factor("A", (0,), None),), overall=0), ["one"])
    with pytest.raises(ValueError, match="one population"):
        score(tally, plan(), ["one"], populations=[1, 2])


def test_a_factor_of_one_question_is_that_question() -> None:
    [found] = score(tally_of(random_codes(2, 60)), plan("F3"), ["x"])
    for factor, code in zip(found.factors, ("A0", "B0"), strict=True):
        assert factor.estimate == found.items[RATED.index(code)].estimate


def test_two_respondents_are_the_fewest_for_the_interval_of_an_index() -> None:
    two = np.concatenate([answered(1, A1=5, B1=4), answered(1, A1=2, B1=4)])
    [pair, lone] = score(tally_of(two, two[:1]), plan(), ["two", "one"])
    assert (pair.index.value, pair.index.n, pair.index.df) == (0.75, 2, 1.0)
    assert pair.index.variance == pytest.approx(2 * (1 / 8) ** 2 * 2)  # z is 1/8 and -1/8
    assert pair.index.interval is not None
    assert lone.index.interval is None


@pytest.mark.parametrize("level", [0.8, 0.99])
def test_the_student_quantile_of_an_index_is_that_of_its_level(level: float) -> None:
    [found] = score(tally_of(random_codes(3, 12)), plan(), ["x"], level=level)
    assert found.index.value is not None
    assert found.index.df is not None
    wanted = wilson(found.index.value, (found.index.effective_n or 0) * student_share(found.index.df, level), level)
    assert found.index.interval is not None
    assert (found.index.interval.lower, found.index.interval.upper) == tuple(float(limit) for limit in wanted)


def test_a_mean_level_keeps_its_floor_where_few_or_nobody_answered() -> None:
    [lone] = score(tally_of(answered(1, A1=3)), plan(measure="M2"), ["x"])
    assert (lone.index.reason, lone.index.floor) == (Reason.TOO_FEW_FOR_INTERVAL, 0.2)
    [found] = score(tally_of(answered(3)), plan(measure="M2"), ["x"])
    assert found.index == Estimate(value=None, n=0, reason=Reason.NO_ANSWERS, floor=0.2)
