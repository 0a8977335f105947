"""A settled mark changes only by a correction: one person proposes it with a reason, another confirms it."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from survey_app import audit
from survey_app.assessment import criteria, rounds
from survey_app.assessment.appraisal.appraising import read_points
from survey_app.assessment.facts import Held
from survey_app.assessment.flow import LOCKED, State
from survey_app.assessment.remits import remit
from survey_app.assessment.written import whole
from survey_app.errors import Conflict, NotAllowed, NotFound, Rejected
from survey_app.models import Account, Assessment, Correction, Round, Unit
from survey_app.policy import Action, Actor, ensure


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A correction as a list shows it; ``replaced`` by a later one of the same leaf."""

    id: int
    assessment_id: int
    unit: str
    leaf: str
    points: Decimal
    reason: str
    proposer: str
    proposed_at: datetime.datetime
    confirmer: str | None
    confirmed_at: datetime.datetime | None
    own: bool
    replaced: bool


def propose(
    session: Session, actor: Actor, assessment_id: int, leaf: str, points: str, reason: str, now: datetime.datetime
) -> int:
    """Propose other points for a leaf of a locked unit; returns the id.

    Refuses an unknown leaf and one outside the person's duties (NotFound), a unit that is not locked (Conflict), a
    leaf that the unit is exempt from, which never counts, points that cannot be, and no reason (Rejected). Nothing
    counts before another person confirms it.
    """
    row = rounds.assessment(session, actor, assessment_id, Action.APPRAISE)
    found = criteria.of(session, row.set_id)
    if leaf not in found.nodes or not remit(session, actor, row.round_id).covers(row.unit_id, found.field_of[leaf]):
        raise NotFound("leaf")
    if State(row.state) not in LOCKED:
        raise Conflict("not_locked")
    if leaf in found.definition.not_for(session.get_one(Unit, row.unit_id).code):
        raise Rejected("correction", problems={"leaf": "unit_exempt"})
    given = read_points(points, found.nodes[leaf].maximum, "points")
    why = whole(reason, of="correction", field="reason")
    if not why:
        raise Rejected("correction", problems={"reason": "reason_needed"})
    proposed = Correction(assessment_id=assessment_id, leaf=leaf, points=str(given))
    proposed.reason, proposed.proposed_by, proposed.proposed_at = why, actor.account_id, now
    session.add(proposed)
    session.flush()
    detail = {"correction": proposed.id, "leaf": leaf, "points": proposed.points, "reason": proposed.reason}
    audit.record(session, actor, "correction_proposed", f"assessment {assessment_id}", now=now, detail=detail)
    return proposed.id


def confirm(session: Session, actor: Actor, correction_id: int, now: datetime.datetime) -> None:
    """Let a proposed correction count.

    Refuses the person who proposed it (NotAllowed), a second confirmation, and one that a later correction of the
    leaf has replaced (Conflict).
    """
    ensure(actor, Action.SETTLE)
    assessment_id = session.scalar(select(Correction.assessment_id).where(Correction.id == correction_id))
    if assessment_id is None:
        raise NotFound("correction")
    rounds.assessment(session, actor, assessment_id, Action.SETTLE)
    row = session.get_one(Correction, correction_id, with_for_update=True, populate_existing=True)
    if row.proposed_by == actor.account_id:
        raise NotAllowed("two_people")
    later = select(Correction.id).where(
        Correction.assessment_id == assessment_id, Correction.leaf == row.leaf, Correction.id > row.id
    )
    if row.confirmed_by is not None or session.scalar(later.where(Correction.confirmed_by.is_not(None)).limit(1)):
        raise Conflict("already_confirmed")
    row.confirmed_by, row.confirmed_at = actor.account_id, now
    session.flush()
    detail = {"correction": row.id, "leaf": row.leaf, "points": row.points}
    audit.record(session, actor, "correction_confirmed", f"assessment {assessment_id}", now=now, detail=detail)


def corrections(session: Session, actor: Actor, round_id: int) -> Sequence[Shown]:
    """The corrections of a round in the person's scope, the latest first."""
    ensure(actor, Action.APPRAISE)
    proposer, confirmer, later = aliased(Account), aliased(Account), aliased(Correction)
    replaced = exists().where(
        later.assessment_id == Correction.assessment_id,
        later.leaf == Correction.leaf,
        later.id > Correction.id,
        later.confirmed_by.is_not(None),
    )
    query = (
        select(Correction, Unit, proposer.name, confirmer.name, replaced)
        .join(Assessment, Assessment.id == Correction.assessment_id)
        .join(Unit, Unit.id == Assessment.unit_id)
        .join(proposer, proposer.id == Correction.proposed_by)
        .outerjoin(confirmer, confirmer.id == Correction.confirmed_by)
        .where(Assessment.round_id == round_id)
        .order_by(Correction.id.desc())
    )
    rows, mine = session.execute(query), remit(session, actor, round_id)
    return [_shown(actor, *row) for row in rows if row[1].id in actor.units and mine.touches(row[1].id)]


def _shown(actor: Actor, row: Correction, unit: Unit, proposer: str, confirmer: str | None, replaced: bool) -> Shown:
    return Shown(
        id=row.id,
        assessment_id=row.assessment_id,
        unit=unit.name,
        leaf=row.leaf,
        points=Decimal(row.points),
        reason=row.reason,
        proposer=proposer,
        proposed_at=row.proposed_at,
        confirmer=confirmer,
        confirmed_at=row.confirmed_at,
        own=row.proposed_by == actor.account_id,
        replaced=replaced,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A locked unit whose marks may be corrected."""

    assessment_id: int
    round_id: int
    unit: str
    leaves: tuple[tuple[str, str], ...]


def find_round(session: Session, actor: Actor, round_id: int) -> Held:
    """The round; NotFound when there is none."""
    ensure(actor, Action.APPRAISE)
    row = session.get(Round, round_id)
    if row is None:
        raise NotFound("round")
    return Held.of(row)


def locked(session: Session, actor: Actor, round_id: int) -> tuple[tuple[int, str], ...]:
    """The locked units of a round in the person's scope and duties: assessment and name."""
    ensure(actor, Action.APPRAISE)
    query = (
        select(Assessment.id, Unit.name, Unit.id)
        .join(Unit, Unit.id == Assessment.unit_id)
        .where(Assessment.round_id == round_id, Assessment.state.in_(LOCKED))
        .order_by(Unit.level, Unit.name)
    )
    mine = remit(session, actor, round_id)
    rows = session.execute(query)
    return tuple((key, name) for key, name, unit_id in rows if unit_id in actor.units and mine.touches(unit_id))


def target(session: Session, actor: Actor, assessment_id: int) -> Target:
    """A unit with the leaves that the person can correct; NotFound outside the person's scope and duties."""
    row = session.get(Assessment, assessment_id)
    if row is None:
        raise NotFound("assessment")
    ensure(actor, Action.APPRAISE, row.unit_id)
    mine, found = remit(session, actor, row.round_id), criteria.of(session, row.set_id)
    if not mine.touches(row.unit_id):
        raise NotFound("assessment")
    unit = session.get_one(Unit, row.unit_id)
    fields = {leaf: field for leaf, field in found.field_of.items() if leaf not in found.definition.not_for(unit.code)}
    covered = [leaf for leaf, field in fields.items() if mine.covers(row.unit_id, field)]
    return Target(
        assessment_id=assessment_id,
        round_id=row.round_id,
        unit=unit.name,
        leaves=tuple((leaf, found.spots[leaf].node.name) for leaf in covered),
    )


def round_of(session: Session, actor: Actor, correction_id: int) -> int:
    """The round of a correction; NotFound outside the person's scope."""
    row = session.get(Correction, correction_id)
    if row is None:
        raise NotFound("correction")
    return target(session, actor, row.assessment_id).round_id
