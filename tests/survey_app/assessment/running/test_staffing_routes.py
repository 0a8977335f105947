"""The page of duties and of the council."""

from html import unescape

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from survey_app.assessment.flow import State
from survey_app.db import Database
from survey_app.models import CouncilMember, Duty
from survey_app.policy import Actor, Role
from tests.conftest import Client
from tests.databases import on_sqlite
from tests.factories.accounts import MakeActor
from tests.survey_app.assessment.conftest import Browse, Place, Put, Running


def said(response: TestResponse) -> str:
    return unescape(response.get_data(as_text=True))


@pytest.fixture
def home(analyst: Actor, browse: Browse) -> Client:
    return browse(analyst)


@pytest.fixture
def address(running: Running) -> str:
    return f"/assessment/rounds/{running.id}"


def duty_ids(database: Database) -> list[int]:
    with database.reading() as session:
        return list(session.scalars(select(Duty.id).order_by(Duty.id)))


def test_duties_are_given_and_taken(
    home: Client, address: str, place: Place, appraiser: Actor, database: Database
) -> None:
    page = said(home.get(f"{address}/staff"))
    assert "Chưa phân công ai." in page
    assert f"{appraiser.name} (Tỉnh Minh Họa)" in page
    commune = place.communes[0]
    sent = {"account_id": str(appraiser.account_id), "field": "1", "unit_id": str(commune.id)}
    assert home.send(f"{address}/duties", sent).headers["Location"] == f"{address}/staff"
    home.send(f"{address}/duties", {**sent, "field": "", "unit_id": ""})
    page = said(home.get(f"{address}/staff"))
    for words in (
        "Đã phân công.",
        '<td data-l="Lĩnh vực">1. Tiêu chí 1</td><td data-l="Đơn vị">Xã An Cọ</td>',
        '<td data-l="Lĩnh vực">Mọi lĩnh vực</td><td data-l="Đơn vị">Mọi đơn vị</td>',
    ):
        assert words in page, words
    first, second = duty_ids(database)
    home.send(f"{address}/duties/{first}/relieve")
    assert "Đã bỏ phân công." in said(home.get(f"{address}/staff"))
    assert duty_ids(database) == [second]


@on_sqlite
def test_the_first_duty_leaves_everybody_else_with_nothing_and_the_page_says_so(
    home: Client, address: str, place: Place, appraiser: Actor, make_actor: MakeActor
) -> None:
    other = make_actor(Role.APPRAISER, place.province)
    assert "Chưa được phân công nên" not in said(home.get(f"{address}/staff"))
    home.send(f"{address}/duties", {"account_id": str(appraiser.account_id), "field": "", "unit_id": ""})
    words = f"Chưa được phân công nên không thẩm định được gì: {other.name} ({place.province.name})."
    assert words in said(home.get(f"{address}/staff"))


@on_sqlite
def test_a_duty_that_cannot_be_is_told_at_its_field(home: Client, address: str, appraiser: Actor) -> None:
    sent = {"account_id": str(appraiser.account_id), "field": "", "unit_id": ""}
    home.send(f"{address}/duties", sent)
    response = home.send(f"{address}/duties", sent)
    assert response.status_code == 422
    assert "Người này đã được phân công như vậy." in said(response)
    assert f'<option selected value="{appraiser.account_id}">' in said(response)
    response = home.send(f"{address}/duties", {**sent, "account_id": "", "field": "9"})
    assert response.status_code == 422
    assert "Hãy chọn lại trong danh sách." in said(response)


def test_the_council_is_seated(home: Client, address: str, leader: Actor, database: Database) -> None:
    sent = {"member_id": str(leader.account_id), "title": "Chủ tịch"}
    assert home.send(f"{address}/seats", sent).headers["Location"] == f"{address}/staff"
    page = said(home.get(f"{address}/staff"))
    assert "Đã thêm thành viên hội đồng." in page
    assert ">Chủ tịch</td>" in page
    home.send(f"{address}/seats", {**sent, "title": ""})
    assert ">Ủy viên</td>" in said(home.get(f"{address}/staff"))
    home.send(f"{address}/seats/{leader.account_id}/leave")
    assert "Đã đưa thành viên ra khỏi hội đồng." in said(home.get(f"{address}/staff"))
    with database.reading() as session:
        assert session.scalars(select(CouncilMember)).all() == []
    refused = home.send(f"{address}/seats", {"member_id": "", "title": "x" * 200})
    assert refused.status_code == 422
    assert "x" * 200 in said(refused)


@on_sqlite
def test_after_publication_nobody_is_moved(
    home: Client, address: str, running: Running, appraiser: Actor, put: Put, database: Database
) -> None:
    sent = {"account_id": str(appraiser.account_id), "field": "", "unit_id": ""}
    home.send(f"{address}/duties", sent)
    home.send(f"{address}/seats", {"member_id": str(appraiser.account_id), "title": "Thư ký"})
    for assessment_id in running.assessments.values():
        put(assessment_id, State.SETTLED)
    home.send(f"{address}/publish")
    page = said(home.get(f"{address}/staff"))
    assert appraiser.name in page
    assert "Thêm phân công" not in page
    assert "Thêm thành viên" not in page
    told = "Kỳ đánh giá đã công bố, không sửa được nữa."
    (duty,) = duty_ids(database)
    for gone in (f"duties/{duty}/relieve", f"seats/{appraiser.account_id}/leave"):
        home.send(f"{address}/{gone}")
        assert told in said(home.get(f"{address}/staff"))
    assert told in said(home.send(f"{address}/seats", {"member_id": str(appraiser.account_id), "title": ""}))
    assert duty_ids(database) == [duty]
