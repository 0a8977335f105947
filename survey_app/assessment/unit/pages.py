"""A unit's own assessment as its pages show it: fields with progress, leaves with entries, what is missing."""

import datetime
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from scoring.par.index import Mark as Points
from scoring.par.index import UnitIndex, roll_up
from survey_app.assessment import criteria, flow, marking, outcomes, rounds, standing, trail
from survey_app.assessment.criteria import Criteria
from survey_app.assessment.flow import SELF_SCORING, State, Step
from survey_app.assessment.sight import visible
from survey_app.assessment.trail import TakenBack
from survey_app.assessment.unit import explaining
from survey_app.assessment.unit.submitting import TAKEN
from survey_app.models import Assessment, Explanation, Feed, Mark, Round, Unit
from survey_app.policy import Action, Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A field (lĩnh vực) of a unit's work: ``done`` of ``own`` leaves, and the points so far."""

    number: str
    name: str
    maximum: Decimal
    points: Fraction
    done: int
    own: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question of an appraiser, its answer, and whether the unit may still answer."""

    id: int
    leaf: str
    question: str
    due: datetime.date
    answer: str | None
    stamp: str
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """A leaf that keeps a unit from submitting, where it stands, and why."""

    leaf: str
    name: str
    field: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Where a unit's assessment stands, for all its pages; ``total`` is by its own marks so far.

    ``changed`` are the leaves that it touched since its leader approved what it then took back.
    """

    id: int
    unit_id: int
    unit: str
    title: str
    year: int
    state: State
    edition: int
    submitted_on: datetime.date | None
    was_late: bool
    extended_until: datetime.date | None
    extension_reason: str
    found: Criteria
    own: tuple[str, ...]
    exempt: frozenset[str]
    lacking: Mapping[str, str]
    asked: tuple[Asked, ...]
    editable: bool
    missed: bool
    explaining: bool
    overdue: bool
    taken_back: TakenBack | None
    changed: tuple[str, ...]
    dates: flow.Dates
    steps: tuple[Step, ...]
    fields: tuple[Progress, ...]
    total: UnitIndex

    @property
    def provable(self) -> tuple[str, ...]:
        """The leaves that documents may be tied to: all of the unit's own, while explaining those asked about."""
        asked = {each.leaf for each in self.asked if each.open}
        return tuple(leaf for leaf in self.own if leaf in asked) if self.explaining else self.own

    @property
    def lacks(self) -> tuple[Lack, ...]:
        """What is missing, in the order of the set."""
        spots, field_of = self.found.spots, self.found.field_of
        return tuple(
            Lack(leaf=leaf, name=spots[leaf].node.name, field=field_of[leaf], reason=reason)
            for leaf, reason in self.lacking.items()
        )


def work(session: Session, actor: Actor, assessment_id: int, today: datetime.date) -> Work:
    """A unit's assessment; NotFound outside the person's scope and duties."""
    row = visible(session, actor, assessment_id)
    held, unit = session.get_one(Round, row.round_id), session.get_one(Unit, row.unit_id)
    found, state, may = (
        criteria.of(session, row.set_id),
        State(row.state),
        rounds.permitted_for(session, actor, unit.id),
    )
    own, dates = marking.applicable(session, row, found), rounds.dates(session, row)
    back = trail.taken_back(session, row)
    lacking = {each.leaf: each.reason for each in marking.missing(session, row)}
    steps, scores = flow.possible(state, may=may, dates=dates, today=today), Action.SCORE_SELF in may
    said = outcomes.own(_sheet(session, row, unit, found))
    return Work(
        id=row.id,
        unit_id=unit.id,
        unit=unit.name,
        title=held.title,
        year=held.year,
        state=state,
        edition=row.edition,
        submitted_on=row.submitted_on,
        was_late=row.late,
        extended_until=row.extended_until,
        extension_reason=row.extension_reason or "",
        found=found,
        own=own,
        exempt=frozenset(found.definition.not_for(unit.code)),
        lacking=lacking,
        asked=_asked(session, row, today),
        editable=scores and state in SELF_SCORING and not flow.missed(state, dates, today),
        missed=flow.missed(state, dates, today),
        explaining=scores and state is State.EXPLANATION_ASKED,
        overdue=state in flow.OF_UNIT and flow.overdue(state, dates, today),
        taken_back=back,
        changed=trail.changed(session, row, back.approval) if back and back.approval and not back.resent else (),
        dates=dates,
        steps=tuple(step for step in steps if step in TAKEN),
        fields=tuple(_progress(found, own, lacking, said)),
        total=roll_up(found.tree, said, convention=found.convention, total=found.total),
    )


def set_of(session: Session, actor: Actor, assessment_id: int) -> Criteria:
    """The set that a unit is scored by; NotFound outside the person's scope and duties."""
    return criteria.of(session, visible(session, actor, assessment_id).set_id)


def marks_of(session: Session, assessment_id: int) -> Mapping[str, Mapping[str, Mark]]:
    """The marks of a unit by leaf and stage."""
    found: dict[str, dict[str, Mark]] = {}
    for mark in session.scalars(select(Mark).where(Mark.assessment_id == assessment_id)):
        found.setdefault(mark.leaf, {})[mark.stage] = mark
    return found


def feeds_of(session: Session, assessment_id: int) -> Mapping[str, Feed]:
    """What Home Affairs entered for a unit, by leaf."""
    return {feed.leaf: feed for feed in session.scalars(select(Feed).where(Feed.assessment_id == assessment_id))}


def _progress(
    found: Criteria, own: Collection[str], lacking: Mapping[str, str], said: Mapping[str, Points]
) -> Iterator[Progress]:
    for field in found.definition.fields:
        leaves = [leaf for leaf, above in found.field_of.items() if above == field.id]
        scored = [leaf for leaf in leaves if leaf in own]
        yield Progress(
            number=field.id,
            name=field.name,
            maximum=field.max,
            points=sum((said[leaf].counted for leaf in leaves if leaf in said), Fraction(0)),
            done=sum(leaf not in lacking for leaf in scored),
            own=len(scored),
        )


def _sheet(session: Session, row: Assessment, unit: Unit, found: Criteria) -> outcomes.Sheet:
    marks = marks_of(session, row.id).items()
    return outcomes.Sheet(
        unit_id=unit.id,
        name=unit.name,
        block=unit.level,
        criteria=found,
        marks={leaf: {stage: standing.said(mark) for stage, mark in each.items()} for leaf, each in marks},
        feeds={leaf: standing.fed(feed) for leaf, feed in feeds_of(session, row.id).items()},
        corrections={},
        exempt=frozenset(found.definition.not_for(unit.code)),
    )


def _asked(session: Session, row: Assessment, today: datetime.date) -> tuple[Asked, ...]:
    query = select(Explanation).where(Explanation.assessment_id == row.id).order_by(Explanation.id)
    opened = State(row.state) is State.EXPLANATION_ASKED
    return tuple(
        Asked(
            id=each.id,
            leaf=each.leaf,
            question=each.question,
            due=each.due,
            answer=each.answer,
            stamp=explaining.stamp(each.answer),
            open=opened and today <= each.due,
        )
        for each in session.scalars(query)
    )
