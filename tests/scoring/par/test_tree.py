from decimal import Decimal
from typing import Any

import pytest

from scoring.par.parameters import RuleError, RuleProblem
from scoring.par.tree import Node, Role, leaves, read_tree
from tests.scoring.par.references import reference

P = RuleProblem


def test_the_provincial_set_is_a_tree() -> None:
    data = reference("province")
    tree = read_tree(data["fields"])
    found = list(leaves(tree))
    assert tree.maximum == data["checks"]["sum_fields"]
    assert sum(leaf.maximum for leaf in found) == tree.maximum
    blocks = {
        name: sum((leaf.maximum for leaf in found if leaf.block == name), Decimal(0))
        for name in {leaf.block for leaf in found}
    }
    assert blocks == data["checks"]["by_method"]
    assert [len(tree.children), sum(len(field.children) for field in tree.children)] == [8, 37]
    assert all(leaf.rule is not None for leaf in found)


def test_any_depth_and_any_role() -> None:
    deep: dict[str, Any] = {"id": "1.1.1.1.1", "max": 2}
    for code in ("1.1.1.1", "1.1.1", "1.1", "1"):
        deep = {"id": code, "max": 2, "children": [deep]}
    bonus = {"id": "B", "max": 15, "role": "bonus", "cap": 15, "children": [{"id": "B1", "max": 20}]}
    penalty = {"id": "T", "max": -5, "role": "penalty", "children": [{"id": "T1", "max": -0.5, "cap": 1}]}
    tree = read_tree([deep, bonus, penalty])
    assert tree.maximum == 2
    assert [(leaf.code, leaf.role, leaf.cap) for leaf in leaves(tree)] == [
        ("1.1.1.1.1", Role.BASE, None),
        ("B1", Role.BONUS, None),
        ("T1", Role.PENALTY, 1),
    ]
    assert tree.children[1].cap == 15


def test_a_leaf_without_rule_or_method_is_appraised_by_hand() -> None:
    assert list(leaves(read_tree([{"id": "1", "max": 2}]))) == [Node(code="1", maximum=Decimal(2))]


LEAF = {"id": "1.1", "max": 1}


@pytest.mark.parametrize(
    ("fields", "problem", "where"),
    [
        ({}, P.NOT_A_LIST, "fields"),
        ([], P.EMPTY, "fields"),
        (["1"], P.NOT_A_RULE, "fields[0]"),
        ([{"id": "1"}], P.MISSING_PARAMETER, "fields[0].max"),
        ([{"id": 1, "max": 1}], P.NOT_A_TEXT, "fields[0].id"),
        ([{"id": "1", "max": 1, "weight": 2}], P.UNKNOWN_PARAMETER, "fields[0].weight"),
        ([{"id": "1", "max": "1,5"}], P.NOT_A_NUMBER, "1.max"),
        ([{"id": "1", "max": -1}], P.OUT_OF_RANGE, "1.max"),
        ([LEAF, LEAF], P.TWICE, "fields"),
        ([{"id": "1", "max": 2, "children": [LEAF]}], P.BAD_SUM, "1.max"),
        ([{"id": "1", "max": 1, "children": []}], P.EMPTY, "1"),
        ([{"id": "1", "max": 1, "children": [LEAF], "rule": {}}], P.UNKNOWN_PARAMETER, "1.rule"),
        ([{"id": "1", "max": 1, "children": [LEAF], "method": "survey"}], P.UNKNOWN_PARAMETER, "1.method"),
        ([{"id": "1", "max": 1, "role": "extra"}], P.NOT_AN_OPTION, "1.role"),
        ([{"id": "1", "max": 1, "cap": 1}], P.UNKNOWN_PARAMETER, "1.cap"),
        ([{"id": "1", "max": 1, "role": "bonus", "cap": -1}], P.OUT_OF_RANGE, "1.cap"),
        ([{"id": "1", "max": 1, "method": ""}], P.EMPTY, "1.method"),
        ([{"id": "1", "max": 1, "rule": {"kind": "magic"}}], P.UNKNOWN_KIND, "1.rule.kind"),
        (
            [{"id": "1", "max": 1, "rule": {"kind": "count", "points_per_item": 1, "cap": 2}}],
            P.ABOVE_MAXIMUM,
            "1.rule.count",
        ),
        (
            [{"id": "B", "max": 1, "role": "bonus", "children": [LEAF | {"role": "penalty"}]}],
            P.NOT_AN_OPTION,
            "1.1.role",
        ),
    ],
)
def test_what_is_wrong_with_a_tree_is_named(fields: object, problem: RuleProblem, where: str) -> None:
    with pytest.raises(RuleError) as refused:
        read_tree(fields)
    assert (refused.value.problem, refused.value.where) == (problem, where)


@pytest.mark.parametrize("cap", [0, 0.5])
def test_a_cap_may_be_small_and_even_nothing(cap: float) -> None:
    tree = read_tree([LEAF, {"id": "B", "max": 1, "role": "bonus", "cap": cap}])
    assert tree.children[-1].cap == Decimal(str(cap))
