"""The appraisal council: what it looks at, its meetings, its marks, and the settling of units."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from reports.words import day
from scoring.par.tree import Role
from survey_app import audit
from survey_app.assessment import criteria, rounds, standing
from survey_app.assessment.appraisal.appraising import read_points
from survey_app.assessment.facts import Held, Met
from survey_app.assessment.flow import State, Step
from survey_app.assessment.outcomes import Said, Sheet, counted
from survey_app.assessment.settling import timing
from survey_app.assessment.written import LONGEST_MINUTE, whole
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

# No text sets a least number: of one or two, "more than half" is one person, or everybody.
LEAST_MEMBERS = 3
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
class Kept:
    """What a form of the council is made from: the edition of its mark (0: none yet) and the meeting it belongs to."""

    edition: int = 0
    meeting_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contested:
    """A leaf before the council: why, and what each stage says of it."""

    leaf: str
    why: tuple[Why, ...]
    own: Said | None
    first: Said | None
    second: Said | None
    council: Said | None
    kept: Kept


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

    @property
    def undecided(self) -> tuple[str, ...]:
        """The leaves that have points which the council neither changed nor kept yet."""
        return tuple(_undecided(self.leaves))


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the council gives a leaf; ``edition`` is that of the mark it was made from (0: none yet), ``meeting_id``
    the meeting in which it decided (None: the one that is recorded next)."""

    points: str
    applies: bool = True
    reason: str = ""
    edition: int = 0
    meeting_id: int | None = None


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
    kept = _kept(session, [rows[unit].id for unit in wanted])
    return tuple(
        Case(
            assessment_id=rows[sheet.unit_id].id,
            state=State(rows[sheet.unit_id].state),
            sheet=sheet,
            leaves=tuple(contested(sheet, kept[rows[sheet.unit_id].id])),
        )
        for sheet in standing.sheets(session, round_id, wanted)
    )


def contested(sheet: Sheet, kept: Mapping[str, Kept]) -> Iterator[Contested]:
    """The leaves on which the unit and the appraisers differ, those that the second appraisal changed, and those that
    wait for a figure of a survey or of statistics. ``kept`` is of the council's marks by leaf."""
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
                kept=kept.get(leaf, Kept()),
            )


def decide(
    session: Session, actor: Actor, assessment_id: int, leaf: str, given: Decision, now: datetime.datetime
) -> Mark:
    """Store what the council gives a leaf, with its reason.

    Refuses a leaf that is not before the council (NotFound), a unit that is not (Conflict "other_state"), a mark
    made from an older one (Conflict "changed_meanwhile"), points that cannot be, no reason, a meeting of another round,
    and points for a leaf of a survey or of statistics, which follow from a figure with its source (Rejected).
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
    reason = whole(given.reason, of="mark", field="reason")
    if not reason:
        raise Rejected("mark", problems={"reason": "reason_needed"})
    if given.meeting_id not in {None, *(each.id for each in meetings(session, row.round_id))}:
        raise Rejected("mark", problems={"meeting": "unknown_meeting"})
    if given.applies and leaf not in sheet.criteria.own:
        raise Rejected("mark", problems={"points": "fed_leaf"})
    maximum = criteria.of(session, row.set_id).nodes[leaf].maximum
    points = str(read_points(given.points, maximum, "points")) if given.applies else None
    mark = stored or Mark(assessment_id=assessment_id, leaf=leaf, stage=COUNCIL, edition=0)
    mark.points, mark.applies, mark.reason = points, given.applies, reason
    mark.edition, mark.account_id, mark.at = mark.edition + 1, actor.account_id, now
    mark.meeting_id = given.meeting_id
    session.add(mark)
    session.flush()
    detail = {"leaf": leaf, "points": points, "applies": given.applies, "reason": mark.reason}
    noted = {**detail, "meeting": given.meeting_id} if given.meeting_id else detail
    audit.record(session, actor, "council_decided", f"assessment {assessment_id}", now=now, detail=noted)
    return mark


def record_meeting(session: Session, actor: Actor, round_id: int, given: Meeting, now: datetime.datetime) -> int:
    """Record a meeting of the council; returns its id. The decisions that waited for a minute become its own.

    Refuses a round that is not running (Conflict), a day to come or before the round was opened, no minute, a council
    of fewer than `LEAST_MEMBERS`, people who are no members, and a meeting in which no more than half of the members
    took part (Rejected).
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
    elif given.held_on < timing.begun(session, round_id):
        problems["held_on"] = "before_round"
    text = whole(given.minute, of="meeting", field="minute", most=LONGEST_MINUTE)
    if not text:
        problems["minute"] = "minute_needed"
    if len(known) < LEAST_MEMBERS:
        problems["attended"] = "too_few_members"
    elif not present <= known or not quorum(len(known), len(present)):
        problems["attended"] = "no_quorum"
    if problems:
        raise Rejected("meeting", problems=problems)
    meeting = CouncilMeeting(round_id=round_id, held_on=given.held_on, in_writing=given.in_writing)
    meeting.minute, meeting.recorded_by = text, actor.account_id
    session.add(meeting)
    session.flush()
    session.add_all(CouncilAttendance(meeting_id=meeting.id, account_id=key) for key in sorted(present))
    session.flush()
    _adopt(session, meeting)
    detail = {"meeting": meeting.id, "held_on": given.held_on, "members": len(known), "present": len(present)}
    audit.record(session, actor, "council_met", f"round {round_id}", now=now, detail=detail)
    return meeting.id


def quorum(members: int, present: int) -> bool:
    """Whether more than half of the members took part."""
    return 2 * present > members


def settle(session: Session, actor: Actor, assessment_id: int, now: datetime.datetime, *, keep: bool = False) -> None:
    """Lock the marks of a unit by the council's decision; ``keep`` keeps those of the appraisal where it took none.

    Refuses without a meeting (Conflict "no_meeting"), a unit that was appraised after the last one, one that lacks a
    figure, leaves before the council that it neither decides nor keeps, and a decision without its meeting (Rejected
    names the units and leaves).
    """
    row = rounds.assessment(session, actor, assessment_id, Action.SETTLE)
    _settle(session, actor, [row], now, keep=keep)


def settle_all(session: Session, actor: Actor, round_id: int, now: datetime.datetime, *, keep: bool = False) -> int:
    """Lock every appraised unit of a round, all of them or none; returns how many. Refuses as `settle`."""
    ensure(actor, Action.SETTLE)
    query = select(Assessment).where(Assessment.round_id == round_id, Assessment.state == State.APPRAISED)
    rows = [
        row for row in session.scalars(query.order_by(Assessment.id).with_for_update()) if row.unit_id in actor.units
    ]
    if not rows:
        raise Conflict("nothing_appraised")
    _settle(session, actor, rows, now, keep=keep)
    return len(rows)


def meetings(session: Session, round_id: int) -> tuple[Met, ...]:
    """The meetings of a round, the earliest first."""
    query = select(CouncilMeeting).where(CouncilMeeting.round_id == round_id)
    return tuple(map(Met.of, session.scalars(query.order_by(CouncilMeeting.held_on, CouncilMeeting.id))))


def _settle(session: Session, actor: Actor, rows: Sequence[Assessment], now: datetime.datetime, *, keep: bool) -> None:
    round_id = rows[0].round_id
    held = meetings(session, round_id)
    if not held:
        raise Conflict("no_meeting")
    found = standing.sheets(session, round_id, [row.unit_id for row in rows])
    _refuse("no_figure", {sheet.name: _without_figure(sheet) for sheet in found})
    kept, ids = _kept(session, [row.id for row in rows]), {row.unit_id: row.id for row in rows}
    days = timing.appraised(session, ids.values())
    since = {sheet.name: days.get(ids[sheet.unit_id], datetime.date.min) for sheet in found}
    _refuse("no_meeting_since", {name: [day(on)] for name, on in since.items() if on > held[-1].held_on})
    silent = {sheet.unit_id: _undecided(contested(sheet, {})) for sheet in found}
    if not keep:
        _refuse("undecided", {sheet.name: silent[sheet.unit_id] for sheet in found})
    waiting = {key: sorted(leaf for leaf, one in kept[key].items() if one.meeting_id is None) for key in ids.values()}
    _refuse("no_minute", {sheet.name: waiting[ids[sheet.unit_id]] for sheet in found})
    for row in rows:
        if silent[row.unit_id]:
            noted = {"leaves": silent[row.unit_id], "meeting": held[-1].id}
            audit.record(session, actor, "council_kept", f"assessment {row.id}", now=now, detail=noted)
        rounds.move(session, actor, row, Step.SETTLE, now, detail=f"meeting {held[-1].id}")


def _undecided(leaves: Iterable[Contested]) -> list[str]:
    return [each.leaf for each in leaves if each.council is None and Why.NO_FIGURE not in each.why]


def _refuse(reason: str, lacking: Mapping[str, Sequence[str]]) -> None:
    """Reject with the leaves of each unit that something is lacking for."""
    problems = {unit: ", ".join(leaves) for unit, leaves in lacking.items() if leaves}
    if problems:
        raise Rejected(reason, problems=problems, units=problems)


def _adopt(session: Session, meeting: CouncilMeeting) -> None:
    """Tie the decisions that waited for a minute to the meeting; those of locked units stay as they are."""
    open_ = select(Assessment.id).where(Assessment.round_id == meeting.round_id, Assessment.state == State.APPRAISED)
    waiting = Mark.stage == COUNCIL, Mark.meeting_id.is_(None), Mark.assessment_id.in_(open_)
    session.execute(update(Mark).where(*waiting).values(meeting_id=meeting.id))


def _kept(session: Session, ids: Collection[int]) -> Mapping[int, dict[str, Kept]]:
    """What there is of the council's marks by unit and leaf."""
    found: dict[int, dict[str, Kept]] = defaultdict(dict)
    query = select(Mark.assessment_id, Mark.leaf, Mark.edition, Mark.meeting_id)
    for key, leaf, edition, meeting in session.execute(query.where(Mark.assessment_id.in_(ids), Mark.stage == COUNCIL)):
        found[key][leaf] = Kept(edition=edition, meeting_id=meeting)
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
