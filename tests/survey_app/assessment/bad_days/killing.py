"""A worker that is killed (SIGKILL) at the commit of what it was asked to do, and the start after it."""

import os
import signal
from collections.abc import Callable
from multiprocessing import get_context

from sqlalchemy import Connection, event, text
from sqlalchemy.orm import Session

from survey_app.db import Database

BEFORE, AFTER = "before", "after"  # the commit
LONGEST = 60  # seconds


def killed(database: Database, act: Callable[[], object], action: str, when: str) -> None:
    """Do something in a process that dies at the commit of its audit event ``action``: everything is written by
    then, and just not kept (before), or kept and not yet answered (after)."""
    with database.reading() as session:
        already = _noted(session.connection(), action)

    def worker() -> None:
        database.engine.dispose(close=False)  # the open connections are those of the parent
        written = []

        def committing(connection: Connection) -> None:
            if _noted(connection, action) > already:
                written.append(action)
                if when == BEFORE:
                    _die()

        def committed(_session: Session) -> None:
            if written:
                _die()

        event.listen(database.engine, "commit", committing)
        event.listen(Session, "after_commit", committed)
        act()

    process = get_context("fork").Process(target=worker)
    process.start()
    process.join(LONGEST)
    process.kill()  # one that hangs dies too, and the next line says so
    assert process.exitcode == -signal.SIGKILL
    process.close()


def _noted(connection: Connection, action: str) -> int:
    counted = connection.scalar(text("SELECT count(*) FROM audit_event WHERE action = :action"), {"action": action})
    return int(counted or 0)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
