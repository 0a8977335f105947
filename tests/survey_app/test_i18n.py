"""Words of the citizen pages in another language."""

import pytest
from flask import Flask, render_template_string

from survey_app import i18n
from tests.conftest import Client
from tests.databases import on_sqlite


@on_sqlite
def test_vietnamese_is_the_message_itself(app: Flask) -> None:
    assert i18n.catalogue("vi") == {}
    with app.test_request_context("/"):
        assert i18n.language() == "vi"
        assert i18n.translate("Xin trả lời câu này.") == "Xin trả lời câu này."


@on_sqlite
def test_english_translates_and_leaves_what_it_does_not_know(app: Flask) -> None:
    message, translation = next(iter(i18n.catalogue("en").items()))
    with app.test_request_context("/"):
        assert i18n.choose("en") == "en"
        assert i18n.translate(message) == translation != message
        assert i18n.translate("chưa có trong danh mục") == "chưa có trong danh mục"


def test_a_catalogue_has_no_empty_translation() -> None:
    assert all(i18n.catalogue("en").values())


@on_sqlite
@pytest.mark.parametrize("code", [None, "", "fr", "EN", "../en", "en\0", "vi"])
def test_what_is_unknown_is_vietnamese(app: Flask, code: str | None) -> None:
    with app.test_request_context("/"):
        i18n.choose("en")
        assert i18n.choose(code) == "vi"


@on_sqlite
def test_a_language_is_of_one_request_alone(client: Client) -> None:
    assert '<html lang="en">' in client.get("/?lang=en").text
    assert '<html lang="vi">' in client.get("/").text


@on_sqlite
def test_templates_translate_and_escape_what_is_put_in(app: Flask) -> None:
    app.jinja_env.globals["canary"] = "<script>"
    with app.test_request_context("/"):
        i18n.choose("en")
        assert render_template_string("{{ _('Số %(n)s', n=canary) }}") == "Số &lt;script&gt;"
        one_many = "{{ ngettext('%(num)s phiếu', '%(num)s phiếu', 3) }}"
        assert render_template_string(one_many) == "3 phiếu"
