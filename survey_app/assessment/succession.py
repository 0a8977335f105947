"""Which units of the past a unit took over, so that last year's marks are found under their old names."""

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.models import UnitSuccession
from survey_app.policy import Actor


def predecessors(session: Session) -> Mapping[int, frozenset[int]]:
    """By unit, every unit that it took over wholly or in part, also through mergers between; units without any are
    not in it."""
    before: dict[int, set[int]] = defaultdict(set)
    for old, new in session.execute(select(UnitSuccession.predecessor_id, UnitSuccession.successor_id)):
        before[new].add(old)
    return {unit: frozenset(_all(unit, before)) for unit in before}


def acts_for(session: Session, actor: Actor, unit_id: int) -> bool:
    """Whether a person speaks in the name of a unit: it is their own, or one that their own took over.

    Those above a unit look at its work and do not do it.
    """
    if unit_id == actor.unit_id:
        return True
    return unit_id in actor.units and unit_id in predecessors(session).get(actor.unit_id, frozenset())


def _all(unit: int, before: Mapping[int, set[int]]) -> set[int]:
    found: set[int] = set()
    waiting = [unit]
    while waiting:
        more = before.get(waiting.pop(), set()) - found
        found |= more
        waiting += more
    return found - {unit}
