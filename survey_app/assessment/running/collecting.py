"""What a unit has not sent in time is taken in as it stands, so that one unit cannot hold up a round."""

import datetime

from sqlalchemy.orm import Session

from survey_app import audit
from survey_app.assessment import marking, rounds
from survey_app.assessment.flow import Step
from survey_app.errors import Rejected
from survey_app.policy import Action, Actor

LONGEST_REASON = 500


def collect(session: Session, actor: Actor, assessment_id: int, reason: str, now: datetime.datetime) -> None:
    """Submit for a unit that let its last day pass, marked late; a leaf without points gets 0, with the reason.

    Refuses as `flow.moved` (NotOpen "too_early" while the unit has time), and without a reason (Rejected).
    """
    row = rounds.assessment(session, actor, assessment_id, Action.MANAGE_ROUNDS)
    if not reason.strip():
        raise Rejected("collecting", problems={"reason": "missing"})
    if len(reason.strip()) > LONGEST_REASON:
        raise Rejected("collecting", problems={"reason": "too_long"})
    rounds.move(session, actor, row, Step.COLLECT, now, detail=reason.strip())
    filled = marking.fill(session, actor, row, now, reason=reason.strip())
    audit.record(session, actor, "collected", f"assessment {assessment_id}", now=now, detail={"leaves": filled})
