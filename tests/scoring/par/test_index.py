"""Roll-up, conventions, deductions, caps, bands, ranks; the published figures are in test_par_published."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.par.index import Convention, Mark, NoIndex, Part, leaf_weights, mark, roll_up
from scoring.par.kinds import evaluate
from scoring.par.kinds_totals import Total
from scoring.par.rules import read_rule
from scoring.par.tree import Node, read_tree

FIELDS: list[dict[str, Any]] = [
    {"id": "1", "max": 12, "children": [{"id": "1.1", "max": 8}, {"id": "1.2", "max": 4}]},
    {
        "id": "2",
        "max": 8,
        "children": [
            {"id": "2.1", "max": 3},
            {"id": "2.2", "max": 5, "children": [{"id": "2.2.1", "max": 5, "method": "survey"}]},
        ],
    },
]
OUTSIDE: list[dict[str, Any]] = [
    {
        "id": "B",
        "max": 5,
        "role": "bonus",
        "cap": 5,
        "children": [{"id": "B1", "max": 3}, {"id": "B2", "max": 4, "cap": 2}],
    },
    {"id": "T", "max": -9, "role": "penalty", "cap": 3, "children": [{"id": "T1", "max": -1}, {"id": "T2", "max": -1}]},
]
TREE = read_tree(FIELDS)
CODES = ("1.1", "1.2", "2.1", "2.2.1")
FULL = {"1.1": "6", "1.2": "4", "2.1": "1.5", "2.2.1": "4"}


def marks(given: dict[str, str | None]) -> dict[str, Mark]:
    return {code: mark(None if points is None else Decimal(points)) for code, points in given.items()}


def test_the_index_is_points_of_the_maximum() -> None:
    found = roll_up(TREE, marks(FULL))
    assert found.index == found.percent == Fraction("77.5")
    assert found.parts[""] == Part(points=Fraction("15.5"), applicable=Fraction(20), maximum=Fraction(20))
    assert found.parts["1"].share == Fraction(10, 12)
    assert found.parts["2.2.1"].points == found.parts["2.2"].points == 4
    assert found.blocks["survey"].share == Fraction(4, 5)
    assert (found.reason, found.unscored, found.not_applicable) == (None, (), ())


def test_what_does_not_apply_leaves_the_denominator_by_either_convention() -> None:
    given = marks(FULL | {"1.1": None})
    pooled, scaled = (roll_up(TREE, given, convention=each) for each in Convention)
    assert pooled.index == Fraction(19, 2) / 12 * 100
    # the appraised 5.5 of 7 are scaled back to 15 before the 4 of 5 of the survey are added
    assert scaled.index == (Fraction(11, 14) * 15 + 4) / 20 * 100
    assert scaled.blocks["appraisal"].scaled == Fraction(11, 14) * 15
    assert pooled.not_applicable == ("1.1",)
    assert pooled.parts["1"].applicable == 4


def test_a_block_without_anything_that_applies_is_gone() -> None:
    given = marks(FULL | {"2.2.1": None})
    pooled, scaled = (roll_up(TREE, given, convention=each) for each in Convention)
    assert pooled.index == scaled.index == Fraction(23, 30) * 100
    assert scaled.blocks["survey"].share is scaled.blocks["survey"].scaled is None


def test_there_is_no_index_without_a_reason() -> None:
    nothing = roll_up(TREE, marks(dict.fromkeys(CODES)))
    assert (nothing.index, nothing.percent, nothing.reason) == (None, None, NoIndex.NOTHING_APPLIES)
    partly = roll_up(TREE, marks({"1.1": "6"}))
    assert (partly.index, partly.reason) == (None, NoIndex.UNSCORED)
    assert partly.unscored == ("1.2", "2.1", "2.2.1")
    assert partly.parts["1"].points == 6
    refused = roll_up(TREE, marks(FULL) | {"1.1": Mark(points=Fraction(1), refused=True)})
    assert (refused.index, refused.band, refused.reason) == (None, None, NoIndex.REFUSED)


def test_a_leaf_of_nothing_changes_nothing() -> None:
    tree = read_tree([*FIELDS, {"id": "3", "max": 0, "method": "statistics"}])
    assert roll_up(tree, marks(FULL | {"3": "0"})).index == Fraction("77.5")
    assert roll_up(tree, marks(FULL | {"3": None}), convention=Convention.BLOCKS).index == Fraction("77.5")


def test_deducted_points_leave_a_leaf_at_nothing() -> None:
    given = marks(FULL) | {
        "1.1": mark(Decimal(6), deducted=Decimal("0.5")),
        "2.1": mark(Decimal(1), deducted=Decimal(2)),
    }
    assert roll_up(TREE, given).parts[""].points == Fraction("13.5")
    with pytest.raises(ValueError, match="must not be negative"):
        mark(Decimal(1), deducted=Decimal(-1))


def test_bonus_and_penalty_stand_outside_up_to_their_caps() -> None:
    tree = read_tree(FIELDS + OUTSIDE)
    assert tree.maximum == 20
    base = marks(FULL)
    more = base | marks({"B1": "2", "B2": "4", "T1": "-1", "T2": "-0.5"})
    found = roll_up(tree, more)
    assert (found.bonus, found.deducted) == (4, Fraction("1.5"))
    assert found.index == Fraction("77.5") + 4 - Fraction("1.5")
    assert found.percent == Fraction("77.5")
    most = roll_up(tree, base | marks({"B1": "3", "B2": "4", "T1": "-9", "T2": "-9"}))
    assert (most.bonus, most.deducted) == (5, 3)
    none = roll_up(tree, base | marks({"B1": None}))
    assert (none.index, none.unscored) == (Fraction("77.5"), ("B2", "T1", "T2"))


def test_a_base_of_85_is_scaled_back_to_85_before_the_bonus() -> None:
    total = read_rule({"kind": "total", "base_cap": 85, "bonus_cap": 15, "round": 2, "classes": [["A", 90], ["B", 0]]})
    assert isinstance(total, Total)
    tree = read_tree([{"id": "1", "max": 60}, {"id": "2", "max": 25}, {"id": "B", "max": 20, "role": "bonus"}])
    all_of_it = roll_up(tree, marks({"1": "55", "2": "25", "B": "10"}), total=total)
    assert (all_of_it.index, all_of_it.band) == (90, "A")
    part = roll_up(tree, marks({"1": "55", "2": None, "B": "20"}), total=total)
    assert part.index == Fraction("92.92")  # 55/60 of 85, and 15 of the bonus


def test_the_class_is_that_of_the_index_unrounded_or_of_the_rounded_one_when_it_is_rounded() -> None:
    classes = [["A", 90], ["B", 0]]
    tree, given = read_tree([{"id": "1", "max": 100}]), marks({"1": "89.995"})
    for rounding, band in (({}, "B"), ({"round": 2}, "A")):
        total = read_rule({"kind": "total", "classes": classes, **rounding})
        assert isinstance(total, Total)
        assert roll_up(tree, given, total=total).band == band


def test_scores_of_rules_become_marks() -> None:
    rule = read_rule({"kind": "ratio", "floor": 0, "full_at": 1, "not_applicable": "không phát sinh"})
    assert mark(evaluate(rule, {"a": 1, "b": 3}, Decimal(2))).points == Fraction(2, 3)
    assert mark(evaluate(rule, {"not_applicable": True}, Decimal(2))).points is None
    late = read_rule(
        {"kind": "late_penalty", "first_days": 2, "first_penalty": -1, "per_day_after": -1, "reject_after": "12-20"}
    )
    assert mark(evaluate(late, {"due_on": "2025-12-15", "submitted_on": "2025-12-31"}, Decimal(-1))).refused


@pytest.mark.parametrize(
    ("code", "points"), [("1.1", "8.01"), ("1.1", "-0.01"), ("B1", "3.5"), ("T1", "0.5"), ("9", "1"), ("1", "1")]
)
def test_points_that_cannot_be_are_refused(code: str, points: str) -> None:
    with pytest.raises(ValueError, match=r"must lie between|no leaf"):
        roll_up(read_tree(FIELDS + OUTSIDE), marks(FULL | {code: points}))


values = st.lists(st.one_of(st.none(), st.integers(0, 12).map(lambda n: Fraction(n, 4))), min_size=4, max_size=4)


@given(values, st.sampled_from(Convention))
def test_the_weights_add_up_to_the_index(points: list[Fraction | None], convention: Convention) -> None:
    given = {code: Mark(points=value) for code, value in zip(CODES, points, strict=True)}
    found, weights = roll_up(TREE, given, convention=convention), leaf_weights(TREE, given, convention)
    assert weights.keys() == {code for code, each in given.items() if each.points is not None}
    if found.index is None:
        assert found.reason is NoIndex.NOTHING_APPLIES
    else:
        assert found.index == sum(weights[code] * given[code].counted for code in weights)
        assert 0 <= found.index <= 100


@given(values.filter(lambda points: None not in points), st.sampled_from(Convention))
def test_conventions_agree_when_everything_applies(points: list[Fraction], convention: Convention) -> None:
    given = {code: Mark(points=value) for code, value in zip(CODES, points, strict=True)}
    assert roll_up(TREE, given, convention=convention).index == sum(points) / 20 * 100


def test_a_tree_of_one_leaf() -> None:
    assert roll_up(Node(code="1", maximum=Decimal(4)), {"1": mark(Decimal(3))}).index == 75
