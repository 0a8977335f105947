"""Who may move a unit from which state to which, and until when."""

import datetime
from dataclasses import replace

import pytest

from survey_app.assessment.flow import (
    APPRAISING,
    LOCKED,
    MOVES,
    OF_UNIT,
    SELF_SCORING,
    UNSENT,
    Dates,
    State,
    Step,
    due,
    is_late,
    missed,
    moved,
    overdue,
    possible,
)
from survey_app.errors import Conflict, NotAllowed, NotOpen
from survey_app.models.assessment import LOCKED as LOCKED_ROWS
from survey_app.models.assessment import STATES
from survey_app.policy import RULES, Action, Role

DAY = datetime.timedelta(days=1)
SCORE, APPROVE, APPRAISE, EXPLAIN, SETTLE, PUBLISH = (datetime.date(2026, month, 15) for month in range(3, 9))
DATES = Dates(
    score_until=SCORE,
    approve_until=APPROVE,
    appraise_until=APPRAISE,
    explain_until=EXPLAIN,
    settle_until=SETTLE,
    publish_until=PUBLISH,
)
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


@pytest.mark.parametrize(
    ("step", "state"),
    [
        (Step.SEND, State.DRAFT),
        (Step.APPROVE, State.AWAITING_APPROVAL),
        (Step.APPRAISE, State.SUBMITTED),
        (Step.FINISH, State.IN_APPRAISAL),
        (Step.SETTLE, State.APPRAISED),
        (Step.PUBLISH, State.SETTLED),
    ],
)
def test_what_was_begun_is_brought_to_its_end_however_late(step: Step, state: State) -> None:
    assert moved(state, step, may=EVERY, dates=DATES, today=PUBLISH + DAY) is MOVES[step].target


@pytest.mark.parametrize("step", [Step.BEGIN, Step.SEND])
def test_a_unit_does_not_begin_after_its_time(step: Step) -> None:
    assert moved(State.NOT_STARTED, step, may=EVERY, dates=DATES, today=SCORE) is MOVES[step].target
    given = DATES.extended(SCORE + DAY)
    for dates, today in ((DATES, SCORE + DAY), (DATES.extended(PUBLISH + DAY), PUBLISH + DAY)):
        assert missed(State.NOT_STARTED, dates, today)
        with pytest.raises(NotOpen, match="date_passed"):
            moved(State.NOT_STARTED, step, may=EVERY, dates=dates, today=today)
    assert moved(State.NOT_STARTED, step, may=EVERY, dates=given, today=SCORE + DAY) is MOVES[step].target
    assert not missed(State.DRAFT, DATES, SCORE + DAY)


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


def test_an_extension_moves_the_days_before_it_and_never_shortens() -> None:
    assert DATES.extended(None) == DATES.extended(SCORE - DAY) == DATES
    longer = APPRAISE + DAY
    moved_days = {"score_until": longer, "approve_until": longer, "appraise_until": longer}
    assert DATES.extended(longer) == replace(DATES, **moved_days)
    assert DATES.extended(PUBLISH) == replace(DATES, **dict.fromkeys((*moved_days, "explain_until"), PUBLISH))


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
        (State.SUBMITTED, APPRAISE),
        (State.IN_APPRAISAL, APPRAISE),
        (State.EXPLAINED, SETTLE),
        (State.APPRAISED, SETTLE),
        (State.SETTLED, PUBLISH),
    ],
)
def test_whoever_has_to_go_on_is_overdue_after_the_day_of_the_state(state: State, last: datetime.date) -> None:
    assert due(state, DATES) == last
    assert not overdue(state, DATES, last)
    assert overdue(state, DATES, last + DAY)


def test_after_publication_nothing_is_due() -> None:
    assert due(State.PUBLISHED, DATES) is None
    assert not overdue(State.PUBLISHED, DATES, PUBLISH + DAY)


def test_in_each_state_but_the_last_the_unit_or_somebody_else_goes_on() -> None:
    assert OF_UNIT | {state for state in State if state not in OF_UNIT and due(state, DATES)} == set(State) - {
        State.PUBLISHED
    }
