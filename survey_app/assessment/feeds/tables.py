"""Figures of a leaf as a table: what is known goes out, what was entered by unit code comes in."""

import datetime
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.safe_cells import Cell
from scoring.par.kinds_percents import Survey
from survey_app.assessment import criteria, entries
from survey_app.assessment.criteria import Criteria
from survey_app.assessment.feeds import feeding
from survey_app.assessment.feeds.feeding import Figures, Kind, Supply
from survey_app.assessment.flow import LOCKED, State
from survey_app.errors import NotFound, Rejected
from survey_app.models import Assessment, Feed, Unit
from survey_app.policy import Action, Actor, ensure
from survey_app.sheets import TableRow

CODE, UNIT, SOURCE, ERROR = "Mã đơn vị", "Đơn vị", "Nguồn", "Sai số chuẩn (điểm %)"
PERCENT = "Tỷ lệ (%)"
SET = "Bộ tiêu chí"  # read by people; a table that comes back may have it or not
UNVERIFIED = "Chưa đối chiếu văn bản gốc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The columns of a leaf's table: those that hold entries, by entry (counts: by option), and what else may be."""

    kind: Kind
    entries: Mapping[str, str]

    @property
    def needed(self) -> tuple[str, ...]:
        return (CODE, *self.entries.values(), SOURCE)

    @property
    def optional(self) -> tuple[str, ...]:
        return (ERROR,) if self.kind is Kind.SHARE else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """How many units got other figures, and how many kept theirs."""

    stored: int
    unchanged: int


def layout(found: Criteria, leaf: str) -> Layout:
    """The table of a leaf that is fed; NotFound for any other."""
    rule = feeding.rule_of(found, leaf)
    shown = entries.fields(rule, found.spots[leaf].node.inputs, {})
    kind = feeding.kind_of(rule)
    if isinstance(rule, Survey) and kind is Kind.COUNTS:
        return Layout(kind=kind, entries={option: option for option, _ in rule.weights})
    if kind is Kind.SHARE:
        return Layout(kind=kind, entries={"percent": PERCENT})
    labels = {field.name: f"{field.label} ({field.unit})" if field.unit else field.label for field in shown}
    return Layout(kind=kind, entries=labels)


def table(
    session: Session, actor: Actor, round_id: int, block: str, leaf: str
) -> tuple[tuple[str, ...], list[tuple[Cell, ...]]]:
    """The header and a row for every unit of a block (several where a survey had several questions).

    A last column says of a set that it was not held against the official text: a note in a row of its own would not
    come back in as a unit.
    """
    ensure(actor, Action.MANAGE_ROUNDS)
    rows = feeding.of_block(session, actor, round_id, block)
    found = criteria.of(session, rows[0].set_id)
    columns = layout(found, leaf)
    units = _units(session, rows)
    checked = () if found.definition.verified else (UNVERIFIED,)
    lines: list[tuple[Cell, ...]] = []
    for row in rows:
        feed = session.get(Feed, (row.id, leaf))
        unit = units[row.unit_id]
        for cells, error in _cells(columns, feed):
            more: tuple[Cell, ...] = (error,) if columns.optional else ()
            lines.append((unit.code, unit.name, *cells, feed.source if feed else "", *more, *checked))
    header = (CODE, UNIT, *columns.entries.values(), SOURCE, *columns.optional)
    return (*header, SET) if checked else header, lines


def take_in(
    session: Session,
    actor: Actor,
    round_id: int,
    block: str,
    leaf: str,
    rows: Sequence[TableRow],
    now: datetime.datetime,
    *,
    only_check: bool,
) -> Taken:
    """Store the figures of a table, all or none; Rejected names every wrong row as "number:column".

    Refuses unknown and locked units, and a unit that comes twice (other than with the questions of one survey).
    """
    ensure(actor, Action.MANAGE_ROUNDS)
    held = feeding.of_block(session, actor, round_id, block)
    found = criteria.of(session, held[0].set_id)
    columns = layout(found, leaf)
    units = _units(session, held)
    by_code = {units[row.unit_id].code: row for row in held}
    problems: dict[str, str] = {}
    ready: list[tuple[Assessment, Figures]] = []
    for code, lines in _grouped(rows).items():
        figures = _figures(session, by_code.get(code), found, leaf, columns, lines, problems)
        if figures is not None:
            ready.append((by_code[code], figures))
    if problems:
        raise Rejected("rows", problems=problems)
    return _store(session, actor, leaf, ready, now, only_check=only_check)


def _store(
    session: Session,
    actor: Actor,
    leaf: str,
    ready: Sequence[tuple[Assessment, Figures]],
    now: datetime.datetime,
    *,
    only_check: bool,
) -> Taken:
    changed = []
    for row, figures in ready:
        feed = session.get(Feed, (row.id, leaf))
        if feed is None or (feed.data, feed.source) != (figures.data, figures.source):
            changed.append((row, figures))
    if not only_check:
        for row, figures in changed:
            feeding.store(session, actor, row, leaf, figures, now)
    return Taken(stored=len(changed), unchanged=len(ready) - len(changed))


def _figures(
    session: Session,
    row: Assessment | None,
    found: Criteria,
    leaf: str,
    columns: Layout,
    lines: Sequence[TableRow],
    problems: dict[str, str],
) -> Figures | None:
    first = lines[0]
    wrong = ""
    if row is None:
        wrong = "unknown_unit"
    elif State(row.state) in LOCKED:
        wrong = "unit_locked"
    elif len(lines) > 1 and columns.kind is not Kind.COUNTS:
        wrong = "repeated_row"
    if wrong or row is None:
        problems[f"{lines[-1].number}:{CODE}"] = wrong
        return None
    given = Supply(
        inputs=_inputs(found, leaf, columns, lines),
        standard_error=first.cells.get(ERROR, ""),
        source=first.cells[SOURCE],
    )
    try:
        return feeding.figures(session, row, found, leaf, given)
    except NotFound:
        problems[f"{first.number}:{CODE}"] = "unit_exempt"
        return None
    except Rejected as refusal:
        for name, reason in refusal.problems.items():
            problems[f"{first.number}:{_column(columns, name)}"] = reason
        return None


def _inputs(found: Criteria, leaf: str, columns: Layout, lines: Sequence[TableRow]) -> dict[str, object]:
    if columns.kind is Kind.COUNTS:
        texts = ["; ".join(line.cells[title] or "0" for title in columns.entries.values()) for line in lines]
        return entries.read(found.nodes[leaf].rule, {entries.PREFIX + "votes": ["\n".join(texts)]})
    sent = {entries.PREFIX + name: [lines[0].cells[title]] for name, title in columns.entries.items()}
    return entries.read(found.nodes[leaf].rule, sent)


def _column(columns: Layout, name: str) -> str:
    known = {"source": SOURCE, "standard_error": ERROR, "votes": next(iter(columns.entries.values()))}
    return columns.entries.get(name) or known.get(name, CODE)


def _grouped(rows: Sequence[TableRow]) -> Mapping[str, list[TableRow]]:
    found: dict[str, list[TableRow]] = defaultdict(list)
    for row in rows:
        found[row.cells[CODE]].append(row)
    return found


def _cells(columns: Layout, feed: Feed | None) -> list[tuple[tuple[Cell, ...], Cell]]:
    """The cells of a unit's rows, each with the standard error beside a percentage."""
    if feed is None:
        return [(("",) * len(columns.entries), "")]
    data = json.loads(feed.data)
    inputs, error = data["inputs"], data["standard_error"]
    if columns.kind is Kind.COUNTS:
        return [(tuple(question.get(name, 0) for name in columns.entries), "") for question in inputs["votes"]]
    shown = "" if error is None else entries.numeral(round(error * 100, 6))
    return [(tuple(entries.numeral(inputs.get(name, "")) for name in columns.entries), shown)]


def _units(session: Session, rows: Sequence[Assessment]) -> dict[int, Unit]:
    query = select(Unit).where(Unit.id.in_([row.unit_id for row in rows]))
    return {unit.id: unit for unit in session.scalars(query)}
