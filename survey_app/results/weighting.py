"""Groups whose rates are weighted means of those of strata: channels, units, or units by field."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from questionnaires.index_methods import ChannelRule, IndexMethod, UnitRule
from scoring.combining import combine_groups, without_rates
from scoring.results import GroupScore, Reason
from scoring.tally import Ints
from survey_app.results.groups import WHOLE, CellPlace, Sums, level_key, unit_key

STRATUM, CELL, JOINED = "stratum:", "cell:", "joined:"
COUNTED = 1  # place of the submissions that count in the vector of a tally

Dossiers = Mapping[tuple[int, str], int]
Part = tuple[str, float | None]  # a stratum and its weight; None where that is unknown


@dataclass(frozen=True, slots=True)
class Strata:
    """The strata of each group that is weighted, the dossiers of each stratum, and which cells were joined."""

    parts: Mapping[str, Sequence[Part]] = field(default_factory=dict)
    populations: Mapping[str, int | None] = field(default_factory=dict)
    joined: Mapping[str, str] = field(default_factory=dict)


def names(method: IndexMethod, groups: Sequence[str], place: CellPlace) -> Iterator[str]:
    """The strata that a tally cell of these groups belongs to."""
    if method.channel_rule is ChannelRule.STRATA:
        yield from (f"{STRATUM}{group}|{place.channel}" for group in groups)
    if method.unit_rule is UnitRule.CELLS:
        yield _cell(place.unit_id, place.field_key)


def strata(sums: Sums, method: IndexMethod, dossiers: Dossiers, levels: Mapping[int, str]) -> Strata:
    """What is weighted under a method; cells of too few submissions are joined in `sums`."""
    if method.channel_rule is ChannelRule.STRATA:
        groups = {key[len(STRATUM) : -2] for key in sums.by_group if key.startswith(STRATUM)}
        weights = [(part.channel, float(part.weight)) for part in method.channels]
        return Strata({g: [(f"{STRATUM}{g}|{channel}", w) for channel, w in weights] for g in groups})
    if method.unit_rule is UnitRule.CELLS:
        return _by_cells(sums, method.fewest_per_cell or 0, dossiers, levels)
    if method.unit_rule is UnitRule.RESPONDENTS:
        return Strata()
    known: dict[int, int] = {}
    for (unit_id, _), number in dossiers.items():
        known[unit_id] = known.get(unit_id, 0) + number
    parts: dict[str, list[Part]] = {}
    for unit_id, level in levels.items():
        vector = sums.by_group.get(unit_key(unit_id))
        if vector is not None and vector[COUNTED]:
            weight = 1.0 if method.unit_rule is UnitRule.UNITS else known.get(unit_id)
            for group in (WHOLE, level_key(level)):
                parts.setdefault(group, []).append((unit_key(unit_id), weight))
    return Strata(parts)


def combined(found: Mapping[str, GroupScore], by: Strata, *, level: float) -> dict[str, GroupScore]:
    """The groups, those with strata as weighted means of them, and without the strata themselves."""
    kept = {key: group for key, group in found.items() if not key.startswith((STRATUM, CELL, JOINED))}
    for key, parts in by.parts.items():
        if key in kept:
            kept[key] = _combined(found, kept[key], parts, level)
    return kept


def _combined(found: Mapping[str, GroupScore], whole: GroupScore, parts: Sequence[Part], level: float) -> GroupScore:
    if any(weight is None for _, weight in parts):
        return without_rates(whole, Reason.NO_WEIGHTS)
    members = [found.get(key) for key, _ in parts]
    scores = [member for member in members if member is not None and member.counted]
    if len(scores) < len(parts):
        return without_rates(whole, Reason.EMPTY_STRATUM)
    return combine_groups(whole, scores, [float(weight or 0) for _, weight in parts], level=level)


def _cell(unit_id: int, field_key: str) -> str:
    return f"{CELL}{unit_id}|{field_key}"


def _by_cells(sums: Sums, fewest: int, dossiers: Dossiers, levels: Mapping[int, str]) -> Strata:
    parts: dict[str, list[Part]] = {}
    populations: dict[str, int | None] = {}
    into: dict[str, str] = {}
    answered = {key for key in sums.by_group if key.startswith(CELL)}
    for unit_id, level in levels.items():
        fields = {key.rpartition("|")[2] for key in answered if key.startswith(_cell(unit_id, ""))}
        fields |= {of for unit, of in dossiers if unit == unit_id} if fields else set()
        for place, members in enumerate(_joined(sums, unit_id, sorted(fields), fewest)):
            key = f"{JOINED}{unit_id}|{place}"
            sizes = [dossiers.get((unit_id, of)) for of in members]
            populations[key] = None if None in sizes else sum(size or 0 for size in sizes)
            cells = [_cell(unit_id, of) for of in members]
            into |= dict.fromkeys(cells, key)
            sums.by_group[key] = sum((sums.by_group.pop(cell) for cell in cells if cell in answered), sums.nothing())
            for group in (WHOLE, level_key(level), unit_key(unit_id)):
                parts.setdefault(group, []).append((key, populations[key]))
    return Strata(parts, populations, into)


def _joined(sums: Sums, unit_id: int, fields: Sequence[str], fewest: int) -> list[list[str]]:
    """The fields of a unit, joined from the smallest on until every cell has enough submissions."""

    def counted(of: str) -> int:
        vector: Ints | None = sums.by_group.get(_cell(unit_id, of))
        return 0 if vector is None else int(vector[COUNTED])

    result: list[list[str]] = []
    held: list[str] = []
    for of in sorted(fields, key=counted):
        held.append(of)
        if sum(map(counted, held)) >= fewest:
            result.append(held)
            held = []
    if held and result:
        result[-1].extend(held)
    elif held:
        result.append(held)
    return result
