"""How often the interval of the index holds the truth, for samples of respondents of known populations.

The populations are drawn from the demonstration's model, so that items hang together as in life; the
truth is the index of the whole population. Published in docs/method.md.
"""

import numpy as np

from questionnaires.coding import encode
from questionnaires.loader import index_method, questionnaire
from scoring.satisfaction import Plan, score
from scoring.tally import Layout, Tally, count, stack
from survey_app import definitions
from survey_app.demo.answers import Respondents, draw

SIZES = (5, 8, 12, 20, 50, 200)
LEVELS = (1.0, 1.5, 2.0)


def run(*, quick: bool) -> None:
    repeats = 400 if quick else 4000
    print(f"\ncoverage of the 95 % interval of the index, {repeats} samples each; mean width in points")
    print(f"{'form':16} {'truth':>6} | " + " | ".join(f"n = {size:<6}" for size in SIZES))
    for ref, method in (("counter-2640@1", "m1-f1-x1-v1@1"), ("qr-short@1", "m1-f3-x1-v1@1")):
        definition, layout = questionnaire(ref).definition, definitions.layout(ref)
        plan = definitions.plan(definition, index_method(method).definition)
        for level in LEVELS:
            rng = np.random.default_rng(int(level * 10))
            size = 20_000
            sets = draw(rng, definition, Respondents(np.full(size, level), np.full(size, 15.0)))
            codes = [encode(definition, given).codes for given in sets]
            matrix = definitions.code_matrix(codes, len(definition.closed))
            truth = score(stack(layout, [_tally(layout, matrix)]), plan, ["all"])[0].index.value or 0.0
            found = [_covered(rng, layout, plan, matrix, truth, n, repeats) for n in SIZES]
            print(f"{ref:16} {truth:6.1%} | " + " | ".join(f"{held:5.1%} {width:4.1f}" for held, width in found))


def _covered(
    rng: np.random.Generator, layout: Layout, plan: Plan, matrix: np.ndarray, truth: float, n: int, repeats: int
) -> tuple[float, float]:
    """The share of samples whose interval holds the truth, and the mean width of the intervals."""
    samples = [_tally(layout, matrix[rng.integers(0, len(matrix), n)]) for _ in range(repeats)]
    groups = score(stack(layout, samples), plan, [str(i) for i in range(repeats)])
    intervals = [group.index.interval for group in groups if group.index.interval is not None]
    held = sum(interval.lower <= truth <= interval.upper for interval in intervals)
    return held / len(intervals), float(np.mean([i.upper - i.lower for i in intervals])) * 100


def _tally(layout: Layout, matrix: np.ndarray) -> Tally:
    return count(layout, matrix, numbers=[[]] * layout.numbers, choices=[[]] * len(layout.choices))
