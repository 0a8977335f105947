"""Which unit has to do what by when in a round: a list to send, for no mail leaves the program."""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.assessment import flow
from survey_app.assessment.flow import State
from survey_app.assessment.running import board
from survey_app.assessment.running.board import Row
from survey_app.models import Account, Assessment, Explanation
from survey_app.policy import RULES, Action, Actor

WHO: Mapping[State, Action] = {
    State.NOT_STARTED: Action.SCORE_SELF,
    State.DRAFT: Action.SCORE_SELF,
    State.AWAITING_APPROVAL: Action.APPROVE_SELF,
    State.EXPLANATION_ASKED: Action.SCORE_SELF,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """What a unit still owes: leaves that lack something, or questions without an answer, until a day.

    ``people`` are those of its accounts who can do it; of a unit that a merger ended, its successors' people can too.
    """

    unit: str
    successors: tuple[str, ...]
    block: str
    state: State
    due: datetime.date
    days_over: int
    lacking: tuple[str, ...]
    unproved: tuple[str, ...]
    questions: int
    people: tuple[str, ...]


def reminders(
    session: Session, actor: Actor, round_id: int, asked: board.Asked, today: datetime.date
) -> tuple[Reminder, ...]:
    """One for each unit of the board that has something to do, the most overdue first."""
    rows = [row for row in board.chosen(board.rows(session, actor, round_id, today), asked) if row.due is not None]
    people, questions = _people(session), _questions(session, round_id)
    found = list(_reminders(rows, people, questions, today))
    return tuple(sorted(found, key=lambda each: -each.days_over))


def _reminders(
    rows: Iterable[Row],
    people: Mapping[tuple[int, str], tuple[str, ...]],
    questions: Mapping[int, int],
    today: datetime.date,
) -> Iterator[Reminder]:
    for row in rows:
        scoring = row.state in flow.SELF_SCORING
        due = row.due or today
        yield Reminder(
            unit=row.unit,
            successors=row.successors,
            block=row.block_name,
            state=row.state,
            due=due,
            days_over=max(0, (today - due).days),
            lacking=row.lacking if scoring else (),
            unproved=row.unproved if scoring else (),
            questions=questions.get(row.assessment_id, 0),
            people=tuple(
                name for role in sorted(RULES[WHO[row.state]]) for name in people.get((row.unit_id, role), ())
            ),
        )


def _people(session: Session) -> Mapping[tuple[int, str], tuple[str, ...]]:
    found: dict[tuple[int, str], tuple[str, ...]] = {}
    query = select(Account.unit_id, Account.role, Account.name).where(Account.active).order_by(Account.name)
    for unit_id, role, name in session.execute(query):
        found[unit_id, role] = (*found.get((unit_id, role), ()), name)
    return found


def _questions(session: Session, round_id: int) -> Mapping[int, int]:
    query = select(Explanation.assessment_id, func.count()).join(Assessment, Assessment.id == Explanation.assessment_id)
    query = query.where(Assessment.round_id == round_id, Explanation.answer.is_(None))
    return dict(session.execute(query.group_by(Explanation.assessment_id)).all())
