"""What is typed about sets: texts and back, and what a refusal looks like in a form."""

import json
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from questionnaires.par_nodes import Node
from questionnaires.par_sets import CriteriaSet
from questionnaires.par_tables import COLUMNS, HEADER
from questionnaires.par_texts import HEAD, NODE, head_texts, node_texts
from scoring.par.kinds import KINDS
from survey_app.assessment.criteria_sets.forms import (
    REFUSALS,
    CloneForm,
    HeadForm,
    NodeForm,
    TextsForm,
    edition_of,
    new_texts,
    showing,
    title,
)
from survey_app.errors import Conflict, Rejected
from tests.databases import on_sqlite
from tests.survey_app.assessment.conftest import definition

pytestmark = on_sqlite


@pytest.fixture(autouse=True)
def request_of(app: Flask) -> Iterator[None]:
    app.config["WTF_CSRF_ENABLED"] = False
    with app.test_request_context():
        yield


def small() -> CriteriaSet:
    return CriteriaSet.model_validate(definition())


def sent(form: type[TextsForm], **values: str) -> TextsForm:
    return form(MultiDict(values))


@pytest.mark.parametrize("number", ["1", "1.1", "1.2", "2.1", "T"])
def test_texts_of_a_node_come_back_from_its_form(number: str) -> None:
    form, texts = NodeForm(), node_texts(small().node(number))
    form.fill(texts, 7)
    values = {field.name: field.data for field in form if field.data is not False}  # a browser sends no empty box
    found = sent(NodeForm, **{name: "y" if value is True else value for name, value in values.items()})
    assert found.texts() == texts
    assert found.change().before == texts
    assert found.change().edition == 7
    found.validate()
    assert found.errors == {}


def test_texts_of_a_head_come_back_from_its_form() -> None:
    form, texts = HeadForm(), head_texts(small())
    form.fill(texts, 1)
    assert form.texts() == texts
    assert form.complete.data is True
    assert form.verified.data is False


def test_lines_are_kept_as_browsers_send_them() -> None:
    assert sent(NodeForm, evidence=" Một\r\nHai \r\n").texts()["evidence"] == "Một\nHai"


def test_every_text_has_its_field_and_its_title() -> None:
    assert NodeForm.NAMES == NODE
    assert HeadForm.NAMES == HEAD
    assert set(NodeForm().texts()) == set(NODE)
    assert (title("max"), title("bands")) == (COLUMNS["max"], HEADER["bands"])
    assert {value for value, *_ in NodeForm().kind.iter_choices()} == {"", *KINDS} - {"total"}


@pytest.mark.parametrize("before", ["", "x", "[1]", '{"a": 1}'])
def test_what_no_form_holds_counts_as_changed(before: str) -> None:
    found = sent(NodeForm, before=before, edition="x").change()
    assert found.before == ({"a": "1"} if before.startswith("{") else {})
    assert found.edition == 0


@pytest.mark.parametrize(("text", "edition"), [("7", 7), ("", 0), ("²", 0), ("-1", 0), ("9" * 30, 0)])
def test_an_edition_is_a_small_number(text: str, edition: int) -> None:
    assert edition_of({"edition": text}) == edition
    assert edition_of({}) == 0


def test_a_new_node_begins_with_what_stands_around_it() -> None:
    texts = new_texts(small(), small().node("1"))
    assert {name: text for name, text in texts.items() if text} == {
        "id": "1.4",
        "source": "Phép thử",
        "points_basis": "placeholder",
    }
    assert new_texts(small(), None)["id"] == "4"
    below = new_texts(small(), small().node("1.1"))
    assert (below["id"], below["source"]) == ("1.1.1", "Phép thử")


def test_a_refusal_stands_at_its_field() -> None:
    form = sent(HeadForm, title_vi="x")
    with showing(form) as clashes:
        raise Rejected("set", problems={"title.vi": "thiếu mục bắt buộc", "nowhere": "number_taken"})
    assert form.title_vi.errors == ["thiếu mục bắt buộc"]
    assert form.form_errors == [REFUSALS["number_taken"]]
    assert clashes == []
    year = CloneForm()
    with showing(year):
        raise Rejected("set", problems={"year": "bad_year"})
    assert year.year.errors == [REFUSALS["bad_year"]]


def test_what_someone_else_changed_stands_beside_what_was_typed() -> None:
    before = node_texts(Node.model_validate(small().node("1.3")))
    form = sent(NodeForm, **{**before, "name": "Tôi", "edition": "1", "before": json.dumps(before)})
    now = before | {"name": "Người khác", "verified": "Có"}
    with showing(form) as clashes:
        raise Conflict("changed_meanwhile", now=now, edition=2)
    assert [(clash.name, clash.now, clash.typed) for clash in clashes] == [
        ("name", "Người khác", "Tôi"),
        ("verified", "Có", "Có"),
    ]
    assert (form.name.data, form.verified.data, form.edition.data) == ("Tôi", True, "2")
    assert form.change().before == now
    assert form.form_errors == [REFUSALS["changed_meanwhile"]]


def test_any_other_conflict_is_said_on_top() -> None:
    form = NodeForm()
    with showing(form) as clashes:
        raise Conflict("node_gone")
    assert (form.form_errors, clashes) == ([REFUSALS["node_gone"]], [])
