"""A rule back from its boxes: unchanged, changed, of another kind, with rows added, dropped and moved."""

from decimal import Decimal
from typing import Any

import pytest

from questionnaires.loader import published
from questionnaires.par_nodes import Node
from survey_app.assessment.criteria_sets.rule_fields import LEAF_KINDS, fields
from survey_app.assessment.criteria_sets.rule_reading import dropped, lacking, raised, read
from tests.survey_app.assessment.criteria_sets.test_rule_fields import CASES, TIERS, deep
from tests.survey_app.assessment.rule_boxes import sent

OPTIONS = {"kind": "choice", "options": [{"name": "Tốt", "points": 2}, ["Kém", 0]]}
WEIGHTS = {"kind": "survey", "weights": {"Tốt": 100, "Khác": None}, "round": 2}


SHIPPED = [
    pytest.param(spot.node, id=f"{ref} {spot.node.id}")
    for ref, loaded in published("par_index").items()
    for spot in loaded.definition.leaves
]


@pytest.mark.parametrize("node", SHIPPED)
def test_every_shipped_rule_comes_back(node: Node) -> None:
    if node.rule is None:
        assert read({}, "", {}).rule == {}
        return
    found = read(sent(fields(node.rule)), node.rule["kind"], node.rule)
    assert (found.rule, list(found.rule), found.twice) == (node.rule, list(node.rule), ())
    meant = {key: value for key, value in node.rule.items() if value != "max"}  # which goes without saying
    assert read(sent(fields(node.rule)), node.rule["kind"], {}).rule == meant


@pytest.mark.parametrize("rule", [TIERS, CASES, OPTIONS, WEIGHTS, deep(3)])
def test_what_was_not_touched_stays_as_it_was_written(rule: dict[str, Any]) -> None:
    assert read(sent(fields(rule)), rule["kind"], rule).rule == rule


def test_an_empty_row_changes_nothing() -> None:
    for rule, more in ((TIERS, "r.tiers"), (OPTIONS, "r.options"), (CASES, "r.branches"), (WEIGHTS, "r.weights")):
        assert read(sent(fields(rule, more=more)), str(rule["kind"]), rule).rule == rule


def test_a_changed_box() -> None:
    found = read(sent(fields(TIERS), **{"tiers__1__bound%": "60,5", "otherwise": ""}), "tiers", TIERS).rule
    assert found == {"kind": "tiers", "tiers": [{"gte": 1, "points": 2}, {"gt": Decimal("0.605"), "points": 1}]}
    options = read(sent(fields(OPTIONS), options__1__up_to="y"), "choice", OPTIONS).rule["options"]
    assert options == [["Tốt", 2], {"name": "Kém", "points": 0, "up_to": True}]
    case = read(sent(fields(CASES), branches__0__rule__condition="đúng hạn"), "conditional", CASES).rule
    assert case["branches"]["Có"] == {"kind": "binary", "condition": "đúng hạn"}
    assert case["branches"]["Không"] == {"kind": "choice", "options": [["Tốt", 1], ["Kém", 0]]}


def test_what_no_form_could_show_is_written_anew() -> None:
    before = {"kind": "all_of", "conditions": "Một"}
    typed = {"r.=kind": "all_of", "r.conditions.0": "Một"}
    assert read(typed, "all_of", before).rule == {"kind": "all_of", "conditions": ["Một"]}


def test_a_new_row_finds_its_place() -> None:
    typed = {"tiers__7__is": "gte", "tiers__7__bound%": "70", "tiers__7__points": "1,5"}
    found = read(sent(fields(TIERS), **typed), "tiers", TIERS).rule
    assert [tier["points"] for tier in found["tiers"]] == [2, Decimal("1.5"), 1]


def test_another_kind_takes_what_both_have() -> None:
    typed = sent(fields(TIERS), not_applicable="không phát sinh", note="x")
    found = read(typed, "deadline_tiers", TIERS).rule
    assert found == {"kind": "deadline_tiers", "otherwise": 0, "not_applicable": "không phát sinh", "note": "x"}
    steps = {"r.=kind": "count_steps", "r.otherwise": "1"}
    assert read(steps, "tiers", TIERS).rule == TIERS  # back to what it was
    assert read({}, "tiers", {}).rule == {"kind": "tiers"}
    assert read(typed, "", TIERS).rule == {}


@pytest.mark.parametrize("kind", ["total", "anew", ""])
def test_what_is_no_kind_of_a_leaf_gives_no_rule(kind: str) -> None:
    assert read({"r.=kind": kind, "r.note": "x"}, kind, {}).rule == {}


def test_a_case_without_its_kind_and_a_kind_without_its_case() -> None:
    typed = {
        "r.=kind": "conditional",
        "r.branches.0.name": "Có",
        "r.branches.1.kind": "binary",
        "r.branches.2.kind": "",
    }
    assert read(typed, "conditional", {}).rule["branches"] == {"Có": {}, "": {"kind": "binary"}}
    assert "branches" not in read({"r.=kind": "conditional", "r.branches.0.name": " "}, "conditional", {}).rule


def test_names_that_come_twice_are_told() -> None:
    found = read(sent(fields(WEIGHTS), weights__1__name="Tốt"), "survey", WEIGHTS)
    assert (found.rule["weights"], found.twice) == ({"Tốt": 100, "Tốt (2)": None}, ("Tốt",))
    cases = read(sent(fields(CASES), branches__1__name="Có"), "conditional", CASES)
    assert (list(cases.rule["branches"]), cases.twice) == (["Có", "Có (2)"], ("Có",))


def test_rules_too_deep_are_not_read() -> None:
    levels = [f"r{'.branches.0.rule' * depth}" for depth in range(6)]
    typed = {f"{level}.{name}": "conditional" for level in levels for name in ("=kind", "branches.0.kind")}
    rule = read(typed, "conditional", {}).rule
    for _depth in range(3):
        rule = rule["branches"][""]
    assert rule == {"kind": "conditional", "branches": {"": {}}}


def test_numbers_of_rows_are_small() -> None:
    typed = {"r.=kind": "all_of", "r.conditions.10": "Hai", "r.conditions.9": "Một"}
    odd = {f"r.conditions.{place}": "x" for place in ("99999", "-1", "²", "x")}
    assert read(typed | odd, "all_of", {}).rule["conditions"] == ["Một", "Hai"]


@pytest.mark.parametrize("kind", dict(LEAF_KINDS))
def test_lacking(kind: str) -> None:
    assert lacking({"kind": kind}) is (kind not in {"binary", "survey", "external_pct", "interpolate"})


def test_nothing_is_lacking() -> None:
    assert lacking(TIERS) is False
    assert lacking({}) is False


def test_a_row_is_dropped() -> None:
    found = read(dropped(sent(fields(TIERS)), "r.tiers.0"), "tiers", TIERS).rule
    assert found["tiers"] == [{"gt": Decimal("0.5"), "points": 1}]
    names = {"r.=kind": "all_of", "r.conditions.0": "Một", "r.conditions.1": "Hai"}
    assert dropped(names, "r.conditions.0") == {"r.=kind": "all_of", "r.conditions.1": "Hai"}
    assert dropped(names, "nowhere") == names


def test_a_row_moves_up() -> None:
    found = read(raised(sent(fields(CASES)), "r.branches.1"), "conditional", {}).rule["branches"]
    assert list(found) == ["Không", "Có"]
    assert found["Không"] == {"kind": "choice", "options": [["Tốt", 1], ["Kém", 0]]}
    names = {"r.conditions.2": "Một", "r.conditions.7": "Hai", "r.note": "x"}
    assert raised(names, "r.conditions.7") == {"r.conditions.7": "Một", "r.conditions.2": "Hai", "r.note": "x"}


@pytest.mark.parametrize("row", ["r.conditions.2", "r.conditions.5", "r.conditions", "x", "r.conditions.²"])
def test_the_first_row_and_no_row_stay(row: str) -> None:
    names = {"r.conditions.2": "Một", "r.conditions.7": "Hai"}
    assert raised(names, row) == names
