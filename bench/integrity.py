"""How often signals of forged answers ring for honest units, and how often they find a burst of fifty.

Honest provinces look like life: units of very different size, daily counts more dispersed than chance, weekdays,
counters that open on some days only, a busy first day, units that please more than others, and
many forms with "Rất hài lòng" throughout. No time finer than a day is used.
"""

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.integrity import LEVEL, Kind, Signal, bursts, excess
from scoring.patterns import repeats, straight_lined

ITEMS = 22
CUTS = np.array([-1.7, -1.05, 0.0, 1.25])
WEEKDAYS = np.array([1.25, 1.05, 1.0, 0.95, 0.85, 0.12, 0.0])
BURST = 50


@dataclass(frozen=True, slots=True)
class Province:
    unit: NDArray[np.int64]
    counter: NDArray[np.int64]
    day: NDArray[np.int64]
    codes: NDArray[np.uint8]
    fast: NDArray[np.bool_]
    late: NDArray[np.bool_]


def honest(rng: np.random.Generator, units: int = 116, weeks: int = 12) -> Province:
    counters = np.repeat(np.arange(units), rng.integers(1, 4, units))
    days = np.arange(weeks * 7)
    mean = np.exp(rng.normal(0.8, 1.1, len(counters)))[:, None] * WEEKDAYS[days % 7]
    mean = mean * np.exp(rng.normal(0, 0.15, (len(counters), weeks)))[:, days // 7]
    mean[:, 0] *= 2  # the campaign is announced
    mean[:, rng.integers(7, len(days), 2)] = 0  # holidays
    some_days = rng.random(len(counters)) < 0.08
    mean[some_days] *= (rng.random((some_days.sum(), len(days))) < 0.2) / 0.2
    shape = 1 / rng.uniform(0.1, 0.6, (len(counters), 1))
    counts = rng.poisson(mean * rng.gamma(shape, 1 / shape, mean.shape))
    counter = np.repeat(np.arange(len(counters)), counts.sum(axis=1))
    day = np.concatenate([np.repeat(days, row) for row in counts])
    unit = counters[counter]
    return Province(
        unit, counter, day, answers(rng, unit, day),
        rng.random(len(unit)) < rng.beta(2, 60, units)[unit],
        rng.random(len(unit)) < rng.beta(1.5, 40, units)[unit],
    )  # fmt: skip


def answers(rng: np.random.Generator, unit: NDArray[np.int64], day: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Items hang together; a third to two fifths answer in a straight line, more in some units and on some days."""
    size = len(unit)
    pleased = rng.normal(1.3, 0.3, unit.max() + 1)[unit] + rng.normal(0, 0.56, size)
    latent = pleased[:, None] + rng.normal(0, 0.83, (size, ITEMS)) + rng.normal(0, 0.15, ITEMS)
    codes = (np.searchsorted(CUTS, latent) + 1).astype(np.uint8)
    straight = rng.beta(6, 12, unit.max() + 1)[unit] + rng.normal(0, 0.03, day.max() + 1)[day]
    line = rng.random(size) < straight
    codes[line] = np.where(pleased > 1, 5, 4)[line, None]
    blank = rng.random(codes.shape) < np.where(line, 0.002, 0.03)[:, None]
    codes[blank] = 0
    codes[:, 5] = np.where(rng.random(size) < 0.1, 10, codes[:, 5])
    return codes


def forged(rng: np.random.Generator, to: Province, counter: int, days: int, alike: float) -> Province:
    """With fifty answers more at a counter, on so many days in a row, of which a share is all "Rất hài lòng"."""
    first = int(rng.integers(0, to.day.max() - days + 1))
    first -= max(0, first % 7 + days - 5) if days <= 5 else 0
    codes = rng.choice([4, 5], (BURST, ITEMS), p=[0.3, 0.7]).astype(np.uint8)
    codes[rng.random(BURST) < alike] = 5
    unit = int(to.unit[to.counter == counter][0])
    return Province(
        np.append(to.unit, [unit] * BURST),
        np.append(to.counter, [counter] * BURST),
        np.append(to.day, first + np.arange(BURST) % days),
        np.concatenate([to.codes, codes]),
        np.append(to.fast, rng.random(BURST) < 0.05),
        np.append(to.late, rng.random(BURST) < 0.05),
    )


def signals(of: Province, level: float = LEVEL) -> list[Signal]:
    return [
        *bursts(of.counter, of.day, level=level),
        *repeats(of.counter, of.day, of.codes, level=level),
        *excess(Kind.STRAIGHT_LINING, of.unit, straight_lined(of.codes), level=level),
        *excess(Kind.SPEED, of.unit, of.fast, level=level),
        *excess(Kind.OUT_OF_HOURS, of.unit, of.late, level=level),
    ]


def units_of(found: list[Signal], of: Province) -> dict[Kind, set[int]]:
    by_kind: dict[Kind, set[int]] = {kind: set() for kind in Kind}
    for signal in found:
        by_kind[signal.kind].add(int(of.unit[signal.rows[0]]))
    return by_kind


def run(*, quick: bool) -> None:
    _false_alarms(4 if quick else 40)
    _found(20 if quick else 200)


def _false_alarms(provinces: int) -> None:
    print(f"\nintegrity: honest units with a signal, {provinces} provinces of 116 units")
    print("weeks | " + " | ".join(f"{kind:15}" for kind in Kind if kind is not Kind.OVERFLOW) + " | any    | seconds")
    for weeks in (6, 12, 26):
        total, seconds, by_kind = 0, 0.0, dict.fromkeys(Kind, 0)
        any_kind = 0
        for seed in range(provinces):
            province = honest(np.random.default_rng(seed), weeks=weeks)
            start = time.perf_counter()
            found = units_of(signals(province), province)
            seconds += time.perf_counter() - start
            total += 116
            for kind in Kind:
                by_kind[kind] += len(found[kind])
            any_kind += len(set().union(*found.values()))
        shares = " | ".join(f"{by_kind[kind] / total:15.2%}" for kind in Kind if kind is not Kind.OVERFLOW)
        print(f"{weeks:5} | {shares} | {any_kind / total:6.2%} | {seconds / provinces:.2f}")


def _found(seeds: int) -> None:
    print(f"\nintegrity: fifty answers more at one counter, found in how many of {seeds} seeds")
    print("size of the counter   | days | all the same | by counts | by patterns | any")
    for name, low, high in (("any", 0, 1), ("small", 0, 0.5), ("large (upper tenth)", 0.9, 1)):
        for days in (1, 5):
            for alike in (0.8, 0.0):
                hits = np.array([_hits(seed, (low, high), days, alike) for seed in range(seeds)])
                shares = " | ".join(f"{share:9.1%}" for share in hits.mean(axis=0))
                print(f"{name:21} | {days:4} | {alike:12.0%} | {shares}")


def _hits(seed: int, sizes: tuple[float, float], days: int, alike: float) -> tuple[bool, bool, bool]:
    rng = np.random.default_rng(10_000 + seed)
    province = honest(rng, units=20)
    order = np.argsort(np.bincount(province.counter))
    counter = int(order[int(rng.uniform(*sizes) * len(order))])
    if counter not in province.counter:
        counter = int(province.counter[0])
    after = forged(rng, province, counter, days, alike)
    new = len(after.unit) - BURST
    found = signals(after)
    hit = {signal.kind for signal in found if (signal.rows >= new).sum() >= BURST / 5}
    return Kind.BURST in hit, Kind.IDENTICAL in hit, bool(hit)
