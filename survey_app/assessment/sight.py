"""Whose assessment a person may look at, and what of the appraisal a unit sees."""

from sqlalchemy.orm import Session

from survey_app.assessment.flow import LOCKED, State
from survey_app.assessment.remits import remit
from survey_app.errors import NotFound
from survey_app.models import Assessment
from survey_app.models.assessment import COUNCIL, SELF
from survey_app.policy import Action, Actor, ensure

S = State
# A unit sees what appraisers said of it once it is asked to explain itself.
OPENED = frozenset({S.EXPLANATION_ASKED, S.EXPLAINED, S.APPRAISED, S.SETTLED, S.PUBLISHED})


def visible(session: Session, actor: Actor, assessment_id: int) -> Assessment:
    """An assessment of a unit in the person's scope and, for appraisers, among their duties; else NotFound."""
    row = session.get(Assessment, assessment_id)
    if row is None:
        raise NotFound("assessment")
    ensure(actor, Action.READ_ASSESSMENTS, row.unit_id)
    if actor.may(Action.APPRAISE) and not remit(session, actor, row.round_id).touches(row.unit_id):
        raise NotFound("assessment")
    return row


def sees_appraisal(actor: Actor, state: str) -> bool:
    """Whether the person sees marks and documents of the appraisers of a unit in this state."""
    return actor.may(Action.APPRAISE) or State(state) in OPENED


def opens(state: str, stage: str) -> bool:
    """Whether a unit in this state sees what a stage said of it: its own always, the council once locked."""
    if stage == SELF:
        return True
    return State(state) in (LOCKED if stage == COUNCIL else OPENED)


def sees_stage(actor: Actor, state: str, stage: str) -> bool:
    """Whether the person sees what a stage said of a unit in this state."""
    return actor.may(Action.APPRAISE) or opens(state, stage)
