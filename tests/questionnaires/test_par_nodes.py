"""Nodes: exact numbers, rules as plain data, and what they have from above."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from questionnaires.par_nodes import Input, Node, Role, shortest, walk
from tests.questionnaires.par_samples import leaf, node, small


def rule(**parameters: Any) -> Any:
    return Node.model_validate(leaf("1", 1, rule={"kind": "k", **parameters})).rule


@pytest.mark.parametrize("written", [0.5, "0.5", "0.50", Decimal("0.500")])
def test_points_are_the_decimal_that_was_written(written: Any) -> None:
    points = Node.model_validate(leaf("1", written)).max
    assert (points, str(points)) == (Decimal("0.5"), "0.5")


@pytest.mark.parametrize(("number", "said"), [("1.0", "1"), ("100", "100"), ("1E+2", "100"), ("0.00", "0")])
def test_whole_points_have_no_zeros(number: str, said: str) -> None:
    assert str(shortest(Decimal(number))) == said


@pytest.mark.parametrize("points", ["NaN", "1e9", "0.1234567", "-10001", "một", None])
def test_points_that_cannot_be(points: Any) -> None:
    with pytest.raises(ValidationError):
        Node.model_validate(leaf("1", points))


def test_a_rule_is_plain_data_with_exact_numbers() -> None:
    found = rule(a=0.1, b=1.0, c=[Decimal("0.30"), {"d": 2}], e=None, f=True, g="Tỷ lệ".encode().decode(), h=("x",))
    assert found == {
        "kind": "k", "a": Decimal("0.1"), "b": 1, "c": [Decimal("0.3"), {"d": 2}], "e": None, "f": True,
        "g": "Tỷ lệ", "h": ["x"],
    }  # fmt: skip
    assert type(found["b"]) is int
    assert found["f"] is True


def test_words_of_a_rule_are_composed() -> None:
    assert rule(a="Ty\u0309 lệ")["a"] == "Tỷ lệ"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"floor": 1}, "the rule has no kind"),
        ({"kind": 1}, "the rule has no kind"),
        ({"kind": "ratio", "text_vi": "x"}, "the wording of a rule stands in legal_text"),
        ({"kind": "ratio", "floor": object()}, "a rule is made of text, numbers, lists and mappings"),
        ({"kind": "ratio", "floor": Decimal("Infinity")}, "a number of the rule is too long"),
        ({"kind": "ratio", "floor": Decimal("1E+999999999")}, "a number of the rule is too long"),
        ({"kind": "ratio", "floor": Decimal("1E-16")}, "a number of the rule is too long"),
    ],
)
def test_a_rule_that_is_none(data: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Node.model_validate(leaf("1", 1, rule=data))


@pytest.mark.parametrize("label", ["hai\ndòng", "a | b"])
def test_labels_and_evidence_stand_on_a_line(label: str) -> None:
    with pytest.raises(ValidationError, match="must stand on one line"):
        Input(key="a", label=label)
    with pytest.raises(ValidationError, match="must stand on one line"):
        Node.model_validate(leaf("1", 1, evidence=[label]))


def test_a_misspelt_name_is_refused() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        Node.model_validate(leaf("1", 1, evidense=["x"]))


def test_every_node_is_walked_before_its_children_with_what_it_has_from_above() -> None:
    spots = {spot.node.id: spot for spot in walk(small().fields)}
    assert list(spots) == ["1", "1.1", "1.1.1", "1.1.2", "1.2", "2", "T", "T.1", "P"]
    assert [spot.depth for spot in spots.values()] == [1, 2, 3, 3, 2, 1, 1, 2, 1]
    assert [spot.parent for spot in spots.values()] == [None, "1", "1.1", "1.1", "1", None, None, "T", None]
    assert spots["1.1.2"].at == ("fields", 0, "children", 0, "children", 1)
    assert (spots["1.1.1"].lead_unit, spots["2"].lead_unit) == ("Sở Nội vụ", None)
    assert spots["1.1.1"].special == {"so-x"}
    assert [spots[number].role for number in ("1", "T.1", "P")] == [Role.BASE, Role.BONUS, Role.PENALTY]


def test_a_lead_unit_of_its_own_comes_before_that_from_above() -> None:
    fields = [Node.model_validate(node("1", 1, leaf("1.1", 1, lead_unit="B", special=["y"]), lead_unit="A"))]
    assert [(spot.lead_unit, set(spot.special)) for spot in walk(fields)] == [("A", set()), ("B", {"y"})]
