"""Adding tally cells up into the groups that are compared: units, levels, fields, months, the whole."""

import datetime
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from scoring.clusters import Clusters
from scoring.results import Estimate, GroupScore, Reason
from scoring.satisfaction import Plan, score
from scoring.tally import Ints, Layout, Tally, unpack
from survey_app.results.queries import CellRow

WHOLE = "whole"


def unit_key(unit_id: int | str) -> str:
    return f"unit:{unit_id}"


def level_key(key: str) -> str:
    return f"level:{key}"


def field_key(key: str) -> str:
    return f"field:{key}"


def month_key(month: datetime.date | str) -> str:
    return f"month:{month}"


def channel_key(channel: str, month: datetime.date | None = None) -> str:
    """A class of channel, over the whole time or in one month."""
    return f"channel:{channel}" if month is None else f"channel:{channel}:{month}"


class CellPlace(Protocol):
    """What of a tally cell, or of a submission, decides to which groups it belongs."""

    @property
    def unit_id(self) -> int: ...
    @property
    def field_key(self) -> str: ...
    @property
    def channel(self) -> str: ...
    @property
    def month(self) -> datetime.date: ...


@dataclass(slots=True)
class Sums:
    """The tally of each group, and a fingerprint of the cells that went into them."""

    layout: Layout
    by_group: dict[str, Ints] = field(default_factory=dict)
    digest: str = ""

    def nothing(self) -> Ints:
        """The vector of no submissions."""
        return np.zeros(sum(self.layout.parts), np.int64)


def add_up(layout: Layout, rows: Iterable[CellRow], groups_of: Callable[[CellRow], Iterator[str]]) -> Sums:
    """Add every cell to its groups; cost grows with the cells."""
    sums, seen = Sums(layout), hashlib.sha256()
    for row in rows:
        vector = unpack(layout, row.data).vector
        seen.update(f"{row.unit_id} {row.field_key} {row.channel} {row.month}".encode())
        seen.update(vector.tobytes())
        for group in groups_of(row):
            held = sums.by_group.get(group)
            if held is None:
                held = sums.by_group[group] = sums.nothing()
            held += vector
    sums.digest = seen.hexdigest()
    return sums


def scores(
    sums: Sums,
    plan: Plan,
    populations: Mapping[str, int | None],
    *,
    level: float,
    clusters: Clusters | None = None,
) -> dict[str, GroupScore]:
    """Every group's scores, its respondents pooled; `whole` is there even when it is empty."""
    keys = list(sums.by_group) or [WHOLE]
    tally = Tally(sums.layout, np.stack(list(sums.by_group.values()) or [sums.nothing()]))
    known = [populations.get(key) for key in keys]
    found = score(tally, plan, keys, level=level, populations=known, clusters=clusters)
    return {group.key: group for group in found}


def nothing(key: str) -> GroupScore:
    """The score of a group without submissions."""
    estimate = Estimate(value=None, n=0, reason=Reason.NO_ANSWERS)
    return GroupScore(
        key=key,
        received=0,
        counted=0,
        population=None,
        index=estimate,
        overall=estimate,
        factors=(),
        items=(),
        numbers=(),
        choices=(),
    )


def group_populations(
    dossiers: Mapping[tuple[int, str], int], answering: Mapping[str, set[int]], levels: Mapping[int, str]
) -> dict[str, int | None]:
    """Completed dossiers of each group; None where a unit that has answers reported none."""
    totals: dict[str, int] = {}
    reported: dict[str, set[int]] = {}
    for (unit_id, key), number in dossiers.items():
        for group in (WHOLE, unit_key(unit_id), level_key(levels.get(unit_id, "")), field_key(key)):
            totals[group] = totals.get(group, 0) + number
            reported.setdefault(group, set()).add(unit_id)
    return {group: total if answering.get(group, set()) <= reported[group] else None for group, total in totals.items()}
