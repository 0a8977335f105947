"""Campaigns as lists and pages show them."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from questionnaires.loader import published
from survey_app.campaigns.release import ready
from survey_app.definitions import all_targets
from survey_app.errors import NotFound
from survey_app.models import (
    Campaign,
    CampaignField,
    CampaignTarget,
    CampaignUnit,
    DefinitionVersion,
    Level,
    Population,
    Release,
    ServiceField,
    Unit,
)
from survey_app.policy import Action, Actor, ensure


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignRow:
    id: int
    title: str
    definition_ref: str
    state: str
    starts_on: datetime.date
    ends_on: datetime.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignDetail:
    """A campaign with everything that its form shows; names as the form's fields."""

    id: int
    state: str
    title: str
    definition_ref: str
    starts_on: datetime.date
    ends_on: datetime.date | None
    accepts: list[str]
    counts: list[str]
    confidence: str
    design: str
    multiplicity: str
    looks: str
    method_ref: str
    method: str
    validity_ref: str
    validity: str
    fewest: int
    targets: list[str]
    fields: list[str]
    units: list[int]
    dossiers: int
    dossier_units: int
    issued: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a campaign can be made of."""

    definitions: tuple[tuple[str, str], ...]
    methods: tuple[tuple[str, str], ...]
    rules: tuple[tuple[str, str], ...]
    targets: tuple[tuple[str, str], ...]
    fields: tuple[tuple[str, str], ...]
    units: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """The inbox as staff may know it: how many units could be released, and the day of the last batch."""

    units_ready: int
    last_release: datetime.date | None


def campaigns(session: Session, actor: Actor) -> tuple[CampaignRow, ...]:
    """Every campaign, the latest first."""
    ensure(actor, Action.MANAGE_CAMPAIGNS)
    rows = session.execute(
        select(Campaign, DefinitionVersion.ref)
        .join(DefinitionVersion, DefinitionVersion.id == Campaign.definition_id)
        .order_by(Campaign.starts_on.desc(), Campaign.id.desc())
    )
    return tuple(
        CampaignRow(
            id=campaign.id,
            title=campaign.title,
            definition_ref=ref,
            state=campaign.state,
            starts_on=campaign.starts_on,
            ends_on=campaign.ends_on,
        )
        for campaign, ref in rows
    )


def campaign(session: Session, actor: Actor, campaign_id: int) -> CampaignDetail:
    """One campaign; NotFound when there is none."""
    ensure(actor, Action.MANAGE_CAMPAIGNS)
    found = session.get(Campaign, campaign_id)
    if found is None:
        raise NotFound("campaign")
    of = {"campaign_id": campaign_id}
    targets = session.scalars(select(CampaignTarget).filter_by(**of).order_by(CampaignTarget.target_key))
    dossiers, dossier_units, issued = session.execute(
        select(
            func.coalesce(func.sum(Population.dossiers), 0),
            func.count(Population.unit_id.distinct()),
            func.sum(Population.issued),
        ).filter_by(**of)
    ).one()
    method_ref = session.get_one(DefinitionVersion, found.method_id).ref
    method = published("methods").get(method_ref)
    rules_ref = session.get_one(DefinitionVersion, found.validity_id).ref if found.validity_id else ""
    rules = published("validity").get(rules_ref)
    return CampaignDetail(
        id=found.id,
        state=found.state,
        title=found.title,
        definition_ref=session.get_one(DefinitionVersion, found.definition_id).ref,
        starts_on=found.starts_on,
        ends_on=found.ends_on,
        accepts=list(found.accepts),
        counts=list(found.counts),
        confidence=f"{found.confidence:g}",
        design=found.design,
        multiplicity=found.multiplicity,
        looks=found.looks,
        method_ref=method_ref,
        method=method.definition.title.vi if method else method_ref,
        validity_ref=rules_ref,
        validity=rules.definition.title.vi if rules else rules_ref,
        fewest=found.fewest,
        targets=[f"{row.set_ref}/{row.target_key}" for row in targets],
        fields=list(session.scalars(select(CampaignField.field_key).filter_by(**of))),
        units=list(session.scalars(select(CampaignUnit.unit_id).filter_by(**of))),
        dossiers=int(dossiers),
        dossier_units=dossier_units,
        issued=None if issued is None else int(issued),
    )


def choices(session: Session, actor: Actor, chosen: Collection[int] = ()) -> Choices:
    """The questionnaires, targets, fields and living units to choose from, and units `chosen` while they lived."""
    ensure(actor, Action.MANAGE_CAMPAIGNS)
    units = session.execute(
        select(Unit.id, Unit.name)
        .join(Level, Level.key == Unit.level)
        .where(Unit.valid_to.is_(None) | Unit.id.in_(chosen))
        .order_by(Level.position, Unit.code)
    )
    return Choices(
        definitions=tuple(
            (ref, f"{loaded.definition.title.vi} (bản {loaded.definition.version})")
            for ref, loaded in published("satisfaction").items()
        ),
        methods=tuple(
            (ref, f"{loaded.definition.title.vi} ({loaded.definition.symbols})")
            for ref, loaded in published("methods").items()
        ),
        rules=tuple((ref, loaded.definition.title.vi) for ref, loaded in published("validity").items()),
        targets=tuple(
            (f"{found.ref}/{target.key}", f"{target.year}: {target.name.vi} ({found.title.vi})")
            for found, target in all_targets()
        ),
        fields=tuple(session.execute(select(ServiceField.key, ServiceField.name_vi).order_by(ServiceField.position))),
        units=tuple((unit_id, name) for unit_id, name in units if unit_id in actor.units),
    )


def waiting(session: Session, actor: Actor) -> Waiting:
    """What a release by hand would find."""
    ensure(actor, Action.RELEASE)
    return Waiting(
        units_ready=len(actor.units & ready(session)),
        last_release=session.scalar(select(func.max(Release.day))),
    )


def dossiers_by_unit(session: Session, campaign_id: int) -> dict[int, int]:
    """The completed dossiers of each unit that reported them."""
    query = select(Population.unit_id, func.sum(Population.dossiers)).group_by(Population.unit_id)
    return {unit: int(number) for unit, number in session.execute(query.where(Population.campaign_id == campaign_id))}


def population_rows(
    session: Session, actor: Actor, campaign_id: int
) -> tuple[tuple[str, str, str, int, int | None], ...]:
    """The completed dossiers of the person's units, as imported: unit code, its name, field, number, forms issued."""
    ensure(actor, Action.MANAGE_CAMPAIGNS)
    if session.get(Campaign, campaign_id) is None:
        raise NotFound("campaign")
    rows = session.execute(
        select(Unit.code, Unit.name, Population.field_key, Population.dossiers, Population.issued)
        .join(Unit, Unit.id == Population.unit_id)
        .where(Population.campaign_id == campaign_id, Population.unit_id.in_(actor.units))
        .order_by(Unit.code, Population.field_key)
    )
    return tuple(rows)
