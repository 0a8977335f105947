"""A unit answers the questions of the appraisers, each until its day."""

import datetime
import hashlib

from sqlalchemy.orm import Session

from survey_app import audit
from survey_app.assessment import rounds
from survey_app.assessment.flow import State
from survey_app.assessment.sight import visible
from survey_app.assessment.written import whole
from survey_app.errors import Conflict, NotFound, NotOpen, Rejected
from survey_app.models import Explanation
from survey_app.policy import Action, Actor


def answer(session: Session, actor: Actor, explanation_id: int, text: str, before: str, now: datetime.datetime) -> int:
    """Store or change the answer to a question; returns the assessment it is about.

    ``before`` is the `stamp` of the answer that the form was made from.

    Refuses a foreign unit (NotFound), a unit that is not asked (Conflict "other_state"), a day that has passed
    (NotOpen), an answer that another person changed meanwhile (Conflict with that answer), an empty one, and
    one that is too long (Rejected).
    """
    row = find(session, actor, explanation_id)
    assessment = rounds.assessment(session, actor, row.assessment_id, Action.SCORE_SELF)
    session.refresh(row)  # as it is now that nobody else changes it
    if State(assessment.state) is not State.EXPLANATION_ASKED:
        raise Conflict("other_state")
    if now.date() > row.due:
        raise NotOpen("date_passed")
    if stamp(row.answer) != before:
        raise Conflict("changed_meanwhile", answer=row.answer)
    found = whole(text, of="explanation", field="answer")
    if not found:
        raise Rejected("explanation", problems={"answer": "needed"})
    row.answer, row.answered_by, row.answered_at = found, actor.account_id, now
    session.flush()
    detail = {"leaf": row.leaf}
    audit.record(session, actor, "explained", f"assessment {assessment.id}", now=now, detail=detail)
    return assessment.id


def find(session: Session, actor: Actor, explanation_id: int) -> Explanation:
    """A question to a unit in the person's scope; NotFound when there is none."""
    row = session.get(Explanation, explanation_id)
    if row is None:
        raise NotFound("explanation")
    visible(session, actor, row.assessment_id)
    return row


def stamp(text: str | None) -> str:
    """Tells one answer from another."""
    return hashlib.sha256((text or "").encode()).hexdigest()[:16]
