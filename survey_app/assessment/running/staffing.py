"""Who appraises what in a round, and who sits in its council."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import audit
from survey_app.assessment import rounds
from survey_app.assessment.criteria_sets.faults import stored
from survey_app.errors import Conflict, NotFound, Rejected
from survey_app.models import Account, Assessment, CouncilMember, CriteriaSet, Duty, Round, RoundSet, Unit
from survey_app.models.assessment import PUBLISHED
from survey_app.policy import RULES, Action, Actor, Role, ensure

LONGEST_TITLE = 120
EXPERTS = frozenset({Role.APPRAISER})
COUNCIL = RULES[Action.APPRAISE] | {Role.LEADER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """A duty with its names; no field is all fields, no unit all units."""

    id: int
    person: str
    field: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A member of the council."""

    account_id: int
    person: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Duties and council of a round, and what the forms can choose from; ``idle`` are the appraisers who have nothing
    to appraise since others have duties."""

    duties: tuple[Assigned, ...]
    idle: tuple[str, ...]
    council: tuple[Seat, ...]
    appraisers: tuple[tuple[int, str], ...]
    members: tuple[tuple[int, str], ...]
    fields: tuple[tuple[str, str], ...]
    units: tuple[tuple[int, str], ...]


def staff(session: Session, actor: Actor, round_id: int) -> Staff:
    """Who works in a round; for those who manage rounds."""
    ensure(actor, Action.MANAGE_ROUNDS)
    if session.get(Round, round_id) is None:
        raise NotFound("round")
    names, fields, units = _names(session), dict(_fields(session, round_id)), dict(_units(session, round_id))
    duties = session.scalars(select(Duty).where(Duty.round_id == round_id).order_by(Duty.id)).all()
    busy, experts = {duty.account_id for duty in duties}, _people(session, EXPERTS)
    seats = session.scalars(select(CouncilMember).where(CouncilMember.round_id == round_id))
    return Staff(
        duties=tuple(
            Assigned(
                id=duty.id,
                person=names[duty.account_id],
                field=fields.get(duty.field, duty.field),
                unit=units.get(duty.unit_id, "") if duty.unit_id else "",
            )
            for duty in duties
        ),
        idle=tuple(name for key, name in experts if busy and key not in busy),
        council=tuple(Seat(account_id=row.account_id, person=names[row.account_id], title=row.title) for row in seats),
        appraisers=tuple(experts),
        members=tuple(_people(session, COUNCIL)),
        fields=tuple(fields.items()),
        units=tuple(units.items()),
    )


def assign(
    session: Session,
    actor: Actor,
    round_id: int,
    account_id: int,
    field: str,
    unit_id: int | None,
    now: datetime.datetime,
) -> int:
    """Give an appraiser a field ("": all) of a unit (None: all); returns the duty's id.

    Rejected names what is not there: no such appraiser, field or unit in this round, or the duty is given already.
    """
    _open(session, actor, round_id)
    problems = {}
    if account_id not in dict(_people(session, EXPERTS)):
        problems["account_id"] = "no_appraiser"
    if field and field not in dict(_fields(session, round_id)):
        problems["field"] = "unknown_field"
    if unit_id is not None and unit_id not in dict(_units(session, round_id)):
        problems["unit_id"] = "unknown_unit"
    same = select(Duty.id).where(
        Duty.round_id == round_id,
        Duty.account_id == account_id,
        Duty.field == field,
        Duty.unit_id.is_not_distinct_from(unit_id),
    )
    if not problems and session.scalar(same) is not None:
        problems["account_id"] = "assigned_already"
    if problems:
        raise Rejected("duty", problems=problems)
    row = Duty(round_id=round_id, account_id=account_id, field=field, unit_id=unit_id)
    session.add(row)
    session.flush()
    detail = {"account": account_id, "field": field, "unit": unit_id}
    audit.record(session, actor, "duty_assigned", f"round {round_id}", now=now, detail=detail)
    return row.id


def relieve(session: Session, actor: Actor, round_id: int, duty_id: int, now: datetime.datetime) -> None:
    """Take a duty away; its marks stay. NotFound when there is none of this round."""
    _open(session, actor, round_id)
    row = session.get(Duty, duty_id)
    if row is None or row.round_id != round_id:
        raise NotFound("duty")
    detail = {"account": row.account_id, "field": row.field, "unit": row.unit_id}
    session.delete(row)
    session.flush()
    audit.record(session, actor, "duty_taken", f"round {round_id}", now=now, detail=detail)


def seat(session: Session, actor: Actor, round_id: int, account_id: int, title: str, now: datetime.datetime) -> None:
    """Make a person a member of the council, or change their title; Rejected for one who cannot be."""
    _open(session, actor, round_id)
    if account_id not in dict(_people(session, COUNCIL)):
        raise Rejected("seat", problems={"member_id": "no_member"})
    if len(title.strip()) > LONGEST_TITLE:
        raise Rejected("seat", problems={"title": "too_long"})
    session.merge(CouncilMember(round_id=round_id, account_id=account_id, title=title.strip()))
    session.flush()
    detail = {"account": account_id, "title": title.strip()}
    audit.record(session, actor, "council_seated", f"round {round_id}", now=now, detail=detail)


def unseat(session: Session, actor: Actor, round_id: int, account_id: int, now: datetime.datetime) -> None:
    """Take a person out of the council; meetings they attended stay as they were recorded."""
    _open(session, actor, round_id)
    row = session.get(CouncilMember, (round_id, account_id))
    if row is None:
        raise NotFound("member")
    session.delete(row)
    session.flush()
    audit.record(session, actor, "council_left", f"round {round_id}", now=now, detail={"account": account_id})


def _open(session: Session, actor: Actor, round_id: int) -> None:
    if rounds.find(session, actor, round_id).state == PUBLISHED:
        raise Conflict("round_published")


def _names(session: Session) -> Mapping[int, str]:
    return dict(session.execute(select(Account.id, Account.name)).all())


def _people(session: Session, roles: frozenset[Role]) -> Sequence[tuple[int, str]]:
    query = select(Account.id, Account.name, Unit.name.label("unit")).join(Unit, Unit.id == Account.unit_id)
    query = query.where(Account.active, Account.role.in_(roles)).order_by(Account.name, Account.id)
    return [(row.id, f"{row.name} ({row.unit})") for row in session.execute(query)]


def _fields(session: Session, round_id: int) -> Sequence[tuple[str, str]]:
    """The fields of all sets of a round by number; the same number is the same duty in every block."""
    found: dict[str, str] = {}
    query = select(CriteriaSet.body).join(RoundSet, RoundSet.set_id == CriteriaSet.id)
    for body in session.scalars(query.where(RoundSet.round_id == round_id).order_by(RoundSet.block)):
        for node in stored(body).fields:
            found.setdefault(node.id, f"{node.id}. {node.name}")
    return list(found.items())


def _units(session: Session, round_id: int) -> Sequence[tuple[int, str]]:
    query = select(Unit.id, Unit.name).join(Assessment, Assessment.unit_id == Unit.id)
    return list(session.execute(query.where(Assessment.round_id == round_id).order_by(Unit.level, Unit.name)))
