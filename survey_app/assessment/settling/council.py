"""The appraisal council: what it looks at, its meetings, its marks, and the settling of units."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from scoring.par.tree import Role
from survey_app import audit
from survey_app.assessment import criteria, rounds, standing
from survey_app.assessment.appraisal.appraising import LONGEST_TEXT, read_points
from survey_app.assessment.facts import Held, Met
from survey_app.assessment.flow import State, Step
from survey_app.assessment.outcomes import Said, Sheet, counted
from survey_app.errors import Conflict, NotFound, Rejected
from survey_app.models import (
    Account,
    Assessment,
    CouncilAttendance,
    CouncilMeeting,
    CouncilMember,
    Mark,
    Round,
)
from survey_app.models.assessment import COUNCIL, FIRST, RUNNING, SECOND, SELF
from survey_app.policy import Action, Actor, ensure

LONGEST_MINUTE = 20_000
BEFORE = (State.APPRAISED, State.SETTLED, State.PUBLISHED)  # what lies before the council, or did


class Why(StrEnum):
    """Why a leaf comes before the council."""

    DISAGREED = "disagreed"
    CHANGED = "changed"
    NO_FIGURE = "no_figure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member of the council of a round."""

    account_id: int
    name: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contested:
    """A leaf before the council: why, and what each stage says of it."""

    leaf: str
    why: tuple[Why, ...]
    own: Said | None
    first: Said | None
    second: Said | None
    council: Said | None
    edition: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A unit before the council."""

    assessment_id: int
    state: State
    sheet: Sheet
    leaves: tuple[Contested, ...]

    @property
    def numbers(self) -> Mapping[Why, int]:
        """How many leaves there are for each reason."""
        return Counter(why for leaf in self.leaves for why in leaf.why)

    @property
    def decided(self) -> int:
        """On how many leaves the council has decided."""
        return sum(leaf.council is not None for leaf in self.leaves)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the council gives a leaf; ``edition`` is that of the mark it was made from (0: none yet)."""

    points: str
    applies: bool = True
    reason: str = ""
    edition: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A meeting as it is recorded; ``attended`` are the accounts of members who took part."""

    held_on: datetime.date
    in_writing: bool
    minute: str
    attended: Collection[int]


def open_to(session: Session, actor: Actor, round_id: int) -> Held:
    """The round, for Home Affairs and for the members of its council; NotFound for everyone else."""
    ensure(actor, Action.READ_ASSESSMENTS)
    row = session.get(Round, round_id)
    if row is None or not (actor.may(Action.SETTLE) or _is_member(session, actor, round_id)):
        raise NotFound("round")
    return Held.of(row)


def members(session: Session, round_id: int) -> tuple[Member, ...]:
    """The members of the council of a round, by name."""
    query = (
        select(CouncilMember.account_id, Account.name, CouncilMember.title)
        .join(Account, Account.id == CouncilMember.account_id)
        .where(CouncilMember.round_id == round_id)
        .order_by(Account.name, Account.id)
    )
    return tuple(Member(account_id=key, name=name, title=title) for key, name, title in session.execute(query))


def cases(session: Session, actor: Actor, round_id: int, assessment_id: int | None = None) -> tuple[Case, ...]:
    """The units that were appraised, with what the council has to look at; of one when it is named.

    A member sees every unit of the round, whatever unit their account belongs to.
    """
    open_to(session, actor, round_id)
    query = select(Assessment).where(Assessment.round_id == round_id, Assessment.state.in_(BEFORE))
    rows = {row.unit_id: row for row in session.scalars(query)}
    seen = rows.keys() if _is_member(session, actor, round_id) else rows.keys() & actor.units
    wanted = {unit for unit in seen if assessment_id in (None, rows[unit].id)}
    editions = _editions(session, [rows[unit].id for unit in wanted])
    return tuple(
        Case(
            assessment_id=rows[sheet.unit_id].id,
            state=State(rows[sheet.unit_id].state),
            sheet=sheet,
            leaves=tuple(contested(sheet, editions[rows[sheet.unit_id].id])),
        )
        for sheet in standing.sheets(session, round_id, wanted)
    )


def contested(sheet: Sheet, editions: Mapping[str, int]) -> Iterator[Contested]:
    """The leaves on which the unit and the appraisers differ, those that the second appraisal changed, and those that
    wait for a figure of a survey or of statistics. ``editions`` are those of the council's marks by leaf."""
    counts = counted(sheet)
    for leaf, node in sheet.criteria.nodes.items():
        said = sheet.marks.get(leaf, {})
        own, first, second = said.get(SELF), said.get(FIRST), said.get(SECOND)
        why = []
        last = second or first
        if own is not None and last is not None and _given(own) != _given(last):
            why.append(Why.DISAGREED)
        if first is not None and second is not None and _given(first) != _given(second):
            why.append(Why.CHANGED)
        if (COUNCIL in said and not why) or (leaf not in counts and node.role is Role.BASE):
            why.append(Why.NO_FIGURE)
        if why:
            yield Contested(
                leaf=leaf,
                why=tuple(why),
                own=own,
                first=first,
                second=second,
                council=said.get(COUNCIL),
                edition=editions.get(leaf, 0),
            )


def decide(
    session: Session, actor: Actor, assessment_id: int, leaf: str, given: Decision, now: datetime.datetime
) -> Mark:
    """Store what the council gives a leaf, with its reason.

    Refuses a leaf that is not before the council (NotFound), a unit that is not (Conflict "other_state"), a mark
    made from an older one (Conflict "changed_meanwhile"), and points that cannot be or no reason (Rejected).
    """
    row = rounds.assessment(session, actor, assessment_id, Action.SETTLE)
    if State(row.state) is not State.APPRAISED:
        raise Conflict("other_state")
    (sheet,) = standing.sheets(session, row.round_id, [row.unit_id])
    if leaf not in {each.leaf for each in contested(sheet, {})}:
        raise NotFound("leaf")
    stored = session.get(Mark, (assessment_id, leaf, COUNCIL))
    if given.edition != (stored.edition if stored else 0):
        raise Conflict("changed_meanwhile", mark=stored)
    if not given.reason.strip():
        raise Rejected("mark", problems={"reason": "reason_needed"})
    maximum = criteria.of(session, row.set_id).nodes[leaf].maximum
    points = str(read_points(given.points, maximum, "points")) if given.applies else None
    mark = stored or Mark(assessment_id=assessment_id, leaf=leaf, stage=COUNCIL, edition=0)
    mark.points, mark.applies, mark.reason = points, given.applies, given.reason.strip()[:LONGEST_TEXT]
    mark.edition, mark.account_id, mark.at = mark.edition + 1, actor.account_id, now
    session.add(mark)
    session.flush()
    detail = {"leaf": leaf, "points": points, "applies": given.applies, "reason": mark.reason}
    audit.record(session, actor, "council_decided", f"assessment {assessment_id}", now=now, detail=detail)
    return mark


def record_meeting(session: Session, actor: Actor, round_id: int, given: Meeting, now: datetime.datetime) -> int:
    """Record a meeting of the council; returns its id.

    Refuses a round that is not running (Conflict), a day to come, no minute, people who are no members, and a
    meeting in which no more than half of the members took part (Rejected).
    """
    ensure(actor, Action.SETTLE)
    row = session.get(Round, round_id)
    if row is None:
        raise NotFound("round")
    if row.state != RUNNING:
        raise Conflict("not_running")
    known = {member.account_id for member in members(session, round_id)}
    present = set(given.attended)
    problems = {}
    if given.held_on > now.date():
        problems["held_on"] = "to_come"
    if not given.minute.strip():
        problems["minute"] = "minute_needed"
    if not present <= known or not quorum(len(known), len(present)):
        problems["attended"] = "no_quorum"
    if problems:
        raise Rejected("meeting", problems=problems)
    meeting = CouncilMeeting(round_id=round_id, held_on=given.held_on, in_writing=given.in_writing)
    meeting.minute, meeting.recorded_by = given.minute.strip()[:LONGEST_MINUTE], actor.account_id
    session.add(meeting)
    session.flush()
    session.add_all(CouncilAttendance(meeting_id=meeting.id, account_id=key) for key in sorted(present))
    session.flush()
    detail = {"meeting": meeting.id, "held_on": given.held_on, "members": len(known), "present": len(present)}
    audit.record(session, actor, "council_met", f"round {round_id}", now=now, detail=detail)
    return meeting.id


def quorum(members: int, present: int) -> bool:
    """Whether more than half of the members took part."""
    return 2 * present > members


def settle(session: Session, actor: Actor, assessment_id: int, now: datetime.datetime) -> None:
    """Lock the marks of a unit by the council's decision.

    Refuses without a meeting (Conflict "no_meeting"), and a unit that lacks a figure (Rejected names the leaves).
    """
    row = rounds.assessment(session, actor, assessment_id, Action.SETTLE)
    _settle(session, actor, [row], now)


def settle_all(session: Session, actor: Actor, round_id: int, now: datetime.datetime) -> int:
    """Lock every appraised unit of a round, all of them or none; returns how many. Refuses as `settle`."""
    ensure(actor, Action.SETTLE)
    query = select(Assessment).where(Assessment.round_id == round_id, Assessment.state == State.APPRAISED)
    rows = [
        row for row in session.scalars(query.order_by(Assessment.id).with_for_update()) if row.unit_id in actor.units
    ]
    if not rows:
        raise Conflict("nothing_appraised")
    _settle(session, actor, rows, now)
    return len(rows)


def meetings(session: Session, round_id: int) -> tuple[Met, ...]:
    """The meetings of a round, the earliest first."""
    query = select(CouncilMeeting).where(CouncilMeeting.round_id == round_id)
    return tuple(map(Met.of, session.scalars(query.order_by(CouncilMeeting.held_on, CouncilMeeting.id))))


def _settle(session: Session, actor: Actor, rows: Sequence[Assessment], now: datetime.datetime) -> None:
    round_id = rows[0].round_id
    held = meetings(session, round_id)
    if not held:
        raise Conflict("no_meeting")
    lacking = {
        sheet.name: leaves
        for sheet in standing.sheets(session, round_id, [row.unit_id for row in rows])
        if (leaves := ", ".join(_without_figure(sheet)))
    }
    if lacking:
        raise Rejected("no_figure", problems=lacking, units=lacking)
    for row in rows:
        rounds.move(session, actor, row, Step.SETTLE, now, detail=f"meeting {held[-1].id}")


def _editions(session: Session, ids: Collection[int]) -> Mapping[int, dict[str, int]]:
    """The editions of the council's marks by unit and leaf."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    query = select(Mark.assessment_id, Mark.leaf, Mark.edition)
    for key, leaf, edition in session.execute(query.where(Mark.assessment_id.in_(ids), Mark.stage == COUNCIL)):
        found[key][leaf] = edition
    return found


def _without_figure(sheet: Sheet) -> list[str]:
    counts = counted(sheet)
    return [leaf for leaf, node in sheet.criteria.nodes.items() if leaf not in counts and node.role is Role.BASE]


def _given(said: Said) -> tuple[object, ...]:
    if not said.applies or said.points is None:
        return (said.applies,)
    return (True, said.points - said.deducted)


def _is_member(session: Session, actor: Actor, round_id: int) -> bool:
    return session.get(CouncilMember, (round_id, actor.account_id)) is not None
