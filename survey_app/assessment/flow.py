"""The states of a unit in a round, and who may move it from one to the next, and until when."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from survey_app.errors import Conflict, NotAllowed, NotOpen
from survey_app.policy import Action


class State(StrEnum):
    """Where a unit stands."""

    NOT_STARTED = "not_started"
    DRAFT = "draft"
    AWAITING_APPROVAL = "awaiting_approval"
    SUBMITTED = "submitted"
    IN_APPRAISAL = "in_appraisal"
    EXPLANATION_ASKED = "explanation_asked"
    EXPLAINED = "explained"
    APPRAISED = "appraised"
    SETTLED = "settled"
    PUBLISHED = "published"


class Step(StrEnum):
    """What moves a unit on."""

    BEGIN = "begin"
    SEND = "send"
    RETURN = "return"
    APPROVE = "approve"
    WITHDRAW = "withdraw"
    COLLECT = "collect"
    APPRAISE = "appraise"
    ASK = "ask"
    EXPLAIN = "explain"
    PROCEED = "proceed"
    FINISH = "finish"
    SETTLE = "settle"
    PUBLISH = "publish"


@dataclass(frozen=True, slots=True)
class Move:
    """A step: from which states it leads where, and which action permits it."""

    sources: frozenset[State]
    target: State
    action: Action


S = State
SELF_SCORING = frozenset({S.NOT_STARTED, S.DRAFT})
UNSENT = SELF_SCORING | {S.AWAITING_APPROVAL}
APPRAISING = frozenset({S.SUBMITTED, S.IN_APPRAISAL, S.EXPLANATION_ASKED, S.EXPLAINED})
LOCKED = frozenset({S.SETTLED, S.PUBLISHED})
OF_UNIT = UNSENT | {S.EXPLANATION_ASKED}  # the unit itself has to go on; in the other states somebody else does

MOVES: Mapping[Step, Move] = {
    Step.BEGIN: Move(frozenset({S.NOT_STARTED}), S.DRAFT, Action.SCORE_SELF),
    Step.SEND: Move(SELF_SCORING, S.AWAITING_APPROVAL, Action.SCORE_SELF),
    Step.RETURN: Move(frozenset({S.AWAITING_APPROVAL}), S.DRAFT, Action.APPROVE_SELF),
    Step.APPROVE: Move(frozenset({S.AWAITING_APPROVAL}), S.SUBMITTED, Action.APPROVE_SELF),
    Step.WITHDRAW: Move(frozenset({S.AWAITING_APPROVAL, S.SUBMITTED}), S.DRAFT, Action.SCORE_SELF),
    Step.COLLECT: Move(UNSENT, S.SUBMITTED, Action.MANAGE_ROUNDS),
    Step.APPRAISE: Move(frozenset({S.SUBMITTED}), S.IN_APPRAISAL, Action.APPRAISE),
    Step.ASK: Move(frozenset({S.IN_APPRAISAL, S.EXPLANATION_ASKED}), S.EXPLANATION_ASKED, Action.APPRAISE),
    Step.EXPLAIN: Move(frozenset({S.EXPLANATION_ASKED}), S.EXPLAINED, Action.SCORE_SELF),
    Step.PROCEED: Move(frozenset({S.EXPLANATION_ASKED}), S.EXPLAINED, Action.APPRAISE),
    Step.FINISH: Move(frozenset({S.IN_APPRAISAL, S.EXPLAINED}), S.APPRAISED, Action.APPRAISE),
    Step.SETTLE: Move(frozenset({S.APPRAISED}), S.SETTLED, Action.SETTLE),
    Step.PUBLISH: Move(frozenset({S.SETTLED}), S.PUBLISHED, Action.SETTLE),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """The last days of the steps for one unit."""

    score_until: datetime.date
    approve_until: datetime.date
    appraise_until: datetime.date
    explain_until: datetime.date
    settle_until: datetime.date
    publish_until: datetime.date

    def extended(self, until: datetime.date | None) -> "Dates":
        """With the time that a unit was given: its days before that move there; council and publication keep theirs."""
        longer = until or datetime.date.min
        return replace(
            self,
            score_until=max(self.score_until, longer),
            approve_until=max(self.approve_until, longer),
            appraise_until=max(self.appraise_until, longer),
            explain_until=max(self.explain_until, longer),
        )


def moved(state: State, step: Step, *, may: frozenset[Action], dates: Dates, today: datetime.date) -> State:
    """The next state.

    Refuses who may not (NotAllowed), a step that the state does not know (Conflict), beginning, withdrawing or
    explaining after the last day, and collecting what was not sent while there is time to send it (NotOpen).
    Submitting late is possible and marked, see `is_late`; so are appraising, settling and publishing late, see
    `overdue`: a round must be brought to its end.
    """
    move = MOVES[step]
    if move.action not in may:
        raise NotAllowed(move.action.value)
    if state not in move.sources:
        raise Conflict("other_state")
    if step is not Step.COLLECT and missed(state, dates, today):
        raise NotOpen("date_passed")
    if step is Step.WITHDRAW and today > dates.score_until:
        raise NotOpen("date_passed")
    if step is Step.EXPLAIN and today > dates.explain_until:
        raise NotOpen("date_passed")
    if step is Step.COLLECT and not is_late(dates, today):
        raise NotOpen("too_early")
    return move.target


def possible(state: State, *, may: frozenset[Action], dates: Dates, today: datetime.date) -> tuple[Step, ...]:
    """The steps that this person can take now, in their order."""
    found = []
    for step in Step:
        try:
            moved(state, step, may=may, dates=dates, today=today)
        except (NotAllowed, Conflict, NotOpen):
            continue
        found.append(step)
    return tuple(found)


def is_late(dates: Dates, today: datetime.date) -> bool:
    """Whether what is submitted today comes after its last day."""
    return today > dates.approve_until


def missed(state: State, dates: Dates, today: datetime.date) -> bool:
    """Whether a unit that has not begun cannot begin any more, unless it is given time."""
    return state is S.NOT_STARTED and today > min(dates.score_until, dates.publish_until)


def due(state: State, dates: Dates) -> datetime.date | None:
    """The last day of what comes next, whoever has to do it; None once there is nothing more to do.

    A second appraisal has no day of its own: it has to be through when the council settles.
    """
    if state in SELF_SCORING:
        return dates.score_until
    return {
        S.AWAITING_APPROVAL: dates.approve_until,
        S.SUBMITTED: dates.appraise_until,
        S.IN_APPRAISAL: dates.appraise_until,
        S.EXPLANATION_ASKED: dates.explain_until,
        S.EXPLAINED: dates.settle_until,
        S.APPRAISED: dates.settle_until,
        S.SETTLED: dates.publish_until,
    }.get(state)


def overdue(state: State, dates: Dates, today: datetime.date) -> bool:
    """Whether whoever has to act next, the unit or somebody else, should have done so by now."""
    day = due(state, dates)
    return day is not None and today > day
