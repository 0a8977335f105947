"""The audit log's chain: whole however many write, and broken exactly where someone touched it."""

import datetime
import threading
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, event, func, select, text

from survey_app import audit
from survey_app.audit import Break
from survey_app.config import Settings
from survey_app.db import Database
from survey_app.models import AuditEvent, AuditHead, Base, Unit
from survey_app.policy import Actor, Role
from tests.conftest import AUDIT, SECRET, Clock
from tests.factories.accounts import MakeAccount

Change = Callable[..., None]


@pytest.fixture
def actor(make_account: MakeAccount, province: Unit) -> Actor:
    account = make_account(Role.ANALYST, province)
    return Actor(
        account_id=account.id,
        username=account.username,
        name=account.name,
        role=Role.ANALYST,
        unit_id=province.id,
        units=frozenset({province.id}),
        session_hash="0" * 64,
    )


@pytest.fixture
def log(database: Database, actor: Actor, clock: Clock) -> list[str]:
    """A log of six events, each in its own transaction; the codes of the chain after each."""
    heads = []
    for number in range(1, 7):
        with database.transaction() as session:
            who = actor if number % 2 else None
            audit.record(session, who, "test", f"việc {number}", now=clock(), detail={"số": number, "b": [1, "ă"]})
        clock.move(seconds=number, microseconds=37)
        heads.append(head(database))
    return heads


@pytest.fixture
def tamper(database: Database) -> Change:
    """Direct SQL by someone who took the triggers away first."""
    with database.transaction() as session:
        if database.sqlite:
            session.execute(text("DROP TRIGGER frozen_audit_event_update"))
            session.execute(text("DROP TRIGGER frozen_audit_event_delete"))
        else:
            session.execute(text("ALTER TABLE audit_event DISABLE TRIGGER USER"))

    def change(statement: str, **values: object) -> None:
        with database.transaction() as session:
            session.execute(text(statement), values)

    return change


def head(database: Database) -> str:
    with database.reading() as session:
        return session.get_one(AuditHead, 1).mac


def breaks(database: Database, anchor: str | None = None) -> list[Break]:
    with database.reading() as session:
        return list(audit.verify(session, anchor=anchor))


# A log nobody touched


def test_an_untouched_log_holds(database: Database, log: list[str]) -> None:
    assert breaks(database) == []
    assert breaks(database, anchor=log[-1]) == []


def test_an_empty_log_holds(database: Database) -> None:
    assert breaks(database) == []


def test_every_earlier_head_stays_an_anchor(database: Database, log: list[str]) -> None:
    assert len(set(log)) == 6
    for anchor in log:
        assert breaks(database, anchor=anchor) == []


def test_an_event_says_who_when_what(database: Database, actor: Actor, clock: Clock) -> None:
    with database.transaction() as session:
        audit.record(session, actor, "test", "đợt 1", now=clock(), detail={"b": 2, "a": datetime.date(2026, 3, 1)})
    with database.reading() as session:
        found = session.execute(select(AuditEvent.account_id, AuditEvent.at, AuditEvent.action, AuditEvent.subject))
        assert found.one() == (actor.account_id, clock(), "test", "đợt 1")
        assert session.scalar(select(AuditEvent.detail)) == '{"a":"2026-03-01","b":2}'


@pytest.mark.parametrize("hours", [7, 0, -11])
def test_the_code_does_not_depend_on_the_zone_of_the_clock(database: Database, clock: Clock, hours: int) -> None:
    now = clock().astimezone(datetime.timezone(datetime.timedelta(hours=hours)))
    with database.transaction() as session:
        audit.record(session, None, "test", now=now)
    assert breaks(database) == []


def test_an_event_is_kept_if_and_only_if_its_transaction_is(database: Database, clock: Clock) -> None:
    with pytest.raises(ValueError, match="undone"), database.transaction() as session:  # noqa: PT012
        audit.record(session, None, "lost", now=clock())
        raise ValueError("undone")
    with database.transaction() as session:
        audit.record(session, None, "kept", now=clock())
    with database.reading() as session:
        assert session.execute(select(AuditEvent.id, AuditEvent.action)).all() == [(1, "kept")]
    assert breaks(database) == []


def test_several_events_of_one_transaction_are_chained(database: Database, clock: Clock) -> None:
    with database.transaction() as session:
        for _ in range(3):
            audit.record(session, None, "test", now=clock())
    assert breaks(database) == []


def test_a_subject_is_cut_to_its_column(database: Database, clock: Clock) -> None:
    with database.transaction() as session:
        audit.record(session, None, "test", "ợ" * 500, now=clock())
    with database.reading() as session:
        assert session.get_one(AuditEvent, 1).subject == "ợ" * 120
    assert breaks(database) == []


# A log that someone touched


@pytest.mark.parametrize(
    "change",
    [
        "at = '2026-03-16 02:30:09'",
        "account_id = NULL",
        "action = 'sign_in'",
        "subject = 'việc 2'",
        "detail = '{}'",
        f"mac = '{'0' * 64}'",
    ],
)
def test_an_edit_is_found_at_its_row(database: Database, log: list[str], tamper: Change, change: str) -> None:
    tamper(f"UPDATE audit_event SET {change} WHERE id = 3")  # noqa: S608  # a text of the tests
    found = breaks(database)
    assert found[0] == Break(3, "altered")
    # A code that was changed itself also breaks the next row, which was bound to it.
    assert found[1:] == ([Break(4, "altered")] if change.startswith("mac") else [])


def test_an_edit_with_a_code_of_another_key_is_found(
    database: Database, database_url: str, log: list[str], tamper: Change, clock: Clock
) -> None:
    """Whoever has the database alone cannot write a valid row."""
    other = Database(database_url, audit_key="another-key-0123456789-abcdefghijklm")
    with other.transaction() as session:
        audit.record(session, None, "test", "giả", now=clock())
    other.close()
    assert breaks(database) == [Break(7, "altered")]


def test_a_deletion_in_the_middle_is_found_at_its_row(database: Database, log: list[str], tamper: Change) -> None:
    tamper("DELETE FROM audit_event WHERE id = 3")
    assert breaks(database) == [Break(3, "missing")]


def test_a_deletion_of_several_is_found_at_the_first(database: Database, log: list[str], tamper: Change) -> None:
    tamper("DELETE FROM audit_event WHERE id IN (1, 2, 4)")
    assert breaks(database) == [Break(1, "missing"), Break(4, "missing")]


def test_a_gap_that_was_closed_is_found(database: Database, log: list[str], tamper: Change) -> None:
    tamper("DELETE FROM audit_event WHERE id = 3")
    for number in (4, 5, 6):
        tamper("UPDATE audit_event SET id = :new WHERE id = :old", new=number - 1, old=number)
    tamper("UPDATE audit_head SET last_id = 5")
    assert breaks(database)[0] == Break(3, "altered")


def test_a_swap_is_found_at_the_first_of_the_two(database: Database, log: list[str], tamper: Change) -> None:
    for new, old in ((99, 3), (3, 4), (4, 99)):
        tamper("UPDATE audit_event SET id = :new WHERE id = :old", new=new, old=old)
    assert breaks(database)[0] == Break(3, "altered")


def test_a_cut_tail_is_found_by_the_head(database: Database, log: list[str], tamper: Change) -> None:
    tamper("DELETE FROM audit_event WHERE id > 4")
    assert breaks(database) == [Break(5, "head differs")]


def test_a_cut_tail_with_its_head_is_found_by_the_anchor_alone(
    database: Database, log: list[str], tamper: Change
) -> None:
    tamper("DELETE FROM audit_event WHERE id > 4")
    tamper("UPDATE audit_head SET last_id = 4, mac = :mac", mac=log[3])
    assert breaks(database) == []
    assert breaks(database, anchor=log[3]) == []
    assert breaks(database, anchor=log[5]) == [Break(5, "anchor missing")]


def test_a_log_that_was_emptied_is_found_by_the_anchor_alone(
    database: Database, log: list[str], tamper: Change
) -> None:
    tamper("DELETE FROM audit_event")
    tamper("DELETE FROM audit_head")
    assert breaks(database) == []
    assert breaks(database, anchor=log[0]) == [Break(1, "anchor missing")]


def test_a_head_that_was_taken_away_is_found(database: Database, log: list[str], tamper: Change) -> None:
    tamper("DELETE FROM audit_head")
    assert breaks(database) == [Break(7, "head differs")]


def test_a_head_with_another_count_is_found(database: Database, log: list[str], tamper: Change) -> None:
    tamper("UPDATE audit_head SET last_id = 9")
    assert breaks(database) == [Break(7, "head differs")]


def test_an_insertion_at_the_end_is_found_at_its_row(database: Database, log: list[str], tamper: Change) -> None:
    tamper(
        "INSERT INTO audit_event SELECT 7, at, account_id, action, subject, detail, :mac FROM audit_event WHERE id = 6",
        mac="a" * 64,
    )
    tamper("UPDATE audit_head SET last_id = 7, mac = :mac", mac="a" * 64)
    assert breaks(database) == [Break(7, "altered")]


def test_an_insertion_in_the_middle_is_found_at_its_row(database: Database, log: list[str], tamper: Change) -> None:
    for number in (6, 5, 4):
        tamper("UPDATE audit_event SET id = :new WHERE id = :old", new=number + 1, old=number)
    tamper(
        "INSERT INTO audit_event SELECT 4, at, account_id, action, subject, detail, mac FROM audit_event WHERE id = 3"
    )
    tamper("UPDATE audit_head SET last_id = 7")
    assert breaks(database)[0] == Break(4, "altered")


def test_an_event_put_back_under_its_old_code_holds_again(database: Database, log: list[str], tamper: Change) -> None:
    tamper("UPDATE audit_event SET subject = 'x' WHERE id = 3")
    tamper("UPDATE audit_event SET subject = 'việc 3' WHERE id = 3")
    assert breaks(database) == []


# Its key, its writers, its readers


def test_the_keys_are_not_in_the_database(database: Database, settings: Settings, log: list[str]) -> None:
    with database.engine.connect() as connection:
        stored = [str(row) for table in Base.metadata.tables.values() for row in connection.execute(select(table))]
    assert any("việc 3" in row for row in stored)
    assert not any(key in row for row in stored for key in (AUDIT, SECRET))
    if database.path is not None:
        for file in database.path.parent.glob("survey.sqlite3*"):
            assert not any(key.encode() in file.read_bytes() for key in (AUDIT, SECRET)), file


def test_the_chain_stays_whole_however_many_write_at_once(database: Database, clock: Clock) -> None:
    """From the very first event on."""
    writers, each = 8, 6
    start, faults = threading.Barrier(writers), []

    def write(number: int) -> None:
        start.wait()
        try:
            for turn in range(each):
                with database.transaction() as session:
                    audit.record(session, None, "test", f"{number}.{turn}", now=clock())
        except BaseException as fault:  # shown by the test
            faults.append(fault)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert breaks(database) == []
    with database.reading() as session:
        assert session.scalar(select(func.max(AuditEvent.id))) == writers * each
        assert session.get_one(AuditHead, 1).last_id == writers * each


def test_what_is_written_during_a_check_is_no_fault(database: Database, log: list[str], clock: Clock) -> None:
    written = []

    def write(_connection: Connection, _cursor: object, statement: str, *_more: object) -> None:
        if "FROM audit_event" in statement and not written:
            written.append(statement)
            with database.transaction() as session:
                audit.record(session, None, "meanwhile", now=clock())

    event.listen(database.engine, "after_cursor_execute", write)
    assert breaks(database) == []
    assert len(written) == 1
    assert breaks(database, anchor=head(database)) == []


def test_a_head_that_was_read_before_is_read_again_under_the_lock(database: Database, clock: Clock) -> None:
    with database.transaction() as session:
        audit.record(session, None, "first", now=clock())
    if database.sqlite:  # its writers are alone from their first statement on
        with database.transaction() as session:
            session.get_one(AuditHead, 1)
            audit.record(session, None, "second", now=clock())
    else:
        with database.transaction() as session:
            session.get_one(AuditHead, 1)
            with database.transaction() as other:
                audit.record(other, None, "second", now=clock())
            audit.record(session, None, "third", now=clock())
    assert breaks(database) == []
