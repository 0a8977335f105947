"""Batches: submissions leave the inbox in random order, under new keys, and enter the tally.

Nobody sees a figure change with one citizen: a unit is released when ten of its forms wait, at
day's end when at least `SMALLEST_BATCH` do, or at the click of Home Affairs (same minimum). What
is left of a unit goes when it has waited `LONGEST_WAIT`, or when its campaign is closed.
"""

import datetime
import json
import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.orm import Session

from survey_app import audit
from survey_app.campaigns.tallying import Cell, Extras, add, refs, tally_of
from survey_app.models import Campaign, Inbox, Release, Submission, SubmissionExtra
from survey_app.models.campaign import CLOSED
from survey_app.policy import Action, Actor, ensure

FULL_BATCH = 10
SMALLEST_BATCH = 5
LONGEST_WAIT = datetime.timedelta(days=30)

ANSWERS = ("campaign_id", "definition_id", "unit_id", "counter_id", "field_key", "channel", "day", "codes")
# The order of PostgreSQL's tables tells the order of writing until they are rewritten by key.
UNORDERED_TABLES = {"submission": "pk_submission", "submission_extra": "pk_submission_extra", "receipt": "pk_receipt"}


def release_full(session: Session, today: datetime.date) -> int:
    """Release the units in which a full batch waits; returns how many submissions went."""
    return _release(session, _waiting_units(session, FULL_BATCH), today)


def release_at_day_end(session: Session, today: datetime.date) -> int:
    """Release what waits from before today: enough of a unit, too long, or of a closed campaign."""
    units = _waiting_units(session, SMALLEST_BATCH, before=today)
    stale = set(session.scalars(select(Inbox.unit_id).where(Inbox.day < today - LONGEST_WAIT)))
    of_closed = select(Inbox.unit_id).join(Campaign, Campaign.id == Inbox.campaign_id).where(Campaign.state == CLOSED)
    ended = set(session.scalars(of_closed))
    return _release(session, units | stale | ended, today, before=today)


def release_by_hand(session: Session, actor: Actor, now: datetime.datetime) -> int:
    """Release what Home Affairs asks for: every unit with at least the smallest batch."""
    ensure(actor, Action.RELEASE)
    units = _waiting_units(session, SMALLEST_BATCH) & actor.units
    moved = _release(session, units, now.date())
    audit.record(session, actor, "released", now=now, detail={"submissions": moved})
    return moved


def release_campaign(session: Session, campaign_id: int, today: datetime.date) -> int:
    """Release everything of a campaign that is being closed."""
    units = set(session.scalars(select(Inbox.unit_id).where(Inbox.campaign_id == campaign_id)))
    return _release(session, units, today, campaign_id=campaign_id)


def scatter(session: Session) -> None:
    """Rewrite PostgreSQL's tables in the order of their random keys (SQLite keeps them so)."""
    if session.get_bind().dialect.name == "postgresql":
        for table, index in UNORDERED_TABLES.items():
            session.execute(text(f"CLUSTER {table} USING {index}"))


def _waiting_units(session: Session, fewest: int, before: datetime.date | None = None) -> set[int]:
    query = select(Inbox.unit_id).group_by(Inbox.unit_id).having(func.count() >= fewest)
    return set(session.scalars(query if before is None else query.where(Inbox.day < before)))


def _release(
    session: Session,
    units: Collection[int],
    today: datetime.date,
    *,
    before: datetime.date | None = None,
    campaign_id: int | None = None,
) -> int:
    """Move the waiting submissions of these units, and count them; all or nothing."""
    if not units:
        return 0
    query = select(Inbox).where(Inbox.unit_id.in_(units)).with_for_update(skip_locked=True)
    if before is not None:
        query = query.where(Inbox.day < before)
    if campaign_id is not None:
        query = query.where(Inbox.campaign_id == campaign_id)
    waiting = list(session.scalars(query))
    if waiting:
        move(session, [({name: getattr(row, name) for name in ANSWERS}, json.loads(row.extras)) for row in waiting])
        session.execute(delete(Inbox).where(Inbox.key.in_([row.key for row in waiting])))
        session.add(Release(day=today, submissions=len(waiting)))
        session.flush()
    return len(waiting)


def move(session: Session, batch: Sequence[tuple[Mapping[str, Any], Extras]]) -> None:
    """Store submissions under new random keys, in the order of these keys, and add them to the tally."""
    keyed = sorted(((uuid.uuid4(), answers, extras) for answers, extras in batch), key=lambda row: row[0])
    session.execute(insert(Submission), [{"key": key, **answers} for key, answers, _ in keyed])
    more = [
        {"submission_key": key, "item": item, "value": value}
        for key, _, extras in keyed
        for item, value in extras.items()
    ]
    if more:
        session.execute(insert(SubmissionExtra), more)
    by_cell: dict[Cell, list[tuple[str, Extras]]] = {}
    for _, answers, extras in keyed:
        cell = Cell.of(*(answers[name] for name in ("campaign_id", "unit_id", "field_key", "channel", "day")))
        by_cell.setdefault(cell, []).append((answers["codes"], extras))
    of_campaign = refs(session)
    for cell, rows in sorted(by_cell.items()):  # a fixed order: two writers cannot wait for each other
        ref = of_campaign[cell.campaign_id]
        add(session, cell, ref, tally_of(ref, rows))
