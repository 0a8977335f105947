"""Rates and indices from files, held against R through the command line."""

import csv
import math
import re
from pathlib import Path
from typing import Any

import pytest

from scoring.command.microdata import read_microdata
from scoring.command.parsing import parse
from scoring.command.tables import read_table
from scoring.sampling.intervals import METHODS
from tests.scoring.command.commands import DATA, fault, rows, written
from tests.scoring.references import FOLDER, Case, cases, close

OF_FILES = [case for family in ("stratified", "clusters") for case in cases(family) if "file" in case["inputs"]]


def arguments(case: Case, folder: Path, answers: list[str]) -> list[str]:
    """The case as options; columns that R made of others are written to a file."""
    given, params = case["params"]["design"], case["params"]
    found = ["--answer", *answers, "--satisfied-from", str(params["satisfied_from"])]
    for option in ("strata", "psu", "ssu", "weight"):
        if option in given and given[option] != "w1":
            found += [f"--{option}", given[option]]
    for option, column in zip(("--fpc", "--fpc2"), given.get("fpc", ()), strict=False):
        found += [option, column]
    found += ["--nest"] if given.get("nest") else []
    found += ["--lonely", params["lonely_psu"]] if "lonely_psu" in params else []
    if given["weight"] == "w1":
        found += ["--weight", "w1"]
    return [str(with_made_columns(case, folder)), *found]


def with_made_columns(case: Case, folder: Path) -> Path:
    with (FOLDER / case["inputs"]["file"]).open(encoding="utf-8", newline="") as opened:
        read = list(csv.DictReader(opened))
    zero = {str(each) for each in case["expected"].get("zero_weight_ids", ())}
    where = case["params"].get("where")
    for row in read:
        row["w1"] = "1"
        row["where"] = "in" if where and all(row[name] == value for name, value in where.items()) else ""
        if "year" in row:
            row["psu_y"], row["stratum_y"] = row["year"] + row["commune"], row["year"] + row["province"]
        if row.get("id") in zero:
            row["weight"] = "0"
        if case["title"].startswith("a criterion nobody answered") and row["where"]:
            row["c5"] = ""
    path = folder / "case.csv"
    with path.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, list(read[0]))
        writer.writeheader()
        writer.writerows(read)
    return path


def same(case: Case, got: float | None, wanted: float | None) -> bool:
    return got is None if wanted is None or math.isinf(wanted) else got == close(case, wanted)


@pytest.mark.parametrize("case", OF_FILES, ids=lambda case: str(case["id"]))
def test_rates_from_a_file_are_those_of_r(case: Case, tmp_path: Path) -> None:
    given, expected = arguments(case, tmp_path, [case["params"]["answer"]]), case["expected"]
    if "ci" not in expected:  # R stops at a lonely PSU
        assert rows("estimate", *given)[0]["reason"] == "lonely_psu"
        return
    for level, methods in expected["ci"].items():
        for method in sorted(methods.keys() & METHODS.keys()):
            row = rows("estimate", *given, "--level", level, "--method", method)[0]
            assert same(case, row["rate"], expected["estimate"])
            assert same(case, row["se"], expected["se"])
            assert row["df"] == expected["df"]
            limits = methods[method] or [None, None]
            if expected["se"] != 0:  # a census has its rate as both limits, R has none
                assert all(same(case, row[end], wanted) for end, wanted in zip(("lower", "upper"), limits, strict=True))


@pytest.mark.parametrize(
    "case", [case for case in OF_FILES if "domains" in case["expected"]], ids=lambda case: str(case["id"])
)
def test_domains_of_a_file_are_those_of_r(case: Case, tmp_path: Path) -> None:
    wanted = case["expected"]["domains"]
    (column, *further) = wanted[0]["domain"]
    given = [*arguments(case, tmp_path, [case["params"]["answer"]]), "--domain", column]
    found = {row["domain"]: row for row in rows("estimate", *given)}
    assert found.keys() == {each["domain"][column] for each in wanted} | {None}
    for each in wanted if not further else ():  # a field by sex needs a column of its own
        row = found[each["domain"][column]]
        assert same(case, row["rate"], each["estimate"])
        assert same(case, row["se"], each["se"])


@pytest.mark.parametrize("case", cases("index"), ids=lambda case: str(case["id"]))
def test_indices_from_a_file_are_those_of_r(case: Case, tmp_path: Path) -> None:
    params, expected = case["params"], case["expected"]
    given = [*arguments(case, tmp_path, params["criteria"]), "--level", str(params["level"]), "--method", "mean"]
    if "where" in params:
        given += ["--domain", "where"]
    weights = [*map(str, params.get("criterion_weights", ()))]
    for kind, key in (("pooled", "pooled"), ("mean", "mean_of_rates")):
        extra = ["--item-weights", *weights] if weights and kind == "mean" else []
        row = rows("index", *given, "--index", kind, *extra)[0]
        wanted = expected[key]
        assert [row["rate"], row["se"]] == close(case, [wanted["estimate"], wanted["se"]])
        assert [row["lower"], row["upper"]] == close(case, wanted["ci"])
        assert row["df"] == expected["df"]


def test_domains_are_sorted_as_people_do_and_the_whole_comes_last(tmp_path: Path) -> None:
    names = ["Xã 10", "Xã 2", "Đông", "Em", "Dương", "", "xã 1"]
    text = "unit,c1\n" + "".join(f"{name},{4 + place % 2}\n{name},1\n" for place, name in enumerate(names))
    found = rows("estimate", written(tmp_path, "a.csv", text), "--answer", "c1", "--domain", "unit")
    assert [row["domain"] for row in found] == ["Dương", "Đông", "Em", "xã 1", "Xã 2", "Xã 10", None]
    assert [row["n"] for row in found] == [2] * 6 + [14]


def test_several_questions_stand_below_each_other() -> None:
    found = rows("estimate", DATA / "sipas_clusters.csv", "--answer", "c1", "c2", "--domain", "province")
    assert [(row["domain"], row["item"]) for row in found[:2]] == [("P1", "c1"), ("P2", "c1")]
    assert [row["item"] for row in found[-2:]] == ["c1", "c2"]


@pytest.mark.parametrize("cell", ["0", "6", "44", "4.5", "-1"])
def test_an_answer_outside_the_scale_is_named(tmp_path: Path, cell: str) -> None:
    file = written(tmp_path, "a.csv", f"c1\n4\n\n{cell}\n")
    assert f"a.csv, cột “c1”, dòng 4: trả lời {cell} nằm ngoài thang 1–5" in fault("estimate", file, "--answer", "c1")


def test_codes_that_are_no_answer_and_other_scales(tmp_path: Path) -> None:
    file = written(tmp_path, "a.csv", "c1\n1\n9\n0\n1\nKAD\n")
    options = ("--scale", "0-1", "--satisfied-from", "1", "--missing", "9", "KAD")
    (row,) = rows("estimate", file, "--answer", "c1", *options)
    assert (row["n"], row["rate"]) == (3, pytest.approx(2 / 3))


def test_the_reason_for_a_missing_interval_is_given(tmp_path: Path) -> None:
    file = written(tmp_path, "a.csv", "s,u,c1\nA,x,4\nA,y,5\nA,y,1\nB,z,\n")
    found = {row["domain"]: row["reason"] for row in rows("estimate", file, "--answer", "c1", "--domain", "u")}
    assert found == {"x": "no_degrees_of_freedom", "y": None, "z": "no_answers", None: None}


@pytest.mark.parametrize(
    ("command", "extra", "said"),
    [
        ("estimate", ("--method", "clopper_pearson"), "ở đây --method là một trong: mean, wald"),
        ("index", ("--method", "wilson_kg"), "ở đây --method là một trong: wilson_t, mean"),
        ("index", ("--item-weights", "1"), "--item-weights cần --index mean"),
        ("index", ("--index", "mean", "--item-weights", "1", "2"), "một trọng số cho mỗi câu"),
        ("verdict", ("--item-weights", "1", "--target", "0.9"), "--item-weights cần --index mean"),
        ("estimate", ("--satisfied-from", "1"), "--satisfied-from phải trên 1 và không quá 5"),
        ("estimate", ("--satisfied-from", "6"), "--satisfied-from phải trên 1 và không quá 5"),
        ("index", ("--answer", "c1", "c2", "c1"), "một câu được nêu hai lần"),
        ("estimate", ("--level", "1"), "giá trị không hợp lệ .*level must be"),
    ],
)
def test_options_that_do_not_fit(command: str, extra: tuple[str, ...], said: str) -> None:
    message = fault(command, DATA / "sipas_strata.csv", "--answer", "c1", *extra)
    assert re.search(said, message)


def answered(stratum: str, satisfied: int, others: int, size: int) -> str:
    return f"{stratum},4,{size}\n" * satisfied + f"{stratum},2,{size}\n" * others


def test_dossiers_of_a_stratum_bound_the_further_answers(tmp_path: Path) -> None:
    text = "u,c1,n\n" + answered("A", 43, 7, 60) + answered("B", 43, 7, 100000)
    file = written(tmp_path, "a.csv", text)
    options: tuple[Any, ...] = ("--answer", "c1", "--fpc", "n", "--target", "0.9", "--domain", "u")
    small, large, whole = rows("verdict", file, *options, "--strata", "u")
    assert small["more_answers"] <= 10 < large["more_answers"]
    assert whole["more_answers"] > 0
    half = tmp_path / "b.csv"
    half.write_text(text.replace("\nA,", "\nB,", 20), "utf-8")
    assert "quy mô phải như nhau" in fault("verdict", half, *options, "--strata", "u")


def test_communes_are_not_dossiers(tmp_path: Path) -> None:
    text = "u,xa,c1,n,m\n" + "".join(f"A,{place // 10},4,60,12\n" for place in range(50))
    file = str(written(tmp_path, "a.csv", text))
    options = ("--answer", "c1", "--domain", "u", "--strata", "u", "--fpc", "n")
    for further, wanted in (((), 60), (("--psu", "xa"), None), (("--fpc2", "m"), None)):
        data = read_microdata(read_table(file), parse(["estimate", file, *options, *further]))
        assert data.populations == [wanted]


def test_an_index_has_its_reason_and_its_dossiers_too(tmp_path: Path) -> None:
    lonely = written(tmp_path, "a.csv", "s,c1,c2\nA,4,1\nA,5,4\nB,1,5\n")
    (row,) = rows("index", lonely, "--answer", "c1", "c2", "--strata", "s")
    assert (row["item"], row["reason"]) == ("c1 + c2", "lonely_psu")
    text = "u,c1,c2,n\n" + "".join(
        f"A,{2 if place % 7 == 0 else 4},{2 if place % 8 == 0 else 4},60\n" for place in range(50)
    )
    options = ("--answer", "c1", "c2", "--index", "mean", "--target", "0.87", "--domain", "u", "--strata", "u")
    file = written(tmp_path, "b.csv", text)
    bounded, endless = (rows("verdict", file, *options, *more)[0] for more in (("--fpc", "n"), ()))
    assert bounded["more_answers"] <= 10 < endless["more_answers"]
