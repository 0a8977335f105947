"""Last year's round of the demonstration is possible by the program's own rules."""

import json
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app import audit
from survey_app.assessment import outcomes, standing
from survey_app.assessment.settling import council, timing
from survey_app.db import Database
from survey_app.demo import assessing, judging, load
from survey_app.models import (
    Assessment,
    AuditEvent,
    Correction,
    CouncilAttendance,
    CouncilMeeting,
    Duty,
    Evidence,
    EvidenceFile,
    Explanation,
    Feed,
    Mark,
    RemedyTask,
    Round,
    Unit,
)
from survey_app.models.assessment import COUNCIL, SECOND
from tests.databases import on_sqlite
from tests.survey_app.assessment.uploads import make_shelf

pytestmark = on_sqlite


def held(session: Session, turn: int) -> Round:
    return session.scalars(select(Round).order_by(Round.year)).all()[turn]


def rows(session: Session, kind: type, **same: object) -> int:
    return session.scalar(select(func.count()).select_from(kind).filter_by(**same)) or 0


@pytest.fixture
def played(database: Database, tmp_path: Path) -> Database:
    load.load(database, 0, lambda _: None, make_shelf(tmp_path))
    return database


def test_the_round_was_settled_as_a_council_settles_it(played: Database) -> None:
    with played.reading() as session:
        last = held(session, 0)
        members = council.members(session, last.id)
        assert sorted(each.title for each in members) == sorted(judging.TITLES)
        meetings = session.scalars(select(CouncilMeeting).order_by(CouncilMeeting.held_on)).all()
        attended = Counter(session.scalars(select(CouncilAttendance.meeting_id)))
        assert [(each.in_writing, attended[each.id]) for each in meetings] == [(False, 4), (True, 5)]
        assert all(council.quorum(len(members), attended[each.id]) for each in meetings)
        ids = session.scalars(select(Assessment.id).where(Assessment.round_id == last.id)).all()
        assert timing.begun(session, last.id) <= max(timing.appraised(session, ids).values()) <= meetings[-1].held_on
        assert meetings[-1].held_on <= last.settle_until
        assert last.published_on
        assert meetings[-1].held_on <= last.published_on <= last.publish_until
        decided = session.scalars(select(Mark).where(Mark.stage == COUNCIL)).all()
        assert len(decided) == judging.DECIDED
        assert {mark.meeting_id for mark in decided} == {meetings[0].id}
        settled = session.scalars(select(AuditEvent.detail).where(AuditEvent.action == "assessment_moved"))
        assert sum(json.loads(detail)["step"] == "settle" for detail in settled) == len(ids)


def test_units_explained_themselves_corrected_and_planned(played: Database) -> None:
    with played.reading() as session:
        assert session.scalars(select(Explanation.answer)).all().count(None) == 0
        assert rows(session, Explanation) == rows(session, Mark, stage=SECOND) == judging.ASKED
        correction = session.scalars(select(Correction)).one()
        assert correction.confirmed_by not in (None, correction.proposed_by)
        tasks = session.scalars(select(RemedyTask)).all()
        assert (len(tasks), sum(task.done_on is not None for task in tasks)) == (2 * judging.PLANNED, 1)
        own = select(Unit.id).where(Unit.code == assessing.OWN_UNIT)
        proof = session.get_one(Evidence, next(task.evidence_id for task in tasks if task.evidence_id))
        assert proof.unit_id == session.scalars(own).one()
        files = Counter(session.scalars(select(EvidenceFile.media_type)))
        assert files == {"application/pdf": 2 * len(judging.STEPWISE) + 1, "image/png": judging.SCANNED}
        assert list(audit.verify(session)) == []


def test_leaders_were_counted_by_option(played: Database) -> None:
    with played.reading() as session:
        counted = session.scalars(select(Feed).where(Feed.kind == "counts")).all()
        assert counted
        for feed in counted[:20]:
            data = json.loads(feed.data)
            assert sum(data["inputs"]["votes"][0].values()) == 60
            assert 0 < data["standard_error"] < 0.1
        found = outcomes.outcomes(standing.sheets(session, held(session, 0).id, None), draws=100)
        assert all(each.counted.index is not None for each in found.values())


def test_the_running_round_has_its_people(played: Database) -> None:
    with played.reading() as session:
        this = held(session, 1)
        assert rows(session, Duty, round_id=this.id) == 2
        assert len(council.members(session, this.id)) == len(judging.TITLES)


def test_without_a_shelf_documents_are_links(database: Database) -> None:
    load.load(database, 0, lambda _: None)
    with database.reading() as session:
        assert rows(session, EvidenceFile) == 0
        assert rows(session, Evidence, url=None) == 0
