"""The pages of the board, of reminders, of more time and of what is taken in."""

import csv
import io
from collections.abc import Callable
from html import unescape

import pytest
from openpyxl import load_workbook
from werkzeug.test import TestResponse

from survey_app.assessment.flow import State
from survey_app.db import Database
from survey_app.models import Assessment, Explanation, Unit, UnitSuccession
from survey_app.policy import Actor
from tests.conftest import Client, Clock
from tests.databases import on_sqlite
from tests.factories.units import MakeUnit
from tests.survey_app.assessment.conftest import DATES, Browse, MakeMark, MakeRound, Place, Put, Running, events

Complete = Callable[[int], None]


def said(response: TestResponse) -> str:
    return unescape(response.get_data(as_text=True))


def table(response: TestResponse) -> list[list[str]]:
    return list(csv.reader(io.StringIO(response.get_data().decode("utf-8-sig"))))


@pytest.fixture
def home(analyst: Actor, browse: Browse) -> Client:
    return browse(analyst)


@pytest.fixture
def address(running: Running) -> str:
    return f"/assessment/rounds/{running.id}"


def test_the_board_shows_where_each_unit_stands(
    browse: Browse,
    analyst: Actor,
    address: str,
    running: Running,
    place: Place,
    complete: Complete,
    make_mark: MakeMark,
    put: Put,
    clock: Clock,
) -> None:
    first, second, third = (running.of(unit) for unit in place.communes)
    complete(first)
    make_mark(first, "1.1", "2", stage="first")
    make_mark(second, "1.1", "3", computed="3")
    put(third, State.SUBMITTED)
    clock.move(days=21)
    page = said(browse(analyst).get(f"{address}/board"))
    for words in (
        "Bảng tiến độ",
        "chưa đối chiếu văn bản gốc",
        "4 đơn vị",
        "Đang tự chấm (1)",
        "Quá hạn (3)",
        "31/03/2026",
        "quá hạn",
        '<td class="n" data-l="Đã đủ">3/3</td>',
        'data-l="Đã đủ">0/3</td><td class="n" data-l="Thiếu tài liệu">1</td><td class="n" data-l="Tự chấm">3,00</td>',
        '5,30</td>\n  <td class="n" data-l="Thẩm định">2,00<span class="more">1 tiêu chí</span></td>',
        'data-l="Chênh lệch">-0,55</td>',
        f'href="/assessment/units/{first}"',
        f'href="/assessment/units/{first}/extend"',
        f'href="/assessment/units/{second}/collect"',
    ):
        assert words in page, words
    assert f"/assessment/units/{third}/extend" not in page


@on_sqlite
def test_the_board_is_filtered_sorted_and_turned_by_its_url(
    home: Client, address: str, running: Running, place: Place, put: Put
) -> None:
    put(running.of(place.communes[0]), State.SETTLED)
    page = said(home.get(f"{address}/board?state=settled&sort=-unit"))
    assert "1 đơn vị" in page
    assert "Xã An Cọ" in page
    assert "Xã Bình Thủy" not in page
    assert '<option value="settled" selected>' in page
    assert 'aria-sort="descending"' in page
    assert 'name="sort" value="-unit"' in page
    assert f"{address}/board?state=settled&sort=unit" in page  # the next click turns it round
    assert "Sở Tư pháp" in said(home.get(f"{address}/board?block=department&state=nonsense&page=x"))
    assert "Không có đơn vị nào như vậy." in said(home.get(f"{address}/board?state=published"))


@on_sqlite
def test_a_long_board_has_pages(
    home: Client, place: Place, make_unit: MakeUnit, make_round: MakeRound, analyst: Actor, browse: Browse
) -> None:
    for number in range(48):
        make_unit(f"Xã {number:02}", parent=place.province)
    address = f"/assessment/rounds/{make_round().id}/board"
    assert "Trang 1/2" in (first := said(home.get(address)))
    assert "Trang sau" in first
    assert "Trang trước" not in first
    assert "Trang trước" in (second := said(home.get(f"{address}?page=2")))
    assert "Trang sau" not in second


def test_a_merged_unit_is_shown_with_its_successor(
    home: Client, address: str, place: Place, make_unit: MakeUnit, database: Database, clock: Clock
) -> None:
    new = make_unit("Xã An Bình", parent=place.province, since=clock.today)
    with database.transaction() as session:
        session.get_one(Unit, place.communes[0].id).valid_to = clock.today
        session.add(UnitSuccession(predecessor_id=place.communes[0].id, successor_id=new.id))
    for page in ("board", "reminders"):
        assert "nay thuộc Xã An Bình" in said(home.get(f"{address}/{page}")), page
    rows = table(home.get(f"{address}/board.csv"))
    assert "Xã An Cọ (nay thuộc Xã An Bình)" in [row[0] for row in rows]


def test_what_the_board_shows_can_be_taken_away(
    home: Client,
    address: str,
    running: Running,
    place: Place,
    complete: Complete,
    make_mark: MakeMark,
    database: Database,
) -> None:
    own = running.of(place.communes[0])
    complete(own)
    make_mark(own, "1.1", "2", stage="first")
    header, row, [below] = table(home.get(f"{address}/board.csv?state=draft"))
    found = dict(zip(header, row, strict=True))
    assert found["Đơn vị"] == "Xã An Cọ"
    assert below.startswith("Bộ tiêu chí chưa đối chiếu văn bản gốc: ")
    assert (found["Tiêu chí đã đủ"], found["Tiêu chí phải chấm"]) == ("3", "3")
    assert (found["Điểm tự chấm"], found["Điểm thẩm định"], found["Chênh lệch"]) == ("5.3", "2.0", "-0.55")
    assert (found["Hạn"], found["Quá hạn"]) == ("2026-03-31", "Không")
    departments = table(home.get(f"{address}/board.csv?block=department"))
    assert [row[10] for row in departments[:-1]] == ["Điểm thẩm định", ""]
    book = load_workbook(io.BytesIO(home.get(f"{address}/board.xlsx").get_data()))
    assert book.worksheets[0].max_row == 6
    assert home.get(f"{address}/board.pdf").status_code == 404
    with database.reading() as session:
        assert events(session, "download") == [{"form": "csv"}, {"form": "csv"}, {"form": "xlsx"}]


def test_reminders_are_a_list_to_copy_and_a_table(
    browse: Browse,
    address: str,
    running: Running,
    place: Place,
    analyst: Actor,
    inspector: Actor,
    make_mark: MakeMark,
    put: Put,
    database: Database,
    clock: Clock,
) -> None:
    first, second, third = (running.of(unit) for unit in place.communes)
    make_mark(first, "1.1", "3", computed="3")
    put(first, State.DRAFT)
    put(second, State.EXPLANATION_ASKED)
    put(third, State.SUBMITTED)
    with database.transaction() as session:
        question = Explanation(assessment_id=second, leaf="1.1", question="Vì sao?", due=DATES["explain_until"])
        question.asked_by, question.asked_at = analyst.account_id, clock()
        session.add(question)
    clock.move(days=20)
    home = browse(analyst)
    page = said(home.get(f"{address}/reminders"))
    for words in (
        "3 việc cần nhắc",
        "Xã An Cọ: hoàn thành tự chấm điểm và gửi lãnh đạo đơn vị duyệt; còn 3 tiêu chí chưa đủ (1.1, 1.2, 1.3); "
        "1 tiêu chí đã chấm nhưng thiếu tài liệu kiểm chứng; hạn 31/03/2026 (quá hạn 5 ngày).",
        "Xã Bình Thủy: trả lời yêu cầu giải trình; 1 câu hỏi chưa trả lời; hạn 10/05/2026.",
        "chưa có tài khoản",
        inspector.name,
    ):
        assert words in page, words
    rows = table(home.get(f"{address}/reminders.csv?block=commune"))
    assert [row[0] for row in rows[:-1]] == ["Đơn vị", "Xã An Cọ", "Xã Bình Thủy"]
    assert rows[-1][0].startswith("Bộ tiêu chí chưa đối chiếu văn bản gốc: ")
    assert rows[1][4:] == ["31/03/2026", "5", "1.1, 1.2, 1.3", inspector.name]
    assert home.get(f"{address}/reminders.xlsx").content_type.endswith("sheet")
    assert "Không có đơn vị nào cần nhắc." in said(home.get(f"{address}/reminders?state=submitted"))


# --- more time


def test_a_unit_is_given_more_time(
    home: Client, address: str, running: Running, place: Place, database: Database
) -> None:
    own = running.of(place.communes[0])
    url = f"/assessment/units/{own}/extend"
    assert "Hạn tự chấm điểm hiện nay: 31/03/2026" in said(home.get(url))
    assert home.send(url, {"until": "2026-04-20", "reason": "Bão lụt"}).headers["Location"] == f"{address}/board"
    page = said(home.get(f"{address}/board"))
    assert "Đã gia hạn cho Xã An Cọ." in page
    assert "đã gia hạn" in page
    assert "20/04/2026" in page
    assert "Đã gia hạn đến 20/04/2026: Bão lụt" in said(home.get(url))
    with database.reading() as session:
        assert session.get_one(Assessment, own).extension_reason == "Bão lụt"


@on_sqlite
def test_what_was_typed_stays_when_more_time_is_refused(
    home: Client, running: Running, place: Place, put: Put, analyst: Actor, browse: Browse, clock: Clock
) -> None:
    own = running.of(place.communes[0])
    url = f"/assessment/units/{own}/extend"
    for sent, words in (
        ({"until": "2026-04-20", "reason": ""}, "Mục này cần được điền."),
        ({"until": "mai", "reason": "Bão lụt"}, "Ngày không đúng."),
        ({"until": "2026-03-31", "reason": "Bão lụt"}, "Ngày gia hạn phải sau hạn hiện nay của bước đơn vị đang làm."),
        ({"until": "2026-03-15", "reason": "Bão lụt"}, "Ngày này đã qua."),
    ):
        page = said(home.send(url, sent))
        assert words in page
        assert sent["reason"] in page
    assert "Gia hạn cho Xã An Cọ" in said(home.get(url))
    clock.move(days=40)  # the form stood open until its day had passed
    home = browse(analyst)
    assert "Ngày này đã qua." in (page := said(home.send(url, {"until": "2026-04-20", "reason": "Bão lụt"})))
    assert "Bão lụt" in page
    put(own, State.SUBMITTED)
    page = said(home.send(url, {"until": "2026-06-20", "reason": "Bão lụt"}))
    assert "Đơn vị đã chuyển bước, nên việc này không còn làm được." in page
    assert "Bão lụt" in page


# --- taking in


def test_what_was_not_sent_is_taken_in(
    home: Client,
    address: str,
    running: Running,
    place: Place,
    analyst: Actor,
    browse: Browse,
    database: Database,
    clock: Clock,
) -> None:
    own = running.of(place.communes[0])
    url = f"/assessment/units/{own}/collect"
    assert "Chưa bắt đầu; hạn lãnh đạo đơn vị duyệt: 05/04/2026." in said(home.get(url))
    page = said(home.send(url, {"reason": "Không gửi"}))
    assert "Đơn vị còn thời gian gửi, chưa thu hồ sơ được." in page
    assert "Không gửi" in page
    clock.move(days=30)
    home = browse(analyst)
    assert "Mục này cần được điền." in said(home.send(url, {"reason": ""}))
    assert home.send(url, {"reason": "Không gửi"}).headers["Location"] == f"{address}/board"
    assert "Đã thu hồ sơ của Xã An Cọ và chuyển thẩm định." in (page := said(home.get(f"{address}/board")))
    assert "gửi muộn" in page
    with database.reading() as session:
        assert session.get_one(Assessment, own).late
