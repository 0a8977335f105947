from decimal import Decimal
from typing import Any

import pytest

from scoring.par.parameters import RuleError, RuleProblem, Shape
from scoring.par.shapes import READERS, keys

P = RuleProblem


def test_every_shape_but_branches_has_its_reader() -> None:
    assert READERS.keys() == set(Shape) - {Shape.BRANCHES}  # the rules of branches are read by the reader of rules


@pytest.mark.parametrize(
    ("shape", "value", "found"),
    [
        (Shape.NUMBER, -0.5, Decimal("-0.5")),
        (Shape.DEDUCTION, 0, Decimal(0)),
        (Shape.WHOLE, 2.0, 2),
        (Shape.FLAG, False, False),
        (Shape.START, "max", None),
        (Shape.START, 1.5, Decimal("1.5")),
        (Shape.LIMITS, [0, 100], (0, 100)),
        (Shape.MONTH_DAY, "12-20", (12, 20)),
        (Shape.ZERO_DENOMINATOR, "full", "full"),
        (Shape.NAMES, ["a", "b"], ("a", "b")),
        (Shape.WEIGHTS, {"A": 100, "E": None}, (("A", Decimal(100)), ("E", None))),
    ],
)
def test_shapes_are_read(shape: Shape, value: object, found: object) -> None:
    assert READERS[shape](value, "here") == found


def test_a_bound_may_be_open_and_then_closed() -> None:
    tiers = READERS[Shape.TIERS]([{"gt": 0.5, "points": 2}, {"gte": 0.5, "points": 1}], "tiers")
    assert [(tier.bound, tier.strict) for tier in tiers] == [(Decimal("0.5"), True), (Decimal("0.5"), False)]
    bands = READERS[Shape.CLASSES]([{"name": "A", "gt": 80}, ["B", 80], {"name": "C", "gte": 70}], "classes")
    assert [(band.name, band.strict) for band in bands] == [("A", True), ("B", False), ("C", False)]


@pytest.mark.parametrize(
    ("shape", "value", "problem", "where"),
    [
        (Shape.NUMBER, "x", P.NOT_A_NUMBER, "here"),
        (Shape.POINTS, -1, P.OUT_OF_RANGE, "here"),
        (Shape.DEDUCTION, 1, P.OUT_OF_RANGE, "here"),
        (Shape.POSITIVE, 0, P.OUT_OF_RANGE, "here"),
        (Shape.WHOLE, 1.5, P.NOT_WHOLE, "here"),
        (Shape.FLAG, "yes", P.NOT_YES_NO, "here"),
        (Shape.TEXT, 5, P.NOT_A_TEXT, "here"),
        (Shape.TEXT, "  ", P.EMPTY, "here"),
        (Shape.NAMES, "ab", P.NOT_A_LIST, "here"),
        (Shape.NAMES, [], P.EMPTY, "here"),
        (Shape.NAMES, ["a", "a"], P.TWICE, "here"),
        (Shape.NAMES, ["a", 1], P.NOT_A_TEXT, "here[1]"),
        (Shape.THREE_NAMES, ["a", "b"], P.OUT_OF_RANGE, "here"),
        (Shape.ITEMS, ["a"], P.NOT_A_RULE, "here[0]"),
        (Shape.ITEMS, [{"text_vi": "a"}], P.MISSING_PARAMETER, "here[0].points"),
        (Shape.ITEMS, [{"text_vi": "a", "points": 1}] * 2, P.TWICE, "here"),
        (Shape.OPTIONS, [["a", 1, 2]], P.NOT_A_RULE, "here[0]"),
        (Shape.OPTIONS, [["a", "1,5"]], P.NOT_A_NUMBER, "here[0].points"),
        (Shape.OPTIONS, [["a", 1], ["a", 2]], P.TWICE, "here"),
        (Shape.OPTIONS, [{"name": "a", "points": 1, "up_to": 1}], P.NOT_YES_NO, "here[0].up_to"),
        (Shape.TIERS, [{"points": 1}], P.BAD_TIER, "here[0]"),
        (Shape.TIERS, [{"gt": 1, "gte": 1, "points": 1}], P.BAD_TIER, "here[0]"),
        (Shape.TIERS, [{"lte": 1, "points": 1}], P.UNKNOWN_PARAMETER, "here[0].lte"),
        (Shape.TIERS, [{"gte": 0.5, "points": 1}, {"gte": 0.5, "points": 2}], P.OUT_OF_ORDER, "here"),
        (Shape.TIERS, [{"gte": 0.5, "points": 1}, {"gt": 0.5, "points": 2}], P.OUT_OF_ORDER, "here"),
        (Shape.TIERS, [{"gte": -1, "points": 1}], P.OUT_OF_RANGE, "here[0]"),
        (Shape.TIERS, [{"gte": "x", "points": 1}], P.NOT_A_NUMBER, "here[0].gte"),
        (Shape.DEADLINES, [{"lte": 60, "points": 1}, {"lte": 60, "points": 0}], P.OUT_OF_ORDER, "here"),
        (Shape.WEIGHTS, [1], P.NOT_A_LIST, "here"),
        (Shape.WEIGHTS, {"A": 101}, P.OUT_OF_RANGE, "here.A"),
        (Shape.WEIGHTS, {1: 100}, P.NOT_A_TEXT, "here"),
        (Shape.WEIGHTS, {"A": None}, P.EMPTY, "here"),
        (Shape.CLASSES, [["A", 80], ["B", 80]], P.OUT_OF_ORDER, "here"),
        (Shape.CLASSES, [["A", 80], ["A", 70]], P.TWICE, "here"),
        (Shape.CLASSES, ["A"], P.NOT_A_RULE, "here[0]"),
        (Shape.CLASSES, [{"name": "A"}], P.BAD_TIER, "here[0]"),
        (Shape.LIMITS, [100, 0], P.OUT_OF_ORDER, "here"),
        (Shape.LIMITS, [0], P.OUT_OF_ORDER, "here"),
        (Shape.MONTH_DAY, "20/12", P.OUT_OF_RANGE, "here"),
        (Shape.MONTH_DAY, "02-29", P.OUT_OF_RANGE, "here"),
        (Shape.MONTH_DAY, 1220, P.NOT_A_TEXT, "here"),
        (Shape.START, "min", P.NOT_A_NUMBER, "here"),
        (Shape.ZERO_DENOMINATOR, "half", P.NOT_AN_OPTION, "here"),
    ],
)
def test_wrong_parameters_are_named(shape: Shape, value: Any, problem: RuleProblem, where: str) -> None:
    with pytest.raises(RuleError) as refused:
        READERS[shape](value, "here")
    assert (refused.value.problem, refused.value.where) == (problem, where)


def test_keys_at_the_top_have_no_prefix() -> None:
    with pytest.raises(RuleError, match=r"^floor: missing_parameter$"):
        keys({}, "", {"floor"})
    with pytest.raises(RuleError, match=r"^roof: unknown_parameter$"):
        keys({"floor": 1, "roof": 2}, "", {"floor"})
