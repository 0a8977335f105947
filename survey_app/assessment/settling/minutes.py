"""The content of a meeting's minute, from what the council recorded and decided."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.council_minute import Attendant, CouncilMinute, Decided
from survey_app.assessment.facts import Held, Met
from survey_app.assessment.flow import LOCKED
from survey_app.assessment.outcomes import Said
from survey_app.assessment.settling import council
from survey_app.assessment.settling.council import Case
from survey_app.config import ZONE
from survey_app.errors import NotFound
from survey_app.letterhead import letterhead
from survey_app.models import Account, CouncilAttendance, CouncilMeeting, Mark
from survey_app.models.assessment import COUNCIL
from survey_app.policy import Actor


def minute(session: Session, actor: Actor, meeting_id: int) -> CouncilMinute:
    """What the minute of a meeting says; NotFound for people outside the council, and without a letterhead.

    A decision belongs to the meeting that it names. One that names none is of a unit that was locked when decisions
    did not name theirs yet: it belongs to the last meeting held by the day it was entered, or else to the first.
    """
    meeting = session.get(CouncilMeeting, meeting_id)
    if meeting is None:
        raise NotFound("meeting")
    held = council.open_to(session, actor, meeting.round_id)
    head, fictional = letterhead(session)
    cases = council.cases(session, actor, held.id)
    return CouncilMinute(
        letterhead=head,
        fictional=fictional,
        round=held.title,
        held_on=meeting.held_on,
        in_writing=meeting.in_writing,
        text=meeting.minute,
        attendants=_attendants(session, meeting),
        decisions=_decisions(session, held, meeting, cases),
        units=tuple((case.sheet.name, case.state in LOCKED) for case in cases),
        unverified=any(not case.sheet.criteria.definition.verified for case in cases),
    )


def _attendants(session: Session, meeting: CouncilMeeting) -> tuple[Attendant, ...]:
    query = select(CouncilAttendance.account_id).where(CouncilAttendance.meeting_id == meeting.id)
    present = set(session.scalars(query))
    known = council.members(session, meeting.round_id)
    gone = present - {each.account_id for each in known}  # attended, and left the council since
    names = session.scalars(select(Account.name).where(Account.id.in_(gone)).order_by(Account.name))
    seated = (Attendant(name=each.name, title=each.title, present=each.account_id in present) for each in known)
    return (*seated, *(Attendant(name=name, title="", present=True) for name in names))


def _decisions(session: Session, held: Held, meeting: CouncilMeeting, cases: tuple[Case, ...]) -> tuple[Decided, ...]:
    every = council.meetings(session, held.id)
    ids = {case.assessment_id: case for case in cases}
    query = select(Mark).where(Mark.assessment_id.in_(ids), Mark.stage == COUNCIL)
    of = {(mark.assessment_id, mark.leaf): _meeting_of(every, mark) for mark in session.scalars(query)}
    found = []
    for case in cases:
        for leaf in case.leaves:
            if leaf.council is not None and of.get((case.assessment_id, leaf.leaf)) == meeting.id:
                found.append(_decided(case, leaf, leaf.council))
    return tuple(found)


def _meeting_of(every: Sequence[Met], mark: Mark) -> int:
    if mark.meeting_id is not None:
        return mark.meeting_id
    day = mark.at.astimezone(ZONE).date()
    before = [each for each in every if each.held_on <= day]
    return (before[-1] if before else every[0]).id


def _decided(case: Case, leaf: council.Contested, given: Said) -> Decided:
    appraised = leaf.second or leaf.first
    return Decided(
        unit=case.sheet.name,
        leaf=leaf.leaf,
        own=leaf.own.points if leaf.own else None,
        appraised=appraised.points - appraised.deducted if appraised and appraised.points is not None else None,
        points=given.points,
        applies=given.applies,
        reason=given.reason,
    )
