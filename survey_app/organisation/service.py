"""Adding, changing and closing units. History stays: a closed unit is never changed again."""

import datetime
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app import audit
from survey_app.errors import Conflict, Rejected
from survey_app.models import Counter, Inbox, Level, TallyCell, Unit, UnitSuccession
from survey_app.organisation import tree as trees
from survey_app.organisation.tree import DAY, Node, Tree
from survey_app.policy import Action, Actor, ensure

NEW = 0  # the place of a new unit in the tree before it has an id


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitDraft:
    """What is entered about a unit."""

    code: str
    name: str
    short: str | None
    level: str
    parent_id: int | None
    valid_from: datetime.date


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingDraft:
    """How a unit ends: its last day, who takes over, and where its living children go."""

    last_day: datetime.date
    successors: tuple[int, ...] = ()
    children_to: int | None = None


def create(session: Session, actor: Actor, draft: UnitDraft, now: datetime.datetime) -> int:
    """A new unit below one in scope; returns its id. Refuses a code that is taken and a second root."""
    ensure(actor, Action.MANAGE_ORGANISATION, draft.parent_id)
    tree = trees.lock(session)
    problems = dict(new_unit_problems(session, tree, draft, now.date()))
    if problems:
        raise Rejected("unit", problems=problems)
    unit_id = add(session, draft)
    audit.record(session, actor, "unit_created", f"unit {unit_id}", now=now, detail=asdict(draft))
    return unit_id


def edit(session: Session, actor: Actor, unit_id: int, draft: UnitDraft, now: datetime.datetime) -> None:
    """Change a unit that has not been closed (Conflict); refuses a circle, and a start after its first answers."""
    tree = trees.lock(session)
    unit = _changeable(session, actor, unit_id)
    if draft.parent_id != unit.parent_id:
        ensure(actor, Action.MANAGE_ORGANISATION, draft.parent_id)
    before = draft_of(unit)
    problems = dict(changed_unit_problems(session, tree, unit, draft, now.date()))
    if problems:
        raise Rejected("unit", problems=problems)
    fill(unit, draft)
    session.flush()
    detail = {"before": asdict(before), "after": asdict(draft)}
    audit.record(session, actor, "unit_changed", f"unit {unit_id}", now=now, detail=detail)


def close(session: Session, actor: Actor, unit_id: int, draft: ClosingDraft, now: datetime.datetime) -> None:
    """End a unit after its last day, with its counters; its living children move.

    Refuses the root, a last day before the first, living children without a place to go, and
    successors that are not alive on the day after.
    """
    tree = trees.lock(session)
    unit = _changeable(session, actor, unit_id)
    named = {*draft.successors, *({draft.children_to} if draft.children_to is not None else ())}
    ensure(actor, Action.MANAGE_ORGANISATION, named)
    problems = dict(_closing_problems(tree, unit_id, draft, now.date()))
    if problems:
        raise Rejected("unit", problems=problems)
    children = tree.children(unit_id, draft.last_day + DAY)
    for child in children:
        session.get_one(Unit, child).parent_id = draft.children_to
    end(session, unit, draft.last_day + DAY, draft.successors)
    closed = _close_counters(session, unit_id, draft.last_day + DAY)
    detail = {
        "last_day": draft.last_day,
        "successors": list(draft.successors),
        "children": children,
        "children_to": draft.children_to,
        "counters": closed,
    }
    audit.record(session, actor, "unit_closed", f"unit {unit_id}", now=now, detail=detail)


def draft_of(unit: Unit) -> UnitDraft:
    return UnitDraft(
        code=unit.code,
        name=unit.name,
        short=unit.short,
        level=unit.level,
        parent_id=unit.parent_id,
        valid_from=unit.valid_from,
    )


def fill(unit: Unit, draft: UnitDraft) -> None:
    unit.code, unit.name, unit.short = draft.code, draft.name, draft.short
    unit.level, unit.parent_id, unit.valid_from = draft.level, draft.parent_id, draft.valid_from


def add(session: Session, draft: UnitDraft) -> int:
    """Store a unit whose draft was checked."""
    unit = Unit(**asdict(draft))
    session.add(unit)
    session.flush()
    return unit.id


def end(session: Session, unit: Unit, first_day_gone: datetime.date, successors: tuple[int, ...]) -> None:
    """Give a unit its end and those who take over."""
    unit.valid_to = first_day_gone
    session.add_all(UnitSuccession(predecessor_id=unit.id, successor_id=one) for one in successors)
    session.flush()


def new_unit_problems(
    session: Session, tree: Tree, draft: UnitDraft, today: datetime.date
) -> Iterator[tuple[str, str]]:
    """Why a unit cannot be added: field and reason."""
    tree.nodes[NEW] = Node(draft.parent_id, draft.valid_from, None)
    yield from _own_problems(session, draft, None)
    yield from trees.place_problems(tree, NEW, None, today)


def changed_unit_problems(
    session: Session, tree: Tree, unit: Unit, draft: UnitDraft, today: datetime.date
) -> Iterator[tuple[str, str]]:
    before = tree.nodes[unit.id]
    tree.nodes[unit.id] = Node(draft.parent_id, draft.valid_from, before.valid_to)
    yield from _own_problems(session, draft, unit.id)
    yield from trees.place_problems(tree, unit.id, before, today)
    yield from start_problems(session, unit, draft.valid_from)


def start_problems(session: Session, unit: Unit, valid_from: datetime.date) -> Iterator[tuple[str, str]]:
    """A later start must not leave answers, or the end of a predecessor, without a living unit."""
    if valid_from <= unit.valid_from:
        return
    month = session.scalar(select(func.min(TallyCell.month)).where(TallyCell.unit_id == unit.id))
    day = session.scalar(select(func.min(Inbox.day)).where(Inbox.unit_id == unit.id))
    if (month is not None and month < valid_from.replace(day=1)) or (day is not None and day < valid_from):
        yield "valid_from", "has_answers"
    took_over = session.scalar(
        select(func.min(Unit.valid_to))
        .join(UnitSuccession, UnitSuccession.predecessor_id == Unit.id)
        .where(UnitSuccession.successor_id == unit.id)
    )
    if took_over is not None and took_over < valid_from:
        yield "valid_from", "took_over_before"


def _own_problems(session: Session, draft: UnitDraft, unit_id: int | None) -> Iterator[tuple[str, str]]:
    holder = session.scalar(select(Unit.id).where(Unit.code == draft.code))
    if holder is not None and holder != unit_id:
        yield "code", "code_taken"
    if session.get(Level, draft.level) is None:
        yield "level", "unknown_level"


def _closing_problems(tree: Tree, unit_id: int, draft: ClosingDraft, today: datetime.date) -> Iterator[tuple[str, str]]:
    node, gone = tree.nodes[unit_id], draft.last_day + DAY
    if node.parent_id is None:
        yield "unit", "root"
    if draft.last_day < node.valid_from:
        yield "last_day", "before_start"
    if any(one == unit_id or not tree.nodes[one].alive(gone) for one in draft.successors):
        yield "successors", "successor_not_alive"
    if not tree.children(unit_id, gone):
        return
    if draft.children_to is None:
        yield "children_to", "living_children"
    elif tree.under(draft.children_to, unit_id):
        yield "children_to", "circle"
    elif not tree.nodes[draft.children_to].alive(max(gone, today)):
        yield "children_to", "parent_not_alive"


def _close_counters(session: Session, unit_id: int, gone: datetime.date) -> list[str]:
    """Close the counters that outlive their unit; returns their codes."""
    still_open = list(
        session.scalars(
            select(Counter)
            .where(Counter.unit_id == unit_id, Counter.closed_on.is_(None) | (Counter.closed_on > gone))
            .order_by(Counter.id)
            .with_for_update()
        )
    )
    for counter in still_open:
        counter.closed_on = max(gone, counter.opened_on)
    session.flush()
    return [counter.code for counter in still_open]


def _changeable(session: Session, actor: Actor, unit_id: int) -> Unit:
    """A unit in scope that nobody has closed (Conflict), locked."""
    ensure(actor, Action.MANAGE_ORGANISATION, unit_id)
    unit = session.get_one(Unit, unit_id, with_for_update=True)
    if unit.valid_to is not None:
        raise Conflict("unit_closed")
    return unit
