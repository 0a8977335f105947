"""A worker killed during an upload, a submission, the lock, the publication: all of it or nothing, and it goes on."""

import datetime
import io
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app import audit, create_app
from survey_app.assessment.documents import checking
from survey_app.assessment.documents.shelf import Shelf
from survey_app.assessment.flow import State
from survey_app.config import ZONE, Settings
from survey_app.db import Database
from survey_app.models import Assessment, CouncilMeeting, Evidence, EvidenceFile, Mark, Round
from survey_app.models.assessment import PUBLISHED, RUNNING, SELF
from survey_app.policy import Actor
from tests.conftest import Client, Clock
from tests.survey_app.assessment.bad_days.killing import AFTER, BEFORE, killed
from tests.survey_app.assessment.cases import MakeSupport, appraise, submit
from tests.survey_app.assessment.conftest import Browse, MakeFeed, MakeMark, Place, Put, Running, events
from tests.survey_app.assessment.uploads import PAGE, keys

LATER = datetime.datetime(2100, 1, 1, tzinfo=ZONE)  # no file is young by then

both = pytest.mark.parametrize("when", [BEFORE, AFTER])


@pytest.fixture
def restarted(settings: Settings, clock: Clock, app: Flask) -> Iterator[Database]:
    """The database as an application that starts after the kill sees it; the start itself checks it."""
    del app
    opened = create_app(settings, clock=clock).extensions["runtime"].database
    yield opened
    with opened.reading() as session:
        assert list(audit.verify(session)) == []  # the chain of the audit log has no gap
    opened.close()


@pytest.fixture
def mine(running: Running, place: Place) -> int:
    """The assessment of Xã An Cọ."""
    return running.of(place.communes[0])


@pytest.fixture
def shelf(app: Flask) -> Shelf:
    """The application's shelf, on a disk that may be full."""
    found: Shelf = app.extensions["shelf"]
    found.store._keep_free = 0
    return found


def state(database: Database, assessment_id: int) -> tuple[str, int]:
    with database.reading() as session:
        row = session.get_one(Assessment, assessment_id)
        return row.state, row.edition


@both
def test_during_an_upload_the_file_has_no_row_or_both_are_there(
    database: Database, restarted: Database, browse: Browse, inspector: Actor, mine: int, shelf: Shelf,
    when: str,
) -> None:  # fmt: skip
    officer = browse(inspector)
    sent = {"summary": "Kế hoạch CCHC", "number": "12/KH-UBND", "leaves": ["1.1"]}

    def upload() -> int:
        given = {**sent, "file": (io.BytesIO(PAGE), "ke-hoach.pdf")}
        url = f"/assessment/units/{mine}/evidence/new"
        return officer.send(url, given, content_type="multipart/form-data").status_code

    killed(database, upload, "evidence_added", when)
    with restarted.reading() as session:
        rows = session.scalars(select(EvidenceFile.store_key)).all()
        assert len(session.scalars(select(Evidence)).all()) == len(rows) == (when == AFTER)
        found = checking.check(session, shelf, LATER)
    assert len(keys(shelf)) == 1
    assert (found.gone, found.damaged) == ((), ())
    assert found.unknown == (tuple(keys(shelf)) if when == BEFORE else ())  # a file too many, never one too few
    assert "12/KH-UBND" in officer.get(f"/assessment/units/{mine}/evidence").text or when == BEFORE
    assert upload() == (303 if when == BEFORE else 422)  # the same document a second time is told
    with restarted.reading() as session:
        assert len(session.scalars(select(Evidence)).all()) == 1
        assert len(checking.check(session, shelf, LATER).unknown) == (when == BEFORE)


@both
def test_during_a_submission_the_unit_has_sent_all_or_nothing(
    database: Database, restarted: Database, browse: Browse, inspector: Actor, leader: Actor, mine: int,
    complete: Callable[[int], None], when: str,
) -> None:  # fmt: skip
    complete(mine)
    officer, chief, url = browse(inspector), browse(leader), f"/assessment/units/{mine}"
    before, edition = state(restarted, mine)
    killed(database, lambda: officer.send(f"{url}/send", {"edition": edition}), "assessment_moved", when)
    with restarted.reading() as session:
        bonus = session.get(Mark, (mine, "T.1", SELF))  # filled in with 0 points by sending
    if when == BEFORE:
        assert (before, edition, bonus) == (*state(restarted, mine), None)
        assert officer.send(f"{url}/send", {"edition": edition}).status_code == 303
    else:
        assert bonus is not None
        again = officer.send(f"{url}/send", {"edition": edition})  # whoever got no answer tries again
        assert again.status_code == 409
    now, edition = state(restarted, mine)
    assert now == State.AWAITING_APPROVAL
    killed(database, lambda: chief.send(f"{url}/approve", {"edition": edition}), "assessment_moved", when)
    assert state(restarted, mine)[0] == (State.AWAITING_APPROVAL if when == BEFORE else State.SUBMITTED)


@pytest.fixture
def appraised(
    running: Running, place: Place, analyst: Actor, database: Database, make_mark: MakeMark,
    make_support: MakeSupport, make_feed: MakeFeed, put: Put, clock: Clock,
) -> Running:  # fmt: skip
    """Every unit appraised and the council has met."""
    for unit in (*place.communes, place.department):
        key = running.of(unit)
        submit(make_mark, make_support, put, key)
        appraise(make_mark, put, key)
        make_feed(key, "2.1", {"percent": "80"})
    with database.transaction() as session:
        met = CouncilMeeting(round_id=running.id, held_on=clock.today, minute="Thống nhất.")
        met.recorded_by = analyst.account_id
        session.add(met)
    return running


def states(database: Database, held: Running) -> set[str]:
    return {state(database, key)[0] for key in held.assessments.values()}


@both
def test_during_the_lock_every_unit_is_locked_or_none(
    database: Database, restarted: Database, browse: Browse, analyst: Actor, appraised: Running, when: str
) -> None:
    office, url = browse(analyst), f"/assessment/rounds/{appraised.id}/council/settle"
    killed(database, lambda: office.send(url), "assessment_moved", when)
    assert states(restarted, appraised) == {State.APPRAISED if when == BEFORE else State.SETTLED}
    assert _noted(restarted) == (0 if when == BEFORE else 4)
    assert office.send(url).status_code == (302 if when == BEFORE else 409)
    assert states(restarted, appraised) == {State.SETTLED}
    assert _noted(restarted) == 4


def _noted(database: Database) -> int:
    with database.reading() as session:
        return sum(each["step"] == "settle" for each in events(session, "assessment_moved"))


@both
def test_during_the_publication_the_whole_round_is_published_or_nothing(
    database: Database, restarted: Database, browse: Browse, analyst: Actor, appraised: Running, put: Put, when: str
) -> None:
    for key in appraised.assessments.values():
        put(key, State.SETTLED)
    office, url = browse(analyst), f"/assessment/rounds/{appraised.id}/publish"
    killed(database, lambda: office.send(url), "round_published", when)
    kept = when == AFTER
    assert states(restarted, appraised) == {State.PUBLISHED if kept else State.SETTLED}
    assert _round(restarted, appraised.id) == (PUBLISHED if kept else RUNNING, kept)
    page: Client = browse(analyst)
    assert ("Đã công bố kết quả" in page.send(url, follow_redirects=True).text) is not kept
    assert _round(restarted, appraised.id) == (PUBLISHED, True)


def _round(database: Database, round_id: int) -> tuple[str, bool]:
    with database.reading() as session:
        row = session.get_one(Round, round_id)
        return row.state, row.published_on is not None
