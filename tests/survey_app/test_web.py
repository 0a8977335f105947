"""The gate, the headers, what each refusal looks like, and that reading changes nothing."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from flask import Flask, request
from sqlalchemy import Connection, event, select, text
from werkzeug.test import TestResponse

from survey_app import create_app, errors, pages, web
from survey_app.config import Settings
from survey_app.db import Database
from survey_app.models import AuditEvent, Inbox
from survey_app.policy import RULES, Action, Role
from tests.conftest import Client, Clock, SignIn
from tests.databases import on_sqlite
from tests.factories.accounts import PASSWORD, MakeAccount
from tests.factories.submissions import answers, ticket_of
from tests.factories.units import MakeUnit
from tests.factories.world import World, views

SECURE = "https://hailong.example.gov.vn"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE|CREATE|ALTER|DROP)\b", re.I)
EXEMPT = "respond.submit"


class Writes:
    """The statements that change data, while someone listens."""

    def __init__(self, database: Database) -> None:
        self.seen: list[str] = []
        event.listen(database.engine, "before_cursor_execute", self._hear)

    def _hear(self, _connection: Connection, _cursor: object, statement: str, *_more: object) -> None:
        if WRITES.match(statement):
            self.seen.append(statement)

    def beside_the_log(self) -> list[str]:
        return [one for one in self.seen if not re.search(r"(INTO|UPDATE|FROM) audit_(event|head)\b", one)]


@pytest.fixture
def added(app: Flask) -> Callable[..., None]:
    """added("/boom", view): one more route, before the first request."""

    def add(path: str, view: Callable[..., Any], **more: Any) -> None:
        app.add_url_rule(path, path.strip("/"), view, **more)

    return add


@pytest.fixture
def secure_app(settings: Settings, clock: Clock) -> Iterator[Flask]:
    """The application as production serves it."""
    hosts = ("hailong.example.gov.vn", "127.0.0.1", "localhost")
    made = create_app(replace(settings, base_url=SECURE, demo=False, trusted_hosts=hosts), clock=clock)
    made.config.update(TESTING=True)
    yield made
    made.extensions["runtime"].database.close()


def allowed(app: Flask, world: World, endpoint: str) -> Any:
    """Someone who may use an endpoint; None when everyone may."""
    roles = app.view_functions[endpoint].access  # type: ignore[attr-defined]
    if roles is None:
        return None
    return world.people[min(roles, default=Role.ANALYST)]


# The gate


@on_sqlite
def test_every_view_is_marked(app: Flask) -> None:
    assert [name for name, view in app.view_functions.items() if not hasattr(view, "access")] == []


def test_a_mark_holds_the_roles_of_its_action() -> None:
    def view() -> str:
        return ""

    assert {a: web.access(a)(view).access for a in Action} == dict(RULES)  # type: ignore[attr-defined]
    assert web.access()(view).access == frozenset()  # type: ignore[attr-defined]
    assert web.public(view).access is None  # type: ignore[attr-defined]


@on_sqlite
def test_an_unmarked_view_is_refused_to_everyone(
    added: Callable[..., None], client: Client, make_account: MakeAccount, make_unit: MakeUnit, sign_in: SignIn
) -> None:
    called = []
    added("/forgotten", lambda: called.append(1) or "open")
    signed_in = sign_in(make_account(Role.ADMINISTRATOR, make_unit()))
    assert client.get("/forgotten").status_code == 403
    assert signed_in.get("/forgotten").status_code == 403
    assert called == []


@on_sqlite
def test_signing_in_leads_back_to_the_page_that_was_asked_for(client: Client) -> None:
    asked = client.get("/accounts?trang=1&b=%26")
    assert asked.location == "/sign-in?next=/accounts?trang%3D1%26b%3D%2526"


def test_reading_and_head_change_nothing_but_the_log(
    app: Flask, database: Database, world: World, sign_in: SignIn
) -> None:
    browsers = {person.id: sign_in(person) for person in world.people.values()}
    writes, asked = Writes(database), 0
    for endpoint, method in views(app):
        if method == "GET":
            person = allowed(app, world, endpoint)
            browser = browsers[person.id] if person else app.test_client()
            path = world.path(app, endpoint)
            with browser.get(path) as answer:
                assert answer.status_code < 400, endpoint
            with browser.head(path) as answer:
                assert answer.status_code < 400, endpoint
            assert browser.options(path).status_code < 400, endpoint
            asked += 1
    assert asked > 30
    assert writes.beside_the_log() == []


@on_sqlite
def test_previews_of_a_citizens_form_change_nothing_at_all(database: Database, world: World, client: Client) -> None:
    writes = Writes(database)
    path = f"/r/{world.own_counter.code}"
    for headers in ({}, {"Purpose": "prefetch"}, {"Sec-Purpose": "prefetch;prerender"}, {"X-Moz": "prefetch"}):
        assert client.get(path, headers=headers).status_code == 200
        assert client.head(path, headers=headers).status_code == 200
    assert writes.seen == []


# State changes

FOREIGN: tuple[dict[str, str], ...] = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://localhost:8080"},
    {"Origin": "http://["},
    {"Origin": "localhost"},
    {"Origin": ""},
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
)
OURS: tuple[dict[str, str], ...] = (
    {},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "http://localhost"},
    {"Origin": "null"},  # what browsers send under "no-referrer"
)


def test_every_change_needs_its_token(app: Flask, database: Database, world: World, sign_in: SignIn) -> None:
    browsers = {person.id: sign_in(person) for person in world.people.values()}
    writes, refused = Writes(database), {}
    for endpoint, method in views(app):
        if method != "GET":
            person = allowed(app, world, endpoint)
            browser = browsers[person.id] if person else app.test_client()
            response = browser.open(world.path(app, endpoint), method=method, data={"name": "x"})
            refused[endpoint] = response.status_code
    assert set(refused.values()) == {400}
    assert len(refused) > 15
    assert writes.beside_the_log() == []


@on_sqlite
def test_one_view_alone_needs_no_token_and_has_its_ticket(app: Flask) -> None:
    protect = app.extensions["csrf"]
    view = app.view_functions[EXEMPT]
    assert protect._exempt_views == {f"{view.__module__}.{view.__name__}"}
    assert protect._exempt_blueprints == set()
    assert app.config["WTF_CSRF_CHECK_DEFAULT"]
    assert app.config["WTF_CSRF_ENABLED"]


@on_sqlite
def test_a_token_of_someone_else_is_refused(world: World, sign_in: SignIn) -> None:
    thief, victim = sign_in(world.people[Role.SURVEYOR]), sign_in(world.people[Role.ADMINISTRATOR])
    page = thief.get("/accounts/password").text
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found is not None
    refused = victim.post(f"/accounts/{world.own_account.id}/password", data={"csrf_token": found[1]})
    assert refused.status_code == 400
    assert "Trang đã mở quá lâu" in refused.text


@on_sqlite
def test_a_form_from_another_site_is_refused(database: Database, world: World, client: Client, sign_in: SignIn) -> None:
    ticket = ticket_of(client.get(f"/r/{world.own_counter.code}").text)
    staff, writes = sign_in(world.people[Role.ADMINISTRATOR]), Writes(database)
    for headers in FOREIGN:
        sent = client.post(f"/r/{world.own_counter.code}", data={**answers(), "ticket": ticket}, headers=headers)
        changed = staff.send(f"/accounts/{world.own_account.id}/password", headers=headers)
        assert (sent.status_code, changed.status_code) == (403, 403), headers
    assert writes.seen == []


@on_sqlite
def test_a_form_of_ours_is_taken(world: World, client: Client) -> None:
    for headers in OURS:
        ticket = ticket_of(client.get(f"/r/{world.own_counter.code}").text)
        sent = client.post(f"/r/{world.own_counter.code}", data={**answers(), "ticket": ticket}, headers=headers)
        assert sent.status_code == 303, headers


@on_sqlite
def test_a_proxy_may_call_us_by_another_name_than_people_do(secure_app: Flask) -> None:
    asked = {"base_url": "http://127.0.0.1:8000", "headers": {"Origin": SECURE}}
    assert secure_app.test_client().post("/sign-in", **asked).status_code == 400  # the token is missing, no more


# Headers


@on_sqlite
def test_every_answer_carries_the_headers(app: Flask, world: World, sign_in: SignIn) -> None:
    style = pages.style_hash(pages.citizen_style())
    for endpoint, method in views(app):
        person = allowed(app, world, endpoint)
        browser = sign_in(person) if person else app.test_client()
        with browser.open(world.path(app, endpoint), method=method) as response:
            _check(response, style, endpoint)
    for path, method in (("/nowhere", "GET"), ("/sign-out", "GET"), ("/r/XXXXXX", "GET"), ("/sign-in", "PUT")):
        response = app.test_client().open(path, method=method)
        assert response.status_code in (404, 405)
        _check(response, style, path)


def _check(response: TestResponse, style: str, about: str) -> None:
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS, about
    assert "Strict-Transport-Security" not in response.headers, about
    parts = response.headers["Content-Security-Policy"].split("; ")
    policy = {part.split()[0]: part.split()[1:] for part in parts}
    assert policy["default-src"] == ["'none'"], about
    if "sandbox" in policy:
        assert response.mimetype.startswith("image/"), about
        assert "script-src" not in policy
        return
    assert policy["script-src"] == ["'self'"], about
    assert policy["style-src"] == ["'self'", f"'{style}'"], about
    for name in ("base-uri", "frame-ancestors"):
        assert policy[name] == ["'none'"], about
    assert policy["form-action"] == ["'self'"], about


@on_sqlite
def test_staff_pages_are_not_kept_by_anyone(app: Flask, world: World, sign_in: SignIn) -> None:
    for endpoint, method in views(app):
        person = allowed(app, world, endpoint)
        if method == "GET" and person is not None and not endpoint.startswith("respond."):
            with sign_in(person).get(world.path(app, endpoint)) as response:
                assert response.headers["Cache-Control"] == "no-store", endpoint


@on_sqlite
def test_citizens_get_no_cookie(app: Flask, world: World) -> None:
    browser = app.test_client()
    ticket = ticket_of(browser.get(f"/r/{world.own_counter.code}").text)
    for path in (
        "/",
        "/?q=An",
        "/privacy",
        "/receipt?code=x",
        f"/r/{world.own_counter.code}?lang=en",
        "/r/XXXXXX",
        "/x",
    ):
        assert "Set-Cookie" not in browser.get(path).headers, path
    sent = [
        browser.post(f"/r/{world.own_counter.code}", data=data)
        for data in ({}, {"ticket": ticket}, {**answers(), "ticket": ticket}, {**answers(TC0="1"), "ticket": ticket})
    ]
    assert [response.status_code for response in sent] == [400, 422, 303, 409]
    assert not any("Set-Cookie" in response.headers for response in sent)
    assert "Set-Cookie" not in browser.get(sent[2].location).headers


@on_sqlite
def test_files_are_marked_and_kept_for_good(client: Client) -> None:
    response = client.get(pages.asset("staff.css"))
    assert response.status_code == 200
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in response.headers
    assert "max-age=31536000" in response.headers["Cache-Control"]
    response.close()


@on_sqlite
@pytest.mark.parametrize("path", ["/static/../config.py", "/static/", "/static/%2e%2e/config.py", "/static"])
def test_nothing_else_is_served_as_a_file(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


@on_sqlite
def test_over_tls_cookies_and_transport_are_strict(
    secure_app: Flask, make_account: MakeAccount, make_unit: MakeUnit
) -> None:
    account = make_account(Role.ADMINISTRATOR, make_unit())
    browser = secure_app.test_client()
    page = browser.get("/sign-in", base_url=SECURE)
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert found is not None
    data = {"csrf_token": found[1], "username": account.username, "password": PASSWORD}
    signed_in = browser.post("/sign-in", base_url=SECURE, data=data, headers={"Origin": SECURE})
    assert signed_in.location == "/home"
    for response in (page, signed_in):
        assert response.headers["Strict-Transport-Security"] == "max-age=31536000"
        name, _, rest = response.headers["Set-Cookie"].partition("=")
        assert name == "__Host-session"
        flags = {part.strip() for part in rest.split(";")[1:]}
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= flags
        assert not any(flag.startswith("Domain") for flag in flags)
    assert browser.get("/accounts", base_url=SECURE).status_code == 200


# Whose host, whose address


@on_sqlite
def test_a_foreign_host_is_refused(client: Client) -> None:
    for host in ("evil.example", "localhost.evil.example", "evil.example:80", "", "localhost@evil.example"):
        for path in ("/", "/sign-in", "/nowhere", "/healthz"):
            for ask in (client.get, client.post):
                answer = ask(path, headers={"Host": host})
                assert answer.status_code == 400, (host, path)
                assert "evil" not in answer.text


@on_sqlite
@pytest.mark.parametrize("header", ["X-Forwarded-Host", "Forwarded", "X-Host", "X-Original-URL"])
def test_no_header_takes_the_place_of_the_host(world: World, client: Client, sign_in: SignIn, header: str) -> None:
    value = "host=evil.example" if header == "Forwarded" else "evil.example"
    staff = sign_in(world.people[Role.ADMINISTRATOR])
    pages_seen = [
        client.get("/", headers={header: value}),
        client.get("/accounts", headers={header: value}),
        staff.get(f"/organisation/counters/{world.own_counter.id}", headers={header: value}),
    ]
    assert [page.status_code for page in pages_seen] == [200, 302, 200]
    assert not any("evil" in page.text + str(page.headers) for page in pages_seen)


@on_sqlite
@pytest.mark.parametrize(
    ("proxies", "sent", "seen"),
    [
        (0, "10.9.8.7", "127.0.0.1"),
        (1, "10.9.8.7", "10.9.8.7"),
        (1, "6.6.6.6, 10.9.8.7", "10.9.8.7"),
        (2, "6.6.6.6, 10.9.8.7, 10.0.0.1", "10.9.8.7"),
        (2, "10.9.8.7", "127.0.0.1"),
    ],
)
def test_the_address_is_what_our_own_proxies_say(
    settings: Settings, clock: Clock, proxies: int, sent: str, seen: str
) -> None:
    app = create_app(replace(settings, proxies=proxies), clock=clock)
    app.add_url_rule("/address", "address", web.public(lambda: request.remote_addr or ""))
    headers = {"X-Forwarded-For": sent, "X-Forwarded-Host": "evil.example, evil.example"}
    assert app.test_client().get("/address", headers=headers).text == seen
    app.extensions["runtime"].database.close()


# Odd requests

ODD_PATHS = (
    "/?q=%00",
    "/?code=%00",
    "/r/%00",
    "/r/%ff%fe",
    "/r/%c3%28",
    "/?q=%ed%a0%80",
    "/?lang=%00",
    "/?lang=%ff",
    "/receipt?code=%ff%00",
    "/sign-in?next=%00",
    "/sign-in?next=%ff",
    "/r/%0d%0aSet-Cookie:x=1",
    "/%00",
    "/%ff",
    "/accounts/99999999999999999999",
    "/r/" + "A" * 5000,
    "/?q=" + "%F0%9F%98%80" * 200,
)
ODD_VALUES = ("\0", "a\0b", "\ud800".encode("utf-8", "surrogatepass"), b"\xff\xfe", "\u202e", "😀" * 50)


@on_sqlite
@pytest.mark.parametrize("path", ["/r/KPX7M2", "/sign-in"])
def test_a_body_that_is_too_large_is_not_read(client: Client, path: str) -> None:
    large = client.post(path, data={"YK": "x" * 65 * 1024})
    assert large.status_code == 413
    assert "vượt quá mức" in large.text
    assert client.post(path, data={"YK": "x" * 60 * 1024}).status_code != 413


@on_sqlite
def test_a_body_of_too_many_parts_is_not_read(client: Client) -> None:
    parts = {f"part{number}": "x" for number in range(501)}
    assert client.post("/r/KPX7M2", data=parts, content_type="multipart/form-data").status_code == 413


@on_sqlite
def test_a_view_for_files_takes_more_and_other_views_do_not(world: World, sign_in: SignIn) -> None:
    browser = sign_in(world.people[Role.ANALYST])
    large = {"file": (BytesIO(b"x" * 200_000), "a.csv")}
    taken = browser.send(f"/campaigns/{world.campaign.id}/populations", large, content_type="multipart/form-data")
    assert taken.status_code == 422
    refused = {"file": (BytesIO(b"x" * 200_000), "a.csv")}
    assert browser.send("/campaigns/new", refused, content_type="multipart/form-data").status_code == 413


def test_odd_bytes_in_an_address_are_no_fault(client: Client) -> None:
    for path in ODD_PATHS:
        response = client.get(path)
        assert response.status_code in (200, 302, 400, 404), path
        assert "Set-Cookie: x=1" not in str(response.headers)


def test_odd_bytes_in_a_citizens_form_are_no_fault(world: World, client: Client) -> None:
    path = f"/r/{world.own_counter.code}"
    ticket = ticket_of(client.get(path).text)
    for value in ODD_VALUES:
        sound = {**answers(), "ticket": ticket}
        for odd in ({"ticket": value}, {**sound, "YK": value}, {**sound, "TC0": value}, {**sound, "lang": value}):
            assert client.post(path, data=odd).status_code in (303, 400, 409, 422), (value, odd)
        assert client.send("/sign-in", {"username": value, "password": value}).status_code in (400, 401, 429), value


def test_odd_bytes_in_a_staff_form_are_no_fault(app: Flask, world: World, sign_in: SignIn) -> None:
    names = ("username", "name", "title", "code", "place", "short", "current", "new", "again", "role", "units")
    faults = []
    for endpoint, method in views(app):
        person = allowed(app, world, endpoint)
        if method == "POST" and person is not None:
            for value in ODD_VALUES:
                response = sign_in(person).send(world.path(app, endpoint), dict.fromkeys(names, value))
                if response.status_code >= 500:
                    faults.append((endpoint, value))
    assert faults == []


@on_sqlite
def test_a_nul_in_a_staff_form_or_address_is_refused(world: World, sign_in: SignIn) -> None:
    browser = sign_in(world.people[Role.ADMINISTRATOR])
    assert browser.get("/accounts/audit?page=%00").status_code == 400
    assert browser.send("/accounts/new", {"name": "a\0b"}).status_code == 400


def test_a_key_that_no_database_can_hold_is_no_address(world: World, sign_in: SignIn) -> None:
    analyst, administrator = sign_in(world.people[Role.ANALYST]), sign_in(world.people[Role.ADMINISTRATOR])
    for key in ("2147483647", "2147483648", "99999999999999999999999", "-1", "1.0"):
        for path in (f"/campaigns/{key}", f"/results/{key}/overview", f"/results/1/overview?unit={key}"):
            assert analyst.get(path).status_code == (200 if "unit=1.0" in path else 404), path
        for path in (f"/accounts/{key}", f"/organisation/units/{key}", f"/organisation/counters/{key}"):
            assert administrator.get(path).status_code == 404, path
        assert administrator.get(f"/accounts/audit?page={key}").status_code == 200, key


@on_sqlite
def test_a_method_that_is_not_offered_says_which_are(client: Client) -> None:
    response = client.delete("/sign-in")
    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
    assert "Không tìm thấy trang" in response.text


# Refusals and faults


@on_sqlite
def test_each_refusal_has_its_status_and_its_page(added: Callable[..., None], client: Client) -> None:
    assert set(web.STATUS) == set(errors.Refusal.__subclasses__())
    for kind in web.STATUS:
        added(f"/{kind.__name__}", web.public(_raising(kind("reason"))))
    for kind, status in web.STATUS.items():
        response = client.get(f"/{kind.__name__}")
        assert response.status_code == status
        assert "<h1>" in response.text
        assert ("Retry-After" in response.headers) == (status == 503)


def test_a_refusal_of_a_signed_in_person_is_recorded(database: Database, world: World, sign_in: SignIn) -> None:
    person = world.people[Role.LEADER]
    browser = sign_in(person)
    assert browser.get("/accounts?x=1").status_code == 403
    assert browser.get(f"/results/{world.campaign.id}/overview?unit={world.foreign.id}").status_code == 404
    assert browser.send("/campaigns/release").status_code == 403
    with database.reading() as session:
        query = select(AuditEvent.account_id, AuditEvent.subject, AuditEvent.detail).where(
            AuditEvent.action == "refused"
        )
        found = session.execute(query.order_by(AuditEvent.id)).all()
    assert [row.account_id for row in found] == [person.id] * 3
    assert found[0].subject == "/accounts"
    assert found[0].detail == '{"method":"GET","path":"/accounts","status":403}'
    assert found[2].detail == '{"method":"POST","path":"/campaigns/release","status":403}'


@on_sqlite
def test_the_rules_fit_the_column_of_the_log(app: Flask) -> None:
    assert max(len(rule.rule) for rule in app.url_map.iter_rules()) <= 120


@on_sqlite
def test_a_refusal_that_cannot_be_recorded_is_still_a_refusal(
    world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    browser = sign_in(world.people[Role.LEADER])

    def locked(*_more: object, **_most: object) -> None:
        raise errors.Unavailable("database")

    monkeypatch.setattr("survey_app.audit.record", locked)
    assert browser.get("/accounts").status_code == 403


@on_sqlite
def test_a_fault_shows_a_reference_and_nothing_else(
    added: Callable[..., None], client: Client, world: World, sign_in: SignIn
) -> None:
    added("/boom", web.public(_raising(ValueError("canary in the message"))))
    added("/boom-staff", web.access()(_raising(ValueError("canary in the message"))))
    for browser, path in ((client, "/boom"), (sign_in(world.people[Role.LEADER]), "/boom-staff")):
        response = browser.get(path)
        assert response.status_code == 500
        assert re.search(r"<strong>[0-9a-f]{8}</strong>", response.text)
        assert not re.search(r"canary|Traceback|ValueError|\.py", response.text)


@on_sqlite
def test_a_fault_in_development_is_raised_when_asked_for(
    added: Callable[..., None], app: Flask, client: Client
) -> None:
    added("/boom", web.public(_raising(ZeroDivisionError())))
    app.config["PROPAGATE_EXCEPTIONS"] = True
    with pytest.raises(ZeroDivisionError):
        client.get("/boom")


@on_sqlite
def test_a_locked_database_says_when_to_come_back_and_nothing_is_stored(
    database: Database, world: World, sign_in: SignIn, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff = sign_in(world.people[Role.ADMINISTRATOR])
    ticket = ticket_of(client.get(f"/r/{world.own_counter.code}").text)
    data = {**answers(), "ticket": ticket}

    def busy(*_more: object) -> None:
        raise errors.Unavailable("database")

    with monkeypatch.context() as locked:
        locked.setattr(Database, "transaction", busy)
        refused = [
            client.post(f"/r/{world.own_counter.code}", data=data),
            staff.send(f"/accounts/{world.own_account.id}/password"),
            client.send("/sign-in", {"username": "x", "password": "y"}),
        ]
    assert [response.status_code for response in refused] == [503, 503, 503]
    assert [response.headers["Retry-After"] for response in refused] == ["10"] * 3
    with database.reading() as session:
        before = len(session.scalars(select(Inbox.key)).all())
    assert client.post(f"/r/{world.own_counter.code}", data=data).status_code == 303  # without a restart
    with database.reading() as session:
        assert len(session.scalars(select(Inbox.key)).all()) == before + 1


@on_sqlite
def test_a_redirect_of_the_router_is_left_as_it_is(added: Callable[..., None], client: Client) -> None:
    added("/folder/", web.public(lambda: "ok"))
    assert client.get("/folder").status_code == 308


def _raising(fault: Exception) -> Callable[[], str]:
    def view() -> str:
        raise fault

    return view


# What views use


@on_sqlite
def test_a_download_is_saved_under_its_name_and_never_opened(app: Flask) -> None:
    with app.test_request_context("/"):
        response = web.attachment(b"x", "text/csv", 'bao-cao";x.csv')
    assert response.headers["Content-Disposition"] == 'attachment; filename="bao-cao\\";x.csv"'
    with app.test_request_context("/"), pytest.raises(ValueError, match="newline"):
        web.attachment(b"x", "text/csv", "a\r\nSet-Cookie: x=1")


def test_what_reading_gives_is_undone(app: Flask, world: World) -> None:
    with app.test_request_context("/"):
        with web.reading() as session:
            session.execute(text("DELETE FROM population"))
        with web.reading() as session:
            assert session.execute(text("SELECT count(*) FROM population")).scalar() == 2
        with pytest.raises(RuntimeError), web.transaction() as session:  # noqa: PT012
            session.execute(text("DELETE FROM population"))
            raise RuntimeError
        with web.transaction() as session:
            assert session.execute(text("SELECT count(*) FROM population")).scalar() == 2


@on_sqlite
def test_the_moment_of_a_request_has_a_zone(app: Flask, clock: Clock) -> None:
    with app.test_request_context("/"):
        assert web.now() == clock()
        assert web.now().tzinfo is not None


@on_sqlite
def test_the_real_clock_has_the_zone_of_the_province(settings: Settings) -> None:
    app = create_app(settings)
    offset = app.extensions["runtime"].clock().utcoffset()
    assert offset is not None
    assert offset.total_seconds() == 7 * 3600
    app.extensions["runtime"].database.close()
