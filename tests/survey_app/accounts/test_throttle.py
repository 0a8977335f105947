"""Failed sign-ins: who is held up, for how long, and what is kept of them."""

import datetime
import hashlib
import threading

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.accounts import throttle
from survey_app.db import Database
from survey_app.models import SignInFailure
from tests.conftest import Clock
from tests.databases import on_sqlite

NETWORK, OTHER = "10.1.2.3/32", "10.9.9.9/32"


def fail(session: Session, clock: Clock, times: int, username: str = "an", network: str = NETWORK) -> None:
    for _ in range(times):
        throttle.failed(session, username, network, clock())


def test_the_pair_is_held_up_after_five_failures(session: Session, clock: Clock) -> None:
    for _ in range(5):
        assert not throttle.blocked(session, "an", NETWORK, clock())
        fail(session, clock, 1)
    assert throttle.blocked(session, "an", NETWORK, clock())
    assert not throttle.blocked(session, "an", OTHER, clock())
    assert not throttle.blocked(session, "binh", NETWORK, clock())


@on_sqlite
def test_a_network_that_tries_many_names_is_held_up(session: Session, clock: Clock) -> None:
    for number in range(throttle.LIMITS["network"]):
        assert not throttle.blocked(session, "someone", NETWORK, clock())
        fail(session, clock, 1, f"name{number}")
    assert throttle.blocked(session, "someone", NETWORK, clock())
    assert not throttle.blocked(session, "someone", OTHER, clock())


@on_sqlite
def test_an_account_that_many_networks_try_is_held_up(session: Session, clock: Clock) -> None:
    for number in range(throttle.LIMITS["account"]):
        assert not throttle.blocked(session, "an", OTHER, clock())
        fail(session, clock, 1, network=f"10.0.0.{number}/32")
    assert throttle.blocked(session, "an", OTHER, clock())
    assert not throttle.blocked(session, "binh", OTHER, clock())


def test_nobody_is_held_up_for_good(session: Session, clock: Clock) -> None:
    fail(session, clock, 5)
    clock.move(minutes=14, seconds=59)
    assert throttle.blocked(session, "an", NETWORK, clock())
    clock.move(seconds=1)
    assert not throttle.blocked(session, "an", NETWORK, clock())
    fail(session, clock, 1)
    assert not throttle.blocked(session, "an", NETWORK, clock())  # counted from one again


@on_sqlite
def test_failures_close_to_each_other_add_up(session: Session, clock: Clock) -> None:
    for _ in range(5):
        clock.move(minutes=14)
        fail(session, clock, 1)
    assert throttle.blocked(session, "an", NETWORK, clock())


def test_success_forgets_the_pair_alone(session: Session, clock: Clock) -> None:
    fail(session, clock, 4)
    throttle.succeeded(session, "an", NETWORK)
    fail(session, clock, 4)
    assert not throttle.blocked(session, "an", NETWORK, clock())
    assert sorted(session.scalars(select(SignInFailure.count))) == [4, 8, 8]


def test_old_failures_are_forgotten(session: Session, clock: Clock) -> None:
    fail(session, clock, 5, "old")
    clock.move(minutes=16)
    fail(session, clock, 1, "new", OTHER)
    throttle.forget_old(session, clock())
    assert list(session.scalars(select(SignInFailure.count))) == [1, 1, 1]


def test_the_table_tells_neither_names_nor_addresses(session: Session, clock: Clock) -> None:
    fail(session, clock, 1, "nguyen.van.an", "10.1.2.3/32")
    keys = list(session.scalars(select(SignInFailure.key)))
    assert len(keys) == 3
    assert all(len(key) == 64 and set(key) <= set("0123456789abcdef") for key in keys)
    # Nobody who has the table alone can try all addresses: the key is not in it.
    guesses = {"10.1.2.3/32", "network\n10.1.2.3/32", "nguyen.van.an", "account\nnguyen.van.an"}
    assert not {hashlib.sha256(guess.encode()).hexdigest() for guess in guesses} & set(keys)


@on_sqlite
def test_names_and_networks_cannot_be_mixed_up(session: Session, clock: Clock) -> None:
    fail(session, clock, 5, "a", "b")
    assert not throttle.blocked(session, "b", "a", clock())
    assert not throttle.blocked(session, "a\nb", "", clock())


def test_attempts_at_the_same_moment_are_all_counted(database: Database, clock: Clock) -> None:
    start, faults = threading.Barrier(6), []

    def attempt() -> None:
        start.wait()
        try:
            with database.transaction() as session:
                throttle.failed(session, "an", NETWORK, clock())
        except BaseException as fault:  # shown by the test
            faults.append(fault)

    threads = [threading.Thread(target=attempt) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with database.reading() as session:
        assert list(session.scalars(select(SignInFailure.count))) == [6, 6, 6]
        assert throttle.blocked(session, "an", NETWORK, clock())


@pytest.mark.parametrize(("kind", "limit"), [("pair", 5), ("network", 30), ("account", 50)])
def test_the_limits_are_what_the_documents_say(kind: str, limit: int) -> None:
    assert throttle.LIMITS[kind] == limit
    assert datetime.timedelta(minutes=15) == throttle.WINDOW
