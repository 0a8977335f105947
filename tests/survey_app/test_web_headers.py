"""What every answer carries: headers, cookies, files; hosts and proxies that are believed."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask, request
from werkzeug.test import TestResponse

from survey_app import create_app, pages, web
from survey_app.config import Settings
from survey_app.policy import Role
from tests.conftest import Client, Clock, SignIn
from tests.databases import on_sqlite
from tests.factories.accounts import PASSWORD, MakeAccount
from tests.factories.submissions import answers, ticket_of
from tests.factories.units import MakeUnit
from tests.factories.world import World, views
from tests.survey_app.web_addresses import allowed

SECURE = "https://hailong.example.gov.vn"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


@pytest.fixture
def secure_app(settings: Settings, clock: Clock) -> Iterator[Flask]:
    """The application as production serves it."""
    hosts = ("hailong.example.gov.vn", "127.0.0.1", "localhost")
    made = create_app(replace(settings, base_url=SECURE, demo=False, trusted_hosts=hosts), clock=clock)
    made.config.update(TESTING=True)
    yield made
    made.extensions["runtime"].database.close()


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
        kept = response.headers.get("Content-Disposition", "").startswith("attachment")
        assert kept or response.mimetype.startswith("image/"), about
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
