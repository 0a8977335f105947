"""A consistent copy of a running SQLite database (PostgreSQL has pg_dump)."""

import sqlite3
from contextlib import closing
from pathlib import Path

from survey_app.db import Database
from survey_app.errors import Rejected


def backup(database: Database, target: Path) -> None:
    """Copy the database while it runs; refuses to overwrite, and databases that are not SQLite."""
    if database.path is None:
        raise Rejected("backup is for SQLite; use pg_dump for PostgreSQL")
    if target.exists():
        raise Rejected(f"{target} exists")
    with closing(sqlite3.connect(database.path)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
        if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise Rejected("the copy is damaged")
