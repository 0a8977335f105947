"""Designs and domains of the reference cases."""

import csv
import math
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.sampling.design import Design, survey_design
from scoring.sampling.linearised import Rates, rates
from scoring.sampling.partition import partition
from tests.scoring.references import FOLDER, Case, cases

Columns = dict[str, NDArray[Any]]
SAMPLES = (*cases("stratified"), *cases("clusters"))


def title(case: Case) -> str:
    return f"{case['id']} {case['title']}"


@cache
def _file(name: str) -> dict[str, tuple[str, ...]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    return {key: tuple(row[key] for row in rows) for key in rows[0]}


def data(case: Case) -> Columns:
    """The columns of a case as texts; `w1` is 1 in every row, `psu_y` and `stratum_y` are those of one year."""
    inputs = case["inputs"]
    read = _file(inputs["file"]) if "file" in inputs else inputs["columns"]
    columns = {key: np.array(values, str) for key, values in read.items()}
    columns["w1"] = np.full(len(next(iter(columns.values()))), "1")
    if "year" in columns:
        columns["psu_y"] = np.char.add(columns["year"], columns["commune"])
        columns["stratum_y"] = np.char.add(columns["year"], columns["province"])
    zero = case["expected"].get("zero_weight_ids")
    if zero is not None:
        columns["weight"] = np.where(np.isin(columns["id"], [str(i) for i in zero]), "0", columns["weight"])
    return columns


def design_of(case: Case, columns: Columns) -> Design:
    given = case["params"]["design"]
    sizes = [columns[name].astype(float) for name in given.get("fpc", ())] + [None, None]
    named = {"stratum": "strata", "psu": "psu", "ssu": "ssu"}
    units = {role: columns[given[name]] for role, name in named.items() if name in given}
    return survey_design(
        columns[given["weight"]].astype(float),
        psu_population=sizes[0],
        ssu_population=sizes[1],
        nest=given.get("nest", False),
        lonely=case["params"].get("lonely_psu", "fail"),
        **units,
    )


def satisfied(case: Case, columns: Columns, answer: str) -> NDArray[np.float64]:
    """1 satisfied, 0 not, NaN blank."""
    given = columns[answer]
    codes = np.where(given == "", "0", given).astype(int)
    return np.where(codes == 0, np.nan, codes >= case["params"]["satisfied_from"])


def labels(columns: Columns, domain: dict[str, str]) -> NDArray[np.intp]:
    """0 for the rows of a domain, -1 for the others."""
    inside = np.ones(len(columns["w1"]), bool)
    for name, value in domain.items():
        inside &= columns[name] == value
    return np.where(inside, 0, -1)


def found_and_wanted(case: Case) -> Iterator[tuple[str, Rates, int, dict[str, Any]]]:
    """Whole sample, then each domain of one joint partition: a name, the estimates, a place in them, R's values."""
    columns = data(case)
    design, y = design_of(case, columns), satisfied(case, columns, case["params"]["answer"])
    yield "all", rates(partition(design), y), 0, case["expected"]
    domains = case["expected"].get("domains", ())
    label = np.full(len(y), -1)
    for place, wanted in enumerate(domains):
        label[labels(columns, wanted["domain"]) == 0] = place
    found = rates(partition(design, label, domains=len(domains)), y)
    for place, wanted in enumerate(domains):
        yield str(wanted["domain"]), found, place, wanted


def same(case: Case, got: float, wanted: float | None) -> bool:
    """Whether a number is R's; `null` stands for no value."""
    if wanted is None:
        return math.isnan(got)
    tolerance = case["tolerance"]
    return abs(got - wanted) <= max(tolerance["abs"], tolerance["rel"] * abs(wanted))
