"""What templates may call, and what it says."""

import base64
import datetime
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask, render_template_string
from sqlalchemy import update
from wtforms import Form, StringField

from survey_app import pages, web
from survey_app.db import Database
from survey_app.models import Letterhead, Unit
from survey_app.policy import Role
from tests.conftest import Client, SignIn
from tests.databases import on_sqlite
from tests.factories.accounts import MakeAccount

MENUS = {
    Role.ADMINISTRATOR: ["Đơn vị", "Quầy và mã QR", "Tài khoản", "Nhật ký"],
    Role.ANALYST: ["Kết quả", "Đợt khảo sát", "Chỉ số CCHC", "Đơn vị", "Quầy và mã QR"],
    Role.APPRAISER: ["Kết quả", "Chỉ số CCHC"],
    Role.INSPECTOR: ["Kết quả", "Chỉ số CCHC", "Quầy và mã QR"],
    Role.SURVEYOR: ["Nhập phiếu"],
    Role.LEADER: ["Kết quả", "Chỉ số CCHC"],
}


# Styles and files


@on_sqlite
def test_the_policy_allows_exactly_the_style_of_the_citizens_pages(app: Flask, client: Client) -> None:
    page = client.get("/privacy")
    style = page.text.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert style
    assert f"'sha256-{digest}'" in page.headers["Content-Security-Policy"]
    assert page.text.count("<style") == 1


def test_a_file_changes_its_address_with_its_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "STATIC", tmp_path)
    addresses = []
    for content in ("one", "two", "one"):
        (tmp_path / "new.css").write_text(content)
        pages.asset.cache_clear()
        addresses.append(pages.asset("new.css"))
    pages.asset.cache_clear()
    assert addresses[0] == addresses[2] != addresses[1]
    assert all(address.startswith("/static/new.css?v=") for address in addresses)


# The menu


@on_sqlite
@pytest.mark.parametrize("role", list(Role))
def test_the_menu_shows_where_a_role_works(
    role: Role, make_account: MakeAccount, province: Unit, sign_in: SignIn
) -> None:
    page = sign_in(make_account(role, province)).get("/home", follow_redirects=True)
    assert page.status_code == 200
    shown = page.text.partition('<nav class="menu"')[2].partition("</nav>")[0]
    names = [part.partition("</a>")[0].rpartition(">")[2] for part in shown.split("<li>")[1:]]
    assert names == MENUS[role]
    assert shown.count('aria-current="page"') <= 1


@on_sqlite
def test_the_open_place_is_marked_in_the_menu(make_account: MakeAccount, province: Unit, sign_in: SignIn) -> None:
    browser = sign_in(make_account(Role.ADMINISTRATOR, province))
    assert '<a href="/accounts/audit" aria-current="page">Nhật ký</a>' in browser.get("/accounts/audit").text
    assert '<a href="/accounts" aria-current="page">Tài khoản</a>' in browser.get("/accounts").text
    analyst = sign_in(make_account(Role.ANALYST, province, username="phan.tich"))
    assert '<a href="/assessment/rounds" aria-current="page">Chỉ số CCHC</a>' in analyst.get("/assessment/sets").text


@on_sqlite
def test_who_must_change_the_password_sees_no_menu(make_account: MakeAccount, province: Unit, sign_in: SignIn) -> None:
    page = sign_in(make_account(Role.ANALYST, province, must_change=True)).get("/accounts/password")
    assert page.status_code == 200
    assert 'class="menu"' not in page.text


@on_sqlite
def test_every_place_of_the_menu_exists(app: Flask) -> None:
    assert {endpoint for endpoint, _, _ in pages.MENU} <= set(app.view_functions)


# Fields


def test_a_field_is_tied_to_its_hint_and_its_error() -> None:
    class Example(Form):
        name = StringField("Tên")

    field = Example().name
    assert pages.field_aria(field, None) == {}
    assert pages.field_aria(field, "gợi ý") == {"aria_describedby": "name-hint"}
    field.errors = ["sai"]
    assert pages.field_aria(field, None) == {"aria_describedby": "name-error", "aria_invalid": "true"}
    assert pages.field_aria(field, "gợi ý")["aria_describedby"] == "name-hint name-error"


@pytest.mark.parametrize(("value", "low", "place"), [(1, 0.5, "100.00"), (0.75, 0.5, "50.00"), (0.2, 0.5, "0.00")])
def test_a_rate_stands_on_its_scale(value: float, low: float, place: str) -> None:
    assert pages.scale_x(value, low) == place


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (datetime.datetime(2026, 3, 16, 2, 30, 59, tzinfo=datetime.UTC), "16/03/2026 09:30"),
        (datetime.datetime(2025, 12, 31, 17, 0, tzinfo=datetime.UTC), "01/01/2026 00:00"),
    ],
)
def test_times_are_shown_in_the_zone_of_the_province(moment: datetime.datetime, shown: str) -> None:
    assert pages.local_time(moment) == shown


@on_sqlite
def test_templates_can_call_what_they_need(app: Flask) -> None:
    with app.test_request_context("/?lang=en"):
        shown = render_template_string(
            "{{ audit_name('sign_in') }}|{{ audit_name('new_thing') }}|{{ receipt_text('ABCDEF') }}|"
            "{{ lang_arg() }}|{{ actor }}|{{ language }}|{{ '<b>' }}"
        )
    assert shown == "Đăng nhập|new_thing|ABC DEF|None|None|vi|&lt;b&gt;"


# Facts about the installation


@pytest.fixture
def minute(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """minute(3): the monotonic clock stands in its third minute."""
    at = [0.0]
    monkeypatch.setattr("survey_app.pages.time.monotonic", lambda: at[0])

    def move(number: float) -> None:
        at[0] = number * 60

    return move


def test_an_installation_without_a_letterhead_has_no_name(app: Flask) -> None:
    with app.test_request_context("/"):
        assert pages.installation() == pages.Installation("", False)


@on_sqlite
def test_the_letterhead_is_read_again_after_a_minute(
    app: Flask, database: Database, letterhead: Letterhead, minute: Callable[[float], None]
) -> None:
    with app.test_request_context("/"):
        minute(1)
        assert pages.installation() == pages.Installation("SỞ NỘI VỤ", True)
        with database.transaction() as session:
            session.execute(update(Letterhead).values(fictional=False, issuer="SỞ MỚI"))
        minute(1.9)
        assert pages.installation() == pages.Installation("SỞ NỘI VỤ", True)
        minute(2)
        assert pages.installation() == pages.Installation("SỞ MỚI", False)


@on_sqlite
def test_two_requests_at_the_turn_of_a_minute_do_not_disturb_each_other(
    app: Flask, letterhead: Letterhead, minute: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    real, seen = web.reading, []

    def slow() -> object:
        """While one request reads, the minute turns and another request comes through."""
        if not seen:
            seen.append("first")
            minute(2)
            seen.append(pages.installation().issuer)
        return real()

    monkeypatch.setattr(web, "reading", slow)
    with app.test_request_context("/"):
        minute(1)
        assert pages.installation().issuer == "SỞ NỘI VỤ"
    assert seen == ["first", "SỞ NỘI VỤ"]


@on_sqlite
def test_made_up_figures_are_called_so_on_every_staff_page(client: Client, letterhead: Letterhead) -> None:
    assert "Số liệu giả định dùng để trình diễn." in client.get("/sign-in").text


@on_sqlite
def test_real_figures_are_not(client: Client) -> None:
    assert "giả định" not in client.get("/sign-in").text
