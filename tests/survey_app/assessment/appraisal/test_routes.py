"""The pages on which appraisers work."""

import datetime
import re
from decimal import Decimal

import pytest
from sqlalchemy import select

from survey_app.assessment import rounds
from survey_app.assessment.facts import Given
from survey_app.assessment.flow import State
from survey_app.db import Database
from survey_app.models import Assessment, Explanation, Mark, Round
from survey_app.policy import Actor
from tests.conftest import Client, Clock
from tests.databases import on_sqlite
from tests.survey_app.assessment.cases import MakeSupport, submit
from tests.survey_app.assessment.conftest import Browse, MakeMark, MakeRound, Place, Put, Running

pytestmark = on_sqlite


@pytest.fixture
def keys(running: Running, place: Place, make_mark: MakeMark, make_support: MakeSupport, put: Put) -> tuple[int, int]:
    """Xã An Cọ and Xã Bình Thủy, submitted."""
    found = running.of(place.communes[0]), running.of(place.communes[1])
    for key in found:
        submit(make_mark, make_support, put, key)
    return found


@pytest.fixture
def browser(browse: Browse, appraiser: Actor, keys: tuple[int, int]) -> Client:
    del keys
    return browse(appraiser)


def mark(database: Database, key: int, leaf: str) -> Given:
    with database.reading() as session:
        found = Given.of(session.get(Mark, (key, leaf, "first")))
    assert found is not None
    return found


def test_without_a_round_the_page_says_what_will_come(browse: Browse, appraiser: Actor) -> None:
    assert "Chưa có kỳ đánh giá nào đang mở" in browse(appraiser).get("/assessment/appraisal").text


def test_the_queue_leads_to_units_and_leaves(browser: Client, running: Running, keys: tuple[int, int]) -> None:
    entry = browser.get("/assessment/appraisal")
    assert entry.location == f"/assessment/rounds/{running.id}/appraisal"
    page = browser.get(entry.location).text
    assert "Xã An Cọ" in page
    assert "Sở Tư pháp" not in page  # has not submitted
    assert f"/assessment/units/{keys[0]}/appraisal/1" in page
    assert f"/assessment/rounds/{running.id}/appraisal/commune/1.1" in page
    filtered = browser.get(f"{entry.location}?state=appraised").text
    assert "Không có đơn vị nào như vậy" in filtered
    assert browser.get("/assessment/rounds/999/appraisal").status_code == 404


def test_another_round_that_runs_is_one_click_away(
    browser: Client, running: Running, make_round: MakeRound, database: Database
) -> None:
    with database.transaction() as session:
        session.add(_copy(session.get_one(Round, running.id)))
    page = browser.get(f"/assessment/rounds/{running.id}/appraisal").text
    assert "Kỳ khác" in page


def _copy(row: Round) -> Round:
    days = {name: getattr(row, name) for name in rounds.DATES}
    return Round(title="Kỳ khác", year=2024, state="running", **days)


def test_a_unit_shows_what_is_known_of_each_leaf(browser: Client, keys: tuple[int, int]) -> None:
    page = browser.get(f"/assessment/units/{keys[0]}/appraisal/1").text
    for words in (
        "34/40 = 85",
        "Kế hoạch CCHC",
        "Đã làm đủ",
        "Cần có: Kế hoạch; Báo cáo",
        "của 1 đơn vị",
        'T<span class="aside">. Tiêu chí T</span>',
    ):
        assert words in page.replace("\u00a0", " ")
    assert browser.get(f"/assessment/units/{keys[0]}/appraisal/9").status_code == 404


def test_saving_leads_to_the_next_leaf(browser: Client, database: Database, keys: tuple[int, int]) -> None:
    sent = {"points": "0,5", "reason": "Thiếu", "stage": "first", "edition": "0", "view": "unit"}
    answer = browser.send(f"/assessment/units/{keys[0]}/appraisal/marks/1.2", {**sent, "points": "2", "reason": ""})
    assert answer.location == f"/assessment/units/{keys[0]}/appraisal/1?after=1.2#r1.2"
    page = browser.get(answer.location).text
    assert re.search(r'id="p1\.3"[^>]*autofocus', page)
    browser.send(f"/assessment/units/{keys[0]}/appraisal/marks/1.3", sent)
    stored = mark(database, keys[0], "1.3")
    assert (stored.points, stored.reason) == (Decimal("0.5"), "Thiếu")


def test_one_leaf_over_all_units_needs_no_mouse(
    browser: Client, running: Running, database: Database, keys: tuple[int, int]
) -> None:
    """Each row is a form of its own; Enter saves it and leads to the next."""
    here = f"/assessment/rounds/{running.id}/appraisal/commune/1.3"
    page = browser.get(here).text
    assert "1 đơn vị của khối chưa gửi hồ sơ" in page
    order = [page.index(f'form="f{key}"') for key in keys]
    assert order == sorted(order)
    sent = {"stage": "first", "edition": "0", "view": "leaf", "accept": "1"}
    answer = browser.send(f"/assessment/units/{keys[0]}/appraisal/marks/1.3", sent)
    assert answer.location == f"{here}?after={keys[0]}#r{keys[0]}"
    page = browser.get(answer.location).text
    assert re.search(rf'form="f{keys[1]}"[^>]*name="points"[^>]*autofocus', page)
    stored = mark(database, keys[0], "1.3")
    assert stored.points == Decimal("0.75")


@pytest.mark.parametrize("view", ["unit", "leaf"])
def test_what_was_typed_survives_a_refusal_and_another_person(
    browser: Client, database: Database, browse: Browse, analyst: Actor, keys: tuple[int, int], view: str
) -> None:
    url = f"/assessment/units/{keys[0]}/appraisal/marks/1.3"
    sent = {"points": "9", "reason": "Ý kiến dài", "stage": "first", "edition": "0", "view": view}
    refused = browser.send(url, sent)
    assert refused.status_code == 422
    assert "Điểm nằm ngoài khoảng" in refused.text
    assert "Ý kiến dài" in refused.text
    browse(analyst).send(url, {**sent, "points": "0,25", "reason": "Của người kia"})
    behind = browser.send(url, {**sent, "points": "0,5"})
    assert behind.status_code == 409
    for words in ("Người khác vừa lưu", "Của người kia", "Ý kiến dài", 'name="edition" value="1"'):
        assert words in behind.text
    browser.send(url, {**sent, "points": "0,5", "edition": "1"})
    stored = mark(database, keys[0], "1.3")
    assert (stored.points, stored.reason) == (Decimal("0.5"), "Ý kiến dài")


@pytest.mark.parametrize("view", ["unit", "leaf"])
def test_a_unit_that_went_on_meanwhile_keeps_the_words_in_sight(
    browser: Client, put: Put, keys: tuple[int, int], view: str
) -> None:
    put(keys[0], State.APPRAISED)
    sent = {"points": "0,5", "deducted": "0,1", "not_applicable": "y", "reason": "Ý kiến dài", "view": view}
    answer = browser.send(f"/assessment/units/{keys[0]}/appraisal/marks/1.3", sent)
    assert answer.status_code == 409
    assert "Chưa lưu" in answer.text
    assert "Ý kiến dài" in answer.text


def test_asking_with_a_day_that_has_passed(browser: Client, database: Database, keys: tuple[int, int]) -> None:
    url = f"/assessment/units/{keys[0]}/appraisal/marks/1.3/ask"
    sent = {"question": "Vì sao?", "due": "2026-03-15", "view": "unit"}
    for due in ("2026-03-15", "ngày mai"):
        refused = browser.send(url, {**sent, "due": due})
        assert refused.status_code == 422
        assert "Vì sao?" in refused.text
    answer = browser.send(url, {**sent, "due": "2026-05-01"})
    assert answer.status_code == 302
    page = browser.get(answer.location).text
    assert "Chờ đơn vị giải trình" in page
    with database.reading() as session:
        assert session.scalars(select(Explanation.due)).all() == [datetime.date(2026, 5, 1)]


def test_a_question_that_came_too_late_is_not_lost(browser: Client, put: Put, keys: tuple[int, int]) -> None:
    put(keys[0], State.APPRAISED)
    answer = browser.send(
        f"/assessment/units/{keys[0]}/appraisal/marks/1.3/ask", {"question": "Vì sao?", "due": "2026-05-01"}
    )
    assert answer.status_code == 409
    assert "Chưa gửi" in answer.text


def test_the_second_appraisal_and_the_end(
    browser: Client, browse: Browse, appraiser: Actor, database: Database, keys: tuple[int, int], clock: Clock
) -> None:
    key = keys[0]
    accepted = browser.send(f"/assessment/units/{key}/appraisal/1/accept")
    assert "Đã công nhận điểm tự chấm của 1 tiêu chí" in browser.get(accepted.location).text
    for leaf in ("1.2", "1.3"):
        browser.send(f"/assessment/units/{key}/appraisal/marks/{leaf}", {"stage": "first", "accept": "1"})
    browser.send(f"/assessment/units/{key}/appraisal/marks/1.3/ask", {"question": "Vì sao?", "due": "2026-03-17"})
    early = browser.send(f"/assessment/units/{key}/appraisal/1/steps/proceed")
    assert (early.status_code, "còn thời gian giải trình" in early.text) == (409, True)
    clock.move(days=2)
    browser = browse(appraiser)  # nobody stays signed in so long
    assert browser.send(f"/assessment/units/{key}/appraisal/1/steps/proceed").status_code == 302
    page = browser.get(f"/assessment/units/{key}/appraisal/1").text
    assert "Điểm thẩm định lần hai" in page
    assert "Yêu cầu giải trình</summary>" not in page  # the time for it is over
    sent = {"points": "0,5", "reason": "Không giải trình", "stage": "second", "edition": "0"}
    browser.send(f"/assessment/units/{key}/appraisal/marks/1.3", sent)
    lacking = browser.send(f"/assessment/units/{key}/appraisal/1/steps/finish")
    assert (lacking.status_code, "T.1." in lacking.text) == (422, True)
    browser.send(f"/assessment/units/{key}/appraisal/marks/T.1", {"stage": "second", "accept": "1"})
    assert browser.send(f"/assessment/units/{key}/appraisal/1/steps/finish").status_code == 302
    with database.reading() as session:
        assert session.get_one(Assessment, key).state == State.APPRAISED
    assert browser.send(f"/assessment/units/{key}/appraisal/1/accept").status_code == 409
    assert "Hoàn thành thẩm định</button>" not in browser.get(f"/assessment/units/{key}/appraisal/1").text


def test_a_leaf_that_does_not_apply(browser: Client, database: Database, keys: tuple[int, int]) -> None:
    sent = {"not_applicable": "y", "reason": "Không có", "stage": "first", "edition": "0", "view": "leaf"}
    answer = browser.send(f"/assessment/units/{keys[0]}/appraisal/marks/1.2", sent)
    assert "không áp dụng" in browser.get(answer.location).text
    stored = mark(database, keys[0], "1.2")
    assert not stored.applies


def test_a_leaf_that_units_do_not_score(browser: Client, running: Running, keys: tuple[int, int]) -> None:
    assert browser.send(f"/assessment/units/{keys[0]}/appraisal/marks/2.1", {"points": "1"}).status_code == 404
    assert browser.get(f"/assessment/rounds/{running.id}/appraisal/commune/2.1").status_code == 404
    assert browser.get(f"/assessment/rounds/{running.id}/appraisal/province/1.1").status_code == 404
