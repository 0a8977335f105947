"""Units from a table: read and checked as a whole, then stored as a whole or not at all."""

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.models import Level, Unit
from survey_app.organisation import import_rows, queries, service
from survey_app.organisation import tree as trees
from survey_app.organisation.import_rows import Change, Outcome, Problems, day_of, text_of
from survey_app.organisation.service import UnitDraft
from survey_app.organisation.tree import DAY, Node, Tree
from survey_app.policy import Action, Actor, ensure
from survey_app.sheets import TableRow
from survey_app.typed import folded, one_line

COLUMNS = ("code", "name", "short", "level", "parent", "since", "last_day", "successors")
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
LONGEST = {"code": 40, "name": 200, "short": 80}
OF_FIELD = {"parent_id": "parent", "valid_from": "since"}


@dataclass(frozen=True, slots=True)
class _Known:
    """What the rows are read against: units by code (`ids` in scope or new in the table), levels by name."""

    units: Mapping[str, Unit]
    codes: Mapping[int, str]
    ids: dict[str, int]
    levels: Mapping[str, str]
    level_names: Mapping[str, str]
    heirs: Mapping[int, list[str]]


@dataclass(frozen=True, slots=True)
class _Entry:
    """A row that was read: the unit it changes (None: a new one), and its place in the tree."""

    row: TableRow
    unit: Unit | None
    place: int
    draft: UnitDraft

    @property
    def changes(self) -> bool:
        return self.unit is None or self.draft != service.draft_of(self.unit)


def import_units(
    session: Session, actor: Actor, rows: Sequence[TableRow], now: datetime.datetime, *, only_check: bool
) -> Outcome:
    """Add the units with new codes and change the others; with `only_check` nothing is stored.

    Rejected names every wrong cell as "row:column". Ends and successors must be as they are stored:
    closing and merging say beforehand what they do, a table does not.
    """
    ensure(actor, Action.MANAGE_ORGANISATION)
    tree = trees.load(session) if only_check else trees.lock(session)
    problems = Problems()
    known = _known(session, actor)
    entries = [_entry(row, place, known, problems) for row, place in _places(rows, actor, known, problems)]
    _check_places(session, tree, [entry for entry in entries if entry.changes], now.date(), problems)
    problems.refuse_any()
    outcome = _outcome(entries, known)
    if not only_check:
        _store(session, entries)
        import_rows.record(session, actor, "units_imported", outcome, now)
    return outcome


def _known(session: Session, actor: Actor) -> _Known:
    units = {unit.code: unit for unit in session.scalars(select(Unit))}
    levels = session.execute(select(Level.key, Level.name)).all()
    return _Known(
        units=units,
        codes={unit.id: unit.code for unit in units.values()},
        ids={unit.code: unit.id for unit in units.values() if unit.id in actor.units},
        levels={folded(word): key for key, name in levels for word in (name, key)},
        level_names=dict(levels),
        heirs=queries.successor_codes(session),
    )


def _places(rows: Sequence[TableRow], actor: Actor, known: _Known, problems: Problems) -> list[tuple[TableRow, int]]:
    """Each row to read on, with the id of its unit, or one below zero for a new unit."""
    read: dict[str, tuple[TableRow, int]] = {}
    for row in rows:
        code = text_of(row, "code", LONGEST["code"], problems)
        unit = known.units.get(code)
        if unit is not None and unit.id not in actor.units:
            problems.add(row, "code", "not_in_scope")
        elif code in read:
            problems.add(row, "code", "repeated_row")
        else:
            if unit is None and not CODE.fullmatch(code):
                problems.add(row, "code", "bad_code")
            read[code] = row, known.ids.setdefault(code, -row.number)
    return list(read.values())


def _entry(row: TableRow, place: int, known: _Known, problems: Problems) -> _Entry:
    code = one_line(row.cells["code"])
    unit = known.units.get(code)
    level = known.levels.get(folded(row.cells["level"]))
    if level is None:
        problems.add(row, "level", "unknown_level" if row.cells["level"] else "needed")
    draft = UnitDraft(
        code=code,
        name=text_of(row, "name", LONGEST["name"], problems),
        short=text_of(row, "short", LONGEST["short"], problems, needed=False) or None,
        level=level or "",
        parent_id=_parent(row, unit, known, problems),
        valid_from=day_of(row, "since", problems) or datetime.date.min,
    )
    entry = _Entry(row, unit, place, draft)
    if unit is not None and unit.valid_to is not None and entry.changes:
        problems.add(row, "code", "unit_closed")
    _check_end(entry, known, problems)
    return entry


def _parent(row: TableRow, unit: Unit | None, known: _Known, problems: Problems) -> int | None:
    code = one_line(row.cells["parent"])
    if not code:
        return None
    if unit is not None and unit.parent_id is not None and known.codes[unit.parent_id] == code:
        return unit.parent_id  # as it is, though it may stand above the scope
    if code not in known.ids:
        problems.add(row, "parent", "unknown_unit")
    return known.ids.get(code)


def _check_end(entry: _Entry, known: _Known, problems: Problems) -> None:
    unit = entry.unit
    last_day = unit.valid_to - DAY if unit is not None and unit.valid_to is not None else None
    if day_of(entry.row, "last_day", problems, needed=False) != last_day:
        problems.add(entry.row, "last_day", "end_elsewhere")
    heirs = sorted(known.heirs.get(unit.id, ())) if unit is not None else []
    if sorted(entry.row.cells["successors"].replace(",", " ").split()) != heirs:
        problems.add(entry.row, "successors", "end_elsewhere")


def _check_places(
    session: Session, tree: Tree, entries: Sequence[_Entry], today: datetime.date, problems: Problems
) -> None:
    """The rules of the tree, with all rows in it at once: they may stand in any order."""
    before = {entry.place: tree.nodes.get(entry.place) for entry in entries}
    for entry in entries:
        tree.nodes[entry.place] = Node(entry.draft.parent_id, entry.draft.valid_from, None)
    for entry in entries:
        found = dict(trees.place_problems(tree, entry.place, before[entry.place], today))
        if entry.unit is not None:
            found |= dict(service.start_problems(session, entry.unit, entry.draft.valid_from))
        for name, reason in found.items():
            problems.add(entry.row, OF_FIELD[name], reason)


def _outcome(entries: Sequence[_Entry], known: _Known) -> Outcome:
    codes = {place: code for code, place in known.ids.items()} | dict(known.codes)
    added, changed = [], []
    for entry in entries:
        number, draft = entry.row.number, entry.draft
        if entry.unit is None:
            added.append(Change(number=number, code=draft.code, name=draft.name))
        elif entry.changes:
            before, after = (_cells(one, codes, known.level_names) for one in (service.draft_of(entry.unit), draft))
            different = import_rows.differences(before, after)
            changed.append(Change(number=number, code=draft.code, name=draft.name, differences=different))
    return Outcome(added=tuple(added), changed=tuple(changed), unchanged=len(entries) - len(added) - len(changed))


def _cells(draft: UnitDraft, codes: Mapping[int, str], level_names: Mapping[str, str]) -> dict[str, str]:
    return {
        "name": draft.name,
        "short": draft.short or "",
        "level": level_names[draft.level],
        "parent": codes[draft.parent_id] if draft.parent_id is not None else "",
        "since": draft.valid_from.isoformat(),
    }


def _store(session: Session, entries: Sequence[_Entry]) -> None:
    """New units first, without parents, so that every parent has an id; then all places."""
    fresh = {entry.place: Unit() for entry in entries if entry.unit is None}
    for entry in entries:
        if entry.place in fresh:
            service.fill(fresh[entry.place], replace(entry.draft, parent_id=None))
    session.add_all(fresh.values())
    session.flush()
    for entry in entries:
        parent = entry.draft.parent_id
        draft = replace(entry.draft, parent_id=fresh[parent].id if parent in fresh else parent)
        service.fill(entry.unit or fresh[entry.place], draft)
    session.flush()
