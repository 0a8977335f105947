"""Rounds: prepared with sets and dates, opened over the units of their blocks, extended, published."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import audit
from survey_app.assessment.criteria_sets import sets
from survey_app.assessment.flow import OF_UNIT, Dates, State, Step, is_late, moved, overdue
from survey_app.assessment.succession import acts_for
from survey_app.errors import Conflict, NotAllowed, NotFound, Rejected
from survey_app.models import Assessment, CriteriaSet, Explanation, Round, RoundSet, Unit
from survey_app.models.assessment import PREPARED, PUBLISHED, RUNNING
from survey_app.policy import RULES, Action, Actor, ensure

SELF = frozenset({Action.SCORE_SELF, Action.APPROVE_SELF})  # what is done in the name of a unit
LATE = (Step.FINISH, Step.SETTLE)  # taken after their last day, too; a unit's own lateness is in its row
DATES = ("score_until", "approve_until", "appraise_until", "explain_until", "settle_until", "publish_until")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundDraft:
    """What Home Affairs enters of a round; ``sets`` are the criteria sets by the block of units they score."""

    title: str
    year: int
    dates: Mapping[str, datetime.date]
    sets: Mapping[str, int]


def create(session: Session, actor: Actor, draft: RoundDraft, now: datetime.datetime) -> int:
    """A new round, prepared; returns its id. Rejected names what does not fit together."""
    ensure(actor, Action.MANAGE_ROUNDS)
    row = Round(state=PREPARED)
    _fill(session, row, draft)
    audit.record(session, actor, "round_created", f"round {row.id}", now=now, detail={"title": draft.title})
    return row.id


def edit(session: Session, actor: Actor, round_id: int, draft: RoundDraft, now: datetime.datetime) -> None:
    """Change a round; once it runs, only title and dates (Conflict)."""
    row = find(session, actor, round_id)
    if row.state == PUBLISHED:
        raise Conflict("round_published")
    if row.state == RUNNING and (draft.year, dict(draft.sets)) != (row.year, sets_of(session, round_id)):
        raise Conflict("round_running")
    _fill(session, row, draft)
    audit.record(session, actor, "round_changed", f"round {round_id}", now=now, detail={"title": draft.title})


def open_round(session: Session, actor: Actor, round_id: int, now: datetime.datetime) -> int:
    """Freeze the sets and begin: an assessment for every unit of the blocks that lives today; returns how many.

    Rejected without units, and where a unit is assessed for this year already; the refusal names that round.
    """
    row = find(session, actor, round_id)
    if row.state != PREPARED:
        raise Conflict("not_prepared")
    _refuse_twice(session, row, now.date())
    opened = 0
    for block, set_id in sets_of(session, round_id).items():
        sets.freeze(session, set_id)
        for unit_id in _living(session, block, now.date()):
            session.add(Assessment(round_id=round_id, unit_id=unit_id, set_id=set_id))
            opened += 1
    if not opened:
        raise Rejected("round", problems={"sets": "no_units"})
    row.state = RUNNING
    session.flush()
    audit.record(session, actor, "round_opened", f"round {round_id}", now=now, detail={"units": opened})
    return opened


def admit(session: Session, actor: Actor, round_id: int, unit_id: int, now: datetime.datetime) -> int:
    """Let a unit that was founded or forgotten into a running round; returns its assessment.

    Refuses a round that does not run (Conflict) and a unit that is not among `left_out` (Rejected).
    """
    row = find(session, actor, round_id)
    if row.state != RUNNING:
        raise Conflict("not_running")
    unit = session.get(Unit, unit_id)
    if unit is None or unit_id not in dict(left_out(session, row, now.date())):
        raise Rejected("round", problems={"unit": "not_left_out"})
    added = Assessment(round_id=round_id, unit_id=unit_id, set_id=sets_of(session, round_id)[unit.level])
    session.add(added)
    session.flush()
    audit.record(session, actor, "unit_admitted", f"round {round_id}", now=now, detail={"unit": unit_id})
    return added.id


def left_out(session: Session, row: Round, today: datetime.date) -> tuple[tuple[int, str], ...]:
    """The units of a round's blocks that live and are in no round of its year, with their names."""
    wanted = [unit_id for block in sets_of(session, row.id) for unit_id in _living(session, block, today)]
    free = set(wanted) - {unit_id for unit_id, _ in _assessed(session, row.year)}
    query = select(Unit.id, Unit.name).where(Unit.id.in_(free)).order_by(Unit.name)
    return tuple((unit_id, name) for unit_id, name in session.execute(query))


def extend(
    session: Session, actor: Actor, assessment_id: int, until: datetime.date, reason: str, now: datetime.datetime
) -> None:
    """Give a unit more time to score itself, or to explain itself when it was asked, with a reason.

    Questions that fall due before that day fall due on it. Refused while others have to act (Conflict), without a
    reason, and for a day that has passed, that gives no more time, or that lies beyond publication (Rejected).
    """
    row = assessment(session, actor, assessment_id, Action.MANAGE_ROUNDS)
    if State(row.state) not in OF_UNIT:
        raise Conflict("other_state")
    questions = _questions(session, row)
    found = session.get_one(Round, row.round_id)
    problems = {} if reason.strip() else {"reason": "missing"}
    if until < now.date():
        problems["until"] = "past"
    elif until <= min((each.due for each in questions), default=found.score_until):
        problems["until"] = "no_longer"
    elif until > found.publish_until:
        problems["until"] = "beyond_publication"
    if problems:
        raise Rejected("extension", problems=problems)
    row.extended_until, row.extension_reason = until, reason.strip()
    for each in questions:
        each.due = max(each.due, until)
    session.flush()
    detail = {"until": until, "reason": row.extension_reason}
    audit.record(session, actor, "extended", f"assessment {assessment_id}", now=now, detail=detail)


def publish(session: Session, actor: Actor, round_id: int, now: datetime.datetime) -> int:
    """Publish a round of which every unit is settled; returns how many units that are."""
    row = find(session, actor, round_id)
    if row.state != RUNNING:
        raise Conflict("not_running")
    rows = session.scalars(select(Assessment).where(Assessment.round_id == round_id)).all()
    if any(each.state != State.SETTLED for each in rows):
        raise Conflict("not_all_settled")
    detail: dict[str, object] = {"units": len(rows)}
    if now.date() > row.publish_until:
        detail["late"] = True
    for each in rows:
        each.state, each.edition = State.PUBLISHED, each.edition + 1
    row.state, row.published_on = PUBLISHED, now.date()
    session.flush()
    audit.record(session, actor, "round_published", f"round {round_id}", now=now, detail=detail)
    return len(rows)


def move(
    session: Session, actor: Actor, row: Assessment, step: Step, now: datetime.datetime, *, detail: str = ""
) -> State:
    """Take a step of a unit and note it, with the day on which it submitted; refuses as `flow.moved`.

    What was finished or settled after its last day is noted as late.
    """
    limits, today = dates(session, row), now.date()
    target = moved(State(row.state), step, may=permitted(actor), dates=limits, today=today)
    late = step in LATE and overdue(State(row.state), limits, today)
    row.state, row.edition = target, row.edition + 1
    if target is State.SUBMITTED:
        row.submitted_on, row.late = today, is_late(limits, today)
    elif step is Step.WITHDRAW:
        row.submitted_on, row.late = None, False
    session.flush()
    note: dict[str, object] = {"step": step, "state": target} | ({"reason": detail} if detail else {})
    note |= {"late": True} if late else {}
    audit.record(session, actor, "assessment_moved", f"assessment {row.id}", now=now, detail=note)
    return target


def permitted_for(session: Session, actor: Actor, unit_id: int) -> frozenset[Action]:
    """What the person may do with the work of a unit: all that the role permits, for other units than their own
    nothing that is done in a unit's name."""
    found = permitted(actor)
    return found if not found & SELF or acts_for(session, actor, unit_id) else found - SELF


def permitted(actor: Actor) -> frozenset[Action]:
    """Everything that the person's role permits."""
    return frozenset(action for action in RULES if actor.may(action))


def dates(session: Session, row: Assessment) -> Dates:
    """The last days that hold for a unit."""
    return dates_in(session.get_one(Round, row.round_id), row.extended_until)


def dates_in(found: Round, extended_until: datetime.date | None) -> Dates:
    """The last days of a round, for a unit that was given time until then."""
    return Dates(**{name: getattr(found, name) for name in DATES}).extended(extended_until)


def find(session: Session, actor: Actor, round_id: int) -> Round:
    """A round, for those who manage rounds; one person at a time changes it."""
    ensure(actor, Action.MANAGE_ROUNDS)
    row = session.get(Round, round_id, with_for_update=True)
    if row is None:
        raise NotFound("round")
    return row


def assessment(session: Session, actor: Actor, assessment_id: int, action: Action) -> Assessment:
    """A unit's assessment, locked for a change.

    NotFound outside the person's scope, NotAllowed for an officer or leader who would act in the name of another unit.
    """
    row = session.get(Assessment, assessment_id, with_for_update=True)
    if row is None:
        raise NotFound("assessment")
    ensure(actor, action, row.unit_id)
    if action in SELF and not acts_for(session, actor, row.unit_id):
        raise NotAllowed(action.value)
    return row


def sets_of(session: Session, round_id: int) -> dict[str, int]:
    """The set of each block of a round."""
    query = select(RoundSet.block, RoundSet.set_id).where(RoundSet.round_id == round_id).order_by(RoundSet.block)
    return dict(session.execute(query).all())


def _questions(session: Session, row: Assessment) -> Sequence[Explanation]:
    """What a unit has been asked and may still have time to answer."""
    if State(row.state) is not State.EXPLANATION_ASKED:
        return ()
    return session.scalars(select(Explanation).where(Explanation.assessment_id == row.id)).all()


def _fill(session: Session, row: Round, draft: RoundDraft) -> None:
    problems = _problems(session, draft)
    if problems:
        raise Rejected("round", problems=problems)
    row.title, row.year = draft.title, draft.year
    for name in DATES:
        setattr(row, name, draft.dates[name])
    session.add(row)
    session.flush()
    kept = sets_of(session, row.id)
    for block, set_id in draft.sets.items():
        if kept.get(block) != set_id:
            session.merge(RoundSet(round_id=row.id, block=block, set_id=set_id))
    for block in kept.keys() - draft.sets.keys():
        session.delete(session.get_one(RoundSet, (row.id, block)))
    session.flush()


def _problems(session: Session, draft: RoundDraft) -> dict[str, str]:
    found = {}
    for before, after in pairwise(DATES):
        if draft.dates[after] < draft.dates[before]:
            found[after] = "before_the_step_before"
    if not draft.sets:
        found["sets"] = "no_set"
    for block, set_id in draft.sets.items():
        stored = session.get(CriteriaSet, set_id)
        if stored is None or stored.block != block:
            found["sets"] = "other_block"
        elif stored.year != draft.year:
            found["sets"] = "other_year"
    return found


def _refuse_twice(session: Session, row: Round, today: datetime.date) -> None:
    """One index a year: Rejected when a unit of the round is in another of the same year."""
    titles = dict(_assessed(session, row.year))
    for block in sets_of(session, row.id):
        for unit_id in _living(session, block, today):
            if unit_id in titles:
                raise Rejected("round", problems={"sets": "same_year"}, title=titles[unit_id])


def _assessed(session: Session, year: int) -> list[tuple[int, str]]:
    """The units that are assessed for a year, with the title of their round."""
    query = select(Assessment.unit_id, Round.title).join(Round, Round.id == Assessment.round_id)
    return [(unit_id, title) for unit_id, title in session.execute(query.where(Round.year == year))]


def _living(session: Session, block: str, today: datetime.date) -> list[int]:
    query = select(Unit.id).where(
        Unit.level == block, Unit.valid_from <= today, Unit.valid_to.is_(None) | (Unit.valid_to > today)
    )
    return list(session.scalars(query.order_by(Unit.code)))
