"""A unit's steps around its work: the leader approves or returns it, the officer takes it back or has explained."""

import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.assessment import marking, rounds
from survey_app.assessment.flow import MOVES, Step
from survey_app.assessment.written import whole
from survey_app.errors import Conflict, Rejected
from survey_app.models import Assessment, Explanation
from survey_app.policy import Actor

TAKEN = (Step.SEND, Step.WITHDRAW, Step.APPROVE, Step.RETURN, Step.EXPLAIN)
LONGEST_REASON = 1000


def take(
    session: Session,
    actor: Actor,
    assessment_id: int,
    step: Step,
    now: datetime.datetime,
    *,
    edition: int,
    reason: str = "",
) -> None:
    """Take one of the steps `TAKEN` of a unit from the ``edition`` of the assessment that the person saw.

    Refuses as `flow.moved`, what was changed meanwhile (Conflict), sending an incomplete work or explaining with
    unanswered questions (Rejected names the leaves), and returning without a reason (Rejected).
    """
    row = rounds.assessment(session, actor, assessment_id, MOVES[step].action)
    if row.edition != edition:
        raise Conflict("changed_meanwhile")
    if step is Step.SEND:
        marking.send(session, actor, assessment_id, now)
        return
    said = whole(reason, of="step", field="reason", most=LONGEST_REASON)
    _check(session, row, step, said)
    rounds.move(session, actor, row, step, now, detail=said)


def unanswered(session: Session, row: Assessment) -> tuple[Explanation, ...]:
    """The appraisers' questions without an answer, the oldest first."""
    query = select(Explanation).where(Explanation.assessment_id == row.id, Explanation.answer.is_(None))
    return tuple(session.scalars(query.order_by(Explanation.id)))


def _check(session: Session, row: Assessment, step: Step, reason: str) -> None:
    if step is Step.RETURN and not reason:
        raise Rejected("step", problems={"reason": "reason_needed"})
    if step is Step.EXPLAIN:
        open_ = unanswered(session, row)
        if open_:
            raise Rejected("unanswered", problems={each.leaf: "no_answer" for each in open_})
