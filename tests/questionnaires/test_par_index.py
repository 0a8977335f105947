"""The shipped criteria sets: what is sourced stands as sourced, and scoring reads all of them."""

from decimal import Decimal
from typing import Any

import pytest

from questionnaires.loader import content_hash, criteria_set, published
from questionnaires.par_nodes import Basis, Method, Role
from questionnaires.par_sets import CriteriaSet, clone
from questionnaires.par_trees import rule_data, total_data, tree_data
from questionnaires.par_yaml import canonical, to_yaml
from scoring.par.inputs import Ask
from scoring.par.kinds import questions
from scoring.par.rules import read_rule
from scoring.par.tree import read_tree
from tests.scoring.par.references import reference

SETS: dict[str, CriteriaSet] = {ref: loaded.definition for ref, loaded in published("par_index").items()}
STARTING = ("department-2026@1", "commune-2026@1", "vertical-2026@1")
LABELLED = (Ask.WHOLE, Ask.AMOUNT, Ask.DAYS, Ask.PERCENT, Ask.DATE)
NOT_KEPT = ("formula", "text_vi", "note")  # of a rule: what its kind does anyway, and what stands beside it
ADDED = {"when_b_is_zero", "may_exceed"}


def test_the_sets_that_are_shipped() -> None:
    assert sorted(SETS) == sorted((*STARTING, "province-2017@1", "province-2022@1"))


@pytest.mark.parametrize("ref", SETS)
class TestEverySet:
    def test_scoring_reads_its_tree_and_its_classes(self, ref: str) -> None:
        assert read_tree(tree_data(SETS[ref])).maximum == SETS[ref].total == 100
        assert read_rule(total_data(SETS[ref])).kind == "total"

    def test_it_is_shown_as_unchecked(self, ref: str) -> None:
        assert not SETS[ref].verified
        assert SETS[ref].note
        assert not any(source.verified for source in SETS[ref].legal_basis)

    def test_inputs_are_labelled_as_the_rule_asks_for_them(self, ref: str) -> None:
        for spot in SETS[ref].leaves:
            rule = rule_data(spot.node)
            asked = questions(read_rule(rule, maximum=spot.node.max)) if rule else ()
            numbers = [question.name for question in asked if question.ask in LABELLED]
            assert [entry.key for entry in spot.node.inputs] == numbers, spot.node.id

    def test_what_is_appraised_asks_for_evidence(self, ref: str) -> None:
        for spot in SETS[ref].leaves:
            if spot.node.method is Method.APPRAISAL:
                assert spot.node.evidence, spot.node.id
                assert spot.lead_unit or spot.role is not Role.BASE, spot.node.id

    def test_the_file_is_as_it_would_be_written(self, ref: str) -> None:
        loaded = criteria_set(ref)
        assert loaded.content_hash == content_hash(canonical(loaded.definition))
        kept = [line for line in loaded.source.splitlines() if line and not line.startswith("#")]
        assert kept == to_yaml(loaded.definition).splitlines()

    def test_it_can_be_cloned(self, ref: str) -> None:
        new = clone(SETS[ref], 2027)
        assert (new.ref, new.total) == (f"{SETS[ref].block.value}-2027@1", 100)


def test_the_provincial_set_gives_the_sourced_split_and_counts() -> None:
    found = SETS["province-2022@1"]
    assert found.by_method == {
        Method.APPRAISAL: Decimal("61.5"),
        Method.SURVEY_LEADERS: 22,
        Method.SURVEY_SIPAS: 10,
        Method.STATISTICS: Decimal("6.5"),
    }
    assert tuple(found.counts.values()) == (8, 37, 88)
    assert [spot.node.id for spot in found.spots if spot.node.verified] == ["8", "8.1", "8.2"]
    assert "CHƯA ĐỐI CHIẾU VĂN BẢN GỐC" in (found.note or "")


def test_published_points_fit_the_provincial_set() -> None:
    """Ninh Thuận 2022: 54.2 of 61.5, 8.23 of 10, 18.05 of 22, 5.31 of 6.5 (sonv.ninhthuan.gov.vn)."""
    found = SETS["province-2022@1"].by_method
    shown = [
        Decimal(points) / found[method]
        for method, points in zip(Method, ("54.2", "18.05", "8.23", "5.31"), strict=True)
    ]
    assert [f"{share:.4f}" for share in shown] == ["0.8813", "0.8205", "0.8230", "0.8169"]
    impact = sum((found[method] for method in Method if method is not Method.APPRAISAL), Decimal(0))
    assert impact == Decimal("38.5")
    assert found[Method.APPRAISAL] + found[Method.STATISTICS] == 68


def nodes(data: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for node in data for each in (node, *nodes(node.get("children", [])))]


def test_the_provincial_set_is_the_reference() -> None:
    """Only the wording of sources, labels of inputs, what 2.3.3, 3.4.2 and 3.4.4 say of no cases, and which parts
    may exceed their whole are added."""
    found = SETS["province-2022@1"]
    expected = nodes(reference("province")["fields"])
    assert [spot.node.id for spot in found.spots] == [node["id"] for node in expected]
    for node in expected:
        mine = found.node(node["id"])
        for name in ("name", "points_basis", "verified", "name_verified"):
            assert getattr(mine, name) == node[name]
        assert mine.max == Decimal(str(node["max"]))
        assert (mine.name_en, mine.lead_unit) == (node.get("name_en"), node.get("lead_unit"))
        if "rule" in node:
            assert mine.method == node["method"]
            assert mine.legal_text == node["rule"]["text_vi"]
            rule = {key: value for key, value in node["rule"].items() if key not in NOT_KEPT}
            ours = {key: value for key, value in (mine.rule or {}).items() if key not in ADDED}
            assert read_rule(ours) == read_rule(rule)
            assert (ours["basis"], ours["verified"]) == ("illustrative", False)
    assert [spot.node.id for spot in found.leaves if spot.node.not_applicable_allowed] == ["3.4.2"]


def test_the_set_of_2017_is_known_by_its_fields() -> None:
    found = SETS["province-2017@1"]
    points = ("10", "10", "14.5", "11", "16", "7", "16", "15.5")
    assert [field.max for field in found.fields] == [Decimal(number) for number in points]
    assert not found.complete
    assert all(field.verified and field.points_basis is Basis.SOURCED and not field.children for field in found.fields)


@pytest.mark.parametrize(
    ("ref", "fewest", "most"), [(STARTING[0], 60, 88), (STARTING[1], 40, 55), (STARTING[2], 40, 55)]
)
def test_a_starting_set_has_the_usual_shape(ref: str, fewest: int, most: int) -> None:
    found = SETS[ref]
    base = [spot for spot in found.leaves if spot.role is Role.BASE]
    assert fewest <= len(base) <= most
    assert 65 <= found.by_method[Method.APPRAISAL] <= 70
    assert 30 <= found.by_method[Method.SURVEY_LEADERS] + found.by_method[Method.SURVEY_SIPAS] <= 35
    assert all(spot.node.rule and spot.node.legal_text for spot in found.leaves)
    assert not any(spot.node.verified for spot in found.spots)
    assert {spot.node.points_basis for spot in found.spots} == {Basis.PLACEHOLDER}
    assert {field.role: field.cap for field in found.fields if field.role} == {Role.BONUS: 2, Role.PENALTY: 3}
    assert found.bands[-1].gte == 0


def test_communes_have_a_band_below_55() -> None:
    bounds = [band.gte for band in SETS["commune-2026@1"].bands if band.gte is not None]
    assert [bound for bound in bounds if bound < 55] == [40, 0]


@pytest.mark.parametrize("ref", STARTING)
def test_the_surveys_of_leaders_of_a_starting_set_are_counted(ref: str) -> None:
    """By option, with the weights of Yên Bái's survey forms; the sources know no weights of the official sets."""
    surveys = [spot.node for spot in SETS[ref].leaves if spot.node.method is Method.SURVEY_LEADERS]
    assert surveys
    for node in surveys:
        assert node.rule == {"kind": "survey", "weights": {"A": 100, "B": 60, "C": 20, "D": 0}}
        assert not node.verified
        assert "chưa đối chiếu văn bản gốc" in (node.note or "")
        assert "A 100%, B 60%, C 20%, D 0%" in (node.legal_text or "")


@pytest.mark.parametrize("ref", ["province-2017@1", "province-2022@1"])
def test_the_official_sets_have_no_weights_that_no_source_gives(ref: str) -> None:
    assert not any("weights" in (spot.node.rule or {}) for spot in SETS[ref].spots)
