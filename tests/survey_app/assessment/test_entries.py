"""Entries of a rule in a form: what is typed becomes what the rule reads, and comes back as it was."""

from decimal import Decimal
from typing import Any

import pytest

from questionnaires.par_nodes import Input
from scoring.par.inputs import Ask, InputProblem
from scoring.par.kinds import KINDS, questions
from scoring.par.parameters import Rule
from scoring.par.rules import read_rule
from survey_app.assessment.entries import LABELS, PROBLEMS, Field, fields, may_not_apply, number, numeral, told
from survey_app.assessment.entries import read as read_entries

RATIO = {"kind": "ratio", "floor": 0.8, "full_at": 1}
YES_NO = {"kind": "binary", "condition": "Có kế hoạch"}
TICKS = {"kind": "all_of", "conditions": ["Đúng hạn", "Đủ nội dung"]}
OPTIONS = {"kind": "choice", "options": [["Tốt", 2], {"name": "Khá", "points": 1, "up_to": True}]}
DEADLINE = {"kind": "deadline_tiers", "tiers": [{"lte": 0, "points": 1}], "otherwise": 0}
FILED = {"kind": "late_penalty", "first_days": 1, "first_penalty": -1, "per_day_after": -0.5, "waiver": "Có văn bản"}
BRANCHES = {"kind": "conditional", "branch_on": "Có kế hoạch không", "branches": {"yes": YES_NO, "no": RATIO}}
GROUP = {"kind": "bonus_group", "cap": 3}
VOTES = {"kind": "survey", "weights": {"Tốt": 100, "Kém": 0}}
GROWTH = {"kind": "interpolate"}


def rule(data: dict[str, Any]) -> Rule:
    return read_rule(data)


def one(data: dict[str, Any], value: object, name: str = "") -> Field:
    """The field of an entry, of the first question by default."""
    found = rule(data)
    wanted = name or questions(found)[0].name
    return next(each for each in fields(found, (), {wanted: value}) if each.name == wanted)


@pytest.mark.parametrize(
    ("typed", "read_as"),
    [
        ("1.234,5", "1234.5"),
        ("1234,5", "1234.5"),
        ("1.500", "1500"),
        ("1.234.567", "1234567"),
        ("0.125", "0.125"),
        ("1.5", "1.5"),
        (" 85 % ", "85"),
        ("−3", "-3"),
        ("-1.000", "-1000"),
        ("1,234.5", "1,234.5"),
        ("khoảng 5", "khoảng 5"),
        ("", ""),
    ],
)
def test_numbers_as_vietnamese_type_them(typed: str, read_as: str) -> None:
    assert number(typed) == read_as


def test_nothing_has_no_sign() -> None:
    assert [number(text) for text in ("-0", "−0,00", "-0.5", "-", "--0")] == ["0", "0.00", "-0.5", "-", "--0"]


def test_a_number_comes_back_as_it_is_written() -> None:
    for text in ("1234.5", "0.125", "-1000", "34"):
        assert number(numeral(text)) == text
    assert numeral(Decimal("1234.50")) == "1.234,50"
    assert numeral(True) == "True"


def test_labels_and_units_of_the_set_come_before_those_of_the_rule() -> None:
    labels = (Input(key="a", label="Số nhiệm vụ", unit="nhiệm vụ"), Input(key="b", label="Tổng số"))
    a, b = fields(rule(RATIO), labels, {"a": "34"})
    assert (a.label, a.unit, a.shown, b.label, b.unit, b.shown) == (
        "Số nhiệm vụ",
        "nhiệm vụ",
        "34 nhiệm vụ",
        "Tổng số",
        "",
        "",
    )
    assert one({"kind": "external_pct"}, "82.66").shown == "82,66 %"
    assert [field.label for field in fields(rule(YES_NO), (), {})] == ["Có kế hoạch"]


def test_every_kind_of_rule_of_the_sets_has_its_fields() -> None:
    for data in (RATIO, YES_NO, TICKS, OPTIONS, DEADLINE, BRANCHES, GROUP, VOTES, GROWTH):
        shown = fields(rule(data), (), {})
        assert shown
        assert all(field.label and not field.shown for field in shown)
    assert fields(None, (), {}) == ()
    assert read_entries(None, {"e.a": ["1"]}) == {}


def test_every_problem_has_words() -> None:
    assert set(PROBLEMS) == set(InputProblem)


def test_labels_are_for_what_rules_ask() -> None:
    """Each name that a kind of rule may ask for is labelled, so that no page shows a code."""
    assert {"a", "b", "n", "days", "not_done", "percent", "votes", "members", "met", "option", "points"} <= set(LABELS)
    assert len(KINDS) == 20


@pytest.mark.parametrize(
    ("data", "sent", "found"),
    [
        (RATIO, {"e.a": ["34"], "e.b": ["1.040"]}, {"a": "34", "b": "1040"}),
        (RATIO, {"e.a": ["nhiều"], "e.b": ["  "]}, {"a": "nhiều"}),
        (YES_NO, {"e.answer": ["no"]}, {"answer": False}),
        (YES_NO, {"e.answer": ["?"]}, {}),
        (TICKS, {"e.met": ["1"]}, {"met": [False, True]}),
        (TICKS, {"e.met": ["none"]}, {"met": [False, False]}),
        (TICKS, {}, {}),
        (OPTIONS, {"e.option": ["Khá"], "e.points": ["0,5"]}, {"option": "Khá", "points": "0.5"}),
        (DEADLINE, {"e.days": ["−3"], "e.not_done": ["yes"]}, {"days": "-3", "not_done": True}),
        (BRANCHES, {"e.branch": ["no"], "e.a": ["1"]}, {"branch": "no", "a": "1"}),
        (GROUP, {"e.members": ["1; 0,5\n2;"]}, {"members": ["1", "0.5", "2"]}),
        (VOTES, {"e.votes": ["10; 2\n\n3"]}, {"votes": [{"Tốt": "10", "Kém": "2"}, "3"]}),
    ],
)
def test_what_a_form_sends(data: dict[str, Any], sent: dict[str, list[str]], found: dict[str, object]) -> None:
    assert read_entries(rule(data), sent) == found
    for field in fields(rule(data), (), found):
        again = {"e." + field.name: [*field.chosen] if field.choices else [field.value]}
        if field.name in found:
            assert read_entries(rule(data), again) == {field.name: found[field.name]}


def test_days_are_read_as_people_and_as_browsers_write_them() -> None:
    asked = rule(FILED)
    dates = read_entries(asked, {"e.due_on": ["2025-12-15"], "e.submitted_on": ["16/12/2025"], "e.waived": ["yes"]})
    assert dates == {"due_on": "2025-12-15", "submitted_on": "2025-12-16", "waived": True}
    assert read_entries(asked, {"e.due_on": ["hôm qua"]}) == {"due_on": "hôm qua"}
    due = fields(asked, (), dates)[0]
    assert (due.ask, due.value) == (Ask.DATE, "2025-12-15")


def test_choices_in_words() -> None:
    assert one(YES_NO, False).shown == "Không"
    assert one(TICKS, [True, False]).shown == "Đúng hạn"
    assert one(TICKS, [False, False]).shown == "Không đạt yêu cầu nào"
    assert one(OPTIONS, "Khá").shown == "Khá"
    assert one(DEADLINE, True, "not_done").shown == "Có"
    assert [words for _, words in one(BRANCHES, "yes").choices] == ["Có", "Không"]
    assert one(VOTES, [{"Tốt": 10}]).shown == "10; 0"
    assert one(YES_NO, "có").shown == ""


def test_a_fault_names_its_entry() -> None:
    shown = fields(rule(RATIO), (Input(key="a", label="Số nhiệm vụ"), Input(key="b", label="Tổng số")), {})
    assert told(shown, "b", "missing") == "Tổng số: chưa nhập."
    assert told(shown, "met", "wrong_length").startswith("Yêu cầu đã đạt: ")
    assert told(shown, "khác", "unknown").startswith("khác: ")
    assert told(shown, "", "") == ""


def test_a_rule_that_may_not_apply_asks_so_once() -> None:
    free = rule({**YES_NO, "not_applicable": "không phát sinh"})
    assert may_not_apply(free)
    assert not may_not_apply(rule(YES_NO))
    assert not may_not_apply(None)
    assert [field.name for field in fields(free, (), {})] == ["answer"]
