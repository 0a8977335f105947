"""Many synthetic submissions in a database, as the program stores them."""

import datetime
import sqlite3
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires.coding import encode
from questionnaires.loader import questionnaire
from survey_app.campaigns import tallying
from survey_app.db import Database
from survey_app.demo import load, traffic
from survey_app.demo.answers import Respondents, draw
from survey_app.models import Campaign, Counter

REF = "counter-2640@1"
PATTERNS = 4000


def fill(database: Database, path: Path, number: int, rng: np.random.Generator) -> float:
    """Add submissions of the full form and recount the whole tally; returns the seconds of the recount."""
    database.upgrade()
    load.load(database, 0, lambda _line: None)
    with database.reading() as session:
        found = campaign_of(session)
        campaign, definition_id = found.id, found.definition_id
        counters = session.execute(
            select(Counter.id, Counter.unit_id, Counter.field_key).where(Counter.closed_on.is_(None))
        ).all()
    rows = _rows(rng, (campaign, definition_id), [tuple(counter) for counter in counters], number)
    with sqlite3.connect(path) as connection:
        connection.executemany(
            "INSERT INTO submission"
            " (key, campaign_id, definition_id, unit_id, counter_id, field_key, channel, day, codes)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
    start = time.perf_counter()
    with database.transaction() as session:
        for _ in tallying.recount(session, repair=True):
            pass
    return time.perf_counter() - start


def campaign_of(session: Session) -> Campaign:
    """The latest campaign of the full form."""
    query = select(Campaign).where(Campaign.accepts == "AB").order_by(Campaign.starts_on.desc()).limit(1)
    return session.scalars(query).one()


def _rows(
    rng: np.random.Generator, campaign: tuple[int, int], counters: list[tuple[int, int, str]], number: int
) -> Iterator[tuple[object, ...]]:
    who = Respondents(rng.normal(1.3, 0.3, PATTERNS), np.full(PATTERNS, 15.0))
    definition = questionnaire(REF).definition
    codes = [encode(definition, given).codes for given in draw(rng, definition, who)]
    days = list(traffic.months(traffic.FIRST, traffic.LAST))
    picks = zip(
        rng.integers(0, len(counters), number).tolist(),
        rng.integers(0, PATTERNS, number).tolist(),
        rng.integers(0, len(days), number).tolist(),
        rng.integers(1, 28, number).tolist(),
        rng.integers(0, 2, number).tolist(),
        strict=True,
    )
    for counter, pattern, month, day, channel in picks:
        counter_id, unit_id, field = counters[counter]
        yield (
            uuid.UUID(bytes=rng.bytes(16)).hex,
            *campaign,
            unit_id,
            counter_id,
            field,
            "AB"[channel],
            (days[month] + datetime.timedelta(days=day - 1)).isoformat(),
            codes[pattern],
        )
