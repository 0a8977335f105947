"""What of an assessment nobody may change, whoever asks the database: both refuse it by themselves."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import exc, insert, text
from sqlalchemy.orm import Session

from survey_app.models import Base
from tests.factories.rows import ASSESSMENT_ROWS
from tests.survey_app.test_models import ROWS

TABLES = Base.metadata.tables
FIRST = ("level", "unit", "service_field", "definition_version", "campaign", "account")
STANDING = ("mark", "feed", "support", "explanation")
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
        done(session, f"UPDATE {table} SET {change}")  # noqa: S608  # the words above
    done(session, f"UPDATE assessment SET state = '{state}'")  # noqa: S608  # the words above
    for table, change in CHANGES.items():
        refused(session, f"UPDATE {table} SET {change}", f"{table} is locked")  # noqa: S608  # the words above
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
        refused(session, f"UPDATE assessment SET {change}", "assessment is frozen")  # noqa: S608  # the words above


@pytest.mark.usefixtures("sound")
def test_a_set_is_edited_until_a_round_uses_it(session: Session) -> None:
    done(session, "UPDATE criteria_set SET body = 'y'")
    done(session, "UPDATE criteria_set SET state = 'frozen'")
    for change in ("body = 'z'", "state = 'draft'", "edition = 2"):
        refused(session, f"UPDATE criteria_set SET {change}", "criteria_set is frozen")  # noqa: S608  # the words above
    refused(session, "DELETE FROM criteria_set", "criteria_set is frozen")


@pytest.mark.usefixtures("sound")
def test_a_correction_is_confirmed_and_nothing_else(session: Session, store: Store) -> None:
    store("account", id=2, username="khac")
    for change in ("points = '3'", "leaf = '9'", "reason = 'x'", "proposed_by = 2"):
        refused(session, f"UPDATE correction SET {change}", "correction is frozen")  # noqa: S608  # the words above
    done(session, "UPDATE correction SET confirmed_by = 2, confirmed_at = proposed_at")
    refused(session, "UPDATE correction SET confirmed_by = NULL", "correction is frozen")
    refused(session, "DELETE FROM correction", "correction is frozen")


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
    for table in ("criteria_set", "frozen_result", "evidence_file", "correction", "assessment", *STANDING):
        refused(session, f"TRUNCATE {table} CASCADE", "is frozen")
