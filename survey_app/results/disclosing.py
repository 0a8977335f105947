"""A report without what is hidden, and without what would betray it."""

from collections.abc import Mapping

from scoring.disclosure import hide, withhold
from scoring.results import GroupScore
from survey_app.hiding import CHANNEL, FIELD, MONTH, Hidden
from survey_app.results.groups import WHOLE, channel_key, field_key, level_key, month_key, unit_key

KEYS = {FIELD: field_key, MONTH: month_key, CHANNEL: channel_key}
PARTS = tuple(key("") for key in KEYS.values())


def shown(scores: Mapping[str, GroupScore], hidden: Hidden, unit_id: int, *, fewest: int) -> dict[str, GroupScore]:
    """The scores of the report of a unit with everything withheld that must be.

    A report without its whole has no parts: even which fields and months have answers would tell something.
    """
    report = hidden.reports[unit_id]
    gone = {*map(unit_key, hidden.units), *map(level_key, report.levels)}
    gone |= {KEYS[kind](key) for kind, key in report.parts}
    kept = scores
    if report.whole:
        gone.add(WHOLE)
        kept = {key: group for key, group in scores.items() if not key.startswith(PARTS)}
    return {key: hide(group) if key in gone else withhold(group, fewest=fewest) for key, group in kept.items()}
