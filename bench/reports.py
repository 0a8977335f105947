"""Documents from finished results: province and unit PDF, spreadsheets, pages' charts."""

import datetime
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from bench.filled import campaign_of
from reports import charts, satisfaction, spreadsheets
from reports.content import SatisfactionReport
from survey_app.db import Database
from survey_app.demo import load
from survey_app.models import Unit
from survey_app.results.service import report

TODAY = datetime.date(2026, 11, 1)


def run(*, quick: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'survey.sqlite3'}", audit_key="x" * 40)
        database.upgrade()
        load.load(database, 2000 if quick else 20_000, lambda _line: None)
        with database.reading() as session:
            actor, campaign = load.analyst(session), campaign_of(session)
            unit = session.scalars(select(Unit.id).where(Unit.code == "so-tu-phap")).one()
            print("\nreports: best of 3 in seconds, warm")

            def content(unit_id: int) -> SatisfactionReport:
                return report(session, actor, campaign.id, unit_id, today=TODAY)

            province, single = content(actor.unit_id), content(unit)
            _line("province: tally to content", lambda: content(actor.unit_id))
            _line("province PDF", lambda: satisfaction.render(province))
            _line("province XLSX", lambda: spreadsheets.workbook(province))
            _line("province CSV", lambda: spreadsheets.csv_table(province))
            _line("unit: tally to content", lambda: content(unit))
            _line("unit PDF", lambda: satisfaction.render(single))
            forest = max(province.comparisons, key=lambda comparison: len(comparison.rows))
            _line("forest chart of the longest comparison", lambda: charts.svg(charts.forest(forest)))
        database.close()


def _line(name: str, work: Callable[[], object]) -> None:
    times = []
    size = 0
    for _ in range(3):
        start = time.perf_counter()
        made = work()
        times.append(time.perf_counter() - start)
        size = len(made) if isinstance(made, bytes) else 0
    print(f"{name:40} {min(times):7.3f} s{f'  {size / 1000:.0f} kB' if size else ''}")
