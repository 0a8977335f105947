"""The raw answers of the reference cases of reliability and drivers."""

import csv
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.scoring.references import FOLDER, Case, close

Floats = NDArray[np.float64]


def items(case: Case) -> Floats:
    """(respondents, items), NaN where blank."""
    return np.column_stack([_column(case, name) for name in case["params"]["items"]])


def overall(case: Case) -> Floats | None:
    if "overall_values" in case["params"]:
        return np.array(case["params"]["overall_values"], float)
    return _column(case, case["params"]["overall"]) if "overall" in case["params"] else None


def as_in_r(case: Case, value: float | None) -> Any:
    """The value within its tolerance, or no value."""
    return None if value is None else close(case, value)


def _column(case: Case, name: str) -> Floats:
    if "columns" in case["inputs"]:
        return np.array(case["inputs"]["columns"][name], float)
    where = case["params"].get("where", {})
    with (FOLDER / case["inputs"]["file"]).open(encoding="utf-8", newline="") as opened:
        kept = [row for row in csv.DictReader(opened) if all(row[key] == value for key, value in where.items())]
    return np.array([float(row[name] or math.nan) for row in kept])
