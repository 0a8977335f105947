from decimal import Decimal
from typing import Any

import pytest

from scoring.par.kinds import Conditional
from scoring.par.kinds_shares import Tiers
from scoring.par.parameters import RuleError, RuleProblem, Tier
from scoring.par.rules import read_rule

P = RuleProblem
TIERS = {"kind": "tiers", "tiers": [{"gte": 0.3, "points": 1}, {"gte": 0.1, "points": 0.5}], "otherwise": 0}


def test_a_rule_is_read_exactly() -> None:
    rule = read_rule(TIERS | {"text_vi": "Từ 30 %: 1", "not_applicable": "không phát sinh", "verified": True})
    assert isinstance(rule, Tiers)
    assert rule.tiers == (Tier(Decimal("0.3"), Decimal(1)), Tier(Decimal("0.1"), Decimal("0.5")))
    assert (rule.text_vi, rule.not_applicable, rule.input) == ("Từ 30 %: 1", "không phát sinh", "a/b")


def test_branches_are_rules() -> None:
    rule = read_rule(
        {"kind": "conditional", "branch_on": "has_plan", "branches": {"yes": TIERS, "no": {"kind": "binary"}}}
    )
    assert isinstance(rule, Conditional)
    assert [branch.kind for branch in rule.branches.values()] == ["tiers", "binary"]


def conditional(branches: object) -> dict[str, Any]:
    return {"kind": "conditional", "branch_on": "has_plan", "branches": branches}


@pytest.mark.parametrize(
    ("data", "problem", "where"),
    [
        (None, P.NOT_A_RULE, "rule"),
        ({}, P.MISSING_PARAMETER, "kind"),
        ({"kind": "magic"}, P.UNKNOWN_KIND, "kind"),
        ({"kind": ["binary"]}, P.UNKNOWN_KIND, "kind"),
        ({"kind": "binary", "points": 1}, P.UNKNOWN_PARAMETER, "points"),
        ({"kind": "ratio", "floor": 0.8}, P.MISSING_PARAMETER, "full_at"),
        ({"kind": "ratio", "floor": 0.9, "full_at": 0.8}, P.OUT_OF_ORDER, "floor"),
        ({"kind": "ratio", "floor": 0.5, "full_at": 0.8, "input": "n"}, P.OUT_OF_RANGE, "input"),
        ({"kind": "ratio", "floor": 0.5, "full_at": 0.8, "round": -1}, P.OUT_OF_RANGE, "round"),
        ({"kind": "binary", "text_vi": ""}, P.EMPTY, "text_vi"),
        ({"kind": "interpolate", "low": 0.2, "high": 0.1}, P.OUT_OF_ORDER, "high"),
        ({"kind": "deduct", "start": 1, "per_violation": 1, "floor": 2}, P.OUT_OF_ORDER, "floor"),
        ({"kind": "total", "base_cap": 120}, P.OUT_OF_ORDER, "clamp"),
        (
            {"kind": "step", "base_at": 1, "base_points": 3, "step": 1, "step_points": 1, "cap": 2},
            P.OUT_OF_ORDER,
            "cap",
        ),
        (conditional([]), P.NOT_A_RULE, "branches"),
        (conditional({}), P.EMPTY, "branches"),
        (conditional({"yes": None}), P.NOT_A_RULE, "branches.yes"),
        (conditional({"yes": {}}), P.MISSING_PARAMETER, "branches.yes.kind"),
        (conditional({"yes": {"kind": "ratio", "floor": 1}}), P.MISSING_PARAMETER, "branches.yes.full_at"),
        (conditional({"yes": {"kind": "ratio", "floor": 2, "full_at": 1}}), P.OUT_OF_ORDER, "branches.yes.floor"),
        (conditional({"yes": TIERS | {"otherwise": "x"}}), P.NOT_A_NUMBER, "branches.yes.otherwise"),
        (
            conditional({"yes": {"kind": "choice_na", "options": ["a", "b", "c"]}}),
            P.UNKNOWN_PARAMETER,
            "branches.yes.not_applicable",
        ),
    ],
)
def test_what_is_wrong_with_a_rule_is_named(data: object, problem: RuleProblem, where: str) -> None:
    with pytest.raises(RuleError) as refused:
        read_rule(data)
    assert (refused.value.problem, refused.value.where) == (problem, where)


@pytest.mark.parametrize(
    "rule",
    [
        TIERS,
        {"kind": "count", "points_per_item": 0.1, "cap": 0.6},
        {"kind": "choice", "options": [["a", 0], ["b", 0.6]]},
        {"kind": "checklist", "items": [{"text_vi": "a", "points": 0.3}, {"text_vi": "b", "points": 0.3}]},
        {"kind": "deadline_tiers", "tiers": [{"lte": 1, "points": 0.6}], "otherwise": 0},
        {"kind": "deduct", "start": 0.6, "per_violation": 0.1, "floor": 0},
        conditional({"yes": {"kind": "binary"}, "no": TIERS}),
        {"kind": "count_steps", "steps": [{"gte": 1, "points": 0}], "otherwise": 0.6},
    ],
)
def test_more_points_than_the_criterion_has_are_refused(rule: dict[str, Any]) -> None:
    with pytest.raises(RuleError) as refused:
        read_rule(rule, maximum=Decimal("0.5"))
    assert refused.value.problem is P.ABOVE_MAXIMUM
    assert read_rule(rule, maximum=Decimal(1)) == read_rule(rule)
