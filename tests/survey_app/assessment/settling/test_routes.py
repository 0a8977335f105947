"""The pages of the council and of corrections."""

import re

import pytest
from sqlalchemy import text

from survey_app.assessment.flow import State
from survey_app.db import Database
from survey_app.models import Assessment, CouncilMember, Letterhead
from survey_app.policy import Actor, Role
from tests.conftest import Client
from tests.databases import on_sqlite
from tests.factories.accounts import MakeActor
from tests.survey_app.assessment.cases import MakeSupport, appraise, submit
from tests.survey_app.assessment.conftest import Browse, MakeFeed, MakeMark, Place, Put, Running

pytestmark = on_sqlite


@pytest.fixture
def key(running: Running, place: Place, make_mark: MakeMark, make_support: MakeSupport, put: Put) -> int:
    """Xã An Cọ, appraised with a disagreement on 1.3, without a figure for 2.1."""
    found = running.of(place.communes[0])
    submit(make_mark, make_support, put, found)
    appraise(make_mark, put, found, l1_3="0.5")
    return found


@pytest.fixture
def member(database: Database, running: Running, place: Place, make_actor: MakeActor) -> Actor:
    """The chair of a council of three, of a department."""
    found, *others = (make_actor(Role.LEADER, place.department) for _ in range(3))
    with database.transaction() as session:
        session.add(CouncilMember(round_id=running.id, account_id=found.account_id, title="Chủ tịch Hội đồng"))
        session.add_all(CouncilMember(round_id=running.id, account_id=each.account_id) for each in others)
    return found


@pytest.fixture
def browser(browse: Browse, analyst: Actor, key: int) -> Client:
    del key
    return browse(analyst)


@pytest.fixture
def here(running: Running) -> str:
    return f"/assessment/rounds/{running.id}/council"


def meet(browser: Client, here: str, member: Actor) -> None:
    there = [member.account_id, member.account_id + 1]
    sent = {"held_on": "2026-03-16", "attended": there, "minute": "Thống nhất."}
    assert browser.send(f"{here}/meetings/new", sent).status_code == 302


def state(database: Database, key: int) -> str:
    with database.reading() as session:
        return session.get_one(Assessment, key).state


def test_a_member_reads_and_decides_nothing(
    browse: Browse, here: str, key: int, running: Running, place: Place, member: Actor
) -> None:
    reader = browse(member)
    page = reader.get(here).text
    assert "Xã An Cọ" in page
    assert "Chốt điểm mọi đơn vị" not in page
    unit = reader.get(f"{here}/cases/{key}").text
    assert "Khác điểm tự chấm" in unit
    assert "Điểm của Hội đồng" not in unit
    assert reader.get(f"{here}/cases/{running.of(place.communes[1])}").status_code == 404  # not yet appraised
    assert reader.send(f"{here}/settle").status_code == 403


def test_nobody_else_looks_in(browse: Browse, inspector: Actor, here: str, key: int) -> None:
    assert browse(inspector).get(here).status_code == 404


def test_a_decision_keeps_what_was_typed_until_it_is_sound(browser: Client, here: str, key: int) -> None:
    unit = f"{here}/cases/{key}"
    sent = {"points": "0,6", "reason": "", "edition": "0"}
    refused = browser.send(f"{unit}/1.3", sent)
    assert refused.status_code == 422
    assert 'value="0,6"' in refused.text
    assert browser.send(f"{unit}/1.3", {**sent, "reason": "Đã bổ sung"}).status_code == 302
    behind = browser.send(f"{unit}/1.3", {**sent, "points": "0,9", "reason": "Người thứ hai"})
    assert behind.status_code == 409
    for words in ("Người khác vừa lưu", "Đã bổ sung", "Người thứ hai", 'name="edition" value="1"'):
        assert words in behind.text
    assert browser.send(f"{unit}/1.1", {**sent, "reason": "x"}).status_code == 404


def test_from_meeting_to_settled_unit_and_minute(
    browser: Client, database: Database, here: str, key: int, place: Place, member: Actor, letterhead: Letterhead
) -> None:
    unit = f"{here}/cases/{key}"
    assert "Chưa có cuộc họp hợp lệ" in browser.send(f"{unit}/settle").text
    fed = browser.send(f"{unit}/2.1", {"points": "3", "reason": "x", "edition": "0"})
    assert (fed.status_code, "không cho điểm bằng tay" in fed.text) == (422, True)
    nobody = browser.send(f"{here}/meetings/new", {"held_on": "2026-03-16", "minute": "Thống nhất."})
    assert "phải có quá nửa" in nobody.text
    assert "Chủ tịch Hội đồng" in browser.get(f"{here}/meetings/new").text
    meet(browser, here, member)
    lacking = browser.send(f"{unit}/settle")
    assert (lacking.status_code, "Xã An Cọ: 2.1." in lacking.text) == (422, True)
    assert browser.send(f"{here}/settle").status_code == 422
    gone = {"not_applicable": "y", "reason": "Không điều tra", "edition": "0"}
    browser.send(f"{unit}/2.1", gone)
    without = browser.send(f"{unit}/settle", {"keep": "y"})
    assert (without.status_code, "chưa thuộc cuộc họp nào" in without.text) == (422, True)
    assert '<option value="" selected>' in without.text
    assert '<option value="1" selected>16/03/2026: họp</option>' in without.text  # of the leaf without a decision
    unknown = browser.send(f"{unit}/2.1", {**gone, "edition": "1", "meeting": "9"})
    assert (unknown.status_code, "Không có cuộc họp này." in unknown.text) == (422, True)
    browser.send(f"{unit}/2.1", {**gone, "edition": "1", "meeting": "1"})
    silent = browser.send(f"{unit}/settle")
    assert (silent.status_code, "Xã An Cọ: 1.3." in silent.text) == (422, True)
    assert "Hội đồng giữ điểm thẩm định ở những tiêu chí chưa quyết định: 1.3" in silent.text
    assert "Xã An Cọ: 1.3" in browser.get(here).text
    assert browser.send(f"{unit}/settle", {"keep": "y"}).location == here
    assert state(database, key) == State.SETTLED
    found = re.search(r"/assessment/council/meetings/\d+\.pdf", browser.get(here).text)
    assert found is not None
    minute = browser.get(found[0])
    assert minute.data.startswith(b"%PDF")
    assert "bien-ban-hoi-dong-2026-03-16.pdf" in minute.headers["Content-Disposition"]
    late = browser.send(f"{unit}/1.3", {"points": "0,6", "reason": "Muộn", "edition": "0"})
    assert (late.status_code, "Chưa lưu" in late.text) == (409, True)


def test_every_unit_at_once(
    browser: Client, database: Database, here: str, key: int, member: Actor, make_feed: MakeFeed
) -> None:
    make_feed(key, "2.1", {"percent": "80"})
    meet(browser, here, member)
    assert browser.send(f"{here}/settle", {"keep": "y"}).status_code == 302
    assert state(database, key) == State.SETTLED
    assert "Không có đơn vị nào đang chờ" in browser.send(f"{here}/settle").text


def test_a_meeting_of_a_round_that_is_over(
    browser: Client, database: Database, here: str, running: Running, member: Actor
) -> None:
    with database.transaction() as session:
        session.execute(text("UPDATE assessment_round SET state = 'published'"))
    sent = {"held_on": "2026-03-16", "attended": member.account_id, "minute": "Thống nhất."}
    assert "Kỳ đánh giá không mở" in browser.send(f"{here}/meetings/new", sent).text


def test_two_people_correct_a_locked_mark(
    browser: Client, browse: Browse, appraiser: Actor, running: Running, key: int, put: Put
) -> None:
    listed, new = f"/assessment/rounds/{running.id}/corrections", f"/assessment/units/{key}/corrections/new"
    sent = {"leaf": "1.3", "points": "0,9", "reason": "Cộng nhầm"}
    assert "Điểm chưa chốt" in browser.send(new, sent).text
    put(key, State.SETTLED)
    assert new in browser.get(listed).text
    assert "ngoài khoảng" in browser.send(new, {**sent, "points": "7"}).text
    assert 'value="1.3"' in browser.get(f"{new}?leaf=1.3").text
    second = browse(appraiser)
    assert second.send(new, sent).location == listed
    assert "chờ một người khác" in second.get(listed).text
    assert "Xác nhận</button>" in browser.get(listed).text
    assert second.send("/assessment/corrections/1/confirm").status_code == 403
    assert "Điểm mới được tính" in browser.get(browser.send("/assessment/corrections/1/confirm").location).text
    assert "đã được xác nhận" in browser.get(browser.send("/assessment/corrections/1/confirm").location).text
