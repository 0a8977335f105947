"""What of an assessment nobody may change, whoever asks the database: both refuse it by themselves."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import exc, insert, text
from sqlalchemy.orm import Session

from survey_app.models import Base
from tests.factories.every_row import ROWS
from tests.factories.rows import ASSESSMENT_ROWS

TABLES = Base.metadata.tables
FIRST = ("level", "unit", "service_field", "definition_version", "campaign", "account")
STANDING = ("mark", "feed", "support", "explanation")
PUBLISHED = ("assessment_round", "round_set", "council_meeting", "council_attendance", "evidence")
CHANGES = {
    "mark": "points = '2'",
    "feed": "source = 'x'",
    "support": "by_appraiser = TRUE",
    "explanation": "answer = 'x'",
}
Store = Callable[..., None]


@pytest.fixture
def store(session: Session) -> Store:
    """store("mark", leaf="1.2"): the sound row with changes; what refuses it undoes that row alone."""

    def insert_row(table: str, **changes: Any) -> None:
        with session.begin_nested():
            session.execute(insert(TABLES[table]).values({**ROWS[table], **changes}))

    return insert_row


@pytest.fixture
def sound(store: Store) -> None:
    """A row of everything that a round is made of."""
    for table in (*FIRST, *ASSESSMENT_ROWS):
        store(table)


def refused(session: Session, statement: str, reason: str) -> None:
    with pytest.raises(exc.DBAPIError, match=reason), session.begin_nested():
        session.execute(text(statement))


def done(session: Session, statement: str) -> None:
    session.execute(text(statement))


@pytest.mark.usefixtures("sound")
@pytest.mark.parametrize("state", ["settled", "published"])
def test_marks_and_what_they_rest_on_stand_still_once_settled(session: Session, store: Store, state: str) -> None:
    for table, change in CHANGES.items():  # until then everything may change
        done(session, f"UPDATE {table} SET {change}")  # noqa: S608
    done(session, f"UPDATE assessment SET state = '{state}'")  # noqa: S608
    for table, change in CHANGES.items():
        refused(session, f"UPDATE {table} SET {change}", f"{table} is locked")  # noqa: S608
        refused(session, f"DELETE FROM {table}", f"{table} is locked")  # noqa: S608  # a name of the schema
        other = {"id": 2} if "id" in ROWS[table] else {"leaf": "9"}
        with pytest.raises(exc.DBAPIError, match=f"{table} is locked"):
            store(table, **other)


@pytest.mark.usefixtures("sound")
@pytest.mark.parametrize("table", STANDING)
def test_nothing_is_moved_into_or_out_of_a_settled_assessment(session: Session, store: Store, table: str) -> None:
    store("unit", id=3, code="X3")
    store("assessment", id=2, unit_id=3)
    other = {"id": 2} if "id" in ROWS[table] else {}
    store(table, **other, assessment_id=2, **({} if other else {"leaf": "9"}))
    done(session, "UPDATE assessment SET state = 'settled' WHERE id = 1")
    for before, after in ((1, 2), (2, 1)):
        statement = f"UPDATE {table} SET assessment_id = {after} WHERE assessment_id = {before}"  # noqa: S608  # names
        refused(session, statement, f"{table} is locked")
    done(session, f"DELETE FROM {table} WHERE assessment_id = 2")  # noqa: S608  # a name of the schema


@pytest.mark.usefixtures("sound")
def test_an_assessment_never_goes_back_once_settled(session: Session) -> None:
    done(session, "UPDATE assessment SET state = 'draft'")
    done(session, "UPDATE assessment SET state = 'settled'")
    for state in ("draft", "appraised", "not_started"):
        refused(session, f"UPDATE assessment SET state = '{state}'", "assessment is frozen")  # noqa: S608  # words above
    done(session, "UPDATE assessment SET state = 'published'")
    for state in ("settled", "draft"):
        refused(session, f"UPDATE assessment SET state = '{state}'", "assessment is frozen")  # noqa: S608  # words above
    refused(session, "DELETE FROM assessment", "assessment is frozen")
    done(session, "UPDATE assessment SET edition = 9")


@pytest.mark.usefixtures("sound")
def test_an_assessment_stays_with_its_unit_round_and_set(session: Session, store: Store) -> None:
    store("unit", id=3, code="X3")
    store("assessment_round", id=2)
    store("criteria_set", id=2, version=2)
    done(session, "UPDATE assessment SET set_id = 2")  # nobody has begun
    done(session, "UPDATE assessment SET state = 'draft'")
    for change in ("set_id = 1", "unit_id = 3", "round_id = 2"):
        refused(session, f"UPDATE assessment SET {change}", "assessment is frozen")  # noqa: S608


@pytest.mark.usefixtures("sound")
def test_a_set_is_edited_until_a_round_uses_it(session: Session) -> None:
    done(session, "UPDATE criteria_set SET body = 'y'")
    done(session, "UPDATE criteria_set SET state = 'frozen'")
    for change in ("body = 'z'", "state = 'draft'", "edition = 2"):
        refused(session, f"UPDATE criteria_set SET {change}", "criteria_set is frozen")  # noqa: S608
    refused(session, "DELETE FROM criteria_set", "criteria_set is frozen")


@pytest.mark.usefixtures("sound")
def test_a_correction_is_confirmed_and_nothing_else(session: Session, store: Store) -> None:
    store("account", id=2, username="khac")
    for change in ("points = '3'", "leaf = '9'", "reason = 'x'", "proposed_by = 2"):
        refused(session, f"UPDATE correction SET {change}", "correction is frozen")  # noqa: S608
    done(session, "UPDATE correction SET confirmed_by = 2, confirmed_at = proposed_at")
    refused(session, "UPDATE correction SET confirmed_by = NULL", "correction is frozen")
    refused(session, "DELETE FROM correction", "correction is frozen")


@pytest.mark.usefixtures("sound")
def test_no_correction_is_born_confirmed(store: Store) -> None:
    store("account", id=2, username="khac")
    with pytest.raises(exc.DBAPIError, match="correction is frozen"):
        store("correction", id=2, confirmed_by=2, confirmed_at=ROWS["correction"]["proposed_at"])


@pytest.mark.usefixtures("sound")
def test_a_published_round_and_what_it_rests_on_stand_still(session: Session, store: Store) -> None:
    store("council_meeting", id=2)
    done(session, "UPDATE round_set SET block = 'department'")
    done(session, "UPDATE assessment_round SET title = 'Mới', state = 'running'")
    refused(session, "UPDATE assessment_round SET state = 'prepared'", "assessment_round is frozen")
    refused(session, "UPDATE round_set SET block = 'commune'", "round_set is frozen")
    refused(session, "DELETE FROM round_set", "round_set is frozen")
    refused(session, "DELETE FROM assessment_round", "assessment_round is frozen")
    for change in ("council_meeting SET minute = 'x'", "evidence SET number = '9'"):
        done(session, f"UPDATE {change}")
    done(session, "UPDATE assessment SET state = 'published'")
    done(session, "UPDATE assessment_round SET state = 'published'")
    changes = (
        "assessment_round SET state = 'running'",
        "assessment_round SET title = 'x'",
        "council_meeting SET minute = 'y'",
        "council_attendance SET meeting_id = 2",
        "evidence SET number = '8'",
        "evidence SET withdrawn = TRUE",
    )
    for change in changes:
        refused(session, f"UPDATE {change}", f"{change.split()[0]} is frozen")
    for table in PUBLISHED:
        refused(session, f"DELETE FROM {table}", "is frozen|is locked")  # noqa: S608  # names of the schema
    store("account", id=3, username="moi")
    for table, other in (("council_meeting", {"id": 3}), ("council_attendance", {"account_id": 3})):
        with pytest.raises(exc.DBAPIError, match=f"{table} is frozen"):
            store(table, **other)


@pytest.mark.usefixtures("sound")
def test_no_row_is_put_over_a_frozen_one(session: Session) -> None:
    """SQLite's REPLACE asks no trigger of DELETE; PostgreSQL does not know it."""
    if session.get_bind().dialect.name == "postgresql":
        refused(session, "INSERT OR REPLACE INTO assessment (id) VALUES (1)", "syntax error")
        return
    done(session, "UPDATE criteria_set SET state = 'frozen'")
    done(session, "UPDATE assessment SET state = 'published'")
    done(session, "UPDATE assessment_round SET state = 'published'")
    frozen = (
        "assessment",
        "criteria_set",
        "evidence_file",
        "frozen_result",
        "correction",
        "explanation",
        *PUBLISHED[:1],
    )
    for table in (*frozen, "council_meeting", "evidence"):
        same = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} WHERE id = 1"  # noqa: S608  # names of the schema
        refused(session, same, f"{table} is (frozen|locked)")


@pytest.mark.usefixtures("sound")
def test_a_frozen_result_is_as_it_was_taken_over(session: Session) -> None:
    refused(session, "UPDATE frozen_result SET value = 0.5", "frozen_result is frozen")
    refused(session, "DELETE FROM frozen_result", "frozen_result is frozen")


@pytest.mark.usefixtures("sound")
def test_a_file_stays_as_it_came_and_only_its_verdict_changes(session: Session) -> None:
    done(session, "UPDATE evidence_file SET scan = 'infected'")
    for change in (
        f"store_key = '{uuid.UUID(int=1).hex}'",
        "sha256 = 'x'",
        "size = 11",
        "name = 'x.pdf'",
        "media_type = 'x'",
        "version = 2",
    ):
        refused(session, f"UPDATE evidence_file SET {change}", "evidence_file is frozen")  # noqa: S608  # words above
    refused(session, "DELETE FROM evidence_file", "evidence_file is frozen")


@pytest.mark.usefixtures("sound")
def test_what_must_stay_is_not_emptied_at_once(session: Session) -> None:
    if session.get_bind().dialect.name == "sqlite":
        refused(session, "DELETE FROM frozen_result", "frozen_result is frozen")  # it knows no other way
        return
    for table in ("criteria_set", "frozen_result", "evidence_file", "correction", "assessment", *STANDING, *PUBLISHED):
        refused(session, f"TRUNCATE {table} CASCADE", "is frozen")
