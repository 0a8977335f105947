"""What appraisers see: their queue, a unit's leaves of a field, one leaf over all units of a block."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from questionnaires.par_nodes import Node, Spot
from scoring.par.tree import Role
from survey_app.assessment import criteria, marking, rounds
from survey_app.assessment.appraisal import appraising
from survey_app.assessment.appraisal.appraising import STAGE
from survey_app.assessment.appraisal.context import Context, Document, Earlier, context
from survey_app.assessment.criteria import Criteria
from survey_app.assessment.facts import Asked, Given, Held
from survey_app.assessment.flow import State, overdue, possible
from survey_app.assessment.flow import Step as Move
from survey_app.assessment.remits import Remit, remit
from survey_app.errors import NotFound
from survey_app.models import Account, Assessment, CouncilMember, Explanation, Mark, Round, Unit
from survey_app.models.assessment import FIRST, RUNNING, SECOND, SELF
from survey_app.policy import Action, Actor, ensure

# From submission on a unit's marks are no longer its own business alone.
SUBMITTED = (*STAGE, State.APPRAISED, State.SETTLED, State.PUBLISHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A unit in the queue; ``done`` of ``leaves`` are appraised, ``waiting`` questions are not answered; ``overdue``
    where whoever has to go on, be it the council, should have."""

    assessment_id: int
    unit: str
    block: str
    state: State
    late: bool
    overdue: bool
    field: str
    leaves: int
    done: int
    waiting: int
    due: datetime.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafCount:
    """A leaf in the queue: how many of the block's submitted units have it appraised."""

    leaf: str
    name: str
    units: int
    done: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What a person appraises in a round: by unit, and by leaf within each block; ``council`` is whether they may look
    at the council's work."""

    round: Held
    council: bool
    lines: tuple[Line, ...]
    blocks: Mapping[str, tuple[LeafCount, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A leaf of a unit as it is appraised: what the unit says, what appraisers said, and what is known beside it."""

    assessment_id: int
    unit: str
    state: State
    node: Node
    lowest: Decimal
    own: Given | None
    said: str
    first: Given | None
    second: Given | None
    stage: str
    documents: tuple[Document, ...]
    questions: tuple[Asked, ...]
    earlier: Earlier | None
    others: tuple[Decimal, ...]

    @property
    def current(self) -> Given | None:
        """The mark that a form changes."""
        return {FIRST: self.first, SECOND: self.second}.get(self.stage)

    @property
    def edition(self) -> int:
        return self.current.edition if self.current else 0

    @property
    def spread(self) -> tuple[Decimal, Decimal, Decimal] | None:
        """The lowest, the middle and the highest points of the other units of the block."""
        return (min(self.others), median(self.others), max(self.others)) if self.others else None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPage:
    """A field of a unit; ``fields`` are those that the person appraises, with how many leaves are done."""

    assessment_id: int
    round: Held
    unit: str
    block: str
    state: State
    field: str
    fields: tuple[tuple[str, str, int, int], ...]
    leaves: tuple[Judged, ...]
    acceptable: int
    lacking: tuple[str, ...]
    steps: tuple[Move, ...]
    still_due: bool
    overdue: bool
    explain_until: datetime.date
    people: Mapping[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafPage:
    """A leaf over the submitted units of a block; ``before`` and ``after`` are its neighbours that the person
    appraises, too."""

    round: Held
    block: str
    node: Node
    field: str
    rows: tuple[Judged, ...]
    missing: int
    before: str | None
    after: str | None
    people: Mapping[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a leaf of a unit stands on the pages."""

    round_id: int
    assessment_id: int
    block: str
    leaf: str
    field: str


def running(session: Session, actor: Actor) -> tuple[Held, ...]:
    """The rounds in which something is appraised, the latest first."""
    ensure(actor, Action.APPRAISE)
    query = select(Round).where(Round.state == RUNNING).order_by(Round.year.desc(), Round.id.desc())
    return tuple(map(Held.of, session.scalars(query)))


def queue(session: Session, actor: Actor, round_id: int, today: datetime.date) -> Queue:
    """The submitted units of a round that the person appraises; NotFound when there is no such round."""
    ensure(actor, Action.APPRAISE)
    held = session.get(Round, round_id)
    if held is None:
        raise NotFound("round")
    mine = remit(session, actor, round_id)
    pairs = _submitted(session, actor, round_id)
    done = _done(session, [row.id for row, _ in pairs])
    asked = _asked(session, [row.id for row, _ in pairs])
    lines, counts = [], defaultdict[str, dict[str, list[bool]]](lambda: defaultdict(list))
    sets = {set_id: criteria.of(session, set_id) for set_id in {row.set_id for row, _ in pairs}}
    for row, unit in pairs:
        found = sets[row.set_id]
        leaves = _mine(session, mine, row, found)
        for leaf in leaves:
            counts[_block(found)][leaf].append(leaf in done[row.id])
        if leaves:
            over = overdue(State(row.state), rounds.dates_in(held, row.extended_until), today)
            lines.append(_line(found, row, unit, leaves, done[row.id], asked.get(row.id), over=over))
    spots = {_block(found): found.spots for found in sets.values()}
    blocks = {block: _counts(spots[block], leaves) for block, leaves in counts.items()}
    council = actor.may(Action.SETTLE) or session.get(CouncilMember, (round_id, actor.account_id)) is not None
    return Queue(round=Held.of(held), council=council, lines=tuple(lines), blocks=blocks)


def unit_page(session: Session, actor: Actor, assessment_id: int, field: str, today: datetime.date) -> UnitPage:
    """A field of a unit; NotFound outside the person's scope and duties, and before the unit has submitted."""
    row = _seen(session, actor, assessment_id)
    found, unit = criteria.of(session, row.set_id), session.get_one(Unit, row.unit_id)
    leaves = _mine(session, remit(session, actor, row.round_id), row, found)
    fields = tuple(dict.fromkeys(found.field_of[leaf] for leaf in leaves))
    if field not in fields:
        raise NotFound("field")
    wanted = [leaf for leaf in leaves if found.field_of[leaf] == field]
    marks = appraising.marks_of(session, row.id)
    known = context(session, row.round_id, row.set_id, {row.id: row.unit_id}, wanted)
    done = {leaf for leaf, stage in marks if stage in (FIRST, SECOND)}
    every, dates = marking.applicable(session, row, found), rounds.dates(session, row)
    return UnitPage(
        assessment_id=row.id,
        round=Held.of(session.get_one(Round, row.round_id)),
        unit=unit.name,
        block=_block(found),
        state=State(row.state),
        field=field,
        fields=tuple(_progress(found, name, leaves, done) for name in fields),
        leaves=tuple(_judged(found, row, unit.name, leaf, marks, known) for leaf in wanted),
        acceptable=len(appraising.acceptable(session, row, wanted, marks)) if State(row.state) in STAGE else 0,
        lacking=tuple(leaf for leaf in every if leaf not in done),
        steps=possible(State(row.state), may=rounds.permitted(actor), dates=dates, today=today),
        still_due=bool(appraising.waiting(session, row, today)),
        overdue=State(row.state) in STAGE and overdue(State(row.state), dates, today),
        explain_until=dates.explain_until,
        people=_people(session),
    )


def leaf_page(session: Session, actor: Actor, round_id: int, block: str, leaf: str) -> LeafPage:
    """A leaf over a block; NotFound for a leaf that the person appraises of no unit."""
    ensure(actor, Action.APPRAISE)
    held = session.get(Round, round_id)
    set_id = rounds.sets_of(session, round_id).get(block)
    if held is None or set_id is None:
        raise NotFound("round")
    found, mine = criteria.of(session, set_id), remit(session, actor, round_id)
    if leaf not in found.own:
        raise NotFound("leaf")
    pairs = [pair for pair in _submitted(session, actor, round_id) if pair[0].set_id == set_id]
    leaves = {row.id: _mine(session, mine, row, found) for row, _ in pairs}
    covered = [(row, unit) for row, unit in pairs if leaf in leaves[row.id]]
    if pairs and not covered:
        raise NotFound("leaf")
    seen = [each for each in found.own if not pairs or any(each in those for those in leaves.values())]
    marks = _marks(session, [row.id for row, _ in covered], leaf)
    known = context(session, round_id, set_id, {row.id: row.unit_id for row, _ in covered}, [leaf])
    place = seen.index(leaf)
    return LeafPage(
        round=Held.of(held),
        block=block,
        node=found.spots[leaf].node,
        field=found.field_of[leaf],
        rows=tuple(_judged(found, row, unit.name, leaf, marks[row.id], known) for row, unit in covered),
        missing=_expected(session, actor, round_id, set_id) - len(pairs),
        before=seen[place - 1] if place else None,
        after=seen[place + 1] if place + 1 < len(seen) else None,
        people=_people(session),
    )


def place(session: Session, actor: Actor, assessment_id: int, leaf: str) -> Place:
    """Where a leaf of a unit stands; NotFound for a leaf that the unit does not score."""
    row = _seen(session, actor, assessment_id)
    found = criteria.of(session, row.set_id)
    if leaf not in found.own:
        raise NotFound("leaf")
    block = _block(found)
    return Place(round_id=row.round_id, assessment_id=assessment_id, block=block, leaf=leaf, field=found.field_of[leaf])


def _seen(session: Session, actor: Actor, assessment_id: int) -> Assessment:
    row = session.get(Assessment, assessment_id)
    if row is None:
        raise NotFound("assessment")
    ensure(actor, Action.APPRAISE, row.unit_id)
    if State(row.state) not in SUBMITTED:
        raise NotFound("assessment")
    return row


def _submitted(session: Session, actor: Actor, round_id: int) -> list[tuple[Assessment, Unit]]:
    query = (
        select(Assessment, Unit)
        .join(Unit, Unit.id == Assessment.unit_id)
        .where(Assessment.round_id == round_id, Assessment.state.in_(SUBMITTED))
        .order_by(Unit.level, Unit.name)
    )
    return [(row, unit) for row, unit in session.execute(query) if unit.id in actor.units]


def _block(found: Criteria) -> str:
    """The block that a unit is compared with: that of its set, whatever becomes of the unit later."""
    return found.definition.block.value


def _expected(session: Session, actor: Actor, round_id: int, set_id: int) -> int:
    query = select(Assessment.unit_id)
    found = session.scalars(query.where(Assessment.round_id == round_id, Assessment.set_id == set_id))
    return sum(unit_id in actor.units for unit_id in found)


def _mine(session: Session, mine: Remit, row: Assessment, found: Criteria) -> list[str]:
    own = marking.applicable(session, row, found)
    return [leaf for leaf in own if mine.covers(row.unit_id, found.field_of[leaf])]


def _done(session: Session, ids: Collection[int]) -> Mapping[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    query = select(Mark.assessment_id, Mark.leaf).where(Mark.assessment_id.in_(ids), Mark.stage.in_((FIRST, SECOND)))
    for assessment_id, leaf in session.execute(query):
        found[assessment_id].add(leaf)
    return found


def _asked(session: Session, ids: Collection[int]) -> Mapping[int, tuple[int, datetime.date]]:
    query = (
        select(Explanation.assessment_id, func.count(), func.max(Explanation.due))
        .where(Explanation.assessment_id.in_(ids), Explanation.answer.is_(None))
        .group_by(Explanation.assessment_id)
    )
    return {key: (count, due) for key, count, due in session.execute(query)}


def _line(
    found: Criteria,
    row: Assessment,
    unit: Unit,
    leaves: Sequence[str],
    done: Collection[str],
    asked: tuple[int, datetime.date] | None,
    *,
    over: bool,
) -> Line:
    undone = next((leaf for leaf in leaves if leaf not in done), leaves[0])
    return Line(
        assessment_id=row.id,
        unit=unit.name,
        block=_block(found),
        state=State(row.state),
        late=row.late,
        overdue=over,
        field=found.field_of[undone],
        leaves=len(leaves),
        done=sum(leaf in done for leaf in leaves),
        waiting=asked[0] if asked else 0,
        due=asked[1] if asked else None,
    )


def _counts(spots: Mapping[str, Spot], leaves: Mapping[str, Sequence[bool]]) -> tuple[LeafCount, ...]:
    return tuple(
        LeafCount(leaf=leaf, name=spots[leaf].node.name, units=len(leaves[leaf]), done=sum(leaves[leaf]))
        for leaf in spots
        if leaf in leaves
    )


def _progress(found: Criteria, field: str, leaves: Iterable[str], done: Collection[str]) -> tuple[str, str, int, int]:
    own = [leaf for leaf in leaves if found.field_of[leaf] == field]
    return field, found.definition.node(field).name, len(own), sum(leaf in done for leaf in own)


def _people(session: Session) -> Mapping[int, str]:
    return dict(session.execute(select(Account.id, Account.name)).all())


def _marks(session: Session, ids: Collection[int], leaf: str) -> Mapping[int, dict[tuple[str, str], Mark]]:
    found: dict[int, dict[tuple[str, str], Mark]] = defaultdict(dict)
    for mark in session.scalars(select(Mark).where(Mark.assessment_id.in_(ids), Mark.leaf == leaf)):
        found[mark.assessment_id][leaf, mark.stage] = mark
    return found


def _judged(
    found: Criteria,
    row: Assessment,
    unit: str,
    leaf: str,
    marks: Mapping[tuple[str, str], Mark],
    known: Context,
) -> Judged:
    own, node = marks.get((leaf, SELF)), found.nodes[leaf]
    return Judged(
        assessment_id=row.id,
        unit=unit,
        state=State(row.state),
        node=found.spots[leaf].node,
        lowest=node.maximum if node.role is Role.PENALTY else Decimal(0),
        own=Given.of(own),
        said=marking.compute(found, leaf, marking.entries(own)).said,
        first=Given.of(marks.get((leaf, FIRST))),
        second=Given.of(marks.get((leaf, SECOND))),
        stage=STAGE.get(State(row.state), ""),
        documents=tuple(known.documents.get((row.id, leaf), ())),
        questions=tuple(known.questions.get((row.id, leaf), ())),
        earlier=known.earlier.get((row.unit_id, leaf)),
        others=tuple(points for unit_id, points in known.values.get(leaf, ()) if unit_id != row.unit_id),
    )
