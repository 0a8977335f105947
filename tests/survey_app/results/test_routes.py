"""Results on screen, and the same content as PDF, spreadsheet and CSV."""

import csv
import datetime
import html
import io
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select, update

from reports import words
from reports.content import SatisfactionReport
from survey_app import create_app
from survey_app.config import Settings
from survey_app.db import Database
from survey_app.models import AuditEvent, Campaign, Unit
from survey_app.policy import Actor, Role
from survey_app.results.service import report
from tests.conftest import Client, SignIn
from tests.databases import on_sqlite
from tests.factories.accounts import MakeAccount
from tests.factories.campaigns import MakeCampaign
from tests.factories.units import MakeCounter
from tests.survey_app.results.conftest import TODAY, Fill, World
from tests.survey_app.results.pages import said, several

__all__ = ["several"]


PAGES = ("overview", "units", "fields", "criteria", "trend", "method")
FACES = ("pdf", "xlsx", "csv")
CHARTS = ("trend", "criteria", "0")


@pytest.fixture
def content(database: Database, analyst: Actor, filled: Campaign, world: World) -> SatisfactionReport:
    with database.reading() as session:
        return report(session, analyst, filled.id, world.province.id, today=TODAY)


# --- pages


@on_sqlite
def test_without_a_campaign_the_page_says_what_comes(browser: Client) -> None:
    assert "Chưa có đợt khảo sát nào được mở." in said(browser.get("/results"))


def test_the_latest_campaign_is_shown_first(browser: Client, filled: Campaign, make_campaign: MakeCampaign) -> None:
    newest = make_campaign(title="Đợt mới", starts_on=datetime.date(2026, 3, 1), state="closed")
    assert browser.get("/results").headers["Location"] == f"/results/{newest.id}/overview"
    page = said(browser.get(f"/results/{newest.id}/overview"))
    assert "Đợt mới" in page
    assert "Đợt khảo sát này chưa chọn mục tiêu để đối chiếu." in page


def test_every_page_says_its_part(browser: Client, filled: Campaign, content: SatisfactionReport) -> None:
    index = content.whole.score.index
    expected = {
        "overview": [
            words.percent(index.value),
            words.interval(index),
            "Chưa đủ căn cứ",
            words.more(content.whole.verdict),
            "bằng 14,8\u00a0% của 1.650 hồ sơ đã giải quyết",
            "đạt tối thiểu 90\u00a0%",
            "tối đa 20\u00a0phút",
            "13,8 phút",
            "trên 95\u00a0%",
            "kênh tham khảo, không tính",
            "Cứ 100 người trả lời thì khoảng 87 người hài lòng",
        ],
        "units": ["Xã An Cọ", "Xã Bình Đa", "Các xã, phường", "93,8\u00a0%", "Chưa đạt", "Mục tiêu 90\u00a0%"],
        "fields": ["Chưa có phiếu của từ hai lĩnh vực trở lên."],
        "criteria": ["Đánh giá chung", "Không áp dụng", "chưa đối chiếu văn bản gốc", "244"],
        "trend": ["06/2025", "02/2026", "03/2026"],
        "method": [content.method.data_hash, "qr-short@1", "Wilson"],
    }
    for name, wanted in expected.items():
        page = said(browser.get(f"/results/{filled.id}/{name}"))
        for text in (*wanted, "Tỉnh Minh Họa", filled.title, "Số liệu giả định dùng để trình diễn."):
            assert text in page, (name, text)
        assert "None" not in page, name


@on_sqlite
def test_fields_are_compared_when_there_are_two(
    browser: Client, filled: Campaign, world: World, fill: Fill, make_counter: MakeCounter
) -> None:
    fill(filled, world.binh, 30, 12, counter=make_counter(world.binh, "Y tế", field=world.health))
    page = said(browser.get(f"/results/{filled.id}/fields"))
    for text in ("Đất đai", "Y tế", "71,4\u00a0%", "đạt tối thiểu 85\u00a0%", "Đạt", "Chưa đạt"):
        assert text in page, text


@on_sqlite
def test_pages_of_one_unit(browser: Client, filled: Campaign, world: World) -> None:
    for name in PAGES:
        page = said(browser.get(f"/results/{filled.id}/{name}?unit={world.an.id}"))
        assert "Xã An Cọ" in page
    page = said(browser.get(f"/results/{filled.id}/units?unit={world.binh.id}"))
    assert "Phạm vi này chỉ có một đơn vị" in page
    assert "66,7\u00a0%" in said(browser.get(f"/results/{filled.id}/overview?unit={world.binh.id}"))


@on_sqlite
def test_a_small_unit_shows_no_figure_on_any_face(browser: Client, filled: Campaign, world: World) -> None:
    unit = f"?unit={world.department.id}"
    for name in PAGES:
        page = said(browser.get(f"/results/{filled.id}/{name}{unit}"))
        assert "75,0" not in page, name
        assert not re.search(r"\b4 phiếu|\bn = 4\b", page), name
    page = said(browser.get(f"/results/{filled.id}/overview{unit}"))
    assert "Không công bố: dưới 5 phiếu, hoặc có thể làm lộ nhóm ít phiếu." in page
    assert "quá ít phiếu, không công bố" in page
    table = list(csv.reader(io.StringIO(browser.get(f"/results/{filled.id}/report.csv{unit}").text.lstrip("\ufeff"))))
    figures = {tuple(row[4:8]) for row in table[1:] if row[0] != "Kênh"}
    assert figures <= {("", "", "", ""), ("", "", "", "0")}
    book = load_workbook(io.BytesIO(browser.get(f"/results/{filled.id}/report.xlsx{unit}").data))
    numbers = {
        cell.value
        for sheet in book
        if sheet.title not in ("Mục tiêu", "Phương pháp")
        for row in sheet.iter_rows(min_row=4)
        for cell in row
        if isinstance(cell.value, int | float)
    }
    assert numbers <= {50}  # the dossiers are no secret
    for chart in ("trend", "criteria"):
        drawing = browser.get(f"/results/{filled.id}/chart/{chart}.svg{unit}")
        assert drawing.status_code == 200
        assert b"75,0" not in drawing.data


@on_sqlite
def test_a_small_unit_is_a_dash_among_the_others(browser: Client, campaign: Campaign, world: World, fill: Fill) -> None:
    fill(campaign, world.an, 50)
    fill(campaign, world.binh, 3, 1)
    page = said(browser.get(f"/results/{campaign.id}/units"))
    assert "không công bố, để giữ kín nhóm ít phiếu" in page
    assert "75,0" not in page


@on_sqlite
def test_before_the_first_batch_everything_is_there_and_empty(browser: Client, campaign: Campaign) -> None:
    for name in PAGES:
        assert "Tỉnh Minh Họa" in said(browser.get(f"/results/{campaign.id}/{name}"))
    assert "Chưa có phiếu nào được gộp vào số liệu." in said(browser.get(f"/results/{campaign.id}/trend"))
    for face in FACES:
        assert browser.get(f"/results/{campaign.id}/report.{face}").status_code == 200
    for chart in CHARTS:
        assert browser.get(f"/results/{campaign.id}/chart/{chart}.svg").status_code == 200


# --- one content, many faces


@on_sqlite
def test_the_same_numbers_on_the_page_and_in_the_tables(
    browser: Client, filled: Campaign, content: SatisfactionReport
) -> None:
    index, verdict = content.whole.score.index, content.whole.verdict
    assert index.value is not None
    assert index.interval is not None
    assert verdict is not None
    page = said(browser.get(f"/results/{filled.id}/overview"))
    assert f"{words.percent(index.value)} ({words.interval(index)}; n = 244)" in page
    assert words.more(verdict) in page
    book = load_workbook(io.BytesIO(browser.get(f"/results/{filled.id}/report.xlsx").data))
    row = [cell.value for cell in book["Tổng hợp"][4]]
    assert row[1:4] == [index.value, index.interval.lower, index.interval.upper]
    assert row[4:7] == [244, "Chưa đủ căn cứ", verdict.more_answers]
    table = csv.DictReader(io.StringIO(browser.get(f"/results/{filled.id}/report.csv").text.lstrip("\ufeff")))
    by_place = {(row["Nhóm"], row["Tên"], row["Nội dung"]): row for row in table}
    whole = by_place["Toàn bộ", "Tỉnh Minh Họa", "Chỉ số"]
    assert float(whole["Giá trị (dấu chấm thập phân)"]) == round(100 * index.value, 4)
    assert (whole["n"], whole["Kết luận"], whole["Phiếu cần thêm"]) == (
        "244",
        "Chưa đủ căn cứ",
        str(verdict.more_answers),
    )
    units = said(browser.get(f"/results/{filled.id}/units"))
    communes = next(c for c in content.comparisons if c.title == "Các xã, phường")
    for line in communes.rows:
        found = line.score.index
        value = found.value
        assert value is not None
        assert line.rank is not None
        place = f"hạng {words.places(line.rank)} trong {len(communes.rows)}"
        shown = f"{line.name}{place} {words.percent(value)} {words.interval(found)} n = {words.count(found)}"
        assert shown in units
        row = by_place["Các xã, phường", line.name, "Chỉ số"]
        assert float(row["Giá trị (dấu chấm thập phân)"]) == round(100 * value, 4)
        rates = {cells[1].value: cells[2].value for cells in book["Các xã, phường"].iter_rows(min_row=4)}
        assert rates[line.name] == value


def written(document: bytes, path: Path) -> str:
    """The text of a PDF, as poppler reads it."""
    path.write_bytes(document)
    return subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True).stdout


@pytest.mark.slow  # reads the document back with poppler
@on_sqlite
def test_the_same_numbers_in_the_document(
    browser: Client, filled: Campaign, content: SatisfactionReport, tmp_path: Path
) -> None:
    read = written(browser.get(f"/results/{filled.id}/report.pdf").data, tmp_path / "report.pdf")
    text = re.sub(r"\s+", " ", read)
    index = content.whole.score.index
    assert words.percent(index.value).replace("\u00a0", " ") in text
    assert words.interval(index) in text
    assert "n = 244" in text
    assert content.method.data_hash in re.sub(r"\s", "", read)
    communes = next(c for c in content.comparisons if c.title == "Các xã, phường")
    for line in communes.rows:
        assert line.name in text
        assert words.rate_cell(line.score.index.value) in text


@pytest.mark.slow  # reads the document back with poppler
@on_sqlite
def test_a_small_unit_shows_no_figure_in_its_document(
    browser: Client, filled: Campaign, world: World, tmp_path: Path
) -> None:
    address = f"/results/{filled.id}/report.pdf?unit={world.department.id}"
    text = re.sub(r"\s+", " ", written(browser.get(address).data, tmp_path / "report.pdf"))
    assert "Sở Tư pháp" in text
    assert "không công bố" in text
    assert "75,0" not in text
    assert not re.search(r"\bn = [1-9]", text)


@on_sqlite
def test_the_same_data_give_the_same_bytes(browser: Client, app: Flask, filled: Campaign) -> None:
    def taken() -> list[bytes]:
        return [browser.get(f"/results/{filled.id}/report.{face}").data for face in FACES]

    first = taken()
    app.extensions["results.cache"] = type(app.extensions["results.cache"])()
    assert taken() == first


def test_downloads_are_files_and_leave_a_note(
    browser: Client, database: Database, filled: Campaign, world: World, content: SatisfactionReport
) -> None:
    kinds = {
        "pdf": ("application/pdf", b"%PDF-"),
        "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK"),
        "csv": ("text/csv; charset=utf-8", b"\xef\xbb\xbf"),
    }
    for face, (kind, start) in kinds.items():
        response = browser.get(f"/results/{filled.id}/report.{face}")
        assert response.headers["Content-Type"] == kind
        assert response.data.startswith(start)
        name = f"bao-cao-hai-long-{filled.id}-{world.province.id}.{face}"
        assert response.headers["Content-Disposition"] == f"attachment; filename={name}"
    with database.reading() as session:
        events = session.execute(select(AuditEvent.subject, AuditEvent.detail).where(AuditEvent.action == "download"))
        notes = [(subject, json.loads(detail)) for subject, detail in events]
    assert [note["form"] for _, note in notes] == list(kinds)
    assert {subject for subject, _ in notes} == {f"campaign {filled.id} report"}
    assert {(note["unit"], note["data"]) for _, note in notes} == {(world.province.id, content.method.data_hash)}


# --- charts


@on_sqlite
def test_charts_are_images_that_load_and_run_nothing(browser: Client, filled: Campaign) -> None:
    for name in CHARTS:
        response = browser.get(f"/results/{filled.id}/chart/{name}.svg")
        assert response.status_code == 200
        assert response.headers["Content-Type"].startswith("image/svg+xml")
        policy = response.headers["Content-Security-Policy"]
        assert policy == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
        assert b"<script" not in response.data
        assert b"<svg" in response.data[:500]
        assert response.data == browser.get(f"/results/{filled.id}/chart/{name}.svg").data
    assert "Xã An Cọ" in html.unescape(browser.get(f"/results/{filled.id}/chart/1.svg").text)
    for name in ("2", "99", "nothing", "-1", "0x0"):
        assert browser.get(f"/results/{filled.id}/chart/{name}.svg").status_code == 404, name


# --- who


def test_who_may_see_what(
    client: Client, sign_in: SignIn, make_account: MakeAccount, filled: Campaign, world: World
) -> None:
    here = f"/results/{filled.id}"
    urls = [
        "/results",
        f"{here}/overview",
        f"{here}/report.csv",
        f"{here}/chart/trend.svg",
        f"/results/choose?campaign={filled.id}",
    ]
    for url in urls:
        assert client.get(url).headers["Location"].startswith("/sign-in"), url
    for role in (Role.ADMINISTRATOR, Role.SURVEYOR):
        person = sign_in(make_account(role, world.province))
        assert {person.get(url).status_code for url in urls} == {403}, role
    for role in (Role.APPRAISER, Role.LEADER, Role.ANALYST):
        person = sign_in(make_account(role, world.province))
        assert {person.get(url).status_code for url in urls} <= {200, 302}, role
    inspector = sign_in(make_account(Role.INSPECTOR, world.an))
    assert "94,4\u00a0%" in said(inspector.get(f"{here}/overview"))  # their own unit, without asking for it
    for part in ("overview", "report.pdf", "report.csv", "chart/trend.svg"):
        assert inspector.get(f"{here}/{part}?unit={world.binh.id}").status_code == 404, part
        assert inspector.get(f"{here}/{part}?unit={world.province.id}").status_code == 404, part


# --- what is kept


def test_a_page_follows_the_next_batch(browser: Client, campaign: Campaign, world: World, fill: Fill) -> None:
    fill(campaign, world.an, 10)
    assert "n = 10)" in said(browser.get(f"/results/{campaign.id}/overview"))
    fill(campaign, world.an, 10)
    assert "n = 20)" in said(browser.get(f"/results/{campaign.id}/overview"))


@on_sqlite
def test_a_page_follows_a_new_name(browser: Client, several: Campaign, world: World, database: Database) -> None:
    browser.get(f"/results/{several.id}/units")
    with database.transaction() as session:
        session.execute(update(Unit).where(Unit.id == world.binh.id).values(name="Phường Bình Đa"))
    assert "Phường Bình Đa" in said(browser.get(f"/results/{several.id}/units"))


@on_sqlite
def test_every_application_keeps_its_own_results(app: Flask, settings: Settings) -> None:
    other = create_app(settings)
    kept: Any = [one.extensions["results.cache"] for one in (app, other)]
    other.extensions["runtime"].database.close()
    assert kept[0] is not kept[1]
