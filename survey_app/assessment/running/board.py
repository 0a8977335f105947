"""The board of a round: every unit's progress, what it lacks, its own points against those of the appraisers."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.assessment import criteria, flow, marking, rounds, trail
from survey_app.assessment.criteria import Criteria
from survey_app.assessment.flow import State
from survey_app.assessment.running import queries
from survey_app.assessment.running.queries import Facts
from survey_app.assessment.trail import Trail
from survey_app.errors import NotFound
from survey_app.models import Assessment, Level, Mark, Round, Support, Unit
from survey_app.models.assessment import COUNCIL, FIRST, SECOND, SELF
from survey_app.policy import Action, Actor, ensure
from survey_app.typed import folded

PAGE = 50
APPRAISED = (FIRST, SECOND, COUNCIL)  # a later one stands over an earlier one
OVERDUE = "overdue"  # asks for those whose last day has passed, beside the states


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a URL asks of the board: a block, a state (or "overdue"), a column to sort by ("-" the other way round)."""

    block: str = ""
    state: str = ""
    sort: str = ""
    page: int = 1

    @property
    def column(self) -> str:
        return self.sort.removeprefix("-")

    @property
    def descending(self) -> bool:
        return self.sort.startswith("-")

    def address(self, **changes: object) -> dict[str, object]:
        """The arguments of the URL that asks for this with changes; what is usual stays out."""
        usual = Asked()
        values = {name: getattr(self, name) for name in ("block", "state", "sort", "page")} | changes
        return {name: value for name, value in values.items() if value != getattr(usual, name)}

    def sorted_by(self, column: str) -> str:
        """What a click on a column asks for."""
        return f"-{column}" if self.sort == column else column


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A unit on the board.

    ``done`` of ``leaves`` are complete, ``lacking`` are those that are not, ``unproved`` those of them with points
    but neither evidence nor explanation. ``due`` is the last day of whoever has to go on, the unit or somebody else;
    ``trail`` is what was done late or taken back. ``claimed`` are its own points in the base; ``given`` those of the
    appraisers over the ``judged`` leaves, for which the unit claimed ``claimed_there``. What a ``collectable`` unit
    did not send can be taken in.
    """

    assessment_id: int
    unit_id: int
    unit: str
    block: str
    block_name: str
    state: State
    due: datetime.date | None
    overdue: bool
    collectable: bool
    late: bool
    extended_until: datetime.date | None
    trail: Trail
    successors: tuple[str, ...]
    leaves: int
    lacking: tuple[str, ...]
    unproved: tuple[str, ...]
    claimed: Decimal
    claimed_there: Decimal
    given: Decimal
    judged: int

    @property
    def done(self) -> int:
        return self.leaves - len(self.lacking)

    @property
    def difference(self) -> Decimal | None:
        """Appraised less claimed points of the same leaves; None before anything was appraised."""
        return self.given - self.claimed_there if self.judged else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A round with the rows that were asked for, on a page, and what all rows add to."""

    round: Facts
    rows: tuple[Row, ...]
    total: int
    page: int
    pages: int
    states: Mapping[str, int] = field(default_factory=dict)
    blocks: tuple[tuple[str, str], ...] = ()


class Said(NamedTuple):
    """The columns of a mark that the board asks for."""

    leaf: str
    stage: str
    points: str | None
    computed: str | None
    deducted: str
    applies: bool
    reason: str


KEYS: Mapping[str, Callable[[Row], Any]] = {
    "unit": lambda row: folded(row.unit),
    "state": lambda row: list(State).index(row.state),
    "progress": lambda row: (row.done / row.leaves if row.leaves else 1, folded(row.unit)),
    "unproved": lambda row: len(row.unproved),
    "claimed": lambda row: row.claimed,
    "given": lambda row: row.given,
    "difference": lambda row: row.difference or Decimal(0),
    "due": lambda row: (row.due or datetime.date.max, folded(row.unit)),
}


def board(session: Session, actor: Actor, round_id: int, asked: Asked, today: datetime.date) -> Board:
    """A page of the board of a round; NotFound when there is no such round."""
    everything = rows(session, actor, round_id, today)
    wanted = chosen(everything, asked)
    pages = max(1, -(-len(wanted) // PAGE))
    page = min(max(asked.page, 1), pages)
    states = Counter[str](row.state for row in everything)
    states[OVERDUE] = sum(row.overdue for row in everything)
    return Board(
        round=Facts.of(session.get_one(Round, round_id)),
        rows=tuple(wanted[(page - 1) * PAGE : page * PAGE]),
        total=len(wanted),
        page=page,
        pages=pages,
        states=states,
        blocks=tuple({row.block: row.block_name for row in everything}.items()),
    )


def chosen(everything: Iterable[Row], asked: Asked) -> list[Row]:
    """The rows that a URL asks for, in its order; without one by block and name."""
    found = [
        row
        for row in everything
        if asked.block in ("", row.block)
        and (row.overdue if asked.state == OVERDUE else asked.state in ("", row.state))
    ]
    key = KEYS.get(asked.column)
    return found if key is None else sorted(found, key=key, reverse=asked.descending)


def rows(session: Session, actor: Actor, round_id: int, today: datetime.date) -> tuple[Row, ...]:
    """Every unit of a round by block and name, read in a handful of statements."""
    ensure(actor, Action.MANAGE_ROUNDS)
    found = session.get(Round, round_id)
    if found is None:
        raise NotFound("round")
    query = (
        select(Assessment, Unit, Level.plural)
        .join(Unit, Unit.id == Assessment.unit_id)
        .join(Level, Level.key == Unit.level)
        .where(Assessment.round_id == round_id)
        .order_by(Level.position, Unit.name)
    )
    marks, supported, heirs = (
        _marks(session, round_id),
        _supported(session, round_id),
        queries.successors(session),
    )
    listed = session.execute(query).all()
    trails = trail.trails(session, [row.id for row, _, _ in listed])
    sets = {set_id: criteria.of(session, set_id) for set_id in {row.set_id for row, _, _ in listed}}
    return tuple(
        _row(
            (found, row, unit, block, trails.get(row.id, trail.NOTHING)),
            sets[row.set_id],
            marks.get(row.id, ()),
            supported.get(row.id, frozenset()),
            heirs.get(unit.id, ()),
            today,
        )
        for row, unit, block in listed
    )


def _row(
    subject: tuple[Round, Assessment, Unit, str, Trail],
    found: Criteria,
    marks: Iterable[Said],
    supported: Collection[str],
    heirs: tuple[str, ...],
    today: datetime.date,
) -> Row:
    round_, row, unit, block, left = subject
    own, judged = _stages(marks)
    exempt = set(found.definition.not_for(unit.code))
    leaves = [leaf for leaf in found.own if leaf not in exempt]
    lacking = {each.leaf: each.reason for each in marking.lacking(found, leaves, own, supported)}
    base = [leaf for leaf in leaves if not marking.is_extra(found, leaf)]
    both = [leaf for leaf in base if leaf in judged]
    state, dates = State(row.state), rounds.dates_in(round_, row.extended_until)
    return Row(
        assessment_id=row.id,
        unit_id=unit.id,
        unit=unit.name,
        block=unit.level,
        block_name=block,
        state=state,
        due=flow.due(state, dates),
        overdue=flow.overdue(state, dates, today),
        collectable=state in flow.UNSENT and flow.is_late(dates, today),
        late=row.late,
        extended_until=row.extended_until,
        trail=left,
        successors=heirs,
        leaves=sum(1 for _ in marking.considered(found, leaves, own)),
        lacking=tuple(lacking),
        unproved=tuple(leaf for leaf, reason in lacking.items() if reason == "no_evidence"),
        claimed=_sum(own, base),
        claimed_there=_sum(own, both),
        given=_sum(judged, both),
        judged=len(both),
    )


def _stages(marks: Iterable[Said]) -> tuple[dict[str, Said], dict[str, Said]]:
    """The unit's own marks, and the last ones that decide of the appraisers and the council."""
    own: dict[str, Said] = {}
    judged: dict[str, Said] = {}
    for mark in marks:
        if mark.stage == SELF:
            own[mark.leaf] = mark
        elif mark.points is not None or not mark.applies:
            before = judged.get(mark.leaf)
            if before is None or APPRAISED.index(mark.stage) > APPRAISED.index(before.stage):
                judged[mark.leaf] = mark
    return own, judged


def _sum(marks: Mapping[str, Said], leaves: Sequence[str]) -> Decimal:
    total = Decimal(0)
    for leaf in leaves:
        mark = marks.get(leaf)
        if mark is not None and mark.points is not None:
            total += max(Decimal(mark.points) - Decimal(mark.deducted), Decimal(0))
    return total


def _marks(session: Session, round_id: int) -> Mapping[int, list[Said]]:
    found: dict[int, list[Said]] = defaultdict(list)
    explained = func.substr(Mark.reason, 1, 1)  # whether there are words, not the words of a whole province
    columns = (Mark.leaf, Mark.stage, Mark.points, Mark.computed, Mark.deducted, Mark.applies, explained)
    query = select(Mark.assessment_id, *columns).join(Assessment, Assessment.id == Mark.assessment_id)
    for row in session.execute(query.where(Assessment.round_id == round_id)):
        assessment_id, leaf, stage, points, computed, deducted, applies, reason = row
        found[assessment_id].append(Said(leaf, stage, points, computed, deducted, applies, reason))
    return found


def _supported(session: Session, round_id: int) -> Mapping[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    query = select(Support.assessment_id, Support.leaf).join(Assessment, Assessment.id == Support.assessment_id)
    for assessment_id, leaf in session.execute(query.where(Assessment.round_id == round_id, marking.supports())):
        found[assessment_id].add(leaf)
    return found
