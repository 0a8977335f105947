"""Requests that nobody sends by a form: too large, odd bytes, keys that no database can hold."""

from io import BytesIO

import pytest
from flask import Flask

from survey_app.policy import Role
from tests.conftest import Client, SignIn
from tests.databases import on_sqlite
from tests.factories.submissions import answers, ticket_of
from tests.factories.world import World, views
from tests.survey_app.web_addresses import allowed

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
    # Line ends where a piece that was read ends: the parser keeps what could begin a boundary.
    lines = {"file": (BytesIO(b"\r\n" * 100_000), "a.csv")}
    taken = browser.send(f"/campaigns/{world.campaign.id}/populations", lines, content_type="multipart/form-data")
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
