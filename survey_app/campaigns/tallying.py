"""Cells of the tally: adding released submissions to them, and proving them by a recount."""

import datetime
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import TypeVar

import numpy as np
from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session, aliased

from questionnaires.coding import TWO_TICKS, counts
from questionnaires.loader import questionnaire
from questionnaires.model import Kind
from questionnaires.validity import Checks
from scoring.tally import Tally, count, unpack
from survey_app.definitions import code_matrix, form_checks, layout, month_of, returned
from survey_app.models import Campaign, DefinitionVersion, Excluded, Submission, SubmissionExtra, TallyCell

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
    """A cell whose stored tally is not what its submissions say (None: there is no such cell).

    With a reason: the number that this validity rule took out of the cell.
    """

    cell: Cell
    stored: int | None
    recounted: int | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """What counting needs of a submission."""

    codes: str
    extras: Extras
    day: datetime.date
    invalid: str | None


@dataclass(frozen=True, slots=True)
class Basis:
    """What decides how the submissions of a campaign count."""

    ref: str
    checks: Checks


@dataclass(frozen=True, slots=True)
class Counted:
    """The tally of some submissions, and how many each validity rule took out of it."""

    tally: Tally
    excluded: Mapping[str, int]


def in_line(session: Session) -> None:
    """One transaction at a time changes the tally; to be called before anything is read."""
    if session.get_bind().dialect.name == "postgresql":  # SQLite has one writer anyway
        session.execute(text("LOCK TABLE tally IN SHARE ROW EXCLUSIVE MODE"))


def portions(things: Sequence[T]) -> Iterator[Sequence[T]]:
    """As many at a time as go into one statement."""
    for start in range(0, len(things), KEYS_AT_ONCE):
        yield things[start : start + KEYS_AT_ONCE]


def bases(session: Session) -> dict[int, Basis]:
    """The questionnaire version and the validity rules of each campaign."""
    rules = aliased(DefinitionVersion)
    query = (
        select(Campaign.id, Campaign.starts_on, Campaign.ends_on, DefinitionVersion.ref, rules.ref.label("rules"))
        .join(DefinitionVersion, DefinitionVersion.id == Campaign.definition_id)
        .outerjoin(rules, rules.id == Campaign.validity_id)
    )
    return {
        row.id: Basis(row.ref, form_checks(row.ref, row.rules, row.starts_on, row.ends_on))
        for row in session.execute(query)
    }


def counted(basis: Basis, forms: Sequence[Form]) -> Counted:
    """Count submissions of one campaign; one that a rule makes invalid only counts as received."""
    reasons = [basis.checks.broken(returned(form.codes, form.day, form.invalid)) for form in forms]
    excluded = Counter(reason for reason in reasons if reason is not None)
    if basis.checks.two_ticks is not None:
        kept = (form for form, reason in zip(forms, reasons, strict=True) if reason is None)
        excluded[basis.checks.two_ticks] += sum(form.codes.count(TWO_TICKS) for form in kept)
    rows = [(form.codes, form.extras) for form in forms]
    valid = [reason is None for reason in reasons]
    return Counted(tally_of(basis.ref, rows, valid=valid), {key: number for key, number in excluded.items() if number})


def tally_of(ref: str, rows: Sequence[tuple[str, Extras]], *, valid: Sequence[bool] | None = None) -> Tally:
    """The tally of submissions of one version, each given as its packed codes and its extras; all valid by default."""
    definition = questionnaire(ref).definition
    sound = [True] * len(rows) if valid is None else valid
    enters = [yes and counts(definition, codes) for (codes, _), yes in zip(rows, sound, strict=True)]
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


def exclude(session: Session, cell: Cell, fresh: Mapping[str, int]) -> None:
    """Add to the numbers that the validity rules took out of the cell."""
    for reason, number in sorted(fresh.items()):
        stored = session.get(Excluded, (*_identity(cell), reason), with_for_update=True)
        if stored is None:
            session.add(Excluded(**asdict(cell), reason=reason, number=number))
        else:
            stored.number += number
    session.flush()


def recount(session: Session, *, repair: bool = False) -> Iterator[Difference]:
    """Count every cell anew from the submissions; report, and on request mend, what differs.

    Wants a session that sees one state throughout (Database.reading), or to repair, a transaction.
    """
    if repair:
        in_line(session)
    of_campaign, excluded = bases(session), _stored_excluded(session)
    missing = set(session.execute(select(*TallyCell.__table__.primary_key)))
    for cell, forms in _by_cell(session, of_campaign):
        missing.discard(_identity(cell))
        found = counted(of_campaign[cell.campaign_id], forms)
        fresh = found.tally
        yield from _mend_excluded(session, cell, excluded.pop(cell, {}), found.excluded, repair=repair)
        stored = session.get(TallyCell, _identity(cell))
        if stored is None or not _same(stored, fresh):
            yield Difference(cell, stored.received if stored else None, int(fresh.received))
            if repair:
                session.merge(TallyCell(**asdict(cell), received=int(fresh.received), data=fresh.pack()))
        if stored is not None and not repair:
            session.expunge(stored)
    for cell, numbers in sorted(excluded.items()):
        yield from _mend_excluded(session, cell, numbers, {}, repair=repair)
    for identity in sorted(missing):
        stored = session.get_one(TallyCell, identity)
        yield Difference(Cell(*identity), stored.received, None)
        if repair:
            session.delete(stored)
    session.flush()


def _stored_excluded(session: Session) -> dict[Cell, dict[str, int]]:
    found: dict[Cell, dict[str, int]] = {}
    for row in session.execute(select(*Excluded.__table__.columns)):
        found.setdefault(Cell(*row[:5]), {})[row.reason] = row.number
    return found


def _mend_excluded(
    session: Session, cell: Cell, stored: Mapping[str, int], fresh: Mapping[str, int], *, repair: bool
) -> Iterator[Difference]:
    """What differs between the stored and the recounted numbers of a cell."""
    for reason in sorted(stored.keys() | fresh.keys()):
        if stored.get(reason) == fresh.get(reason):
            continue
        yield Difference(cell, stored.get(reason), fresh.get(reason), reason)
        if repair:
            session.execute(delete(Excluded).filter_by(**asdict(cell), reason=reason))
            exclude(session, cell, {reason: fresh[reason]} if reason in fresh else {})


def _same(stored: TallyCell, fresh: Tally) -> bool:
    try:
        return np.array_equal(unpack(fresh.layout, stored.data).vector, fresh.vector)
    except ValueError:
        return False


def _by_cell(session: Session, of_campaign: Mapping[int, Basis]) -> Iterator[tuple[Cell, list[Form]]]:
    """The released submissions of each cell; those of one unit, field and channel are in memory at a time."""
    field = func.coalesce(Submission.field_key, "")
    group = (Submission.campaign_id, Submission.unit_id, field, Submission.channel)
    query = select(*group, Submission.day, Submission.codes, Submission.key, Submission.invalid).order_by(*group)
    rows = session.execute(query.execution_options(yield_per=5000))
    for (campaign_id, unit_id, field_key, channel), members in groupby(rows, key=lambda row: row[:4]):
        found = list(members)
        within = of_campaign[campaign_id].checks.within
        extras = _extras(session, [row[6] for row in found])
        by_month: dict[datetime.date, list[Form]] = {}
        for row in found:
            form = Form(row.codes, extras.get(row.key, {}), row.day, row.invalid)
            by_month.setdefault(month_of(within(row.day)), []).append(form)
        for month, forms in by_month.items():
            yield Cell(campaign_id, unit_id, field_key, channel, month), forms


def _extras(session: Session, keys: Sequence[uuid.UUID]) -> dict[uuid.UUID, dict[str, str]]:
    found: dict[uuid.UUID, dict[str, str]] = {}
    columns = (SubmissionExtra.submission_key, SubmissionExtra.item, SubmissionExtra.value)
    for some in portions(keys):
        for key, item, value in session.execute(select(*columns).where(SubmissionExtra.submission_key.in_(some))):
            found.setdefault(key, {})[item] = value
    return found


def _identity(cell: Cell) -> tuple[int, int, str, str, datetime.date]:
    return (cell.campaign_id, cell.unit_id, cell.field_key, cell.channel, cell.month)
