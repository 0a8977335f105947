"""What the reports of a campaign count, without a database."""

from collections import Counter
from collections.abc import Collection, Mapping

from survey_app.hiding import CHANNEL, FIELD, MONTH, Numbers, Part

Counted = Mapping[tuple[int, str, str, str], int]  # unit, field, month and channel


def made(
    counted: Counted,
    *,
    levels: Mapping[int, str] | None = None,
    together: Collection[Collection[int]] = (),
    aside: Mapping[tuple[int, str], int] | None = None,
) -> Numbers:
    """One report on each unit, on these units together, and (the report of unit 1000) on all."""
    totals: Counter[int] = Counter(dict.fromkeys((unit for unit, _ in aside or {}), 0))
    tables: dict[str, Counter[tuple[int, Part]]] = {FIELD: Counter(), MONTH: Counter(), CHANNEL: Counter()}
    for (unit, *parts), number in counted.items():
        totals[unit] += number
        for kind, key in zip(tables, parts, strict=True):
            tables[kind][unit, (kind, key)] += number
    others: dict[str, Counter[tuple[int, Part]]] = {}
    for (unit, channel), number in (aside or {}).items():
        others.setdefault(channel, Counter())[unit, (CHANNEL, channel)] += number
    reports = {unit: frozenset({unit}) for unit in totals} | {1000: frozenset(totals)}
    reports |= {1001 + place: frozenset(units).intersection(totals) for place, units in enumerate(together)}
    cells = [
        [tuple((*place, number) for place, number in sorted(table.items()) if number) for table in found.values()]
        for found in (tables, others)
    ]
    return Numbers(
        totals=tuple(sorted(totals.items())),
        parts=tuple(cells[0]),
        aside=tuple(cells[1]),
        levels=tuple((unit, (levels or {}).get(unit, "commune")) for unit in sorted(totals)),
        reports=tuple(sorted(reports.items())),
    )


def plain(totals: Mapping[int, int], levels: Mapping[int, str] | None = None) -> Numbers:
    """Units whose submissions are all of one field, month and channel."""
    return made({(unit, "land", "2026-03-01", "A"): number for unit, number in totals.items()}, levels=levels)
