"""What a result is computed from: campaign, units, tally cells, populations."""

import datetime
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from questionnaires.loader import questionnaire
from scoring.deciding import Looks, Multiplicity
from survey_app.definitions import enters, form_checks, month_of
from survey_app.errors import NotFound
from survey_app.models import (
    Campaign,
    CampaignTarget,
    CampaignUnit,
    DefinitionVersion,
    Excluded,
    Level,
    Population,
    Release,
    ServiceField,
    Submission,
    TallyCell,
    Unit,
    UnitSuccession,
)
from survey_app.models.campaign import DRAFT
from survey_app.policy import Action, Actor, ensure, scope, scopes


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignFacts:
    """A campaign; ``reach`` are the units it is limited to, with all below them (None: the whole province)."""

    id: int
    title: str
    ref: str
    content_hash: str
    starts_on: datetime.date
    ends_on: datetime.date | None
    open: bool
    accepts: str
    counts: str
    confidence: float
    method_ref: str
    method_hash: str
    fewest: int
    design: str
    multiplicity: Multiplicity
    looks: Looks
    rules_ref: str
    rules_hash: str
    targets: tuple[tuple[str, str], ...]
    reach: frozenset[int] | None

    @property
    def rules(self) -> tuple[str, str, str, str]:
        """How people came to answer, how verdicts are taken, and which forms are valid."""
        return self.design, self.multiplicity, self.looks, self.rules_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFacts:
    id: int
    code: str
    name: str
    level: str
    valid_from: datetime.date
    valid_to: datetime.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelFacts:
    key: str
    plural: str
    ranked: bool


@dataclass(frozen=True, slots=True)
class CellRow:
    """A tally cell as it is stored."""

    unit_id: int
    field_key: str
    channel: str
    month: datetime.date
    received: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Drawn:
    """Where a submission is counted, with its PSU: the counter and the day."""

    unit_id: int
    field_key: str
    channel: str
    month: datetime.date
    counter_id: int
    day: datetime.date


@dataclass(frozen=True, slots=True)
class Stamp:
    """The last batch of a campaign: when another has come, results are computed anew."""

    release: int
    as_of: datetime.date | None


def campaigns(session: Session, actor: Actor) -> tuple[tuple[int, str], ...]:
    """Campaigns that have results to show, the latest first."""
    ensure(actor, Action.READ_RESULTS)
    query = select(Campaign.id, Campaign.title).where(Campaign.state != DRAFT)
    return tuple(session.execute(query.order_by(Campaign.starts_on.desc(), Campaign.id.desc())))


def campaign(session: Session, actor: Actor, campaign_id: int) -> CampaignFacts:
    """One campaign; NotFound when there is none or it is a draft."""
    ensure(actor, Action.READ_RESULTS)
    found = session.get(Campaign, campaign_id)
    if found is None or found.state == DRAFT:
        raise NotFound("campaign")
    version = session.get_one(DefinitionVersion, found.definition_id)
    method = session.get_one(DefinitionVersion, found.method_id)
    rules = session.get(DefinitionVersion, found.validity_id) if found.validity_id else None
    targets = session.execute(
        select(CampaignTarget.set_ref, CampaignTarget.target_key)
        .where(CampaignTarget.campaign_id == campaign_id)
        .order_by(CampaignTarget.set_ref, CampaignTarget.target_key)
    )
    limits = session.scalars(select(CampaignUnit.unit_id).where(CampaignUnit.campaign_id == campaign_id)).all()
    return CampaignFacts(
        id=found.id,
        title=found.title,
        ref=version.ref,
        content_hash=version.content_hash,
        starts_on=found.starts_on,
        ends_on=found.ends_on,
        open=found.state != "closed",
        accepts=found.accepts,
        counts=found.counts,
        confidence=found.confidence,
        method_ref=method.ref,
        method_hash=method.content_hash,
        fewest=found.fewest,
        design=found.design,
        multiplicity=Multiplicity(found.multiplicity),
        looks=Looks(found.looks),
        rules_ref=rules.ref if rules else "",
        rules_hash=rules.content_hash if rules else "",
        targets=tuple(targets),
        reach=frozenset().union(*(scope(session, unit_id) for unit_id in limits)) if limits else None,
    )


def units(session: Session, actor: Actor, root_id: int) -> tuple[UnitFacts, ...]:
    """A unit and everything that its results cover, itself first; NotFound outside the scope."""
    ensure(actor, Action.READ_RESULTS, root_id)
    covered = scope(session, root_id) & actor.units
    query = select(Unit).join(Level, Level.key == Unit.level).where(Unit.id.in_(covered))
    rows = session.scalars(query.order_by(Unit.id != root_id, Level.position, Unit.code))
    return tuple(
        UnitFacts(
            id=row.id, code=row.code, name=row.name, level=row.level, valid_from=row.valid_from, valid_to=row.valid_to
        )
        for row in rows
    )


def levels(session: Session) -> tuple[LevelFacts, ...]:
    rows = session.scalars(select(Level).order_by(Level.position))
    return tuple(LevelFacts(key=row.key, plural=row.plural, ranked=row.ranked) for row in rows)


def fields(session: Session) -> dict[str, str]:
    """Service fields by key, in their order."""
    query = select(ServiceField.key, ServiceField.name_vi).order_by(ServiceField.position)
    return dict(session.execute(query).all())


def cells(session: Session, campaign_id: int, unit_ids: Collection[int], channels: str) -> Iterator[CellRow]:
    """The tally cells of these units, as they come."""
    query = (
        select(
            TallyCell.unit_id,
            TallyCell.field_key,
            TallyCell.channel,
            TallyCell.month,
            TallyCell.received,
            TallyCell.data,
        )
        .where(
            TallyCell.campaign_id == campaign_id,
            TallyCell.unit_id.in_(unit_ids),
            TallyCell.channel.in_(tuple(channels)),
        )
        .order_by(TallyCell.unit_id, TallyCell.field_key, TallyCell.channel, TallyCell.month)
    )
    for row in session.execute(query.execution_options(yield_per=500)):
        yield CellRow(*row)


def drawn(session: Session, campaign: CampaignFacts, unit_ids: Collection[int]) -> Iterator[tuple[Drawn, str]]:
    """The released submissions that count, each with its PSU and its packed answers, as they come."""
    definition = questionnaire(campaign.ref).definition
    query = select(
        Submission.unit_id,
        func.coalesce(Submission.field_key, ""),
        Submission.channel,
        Submission.counter_id,
        Submission.day,
        Submission.codes,
        Submission.invalid,
    ).where(
        Submission.campaign_id == campaign.id,
        Submission.unit_id.in_(unit_ids),
        Submission.channel.in_(tuple(campaign.accepts)),
    )
    rows = session.execute(query.execution_options(yield_per=5000))
    checks = form_checks(campaign.ref, campaign.rules_ref or None, campaign.starts_on, campaign.ends_on)
    for unit_id, field_key, channel, counter_id, day, codes, invalid in rows:
        if enters(definition, checks, codes, day, invalid):
            yield Drawn(unit_id, field_key, channel, month_of(day), counter_id, day), codes


def received_by_channel(session: Session, campaign_id: int, unit_ids: Collection[int]) -> dict[str, int]:
    query = (
        select(TallyCell.channel, func.sum(TallyCell.received))
        .where(TallyCell.campaign_id == campaign_id, TallyCell.unit_id.in_(unit_ids))
        .group_by(TallyCell.channel)
    )
    return {channel: int(received) for channel, received in session.execute(query)}


def populations(session: Session, campaign_id: int, unit_ids: Collection[int]) -> dict[tuple[int, str], int]:
    """Completed dossiers by unit and field."""
    query = select(Population.unit_id, Population.field_key, Population.dossiers).where(
        Population.campaign_id == campaign_id, Population.unit_id.in_(unit_ids)
    )
    return {(unit_id, field): dossiers for unit_id, field, dossiers in session.execute(query)}


def issued(session: Session, campaign_id: int, unit_ids: Collection[int]) -> dict[tuple[int, str], int | None]:
    """Forms handed out by unit and field; None where they were not counted."""
    query = select(Population.unit_id, Population.field_key, Population.issued).where(
        Population.campaign_id == campaign_id, Population.unit_id.in_(unit_ids)
    )
    return {(unit_id, field): number for unit_id, field, number in session.execute(query)}


def excluded(session: Session, campaign_id: int, unit_ids: Collection[int], channels: str) -> dict[str, int]:
    """How many forms (of the rule on two ticks: answers) each validity rule took out of these channels."""
    query = (
        select(Excluded.reason, func.sum(Excluded.number))
        .where(
            Excluded.campaign_id == campaign_id,
            Excluded.unit_id.in_(unit_ids),
            Excluded.channel.in_(tuple(channels)),
        )
        .group_by(Excluded.reason)
    )
    return {reason: int(number) for reason, number in session.execute(query)}


def border_days(session: Session, unit_ids: Collection[int]) -> tuple[datetime.date, ...]:
    """The days on which units of this scope gave way to successors."""
    query = (
        select(Unit.valid_to)
        .join(UnitSuccession, UnitSuccession.predecessor_id == Unit.id)
        .where(Unit.id.in_(unit_ids), Unit.valid_to.is_not(None))
        .distinct()
        .order_by(Unit.valid_to)
    )
    return tuple(day for day in session.scalars(query) if day is not None)


def tree(session: Session) -> tuple[tuple[int, str, frozenset[int]], ...]:
    """Every unit with its level and scope: what is hidden in one report depends on all of them."""
    covered = scopes(session)
    return tuple((unit, level, covered[unit]) for unit, level in session.execute(select(Unit.id, Unit.level)))


def stamp(session: Session, campaign_id: int) -> Stamp:
    query = select(func.coalesce(func.max(Release.id), 0), func.max(Release.day))
    release, as_of = session.execute(query.where(Release.campaign_id == campaign_id)).one()
    return Stamp(release, as_of)
