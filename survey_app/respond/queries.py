"""What a citizen may answer at a counter today, and how to find the counter."""

import datetime
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

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
    """A counter with the campaign that is open there; ``fields`` are offered where the counter has none."""

    counter_id: int
    unit_id: int
    field_key: str | None
    shown: Place
    campaign_id: int
    definition_id: int
    definition_ref: str
    fields: tuple[tuple[str, str, str], ...]


def open_form(session: Session, code: str, *, today: datetime.date, channel: str) -> OpenForm:
    """The form to answer at a counter.

    Refuses an unknown code (NotFound), a closed counter and one without an open campaign (NotOpen,
    with the successor or the first day in its details).
    """
    counter, unit = _counter(session, code)
    shown = Place(code=code, unit=unit, name=counter.name, place=counter.place)
    if counter.closed_on is not None and counter.closed_on <= today:
        raise NotOpen("counter_closed", place=shown, successor=_successor(session, counter.successor_id, today))
    found = _campaign(session, counter, today, channel)
    if found is None:
        raise NotOpen("no_campaign", place=shown, opens_on=_next_start(session, today))
    campaign, ref = found
    return OpenForm(
        counter_id=counter.id,
        unit_id=counter.unit_id,
        field_key=counter.field_key,
        shown=shown,
        campaign_id=campaign.id,
        definition_id=campaign.definition_id,
        definition_ref=ref,
        fields=() if counter.field_key else _fields(session),
    )


def find_units(session: Session, text: str, today: datetime.date) -> tuple[tuple[str, tuple[Place, ...]], ...]:
    """Living units whose name holds the text (with or without Vietnamese marks), with their open counters."""
    wanted = plain(text)
    if not wanted:
        return ()
    found = []
    for unit_id, name in session.execute(_living(select(Unit.id, Unit.name), today)):
        if wanted in plain(name):
            counters = tuple(_open_counters(session, unit_id, name, today))
            if counters:
                found.append((name, counters))
    return tuple(sorted(found, key=lambda pair: plain(pair[0])))[:MOST_FOUND]


def entry_places(session: Session, actor: Actor, today: datetime.date) -> tuple[tuple[str, tuple[Place, ...]], ...]:
    """The counters that a surveyor may enter paper forms for, by unit."""
    ensure(actor, Action.ENTER_SUBMISSIONS)
    units = session.execute(_living(select(Unit.id, Unit.name), today)).all()
    rows = [(name, tuple(_open_counters(session, i, name, today))) for i, name in units if i in actor.units]
    return tuple(sorted((row for row in rows if row[1]), key=lambda pair: plain(pair[0])))


def entry_form(session: Session, actor: Actor, code: str, today: datetime.date) -> OpenForm:
    """The form of a surveyor (class B); a counter outside the scope is NotFound."""
    form = open_form(session, code, today=today, channel="B")
    ensure(actor, Action.ENTER_SUBMISSIONS, form.unit_id)
    return form


def receipt_known(session: Session, code: str) -> str | None:
    """The campaign that a receipt belongs to, or None."""
    return session.scalar(
        select(Campaign.title).join(Receipt, Receipt.campaign_id == Campaign.id).where(Receipt.code == code)
    )


def plain(text: str) -> str:
    """For comparing: without marks, case and doubled spaces (Đ becomes d)."""
    bare = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join("".join(sign for sign in bare if not unicodedata.combining(sign)).split())


def _counter(session: Session, code: str) -> tuple[Counter, str]:
    found = session.execute(
        select(Counter, Unit.name).join(Unit, Unit.id == Counter.unit_id).where(Counter.code == code)
    ).one_or_none()
    if found is None:
        raise NotFound("counter")
    return found


def _campaign(session: Session, counter: Counter, today: datetime.date, channel: str) -> tuple[Campaign, str] | None:
    """The one open campaign that takes this class at this counter (opening refuses overlaps)."""
    candidates = session.execute(
        select(Campaign, DefinitionVersion.ref)
        .join(DefinitionVersion, DefinitionVersion.id == Campaign.definition_id)
        .where(
            Campaign.state == OPEN,
            Campaign.accepts.contains(channel),
            Campaign.starts_on <= today,
            Campaign.ends_on.is_(None) | (Campaign.ends_on >= today),
        )
        .order_by(Campaign.starts_on.desc(), Campaign.id.desc())
    ).all()
    return next((row for row in candidates if _in_scope(session, row[0].id, counter)), None)


def _in_scope(session: Session, campaign_id: int, counter: Counter) -> bool:
    units = set(session.scalars(select(CampaignUnit.unit_id).where(CampaignUnit.campaign_id == campaign_id)))
    if units and units.isdisjoint(_with_ancestors(session, counter.unit_id)):
        return False
    fields = set(session.scalars(select(CampaignField.field_key).where(CampaignField.campaign_id == campaign_id)))
    return not fields or counter.field_key in fields


def _with_ancestors(session: Session, unit_id: int | None) -> Iterator[int]:
    while unit_id is not None:
        yield unit_id
        unit_id = session.scalar(select(Unit.parent_id).where(Unit.id == unit_id))


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


def _fields(session: Session) -> tuple[tuple[str, str, str], ...]:
    rows = session.execute(
        select(ServiceField.key, ServiceField.name_vi, ServiceField.name_en).order_by(ServiceField.position)
    )
    return tuple((row.key, row.name_vi, row.name_en) for row in rows)


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
