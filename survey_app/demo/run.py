"""The demonstration command: set up, fill, write documents, print addresses and sign-ins, serve."""

import os
import sys
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.content import CounterSheet
from reports.qr_sheets import posters, sheet
from reports.satisfaction import render
from survey_app import server
from survey_app.assessment.documents.shelf import Shelf
from survey_app.config import Settings
from survey_app.db import Database
from survey_app.demo import load
from survey_app.models import Campaign, Counter, Unit
from survey_app.policy import Role
from survey_app.results.service import report

ROLE_WORDS = {
    Role.ADMINISTRATOR: "quản trị hệ thống",
    Role.ANALYST: "chuyên viên Sở Nội vụ",
    Role.APPRAISER: "người thẩm định",
    Role.INSPECTOR: "người tự chấm điểm của đơn vị",
    Role.SURVEYOR: "điều tra viên",
    Role.LEADER: "lãnh đạo",
}


def run(answers: int, *, serve: bool) -> None:
    """Everything from an empty folder to a served province; a second run keeps the data."""
    os.environ["SURVEY_MODE"] = "demo"
    settings = Settings.from_env(os.environ)
    say("Chuẩn bị cơ sở dữ liệu ...")
    database = Database(settings.database_url, audit_key=settings.audit_key)
    database.upgrade()
    load.load(database, answers, say, Shelf.of(settings))
    folder = settings.data_dir / "demo-output"
    folder.mkdir(parents=True, exist_ok=True)
    code = _write_documents(database, settings, folder)
    issued = load.new_passwords(database)
    _print(settings, folder, code, issued)
    database.close()
    if serve:
        server.serve(settings)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _write_documents(database: Database, settings: Settings, folder: Path) -> str:
    """One report of the province and the QR sheets of one unit; returns a counter's code to try."""
    with database.reading() as session:
        newest = select(Campaign.id).where(Campaign.accepts == "AB").order_by(Campaign.starts_on.desc()).limit(1)
        analyst = load.analyst(session)
        say("Viết báo cáo ...")
        content = report(session, analyst, session.scalars(newest).one(), analyst.unit_id, today=load.now().date())
        (folder / "bao-cao-hai-long.pdf").write_bytes(render(content))
        sheets = counter_sheets(session, settings.base_url)
    (folder / "ma-qr-cac-quay.pdf").write_bytes(sheet(sheets))
    (folder / "ap-phich-a4.pdf").write_bytes(posters(sheets[:1], "a4"))
    return sheets[0].code


def counter_sheets(session: Session, base_url: str) -> list[CounterSheet]:
    """The counters that are open now, unit by unit, communes first: most citizens go there."""
    rows = session.execute(
        select(Counter, Unit.name)
        .join(Unit, Unit.id == Counter.unit_id)
        .where(Counter.closed_on.is_(None))
        .order_by(Unit.level != "commune", Unit.id, Counter.id)
    )
    return [
        CounterSheet(
            unit=unit, counter=counter.name, place=counter.place, code=counter.code, url=f"{base_url}/r/{counter.code}"
        )
        for counter, unit in rows
    ]


def _print(settings: Settings, folder: Path, code: str, issued: dict[Role, tuple[str, str]]) -> None:
    say("")
    say(f"Người dân:  {settings.base_url}/  (một quầy để thử: {settings.base_url}/r/{code})")
    say(f"Cán bộ:     {settings.base_url}/sign-in")
    for role, (username, password) in issued.items():
        say(f"            {username:<12} {password}   {ROLE_WORDS[role]}")
    say(f"Tài liệu:   {folder}")
    for path in sorted(folder.iterdir()):
        say(f"            {path.name}")
    say("")
