import json
import math
from decimal import Decimal
from fractions import Fraction

import pytest

from scoring.command.printing import Answer, Column, Form, Sheet, as_json, as_text, decimal, percent

COLUMNS = [
    Column("_name", "Tên"),
    Column("n", "Số", Form.COUNT),
    Column("size", "Cỡ", Form.NUMBER),
    Column("points", "Điểm", Form.POINTS),
    Column("never", "Không có"),
]


def row(name: str, n: int | None, size: float, points: Fraction | None) -> dict[str, object]:
    return {"_name": name, "n": n, "size": size, "points": points, "never": None}


ROWS = [row("A", 12345, math.inf, Fraction(1, 3)), row("Xa\u0303", None, math.nan, None)]


def test_a_table_is_aligned_and_leaves_out_what_nobody_has() -> None:
    found = as_text(Answer(facts={}, sheets=[Sheet(key="rows", columns=COLUMNS, rows=ROWS)]))
    assert found.splitlines() == [
        "Tên      Số  Cỡ  Điểm",
        "---  ------  --  ----",
        "A    12.345   ∞  0,33",
        "Xa\u0303        –   –     –",
    ]


def test_sheets_titles_and_notes_stand_apart() -> None:
    one = Sheet(key="a", columns=COLUMNS[:1], rows=ROWS[:1], title="Một")
    none = Sheet(key="b", columns=COLUMNS, rows=[], title="Hai")
    assert as_text(Answer(facts={}, sheets=[one, none], notes=["95\u00a0%."])) == "Một\nTên\n---\nA\n\n95 %.\n"
    assert as_text(Answer(facts={}, sheets=[none], notes=["x"])) == "x\n"


def test_json_has_null_for_what_there_is_not_and_nothing_for_the_table_alone() -> None:
    sheet = Sheet(key="rows", columns=COLUMNS, rows=[*ROWS, row("B", 1, 0.5, None) | {"points": Decimal("0.5")}])
    found = json.loads(as_json(Answer(facts={"level": 0.95}, sheets=[sheet], notes=["Xã"])))
    assert found == {
        "level": 0.95,
        "rows": [
            {"n": 12345, "size": None, "points": 1 / 3, "never": None},
            {"n": None, "size": None, "points": None, "never": None},
            {"n": 1, "size": 0.5, "points": 0.5, "never": None},
        ],
        "notes": ["Xã"],
    }


def test_json_is_written_for_people_too() -> None:
    assert as_json(Answer(facts={"unit": "Xã A"}, sheets=[])) == '{\n  "unit": "Xã A",\n  "notes": []\n}\n'


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0"), (1, "100"), (0.9, "90"), (0.875, "87,5"), (0.33333, "33,33"), (0.9875, "98,75")]
)
def test_percent_without_needless_decimals(share: float, text: str) -> None:
    assert percent(share) == f"{text}\u00a0%"
    assert decimal(share, 0) in ("0", "1")
