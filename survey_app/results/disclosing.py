"""Which groups are not shown, so that nothing small can be computed from what is."""

from collections.abc import Iterable, Mapping, Sequence

from scoring.disclosure import hide, withhold
from scoring.results import GroupScore
from scoring.suppression import suppress
from survey_app.results.groups import WHOLE, level_key, unit_key


def hidden_keys(received: Mapping[int, int], levels: Mapping[int, str], *, fewest: int) -> frozenset[str]:
    """Units and levels that are not shown: the small ones, and those that would betray them.

    `received` are the submissions of every unit of the campaign, whoever looks: the same units are hidden in
    the report of the province and in their own.
    """
    units = sorted(received)
    kinds = sorted({levels[unit] for unit in units})
    names = [*map(unit_key, units), *map(level_key, kinds)]
    parents = [len(units) + kinds.index(levels[unit]) for unit in units] + [len(names)] * len(kinds)
    if not units:
        return frozenset()
    table = suppress([[received[unit]] for unit in units], fewest=fewest, parents=parents)
    return frozenset(name for name, hidden in zip(names, table.hidden[:, 0], strict=False) if hidden)


def shown(
    scores: Mapping[str, GroupScore],
    hidden: frozenset[str],
    parts: Iterable[Sequence[str]],
    *,
    everywhere: bool,
    fewest: int,
) -> dict[str, GroupScore]:
    """The scores of a report with everything withheld that must be.

    `parts` are lists of groups that add up to the whole, or to less of it; `everywhere` tells a report on all
    units of the campaign, whose total is safe, from one on some of them.
    """
    gone = set(hidden)
    if not everywhere and len([key for key in scores if key in hidden and key.startswith(unit_key(""))]) == 1:
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
    return {key for key, hidden in zip(received, table.hidden[:, 0], strict=False) if hidden}
