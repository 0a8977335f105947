"""What people type: in one spelling, within bounds, and refused in Vietnamese."""

import unicodedata

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from survey_app.accounts.forms import ROLE_NAMES, AccountForm, PasswordForm, SignInForm
from survey_app.forms import NEEDED, StaffForm, choices
from survey_app.policy import Role
from tests.databases import on_sqlite

ACCOUNT = {"username": "an.nguyen", "name": "Nguyễn An", "role": "leader", "unit_id": "1"}


def filled(app: Flask, kind: type[StaffForm], data: dict[str, str]) -> StaffForm:
    with app.test_request_context("/", method="POST"):
        form = kind(MultiDict(data))
        form.meta.csrf = False
        if isinstance(form, AccountForm):
            form.unit_id.choices = choices([(1, "Tỉnh")])
        form.validate()
    form.errors.pop("csrf_token", None)
    return form


def faults(form: StaffForm) -> dict[str, list[str]]:
    return {name: [str(one) for one in errors] for name, errors in form.errors.items() if name != "csrf_token"}


def test_every_role_has_a_name_for_people() -> None:
    assert set(ROLE_NAMES) == set(Role)
    assert len(set(ROLE_NAMES.values())) == len(Role)


@on_sqlite
def test_what_is_sound_is_taken(app: Flask) -> None:
    for kind, data in (
        (SignInForm, {"username": "an", "password": "x"}),
        (PasswordForm, {"current": "a", "new": "b" * 128, "again": "b" * 128}),
        (AccountForm, ACCOUNT),
    ):
        assert faults(filled(app, kind, data)) == {}


@on_sqlite
def test_everything_is_needed(app: Flask) -> None:
    for kind, needed in (
        (SignInForm, {"username", "password"}),
        (PasswordForm, {"current", "new", "again"}),
        (AccountForm, {"username", "name", "role", "unit_id"}),
    ):
        found = faults(filled(app, kind, {}))
        assert set(found) == needed
        assert {NEEDED} == {errors[0] for name, errors in found.items() if name not in ("role", "unit_id")}


@on_sqlite
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", "ab"),
        ("username", "x" * 65),
        ("username", "nguyễn an"),
        ("username", "an;drop"),
        ("username", "<b>an</b>"),
        ("username", "an/../x"),
        ("name", "x" * 121),
        ("name", "\u200b\u202e"),
        ("role", "root"),
        ("role", "Administrator"),
        ("unit_id", "2"),
        ("unit_id", "x"),
        ("unit_id", "99999999999999999999"),
    ],
)
def test_an_account_that_will_not_do_is_refused_in_vietnamese(app: Flask, field: str, value: str) -> None:
    found = faults(filled(app, AccountForm, {**ACCOUNT, field: value}))
    assert set(found) == {field}
    assert not any(message.isascii() for message in found[field])


@on_sqlite
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (unicodedata.normalize("NFD", "Nguyễn  Thị Ấn "), "Nguyễn Thị Ấn"),
        ("An\u202enA", "AnnA"),
        ("An\r\nNguyễn\t\0", "An Nguyễn"),
    ],
)
def test_names_are_one_line_without_hidden_signs(app: Flask, typed: str, kept: str) -> None:
    form = filled(app, AccountForm, {**ACCOUNT, "name": typed})
    assert form["name"].data == kept


@on_sqlite
def test_a_name_to_sign_in_with_may_be_vietnamese(app: Flask) -> None:
    form = filled(app, AccountForm, {**ACCOUNT, "username": unicodedata.normalize("NFD", "nguyễn.ấn")})
    assert (faults(form), form["username"].data) == ({}, "nguyễn.ấn")


@on_sqlite
def test_a_long_password_is_measured_in_the_spelling_it_is_kept_in(app: Flask) -> None:
    """A keyboard that sends each mark as a character of its own is no reason to refuse."""
    password = unicodedata.normalize("NFD", "ậ" * 100)
    assert len(password) > 128
    form = filled(app, SignInForm, {"username": "an", "password": password})
    assert (faults(form), form["password"].data) == ({}, "ậ" * 100)
    again = {"current": password, "new": password, "again": "ậ" * 100}
    assert faults(filled(app, PasswordForm, again)) == {}


@on_sqlite
def test_a_password_keeps_its_spaces(app: Flask) -> None:
    assert filled(app, SignInForm, {"username": " an ", "password": "  a  b "})["password"].data == "  a  b "


@on_sqlite
def test_passwords_are_bounded_and_typed_twice(app: Flask) -> None:
    assert set(faults(filled(app, SignInForm, {"username": "x" * 65, "password": "x" * 129}))) == {
        "username",
        "password",
    }
    found = faults(filled(app, PasswordForm, {"current": "a", "new": "b", "again": "c"}))
    assert found == {"again": ["Hai lần nhập không giống nhau."]}
    assert set(faults(filled(app, PasswordForm, {"current": "x" * 129, "new": "x" * 129, "again": "x" * 129}))) == {
        "current",
        "new",
    }


@on_sqlite
def test_a_password_is_never_put_back_into_the_page(app: Flask) -> None:
    with app.test_request_context("/", method="POST"):
        form = SignInForm(MultiDict({"username": "an", "password": "bí mật"}))
        assert "bí mật" not in form.password()
        assert 'value="an"' in form.username()
