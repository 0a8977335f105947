"""Signing in through the page."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app.db import Database
from survey_app.models import AuditEvent
from tests.conftest import Client
from tests.factories.accounts import PASSWORD

NEW = "chín con cò trắng bay qua đồng"
Browser = Callable[[], Client]


@pytest.fixture
def browser(app: Flask) -> Browser:
    """One more browser."""

    def make() -> Client:
        made = app.test_client()
        assert isinstance(made, Client)
        return made

    return make


def enter(client: Client, username: str, password: str = PASSWORD, **more: str) -> int:
    return client.send("/sign-in", {"username": username, "password": password, **more}).status_code


def actions(database: Database) -> list[str]:
    with database.reading() as opened:
        return list(opened.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))
