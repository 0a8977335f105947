"""The pages of administrators: accounts and the audit log."""

import re

import pytest
from sqlalchemy import select

from survey_app.accounts.routes import PROBLEMS
from survey_app.db import Database
from survey_app.models import Account, Unit
from survey_app.policy import Role
from tests.conftest import Client, SignIn
from tests.databases import on_sqlite
from tests.factories.accounts import PASSWORD, MakeAccount
from tests.factories.units import MakeUnit
from tests.survey_app.accounts.browsing import NEW, Browser, actions, browser, enter

__all__ = ["browser"]


pytestmark = pytest.mark.usefixtures("quick_hashing")


# Managing accounts


@pytest.fixture
def administrator(make_account: MakeAccount, province: Unit, sign_in: SignIn) -> Client:
    return sign_in(make_account(Role.ADMINISTRATOR, province, username="quantri"))


def account_of(database: Database, username: str) -> tuple[object, ...]:
    with database.reading() as opened:
        query = select(Account.name, Account.role, Account.unit_id, Account.active, Account.must_change_password)
        return tuple(opened.execute(query.where(Account.username == username)).one())


@on_sqlite
def test_fields_that_were_not_asked_for_are_ignored(
    make_account: MakeAccount, province: Unit, make_unit: MakeUnit, client: Client, database: Database
) -> None:
    commune = make_unit(parent=province)
    make_account(Role.LEADER, commune, username="an", must_change=True)
    enter(client, "an", role="administrator", must_change_password="", account_id="1")
    more = {"role": "administrator", "unit_id": str(province.id), "active": "", "username": "quantri", "id": "1"}
    data = {"current": PASSWORD, "new": NEW, "again": NEW, **more}
    assert client.send("/accounts/password", data).location == "/home"
    assert account_of(database, "an") == ("Nguyễn Thị Leader", "leader", commune.id, True, False)


@on_sqlite
def test_fields_that_an_administrator_was_not_asked_for_are_ignored(
    administrator: Client, make_account: MakeAccount, province: Unit, database: Database
) -> None:
    account = make_account(Role.LEADER, province, username="an")
    more = {"password_hash": "x", "must_change_password": "y", "id": "99", "username": "khac"}
    data = {"name": "Tên Mới", "role": "leader", "unit_id": str(province.id), "active": "y", **more}
    assert administrator.send(f"/accounts/{account.id}", data).location == "/accounts"
    assert account_of(database, "an") == ("Tên Mới", "leader", province.id, True, False)


def test_a_new_account_is_active_and_the_list_shows_it(
    administrator: Client, province: Unit, database: Database
) -> None:
    assert "Tỉnh Minh Họa" in administrator.get("/accounts/new").text
    data = {"username": "an", "name": "Nguyễn <b>An</b>", "role": "inspector", "unit_id": str(province.id)}
    assert "an" not in actions(database)
    refused = administrator.send("/accounts/new", {**data, "username": "x"})
    assert "Từ 3 đến 64 ký tự." in refused.text
    administrator.send("/accounts/new", {**data, "username": "an.nguyen"})
    assert account_of(database, "an.nguyen") == ("Nguyễn <b>An</b>", "inspector", province.id, True, True)
    page = administrator.get("/accounts").text
    assert "Nguyễn &lt;b&gt;An&lt;/b&gt;" in page
    assert "Người tự chấm điểm của đơn vị" in page
    assert PROBLEMS["username_taken"] in administrator.send("/accounts/new", {**data, "username": "AN.nguyen"}).text


@on_sqlite
def test_an_account_is_shown_as_it_is(administrator: Client, make_account: MakeAccount, province: Unit) -> None:
    account = make_account(Role.APPRAISER, province, username="an", active=False)
    page = administrator.get(f"/accounts/{account.id}").text
    assert '<option selected value="appraiser">' in page
    assert f'<option selected value="{province.id}">' in page
    assert "checked" not in page


@on_sqlite
def test_deactivating_ends_the_sessions_of_that_person(
    administrator: Client, make_account: MakeAccount, province: Unit, client: Client, database: Database
) -> None:
    account = make_account(Role.LEADER, province, username="an")
    enter(client, "an")
    data = {"username": "an", "name": "Nguyễn An", "role": "leader", "unit_id": str(province.id)}
    administrator.send(f"/accounts/{account.id}", data)
    assert account_of(database, "an")[3] is False
    assert client.get("/results").status_code == 302
    assert enter(client, "an") == 401


@on_sqlite
def test_ones_own_role_cannot_be_changed(administrator: Client, province: Unit, database: Database) -> None:
    with database.reading() as opened:
        own = opened.scalar(select(Account.id))
    data = {"username": "quantri", "name": "Tên Mới", "unit_id": str(province.id)}
    for refused in ({"role": "leader", "active": "y"}, {"role": "administrator"}):
        page = administrator.send(f"/accounts/{own}", {**data, **refused})
        assert PROBLEMS["own_account"] in page.text
    assert account_of(database, "quantri")[1:4] == ("administrator", province.id, True)
    assert actions(database) == []
    taken = administrator.send(f"/accounts/{own}", {**data, "role": "administrator", "active": "y"})
    assert taken.location == "/accounts"
    assert account_of(database, "quantri")[0] == "Tên Mới"


def test_a_password_that_is_issued_anew_is_shown_once(
    administrator: Client, make_account: MakeAccount, province: Unit, client: Client, database: Database
) -> None:
    account = make_account(Role.LEADER, province, username="an")
    enter(client, "an")
    page = administrator.send(f"/accounts/{account.id}/password").text
    found = re.search(r'class="code">([^<]+)<', page)
    assert found is not None
    assert client.get("/results").status_code == 302
    assert enter(client, "an") == 401
    assert enter(client, "an", found[1]) == 302
    assert found[1] not in administrator.get("/accounts/audit").text
    assert actions(database) == ["sign_in", "password_reset", "sign_in_failed", "sign_in"]


# The audit log


def test_the_log_shows_who_did_what_and_escapes_it(
    administrator: Client, browser: Browser, province: Unit, database: Database
) -> None:
    browser().send("/sign-in", {"username": "<script>alert(1)</script>", "password": "x"})
    administrator.send(
        "/accounts/new", {"username": "an.nguyen", "name": "A", "role": "leader", "unit_id": str(province.id)}
    )
    page = administrator.get("/accounts/audit").text
    assert "Đăng nhập sai" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert "Thêm tài khoản" in page
    assert "16/03/2026 09:30" in page
    assert "network: 127.0.0.1/32" in page


@on_sqlite
def test_the_log_is_turned_page_by_page(
    administrator: Client, make_account: MakeAccount, province: Unit, sign_in: SignIn
) -> None:
    other = sign_in(make_account(Role.LEADER, province))
    for _ in range(51):
        other.get("/accounts")
    first = administrator.get("/accounts/audit").text
    assert "Trang 1/2" in first
    assert "/accounts/audit?page=2" in first
    second = administrator.get("/accounts/audit?page=2").text
    assert "Trang 2/2" in second
    assert "/accounts/audit?page=1" in second
    for odd in ("0", "-1", "x", "", "99999999999999999999", "1.5"):
        assert administrator.get(f"/accounts/audit?page={odd}").status_code == 200, odd


@on_sqlite
def test_a_log_without_events_says_so(administrator: Client) -> None:
    assert "Chưa có sự kiện nào." in administrator.get("/accounts/audit").text
