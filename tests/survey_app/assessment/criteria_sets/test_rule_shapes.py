"""Parameters of every shape as texts of boxes and back."""

from decimal import Decimal
from typing import Any

import pytest

from scoring.par.parameters import Shape
from scoring.par.shapes import READERS
from survey_app.assessment.criteria_sets.rule_shapes import (
    LAYOUTS,
    Unshown,
    distinct,
    in_percent,
    of_percent,
    texts,
    value,
)

SHAPED: list[tuple[Shape, Any, list[dict[str, str]]]] = [
    (Shape.NUMBER, Decimal("-1234.5"), [{"": "-1.234,5"}]),
    (Shape.POINTS, 2, [{"": "2"}]),
    (Shape.DEDUCTION, Decimal("-0.5"), [{"": "-0,5"}]),
    (Shape.POSITIVE, 1, [{"": "1"}]),
    (Shape.SHARE, Decimal("0.8"), [{"": "0,8"}]),
    (Shape.WHOLE, 3, [{"": "3"}]),
    (Shape.FLAG, False, [{"": "no"}]),
    (Shape.TEXT, "a/b", [{"": "a/b"}]),
    (Shape.NAMES, ["Một", "Hai"], [{"": "Một"}, {"": "Hai"}]),
    (Shape.THREE_NAMES, ["Có", "Không", "Miễn"], [{"": "Có"}, {"": "Không"}, {"": "Miễn"}]),
    (Shape.ITEMS, [{"text_vi": "Đủ", "points": 1}], [{"text_vi": "Đủ", "points": "1"}]),
    (
        Shape.OPTIONS,
        [["Tốt", 2], {"name": "Khá", "points": 1, "up_to": True}],
        [{"name": "Tốt", "points": "2"}, {"name": "Khá", "points": "1", "up_to": "y"}],
    ),
    (
        Shape.TIERS,
        [{"gte": 1, "points": 2}, {"gt": Decimal("0.5"), "points": 1}],
        [{"is": "gte", "bound": "1", "points": "2"}, {"is": "gt", "bound": "0,5", "points": "1"}],
    ),
    (
        Shape.DEADLINES,
        [{"lte": -1, "points": 2}, {"lte": 5, "points": 1}],
        [{"lte": "-1", "points": "2"}, {"lte": "5", "points": "1"}],
    ),
    (Shape.WEIGHTS, {"Tốt": 100, "Khác": None}, [{"name": "Tốt", "points": "100"}, {"name": "Khác"}]),
    (
        Shape.CLASSES,
        [{"name": "A", "gte": 90}, {"name": "B", "gt": 0}],
        [{"name": "A", "is": "gte", "bound": "90"}, {"name": "B", "is": "gt", "bound": "0"}],
    ),
    (Shape.LIMITS, [0, 100], [{"": "0"}, {"": "100"}]),
    (Shape.MONTH_DAY, "12-20", [{"": "20/12"}]),
    (Shape.START, 3, [{"": "3"}]),
    (Shape.ZERO_DENOMINATOR, "full", [{"": "full"}]),
]


@pytest.mark.parametrize(("shape", "data", "shown"), SHAPED, ids=[shape for shape, *_ in SHAPED])
def test_data_come_back_from_their_boxes(shape: Shape, data: Any, shown: list[dict[str, str]]) -> None:
    assert texts(LAYOUTS[shape], data) == shown
    found = value(LAYOUTS[shape], shown)
    assert found == data
    READERS[shape](found, "here")


def test_every_shape_has_its_boxes() -> None:
    assert LAYOUTS.keys() == {shape for shape, *_ in SHAPED} == set(Shape) - {Shape.BRANCHES}


@pytest.mark.parametrize("shape", LAYOUTS)
def test_empty_boxes_say_nothing(shape: Shape) -> None:
    layout = LAYOUTS[shape]
    first = {column.key: column.choices[0][0] for column in layout.columns if column.choices and not layout.single}
    assert value(layout, [first] * max(1, len(layout.fixed))) is None
    assert value(layout, []) is None


@pytest.mark.parametrize(
    ("shape", "data"),
    [
        (Shape.NUMBER, True),
        (Shape.NUMBER, [1]),
        (Shape.FLAG, "true"),
        (Shape.TEXT, 5),
        (Shape.TEXT, "hai\ndòng"),
        (Shape.TEXT, " rìa "),
        (Shape.TEXT, "x" * 4001),
        (Shape.NAMES, "Một"),
        (Shape.THREE_NAMES, ["Có", "Không"]),
        (Shape.ITEMS, ["Một"]),
        (Shape.ITEMS, [{"text_vi": "Một", "points": 1, "note": "x"}]),
        (Shape.OPTIONS, [{"name": "Một", "points": 1, "up_to": "yes"}]),
        (Shape.OPTIONS, [["Một", 1, 2]]),
        (Shape.TIERS, [{"gte": 1, "gt": 2, "points": 1}]),
        (Shape.TIERS, [{"bound": 1, "points": 1}]),
        (Shape.TIERS, {"gte": 1}),
        (Shape.WEIGHTS, [100]),
        (Shape.ZERO_DENOMINATOR, "half"),
    ],
)
def test_what_the_boxes_would_lose_is_not_shown(shape: Shape, data: Any) -> None:
    with pytest.raises(Unshown):
        texts(LAYOUTS[shape], data)


def test_what_cannot_be_read_stays_as_it_was_typed() -> None:
    number = LAYOUTS[Shape.POINTS]
    assert value(number, [{"": "một rưỡi"}]) == "một rưỡi"
    assert value(number, [{"": "9" * 30}]) == "9" * 30
    assert texts(number, "một rưỡi") == [{"": "một rưỡi"}]
    assert texts(number, "1.5") == [{"": "1,5"}]
    assert value(LAYOUTS[Shape.MONTH_DAY], [{"": "31/2"}]) == "02-31"
    assert value(LAYOUTS[Shape.MONTH_DAY], [{"": "cuối năm"}]) == "cuối năm"
    assert texts(LAYOUTS[Shape.MONTH_DAY], "cuối năm") == [{"": "cuối năm"}]
    assert value(LAYOUTS[Shape.FLAG], [{"": "maybe"}]) == "maybe"


def test_a_row_without_some_of_its_texts_is_kept() -> None:
    assert value(LAYOUTS[Shape.TIERS], [{"is": "gt", "bound": "", "points": "1"}]) == [{"points": 1}]
    assert texts(LAYOUTS[Shape.TIERS], [{"points": 1}]) == [{"points": "1"}]
    assert value(LAYOUTS[Shape.OPTIONS], [{"name": "Tốt", "points": ""}]) == [{"name": "Tốt"}]
    assert value(LAYOUTS[Shape.THREE_NAMES], [{"": "Có"}, {"": ""}, {"": "Miễn"}]) == ["Có", "", "Miễn"]
    assert value(LAYOUTS[Shape.WEIGHTS], [{"name": "", "points": "5"}]) == {"": 5}


def test_rows_with_a_bound_sort_themselves() -> None:
    rows = [{"is": kind, "bound": bound, "points": "1"} for kind, bound in (("gte", "1"), ("gt", "5"), ("gte", "5"))]
    found = value(LAYOUTS[Shape.TIERS], rows)
    assert found == [{"gt": 5, "points": 1}, {"gte": 5, "points": 1}, {"gte": 1, "points": 1}]
    days = value(LAYOUTS[Shape.DEADLINES], [{"lte": "15", "points": "1"}, {"lte": "0,5", "points": "2"}])
    assert [tier["lte"] for tier in days] == [Decimal("0.5"), 15]
    unread = value(LAYOUTS[Shape.DEADLINES], [{"lte": "15", "points": "1"}, {"lte": "năm", "points": "2"}])
    assert [tier["lte"] for tier in unread] == [15, "năm"]


def test_the_maximum_as_a_start_is_an_empty_box() -> None:
    assert texts(LAYOUTS[Shape.START], "max") == []


def test_names_that_come_again_are_numbered() -> None:
    assert distinct(["Tốt", "Khá", "Tốt", "Tốt (2)", "Tốt"]) == ["Tốt", "Khá", "Tốt (2)", "Tốt (2) (2)", "Tốt (3)"]
    assert value(LAYOUTS[Shape.WEIGHTS], [{"name": "Tốt", "points": "1"}] * 2) == {"Tốt": 1, "Tốt (2)": 1}


@pytest.mark.parametrize(("share", "percent"), [("0,8", "80"), ("1", "100"), ("0,125", "12,5"), ("-0,05", "-5")])
def test_shares_are_shown_in_percent(share: str, percent: str) -> None:
    assert in_percent(share) == percent
    assert of_percent(percent) == share


def test_what_is_no_number_has_no_percent() -> None:
    assert (in_percent("tám"), of_percent(""), of_percent("80 %")) == ("tám", "", "0,8")
