"""A consistent copy of a running database."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select

from survey_app.backup import backup
from survey_app.db import Database
from survey_app.errors import Rejected
from survey_app.models import Unit
from tests.databases import on_postgresql, on_sqlite
from tests.factories.units import MakeUnit


@on_sqlite
def test_a_copy_is_whole_while_others_write(database: Database, make_unit: MakeUnit, tmp_path: Path) -> None:
    for number in range(3):
        make_unit(f"Xã {number}")
    target = tmp_path / "copy.sqlite3"
    with database.transaction() as session:
        session.add(
            Unit(code="half", name="Xã Dở", level="commune", valid_from=session.scalar(select(Unit.valid_from)))
        )
        session.flush()
        backup(database, target)  # what is not committed is not in it
    copy = Database(f"sqlite:///{target}")
    with copy.reading() as session:
        assert session.scalar(select(func.count()).select_from(Unit)) == 3
    copy.check()
    copy.schema_differences()
    copy.close()
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


@on_sqlite
def test_nothing_is_overwritten(database: Database, tmp_path: Path) -> None:
    target = tmp_path / "copy.sqlite3"
    target.write_text("mine")
    with pytest.raises(Rejected, match="exists"):
        backup(database, target)
    assert target.read_text() == "mine"


@on_sqlite
def test_a_target_without_a_folder_is_refused(database: Database, tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="no folder"):
        backup(database, tmp_path / "nowhere" / "copy.sqlite3")


def test_a_missing_database_is_not_backed_up_as_an_empty_one(tmp_path: Path) -> None:
    missing = tmp_path / "survey.sqlite3"
    database = Database(f"sqlite:///{missing}")
    with pytest.raises(Rejected, match="no database"):
        backup(database, tmp_path / "copy.sqlite3")
    assert not missing.exists()
    assert not (tmp_path / "copy.sqlite3").exists()


def test_a_copy_that_does_not_hang_together_is_not_kept(tmp_path: Path) -> None:
    damaged, target = tmp_path / "survey.sqlite3", tmp_path / "copy.sqlite3"
    with closing(sqlite3.connect(damaged)) as made:
        made.execute("CREATE TABLE answer (code TEXT UNIQUE)")
        made.execute("INSERT INTO answer VALUES ('first-of-its-kind')")
        made.commit()
    content = damaged.read_bytes()
    place = content.rindex(b"first-of-its-kind")  # in the table or in its index, but not in both
    damaged.write_bytes(content[:place] + b"F" + content[place + 1 :])
    with pytest.raises(Rejected, match="the copy is damaged"):
        backup(Database(f"sqlite:///{damaged}"), target)
    assert not target.exists()


def test_a_damaged_database_leaves_no_copy(tmp_path: Path) -> None:
    damaged, target = tmp_path / "survey.sqlite3", tmp_path / "copy.sqlite3"
    with closing(sqlite3.connect(damaged)) as made:
        made.execute("CREATE TABLE answer (code TEXT)")
        made.executemany("INSERT INTO answer VALUES (?)", [("x" * 900,) for _ in range(200)])
        made.commit()
    with damaged.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 8192)
    with pytest.raises(Rejected, match="no copy was made"):
        backup(Database(f"sqlite:///{damaged}"), target)
    assert not target.exists()
    damaged.write_bytes(b"no database at all" * 100)
    with pytest.raises(Rejected, match="no copy was made"):
        backup(Database(f"sqlite:///{damaged}"), target)
    assert not target.exists()


@on_postgresql
def test_postgresql_has_its_own_way(database: Database, tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="pg_dump"):
        backup(database, tmp_path / "copy")
