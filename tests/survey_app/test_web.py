"""The gate, the headers, what each refusal looks like, and that reading changes nothing."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, event, select, text

from survey_app import create_app, errors, web
from survey_app.config import Settings
from survey_app.db import Database
from survey_app.models import AuditEvent, Inbox
from survey_app.policy import RULES, Action, Role
from tests.conftest import Client, Clock, SignIn
from tests.databases import on_sqlite
from tests.factories.accounts import MakeAccount
from tests.factories.submissions import answers, ticket_of
from tests.factories.units import MakeUnit
from tests.factories.world import World, views
from tests.survey_app.web_addresses import allowed

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
