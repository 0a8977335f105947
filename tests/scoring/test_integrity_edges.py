"""Every number of a signal straight from the definitions, counter by counter, and the edges of what counts."""

import math
from itertools import product
from statistics import median

import numpy as np
import pytest
from scipy.stats import betabinom, nbinom

from scoring.integrity import Kind, beta_binomial, bursts, excess

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


Wanted = dict[tuple[int, int, int], tuple[int, float, float]]  # by counter, first and last day


def defined(of: np.ndarray, day: np.ndarray, first: int, weeks: int, *, level: float, least: int) -> Wanted:
    """Observed, expected and p-value of each burst; `first` is the Monday of the first week."""
    wanted: Wanted = {}
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
    return wanted


@pytest.mark.parametrize(("seed", "counters", "weeks", "first"), [(1, 14, 5, 7), (2, 3, 8, 0), (4, 1, 12, 70)])
def test_every_burst_is_that_of_the_definitions(seed: int, counters: int, weeks: int, first: int) -> None:
    of, day = visits(seed, counters, weeks, first)
    wanted = defined(of, day, first, weeks, level=0.9, least=3)
    found = bursts(of, day, level=0.9, least=3)
    assert {span for _, start, end in wanted for span in [end - start]} == {0, 6}
    assert {(s.group, s.first, s.last) for s in found} == wanted.keys()
    for s in found:
        assert (s.observed, s.expected, s.p_value) == pytest.approx(wanted[s.group, s.first, s.last], rel=1e-6)
        assert s.rows.tolist() == np.flatnonzero((of == s.group) & (day >= s.first) & (day <= s.last)).tolist()


def quiet_but_one_day() -> np.ndarray:
    """Twelve counters with one or two a day; on a Wednesday all have four or five, and one has thirty."""
    counts = np.ones((12, 6, 7), int)
    counts[:, :, 1] = 2
    counts[:, :, 5:] = 0
    counts[:, 3, 2] = np.arange(12) % 2 + 4
    counts[5, 3, 2] = 30
    return counts


def hardly_anybody_on_sundays() -> np.ndarray:
    """Large counters with 400 a day and one on Sundays; a small one with one a day, and one on a single Sunday."""
    counts = np.full((3, 4, 7), 400)
    counts[:, :, 6] = 1
    counts[2] = [1, 1, 1, 1, 1, 0, 0]
    counts[2, 1, 6] = 1
    return counts


@pytest.mark.parametrize(
    ("counts", "burst", "least"), [(quiet_but_one_day(), (5, 23), 10), (hardly_anybody_on_sundays(), (2, 13), 1)]
)
def test_a_burst_among_few_is_that_of_the_definitions(counts: np.ndarray, burst: tuple[int, int], least: int) -> None:
    weeks = counts.shape[1]
    of, day = np.nonzero(counts.reshape(len(counts), -1))
    times = counts.reshape(len(counts), -1)[of, day]
    of, day = np.repeat(of, times), np.repeat(day, times)
    wanted = defined(of, day, 0, weeks, level=0.9, least=least)
    found = {
        (s.group, s.first, s.last): (s.observed, s.expected, s.p_value) for s in bursts(of, day, level=0.9, least=least)
    }
    assert (burst[0], burst[1], burst[1]) in wanted
    assert found.keys() == wanted.keys()
    for key, numbers in wanted.items():
        assert found[key] == pytest.approx(numbers, rel=1e-6)


def test_a_weekday_on_which_somebody_came_once_is_only_known_from_that_day() -> None:
    days = [day for day in range(42) if day % 7 < 5] + [19] * 40
    assert [(s.first, s.last) for s in bursts([0] * len(days), days, level=0.9)] == [(14, 20)]


def test_within_a_week_even_forty_times_the_others_is_no_burst() -> None:
    counters, days = [0] * 80 + list(range(1, 10)) * 2, [3] * 98
    assert bursts(counters, days, level=0.9) == ()
    assert len(bursts([*counters, 1], [*days, 10], level=0.9)) > 0


def test_ten_are_enough_for_a_signal_and_nine_are_not() -> None:
    days = [*range(0, 70, 7), *[31] * 8]
    assert [len(bursts([0] * len(on), on, level=0.5)) for on in (days, [*days, 31])] == [0, 1]
    unit = np.repeat(np.arange(40), 200)
    marked = [(unit == 3) & (np.arange(8000) % 200 < many) for many in (9, 10)]
    assert [len(excess(Kind.OUT_OF_HOURS, unit, mark)) for mark in marked] == [0, 1]


# --- shares


SPREAD = ([3, 8, 0, 12, 5, 9], [40, 90, 25, 130, 77, 60])  # marks and submissions of the units that are compared
ALIKE = ([4, 10, 2, 12, 6, 8], [40, 100, 20, 120, 60, 80])  # all of them 10 %: no more than chance
APART = ([0, 90, 0, 60, 0, 60], [40, 90, 30, 60, 80, 60])  # all or nothing: as different as can be


@pytest.mark.parametrize("others", [SPREAD, ALIKE, APART])
def test_the_chance_of_marks_is_that_of_the_other_units_moments(others: tuple[list[int], list[int]]) -> None:
    marks, sizes = ([*numbers, more] for numbers, more in zip(others, (50, 55), strict=True))
    unit = np.repeat(np.arange(7) + 20, sizes)
    marked = np.concatenate([np.arange(size) < many for many, size in zip(marks, sizes, strict=True)])
    found = {signal.group: signal for signal in excess(Kind.SPEED, unit, marked, level=0.999)}[26]
    total = sum(others[1])
    p = (sum(others[0]) + 0.5) / (total + 1)
    between = sum(n * (x / n - p) ** 2 for x, n in zip(*others, strict=True)) / (p * (1 - p))
    alike = (between - 5) / (total - sum(n * n for n in others[1]) / total - 5 + 1)
    alike = min(0.5, max(1e-6, alike * (1 + 2 * math.sqrt(2 / 5))))
    a, b = p * (1 / alike - 1), (1 - p) * (1 / alike - 1)
    assert found.p_value == pytest.approx(betabinom.pmf(range(50, 56), 55, a, b).sum(), rel=1e-5)
    assert (found.expected, found.observed) == (pytest.approx(55 * p), 50)


def test_six_units_show_what_is_usual_and_five_do_not() -> None:
    for units, signals in ((5, 0), (6, 1)):
        unit = np.repeat(np.arange(units), 100)
        assert len(excess(Kind.SPEED, unit, (unit == 0) & (np.arange(len(unit)) < 60))) == signals


@pytest.mark.parametrize(("x", "n"), [(1, 2), (1, 1), (3, 10), (10, 10)])
def test_where_every_share_is_as_likely_every_number_of_marks_is(x: int, n: int) -> None:
    assert beta_binomial(x, n, 0.5, 1 / 3) == pytest.approx((n + 1 - x) / (n + 1))
