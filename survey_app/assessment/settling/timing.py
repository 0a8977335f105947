"""When a round began and when a unit was appraised, from the log: a meeting before that settles nothing."""

import datetime
import json
from collections.abc import Collection, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.assessment.flow import Step
from survey_app.config import ZONE
from survey_app.models import AuditEvent, Mark
from survey_app.models.assessment import FIRST, SECOND


def begun(session: Session, round_id: int) -> datetime.date:
    """The day on which units could begin to score themselves; the first of all days where the log does not say."""
    query = select(func.max(AuditEvent.at)).where(
        AuditEvent.action == "round_opened", AuditEvent.subject == f"round {round_id}"
    )
    return _day(session.scalar(query))


def appraised(session: Session, assessment_ids: Collection[int]) -> Mapping[int, datetime.date]:
    """By assessment, the day on which its appraisal was finished, or else that of the last word of an appraiser."""
    marks = (
        select(Mark.assessment_id, func.max(Mark.at))
        .where(Mark.assessment_id.in_(assessment_ids), Mark.stage.in_((FIRST, SECOND)))
        .group_by(Mark.assessment_id)
    )
    found = {key: _day(at) for key, at in session.execute(marks)}
    subjects = {f"assessment {key}": key for key in assessment_ids}
    moves = select(AuditEvent.subject, AuditEvent.at, AuditEvent.detail).where(
        AuditEvent.action == "assessment_moved", AuditEvent.subject.in_(subjects)
    )
    for subject, at, detail in session.execute(moves.order_by(AuditEvent.id)):
        if json.loads(detail)["step"] == Step.FINISH:
            found[subjects[subject]] = _day(at)
    return found


def _day(at: datetime.datetime | None) -> datetime.date:
    return at.astimezone(ZONE).date() if at else datetime.date.min
