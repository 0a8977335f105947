"""What must survive every bug stands in the database: each constraint refuses, and frozen rows stay."""

import datetime
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import CheckConstraint, Column, DateTime, Table, UniqueConstraint, exc, insert, select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session

from survey_app.accounts.passwords import hash_password
from survey_app.db import Database
from survey_app.models import AuditEvent, Base, LoginSession, Submission
from survey_app.models.base import UtcTime
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.factories.every_row import BROKEN, DAY, MOMENT, ROWS
from tests.factories.rows import ASSESSMENT_OTHERS

TABLES = Base.metadata.tables
OF_CHANGES = ("ck_correction_two_people", "correction.confirmed_by")  # no correction comes confirmed


def _checks() -> Iterator[tuple[Table, str]]:
    for table in TABLES.values():
        for constraint in table.constraints:
            if isinstance(constraint, CheckConstraint):
                yield table, str(constraint.name)


def _uniques() -> Iterator[tuple[Table, list[str]]]:
    for table in TABLES.values():
        for constraint in table.constraints:
            if isinstance(constraint, UniqueConstraint):
                yield table, [column.name for column in constraint.columns]


Insert = Callable[..., None]


@pytest.fixture
def store(session: Session) -> Insert:
    """store("unit", name="..."): the sound row with changes; what refuses it undoes that row alone."""

    def insert_row(table: str, **changes: Any) -> None:
        with session.begin_nested():
            session.execute(insert(TABLES[table]).values({**ROWS[table], **changes}))

    return insert_row


@pytest.fixture
def sound(store: Insert) -> None:
    """One row in every table."""
    for table in ROWS:
        store(table)


def test_the_sound_rows_fill_every_table_and_every_column() -> None:
    assert {name: set(row) for name, row in ROWS.items()} == {
        name: {column.name for column in table.columns} for name, table in TABLES.items()
    }


@pytest.mark.usefixtures("sound")
def test_the_sound_rows_are_taken(session: Session) -> None:
    for name, table in TABLES.items():
        assert len(session.execute(select(table)).all()) == 1, name


def test_every_check_is_broken_below() -> None:
    assert {name for _, name in _checks()} == set(BROKEN)


@pytest.mark.usefixtures("sound")
def test_each_check_refuses(store: Insert, session: Session) -> None:
    for table, name in _checks():
        if name in OF_CHANGES:
            continue
        other = _other_key(table)
        with pytest.raises(exc.IntegrityError, match=name):
            store(table.name, **{**other, **BROKEN[name]})


@pytest.mark.usefixtures("sound")
def test_each_foreign_key_refuses_what_is_not_there(store: Insert) -> None:
    store("unit", id=3, code="X3")  # a unit that has no assessment yet
    tried = 0
    for table in TABLES.values():
        for key in table.foreign_keys:
            if str(key.parent) in OF_CHANGES:
                continue
            missing = {int: 999, str: "none", uuid.UUID: uuid.UUID(int=999)}[
                type(ROWS[key.column.table.name][key.column.name])
            ]
            with pytest.raises(exc.IntegrityError, match=r"(?i)foreign key"):
                store(table.name, **{**_other_key(table), key.parent.name: missing})
            tried += 1
    assert tried > 30


@pytest.mark.usefixtures("sound")
def test_a_correction_is_confirmed_by_another_person_who_exists(session: Session) -> None:
    for confirmed_by, reason in (("proposed_by", "ck_correction_two_people"), ("999", r"(?i)foreign key")):
        change = f"UPDATE correction SET confirmed_by = {confirmed_by}, confirmed_at = proposed_at"  # noqa: S608  # above
        with pytest.raises(exc.IntegrityError, match=reason), session.begin_nested():
            session.execute(text(change))


@pytest.mark.usefixtures("sound")
def test_each_unique_value_is_taken_once(store: Insert) -> None:
    tried = []
    for table, columns in _uniques():
        same = {name: ROWS[table.name][name] for name in columns}
        with pytest.raises(exc.IntegrityError, match=r"(?i)unique|is frozen"):
            store(table.name, **{**_other_key(table), **same})
        tried.append((table.name, *columns))
    assert ("account", "username") in tried


@pytest.mark.usefixtures("sound")
def test_each_primary_key_is_taken_once(store: Insert) -> None:
    for name in ROWS:
        with pytest.raises(exc.IntegrityError, match=r"(?i)unique|is frozen"):
            store(name)


@pytest.mark.usefixtures("sound")
def test_what_is_needed_cannot_be_missing(store: Insert) -> None:
    tried = 0
    for table in TABLES.values():
        for column in table.columns:
            if not column.nullable and not _drawn(column):
                with pytest.raises(exc.IntegrityError, match=r"(?i)not.null"):
                    store(table.name, **{**_other_key(table), column.name: None})
                tried += 1
    assert tried > 90


def _other_key(table: Table) -> dict[str, Any]:
    """A primary key that no row has yet, and other values where they must be unique."""
    other: dict[Any, Any] = {int: 2, str: "2", uuid.UUID: uuid.UUID(int=2), datetime.date: DAY.replace(day=1)}
    names = {column.name for column in table.primary_key}
    names |= {name for of, columns in _uniques() if of is table for name in columns}
    keys = {name for name in names if not table.columns[name].foreign_keys}
    return {name: other[type(ROWS[table.name][name])] for name in keys} | ASSESSMENT_OTHERS.get(table.name, {})


def _drawn(column: Column[Any]) -> bool:
    """A number that the database draws itself."""
    alone = len(column.table.primary_key.columns) == 1 if isinstance(column.table, Table) else False
    return column.primary_key and alone and isinstance(ROWS[str(column.table)][column.name], int)


# Frozen rows

CHANGES = {
    "audit_event": "UPDATE audit_event SET subject = 'x'",
    "definition_version": "UPDATE definition_version SET body = 'y'",
    "definition_item": "UPDATE definition_item SET item = 'y' WHERE position = 1",
    "submission": "UPDATE submission SET codes = '5'",
    "submission_extra": "UPDATE submission_extra SET value = 'y'",
}
KEPT = ("audit_event", "definition_version", "definition_item")


@pytest.mark.usefixtures("sound")
def test_frozen_rows_cannot_be_changed_whoever_asks(session: Session) -> None:
    for table, change in CHANGES.items():
        _refused(session, change, table)


@pytest.mark.usefixtures("sound")
def test_kept_rows_cannot_be_deleted(session: Session) -> None:
    for table in KEPT:
        _refused(session, f"DELETE FROM {table}", table)  # noqa: S608  # a name of the schema
        if session.get_bind().dialect.name == "postgresql":
            _refused(session, f"TRUNCATE {table} CASCADE", table)


@pytest.mark.usefixtures("sound")
def test_submissions_can_be_deleted_when_their_time_is_over(session: Session) -> None:
    session.execute(text("DELETE FROM submission_extra"))
    session.execute(text("DELETE FROM submission"))
    assert session.scalars(select(Submission)).all() == []


@pytest.mark.usefixtures("sound")
def test_what_answers_rest_on_cannot_be_changed_once_a_campaign_was_open(session: Session, store: Insert) -> None:
    store("definition_version", id=2, ref="other@1")
    session.execute(text("UPDATE campaign SET starts_on = '2026-02-02', definition_id = 2"))  # still a draft
    for state in ("open", "closed"):
        session.execute(text("UPDATE campaign SET state = :state"), {"state": state})
        _refused(session, "UPDATE campaign SET definition_id = 1", "campaign")
        _refused(session, "UPDATE campaign SET starts_on = '2026-01-01'", "campaign")
        _refused(session, "UPDATE campaign SET state = 'draft'", "campaign")
        for change in (
            "design = 'random'",
            "multiplicity = 'sidak'",
            "looks = 'daily'",
            "validity_id = 2",
            "validity_id = NULL",
        ):
            _refused(session, f"UPDATE campaign SET {change}", "campaign")  # noqa: S608  # the words above
        session.execute(text("UPDATE campaign SET title = 'Khác', ends_on = '2026-12-31', fewest = 10"))


def _refused(session: Session, statement: str, table: str) -> None:
    with pytest.raises(exc.DBAPIError, match=f"{table} is frozen"), session.begin_nested():
        session.execute(text(statement))


# What deleting takes along


ANSWERS = ("submission_extra", "submission", "inbox", "receipt", "tally", "excluded", "dossier_mac", "release")


def test_a_draft_takes_its_own_lists_along_and_nothing_else(session: Session, store: Insert) -> None:
    for table in ROWS:
        if table not in (*ANSWERS, "frozen_result"):  # what a draft cannot have
            store(table)
    session.execute(text("DELETE FROM campaign"))
    left = {name for name, table in TABLES.items() if session.execute(select(table)).first()}
    assert {name for name in ROWS if name.startswith(("campaign", "population"))}.isdisjoint(left)
    assert {"unit", "service_field", "definition_version"} <= left


@pytest.mark.usefixtures("sound")
def test_what_others_rest_on_cannot_be_deleted(session: Session) -> None:
    for table in ("campaign", "counter", "unit", "account", "service_field", "level"):
        with pytest.raises(exc.IntegrityError), session.begin_nested():
            session.execute(text(f"DELETE FROM {table}"))  # noqa: S608  # a name of the schema


# Answers without a person or a moment


@pytest.mark.parametrize("name", ANSWERS)
def test_answers_know_no_moment_and_no_person(name: str) -> None:
    columns = TABLES[name].columns
    assert [column.name for column in columns if isinstance(column.type, DateTime | UtcTime)] == []
    personal = {"ip", "address", "agent", "user_agent", "session", "token", "account_id", "cookie", "time", "at"}
    assert personal.isdisjoint({column.name for column in columns})
    assert {key.column.table.name for key in TABLES[name].foreign_keys}.isdisjoint({"account", "login_session"})


def test_only_a_receipt_of_today_could_be_matched_with_a_form() -> None:
    """Its key, fingerprint and day may be forgotten; nothing else in it would tell."""
    receipt = TABLES["receipt"]
    assert {column.name for column in receipt.columns if column.nullable} == {"body_mac", "day"}
    assert {key.column.table.name for key in receipt.foreign_keys} == {"campaign"}


@on_sqlite
@pytest.mark.parametrize("name", ["inbox", "submission", "submission_extra", "receipt", "dossier_mac"])
def test_tables_of_answers_keep_no_order_of_arrival(session: Session, name: str) -> None:
    with pytest.raises(exc.OperationalError, match="no such column: rowid"):
        session.execute(text(f"SELECT rowid FROM {name}"))  # noqa: S608  # a name of the schema


def test_a_dossier_leads_to_no_form() -> None:
    """Its code stands under a key beside its campaign, and nowhere else."""
    assert set(TABLES["dossier_mac"].columns.keys()) == {"campaign_id", "mac"}
    assert [name for name, table in TABLES.items() if "mac" in table.columns] == [
        "audit_event",
        "audit_head",
        "dossier_mac",
    ]


# Times


def test_a_time_is_kept_as_utc(database: Database, clock: Clock) -> None:
    row = {**ROWS["audit_event"], "account_id": None, "at": clock()}
    with database.transaction() as session:
        session.execute(insert(TABLES["audit_event"]).values(row))
    with database.reading() as session:
        found = session.get_one(AuditEvent, 1).at
    assert (found, found.tzinfo) == (clock(), datetime.UTC)


def test_a_time_without_a_zone_is_refused(session: Session) -> None:
    naive = datetime.datetime(2026, 3, 16, 9, 30)  # noqa: DTZ001  # the point of the test
    session.add(LoginSession(token_hash="0", account_id=1, created_at=naive, expires_at=naive))
    with pytest.raises(exc.StatementError, match="a time needs a zone"):
        session.flush()


@pytest.mark.parametrize("hours", [0, 7, -5])
def test_a_time_is_understood_in_whatever_zone_the_connection_speaks(hours: int) -> None:
    spoken = MOMENT.astimezone(datetime.timezone(datetime.timedelta(hours=hours)))
    found = UtcTime().process_result_value(spoken, sqlite.dialect())
    assert found is not None
    assert (found, found.tzinfo) == (MOMENT, datetime.UTC)
    assert UtcTime().process_result_value(None, sqlite.dialect()) is None


def test_a_password_hash_fits_its_column() -> None:
    assert len(hash_password("x" * 128)) <= TABLES["account"].columns["password_hash"].type.length  # type: ignore[attr-defined]
