"""A round from an opened set to a published ranking, in a real browser, each step by the role that takes it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from survey_app.db import Database
from survey_app.models import Letterhead, Unit
from survey_app.policy import Actor, Role
from tests.browser.stages import Stage, press, score, staged
from tests.conftest import SignIn
from tests.databases import on_sqlite
from tests.factories.accounts import MakeActor
from tests.factories.units import MakeUnit
from tests.survey_app.assessment.conftest import DATES, YEAR, body, definition

pytestmark = on_sqlite
TITLE = f"Chỉ số CCHC năm {YEAR}"
PEOPLE = {"analyst": Role.ANALYST, "appraiser": Role.APPRAISER, "inspector": Role.INSPECTOR, "leader": Role.LEADER}


@pytest.fixture
def actors(make_actor: MakeActor, province: Unit, make_unit: MakeUnit, letterhead: Letterhead) -> dict[str, Actor]:
    commune = make_unit("Xã An Cọ", parent=province)
    of_unit = ("inspector", "leader")
    return {name: make_actor(role, commune if name in of_unit else province) for name, role in PEOPLE.items()}


@pytest.fixture
def stage(
    app: Flask, chromium: Browser, database: Database, sign_in: SignIn, actors: dict[str, Actor]
) -> Iterator[Stage]:
    with staged(app, chromium, database, sign_in, actors) as opened:
        yield opened


def opened_round(stage: Stage, folder: Path) -> None:
    """Home Affairs takes a set from a file, makes a round of it, and opens it."""
    file = folder / "commune.yaml"
    file.write_text(body(definition("commune")), "utf-8")
    page = stage.at("analyst", "sets/import")
    page.set_input_files("input[name=file]", str(file))
    press(page, page.get_by_role("button", name="Nhập", exact=True))
    expect(page.locator("main")).to_contain_text("hưa đối chiếu văn bản gốc")
    page = stage.at("analyst", "rounds/new")
    page.fill("#title", TITLE)
    page.fill("#year", str(YEAR))
    for name, day in DATES.items():
        page.fill(f"#{name}", day.isoformat())
    page.select_option("#set_commune", index=1)
    press(page, page.get_by_role("button", name="Lưu"))
    page.get_by_text("Mở kỳ đánh giá").click()
    press(page, page.get_by_role("button", name=f"Mở kỳ “{TITLE}”"))
    expect(page.locator("main")).to_contain_text("1 đơn vị")
    person = stage.at("analyst", "rounds/1/staff")
    for index in (1, 2, 3):
        if index > 1:
            person.locator("summary", has_text="Thêm thành viên").click()
        person.select_option("#member_id", index=index)
        press(person, person.get_by_role("button", name="Thêm thành viên"))


def self_scored(stage: Stage) -> None:
    """The unit scores itself, sends, takes back, sends again; the leader returns it once, then approves."""
    page = stage.at("inspector", "units/1")
    assert page.get_by_role("button", name="Gửi lãnh đạo").count() <= 1
    page = stage.at("inspector", "units/1/fields/1")
    score(page, "1.1", e_a="9", e_b="10", reason="Báo cáo 12/BC-UBND")
    score(page, "1.2", e_answer="yes", reason="Quyết định 5/QĐ-UBND")
    score(page, "1.3", claimed="1", reason="Đã thực hiện")
    score(stage.at("inspector", "units/1/fields/T"), "T.1", claimed="0", reason="Không có sáng kiến")
    page = stage.at("inspector", "units/1")
    press(page, page.locator("form[action$='/send'] button"))
    page = stage.at("leader", "units/1")
    page.get_by_text("Trả lại để sửa").click()
    page.fill("#reason", "Bổ sung số liệu")
    press(page, page.get_by_role("button", name="Trả lại"))
    page = stage.at("inspector", "units/1")
    press(page, page.locator("form[action$='/send'] button"))
    page = stage.at("leader", "units/1")
    press(page, page.locator("form[action$='/approve'] button"))
    page = stage.at("inspector", "units/1")
    press(page, page.locator("form[action$='/withdraw'] button"))
    page = stage.at("inspector", "units/1")
    press(page, page.locator("form[action$='/send'] button"))
    page = stage.at("leader", "units/1")
    press(page, page.locator("form[action$='/approve'] button"))


def appraised(stage: Stage) -> None:
    """An appraiser gives fewer points, asks, hears the unit, appraises anew and finishes."""
    page = stage.at("appraiser", "units/1/appraisal/1")
    for leaf in ("1.2", "1.3"):
        press(page, page.locator(f'[id="r{leaf}"]').get_by_role("button", name="Công nhận điểm tự chấm"))
    first = page.locator('[id="r1.1"]')
    first.locator('[name="points"]').fill("2")
    first.locator('[name="reason"]').fill("Thiếu phụ lục")
    press(page, first.get_by_role("button", name="Lưu"))
    first = page.locator('[id="r1.1"]')
    first.get_by_text("Yêu cầu giải trình").first.click()
    first.locator('[name="question"]').fill("Đề nghị gửi phụ lục")
    press(page, first.get_by_role("button", name="Gửi yêu cầu"))
    page = stage.at("appraiser", "units/1/appraisal/T")
    press(page, page.locator('[id="rT.1"]').get_by_role("button", name="Công nhận điểm tự chấm"))
    page = stage.at("inspector", "units/1")
    page.locator("textarea[name=answer]").fill("Phụ lục kèm theo báo cáo 12")
    press(page, page.get_by_role("button", name="Lưu câu trả lời"))
    press(page, page.locator("form[action$='/explain'] button"))
    page = stage.at("appraiser", "units/1/appraisal/1")
    again = page.locator('[id="r1.1"]')
    again.locator('[name="points"]').fill("2,5")
    again.locator('[name="reason"]').fill("Chấp nhận một phần")
    press(page, again.get_by_role("button", name="Lưu"))
    press(page, page.get_by_role("button", name="Hoàn thành thẩm định"))


def settled(stage: Stage) -> None:
    """The survey leaf is fed, the council meets and decides, Home Affairs locks and publishes."""
    page = stage.at("analyst", "units/1/feeds/2.1")
    page.locator('[name="e.percent"]').fill("85,5")
    page.fill("#error", "1,5")
    page.fill("#source", "Báo cáo SIPAS (giả định)")
    press(page, page.get_by_role("button", name="Lưu số liệu"))
    page = stage.at("analyst", "rounds/1/council/meetings/new")
    page.fill("#held_on", "2026-03-16")
    for seat in (0, 1):
        page.locator("[name=attended]").nth(seat).check()
    page.fill("#minute", "Hội đồng thống nhất.")
    press(page, page.get_by_role("button", name="Ghi cuộc họp"))
    page = stage.at("analyst", "rounds/1/council")
    press(page, page.get_by_role("link", name="Xã An Cọ"))
    row = page.locator('[id="r1.1"]')
    row.locator('[name="points"]').fill("2,25")
    row.locator('[name="reason"]').fill("Hội đồng quyết định")
    press(page, row.get_by_role("button", name="Lưu điểm của Hội đồng"))
    press(page, page.get_by_role("button", name="Chốt điểm của đơn vị"))
    page = stage.at("analyst", "rounds/1")
    page.get_by_text("Công bố kết quả").first.click()
    press(page, page.get_by_role("button", name="Công bố kết quả của 1 đơn vị"))


def test_a_round_from_an_opened_set_to_a_published_ranking(
    stage: Stage, actors: dict[str, Actor], tmp_path: Path
) -> None:
    opened_round(stage, tmp_path)
    self_scored(stage)
    appraised(stage)
    settled(stage)
    unit = actors["inspector"].unit_id
    page = stage.at("inspector", "rounds/1/results")
    expect(page.locator("main")).to_contain_text("Xã An Cọ")
    page = stage.at("inspector", f"rounds/1/results/units/{unit}")
    # 2.25 + 2 + 1 + 0.855 × 4 = 8.67 of 10
    expect(page.locator("main")).to_contain_text("86,7")
    with page.expect_download() as download:
        page.locator("a[href$='.pdf']").first.click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    stage.at("inspector", f"rounds/1/units/{unit}/remedies")
    assert stage.complaints == []
