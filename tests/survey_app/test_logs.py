"""What the log says of staff, and what neither it nor the database says of a citizen."""

import json
import logging
import re
from collections.abc import Callable, Iterator

import pytest
import structlog
from flask import Flask
from sqlalchemy import select

from survey_app import logs
from survey_app.config import Settings
from survey_app.db import Database
from survey_app.errors import Unavailable
from survey_app.models import Base
from survey_app.policy import Role
from tests.conftest import Client, SignIn
from tests.databases import on_sqlite
from tests.factories.submissions import answers, ticket_of
from tests.factories.world import World

# Unique texts, by where a citizen's browser sends them.
CANARIES = {
    "agent": "canary-agent-7f3a",
    "header": "canary-header-91bc",
    "cookie": "canary-cookie-55de",
    "referer": "canary-referer-02ab",
    "query": "canary-query-c0de",
    "path": "CANARYPATH",
    "field": "canary-field-name-3e3e",
    "text": "canary-answer-8d21",
    "fault": "canary-fault-aa17",
}
ADDRESS = "203.0.113.77"
SAID = {"route", "method", "status", "ms", "request_id", "event", "level", "time", "error", "places", "reason"}
HEADERS = {
    "User-Agent": CANARIES["agent"],
    "X-Canary": CANARIES["header"],
    "Cookie": f"session={CANARIES['cookie']}; other={CANARIES['cookie']}",
    "Referer": f"http://localhost/{CANARIES['referer']}",
    "X-Forwarded-For": ADDRESS,
    "Accept-Language": CANARIES["header"],
}


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """All that was printed since the last call. To be asked for before the application is made."""

    def printed() -> str:
        out, err = capsys.readouterr()
        assert out == ""
        return err

    return printed


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def visit(client: Client, world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[int]]:
    """Everything a citizen can meet, with canaries in every place; returns the statuses."""

    def all_of_it() -> list[int]:
        code, far = world.own_counter.code, {"REMOTE_ADDR": ADDRESS}
        more = {"headers": HEADERS, "environ_base": far}
        ticket = ticket_of(client.get(f"/r/{code}", **more).text)
        sound = {**answers(YK=CANARIES["text"]), "ticket": ticket, CANARIES["field"]: "x"}
        asked = [
            client.get("/", **more),
            client.get(f"/?q={CANARIES['query']}&code={CANARIES['query']}", **more),
            client.get(f"/receipt?code={CANARIES['query']}", **more),
            client.get(f"/r/{CANARIES['path']}", **more),
            client.get(f"/{CANARIES['path']}", **more),
            client.put(f"/r/{code}", data=sound, **more),
            client.post(f"/r/{code}", data={**sound, "TC0": CANARIES["text"]}, **more),
            client.post(f"/r/{code}", data={**sound, "ticket": CANARIES["text"]}, **more),
            client.post(f"/r/{code}", data={**sound, "YK": CANARIES["text"] * 9000}, **more),
            client.post(f"/r/{code}", data=sound, **{**more, "headers": {**HEADERS, "Origin": "https://evil.example"}}),
            client.post(f"/r/{code}", data=sound, **more),
            client.post(f"/r/{code}", data=sound, **more),
            client.post(f"/r/{code}", data={**sound, "TC0": "1"}, **more),
        ]
        asked.append(client.get(asked[-2].location, **more))
        for fault in (ValueError(CANARIES["fault"]), Unavailable("database")):
            with monkeypatch.context() as broken:
                broken.setattr("survey_app.respond.service.record_submission", _raising(fault))
                asked.append(client.post(f"/r/{code}", data={**sound, "ticket": ticket}, **more))
        asked.append(client.get("/", **{**more, "headers": {**HEADERS, "Host": f"{CANARIES['header']}.example"}}))
        return [response.status_code for response in asked]

    return all_of_it


def _raising(fault: Exception) -> Callable[..., str]:
    def service(*_more: object, **_most: object) -> str:
        raise fault

    return service


def test_the_log_of_citizens_requests_tells_no_one_apart(
    said: Callable[[], str],
    caplog: pytest.LogCaptureFixture,
    visit: Callable[[], list[int]],
    world: World,
) -> None:
    caplog.set_level(logging.DEBUG, "werkzeug")
    said()
    statuses = visit()
    assert statuses == [200, 200, 200, 404, 404, 405, 422, 400, 413, 403, 303, 303, 409, 200, 500, 503, 400]
    text = said()
    assert len(lines(text)) == len(statuses) + 2  # the first form, and the fault beside its request
    assert not [name for name, canary in CANARIES.items() if canary in text]
    assert world.own_counter.code not in text
    assert world.own.name not in text
    assert not re.search(r"\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1", text)
    assert not re.search(r"\d\d:\d\d|T\d\d", text)
    for line in lines(text):
        assert set(line) <= SAID
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", str(line["time"]))
    assert caplog.records == []


def test_of_a_fault_the_log_tells_the_place_and_nothing_else(
    said: Callable[[], str], client: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = ticket_of(client.get(f"/r/{world.own_counter.code}").text)
    monkeypatch.setattr("survey_app.respond.service.record_submission", _raising(KeyError(CANARIES["fault"])))
    said()
    page = client.post(f"/r/{world.own_counter.code}", data={**answers(), "ticket": ticket}).text
    failed, asked = lines(said())
    assert (failed["event"], failed["level"], failed["error"]) == ("failed", "error", "KeyError")
    assert isinstance(failed["places"], list)
    assert any(place.startswith("respond/routes.py:") for place in failed["places"])
    assert all(re.fullmatch(r"[\w./-]+:\d+", place) for place in failed["places"])
    assert failed["request_id"] == asked["request_id"]
    assert str(failed["request_id"]) in page


def test_a_fault_inside_a_library_is_told_by_where_we_called_it(
    said: Callable[[], str], app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("survey_app.codes.normal", lambda *_typed: re.compile("("))
    said()
    assert client.get("/?code=x").status_code == 500
    failed = lines(said())[0]
    assert isinstance(failed["places"], list)
    assert any(place.startswith("respond/") for place in failed["places"])


def _stored(database: Database, settings: Settings) -> Iterator[bytes]:
    """Everything that was kept: all rows, and the bytes of all files beside them."""
    with database.engine.connect() as connection:
        for table in Base.metadata.tables.values():
            for row in connection.execute(select(table)):
                yield str(row).encode()
    for path in settings.data_dir.rglob("*"):
        if path.is_file():
            yield path.read_bytes()


def test_nothing_that_is_kept_tells_who_answered(
    visit: Callable[[], list[int]], client: Client, world: World, database: Database, settings: Settings
) -> None:
    ticket = ticket_of(client.get(f"/r/{world.own_counter.code}").text)
    sent = client.post(
        f"/r/{world.own_counter.code}",
        data={**answers(YK="another-answer-4b"), "ticket": ticket},
        headers=HEADERS,
        environ_base={"REMOTE_ADDR": ADDRESS},
    )
    assert sent.status_code == 303
    assert 303 in visit()
    kept = list(_stored(database, settings))
    for promised in (CANARIES["text"], "another-answer-4b"):
        assert any(promised.encode() in part for part in kept)
    absent = [canary for name, canary in CANARIES.items() if name != "text"]
    for secret in (*absent, ADDRESS, ticket, ticket.partition(".")[0]):
        assert not any(secret.encode() in part for part in kept), secret


def test_of_staff_the_log_tells_who_from_where_and_when(said: Callable[[], str], world: World, sign_in: SignIn) -> None:
    person = world.people[Role.ADMINISTRATOR]
    browser = sign_in(person)
    said()
    browser.get("/accounts", environ_base={"REMOTE_ADDR": ADDRESS}, headers={"User-Agent": CANARIES["agent"]})
    (line,) = lines(said())
    assert (line["account"], line["address"], line["route"], line["status"]) == (person.id, ADDRESS, "/accounts", 200)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", str(line["time"]))
    assert CANARIES["agent"] not in str(line)


@on_sqlite
def test_a_signed_in_person_on_a_citizens_page_is_a_citizen(
    said: Callable[[], str], world: World, sign_in: SignIn
) -> None:
    browser = sign_in(world.people[Role.ADMINISTRATOR])
    said()
    browser.get(f"/r/{world.own_counter.code}", environ_base={"REMOTE_ADDR": ADDRESS})
    (line,) = lines(said())
    assert not {"account", "address"} & set(line)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", str(line["time"]))


@on_sqlite
def test_a_password_is_never_logged(said: Callable[[], str], client: Client) -> None:
    client.send("/sign-in", {"username": CANARIES["field"], "password": CANARIES["text"]})
    client.get(f"/sign-in?next=/{CANARIES['query']}")
    text = said()
    assert not [canary for canary in CANARIES.values() if canary in text]


def test_a_line_is_one_json_object_whatever_is_in_it(said: Callable[[], str]) -> None:
    logs.configure()
    structlog.get_logger().warning("một việc", reason='a\n{"event": "forged"}', coarse=True)
    (line,) = lines(said())
    assert line["event"] == "một việc"
    assert line["level"] == "warning"
    assert "coarse" not in line
