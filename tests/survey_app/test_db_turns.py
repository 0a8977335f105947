"""Writers of one SQLite file wait in line, threads and processes alike."""

import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from survey_app.db import Database
from survey_app.errors import Unavailable
from tests.databases import on_sqlite
from tests.survey_app.opened_databases import Open, data, keys, level, open_database, store

__all__ = ["data", "open_database"]


# Writers in line


HOLD = """
import fcntl, sys
file = open(sys.argv[1], "w")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


@on_sqlite
def test_writers_come_one_after_another(data: Database, open_database: Open) -> None:
    """Each waits for the one before, also for one of another process; nobody's work is lost."""
    others, inside, faults = [open_database() for _ in range(3)], [], []

    def write(number: int) -> None:
        try:
            with (data, *others)[number % 4].transaction() as session:
                inside.append(number)
                session.add(level(f"writer{number}"))
                session.flush()
                time.sleep(0.005)
                assert inside[-1] == number
        except BaseException as fault:  # shown by the test
            faults.append(fault)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(keys(data)) == 16


@on_sqlite
def test_a_writer_of_another_process_is_waited_for_and_one_that_dies_is_not(data: Database) -> None:
    assert data.path is not None
    lock = f"{data.path}.turn"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, lock], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(Unavailable):
            store(data, "refused")
        assert keys(data) == set()  # readers do not wait in line
        other.kill()
    store(data, "taken")
    assert keys(data) == {"taken"}


@on_sqlite
def test_a_writer_that_takes_too_long_is_not_waited_for(data: Database) -> None:
    faults: list[BaseException] = []

    def late() -> None:
        try:
            store(data, "late")
        except Unavailable as refusal:
            faults.append(refusal)

    with data.transaction() as session:
        session.add(level("slow"))
        thread = threading.Thread(target=late)
        thread.start()
        thread.join()
    assert len(faults) == 1
    assert keys(data) == {"slow"}


@on_sqlite
def test_whatever_happens_the_next_one_has_its_turn(data: Database, open_database: Open) -> None:
    for fault in (ValueError, Unavailable, KeyboardInterrupt):
        with pytest.raises(fault), data.transaction():
            raise fault
        store(open_database(), fault.__name__)
    assert len(keys(data)) == 3


@on_sqlite
def test_a_child_process_waits_in_line_like_any_other(data: Database) -> None:
    """A lock file that was opened before the fork would be the parent's lock."""
    store(data, "before")
    assert data._line is not None
    mine = data._line._descriptor()
    data._line._file = (os.getpid() + 1, mine)  # as a child finds it
    assert data._line._descriptor() != mine
    os.close(mine)
    store(data, "after")
    assert keys(data) == {"before", "after"}


@on_sqlite
def test_the_lock_file_is_for_its_owner_alone_and_given_back(data: Database) -> None:
    store(data, "first")
    lock = Path(f"{data.path}.turn")
    assert stat.S_IMODE(lock.stat().st_mode) == 0o600
    assert lock.read_bytes() == b""
    opened = [os.readlink(f"/proc/self/fd/{number}") for number in _descriptors()]
    assert opened.count(str(lock)) == 1
    data.close()
    opened = [os.readlink(f"/proc/self/fd/{number}") for number in _descriptors()]
    assert str(lock) not in opened
    store(data, "second")
    assert keys(data) == {"first", "second"}


def _descriptors() -> Iterator[str]:
    for number in os.listdir("/proc/self/fd"):
        if os.path.islink(f"/proc/self/fd/{number}"):  # the listing's own is gone by now
            yield number
