"""The audit log's chain: whole however many write, and broken exactly where someone touched it."""

import datetime
import threading

import pytest
from sqlalchemy import Connection, event, func, select, text

from survey_app import audit
from survey_app.audit import Break
from survey_app.config import Settings
from survey_app.db import Database
from survey_app.models import AuditEvent, AuditHead, Base, Unit
from survey_app.policy import Actor, Role
from tests.conftest import AUDIT, SECRET, Clock
from tests.databases import on_postgresql, on_sqlite
from tests.factories.accounts import MakeAccount


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


@on_sqlite
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

COPY = (
    "INSERT INTO audit_event SELECT {new}, at, account_id, action, subject, detail, {mac} "
    "FROM audit_event WHERE id = {old}"
)


def renumbered(*pairs: tuple[int, int]) -> list[str]:
    return [f"UPDATE audit_event SET id = {new} WHERE id = {old}" for old, new in pairs]  # noqa: S608  # our numbers


# What direct SQL did to six events, and where that is found. MAC4 stands for the fourth code.
TAMPERINGS: dict[str, tuple[list[str], list[Break]]] = {
    "another time": (["UPDATE audit_event SET at = '2026-03-16 02:30:09' WHERE id = 3"], [Break(3, "altered")]),
    "another person": (["UPDATE audit_event SET account_id = NULL WHERE id = 3"], [Break(3, "altered")]),
    "another action": (["UPDATE audit_event SET action = 'sign_in' WHERE id = 3"], [Break(3, "altered")]),
    "another subject": (["UPDATE audit_event SET subject = 'việc 2' WHERE id = 3"], [Break(3, "altered")]),
    "another detail": (["UPDATE audit_event SET detail = '{}' WHERE id = 3"], [Break(3, "altered")]),
    "another code, to which the next row was bound": (
        ["UPDATE audit_event SET mac = 'FORGED' WHERE id = 3"],
        [Break(3, "altered"), Break(4, "altered")],
    ),
    "an edit that was taken back": (
        ["UPDATE audit_event SET subject = 'x' WHERE id = 3", "UPDATE audit_event SET subject = 'việc 3' WHERE id = 3"],
        [],
    ),
    "a deletion in the middle": (["DELETE FROM audit_event WHERE id = 3"], [Break(3, "missing")]),
    "a deletion of several": (
        ["DELETE FROM audit_event WHERE id IN (1, 2, 4)"],
        [Break(1, "missing"), Break(4, "missing")],
    ),
    "a gap that was closed": (
        [
            "DELETE FROM audit_event WHERE id = 3",
            *renumbered((4, 3), (5, 4), (6, 5)),
            "UPDATE audit_head SET last_id = 5",
        ],
        [Break(3, "altered"), Break(4, "altered"), Break(5, "altered")],
    ),
    "a swap": (renumbered((3, 99), (4, 3), (99, 4)), [Break(3, "altered"), Break(4, "altered"), Break(5, "altered")]),
    "a tail that was cut off": (["DELETE FROM audit_event WHERE id > 4"], [Break(5, "head differs")]),
    "a tail that was cut off with its head": (
        ["DELETE FROM audit_event WHERE id > 4", "UPDATE audit_head SET last_id = 4, mac = 'MAC4'"],
        [],  # the anchor alone tells
    ),
    "an emptied log": (["DELETE FROM audit_event", "DELETE FROM audit_head"], []),  # the anchor alone tells
    "a head that was taken away": (["DELETE FROM audit_head"], [Break(7, "head differs")]),
    "a head with another count": (["UPDATE audit_head SET last_id = 9"], [Break(7, "head differs")]),
    "an insertion at the end": (
        [COPY.format(new=7, mac="'FORGED'", old=6), "UPDATE audit_head SET last_id = 7, mac = 'FORGED'"],
        [Break(7, "altered")],
    ),
    "an insertion in the middle": (
        [
            *renumbered((6, 7), (5, 6), (4, 5)),
            COPY.format(new=4, mac="mac", old=3),
            "UPDATE audit_head SET last_id = 7",
        ],
        [Break(4, "altered"), Break(5, "altered"), Break(6, "altered"), Break(7, "altered")],
    ),
}


def tampered(database: Database, log: list[str], what: str, anchor: str | None = None) -> list[Break]:
    """What a check finds after direct SQL by someone who took the triggers away first; all of it undone."""
    statements, _ = TAMPERINGS[what]
    with database.reading() as session:
        if database.sqlite:
            session.execute(text("DROP TRIGGER frozen_audit_event_update"))
            session.execute(text("DROP TRIGGER frozen_audit_event_delete"))
        else:
            session.execute(text("ALTER TABLE audit_event DISABLE TRIGGER USER"))
        for statement in statements:
            session.execute(text(statement.replace("MAC4", log[3]).replace("FORGED", "a" * 64)))
        return list(audit.verify(session, anchor=anchor))


def test_what_someone_changed_is_found_where_it_was_changed(database: Database, log: list[str]) -> None:
    found = {what: tampered(database, log, what) for what in TAMPERINGS}
    assert found == {what: expected for what, (_, expected) in TAMPERINGS.items()}
    assert breaks(database, anchor=log[-1]) == []


def test_a_cut_tail_with_its_head_is_found_by_the_anchor_alone(database: Database, log: list[str]) -> None:
    for anchor, found in ((log[3], []), (log[4], [Break(5, "anchor missing")]), (log[5], [Break(5, "anchor missing")])):
        assert tampered(database, log, "a tail that was cut off with its head", anchor) == found
    assert tampered(database, log, "an emptied log", log[0]) == [Break(1, "anchor missing")]


def test_whoever_has_the_database_alone_cannot_write_a_valid_event(
    database: Database, database_url: str, log: list[str], clock: Clock
) -> None:
    other = Database(database_url, audit_key="another-key-0123456789-abcdefghijklm")
    with other.transaction() as session:
        audit.record(session, None, "test", "giả", now=clock())
    other.close()
    assert breaks(database) == [Break(7, "altered")]


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


@on_postgresql
def test_a_head_that_was_read_before_is_read_again_under_the_lock(database: Database, clock: Clock) -> None:
    """On SQLite a writer is alone from its first statement on."""
    with database.transaction() as session:
        audit.record(session, None, "first", now=clock())
    with database.transaction() as session:
        seen = session.get_one(AuditHead, 1)
        with database.transaction() as other:
            audit.record(other, None, "second", now=clock())
        audit.record(session, None, "third", now=clock())
        assert seen.last_id == 3
    assert breaks(database) == []
