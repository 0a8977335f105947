"""Nodes and heads as the texts of a form: nothing is lost on the way, every fault is named at its text."""

import pytest

from questionnaires.loader import line_of, published
from questionnaires.par_drafts import CriteriaDraft, drafted, moved, replaced
from questionnaires.par_nodes import Basis, Method, Node
from questionnaires.par_sets import CriteriaSet, Denominator
from questionnaires.par_tables import COLUMNS, HEADER
from questionnaires.par_texts import (
    HEAD,
    NODE,
    ORDER,
    Difference,
    TextError,
    differences,
    head_texts,
    node_texts,
    read_head,
    read_node,
)
from questionnaires.par_yaml import to_yaml
from tests.questionnaires.par_samples import leaf, small


def draft() -> CriteriaDraft:
    return drafted(small())


def texts(number: str = "1.1.1", **changes: str) -> dict[str, str]:
    return node_texts(small().node(number)) | changes


def faults(texts: dict[str, str]) -> dict[str, str]:
    with pytest.raises(TextError) as error:
        read_node(texts)
    return dict(error.value.faults)


@pytest.mark.parametrize("ref", published("par_index"))
def test_every_published_set_comes_back_whole(ref: str) -> None:
    found = drafted(published("par_index")[ref].definition)
    assert all(read_node(node_texts(spot.node), like=spot.node) == spot.node for spot in found.spots)
    assert read_head(head_texts(found), found) == found


def test_texts_are_as_people_write() -> None:
    found = texts()
    assert list(found) == list(NODE)
    assert {name: text for name, text in found.items() if text} == {
        "id": "1.1.1",
        "name": "Mục 1.1.1",
        "max": "1,5",
        "method": "appraisal",
        "kind": "ratio",
        "rule": "{floor: 0.8, full_at: 1}",
        "legal_text": "Đạt 100%: 1,5",
        "inputs": "a | Số đạt | hồ sơ\nb | Tổng số",
        "evidence": "Kế hoạch\nBáo cáo",
        "source": "Phép thử",
        "points_basis": "placeholder",
    }
    assert texts("1.1.2")["not_applicable_allowed"] == "Có"
    assert (texts("T")["role"], texts("T")["cap"], texts("P")["max"]) == ("bonus", "2", "-1")
    assert texts("1")["special"] == "so-x"


def test_a_node_is_read_as_it_was_typed() -> None:
    typed = texts(
        max="2,25", method="statistics", verified="Có", special="b; a", points_basis="sourced", kind="", rule=""
    )
    found = read_node(typed)
    assert (str(found.max), found.method, found.points_basis) == ("2.25", Method.STATISTICS, Basis.SOURCED)
    assert (found.verified, found.special, found.rule, found.children) == (True, ("b", "a"), None, ())
    above = small().node("1.1")
    assert read_node(node_texts(above), like=above).children == above.children


def test_every_fault_stands_at_its_text() -> None:
    typed = texts(max="nhiều", id="", rule="{a: [", inputs="a", points_basis="lạ")
    assert faults(typed) == {
        "id": "thiếu mục bắt buộc",
        "max": "phải là số",
        "rule": "sai cú pháp YAML",
        "inputs": "mỗi dòng gồm: mã | tên | đơn vị tính",
        "points_basis": "không thuộc danh sách cho phép",
    }
    assert faults(texts(inputs="a")) == {"inputs": "mỗi dòng gồm: mã | tên | đơn vị tính"}
    assert faults(texts(kind="")) == {"rule": "luật tính điểm thiếu kind"}
    assert str(TextError({"id": "x", "max": "y"})) == "id: x; max: y"


def test_the_head_is_read_as_it_was_typed() -> None:
    before = head_texts(draft())
    assert list(before) == list(HEAD)
    assert (before["complete"], before["verified"], before["decimals"]) == ("Có", "", "2")
    assert before["legal_basis"] == "- {title: Quyết định, date: '2025-10-15', verified: false}"
    typed = {"title.vi": "Bộ khác", "decimals": "1", "denominator": "blocks", "complete": ""}
    found = read_head(before | typed | {"note": "", "claims": "", "bands": "", "legal_basis": ""}, draft())
    assert (found.title.vi, found.title.en, found.decimals, found.complete) == ("Bộ khác", "Trial set 2026", 1, False)
    assert (found.denominator, found.note, found.claims) == (Denominator.BLOCKS, None, None)
    assert (found.bands, found.legal_basis, found.fields) == ((), (), small().fields)


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ({"title.vi": ""}, {"title.vi": "thiếu mục bắt buộc"}),
        ({"decimals": "7"}, {"decimals": "quá lớn"}),
        ({"bands": "- {name: A}"}, {"bands": "mỗi loại có một mốc: gte (từ) hoặc gt (trên)"}),
        ({"bands": "- {"}, {"bands": "sai cú pháp YAML"}),
        ({"bands": "- {", "decimals": "x"}, {"bands": "sai cú pháp YAML", "decimals": "phải là số nguyên"}),
        ({"claims": "x"}, {"claims": "phải là bảng khóa"}),
        ({"claims": "{"}, {"claims": "sai cú pháp YAML"}),
    ],
)
def test_every_fault_of_the_head_stands_at_its_text(typed: dict[str, str], named: dict[str, str]) -> None:
    with pytest.raises(TextError) as error:
        read_head(head_texts(draft()) | typed, draft())
    assert error.value.faults == named


def test_what_two_sets_differ_in_is_named_by_node_and_column() -> None:
    assert list(differences(small(), draft())) == []
    changed = replaced(draft(), "1.1.2", Node.model_validate(leaf("1.1.3", 1.25)))
    changed = drafted(moved(changed, "1.2", "2"), decimals=3)
    head, new, moved_node, gone = differences(small(), changed)
    assert head == Difference(number="", name="Bộ thử năm 2026", changes=((HEADER["decimals"], "2", "3"),))
    assert (new.number, new.new, new.gone) == ("1.1.3", True, False)
    assert (COLUMNS["max"], "", "1,25") in new.changes
    assert (moved_node.number, moved_node.changes) == ("1.2", ((COLUMNS["parent"], "1", "2"),))
    assert (gone.number, gone.new, gone.gone) == ("1.1.2", False, True)
    assert (COLUMNS["id"], "1.1.2", "") in gone.changes


def test_another_order_of_siblings_is_a_difference() -> None:
    data = small().model_dump(mode="json")
    data["fields"][0]["children"][0]["children"].reverse()
    data["fields"].reverse()
    turned = CriteriaSet.model_validate(data)
    first = [child.id for child in small().fields[0].children[0].children]
    found = {each.number: each.changes for each in differences(small(), turned)}
    assert found[""] == ((ORDER, "1, 2, T, P", "P, T, 2, 1"),)
    assert found["1.1"] == ((ORDER, ", ".join(first), ", ".join(reversed(first))),)


def test_the_line_of_a_place() -> None:
    text = to_yaml(small())
    line = line_of(text, ("fields", 0, "children", 1, "max"), name="x")
    assert text.splitlines()[line - 1].strip() == "max: 0.5"
