"""Cells of the tally: adding released submissions to them, and proving them by a recount."""

import datetime
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import TypeVar

import numpy as np
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from questionnaires.coding import counts
from questionnaires.loader import questionnaire
from questionnaires.model import Kind
from scoring.tally import Tally, count, unpack
from survey_app.definitions import code_matrix, layout, month_of
from survey_app.models import Campaign, DefinitionVersion, Submission, SubmissionExtra, TallyCell

Extras = Mapping[str, str]
T = TypeVar("T")
KEYS_AT_ONCE = 500  # databases limit the parameters of a statement


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """Where a submission is counted; the fields are the key of the table."""

    campaign_id: int
    unit_id: int
    field_key: str
    channel: str
    month: datetime.date

    @classmethod
    def of(cls, campaign_id: int, unit_id: int, field_key: str | None, channel: str, day: datetime.date) -> "Cell":
        return cls(campaign_id, unit_id, field_key or "", channel, month_of(day))


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell whose stored tally is not what its submissions say (None: there is no such cell)."""

    cell: Cell
    stored: int | None
    recounted: int | None


def in_line(session: Session) -> None:
    """One transaction at a time changes the tally; to be called before anything is read."""
    if session.get_bind().dialect.name == "postgresql":  # SQLite has one writer anyway
        session.execute(text("LOCK TABLE tally IN SHARE ROW EXCLUSIVE MODE"))


def portions(things: Sequence[T]) -> Iterator[Sequence[T]]:
    """As many at a time as go into one statement."""
    for start in range(0, len(things), KEYS_AT_ONCE):
        yield things[start : start + KEYS_AT_ONCE]


def refs(session: Session) -> dict[int, str]:
    """The questionnaire version of each campaign."""
    query = select(Campaign.id, DefinitionVersion.ref).join(
        DefinitionVersion, DefinitionVersion.id == Campaign.definition_id
    )
    return {row.id: row.ref for row in session.execute(query)}


def tally_of(ref: str, rows: Sequence[tuple[str, Extras]]) -> Tally:
    """The tally of submissions of one version, each given as its packed codes and its extras."""
    definition = questionnaire(ref).definition
    enters = [counts(definition, codes) for codes, _ in rows]
    kept = [extras for (_, extras), yes in zip(rows, enters, strict=True) if yes]
    numbers = [[int(x[i.code]) for x in kept if i.code in x] for i in definition.of_kind(Kind.NUMBER)]
    choices = [
        [[int(code) for code in x[i.code].split(",")] for x in kept if i.code in x]
        for i in definition.of_kind(Kind.MULTI)
    ]
    matrix = code_matrix([codes for codes, _ in rows], len(definition.closed))
    return count(layout(ref), matrix, counted=np.array(enters, bool), numbers=numbers, choices=choices)


def add(session: Session, cell: Cell, ref: str, fresh: Tally) -> None:
    """Add a tally to what the cell holds."""
    stored = session.get(TallyCell, _identity(cell), with_for_update=True)
    if stored is None:
        session.add(TallyCell(**asdict(cell), received=int(fresh.received), data=fresh.pack()))
    else:
        total = Tally(layout(ref), unpack(layout(ref), stored.data).vector + fresh.vector)
        stored.received, stored.data = int(total.received), total.pack()
    session.flush()


def recount(session: Session, *, repair: bool = False) -> Iterator[Difference]:
    """Count every cell anew from the submissions; report, and on request mend, what differs.

    Wants a session that sees one state throughout (Database.reading), or to repair, a transaction.
    """
    if repair:
        in_line(session)
    of_campaign = refs(session)
    missing = set(session.execute(select(*TallyCell.__table__.primary_key)))
    for cell, rows in _by_cell(session):
        missing.discard(_identity(cell))
        fresh = tally_of(of_campaign[cell.campaign_id], rows)
        stored = session.get(TallyCell, _identity(cell))
        if stored is None or not _same(stored, fresh):
            yield Difference(cell, stored.received if stored else None, int(fresh.received))
            if repair:
                session.merge(TallyCell(**asdict(cell), received=int(fresh.received), data=fresh.pack()))
        if stored is not None and not repair:
            session.expunge(stored)
    for identity in sorted(missing):
        stored = session.get_one(TallyCell, identity)
        yield Difference(Cell(*identity), stored.received, None)
        if repair:
            session.delete(stored)
    session.flush()


def _same(stored: TallyCell, fresh: Tally) -> bool:
    try:
        return np.array_equal(unpack(fresh.layout, stored.data).vector, fresh.vector)
    except ValueError:
        return False


def _by_cell(session: Session) -> Iterator[tuple[Cell, list[tuple[str, Extras]]]]:
    """The released submissions of each cell; those of one unit, field and channel are in memory at a time."""
    field = func.coalesce(Submission.field_key, "")
    group = (Submission.campaign_id, Submission.unit_id, field, Submission.channel)
    query = select(*group, Submission.day, Submission.codes, Submission.key).order_by(*group)
    rows = session.execute(query.execution_options(yield_per=5000))
    for (campaign_id, unit_id, field_key, channel), members in groupby(rows, key=lambda row: row[:4]):
        found = list(members)
        extras = _extras(session, [row[6] for row in found])
        by_month: dict[datetime.date, list[tuple[str, Extras]]] = {}
        for row in found:
            by_month.setdefault(month_of(row[4]), []).append((row[5], extras.get(row[6], {})))
        for month, answers in by_month.items():
            yield Cell(campaign_id, unit_id, field_key, channel, month), answers


def _extras(session: Session, keys: Sequence[uuid.UUID]) -> dict[uuid.UUID, dict[str, str]]:
    found: dict[uuid.UUID, dict[str, str]] = {}
    columns = (SubmissionExtra.submission_key, SubmissionExtra.item, SubmissionExtra.value)
    for some in portions(keys):
        for key, item, value in session.execute(select(*columns).where(SubmissionExtra.submission_key.in_(some))):
            found.setdefault(key, {})[item] = value
    return found


def _identity(cell: Cell) -> tuple[int, int, str, str, datetime.date]:
    return (cell.campaign_id, cell.unit_id, cell.field_key, cell.channel, cell.month)
