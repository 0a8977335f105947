"""Results taken over into the PAR Index: stored as they are shown, never changed, held against today's data."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scoring.results import Estimate, Interval
from survey_app import audit
from survey_app.errors import Conflict, Rejected
from survey_app.hiding import hidden, received
from survey_app.models import Account, Campaign, FrozenResult, Unit
from survey_app.policy import Action, Actor, ensure
from survey_app.results import material, queries


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The index of a unit and all it covers, as its results page shows it, with where it comes from."""

    campaign_id: int
    unit_id: int
    estimate: Estimate
    level: float
    method_ref: str
    method_hash: str
    data_hash: str

    @property
    def standard_error(self) -> float | None:
        """Of the index, on the scale of the rate; None where it is unknown."""
        variance = self.estimate.variance
        return None if variance is None else variance**0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenLine:
    """A frozen result in the list; ``current`` says whether today's data would give the same fingerprint."""

    id: int
    unit_id: int
    unit: str
    estimate: Estimate
    method_ref: str
    data_hash: str
    made_on: datetime.date
    account: str
    current: bool


def result(session: Session, actor: Actor, campaign_id: int, unit_id: int) -> Result:
    """The result of a unit as it is now; refuses units out of scope (NotFound)."""
    return next(_results(session, actor, campaign_id, (unit_id,)))


def results(session: Session, actor: Actor, campaign_id: int, unit_id: int) -> tuple[Result, ...]:
    """The results of every unit of a ranked level that the report of this unit covers and that has answers."""
    ensure(actor, Action.MANAGE_ROUNDS)
    campaign = queries.campaign(session, actor, campaign_id)
    answered = received(session, campaign_id, campaign.counts)
    ranked = {level.key for level in queries.levels(session) if level.ranked}
    covered = queries.units(session, actor, unit_id)
    wanted = [unit.id for unit in covered if unit.level in ranked and unit.id in answered]
    return tuple(_results(session, actor, campaign_id, wanted))


def freeze(session: Session, actor: Actor, found: Result, now: datetime.datetime, *, seen: str) -> FrozenResult:
    """Store a result, noted in the audit log.

    Refuses one that is withheld or has no value (Rejected), that differs from what was ``seen``, the fingerprint
    of the page (Conflict "changed_meanwhile"), and that is stored already (Conflict "frozen_already").
    """
    ensure(actor, Action.MANAGE_ROUNDS, found.unit_id)
    if found.data_hash != seen:
        raise Conflict("changed_meanwhile")
    if found.estimate.value is None:
        raise Rejected("no_value")
    if _stored(session, found):
        raise Conflict("frozen_already")
    return _store(session, actor, found, now)


def freeze_all(session: Session, actor: Actor, found: Sequence[Result], now: datetime.datetime) -> int:
    """Store every result that has a value and is not stored yet; returns how many these are."""
    ensure(actor, Action.MANAGE_ROUNDS, {each.unit_id for each in found})
    fresh = [each for each in found if each.estimate.value is not None and not _stored(session, each)]
    for each in fresh:
        _store(session, actor, each, now)
    return len(fresh)


def campaigns(session: Session, actor: Actor) -> tuple[tuple[int, str, int], ...]:
    """Campaigns with frozen results of one's units: id, title, how many; the latest first."""
    ensure(actor, Action.MANAGE_ROUNDS)
    query = (
        select(Campaign.id, Campaign.title, func.count())
        .join(FrozenResult, FrozenResult.campaign_id == Campaign.id)
        .where(FrozenResult.unit_id.in_(actor.units))
        .group_by(Campaign.id, Campaign.title, Campaign.starts_on)
    )
    return tuple(session.execute(query.order_by(Campaign.starts_on.desc(), Campaign.id.desc())))


def frozen(session: Session, actor: Actor, campaign_id: int) -> tuple[FrozenLine, ...]:
    """The frozen results of a campaign, each with whether its data are still the same; by unit, the latest first."""
    ensure(actor, Action.MANAGE_ROUNDS)
    query = (
        select(FrozenResult, Unit.name, Account.name)
        .join(Unit, Unit.id == FrozenResult.unit_id)
        .join(Account, Account.id == FrozenResult.account_id)
        .where(FrozenResult.campaign_id == campaign_id, FrozenResult.unit_id.in_(actor.units))
        .order_by(Unit.name, FrozenResult.id.desc())
    )
    rows = session.execute(query).all()
    units = list({row.unit_id for row, _, _ in rows})
    today = {each.unit_id: each for each in _results(session, actor, campaign_id, units)} if units else {}
    return tuple(_line(row, unit, account, today[row.unit_id]) for row, unit, account in rows)


def _results(session: Session, actor: Actor, campaign_id: int, unit_ids: Sequence[int]) -> Iterator[Result]:
    campaign = queries.campaign(session, actor, campaign_id)
    unseen = hidden(session, campaign.id, campaign.counts, fewest=campaign.fewest)
    for unit_id in unit_ids:
        covered = queries.units(session, actor, unit_id)
        dossiers = queries.populations(session, campaign_id, [unit.id for unit in covered])
        score, data_hash = material.overall(session, campaign, covered, dossiers, unseen)
        yield Result(
            campaign_id=campaign_id,
            unit_id=unit_id,
            estimate=score.index,
            level=campaign.confidence,
            method_ref=campaign.method_ref,
            method_hash=campaign.method_hash,
            data_hash=data_hash,
        )


def _stored(session: Session, found: Result) -> bool:
    query = select(FrozenResult.id).where(
        FrozenResult.campaign_id == found.campaign_id,
        FrozenResult.unit_id == found.unit_id,
        FrozenResult.data_hash == found.data_hash,
    )
    return session.scalars(query).first() is not None


def _store(session: Session, actor: Actor, found: Result, now: datetime.datetime) -> FrozenResult:
    interval = found.estimate.interval
    row = FrozenResult(
        campaign_id=found.campaign_id,
        unit_id=found.unit_id,
        value=found.estimate.value,
        lower=interval.lower if interval else None,
        upper=interval.upper if interval else None,
        level=found.level,
        answers=found.estimate.n,
        standard_error=found.standard_error,
        method_ref=found.method_ref,
        method_hash=found.method_hash,
        data_hash=found.data_hash,
        made_on=now.date(),
        account_id=actor.account_id,
    )
    session.add(row)
    session.flush()
    detail = {"unit": found.unit_id, "value": row.value, "answers": row.answers, "data": row.data_hash}
    audit.record(session, actor, "result_frozen", f"campaign {found.campaign_id}", now=now, detail=detail)
    return row


def _line(row: FrozenResult, unit: str, account: str, today: Result) -> FrozenLine:
    limits = None
    if row.lower is not None and row.upper is not None:
        limits = Interval(lower=row.lower, upper=row.upper, level=row.level, method="frozen")
    return FrozenLine(
        id=row.id,
        unit_id=row.unit_id,
        unit=unit,
        estimate=Estimate(value=row.value, n=row.answers, interval=limits),
        method_ref=row.method_ref,
        data_hash=row.data_hash,
        made_on=row.made_on,
        account=account,
        current=row.data_hash == today.data_hash,
    )
