"""Counters as lists, pages, tables and print-ready sheets need them, within the reader's scope."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from reports.safe_cells import Cell
from survey_app.codes import grouped
from survey_app.errors import NotFound, NotOpen
from survey_app.models import Counter, ServiceField, Unit
from survey_app.organisation.listing import Asked, Page, holds, in_order, page_of
from survey_app.policy import Action, Actor, ensure
from survey_app.typed import folded


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterRow:
    id: int
    code: str
    name: str
    place: str | None
    unit_id: int
    unit: str
    unit_code: str
    field_key: str | None
    field: str | None
    opened_on: datetime.date
    closed_on: datetime.date | None
    successor_code: str | None
    gone: bool

    @property
    def cells(self) -> tuple[Cell, ...]:
        """In the columns that are imported (counter_imports.COLUMNS)."""
        return (
            self.code,
            self.unit_code,
            self.name,
            self.place,
            self.field,
            self.opened_on,
            self.closed_on,
            self.successor_code,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterList:
    """A page of counters; `units` are those to choose from, `unit` the one whose codes can be printed together."""

    found: Page[CounterRow]
    units: tuple[tuple[int, str], ...]
    unit: tuple[int, str] | None


KEYS: Mapping[str, Callable[[CounterRow], Any]] = {
    "code": lambda row: row.code,
    "name": lambda row: folded(row.name),
    "unit": lambda row: (folded(row.unit), folded(row.name)),
    "field": lambda row: (folded(row.field or ""), folded(row.name)),
    "place": lambda row: (folded(row.place or ""), folded(row.name)),
    "opened": lambda row: (row.opened_on, folded(row.name)),
}


def counters(session: Session, actor: Actor, asked: Asked, today: datetime.date) -> CounterList:
    """A page of the counters in scope; without a sort column by unit and name."""
    ensure(actor, Action.PRINT_QR, asked.unit)
    rows = _rows(session, actor, today)
    units = dict(sorted({(row.unit_id, row.unit) for row in rows}, key=lambda pair: folded(pair[1])))
    one = next(iter(units)) if len(units) == 1 else asked.unit
    printable = any(row.unit_id == one and not row.gone for row in rows)
    return CounterList(
        found=page_of(_kept(rows, asked), asked.page),
        units=tuple(units.items()),
        unit=(one, units[one]) if one is not None and printable else None,
    )


def counter_table(session: Session, actor: Actor, asked: Asked, today: datetime.date) -> list[CounterRow]:
    """Every counter that the list would show."""
    ensure(actor, Action.PRINT_QR, asked.unit)
    return _kept(_rows(session, actor, today), asked)


def counter(session: Session, actor: Actor, counter_id: int, today: datetime.date) -> CounterRow:
    """A counter, closed ones too; NotFound outside the scope."""
    ensure(actor, Action.PRINT_QR)
    for row in _rows(session, actor, today, Counter.id == counter_id):
        return row
    raise NotFound("counter")


def open_counter(session: Session, actor: Actor, counter_id: int, today: datetime.date) -> CounterRow:
    """A counter whose code may be printed; NotOpen when it is closed."""
    row = counter(session, actor, counter_id, today)
    if row.gone:
        raise NotOpen("counter_closed")
    return row


def of_unit(session: Session, actor: Actor, unit_id: int, today: datetime.date) -> tuple[CounterRow, ...]:
    """All counters of a unit, the open ones first."""
    ensure(actor, Action.PRINT_QR, unit_id)
    rows = _rows(session, actor, today, Counter.unit_id == unit_id)
    return tuple(sorted(rows, key=lambda row: row.gone))


def open_of_unit(session: Session, actor: Actor, unit_id: int, today: datetime.date) -> tuple[CounterRow, ...]:
    """The open counters of a unit, to print; NotOpen when there is none."""
    rows = tuple(row for row in of_unit(session, actor, unit_id, today) if not row.gone)
    if not rows:
        raise NotOpen("no_counter")
    return rows


def heirs(session: Session, actor: Actor, counter_id: int, today: datetime.date) -> tuple[tuple[int, str], ...]:
    """The open counters that could take over from one, those of its own unit first."""
    own = counter(session, actor, counter_id, today)
    rows = [row for row in _rows(session, actor, today) if row.closed_on is None and row.id != counter_id]
    rows.sort(key=lambda row: row.unit_id != own.unit_id)
    return tuple((row.id, f"{row.unit} – {row.name} ({row.code})") for row in rows)


def _kept(rows: list[CounterRow], asked: Asked) -> list[CounterRow]:
    kept = [
        row
        for row in rows
        if asked.shows(gone=row.gone)
        and asked.unit in (None, row.unit_id)
        and holds(asked, row.name, row.place, row.unit, row.code, grouped(row.code))
    ]
    return in_order(kept, asked, KEYS)


def _rows(session: Session, actor: Actor, today: datetime.date, *conditions: ColumnElement[bool]) -> list[CounterRow]:
    successor = aliased(Counter)
    found = session.execute(
        select(Counter, Unit.name, Unit.code, ServiceField.name_vi, successor.code)
        .join(Unit, Unit.id == Counter.unit_id)
        .outerjoin(ServiceField, ServiceField.key == Counter.field_key)
        .outerjoin(successor, successor.id == Counter.successor_id)
        .where(*conditions)
    )
    rows = [
        CounterRow(
            id=counter.id,
            code=counter.code,
            name=counter.name,
            place=counter.place,
            unit_id=counter.unit_id,
            unit=unit,
            unit_code=unit_code,
            field_key=counter.field_key,
            field=field,
            opened_on=counter.opened_on,
            closed_on=counter.closed_on,
            successor_code=successor_code,
            gone=counter.closed_on is not None and counter.closed_on <= today,
        )
        for counter, unit, unit_code, field, successor_code in found
        if counter.unit_id in actor.units
    ]
    return sorted(rows, key=lambda row: (folded(row.unit), folded(row.name), row.id))
