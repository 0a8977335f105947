"""Units as lists, pages and tables show them, within the reader's scope."""

import datetime
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from reports.safe_cells import Cell
from survey_app.models import Account, Counter, Level, ServiceField, Unit, UnitSuccession
from survey_app.organisation.listing import Asked, Page, holds, in_order, page_of
from survey_app.organisation.tree import DAY
from survey_app.policy import Action, Actor, ensure
from survey_app.typed import folded

DEEPEST = 3  # levels of indentation in the list


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRow:
    id: int
    code: str
    name: str
    short: str | None
    level: str
    level_name: str
    level_position: int
    parent_id: int | None
    parent: str | None
    parent_code: str | None
    valid_from: datetime.date
    valid_to: datetime.date | None
    gone: bool
    counters: int
    depth: int = 0

    @property
    def last_day(self) -> datetime.date | None:
        return None if self.valid_to is None else self.valid_to - DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A unit to refer to; `linked` when it is in the reader's scope."""

    id: int
    name: str
    valid_to: datetime.date | None
    linked: bool

    @property
    def last_day(self) -> datetime.date | None:
        return None if self.valid_to is None else self.valid_to - DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitDetail:
    """A unit with what surrounds it; `people` are the accounts that answer for it."""

    unit: UnitRow
    parent: Named | None
    predecessors: tuple[Named, ...]
    successors: tuple[Named, ...]
    children: tuple[UnitRow, ...]
    people: tuple[tuple[str, str], ...]

    @property
    def living_children(self) -> tuple[UnitRow, ...]:
        return tuple(child for child in self.children if child.valid_to is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a unit can be made of; units are alive and in scope, `roots` those that cannot end."""

    levels: tuple[tuple[str, str], ...]
    units: tuple[tuple[int, str], ...]
    roots: frozenset[int]


KEYS: Mapping[str, Callable[[UnitRow], Any]] = {
    "code": lambda row: row.code.casefold(),
    "name": lambda row: folded(row.name),
    "level": lambda row: (row.level_position, folded(row.name)),
    "parent": lambda row: (folded(row.parent or ""), folded(row.name)),
    "since": lambda row: (row.valid_from, folded(row.name)),
    "until": lambda row: (row.valid_to or datetime.date.max, folded(row.name)),
    "counters": lambda row: (row.counters, folded(row.name)),
}


def units(session: Session, actor: Actor, asked: Asked, today: datetime.date) -> Page[UnitRow]:
    """A page of the units in scope; without a sort column in the order of the tree."""
    return page_of(_found(session, actor, asked, today), asked.page)


def unit_table(session: Session, actor: Actor, asked: Asked, today: datetime.date) -> list[tuple[Cell, ...]]:
    """Every unit that the list would show, in the columns that are imported (unit_imports.COLUMNS)."""
    heirs = successor_codes(session)
    return [
        (
            row.code,
            row.name,
            row.short,
            row.level_name,
            row.parent_code,
            row.valid_from,
            row.last_day,
            " ".join(heirs.get(row.id, ())),
        )
        for row in _found(session, actor, asked, today)
    ]


def unit(session: Session, actor: Actor, unit_id: int, today: datetime.date) -> UnitDetail:
    """A unit and its surroundings, closed ones too; NotFound outside the scope."""
    ensure(actor, Action.MANAGE_ORGANISATION, unit_id)
    rows = {row.id: row for row in _rows(session, actor, today)}
    found = rows[unit_id]
    before = select(UnitSuccession.predecessor_id).where(UnitSuccession.successor_id == unit_id)
    after = select(UnitSuccession.successor_id).where(UnitSuccession.predecessor_id == unit_id)
    people = select(Account.name, Account.username).where(Account.unit_id == unit_id, Account.active)
    return UnitDetail(
        unit=found,
        parent=next(iter(_named(session, actor, [found.parent_id])), None) if found.parent_id else None,
        predecessors=_named(session, actor, session.scalars(before).all()),
        successors=_named(session, actor, session.scalars(after).all()),
        children=tuple(sorted((row for row in rows.values() if row.parent_id == unit_id), key=_place)),
        people=tuple(session.execute(people.order_by(Account.username))),
    )


def choices(session: Session, actor: Actor) -> Choices:
    """Levels, and the units in scope that nobody has closed, by level and name."""
    ensure(actor, Action.MANAGE_ORGANISATION)
    levels = session.execute(select(Level.key, Level.name).order_by(Level.position))
    found = session.execute(
        select(Unit.id, Unit.name, Unit.parent_id, Level.position)
        .join(Level, Level.key == Unit.level)
        .where(Unit.valid_to.is_(None))
    )
    living = sorted((row for row in found if row.id in actor.units), key=lambda row: (row.position, folded(row.name)))
    return Choices(
        levels=tuple(levels),
        units=tuple((row.id, row.name) for row in living),
        roots=frozenset(row.id for row in living if row.parent_id is None),
    )


def fields(session: Session, actor: Actor) -> tuple[tuple[str, str], ...]:
    """The service fields, key and name, in their order."""
    ensure(actor, Action.PRINT_QR)
    rows = session.execute(select(ServiceField.key, ServiceField.name_vi).order_by(ServiceField.position))
    return tuple(rows)


def successor_codes(session: Session) -> dict[int, list[str]]:
    """The codes of those who took over, by unit."""
    found: dict[int, list[str]] = {}
    rows = session.execute(
        select(UnitSuccession.predecessor_id, Unit.code)
        .join(Unit, Unit.id == UnitSuccession.successor_id)
        .order_by(Unit.code)
    )
    for unit_id, code in rows:
        found.setdefault(unit_id, []).append(code)
    return found


def _found(session: Session, actor: Actor, asked: Asked, today: datetime.date) -> list[UnitRow]:
    ensure(actor, Action.MANAGE_ORGANISATION)
    kept = [
        row
        for row in _in_tree_order(_rows(session, actor, today))
        if asked.shows(gone=row.gone)
        and (not asked.level or row.level == asked.level)
        and holds(asked, row.name, row.short, row.code)
    ]
    return in_order(kept, asked, KEYS)


def _rows(session: Session, actor: Actor, today: datetime.date) -> list[UnitRow]:
    parent = aliased(Unit)
    still_open = (
        select(Counter.unit_id, func.count().label("counters"))
        .where(Counter.closed_on.is_(None) | (Counter.closed_on > today))
        .group_by(Counter.unit_id)
        .subquery()
    )
    found = session.execute(
        select(Unit, Level.name, Level.position, parent.name, parent.code, still_open.c.counters)
        .join(Level, Level.key == Unit.level)
        .outerjoin(parent, parent.id == Unit.parent_id)
        .outerjoin(still_open, still_open.c.unit_id == Unit.id)
    )
    return [
        UnitRow(
            id=unit.id,
            code=unit.code,
            name=unit.name,
            short=unit.short,
            level=unit.level,
            level_name=level_name,
            level_position=position,
            parent_id=unit.parent_id,
            parent=parent_name,
            parent_code=parent_code,
            valid_from=unit.valid_from,
            valid_to=unit.valid_to,
            gone=unit.valid_to is not None and unit.valid_to <= today,
            counters=counters or 0,
        )
        for unit, level_name, position, parent_name, parent_code, counters in found
        if unit.id in actor.units
    ]


def _in_tree_order(rows: list[UnitRow]) -> Iterator[UnitRow]:
    """Each unit before those below it; within a unit by level and name."""
    here = {row.id for row in rows}
    below: dict[int | None, list[UnitRow]] = {}
    for row in sorted(rows, key=_place, reverse=True):
        below.setdefault(row.parent_id if row.parent_id in here else None, []).append(row)
    waiting = [(row, 0) for row in below.get(None, ())]
    while waiting:
        row, depth = waiting.pop()
        yield replace(row, depth=min(depth, DEEPEST))
        waiting += [(child, depth + 1) for child in below.get(row.id, ())]


def _place(row: UnitRow) -> tuple[int, str, str]:
    return row.level_position, folded(row.name), row.code


def _named(session: Session, actor: Actor, ids: Collection[int]) -> tuple[Named, ...]:
    rows = session.execute(select(Unit.id, Unit.name, Unit.valid_to).where(Unit.id.in_(ids)))
    return tuple(
        Named(id=row.id, name=row.name, valid_to=row.valid_to, linked=row.id in actor.units)
        for row in sorted(rows, key=lambda row: folded(row.name))
    )
