from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from scoring.par.index import Convention, Mark, mark, roll_up
from scoring.par.inputs import InputError
from scoring.par.kinds import evaluate
from scoring.par.kinds_totals import Total
from scoring.par.parameters import Rule
from scoring.par.rules import read_rule
from scoring.par.tree import Node, leaves, read_tree
from scoring.par.what_if import Aim, moves
from tests.scoring.par.references import reference

FIELDS: list[dict[str, Any]] = [
    {
        "id": "1",
        "max": 40,
        "rule": {"kind": "tiers", "tiers": [{"gte": 1.0, "points": 40}, {"gte": 0.5, "points": 36}], "otherwise": 30},
    },
    {"id": "2", "max": 30, "rule": {"kind": "count", "points_per_item": 3, "cap": 30}},
    {"id": "3", "max": 20, "rule": {"kind": "binary", "not_applicable": "không phát sinh"}},
    {"id": "4", "max": 10, "method": "survey"},
    {"id": "T", "max": -1, "role": "penalty", "rule": {"kind": "penalty", "points": -1}},
]
TREE = read_tree(FIELDS)
INPUTS: dict[str, dict[str, object]] = {
    "1": {"a": 3, "b": 10},
    "2": {"n": 8},
    "3": {"answer": True},
    "T": {"answer": True},
}
BY_HAND = {"4": mark(Decimal(8))}
TOTAL = read_rule({"kind": "total", "classes": [["A", 90], ["B", 83], ["C", 0]]})
assert isinstance(TOTAL, Total)


def test_each_step_says_what_the_unit_would_have() -> None:
    found = moves(TREE, INPUTS, marks=BY_HAND, rivals={"x": Fraction(83), "y": Fraction(86)}, total=TOTAL)
    assert [(move.code, move.gain, move.index) for move in found] == [("1", 6, 87), ("2", 3, 84), ("T", 1, 82)]
    first, second, third = found
    assert first.inputs == {"a": 5, "b": 10}
    assert (first.band, first.bands, first.rank, first.places) == ("B", 1, 1, 2)
    assert (second.band, second.bands, second.rank, second.places, second.points) == ("B", 1, 2, 1, 3)
    assert (third.band, third.bands, third.rank, third.places, third.points) == ("C", 0, 3, 0, 1)


def test_the_aim_orders_the_steps() -> None:
    tree = read_tree(
        [
            {"id": "1", "max": 50, "rule": {"kind": "binary"}},
            {"id": "2", "max": 50, "rule": {"kind": "count", "points_per_item": 1, "cap": 50}},
        ]
    )
    inputs: dict[str, dict[str, object]] = {"1": {"answer": False}, "2": {"n": 49}}
    for aim in Aim:
        assert [move.code for move in moves(tree, inputs, aim=aim, rivals={"x": Fraction(99)}, total=TOTAL)] == [
            "1",
            "2",
        ]


def test_a_gain_of_the_index_may_bring_neither_class_nor_place() -> None:
    deep = read_tree(FIELDS[:4])
    inputs = {code: INPUTS[code] for code in "123"}
    bonus = Total(kind="total", classes=TOTAL.classes, clamp=(Decimal(0), Decimal(100)))
    by_rank = moves(deep, inputs, marks=BY_HAND, rivals={"x": Fraction("99")}, total=bonus, aim=Aim.RANK)
    assert [(move.code, move.places) for move in by_rank] == [("1", 0), ("2", 0)]


def test_what_does_not_apply_has_no_step_and_lifts_the_others() -> None:
    inputs = {**INPUTS, "3": {"not_applicable": True}, "T": {"answer": False}}
    found = moves(TREE, inputs, marks=BY_HAND)
    assert [move.code for move in found] == ["1", "2"]
    assert found[0].gain == Fraction(6 * 100, 80)


def test_deducted_points_stay_off() -> None:
    found = moves(TREE, INPUTS, marks=BY_HAND, deducted={"2": Decimal(25)})
    assert [(move.code, move.points) for move in found] == [("1", 6), ("2", 2), ("T", 1)]  # 24 and 27, less 25


def test_a_unit_without_an_index_has_no_moves() -> None:
    assert moves(TREE, INPUTS) == ()
    assert moves(TREE, {**INPUTS, "3": {"answer": True}}, marks={"4": Mark(points=Fraction(1), refused=True)}) == ()


@pytest.mark.parametrize(("code", "marks"), [("9", BY_HAND), ("4", {}), ("1", {**BY_HAND, "1": mark(Decimal(1))})])
def test_entries_without_a_rule_are_refused(code: str, marks: dict[str, Mark]) -> None:
    with pytest.raises(ValueError, match=f"no leaf '{code}'"):
        moves(TREE, {**INPUTS, code: {"a": 1, "b": 1}}, marks=marks)


def test_entries_that_cannot_be_scored_are_refused() -> None:
    with pytest.raises(InputError, match="b: zero_denominator"):
        moves(TREE, {**INPUTS, "1": {"a": 0, "b": 0}}, marks=BY_HAND)


def test_the_provincial_set_has_a_next_step_for_every_leaf_that_is_not_full() -> None:
    """A province at the bottom of every rule: each leaf can rise, and each gain is that of the new roll-up."""
    tree = read_tree(reference("province")["fields"])
    worst: dict[str, dict[str, object]] = {
        "binary": {"answer": False},
        "ratio": {"a": 0, "b": 40},
        "tiers": {"a": 0, "b": 40},
        "count": {"n": 0},
        "deduct": {"n": 9},
        "survey": {"percent": 0},
        "external_pct": {"percent": 0},
        "interpolate": {"value": 90, "base": 100, "low_percent": 0, "high_percent": 10},
    }
    inputs: dict[str, dict[str, object]] = {}
    for leaf in leaves(tree):
        assert leaf.rule is not None
        items = len(leaf.rule.questions()[0].options)
        inputs[leaf.code] = {"met": [False] * items} if leaf.rule.kind == "checklist" else worst[leaf.rule.kind]
    found = moves(tree, inputs)
    assert {move.code for move in found} == inputs.keys()
    assert all(move.gain > 0 for move in found)
    gains = [move.gain for move in found]
    assert gains == sorted(gains, reverse=True)
    rules = {leaf.code: leaf for leaf in leaves(tree)}
    best = found[0]
    changed = {**inputs, best.code: dict(best.inputs)}
    marks = {}
    for code, leaf in rules.items():
        assert leaf.rule is not None
        marks[code] = mark(evaluate(leaf.rule, changed[code], leaf.maximum))
    assert roll_up(tree, marks).index == best.index


@pytest.mark.parametrize("convention", Convention)
@pytest.mark.parametrize("total", [Total(kind="total"), Total(kind="total", base_cap=Decimal(85), places=2)])
def test_a_move_is_from_the_index_of_today_to_that_of_the_new_roll_up(convention: Convention, total: Total) -> None:
    """With a leaf that does not apply, so that the conventions differ, and with points besides the base."""
    fields = [*FIELDS[:3], {"id": "4", "max": 10, "method": "survey"}, {"id": "5", "max": 20, "method": "survey"}]
    tree = read_tree([*fields, FIELDS[4]])
    marks = {"4": mark(None), "5": mark(Decimal(12))}
    given = {**marks, **{code: mark(evaluate(_rule(tree, code), INPUTS[code], _most(tree, code))) for code in INPUTS}}
    now = roll_up(tree, given, convention=convention, total=total)
    assert now.index is not None
    found = moves(tree, INPUTS, marks=marks, convention=convention, total=total)
    assert len(found) == 3
    for move in found:
        changed = {**given, move.code: mark(evaluate(_rule(tree, move.code), move.inputs, _most(tree, move.code)))}
        assert roll_up(tree, changed, convention=convention, total=total).index == move.index == now.index + move.gain


def test_a_rival_at_the_same_index_is_not_ahead() -> None:
    found = moves(TREE, INPUTS, marks=BY_HAND, rivals={"x": Fraction(87), "y": Fraction(81)}, total=TOTAL)
    assert [(move.index, move.rank, move.places) for move in found] == [(87, 1, 1), (84, 2, 0), (82, 2, 0)]


def _rule(tree: Node, code: str) -> Rule:
    rule = next(leaf.rule for leaf in leaves(tree) if leaf.code == code)
    assert rule is not None
    return rule


def _most(tree: Node, code: str) -> Decimal:
    return next(leaf.maximum for leaf in leaves(tree) if leaf.code == code)
