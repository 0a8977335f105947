"""A questionnaire as a form."""

from typing import Any

import pytest
from flask import Flask
from flask_wtf import FlaskForm

from questionnaires.coding import CODINGS
from questionnaires.loader import questionnaire
from questionnaires.model import Kind
from survey_app import i18n
from survey_app.respond.forms import FIELDS, SERVICE_FIELD, TICKET, answers, form_class
from survey_app.respond.routes import room
from tests.factories.submissions import SHORT

FULL = "counter-2640@1"


@pytest.fixture
def app() -> Flask:
    """Forms need a request, and nothing else of the application."""
    bare = Flask("forms")
    bare.config["SECRET_KEY"] = "of no use here"
    return bare


def filled(app: Flask, ref: str, data: dict[str, Any], language: str = "vi") -> FlaskForm:
    with app.test_request_context("/", method="POST", data=data):
        i18n.choose(language)
        form = form_class(ref, choose_field=False)()
        form.validate()
        return form


def test_every_kind_has_a_field_a_coding_and_a_template_block() -> None:
    assert set(FIELDS) == set(CODINGS) == set(Kind)
    assert room.jinja_loader is not None
    blocks = set(room.jinja_loader.list_templates())
    assert {f"respond/kinds/{kind.value}.html" for kind in Kind} <= blocks


def test_a_complete_form_is_valid(app: Flask) -> None:
    form = filled(app, "qr-short@1", {**SHORT, "CHO": " 15 ", "YK": "Tốt"})
    assert form.errors == {}
    given = dict(answers(form, questionnaire("qr-short@1").definition))
    assert given == {**SHORT, "CHO": 15, "YK": "Tốt"}


def test_the_class_of_a_version_is_built_once() -> None:
    assert form_class(FULL, True) is form_class(FULL, True)
    assert hasattr(form_class(FULL, True), SERVICE_FIELD)
    assert not hasattr(form_class(FULL, False), SERVICE_FIELD)
    assert hasattr(form_class(FULL, False), TICKET)


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"CHUNG": ""}, "CHUNG", "Xin chọn một câu trả lời."),
        ({"TC0": "6"}, "TC0", "không có trong phiếu"),
        ({"TC0": "n"}, "TC0", "không có trong phiếu"),
        ({"CHO": "mười phút"}, "CHO", "một số từ 0 đến 600"),
        ({"CHO": "601"}, "CHO", "một số từ 0 đến 600"),
        ({"CHO": "-1"}, "CHO", "một số từ 0 đến 600"),
        ({"CHO": "9" * 5000}, "CHO", "một số từ 0 đến 600"),
        ({"CHO": "²"}, "CHO", "một số từ 0 đến 600"),
        ({"YK": "a" * 1001}, "YK", "nhiều nhất 1000 chữ cái"),
    ],
)
def test_what_is_missing_or_impossible_is_said_at_its_question(
    app: Flask, changes: dict[str, str], field: str, words: str
) -> None:
    form = filled(app, "qr-short@1", {**SHORT, **changes})
    assert list(form.errors) == [field]
    assert words in form.errors[field][0]


def test_too_many_ticks(app: Flask) -> None:
    data = {"LOC": "1", "CHUNG": "4", "MD": ["1", "2", "3", "4"]}
    assert "nhiều nhất 3 ý" in filled(app, FULL, data).errors["MD"][0]
    form = filled(app, FULL, {**data, "MD": ["2", "1", "2"]})
    assert form.errors == {}
    assert dict(answers(form, questionnaire(FULL).definition))["MD"] == ("2", "1", "2")


def test_messages_speak_the_language_of_the_page(app: Flask) -> None:
    form = filled(app, "qr-short@1", {**SHORT, "CHUNG": "", "CHO": "x"}, language="en")
    assert form.errors["CHUNG"] == ["Please choose an answer."]
    assert form.errors["CHO"] == ["Please write a number from 0 to 600, without words."]
