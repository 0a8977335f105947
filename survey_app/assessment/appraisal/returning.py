"""What the queue says of units that took back what they had sent."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.assessment import trail
from survey_app.assessment.flow import UNSENT
from survey_app.assessment.remits import remit
from survey_app.assessment.trail import TakenBack, Trail
from survey_app.models import Assessment, Unit
from survey_app.policy import Action, Actor, ensure


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A unit that took back its work and has not submitted it again."""

    unit: str
    taken_back: TakenBack


@dataclass(frozen=True, slots=True, kw_only=True)
class Returning:
    """The trails of the units of a round by assessment, and those of them that are out of the queue again."""

    trails: Mapping[int, Trail]
    gone: tuple[Gone, ...]


def returning(session: Session, actor: Actor, round_id: int) -> Returning:
    """Of the units in the person's scope and duties."""
    ensure(actor, Action.APPRAISE)
    query = select(Assessment, Unit).join(Unit, Unit.id == Assessment.unit_id)
    mine = remit(session, actor, round_id)
    rows = [
        (row, unit)
        for row, unit in session.execute(query.where(Assessment.round_id == round_id).order_by(Unit.level, Unit.name))
        if unit.id in actor.units and mine.touches(unit.id)
    ]
    trails = trail.trails(session, [row.id for row, _ in rows])
    waiting = [(unit.name, trails[row.id].taken_back) for row, unit in rows if row.id in trails and row.state in UNSENT]
    return Returning(trails=trails, gone=tuple(Gone(unit=name, taken_back=back) for name, back in waiting if back))
