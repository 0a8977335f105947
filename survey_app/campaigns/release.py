"""Batches: submissions leave the inbox in random order, under new keys, and enter the tally.

Nobody sees a figure change with one citizen: what waits for one cell of the tally (a unit's field, channel
and month) is released when it is ten, at day's end when it is at least `SMALLEST_BATCH`, or at the click of
Home Affairs (same minimum). What is left of a unit goes together when some of it has waited `LONGEST_WAIT`
and it is enough for a batch, or when its campaign is closed.
"""

import datetime
import json
import uuid
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, delete, extract, func, insert, select, text, tuple_
from sqlalchemy.orm import Session

from survey_app import audit
from survey_app.campaigns.tallying import Cell, Extras, Form, add, bases, counted, exclude, in_line, portions
from survey_app.models import Campaign, Inbox, Release, Submission, SubmissionExtra
from survey_app.models.campaign import CLOSED
from survey_app.policy import Action, Actor, ensure

FULL_BATCH = 10
SMALLEST_BATCH = 5
LONGEST_WAIT = datetime.timedelta(days=30)

ANSWERS = ("campaign_id", "definition_id", "unit_id", "counter_id", "field_key", "channel", "day", "codes", "invalid")
# The order of PostgreSQL's tables tells the order of writing until they are rewritten by key.
UNORDERED_TABLES = {table: f"pk_{table}" for table in ("submission", "submission_extra", "receipt", "dossier_mac")}

Place = tuple[int, int, str, str, int, int]  # campaign, unit, field, channel, year and month: a cell of the tally
UNIT = (Inbox.campaign_id, Inbox.unit_id)
PLACE: tuple[Any, ...] = (
    *UNIT,
    func.coalesce(Inbox.field_key, ""),
    Inbox.channel,
    extract("year", Inbox.day),
    extract("month", Inbox.day),
)
waiting_since = func.coalesce(
    Inbox.entered, Inbox.day
)  # a paper form waits since it was entered, whatever day it bears


def release_full(session: Session, today: datetime.date) -> int:
    """Release where a full batch waits; returns how many submissions went."""
    in_line(session)
    return _release(session, _places(session, fewest=FULL_BATCH), today)


def release_at_day_end(session: Session, today: datetime.date, *, with_today: bool = False) -> int:
    """Release what waits from before today: enough in one place, too long, or of a closed campaign."""
    in_line(session)
    before = today + datetime.timedelta(days=1) if with_today else today
    places = _places(session, waiting_since < before, fewest=SMALLEST_BATCH)
    oldest, enough = func.min(waiting_since), func.count() >= SMALLEST_BATCH
    stale = select(*UNIT).where(waiting_since < before).group_by(*UNIT).having(oldest < today - LONGEST_WAIT, enough)
    ended = select(*UNIT).join(Campaign, Campaign.id == Inbox.campaign_id).where(Campaign.state == CLOSED)
    places |= _places(session, tuple_(*UNIT).in_(stale.union(ended)))
    return _release(session, places, today, before=before)


def release_by_hand(session: Session, actor: Actor, now: datetime.datetime) -> int:
    """Release what Home Affairs asks for: all of their units where at least the smallest batch waits."""
    ensure(actor, Action.RELEASE)
    in_line(session)
    places = {place for place in _places(session, fewest=SMALLEST_BATCH) if place[1] in actor.units}
    moved = _release(session, places, now.date())
    audit.record(session, actor, "released", now=now, detail={"submissions": moved})
    return moved


def release_campaign(session: Session, campaign_id: int, today: datetime.date) -> int:
    """Release everything of a campaign that is being closed."""
    in_line(session)
    return _release(session, _places(session, Inbox.campaign_id == campaign_id), today)


def scatter(session: Session) -> None:
    """Rewrite PostgreSQL's tables in the order of their random keys (SQLite keeps them so)."""
    if session.get_bind().dialect.name == "postgresql":
        for table, index in UNORDERED_TABLES.items():
            session.execute(text(f"CLUSTER {table} USING {index}"))


def ready(session: Session) -> set[int]:
    """The units where enough waits for a release by hand."""
    return {unit for _, unit, *_ in _places(session, fewest=SMALLEST_BATCH)}


def _places(session: Session, *where: ColumnElement[bool], fewest: int = 1) -> set[Place]:
    """Where submissions like these wait, at least so many."""
    query = select(*PLACE).where(*where).group_by(*PLACE).having(func.count() >= fewest)
    return {tuple(row) for row in session.execute(query)}


def _place(row: RowMapping) -> Place:
    day: datetime.date = row["day"]
    return row["campaign_id"], row["unit_id"], row["field_key"] or "", row["channel"], day.year, day.month


def _release(
    session: Session, places: Collection[Place], today: datetime.date, *, before: datetime.date | None = None
) -> int:
    """Move what waits in these places, and count it; all or nothing."""
    if not places:
        return 0
    query = select(Inbox.__table__).where(tuple_(*UNIT).in_({place[:2] for place in places}))
    if before is not None:
        query = query.where(waiting_since < before)
    waiting = [row for row in session.execute(query).mappings() if _place(row) in places]
    if waiting:
        move(session, [({name: row[name] for name in ANSWERS}, json.loads(row["extras"])) for row in waiting])
        for some in portions(waiting):  # by key: what has arrived meanwhile stays
            session.execute(delete(Inbox).where(Inbox.key.in_([row["key"] for row in some])))
        for campaign_id, submissions in Counter(row["campaign_id"] for row in waiting).items():
            session.add(Release(campaign_id=campaign_id, day=today, submissions=submissions))
        session.flush()
    return len(waiting)


def move(session: Session, batch: Sequence[tuple[Mapping[str, Any], Extras]]) -> None:
    """Store submissions under new random keys, in the order of these keys, and add them to the tally."""
    if not batch:
        return
    keyed = sorted(((uuid.uuid4(), answers, extras) for answers, extras in batch), key=lambda row: row[0])
    session.execute(insert(Submission), [{"key": key, **answers} for key, answers, _ in keyed])
    more = [
        {"submission_key": key, "item": item, "value": value}
        for key, _, extras in keyed
        for item, value in extras.items()
    ]
    if more:
        session.execute(insert(SubmissionExtra), more)
    by_cell: dict[Cell, list[Form]] = {}
    of_campaign = bases(session)
    for _, answers, extras in keyed:
        day = of_campaign[answers["campaign_id"]].checks.within(answers["day"])
        place = (answers["campaign_id"], answers["unit_id"], answers["field_key"], answers["channel"])
        cell = Cell.of(*place, day)
        form = Form(answers["codes"], extras, answers["day"], answers.get("invalid"))
        by_cell.setdefault(cell, []).append(form)
    for cell, forms in sorted(by_cell.items()):  # a fixed order: two writers cannot wait for each other
        basis = of_campaign[cell.campaign_id]
        found = counted(basis, forms)
        add(session, cell, basis.ref, found.tally)
        exclude(session, cell, found.excluded)
