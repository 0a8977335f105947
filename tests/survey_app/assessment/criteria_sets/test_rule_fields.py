"""The fields of a rule: one for each parameter of its kind, filled, with what is wrong beside them."""

from typing import Any

import pytest

from scoring.par.kinds import KINDS
from scoring.par.parameters import Rule, RuleError, RuleProblem
from scoring.par.rules import read_rule
from survey_app.assessment.criteria_sets import rule_fields
from survey_app.assessment.criteria_sets.rule_fields import LEAF_KINDS, Fields, fields, parameters, spoken
from survey_app.assessment.criteria_sets.rule_shapes import Look, Unshown
from tests.survey_app.assessment.rule_boxes import at, boxes, rules

TIERS = {"kind": "tiers", "tiers": [{"gte": 1, "points": 2}, {"gt": "0.5", "points": 1}], "otherwise": 0}
CASES = {
    "kind": "conditional",
    "branch_on": "Có kế hoạch hay không",
    "branches": {"Có": {"kind": "binary"}, "Không": {"kind": "choice", "options": [["Tốt", 1], ["Kém", 0]]}},
}


def wrong(rule: dict[str, Any], maximum: Any = 10) -> Fields:
    with pytest.raises(RuleError) as found:
        read_rule(rule, maximum=maximum)
    return fields(rule, fault=found.value)


def said(found: Fields) -> dict[str, str]:
    """Everything that is said of something wrong, by the place where it stands."""
    marks = {"": found.error} | {box.name: box.error for box in boxes(found)}
    for rule in rules(found):
        for part in rule.parts:
            marks |= {part.name: part.error} if part.lines else {}
            marks |= {line.name: line.error for line in part.lines if line.error}
    return {name: error for name, error in marks.items() if error}


@pytest.mark.parametrize("kind", dict(LEAF_KINDS))
def test_every_kind_has_a_form(kind: str) -> None:
    found = fields({"kind": kind})
    names = [part.name for part in (*found.parts, *found.notes)]
    assert names == [f"r.{parameter.name}" for parameter in parameters(kind)]
    assert found.says


def test_a_new_kind_has_a_form_without_more(monkeypatch: pytest.MonkeyPatch) -> None:
    class Anew(Rule):
        __slots__ = ()
        PARAMETERS = tuple(each for kind in KINDS.values() for each in kind.rule.PARAMETERS)

    monkeypatch.setattr(rule_fields, "KINDS", {"anew": KINDS["binary"].__class__("Luật mới", Anew)})
    monkeypatch.setattr(rule_fields, "LEAF_KINDS", (("anew", "Luật mới"),))
    assert len(fields({"kind": "anew"}).parts) == len(Anew.PARAMETERS) + 1


def test_shares_are_in_percent_while_the_input_is_a_ratio() -> None:
    found = fields(TIERS)
    bound = at(found, "tiers.1.bound%")
    assert (bound.label, bound.value, bound.look) == ("Mốc (%)", "50", Look.NUMBER)
    assert (at(found, "tiers.1.is").value, at(found, "tiers.1.points").value) == ("gt", "1")
    assert at(fields({**TIERS, "input": "n"}), "tiers.1.bound").value == "0,5"
    assert at(fields({"kind": "ratio", "floor": 0, "full_at": 1}), "full_at%").value == "100"


def test_a_list_that_must_be_there_begins_with_a_row() -> None:
    lists = {part.name: len(part.lines) for part in fields({"kind": "survey"}).parts if part.grows}
    assert lists == {"r.weights": 0}
    assert [len(part.lines) for part in fields({"kind": "all_of"}).parts if part.grows] == [1]
    assert [len(part.lines) for part in fields({"kind": "conditional"}).parts if part.grows] == [1]


def test_one_row_more() -> None:
    found = fields(TIERS, more="r.tiers").parts[1]
    assert [line.new for line in found.lines] == [False, False, True]
    cases = fields(CASES, more="r.branches").parts[1]
    assert [(line.title, line.new) for line in cases.lines][1:] == [("Trường hợp 2", False), ("Trường hợp 3", True)]


def test_three_answers_are_always_three() -> None:
    part = fields({"kind": "choice_na"}).parts[1]
    assert ([line.title for line in part.lines], part.grows) == (["Đạt", "Không đạt", "Không áp dụng"], False)


def test_only_rows_that_do_not_sort_themselves_can_be_moved() -> None:
    assert [part.ordered for part in fields(TIERS).parts if part.lines] == [False]
    assert [part.ordered for part in fields(CASES).parts if part.lines] == [True]


def test_cases_have_rules_of_their_own() -> None:
    found = fields(CASES)
    assert [rule.kind for rule in rules(found)] == ["conditional", "binary", "choice"]
    assert at(found, "branches.1.rule.options.0.name").value == "Tốt"
    assert at(found, "branches.1.kind").value == "choice"
    assert at(found, "branches.0.rule.text_vi").value == ""


def test_notes_stand_apart() -> None:
    found = fields({"kind": "survey", "basis": "illustrative", "verified": False, "formula": "x"})
    values = {part.name: part.box.value for part in found.notes if part.box and part.box.value}
    assert values == {"r.basis": "illustrative", "r.verified": "no", "r.formula": "x"}


@pytest.mark.parametrize(
    ("rule", "place"),
    [
        ({"kind": "ratio", "full_at": 1}, "r.floor%"),
        ({"kind": "ratio", "floor": 2, "full_at": 1}, "r.floor%"),
        ({"kind": "tiers", "otherwise": 0}, "r.tiers"),
        ({**TIERS, "tiers": [*TIERS["tiers"], {"gte": "x", "points": 0}]}, "r.tiers.2.bound%"),  # type: ignore[misc]
        ({**TIERS, "tiers": [{"gt": 1}]}, "r.tiers.0.points"),
        ({**TIERS, "tiers": [{"points": 1}]}, "r.tiers.0"),
        ({"kind": "deadline_tiers", "tiers": [{"lte": "x", "points": 0}], "otherwise": 0}, "r.tiers.0.lte"),
        ({"kind": "all_of", "conditions": ["Một", ""]}, "r.conditions.1"),
        ({"kind": "all_of", "conditions": ["Một", "Một"]}, "r.conditions"),
        ({"kind": "choice_na", "options": ["Có", "", "x"]}, "r.options.1"),
        ({"kind": "survey", "weights": {"Tốt": 200}}, "r.weights.0"),
        ({"kind": "survey", "weights": {"": 20}}, "r.weights"),
        ({"kind": "choice", "options": [["Tốt", 1], ["Khá", ""]]}, "r.options.1.points"),
        ({**CASES, "branches": {"Có": {}}}, "r.branches.0"),
        ({**CASES, "branches": {"Có": {"kind": "ratio", "floor": 0}}}, "r.branches.0.rule.full_at%"),
        (
            {**CASES, "branches": {"Có": {"kind": "choice", "options": [["Tốt", -1]]}}},
            "r.branches.0.rule.options.0.points",
        ),
        ({"kind": "count", "points_per_item": 1, "cap": 20}, ""),
        ({"kind": "late_penalty", "first_days": 1, "first_penalty": 1, "per_day_after": 0}, "r.first_penalty"),
    ],
)
def test_what_is_wrong_stands_where_it_is_wrong(rule: dict[str, Any], place: str) -> None:
    assert list(said(wrong(rule))) == [place]


def test_what_the_whole_rule_does_is_said_without_a_place() -> None:
    found = wrong({"kind": "count", "points_per_item": 1, "cap": 20})
    assert found.error == "Luật có thể cho nhiều điểm hơn điểm tối đa của tiêu chí."
    other = fields({"kind": "binary"}, fault=RuleError(RuleProblem.EMPTY, "elsewhere"))
    assert other.error == "elsewhere: không được để trống"


def test_a_rule_in_words() -> None:
    assert list(spoken(fields(TIERS))) == [
        "Các bậc, dòng 1: Tính từ; Mốc (%) 100; Điểm 2",
        "Các bậc, dòng 2: Tính trên; Mốc (%) 50; Điểm 1",
        "Điểm khi không đạt bậc nào: 0",
    ]
    options = [{"name": "Tốt", "points": 1, "up_to": True}]
    cases = fields({**CASES, "branches": {"Có": {"kind": "choice", "options": options}}})
    assert list(spoken(cases))[1:] == [
        "Các trường hợp, trường hợp 1: Tên trường hợp Có; Loại luật Chọn một mức",
        "Các mức, dòng 1: Tên Tốt; Điểm 1; Đến mức này Có",
    ]
    assert list(spoken(fields({"kind": "all_of"}))) == []


def deep(depth: int) -> dict[str, Any]:
    return {**CASES, "branches": {"Có": deep(depth - 1)}} if depth else {"kind": "binary"}


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"kind": 5},
        {"kind": "total"},
        {"kind": "anew"},
        {"kind": "binary", "anew": 1},
        {"kind": "binary", "text_vi": "x"},
        {"kind": "binary", "note": 5},
        {"kind": "conditional", "branches": []},
        {"kind": "conditional", "branches": {1: {"kind": "binary"}}},
        {"kind": "conditional", "branches": {"x ": {"kind": "binary"}}},
        {"kind": "conditional", "branches": {"x": "binary"}},
        {"kind": "conditional", "branches": {"x": {"kind": "binary", "not_applicable": "y"}}},
        deep(4),
    ],
)
def test_what_a_form_would_lose_is_not_shown(rule: dict[str, Any]) -> None:
    with pytest.raises(Unshown):
        fields(rule)


def test_rules_within_rules() -> None:
    assert len(list(rules(fields(deep(3))))) == 4
