"""What differs: a month from the first, a channel from the first, a row from another."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from reports import words
from reports.content import Break, ChannelLine, Comparison, GroupLine, TrendPoint
from scoring.changes import Change, Direction, difference, taken_apart
from scoring.results import Estimate, GroupScore
from survey_app.results.groups import channel_key, month_key, nothing

Scores = Mapping[str, GroupScore]


def trend(
    scores: Scores, months: Sequence[datetime.date], breaks: Sequence[Break], channels: str
) -> tuple[TrendPoint, ...]:
    """Every month; the last with a value says what changed since the first after the last break."""
    points = [TrendPoint(month=month, estimate=scores[month_key(month)].index) for month in months]
    since = max((found.month for found in breaks), default=datetime.date.min)
    known = [at for at, point in enumerate(points) if point.estimate.value is not None and point.month >= since]
    if len(known) > 1:
        first, last = points[known[0]], points[known[-1]]
        points[known[-1]] = replace(last, change=_direction(scores, first, last, channels))
    return tuple(points)


def _direction(scores: Scores, first: TrendPoint, last: TrendPoint, channels: str) -> Direction:
    found = difference(last.estimate, first.estimate)
    if found is None or found.direction is Direction.CANNOT_TELL:
        return Direction.CANNOT_TELL
    later, earlier = ([_index(scores, channel_key(c, point.month)) for c in channels] for point in (last, first))
    apart = taken_apart(later, earlier)
    return Direction.ONLY_MIX if apart and apart.direction is Direction.ONLY_MIX else found.direction


def channel_lines(scores: Scores, accepts: str, counts: str, received: Mapping[str, int]) -> tuple[ChannelLine, ...]:
    """The channels with their rates, each held against the first."""
    first = _index(scores, channel_key(accepts[0]))
    return tuple(
        ChannelLine(
            name=words.CHANNELS[channel],
            received=None if _withheld(scores, channel) else received.get(channel, 0),
            counted=channel in counts,
            index=_index(scores, channel_key(channel)),
            change=difference(_index(scores, channel_key(channel)), first) if channel != accepts[0] else None,
        )
        for channel in accepts
    )


def pair(comparisons: Iterable[Comparison], one: str, other: str) -> tuple[GroupLine, GroupLine, Change] | None:
    """Two rows of one comparison and how much higher the first is; None where both are one, or one is not shown."""
    for comparison in comparisons:
        rows = {line.key: line for line in comparison.rows}
        if one in rows and other in rows and one != other:
            change = difference(rows[one].score.index, rows[other].score.index)
            return (rows[one], rows[other], change) if change else None
    return None


def _withheld(scores: Scores, channel: str) -> bool:
    return channel_key(channel) in scores and scores[channel_key(channel)].withheld


def _index(scores: Scores, key: str) -> Estimate:
    return (scores.get(key) or nothing(key)).index
