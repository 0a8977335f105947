"""Every kind of rule: its outcomes, its sentence, its next step, its schema; and the examples from real texts."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from scoring.par.inputs import Ask, InputError, InputProblem
from scoring.par.kinds import KINDS, check_maximum, evaluate, next_inputs, questions
from scoring.par.numbers import as_decimal, exact
from scoring.par.parameters import RuleError, RuleProblem, Shape
from scoring.par.rules import read_rule
from scoring.par.steps import explain
from tests.scoring.par.references import reference, score

CASES: list[dict[str, Any]] = reference("kinds")["cases"]
EXAMPLES: list[dict[str, Any]] = reference("rule-examples")["examples"]


def title(case: dict[str, Any]) -> str:
    return f"{case['rule']['kind']} {case['inputs']}"


def wanted(points: object) -> Fraction | None:
    """Points of a case: a number as written, a product of fractions as text, or none."""
    if points is None:
        return None
    if isinstance(points, str):
        share, factor = points.split("*")
        return Fraction(share) * int(factor)
    return Fraction(exact(points))


@pytest.mark.parametrize("case", CASES, ids=title)
def test_points_and_sentence(case: dict[str, Any]) -> None:
    found = score(case["rule"], case["inputs"], case["max"])
    points = wanted(case["points"])
    assert found.exact == points
    assert found.applies == (points is not None)
    assert found.points == (None if points is None else as_decimal(points))
    assert found.maximum == exact(case["max"])
    assert explain(found).replace("\u00a0", " ") == case["sentence"]
    assert found.refused == ("không tiếp nhận" in case["sentence"])


def plain(inputs: Any) -> Any:
    """Entries as they compare: numbers and dates by their text, lists as lists."""
    if isinstance(inputs, dict):
        return {name: plain(value) for name, value in inputs.items()}
    if isinstance(inputs, list | tuple):
        return [plain(value) for value in inputs]
    return inputs if isinstance(inputs, bool) else str(inputs)


@pytest.mark.parametrize("case", CASES, ids=title)
def test_the_next_step_is_the_next_better_outcome(case: dict[str, Any]) -> None:
    rule, maximum = read_rule(case["rule"]), exact(case["max"])
    found = next_inputs(rule, case["inputs"], maximum)
    assert plain(found) == plain(case["next"])
    if found is not None:
        now, then = evaluate(rule, case["inputs"], maximum), evaluate(rule, found, maximum)
        assert now.exact is not None
        assert then.exact is not None
        assert then.exact > now.exact or now.refused


@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_without_example_sentence_schema_and_questions(kind: str) -> None:
    cases = [case for case in CASES if case["rule"]["kind"] == kind]
    assert cases, f"no example of {kind}"
    assert len({case["sentence"] for case in cases}) > 1, f"no explanation of {kind}"
    found = KINDS[kind]
    assert found.title
    assert found.rule.__doc__
    names = {parameter.name for parameter in found.rule.PARAMETERS}
    given = {name for case in cases for name in case["rule"]} - {"kind", "not_applicable"}
    optional_notes = {"condition", "text_vi", "round", "input", "low", "high", "base_cap", "waiver", "outside_base"}
    optional_notes |= {"may_exceed"}
    assert given <= names, f"{given - names} of {kind} are in no schema"
    assert names <= given | optional_notes, f"{names - given} of {kind} are in no example"
    assert all(questions(read_rule(case["rule"])) for case in cases)
    assert all(isinstance(parameter.shape, Shape) and parameter.fills for parameter in found.rule.PARAMETERS)


def test_every_question_has_its_entry_in_some_example() -> None:
    for kind in KINDS:
        cases = [case for case in CASES if case["rule"]["kind"] == kind]
        asked = {question.name for case in cases for question in questions(read_rule(case["rule"]))}
        assert {name for case in cases for name in case["inputs"]} == asked, kind


# --- the examples read in real scoring texts


def as_rule(example: dict[str, Any]) -> dict[str, Any]:
    found = {"kind": example["kind"], "text_vi": example["text_vi"], **example["params"]}
    return found | ({"not_applicable": example["not_applicable"]} if "not_applicable" in example else {})


def as_inputs(example: dict[str, Any], value: Any) -> dict[str, object]:
    """Entries that mean the single number of an example's test."""
    asked = {question.name for question in questions(read_rule(as_rule(example)))}
    if "days" in asked:
        return {"not_done": True} if value is None else {"days": value}
    if "a" in asked:
        ratio = Fraction(exact(value))
        return {"a": ratio.numerator, "b": ratio.denominator}
    return {"n": value}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["id"])
def test_real_rules_are_read_and_give_the_points_of_their_texts(example: dict[str, Any]) -> None:
    maximum = Decimal(1) if example["max"] is None else exact(example["max"])
    rule = read_rule(as_rule(example), maximum=maximum)
    assert rule.highest(maximum) == max(maximum, 0)
    for value, points in example.get("tests", ()):
        found = evaluate(rule, as_inputs(example, value), maximum)
        assert found.points == exact(points)
        assert explain(found)


# What the texts say of the examples without a list of tests.
SAID: list[tuple[str, dict[str, object], float | None]] = [
    ("ex-binary-all", {"a": 12, "b": 12}, 1),
    ("ex-binary-all", {"a": 11, "b": 12}, 0),
    ("ex-all-or-nothing", {"met": [True, True, True]}, 3),
    ("ex-all-or-nothing", {"met": [True, True, False]}, 0),
    ("ex-ordinal", {"option": "thường xuyên"}, 10),
    ("ex-ordinal", {"option": "không thường xuyên"}, 3),
    ("ex-ordinal", {"option": "không thực hiện"}, 0),
    ("ex-binary-na", {"answer": True}, 8),
    ("ex-binary-na", {"answer": False}, 0),
    ("ex-binary-na", {"not_applicable": True}, None),
    ("ex-conditional", {"branch": "no", "option": "có tổ chức"}, 2),
    ("ex-conditional", {"branch": "no", "option": "không"}, 0),
    ("ex-conditional", {"branch": "yes", "a": 20, "b": 20}, 5),
    ("ex-conditional", {"branch": "yes", "a": 17, "b": 20}, 4),
    ("ex-conditional", {"branch": "yes", "a": 12, "b": 20}, 3),
    ("ex-conditional", {"branch": "yes", "a": 1, "b": 20}, 2),
    ("ex-conditional", {"branch": "yes", "a": 0, "b": 20}, 0),
    ("ex-deadline-binary", {"met": [True, True]}, 3),
    ("ex-deadline-binary", {"met": [False, True]}, 0),
    ("ex-bonus-group", {"members": [6, 6, 6]}, 15),
    ("ex-bonus-choice-cap", {"option": "tiên phong"}, 6),
    ("ex-bonus-choice-cap", {"option": "cải tiến (appraiser enters up to 3)"}, 3),
    ("ex-bonus-choice-cap", {"option": "không"}, 0),
    ("ex-penalty-late", {"due_on": "2025-12-15", "submitted_on": "2025-12-17"}, -1),
    ("ex-penalty-late", {"due_on": "2025-12-15", "submitted_on": "2025-12-19"}, -3),
    ("ex-penalty-late", {"due_on": "2025-12-15", "submitted_on": "2025-12-19", "waived": True}, 0),
    ("ex-penalty-fixed", {"answer": True}, -0.5),
    ("ex-penalty-fixed", {"answer": False}, 0),
    ("ex-total-and-class", {"base": 85, "bonus": 15, "deducted": 1}, 99),
    ("ex-yes-no-na", {"answer": True}, 0.5),
    ("ex-yes-no-na", {"answer": False}, 0),
    ("ex-yes-no-na", {"not_applicable": True}, None),
    ("ex-survey-weights", {"votes": [{"A": 5, "B": 3, "C": 1, "D": 1, "E": 7}]}, 0.7),
]


@pytest.mark.parametrize(("name", "inputs", "points"), SAID)
def test_real_rules_without_a_list_of_tests(name: str, inputs: dict[str, object], points: float | None) -> None:
    example = next(example for example in EXAMPLES if example["id"] == name)
    found = score(as_rule(example), inputs, example["max"] or 1)
    assert found.points == (None if points is None else exact(points))


def test_no_example_is_left_out() -> None:
    tested = {example["id"] for example in EXAMPLES if example.get("tests")} | {name for name, *_ in SAID}
    assert tested == {example["id"] for example in EXAMPLES}


def test_a_survey_needs_no_maximum_of_its_own() -> None:
    example = next(example for example in EXAMPLES if example["id"] == "ex-survey-weights")
    assert example["max"] is None
    assert score(as_rule(example), {"votes": [{"A": 1, "D": 1}]}, 4).points == 2


# --- the leaf rules of the provincial set


def leaf_rules(node: dict[str, Any]) -> list[dict[str, Any]]:
    found = [node] if "rule" in node else []
    return found + [leaf for child in node.get("children", ()) for leaf in leaf_rules(child)]


PROVINCE = [leaf for field in reference("province")["fields"] for leaf in leaf_rules(field)]


def best(rule: dict[str, Any]) -> dict[str, object]:
    """Entries of a flawless unit."""
    entries = {
        Ask.YES_NO: True,
        Ask.WHOLE: 0 if rule["kind"] == "deduct" else 1000,
        Ask.AMOUNT: 200,
        Ask.PERCENT: 100,
        Ask.TICKS: [True] * len(rule.get("items", ())),
    }
    asked = questions(read_rule(rule))
    found: dict[str, object] = {question.name: entries[question.ask] for question in asked}
    if rule["kind"] == "tiers" and rule["tiers"][0].get("gte", 0) > 1:
        found["b"] = 190
    if rule["kind"] == "interpolate":
        found |= {"base": 100, "low_percent": 0}
    return found


@pytest.mark.parametrize("leaf", PROVINCE, ids=lambda leaf: leaf["id"])
def test_the_rules_of_the_provincial_set_are_read_and_reach_their_maximum(leaf: dict[str, Any]) -> None:
    maximum = exact(leaf["max"])
    rule = read_rule(leaf["rule"], maximum=maximum)
    found = evaluate(rule, best(leaf["rule"]), maximum)
    assert found.points == maximum
    assert rule.text_vi
    assert explain(found)


def test_the_provincial_set_has_its_97_leaves() -> None:
    assert len(PROVINCE) == 97
    assert {leaf["rule"]["kind"] for leaf in PROVINCE} <= KINDS.keys()


# --- what is refused


@pytest.mark.parametrize(
    ("rule", "inputs", "problem", "name"),
    [
        ({"kind": "binary"}, {}, InputProblem.MISSING, "answer"),
        ({"kind": "binary"}, {"answer": None}, InputProblem.MISSING, "answer"),
        ({"kind": "binary"}, {"answer": "yes"}, InputProblem.NOT_YES_NO, "answer"),
        ({"kind": "binary"}, {"answer": True, "n": 1}, InputProblem.UNKNOWN, "n"),
        ({"kind": "binary"}, {"not_applicable": True}, InputProblem.ALWAYS_APPLIES, "not_applicable"),
        ({"kind": "binary", "condition": "a==b"}, {"a": 3, "b": 2}, InputProblem.PART_EXCEEDS_WHOLE, "a"),
        ({"kind": "ratio", "floor": 0, "full_at": 1}, {"a": 0, "b": 0}, InputProblem.ZERO_DENOMINATOR, "b"),
        ({"kind": "ratio", "floor": 0, "full_at": 1}, {"a": -1, "b": 2}, InputProblem.NEGATIVE, "a"),
        ({"kind": "ratio", "floor": 0, "full_at": 1}, {"a": 1, "b": "x"}, InputProblem.NOT_A_NUMBER, "b"),
        ({"kind": "ratio", "floor": 0, "full_at": 1}, {"a": 1}, InputProblem.MISSING, "b"),
        ({"kind": "count", "points_per_item": 1, "cap": 1}, {"n": -1}, InputProblem.NEGATIVE, "n"),
        ({"kind": "count", "points_per_item": 1, "cap": 1}, {"n": 1.5}, InputProblem.NOT_WHOLE, "n"),
        ({"kind": "choice", "options": [["x", 1]]}, {"option": "y"}, InputProblem.NOT_AN_OPTION, "option"),
        ({"kind": "all_of", "conditions": ["x"]}, {"met": []}, InputProblem.WRONG_LENGTH, "met"),
        ({"kind": "all_of", "conditions": ["x"]}, {"met": True}, InputProblem.NOT_A_LIST, "met"),
        ({"kind": "external_pct"}, {"percent": 101}, InputProblem.OUT_OF_RANGE, "percent"),
        ({"kind": "ratio", "floor": 0, "full_at": 1}, {"a": 4, "b": 3}, InputProblem.PART_EXCEEDS_WHOLE, "a"),
        (
            {"kind": "tiers", "tiers": [{"gte": 1, "points": 1}], "otherwise": 0},
            {"a": "3.1", "b": 3},
            InputProblem.PART_EXCEEDS_WHOLE,
            "a",
        ),
        ({"kind": "external_pct"}, {"percent": "1" * 16}, InputProblem.TOO_MANY_DIGITS, "percent"),
        ({"kind": "ratio", "floor": 0, "full_at": 1}, {"a": 1, "b": 10**15}, InputProblem.TOO_MANY_DIGITS, "b"),
    ],
)
def test_entries_that_cannot_be_are_named(
    rule: dict[str, Any], inputs: dict[str, object], problem: InputProblem, name: str
) -> None:
    with pytest.raises(InputError) as refused:
        score(rule, inputs, 1)
    assert (refused.value.problem, refused.value.name) == (problem, name)
    with pytest.raises(InputError):
        next_inputs(read_rule(rule), inputs, Decimal(1))


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "ratio", "floor": 0, "full_at": 1, "may_exceed": True},
        {"kind": "ratio", "floor": 0, "full_at": 1.05},
        {"kind": "tiers", "tiers": [{"gte": 1, "points": 1}], "otherwise": 0, "may_exceed": True},
        {"kind": "tiers", "tiers": [{"gt": 1, "points": 1}], "otherwise": 0},
        {"kind": "tiers", "tiers": [{"gte": 1.05, "points": 1}, {"gte": 1, "points": 0.5}], "otherwise": 0},
    ],
)
def test_a_part_exceeds_its_whole_where_the_rule_says_or_means_so(rule: dict[str, Any]) -> None:
    assert score(rule, {"a": 4, "b": 3}, 1).points == 1
    assert next_inputs(read_rule(rule), {"a": 4, "b": 3}, Decimal(1)) is None


def test_the_longest_entries_are_scored() -> None:
    rule = {"kind": "ratio", "floor": 0, "full_at": 1}
    assert score(rule, {"a": "9" * 15, "b": 10**15 - 1}, 1).points == 1


def test_nothing_counted_but_something_reached_is_refused() -> None:
    rule = {"kind": "ratio", "floor": 0, "full_at": 1, "when_b_is_zero": "full"}
    with pytest.raises(InputError, match="b: zero_denominator"):
        score(rule, {"a": 1, "b": 0}, 1)


def test_a_rule_above_its_maximum_is_refused_when_scored_too() -> None:
    with pytest.raises(RuleError) as refused:
        score({"kind": "choice", "options": [["x", 3]]}, {"option": "x"}, 2)
    assert refused.value.problem is RuleProblem.ABOVE_MAXIMUM
    check_maximum(read_rule({"kind": "penalty", "points": -3}), Decimal(-1))


def test_a_rule_that_may_not_apply_asks_that_first() -> None:
    rule = read_rule({"kind": "binary", "not_applicable": "trong năm không phát sinh"})
    first, second = questions(rule)
    assert (first.name, first.label, first.required) == ("not_applicable", "trong năm không phát sinh", False)
    assert second.name == "answer"
    assert next_inputs(rule, {"not_applicable": True}, Decimal(1)) is None
