"""A unit's own work in the browser: overview, fields, leaves saved one by one, steps, explanations."""

import datetime
import html
import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from survey_app.assessment import marking
from survey_app.assessment.flow import State
from survey_app.assessment.unit import routes
from survey_app.assessment.unit.words import REFUSED
from survey_app.db import Database
from survey_app.errors import Unavailable
from survey_app.models import Assessment, Explanation, Mark
from survey_app.models.assessment import SELF
from survey_app.policy import Actor
from tests.conftest import Client, Clock
from tests.databases import on_sqlite
from tests.survey_app.assessment.conftest import Browse, MakeFeed, Place, Put, Running

JSON = {"Accept": "application/json"}
RATIO = {"e.a": "34", "e.b": "40", "edition": "0"}
pytestmark = on_sqlite


@pytest.fixture
def mine(running: Running, place: Place) -> int:
    """The assessment of Xã An Cọ."""
    return running.of(place.communes[0])


@pytest.fixture
def officer(browse: Browse, inspector: Actor) -> Client:
    return browse(inspector)


@pytest.fixture
def chief(browse: Browse, leader: Actor) -> Client:
    return browse(leader)


def path(assessment_id: int, *parts: str) -> str:
    return "/".join(("/assessment/units", str(assessment_id), *parts))


def mark_of(database: Database, assessment_id: int, leaf: str) -> Mark | None:
    with database.reading() as session:
        found = session.get(Mark, (assessment_id, leaf, SELF))
        if found is not None:
            session.expunge(found)
        return found


def now_in(database: Database, assessment_id: int) -> tuple[str, int]:
    with database.reading() as session:
        row = session.get_one(Assessment, assessment_id)
        return row.state, row.edition


# --- pages


def test_the_overview_says_where_the_unit_stands(officer: Client, mine: int) -> None:
    page = html.unescape(officer.get(path(mine)).text)
    for words in ("Chưa bắt đầu", "đến hết 31/03/2026", "chưa đối chiếu văn bản gốc", "do Sở Nội vụ nhập", "0/3"):
        assert words in page
    assert f'href="/assessment/units/{mine}/fields/1?leaf=1.1#l-1.1"' in page
    assert "Gửi lãnh đạo duyệt" in page
    assert "Trả lại" not in page


def test_the_leaf_that_is_next_or_asked_for_is_open(officer: Client, mine: int) -> None:
    opened = '<article class="card leaf" id="l-{}"><details open>'
    page = officer.get(path(mine, "fields", "1")).text
    assert [leaf for leaf in ("1.1", "1.2", "1.3") if opened.format(leaf) in page] == ["1.1"]
    asked = officer.get(path(mine, "fields", "1") + "?leaf=1.3").text
    assert [leaf for leaf in ("1.1", "1.2", "1.3") if opened.format(leaf) in asked] == ["1.3"]


def test_a_field_has_a_form_for_each_own_leaf(officer: Client, mine: int, make_feed: MakeFeed) -> None:
    page = officer.get(path(mine, "fields", "1")).text
    assert re.findall(r'<form [^>]*data-leaf="([^"]+)"', page) == ["1.1", "1.2", "1.3"]
    assert "Đạt 100%: 3; từ 80% đến dưới 100%" in page
    assert "Tài liệu cần có: Kế hoạch; Báo cáo." in page
    assert "score.js" in page
    make_feed(mine, "2.1", {"percent": 82.5}, source="Báo cáo SIPAS")
    fed = officer.get(path(mine, "fields", "2")).text
    assert "data-leaf" not in fed
    assert "do Sở Nội vụ nhập" in fed
    assert "Báo cáo SIPAS" in fed
    assert officer.get(path(mine, "fields", "9")).status_code == 404


def test_a_leader_reads_and_types_nothing(chief: Client, officer: Client, mine: int) -> None:
    officer.send(path(mine, "leaves", "1.1"), RATIO)
    page = chief.get(path(mine, "fields", "1")).text
    assert "data-leaf" not in page
    assert "score.js" not in page
    assert "2,55" in page
    assert chief.send(path(mine, "leaves", "1.1"), RATIO).status_code == 403


# --- saving


def test_a_leaf_is_saved_without_a_script(officer: Client, database: Database, mine: int) -> None:
    saved = officer.send(path(mine, "leaves", "1.1"), RATIO)
    assert (saved.status_code, saved.location) == (303, path(mine, "fields", "1?leaf=1.1#l-1.1"))
    mark = mark_of(database, mine, "1.1")
    assert mark
    assert (mark.points, mark.edition) == ("2.55", 1)
    page = officer.get(path(mine, "fields", "1")).text
    assert "Đã lưu tiêu chí 1.1." in page
    assert 'value="34"' in page
    assert "34/40 = 85" in page


def test_a_leaf_is_saved_by_a_script(officer: Client, mine: int) -> None:
    facts = officer.send(path(mine, "leaves", "1.1"), RATIO, headers=JSON).json
    assert facts == {
        "edition": 1,
        "points": "2,55",
        "said": "34/40 = 85\u00a0%, từ 80\u00a0% đến dưới 100\u00a0%: 34/40 × 3 = 2,55 điểm",
        "fault": "",
        "lacks": "chưa có tài liệu kiểm chứng hoặc giải trình",
    }


def test_points_while_typing_store_nothing(officer: Client, database: Database, mine: int) -> None:
    facts = officer.send(path(mine, "leaves", "1.1", "points"), {"e.a": "36", "e.b": "40"}).json
    assert facts
    assert (facts["points"], facts["fault"]) == ("2,7", "")
    faulty = officer.send(path(mine, "leaves", "1.1", "points"), {"e.a": "36"}).json
    assert faulty
    assert (faulty["points"], faulty["fault"]) == ("–", "Số nhiệm vụ được giao: chưa nhập.")
    assert mark_of(database, mine, "1.1") is None
    for leaf in ("9", "2.1x"):
        assert officer.send(path(mine, "leaves", leaf, "points"), {}).status_code == 404


def test_a_wrong_entry_is_kept_and_told(officer: Client, database: Database, mine: int) -> None:
    assert officer.send(path(mine, "leaves", "1.1"), RATIO | {"e.a": "khoảng 30"}).status_code == 303
    page = officer.get(path(mine, "fields", "1")).text
    assert 'value="khoảng 30"' in page
    assert "không phải là số" in page
    mark = mark_of(database, mine, "1.1")
    assert mark
    assert mark.points is None


def test_a_refused_claim_keeps_what_was_typed(officer: Client, database: Database, mine: int) -> None:
    sent = RATIO | {"claimed": "9", "reason": "Vì đã làm thêm"}
    page = officer.send(path(mine, "leaves", "1.1"), sent)
    assert page.status_code == 422
    for words in ("trong khoảng từ 0 đến điểm tối đa", "Vì đã làm thêm", 'value="9"', 'value="34"'):
        assert words in page.text
    facts = officer.send(path(mine, "leaves", "1.1"), sent, headers=JSON)
    assert facts.status_code == 422
    assert facts.json
    assert facts.json["problems"] == [REFUSED["out_of_range"]]
    assert mark_of(database, mine, "1.1") is None


def test_not_applicable_with_a_reason(officer: Client, database: Database, mine: int) -> None:
    officer.send(path(mine, "leaves", "1.2"), {"na": "1", "reason": "Không có cơ sở", "edition": "0"})
    mark = mark_of(database, mine, "1.2")
    assert mark
    assert (mark.applies, mark.points, mark.reason) == (False, None, "Không có cơ sở")


# --- two people at once


def test_the_second_sees_both_and_chooses(officer: Client, database: Database, mine: int, inspector: Actor) -> None:
    officer.send(path(mine, "leaves", "1.1"), RATIO | {"reason": "Của người thứ nhất"})
    second = RATIO | {"e.a": "38", "reason": "Của người thứ hai"}
    page = officer.send(path(mine, "leaves", "1.1"), second)
    assert page.status_code == 409
    shown = html.unescape(page.text)
    for words in ("vừa sửa tiêu chí này", "Của người thứ nhất", "Của người thứ hai", 'value="38"', inspector.name):
        assert words in shown
    assert 'name="edition" value="1"' in shown
    mark = mark_of(database, mine, "1.1")
    assert mark
    assert mark.reason == "Của người thứ nhất"
    assert officer.send(path(mine, "leaves", "1.1"), second | {"edition": "1", "keep": "1"}).status_code == 303
    mark = mark_of(database, mine, "1.1")
    assert mark
    assert (mark.reason, mark.edition) == ("Của người thứ hai", 2)


def test_a_script_gets_the_other_version_to_show(officer: Client, mine: int) -> None:
    officer.send(path(mine, "leaves", "1.1"), RATIO | {"reason": "<b>Của người thứ nhất</b>"})
    answer = officer.send(path(mine, "leaves", "1.1"), RATIO | {"e.a": "38"}, headers=JSON)
    assert answer.status_code == 409
    assert answer.json
    assert answer.json["edition"] == 1
    assert "&lt;b&gt;Của người thứ nhất" in answer.json["conflict"]


def test_what_is_sent_again_after_a_lost_answer_is_no_conflict(officer: Client, database: Database, mine: int) -> None:
    sent = RATIO | {"reason": " Lý do "}
    officer.send(path(mine, "leaves", "1.1"), sent, headers=JSON)
    again = officer.send(path(mine, "leaves", "1.1"), sent, headers=JSON)
    assert (again.status_code, (again.json or {})["edition"]) == (200, 1)
    assert officer.send(path(mine, "leaves", "1.1"), sent).status_code == 303
    mark = mark_of(database, mine, "1.1")
    assert mark
    assert mark.edition == 1


def test_an_edition_of_nothing_is_told_like_any_other(officer: Client, mine: int) -> None:
    page = officer.send(path(mine, "leaves", "1.1"), RATIO | {"edition": "7"})
    assert page.status_code == 409
    assert 'name="edition" value="0"' in page.text
    assert "chưa nhập" in page.text


# --- bad days


def test_a_leaf_sent_after_the_unit_went_on_is_shown_not_stored(
    officer: Client, database: Database, mine: int, put: Put
) -> None:
    put(mine, State.SUBMITTED)
    page = officer.send(path(mine, "leaves", "1.1"), RATIO | {"reason": "Viết rất lâu"})
    assert page.status_code == 409
    assert "Hồ sơ đã chuyển bước" in page.text
    assert "Viết rất lâu" in page.text
    answer = officer.send(path(mine, "leaves", "1.1"), RATIO, headers=JSON)
    assert answer.status_code == 409
    assert answer.json
    assert answer.json["problems"] == ["Hồ sơ đã chuyển bước nên không sửa được nữa."]
    assert "conflict" not in answer.json
    assert mark_of(database, mine, "1.1") is None


def test_a_store_that_cannot_take_it_keeps_the_form(
    officer: Client, mine: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> None:
        raise Unavailable("database")

    monkeypatch.setattr(marking, "save", full)
    page = officer.send(path(mine, "leaves", "1.1"), RATIO | {"reason": "Viết rất lâu"})
    assert page.status_code == 503
    assert "Viết rất lâu" in page.text
    answer = officer.send(path(mine, "leaves", "1.1"), RATIO, headers=JSON)
    assert (answer.status_code, list(answer.json or {})) == (503, ["problems"])


def test_scoring_goes_on_after_the_day_and_is_marked(officer: Client, mine: int, clock: Clock) -> None:
    clock.move(days=30)
    assert officer.get(path(mine)).status_code == 302  # the session ended long ago
    clock.move(days=-30)
    assert "quá hạn" not in officer.get(path(mine)).text


# --- steps


def test_from_draft_to_submitted_and_back(
    officer: Client, chief: Client, database: Database, mine: int, complete: Callable[[int], None]
) -> None:
    complete(mine)
    assert officer.send(path(mine, "send"), {"edition": now_in(database, mine)[1]}).status_code == 303
    page = chief.get(path(mine)).text
    assert "Duyệt và gửi thẩm định" in page
    refused = chief.send(path(mine, "return"), {"edition": now_in(database, mine)[1], "reason": " "})
    assert refused.status_code == 422
    assert "Hãy ghi lý do trả lại." in refused.text
    chief.send(path(mine, "return"), {"edition": now_in(database, mine)[1], "reason": "Thiếu số liệu"})
    assert now_in(database, mine)[0] == State.DRAFT
    officer.send(path(mine, "send"), {"edition": now_in(database, mine)[1]})
    assert "Đã gửi lãnh đạo đơn vị duyệt." in officer.get(path(mine)).text
    chief.send(path(mine, "approve"), {"edition": now_in(database, mine)[1]})
    assert now_in(database, mine)[0] == State.SUBMITTED
    assert "gửi ngày 16/03/2026" in chief.get(path(mine)).text
    officer.send(path(mine, "withdraw"), {"edition": now_in(database, mine)[1]})
    assert now_in(database, mine)[0] == State.DRAFT


def test_an_incomplete_work_is_not_sent_and_every_gap_is_linked(officer: Client, mine: int) -> None:
    page = officer.send(path(mine, "send"), {"edition": "1"})
    assert page.status_code == 422
    assert "Chưa gửi được: còn tiêu chí chưa đủ." in page.text
    assert f'href="{path(mine, "fields", "1?leaf=1.1#l-1.1")}"' in page.text


def test_a_leader_approves_what_they_saw(chief: Client, database: Database, mine: int, put: Put) -> None:
    put(mine, State.AWAITING_APPROVAL)
    page = chief.send(path(mine, "approve"), {"edition": "1"})
    assert page.status_code == 409
    assert "Người khác vừa sửa" in page.text
    assert now_in(database, mine)[0] == State.AWAITING_APPROVAL


# --- explanations


@pytest.fixture
def asked(mine: int, put: Put, appraiser: Actor, database: Database, clock: Clock) -> int:
    put(mine, State.EXPLANATION_ASKED)
    with database.transaction() as session:
        due = clock.today + datetime.timedelta(days=1)
        row = Explanation(assessment_id=mine, leaf="1.1", question="Vì sao 34?", due=due, asked_at=clock())
        row.asked_by = appraiser.account_id
        session.add(row)
    return row.id


def before_of(page: str) -> str:
    found = re.search(r'name="before" value="(\w+)"', page)
    assert found
    return found[1]


def test_a_question_is_answered_and_the_explanation_sent(
    officer: Client, database: Database, mine: int, asked: int
) -> None:
    page = officer.get(path(mine)).text
    assert "Vì sao 34?" in page
    assert f'href="/assessment/units/{mine}#x-{asked}"' in officer.get(path(mine, "fields", "1")).text
    early = officer.send(path(mine, "explain"), {"edition": now_in(database, mine)[1]})
    assert early.status_code == 422
    assert "còn câu hỏi chưa trả lời" in early.text
    sent = {"answer": "Có 34 nhiệm vụ đã xong", "before": before_of(page)}
    assert officer.send(f"/assessment/explanations/{asked}", sent).status_code == 303
    assert "Có 34 nhiệm vụ đã xong" in officer.get(path(mine)).text
    officer.send(path(mine, "explain"), {"edition": now_in(database, mine)[1]})
    assert now_in(database, mine)[0] == State.EXPLAINED
    assert "<strong>Giải trình:</strong> Có 34 nhiệm vụ đã xong" in officer.get(path(mine)).text


def test_a_day_that_passed_while_the_form_was_open_keeps_the_words(
    officer: Client, database: Database, mine: int, asked: int, session: Session
) -> None:
    page = officer.get(path(mine)).text
    with database.transaction() as opened:
        opened.get_one(Explanation, asked).due = datetime.date(2026, 3, 15)
    sent = {"answer": "Viết rất lâu", "before": before_of(page)}
    late = officer.send(f"/assessment/explanations/{asked}", sent)
    assert late.status_code == 410
    assert "Đã quá hạn." in late.text
    assert "Viết rất lâu" in late.text


def test_two_answers_at_once_lose_nothing(officer: Client, mine: int, asked: int) -> None:
    before = before_of(officer.get(path(mine)).text)
    officer.send(f"/assessment/explanations/{asked}", {"answer": "Của người thứ nhất", "before": before})
    second = officer.send(f"/assessment/explanations/{asked}", {"answer": "Của người thứ hai", "before": before})
    assert second.status_code == 409
    assert "Câu trả lời đang lưu: Của người thứ nhất" in second.text
    assert "Của người thứ hai" in second.text


def test_unknown_questions_and_units(officer: Client, running: Running, place: Place) -> None:
    assert officer.send("/assessment/explanations/999", {"answer": "x"}).status_code == 404
    other = running.of(place.communes[1])
    for url in (path(other), path(other, "fields", "1")):
        assert officer.get(url).status_code == 404
    assert officer.send(path(other, "leaves", "1.1"), RATIO).status_code == 404
    assert officer.send(path(other, "send"), {"edition": "1"}).status_code == 404


def test_the_module_asks_for_json_only_when_a_script_does(app: Flask) -> None:
    with app.test_request_context(headers={"Accept": "text/html,*/*"}):
        assert not routes._asks_json()
