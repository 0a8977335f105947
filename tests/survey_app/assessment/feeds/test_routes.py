"""The pages of figures."""

import datetime
import io
from typing import Any

import pytest

from survey_app.assessment.flow import State
from survey_app.db import Database
from survey_app.models import Campaign, FrozenResult
from survey_app.policy import Actor
from tests.conftest import Client
from tests.databases import on_sqlite
from tests.factories.campaigns import MakeCampaign
from tests.survey_app.assessment.conftest import Browse, MakeRound, MakeSet, Place, Put, Running
from tests.survey_app.assessment.fed_round import fed_fields

pytestmark = on_sqlite


@pytest.fixture
def fed(make_round: MakeRound, make_set: MakeSet, place: Place) -> Running:
    del place
    return make_round(sets={"commune": make_set("commune", fields=fed_fields())})


@pytest.fixture
def campaign(make_campaign: MakeCampaign, database: Database, analyst: Actor, place: Place) -> Campaign:
    """With a frozen result of Xã An Cọ."""
    found: Campaign = make_campaign(title="Đợt 2025")
    given: dict[str, Any] = {"value": 0.8266, "lower": 0.8, "upper": 0.85, "level": 0.95, "answers": 842}
    given |= {"method_ref": "standard@1", "method_hash": "a" * 64, "data_hash": "b" * 64}
    with database.transaction() as session:
        row = FrozenResult(campaign_id=found.id, unit_id=place.communes[0].id, **given)
        row.made_on, row.account_id = datetime.date(2026, 1, 5), analyst.account_id
        session.add(row)
    return found


@pytest.fixture
def browser(browse: Browse, analyst: Actor, campaign: Campaign, fed: Running) -> Client:
    del campaign, fed
    return browse(analyst)


@pytest.fixture
def here(fed: Running) -> str:
    return f"/assessment/rounds/{fed.id}/feeds"


@pytest.fixture
def unit(fed: Running, place: Place) -> str:
    return f"/assessment/units/{fed.of(place.communes[0])}/feeds"


def plain(answer: Any) -> str:
    return str(answer.text).replace("\u00a0", " ")


def test_from_the_overview_to_a_leaf(browser: Client, here: str) -> None:
    page = browser.get(here).text
    for words in (f"{here}/commune/2.1", "0/3", "Xã, phường", "Điều tra xã hội học", "Số liệu thống kê"):
        assert words in page
    assert f"{here}/commune/2.4" not in page  # has no rule to feed
    for path in (f"{here}/commune/1.1", f"{here}/province/2.1", "/assessment/rounds/999/feeds"):
        assert browser.get(path).status_code == 404


def test_a_percentage_keeps_what_was_typed_until_it_is_sound(browser: Client, unit: str, here: str) -> None:
    sent = {"e.percent": "82,5", "standard_error": "1,2", "source": "", "edition": "0"}
    refused = browser.send(f"{unit}/2.1", sent)
    assert refused.status_code == 422
    for words in ("Nguồn: Hãy ghi nguồn", 'value="82,5"', 'value="1,2"'):
        assert words in refused.text
    assert browser.send(f"{unit}/2.1", {**sent, "source": "Bộ Nội vụ"}).location == f"{here}/commune/2.1"
    behind = browser.send(f"{unit}/2.1", {**sent, "e.percent": "70", "source": "Người thứ hai"})
    assert behind.status_code == 409
    for words in ("Người khác vừa lưu", "82,50 %", 'value="70"', "Người thứ hai", 'name="edition" value="1"'):
        assert words in plain(behind)
    page = plain(browser.get(f"{unit}/2.1"))
    assert 'value="1,2"' in page
    assert "sai số chuẩn 1,20 điểm" in page


def test_counts_stand_in_a_line_for_each_question(browser: Client, unit: str, here: str) -> None:
    votes = {"votes.0": ["6", "5", ""], "votes.1": ["3", "x", ""], "votes.2": ["1", "5", ""]}
    wrong = browser.send(f"{unit}/2.2", {**votes, "source": "Điều tra", "edition": "0"})
    assert wrong.status_code == 422
    assert 'aria-label="Câu 2, Khá" value="x"' in wrong.text
    votes["votes.1"][1] = ""
    assert browser.send(f"{unit}/2.2", {**votes, "source": "Điều tra", "edition": "0"}).status_code == 302
    page = plain(browser.get(f"{unit}/2.2"))
    assert 'aria-label="Câu 1, Tốt" value="6"' in page
    assert 'aria-label="Câu 3, Tốt" value=""' in page
    assert "64,00 %" in plain(browser.get(f"{here}/commune/2.2"))


def test_statistics(browser: Client, unit: str, here: str) -> None:
    sent = {"e.a": "9", "e.b": "10", "source": "Thống kê", "edition": "0"}
    assert "Dự toán: chưa nhập" in browser.send(f"{unit}/2.3", {**sent, "e.b": ""}).text
    browser.send(f"{unit}/2.3", sent)
    page = plain(browser.get(f"{here}/commune/2.3"))
    assert "1,8" in page
    assert "Thống kê" in page
    assert browser.get(f"{unit}/2.4").status_code == 404
    assert browser.get("/assessment/units/999/feeds/2.1").status_code == 404


def test_what_feeds_what_is_followed_by_a_click(
    browser: Client, unit: str, here: str, campaign: Campaign, place: Place
) -> None:
    source = f"/results/{campaign.id}/overview?unit={place.communes[0].id}"
    assert "Lấy kết quả này" in browser.get(f"{unit}/2.1").text
    assert browser.send(f"{unit}/2.1", {"take": "1", "result_id": "1", "edition": "0"}).status_code == 302
    for page in (plain(browser.get(f"{unit}/2.1")), plain(browser.get(f"{here}/commune/2.1"))):
        for words in (source, "82,66 %", "80,00–85,00", "n = 842", "standard@1", "bbbbbbbbbbbb", "05/01/2026"):
            assert words in page
    wrong = browser.send(f"{unit}/2.1", {"take": "1", "result_id": "9", "edition": "1"})
    assert "Kết quả: Kết quả này không phải của đơn vị" in wrong.text


def test_a_campaign_for_the_whole_block(browser: Client, here: str, campaign: Campaign) -> None:
    assert "Lấy cho cả khối" in browser.get(f"{here}/commune/2.1").text
    assert "Lấy cho cả khối" not in browser.get(f"{here}/commune/2.2").text
    answer = browser.send(f"{here}/commune/2.1/results", {"campaign": campaign.id})
    assert "Đã lấy kết quả của 1 đơn vị" in browser.get(answer.location).text


def test_a_locked_unit_has_no_form(browser: Client, unit: str, fed: Running, place: Place, put: Put) -> None:
    put(fed.of(place.communes[0]), State.SETTLED)
    assert "số liệu không sửa được nữa" in browser.get(f"{unit}/2.1").text
    assert browser.send(f"{unit}/2.1", {"e.percent": "80", "source": "x", "edition": "0"}).status_code == 409


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_table_goes_out(browser: Client, here: str, kind: str) -> None:
    answer = browser.get(f"{here}/commune/2.1.{kind}")
    assert f"so-lieu-commune-2.1.{kind}" in answer.headers["Content-Disposition"]
    assert len(answer.data) > 50


def test_a_table_comes_in(browser: Client, here: str) -> None:
    def send(text: str, **more: str) -> Any:
        file = (io.BytesIO(text.encode()), "bang.csv")
        return browser.send(f"{here}/commune/2.1/import", {"file": file, **more})

    head = "Mã đơn vị,Tỷ lệ (%),Nguồn\n"
    assert "Mã đơn vị" in browser.get(f"{here}/commune/2.1/import").text
    assert "mỗi câu một dòng" in browser.get(f"{here}/commune/2.2/import").text
    assert "Sẽ ghi số liệu của 1 đơn vị" in send(f"{head}xa-1,82,Bộ Nội vụ\n", check="1").text
    assert "Đã ghi số liệu của 1 đơn vị" in send(f"{head}xa-1,82,Bộ Nội vụ\n").text
    wrong = send(f"{head}xa-9,82,Bộ Nội vụ\n")
    assert wrong.status_code == 422
    assert "Dòng 2, cột Mã đơn vị: không có mã đơn vị này" in wrong.text
    assert "Tệp thiếu cột “Nguồn”" in send("Mã đơn vị,Tỷ lệ (%)\nxa-1,82\n").text
    assert "Chưa chọn tệp" in browser.send(f"{here}/commune/2.1/import").text
