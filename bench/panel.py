"""Rates, intervals and verdicts of a whole province from its tally: as arrays, and as an object per rate.

116 units x 16 fields x 30 items at two numbers of answers per unit and field. The object path (`score`, then
`judge` of every item) also computes the index, the factors and the distributions; equal numbers are checked.
"""

import statistics
import time
from collections.abc import Callable

import numpy as np

from scoring.panel import counted, panel
from scoring.results import Verdict
from scoring.satisfaction import Factor, Plan, score
from scoring.tally import Layout, Tally, count, stack
from scoring.verdict import OUTCOMES, judge

UNITS, FIELDS, ITEMS = 116, 16, 30
GROUPS = UNITS * FIELDS
LAYOUT = Layout(closed=ITEMS + 6, rated=tuple(range(2, ITEMS + 2)))  # some questions about the respondent around them
PLAN = Plan(
    rated=tuple(f"Q{i}" for i in range(ITEMS)),
    factors=tuple(Factor(f"F{k}", tuple(range(6 * k, 6 * k + 5)), 6 * k + 5) for k in range(ITEMS // 6)),
    overall=ITEMS - 1,
)
TARGET = 0.9
LEVELS = np.array([0, 1, 2, 3, 4, 4, 4, 5, 5, 10], np.uint8)


def run(*, quick: bool) -> None:
    rounds, slow_rounds = (20, 1) if quick else (100, 3)
    print(f"\npanel: rates, intervals, verdicts of {UNITS} units x {FIELDS} fields x {ITEMS} items from the tally, ms")
    print("answers per unit and field | arrays: least, median | an object per rate: least, median | ratio of medians")
    for answers in (30, 3_000):
        _line(answers, rounds, slow_rounds)


def _line(answers: int, rounds: int, slow_rounds: int) -> None:
    tally, dossiers = _province(answers)
    _check(tally, dossiers)
    least, median = _times(lambda: panel(counted(tally), populations=dossiers, target=TARGET), rounds)
    slow, slower = _times(lambda: _objects(tally, dossiers), slow_rounds)
    print(f"{answers:26,} | {least:13.1f}, {median:6.1f} | {slow:25,.0f}, {slower:6,.0f} | {slower / median:.0f}")


def _province(answers: int) -> tuple[Tally, list[int]]:
    rng = np.random.default_rng(answers)
    groups = []
    for n in rng.integers(answers // 2, answers * 3 // 2, GROUPS):
        groups.append(count(LAYOUT, LEVELS[rng.integers(0, len(LEVELS), (n, LAYOUT.closed), np.uint8)]))
    tally = stack(LAYOUT, groups)
    return tally, (tally.counted * rng.integers(2, 20, GROUPS)).tolist()


def _objects(tally: Tally, dossiers: list[int]) -> list[list[Verdict]]:
    keys = [str(g) for g in range(GROUPS)]
    return [
        [judge(item.estimate, target=TARGET, population=group.population, sample=group.counted) for item in group.items]
        for group in score(tally, PLAN, keys, populations=dossiers)
    ]


def _check(tally: Tally, dossiers: list[int]) -> None:
    found = panel(counted(tally), populations=dossiers, target=TARGET)
    more = np.where(np.isnan(found.more_answers), -1, found.more_answers).tolist()
    for g, verdicts in enumerate(_objects(tally, dossiers)):
        assert [OUTCOMES[code] for code in found.outcome[g]] == [v.outcome for v in verdicts], "another verdict"
        assert more[g] == [-1 if v.more_answers is None else v.more_answers for v in verdicts], "another number"


def _times(work: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Least and median milliseconds of several rounds."""
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return 1000 * min(seconds), 1000 * statistics.median(seconds)
