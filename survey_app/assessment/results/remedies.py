"""Remedy plans (kế hoạch khắc phục): tasks of a unit for criteria that lost points, carried on until done or withdrawn.

Two people may work on a plan at once: a change is made from an ``edition`` of the task, an older one is refused.
"""

import datetime
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from reports.par_content import RoundReport, TaskLine
from survey_app import audit
from survey_app.assessment import criteria
from survey_app.assessment.documents.evidence import of_appraisers
from survey_app.assessment.sight import OPENED
from survey_app.errors import Conflict, NotAllowed, NotFound, Rejected
from survey_app.models import Assessment, Evidence, RemedyTask, Round, Unit
from survey_app.models.assessment import PUBLISHED
from survey_app.policy import Action, Actor, ensure

LONGEST_REASON = 1000
PLANNERS = (Action.SCORE_SELF, Action.APPROVE_SELF, Action.MANAGE_ROUNDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDraft:
    """What is entered of a task; ``evidence_id`` is a document of the unit that shows that it is done."""

    leaf: str
    task: str
    responsible: str
    due: datetime.date
    done_on: datetime.date | None = None
    evidence_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A stored task, with the year of the round that it comes from."""

    id: int
    assessment_id: int
    round_id: int
    unit_id: int
    unit: str
    year: int
    leaf: str
    name: str
    task: str
    responsible: str
    due: datetime.date
    done_on: datetime.date | None
    evidence_id: int | None
    evidence: str
    edition: int
    withdrawn_on: datetime.date | None
    withdrawal_reason: str

    @property
    def open(self) -> bool:
        """Whether it is neither done nor withdrawn."""
        return self.done_on is None and self.withdrawn_on is None

    def overdue(self, today: datetime.date) -> bool:
        """Whether it should be done by now."""
        return self.open and today > self.due


def may_plan(actor: Actor) -> bool:
    """Whether a person may write tasks: the unit's officer and leader, and Home Affairs."""
    return any(actor.may(action) for action in PLANNERS)


def add(session: Session, actor: Actor, round_id: int, unit_id: int, draft: TaskDraft, now: datetime.datetime) -> int:
    """A new task; returns its id.

    Refuses a round that is not published (Conflict "not_published"), an open task that says the same (Conflict
    "same_task": a form that was sent twice), units out of scope (NotFound), leaves that the
    set does not have and documents of other units (Rejected).
    """
    _ensure(actor, unit_id)
    query = select(Assessment).where(Assessment.round_id == round_id, Assessment.unit_id == unit_id)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound("assessment")
    row = RemedyTask(assessment_id=found.id)
    same = RemedyTask.assessment_id == found.id, RemedyTask.leaf == draft.leaf, RemedyTask.task == draft.task
    open_ = RemedyTask.due == draft.due, RemedyTask.done_on.is_(None), RemedyTask.withdrawn_on.is_(None)
    twice = select(RemedyTask.id).where(*same, *open_).limit(1)
    if draft.done_on is None and session.scalar(twice) is not None:
        raise Conflict("same_task")
    _fill(session, row, found, draft)
    session.add(row)
    session.flush()
    detail = {"leaf": draft.leaf, "due": draft.due}
    audit.record(session, actor, "remedy_added", f"remedy {row.id}", now=now, detail=detail)
    return row.id


def edit(
    session: Session, actor: Actor, task_id: int, draft: TaskDraft, now: datetime.datetime, *, edition: int
) -> None:
    """Change a task, or note that it is done.

    Refuses as `add`, a task that was withdrawn (Conflict "withdrawn"), and a change made from an older one
    (Conflict "changed_meanwhile"); what is stored already, sent again after a lost answer, is no conflict.
    """
    row, found = _locked(session, actor, task_id)
    if row.edition != edition:
        if _said(row) == draft:
            return
        raise Conflict("changed_meanwhile")
    _fill(session, row, found, draft)
    row.edition += 1
    session.flush()
    detail = {"leaf": draft.leaf, "due": draft.due, "done_on": draft.done_on, "evidence": draft.evidence_id}
    audit.record(session, actor, "remedy_changed", f"remedy {task_id}", now=now, detail=detail)


def withdraw(
    session: Session, actor: Actor, task_id: int, reason: str, now: datetime.datetime, *, edition: int
) -> None:
    """Take a task back that is not to be done; it stays in the plan with the reason.

    Refuses as `edit`, a task that is done (Conflict "done"), and no reason or one that is too long (Rejected).
    """
    row, _ = _locked(session, actor, task_id)
    if row.edition != edition:
        raise Conflict("changed_meanwhile")
    if row.done_on is not None:
        raise Conflict("done")
    given = reason.strip()
    if not given or len(given) > LONGEST_REASON:
        raise Rejected("withdrawal", problems={"reason": "too_long" if given else "reason_needed"})
    row.withdrawn_on, row.withdrawal_reason, row.edition = now.date(), given, row.edition + 1
    session.flush()
    detail = {"leaf": row.leaf, "reason": given}
    audit.record(session, actor, "remedy_withdrawn", f"remedy {task_id}", now=now, detail=detail)


def task(session: Session, actor: Actor, task_id: int) -> Task:
    """One task; NotFound out of scope."""
    ensure(actor, Action.READ_ASSESSMENTS)
    found = _tasks(session, _query().where(RemedyTask.id == task_id))
    if not found or found[0].unit_id not in actor.units:
        raise NotFound("remedy")
    return found[0]


def of_round(session: Session, actor: Actor, round_id: int, unit_id: int | None = None) -> tuple[Task, ...]:
    """The tasks of a round, in the person's scope; of one unit when it is named (NotFound out of scope)."""
    ensure(actor, Action.READ_ASSESSMENTS, unit_id)
    if session.get(Round, round_id) is None:
        raise NotFound("round")
    units = actor.units if unit_id is None else {unit_id}
    return _tasks(session, _query().where(Assessment.round_id == round_id, Assessment.unit_id.in_(units)))


def open_before(session: Session, actor: Actor, unit_id: int, year: int) -> tuple[Task, ...]:
    """Tasks of rounds before this year that are still open: what a unit carries into the round.

    Nothing for a unit that the person does not answer for.
    """
    if unit_id not in actor.units:
        return ()
    open_ = RemedyTask.done_on.is_(None), RemedyTask.withdrawn_on.is_(None)
    return _tasks(session, _query().where(Assessment.unit_id == unit_id, Round.year < year, *open_))


def documents(session: Session, actor: Actor, unit_id: int) -> tuple[tuple[int, str], ...]:
    """The documents of a unit that can show that a task is done, the latest first.

    A plan is the unit's own: what appraisers brought along is not among them before the unit may open it.
    """
    ensure(actor, Action.READ_ASSESSMENTS, unit_id)
    return tuple((row.id, _named(row)) for row in session.scalars(_documents(unit_id).order_by(Evidence.id.desc())))


def _documents(unit_id: int) -> Select[Evidence]:
    opened = (
        select(Assessment.id)
        .where(Assessment.round_id == Evidence.round_id, Assessment.unit_id == unit_id, Assessment.state.in_(OPENED))
        .exists()
    )
    query = select(Evidence).where(Evidence.unit_id == unit_id, Evidence.withdrawn.is_(False))
    return query.where(opened | Evidence.id.not_in(of_appraisers()))


def lines(found: tuple[Task, ...], report: RoundReport) -> tuple[TaskLine, ...]:
    """Tasks with the points that their criteria lost, for a list."""
    return tuple(
        TaskLine(
            unit=each.unit,
            number=each.leaf,
            criterion=each.name,
            lost=_lost(report, each),
            task=each.task,
            responsible=each.responsible,
            due=each.due,
            done_on=each.done_on,
            evidence=each.evidence,
            withdrawn_on=each.withdrawn_on,
            withdrawal_reason=each.withdrawal_reason,
        )
        for each in found
    )


def _lost(report: RoundReport, found: Task) -> Fraction:
    seen = report.unit(found.unit_id)
    line = seen[1].leaf(found.leaf) if seen else None
    return line.lost if line else Fraction(0)


def _ensure(actor: Actor, unit_id: int) -> None:
    if not may_plan(actor):
        raise NotAllowed("plan_remedies")
    ensure(actor, Action.READ_ASSESSMENTS, unit_id)


def _fill(session: Session, row: RemedyTask, found: Assessment, draft: TaskDraft) -> None:
    if session.get_one(Round, found.round_id).state != PUBLISHED:
        raise Conflict("not_published")
    problems = {}
    if draft.leaf not in criteria.of(session, found.set_id).nodes:
        problems["leaf"] = "unknown_leaf"
    if draft.evidence_id is not None:
        if session.scalar(_documents(found.unit_id).where(Evidence.id == draft.evidence_id)) is None:
            problems["evidence_id"] = "unknown_evidence"
        elif draft.done_on is None:
            problems["done_on"] = "evidence_without_day"
    if problems:
        raise Rejected("remedy", problems=problems)
    row.leaf, row.task, row.responsible = draft.leaf, draft.task, draft.responsible
    row.due, row.done_on, row.evidence_id = draft.due, draft.done_on, draft.evidence_id


def _locked(session: Session, actor: Actor, task_id: int) -> tuple[RemedyTask, Assessment]:
    """A task for one person at a time to change."""
    row = session.get(RemedyTask, task_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("remedy")
    found = session.get_one(Assessment, row.assessment_id)
    _ensure(actor, found.unit_id)
    if row.withdrawn_on is not None:
        raise Conflict("withdrawn")
    return row, found


def _said(row: RemedyTask) -> TaskDraft:
    return TaskDraft(
        leaf=row.leaf,
        task=row.task,
        responsible=row.responsible,
        due=row.due,
        done_on=row.done_on,
        evidence_id=row.evidence_id,
    )


Found = Select[RemedyTask, Assessment, Round, Unit, Evidence]


def _query() -> Found:
    return (
        select(RemedyTask, Assessment, Round, Unit, Evidence)
        .join(Assessment, Assessment.id == RemedyTask.assessment_id)
        .join(Round, Round.id == Assessment.round_id)
        .join(Unit, Unit.id == Assessment.unit_id)
        .outerjoin(Evidence, Evidence.id == RemedyTask.evidence_id)
    )


def _tasks(session: Session, query: Found) -> tuple[Task, ...]:
    found = []
    for row, place, held, unit, document in session.execute(query.order_by(Unit.name, RemedyTask.due, RemedyTask.id)):
        spots = criteria.of(session, place.set_id).spots
        found.append(
            Task(
                id=row.id,
                assessment_id=place.id,
                round_id=held.id,
                unit_id=unit.id,
                unit=unit.name,
                year=held.year,
                leaf=row.leaf,
                name=spots[row.leaf].node.name,
                task=row.task,
                responsible=row.responsible,
                due=row.due,
                done_on=row.done_on,
                evidence_id=row.evidence_id,
                evidence=_named(document) if document else "",
                edition=row.edition,
                withdrawn_on=row.withdrawn_on,
                withdrawal_reason=row.withdrawal_reason or "",
            )
        )
    return tuple(found)


def _named(row: Evidence) -> str:
    return f"{row.number}: {row.summary}" if row.number else row.summary
