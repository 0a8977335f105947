"""Criteria sets: taken over from the shipped ones, cloned, edited as drafts, frozen by the round that uses them."""

import datetime
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from questionnaires.loader import content_hash, published
from questionnaires.par_drafts import CriteriaDraft, added, drafted, moved, replaced, shifted
from questionnaires.par_nodes import Node
from questionnaires.par_sets import CriteriaSet as Definition
from questionnaires.par_sets import clone as for_year
from questionnaires.par_texts import TextError, Texts, differences, head_texts, node_texts, read_head, read_node
from questionnaires.par_yaml import canonical, to_json
from survey_app import audit
from survey_app.assessment.criteria_sets.faults import faults, stored
from survey_app.errors import Conflict, NotFound, Rejected
from survey_app.models import CriteriaSet, RoundSet
from survey_app.models.criteria import FROZEN
from survey_app.policy import Action, Actor, ensure

LONGEST_TITLE = 300
MOST_NOTED = 50  # nodes that an event of the audit log names


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a form says: its texts, those that it was made from, and the edition of the set at that moment."""

    texts: Texts
    before: Texts
    edition: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """A text that someone else changed meanwhile: as it was, as it is, as it was typed."""

    name: str
    before: str
    now: str
    typed: str


def adopt(session: Session, actor: Actor, ref: str, now: datetime.datetime) -> int:
    """A shipped set as a draft of this province; returns its id.

    Refuses an unknown ref (NotFound) and a set that was taken over before (Conflict "set_taken").
    """
    ensure(actor, Action.EDIT_SETS)
    loaded = published("par_index").get(ref)
    if loaded is None:
        raise NotFound("criteria_set")
    return create(session, actor, loaded.definition, now)


def create(session: Session, actor: Actor, definition: Definition, now: datetime.datetime) -> int:
    """A new draft; Conflict "set_taken" when there is a set of that id and version, Rejected when it has faults."""
    ensure(actor, Action.EDIT_SETS)
    draft = drafted(definition)
    _refuse_faulty(draft)
    row = CriteriaSet(
        key=draft.id, version=draft.version, block=draft.block.value, year=draft.index_year, edition=0, body=""
    )
    _fill(row, draft)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise Conflict("set_taken", ref=draft.ref) from None
    audit.record(session, actor, "set_created", f"set {row.id}", now=now, detail={"ref": draft.ref})
    return row.id


def clone(session: Session, actor: Actor, set_id: int, year: int, now: datetime.datetime) -> int:
    """The same criteria as a draft for another year, or as the next version for the same year; returns its id.

    For another year nothing counts as checked against the official text. Refuses a set with faults (Rejected).
    """
    ensure(actor, Action.EDIT_SETS)
    found = session.get(CriteriaSet, set_id)
    if found is None:
        raise NotFound("criteria_set")
    old = stored(found.body)
    _refuse_faulty(old)
    try:
        new: Definition = old if year == old.index_year else for_year(old, year)
    except ValidationError:  # a year far away, or an id that has no room for it
        raise Rejected("set", problems={"year": "bad_year"}) from None
    latest = session.scalar(select(func.max(CriteriaSet.version)).where(CriteriaSet.key == new.id))
    return create(session, actor, drafted(new, version=(latest or 0) + 1), now)


def overwrite(
    session: Session, actor: Actor, set_id: int, definition: Definition, edition: int, now: datetime.datetime
) -> None:
    """Another content of a draft, from a file.

    Refuses the file of another set (Rejected "other_set") and a draft that was changed since (Conflict).
    """
    row = _draft(session, actor, set_id)
    _refuse_changed(row, edition)
    if (definition.ref, definition.block, definition.index_year) != (f"{row.key}@{row.version}", row.block, row.year):
        raise Rejected("set", problems={"file": "other_set"})
    draft = drafted(definition)
    _refuse_faulty(draft)
    _store(session, actor, row, draft, now)


def edit_head(session: Session, actor: Actor, set_id: int, change: Change, now: datetime.datetime) -> None:
    """Change what holds for the whole set; Rejected names what cannot be, Conflict what someone else changed."""
    row = _draft(session, actor, set_id)
    draft = stored(row.body)
    _refuse_clash(row, change, head_texts(draft))
    with _named():
        changed = read_head(change.texts, draft)
    _store(session, actor, row, changed, now)


def edit_node(session: Session, actor: Actor, set_id: int, number: str, change: Change, now: datetime.datetime) -> str:
    """Change a node; returns its number. Sums and rules need not fit yet.

    Refuses what is no node (Rejected), what someone else changed meanwhile (Conflict "changed_meanwhile" with the
    texts as they are ``now``) and a node that is gone (Conflict "node_gone").
    """
    row = _draft(session, actor, set_id)
    draft = stored(row.body)
    old = _node(draft, number)
    _refuse_clash(row, change, node_texts(old))
    with _named():
        new = read_node(change.texts, like=old)
    if new.id != number:
        _refuse_taken(draft, new.id)
    _store(session, actor, row, replaced(draft, number, new), now)
    return new.id


def add_node(session: Session, actor: Actor, set_id: int, parent: str, texts: Texts, now: datetime.datetime) -> str:
    """A new node as the last below another ("": a field); returns its number. Refuses as `edit_node`."""
    row = _draft(session, actor, set_id)
    draft = stored(row.body)
    if parent:
        _node(draft, parent)
    with _named():
        new = read_node(texts)
    _refuse_taken(draft, new.id)
    _store(session, actor, row, added(draft, parent, new), now)
    return new.id


def remove_node(session: Session, actor: Actor, set_id: int, number: str, edition: int, now: datetime.datetime) -> None:
    """Take a node out with all below it; Conflict when the set was changed since, or nothing would be left."""
    row = _draft(session, actor, set_id)
    draft = stored(row.body)
    _node(draft, number)
    _refuse_changed(row, edition)
    if [field.id for field in draft.fields] == [number]:
        raise Conflict("last_field")
    _store(session, actor, row, replaced(draft, number), now)


def shift_node(session: Session, actor: Actor, set_id: int, number: str, by: int, now: datetime.datetime) -> None:
    """Put a node before (-1) or behind (1) its sibling."""
    row = _draft(session, actor, set_id)
    draft = stored(row.body)
    _node(draft, number)
    _store(session, actor, row, shifted(draft, number, by), now)


def put_node(session: Session, actor: Actor, set_id: int, number: str, parent: str, now: datetime.datetime) -> None:
    """Put a node below another ("": among the fields); Conflict "below_itself" for a place within itself."""
    row = _draft(session, actor, set_id)
    draft = stored(row.body)
    for each in filter(None, (number, parent)):
        _node(draft, each)
    try:
        changed = moved(draft, number, parent)
    except ValueError:
        raise Conflict("below_itself") from None
    _store(session, actor, row, changed, now)


def discard(session: Session, actor: Actor, set_id: int, edition: int, now: datetime.datetime) -> None:
    """Delete a draft; Conflict when a round is prepared with it or it was changed since."""
    row = _draft(session, actor, set_id)
    _refuse_changed(row, edition)
    if session.scalar(select(RoundSet.round_id).where(RoundSet.set_id == set_id).limit(1)) is not None:
        raise Conflict("set_used")
    session.delete(row)
    session.flush()
    detail = {"ref": f"{row.key}@{row.version}", "content_hash": row.content_hash}
    audit.record(session, actor, "set_discarded", f"set {set_id}", now=now, detail=detail)


def freeze(session: Session, set_id: int) -> None:
    """Freeze a set that a round begins to use; Rejected when it is incomplete or has faults."""
    row = session.get_one(CriteriaSet, set_id, with_for_update=True, populate_existing=True)
    draft = stored(row.body)
    if not draft.complete:
        raise Rejected("round", problems={"sets": "incomplete_set"})
    if faults(draft):
        raise Rejected("round", problems={"sets": "faulty_set"})
    if row.state != FROZEN:
        row.state = FROZEN
        session.flush()


def merged(change: Change, now: Texts) -> tuple[dict[str, str], tuple[Clash, ...]]:
    """What a form shows after someone else saved: what was typed stays, what was left alone is as it is now."""
    texts, clashes = {}, []
    for name, typed in change.texts.items():
        before = change.before.get(name, "")
        texts[name] = now.get(name, "") if typed == before else typed
        if now.get(name, "") != before:
            clashes.append(Clash(name=name, before=before, now=now.get(name, ""), typed=texts[name]))
    return texts, tuple(clashes)


def _draft(session: Session, actor: Actor, set_id: int) -> CriteriaSet:
    """A set for one person to change; a frozen one is refused."""
    ensure(actor, Action.EDIT_SETS)
    row = session.get(CriteriaSet, set_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("criteria_set")
    if row.state == FROZEN:
        raise Conflict("set_frozen")
    return row


def _node(draft: CriteriaDraft, number: str) -> Node:
    try:
        return draft.node(number)
    except KeyError:
        raise Conflict("node_gone", number=number) from None


@contextmanager
def _named() -> Iterator[None]:
    try:
        yield
    except TextError as error:
        raise Rejected("set", problems=dict(error.faults)) from None


def _refuse_taken(draft: CriteriaDraft, number: str) -> None:
    if any(spot.node.id == number for spot in draft.spots):
        raise Rejected("set", problems={"id": "number_taken"})


def _refuse_changed(row: CriteriaSet, edition: int) -> None:
    if row.edition != edition:
        raise Conflict("set_changed")


def _refuse_clash(row: CriteriaSet, change: Change, now: Mapping[str, str]) -> None:
    """Two people may edit different parts of a set at once; the same part only one after the other."""
    if row.edition != change.edition and now != change.before:
        raise Conflict("changed_meanwhile", now=now, edition=row.edition)


def _refuse_faulty(draft: CriteriaDraft) -> None:
    found = faults(draft)
    if found:
        raise Rejected("set", problems={"file": "faulty_set", "year": "faulty_set"}, faults=found)


def _fill(row: CriteriaSet, draft: CriteriaDraft) -> None:
    row.title, row.body = draft.title.vi[:LONGEST_TITLE], to_json(draft)
    row.content_hash, row.edition = content_hash(canonical(draft)), row.edition + 1


def _store(session: Session, actor: Actor, row: CriteriaSet, draft: CriteriaDraft, now: datetime.datetime) -> None:
    """Keep a draft and note what changed; one that stays as it was is left alone."""
    old, before = stored(row.body), row.content_hash
    if content_hash(canonical(draft)) == before:
        return
    _fill(row, draft)
    session.flush()
    changes = [f"{each.number}: {', '.join(title for title, _, _ in each.changes)}" for each in differences(old, draft)]
    detail = {"edition": row.edition, "before": before, "content_hash": row.content_hash}
    noted = {**detail, "changes": changes[:MOST_NOTED]}
    audit.record(session, actor, "set_changed", f"set {row.id}", now=now, detail=noted)
