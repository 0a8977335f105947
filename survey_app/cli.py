"""The command line: database, definitions, province, accounts, batches, audit, server, demonstration."""

import datetime
import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from alembic.util import CommandError
from sqlalchemy.exc import OperationalError, ProgrammingError

from questionnaires.inspect import changes, outline
from questionnaires.loader import MODELS, DefinitionError, Loaded, published, read_any
from questionnaires.provinces import Province
from survey_app import audit, backup, server
from survey_app.accounts.service import AccountDraft, add_account
from survey_app.assessment.documents import checking
from survey_app.assessment.documents.shelf import Shelf
from survey_app.assessment.packing import checking as package_checking
from survey_app.assessment.packing import report
from survey_app.campaigns import release, tallying
from survey_app.config import ZONE, Settings, UnsafeSetting
from survey_app.db import Database, UnsafeDatabase
from survey_app.definitions import FrozenDefinition, check_frozen
from survey_app.demo import run as demonstration
from survey_app.errors import Refusal
from survey_app.models import Release, Unit
from survey_app.organisation.loading import load_province
from survey_app.policy import Role

T = TypeVar("T")
NO_SCHEMA = ("no such table", "no such column", "does not exist")  # what SQLite and PostgreSQL say


def _settings() -> Settings:
    return Settings.from_env(os.environ)


def _database() -> Database:
    settings = _settings()
    database = Database(settings.database_url, audit_key=settings.audit_key)
    click.get_current_context().call_on_close(database.close)
    return database


def _checked() -> Database:
    """The database, once it is certain that what was answered still means the same."""
    database = _database()
    with database.reading() as session:
        check_frozen(session)
    return database


def _now() -> datetime.datetime:
    return datetime.datetime.now(ZONE)


@click.group()
def cli() -> None:
    """Đo lường sự hài lòng: các lệnh quản trị."""


@cli.group()
def db() -> None:
    """Cơ sở dữ liệu."""


@db.command()
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Bring the schema up to REVISION (default: the newest)."""
    _database().upgrade(revision)


@db.command()
@click.argument("revision")
def downgrade(revision: str) -> None:
    """Take the schema back to REVISION."""
    _database().downgrade(revision)


@db.command("check")
def check_database() -> None:
    """Say whether the database is safe and its schema is that of the program."""
    database = _database()
    database.check()
    database.schema_differences()


@db.command("backup")
@click.argument("target", type=click.Path(path_type=Path))
def make_backup(target: Path) -> None:
    """Write a consistent copy of the running SQLite database to TARGET."""
    backup.backup(_database(), target)
    click.echo(f"Đã sao lưu vào {target}")


@cli.group()
def definitions() -> None:
    """Phiếu khảo sát, mục tiêu, tỉnh."""


@definitions.command("list")
def list_definitions() -> None:
    """List every published definition with its hash."""
    for family in MODELS:
        for ref, loaded in published(family).items():
            click.echo(f"{family}\t{ref}\t{loaded.content_hash[:12]}\t{loaded.definition.title.vi}")


@definitions.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check_definitions(files: tuple[Path, ...]) -> None:
    """Check definition FILES and print their outline; faults are named by line and path."""
    for file in files:
        loaded = _loaded(str(file))
        click.echo("\n".join(outline(loaded.definition)))


@definitions.command("diff")
@click.argument("old")
@click.argument("new")
def diff_definitions(old: str, new: str) -> None:
    """List what NEW changes against OLD; each is a file or a published ref such as qr-short@1."""
    for line in changes(_loaded(old).definition, _loaded(new).definition):
        click.echo(line)


@cli.group()
def province() -> None:
    """Tỉnh."""


@province.command("load")
@click.argument("ref")
def load(ref: str) -> None:
    """Load a province definition (file or ref) into an empty database."""
    definition = _loaded(ref).definition
    if not isinstance(definition, Province):
        raise click.ClickException(f"{ref} không phải định nghĩa tỉnh")
    with _database().transaction() as session:
        load_province(session, definition, _now())


@cli.group()
def account() -> None:
    """Tài khoản."""


@account.command("add")
@click.argument("username")
@click.option("--name", required=True)
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--unit", "unit_code", required=True, help="Code of the unit that the person answers for.")
def add(username: str, name: str, role: str, unit_code: str) -> None:
    """Add an account and print its issued password, to be replaced at the first sign-in."""
    with _database().transaction() as session:
        unit = session.query(Unit).filter_by(code=unit_code).one_or_none()
        if unit is None:
            raise click.ClickException(f"Không có đơn vị {unit_code}")
        draft = AccountDraft(username=username, name=name, role=Role(role), unit_id=unit.id)
        made, password = add_account(session, draft)
        audit.record(session, None, "account_created", made.username, now=_now(), detail={"role": role})
    click.echo(f"{made.username}\t{password}")


@cli.command("release")
def release_now() -> None:
    """Release waiting submissions as at day's end."""
    with _checked().transaction() as session:
        click.echo(f"{release.release_at_day_end(session, _now().date(), with_today=True)} phiếu")


@cli.command()
@click.option("--repair", is_flag=True, help="Write what was recounted.")
def recount(repair: bool) -> None:
    """Prove the tally: count every submission anew and report cells that differ."""
    database = _checked()
    with database.transaction() if repair else database.reading() as session:
        found = list(tallying.recount(session, repair=repair))
        if repair and found:
            for campaign_id in {difference.cell.campaign_id for difference in found}:
                # An empty batch: results that were shown before are computed anew.
                session.add(Release(campaign_id=campaign_id, day=_now().date(), submissions=0))
            audit.record(session, None, "tally_repaired", now=_now(), detail={"cells": len(found)})
    for difference in found:
        reason = f" ({difference.reason})" if difference.reason else ""
        click.echo(f"{difference.cell}{reason}: {difference.stored} ≠ {difference.recounted}")
    click.echo(f"{len(found)} ô khác nhau")
    sys.exit(1 if found and not repair else 0)


@cli.command("audit")
@click.option("--anchor", help="A head of the chain that was printed or kept elsewhere.")
def verify_audit(anchor: str | None) -> None:
    """Verify the audit log's chain."""
    with _database().reading() as session:
        found = list(audit.verify(session, anchor=anchor))
    for broken in found:
        click.echo(f"{broken.event_id}: {broken.reason}")
    click.echo("Chuỗi nhật ký nguyên vẹn" if not found else f"{len(found)} chỗ không khớp")
    sys.exit(1 if found else 0)


@cli.group()
def evidence() -> None:
    """Tài liệu kiểm chứng."""


@evidence.command("check")
def check_evidence() -> None:
    """List files without a row, rows without their file, and files that are not as they came."""
    shelf = Shelf.of(_settings())
    with _database().reading() as session:
        found = checking.check(session, shelf, _now())
    for words, keys in (("không có dòng", found.unknown), ("mất tệp", found.gone), ("tệp bị đổi", found.damaged)):
        for key in keys:
            click.echo(f"{words}\t{key}")
    click.echo(f"{len(found.unknown) + len(found.gone) + len(found.damaged)} chỗ không khớp")
    sys.exit(1 if found else 0)


@cli.group()
def package() -> None:
    """Gói hồ sơ."""


@package.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check_package(file: Path) -> None:
    """Recompute everything from the package FILE and say whether it agrees; needs no database."""
    with file.open("rb") as opened:
        sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    checked = package_checking.check(file)
    for line in report.lines(checked, sha256):
        click.echo(line)
    sys.exit(1 if checked.differences else 0)


@cli.command()
@click.option("--no-worker", is_flag=True, help="Run the worker elsewhere: survey worker.")
def serve(no_worker: bool) -> None:
    """Serve on HOST:PORT with the production server, and run the worker."""
    server.serve(_settings(), with_worker=not no_worker)


@cli.command()
def worker() -> None:
    """Release batches and forget what need not be kept, until stopped."""
    server.work(_settings())


@cli.command()
@click.option("--no-serve", is_flag=True, help="Set everything up, then exit.")
@click.option("--answers", default=20_000, show_default=True, type=click.IntRange(0, 2_000_000))
def demo(no_serve: bool, answers: int) -> None:
    """Fill the demonstration province and serve it."""
    demonstration.run(answers, serve=not no_serve)


def _loaded(name: str) -> Loaded[Any]:
    """A definition by file or by published ref."""
    path = Path(name)
    if path.is_file():
        return read_any(path)
    for family in MODELS:
        if name in published(family):
            return published(family)[name]
    raise click.ClickException(f"Không có tệp hoặc định nghĩa {name}")


def _spoken(run: Callable[[], T]) -> T:
    """Faults that people can mend, as one line instead of a traceback."""
    try:
        return run()
    except (UnsafeSetting, UnsafeDatabase, FrozenDefinition, DefinitionError, CommandError) as fault:
        raise SystemExit(str(fault)) from None
    except Refusal as refusal:
        raise SystemExit(f"Từ chối: {refusal.reason}") from None
    except (OperationalError, ProgrammingError) as fault:
        if not any(words in str(fault.orig) for words in NO_SCHEMA):
            raise
        raise SystemExit("Cơ sở dữ liệu chưa có bảng hoặc chưa nâng cấp; hãy chạy: survey db upgrade") from None


def main() -> None:
    _spoken(cli)


if __name__ == "__main__":
    main()
