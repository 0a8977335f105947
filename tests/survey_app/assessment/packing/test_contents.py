"""What goes into a package, and who sees what of it."""

import datetime
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from survey_app.assessment.flow import State
from survey_app.assessment.packing import contents as package_contents
from survey_app.assessment.packing.checking import check
from survey_app.assessment.packing.manifest import NAME
from survey_app.assessment.packing.packages import Scope
from survey_app.db import Database
from survey_app.errors import NotFound
from survey_app.models import (
    Correction,
    CouncilAttendance,
    CouncilMeeting,
    CouncilMember,
    Explanation,
    Feed,
    FrozenResult,
    Package,
)
from survey_app.policy import Actor
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.factories.campaigns import MakeCampaign
from tests.factories.packages import PDF, MakeDocument, Pack
from tests.survey_app.assessment.conftest import MakeFeed, MakeMark, Place, Put, Running

Complete = Callable[[int], None]


@pytest.fixture
def an(running: Running, place: Place) -> int:
    """The assessment of Xã An Cọ."""
    return running.of(place.communes[0])


@pytest.fixture
def appraised(an: int, complete: Complete, make_mark: MakeMark, make_feed: MakeFeed) -> int:
    """Xã An Cọ with a mark of each stage."""
    complete(an)
    make_mark(an, "1.1", "2.55", stage="first", inputs={"a": 34, "b": 40}, computed="2.55")
    make_mark(an, "1.2", "2", stage="first", inputs={"answer": True}, computed="2")
    make_mark(an, "1.3", "0.5", stage="first", reason="Thiếu báo cáo")
    make_mark(an, "1.3", "0.75", stage="council", reason="Đủ")
    make_feed(an, "2.1", {"percent": 82}, share=0.82, standard_error=0.01)
    return an


def manifest_of(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:
        found: dict[str, Any] = json.loads(archive.read(NAME))
        return found


def stages(path: Path) -> set[str]:
    return {mark["stage"] for mark in manifest_of(path)["units"][0]["marks"]}


def test_everything_said_about_a_unit_is_in_its_package_and_agrees(
    database: Database,
    running: Running,
    place: Place,
    analyst: Actor,
    appraiser: Actor,
    appraised: int,
    clock: Clock,
    make_campaign: MakeCampaign,
    make_document: MakeDocument,
    put: Put,
    pack: Pack,
) -> None:
    campaign = make_campaign()
    with database.transaction() as session:
        taken = FrozenResult(campaign_id=campaign.id, unit_id=place.communes[0].id, value=0.82, lower=0.8, upper=0.84)
        taken.level, taken.answers, taken.standard_error, taken.method_ref = 0.95, 900, 0.01, "m1-f3-x1-v1@1"
        taken.method_hash = taken.data_hash = "0" * 64
        taken.made_on, taken.account_id = clock.today, analyst.account_id
        session.add(taken)
        session.flush()
        session.execute(update(Feed).values(kind="result", result_id=taken.id))
        asked = Explanation(assessment_id=appraised, leaf="1.3", question="Báo cáo nào?", answer="Báo cáo 15")
        asked.asked_by, asked.asked_at, asked.due = analyst.account_id, clock(), clock.today
        session.add(asked)
        session.add(CouncilMember(round_id=running.id, account_id=analyst.account_id))
        meeting = CouncilMeeting(round_id=running.id, held_on=clock.today, minute="Nhất trí")
        meeting.recorded_by = analyst.account_id
        session.add(meeting)
        session.flush()
        session.add(CouncilAttendance(meeting_id=meeting.id, account_id=analyst.account_id))
        change = Correction(assessment_id=appraised, leaf="1.2", points="1", reason="Nhầm", proposed_at=clock())
        change.proposed_by = analyst.account_id
        session.add(change)
        session.flush()
        change.confirmed_by, change.confirmed_at = appraiser.account_id, clock()
    make_document(appraised, ("1.1",), ("a.pdf", PDF), number="12/KH", issued_on=datetime.date(2025, 1, 2))
    put(appraised, State.SETTLED)
    path = pack(analyst, running.id, Scope(unit_id=place.communes[0].id))
    checked = check(path)
    assert checked.differences == ()
    manifest = checked.manifest
    assert manifest is not None
    (unit,) = manifest.units
    assert {mark.stage for mark in unit.marks} == {"self", "first", "council"}
    assert unit.outcome.leaves == {"1.1": "51/20", "1.2": "1", "1.3": "3/4", "2.1": "82/25"}
    (feed,) = unit.feeds
    assert feed.result is not None
    assert (feed.result.campaign, feed.result.value) == (campaign.title, 0.82)
    assert [each.answer for each in unit.explanations] == ["Báo cáo 15"]
    assert [(each.leaf, each.points) for each in unit.corrections] == [("1.2", 1)]
    assert manifest.members == (analyst.account_id,)
    assert [each.present for each in manifest.meetings] == [(analyst.account_id,)]
    assert manifest.audit_id > 0
    assert len(manifest.audit_mac) == 64
    assert manifest.sets[0].ref == "commune-2025@1"
    (document,) = unit.documents
    assert (document.number, document.issued_on, document.leaves) == ("12/KH", datetime.date(2025, 1, 2), ("1.1",))


@on_sqlite
@pytest.mark.parametrize(
    ("state", "seen"),
    [
        (State.IN_APPRAISAL, {"self"}),
        (State.EXPLANATION_ASKED, {"self", "first"}),
        (State.APPRAISED, {"self", "first"}),
        (State.SETTLED, {"self", "first", "council"}),
    ],
)
def test_a_unit_gets_the_marks_that_it_sees_already(
    state: State,
    seen: set[str],
    running: Running,
    place: Place,
    analyst: Actor,
    inspector: Actor,
    appraised: int,
    make_document: MakeDocument,
    put: Put,
    pack: Pack,
) -> None:
    make_document(appraised, ("1.1",), ("a.pdf", PDF))
    make_document(appraised, ("1.1",), ("b.pdf", PDF), by_appraiser=True)
    make_document(appraised, (), ("c.pdf", PDF), withdrawn=True)
    put(appraised, state)
    scope = Scope(unit_id=place.communes[0].id)
    own, whole = pack(inspector, running.id, scope), pack(analyst, running.id, scope)
    assert (stages(own), stages(whole)) == (seen, {"self", "first", "council"})
    assert check(own).differences == check(whole).differences == ()
    with zipfile.ZipFile(own) as archive:
        files = set(archive.namelist())
    assert files == {NAME, "1.1/a.pdf"} | (set() if state is State.IN_APPRAISAL else {"1.1/b.pdf"})
    with zipfile.ZipFile(whole) as archive:
        assert "khac/c.pdf" in archive.namelist()


@on_sqlite
def test_minutes_and_what_nobody_confirmed_stay_inside(
    database: Database, running: Running, place: Place, analyst: Actor, inspector: Actor, appraised: int, clock: Clock,
    put: Put, pack: Pack,
) -> None:  # fmt: skip
    put(appraised, State.SETTLED)
    with database.transaction() as session:
        meeting = CouncilMeeting(round_id=running.id, held_on=clock.today, minute="Nói về mọi đơn vị")
        meeting.recorded_by = analyst.account_id
        proposed = Correction(assessment_id=appraised, leaf="1.2", points="1", reason="Nhầm", proposed_at=clock())
        proposed.proposed_by = analyst.account_id
        session.add_all((meeting, proposed))
    scope = Scope(unit_id=place.communes[0].id)
    own, whole = (manifest_of(pack(actor, running.id, scope)) for actor in (inspector, analyst))
    assert [(each["held_on"], each["minute"]) for each in own["meetings"]] == [(str(clock.today), "")]
    assert own["units"][0]["corrections"] == []
    assert whole["meetings"][0]["minute"] == "Nói về mọi đơn vị"
    assert [each["leaf"] for each in whole["units"][0]["corrections"]] == ["1.2"]


@on_sqlite
def test_of_a_field_there_are_its_leaves_of_every_unit_of_the_set(
    running: Running,
    place: Place,
    analyst: Actor,
    appraised: int,
    make_document: MakeDocument,
    pack: Pack,
) -> None:
    for unit in place.communes[:2]:
        make_document(running.of(unit), ("1.1", "2.1"), ("ke-hoach.pdf", PDF))
        make_document(running.of(unit), ("2.1",), ("dieu-tra.pdf", PDF))
        make_document(running.of(unit), (), ("khac.pdf", PDF))
    path = pack(analyst, running.id, Scope(set_id=running.sets["commune"], field="1"))
    with zipfile.ZipFile(path) as archive:
        assert set(archive.namelist()) == {"xa-1/1.1/ke-hoach.pdf", "xa-2/1.1/ke-hoach.pdf", NAME}
    checked = check(path)
    assert checked.differences == ()
    assert checked.manifest is not None
    assert [unit.name for unit in checked.manifest.units] == ["Phường Cao Sơn", "Xã An Cọ", "Xã Bình Thủy"]
    assert checked.manifest.units[1].documents[0].leaves == ("1.1",)
    assert checked.manifest.units[1].feeds == ()
    assert {mark.leaf for mark in checked.manifest.units[1].marks} == {"1.1", "1.2", "1.3"}


@on_sqlite
def test_a_unit_that_is_not_in_the_round_has_no_package(
    database: Database, running: Running, place: Place, analyst: Actor, clock: Clock
) -> None:
    nowhere = Package(round_id=running.id, unit_id=place.province.id, field="", internal=True)
    nowhere.asked_by, nowhere.at = analyst.account_id, clock()
    with database.reading() as session, pytest.raises(NotFound):
        package_contents.contents(session, nowhere, lambda _scan: True, clock())
