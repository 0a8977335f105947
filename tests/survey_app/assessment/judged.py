"""The small round with marks of every stage: 88,5 %, a special unit, 73 %, a department."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from survey_app.assessment.flow import State
from survey_app.db import Database
from survey_app.models import Correction, Evidence, Explanation, Letterhead, Round, Support
from survey_app.models.assessment import FIRST, PUBLISHED, SELF
from survey_app.policy import Actor
from tests.conftest import Clock
from tests.survey_app.assessment.conftest import MakeFeed, MakeMark, Place, Put, Running

# Per commune: points of 1.1, 1.2 (None: does not apply), 1.3, the bonus; percent of SIPAS.
MARKS: tuple[tuple[str, str | None, str, str, float], ...] = (
    ("2.5", "2", "1", "0.5", 82.5),
    ("2", "1", "1", "0", 82.5),
    ("2.25", None, "1", "0", 80),
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A round in which every unit is appraised, and what its tests need."""

    running: Running
    place: Place
    database: Database
    clock: Clock
    analyst: Actor
    make_mark: MakeMark
    put: Put

    @property
    def id(self) -> int:
        return self.running.id

    @property
    def today(self) -> datetime.date:
        return self.clock.today

    def publish(self) -> None:
        with self.database.transaction() as session:
            held = session.get_one(Round, self.id)
            held.state, held.published_on = PUBLISHED, self.today
        self.all_to(State.PUBLISHED)

    def all_to(self, state: State) -> None:
        for assessment_id in self.running.assessments.values():
            self.put(assessment_id, state)

    def add(self, *rows: Any) -> None:
        with self.database.transaction() as session:
            session.add_all(rows)

    def document(self, place: int = 0, *leaves: str, by_appraiser: bool = False, **more: Any) -> int:
        """A document of a commune that supports these leaves; its key."""
        unit = self.place.communes[place]
        row = Evidence(round_id=self.id, unit_id=unit.id, summary="Kế hoạch CCHC", **more)
        with self.database.transaction() as session:
            session.add(row)
            session.flush()
            for leaf in leaves:
                support = Support(assessment_id=self.running.of(unit), leaf=leaf, evidence_id=row.id)
                support.by_appraiser = by_appraiser
                session.add(support)
        return row.id

    def correct(self, second: Actor, number: str, points: str) -> None:
        """A correction of Xã An Cọ that two people made."""
        row = Correction(assessment_id=self.running.of(self.place.communes[0]), leaf=number, points=points)
        row.reason, row.proposed_by, row.proposed_at = "Nhầm dòng", self.analyst.account_id, self.clock()
        with self.database.transaction() as session:
            session.add(row)
            session.flush()
            row.confirmed_by, row.confirmed_at = second.account_id, self.clock()

    def ask(self, answer: str | None = "Đã bổ sung") -> None:
        """A question to Xã An Cọ about 1.1."""
        row = Explanation(assessment_id=self.running.of(self.place.communes[0]), leaf="1.1", question="Thiếu báo cáo?")
        row.asked_by, row.asked_at, row.due = self.analyst.account_id, self.clock(), self.today
        row.answer, row.answered_at = answer, self.clock() if answer else None
        self.add(row)


@pytest.fixture
def judged(
    running: Running,
    place: Place,
    letterhead: Letterhead,
    make_mark: MakeMark,
    make_feed: MakeFeed,
    put: Put,
    database: Database,
    clock: Clock,
    analyst: Actor,
) -> Judged:
    del letterhead
    units = [*zip(place.communes, MARKS, strict=True), (place.department, MARKS[0])]
    for unit, (ratio, answer, hand, bonus, percent) in units:
        key = running.of(unit)
        inputs = {"a": int(Decimal(ratio) * 40), "b": 120}  # of the first commune and the department they lead to it
        _both(make_mark, key, "1.1", ratio, inputs=inputs)
        _both(make_mark, key, "1.2", answer, applies=answer is not None, reason="" if answer else "Không phát sinh")
        _both(make_mark, key, "1.3", hand)
        _both(make_mark, key, "T.1", bonus)
        make_feed(key, "2.1", {"percent": percent}, share=percent / 100, standard_error=0.02)
        put(key, State.APPRAISED)
    return Judged(running, place, database, clock, analyst, make_mark, put)


def _both(make_mark: Callable[..., None], key: int, number: str, points: str | None, **more: Any) -> None:
    for stage in (SELF, FIRST):
        make_mark(key, number, points, stage=stage, **more)
