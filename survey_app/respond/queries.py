"""What a citizen may answer at a counter today, and how to find the counter."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Date, Exists, Select, String, bindparam, exists, select
from sqlalchemy.orm import Session

from questionnaires.loader import validity_rules
from questionnaires.validity import Rule
from survey_app import codes
from survey_app.errors import NotFound, NotOpen
from survey_app.models import (
    Campaign,
    CampaignField,
    CampaignUnit,
    Counter,
    DefinitionVersion,
    Receipt,
    ServiceField,
    Unit,
)
from survey_app.models.campaign import OPEN
from survey_app.policy import Action, Actor, ensure
from survey_app.typed import folded

MOST_FOUND = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A counter as the public sees it."""

    code: str
    unit: str
    name: str
    place: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenForm:
    """A counter with the campaign that is open there."""

    counter_id: int
    unit_id: int
    field_key: str | None
    shown: Place
    campaign_id: int
    definition_id: int
    definition_ref: str


_CODE, _TODAY = bindparam("code", type_=String), bindparam("today", type_=Date)
_CHANNEL = bindparam("channel", type_=String)
_UP = select(Counter.unit_id.label("id")).where(Counter.code == _CODE).cte("up", recursive=True)
_UP = _UP.union(select(Unit.parent_id).join(_UP, Unit.id == _UP.c.id).where(Unit.parent_id.is_not(None)))


def _limits(table: type[CampaignUnit] | type[CampaignField]) -> Exists:
    return exists().where(table.campaign_id == Campaign.id)


# Everything that an answer depends on, in one statement built once: this runs for every form and every answer.
_OPEN_FORM = (
    select(
        Counter.id,
        Counter.unit_id,
        Counter.field_key,
        Counter.name,
        Counter.place,
        Unit.name.label("unit"),
        Campaign.id.label("campaign_id"),
        Campaign.definition_id,
        DefinitionVersion.ref,
    )
    .join(Unit, Unit.id == Counter.unit_id)
    .join(Campaign, Campaign.state == OPEN)
    .join(DefinitionVersion, DefinitionVersion.id == Campaign.definition_id)
    .where(
        Counter.code == _CODE,
        Counter.closed_on.is_(None) | (Counter.closed_on > _TODAY),
        Campaign.accepts.contains(_CHANNEL),
        Campaign.starts_on <= _TODAY,
        Campaign.ends_on.is_(None) | (Campaign.ends_on >= _TODAY),
        ~_limits(CampaignUnit) | _limits(CampaignUnit).where(CampaignUnit.unit_id.in_(select(_UP.c.id))),
        ~_limits(CampaignField) | _limits(CampaignField).where(CampaignField.field_key == Counter.field_key),
    )
    # Opening refuses campaigns that overlap, so there is one row at most.
    .order_by(Campaign.starts_on.desc(), Campaign.id.desc())
    .limit(1)
)


def open_form(session: Session, code: str, *, today: datetime.date, channel: str) -> OpenForm:
    """The form to answer at a counter.

    Refuses an unknown code (NotFound), a closed counter and one without an open campaign (NotOpen,
    with the successor or the first day in its details).
    """
    # On the connection: plain rows, without what the session does for objects.
    row = session.connection().execute(_OPEN_FORM, {"code": code, "today": today, "channel": channel}).first()
    if row is None:
        raise _why_not(session, code, today)
    return OpenForm(
        counter_id=row.id,
        unit_id=row.unit_id,
        field_key=row.field_key,
        shown=Place(code=code, unit=row.unit, name=row.name, place=row.place),
        campaign_id=row.campaign_id,
        definition_id=row.definition_id,
        definition_ref=row.ref,
    )


def _why_not(session: Session, code: str, today: datetime.date) -> NotFound | NotOpen:
    """The reason why there is no form, with what helps further."""
    found = session.execute(
        select(Counter, Unit.name).join(Unit, Unit.id == Counter.unit_id).where(Counter.code == code)
    ).first()
    if found is None:
        return NotFound("counter")
    counter, unit = found
    shown = Place(code=code, unit=unit, name=counter.name, place=counter.place)
    if counter.closed_on is not None and counter.closed_on <= today:
        return NotOpen("counter_closed", place=shown, successor=_successor(session, counter.successor_id, today))
    return NotOpen("no_campaign", place=shown, opens_on=_next_start(session, today))


def service_fields(session: Session) -> tuple[tuple[str, str, str], ...]:
    """Key, Vietnamese and English name of every field, for counters that serve more than one."""
    query = select(ServiceField.key, ServiceField.name_vi, ServiceField.name_en).order_by(ServiceField.position)
    return tuple(session.execute(query))


def find_units(session: Session, text: str, today: datetime.date) -> tuple[tuple[str, tuple[Place, ...]], ...]:
    """Living units whose name holds the text (with or without Vietnamese marks), with their open counters."""
    wanted = folded(text)
    if not wanted:
        return ()
    found = []
    for unit_id, name in session.execute(_living(select(Unit.id, Unit.name), today)):
        if wanted in folded(name):
            counters = tuple(_open_counters(session, unit_id, name, today))
            if counters:
                found.append((name, counters))
    return tuple(sorted(found, key=lambda pair: folded(pair[0])))[:MOST_FOUND]


def entry_places(session: Session, actor: Actor, today: datetime.date) -> tuple[tuple[str, tuple[Place, ...]], ...]:
    """The counters that a surveyor may enter paper forms for, by unit."""
    ensure(actor, Action.ENTER_SUBMISSIONS)
    units = session.execute(_living(select(Unit.id, Unit.name), today)).all()
    rows = [(name, tuple(_open_counters(session, i, name, today))) for i, name in units if i in actor.units]
    return tuple(sorted((row for row in rows if row[1]), key=lambda pair: folded(pair[0])))


def form_at(session: Session, typed: str, channel: str, surveyor: Actor | None, today: datetime.date) -> OpenForm:
    """The form at a typed code, for the public or for a surveyor; NotFound also outside a surveyor's scope."""
    code = codes.normal(typed)
    if code is None:
        raise NotFound("counter")
    form = open_form(session, code, today=today, channel=channel)
    if surveyor is not None:
        ensure(surveyor, Action.ENTER_SUBMISSIONS, form.unit_id)
    return form


def asks_dossier(session: Session, campaign_id: int) -> bool:
    """Whether the rules of a campaign look for a second form of the same dossier."""
    query = select(DefinitionVersion.ref).join(Campaign, Campaign.validity_id == DefinitionVersion.id)
    ref = session.scalar(query.where(Campaign.id == campaign_id))
    return ref is not None and validity_rules(ref).definition.of(Rule.DUPLICATE_DOSSIER) is not None


def receipt_known(session: Session, code: str) -> str | None:
    """The campaign that a receipt belongs to, or None."""
    return session.scalar(
        select(Campaign.title).join(Receipt, Receipt.campaign_id == Campaign.id).where(Receipt.code == code)
    )


def _next_start(session: Session, today: datetime.date) -> datetime.date | None:
    return session.scalar(
        select(Campaign.starts_on)
        .where(Campaign.state == OPEN, Campaign.starts_on > today)
        .order_by(Campaign.starts_on)
        .limit(1)
    )


def _successor(session: Session, counter_id: int | None, today: datetime.date) -> Place | None:
    """The counter that took over, followed to one that is still open."""
    while counter_id is not None:
        row = session.execute(
            select(Counter, Unit.name).join(Unit, Unit.id == Counter.unit_id).where(Counter.id == counter_id)
        ).one()
        counter, unit = row
        if counter.closed_on is None or counter.closed_on > today:
            return Place(code=counter.code, unit=unit, name=counter.name, place=counter.place)
        counter_id = counter.successor_id
    return None


def _living(statement: Select[int, str], today: datetime.date) -> Select[int, str]:
    return statement.where(Unit.valid_from <= today, Unit.valid_to.is_(None) | (Unit.valid_to > today))


def _open_counters(session: Session, unit_id: int, unit: str, today: datetime.date) -> Iterator[Place]:
    counters: Sequence[Counter] = session.scalars(
        select(Counter)
        .where(Counter.unit_id == unit_id, Counter.closed_on.is_(None) | (Counter.closed_on > today))
        .order_by(Counter.name)
    ).all()
    for counter in counters:
        yield Place(code=counter.code, unit=unit, name=counter.name, place=counter.place)
