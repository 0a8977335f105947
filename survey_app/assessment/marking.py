"""A unit scores itself: entries, the points by the rule, a claim of other points, what is still missing."""

import datetime
import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session

from scoring.par.inputs import InputError, Inputs
from scoring.par.kinds import evaluate
from scoring.par.steps import explain
from scoring.par.tree import Role
from survey_app import audit
from survey_app.assessment import criteria, rounds
from survey_app.assessment.criteria import Criteria
from survey_app.assessment.entries import number
from survey_app.assessment.flow import SELF_SCORING, State, Step
from survey_app.assessment.written import whole
from survey_app.errors import Conflict, NotFound, Rejected
from survey_app.models import Assessment, Evidence, EvidenceFile, Mark, Support, Unit
from survey_app.models.assessment import SELF
from survey_app.models.evidence import INFECTED
from survey_app.policy import Action, Actor

NUMERAL = re.compile(r"-?[0-9]{1,5}(\.[0-9]{1,6})?")
NOTHING = Decimal(0)


class Marked(Protocol):
    """What is asked of a mark: a row of the session, or its columns alone."""

    @property
    def points(self) -> str | None: ...
    @property
    def computed(self) -> str | None: ...
    @property
    def applies(self) -> bool: ...
    @property
    def reason(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a unit enters for a leaf. ``claimed`` are points other than those of the rule, for a ``reason``;
    ``edition`` is that of the mark it was made from (0: none yet)."""

    inputs: Inputs
    claimed: str = ""
    applies: bool = True
    reason: str = ""
    edition: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """Points by the rule (None: not yet, or by hand), how they came about, or which entry is at fault."""

    points: Decimal | None = None
    applies: bool = True
    said: str = ""
    fault: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A leaf that keeps a unit from submitting, and why."""

    leaf: str
    reason: str


def compute(found: Criteria, leaf: str, inputs: Inputs) -> Computed:
    """Points of a leaf from entries, the same while typing and when stored."""
    rule = found.rule(leaf)
    if rule is None or not inputs:
        return Computed()
    try:
        score = evaluate(rule, inputs, found.nodes[leaf].maximum)
    except InputError as error:
        return Computed(fault=error.name, problem=error.problem)
    return Computed(points=score.points, applies=score.applies, said=explain(score))


def save(session: Session, actor: Actor, assessment_id: int, leaf: str, entry: Entry, now: datetime.datetime) -> Mark:
    """Store what a unit entered for a leaf.

    Refuses a leaf that units do not score (NotFound), a unit that has been sent on (Conflict "other_state"), an
    entry made from an older mark (Conflict "changed_meanwhile" with the mark as it is now), and a reason that is too
    long (Rejected).
    """
    row = rounds.assessment(session, actor, assessment_id, Action.SCORE_SELF)
    found = criteria.of(session, row.set_id)
    if leaf not in applicable(session, row, found):
        raise NotFound("leaf")
    if State(row.state) not in SELF_SCORING:
        raise Conflict("other_state")
    stored = session.get(Mark, (assessment_id, leaf, SELF))
    if (stored.edition if stored else 0) != entry.edition:
        raise Conflict("changed_meanwhile", mark=stored)
    reason = whole(entry.reason, of="mark", field="reason")
    computed = compute(found, leaf, entry.inputs)
    points = _points(found, leaf, entry, computed)
    if State(row.state) is State.NOT_STARTED:
        rounds.move(session, actor, row, Step.BEGIN, now)
    mark = stored or Mark(assessment_id=assessment_id, leaf=leaf, stage=SELF, edition=0)
    mark.inputs = json.dumps(dict(entry.inputs), ensure_ascii=False, default=str, sort_keys=True)
    mark.computed = None if computed.points is None else str(computed.points)
    mark.points = None if points is None else str(points)
    mark.applies = entry.applies and computed.applies
    mark.reason, mark.edition = reason, mark.edition + 1
    mark.account_id, mark.at = actor.account_id, now
    session.add(mark)
    session.flush()
    detail = {"leaf": leaf, "points": mark.points, "applies": mark.applies, "edition": mark.edition}
    audit.record(session, actor, "self_scored", f"assessment {assessment_id}", now=now, detail=detail)
    return mark


def send(session: Session, actor: Actor, assessment_id: int, now: datetime.datetime) -> None:
    """Send a complete self-assessment to the unit's leader; Rejected names every leaf that lacks something.

    Bonus and penalties that the unit said nothing of are 0 points from here on.
    """
    row = rounds.assessment(session, actor, assessment_id, Action.SCORE_SELF)
    lacking = {each.leaf: each.reason for each in missing(session, row)}
    if lacking:
        raise Rejected("incomplete", problems=lacking)
    fill(session, actor, row, now)
    rounds.move(session, actor, row, Step.SEND, now)


def missing(session: Session, row: Assessment) -> Iterator[Missing]:
    """The unit's own leaves without points and evidence, explanation, or "does not apply" with a reason."""
    found = criteria.of(session, row.set_id)
    query = select(Support.leaf).where(Support.assessment_id == row.id, supports())
    yield from lacking(found, applicable(session, row, found), _own(session, row), set(session.scalars(query)))


def lacking(
    found: Criteria, leaves: Collection[str], marks: Mapping[str, Marked], supported: Collection[str]
) -> Iterator[Missing]:
    """Those of the leaves that lack something; bonus and penalties count once something was entered."""
    for leaf in considered(found, leaves, marks):
        extra, ruled = is_extra(found, leaf), found.rule(leaf) is not None
        reason = lacks(marks.get(leaf), evidence=leaf in supported, extra=extra, ruled=ruled)
        if reason:
            yield Missing(leaf=leaf, reason=reason)


def considered(found: Criteria, leaves: Collection[str], marks: Collection[str]) -> Iterator[str]:
    """The leaves that have to be complete before a unit can send its work."""
    yield from (leaf for leaf in leaves if leaf in marks or not is_extra(found, leaf))


def is_extra(found: Criteria, leaf: str) -> bool:
    """Whether a leaf stands outside the base: a bonus or a penalty."""
    return found.nodes[leaf].role is not Role.BASE


def lacks(mark: Marked | None, *, evidence: bool, extra: bool = False, ruled: bool = False) -> str:
    """What a leaf still lacks, as a word for the page; nothing when it is complete.

    Where there is a rule (``ruled``), points other than those that it gives need a reason, and so do points where
    it gives none for want of entries.
    """
    if mark is None:
        return "no_score"
    if not mark.applies:
        return "" if mark.reason else "no_reason"
    if mark.points is None:
        return "no_score"
    points, computed = Decimal(mark.points), None if mark.computed is None else Decimal(mark.computed)
    if claimed(points, computed, extra=extra, ruled=ruled) and not mark.reason:
        return "no_reason"
    nothing = extra and points == 0
    return "" if evidence or mark.reason or nothing else "no_evidence"


def claimed(points: Decimal, computed: Decimal | None, *, extra: bool, ruled: bool) -> bool:
    """Whether points are others than those of the rule; a bonus or penalty of 0 without entries is no claim."""
    if computed is None:
        return ruled and not (extra and points == 0)
    return points != computed


def supports() -> ColumnElement[bool]:
    """Whether a document counts for the unit: its own, not withdrawn, with a link or a file that is not infected."""
    sound = exists().where(EvidenceFile.evidence_id == Evidence.id, EvidenceFile.scan != INFECTED)
    document = exists().where(
        Evidence.id == Support.evidence_id, Evidence.withdrawn.is_(False), Evidence.url.is_not(None) | sound
    )
    return and_(Support.by_appraiser.is_(False), document)


def fill(session: Session, actor: Actor, row: Assessment, now: datetime.datetime, *, reason: str = "") -> list[str]:
    """Give 0 points to every leaf of the unit that has none, so that each can be appraised; returns which."""
    found, marks = criteria.of(session, row.set_id), _own(session, row)
    filled = []
    for leaf in applicable(session, row, found):
        mark = marks.get(leaf) or Mark(assessment_id=row.id, leaf=leaf, stage=SELF, edition=0, applies=True, reason="")
        if mark.points is None and mark.applies:
            mark.points, mark.reason, mark.edition = str(NOTHING), mark.reason or reason, mark.edition + 1
            mark.account_id, mark.at = actor.account_id, now
            session.add(mark)
            filled.append(leaf)
    session.flush()
    return filled


def applicable(session: Session, row: Assessment, found: Criteria) -> tuple[str, ...]:
    """The leaves that a unit scores itself, without those from which its kind is exempt."""
    exempt = set(found.definition.not_for(session.get_one(Unit, row.unit_id).code))
    return tuple(leaf for leaf in found.own if leaf not in exempt)


def entries(mark: Mark | None) -> Mapping[str, object]:
    """The entries of a stored mark."""
    found: dict[str, object] = json.loads(mark.inputs) if mark else {}
    return found


def _own(session: Session, row: Assessment) -> dict[str, Mark]:
    query = select(Mark).where(Mark.assessment_id == row.id, Mark.stage == SELF)
    return {mark.leaf: mark for mark in session.scalars(query)}


def _points(found: Criteria, leaf: str, entry: Entry, computed: Computed) -> Decimal | None:
    """The points that the unit gives itself; Rejected when a claim is no number or beyond the leaf's maximum."""
    if not entry.applies or not computed.applies:
        if not found.spots[leaf].node.not_applicable_allowed and computed.applies:
            raise Rejected("mark", problems={"applies": "always_applies"})
        return None
    if not entry.claimed.strip():
        return computed.points
    typed = number(entry.claimed)
    if not NUMERAL.fullmatch(typed):
        raise Rejected("mark", problems={"claimed": "not_a_number"})
    claimed = Decimal(typed)
    maximum = found.nodes[leaf].maximum
    low, high = sorted((Decimal(0), maximum))
    if not low <= claimed <= high:
        raise Rejected("mark", problems={"claimed": "out_of_range"})
    return claimed
