"""What the log says of units beyond their rows."""

import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.assessment import marking, rounds, trail
from survey_app.assessment.documents import evidence
from survey_app.assessment.documents.evidence import Details
from survey_app.assessment.flow import State, Step
from survey_app.assessment.trail import Trail
from survey_app.models import Assessment, AuditEvent, Evidence
from survey_app.policy import Actor
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.survey_app.assessment.conftest import DATES, Place, Put, Running

QUOTA = 10**9


def linked(number: int) -> Details:
    """A document that was published."""
    told = {"number": f"{number}/KH-UBND", "issued_on": datetime.date(2025, 1, 2), "issuer": "UBND xã"}
    return Details(**told, summary="Kế hoạch", url=f"https://example.org/{number}", note="Trang 1")


@pytest.fixture
def row(
    running: Running,
    place: Place,
    put: Put,
    inspector: Actor,
    leader: Actor,
    appraiser: Actor,
    analyst: Actor,
    session: Session,
) -> Assessment:
    """Xã An Cọ, which waits for its leader."""
    del inspector, leader, appraiser, analyst  # stored before the session of the test begins
    put(running.of(place.communes[0]), State.AWAITING_APPROVAL)
    return session.get_one(Assessment, running.of(place.communes[0]))


def test_what_was_taken_back_and_by_whom(
    row: Assessment, inspector: Actor, leader: Actor, running: Running, place: Place, session: Session, clock: Clock
) -> None:
    other = running.of(place.communes[1])
    assert trail.trails(session, [row.id, other]) == {}
    assert trail.taken_back(session, row) is None
    assert trail.trails(session, []) == {}
    rounds.move(session, inspector, row, Step.WITHDRAW, clock())
    (first,) = trail.trails(session, [row.id, other]).values()
    back = first.taken_back
    assert back is not None
    assert (back.at, back.by, back.approval, back.resent) == (clock(), inspector.name, None, False)
    rounds.move(session, inspector, row, Step.SEND, clock())
    rounds.move(session, leader, row, Step.APPROVE, clock())
    assert trail.trails(session, [row.id])[row.id].taken_back == trail.TakenBack(
        at=clock(), by=inspector.name, approval=None, resent=True
    )
    clock.move(days=1)
    rounds.move(session, inspector, row, Step.WITHDRAW, clock())
    again = trail.taken_back(session, row)
    assert again is not None
    assert (again.at, again.approval is None, again.resent) == (clock(), False, False)


@on_sqlite
def test_what_changed_since_the_approval_is_named_by_leaf(
    row: Assessment,
    running: Running,
    place: Place,
    inspector: Actor,
    leader: Actor,
    session: Session,
    clock: Clock,
) -> None:
    def save(leaf: str, edition: int = 0) -> None:
        entry = marking.Entry(inputs={}, claimed="1", reason="Vì", edition=edition)
        marking.save(session, inspector, row.id, leaf, entry, clock())

    row.state = State.DRAFT
    save("1.3")
    before = evidence.add(session, inspector, row.id, linked(1), None, ["1.2"], clock(), quota=QUOTA)
    rounds.move(session, inspector, row, Step.SEND, clock())
    rounds.move(session, leader, row, Step.APPROVE, clock())
    rounds.move(session, inspector, row, Step.WITHDRAW, clock())
    back = trail.trails(session, [row.id])[row.id].taken_back
    assert back is not None
    assert back.approval is not None

    def changed() -> tuple[str, ...]:
        assert back is not None
        return trail.changed(session, row, back.approval or 0)

    assert changed() == ()
    save("T.1")
    save("1.1")
    assert changed() == ("1.1", "T.1")
    stamp = evidence.stamp(session.get_one(Evidence, before))
    evidence.describe(session, inspector, before, linked(3), stamp, clock())  # says itself nothing of leaves
    assert changed() == ("1.1", "1.2", "T.1")
    added = evidence.add(session, inspector, row.id, linked(2), None, ["1.3"], clock(), quota=QUOTA)
    evidence.withdraw(session, inspector, added, clock())
    assert changed() == ("1.1", "1.2", "1.3", "T.1")
    assert trail.changed(session, session.get_one(Assessment, running.of(place.communes[1])), 0) == ()


def test_a_document_that_was_withdrawn_names_what_it_had_supported(
    row: Assessment, inspector: Actor, session: Session, clock: Clock
) -> None:
    row.state = State.DRAFT
    document = evidence.add(session, inspector, row.id, linked(1), None, ["1.2", "1.3"], clock(), quota=QUOTA)
    last = session.scalar(select(func.max(AuditEvent.id)))
    assert last is not None
    evidence.withdraw(session, inspector, document, clock())
    assert trail.changed(session, row, last) == ("1.2", "1.3")


def test_what_was_finished_and_settled_late(
    row: Assessment, appraiser: Actor, analyst: Actor, session: Session, clock: Clock
) -> None:
    row.state = State.IN_APPRAISAL
    clock.move(days=(DATES["appraise_until"] - clock.today).days)
    rounds.move(session, appraiser, row, Step.FINISH, clock())
    assert trail.trails(session, [row.id]) == {}
    row.state = State.IN_APPRAISAL
    clock.move(days=1)
    rounds.move(session, appraiser, row, Step.FINISH, clock())
    assert trail.trails(session, [row.id]) == {row.id: Trail(late=frozenset({Step.FINISH}))}
    clock.move(days=(DATES["settle_until"] - clock.today).days + 1)
    rounds.move(session, analyst, row, Step.SETTLE, clock())
    assert trail.trails(session, [row.id])[row.id].late == {Step.FINISH, Step.SETTLE}
