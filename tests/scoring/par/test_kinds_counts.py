import datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.par.inputs import InputError, InputProblem
from scoring.par.kinds import evaluate, next_inputs, questions
from scoring.par.parameters import Rule
from scoring.par.rules import read_rule

MAXIMUM = Decimal(25)
DEADLINE = read_rule(
    {"kind": "deadline_tiers", "tiers": [{"lte": 30, "points": 3}, {"lte": 60, "points": 1.5}], "otherwise": 0}
)
ITEM = read_rule({"kind": "count", "points_per_item": 0.05, "cap": 0.5})
STEP = read_rule({"kind": "step", "base_at": 20000, "base_points": 15, "step": 1000, "step_points": 0.5, "cap": 25})
DEDUCT = read_rule({"kind": "deduct", "per_violation": 0.4, "floor": 1})
LATE = {"kind": "late_penalty", "first_days": 2, "first_penalty": -1, "per_day_after": -1}
DUE = datetime.date(2025, 12, 15)


def points(rule: Rule, inputs: dict[str, object]) -> Fraction:
    found = evaluate(rule, inputs, MAXIMUM).exact
    assert found is not None
    return found


@given(st.integers(0, 60_000))
def test_counts_by_their_formulas(n: int) -> None:
    assert points(ITEM, {"n": n}) == min(Fraction(n, 20), Fraction(1, 2))
    assert points(STEP, {"n": n}) == min(15 + Fraction(max(n - 20_000, 0) // 1000, 2), 25)
    assert points(DEDUCT, {"n": n}) == max(25 - Fraction(2 * n, 5), 1)


@pytest.mark.parametrize("rule", [ITEM, STEP, DEDUCT], ids=lambda rule: rule.kind)
@given(n=st.integers(0, 50_000))
def test_the_next_step_brings_more_and_is_the_nearest(rule: Rule, n: int) -> None:
    after = next_inputs(rule, {"n": n}, MAXIMUM)
    if after is None:
        assert points(rule, {"n": n}) == rule.highest(MAXIMUM)
        return
    better = int(str(after["n"]))
    towards = 1 if better > n else -1
    assert points(rule, {"n": better}) > points(rule, {"n": n})
    assert points(rule, {"n": better - towards}) == points(rule, {"n": n})


def test_the_next_size_is_whole_when_the_step_is_not() -> None:
    rule = read_rule({"kind": "step", "base_at": 10, "base_points": 1, "step": 2.5, "step_points": 1, "cap": 5})
    assert next_inputs(rule, {"n": 10}, MAXIMUM) == {"n": 13}
    assert points(rule, {"n": 12}) == 1
    assert points(rule, {"n": 13}) == 2


@given(st.integers(-400, 400))
def test_deadlines_hold_on_their_last_day(days: int) -> None:
    assert points(DEADLINE, {"days": days}) == (3 if days <= 30 else Fraction(3, 2) if days <= 60 else 0)


def test_never_done_and_no_entry_are_not_the_same() -> None:
    assert points(DEADLINE, {"not_done": True}) == 0
    assert points(DEADLINE, {"not_done": False, "days": 3}) == 3
    with pytest.raises(InputError) as refused:
        evaluate(DEADLINE, {"days": None}, MAXIMUM)
    assert refused.value.problem is InputProblem.MISSING
    flat = read_rule({"kind": "deadline_tiers", "tiers": [{"lte": 9, "points": 0}], "otherwise": 0})
    assert next_inputs(flat, {"days": 10}, MAXIMUM) is None


@given(st.integers(-30, 120))
def test_each_day_late_costs_its_points(late: int) -> None:
    inputs = {"due_on": DUE, "submitted_on": DUE + datetime.timedelta(days=late)}
    wanted = 0 if late <= 0 else -1 if late <= 2 else -1 - (late - 2)
    rule = read_rule(LATE)
    assert points(rule, dict(inputs)) == wanted
    after = next_inputs(rule, inputs, MAXIMUM)
    assert (after is None) == (late <= 0)


def test_only_a_rule_that_knows_a_waiver_asks_for_it() -> None:
    assert [each.name for each in questions(read_rule(LATE))] == ["due_on", "submitted_on"]
    with pytest.raises(InputError, match="waived: unknown"):
        evaluate(read_rule(LATE), {"due_on": DUE, "submitted_on": DUE, "waived": True}, MAXIMUM)


def test_a_waiver_does_not_open_the_door_after_the_last_day() -> None:
    rule = read_rule(LATE | {"reject_after": "12-20", "waiver": "bằng văn bản"})
    inputs = {"due_on": DUE, "submitted_on": "2025-12-21", "waived": True}
    assert evaluate(rule, inputs, MAXIMUM).refused
    assert not evaluate(rule, inputs | {"submitted_on": "2025-12-20"}, MAXIMUM).refused


def test_what_is_not_counted_costs_nothing() -> None:
    assert read_rule(LATE).highest(MAXIMUM) == 0
    assert read_rule({"kind": "penalty", "points": -2}).highest(MAXIMUM) == 0
