"""What was said about the units of a round, read in a handful of statements."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.orm import Session

from survey_app.assessment import outcomes, standing
from survey_app.assessment.flow import State
from survey_app.db import Database
from survey_app.models import Correction, Feed, Mark, Unit
from survey_app.policy import Actor
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.factories.units import MakeUnit
from tests.survey_app.assessment.conftest import (
    MakeFeed,
    MakeMark,
    MakeRound,
    MakeSet,
    Place,
    Put,
    Running,
    leaf,
    node,
)


@pytest.fixture
def correct(database: Database, analyst: Actor, clock: Clock) -> Callable[..., None]:
    """correct(assessment_id, "1", confirmed_by=None): a correction of 1.1."""

    def make(assessment_id: int, points: str, *, confirmed_by: int | None) -> None:
        with database.transaction() as session:
            row = Correction(assessment_id=assessment_id, leaf="1.1", points=points, reason="Nhầm")
            row.proposed_by, row.proposed_at = analyst.account_id, clock()
            session.add(row)
            session.flush()
            row.confirmed_by = confirmed_by

    return make


def test_a_sheet_holds_everything_that_was_said(
    running: Running,
    place: Place,
    appraiser: Actor,
    correct: Callable[..., None],
    make_mark: MakeMark,
    make_feed: MakeFeed,
    database: Database,
) -> None:
    own = running.of(place.communes[0])
    make_mark(own, "1.1", "2.55", inputs={"a": 34, "b": 40}, computed="2.55", reason="Vì")
    make_mark(own, "1.1", "2", stage="first", deducted="0.5")
    make_mark(own, "1.2", None, applies=False)
    make_feed(own, "2.1", {"percent": 82.5}, share=0.825, standard_error=0.01)
    correct(own, "1", confirmed_by=None)
    correct(own, "1.5", confirmed_by=appraiser.account_id)
    correct(own, "1.75", confirmed_by=appraiser.account_id)
    with database.reading() as session:
        sheets = standing.sheets(session, running.id)
        mark, feed = session.get_one(Mark, (own, "1.1", "first")), session.get_one(Feed, (own, "2.1"))
        alone = (standing.said(mark), standing.fed(feed))
    assert [each.name for each in sheets] == ["Phường Cao Sơn", "Xã An Cọ", "Xã Bình Thủy", "Sở Tư pháp"]
    assert [each.block for each in sheets] == ["commune", "commune", "commune", "department"]
    first = next(each for each in sheets if each.unit_id == place.communes[0].id)
    own_mark = first.marks["1.1"]["self"]
    assert (own_mark.points, own_mark.computed, own_mark.inputs, own_mark.reason) == (
        Decimal("2.55"),
        Decimal("2.55"),
        {"a": 34, "b": 40},
        "Vì",
    )
    assert first.marks["1.1"]["first"] == outcomes.Said(points=Decimal(2), deducted=Decimal("0.5"))
    assert first.marks["1.2"]["self"] == outcomes.Said(points=None, applies=False)
    assert first.feeds["2.1"] == outcomes.Fed(inputs={"percent": 82.5}, share=0.825, standard_error=0.01)
    assert alone == (first.marks["1.1"]["first"], first.feeds["2.1"])
    assert first.corrections == {"1.1": Decimal("1.75")}  # the later of the confirmed ones
    others = [each for each in sheets if each is not first]
    assert all((each.marks, each.feeds, each.corrections) == ({}, {}, {}) for each in others)


def test_sheets_of_some_units_alone(running: Running, place: Place, make_mark: MakeMark, session: Session) -> None:
    for unit in place.communes:
        make_mark(running.of(unit), "1.3", "1")
    wanted = place.communes[1]
    (found,) = standing.sheets(session, running.id, [wanted.id])
    assert (found.unit_id, list(found.marks)) == (wanted.id, ["1.3"])
    assert standing.sheets(session, running.id, []) == ()


@on_sqlite
def test_a_special_unit_is_exempt_by_its_code(
    make_round: MakeRound, make_set: MakeSet, place: Place, session: Session
) -> None:
    special = node("1", 5, leaf("1.1", 3, special=["xa-1"]), leaf("1.2", 2))
    running = make_round(sets={"commune": make_set(fields=[special])})
    found = {each.unit_id: each.exempt for each in standing.sheets(session, running.id)}
    assert found == {unit.id: {"1.1"} if unit is place.communes[0] else set() for unit in place.communes}


@on_sqlite
def test_a_unit_is_compared_with_its_block_whatever_becomes_of_it(
    running: Running, place: Place, make_unit: MakeUnit, database: Database
) -> None:
    make_unit("Phường Mẫu", level="ward", parent=place.province)  # the level exists
    with database.transaction() as session:
        session.get_one(Unit, place.communes[0].id).level = "ward"
    with database.reading() as session:
        assert {each.block for each in standing.sheets(session, running.id)} == {"commune", "department"}


@on_sqlite
def test_the_number_of_statements_does_not_grow_with_the_units(
    running: Running, place: Place, make_mark: MakeMark, put: Put, database: Database
) -> None:
    for unit in place.communes:
        make_mark(running.of(unit), "1.3", "1", stage="first")
        put(running.of(unit), State.APPRAISED)
    asked: list[str] = []

    def hear(_connection: Connection, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", hear)
    with database.reading() as session:
        standing.sheets(session, running.id)
    assert len([each for each in asked if each.startswith("SELECT")]) == 6  # units, two sets, marks, feeds, corrections
