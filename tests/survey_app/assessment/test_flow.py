"""Who may move a unit from which state to which, and until when."""

import datetime

import pytest

from survey_app.assessment.flow import (
    APPRAISING,
    LOCKED,
    MOVES,
    SELF_SCORING,
    UNSENT,
    Dates,
    State,
    Step,
    is_late,
    moved,
    overdue,
    possible,
)
from survey_app.errors import Conflict, NotAllowed, NotOpen
from survey_app.models.assessment import LOCKED as LOCKED_ROWS
from survey_app.models.assessment import STATES
from survey_app.policy import RULES, Action, Role

DAY = datetime.timedelta(days=1)
SCORE, APPROVE, EXPLAIN = (datetime.date(2026, month, 15) for month in (3, 4, 5))
DATES = Dates(score_until=SCORE, approve_until=APPROVE, explain_until=EXPLAIN)
EVERY = frozenset(Action)


def day_of(step: Step) -> datetime.date:
    """A day on which the step is possible."""
    return APPROVE + DAY if step is Step.COLLECT else SCORE


def of(role: Role) -> frozenset[Action]:
    return frozenset(action for action, roles in RULES.items() if role in roles)


def test_states_are_those_of_the_table() -> None:
    assert tuple(State) == STATES
    assert set(LOCKED_ROWS) == LOCKED
    assert not SELF_SCORING & APPRAISING
    assert SELF_SCORING | {State.AWAITING_APPROVAL} == UNSENT
    assert SELF_SCORING | APPRAISING | LOCKED | {State.AWAITING_APPROVAL, State.APPRAISED} == set(State)


def test_each_step_leads_from_its_states_and_from_no_other() -> None:
    for step, move in MOVES.items():
        for state in State:
            if state in move.sources:
                assert moved(state, step, may=EVERY, dates=DATES, today=day_of(step)) is move.target
            else:
                with pytest.raises(Conflict, match="other_state"):
                    moved(state, step, may=EVERY, dates=DATES, today=day_of(step))


def test_each_step_wants_its_action() -> None:
    for step, move in MOVES.items():
        (state, *_) = move.sources
        with pytest.raises(NotAllowed, match=move.action.value):
            moved(state, step, may=EVERY - {move.action}, dates=DATES, today=SCORE)


def test_every_state_is_reached_and_only_publication_ends() -> None:
    assert {move.target for move in MOVES.values()} == set(State) - {State.NOT_STARTED}
    assert set(State) - {state for move in MOVES.values() for state in move.sources} == {State.PUBLISHED}


@pytest.mark.parametrize(
    ("step", "state", "last"),
    [(Step.WITHDRAW, State.SUBMITTED, SCORE), (Step.EXPLAIN, State.EXPLANATION_ASKED, EXPLAIN)],
)
def test_withdrawing_and_explaining_end_with_their_day(step: Step, state: State, last: datetime.date) -> None:
    assert moved(state, step, may=EVERY, dates=DATES, today=last) is MOVES[step].target
    with pytest.raises(NotOpen, match="date_passed"):
        moved(state, step, may=EVERY, dates=DATES, today=last + DAY)


@pytest.mark.parametrize("step", [Step.BEGIN, Step.SEND, Step.APPROVE])
def test_submitting_late_is_possible(step: Step) -> None:
    (state, *_) = MOVES[step].sources
    assert moved(state, step, may=EVERY, dates=DATES, today=EXPLAIN + DAY) is MOVES[step].target


@pytest.mark.parametrize(
    ("role", "state", "steps"),
    [
        (Role.INSPECTOR, State.NOT_STARTED, (Step.BEGIN, Step.SEND)),
        (Role.INSPECTOR, State.SUBMITTED, (Step.WITHDRAW,)),
        (Role.INSPECTOR, State.IN_APPRAISAL, ()),
        (Role.LEADER, State.AWAITING_APPROVAL, (Step.RETURN, Step.APPROVE)),
        (Role.LEADER, State.DRAFT, ()),
        (Role.APPRAISER, State.IN_APPRAISAL, (Step.ASK, Step.FINISH)),
        (Role.APPRAISER, State.APPRAISED, ()),
        (Role.ANALYST, State.APPRAISED, (Step.SETTLE,)),
        (Role.SURVEYOR, State.DRAFT, ()),
    ],
)
def test_what_a_person_can_do_now(role: Role, state: State, steps: tuple[Step, ...]) -> None:
    assert possible(state, may=of(role), dates=DATES, today=SCORE) == steps


def test_what_was_not_sent_is_collected_once_its_time_is_over() -> None:
    with pytest.raises(NotOpen, match="too_early"):
        moved(State.DRAFT, Step.COLLECT, may=EVERY, dates=DATES, today=APPROVE)
    for today, steps in ((APPROVE, ()), (APPROVE + DAY, (Step.COLLECT,))):
        assert possible(State.AWAITING_APPROVAL, may=of(Role.ANALYST), dates=DATES, today=today) == steps


def test_what_has_run_out_is_not_offered() -> None:
    assert possible(State.SUBMITTED, may=of(Role.INSPECTOR), dates=DATES, today=SCORE + DAY) == ()


def test_an_extension_moves_scoring_and_approval_and_never_shortens() -> None:
    assert Dates.of(SCORE, APPROVE, EXPLAIN, None) == DATES
    longer = APPROVE + DAY
    assert Dates.of(SCORE, APPROVE, EXPLAIN, longer) == Dates(
        score_until=longer, approve_until=longer, explain_until=EXPLAIN
    )
    assert Dates.of(SCORE, APPROVE, EXPLAIN, SCORE - DAY) == DATES


def test_what_is_submitted_after_its_day_is_late() -> None:
    assert not is_late(DATES, APPROVE)
    assert is_late(DATES, APPROVE + DAY)


@pytest.mark.parametrize(
    ("state", "last"),
    [
        (State.NOT_STARTED, SCORE),
        (State.DRAFT, SCORE),
        (State.AWAITING_APPROVAL, APPROVE),
        (State.EXPLANATION_ASKED, EXPLAIN),
    ],
)
def test_a_unit_is_overdue_after_the_day_of_its_state(state: State, last: datetime.date) -> None:
    assert not overdue(state, DATES, last)
    assert overdue(state, DATES, last + DAY)


@pytest.mark.parametrize("state", [State.SUBMITTED, State.EXPLAINED, State.APPRAISED, State.PUBLISHED])
def test_a_unit_that_waits_for_others_is_not_overdue(state: State) -> None:
    assert not overdue(state, DATES, EXPLAIN + DAY)
