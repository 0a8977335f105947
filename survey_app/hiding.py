"""What of a campaign is not shown: decided once from all its reports, the same wherever it would stand.

Every unit has a report: on itself, or on all that it covers. What the reports publish, side by side, are tables
of units by fields, by months and by channels that share the totals of the units, with totals of levels and of the
units that a report covers together (`_Tree`). First the totals: a unit of which the total is hidden shows nothing
at all. Then each table, its totals taken as known, so that none can betray another: the hidden units are one row.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scoring.suppression import suppress
from survey_app.models import TallyCell, Unit
from survey_app.policy import scopes

Units = frozenset[int]
Part = tuple[str, str]  # FIELD, MONTH or CHANNEL, and which
Cell = tuple[int, Part, int]  # a unit, a part, submissions
FIELD, MONTH, CHANNEL = "field", "month", "channel"
UNKNOWN = (FIELD, "")  # never shown, but a part of every total


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """The released submissions of a campaign: of each unit with answers the total, and the parts.

    ``parts`` has whole tables, each of which adds up to the totals; ``aside`` are channels that do not count,
    each for itself. ``reports`` are the units with answers that the report of each unit covers.
    """

    totals: tuple[tuple[int, int], ...]
    parts: tuple[tuple[Cell, ...], ...]
    aside: tuple[tuple[Cell, ...], ...]
    levels: tuple[tuple[int, str], ...]
    reports: tuple[tuple[int, Units], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenReport:
    """What the report of a unit does not show; without its whole, it shows no part and not which there are."""

    whole: bool
    levels: frozenset[str]
    parts: frozenset[Part]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """Units whose total is shown nowhere, and what else each report does not show, by the unit of the report."""

    units: Units
    reports: Mapping[int, HiddenReport]


def hidden(session: Session, campaign_id: int, channels: str, *, fewest: int) -> Hidden:
    """What is hidden in a campaign where these channels count; the same until its numbers change."""
    return among(numbers(session, campaign_id, channels), fewest=fewest)


def received(session: Session, campaign_id: int, channels: str) -> dict[int, int]:
    """The released submissions of every unit of a campaign by these channels; not to be shown as they are."""
    query = (
        select(TallyCell.unit_id, func.sum(TallyCell.received))
        .where(TallyCell.campaign_id == campaign_id, TallyCell.channel.in_(list(channels)))
        .group_by(TallyCell.unit_id)
    )
    return {unit_id: int(number) for unit_id, number in session.execute(query)}


def numbers(session: Session, campaign_id: int, channels: str) -> Numbers:
    """Everything that the reports of a campaign count; not to be shown as it is."""
    query = select(
        TallyCell.unit_id, TallyCell.field_key, TallyCell.month, TallyCell.channel, TallyCell.received
    ).where(TallyCell.campaign_id == campaign_id, TallyCell.received > 0)
    totals: Counter[int] = Counter()
    tables: dict[str, Counter[tuple[int, Part]]] = {FIELD: Counter(), MONTH: Counter(), CHANNEL: Counter()}
    for unit, field, month, channel, number in session.execute(query):
        counts = channel in channels
        totals[unit] += number if counts else 0
        if counts:
            tables[FIELD][unit, (FIELD, field)] += number
            tables[MONTH][unit, (MONTH, str(month))] += number
        tables.setdefault(CHANNEL if counts else channel, Counter())[unit, (CHANNEL, channel)] += number
    cells = {name: tuple((*place, n) for place, n in sorted(table.items())) for name, table in tables.items()}
    of_level = dict(session.execute(select(Unit.id, Unit.level)).all())
    return Numbers(
        totals=tuple(sorted(totals.items())),
        parts=tuple(cells.pop(name) for name in (FIELD, MONTH, CHANNEL)),
        aside=tuple(cells[channel] for channel in sorted(cells)),
        levels=tuple((unit, of_level[unit]) for unit in sorted(totals)),
        reports=tuple((unit, units.intersection(totals)) for unit, units in sorted(scopes(session).items())),
    )


@lru_cache(maxsize=32)
def among(facts: Numbers, *, fewest: int) -> Hidden:
    """The decision; a second for a large province, so each is kept for as long as the numbers are these."""
    tree = _Tree(facts)
    secret: frozenset[Units] = frozenset()
    while True:
        totals = tree.totals(secret, fewest)
        tables = [tree.table(cells, totals, fewest) for cells in facts.parts]
        exposed = frozenset(units for table in tables for units in table.exposed)
        if not exposed:
            break
        secret |= exposed
    tables += [tree.table(cells, totals, fewest, aside=True) for cells in facts.aside]
    reports = {unit: tree.report(units, totals, tables) for unit, units in facts.reports}
    return Hidden(units=totals.units, reports=reports)


@dataclass(frozen=True, slots=True)
class _Totals:
    """The units, the levels of a node and the nodes whose totals are hidden."""

    units: Units
    levels: frozenset[tuple[Units, str]]
    nodes: frozenset[Units]


@dataclass(frozen=True, slots=True)
class _Table:
    """The parts hidden of each unit and node; and those whose totals must go, since hiding parts is not enough."""

    parts: Mapping[Units, frozenset[Part]]
    exposed: Sequence[Units]


class _Tree:
    """The units that reports cover together, as far as these lie within each other; the last node is everyone.

    Reports that overlap otherwise (units of one district that went to several new communes) are no nodes: they
    show what can be added up anyway from what their units show.
    """

    def __init__(self, facts: Numbers) -> None:
        self.received = dict(facts.totals)
        self.levels = dict(facts.levels)
        everyone = frozenset(self.received)
        kept = [everyone]
        found = {units for _, units in facts.reports if len(units) > 1} - {everyone}
        for units in sorted(found, key=lambda units: (-len(units), sorted(units))):
            if all(units <= other or units.isdisjoint(other) for other in kept):
                kept.append(units)
        self.nodes = kept[::-1] if everyone else []

    def totals(self, secret: frozenset[Units], fewest: int) -> _Totals:
        """The small units, levels and nodes, those that are secret, and those that would betray them."""
        units, nodes = sorted(self.received), self.nodes
        group_of = {unit: (_least(nodes, unit), self.levels[unit]) for unit in units}
        groups = list(dict.fromkeys(group_of.values()))
        lines = [*(frozenset({unit}) for unit in units), *groups, *nodes]
        if not units:
            return _Totals(frozenset(), frozenset(), frozenset())
        first = len(units) + len(groups)
        parents = [len(units) + groups.index(group_of[unit]) for unit in units]
        parents += [first + place for place in [*(nodes.index(node) for node, _ in groups), *_above(nodes)]]
        guarded = np.array([[line in secret] for line in lines])
        counts = [[self.received[unit]] for unit in units]
        gone = suppress(counts, fewest=fewest, parents=parents, secret=guarded).hidden[:, 0]
        if gone[-1]:  # there is hardly anything: nothing is shown
            gone[:] = True
        return _Totals(
            frozenset(unit for unit, hides in zip(units, gone, strict=False) if hides),
            frozenset(group for group, hides in zip(groups, gone[len(units) :], strict=False) if hides),
            frozenset(node for node, hides in zip(nodes, gone[first:], strict=True) if hides),
        )

    def table(self, cells: Iterable[Cell], totals: _Totals, fewest: int, *, aside: bool = False) -> _Table:
        """What is hidden of parts that add up to the totals; or of a channel aside, with totals of its own."""
        known = {(unit, part): number for unit, part, number in cells}
        nodes = [node for node in self.nodes if node not in totals.nodes]
        if not nodes or not known:
            return _Table({}, ())
        lines = _Lines(nodes, sorted(self.received.keys() - totals.units), sorted(totals.units))
        columns = sorted({part for _, part in known})
        counts = np.zeros((lines.rows, len(columns)), np.int64)
        for (unit, part), number in known.items():
            counts[lines.row_of[unit], columns.index(part)] += number
        shape = lines.rows + len(nodes), len(columns) + 1
        gone, kept = np.zeros(shape, bool), np.zeros(shape, bool)
        gone[len(lines.shown) : lines.rows, : None if aside else -1] = True
        gone[:, :-1] |= [part == UNKNOWN for part in columns]
        kept[:, -1] = not aside
        found = suppress(counts, fewest=fewest, parents=lines.parents, gone=gone, kept=kept)
        named = {frozenset({unit}): row for row, unit in enumerate(lines.shown)}
        named |= {node: lines.rows + place for place, node in enumerate(nodes)}
        parts = {
            units: frozenset(part for part, hides in zip(columns, found.hidden[row], strict=False) if hides)
            for units, row in named.items()
        }
        at = {row: units for units, row in named.items()}
        exposed = [(at[row], counts[:, column] > 0) for row, column in found.exposed if row in at]
        return _Table(parts, [self._to_hide(units, lines.shown, has) for units, has in exposed])

    def _to_hide(self, units: Units, shown: Sequence[int], has: NDArray[np.bool_]) -> Units:
        """What to hide altogether where a part of these units is exposed: the smallest that has it, if any does."""
        inside = [
            (not has[row], self.received[unit], unit)
            for row, unit in enumerate(shown)
            if unit in units and self.received[unit]
        ]
        return frozenset({min(inside)[-1]}) if inside else units

    def report(self, units: Units, totals: _Totals, tables: Sequence[_Table]) -> HiddenReport:
        """What a report on these units does not show."""
        unseen = units & totals.units
        levels = {level for node, level in totals.levels if node <= units and units in self.nodes}
        if units not in self.nodes or len(units) == 1:
            levels |= {self.levels[unit] for unit in unseen}
        lines = [units] if units in self.nodes else [frozenset({unit}) for unit in units]
        parts = (table.parts.get(line, frozenset()) for table in tables for line in lines)
        return HiddenReport(
            whole=units in totals.nodes if units in self.nodes else bool(unseen),
            levels=frozenset(levels),
            parts=frozenset().union(*parts),
        )


class _Lines:
    """The lines of a table: the units that are shown, of each node those that are not as one, the nodes."""

    def __init__(self, nodes: Sequence[Units], shown: Sequence[int], unseen: Sequence[int]) -> None:
        homes = {unit: _least(nodes, unit) for unit in unseen}
        merged = [node for node in nodes if node in homes.values()]
        self.shown, self.rows = shown, len(shown) + len(merged)
        self.row_of = {unit: row for row, unit in enumerate(shown)}
        self.row_of |= {unit: len(shown) + merged.index(home) for unit, home in homes.items()}
        above = [*(nodes.index(_least(nodes, unit)) for unit in shown), *(nodes.index(node) for node in merged)]
        self.parents = [self.rows + place for place in [*above, *_above(nodes)]]


def _least(nodes: Sequence[Units], unit: int) -> Units:
    """The first node with the unit; they stand from small to large."""
    return next(node for node in nodes if unit in node)


def _above(nodes: Sequence[Units]) -> list[int]:
    """For each node but the last, which it lies in."""
    return [
        next(at for at in range(place + 1, len(nodes)) if node < nodes[at]) for place, node in enumerate(nodes[:-1])
    ]
