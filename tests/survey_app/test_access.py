"""Who may open what. The table is the documentation; every URL of the program is asked as everyone.

One row for each endpoint and method: the roles that may use it, and the thing it is about.
    A administrator, N analyst, P appraiser, I inspector, S surveyor, L leader;
    "*" everyone who is signed in, "-" everyone at all.
A thing outside the person's units is answered like one that does not exist: 404.
"""

from collections.abc import Iterator

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from survey_app.db import Database
from survey_app.models import AuditEvent
from survey_app.policy import Role
from tests.conftest import Client, SignIn
from tests.databases import on_sqlite
from tests.factories.accounts import MakeAccount
from tests.factories.world import World, rule_of, views

ROLES = {
    "A": Role.ADMINISTRATOR,
    "N": Role.ANALYST,
    "P": Role.APPRAISER,
    "I": Role.INSPECTOR,
    "S": Role.SURVEYOR,
    "L": Role.LEADER,
}
SIGNED_IN, PUBLIC = "*", "-"

TABLE = (
    # endpoint, method, roles, thing
    ("accounts.accounts", "GET", "A", ""),
    ("accounts.audit_log", "GET", "A", ""),
    ("accounts.do_sign_in", "POST", "-", ""),
    ("accounts.edit", "GET", "A", "account"),
    ("accounts.edit", "POST", "A", "account"),
    ("accounts.home", "GET", "*", ""),
    ("accounts.new", "GET", "A", ""),
    ("accounts.new", "POST", "A", ""),
    ("accounts.own_password", "GET", "*", ""),
    ("accounts.own_password", "POST", "*", ""),
    ("accounts.reset", "POST", "A", "account"),
    ("accounts.sign_in", "GET", "-", ""),
    ("accounts.sign_out", "POST", "*", ""),
    ("assessment.appraisal", "GET", "NP", ""),
    ("assessment.appraisal_queue", "GET", "NP", ""),
    ("assessment.appraise_accept", "POST", "NP", "assessment"),
    ("assessment.appraise_ask", "POST", "NP", "leaf of a unit"),
    ("assessment.appraise_leaf", "GET", "NP", ""),
    ("assessment.appraise_mark", "POST", "NP", "leaf of a unit"),
    ("assessment.appraise_step", "POST", "NP", "assessment"),
    ("assessment.appraise_unit", "GET", "NP", "assessment"),
    ("assessment.board_file", "GET", "N", ""),
    ("assessment.correction_confirm", "POST", "N", ""),
    ("assessment.correction_new", "GET", "NP", "assessment"),
    ("assessment.correction_new", "POST", "NP", "assessment"),
    ("assessment.corrections", "GET", "NP", ""),
    ("assessment.council_", "GET", "NPIL", ""),
    ("assessment.council_decide", "POST", "N", ""),
    ("assessment.council_leave", "POST", "N", ""),
    ("assessment.council_meeting", "GET", "N", ""),
    ("assessment.council_meeting", "POST", "N", ""),
    ("assessment.council_pdf", "GET", "NPIL", ""),
    ("assessment.council_seat", "POST", "N", ""),
    ("assessment.council_settle", "POST", "N", ""),
    ("assessment.council_settle_all", "POST", "N", ""),
    ("assessment.council_unit", "GET", "NPIL", ""),
    ("assessment.duty_assign", "POST", "N", ""),
    ("assessment.duty_relieve", "POST", "N", ""),
    ("assessment.evidence_choose", "POST", "I", "leaf of a unit"),
    ("assessment.evidence_details", "POST", "I", "document"),
    ("assessment.evidence_document", "GET", "NPIL", "document"),
    ("assessment.evidence_file", "GET", "NPIL", "file"),
    ("assessment.evidence_list", "GET", "NPIL", "assessment"),
    ("assessment.evidence_new", "GET", "I", "assessment"),
    ("assessment.evidence_new", "POST", "I", "assessment"),
    ("assessment.evidence_of_appraiser", "GET", "NP", "assessment"),
    ("assessment.evidence_of_appraiser", "POST", "NP", "assessment"),
    ("assessment.evidence_picture", "GET", "NPIL", "file"),
    ("assessment.evidence_preview", "GET", "NPIL", "file"),
    ("assessment.evidence_retract", "POST", "NP", "document"),
    ("assessment.evidence_version", "POST", "I", "document"),
    ("assessment.evidence_withdraw", "POST", "I", "document"),
    ("assessment.feed_file", "GET", "N", ""),
    ("assessment.feed_import", "GET", "N", ""),
    ("assessment.feed_import", "POST", "N", ""),
    ("assessment.feed_leaf", "GET", "N", ""),
    ("assessment.feed_results", "POST", "N", ""),
    ("assessment.feed_unit", "GET", "N", "leaf of a unit"),
    ("assessment.feed_unit", "POST", "N", "leaf of a unit"),
    ("assessment.feeds", "GET", "N", ""),
    ("assessment.node", "GET", "N", ""),
    ("assessment.node", "POST", "N", ""),
    ("assessment.node_move", "POST", "N", ""),
    ("assessment.node_new", "GET", "N", ""),
    ("assessment.node_new", "POST", "N", ""),
    ("assessment.node_remove", "POST", "N", ""),
    ("assessment.package_ask", "POST", "NPIL", ""),
    ("assessment.package_file", "GET", "NPIL", "package"),
    ("assessment.remedy_file", "GET", "NPIL", ""),
    ("assessment.remedy_list", "GET", "NPIL", ""),
    ("assessment.remedy_task", "GET", "NPIL", "task"),
    ("assessment.remedy_task", "POST", "NIL", "task"),
    ("assessment.remedy_unit", "GET", "NPIL", "unit"),
    ("assessment.remedy_unit", "POST", "NIL", "unit"),
    ("assessment.remedy_withdraw", "POST", "NIL", "task"),
    ("assessment.reminders_file", "GET", "N", ""),
    ("assessment.result_chart", "GET", "NPIL", ""),
    ("assessment.result_moves", "GET", "NPIL", "unit"),
    ("assessment.result_page", "GET", "NPIL", ""),
    ("assessment.result_unit", "GET", "NPIL", "unit"),
    ("assessment.results", "GET", "NPIL", ""),
    ("assessment.round_admit", "POST", "N", ""),
    ("assessment.round_board", "GET", "N", ""),
    ("assessment.round_edit", "GET", "N", ""),
    ("assessment.round_edit", "POST", "N", ""),
    ("assessment.round_new", "GET", "N", ""),
    ("assessment.round_new", "POST", "N", ""),
    ("assessment.round_open", "POST", "N", ""),
    ("assessment.round_packages", "GET", "NPIL", ""),
    ("assessment.round_page", "GET", "N", ""),
    ("assessment.round_paper", "GET", "NPIL", ""),
    ("assessment.round_publish", "POST", "N", ""),
    ("assessment.round_reminders", "GET", "N", ""),
    ("assessment.round_staff", "GET", "N", ""),
    ("assessment.rounds", "GET", "NPIL", ""),
    ("assessment.set_adopt", "POST", "N", ""),
    ("assessment.set_clone", "POST", "N", ""),
    ("assessment.set_discard", "POST", "N", ""),
    ("assessment.set_file", "GET", "N", ""),
    ("assessment.set_head", "GET", "N", ""),
    ("assessment.set_head", "POST", "N", ""),
    ("assessment.set_import", "GET", "N", ""),
    ("assessment.set_import", "POST", "N", ""),
    ("assessment.set_page", "GET", "N", ""),
    ("assessment.sets", "GET", "N", ""),
    ("assessment.sets_compare", "GET", "N", ""),
    ("assessment.sets_import", "GET", "N", ""),
    ("assessment.sets_import", "POST", "N", ""),
    ("assessment.unit", "GET", "NPIL", "assessment"),
    ("assessment.unit_answer", "POST", "I", "question"),
    ("assessment.unit_approve", "POST", "L", "assessment"),
    ("assessment.unit_collect", "GET", "N", "assessment"),
    ("assessment.unit_collect", "POST", "N", "assessment"),
    ("assessment.unit_explain", "POST", "I", "assessment"),
    ("assessment.unit_extend", "GET", "N", "assessment"),
    ("assessment.unit_extend", "POST", "N", "assessment"),
    ("assessment.unit_field", "GET", "NPIL", "assessment"),
    ("assessment.unit_leaf", "POST", "I", "leaf of a unit"),
    ("assessment.unit_paper", "GET", "NPIL", "unit"),
    ("assessment.unit_points", "POST", "I", "leaf of a unit"),
    ("assessment.unit_return", "POST", "L", "assessment"),
    ("assessment.unit_send", "POST", "I", "assessment"),
    ("assessment.unit_withdraw", "POST", "I", "assessment"),
    ("campaigns.campaign", "GET", "N", "campaign"),
    ("campaigns.campaigns", "GET", "N", ""),
    ("campaigns.close", "POST", "N", "campaign"),
    ("campaigns.edit", "GET", "N", "campaign"),
    ("campaigns.edit", "POST", "N", "campaign"),
    ("campaigns.new", "GET", "N", ""),
    ("campaigns.new", "POST", "N", ""),
    ("campaigns.open_", "POST", "N", "campaign"),
    ("campaigns.plan", "GET", "N", "campaign"),
    ("campaigns.populations", "POST", "N", "campaign"),
    ("campaigns.populations_file", "GET", "N", "campaign"),
    ("campaigns.release_now", "POST", "N", ""),
    ("campaigns.signals", "GET", "N", "campaign"),
    ("health.healthz", "GET", "-", ""),
    ("health.readyz", "GET", "-", ""),
    ("organisation.counter", "GET", "ANI", "counter"),
    ("organisation.counter_close", "GET", "AN", "counter"),
    ("organisation.counter_close", "POST", "AN", "counter"),
    ("organisation.counter_code", "GET", "ANI", "counter"),
    ("organisation.counter_edit", "GET", "AN", "counter"),
    ("organisation.counter_edit", "POST", "AN", "counter"),
    ("organisation.counter_merge", "GET", "AN", "counter"),
    ("organisation.counter_merge", "POST", "AN", "counter"),
    ("organisation.counter_new", "GET", "AN", ""),
    ("organisation.counter_new", "POST", "AN", ""),
    ("organisation.counter_pdf", "GET", "ANI", "counter"),
    ("organisation.counter_png", "GET", "ANI", "counter"),
    ("organisation.counter_svg", "GET", "ANI", "counter"),
    ("organisation.counters", "GET", "ANI", ""),
    ("organisation.counters_file", "GET", "ANI", ""),
    ("organisation.counters_import", "GET", "AN", ""),
    ("organisation.counters_import", "POST", "AN", ""),
    ("organisation.unit", "GET", "AN", "unit"),
    ("organisation.unit_close", "GET", "AN", "unit"),
    ("organisation.unit_close", "POST", "AN", "unit"),
    ("organisation.unit_edit", "GET", "AN", "unit"),
    ("organisation.unit_edit", "POST", "AN", "unit"),
    ("organisation.unit_new", "GET", "AN", ""),
    ("organisation.unit_new", "POST", "AN", ""),
    ("organisation.unit_pdf", "GET", "ANI", "unit"),
    ("organisation.units", "GET", "AN", ""),
    ("organisation.units_file", "GET", "AN", ""),
    ("organisation.units_import", "GET", "AN", ""),
    ("organisation.units_import", "POST", "AN", ""),
    ("organisation.units_merge", "GET", "AN", ""),
    ("organisation.units_merge", "POST", "AN", ""),
    ("respond.enter", "POST", "S", "counter"),
    ("respond.entry", "GET", "S", "counter"),
    ("respond.entry_list", "GET", "S", ""),
    ("respond.form", "GET", "-", ""),
    ("respond.privacy", "GET", "-", ""),
    ("respond.receipt", "GET", "-", ""),
    ("respond.start", "GET", "-", ""),
    ("respond.submit", "POST", "-", ""),
    ("respond.thanks", "GET", "-", ""),
    ("results.chart", "GET", "NPIL", "result of a unit"),
    ("results.choose", "GET", "NPIL", ""),
    ("results.csv", "GET", "NPIL", "result of a unit"),
    ("results.freeze", "POST", "N", "result of a unit"),
    ("results.freeze_all", "POST", "N", "result of a unit"),
    ("results.frozen", "GET", "N", ""),
    ("results.overview", "GET", "NPIL", ""),
    ("results.page", "GET", "NPIL", "result of a unit"),
    ("results.pdf", "GET", "NPIL", "result of a unit"),
    ("results.xlsx", "GET", "NPIL", "result of a unit"),
)
STAFF = [row for row in TABLE if row[2] != PUBLIC]


def may(roles: str, role: Role) -> bool:
    return roles == SIGNED_IN or role in {ROLES[letter] for letter in roles}


def ask(client: Client, method: str, path: str) -> TestResponse:
    with client.get(path) if method == "GET" else client.send(path) as answer:
        answer.get_data()  # of a file, too: it is kept, and the file closed
    return answer


def refusals(database: Database) -> Iterator[tuple[int | None, str]]:
    """Who was refused where, in order."""
    with database.reading() as session:
        query = select(AuditEvent.account_id, AuditEvent.subject).where(AuditEvent.action == "refused")
        yield from [(row.account_id, row.subject) for row in session.execute(query.order_by(AuditEvent.id))]


@on_sqlite
def test_the_table_lists_every_url_of_the_program_and_no_other(app: Flask) -> None:
    assert [(endpoint, method) for endpoint, method, _, _ in TABLE] == list(views(app))


@on_sqlite
def test_every_row_about_a_thing_names_it(app: Flask) -> None:
    """A path with a key in it is about a thing, unless everyone may see it."""
    keys = {"unit_id", "counter_id", "account_id", "campaign_id", "code", "package_id"}
    keys |= {"assessment_id", "evidence_id", "file_id", "explanation_id", "task_id"}
    for endpoint, _, roles, thing in TABLE:
        about = bool(keys & rule_of(app, endpoint).arguments) and roles != PUBLIC
        assert about == bool(thing), endpoint


def test_each_role_opens_what_it_may_and_nothing_else(
    app: Flask, database: Database, world: World, sign_in: SignIn
) -> None:
    wrong, refused = {}, []
    for role, person in world.people.items():
        for endpoint, method, roles, _ in STAFF:
            status = ask(sign_in(person), method, world.path(app, endpoint)).status_code
            if status != 403 if not may(roles, role) else status in (403, 404) or status >= 500:
                wrong[role.value, endpoint, method] = status
            if status == 403:
                refused.append((person.id, rule_of(app, endpoint).rule))
    assert wrong == {}
    assert list(refusals(database)) == refused


def test_a_foreign_thing_does_not_exist_for_anyone(
    app: Flask, database: Database, world: World, sign_in: SignIn
) -> None:
    wrong, refused = {}, []
    for role, person in world.people.items():
        client = sign_in(person)
        for endpoint, method, roles, thing in TABLE:
            if thing and may(roles, role):
                path = world.path(app, endpoint, foreign=True)
                assert path != world.path(app, endpoint), endpoint
                response = ask(client, method, path)
                if response.status_code != 404:
                    wrong[role.value, endpoint, method] = response.status_code
                for name in (world.foreign.name, world.foreign_account.username):
                    assert name.encode() not in response.data, endpoint
                refused.append((person.id, rule_of(app, endpoint).rule))
    assert wrong == {}
    assert list(refusals(database)) == refused


@on_sqlite
def test_without_signing_in_there_is_the_public_part_and_the_way_to_sign_in(
    app: Flask, world: World, client: Client
) -> None:
    wrong = {}
    for endpoint, method, roles, _ in TABLE:
        path = world.path(app, endpoint)
        response = ask(client, method, path)
        sent_away = response.status_code == 302 and response.location.startswith("/sign-in")
        if sent_away == (roles == PUBLIC) or response.status_code in (403, 404):
            wrong[endpoint, method] = response.status_code
        if sent_away and method == "POST":
            assert response.location == "/sign-in"  # what was sent is not carried along
    assert wrong == {}


@on_sqlite
def test_who_must_change_the_password_can_do_nothing_else(
    app: Flask, world: World, make_account: MakeAccount, sign_in: SignIn
) -> None:
    client = sign_in(make_account(Role.ANALYST, world.own, must_change=True))
    for endpoint, method, roles, _ in STAFF:
        if may(roles, Role.ANALYST) and endpoint not in ("accounts.own_password", "accounts.sign_out"):
            response = ask(client, method, world.path(app, endpoint))
            assert (response.status_code, response.location) == (302, "/accounts/password"), endpoint
