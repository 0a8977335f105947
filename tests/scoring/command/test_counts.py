from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scoring.binomial import METHODS, interval
from scoring.finite import hypergeometric
from scoring.intervals import effective_n_finite, wilson
from tests.scoring.command.commands import fault, rows, written
from tests.scoring.references import Case, cases, close

NAMES = ("--satisfied", "x", "--total", "n")


def counts(folder: Path, text: str, *extra: str) -> list[dict[str, Any]]:
    return rows("interval", written(folder, "a.csv", text), *NAMES, *extra)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_by_row(tmp_path: Path, method: str) -> None:
    found = counts(tmp_path, "x,n\n9,10\n0,5\n7,7\n,\n0,0\n", "--method", method, "--level", "0.9")
    lower, upper = interval([9, 0, 7], [10, 5, 7], 0.9, method)
    assert [row["lower"] for row in found[:3]] == lower.tolist()
    assert [row["upper"] for row in found[:3]] == upper.tolist()
    assert [row["domain"] for row in found] == [f"dòng {place}" for place in range(2, 7)]
    assert [(row["rate"], row["lower"], row["reason"]) for row in found[3:]] == [(None, None, "no_answers")] * 2


@pytest.mark.parametrize("level", ["0.90", "0.95", "0.99"])
@pytest.mark.parametrize("case", [case for case in cases("binomial_ci") if "x" in case["inputs"]], ids=str)
def test_two_numbers_give_the_interval_of_r(case: Case, level: str) -> None:
    inputs = case["inputs"]
    (row,) = rows("interval", inputs["x"], inputs["n"], "--level", level)
    wanted = case["expected"]["ci"][level]["wilson"]
    assert [row["lower"], row["upper"]] == (close(case, wanted) if inputs["n"] else [None, None])


def test_dossiers_make_the_interval_shorter(tmp_path: Path) -> None:
    text = "unit,x,n,N\nA,45,50,200\nB,45,50,\nC,45,50,50\n"
    found = counts(tmp_path, text, "--fpc", "N", "--domain", "unit")
    lower, upper = wilson(0.9, effective_n_finite(50, 50, [200, np.nan, 50]))
    assert [row["domain"] for row in found] == ["A", "B", "C"]
    assert [row["lower"] for row in found] == lower.tolist()
    assert [row["upper"] for row in found] == upper.tolist()
    assert [row["population"] for row in found] == [200, None, 50]
    assert counts(tmp_path, text, "--fpc", "200")[1]["lower"] == found[0]["lower"]


def test_a_column_may_be_called_by_a_number_and_one_answer_is_a_rate(tmp_path: Path) -> None:
    first, second = counts(tmp_path, "x,n,2026\n45,50,200\n1,1,9\n", "--fpc", "2026")
    assert (first["population"], second["population"]) == (200, 9)
    assert (second["rate"], second["n"], second["item"]) == (1, 1, "")
    assert 0 < second["lower"] < second["upper"] == 1


def test_dossiers_and_the_level_count_in_the_limits_and_in_the_further_answers(tmp_path: Path) -> None:
    text = "x,n,N\n43,50,60\n0,0,9\n"
    for method, exact in (("wilson", wilson(0.86, effective_n_finite(50, 50, 60), 0.8)), ("hypergeometric", None)):
        first, second = counts(tmp_path, text, "--fpc", "N", "--method", method, "--level", "0.8")
        wanted = hypergeometric(43, 50, 60, 0.8)
        lower, upper = (wanted.lower, wanted.upper) if exact is None else exact
        assert [first["lower"], first["upper"]] == pytest.approx([float(lower), float(upper)])
        assert (second["lower"], second["reason"]) == (None, "no_answers")
    file = written(tmp_path, "b.csv", "x,n\n43,50\n")
    bounded, endless = (rows("verdict", file, *NAMES, "--target", "0.89", *more) for more in (("--fpc", "70"), ()))
    assert bounded[0]["more_answers"] <= 20 < endless[0]["more_answers"]


def test_exact_limits_need_all_dossiers(tmp_path: Path) -> None:
    text = "x,n,N\n45,50,200\n0,0,9\n"
    first, second = counts(tmp_path, text, "--fpc", "N", "--method", "hypergeometric")
    exact = hypergeometric(45, 50, 200)
    assert [first["lower"], first["upper"]] == [exact.lower, exact.upper]
    assert second["reason"] == "no_answers"
    file = written(tmp_path, "b.csv", text.replace(",9", ","))
    assert "số hồ sơ của mọi đơn vị" in fault("interval", file, *NAMES, "--fpc", "N", "--method", "hypergeometric")


@pytest.mark.parametrize(
    ("text", "extra", "said"),
    [
        ("x,n\n1,\n", (), "cột “n”, dòng 2: ô trống"),
        ("x,n\n,1\n", (), "cột “x”, dòng 2: ô trống"),
        ("x,n\n1,2\n1,\n", (), "cột “n”, dòng 3: ô trống"),
        ("x,n\n1,2\n3,2\n", (), "cột “x”, dòng 3: nhiều trả lời hài lòng hơn số trả lời"),
        ("x,n\n1,2\n-1,2\n", (), "cột “x”, dòng 3: phải là số nguyên không âm"),
        ("x,n\n1,2.5\n", (), "cột “n”, dòng 2: phải là số nguyên không âm"),
        ("x,n,N\n1,2,1\n", ("--fpc", "N"), "cột “n”, dòng 2: nhiều trả lời hơn số hồ sơ"),
        ("x,n,N\n1,2,2.5\n", ("--fpc", "N"), "cột “N”, dòng 2: phải là số nguyên không âm"),
        ("x,n\n1,2\n", ("--fpc", "9", "--method", "wald"), "với --fpc chỉ có wilson và hypergeometric"),
        ("x,n\n1,2\n", ("--method", "wilson_kg"), "ở đây --method là một trong: wilson,"),
        ("x,n,unit\n1,2,\n", ("--domain", "unit"), "cột “unit”, dòng 2: ô trống"),
    ],
)
def test_wrong_counts_are_named(tmp_path: Path, text: str, extra: tuple[str, ...], said: str) -> None:
    assert said in fault("interval", written(tmp_path, "a.csv", text), *NAMES, *extra)


def test_both_columns_are_needed(tmp_path: Path) -> None:
    file = written(tmp_path, "a.csv", "x,n\n1,2\n")
    assert "số đếm cần --satisfied và --total" in fault("interval", file, "--satisfied", "x")
