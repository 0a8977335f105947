"""What scoring reads of a set, read by scoring."""

from decimal import Decimal

from questionnaires.par_sets import CriteriaSet
from questionnaires.par_trees import rule_data, total_data, tree_data
from scoring.par.rules import read_rule
from scoring.par.tree import Role, leaves, read_tree
from tests.questionnaires.par_samples import criteria, small


def test_the_tree_is_what_scoring_reads() -> None:
    data = tree_data(small())
    assert data[1] == {"id": "2", "max": 2, "method": "survey_leaders", "rule": {"kind": "survey"}}
    assert type(data[1]["method"]) is str
    tree = read_tree(data)
    assert tree.maximum == 5
    found = {leaf.code: leaf for leaf in leaves(tree)}
    assert [(leaf.code, leaf.role, leaf.cap) for leaf in found.values() if leaf.role is not Role.BASE] == [
        ("T.1", Role.BONUS, None),
        ("P", Role.PENALTY, 1),
    ]
    assert found["1.1.1"].maximum == Decimal("1.5")
    assert found["1.2"].rule is None


def test_a_rule_has_its_wording_and_its_exact_numbers() -> None:
    assert rule_data(small().node("1.1.1")) == {
        "kind": "ratio",
        "floor": Decimal("0.8"),
        "full_at": 1,
        "text_vi": "Đạt 100%: 1,5",
    }
    assert rule_data(small().node("1.2")) is None


def test_a_leaf_that_may_not_apply_says_so_in_its_rule() -> None:
    node = small().node("1.1.2")
    data = rule_data(node)
    assert data == {"kind": "binary", "not_applicable": "không áp dụng"}
    assert read_rule(data).not_applicable == "không áp dụng"
    own = node.model_copy(update={"rule": {"kind": "binary", "not_applicable": "không phát sinh"}})
    assert rule_data(own) == {"kind": "binary", "not_applicable": "không phát sinh"}
    assert node.rule == {"kind": "binary"}


def test_the_classes_are_those_of_a_total() -> None:
    total = total_data(small())
    assert total == {
        "kind": "total",
        "classes": [{"name": "A", "gt": 90}, {"name": "B", "gte": 90}, {"name": "C", "gte": 0}],
    }
    assert read_rule(total).kind == "total"
    assert total_data(CriteriaSet.model_validate({**criteria(), "bands": []})) == {"kind": "total"}
