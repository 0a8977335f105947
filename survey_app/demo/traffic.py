"""Who answers where and when in the demonstration: counters, months, channels, and how good each unit is."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from survey_app.demo.answers import CHANNEL_EFFECT, Respondents

FIRST, LAST = datetime.date(2025, 5, 1), datetime.date(2026, 10, 31)
# Land and construction are harder to please than civil status.
FIELD_EFFECT = {"land": -0.3, "construction": -0.22, "investment": -0.1, "justice": 0.15, "health": -0.05}
SEASON = np.array([0.8, 0.6, 1.1, 1.1, 1.0, 1.0, 0.9, 1.1, 1.2, 1.1, 1.0, 1.1])
BUSY_WAIT = np.array([1.2, 1.3, 1.1, 1.0, 1.0, 1.0, 0.9, 1.1, 1.1, 1.0, 1.0, 1.2])


@dataclass(frozen=True, slots=True)
class Desk:
    """A counter with what the model needs: the dossiers of each field that come to it in a year."""

    counter_id: int
    unit_id: int
    own_field: str | None
    opened_on: datetime.date
    closed_on: datetime.date | None
    dossiers: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Wave:
    """Answers about one field at one desk in one month by one channel."""

    desk: Desk
    field: str
    month: datetime.date
    channel: str
    size: int


def months(first: datetime.date, last: datetime.date) -> Iterator[datetime.date]:
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = (month + datetime.timedelta(days=32)).replace(day=1)


def unit_levels(rng: np.random.Generator, unit_ids: Sequence[int]) -> dict[int, float]:
    """The latent level of each unit: most near the target, a few clearly above or below it."""
    levels = rng.normal(1.32, 0.22, len(unit_ids))
    levels[::11] += 0.75
    levels[5::17] -= 0.7
    return dict(zip(unit_ids, levels.tolist(), strict=True))


def waves(
    rng: np.random.Generator,
    desks: Sequence[Desk],
    total: int,
    channels: Mapping[str, float],
    period: tuple[datetime.date, datetime.date],
) -> list[Wave]:
    """Share about `total` answers over desks, fields, months and channels, by dossiers and season."""
    rows = [
        (desk, field, month, channel, dossiers**0.55 * SEASON[month.month - 1] * share)
        for desk in desks
        for field, dossiers in desk.dossiers.items()
        for month in months(*period)
        if _serves(desk, month)
        for channel, share in channels.items()
    ]
    weights = np.array([row[4] for row in rows])
    sizes = rng.poisson(weights / weights.sum() * total) if rows else np.zeros(0, int)
    return [Wave(*row[:4], int(size)) for row, size in zip(rows, sizes, strict=True) if size]


def _serves(desk: Desk, month: datetime.date) -> bool:
    return desk.opened_on <= month and (desk.closed_on is None or month < desk.closed_on)


def respondents(
    rng: np.random.Generator, wave: Wave, levels: dict[int, float], patience: dict[int, float]
) -> Respondents:
    """The people of a wave: their unit's level moved by field, channel and a slow rise over the months."""
    age = (wave.month.year - FIRST.year) * 12 + wave.month.month - FIRST.month
    level = levels[wave.desk.unit_id] + FIELD_EFFECT.get(wave.field, 0)
    level += CHANNEL_EFFECT[wave.channel] + 0.012 * age - 0.06 * (BUSY_WAIT[wave.month.month - 1] > 1.15)
    waiting = np.full(wave.size, patience[wave.desk.unit_id] * BUSY_WAIT[wave.month.month - 1])
    return Respondents(np.full(wave.size, level), waiting)


def days(rng: np.random.Generator, month: datetime.date, size: int) -> list[datetime.date]:
    """Random working days of a month."""
    last = (month + datetime.timedelta(days=32)).replace(day=1) - datetime.timedelta(days=1)
    working = [month.replace(day=d) for d in range(1, last.day + 1) if month.replace(day=d).weekday() < 5]
    picks: NDArray[np.int64] = rng.integers(0, len(working), size)
    return [working[pick] for pick in picks]
