"""Campaigns as Home Affairs meets them in a browser."""

import datetime
import html
import io

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import select
from werkzeug.test import TestResponse

from survey_app.db import Database
from survey_app.forms import BAD_DAY
from survey_app.models import AuditEvent, Campaign, CampaignUnit, Population, Release, Unit
from survey_app.policy import Role
from survey_app.sheets import MOST_BYTES
from tests.conftest import Client, SignIn
from tests.databases import on_sqlite
from tests.factories.accounts import MakeAccount
from tests.factories.campaigns import MakeCampaign, MakePopulation
from tests.factories.submissions import MakeWaiting, answers
from tests.factories.units import MakeCounter, MakeField, MakeUnit

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
HEADER = ("Mã đơn vị", "Lĩnh vực", "Số hồ sơ")


@pytest.fixture
def commune(make_unit: MakeUnit, province: Unit) -> Unit:
    return make_unit("Xã An Cọ", parent=province, code="AN-CO")


@pytest.fixture
def analyst(sign_in: SignIn, make_account: MakeAccount, province: Unit, commune: Unit) -> Client:
    return sign_in(make_account(Role.ANALYST, province))


def said(response: TestResponse) -> str:
    """The page as a person reads it."""
    text = html.unescape(response.get_data(as_text=True))
    for english in ("Not a valid", "This field", "must be", "None"):
        assert english not in text, english
    return text


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


# --- populations


def xlsx(*rows: tuple[object, ...]) -> bytes:
    book, target = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(target)
    return target.getvalue()


def upload(client: Client, campaign: Campaign, content: bytes, name: str = "bang.xlsx") -> TestResponse:
    sent = {"file": (io.BytesIO(content), name)}
    response = client.send(f"/campaigns/{campaign.id}/populations", sent, content_type="multipart/form-data")
    response.request.environ["wsgi.input"].close()  # the client keeps large bodies in a file
    return response


def dossiers(database: Database) -> dict[tuple[int, str], int]:
    with database.reading() as session:
        rows = session.execute(select(Population.unit_id, Population.field_key, Population.dossiers))
        return {(unit, field): number for unit, field, number in rows}


def test_dossiers_come_from_a_spreadsheet_or_csv(
    analyst: Client,
    database: Database,
    make_campaign: MakeCampaign,
    make_field: MakeField,
    commune: Unit,
    province: Unit,
) -> None:
    campaign = make_campaign()
    make_field("land")
    make_field("health")
    table = xlsx(HEADER, ("AN-CO", "land", 1234), ("AN-CO", "health", "1.250"), ("TINH", "land", 7.0))
    assert upload(analyst, campaign, table).status_code == 302
    assert dossiers(database) == {(commune.id, "land"): 1234, (commune.id, "health"): 1250, (province.id, "land"): 7}
    page = said(analyst.get(f"/campaigns/{campaign.id}"))
    assert "Đã nhập 3 dòng số hồ sơ." in page
    assert "2.491 hồ sơ của 2 đơn vị" in page
    table = "Số hồ sơ;Ghi chú;Mã đơn vị;Lĩnh vực\n12;x;AN-CO;land\n".encode("utf-8-sig")
    assert upload(analyst, campaign, table, "bang.csv").status_code == 302
    assert dossiers(database) == {(commune.id, "land"): 12}


def test_wrong_rows_are_named_as_the_spreadsheet_numbers_them(
    analyst: Client, database: Database, make_campaign: MakeCampaign, make_field: MakeField, commune: Unit
) -> None:
    campaign = make_campaign()
    make_field("land")
    empty = (None, None, None)
    table = xlsx(
        HEADER, ("AN-CO", "land", 5), empty, ("XX", "land", 5), empty, ("AN-CO", "magic", 5), ("AN-CO", "land", 6)
    )
    response = upload(analyst, campaign, table)
    assert response.status_code == 422
    page = said(response)
    assert "Chưa nhập dòng nào" in page
    for words in (
        "Dòng 4: không có mã đơn vị này trong phạm vi",
        "Dòng 6: không có lĩnh vực này",
        "Dòng 7: đơn vị và lĩnh vực này đã có ở dòng trên",
    ):
        assert words in page, words
    wrong = ["-5", "1,5", "12.5", "1.2345", "nhiều", "", "1e3", "123456789"]
    response = upload(
        analyst, campaign, xlsx(HEADER, *(("AN-CO", "land", value) for value in wrong), ("AN-CO", "land", 12.5))
    )
    assert response.status_code == 422
    page = said(response)
    for row in range(2, 2 + len(wrong)):
        assert f"Dòng {row}: số hồ sơ phải là số nguyên không âm" in page, row
    issued = xlsx((*HEADER, "Số phiếu phát ra"), ("AN-CO", "land", 5, "nhiều"), ("AN-CO", "land", 5, "1.234"))
    page = said(upload(analyst, campaign, issued))
    assert "Dòng 2: số phiếu phát ra phải bỏ trống hoặc là số nguyên không âm" in page
    assert "Dòng 3" not in page
    assert dossiers(database) == {}


@on_sqlite
def test_what_is_no_table_is_refused_in_words(analyst: Client, make_campaign: MakeCampaign) -> None:
    campaign = make_campaign()
    for content, words in (
        (xlsx(("Mã đơn vị", "Lĩnh vực"), ("A", "b")), "Tệp thiếu cột bắt buộc."),
        (b"PK\x03\x04 no spreadsheet", "Tệp không phải bảng tính XLSX hoặc CSV."),
        (b"\x00\x01", "Tệp không phải bảng tính XLSX hoặc CSV."),
        ("Mã đơn vị;Lĩnh vực;Số hồ sơ".encode("utf-16-le"), "Tệp CSV phải ở dạng UTF-8."),
        (b"x" * (MOST_BYTES + 1), "Tệp quá lớn."),
        (b"", "Tệp thiếu cột bắt buộc."),
    ):
        response = upload(analyst, campaign, content)
        assert response.status_code == 422, words
        assert words in said(response)


@on_sqlite
def test_an_upload_without_a_file_is_refused_in_words(analyst: Client, make_campaign: MakeCampaign) -> None:
    response = analyst.send(f"/campaigns/{make_campaign().id}/populations", content_type="multipart/form-data")
    assert response.status_code == 422
    assert "Chưa chọn tệp." in said(response)


def test_the_downloaded_dossiers_can_be_uploaded_again(
    analyst: Client,
    database: Database,
    make_campaign: MakeCampaign,
    make_population: MakePopulation,
    make_field: MakeField,
    commune: Unit,
) -> None:
    campaign = make_campaign()
    make_population(campaign, commune, make_field("land"), 1234, issued=500)
    make_population(campaign, commune, make_field("health"), 7)
    response = analyst.get(f"/campaigns/{campaign.id}/populations.xlsx")
    assert response.headers["Content-Disposition"] == f"attachment; filename=so-ho-so-{campaign.id}.xlsx"
    rows = list(load_workbook(io.BytesIO(response.data)).active.iter_rows(values_only=True))
    assert rows == [
        ("Mã đơn vị", "Tên đơn vị", "Lĩnh vực", "Số hồ sơ", "Số phiếu phát ra"),
        ("AN-CO", "Xã An Cọ", "health", 7, None),
        ("AN-CO", "Xã An Cọ", "land", 1234, 500),
    ]
    assert upload(analyst, campaign, response.data).status_code == 302
    assert dossiers(database) == {(commune.id, "land"): 1234, (commune.id, "health"): 7}
    assert "đã phát ra 500 phiếu" in said(analyst.get(f"/campaigns/{campaign.id}"))
    with database.reading() as session:
        issued = session.execute(select(Population.field_key, Population.issued).order_by(Population.field_key))
        assert issued.all() == [("health", None), ("land", 500)]
        actions = session.execute(select(AuditEvent.action, AuditEvent.subject).order_by(AuditEvent.id)).all()
    assert actions == [
        ("download", f"campaign {campaign.id} populations"),
        ("population_imported", f"campaign {campaign.id}"),
    ]


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
