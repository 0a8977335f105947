"""Making, opening and closing campaigns; their populations."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from questionnaires.loader import published
from survey_app import audit, definitions
from survey_app.campaigns import release
from survey_app.errors import Conflict, NotFound, Rejected
from survey_app.models import (
    Campaign,
    CampaignField,
    CampaignTarget,
    CampaignUnit,
    DefinitionVersion,
    DossierMac,
    Population,
    ServiceField,
    Unit,
)
from survey_app.models.campaign import CLOSED, DRAFT, OPEN
from survey_app.models.submission import CHANNELS
from survey_app.overlap import compete
from survey_app.policy import Action, Actor, ensure, scope

PLAIN_FIELDS = (
    "title",
    "starts_on",
    "ends_on",
    "accepts",
    "counts",
    "confidence",
    "fewest",
    "design",
    "multiplicity",
    "looks",
)
MEANING = ("starts_on", "accepts", "counts", "confidence", "design", "multiplicity", "looks")


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignDraft:
    """What Home Affairs enters; empty `units` or `fields` mean all, no `validity_ref` that there are no rules."""

    title: str
    definition_ref: str
    starts_on: datetime.date
    ends_on: datetime.date | None
    accepts: str
    counts: str
    confidence: float
    method_ref: str
    fewest: int
    design: str = "open"
    multiplicity: str = "none"
    looks: str = "once"
    validity_ref: str | None = None
    units: tuple[int, ...] = ()
    fields: tuple[str, ...] = ()
    targets: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PopulationRow:
    """Completed dossiers of one unit and field, with the number of its row in the imported table.

    ``issued`` are the forms handed out; None where nobody counted them.
    """

    number: int
    unit_code: str
    field_key: str
    dossiers: int
    issued: int | None = None


def create(session: Session, actor: Actor, draft: CampaignDraft, now: datetime.datetime) -> int:
    """A new campaign in draft; refuses units out of scope (NotFound) and what does not fit together (Rejected).

    Returns its id.
    """
    ensure(actor, Action.MANAGE_CAMPAIGNS, draft.units)
    campaign = Campaign(state=DRAFT)
    _fill(session, campaign, draft)
    session.add(campaign)
    session.flush()
    _fill_scope(session, campaign.id, draft)
    audit.record(session, actor, "campaign_created", f"campaign {campaign.id}", now=now, detail={"title": draft.title})
    return campaign.id


def edit(session: Session, actor: Actor, campaign_id: int, draft: CampaignDraft, now: datetime.datetime) -> None:
    """Change a draft. Of an open campaign only title, last day, targets and threshold may change (Conflict).

    Its last day may not be moved into the past (Rejected): what came in until now was in time, and stays so.
    """
    campaign = _campaign(session, actor, campaign_id)
    ensure(actor, Action.MANAGE_CAMPAIGNS, draft.units)
    if campaign.state == CLOSED:
        raise Conflict("campaign_closed")
    if campaign.state == OPEN:
        _same_meaning(session, campaign, draft)
        if draft.ends_on is not None and draft.ends_on != campaign.ends_on and draft.ends_on < now.date():
            raise Rejected("campaign", problems={"ends_on": "end_passed"})
    _fill(session, campaign, draft)
    _fill_scope(session, campaign_id, draft)
    if campaign.state == OPEN:
        _refuse_overlap(session, campaign)
    audit.record(session, actor, "campaign_changed", f"campaign {campaign_id}", now=now, detail={"title": draft.title})


def open_campaign(session: Session, actor: Actor, campaign_id: int, now: datetime.datetime) -> None:
    """Open a draft; refused when another open campaign takes the same channel at the same place and time."""
    campaign = _campaign(session, actor, campaign_id)
    if campaign.state != DRAFT:
        raise Conflict("not_a_draft")
    campaign.state = OPEN
    session.flush()
    _refuse_overlap(session, campaign)
    audit.record(session, actor, "campaign_opened", f"campaign {campaign_id}", now=now)


def close(session: Session, actor: Actor, campaign_id: int, now: datetime.datetime) -> int:
    """Close an open campaign, release what still waits, and forget the dossiers of its paper forms.

    Returns how many submissions were released.
    """
    campaign = _campaign(session, actor, campaign_id)
    if campaign.state != OPEN:
        raise Conflict("not_open")
    campaign.state = CLOSED
    if campaign.ends_on is None or campaign.ends_on > now.date():
        campaign.ends_on = max(campaign.starts_on, now.date())
    moved = release.release_campaign(session, campaign_id, now.date())
    session.execute(delete(DossierMac).where(DossierMac.campaign_id == campaign_id))
    audit.record(session, actor, "campaign_closed", f"campaign {campaign_id}", now=now, detail={"released": moved})
    return moved


def set_populations(
    session: Session, actor: Actor, campaign_id: int, rows: Iterable[PopulationRow], now: datetime.datetime
) -> int:
    """Replace the completed dossiers of the person's units in a campaign, all or nothing; returns the number of rows.

    Rejected names each row with an unknown unit or field, or a repetition.
    """
    campaign = _campaign(session, actor, campaign_id)
    units = dict(session.execute(select(Unit.code, Unit.id)).all())
    fields = set(session.scalars(select(ServiceField.key)))
    problems: dict[str, str] = {}
    found: dict[tuple[int, str], PopulationRow] = {}
    for row in rows:
        unit_id = units.get(row.unit_code)
        if unit_id is None or unit_id not in actor.units:
            problems[str(row.number)] = "unknown_unit"
        elif row.field_key not in fields:
            problems[str(row.number)] = "unknown_field"
        elif (unit_id, row.field_key) in found:
            problems[str(row.number)] = "repeated_row"
        else:
            found[unit_id, row.field_key] = row
    if problems:
        raise Rejected("rows", problems=problems)
    session.execute(
        delete(Population).where(Population.campaign_id == campaign.id, Population.unit_id.in_(actor.units))
    )
    for (unit_id, field_key), row in found.items():
        counts = {"dossiers": row.dossiers, "issued": row.issued}
        session.add(Population(campaign_id=campaign.id, unit_id=unit_id, field_key=field_key, **counts))
    audit.record(session, actor, "population_imported", f"campaign {campaign_id}", now=now, detail={"rows": len(found)})
    return len(found)


def _campaign(session: Session, actor: Actor, campaign_id: int) -> Campaign:
    """The campaign, once nobody else is changing one: so two cannot open what overlaps. Answers go on arriving."""
    ensure(actor, Action.MANAGE_CAMPAIGNS)
    session.execute(select(Campaign.id).order_by(Campaign.id).with_for_update(key_share=True))
    campaign = session.get(Campaign, campaign_id)
    if campaign is None:
        raise NotFound("campaign")
    return campaign


def _fill(session: Session, campaign: Campaign, draft: CampaignDraft) -> None:
    problems = dict(_problems(draft))
    if problems:
        raise Rejected("campaign", problems=problems)
    campaign.definition_id = definitions.register(session, draft.definition_ref).id
    campaign.method_id = definitions.register(session, draft.method_ref).id
    rules = definitions.register(session, draft.validity_ref) if draft.validity_ref else None
    campaign.validity_id = rules.id if rules else None
    for name in PLAIN_FIELDS:
        setattr(campaign, name, getattr(draft, name))


def _problems(draft: CampaignDraft) -> Iterable[tuple[str, str]]:
    """The rules that a campaign must keep, field by field."""
    if draft.ends_on is not None and draft.ends_on < draft.starts_on:
        yield "ends_on", "before_start"
    if not draft.accepts or not set(draft.accepts) <= set(CHANNELS):
        yield "accepts", "no_channel"
    if not draft.counts or not set(draft.counts) <= set(draft.accepts):
        yield "counts", "not_accepted"
    definition = published("satisfaction").get(draft.definition_ref)
    method = published("methods").get(draft.method_ref)
    if definition is None:
        yield "definition_ref", "unknown_definition"
    if method is None:
        yield "method_ref", "unknown_definition"
    if draft.validity_ref is not None and draft.validity_ref not in published("validity"):
        yield "validity_ref", "unknown_rules"
    if definition is None or method is None:
        return
    try:
        definitions.plan(definition.definition, method.definition)
    except ValueError:
        yield "method_ref", "method_does_not_fit"
    weighted = {part.channel for part in method.definition.channels}
    if weighted and weighted != set(draft.counts):
        yield "method_ref", "other_channels"


def _fill_scope(session: Session, campaign_id: int, draft: CampaignDraft) -> None:
    for table in (CampaignUnit, CampaignField, CampaignTarget):
        session.execute(delete(table).where(table.campaign_id == campaign_id))
    for unit_id in draft.units:
        session.add(CampaignUnit(campaign_id=campaign_id, unit_id=unit_id))
    for field_key in draft.fields:
        session.add(CampaignField(campaign_id=campaign_id, field_key=field_key))
    for set_ref, key in draft.targets:
        definitions.target(set_ref, key)
        session.add(CampaignTarget(campaign_id=campaign_id, set_ref=set_ref, target_key=key))
    session.flush()


def _same_meaning(session: Session, campaign: Campaign, draft: CampaignDraft) -> None:
    """What answers mean must not change under those who have answered."""
    of = (campaign.definition_id, campaign.method_id, campaign.validity_id)
    refs = tuple(session.get_one(DefinitionVersion, version).ref if version else None for version in of)
    kept = all(getattr(campaign, name) == getattr(draft, name) for name in MEANING)
    units, fields = _scope_of(session, campaign.id)
    drafted = ((draft.definition_ref, draft.method_ref, draft.validity_ref), set(draft.units), set(draft.fields))
    if not kept or (refs, units, fields) != drafted:
        raise Conflict("campaign_open")


def _scope_of(session: Session, campaign_id: int) -> tuple[set[int], set[str]]:
    units = session.scalars(select(CampaignUnit.unit_id).where(CampaignUnit.campaign_id == campaign_id))
    fields = session.scalars(select(CampaignField.field_key).where(CampaignField.campaign_id == campaign_id))
    return set(units), set(fields)


def _refuse_overlap(session: Session, campaign: Campaign) -> None:
    """Refuse a campaign that would ask for the same answers as another open one, with the other's title."""
    reach = _reach(session, _scope_of(session, campaign.id)[0])
    for other in session.scalars(select(Campaign).where(Campaign.state == OPEN, Campaign.id != campaign.id)):
        if compete(session, campaign, other):
            other_reach = _reach(session, _scope_of(session, other.id)[0])
            if reach is None or other_reach is None or not reach.isdisjoint(other_reach):
                raise Rejected("overlap", problems={"accepts": "overlap"}, other=other.title)


def _reach(session: Session, units: set[int]) -> frozenset[int] | None:
    """All units that a scope covers; None for the whole province."""
    if not units:
        return None
    return frozenset().union(*(scope(session, unit_id) for unit_id in units))
