"""Which units and levels of a campaign are not shown, wherever they would stand."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scoring.suppression import suppress
from survey_app.models import TallyCell, Unit


@dataclass(frozen=True, slots=True)
class Hidden:
    """Units and levels that are not shown, among `everyone` who has submissions."""

    units: frozenset[int]
    levels: frozenset[str]
    everyone: frozenset[int]


def hidden(session: Session, campaign_id: int, channels: str, *, fewest: int) -> Hidden:
    """What is hidden in a campaign, the same whoever looks and at whatever part of the province."""
    levels = dict(session.execute(select(Unit.id, Unit.level)).all())
    return among(received(session, campaign_id, channels), levels, fewest=fewest)


def received(session: Session, campaign_id: int, channels: str) -> dict[int, int]:
    """The released submissions of every unit of a campaign by these channels; not to be shown as they are."""
    query = (
        select(TallyCell.unit_id, func.sum(TallyCell.received))
        .where(TallyCell.campaign_id == campaign_id, TallyCell.channel.in_(list(channels)))
        .group_by(TallyCell.unit_id)
    )
    return {unit_id: int(number) for unit_id, number in session.execute(query)}


def among(numbers: Mapping[int, int], levels: Mapping[int, str], *, fewest: int) -> Hidden:
    """The small units and levels, and those that would betray them when totals are shown."""
    units = sorted(numbers)
    kinds = sorted({levels[unit] for unit in units})
    if not units:
        return Hidden(frozenset(), frozenset(), frozenset())
    above = len(units) + len(kinds)
    parents = [len(units) + kinds.index(levels[unit]) for unit in units] + [above] * len(kinds)
    gone = suppress([[numbers[unit]] for unit in units], fewest=fewest, parents=parents).hidden[:, 0]
    return Hidden(
        frozenset(unit for unit, hides in zip(units, gone, strict=False) if hides),
        frozenset(kind for kind, hides in zip(kinds, gone[len(units) :], strict=False) if hides),
        frozenset(units),
    )
