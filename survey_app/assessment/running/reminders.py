"""Who has to do what by when in a round: a list to send, for no mail leaves the program."""

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.assessment import flow
from survey_app.assessment.flow import State
from survey_app.assessment.running import board
from survey_app.assessment.running.board import Row
from survey_app.models import Account, Assessment, CouncilMember, Duty, Explanation, Round
from survey_app.models.assessment import RUNNING
from survey_app.policy import RULES, Action, Actor

People = Mapping[tuple[int, str], tuple[str, ...]]  # by unit and role
WHO: Mapping[State, Action] = {
    State.NOT_STARTED: Action.SCORE_SELF,
    State.DRAFT: Action.SCORE_SELF,
    State.AWAITING_APPROVAL: Action.APPROVE_SELF,
    State.EXPLANATION_ASKED: Action.SCORE_SELF,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """What a unit still owes: leaves that lack something, or questions without an answer, until a day; or what others
    owe since their day has passed, the appraisal or the council of a unit, or the publication of the round (``state``
    is None then, and ``unit`` the round).

    ``people`` are those of its accounts who can do it; of a unit that a merger ended, its successors' people can too.
    """

    unit: str
    successors: tuple[str, ...]
    block: str
    state: State | None
    due: datetime.date
    days_over: int
    lacking: tuple[str, ...]
    unproved: tuple[str, ...]
    questions: int
    people: tuple[str, ...]


def reminders(
    session: Session, actor: Actor, round_id: int, asked: board.Asked, today: datetime.date
) -> tuple[Reminder, ...]:
    """One for each unit of the board that has something to do or waits for others beyond their day, and one for a
    publication that is overdue, the most overdue first."""
    rows = [row for row in board.chosen(board.rows(session, actor, round_id, today), asked) if _owed(row)]
    people, questions, held = _people(session), _questions(session, round_id), session.get_one(Round, round_id)
    found = list(_reminders(rows, _who(session, round_id, people), questions, today))
    whole = asked.block == "" and asked.state in ("", board.OVERDUE)
    if whole and held.state == RUNNING and today > held.publish_until:
        found.append(_publication(held, people, today))
    return tuple(sorted(found, key=lambda each: -each.days_over))


def _owed(row: Row) -> bool:
    """Settled units wait for the round, which is one line."""
    return row.state in flow.OF_UNIT or (row.overdue and row.state is not State.SETTLED)


def _reminders(
    rows: Iterable[Row],
    who: Callable[[Row], tuple[str, ...]],
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
            people=who(row),
        )


def _publication(held: Round, people: People, today: datetime.date) -> Reminder:
    over = (today - held.publish_until).days
    return Reminder(
        unit=held.title,
        successors=(),
        block="",
        state=None,
        due=held.publish_until,
        days_over=over,
        lacking=(),
        unproved=(),
        questions=0,
        people=_with(people, Action.SETTLE),
    )


def _who(session: Session, round_id: int, people: People) -> Callable[[Row], tuple[str, ...]]:
    """Of a row the people of the unit, the appraisers whose duty it is (all where nobody has one), or the council."""
    named = select(Account.name).where(Account.active).order_by(Account.name)
    seats = named.join(CouncilMember, CouncilMember.account_id == Account.id).where(CouncilMember.round_id == round_id)
    charged = named.join(Duty, Duty.account_id == Account.id).where(Duty.round_id == round_id)
    council, duties = tuple(session.scalars(seats)), session.execute(charged.add_columns(Duty.unit_id)).all()

    def who(row: Row) -> tuple[str, ...]:
        if row.state in WHO:
            return tuple(name for role in sorted(RULES[WHO[row.state]]) for name in people.get((row.unit_id, role), ()))
        if row.state is State.APPRAISED:
            return council
        if not duties:
            return _with(people, Action.APPRAISE)
        return tuple(dict.fromkeys(name for name, unit_id in duties if unit_id in (None, row.unit_id)))

    return who


def _with(people: People, action: Action) -> tuple[str, ...]:
    """Everybody whose role permits an action."""
    return tuple(sorted(name for (_, role), names in people.items() if role in RULES[action] for name in names))


def _people(session: Session) -> People:
    found: dict[tuple[int, str], tuple[str, ...]] = {}
    query = select(Account.unit_id, Account.role, Account.name).where(Account.active).order_by(Account.name)
    for unit_id, role, name in session.execute(query):
        found[unit_id, role] = (*found.get((unit_id, role), ()), name)
    return found


def _questions(session: Session, round_id: int) -> Mapping[int, int]:
    query = select(Explanation.assessment_id, func.count()).join(Assessment, Assessment.id == Explanation.assessment_id)
    query = query.where(Assessment.round_id == round_id, Explanation.answer.is_(None))
    return dict(session.execute(query.group_by(Explanation.assessment_id)).all())
