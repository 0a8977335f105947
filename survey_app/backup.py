"""A consistent copy of a running SQLite database (PostgreSQL has pg_dump)."""

import sqlite3
from contextlib import closing
from pathlib import Path

from survey_app.db import Database
from survey_app.errors import Rejected


def backup(database: Database, target: Path) -> None:
    """Copy the database while it runs; refuses to overwrite, and databases that are not SQLite.

    A copy that could not be finished is taken away again.
    """
    if database.path is None:
        raise Rejected("backup is for SQLite; use pg_dump for PostgreSQL")
    if not database.path.exists():
        raise Rejected(f"there is no database at {database.path}")  # connecting would make an empty one
    if target.exists():
        raise Rejected(f"{target} exists")
    if not target.parent.is_dir():
        raise Rejected(f"there is no folder {target.parent}")
    try:
        _copy(database.path, target)
    except (sqlite3.Error, Rejected) as error:
        target.unlink(missing_ok=True)
        raise Rejected(f"no copy was made: {error}") from error


def _copy(path: Path, target: Path) -> None:
    target.touch(mode=0o600)  # it holds what the database holds
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
        if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise Rejected("the copy is damaged")
