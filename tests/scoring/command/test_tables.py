from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.command.problems import Problem
from scoring.command.tables import Table, read_table
from tests.scoring.command.commands import written


def read(folder: Path, text: str, name: str = "a.csv") -> Table:
    return read_table(str(written(folder, name, text)))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "x, unit ,\n 1 ,Xã A,\n\n,Xã B,\n0.5,Xã C,rest\n"),
        ("a.txt", "x;unit;\n1;Xã A;\n\n;Xã B;\n0,5;Xã C;\n"),
        ("a.tsv", 'x\tunit\n1\t"Xã A"\n\n\tXã B\n0.5\tXã C'),
    ],
)
def test_separators_blanks_and_empty_lines(tmp_path: Path, name: str, text: str) -> None:
    found = read(tmp_path, text, name)
    assert list(found.columns) == ["x", "unit"]
    assert found.texts("unit") == ["Xã A", "Xã B", "Xã C"]
    assert np.array_equal(found.values("x"), [1, np.nan, 0.5], equal_nan=True)
    assert [found.row(place) for place in range(found.rows)] == ["dòng 2", "dòng 4", "dòng 5"]


def test_json_records(tmp_path: Path) -> None:
    text = '[{"x": 1, "unit": "A"}, {"x": null}, {"unit": "C", "x": 1e3, "ok": true}, {"ok": false}]'
    found = read(tmp_path, text, "a.json")
    assert np.array_equal(found.values("x"), [1, np.nan, 1000, np.nan], equal_nan=True)
    assert found.texts("unit") == ["A", "", "C", ""]
    assert found.texts("ok") == ["", "", "1", "0"]
    assert (found.row(1), found.rows) == ("bản ghi 2", 4)
    with pytest.raises(Problem, match="cột “x”, bản ghi 1: không phải là số: “0,5”"):
        read(tmp_path, '[{"x": "0,5"}]', "a.json").values("x")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_end_of_a_line_is_one(tmp_path: Path, end: str) -> None:
    (tmp_path / "a.csv").write_bytes(end.join(["x;unit", "1;Xã A", "2;Xã B", ""]).encode())
    found = read_table(str(tmp_path / "a.csv"))
    assert (found.texts("unit"), found.values("x").tolist()) == (["Xã A", "Xã B"], [1, 2])


@pytest.mark.parametrize("cell", ["abc", "1_000", "nan", "inf", "1e999", "0x1", "1,5", "--1", "."])
def test_what_is_no_number_is_named_by_its_row(tmp_path: Path, cell: str) -> None:
    found = read(tmp_path, f'x\n1\n"{cell}"\n')
    with pytest.raises(Problem, match=r"a\.csv, cột “x”, dòng 3: không phải là số"):
        found.values("x")


def test_a_decimal_comma_needs_another_separator(tmp_path: Path) -> None:
    found = read(tmp_path, "x;y\n1,5;1.234,5\n")
    assert found.values("x").tolist() == [1.5]
    with pytest.raises(Problem, match=r"1\.234,5"):
        found.values("y")


def test_codes_for_nothing_and_cells_that_must_be_there(tmp_path: Path) -> None:
    found = read(tmp_path, "x,unit\n1,A\nKAD,B\n,\n")
    assert np.isnan(found.values("x", empty=["KAD"])).tolist() == [False, True, True]
    with pytest.raises(Problem, match="cột “unit”, dòng 4: ô trống"):
        found.codes("unit")
    with pytest.raises(Problem, match="cột “x”, dòng 3: không phải là số: “KAD”"):
        found.known("x")
    with pytest.raises(Problem, match="cột “y”: không có cột này; các cột có: x, unit"):
        found.texts("y")


def test_known_numbers_and_empty_ones(tmp_path: Path) -> None:
    found = read(tmp_path, "x,y\n1,2\n3,\n")
    assert found.known("x").tolist() == [1, 3]
    assert found.codes("x") == ["1", "3"]
    with pytest.raises(Problem, match="cột “y”, dòng 3: ô trống"):
        found.known("y")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.csv", "x,y\n1,2\n1\n", "dòng 3: có 1 ô, dòng tiêu đề có 2"),
        ("a.csv", "x,x\n1,2\n", "cột “x”: hai cột trùng tên"),
        ("a.csv", 'x\n"1', "sai cú pháp CSV"),
        ("a.csv", "", "không có dòng số liệu"),
        ("a.csv", "x,y\n", "không có dòng số liệu"),
        ("a.json", "[]", "không có dòng số liệu"),
        ("a.json", "[1]", "danh sách các bản ghi"),
        ("a.json", '{"x": 1}', "danh sách các bản ghi"),
        ("a.json", "[{", "sai cú pháp JSON"),
        ("a.json", '[{"x": 1}, {"x": [1]}]', "cột “x”, bản ghi 2: phải là số hoặc chữ"),
        ("a.xlsx", "", "chỉ đọc tệp .csv hoặc .json"),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, name: str, text: str, said: str) -> None:
    with pytest.raises(Problem, match=f"{name}.*{said}"):
        read(tmp_path, text, name)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_numbers_come_back_as_written(values: list[float]) -> None:
    column = Table("a.csv", {"x": [repr(value) for value in values]}, range(len(values)), "dòng", False)
    assert column.values("x").tolist() == values
