"""Numbers of dossiers come as a table and go as one."""

import io

from openpyxl import Workbook, load_workbook
from sqlalchemy import select
from werkzeug.test import TestResponse

from survey_app.db import Database
from survey_app.models import AuditEvent, Campaign, Population, Unit
from survey_app.sheets import MOST_BYTES
from tests.conftest import Client
from tests.databases import on_sqlite
from tests.factories.campaigns import MakeCampaign, MakePopulation
from tests.factories.units import MakeField
from tests.survey_app.campaigns.pages import analyst, commune, said

__all__ = ["analyst", "commune"]


HEADER = ("Mã đơn vị", "Lĩnh vực", "Số hồ sơ")


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
