"""The board of a round: progress, what is missing, own points against those of the appraisers."""

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.orm import Session

from survey_app.assessment.flow import State
from survey_app.assessment.running import board
from survey_app.assessment.running.board import Asked, Row
from survey_app.assessment.trail import Trail
from survey_app.db import Database
from survey_app.errors import NotAllowed, NotFound
from survey_app.models import Assessment, Unit, UnitSuccession
from survey_app.policy import Actor
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.factories.units import MakeUnit
from tests.survey_app.assessment.conftest import (
    DATES,
    MakeMark,
    MakeRound,
    MakeSet,
    Place,
    Put,
    Running,
    leaf,
    node,
)

Complete = Callable[[int], None]


@pytest.fixture
def rows(running: Running, analyst: Actor, database: Database, clock: Clock) -> Callable[[], dict[int, Row]]:
    """rows(): every row of the round by its unit."""

    def read() -> dict[int, Row]:
        with database.reading() as session:
            found = board.rows(session, analyst, running.id, clock.today)
        return {row.unit_id: row for row in found}

    return read


Rows = Callable[[], dict[int, Row]]


def test_a_unit_that_has_not_begun(rows: Rows, place: Place) -> None:
    row = rows()[place.communes[0].id]
    assert (row.unit, row.block, row.block_name) == ("Xã An Cọ", "commune", "Các xã, phường")
    assert (row.state, row.due, row.overdue, row.late) == (State.NOT_STARTED, DATES["score_until"], False, False)
    assert (row.done, row.leaves, row.lacking, row.unproved) == (0, 3, ("1.1", "1.2", "1.3"), ())
    assert (row.claimed, row.given, row.judged, row.difference) == (Decimal(0), Decimal(0), 0, None)


def test_progress_and_missing_documents(
    rows: Rows, running: Running, place: Place, make_mark: MakeMark, make_support: Callable[..., int]
) -> None:
    own = running.of(place.communes[0])
    make_mark(own, "1.1", "2.55", computed="2.55")
    make_support(own, "1.1")
    make_mark(own, "1.2", "2", computed="2")
    make_mark(own, "T.1", "0.5")
    row = rows()[place.communes[0].id]
    assert (row.done, row.leaves) == (1, 4)  # a bonus counts once it is claimed
    assert (row.lacking, row.unproved) == (("1.2", "1.3", "T.1"), ("1.2", "T.1"))
    assert row.claimed == Decimal("4.55")  # without the bonus


def test_own_points_stand_against_those_that_count(
    rows: Rows, running: Running, place: Place, make_mark: MakeMark, complete: Complete
) -> None:
    own = running.of(place.communes[0])
    complete(own)  # 2,55 + 2 + 0,75
    make_mark(own, "1.1", "2.5", stage="council")
    make_mark(own, "1.1", "1", stage="first", deducted="0.5")
    make_mark(own, "1.1", "2", stage="second")
    make_mark(own, "1.2", "2", stage="first", deducted="3")
    make_mark(own, "1.2", None, stage="second", reason="Chờ")  # a comment decides nothing
    row = rows()[place.communes[0].id]
    assert (row.claimed, row.claimed_there, row.given, row.judged) == (
        Decimal("5.30"),
        Decimal("4.55"),
        Decimal("2.5"),
        2,
    )
    assert row.difference == Decimal("-2.05")
    make_mark(own, "1.3", None, stage="first", applies=False)
    assert (rows()[place.communes[0].id].given, rows()[place.communes[0].id].judged) == (Decimal("2.5"), 3)


def test_a_later_stage_counts_in_whatever_order_it_is_read() -> None:
    def said(stage: str, points: str) -> board.Said:
        return board.Said("1.1", stage, points, None, "0", applies=True, reason="")

    marks = [said("first", "1"), said("council", "3"), said("second", "2"), said("self", "4")]
    for order in (marks, marks[::-1]):
        own, judged = board._stages(order)
        assert (own["1.1"].points, judged["1.1"].points) == ("4", "3")


@on_sqlite
def test_extensions_and_days_that_passed(
    rows: Rows, running: Running, place: Place, database: Database, put: Put, clock: Clock
) -> None:
    first, second, third = (running.of(unit) for unit in place.communes)
    with database.transaction() as session:
        session.get_one(Assessment, first).extended_until = datetime.date(2026, 4, 30)
        session.get_one(Assessment, third).late = True
    put(third, State.SUBMITTED)
    clock.move(days=20)
    found = [rows()[unit.id] for unit in place.communes]
    assert [(row.due, row.overdue, row.collectable, row.late) for row in found] == [
        (datetime.date(2026, 4, 30), False, False, False),
        (DATES["score_until"], True, False, False),
        (DATES["appraise_until"], False, False, True),
    ]
    clock.move(days=1)  # now it should have been approved
    assert [rows()[unit.id].collectable for unit in place.communes] == [False, True, False]
    assert second == found[1].assessment_id


@on_sqlite
def test_a_merged_unit_stays_and_is_shown_with_its_successor(
    rows: Rows, place: Place, make_unit: MakeUnit, database: Database, clock: Clock
) -> None:
    new = make_unit("Xã An Bình", parent=place.province, since=clock.today)
    with database.transaction() as session:
        for unit in place.communes[:2]:
            session.get_one(Unit, unit.id).valid_to = clock.today
            session.add(UnitSuccession(predecessor_id=unit.id, successor_id=new.id))
    found = rows()
    assert [found[unit.id].successors for unit in place.communes] == [("Xã An Bình",), ("Xã An Bình",), ()]
    assert new.id not in found  # it was not there when the round was opened


@on_sqlite
def test_a_special_unit_with_nothing_to_score(
    make_round: MakeRound, make_set: MakeSet, place: Place, analyst: Actor, database: Database, clock: Clock
) -> None:
    only = node("1", 5, leaf("1.1", 5, special=["xa-1"]))
    made = make_round(sets={"commune": make_set(fields=[only])})
    with database.reading() as session:
        found = board.rows(session, analyst, made.id, clock.today)
        first = board.chosen(found, Asked(sort="-progress"))[0]
    assert (first.unit_id, first.done, first.leaves) == (place.communes[0].id, 0, 0)


# --- what a URL asks for


def made(unit: str, **changes: Any) -> Row:
    values: dict[str, Any] = {
        "assessment_id": 1,
        "unit_id": 1,
        "unit": unit,
        "block": "commune",
        "block_name": "Các xã, phường",
        "state": State.DRAFT,
        "due": DATES["score_until"],
        "overdue": False,
        "collectable": False,
        "late": False,
        "extended_until": None,
        "trail": Trail(),
        "successors": (),
        "leaves": 4,
        "lacking": (),
        "unproved": (),
        "claimed": Decimal(1),
        "claimed_there": Decimal(1),
        "given": Decimal(1),
        "judged": 1,
    }
    return Row(**(values | changes))


ROWS = (
    made("An", state=State.SUBMITTED, due=None, claimed=Decimal(3), given=Decimal(2), unproved=("1",)),
    made("Đa", overdue=True, lacking=("1", "2"), unproved=("1", "2"), given=Decimal(0)),
    made("Cao", block="department", lacking=("1",), claimed=Decimal(2), judged=0),
)


@pytest.mark.parametrize(
    ("asked", "units"),
    [
        (Asked(), "An Đa Cao"),
        (Asked(block="department"), "Cao"),
        (Asked(state="draft"), "Đa Cao"),
        (Asked(state="overdue"), "Đa"),
        (Asked(state="overdue", block="department"), ""),
        (Asked(sort="unit"), "An Cao Đa"),
        (Asked(sort="-unit"), "Đa Cao An"),
        (Asked(sort="state"), "Đa Cao An"),
        (Asked(sort="progress"), "Đa Cao An"),
        (Asked(sort="-unproved"), "Đa An Cao"),
        (Asked(sort="-claimed"), "An Cao Đa"),
        (Asked(sort="given"), "Đa Cao An"),
        (Asked(sort="difference"), "Đa Cao An"),
        (Asked(sort="due"), "Cao Đa An"),
        (Asked(sort="nonsense"), "An Đa Cao"),
    ],
)
def test_rows_are_filtered_and_sorted(asked: Asked, units: str) -> None:
    assert " ".join(row.unit for row in board.chosen(ROWS, asked)) == units


def test_a_url_says_no_more_than_it_must() -> None:
    asked = Asked(block="commune", sort="-due", page=3)
    assert asked.address(page=1) == {"block": "commune", "sort": "-due"}
    assert (asked.column, asked.descending, asked.sorted_by("due"), asked.sorted_by("unit")) == (
        "due",
        True,
        "due",
        "unit",
    )
    assert Asked(sort="due").sorted_by("due") == "-due"


@on_sqlite
def test_fifty_rows_a_page_and_the_numbers_of_all(
    place: Place,
    make_unit: MakeUnit,
    make_round: MakeRound,
    put: Put,
    analyst: Actor,
    database: Database,
    clock: Clock,
) -> None:
    for number in range(48):
        make_unit(f"Xã {number:02}", parent=place.province)
    running = make_round()
    put(running.of(place.communes[0]), State.SUBMITTED)
    asked: list[str] = []

    def hear(_connection: Connection, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", hear)
    with database.reading() as session:
        found = [board.board(session, analyst, running.id, Asked(page=page), clock.today) for page in (1, 2, 99)]
    assert [(len(each.rows), each.total, each.page, each.pages) for each in found] == [
        (50, 52, 1, 2),
        (2, 52, 2, 2),
        (2, 52, 2, 2),
    ]
    assert found[0].states == {State.NOT_STARTED: 51, State.SUBMITTED: 1, "overdue": 0}
    assert found[0].blocks == (("commune", "Các xã, phường"), ("department", "Các sở"))
    assert len([each for each in asked if each.startswith("SELECT")]) <= 3 * 10  # not one for each unit


@on_sqlite
def test_the_board_is_for_home_affairs(running: Running, appraiser: Actor, analyst: Actor, session: Session) -> None:
    with pytest.raises(NotAllowed):
        board.board(session, appraiser, running.id, Asked(), DATES["score_until"])
    with pytest.raises(NotFound, match="round"):
        board.board(session, analyst, 999, Asked(), DATES["score_until"])
