"""What is entered of a round, and what the URL of the board may ask for."""

import pytest
from flask import Flask

from survey_app.assessment.running import forms
from survey_app.assessment.running.board import Asked
from survey_app.assessment.running.forms import RoundForm, asked, draft, round_form, showing
from survey_app.errors import Conflict, NotOpen, Rejected
from tests.databases import on_sqlite
from tests.survey_app.assessment.conftest import DATES

BLOCKS = (("commune", "Các xã, phường"), ("department", "Các sở"))
SETS = {"commune": [(7, "Bộ xã")]}


def form(app: Flask, **sent: str) -> RoundForm:
    """The form as it arrives."""
    data = {"title": " Kỳ  2025 ", "year": "2025", **{name: day.isoformat() for name, day in DATES.items()}, **sent}
    with app.test_request_context(method="POST", data=data):
        found = round_form(BLOCKS, SETS)
        found.validate()
    return found


@on_sqlite
def test_a_form_becomes_a_draft(app: Flask) -> None:
    found = draft(form(app, set_commune="7", set_department=""))
    assert (found.title, found.year, dict(found.dates), dict(found.sets)) == (
        "Kỳ 2025",
        2025,
        dict(DATES),
        {"commune": 7},
    )


@on_sqlite
def test_a_block_offers_its_own_sets(app: Flask) -> None:
    found = form(app, set_commune="7", set_department="7")
    assert [field.label.text for field in found.set_fields] == ["Các xã, phường", "Các sở"]
    assert [bool(field.errors) for field in found.set_fields] == [False, True]


@on_sqlite
@pytest.mark.parametrize("refusal", [Conflict("round_running"), NotOpen("too_early")])
def test_a_refusal_stands_on_top_of_the_form(app: Flask, refusal: Exception) -> None:
    found = form(app)
    with showing(found):
        raise refusal
    assert found.form_errors


@on_sqlite
def test_a_problem_stands_at_its_field(app: Flask) -> None:
    found = form(app)
    with showing(found):
        raise Rejected("round", problems={"title": "too_long", "sets": "no_set"})
    assert found.title.errors == ["Chữ quá dài."]
    assert found.form_errors == ["Chọn bộ tiêu chí cho ít nhất một khối."]


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ({}, Asked()),
        (
            {"block": "commune", "state": "draft", "sort": "-due", "page": "3"},
            Asked(block="commune", state="draft", sort="-due", page=3),
        ),
        ({"state": "overdue"}, Asked(state="overdue")),
        ({"state": "nonsense", "page": "-1"}, Asked()),
        ({"page": "9999999"}, Asked()),
        ({"page": "²"}, Asked()),
    ],
)
def test_what_a_url_says_wrongly_is_left_out(sent: dict[str, str], found: Asked) -> None:
    assert asked(sent) == found


def test_a_number_that_is_not_chosen_is_none() -> None:
    assert [forms._number(value) for value in ("", None, "7", 7)] == [None, None, 7, 7]
