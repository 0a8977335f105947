from pathlib import Path

import numpy as np
import pytest

from scoring.command.parsing import parse
from scoring.command.problems import Problem
from scoring.command.sampling import survey_of
from scoring.command.tables import read_table
from scoring.sampling.design import Design
from tests.scoring.command.commands import written

ROWS = """tầng,xã,người,w,n_xã,n_người
A,1,1,2,4,6
A,1,2,2,4,6
A,2,3,2,4,8
A,2,4,2,4,8
B,3,5,1.5,3,5
B,3,6,1.5,3,5
B,4,7,1.5,3,4
B,4,8,1.5,3,4
"""


def design(folder: Path, *arguments: str, text: str = ROWS) -> Design:
    file = str(written(folder, "a.csv", text))
    return survey_of(read_table(file), parse(["estimate", file, *arguments]))


def test_the_simplest_design(tmp_path: Path) -> None:
    found = design(tmp_path)
    assert (found.weight.tolist(), found.df, found.ssu) == ([1.0] * 8, 7, None)


def test_a_row_may_weigh_little_or_nothing(tmp_path: Path) -> None:
    found = design(tmp_path, "--weight", "w", text=ROWS.replace("A,1,1,2", "A,1,1,0").replace("A,1,2,2", "A,1,2,0.5"))
    assert found.weight.tolist()[:3] == [0, 0.5, 2]


def test_people_with_several_rows_are_one_unit_of_the_second_stage(tmp_path: Path) -> None:
    text = ROWS.replace("A,1,2,", "A,1,1,")
    both = ("--strata", "tầng", "--psu", "xã", "--fpc", "n_xã", "--fpc2", "n_người")
    assert design(tmp_path, *both, "--ssu", "người", text=text).ssus.tolist() == [1, 2, 2, 2]
    assert design(tmp_path, *both, text=text).ssus.tolist() == [2, 2, 2, 2]


def test_two_stages_from_columns(tmp_path: Path) -> None:
    both = ("--strata", "tầng", "--psu", "xã", "--ssu", "người", "--fpc", "n_xã", "--fpc2", "n_người")
    found = design(tmp_path, *both, "--weight", "w", "--lonely", "adjust")
    assert found.psu_population.tolist() == [4, 3]
    assert found.ssu_population.tolist() == [6, 8, 5, 4]
    assert (found.weight.tolist(), found.lonely) == ([2] * 4 + [1.5] * 4, "adjust")
    inverse = design(tmp_path, *both).weight
    assert inverse.tolist() == [2 * 3, 2 * 3, 2 * 4, 2 * 4, 1.5 * 2.5, 1.5 * 2.5, 1.5 * 2, 1.5 * 2]


def test_weights_from_the_sizes_add_to_the_population(tmp_path: Path) -> None:
    assert design(tmp_path, "--fpc", "200").weight.sum() == 200
    assert design(tmp_path, "--strata", "tầng", "--psu", "xã", "--fpc", "n_xã").weight.tolist() == [2] * 4 + [1.5] * 4
    people = design(tmp_path, "--fpc", "10", "--fpc2", "3")
    assert np.allclose(people.weight, 10 / 8 * 3)


def test_codes_that_start_again_in_each_stratum(tmp_path: Path) -> None:
    text = ROWS.replace("B,3,", "B,1,").replace("B,4,", "B,2,")
    arguments = ("--strata", "tầng", "--psu", "xã", "--fpc", "n_xã", "--fpc2", "n_người")
    assert len(design(tmp_path, *arguments, "--nest", text=text).psu_stratum) == 4
    with pytest.raises(Problem, match=r"cột “xã”, dòng 6: mã đơn vị bậc một có ở hai tầng.*--nest"):
        design(tmp_path, *arguments, text=text)


@pytest.mark.parametrize(
    ("arguments", "old", "new", "said"),
    [
        (("--weight", "w"), "A,1,2,2", "A,1,2,-2", "cột “w”, dòng 3: quyền số âm"),
        (("--weight", "w"), "A,1,2,2", "A,1,2,", "cột “w”, dòng 3: ô trống"),
        (("--strata", "tầng"), "B,3,5", ",3,5", "cột “tầng”, dòng 6: ô trống"),
        (("--psu", "xã"), "B,3,5", "B,,5", "cột “xã”, dòng 6: ô trống"),
        (("--strata", "tầng", "--fpc", "n_xã"), "A,2,4,2,4", "A,2,4,2,5", "cột “n_xã”, dòng 5: quy mô phải như nhau"),
        (("--strata", "tầng", "--fpc", "n_xã"), ",4,", ",2,", "a.csv: thiết kế mẫu không hợp lệ .*below"),
        (("--psu", "xã", "--fpc", "9", "--fpc2", "n_người"), "3,5\nB,3", "3,9\nB,3", "cột “n_người”, dòng 7"),
        (("--fpc", "missing"), "", "", "cột “missing”: không có cột này"),
        (("--fpc2", "n_người"), "", "", "--fpc2 cần --fpc"),
    ],
)
def test_faults_are_named(tmp_path: Path, arguments: tuple[str, ...], old: str, new: str, said: str) -> None:
    text = ROWS.replace(old, new) if old else ROWS
    with pytest.raises(Problem, match=said):
        design(tmp_path, *arguments, text=text)
