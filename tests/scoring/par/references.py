"""Reference rules, outcomes and published figures of the PAR Index; see the notes at the top of each file."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from scoring.par.inputs import Inputs
from scoring.par.kinds import evaluate
from scoring.par.numbers import exact
from scoring.par.rules import read_rule
from scoring.par.steps import Score

FOLDER = Path(__file__).parents[1] / "reference"


@cache
def reference(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"par-index-{name}.json").read_text("utf-8"))
    return found


def score(rule: dict[str, Any], inputs: Inputs, maximum: float) -> Score:
    return evaluate(read_rule(rule), inputs, exact(maximum))
