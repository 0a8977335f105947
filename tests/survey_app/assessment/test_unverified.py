"""What the pages and tables of the room say of criteria sets that were not held against the official text."""

import io
from html import unescape

from flask import Flask
from openpyxl import load_workbook
from werkzeug.test import TestResponse

from survey_app.assessment import unverified
from survey_app.db import Database
from survey_app.policy import Actor
from tests.conftest import SignIn
from tests.databases import on_sqlite
from tests.factories.world import World, views
from tests.survey_app.assessment.conftest import TITLES, Browse, Data, MakeRound, MakeSet, Place, Running, fields
from tests.survey_app.web_addresses import allowed

WORDS = "chưa đối chiếu văn bản gốc"
# Those that are of no round and of no set, or choose one first.
WITHOUT = {"assessment.round_new", "assessment.sets_import", "assessment.sets_compare"}
TABLES = ("text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
# A set as a file says "verified: false"; of the rest the words stand in the document, or it is no document.
OTHER = ("application/yaml", "application/json", "application/pdf", "application/zip", "image/png", "image/svg+xml")


def text(response: TestResponse) -> str:
    content = response.get_data()
    if response.mimetype != TABLES[1]:
        return unescape(content.decode())
    book = load_workbook(io.BytesIO(content))
    return " ".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)


@on_sqlite
def test_every_page_and_table_of_a_round_or_a_set_says_that_it_was_not_checked(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    silent, other = {}, set()
    for endpoint, method in views(app):
        if not endpoint.startswith("assessment.") or method != "GET" or endpoint in WITHOUT:
            continue
        path = world.path(app, endpoint)
        with sign_in(allowed(app, world, endpoint)).get(path, follow_redirects=True) as response:
            if response.mimetype not in ("text/html", *TABLES):
                other.add(response.mimetype)
            elif WORDS not in text(response).lower():
                silent[endpoint] = response.status_code
    assert silent == {}
    assert other <= set(OTHER)


def verified(nodes: list[Data]) -> list[Data]:
    return [{**each, "verified": True, "children": verified(each.get("children", []))} for each in nodes]


@on_sqlite
def test_the_words_go_with_the_last_set_that_is_not_verified(
    browse: Browse, analyst: Actor, place: Place, make_set: MakeSet, make_round: MakeRound
) -> None:
    del place
    checked = make_round(sets={"commune": make_set("commune", verified=True, fields=verified(fields()))})
    mixed = make_round(sets={"commune": checked.sets["commune"], "department": make_set("department")}, opened=False)
    home = browse(analyst)
    pages = ("", "/board", "/council", "/feeds", "/reminders", "/board.csv", "/feeds/commune/2.1.csv")
    for page in pages:
        assert WORDS not in text(home.get(f"/assessment/rounds/{checked.id}{page}")).lower(), page
    said = text(home.get(f"/assessment/rounds/{mixed.id}/council"))
    assert f"{unverified.NOTE}: {TITLES['department']}." in said
    assert TITLES["commune"] not in said


@on_sqlite
def test_a_list_of_many_sets_says_how_many(database: Database, running: Running, make_set: MakeSet) -> None:
    spare = make_set("commune", key="khac")  # in no round
    with database.reading() as session:
        found = unverified.titles(session, {})
        assert found == tuple(TITLES[block] for block in running.sets)
        assert unverified.titles(session, {"set_id": spare}) == (TITLES["commune"],)
        assert unverified.titles(session, {"assessment_id": 10**6}) == ()
    assert unverified.note(found) == f"{unverified.NOTE}: 2 bộ."
    assert unverified.note(found[:1]) == f"{unverified.NOTE}: {TITLES['commune']}."
    assert unverified.note(()) == ""
