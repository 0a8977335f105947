"""Figures as tables, out and in."""

import pytest
from sqlalchemy import select

from survey_app.assessment.feeds import tables
from survey_app.assessment.feeds.tables import CODE, ERROR, PERCENT, SET, SOURCE, UNVERIFIED, Taken
from survey_app.assessment.flow import State
from survey_app.db import Database
from survey_app.errors import NotFound, Rejected
from survey_app.models import Feed
from survey_app.policy import Actor
from survey_app.sheets import TableRow
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.survey_app.assessment.conftest import MakeRound, MakeSet, Place, Put, Running
from tests.survey_app.assessment.fed_round import fed_fields

pytestmark = on_sqlite


@pytest.fixture
def fed(make_round: MakeRound, make_set: MakeSet, place: Place) -> Running:
    del place
    return make_round(sets={"commune": make_set("commune", fields=fed_fields())})


@pytest.fixture
def table(database: Database, fed: Running, analyst: Actor, clock: Clock) -> "Table":
    return Table(database, fed, analyst, clock)


class Table:
    """The tables of a round's commune leaves."""

    def __init__(self, database: Database, fed: Running, analyst: Actor, clock: Clock) -> None:
        self.database, self.fed, self.analyst, self.clock = database, fed, analyst, clock

    def take(self, leaf: str, *rows: dict[str, str], only_check: bool = False) -> Taken:
        lines = [TableRow(number, cells) for number, cells in enumerate(rows, start=2)]
        with self.database.transaction() as session:
            return tables.take_in(
                session, self.analyst, self.fed.id, "commune", leaf, lines, self.clock(), only_check=only_check
            )

    def refused(self, leaf: str, *rows: dict[str, str]) -> dict[str, str]:
        with pytest.raises(Rejected) as refusal:
            self.take(leaf, *rows)
        return refusal.value.problems

    def out(self, leaf: str) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        with self.database.reading() as session:
            header, rows = tables.table(session, self.analyst, self.fed.id, "commune", leaf)
        return header, list(rows)

    def stored(self) -> int:
        with self.database.reading() as session:
            return len(session.scalars(select(Feed.leaf)).all())


def rate(code: str, percent: str, error: str = "", source: str = "Bộ Nội vụ") -> dict[str, str]:
    return {CODE: code, PERCENT: percent, SOURCE: source, ERROR: error}


def counts(code: str, *votes: str) -> dict[str, str]:
    return {CODE: code, **dict(zip(("Tốt", "Khá", "Kém"), votes, strict=True)), SOURCE: "Điều tra"}


def test_percentages_come_in_and_go_out_again(table: Table) -> None:
    assert table.take("2.1", rate("xa-1", "82,5", "1,2"), rate("xa-2", "90"), only_check=True) == Taken(
        stored=2, unchanged=0
    )
    assert table.stored() == 0
    assert table.take("2.1", rate("xa-1", "82,5", "1,2"), rate("xa-2", "90")).stored == 2
    header, rows = table.out("2.1")
    assert header == (CODE, "Đơn vị", PERCENT, SOURCE, ERROR, SET)
    assert rows == [
        ("xa-1", "Xã An Cọ", "82,5", "Bộ Nội vụ", "1,2", UNVERIFIED),
        ("xa-2", "Xã Bình Thủy", "90", "Bộ Nội vụ", "", UNVERIFIED),
        ("xa-3", "Phường Cao Sơn", "", "", "", UNVERIFIED),
    ]
    assert table.take("2.1", rate("xa-1", "82,5", "1,2"), rate("xa-2", "91")) == Taken(stored=1, unchanged=1)


def test_counts_of_several_questions_are_several_rows(table: Table) -> None:
    assert table.take("2.2", counts("xa-1", "6", "3", "1"), counts("xa-1", "5", "", "5")).stored == 1
    header, rows = table.out("2.2")
    assert header == (CODE, "Đơn vị", "Tốt", "Khá", "Kém", SOURCE, SET)
    assert rows[:2] == [
        ("xa-1", "Xã An Cọ", "6", "3", "1", "Điều tra", UNVERIFIED),
        ("xa-1", "Xã An Cọ", "5", "0", "5", "Điều tra", UNVERIFIED),
    ]


def test_statistics_have_a_column_for_each_figure(table: Table) -> None:
    row = {CODE: "xa-1", "Thu thực tế (tỷ đồng)": "1.234,5", "Dự toán": "2.000", SOURCE: "Thống kê"}
    assert table.take("2.3", row).stored == 1
    assert table.out("2.3")[1][0] == ("xa-1", "Xã An Cọ", "1.234,5", "2.000", "Thống kê", UNVERIFIED)


def test_every_wrong_cell_is_named_and_nothing_is_stored(table: Table, fed: Running, place: Place, put: Put) -> None:
    put(fed.of(place.communes[2]), State.SETTLED)
    rows = (
        rate("xa-1", "82"),
        rate("xa-1", "83"),
        rate("xa-2", "101", source=""),
        rate("nơi khác", "82"),
        rate("xa-3", "82"),
    )
    assert table.refused("2.1", *rows) == {
        f"3:{CODE}": "repeated_row",
        f"4:{SOURCE}": "source_needed",
        f"5:{CODE}": "unknown_unit",
        f"6:{CODE}": "unit_locked",
    }
    assert table.refused("2.1", rate("xa-2", "101"), rate("xa-1", "82", "nhiều")) == {
        f"2:{PERCENT}": "input_out_of_range",
        f"3:{ERROR}": "input_not_a_number",
    }
    assert table.refused("2.2", counts("xa-1", "0", "0", "0")) == {"2:Tốt": "input_no_votes"}
    assert table.stored() == 0


def test_a_unit_that_is_exempt_has_no_figures(table: Table) -> None:
    assert table.refused("2.2", counts("xa-3", "6", "3", "1")) == {f"2:{CODE}": "unit_exempt"}


def test_a_leaf_without_a_rule_has_no_table(table: Table) -> None:
    with pytest.raises(NotFound):
        table.out("2.4")
    with pytest.raises(NotFound):
        table.take("1.1", rate("xa-1", "82"))
