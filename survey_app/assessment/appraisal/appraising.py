"""Appraisers give points, ask for explanations, appraise again after them, and finish a unit."""

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from scoring.par.numbers import rounded
from survey_app import audit
from survey_app.assessment import criteria, marking, rounds
from survey_app.assessment.criteria import Criteria
from survey_app.assessment.entries import number
from survey_app.assessment.flow import State, Step
from survey_app.assessment.remits import Remit, remit
from survey_app.assessment.written import whole
from survey_app.errors import Conflict, NotFound, Rejected
from survey_app.models import Assessment, Explanation, Mark, Support
from survey_app.models.assessment import FIRST, SECOND, SELF
from survey_app.policy import Action, Actor

SHOWN = 2  # decimals of points on the pages
NUMERAL = re.compile(r"-?[0-9]{1,6}(\.[0-9]{1,6})?")
# Until a unit has explained itself a mark is of the first appraisal, afterwards of the second.
STAGE = {
    State.SUBMITTED: FIRST,
    State.IN_APPRAISAL: FIRST,
    State.EXPLANATION_ASKED: FIRST,
    State.EXPLAINED: SECOND,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What an appraiser enters for a leaf; ``stage`` and ``edition`` (0: no mark yet) are those of the form."""

    points: str
    deducted: str = ""
    applies: bool = True
    reason: str = ""
    stage: str = FIRST
    edition: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    """An assessment locked for an appraiser, with what they may appraise of it."""

    row: Assessment
    found: Criteria
    stage: str
    leaves: tuple[str, ...]
    marks: Mapping[tuple[str, str], Mark]


def save(
    session: Session, actor: Actor, assessment_id: int, leaf: str, given: Judgement, now: datetime.datetime
) -> Mark:
    """Store what an appraiser gives a leaf.

    Refuses a leaf outside the person's duties (NotFound), a unit that is not being appraised (Conflict
    "other_state"), a mark made from an older one (Conflict "changed_meanwhile" with the mark as it is now), points
    that cannot be, and points other than the unit's own without a reason (Rejected).
    """
    held = _open(session, actor, assessment_id)
    own = _own(held, leaf)
    stored = held.marks.get((leaf, held.stage))
    if given.stage != held.stage or given.edition != (stored.edition if stored else 0):
        raise Conflict("changed_meanwhile", mark=stored)
    reason = whole(given.reason, of="mark", field="reason")
    points, deducted = _points(held.found, leaf, given, own)
    changed = (points, given.applies) != (_number(own), own.applies) or deducted
    if changed and not reason:
        raise Rejected("mark", problems={"reason": "reason_needed"})
    _begin(session, actor, held.row, now)
    mark = _write(session, actor, held, own, now)
    mark.points, mark.deducted = None if points is None else str(points), str(deducted)
    mark.applies, mark.reason = given.applies, reason
    session.flush()
    detail: dict[str, object] = {"leaf": leaf, "stage": mark.stage, "points": mark.points}
    detail |= {"deducted": mark.deducted, "applies": mark.applies, "edition": mark.edition}
    audit.record(session, actor, "appraised", f"assessment {assessment_id}", now=now, detail=detail)
    return mark


def accept(
    session: Session, actor: Actor, assessment_id: int, leaf: str, stage: str, edition: int, now: datetime.datetime
) -> None:
    """Recognise the unit's own points of a leaf; refuses as `save`, and a leaf without own points (Rejected)."""
    held = _open(session, actor, assessment_id)
    own = _own(held, leaf)
    if own.applies and own.points is None:
        raise Rejected("mark", problems={"points": "no_own_points"})
    stored = held.marks.get((leaf, held.stage))
    if stage != held.stage or edition != (stored.edition if stored else 0):
        raise Conflict("changed_meanwhile", mark=stored)
    _begin(session, actor, held.row, now)
    _recognise(session, actor, held, [leaf], now)


def accept_all(session: Session, actor: Actor, assessment_id: int, field: str, now: datetime.datetime) -> int:
    """Recognise the own points of every leaf of a field ("": all) that nobody has appraised, where they are those of
    the rule and documents support them; returns how many."""
    held = _open(session, actor, assessment_id)
    ready = [leaf for leaf in acceptable(session, held.row, held.leaves, held.marks) if _in(held.found, leaf, field)]
    if ready:
        _begin(session, actor, held.row, now)
        _recognise(session, actor, held, ready, now)
    return len(ready)


def acceptable(
    session: Session, row: Assessment, leaves: Iterable[str], marks: Mapping[tuple[str, str], Mark]
) -> list[str]:
    """The leaves that nobody has appraised and whose own points are those of the rule, supported by documents."""
    query = select(Support.leaf).where(Support.assessment_id == row.id, Support.by_appraiser.is_(False))
    supported = set(session.scalars(query))
    found = []
    for leaf in leaves:
        own = marks.get((leaf, SELF))
        if own is None or not own.applies or own.points is None or own.computed is None or leaf not in supported:
            continue
        untouched = (leaf, FIRST) not in marks and (leaf, SECOND) not in marks
        if untouched and Decimal(own.points) == Decimal(own.computed):
            found.append(leaf)
    return found


def ask(
    session: Session,
    actor: Actor,
    assessment_id: int,
    leaf: str,
    question: str,
    due: datetime.date,
    now: datetime.datetime,
) -> None:
    """Ask a unit to explain a leaf until a day within its time for that, as an extension may have moved it.

    Refuses as `save`, a question that waits for its answer already (Conflict), one without words
    or with too many, and a day that has passed or lies beyond that time (Rejected).
    """
    held = _open(session, actor, assessment_id)
    _own(held, leaf)
    asked = whole(question, of="explanation", field="question")
    last_day = rounds.dates(session, held.row).explain_until
    problems = {} if asked else {"question": "question_needed"}
    if due < now.date():
        problems["due"] = "past"
    elif due > last_day:
        problems["due"] = "beyond_explaining"
    if problems:
        raise Rejected("explanation", problems=problems, last_day=last_day)
    open_ = waiting(session, held.row, now.date())
    if (leaf, asked, due) in {(each.leaf, each.question, each.due) for each in open_}:
        raise Conflict("asked_already")
    _begin(session, actor, held.row, now)
    rounds.move(session, actor, held.row, Step.ASK, now)
    row = Explanation(assessment_id=assessment_id, leaf=leaf, question=asked, due=due)
    row.asked_by, row.asked_at = actor.account_id, now
    session.add(row)
    session.flush()
    detail = {"leaf": leaf, "due": due}
    audit.record(session, actor, "explanation_asked", f"assessment {assessment_id}", now=now, detail=detail)


def proceed(session: Session, actor: Actor, assessment_id: int, now: datetime.datetime) -> None:
    """Go on to the second appraisal without the unit; Conflict "still_due" while it has time to explain."""
    held = _open(session, actor, assessment_id)
    if next(iter(waiting(session, held.row, now.date())), None) is not None:
        raise Conflict("still_due")
    rounds.move(session, actor, held.row, Step.PROCEED, now)


def finish(session: Session, actor: Actor, assessment_id: int, now: datetime.datetime) -> None:
    """Hand an appraised unit to the council; Rejected names every own leaf that has no mark of an appraiser."""
    held = _open(session, actor, assessment_id)
    every = marking.applicable(session, held.row, held.found)
    lacking = [leaf for leaf in every if (leaf, FIRST) not in held.marks and (leaf, SECOND) not in held.marks]
    if lacking:
        raise Rejected("not_appraised", problems=dict.fromkeys(lacking, "no_mark"), leaves=tuple(lacking))
    rounds.move(session, actor, held.row, Step.FINISH, now)


def waiting(session: Session, row: Assessment, today: datetime.date) -> list[Explanation]:
    """The questions that a unit may still answer."""
    query = select(Explanation).where(
        Explanation.assessment_id == row.id, Explanation.answer.is_(None), Explanation.due >= today
    )
    return list(session.scalars(query))


def read_points(text: str, maximum: Decimal, field: str) -> Decimal:
    """Points as they were typed ("1,5", read as units' entries are: "1.500" is 1500), between 0 and a leaf's maximum;
    Rejected names the field."""
    typed = number(text)
    if "%" in text or not NUMERAL.fullmatch(typed):
        raise Rejected("mark", problems={field: "not_a_number"})
    points = Decimal(typed)
    low, high = sorted((Decimal(0), maximum))
    if not low <= points <= high:
        raise Rejected("mark", problems={field: "out_of_range"}, maximum=maximum)
    return points


def marks_of(session: Session, assessment_id: int) -> dict[tuple[str, str], Mark]:
    """The marks of a unit by leaf and stage."""
    query = select(Mark).where(Mark.assessment_id == assessment_id)
    return {(mark.leaf, mark.stage): mark for mark in session.scalars(query)}


def _open(session: Session, actor: Actor, assessment_id: int) -> _Open:
    row = rounds.assessment(session, actor, assessment_id, Action.APPRAISE)
    mine = remit(session, actor, row.round_id)
    if not mine.touches(row.unit_id):
        raise NotFound("assessment")
    stage = STAGE.get(State(row.state))
    if stage is None:
        raise Conflict("other_state")
    found = criteria.of(session, row.set_id)
    leaves = _mine(mine, row, found, marking.applicable(session, row, found))
    return _Open(row=row, found=found, stage=stage, leaves=leaves, marks=marks_of(session, assessment_id))


def _mine(mine: Remit, row: Assessment, found: Criteria, leaves: Iterable[str]) -> tuple[str, ...]:
    return tuple(leaf for leaf in leaves if mine.covers(row.unit_id, found.field_of[leaf]))


def _own(held: _Open, leaf: str) -> Mark:
    """The unit's own mark of a leaf that the person appraises."""
    if leaf not in held.leaves or (leaf, SELF) not in held.marks:
        raise NotFound("leaf")
    return held.marks[leaf, SELF]


def _recognise(session: Session, actor: Actor, held: _Open, leaves: Sequence[str], now: datetime.datetime) -> None:
    """The unit's own points as those of the appraiser."""
    for leaf in leaves:
        own = held.marks[leaf, SELF]
        mark = _write(session, actor, held, own, now)
        mark.points, mark.deducted, mark.applies, mark.reason = own.points, "0", own.applies, ""
    session.flush()
    detail = {"leaves": leaves, "stage": held.stage, "points": "own"}
    audit.record(session, actor, "appraised", f"assessment {held.row.id}", now=now, detail=detail)


def _points(found: Criteria, leaf: str, given: Judgement, own: Mark) -> tuple[Decimal | None, Decimal]:
    """Points and what is deducted of them; 1,74 typed for own points of 1,7435… are the own points."""
    if not given.applies:
        if own.applies and not found.spots[leaf].node.not_applicable_allowed:
            raise Rejected("mark", problems={"applies": "always_applies"})
        return None, Decimal(0)
    points = read_points(given.points, found.nodes[leaf].maximum, "points")
    claimed, places = _number(own), -int(points.as_tuple().exponent)
    if claimed is not None and points == rounded(claimed, max(places, SHOWN)):
        points = claimed
    if not given.deducted.strip():
        return points, Decimal(0)
    return points, read_points(given.deducted, max(points, Decimal(0)), "deducted")


def _begin(session: Session, actor: Actor, row: Assessment, now: datetime.datetime) -> None:
    if State(row.state) is State.SUBMITTED:
        rounds.move(session, actor, row, Step.APPRAISE, now)


def _write(session: Session, actor: Actor, held: _Open, own: Mark, now: datetime.datetime) -> Mark:
    """The mark to fill in, with what the unit entered and what the rule makes of it."""
    stored = held.marks.get((own.leaf, held.stage))
    mark = stored or Mark(assessment_id=held.row.id, leaf=own.leaf, stage=held.stage, edition=0)
    mark.inputs, mark.computed = own.inputs, own.computed
    mark.edition, mark.account_id, mark.at = mark.edition + 1, actor.account_id, now
    session.add(mark)
    return mark


def _in(found: Criteria, leaf: str, field: str) -> bool:
    return field in ("", found.field_of[leaf])


def _number(mark: Mark) -> Decimal | None:
    return None if mark.points is None else Decimal(mark.points)
