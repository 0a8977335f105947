"""The leaves of a field as a unit fills them in: entries, points, documents, last year's figures, what is missing."""

import datetime
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires.par_nodes import Node, Spot
from scoring.par.index import Mark as Points
from scoring.par.inputs import NOT_APPLICABLE
from survey_app.assessment import criteria, marking, outcomes, standing, succession
from survey_app.assessment.criteria import Criteria
from survey_app.assessment.documents.lists import Document
from survey_app.assessment.entries import Field, fields, may_not_apply, number, numeral, read, told
from survey_app.assessment.facts import Frozen
from survey_app.assessment.feeds.origins import origins
from survey_app.assessment.marking import Computed, Entry
from survey_app.assessment.sight import sees_stage
from survey_app.assessment.unit.pages import Asked, Work, feeds_of, marks_of
from survey_app.errors import NotFound
from survey_app.models import Account, Assessment, Feed, Mark, Round, Unit
from survey_app.models.assessment import COUNCIL, FIRST, PUBLISHED, SECOND, SELF
from survey_app.policy import Actor

LATEST = (COUNCIL, SECOND, FIRST, SELF)  # whose word counted, the last one first
CORRECTED = "corrected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What stands in a leaf's form: stored, or typed and not stored."""

    fields: tuple[Field, ...] = ()
    claimed: str = ""
    applies: bool = True
    reason: str = ""
    edition: int = 0
    by: str = ""
    at: datetime.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Points that a stage gave, with its reason, and what it took off them."""

    stage: str
    points: str
    deducted: Decimal
    applies: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Last:
    """What counted of the same number in the last published round, and by whose word; ``name`` is given where it was
    another criterion, ``unit`` where it was said of a unit that this one took over, or of one of several that are one
    now."""

    year: int
    stage: str
    points: Fraction | None
    maximum: Decimal
    applies: bool
    figures: tuple[tuple[str, str], ...]
    name: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A leaf on the page. ``own`` leaves are scored by the unit, the others fed by Home Affairs from ``source``,
    which may be a frozen result, ``origin``.

    ``theirs`` is what another person stored since the form was opened, ``problems`` why it was not stored.
    """

    node: Node
    lead_unit: str | None
    own: bool
    exempt: bool
    by_hand: bool
    optional: bool
    filled: Filled
    computed: Computed
    points: str
    fault: str
    lacks: str
    source: str
    origin: Frozen | None
    documents: tuple[Document, ...]
    asked: tuple[Asked, ...]
    said: tuple[Said, ...]
    last: tuple[Last, ...]
    theirs: Filled | None = None
    problems: tuple[str, ...] = ()

    @property
    def stored_already(self) -> bool:
        """Whether what was refused is what is stored: it was sent before, and the answer was lost on its way."""
        here = (self.filled.fields, self.filled.claimed, self.filled.applies, self.filled.reason.strip())
        there = self.theirs
        return there is not None and here == (there.fields, there.claimed, there.applies, there.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """An entry that was not stored: where, why, and whether another person stored something else meanwhile."""

    leaf: str
    entry: Entry
    problems: tuple[str, ...] = ()
    conflict: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A line of the page: a group's heading, or a leaf."""

    node: Node
    depth: int
    leaf: Leaf | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Around:
    """What the leaves of a page are read from."""

    work: Work
    documents: Mapping[str, tuple[Document, ...]]
    marks: Mapping[str, Mapping[str, Mark]]
    feeds: Mapping[str, Feed]
    origins: Mapping[str, Frozen]
    names: Mapping[int, str]
    last: "tuple[_Before, ...]"
    seen: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Before:
    unit: str
    year: int
    found: Criteria
    marks: Mapping[str, Mark]
    counted: Mapping[str, Points]
    corrected: Collection[str]


def items(
    session: Session,
    actor: Actor,
    work: Work,
    field: str,
    documents: Mapping[str, tuple[Document, ...]],
    typed: Typed | None = None,
) -> tuple[Item, ...]:
    """The page of a field; NotFound when the set has no such field."""
    spots = list(_below(work.found, field))
    if not spots:
        raise NotFound("field")
    around = _around(session, actor, work, documents)
    return tuple(
        Item(node=spot.node, depth=spot.depth, leaf=_leaf(around, spot, typed) if spot.is_leaf else None)
        for spot in spots
    )


def one(session: Session, actor: Actor, work: Work, leaf: str, typed: Typed | None = None) -> Leaf:
    """One leaf without its documents, for a script; NotFound when there is no such leaf."""
    if leaf not in work.found.spots:
        raise NotFound("leaf")
    return _leaf(_around(session, actor, work, {}), work.found.spots[leaf], typed)


def entry(found: Criteria, leaf: str, sent: Mapping[str, Sequence[str]]) -> Entry:
    """What a leaf's form sent; NotFound when there is no such leaf."""
    rule, first = found.rule(leaf), {name: texts[0] for name, texts in sent.items() if texts}
    inputs, applies = read(rule, sent), "na" not in first
    if not applies and may_not_apply(rule):
        inputs[NOT_APPLICABLE] = True
    edition = first.get("edition", "")
    return Entry(
        inputs=inputs,
        claimed=number(first.get("claimed", "").strip()),
        applies=applies,
        reason=first.get("reason", ""),
        edition=int(edition) if edition.isdecimal() and len(edition) < 10 else 0,
    )


def filled(found: Criteria, leaf: str, given: Entry) -> Filled:
    """An entry as the form that holds it."""
    return Filled(
        fields=fields(found.rule(leaf), found.spots[leaf].node.inputs, given.inputs),
        claimed=numeral(given.claimed) if given.claimed else "",
        applies=given.applies,
        reason=given.reason,
        edition=given.edition,
    )


def _around(session: Session, actor: Actor, work: Work, documents: Mapping[str, tuple[Document, ...]]) -> _Around:
    marks = marks_of(session, work.id)
    return _Around(
        work=work,
        documents=documents,
        marks=marks,
        feeds=feeds_of(session, work.id),
        origins=origins(session, work.id),
        names=_names(session, marks),
        last=_before(session, work),
        seen=frozenset(stage for stage in LATEST if sees_stage(actor, work.state, stage)),
    )


def _below(found: Criteria, field: str) -> Iterator[Spot]:
    """A field and all below it; a field may itself be a leaf."""
    inside = False
    for spot in found.definition.spots:
        if spot.depth == 1:
            inside = spot.node.id == field
        if inside:
            yield spot


def _leaf(around: _Around, spot: Spot, typed: Typed | None) -> Leaf:
    work, number = around.work, spot.node.id
    rule, mark, feed = work.found.rule(number), around.marks.get(number, {}).get(SELF), around.feeds.get(number)
    here = typed if typed and typed.leaf == number else None
    stored = _stored(around, number, mark)
    form = filled(work.found, number, here.entry) if here else stored
    inputs = json.loads(feed.data)["inputs"] if feed else here.entry.inputs if here else marking.entries(mark)
    computed = marking.compute(work.found, number, inputs)
    given = here.entry.claimed if here else "" if mark is None else mark.points or ""
    if (here or mark is None) and not given and form.applies and computed.points is not None:
        given = str(computed.points)
    shown = fields(rule, spot.node.inputs, inputs)
    return Leaf(
        node=spot.node,
        lead_unit=spot.lead_unit,
        own=number in work.own,
        exempt=number in work.exempt,
        by_hand=rule is None,
        optional=spot.node.not_applicable_allowed or may_not_apply(rule),
        filled=form if number in work.own else Filled(fields=shown if feed else ()),
        computed=computed,
        points=given,
        fault=told(shown, computed.fault, computed.problem),
        lacks=work.lacking.get(number, ""),
        source=feed.source if feed else "",
        origin=around.origins.get(number),
        documents=around.documents.get(number, ()),
        asked=tuple(each for each in work.asked if each.leaf == number),
        said=tuple(_said(around, number)),
        last=tuple(_last(around.last, spot.node)),
        theirs=stored if here and here.conflict else None,
        problems=here.problems if here else (),
    )


def _stored(around: _Around, number: str, mark: Mark | None) -> Filled:
    """What the unit stored for a leaf; points that are those of the rule are no claim."""
    found = around.work.found
    labels = found.spots[number].node.inputs
    if mark is None:
        return Filled(fields=fields(found.rule(number), labels, {}))
    claimed = mark.points is not None and (mark.computed is None or Decimal(mark.points) != Decimal(mark.computed))
    return Filled(
        fields=fields(found.rule(number), labels, marking.entries(mark)),
        claimed=numeral(mark.points) if claimed else "",
        applies=mark.applies,
        reason=mark.reason,
        edition=mark.edition,
        by=around.names.get(mark.account_id, ""),
        at=mark.at,
    )


def _said(around: _Around, number: str) -> Iterator[Said]:
    marks = around.marks.get(number, {})
    for stage in (FIRST, SECOND, COUNCIL):
        if stage in marks and stage in around.seen:
            mark = marks[stage]
            yield Said(
                stage=stage,
                points=mark.points or "",
                deducted=Decimal(mark.deducted),
                applies=mark.applies,
                reason=mark.reason,
            )


def _names(session: Session, marks: Mapping[str, Mapping[str, Mark]]) -> Mapping[int, str]:
    """Who stored the unit's marks."""
    ids = {stages[SELF].account_id for stages in marks.values() if SELF in stages}
    return dict(session.execute(select(Account.id, Account.name).where(Account.id.in_(ids))).all())


def _before(session: Session, work: Work) -> tuple[_Before, ...]:
    """The last published round before the unit's: itself and the units that it took over since, of the same block.

    A unit that is new has none of its own.
    """
    units = {work.unit_id} | succession.predecessors(session).get(work.unit_id, frozenset())
    query = (
        select(Assessment, Round, Unit)
        .join(Round, Round.id == Assessment.round_id)
        .join(Unit, Unit.id == Assessment.unit_id)
        .where(Round.year < work.year, Round.state == PUBLISHED, Assessment.unit_id.in_(units))
        .order_by(Round.year.desc(), Round.id.desc(), Unit.name)
    )
    rows = session.execute(query).all()
    sets = {row.id: criteria.of(session, row.set_id) for row, held, _ in rows if held.id == rows[0][1].id}
    block = work.found.definition.block
    same = [(row, held, unit) for row, held, unit in rows if row.id in sets and sets[row.id].definition.block == block]
    of = {sheet.unit_id: sheet for sheet in standing.sheets(session, rows[0][1].id, units)} if rows else {}
    alone = [unit.id for _, _, unit in same] == [work.unit_id]
    return tuple(
        _Before(
            unit="" if alone else unit.name,
            year=held.year,
            found=sets[row.id],
            marks=_latest(session, row.id),
            counted=outcomes.counted(of[unit.id]),
            corrected=of[unit.id].corrections,
        )
        for row, held, unit in same
    )


def _latest(session: Session, assessment_id: int) -> Mapping[str, Mark]:
    """By leaf, the mark whose word counted."""
    marks: dict[str, Mark] = {}
    for mark in session.scalars(select(Mark).where(Mark.assessment_id == assessment_id)):
        known = marks.get(mark.leaf)
        if known is None or LATEST.index(mark.stage) < LATEST.index(known.stage):
            marks[mark.leaf] = mark
    return marks


def _last(before: Sequence[_Before], node: Node) -> Iterator[Last]:
    """Last year's figures of the same number; the inputs are read with last year's labels."""
    for each in before:
        mark = each.marks.get(node.id)
        if mark is None or node.id not in each.found.spots:
            continue
        then = each.found.spots[node.id].node
        shown: Sequence[Field] = fields(each.found.rule(node.id), then.inputs, marking.entries(mark))
        counts = each.counted.get(node.id)
        yield Last(
            year=each.year,
            stage=CORRECTED if node.id in each.corrected else mark.stage,
            points=counts.counted if counts and counts.points is not None else None,
            maximum=then.max,
            applies=counts is None or counts.points is not None,
            figures=tuple((field.label, field.shown) for field in shown if field.shown),
            name="" if then.name == node.name else then.name,
            unit=each.unit,
        )
