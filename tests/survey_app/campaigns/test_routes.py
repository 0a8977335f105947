"""Campaigns as Home Affairs meets them in a browser."""

import datetime

from sqlalchemy import select

from survey_app.db import Database
from survey_app.forms import BAD_DAY
from survey_app.models import Campaign, CampaignUnit, Release, Unit
from survey_app.policy import Role
from tests.conftest import Client, SignIn
from tests.databases import on_sqlite
from tests.factories.accounts import MakeAccount
from tests.factories.campaigns import MakeCampaign
from tests.factories.submissions import MakeWaiting, answers
from tests.factories.units import MakeCounter
from tests.survey_app.campaigns.pages import analyst, commune, said

__all__ = ["analyst", "commune"]


FORM = {
    "title": "Khảo sát năm 2026",
    "definition_ref": "qr-short@1",
    "starts_on": "2026-01-01",
    "ends_on": "",
    "accepts": ["C"],
    "counts": ["C"],
    "confidence": "0.95",
    "method_ref": "m1-f3-x1-v1@1",
    "fewest": "5",
    "design": "open",
    "multiplicity": "none",
    "looks": "once",
}


def one(database: Database) -> Campaign:
    with database.transaction() as session:  # keeps what was read
        return session.scalars(select(Campaign)).one()


# --- making


def test_a_campaign_is_made_opened_and_closed(database: Database, analyst: Client) -> None:
    assert "Chưa có đợt khảo sát nào" in said(analyst.get("/campaigns"))
    assert "Tạo đợt khảo sát" in said(analyst.get("/campaigns/new"))
    made = analyst.send("/campaigns/new", {**FORM, "targets": ["bac-giang-2021-2030@1/bg-2025-overall"]})
    assert made.status_code == 302
    address = made.headers["Location"]
    page = said(analyst.get(address))
    assert "Đã tạo đợt khảo sát ở dạng nháp." in page
    for words in ("Nháp", "01/01/2026 – đến khi đóng", "toàn tỉnh, mọi lĩnh vực", "95\u00a0%", "công bố từ 5 phiếu"):
        assert words in page, words
    assert "2025: " in page  # the target that was chosen, by name
    assert analyst.send(f"{address}/open").headers["Location"] == address
    assert "Đợt khảo sát đã mở." in (page := said(analyst.get(address)))
    assert "Đóng đợt “Khảo sát năm 2026”" in page
    analyst.send(f"{address}/open")
    assert "Đợt này đã được mở." in said(analyst.get(address))
    analyst.send(f"{address}/close")
    page = said(analyst.get(address))
    assert "Đợt khảo sát đã đóng. 0 phiếu còn chờ" in page
    assert "Đã đóng" in page
    assert f"{address}/edit" not in page
    analyst.send(f"{address}/close")
    assert "Đợt này không ở trạng thái mở." in said(analyst.get(address))
    listed = said(analyst.get("/campaigns"))
    assert "Khảo sát năm 2026" in listed
    assert "Đã đóng" in listed
    assert one(database).state == "closed"


FAULTS: list[tuple[str, object, str]] = [
    ("title", "", "Mục này cần được điền."),
    ("title", "x" * 201, "Viết ngắn hơn: nhiều nhất 200 ký tự."),
    ("starts_on", "", BAD_DAY),
    ("starts_on", "31/13/2026", BAD_DAY),
    ("ends_on", "2025-12-31", "Ngày kết thúc trước ngày bắt đầu."),
    ("ends_on", "mai", BAD_DAY),
    ("accepts", [], "Chọn ít nhất một cách trả lời."),
    ("accepts", ["X"], "Hãy chọn lại trong danh sách."),
    ("counts", ["A"], "Chỉ được tính cách trả lời đã nhận; chọn ít nhất một."),
    ("confidence", "0.5", "Hãy chọn lại trong danh sách."),
    ("fewest", "2", "Từ 3 đến 100 phiếu."),
    ("fewest", "năm", "Hãy điền một số nguyên."),
    ("method_ref", "m1-f1-x1-v1@1", "Cách tính này không hợp với phiếu"),
    ("design", "random-walk", "Hãy chọn lại trong danh sách."),
    ("multiplicity", "", "Hãy chọn lại trong danh sách."),
    ("looks", "hourly", "Hãy chọn lại trong danh sách."),
]


@on_sqlite
def test_faults_are_named_in_words_and_the_rest_is_kept(analyst: Client, database: Database) -> None:
    for field, value, message in FAULTS:
        page = said(analyst.send("/campaigns/new", {**FORM, "method_ref": "m1-f3-x4-v1@1", field: value}))
        assert message in page, (field, value)
        assert 'role="alert"' in page
        assert ('<option selected value="m1-f3-x4-v1@1">' in page) == (field != "method_ref")
        assert field == "title" or 'value="Khảo sát năm 2026"' in page
    with database.reading() as session:
        assert session.scalars(select(Campaign)).all() == []


def test_design_and_verdicts_are_chosen_and_shown_in_words(analyst: Client, database: Database) -> None:
    chosen = {**FORM, "design": "clustered", "multiplicity": "sidak", "looks": "daily"}
    page = said(analyst.get(analyst.send("/campaigns/new", chosen).headers["Location"]))
    for words in ("Chọn ngẫu nhiên ngày tại từng quầy", "(Šidák, chặt hơn)", "Xem hằng ngày (chặt hơn"):
        assert words in page
    stored = one(database)
    assert (stored.design, stored.multiplicity, stored.looks) == ("clustered", "sidak", "daily")


def test_an_open_campaign_says_what_may_still_change(
    analyst: Client, database: Database, make_campaign: MakeCampaign, commune: Unit
) -> None:
    made = make_campaign(accepts="C", counts="C", units=(commune,))
    address = f"/campaigns/{made.id}/edit"
    page = said(analyst.get(address))
    assert "chỉ sửa được tên, ngày kết thúc, mục tiêu và ngưỡng công bố" in page
    kept = {**FORM, "units": [str(commune.id)]}
    assert "Đợt đang mở: chỉ sửa được" in said(analyst.send(address, {**kept, "accepts": ["A", "C"]}))
    assert one(database).accepts == "C"
    saved = analyst.send(address, {**kept, "title": "Tên mới", "fewest": "9"})
    assert saved.status_code == 302
    assert "Đã lưu đợt khảo sát." in said(analyst.get(saved.headers["Location"]))
    assert (one(database).title, one(database).fewest) == ("Tên mới", 9)


def test_a_campaign_whose_unit_is_gone_can_still_be_edited(
    analyst: Client, database: Database, make_campaign: MakeCampaign, commune: Unit
) -> None:
    made = make_campaign(accepts="C", counts="C", units=(commune,))
    with database.transaction() as session:
        session.get_one(Unit, commune.id).valid_to = datetime.date(2026, 3, 1)
    page = said(analyst.get(f"/campaigns/{made.id}/edit"))
    assert f'name="units" type="checkbox" value="{commune.id}"' in page
    saved = analyst.send(f"/campaigns/{made.id}/edit", {**FORM, "units": [str(commune.id)], "ends_on": "2026-12-31"})
    assert saved.status_code == 302, said(saved)
    assert one(database).ends_on == datetime.date(2026, 12, 31)
    with database.reading() as session:
        assert session.scalars(select(CampaignUnit.unit_id)).all() == [commune.id]


@on_sqlite
def test_a_closed_campaign_is_not_edited(analyst: Client, make_campaign: MakeCampaign) -> None:
    made = make_campaign(state="closed", accepts="C", counts="C")
    assert "Đợt khảo sát đã đóng, không sửa được nữa." in said(analyst.send(f"/campaigns/{made.id}/edit", FORM))


def test_an_overlap_names_the_other_campaign(analyst: Client, make_campaign: MakeCampaign) -> None:
    make_campaign(title="Đợt đang chạy")
    draft = make_campaign(title="Đợt mới", state="draft", accepts="C", counts="C")
    analyst.send(f"/campaigns/{draft.id}/open")
    page = said(analyst.get(f"/campaigns/{draft.id}"))
    assert "Chưa mở được: Một đợt khác đang mở" in page
    assert "(Đợt đang chạy)" in page
    make_campaign(title="Đợt giữa", accepts="A", counts="A", starts_on=datetime.date(2030, 1, 1))


def test_an_edit_that_would_overlap_says_so(analyst: Client, make_campaign: MakeCampaign) -> None:
    make_campaign(title="Sau", accepts="C", counts="C", starts_on=datetime.date(2026, 7, 1))
    first = make_campaign(accepts="C", counts="C", ends_on=datetime.date(2026, 6, 30))
    page = said(analyst.send(f"/campaigns/{first.id}/edit", {**FORM, "ends_on": ""}))
    assert "Một đợt khác đang mở đã nhận cách trả lời này ở cùng nơi và thời gian." in page


# --- validity rules


@on_sqlite
def test_a_new_campaign_has_the_usual_rules_and_one_from_before_none(
    analyst: Client, database: Database, make_campaign: MakeCampaign
) -> None:
    assert '<option selected value="standard@1">' in analyst.get("/campaigns/new").text
    assert analyst.send("/campaigns/new", {**FORM, "validity_ref": "none@1"}).status_code == 302
    page = said(analyst.get(f"/campaigns/{one(database).id}"))
    assert "Không áp dụng quy tắc (mọi phiếu thu về đều hợp lệ) (none@1)" in page
    before = make_campaign()
    assert "không có quy tắc (đợt tạo trước khi có quy tắc)" in said(analyst.get(f"/campaigns/{before.id}"))
    assert '<option selected value="">' in analyst.get(f"/campaigns/{before.id}/edit").text
    url = f"/campaigns/{before.id}/edit"
    form = {**FORM, "accepts": ["A", "B", "C"], "counts": ["A", "B", "C"], "validity_ref": ""}
    assert analyst.send(url, form).status_code == 302
    assert "Đợt đang mở: chỉ sửa được" in said(analyst.send(url, {**form, "validity_ref": "standard@1"}))


@on_sqlite
def test_the_last_day_of_an_open_campaign_does_not_move_into_the_past(
    analyst: Client, make_campaign: MakeCampaign
) -> None:
    url = f"/campaigns/{make_campaign(accepts='C', counts='C').id}/edit"
    form = {**FORM, "validity_ref": ""}
    page = said(analyst.send(url, {**form, "ends_on": "2026-03-15"}))
    assert "ngày kết thúc mới phải từ hôm nay trở đi" in page
    assert analyst.send(url, {**form, "ends_on": "2026-03-16"}).status_code == 302


# --- release


def test_waiting_submissions_are_released_at_a_click(
    analyst: Client,
    database: Database,
    make_campaign: MakeCampaign,
    make_counter: MakeCounter,
    make_waiting: MakeWaiting,
    commune: Unit,
) -> None:
    campaign, counter = make_campaign(), make_counter(commune)
    make_waiting(campaign, counter, [answers()] * 4)
    assert "Chưa có đơn vị nào đủ 5 phiếu để gộp." in said(analyst.get("/campaigns"))
    analyst.send("/campaigns/release")
    assert "Chưa có đơn vị nào đủ phiếu để gộp." in said(analyst.get("/campaigns"))
    make_waiting(campaign, counter, [answers()])
    assert "1 đơn vị đã đủ 5 phiếu để gộp." in said(analyst.get("/campaigns"))
    assert analyst.send("/campaigns/release").headers["Location"] == "/campaigns"
    page = said(analyst.get("/campaigns"))
    assert "Đã gộp 5 phiếu vào số liệu." in page
    assert "Lần gộp gần nhất: 16/03/2026" in page
    with database.reading() as session:
        assert session.scalars(select(Release.submissions)).all() == [5]


# --- who


def test_who_may_enter(
    client: Client, sign_in: SignIn, make_account: MakeAccount, make_campaign: MakeCampaign, province: Unit
) -> None:
    number = make_campaign(state="draft").id
    reads = ["/campaigns", "/campaigns/new"]
    reads += [f"/campaigns/{number}{part}" for part in ("", "/edit", "/populations.xlsx")]
    writes = ["/campaigns/new", "/campaigns/release"]
    writes += [f"/campaigns/{number}{part}" for part in ("/edit", "/open", "/close", "/populations")]
    for url in reads:
        assert client.get(url).headers["Location"].startswith("/sign-in"), url
    for url in writes:
        assert client.send(url).headers["Location"].startswith("/sign-in"), url
    for role in set(Role) - {Role.ANALYST}:
        person = sign_in(make_account(role, province))
        assert {person.get(url).status_code for url in reads} == {403}, role
        assert {person.send(url, FORM).status_code for url in writes} == {403}, role
    analyst = sign_in(make_account(Role.ANALYST, province))
    assert {analyst.get(url).status_code for url in reads} == {200}
    assert {analyst.get(f"/campaigns/99{part}").status_code for part in ("", "/edit")} == {404}
    assert {analyst.send(f"/campaigns/99{part}").status_code for part in ("/open", "/close")} == {404}


@on_sqlite
def test_a_form_without_its_token_is_refused(analyst: Client, database: Database, make_campaign: MakeCampaign) -> None:
    number = make_campaign(state="draft").id
    for url in ("new", f"{number}/open", f"{number}/populations", "release"):
        assert analyst.post(f"/campaigns/{url}", data=FORM).status_code == 400, url
    assert one(database).state == "draft"
