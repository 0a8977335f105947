from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.par.kinds import evaluate, next_inputs, questions
from scoring.par.kinds_shares import Tiers, in_tier
from scoring.par.numbers import rounded
from scoring.par.parameters import Rule, Tier
from scoring.par.rules import read_rule

MAXIMUM = Decimal(10)
TIERS = read_rule(
    {
        "kind": "tiers",
        "tiers": [{"gte": 0.9, "points": 10}, {"gte": 0.7, "points": 4}, {"gt": 0, "points": 1}],
        "otherwise": 0,
        "when_b_is_zero": "not_applicable",
        "may_exceed": True,
    }
)
PART = {"kind": "ratio", "floor": 0.6, "full_at": 0.85, "round": 2, "when_b_is_zero": "full"}
RATIO = read_rule({**PART, "may_exceed": True})
counts = st.integers(0, 2000)


def points(rule: Rule, a: object, b: object) -> Fraction:
    found = evaluate(rule, {"a": a, "b": b}, MAXIMUM).exact
    assert found is not None
    return found


@given(counts, st.integers(1, 1000))
def test_tiers_are_closed_below_and_open_above(a: int, b: int) -> None:
    wanted = 10 if 10 * a >= 9 * b else 4 if 10 * a >= 7 * b else 1 if a > 0 else 0
    assert points(TIERS, a, b) == wanted


@given(counts, st.integers(1, 1000))
def test_proportional_points_by_whole_numbers(a: int, b: int) -> None:
    share = Fraction(a, b)
    wanted = Fraction(10) if share >= Fraction(17, 20) else share / Fraction(17, 20) * 10
    assert points(RATIO, a, b) == (Fraction(rounded(wanted, 2)) if share >= Fraction(3, 5) else 0)


@pytest.mark.parametrize("rule", [TIERS, RATIO], ids=["tiers", "ratio"])
@given(data=st.data())
def test_a_larger_part_never_brings_less_and_the_next_step_is_the_least(rule: Rule, data: st.DataObject) -> None:
    b, a = data.draw(st.integers(1, 300)), data.draw(st.integers(0, 400))
    assert points(rule, a, b) <= points(rule, a + 1, b)
    after = next_inputs(rule, {"a": a, "b": b}, MAXIMUM)
    if after is None:
        assert points(rule, a, b) == 10
    else:
        better = Decimal(str(after["a"]))
        assert better == int(better)
        assert points(rule, better, b) > points(rule, a, b)
        if isinstance(rule, Tiers):
            assert points(rule, better - 1, b) == points(rule, a, b)


def test_a_bound_is_met_exactly_where_binary_numbers_would_miss_it() -> None:
    rule = read_rule({"kind": "tiers", "tiers": [{"gte": 3, "points": 1}], "otherwise": 0})
    assert 0.3 / 0.1 < 3  # what floats would compare
    assert points(rule, 0.3, 0.1) == 1
    half = read_rule({"kind": "ratio", "floor": 0, "full_at": 2, "round": 2})
    assert round(0.003 / 2 * 10, 2) == 0.01  # what floats would round
    assert points(half, 0.003, 1) == Fraction("0.02")


def test_no_next_step_when_nothing_could_be_counted_or_tiers_bring_no_more() -> None:
    assert next_inputs(TIERS, {"a": 0, "b": 0}, MAXIMUM) is None
    assert next_inputs(RATIO, {"a": 0, "b": 0}, MAXIMUM) is None
    flat = read_rule(
        {"kind": "count_steps", "steps": [{"gte": 5, "points": 1}, {"gte": 2, "points": 1}], "otherwise": 0}
    )
    assert next_inputs(flat, {"n": 3}, MAXIMUM) is None


def test_the_two_numbers_have_the_names_of_the_rule() -> None:
    asked = questions(read_rule({"kind": "ratio", "floor": 0.6, "full_at": 0.85, "input": "disbursed/allocated"}))
    assert [(question.name, question.label) for question in asked] == [("a", "disbursed"), ("b", "allocated")]


def test_a_tier_knows_its_bounds_and_which_are_open() -> None:
    low, high = Tier(Decimal("0.5"), Decimal(1), strict=True), Tier(Decimal("0.8"), Decimal(2), strict=True)
    values = in_tier(low, high, unit="share").values
    assert (values["lower_open"], values["upper_open"]) == (True, False)
    assert in_tier(None, None, unit="share").values["lower"] is None
