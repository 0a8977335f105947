from pathlib import Path

import pytest

from scoring.planner import plan
from tests.scoring.command.commands import fault, figures, rows, table, written


def test_numbers_unknown_and_files(tmp_path: Path) -> None:
    options = ("--margin", "0.04", "--rate", "0.8", "--deff", "1,5", "--response-rate", "50%", "--power", "0.9")
    found = plan(2000, margin=0.04, rate=0.8, deff=1.5, response_rate=0.5, power=0.9)
    first, second = rows("plan", "2000", "300", *options)
    keys = ("for_margin", "for_difference", "answers", "invitations", "slovin", "slovin_margin", "slovin_power")
    assert [first[key] for key in keys] == [getattr(found, key) for key in keys]
    file = written(tmp_path, "a.csv", "unit,N\nA,2000\nB,300\nC,\n")
    by_file = rows("plan", file, "--population", "N", "--domain", "unit", *options)
    assert [row["unit"] for row in by_file] == ["A", "B", "C"]
    assert [{**row, "unit": None} for row in by_file[:2]] == [first, second]
    (unlimited,) = rows("plan", *options)
    assert {**by_file[2], "unit": None} == unlimited
    assert rows("plan", file, "--population", "N")[1]["unit"] == "dòng 3"


def test_the_target_and_what_was_assumed_are_said() -> None:
    assert figures("plan")["target"] == 0.9
    found = figures("plan", "500", "--target", "0.8", "--alternative", "0.7")
    assert (found["target"], found["alternative"], found["margin"]) == (0.8, 0.7, 0.05)
    assert found["rows"][0]["for_difference"] == plan(500, target=0.8, alternative=0.7).for_difference
    assert "coi như tổng thể vô hạn" in table("plan")
    assert "coi như tổng thể vô hạn" not in table("plan", "500")


def test_the_level_counts_and_a_unit_may_have_one_dossier(tmp_path: Path) -> None:
    (row,) = rows("plan", "2000", "--level", "0.9")
    assert row["for_margin"] == plan(2000, level=0.9).for_margin < plan(2000).for_margin
    (one,) = rows("plan", written(tmp_path, "a.csv", "N\n1\n"), "--population", "N")
    assert (one["population"], one["answers"]) == (1, 1)


@pytest.mark.parametrize("cell", ["0", "1.5", "-3"])
def test_a_population_is_a_whole_number(tmp_path: Path, cell: str) -> None:
    file = written(tmp_path, "a.csv", f"N\n5\n{cell}\n")
    assert "cột “N”, dòng 3: số hồ sơ phải là số nguyên từ 1" in fault("plan", file, "--population", "N")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("0",), "số hồ sơ phải từ 1"),
        (("a.csv",), "một tệp với --population"),
        (("a.csv", "b.csv", "--population", "N"), "một tệp với --population"),
        (("100", "--margin", "0"), "giá trị không hợp lệ (a margin must be"),
        (("100", "--alternative", "0.9"), "giá trị không hợp lệ (the two rates must differ"),
    ],
)
def test_what_cannot_be_planned(arguments: tuple[str, ...], said: str) -> None:
    assert said in fault("plan", *arguments)
