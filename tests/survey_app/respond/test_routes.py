"""The citizen's pages over HTTP."""

import datetime
import gzip
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from survey_app import codes, web
from survey_app.db import Database
from survey_app.errors import Unavailable
from survey_app.models import AuditEvent, Campaign, Counter, Inbox, Unit
from survey_app.models.campaign import CLOSED
from survey_app.policy import Role
from survey_app.respond import service
from tests.conftest import Client, Clock, SignIn
from tests.factories.accounts import MakeAccount
from tests.factories.campaigns import MakeCampaign
from tests.factories.submissions import SHORT, ticket_of
from tests.factories.units import MakeCounter, MakeField, MakeUnit

FIRST_VIEW_BYTES = 14_000


@pytest.fixture
def counter(province: Unit, make_unit: MakeUnit, make_counter: MakeCounter, make_field: MakeField) -> Counter:
    return make_counter(make_unit("Xã An Cọ", parent=province), field=make_field("land"))


@pytest.fixture
def campaign(make_campaign: MakeCampaign) -> Campaign:
    return make_campaign()


@pytest.fixture
def url(counter: Counter, campaign: Campaign) -> str:
    return f"/r/{counter.code}"


def stored(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Inbox)) or 0


def fill(client: Client, url: str, **changes: str) -> dict[str, str]:
    return {**SHORT, "ticket": ticket_of(client.get(url).text), **changes}


def test_scan_answer_thanks(client: Client, url: str, database: Database) -> None:
    page = client.get(url)
    assert page.status_code == 200
    assert "Xã An Cọ" in page.text
    sent = client.post(url, data=fill(client, url, CHO="12", YK="Cảm ơn"))
    assert sent.status_code == 303
    thanks = client.get(sent.location)
    assert thanks.status_code == 200
    receipt = sent.location.rsplit("/", 1)[1]
    assert codes.grouped(receipt) in thanks.text
    assert stored(database) == 1
    assert (
        "Phiếu này đã được ghi nhận"
        in client.get("/receipt", query_string={"code": codes.grouped(receipt).lower()}).text
    )


def test_every_question_is_there_with_words_and_nothing_is_preselected(client: Client, url: str) -> None:
    page = client.get(url).text
    assert page.count("<fieldset") == 6
    assert page.count("Rất hài lòng") == 6
    assert " checked" not in page.partition("<body>")[2]
    assert page.index("không ghi tên") < page.index("<fieldset")


def test_missing_answers_come_back_with_everything_else_kept(client: Client, url: str, database: Database) -> None:
    data = fill(client, url, CHUNG="", CHO="lâu lắm", YK="<b>Hay</b>")
    page = client.post(url, data=data)
    assert page.status_code == 422
    assert '<a href="#CHUNG">' in page.text
    assert '<a href="#CHO">' in page.text
    assert 'name="TC0" value="4" id="TC0" checked' in page.text or 'value="4" checked' in page.text
    assert "lâu lắm" in page.text
    assert "&lt;b&gt;Hay&lt;/b&gt;" in page.text
    assert ticket_of(page.text) == data["ticket"]
    assert stored(database) == 0
    assert client.post(url, data={**data, "CHUNG": "4", "CHO": "9"}).status_code == 303


def test_double_click_refresh_and_back_store_one(client: Client, url: str, database: Database) -> None:
    data = fill(client, url)
    first, second = client.post(url, data=data), client.post(url, data=data)
    assert first.location == second.location
    assert stored(database) == 1


def test_back_with_other_answers_is_refused_in_words(client: Client, url: str, database: Database) -> None:
    data = fill(client, url)
    client.post(url, data=data)
    page = client.post(url, data={**data, "CHUNG": "1"})
    assert page.status_code == 409
    assert "đã được gửi" in page.text
    assert stored(database) == 1


def test_ten_parallel_copies_store_one(app: Flask, client: Client, url: str, database: Database) -> None:
    data = fill(client, url)
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: app.test_client().post(url, data=data), range(10)))
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.location for answer in answers}) == 1
    assert stored(database) == 1


@pytest.mark.parametrize("ticket", ["", "forged", None])
def test_without_a_sound_ticket_the_form_comes_back_filled(
    client: Client, url: str, database: Database, ticket: str | None
) -> None:
    data = {**SHORT, "YK": "vẫn còn đây"} | ({} if ticket is None else {"ticket": ticket})
    page = client.post(url, data=data)
    assert page.status_code == 400
    assert "vẫn còn đây" in page.text
    assert "mở đã lâu" in page.text
    assert stored(database) == 0
    assert client.post(url, data={**data, "ticket": ticket_of(page.text)}).status_code == 303


def test_a_ticket_does_not_fit_another_counter(
    client: Client, url: str, province: Unit, make_counter: MakeCounter, database: Database
) -> None:
    other = make_counter(province)
    assert client.post(f"/r/{other.code}", data=fill(client, url)).status_code == 400
    assert stored(database) == 0


def test_one_wrong_character_opens_nothing(client: Client, url: str, counter: Counter) -> None:
    other = next(sign for sign in codes.ALPHABET if sign != counter.code[2])
    page = client.get(f"/r/{counter.code[:2]}{other}{counter.code[3:]}")
    assert page.status_code == 404
    assert "Không tìm thấy quầy" in page.text


def test_a_code_in_small_letters_leads_to_the_counter(client: Client, url: str, counter: Counter) -> None:
    answer = client.get(f"/r/{counter.code.lower()}")
    assert answer.status_code == 302
    assert answer.location == url


def test_closed_and_not_yet_open_counters_get_a_helpful_page(
    client: Client, province: Unit, make_counter: MakeCounter, make_campaign: MakeCampaign, clock: Clock
) -> None:
    later = make_campaign(starts_on=clock.today + datetime.timedelta(days=10))
    counter = make_counter(province)
    page = client.get(f"/r/{counter.code}")
    assert page.status_code == 410
    assert later.starts_on.strftime("%d/%m/%Y") in page.text
    closed = make_counter(province, closed=clock.today, successor=counter)
    page = client.get(f"/r/{closed.code}")
    assert page.status_code == 410
    assert f"/r/{counter.code}" in page.text


def test_an_answer_stored_before_the_campaign_closed_still_gets_its_thanks(
    client: Client, url: str, campaign: Campaign, database: Database
) -> None:
    data = fill(client, url)
    first = client.post(url, data=data)
    with database.transaction() as session:
        session.get_one(Campaign, campaign.id).state = CLOSED
    assert client.post(url, data=data).location == first.location
    assert client.post(url, data={**data, "ticket": "another"}).status_code == 410
    assert client.get(url).status_code == 410


def test_a_form_opened_before_the_campaign_closed_is_told_so(
    client: Client, url: str, campaign: Campaign, database: Database
) -> None:
    data = fill(client, url)
    with database.transaction() as session:
        session.get_one(Campaign, campaign.id).state = CLOSED
    page = client.post(url, data=data)
    assert page.status_code == 410
    assert "chưa nhận góp ý" in page.text


def test_a_form_of_the_campaign_before_keeps_what_still_fits(
    client: Client, url: str, campaign: Campaign, make_campaign: MakeCampaign, database: Database
) -> None:
    data = fill(client, url, YK="giữ lại")
    with database.transaction() as session:
        session.get_one(Campaign, campaign.id).state = CLOSED
    make_campaign("counter-2640@1", title="Đợt sau")
    page = client.post(url, data=data)
    assert page.status_code == 422
    assert "vừa được thay đổi" in page.text
    assert "giữ lại" in page.text
    assert stored(database) == 0
    data["CHUNG"] = "9"  # and what no longer fits any form
    page = client.post(url, data=data)
    assert page.status_code == 422
    assert "vừa được thay đổi" in page.text
    assert "giữ lại" in page.text


def test_a_busy_store_keeps_the_form(
    client: Client, url: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = fill(client, url, YK="không được mất")

    def locked(*_args: object, **_more: object) -> str:
        raise Unavailable("database")

    with monkeypatch.context() as patch:
        patch.setattr(service, "record_submission", locked)
        page = client.post(url, data=data)
    assert page.status_code == 503
    assert int(page.headers["Retry-After"]) > 0
    assert "không được mất" in page.text
    assert ticket_of(page.text) == data["ticket"]
    assert client.post(url, data=data).status_code == 303
    assert stored(database) == 1


def test_a_store_out_of_reach_keeps_the_answers_hidden_on_the_page(
    app: Flask, client: Client, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = fill(client, url, YK='quý "giá"', MD="x")

    def gone(*_args: object) -> None:
        raise Unavailable("database")

    runtime: web.Runtime = app.extensions["runtime"]
    with monkeypatch.context() as patch:
        patch.setattr(type(runtime.database), "transaction", gone)
        patch.setattr(type(runtime.database), "reading", gone)
        page = client.post(url, data=data)
    assert page.status_code == 503
    assert page.headers["Retry-After"]
    assert f'name="ticket" value="{data["ticket"]}"' in page.text
    assert "quý &#34;giá&#34;" in page.text
    assert client.post(url, data=data).status_code == 303


def test_get_and_head_write_nothing(client: Client, url: str, database: Database) -> None:
    written: list[str] = []

    def watch(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if re.match(r"\s*(INSERT|UPDATE|DELETE|REPLACE)", statement, re.I):
            written.append(statement)

    event.listen(database.engine, "before_cursor_execute", watch)
    for _ in range(3):
        assert client.get(url, headers={"Purpose": "prefetch"}).status_code == 200
        assert client.head(url).status_code == 200
    for path in ("/", "/?q=an", "/privacy", "/receipt?code=ABC", "/r/XXXXXX"):
        client.get(path)
    assert written == []


def test_no_cookie_and_no_keeping_in_between(client: Client, url: str) -> None:
    answers = [client.get(url), client.post(url, data=fill(client, url)), client.get("/"), client.get("/receipt")]
    for answer in answers:
        assert "Set-Cookie" not in answer.headers
        assert "no-store" in answer.headers["Cache-Control"] or "private" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("ref", ["qr-short@1", "counter-2640@1"])
def test_the_first_view_is_small(client: Client, counter: Counter, make_campaign: MakeCampaign, ref: str) -> None:
    make_campaign(ref)
    answer = client.get(f"/r/{counter.code}", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.data) <= FIRST_VIEW_BYTES
    page = gzip.decompress(answer.data).decode()
    loaded = re.findall(r'<(?:script|img|link)[^>]+(?:src|href)="([^"]+)"', page)
    assert [link for link in loaded if not link.startswith("data:")] == [
        link for link in loaded if link.startswith("/static/")
    ]
    assert len([link for link in loaded if not link.startswith("data:")]) <= 2


def test_english_all_the_way(client: Client, url: str) -> None:
    page = client.get(f"{url}?lang=en").text
    assert '<html lang="en">' in page
    assert "Very satisfied" in page
    sent = client.post(url, data={**SHORT, "ticket": ticket_of(page), "lang": "en", "CHUNG": ""})
    assert "Please choose an answer." in sent.text
    sent = client.post(url, data={**SHORT, "ticket": ticket_of(page), "lang": "en"})
    assert "Thank you" in client.get(sent.location).text


def test_an_unknown_language_is_vietnamese(client: Client, url: str) -> None:
    assert '<html lang="vi">' in client.get(f"{url}?lang=xx").text


def test_a_counter_for_every_field_asks_which(
    client: Client,
    province: Unit,
    make_counter: MakeCounter,
    make_field: MakeField,
    campaign: Campaign,
    database: Database,
) -> None:
    make_field("land", "Đất đai")
    url = f"/r/{make_counter(province).code}"
    page = client.get(url).text
    assert '<option value="land">Đất đai</option>' in page
    assert client.post(url, data={**fill(client, url), "service_field": "astrology"}).status_code == 422
    assert client.post(url, data={**fill(client, url), "service_field": "land"}).status_code == 303
    with database.reading() as session:
        assert session.scalars(select(Inbox.field_key)).all() == ["land"]


def test_the_start_page_opens_a_typed_code_or_finds_a_unit(client: Client, url: str, counter: Counter) -> None:
    typed = client.get("/", query_string={"code": codes.grouped(counter.code)})
    assert typed.status_code == 302
    assert typed.location == url
    assert "Mã này không đúng" in client.get("/", query_string={"code": "123456"}).text
    found = client.get("/", query_string={"q": "an co"}).text
    assert "Xã An Cọ" in found
    assert url in found
    assert "Không có đơn vị nào" in client.get("/", query_string={"q": "zzz"}).text


def test_thanks_shows_no_made_up_receipt(client: Client, url: str) -> None:
    assert client.get(f"{url}/thanks/NOTACODE22").status_code == 404
    assert client.get(f"{url}/thanks/<script>").status_code == 404


def test_an_unknown_receipt_is_not_confirmed(client: Client) -> None:
    made_up = codes.draw(codes.RECEIPT_LENGTH)
    assert "Không thấy phiếu nào" in client.get("/receipt", query_string={"code": made_up}).text


def test_a_surveyor_enters_paper_forms_of_class_b(
    province: Unit,
    counter: Counter,
    make_campaign: MakeCampaign,
    make_account: MakeAccount,
    sign_in: SignIn,
    database: Database,
) -> None:
    make_campaign("counter-2640@1", accepts="AB", counts="AB")
    client = sign_in(make_account(Role.SURVEYOR, province))
    assert f"/respond/entry/{counter.code}" in client.get("/respond/entry").text
    url = f"/respond/entry/{counter.code}"
    page = client.get(url).text
    sent = client.send(url, {"LOC": "1", "CHUNG": "4", "paper_day": "2026-03-16", "ticket": ticket_of(page)})
    assert sent.status_code == 303
    assert "Đã ghi phiếu" in client.get(sent.location).text
    with database.reading() as session:
        assert session.scalars(select(Inbox.channel)).all() == ["B"]
        actions = session.scalars(select(AuditEvent.action)).all()
        assert actions.count("submission_entered") == 1
    assert client.send(url, {"CHUNG": "4", "ticket": ticket_of(client.get(url).text)}).status_code == 422


def test_a_surveyor_cannot_enter_for_a_foreign_unit(
    province: Unit,
    make_unit: MakeUnit,
    make_counter: MakeCounter,
    make_campaign: MakeCampaign,
    make_account: MakeAccount,
    sign_in: SignIn,
) -> None:
    make_campaign("counter-2640@1")
    own, foreign = make_unit("A", parent=province), make_unit("B", parent=province)
    counter = make_counter(foreign)
    client = sign_in(make_account(Role.SURVEYOR, own))
    assert client.get(f"/respond/entry/{counter.code}").status_code == 404
    assert client.send(f"/respond/entry/{counter.code}", {"CHUNG": "4"}).status_code in (400, 404)
