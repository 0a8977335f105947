import json
from pathlib import Path
from typing import Any

import pytest

from tests.scoring.command.commands import fault, figures, table, written

FIELDS = [
    {
        "id": "1",
        "max": 60,
        "children": [{"id": "1.1", "max": 40}, {"id": "1.2", "max": 20, "rule": {"kind": "binary"}}],
    },
    {"id": "2", "max": 40, "method": "survey", "rule": {"kind": "external_pct"}},
    {"id": "P", "max": -5, "role": "penalty"},
]
TOTAL = {"classes": [["Tốt", 80], ["Khá", 60]]}
ESTIMATES = {"2": {"share": 0.8, "standard_error": 0.05}}


def files(folder: Path, *units: dict[str, Any]) -> list[Path]:
    first = written(folder, "set.json", json.dumps({"fields": FIELDS, "total": TOTAL}))
    return [first, *(written(folder, f"u{place}.json", json.dumps(unit)) for place, unit in enumerate(units))]


def unit(points: float, **changed: Any) -> dict[str, Any]:
    known = {"points": {"1.1": points, "P": -1}, "inputs": {"1.2": {"answer": True}, "2": {"percent": 80}}}
    return known | changed


def test_one_unit_certain(tmp_path: Path) -> None:
    given = files(tmp_path, unit(30))
    found = figures("par", *given)
    assert [(row["code"], row["points"], row["maximum"]) for row in found["leaves"]] == [
        ("1.1", 30, 40),
        ("1.2", 20, 20),
        ("2", 32, 40),
        ("P", -1, -5),
    ]
    assert {row["code"]: (row["points"], row["applicable"]) for row in found["groups"]} == {
        "1": (50, 60),
        "": (82, 100),
    }
    (row,) = found["units"]
    assert (row["index"], row["percent"], row["deducted"], row["band"]) == (81, 82, 1, "Tốt")
    assert [row[key] for key in ("lower", "upper", "rank", "best")] == [None] * 4
    text = table("par", *given)
    assert "Khoảng" not in text
    assert "Kết quả 80 %: 80 % × 40 = 32 điểm" in text


def test_an_estimate_brings_its_interval(tmp_path: Path) -> None:
    uncertain = unit(30, inputs={"1.2": {"answer": True}}, estimates=ESTIMATES)
    found = figures("par", *files(tmp_path, uncertain), "--level", "0.9")
    (row,) = found["units"]
    half = 1.6448536269514722 * 0.05 * 40
    assert (row["index"], row["method"]) == (81, "analytic")
    assert [row["lower"], row["upper"]] == pytest.approx([81 - half, 81 + half])
    assert [row[key] for key in ("rank", "best", "worst")] == [None] * 3  # of one unit
    partial = uncertain | {"points": {"1.1": 30, "1.2": None, "P": 0}, "inputs": {}}
    for convention in ("applicable", "blocks"):
        (row,) = figures("par", *files(tmp_path, partial), "--convention", convention)["units"]
        assert (row["lower"] + row["upper"]) / 2 == pytest.approx(row["index"])
    bonus = {"id": "B", "max": 3, "role": "bonus"}
    capped = written(tmp_path, "capped.json", json.dumps({"fields": [*FIELDS, bonus], "total": {"bonus_cap": 1}}))
    given = written(tmp_path, "u.json", json.dumps(uncertain | {"points": {"1.1": 30, "P": 0, "B": 3}}))
    (row,) = figures("par", capped, given)["units"]
    assert (row["index"], (row["lower"] + row["upper"]) / 2) == (83, pytest.approx(83))


def test_units_are_ranked_in_their_blocks(tmp_path: Path) -> None:
    certain = [unit(30, unit="A"), unit(20, unit="B"), unit(40, unit="C", block="sở"), unit(30, unit="D")]
    found = figures("par", *files(tmp_path, *certain))["units"]
    assert [(row["unit"], row["rank"], row["of"], row["tied"]) for row in found] == [
        ("A", 1, 3, 2),
        ("B", 3, 3, 1),
        ("C", 1, 1, 1),
        ("D", 1, 3, 2),
    ]
    assert all(row["best"] is None for row in found)


def test_uncertain_units_have_rank_intervals(tmp_path: Path) -> None:
    some = unit(30, unit="A", inputs={"1.2": {"answer": True}}, estimates=ESTIMATES)
    given = files(tmp_path, some, unit(31, unit="B"), unit(0, unit="C"), unit(9, unit="D", inputs={}))
    found = {row["unit"]: row for row in figures("par", *given)["units"]}
    assert [(found[name]["rank"], found[name]["best"], found[name]["worst"]) for name in "ABC"] == [
        (2, 1, 2),
        (1, 1, 2),
        (3, 3, 3),
    ]
    assert (found["D"]["rank"], found["D"]["best"], found["D"]["reason"]) == (None, None, "unscored")
    text = table("par", *given)
    assert "1–2" in text
    assert "chưa chấm đủ tiêu chí" in text
    assert "Chưa chấm" in text


def test_rank_intervals_keep_to_the_block_and_to_the_level(tmp_path: Path) -> None:
    uncertain = {"inputs": {"1.2": {"answer": True}}, "estimates": ESTIMATES}
    same = files(tmp_path, unit(30, unit="A", **uncertain), unit(27, unit="B", **uncertain))
    assert [row["worst"] for row in figures("par", *same)["units"]] == [2, 2]
    assert [row["worst"] for row in figures("par", *same, "--level", "0.3")["units"]] == [1, 2]
    apart = files(tmp_path, unit(30, unit="A", **uncertain), unit(27, unit="B", block="sở", **uncertain))
    assert [(row["best"], row["worst"]) for row in figures("par", *apart)["units"]] == [(1, 1)] * 2


def test_what_does_not_apply_leaves_the_denominator_by_the_convention(tmp_path: Path) -> None:
    given = files(tmp_path, {"points": {"1.1": 30, "1.2": None, "2": 20}})
    (applicable,) = figures("par", *given)["units"]
    (blocks,) = figures("par", *given, "--convention", "blocks")["units"]
    assert applicable["index"] == pytest.approx(50 / 80 * 100)
    assert blocks["index"] == pytest.approx(30 / 40 * 60 + 20)
    assert applicable["not_applicable"] == ["1.2"]
    nothing = files(tmp_path, {"points": {"1.1": None, "1.2": None, "2": None}})
    assert "không tiêu chí nào áp dụng" in table("par", *nothing)


def test_files_that_do_not_go_together(tmp_path: Path) -> None:
    given = files(tmp_path, unit(1, unit="A"), unit(2, unit="A"))
    assert "hai tệp của cùng đơn vị A" in fault("par", *given)
    assert "ít nhất một tệp của đơn vị" in fault("par", given[0])
