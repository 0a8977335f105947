"""Values computed with R, each with its call beside it; see reference/README.md."""

import csv
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

FOLDER = Path(__file__).parent / "reference"
Case = dict[str, Any]


@cache
def cases(family: str) -> tuple[Case, ...]:
    return tuple(json.loads((FOLDER / f"{family}.json").read_text("utf-8"))["cases"])


def case(family: str, name: str) -> Case:
    return next(found for found in cases(family) if found["id"] == name)


def close(found: Case, value: object) -> Any:
    """What R gave, with the tolerance of the case."""
    return pytest.approx(value, abs=found["tolerance"]["abs"], rel=found["tolerance"]["rel"])


@cache
def answers(file: str, columns: tuple[str, ...], kind: type[np.integer[Any]] = np.uint8) -> NDArray[Any]:
    """The columns of a data file as codes, (respondents, columns); an empty cell is blank (0)."""
    with (FOLDER / file).open(encoding="utf-8", newline="") as opened:
        return np.array([[int(row[c] or 0) for c in columns] for row in csv.DictReader(opened)], kind)
