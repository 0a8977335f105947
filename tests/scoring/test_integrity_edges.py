"""Every number of a signal straight from the definitions, counter by counter, and the edges of what counts."""

import math
from itertools import product
from statistics import median

import numpy as np
import pytest
from scipy.stats import nbinom

from scoring.integrity import bursts

Cell = tuple[int, int, int]  # counter, cycle, period within the cycle


class Usual:
    """What is usual of each counter in each period, in plain loops over a dict of counts."""

    def __init__(self, counts: dict[Cell, int]) -> None:
        self.counts = counts
        self.counters, self.cycles, self.season = (sorted({cell[i] for cell in counts}) for i in range(3))
        self.mean = {(c, w): (self.total(c, w) + 1) / (self.open(c, w) + 1) for c, w, _ in counts}
        self.of = {cell: self.own(*cell) for cell in counts}
        busy = {(w, d): self.busy(w, d) for _, w, d in counts}
        self.of = {(c, w, d): usual * busy[w, d] for (c, w, d), usual in self.of.items()}

    def others(self, c: int, w: int) -> list[Cell]:
        return [(c, v, d) for v, d in product(self.cycles, self.season) if v != w]

    def total(self, c: int, w: int) -> int:
        return sum(self.counts[cell] for cell in self.others(c, w))

    def open(self, c: int, w: int) -> int:
        return sum(self.counts[cell] > 0 for cell in self.others(c, w))

    def own(self, c: int, w: int, d: int) -> float:
        """The counter's mean day times what the weekday weighs there, drawn to what it weighs everywhere."""
        all_of = [(a, v) for a, v in product(self.counters, self.cycles)]
        opened = sum(self.mean[a, v] for a, v in all_of if self.counts[a, v, d] > 0)
        everywhere = sum(self.counts[a, v, d] for a, v in all_of) / max(1.0, opened)
        same = [self.counts[c, v, d] for v in self.cycles if v != w]
        expected = self.mean[c, w] * sum(count > 0 for count in same)
        return self.mean[c, w] * (sum(same) + 20 * everywhere) / (expected + 20)

    def busy(self, w: int, d: int) -> float:
        there = [(self.counts[c, w, d], self.of[c, w, d]) for c in self.counters]
        ratios = [count / usual for count, usual in there if count > 0 and usual >= 1]
        return max(1.0, median(ratios)) if len(ratios) >= 10 else 1.0

    def dispersion(self, c: int, w: int) -> float:
        told = [(self.counts[cell], self.of[cell]) for cell in self.others(c, w) if self.counts[cell] > 0]
        prior = 3 * self.mean[c, w] ** 2
        beyond = sum((count - usual) ** 2 - usual for count, usual in told)
        return (beyond + prior) / (sum(usual**2 for _, usual in told) + prior)

    def chance(self, cell: Cell) -> float:
        c, w, _ = cell
        spread = max(1e-6, self.dispersion(c, w), median(self.dispersion(a, w) for a in self.counters))
        days = self.open(c, w) + 1
        spread = spread * (1 + 2 * math.sqrt(2 / days) + 1 / days) + 1 / (self.total(c, w) + 1)
        count = max(1, self.counts[cell])
        return float(nbinom.sf(count - 1, 1 / spread, 1 / (1 + self.of[cell] * spread)))


def visits(seed: int, counters: int, weeks: int, first: int) -> tuple[np.ndarray, np.ndarray]:
    """Counters of different size, shut at weekends and some on a weekday; one burst, one busy day of all."""
    rng = np.random.default_rng(seed)
    counts = rng.poisson(rng.gamma(2, 2, (counters, 1)) * rng.gamma(4, 0.25, (counters, weeks * 7)))
    counts[:, [day for day in range(weeks * 7) if day % 7 > 4]] = 0
    counts[::3, 2::7] = 0
    counts[:, 8] *= 4
    counts[0, 18] += 40
    counts[-1, 21:26] += 20
    counts[:, 0] = 0  # the first week begins on a Tuesday
    of, day = np.nonzero(counts)
    return np.repeat(of * 3, counts[of, day]), np.repeat(day + first, counts[of, day])


@pytest.mark.parametrize(("seed", "counters", "weeks", "first"), [(1, 14, 5, 7), (2, 3, 8, 0), (4, 1, 12, 70)])
def test_every_burst_is_that_of_the_definitions(seed: int, counters: int, weeks: int, first: int) -> None:
    of, day = visits(seed, counters, weeks, first)
    level, least = 0.9, 3
    wanted = {}
    names = np.unique(of).tolist()
    counted = {(c, at): int(((of == c) & (day - first == at)).sum()) for c, at in product(names, range(weeks * 7))}
    looks = {c: sum(counted[c, at] > 0 for at in range(weeks * 7)) + weeks for c in names}
    by_week = {(c, w, 0): sum(counted[c, w * 7 + d] for d in range(7)) for c, w in product(names, range(weeks))}
    by_day = {(c, at // 7, at % 7): count for (c, at), count in counted.items()}
    for counts, span in ((by_day, 1), (by_week, 7)):
        usual = Usual(counts)
        for (c, w, d), count in counts.items():
            p, start = usual.chance((c, w, d)), first + w * 7 + d
            if count >= least and p * looks[c] <= level:
                wanted[c, start, start + span - 1] = (count, usual.of[c, w, d], p)
    found = bursts(of, day, level=level, least=least)
    assert {span for _, start, end in wanted for span in [end - start]} == {0, 6}
    assert {(s.group, s.first, s.last) for s in found} == wanted.keys()
    for s in found:
        assert (s.observed, s.expected, s.p_value) == pytest.approx(wanted[s.group, s.first, s.last], rel=1e-6)
        assert s.rows.tolist() == np.flatnonzero((of == s.group) & (day >= s.first) & (day <= s.last)).tolist()
