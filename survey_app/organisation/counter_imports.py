"""Counters from a table: read and checked as a whole, then stored as a whole or not at all."""

import datetime
from collections import Counter as Tallied
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import codes
from survey_app.models import Counter, ServiceField, Unit
from survey_app.organisation import counters, import_rows
from survey_app.organisation.counters import CounterDraft
from survey_app.organisation.import_rows import Change, Outcome, Problems, day_of, text_of
from survey_app.policy import Action, Actor, ensure
from survey_app.sheets import TableRow
from survey_app.typed import folded, one_line

COLUMNS = ("code", "unit", "name", "place", "field", "opened", "closed", "successor")
LONGEST = {"name": 160, "place": 200}


@dataclass(frozen=True, slots=True)
class _Known:
    """What the rows are read against, as far as the scope goes: counters and units by code, fields by name."""

    counters: Mapping[str, Counter]
    units: Mapping[str, Unit]
    fields: Mapping[str, str]
    field_names: Mapping[str, str]
    codes: Mapping[int, str]
    today: datetime.date


@dataclass(frozen=True, slots=True)
class _Entry:
    """A row that was read: the counter it changes, or the unit and first day of a new one."""

    row: TableRow
    counter: Counter | None
    unit: Unit | None
    opened_on: datetime.date
    draft: CounterDraft

    @property
    def changes(self) -> bool:
        return self.counter is None or self.draft != _draft_of(self.counter)

    @property
    def named(self) -> bool:
        """A name that is new at its unit."""
        return self.counter is None or self.draft.name != self.counter.name


def import_counters(
    session: Session, actor: Actor, rows: Sequence[TableRow], now: datetime.datetime, *, only_check: bool
) -> Outcome:
    """Add the counters without a code, under codes drawn for them, and change the others.

    With `only_check` nothing is stored. Rejected names every wrong cell as "row:column". Unit, first
    day, end and successor of a counter that exists must be as they are stored.
    """
    ensure(actor, Action.MANAGE_ORGANISATION)
    problems = Problems()
    known = _known(session, actor, now.date())
    entries = [_entry(row, known, problems) for row in rows]
    _check_repeated(entries, problems)
    _check_names(known, entries, problems)
    problems.refuse_any()
    fresh = [entry for entry in entries if entry.counter is None]
    changed = tuple(_change(entry.row, entry.counter, entry.draft, known) for entry in entries if entry.counter)
    drawn = [""] * len(fresh) if only_check else _store(session, entries)
    outcome = Outcome(
        added=tuple(
            Change(number=entry.row.number, code=code, name=entry.draft.name)
            for entry, code in zip(fresh, drawn, strict=True)
        ),
        changed=tuple(change for change in changed if change.differences),
        unchanged=sum(not change.differences for change in changed),
    )
    if not only_check:
        import_rows.record(session, actor, "counters_imported", outcome, now)
    return outcome


def _store(session: Session, entries: Sequence[_Entry]) -> list[str]:
    """Change and add the counters; returns the codes that were drawn, in the order of the rows."""
    for entry in entries:
        if entry.counter is not None:
            counters.fill(entry.counter, entry.draft)
    wanted = [
        (entry.unit.id, entry.draft, entry.opened_on)
        for entry in entries
        if entry.counter is None and entry.unit is not None
    ]
    return [counter.code for counter in counters.add(session, wanted)]


def _known(session: Session, actor: Actor, today: datetime.date) -> _Known:
    found = session.scalars(select(Counter)).all()
    fields = session.execute(select(ServiceField.key, ServiceField.name_vi)).all()
    return _Known(
        counters={counter.code: counter for counter in found if counter.unit_id in actor.units},
        units={unit.code: unit for unit in session.scalars(select(Unit)) if unit.id in actor.units},
        fields={folded(word): key for key, name in fields for word in (name, key)},
        field_names=dict(fields),
        codes={counter.id: counter.code for counter in found},
        today=today,
    )


def _entry(row: TableRow, known: _Known, problems: Problems) -> _Entry:
    field = row.cells["field"]
    if field and folded(field) not in known.fields:
        problems.add(row, "field", "unknown_field")
    draft = CounterDraft(
        name=text_of(row, "name", LONGEST["name"], problems),
        place=text_of(row, "place", LONGEST["place"], problems, needed=False) or None,
        field_key=known.fields.get(folded(field)),
    )
    unit = known.units.get(one_line(row.cells["unit"]))
    if unit is None:
        problems.add(row, "unit", "unknown_unit" if row.cells["unit"] else "needed")
    entry = _Entry(row, _counter(row, known, problems), unit, known.today, draft)
    if row.cells["code"]:
        _check_existing(entry, known, problems)
        return entry
    return _check_new(entry, known, problems)


def _counter(row: TableRow, known: _Known, problems: Problems) -> Counter | None:
    typed = row.cells["code"]
    code = codes.normal(typed)
    if typed and code is None:
        problems.add(row, "code", "bad_counter_code")
    elif code is not None and code not in known.counters:
        problems.add(row, "code", "unknown_counter")
    return known.counters.get(code or "")


def _check_existing(entry: _Entry, known: _Known, problems: Problems) -> None:
    counter, row = entry.counter, entry.row
    if counter is None:
        return
    if entry.unit is not None and entry.unit.id != counter.unit_id:
        problems.add(row, "unit", "unit_stays")
    if day_of(row, "opened", problems) not in (None, counter.opened_on):
        problems.add(row, "opened", "opening_stays")
    if counter.closed_on is not None and entry.changes:
        problems.add(row, "code", "counter_closed")
    if day_of(row, "closed", problems, needed=False) != counter.closed_on:
        problems.add(row, "closed", "end_elsewhere")
    successor = known.codes[counter.successor_id] if counter.successor_id is not None else None
    if codes.normal(row.cells["successor"]) != successor:
        problems.add(row, "successor", "end_elsewhere")


def _check_new(entry: _Entry, known: _Known, problems: Problems) -> _Entry:
    row, unit = entry.row, entry.unit
    opened_on = day_of(row, "opened", problems, needed=False) or known.today
    if unit is not None and unit.valid_to is not None:
        problems.add(row, "unit", "unit_closed")
    elif unit is not None and opened_on < unit.valid_from:
        problems.add(row, "opened", "before_unit")
    for column in ("closed", "successor"):
        if row.cells[column]:
            problems.add(row, column, "end_elsewhere")
    return replace(entry, opened_on=opened_on)


def _check_repeated(entries: Sequence[_Entry], problems: Problems) -> None:
    seen = set()
    for entry in entries:
        if entry.counter is not None:
            if entry.counter.id in seen:
                problems.add(entry.row, "code", "repeated_row")
            seen.add(entry.counter.id)


def _check_names(known: _Known, entries: Sequence[_Entry], problems: Problems) -> None:
    """At one unit no two open counters get the same name."""
    renamed = {entry.counter.id for entry in entries if entry.counter is not None and entry.named}
    taken = Tallied(
        (counter.unit_id, counter.name)
        for counter in known.counters.values()
        if counter.closed_on is None and counter.id not in renamed
    )
    for entry in entries:
        if entry.named and entry.unit is not None and entry.draft.name:
            taken[entry.unit.id, entry.draft.name] += 1
            if taken[entry.unit.id, entry.draft.name] > 1:
                problems.add(entry.row, "name", "name_taken")


def _change(row: TableRow, counter: Counter, draft: CounterDraft, known: _Known) -> Change:
    before, after = (_cells(one, known.field_names) for one in (_draft_of(counter), draft))
    different = import_rows.differences(before, after)
    return Change(number=row.number, code=counter.code, name=draft.name, differences=different)


def _draft_of(counter: Counter) -> CounterDraft:
    return CounterDraft(name=counter.name, place=counter.place, field_key=counter.field_key)


def _cells(draft: CounterDraft, field_names: Mapping[str, str]) -> dict[str, str]:
    return {"name": draft.name, "place": draft.place or "", "field": field_names.get(draft.field_key or "", "")}
