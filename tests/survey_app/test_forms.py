"""The base of staff forms: problems appear at their field, in Vietnamese."""

import datetime

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, DateField, IntegerField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, Optional

from survey_app.errors import Rejected
from survey_app.forms import BAD_DAY, NEEDED, Day, Line, StaffForm, Ticks, choices
from tests.databases import on_sqlite


class Example(StaffForm):
    name = StringField("Tên", [InputRequired(NEEDED), Length(max=5)])
    unit = SelectField("Đơn vị", coerce=int, choices=choices([(1, "Một"), (2, "Hai")]))
    units = SelectMultipleField("Các đơn vị", coerce=int, choices=choices([(1, "Một"), (2, "Hai")]))
    number = IntegerField("Số")
    day = DateField("Ngày")
    active = BooleanField("Đang hoạt động")
    place = Line("Vị trí")
    opened = Day("Ngày mở", [Optional()])
    fields = Ticks("Lĩnh vực", choices=choices([("land", "Đất đai"), ("civil", "Hộ tịch")]))


def filled(app: Flask, **data: object) -> Example:
    with app.test_request_context("/", method="POST"):
        form = Example(MultiDict({"name": "An", "unit": "1", "number": "1", "day": "2026-03-16", **data}))
        form.meta.csrf = False
        form.validate()
        return form


def test_a_choice_is_a_value_and_its_words() -> None:
    made = choices([(1, "Một"), ("a", "A")])
    assert [(one.value, one.label) for one in made] == [("1", "Một"), ("a", "A")]


@on_sqlite
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "x" * 6),
        ("name", ""),
        ("unit", "3"),
        ("unit", "x"),
        ("unit", ""),
        ("units", ["1", "3"]),
        ("units", ["x"]),
        ("number", "x"),
        ("number", "1.5"),
        ("day", "16/03"),
        ("day", ""),
        ("opened", "30/02/2026"),
        ("opened", "1944-12-31"),
        ("opened", "01/01/2101"),
        ("opened", "hôm nay"),
        ("fields", ["land", "sea"]),
    ],
)
def test_what_a_field_refuses_is_said_in_vietnamese(app: Flask, field: str, value: str | list[str]) -> None:
    form = filled(app, **{field: value})
    (message,) = form.errors[field]
    assert not str(message).isascii()
    assert "%(" not in str(message)


@on_sqlite
def test_what_is_sound_is_taken(app: Flask) -> None:
    form = filled(app, units=["1", "2"])
    assert {name: errors for name, errors in form.errors.items() if name != "csrf_token"} == {}
    assert (form.unit.data, form.units.data, form.active.data) == (1, [1, 2], False)


@on_sqlite
def test_a_problem_of_a_service_appears_at_its_field(app: Flask) -> None:
    form = filled(app, name="")
    form.show(Rejected("rows", problems={"name": "taken", "elsewhere": "overlap"}), {"taken": "Đã có."})
    assert form.name.errors == [NEEDED, "Đã có."]
    assert form.form_errors == ["overlap"]


@on_sqlite
@pytest.mark.parametrize("typed", ["2026-03-16", "16/03/2026"])
def test_a_day_may_be_typed_as_people_write_it(app: Flask, typed: str) -> None:
    assert filled(app, opened=typed)["opened"].data == datetime.date(2026, 3, 16)
    assert [str(message) for message in filled(app, opened="1/1/1900").errors["opened"]] == [BAD_DAY]


@on_sqlite
def test_a_line_is_one_line_in_one_spelling(app: Flask) -> None:
    assert filled(app, place="  Ta\u0302\u0300ng\r\n1\u202e\0 ")["place"].data == "Tầng 1"


@on_sqlite
def test_ticks_are_boxes_of_which_several_may_be_ticked(app: Flask) -> None:
    form = filled(app, fields=["land", "civil"])
    assert form["fields"].data == ["land", "civil"]
    assert str(form["fields"]()).count('type="checkbox"') == 2
