"""Shapes of what is entered; no database is asked."""

import datetime
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from survey_app.errors import Conflict, NotFound, Rejected
from survey_app.forms import NEEDED, StaffForm, choices
from survey_app.organisation.forms import (
    CounterForm,
    MergerForm,
    UnitForm,
    asked,
    showing,
)
from survey_app.organisation.listing import ALIVE, CLOSED, Asked

GOOD = {
    "code": "x-an-co",
    "name": "Xã An Cọ",
    "short": "",
    "level": "commune",
    "parent_id": "1",
    "valid_from": "2026-01-01",
}


@pytest.fixture(autouse=True)
def request_context() -> Iterator[None]:
    app = Flask(__name__)
    app.config.update(WTF_CSRF_ENABLED=False, SECRET_KEY="forms")
    with app.test_request_context(method="POST"):
        yield


def unit_form(**changes: str) -> UnitForm:
    form = UnitForm(MultiDict(GOOD | changes))
    form.level.choices, form.parent_id.choices = choices([("commune", "Xã")]), choices([(1, "Tỉnh")])
    form.validate()
    return form


def test_a_sound_unit() -> None:
    form = unit_form()
    assert form.errors == {}
    assert form.parent_id.data == 1
    assert form.valid_from.data == datetime.date(2026, 1, 1)


@pytest.mark.parametrize("typed", ["01/02/2026", "2026-02-01"])
def test_days_in_both_spellings(typed: str) -> None:
    assert unit_form(valid_from=typed).valid_from.data == datetime.date(2026, 2, 1)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("code", ""),
        ("code", "xã"),
        ("code", "-x"),
        ("code", "x y"),
        ("code", "x" * 41),
        ("name", ""),
        ("name", "   "),
        ("name", "\u200b"),
        ("name", "x" * 201),
        ("short", "x" * 81),
        ("level", "nowhere"),
        ("parent_id", "2"),
        ("parent_id", "x"),
        ("valid_from", ""),
        ("valid_from", "31/02/2026"),
        ("valid_from", "0001-01-01"),
        ("valid_from", "9999-12-31"),
    ],
)
def test_what_is_refused_is_refused_in_vietnamese(field: str, typed: str) -> None:
    form = unit_form(**{field: typed})
    assert set(form.errors) == {field}
    assert not any(text.isascii() for text in form.errors[field]), form.errors


def test_texts_are_cleaned() -> None:
    assert unit_form(name="  Xã \u202e An\u200b  Cọ\n").name.data == "Xã An Cọ"


def merger_form(**sent: str | list[str]) -> MergerForm:
    form = MergerForm(
        MultiDict({"units": ["1", "2"], "day": "2026-01-01", "into": "existing", "level": "commune"} | sent)
    )
    form.units.choices = choices([(1, "A"), (2, "B")])
    form.successor.choices = form.parent_id.choices = choices([("", "–"), (3, "C")])
    form.level.choices = choices([("commune", "Xã")])
    form.validate()
    return form


def test_only_the_chosen_half_of_a_merger_must_be_filled_in() -> None:
    assert merger_form(successor="3").errors == {}
    assert merger_form(into="new", code="moi", name="Mới", parent_id="3").errors == {}
    assert merger_form().errors == {"successor": [NEEDED]}
    assert set(merger_form(into="new").errors) == {"code", "name", "parent_id"}
    assert merger_form(successor="3").units.data == [1, 2]
    assert set(merger_form(successor="3", units=["9"]).errors) == {"units"}
    assert "into" in merger_form(into="else").errors


def test_a_counter_needs_a_unit_and_a_name() -> None:
    form = CounterForm(MultiDict({"unit_id": "", "name": " ", "field_key": "", "opened_on": "2026-01-01"}))
    form.unit_id.choices, form.field_key.choices = choices([(1, "Xã")]), choices([("", "Mọi lĩnh vực")])
    form.validate()
    assert set(form.errors) == {"unit_id", "name"}


def test_what_a_service_refuses_appears_in_the_form() -> None:
    form: StaffForm = unit_form()
    with showing(form):
        raise Rejected("unit", problems={"code": "code_taken", "unit": "root", "x": "no_column"}, column="Cấp")
    assert form["code"].errors == ["Mã này đã có đơn vị dùng (kể cả đơn vị đã đóng)."]
    assert form.form_errors == ["Không đóng hoặc sáp nhập được đơn vị cao nhất.", "Tệp thiếu cột “Cấp”."]
    with showing(form):
        raise Conflict("unit_closed")
    assert form.form_errors[-1] == "Đơn vị đã đóng, không sửa được nữa."
    with pytest.raises(NotFound), showing(form):
        raise NotFound("unit")


def test_what_a_url_asks() -> None:
    assert asked({}) == Asked()
    sent = {"q": " an ", "level": "commune", "unit": "7", "state": CLOSED, "sort": "-name", "page": "3"}
    assert asked(sent) == Asked(q="an", level="commune", unit=7, state=CLOSED, sort="-name", page=3)


@pytest.mark.parametrize("wrong", ["x", "-1", "1e3", "٣", "9" * 30, "1.0", ""])
def test_nonsense_in_a_url_is_left_out(wrong: str) -> None:
    found = asked({"unit": wrong, "page": wrong, "state": wrong, "q": "x" * 900})
    assert (found.unit, found.page, found.state, len(found.q)) == (None, 1, ALIVE, 80)
