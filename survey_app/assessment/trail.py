"""What the log says of units beyond their rows: what was done late, what a unit took back to edit."""

import datetime
import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from survey_app.assessment import criteria
from survey_app.assessment.flow import Step
from survey_app.models import Account, Assessment, AuditEvent, Evidence, Support

RESENT = (Step.APPROVE, Step.COLLECT)
OF_EVIDENCE = (
    "evidence_added",
    "evidence_versioned",
    "evidence_changed",
    "evidence_used",
    "evidence_unused",
    "evidence_withdrawn",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """The last time that a unit took back what it had sent: when and by whom, whether its leader had approved it
    by then (``approval`` is that event), and whether it has been submitted again since."""

    at: datetime.datetime
    by: str
    approval: int | None
    resent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """What was done late of a unit's assessment, and what was taken back."""

    late: frozenset[Step] = frozenset()
    taken_back: TakenBack | None = None


NOTHING = Trail()


def trails(session: Session, assessment_ids: Collection[int]) -> Mapping[int, Trail]:
    """The trail of each of these assessments that has one."""
    subjects = {f"assessment {key}": key for key in assessment_ids}
    query = (
        select(AuditEvent.id, AuditEvent.subject, AuditEvent.at, AuditEvent.detail, Account.name)
        .join(Account, Account.id == AuditEvent.account_id)
        .where(AuditEvent.action == "assessment_moved", AuditEvent.subject.in_(subjects))
        .order_by(AuditEvent.id)
    )
    late: dict[int, set[Step]] = defaultdict(set)
    back: dict[int, TakenBack] = {}
    approvals: dict[int, int] = {}
    for event, subject, at, text, name in session.execute(query):
        key, detail = subjects[subject], json.loads(text)
        step = Step(detail["step"])
        if detail.get("late"):
            late[key].add(step)
        if step is Step.WITHDRAW:
            back[key] = TakenBack(at=at, by=name, approval=approvals.get(key), resent=False)
        elif step in RESENT and key in back:
            was = back[key]
            back[key] = TakenBack(at=was.at, by=was.by, approval=was.approval, resent=True)
        if step is Step.APPROVE:
            approvals[key] = event
    keys = late.keys() | back.keys()
    return {key: Trail(late=frozenset(late[key]), taken_back=back.get(key)) for key in keys}


def taken_back(session: Session, row: Assessment) -> TakenBack | None:
    """What a unit took back."""
    return trails(session, [row.id]).get(row.id, NOTHING).taken_back


def changed(session: Session, row: Assessment, approval: int) -> tuple[str, ...]:
    """The leaves whose points or documents the unit has touched since its leader's approval, an event of the log."""
    of_unit = Evidence.round_id == row.round_id, Evidence.unit_id == row.unit_id
    documents = {f"evidence {key}": key for key in session.scalars(select(Evidence.id).where(*of_unit))}
    tied: dict[int, set[str]] = defaultdict(set)
    for key, leaf in session.execute(select(Support.evidence_id, Support.leaf).where(Support.assessment_id == row.id)):
        tied[key].add(leaf)
    scored = and_(AuditEvent.action == "self_scored", AuditEvent.subject == f"assessment {row.id}")
    proved = and_(AuditEvent.action.in_(OF_EVIDENCE), AuditEvent.subject.in_(documents))
    query = select(AuditEvent.subject, AuditEvent.detail).where(AuditEvent.id > approval, or_(scored, proved))
    touched: set[str] = set()
    for subject, text in session.execute(query):
        detail = json.loads(text)
        named = {detail["leaf"]} if "leaf" in detail else set(detail.get("leaves", ()))
        touched |= named or tied[documents[subject]]
    return tuple(leaf for leaf in criteria.of(session, row.set_id).own if leaf in touched)
