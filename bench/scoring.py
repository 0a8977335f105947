"""Scoring from the tally, and what it costs to keep: a million submissions, and one million more.

The submissions are synthetic and spread over the demo province's counters and 18 months; what is
timed is the program's own path: recount (fold every submission), read all cells, score every unit x item.
"""

import resource
import sqlite3
import tempfile
import time
from pathlib import Path

import numpy as np

from bench.filled import campaign_of, fill
from bench.reports import TODAY
from survey_app.db import Database
from survey_app.demo.load import analyst
from survey_app.results.service import report


def run(*, quick: bool) -> None:
    step = 100_000 if quick else 1_000_000
    print(f"\nscoring: all units x items from stored submissions, in steps of {step:,}")
    print("stored     | cells  | file MB | fold s/million | score all units s (best of 3) | peak MB of this process")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "survey.sqlite3"
        database = Database(f"sqlite:///{path}", audit_key="x" * 40)
        for number in (1, 2):
            seconds = fill(database, path, step, np.random.default_rng(number))
            best = min(_score(database) for _ in range(3))
            with sqlite3.connect(path) as connection:
                stored = connection.execute("SELECT count(*) FROM submission").fetchone()[0]
                cells = connection.execute("SELECT count(*) FROM tally").fetchone()[0]
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            size = path.stat().st_size / 1e6
            print(f"{stored:10,} | {cells:6,} | {size:7.0f} | {seconds / step * 1e6:14.1f} | {best:28.2f} | {peak:.0f}")
        database.close()


def _score(database: Database) -> float:
    start = time.perf_counter()
    with database.reading() as session:
        actor = analyst(session)
        content = report(session, actor, campaign_of(session).id, actor.unit_id, today=TODAY)
    assert content.whole.score.counted > 0
    return time.perf_counter() - start
