"""The script of the scoring pages: what is typed is saved, survives a lost connection, and two people at once."""

import datetime
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from survey_app.assessment import rounds
from survey_app.assessment.criteria_sets import sets
from survey_app.assessment.marking import Entry, save
from survey_app.db import Database
from survey_app.models import Account, Assessment, Mark, Unit
from survey_app.policy import Actor, Role
from tests.browser.conftest import LAPTOP, PHONE, open_context
from tests.browser.test_accessibility import violations
from tests.conftest import Clock, SignIn
from tests.databases import on_sqlite
from tests.factories.accounts import MakeActor
from tests.factories.units import MakeUnit

pytestmark = on_sqlite
LEAF = "1.1.2"  # of the shipped set of communes: a ratio, at most 1.5 points
SAVED, LOST = "Đã lưu lúc", "Chưa lưu được, sẽ thử lại"


@dataclass(frozen=True, slots=True)
class Work:
    """A unit's assessment and who scores it."""

    assessment_id: int
    officer: Actor


@pytest.fixture
def work(database: Database, province: Unit, make_unit: MakeUnit, make_actor: MakeActor, clock: Clock) -> Work:
    commune = make_unit("Xã An Cọ", parent=province)
    analyst, officer = make_actor(Role.ANALYST, province), make_actor(Role.INSPECTOR, commune)
    days = dict.fromkeys(rounds.DATES, datetime.date(2026, 12, 31))
    with database.transaction() as session:
        set_id = sets.adopt(session, analyst, "commune-2026@1", clock())
        draft = rounds.RoundDraft(title="Chỉ số CCHC năm 2026", year=2026, dates=days, sets={"commune": set_id})
        rounds.open_round(session, analyst, rounds.create(session, analyst, draft, clock()), clock())
        return Work(session.scalars(select(Assessment.id)).one(), officer)


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The application on a real port."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def open_page(
    chromium: Browser, address: str, work: Work, database: Database, sign_in: SignIn, **options: object
) -> Page:
    """The first field of the unit, in a browser in which its officer is signed in."""
    with database.reading() as session:
        account = session.get_one(Account, work.officer.account_id)
        session.expunge(account)
    cookie = sign_in(account).get_cookie("session")
    assert cookie
    context, watched = open_context(chromium, **{"viewport": LAPTOP, **options})
    context.add_cookies([{"name": "session", "value": cookie.value, "url": address}])
    watched.page.goto(f"{address}/assessment/units/{work.assessment_id}/fields/1?leaf={LEAF}")
    return watched.page


@pytest.fixture
def page(chromium: Browser, address: str, work: Work, database: Database, sign_in: SignIn) -> Iterator[Page]:
    found = open_page(chromium, address, work, database, sign_in)
    yield found
    found.context.close()


def mark(database: Database, work: Work) -> tuple[str | None, int] | None:
    with database.reading() as session:
        found = session.get(Mark, (work.assessment_id, LEAF, "self"))
        return None if found is None else (found.points, found.edition)


def out(page: Page, part: str) -> str:
    return f'[id="l-{LEAF}"] [data-out="{part}"] >> nth=0'


def fill(page: Page, part: str, value: str) -> None:
    page.locator(f'[id="i-{LEAF}-{part}"]').fill(value)


def kept(page: Page) -> int:
    """How much of what was typed is kept on this machine."""
    return int(page.evaluate("localStorage.length"))


def test_points_appear_while_typing_and_are_saved_on_leaving(page: Page, database: Database, work: Work) -> None:
    fill(page, "a", "18")
    expect(page.locator(out(page, "fault"))).to_have_text("Tổng số nhiệm vụ trong kế hoạch: chưa nhập.")
    assert kept(page) == 1
    fill(page, "b", "20")
    expect(page.locator(out(page, "points"))).to_have_text("1,35")
    expect(page.locator(out(page, "said"))).to_contain_text("18/20 = 90")
    page.locator("h1").click()
    expect(page.locator(out(page, "state"))).to_contain_text(SAVED)
    expect(page.locator(out(page, "lacks"))).to_have_text("Chưa có tài liệu kiểm chứng hoặc giải trình")
    assert kept(page) == 0
    saved = mark(database, work)
    assert saved
    assert saved[0] == "1.35"
    page.reload()
    assert page.locator(f'[id="i-{LEAF}-b"]').input_value() == "20"


def test_a_lost_connection_loses_nothing(page: Page, database: Database, work: Work) -> None:
    page.context.set_offline(True)
    fill(page, "a", "18")
    fill(page, "b", "20")
    page.locator("h1").click()
    expect(page.locator(out(page, "state"))).to_contain_text(LOST)
    assert mark(database, work) is None
    assert kept(page) == 1
    page.context.set_offline(False)  # the browser says that it is online again
    expect(page.locator(out(page, "state"))).to_contain_text(SAVED)
    assert mark(database, work) == ("1.35", 1)
    assert kept(page) == 0


def test_a_page_that_was_closed_offline_saves_when_it_is_opened_again(
    page: Page, database: Database, work: Work
) -> None:
    page.context.set_offline(True)
    fill(page, "a", "18")
    fill(page, "b", "20")
    address = page.url
    page.goto("about:blank")
    page.context.set_offline(False)
    page.goto(address)
    expect(page.locator(out(page, "state"))).to_contain_text(SAVED)
    assert mark(database, work) == ("1.35", 1)


def test_the_second_of_two_people_sees_both_and_chooses(
    page: Page, database: Database, work: Work, clock: Clock
) -> None:
    with database.transaction() as session:
        entry = Entry(inputs={"a": "10", "b": "20"}, reason="Của người thứ nhất")
        save(session, work.officer, work.assessment_id, LEAF, entry, clock())
    fill(page, "a", "18")
    fill(page, "b", "20")
    page.locator("h1").click()
    box = page.locator(f'[id="l-{LEAF}"] .conflict')
    expect(box).to_contain_text("vừa sửa tiêu chí này")
    expect(box).to_contain_text("Của người thứ nhất")
    assert page.locator(f'[id="i-{LEAF}-a"]').input_value() == "18"
    assert violations(page) == []
    assert mark(database, work) == ("0", 1)
    page.get_by_role("button", name="Lưu bản của tôi").click()
    expect(page.locator(out(page, "state"))).to_contain_text(SAVED)
    assert mark(database, work) == ("1.35", 2)


def test_the_second_takes_the_stored_version(page: Page, database: Database, work: Work, clock: Clock) -> None:
    with database.transaction() as session:
        save(session, work.officer, work.assessment_id, LEAF, Entry(inputs={"a": "10", "b": "20"}), clock())
    fill(page, "a", "18")
    page.locator("h1").click()
    page.get_by_role("link", name="Dùng bản đang lưu").click()
    expect(page.locator(f'[id="i-{LEAF}-a"]')).to_have_value("10")
    assert kept(page) == 0
    assert mark(database, work) == ("0", 1)


def test_a_session_that_ended_keeps_what_was_typed(page: Page) -> None:
    page.context.clear_cookies()
    fill(page, "a", "18")
    page.locator("h1").click()
    expect(page.locator(out(page, "state"))).to_contain_text("Phiên làm việc đã hết")
    assert kept(page) == 1


def test_a_refused_claim_is_told_beside_its_field(page: Page) -> None:
    article = page.locator(f'[id="l-{LEAF}"]')
    article.locator("details summary").last.click()
    fill(page, "claimed", "9")
    page.locator("h1").click()
    expect(article.locator("[data-problems]")).to_contain_text("trong khoảng từ 0 đến điểm tối đa")
    assert kept(page) == 1


@pytest.mark.parametrize(("viewport", "scheme"), [(LAPTOP, "light"), (PHONE, "dark")])
def test_the_page_is_accessible_and_fits(
    chromium: Browser,
    address: str,
    work: Work,
    database: Database,
    sign_in: SignIn,
    viewport: dict[str, int],
    scheme: str,
) -> None:
    page = open_page(chromium, address, work, database, sign_in, viewport=viewport, color_scheme=scheme)
    unit = f"{address}/assessment/units/{work.assessment_id}"
    for url in (page.url, unit, f"{unit}/evidence", f"{unit}/evidence/new"):
        page.goto(url)
        assert violations(page) == [], url
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), url
    page.context.close()
