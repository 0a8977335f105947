import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from scoring.command.par_files import WRONG, CriteriaSet, read_criteria, read_unit
from scoring.command.problems import Problem
from scoring.par.index import PLAIN
from scoring.par.inputs import InputProblem
from scoring.par.parameters import RuleProblem
from scoring.par.tree import leaves
from tests.scoring.command.commands import written

FIELDS: list[dict[str, Any]] = [
    {"id": "1", "max": 2, "rule": {"kind": "ratio", "floor": 0.8, "full_at": 1}},
    {"id": "2", "max": 10, "rule": {"kind": "external_pct"}},
    {"id": "3", "max": 3},
    {"id": "4", "max": 1, "rule": {"kind": "binary"}},
]


def criteria(folder: Path, data: object = FIELDS) -> CriteriaSet:
    return read_criteria(str(written(folder, "set.json", json.dumps(data))))


def unit_file(folder: Path, data: object) -> str:
    return str(written(folder, "xa.json", json.dumps(data)))


def test_every_problem_has_words() -> None:
    assert WRONG.keys() == {*InputProblem, *RuleProblem}


def test_a_criteria_set_is_a_list_or_has_fields_and_a_total(tmp_path: Path) -> None:
    assert criteria(tmp_path).total == PLAIN
    whole = criteria(tmp_path, {"title": "x", "fields": FIELDS, "total": {"round": 1, "classes": [["A", 50]]}})
    assert [leaf.code for leaf in leaves(whole.tree)] == ["1", "2", "3", "4"]
    assert (whole.total.places, whole.total.classes[0].name) == (1, "A")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"title": "x"}, r"mục fields: phải là danh sách \(not_a_list\)"),
        ([{"id": "1", "max": 1, "rule": {"kind": "guess"}}], r"mục 1\.rule\.kind: không có loại quy tắc này"),
        ([{"id": "1", "max": 1, "children": [{"id": "1.1", "max": 2}]}], "mục 1.max: điểm không bằng tổng"),
        ({"fields": FIELDS, "total": {"rounding": 2}}, "mục rounding: khóa lạ"),
        ({"fields": FIELDS, "total": {"round": "x"}}, "mục round: phải là số"),
    ],
)
def test_wrong_criteria_are_named_by_their_place(tmp_path: Path, data: object, said: str) -> None:
    with pytest.raises(Problem, match=rf"set\.json, {said}"):
        criteria(tmp_path, data)


def test_a_unit_is_scored_by_rules_by_hand_and_by_estimates(tmp_path: Path) -> None:
    data = {
        "unit": "Xã A",
        "block": "xã",
        "inputs": {"1": {"a": 9, "b": 10}},
        "points": {"3": 2.5, "4": None},
        "estimates": {"2": {"share": 0.82, "standard_error": 0.015}},
        "deducted": {"3": 0.5, "2": 0},
    }
    found = read_unit(unit_file(tmp_path, data), criteria(tmp_path))
    assert (found.name, found.block) == ("Xã A", "xã")
    assert {code: mark.points for code, mark in found.marks.items()} == {
        "1": Fraction(9, 5),
        "2": Fraction(41, 5),
        "3": Fraction(5, 2),
        "4": None,
    }
    assert found.marks["3"].counted == 2
    assert [(each.code, each.share, each.standard_error) for each in found.estimates] == [("2", 0.82, 0.015)]
    assert {code: leaf.sentence for code, leaf in found.leaves.items() if code != "1"} == {
        "2": "Ước lượng 82 % (sai số chuẩn 1,5 điểm %): 8,2 điểm",
        "3": "Chấm 2,5 điểm, trừ 0,5 điểm",
        "4": "Không áp dụng",
    }
    assert found.leaves["1"].sentence.endswith("9/10 × 2 = 1,8 điểm")


@pytest.mark.parametrize(
    ("share", "points"), [(0, Fraction(0)), (1, Fraction(10)), (1 / 3, Fraction(3333333333, 10**9))]
)
def test_an_estimate_may_be_nothing_or_everything_and_has_nine_decimals(
    tmp_path: Path, share: float, points: Fraction
) -> None:
    data = {"estimates": {"2": {"share": share, "standard_error": 0}}}
    mark = read_unit(unit_file(tmp_path, data), criteria(tmp_path)).marks["2"]
    assert mark.points == points


def test_a_unit_without_a_name_has_that_of_its_file(tmp_path: Path) -> None:
    found = read_unit(unit_file(tmp_path, {"inputs": None}), criteria(tmp_path))
    assert (found.name, found.block, found.marks) == ("xa", "", {})


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([], "phải là một bảng khóa"),
        ({"input": {}}, "mục input: khóa lạ"),
        ({"inputs": []}, "mục inputs: phải là một bảng khóa"),
        ({"inputs": {"9": {}}}, "mục inputs.9: bộ tiêu chí không có mã này"),
        ({"inputs": {"1": 5}}, "mục inputs.1: phải là một bảng khóa"),
        ({"inputs": {"1": {"a": 5}}}, r"mục inputs\.1\.b: thiếu số liệu này \(missing\)"),
        ({"inputs": {"1": {"a": "5,5", "b": 10}}}, r"mục inputs\.1\.a: phải là số"),
        ({"inputs": {"3": {"answer": True}}}, "mục inputs.3: tiêu chí này không có quy tắc"),
        ({"points": {"3": "nhiều"}}, "mục points.3: phải là số"),
        ({"points": {"3": 3.5}}, "mục points.3: điểm phải từ 0 đến 3"),
        ({"points": {"3": 1}, "deducted": {"3": -1}}, "mục points.3: điểm phải từ 0 đến 3 .*deducted"),
        ({"points": {"3": 1}, "deducted": {"3": "x"}}, "mục deducted.3: phải là số"),
        ({"deducted": {"3": 1}}, "mục deducted.3: trừ điểm một tiêu chí chưa chấm"),
        ({"points": {"1": 1}, "inputs": {"1": {"a": 1, "b": 1}}}, "mục points.1: tiêu chí được chấm bằng hai cách"),
        ({"estimates": {"2": 0.8}}, "mục estimates.2: cần share và standard_error"),
        ({"estimates": {"2": {"share": 0.8}}}, "mục estimates.2: cần share và standard_error"),
        ({"estimates": {"2": {"share": "x", "standard_error": 0}}}, "mục estimates.2: phải là số"),
        ({"estimates": {"2": {"share": 82, "standard_error": 0}}}, "mục estimates.2: share từ 0 đến 1"),
        ({"estimates": {"2": {"share": 1.5, "standard_error": 0}}}, "mục estimates.2: share từ 0 đến 1"),
        ({"estimates": {"2": {"share": 0.8, "standard_error": -1}}}, "mục estimates.2: share từ 0 đến 1"),
        (
            {"estimates": {"4": {"share": 0.8, "standard_error": 0}}},
            "mục estimates.4: quy tắc .* không tính từ một tỷ lệ",
        ),
    ],
)
def test_wrong_entries_are_named_by_their_place(tmp_path: Path, data: object, said: str) -> None:
    with pytest.raises(Problem, match=rf"xa\.json.*{said}"):
        read_unit(unit_file(tmp_path, data), criteria(tmp_path))


def test_the_set_of_the_project_can_be_read() -> None:
    reference = Path(__file__).parents[1] / "reference" / "par-index-province.json"
    assert read_criteria(str(reference)).tree.maximum == Decimal(100)
