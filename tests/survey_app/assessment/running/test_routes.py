"""The pages of rounds: the list that everybody begins at, make, change, open, publish."""

from html import unescape

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from survey_app.assessment.flow import State
from survey_app.db import Database
from survey_app.models import Assessment, Level, Round, Unit, UnitSuccession
from survey_app.policy import Actor, Role
from tests.conftest import Client, Clock
from tests.databases import on_sqlite
from tests.factories.accounts import MakeActor
from tests.factories.units import MakeUnit
from tests.survey_app.assessment.conftest import DATES, Browse, MakeRound, MakeSet, Place, Put, Running

LIST = "/assessment/rounds"
FORM = {"title": "Chỉ số CCHC năm 2025", "year": "2025", **{name: day.isoformat() for name, day in DATES.items()}}


def said(response: TestResponse) -> str:
    return unescape(response.get_data(as_text=True))


@pytest.fixture
def home(analyst: Actor, browse: Browse) -> Client:
    """The browser of Home Affairs."""
    return browse(analyst)


def one(database: Database) -> Round:
    with database.reading() as session:
        found = session.scalars(select(Round)).one()
        session.expunge(found)
    return found


def test_a_round_is_made_changed_opened_and_published(
    home: Client, place: Place, make_set: MakeSet, put: Put, database: Database
) -> None:
    del place
    commune, department = make_set(), make_set("department")
    assert "Chưa có kỳ đánh giá nào. Hãy chuẩn bị bộ tiêu chí" in said(home.get(LIST))
    assert "Bộ tiêu chí xã, phường năm 2025 (năm 2025, phiên bản 1)" in said(home.get(f"{LIST}/new"))
    made = home.send(f"{LIST}/new", {**FORM, "set_commune": str(commune)})
    address = made.headers["Location"]
    page = said(home.get(address))
    for words in ("Đã tạo kỳ đánh giá.", "Đang chuẩn bị", "Hạn tự chấm điểm", "31/03/2026", "Mở kỳ “Chỉ số CCHC"):
        assert words in page, words
    assert "Bảng tiến độ" not in page
    changed = {**FORM, "set_commune": str(commune), "set_department": str(department), "title": "Kỳ 2025"}
    page = said(home.get(f"{address}/edit"))
    assert f'<option selected value="{commune}">' in page
    assert 'value="2026-03-31"' in page
    assert home.send(f"{address}/edit", changed).headers["Location"] == address
    assert "Đã lưu kỳ đánh giá." in said(home.get(address))
    home.send(f"{address}/open")
    page = said(home.get(address))
    assert "Kỳ đánh giá đã mở cho 4 đơn vị." in page
    assert "4 đơn vị: " in page
    assert "4 chưa bắt đầu" in page
    assert "chưa đối chiếu văn bản gốc" in page
    assert "Công bố kết quả" not in page
    assert "chỉ sửa được tên và các hạn" in said(home.get(f"{address}/edit"))
    for assessment_id in range(1, 5):
        put(assessment_id, State.SETTLED)
    assert "Công bố kết quả của 4 đơn vị" in said(home.get(address))
    home.send(f"{address}/publish")
    page = said(home.get(address))
    assert "Đã công bố kết quả của 4 đơn vị." in page
    assert "công bố ngày 16/03/2026" in page
    assert f"{address}/edit" not in page
    listed = said(home.get(LIST))
    assert "Kỳ 2025" in listed
    assert "4/4" in listed
    assert one(database).state == "published"


@on_sqlite
def test_faults_are_named_in_words_and_the_rest_is_kept(
    home: Client, place: Place, make_set: MakeSet, database: Database
) -> None:
    del place
    commune, other = make_set(), make_set("department", year=2024)
    faults = [
        ("title", "", "Mục này cần được điền."),
        ("year", "1999", "Từ 2011 đến 2100."),
        ("score_until", "31/02/2026", "Ngày không đúng."),
        ("explain_until", "2026-04-01", "Hạn này trước hạn của bước trước."),
        ("set_commune", "", "Chọn bộ tiêu chí cho ít nhất một khối."),
        ("set_commune", "77", "Hãy chọn lại trong danh sách."),
        ("set_department", str(other), "Bộ tiêu chí của năm khác với năm đánh giá"),
    ]
    for field, value, message in faults:
        page = said(home.send(f"{LIST}/new", {**FORM, "set_commune": str(commune), field: value}))
        assert message in page, (field, value)
        assert 'role="alert"' in page
        assert field == "title" or 'value="Chỉ số CCHC năm 2025"' in page
    with database.reading() as session:
        assert session.scalars(select(Round)).all() == []


@on_sqlite
def test_what_cannot_be_done_now_is_told(
    home: Client, running: Running, make_round: MakeRound, make_set: MakeSet, put: Put
) -> None:
    address = f"{LIST}/{running.id}"
    sets = {f"set_{block}": str(set_id) for block, set_id in running.sets.items()}
    for step, words in (("open", "Kỳ đánh giá này đã được mở."), ("publish", "còn đơn vị chưa được hội đồng chốt")):
        home.send(f"{address}/{step}")
        assert words in said(home.get(address))
    page = said(home.send(f"{address}/edit", {**FORM, **sets, "set_department": "", "title": "Tên gõ dở"}))
    assert "Kỳ đánh giá đang diễn ra: chỉ sửa được tên và các hạn." in page
    assert 'value="Tên gõ dở"' in page
    empty = make_round(opened=False, sets={"vertical": make_set("vertical")})
    home.send(f"{LIST}/{empty.id}/open")
    assert "không có đơn vị nào đang hoạt động thuộc các khối đã chọn" in said(home.get(f"{LIST}/{empty.id}"))
    for assessment_id in running.assessments.values():
        put(assessment_id, State.SETTLED)
    home.send(f"{address}/publish")
    assert "Kỳ đánh giá đã công bố, không sửa được nữa." in said(home.send(f"{address}/edit", {**FORM, **sets}))


@on_sqlite
def test_the_list_is_where_everybody_begins(
    running: Running, place: Place, analyst: Actor, inspector: Actor, appraiser: Actor, browse: Browse, clock: Clock
) -> None:
    page = said(browse(inspector).get(LIST))
    assert "Đơn vị của Ông/Bà" in page
    assert f'href="/assessment/units/{running.of(place.communes[0])}"' in page
    assert "Xã Bình Thủy" not in page
    assert "Tạo kỳ đánh giá" not in page
    assert f'href="{LIST}/{running.id}"' not in page
    assert "quá hạn" not in page
    clock.move(days=20)
    assert "quá hạn" in said(browse(inspector).get(LIST))
    page = said(browse(appraiser).get(LIST))
    assert "Chỉ số CCHC năm 2025" in page
    assert "Đơn vị của Ông/Bà" not in page
    assert f"{LIST}/{running.id}" in said(browse(analyst).get(LIST))


@on_sqlite
def test_a_merged_unit_is_listed_with_its_successor(
    running: Running,
    place: Place,
    make_unit: MakeUnit,
    make_actor: MakeActor,
    browse: Browse,
    database: Database,
    clock: Clock,
) -> None:
    new = make_unit("Xã An Bình", parent=place.province, since=clock.today)
    with database.transaction() as session:
        session.get_one(Unit, place.communes[0].id).valid_to = clock.today
        session.add(UnitSuccession(predecessor_id=place.communes[0].id, successor_id=new.id))
    page = said(browse(make_actor(Role.INSPECTOR, new)).get(LIST))
    assert "Xã An Cọ" in page
    assert "nay thuộc Xã An Bình" in page
    assert f'href="/assessment/units/{running.of(place.communes[0])}"' in page


@on_sqlite
def test_without_units_of_a_known_kind_there_is_nothing_to_choose(home: Client, database: Database) -> None:
    with database.transaction() as session:
        session.add(Level(key="hamlet", name="Thôn", plural="Các thôn", ranked=False, position=9))
        session.flush()
        for unit in session.scalars(select(Unit)):
            unit.level = "hamlet"
    assert "Chưa có đơn vị nào thuộc các khối được đánh giá." in said(home.get(f"{LIST}/new"))


@on_sqlite
def test_a_unit_that_was_left_out_is_let_in_by_a_button(
    home: Client, running: Running, make_round: MakeRound, make_unit: MakeUnit, place: Place, database: Database
) -> None:
    address = f"{LIST}/{running.id}"
    again = make_round(opened=False, sets=running.sets, title="Chấm lại")
    assert "Thêm đơn vị vào kỳ" not in said(home.get(address))
    unit = make_unit("Xã Mới", parent=place.province)
    assert "Thêm đơn vị vào kỳ (1 đơn vị chưa có)" in said(home.get(address))
    assert home.send(f"{address}/units", {"unit": str(unit.id)}).headers["Location"] == address
    assert "Đã thêm đơn vị vào kỳ đánh giá." in said(home.get(address))
    home.send(f"{address}/units", {"unit": "x"})
    assert "Đơn vị này không thuộc khối nào của kỳ" in said(home.get(address))
    home.send(f"{LIST}/{again.id}/units", {"unit": str(unit.id)})
    assert "không ở trạng thái đang diễn ra" in said(home.get(address))
    home.send(f"{LIST}/{again.id}/open")
    assert "cho cùng năm trong kỳ “Chỉ số CCHC năm 2025”" in said(home.get(address))
    with database.reading() as session:
        assert session.scalars(select(Assessment.unit_id).where(Assessment.unit_id == unit.id)).all() == [unit.id]
