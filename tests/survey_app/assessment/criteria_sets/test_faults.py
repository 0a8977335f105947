"""What keeps a set from being used, in words, at its node."""

from typing import Any

import pytest

from questionnaires.loader import published
from questionnaires.par_drafts import CriteriaDraft, Fault, drafted
from questionnaires.par_nodes import Node
from questionnaires.par_yaml import to_yaml
from scoring.par.parameters import RuleError, RuleProblem
from survey_app.assessment.criteria_sets.faults import PROBLEMS, faults, rule_of, stored, told
from tests.survey_app.assessment.conftest import definition, fields, leaf


def draft(node: dict[str, Any], **changes: Any) -> CriteriaDraft:
    """The small set whose leaf 1.2 is another."""
    parts = fields()
    parts[0]["children"][1] = node
    return CriteriaDraft.model_validate(definition(fields=parts, **changes))


def test_every_shipped_set_can_be_used() -> None:
    assert [ref for ref, loaded in published("par_index").items() if faults(drafted(loaded.definition))] == []


@pytest.mark.parametrize(
    ("more", "part", "said"),
    [
        ({"rule": {"kind": "magic"}}, "rule", "luật tính điểm, kind: không có loại luật này"),
        (
            {"rule": {"kind": "ratio", "floor": "x", "full_at": 1}},
            "rule",
            "luật tính điểm, Mức sàn (floor): phải là số",
        ),
        (
            {"rule": {"kind": "count", "points_per_item": 1, "cap": 9}},
            "rule",
            "luật tính điểm, có thể cho nhiều điểm hơn điểm tối đa của tiêu chí",
        ),
        (
            {"rule": {"kind": "total", "clamp": [0, 2], "base_cap": 2}},
            "kind",
            "loại luật này chỉ dùng cho cả bộ tiêu chí",
        ),
        (
            {"rule": {"kind": "binary"}, "inputs": [{"key": "a", "label": "Số"}]},
            "inputs",
            "luật tính điểm không hỏi số liệu a",
        ),
    ],
)
def test_a_rule_that_cannot_score_is_named_with_the_place_in_it(more: dict[str, Any], part: str, said: str) -> None:
    assert faults(draft(leaf("1.2", 2, **more))) == (Fault(number="1.2", part=part, vi=f"1.2: {said}"),)


def test_sums_and_rules_are_listed_together() -> None:
    found = faults(draft(leaf("1.2", 1, rule={"kind": "magic"})))
    assert [(fault.number, fault.part) for fault in found] == [("1", "max"), ("1.2", "rule")]


def test_every_problem_has_words() -> None:
    assert set(PROBLEMS) == set(RuleProblem)
    assert told(RuleError(RuleProblem.EMPTY, "tiers")) == "Các bậc (tiers): không được để trống"


def test_the_rule_of_a_leaf() -> None:
    ruled = rule_of(Node.model_validate(leaf("1", 2, rule={"kind": "binary"})))
    assert ruled is not None
    assert ruled.kind == "binary"
    assert rule_of(Node.model_validate(leaf("1", 2))) is None


def test_what_is_stored_is_read_back_with_its_faults() -> None:
    found = draft(leaf("1.2", 1))
    assert stored(to_yaml(found)) == found
