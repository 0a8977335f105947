"""A locked mark changes by two people with a reason, and in no other way."""

from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from survey_app.assessment import outcomes, standing
from survey_app.assessment.flow import State
from survey_app.assessment.settling import correcting
from survey_app.db import Database
from survey_app.errors import Conflict, NotAllowed, NotFound, Rejected
from survey_app.models import Duty
from survey_app.policy import Actor, Role
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.factories.accounts import MakeActor
from tests.survey_app.assessment.cases import MakeSupport, appraise, submit
from tests.survey_app.assessment.conftest import (
    MakeFeed,
    MakeMark,
    MakeRound,
    MakeSet,
    Place,
    Put,
    Running,
    events,
    leaf,
    node,
)


@pytest.fixture
def key(
    running: Running, place: Place, make_mark: MakeMark, make_support: MakeSupport, make_feed: MakeFeed, put: Put
) -> int:
    """Xã An Cọ, settled."""
    found = running.of(place.communes[0])
    submit(make_mark, make_support, put, found)
    appraise(make_mark, put, found, l1_3="0.5")
    make_feed(found, "2.1", {"percent": "82.5"}, share=0.825, standard_error=0.01)
    put(found, State.SETTLED)
    return found


def counted(session: Session, running: Running, unit_id: int) -> Decimal:
    (sheet,) = standing.sheets(session, running.id, [unit_id])
    points = outcomes.counted(sheet)["1.3"].counted
    return Decimal(points.numerator) / points.denominator


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE mark SET points = '1' WHERE leaf = '1.3' AND stage = 'first'",
        "DELETE FROM mark WHERE leaf = '1.3'",
        "INSERT INTO mark (assessment_id, leaf, stage, inputs, deducted, applies, reason, edition, account_id, at) "
        "SELECT assessment_id, leaf, 'council', inputs, deducted, applies, reason, edition, account_id, at "
        "FROM mark WHERE leaf = '1.3' AND stage = 'first'",
        "UPDATE feed SET data = '{}'",
        "DELETE FROM feed",
        "UPDATE assessment SET state = 'appraised' WHERE state = 'settled'",
    ],
)
def test_the_database_refuses_a_direct_change(database: Database, key: int, statement: str) -> None:
    with pytest.raises(DBAPIError), database.transaction() as session:
        session.execute(text(statement))


def test_two_people_change_a_mark_and_the_database_keeps_their_word(
    database: Database, running: Running, place: Place, appraiser: Actor, analyst: Actor, key: int, clock: Clock
) -> None:
    unit = place.communes[0].id
    with database.transaction() as session:
        proposed = correcting.propose(session, appraiser, key, "1.3", "0,9", " Nhầm ", clock())
        assert counted(session, running, unit) == Decimal("0.5")
    with database.transaction() as session:
        correcting.confirm(session, analyst, proposed, clock())
        assert counted(session, running, unit) == Decimal("0.9")
        assert [each["points"] for each in events(session, "correction_confirmed")] == ["0.9"]
    for statement in (
        "UPDATE correction SET points = '1'",
        "UPDATE correction SET confirmed_by = NULL",
        "DELETE FROM correction",
    ):
        with pytest.raises(DBAPIError), database.transaction() as session:
            session.execute(text(statement))


@on_sqlite
def test_nobody_confirms_their_own_word(
    session: Session, running: Running, analyst: Actor, appraiser: Actor, key: int, clock: Clock
) -> None:
    proposed = correcting.propose(session, analyst, key, "1.3", "0.9", "Nhầm", clock())
    for actor in (analyst, appraiser):
        with pytest.raises(NotAllowed):
            correcting.confirm(session, actor, proposed, clock())
    (shown,) = correcting.corrections(session, analyst, running.id)
    assert (shown.own, shown.confirmer, shown.replaced, shown.unit) == (True, None, False, "Xã An Cọ")


@on_sqlite
def test_what_cannot_be_proposed(session: Session, analyst: Actor, key: int, clock: Clock, put: Put) -> None:
    for number, points, reason, problem in (
        ("1.3", "2", "x", "points"),
        ("1.3", "1", " ", "reason"),
        ("1.3", "1", "x" * 4001, "reason"),
    ):
        with pytest.raises(Rejected) as refusal:
            correcting.propose(session, analyst, key, number, points, reason, clock())
        assert list(refusal.value.problems) == [problem]
    with pytest.raises(NotFound):
        correcting.propose(session, analyst, key, "9.9", "1", "x", clock())
    with pytest.raises(NotFound):
        correcting.confirm(session, analyst, 999, clock())


@on_sqlite
def test_an_appraiser_proposes_within_the_duties(
    session: Session, running: Running, place: Place, appraiser: Actor, analyst: Actor, key: int, clock: Clock
) -> None:
    correcting.propose(session, appraiser, key, "1.3", "0.9", "Nhầm", clock())
    duty = Duty(round_id=running.id, account_id=appraiser.account_id, field="T", unit_id=place.communes[0].id)
    session.add(duty)
    session.flush()
    with pytest.raises(NotFound, match="leaf"):
        correcting.propose(session, appraiser, key, "1.3", "0.9", "Nhầm", clock())
    assert [number for number, _ in correcting.target(session, appraiser, key).leaves] == ["T.1"]
    correcting.propose(session, appraiser, key, "T.1", "0.9", "Nhầm", clock())
    assert len(correcting.corrections(session, appraiser, running.id)) == 2
    duty.unit_id = place.communes[1].id
    session.flush()
    with pytest.raises(NotFound, match="assessment"):
        correcting.target(session, appraiser, key)
    assert correcting.locked(session, appraiser, running.id) == ()
    assert correcting.corrections(session, appraiser, running.id) == []
    correcting.propose(session, analyst, key, "1.3", "0.9", "Nhầm", clock())  # Home Affairs has no duties


@on_sqlite
def test_a_leaf_that_a_unit_is_exempt_from_is_not_corrected(
    session: Session, make_set: MakeSet, make_round: MakeRound, analyst: Actor, place: Place, put: Put, clock: Clock
) -> None:
    special = node("1", 5, leaf("1.1", 3, special=["xa-1"]), leaf("1.2", 2))
    key = make_round(sets={"commune": make_set(fields=[special])}).of(place.communes[0])
    put(key, State.SETTLED)
    with pytest.raises(Rejected) as refusal:
        correcting.propose(session, analyst, key, "1.1", "1", "Nhầm", clock())
    assert refusal.value.problems == {"leaf": "unit_exempt"}
    assert [number for number, _ in correcting.target(session, analyst, key).leaves] == ["1.2"]


@on_sqlite
def test_only_a_locked_mark_is_corrected(
    session: Session, running: Running, analyst: Actor, place: Place, clock: Clock
) -> None:
    with pytest.raises(Conflict, match="not_locked"):
        correcting.propose(session, analyst, running.of(place.communes[1]), "1.3", "1", "x", clock())


@on_sqlite
def test_a_later_correction_replaces_an_earlier(
    session: Session, running: Running, place: Place, analyst: Actor, appraiser: Actor, key: int, clock: Clock
) -> None:
    old = correcting.propose(session, appraiser, key, "1.3", "0.8", "Một", clock())
    new = correcting.propose(session, appraiser, key, "1.3", "0.9", "Hai", clock())
    correcting.confirm(session, analyst, new, clock())
    for proposed in (old, new):
        with pytest.raises(Conflict, match="already_confirmed"):
            correcting.confirm(session, analyst, proposed, clock())
    first, second = correcting.corrections(session, appraiser, running.id)
    assert (first.id, first.replaced, second.id, second.replaced) == (new, False, old, True)
    assert correcting.round_of(session, analyst, new) == running.id


@on_sqlite
def test_where_corrections_begin(
    database: Database, running: Running, analyst: Actor, place: Place, key: int, make_actor: MakeActor
) -> None:
    elsewhere = make_actor(Role.APPRAISER, place.communes[1])
    with database.reading() as session:
        assert correcting.locked(session, analyst, running.id) == ((key, "Xã An Cọ"),)
        assert correcting.find_round(session, analyst, running.id).id == running.id
        found = correcting.target(session, analyst, key)
        assert (found.unit, found.leaves[0]) == ("Xã An Cọ", ("1.1", "Tiêu chí 1.1"))
        assert correcting.locked(session, elsewhere, running.id) == ()
        for look in (correcting.target, correcting.find_round, correcting.round_of):
            with pytest.raises(NotFound):
                look(session, analyst, 999)
        with pytest.raises(NotFound):
            correcting.target(session, elsewhere, key)
