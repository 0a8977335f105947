"""Small questionnaires, random respondents, and estimates computed from the respondents one by one."""

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from scoring.satisfaction import Factor, Plan
from scoring.tally import Layout, Tally, count, stack

Codes = NDArray[np.uint8]
Floats = NDArray[np.float64]

# Two closed items that are not rated stand around the rated ones, so that a wrong offset is noticed.
RATED = ("A1", "A2", "A3", "A0", "B1", "B2", "B0", "ALL")
LAYOUT = Layout(closed=10, rated=(1, 2, 3, 4, 5, 6, 7, 8))
FACTORS = (Factor("A", (0, 1, 2), 3), Factor("B", (4, 5), 6))
OVERALL = 7
POSSIBLE = (0, 1, 2, 3, 4, 5, 10)


WEIGHTS = (3.0, 1.0)


def plan(factor_rule: str = "F1", index_rule: str = "X1", measure: str = "M1") -> Plan:
    return Plan(
        rated=RATED, factors=FACTORS, overall=OVERALL, measure=measure, factor_rule=factor_rule,
        index_rule=index_rule, weights=WEIGHTS if index_rule == "X3" else (),
    )  # fmt: skip


def respondents(most: int = 40) -> st.SearchStrategy[Codes]:
    """Any answers of up to `most` people to the ten closed items."""
    sizes = st.integers(0, most).map(lambda n: (n, LAYOUT.closed))
    return arrays(np.uint8, sizes, elements=st.sampled_from(POSSIBLE), fill=st.nothing())


def random_codes(seed: int, n: int, *, missing: float = 0.2, satisfied: float = 0.8) -> Codes:
    """People whose answers hang together, with missing and not-applicable answers."""
    rng = np.random.default_rng(seed)
    mood = rng.normal(0, 1, (n, 1)) + rng.normal(0, 1, (n, LAYOUT.closed))
    border = np.quantile(mood, 1 - satisfied)
    levels = np.where(mood > border, rng.integers(4, 6, mood.shape), rng.integers(1, 4, mood.shape))
    gone = rng.random(mood.shape)
    levels = np.where(gone < missing, 0, np.where(gone < 1.5 * missing, 10, levels))
    return levels.astype(np.uint8)


def tally_of(*groups: Codes) -> Tally:
    return stack(LAYOUT, [count(LAYOUT, codes) for codes in groups])


def worth(levels: Codes, measure: str) -> Floats:
    """The mark of each answer between 0 and 1, straight from the definitions."""
    answered = (levels >= 1) & (levels <= 5)
    if measure == "M1":
        return (answered & (levels >= 4)).astype(float)
    return np.where(answered, levels / 5 if measure == "M2" else (levels - 1.0) / 4, 0.0)


def linearised(codes: Codes, factor_rule: str, index_rule: str, measure: str = "M1") -> tuple[float, Floats]:
    """The index and its linearised variable z_k, straight from the definitions, respondent by respondent."""
    levels = codes[:, LAYOUT.rated]
    answered = (levels >= 1) & (levels <= 5)
    satisfied = worth(levels, measure)

    def rate(i: int) -> tuple[float, Floats]:
        n = answered[:, i].sum()
        value = satisfied[:, i].sum() / n
        return value, answered[:, i] * (satisfied[:, i] - value) / n

    def mean(parts: Sequence[tuple[float, Floats]], weights: Sequence[float] | None = None) -> tuple[float, Floats]:
        z: Floats = np.average([z for _, z in parts], axis=0, weights=weights)
        return float(np.average([value for value, _ in parts], weights=weights)), z

    def pooled(members: Sequence[int]) -> tuple[float, Floats]:
        n = answered[:, members].sum()
        value = satisfied[:, members].sum() / n
        return value, (satisfied[:, members].sum(axis=1) - value * answered[:, members].sum(axis=1)) / n

    def has_answers(members: Sequence[int]) -> list[int]:
        return [i for i in members if answered[:, i].any()]

    if index_rule == "X4":
        return rate(OVERALL)
    if index_rule == "X2":
        return mean([rate(i) for i in has_answers([i for factor in FACTORS for i in factor.criteria])])
    members = [[f.general for f in (f,) if f.general] if factor_rule == "F3" else f.criteria for f in FACTORS]
    known = [found for found in map(has_answers, members) if found]
    weights = [w for w, part in zip(WEIGHTS, members, strict=True) if has_answers(part)] if index_rule == "X3" else None
    if factor_rule == "F2":
        return mean([pooled(found) for found in known], weights)
    return mean([mean([rate(i) for i in found]) for found in known], weights)
