"""Rounds as pages show them: the list, a person's own units in them, one round with its sets and people."""

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from questionnaires.par_sets import Block
from survey_app.assessment import flow, rounds
from survey_app.assessment.criteria_sets.faults import stored
from survey_app.assessment.flow import Dates, State
from survey_app.assessment.succession import predecessors
from survey_app.errors import NotFound
from survey_app.models import Assessment, CriteriaSet, Level, Round, RoundSet, Unit, UnitSuccession
from survey_app.models.assessment import RUNNING
from survey_app.policy import Action, Actor, ensure


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundRow:
    """A round in the list, with how many units are in which state."""

    id: int
    title: str
    year: int
    state: str
    publish_until: datetime.date
    published_on: datetime.date | None
    units: int
    settled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRow:
    """A unit of the person in a round: where it stands, its next last day, and whether the person acts for it."""

    assessment_id: int
    round_id: int
    title: str
    round_state: str
    unit: str
    state: State
    due: datetime.date | None
    overdue: bool
    successors: tuple[str, ...]
    acts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The set of a block of a round; ``verified`` once it was held against the official text."""

    block: str
    set_id: int
    title: str
    state: str
    version: int
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A round by itself; ``dates`` are the last days of its steps, by name."""

    id: int
    title: str
    year: int
    state: str
    dates: Mapping[str, datetime.date]
    published_on: datetime.date | None

    @classmethod
    def of(cls, row: Round) -> "Facts":
        return cls(
            id=row.id,
            title=row.title,
            year=row.year,
            state=row.state,
            dates={name: getattr(row, name) for name in rounds.DATES},
            published_on=row.published_on,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundPage:
    """A round for those who manage it."""

    row: Facts
    sets: tuple[Chosen, ...]
    units: int
    states: Mapping[State, int]

    @property
    def all_settled(self) -> bool:
        return bool(self.units) and self.states.get(State.SETTLED) == self.units


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A unit of a round with its last days, as an extension may have moved them."""

    assessment_id: int
    round_id: int
    title: str
    unit: str
    state: State
    score_until: datetime.date
    approve_until: datetime.date
    explain_until: datetime.date
    publish_until: datetime.date
    extended_until: datetime.date | None
    reason: str | None


def listed(session: Session, actor: Actor) -> tuple[RoundRow, ...]:
    """Every round, the latest first."""
    ensure(actor, Action.READ_ASSESSMENTS)
    counted = select(
        Assessment.round_id,
        func.count().label("units"),
        func.count().filter(Assessment.state.in_(flow.LOCKED)).label("settled"),
    ).group_by(Assessment.round_id)
    numbers = {row.round_id: row for row in session.execute(counted)}
    return tuple(
        RoundRow(
            id=row.id,
            title=row.title,
            year=row.year,
            state=row.state,
            publish_until=row.publish_until,
            published_on=row.published_on,
            units=numbers[row.id].units if row.id in numbers else 0,
            settled=numbers[row.id].settled if row.id in numbers else 0,
        )
        for row in session.scalars(select(Round).order_by(Round.year.desc(), Round.id.desc()))
    )


def own(session: Session, actor: Actor, today: datetime.date) -> tuple[OwnRow, ...]:
    """The person's units in every round, those of the latest round first; those that a merger ended stay."""
    ensure(actor, Action.READ_ASSESSMENTS)
    query = (
        select(Assessment, Round, Unit)
        .join(Round, Round.id == Assessment.round_id)
        .join(Unit, Unit.id == Assessment.unit_id)
        .where(Assessment.unit_id.in_(actor.units))
        .order_by(Round.year.desc(), Round.id.desc(), Unit.name)
    )
    heirs = successors(session)
    mine = {actor.unit_id, *predecessors(session).get(actor.unit_id, ())}
    return tuple(_own(row, found, unit, heirs, mine, today) for row, found, unit in session.execute(query))


def has_own(actor: Actor) -> bool:
    """Whether the person works for units of a round; the others have the whole province before them."""
    return actor.may(Action.SCORE_SELF) or actor.may(Action.APPROVE_SELF)


def subject(session: Session, actor: Actor, assessment_id: int) -> Subject:
    """What a page about one unit of a round names; NotFound outside the person's scope."""
    ensure(actor, Action.MANAGE_ROUNDS)
    row = session.get(Assessment, assessment_id)
    if row is None:
        raise NotFound("assessment")
    ensure(actor, Action.MANAGE_ROUNDS, row.unit_id)
    found = session.get_one(Round, row.round_id)
    dates = rounds.dates_in(found, row.extended_until)
    return Subject(
        assessment_id=row.id,
        round_id=found.id,
        title=found.title,
        unit=session.get_one(Unit, row.unit_id).name,
        state=State(row.state),
        score_until=dates.score_until,
        approve_until=dates.approve_until,
        explain_until=dates.explain_until,
        publish_until=dates.publish_until,
        extended_until=row.extended_until,
        reason=row.extension_reason,
    )


def page(session: Session, actor: Actor, round_id: int) -> RoundPage:
    """A round; NotFound when there is none."""
    ensure(actor, Action.MANAGE_ROUNDS)
    row = session.get(Round, round_id)
    if row is None:
        raise NotFound("round")
    query = (
        select(RoundSet.block, CriteriaSet)
        .join(CriteriaSet, CriteriaSet.id == RoundSet.set_id)
        .where(RoundSet.round_id == round_id)
        .order_by(RoundSet.block)
    )
    states = select(Assessment.state, func.count()).where(Assessment.round_id == round_id).group_by(Assessment.state)
    numbers = {State(state): number for state, number in session.execute(states)}
    return RoundPage(
        row=Facts.of(row),
        sets=tuple(
            Chosen(
                block=block,
                set_id=used.id,
                title=used.title,
                state=used.state,
                version=used.version,
                verified=stored(used.body).verified,
            )
            for block, used in session.execute(query)
        ),
        units=sum(numbers.values()),
        states={state: numbers[state] for state in State if state in numbers},
    )


def left_out(session: Session, round_id: int, today: datetime.date) -> tuple[tuple[int, str], ...]:
    """The units that can still be let into a round while it runs."""
    row = session.get_one(Round, round_id)
    return rounds.left_out(session, row, today) if row.state == RUNNING else ()


def blocks(session: Session) -> tuple[tuple[str, str], ...]:
    """The blocks that have units, with their names."""
    query = select(Level.key, Level.plural).where(Level.key.in_(list(Block)), Level.key.in_(select(Unit.level)))
    return tuple(session.execute(query.order_by(Level.position)))


def sets(session: Session) -> Mapping[str, Sequence[tuple[int, str]]]:
    """The sets of each block, the latest year first."""
    found: dict[str, list[tuple[int, str]]] = {}
    query = select(CriteriaSet).order_by(CriteriaSet.year.desc(), CriteriaSet.key, CriteriaSet.version.desc())
    for row in session.scalars(query):
        found.setdefault(row.block, []).append((row.id, f"{row.title} (năm {row.year}, phiên bản {row.version})"))
    return found


def successors(session: Session) -> Mapping[int, tuple[str, ...]]:
    """The names of those that took over from each unit that ended."""
    found: dict[int, tuple[str, ...]] = {}
    query = select(UnitSuccession.predecessor_id, Unit.name).join(Unit, Unit.id == UnitSuccession.successor_id)
    for before, name in session.execute(query.order_by(Unit.name)):
        found[before] = (*found.get(before, ()), name)
    return found


def due(state: State, dates: Dates) -> datetime.date | None:
    """The last day of what a unit has to do next; None while others have to."""
    return flow.due(state, dates) if state in flow.OF_UNIT else None


def _own(
    row: Assessment,
    found: Round,
    unit: Unit,
    heirs: Mapping[int, tuple[str, ...]],
    mine: Collection[int],
    today: datetime.date,
) -> OwnRow:
    state, dates = State(row.state), rounds.dates_in(found, row.extended_until)
    return OwnRow(
        assessment_id=row.id,
        round_id=found.id,
        title=found.title,
        round_state=found.state,
        unit=unit.name,
        state=state,
        due=due(state, dates),
        overdue=state in flow.OF_UNIT and flow.overdue(state, dates, today),
        successors=heirs.get(unit.id, ()),
        acts=unit.id in mine,
    )
