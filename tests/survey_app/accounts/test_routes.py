"""Sign-in, own password, accounts and the audit log, as a browser meets them."""

import re

import pytest
from flask import Flask, session
from itsdangerous.timed import TimestampSigner
from sqlalchemy import select, update

from survey_app import web
from survey_app.accounts import routes
from survey_app.accounts.routes import PROBLEMS
from survey_app.db import Database
from survey_app.models import Account, LoginSession, Unit
from survey_app.policy import Role
from tests.conftest import Client, Clock, SignIn
from tests.databases import on_sqlite
from tests.factories.accounts import PASSWORD, MakeAccount
from tests.survey_app.accounts.browsing import NEW, Browser, actions, browser, enter

__all__ = ["browser"]


pytestmark = pytest.mark.usefixtures("quick_hashing")


def kept(client: Client) -> dict[str, object]:
    with client.session_transaction() as cookie:
        return dict(cookie)


# Signing in


@on_sqlite
def test_signing_in_leads_to_where_the_role_works(
    make_account: MakeAccount, province: Unit, browser: Browser, database: Database
) -> None:
    for role, place in (
        (Role.ADMINISTRATOR, "/accounts"),
        (Role.SURVEYOR, "/respond/entry"),
        (Role.ANALYST, "/results"),
        (Role.LEADER, "/results"),
    ):
        client = browser()
        account = make_account(role, province)
        response = client.send("/sign-in", {"username": account.username, "password": PASSWORD})
        assert (response.status_code, response.location) == (302, "/home")
        assert client.get("/home").location == place
    assert actions(database) == ["sign_in"] * 4


@on_sqlite
def test_whatever_is_wrong_the_page_is_the_same(make_account: MakeAccount, province: Unit, browser: Browser) -> None:
    make_account(Role.ANALYST, province, username="an")
    make_account(Role.ANALYST, province, username="cu", active=False)
    pages = []
    for username, password in (("an", "sai"), ("ai-do", PASSWORD), ("cu", PASSWORD)):
        response = browser().send("/sign-in", {"username": username, "password": password})
        assert response.status_code == 401
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', response.text)
        assert token is not None
        pages.append(response.text.replace(token[1], "").replace(f'value="{username}"', ""))
    assert pages[0] == pages[1] == pages[2]
    assert "Tên đăng nhập hoặc mật khẩu không đúng." in pages[0]


def test_the_sixth_attempt_is_refused_and_another_network_still_gets_in(
    make_account: MakeAccount, province: Unit, browser: Browser, database: Database, clock: Clock
) -> None:
    make_account(Role.ANALYST, province, username="an")
    data = {"username": "an", "password": PASSWORD}
    near, far = {"REMOTE_ADDR": "10.1.2.3"}, {"REMOTE_ADDR": "10.1.2.4"}
    wrong = [browser().send("/sign-in", {**data, "password": "sai"}, environ_base=near).status_code for _ in range(5)]
    blocked = browser().send("/sign-in", data, environ_base=near)
    assert (wrong, blocked.status_code) == ([401] * 5, 429)
    assert "Xin đợi 15 phút" in blocked.text
    assert browser().send("/sign-in", data, environ_base=far).status_code == 302
    clock.move(minutes=15)
    assert browser().send("/sign-in", data, environ_base=near).status_code == 302
    assert actions(database) == [*["sign_in_failed"] * 5, "sign_in_blocked", "sign_in", "sign_in"]


@on_sqlite
@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("10.1.2.3", "10.1.2.3/32"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:10.1.2.3", "10.1.2.3/32"),  # an IPv4 host on a socket for both
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        ("unix:", "unknown"),
    ],
)
def test_attempts_are_counted_by_host_or_by_the_network_of_one(app: Flask, address: str, network: str) -> None:
    with app.test_request_context("/", environ_base={"REMOTE_ADDR": address}):
        assert routes.network() == network


@on_sqlite
def test_a_form_without_content_is_no_attempt(client: Client, database: Database) -> None:
    assert enter(client, "", "") == 401
    assert enter(client, "x" * 65, "x") == 401
    assert enter(client, "x", "x" * 129) == 401
    assert actions(database) == []


@on_sqlite
def test_signing_in_begins_a_new_session_and_forgets_the_old_cookie(
    make_account: MakeAccount, province: Unit, client: Client, database: Database
) -> None:
    account = make_account(Role.ANALYST, province, username="an")
    with client.session_transaction() as cookie:  # planted before
        cookie["login"], cookie["planted"], cookie["csrf_token"] = "known-to-the-thief", "x", "0" * 40
    assert enter(client, "an") == 302
    first = kept(client)
    assert set(first) == {"_permanent", web.LOGIN}
    assert first[web.LOGIN] != "known-to-the-thief"
    assert enter(client, "an") == 302
    assert kept(client)[web.LOGIN] != first[web.LOGIN]
    with database.reading() as opened:
        assert set(opened.scalars(select(LoginSession.account_id))) == {account.id}


@on_sqlite
def test_what_is_in_the_cookie_cannot_be_made_up(app: Flask, client: Client, browser: Browser) -> None:
    other = Flask("other")
    other.secret_key = "another-key-0123456789-abcdefghijklmnop"
    signed = other.session_interface.get_signing_serializer(other)  # type: ignore[attr-defined]
    client.set_cookie("session", signed.dumps({"login": "x", "_permanent": True}))
    assert client.get("/home").location == "/sign-in?next=/home"


LEADS_AWAY = (
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "https://evil.example/",
    "http:///evil.example",
    "javascript:alert(1)",
    "%2f%2fevil.example",
    "/%2fevil.example",
    "/%5cevil.example",
    "/\t/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/\r\nLocation: https://evil.example",
    "/home\r\nLocation: https://evil.example",
    "\u2215\u2215evil.example",
    "\uff0f\uff0fevil.example",
    "/\uff0fevil.example",
    "//localhost@evil.example",
    "http://localhost/home",
    "evil.example",
    "?next=//evil.example",
    "@evil.example",
    "/nowhere",
    "/sign-out",
    "/accounts//new",
    "/../evil",
    "",
)


@on_sqlite
@pytest.mark.parametrize("target", LEADS_AWAY)
def test_signing_in_never_leads_away(app: Flask, target: str) -> None:
    with app.test_request_context("/sign-in"):
        assert routes.own_page(target) == "/home"


@on_sqlite
@pytest.mark.parametrize("target", ["/home", "/accounts?page=2", "/results/1/units?unit=3&sort=-rate", "/r/KPX7M2"])
def test_signing_in_leads_back_to_a_page_of_ours(app: Flask, target: str) -> None:
    with app.test_request_context("/sign-in"):
        assert routes.own_page(target) == target


@on_sqlite
def test_the_way_back_stays_on_this_host_whatever_it_says(
    make_account: MakeAccount, province: Unit, browser: Browser
) -> None:
    make_account(Role.ADMINISTRATOR, province, username="an")
    for target in (*LEADS_AWAY, "/accounts?x=\r\nSet-Cookie: a=b", "/r/\r\nSet-Cookie: a=b", "/r/@evil.example"):
        data = {"username": "an", "password": PASSWORD}
        response = browser().send("/sign-in", data, query_string={"next": target})
        assert response.status_code == 302, target
        assert re.fullmatch(r"/(home|accounts|r/)[!-~]*", response.headers["Location"]), target
        assert "a=b" not in str(response.headers.getlist("Set-Cookie"))


@on_sqlite
def test_a_page_that_was_asked_for_is_opened_after_signing_in(
    make_account: MakeAccount, province: Unit, client: Client
) -> None:
    make_account(Role.ADMINISTRATOR, province, username="an")
    asked = client.get("/accounts/audit?page=1").location
    assert client.send(asked, {"username": "an", "password": PASSWORD}).location == "/accounts/audit?page=1"


# The end of a session


def later(monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    """The clock of cookies goes ahead."""
    real = TimestampSigner.get_timestamp
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: real(self) + seconds)


@on_sqlite
@pytest.mark.parametrize(("seconds", "status"), [(14 * 60, 200), (16 * 60, 302)])
def test_a_session_ends_after_a_quarter_of_an_hour_without_a_request(
    make_account: MakeAccount,
    province: Unit,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    seconds: int,
    status: int,
) -> None:
    make_account(Role.ADMINISTRATOR, province, username="an")
    enter(client, "an")
    later(monkeypatch, seconds)
    assert client.get("/accounts").status_code == status


@on_sqlite
def test_each_request_keeps_a_session_awake_but_not_beyond_eight_hours(
    make_account: MakeAccount, province: Unit, client: Client, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    make_account(Role.ADMINISTRATOR, province, username="an")
    enter(client, "an")
    for _ in range(3):
        later(monkeypatch, 14 * 60)
        assert client.get("/accounts").status_code == 200
    clock.move(hours=7, minutes=59)
    assert client.get("/accounts").status_code == 200
    clock.move(minutes=1)
    assert client.get("/accounts").location == "/sign-in?next=/accounts"


@on_sqlite
def test_signing_out_ends_the_session_even_for_who_copied_the_cookie(
    make_account: MakeAccount, province: Unit, client: Client, browser: Browser, database: Database
) -> None:
    make_account(Role.ADMINISTRATOR, province, username="an")
    enter(client, "an")
    copied, thief = client.get_cookie("session"), browser()
    assert copied is not None
    thief.set_cookie("session", copied.value)
    assert thief.get("/accounts").status_code == 200
    assert client.send("/sign-out").location == "/sign-in"
    assert web.LOGIN not in kept(client)
    assert thief.get("/accounts").status_code == 302
    assert client.get("/accounts").status_code == 302
    assert actions(database) == ["sign_in", "sign_out"]


@on_sqlite
def test_changing_the_password_ends_the_other_sessions(
    make_account: MakeAccount, province: Unit, browser: Browser, database: Database
) -> None:
    make_account(Role.ADMINISTRATOR, province, username="an")
    here, elsewhere = browser(), browser()
    for client in (here, elsewhere):
        enter(client, "an")
    changed = here.send("/accounts/password", {"current": PASSWORD, "new": NEW, "again": NEW})
    assert changed.location == "/home"
    assert "Đã đổi mật khẩu." in here.get("/accounts").text
    assert elsewhere.get("/accounts").status_code == 302
    assert enter(browser(), "an") == 401
    assert enter(browser(), "an", NEW) == 302
    assert "password_changed" in actions(database)


@on_sqlite
@pytest.mark.parametrize(
    ("current", "new", "again", "message"),
    [
        ("sai", NEW, NEW, PROBLEMS["wrong"]),
        (PASSWORD, PASSWORD, PASSWORD, PROBLEMS["same"]),
        (PASSWORD, "ngắn", "ngắn", PROBLEMS["short"]),
        (PASSWORD, "matkhau12345", "matkhau12345", PROBLEMS["weak"]),
        (PASSWORD, NEW, NEW + "x", "Hai lần nhập không giống nhau."),
        (PASSWORD, "x" * 129, "x" * 129, "Viết ngắn hơn: nhiều nhất 128 ký tự."),
    ],
)
def test_a_password_that_will_not_do_is_refused_with_the_reason(
    make_account: MakeAccount,
    province: Unit,
    client: Client,
    current: str,
    new: str,
    again: str,
    message: str,
) -> None:
    make_account(Role.ADMINISTRATOR, province, username="an")
    enter(client, "an")
    page = client.send("/accounts/password", {"current": current, "new": new, "again": again})
    assert page.status_code == 200
    assert message in page.text
    assert 'aria-invalid="true"' in page.text


# Rights at this moment


@on_sqlite
def test_who_is_deactivated_or_demoted_loses_the_rights_at_the_next_request(
    make_account: MakeAccount, province: Unit, browser: Browser, database: Database
) -> None:
    for values, status in (({"active": False}, 302), ({"role": Role.LEADER.value}, 403)):
        account, client = make_account(Role.ADMINISTRATOR, province), browser()
        enter(client, account.username)
        assert client.get("/accounts").status_code == 200
        with database.transaction() as opened:
            opened.execute(update(Account).where(Account.id == account.id).values(**values))
        assert client.get("/accounts").status_code == status


def test_an_issued_password_opens_the_password_page_alone_and_works_once_it_is_changed(
    make_account: MakeAccount, province: Unit, sign_in: SignIn, client: Client, database: Database
) -> None:
    administrator = sign_in(make_account(Role.ADMINISTRATOR, province))
    data = {"username": "Moi.Den", "name": "Người Mới", "role": "administrator", "unit_id": str(province.id)}
    issued = administrator.send("/accounts/new", data)
    found = re.search(r'class="code">([^<]+)<', issued.text)
    assert issued.status_code == 200
    assert found is not None
    assert issued.headers["Cache-Control"] == "no-store"
    assert enter(client, "moi.den", found[1]) == 302
    assert client.get("/accounts").location == "/accounts/password"
    page = client.get("/accounts/password")
    assert "Đây là mật khẩu được cấp." in page.text
    same = client.send("/accounts/password", {"current": found[1], "new": found[1], "again": found[1]})
    assert PROBLEMS["same"] in same.text
    assert client.get("/accounts").location == "/accounts/password"
    client.send("/accounts/password", {"current": found[1], "new": NEW, "again": NEW})
    assert client.get("/accounts").status_code == 200
    assert actions(database) == ["account_created", "sign_in", "password_changed"]


@on_sqlite
def test_the_session_of_flask_holds_no_more_than_the_token(
    make_account: MakeAccount, province: Unit, app: Flask
) -> None:
    make_account(Role.ADMINISTRATOR, province, username="an")
    with app.test_client() as client:
        assert isinstance(client, Client)
        enter(client, "an")
        client.get("/accounts")
        assert set(session) <= {"_permanent", web.LOGIN, "csrf_token"}
