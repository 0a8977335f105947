"""What must hold between nodes: every fault is found, with its place and in both languages."""

from typing import Any

import pytest

from questionnaires.loader import DefinitionError, Problem, parse
from questionnaires.par_checks import may_not_apply, spoken
from questionnaires.par_nodes import Node
from questionnaires.par_sets import CriteriaSet
from questionnaires.par_yaml import on_a_line
from tests.questionnaires.par_samples import criteria, leaf, node


def faults(**changed: Any) -> tuple[Problem, ...]:
    data = {**criteria(), "claims": None, **changed}
    with pytest.raises(DefinitionError) as error:
        parse(on_a_line(data), CriteriaSet, name="x.yaml")
    return error.value.problems


CASES = [
    (leaf("2", 1), "id", "số hiệu bị trùng: 2", "duplicate number: 2"),
    (leaf("3", -1), "max", "3: chỉ điểm trừ ghi số âm", "3: below 0 for penalties"),
    (leaf("3", 1, role="penalty", cap=1), "max", "3: chỉ điểm trừ ghi số âm", "3: below 0 for penalties"),
    (leaf("3", 1, cap=1), "cap", "3: chỉ điểm thưởng, điểm trừ mới có cap", "3: cap goes with bonus and penalty"),
    (leaf("3", 1, role="bonus"), "", "3: nhóm điểm thưởng, điểm trừ phải có cap", "a bonus or penalty group needs"),
    (node("3", 1), "", "3: thiếu method", "3: no method"),
    (
        node("3", 1, leaf("3.1", 1), method="appraisal"),
        "method",
        "3: mục có mục con thì không có method",
        "has no meth",
    ),
    (node("3", 1, leaf("3.1", 1), rule={"kind": "x"}), "rule", "thì không có rule", "with children has no rule"),
    (node("3", 1, leaf("3.1", 1), evidence=["x"]), "evidence", "không có evidence", "with children has no evidence"),
    (node("3", 2, leaf("3.1", "1.5")), "max", "3: các mục con cộng lại 1,5 điểm, điểm tối đa ghi 2", "add to 1.5"),
    (
        leaf("3", 1, inputs=[{"key": "a", "label": "x"}, {"key": "a", "label": "y"}]),
        "inputs",
        "3: trùng số liệu",
        "3: an input comes twice",
    ),
    (
        leaf("3", 1, rule={"kind": "ratio", "when_b_is_zero": "not_applicable"}),
        "rule",
        "3: luật cho phép không áp dụng",
        "3: by its rule it may not apply",
    ),
]


@pytest.mark.parametrize(("added", "name", "vi", "en"), CASES, ids=[f"{i}-{case[1]}" for i, case in enumerate(CASES)])
def test_a_fault_is_named_where_it_stands(added: dict[str, Any], name: str, vi: str, en: str) -> None:
    (fault,) = faults(fields=[*criteria()["fields"], added])
    assert fault.path == ".".join(("fields", "4", *([name] if name else [])))
    assert vi in fault.vi
    assert en in fault.en


def test_a_role_within_a_group_is_that_of_the_group() -> None:
    group = node("T", 2, leaf("T.1", 2, role="base"), role="bonus", cap=2)
    (fault,) = faults(fields=[leaf("1", 1), group])
    assert (fault.path, fault.en) == (
        "fields.1.children.0.role",
        "T.1: no other role within a bonus or penalty group",
    )
    same = node("T", 2, leaf("T.1", 2, role="bonus"), role="bonus", cap=2)
    assert CriteriaSet.model_validate({**criteria(), "claims": None, "fields": [leaf("1", 1), same]}).total == 1


def test_sums_are_checked_at_every_node_and_all_faults_are_told() -> None:
    low = node("1.1", 2, leaf("1.1.1", 1), leaf("1.1.2", 2))
    found = faults(fields=[node("1", 9, low, leaf("1.2", "0.5")), node("2", 1, leaf("2.1", 2))])
    assert [(fault.path, fault.en) for fault in found] == [
        ("fields.0.max", "1: children add to 2.5, the maximum is 9"),
        ("fields.0.children.0.max", "1.1: children add to 3, the maximum is 2"),
        ("fields.1.max", "2: children add to 2, the maximum is 1"),
    ]


def test_bonus_points_do_not_count_in_a_sum() -> None:
    with_bonus = node("1", 1, leaf("1.1", 1), leaf("1.2", 5, role="bonus", cap=5))
    assert CriteriaSet.model_validate({**criteria(), "claims": None, "fields": [with_bonus]}).total == 1


def test_a_leaf_may_be_worth_nothing() -> None:
    fields = [leaf("1", 1), leaf("2", 0)]
    assert CriteriaSet.model_validate({**criteria(), "claims": None, "fields": fields}).total == 1


def test_an_incomplete_set_needs_no_methods() -> None:
    data = {**criteria(), "claims": None, "complete": False, "fields": [node("1", 1)]}
    assert CriteriaSet.model_validate(data).by_method == {}


def test_a_verified_set_has_verified_nodes() -> None:
    found = faults(verified=True, fields=[leaf("1", 1, verified=True), leaf("2", 1)])
    assert [(fault.path, fault.en) for fault in found] == [("fields.1.verified", "the set is verified, 2 is not")]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (None, False),
        ({"kind": "ratio", "when_b_is_zero": "full"}, False),
        ({"kind": "binary", "not_applicable": "không phát sinh"}, True),
        ({"kind": "choice_na"}, True),
        ({"kind": "ratio", "when_b_is_zero": "not_applicable"}, True),
    ],
)
def test_rules_that_know_a_case_in_which_they_do_not_apply(rule: dict[str, Any] | None, expected: bool) -> None:
    assert may_not_apply(Node.model_validate(leaf("1", 1, rule=rule))) is expected


def test_numbers_are_spoken_with_a_comma() -> None:
    one_and_a_half = Node.model_validate(leaf("1", "1.50")).max
    assert spoken(one_and_a_half) == "1,5"
