"""A report without what is hidden, and without what would betray it."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from scoring.disclosure import hide, withhold
from scoring.results import GroupScore
from scoring.suppression import suppress
from survey_app.hiding import Hidden
from survey_app.results.groups import WHOLE, level_key, unit_key


def shown(
    scores: Mapping[str, GroupScore],
    hidden: Hidden,
    units: Collection[int],
    parts: Iterable[Sequence[str]],
    *,
    fewest: int,
) -> dict[str, GroupScore]:
    """The scores of a report on these units with everything withheld that must be.

    `parts` are lists of groups that add up to the whole, or to less of it.
    """
    gone = {*map(unit_key, hidden.units), *map(level_key, hidden.levels)}
    if not hidden.everyone.issubset(units) and len(hidden.units.intersection(units)) == 1:
        gone.add(WHOLE)  # less the units that are shown it would be the one that is not
    for members in parts:
        gone |= _hidden_parts({key: scores[key].received for key in members}, scores[WHOLE].received, fewest)
    return {key: hide(group) if key in gone else withhold(group, fewest=fewest) for key, group in scores.items()}


def _hidden_parts(received: Mapping[str, int], whole: int, fewest: int) -> set[str]:
    """Parts of one whole; where they leave a rest that is never shown, the small ones are safe in it."""
    small = {key for key, number in received.items() if 0 < number < fewest}
    if not small or sum(received.values()) < whole:
        return small
    table = suppress([[number] for number in received.values()], fewest=fewest)
    return {key for key, hides in zip(received, table.hidden[:, 0], strict=False) if hides}
