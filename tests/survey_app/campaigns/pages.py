"""The browser of Home Affairs over a commune, and what a page says."""

import html

import pytest
from werkzeug.test import TestResponse

from survey_app.models import Unit
from survey_app.policy import Role
from tests.conftest import Client, SignIn
from tests.factories.accounts import MakeAccount
from tests.factories.units import MakeUnit


@pytest.fixture
def commune(make_unit: MakeUnit, province: Unit) -> Unit:
    return make_unit("Xã An Cọ", parent=province, code="AN-CO")


@pytest.fixture
def analyst(sign_in: SignIn, make_account: MakeAccount, province: Unit, commune: Unit) -> Client:
    return sign_in(make_account(Role.ANALYST, province))


def said(response: TestResponse) -> str:
    """The page as a person reads it."""
    text = html.unescape(response.get_data(as_text=True))
    for english in ("Not a valid", "This field", "must be", "None"):
        assert english not in text, english
    return text
