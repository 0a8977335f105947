"""What pages say once the days of appraisal, council and publication have passed: it goes on, and is marked."""

import datetime

import pytest

from survey_app.assessment import rounds
from survey_app.assessment.flow import State, Step
from survey_app.db import Database
from survey_app.models import Assessment, Explanation, Round
from survey_app.policy import Actor
from tests.conftest import Client, Clock
from tests.databases import on_sqlite
from tests.survey_app.assessment.conftest import DATES, Browse, Place, Put, Running

pytestmark = on_sqlite


def after(clock: Clock, name: str) -> None:
    """The day after a last day."""
    clock.move(days=(DATES[name] - clock.today).days + 1)


@pytest.fixture
def address(running: Running) -> str:
    return f"/assessment/rounds/{running.id}"


def test_appraisers_who_are_late(
    running: Running, address: str, place: Place, put: Put, browse: Browse, analyst: Actor, appraiser: Actor,
    database: Database, clock: Clock,
) -> None:  # fmt: skip
    own = running.of(place.communes[0])
    put(own, State.IN_APPRAISAL)
    assert "quá hạn" not in browse(appraiser).get(f"{address}/appraisal").text
    after(clock, "appraise_until")
    assert "quá hạn" in browse(appraiser).get(f"{address}/appraisal").text
    assert "Đã quá hạn của bước này." in browse(appraiser).get(f"/assessment/units/{own}/appraisal/1").text
    board = browse(analyst).get(f"{address}/board?state=overdue").text
    assert 'thẩm định <span class="day">30/04/2026</span> <strong class="error">quá hạn</strong>' in board
    reminded = browse(analyst).get(f"{address}/reminders").text
    assert "Xã An Cọ: hoàn thành thẩm định; hạn 30/04/2026 (quá hạn 1 ngày)." in reminded
    with database.transaction() as session:
        rounds.move(session, appraiser, session.get_one(Assessment, own), Step.FINISH, clock())
    for actor, page in ((analyst, "board"), (appraiser, "appraisal"), (analyst, "council")):
        assert "thẩm định sau hạn" in browse(actor).get(f"{address}/{page}").text, page
    assert "thẩm định sau hạn" in browse(analyst).get(f"{address}/board.csv").text


def test_a_council_that_is_late(
    running: Running, address: str, place: Place, put: Put, browse: Browse, analyst: Actor, database: Database,
    clock: Clock,
) -> None:  # fmt: skip
    own = running.of(place.communes[0])
    put(own, State.APPRAISED)
    assert "quá hạn" not in browse(analyst).get(f"{address}/council").text
    after(clock, "settle_until")
    page = browse(analyst).get(f"{address}/council").text
    assert "Đã quá hạn chốt điểm." in page
    assert '<strong class="error">quá hạn</strong>' in page
    assert "Đã quá hạn chốt điểm" in browse(analyst).get(f"{address}/council/cases/{own}").text
    assert "Xã An Cọ: Hội đồng chốt điểm" in browse(analyst).get(f"{address}/reminders").text
    with database.transaction() as session:
        rounds.move(session, analyst, session.get_one(Assessment, own), Step.SETTLE, clock())
    assert "chốt điểm sau hạn" in browse(analyst).get(f"{address}/council").text


def test_a_publication_that_is_late(
    running: Running, address: str, browse: Browse, analyst: Actor, database: Database, clock: Clock
) -> None:
    clock.move(days=(DATES["publish_until"] - clock.today).days)
    assert "Quá hạn công bố" not in browse(analyst).get(f"{address}/board").text
    clock.move(days=1)
    home = browse(analyst)
    assert "<strong>Quá hạn công bố</strong> (15/06/2026)" in home.get(f"{address}/board").text
    reminded = home.get(f"{address}/reminders").text
    assert "Chỉ số CCHC năm 2025: công bố kết quả của kỳ đánh giá; hạn 15/06/2026 (quá hạn 1 ngày)." in reminded
    assert "Đang diễn ra" in home.get(f"{address}/reminders.csv").text
    assert "hạn 15/06/2026 <strong" in home.get("/assessment/rounds").text
    with database.transaction() as session:
        row = session.get_one(Round, running.id)
        row.state, row.published_on = "published", clock.today
    assert "16/06/2026 <span" in home.get("/assessment/rounds").text
    assert "công bố ngày 16/06/2026 (sau hạn)" in home.get(address).text


def test_a_unit_that_did_not_begin_in_time(
    running: Running, place: Place, browse: Browse, inspector: Actor, analyst: Actor, clock: Clock
) -> None:
    own = running.of(place.communes[0])
    sent = {"claimed": "1", "reason": "Vì", "edition": "0"}
    after(clock, "score_until")
    home: Client = browse(inspector)
    assert "đơn vị chưa bắt đầu" in home.get(f"/assessment/units/{own}").text
    refused = home.send(f"/assessment/units/{own}/leaves/1.3", sent)
    assert (refused.status_code, "Đã quá hạn." in refused.text) == (410, True)
    more = {"until": "2026-04-20", "reason": "Bão"}
    assert browse(analyst).send(f"/assessment/units/{own}/extend", more).status_code == 302
    assert "đơn vị chưa bắt đầu" not in home.get(f"/assessment/units/{own}").text
    assert home.send(f"/assessment/units/{own}/leaves/1.3", sent).status_code == 303


def test_more_time_to_explain_is_given_on_the_board(
    running: Running, address: str, place: Place, put: Put, browse: Browse, inspector: Actor, analyst: Actor,
    database: Database, clock: Clock,
) -> None:  # fmt: skip
    own = running.of(place.communes[0])
    put(own, State.EXPLANATION_ASKED)
    with database.transaction() as session:
        asked = Explanation(assessment_id=own, leaf="1.1", question="Vì sao?", due=DATES["explain_until"])
        asked.asked_by, asked.asked_at = analyst.account_id, clock()
        session.add(asked)
    home = browse(analyst)
    assert f"/assessment/units/{own}/extend" in home.get(f"{address}/board").text
    assert "Không quá hạn công bố 15/06/2026." in home.get(f"/assessment/units/{own}/extend").text
    too_long = home.send(f"/assessment/units/{own}/extend", {"until": "2026-06-16", "reason": "Bão"})
    assert "không được sau hạn công bố" in too_long.text
    home.send(f"/assessment/units/{own}/extend", {"until": "2026-06-15", "reason": "Bão"})
    clock.move(days=(datetime.date(2026, 6, 15) - clock.today).days)
    page = browse(inspector).get(f"/assessment/units/{own}").text
    assert "Trả lời đến hết 15/06/2026" in page
    assert "Lưu câu trả lời" in page
