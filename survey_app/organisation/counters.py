"""Counters: adding, changing, closing, and one taking over from another. A printed code is never reused."""

import datetime
from collections.abc import Container, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import audit, codes
from survey_app.errors import Conflict, NotFound, Rejected
from survey_app.models import Counter, ServiceField, Unit
from survey_app.policy import Action, Actor, ensure


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterDraft:
    """What is entered about a counter."""

    name: str
    place: str | None
    field_key: str | None


def create(
    session: Session,
    actor: Actor,
    unit_id: int,
    draft: CounterDraft,
    *,
    opened_on: datetime.date,
    now: datetime.datetime,
) -> int:
    """A new counter of a living unit, under a code drawn for it; returns its id."""
    ensure(actor, Action.MANAGE_ORGANISATION, unit_id)
    unit = session.get_one(Unit, unit_id, with_for_update=True)
    problems = _problems(session, unit_id, draft, "")
    if unit.valid_to is not None:
        problems["unit_id"] = "unit_closed"
    if opened_on < unit.valid_from:
        problems["opened_on"] = "before_unit"
    if problems:
        raise Rejected("counter", problems=problems)
    (counter,) = add(session, [(unit_id, draft, opened_on)])
    audit.record(session, actor, "counter_created", f"counter {counter.code}", now=now, detail=facts(counter))
    return counter.id


def edit(session: Session, actor: Actor, counter_id: int, draft: CounterDraft, now: datetime.datetime) -> None:
    """Change name, place and field of a counter that has not been closed (Conflict)."""
    counter = _changeable(session, actor, counter_id)
    problems = _problems(session, counter.unit_id, draft, counter.name)
    if problems:
        raise Rejected("counter", problems=problems)
    before = facts(counter)
    fill(counter, draft)
    session.flush()
    detail = {"before": before, "after": facts(counter)}
    audit.record(session, actor, "counter_changed", f"counter {counter.code}", now=now, detail=detail)


def close(session: Session, actor: Actor, counter_id: int, day: datetime.date, now: datetime.datetime) -> None:
    """Close a counter from a day on; not before it opened."""
    counter = _changeable(session, actor, counter_id)
    if day < counter.opened_on:
        raise Rejected("counter", problems={"day": "before_opening"})
    counter.closed_on = day
    session.flush()
    audit.record(session, actor, "counter_closed", f"counter {counter.code}", now=now, detail={"day": day})


def merge(
    session: Session, actor: Actor, counter_id: int, into_id: int, day: datetime.date, now: datetime.datetime
) -> None:
    """Close a counter from a day on and let its code lead to another of the scope that is open."""
    for one in sorted({counter_id, into_id}):  # locked in a fixed order: two mergers cannot wait for each other
        session.get(Counter, one, with_for_update=True)
    counter = _changeable(session, actor, counter_id)
    into = _in_scope(session, actor, into_id)
    problems = {}
    if into is counter or into.closed_on is not None or into.opened_on > day:
        problems["into_id"] = "successor_not_open"
    if day < counter.opened_on:
        problems["day"] = "before_opening"
    if problems:
        raise Rejected("counter", problems=problems)
    counter.closed_on, counter.successor_id = day, into.id
    session.flush()
    detail = {"day": day, "into": into.code}
    audit.record(session, actor, "counters_merged", f"counter {counter.code}", now=now, detail=detail)


def add(session: Session, wanted: Sequence[tuple[int, CounterDraft, datetime.date]]) -> list[Counter]:
    """Store counters (unit, draft that was checked, first day) under codes that no other ever had."""
    taken = set(session.scalars(select(Counter.code)))
    made = []
    for unit_id, draft, opened_on in wanted:
        counter = Counter(code=_unused(taken), unit_id=unit_id, opened_on=opened_on)
        fill(counter, draft)
        taken.add(counter.code)
        made.append(counter)
    session.add_all(made)
    session.flush()
    return made


def fill(counter: Counter, draft: CounterDraft) -> None:
    counter.name, counter.place, counter.field_key = draft.name, draft.place, draft.field_key


def facts(counter: Counter) -> dict[str, object]:
    """A counter as the audit log keeps it."""
    return {
        "unit": counter.unit_id,
        "name": counter.name,
        "place": counter.place,
        "field": counter.field_key,
        "opened_on": counter.opened_on,
    }


def _unused(taken: Container[str]) -> str:
    code = codes.draw()
    while code in taken:
        code = codes.draw()
    return code


def _problems(session: Session, unit_id: int, draft: CounterDraft, old_name: str) -> dict[str, str]:
    problems = {}
    if draft.field_key is not None and session.get(ServiceField, draft.field_key) is None:
        problems["field_key"] = "unknown_field"
    names = select(Counter.name).where(Counter.unit_id == unit_id, Counter.closed_on.is_(None))
    if draft.name != old_name and draft.name in set(session.scalars(names)):
        problems["name"] = "name_taken"
    return problems


def _in_scope(session: Session, actor: Actor, counter_id: int) -> Counter:
    ensure(actor, Action.MANAGE_ORGANISATION)
    counter = session.get(Counter, counter_id, with_for_update=True)
    if counter is None:
        raise NotFound("counter")
    ensure(actor, Action.MANAGE_ORGANISATION, counter.unit_id)
    return counter


def _changeable(session: Session, actor: Actor, counter_id: int) -> Counter:
    counter = _in_scope(session, actor, counter_id)
    if counter.closed_on is not None:
        raise Conflict("counter_closed")
    return counter
