"""Signing in through the service, and what the audit log says of it."""

import datetime
import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from survey_app.accounts import service
from survey_app.accounts.service import Attempt, SignedIn
from survey_app.db import Database
from survey_app.models import Account, AuditEvent, Unit
from survey_app.policy import Actor, Role
from tests.conftest import Clock
from tests.factories.accounts import PASSWORD, MakeAccount

NETWORK = "10.1.2.3/32"
NEW = "chín con cò trắng bay qua đồng"
Try = Callable[..., SignedIn | Attempt]
As = Callable[[Account], Actor]


@pytest.fixture
def attempt(database: Database, clock: Clock) -> Try:
    """attempt("an", "password", network=...): a whole sign-in."""

    def sign_in(username: str, password: str = PASSWORD, network: str = NETWORK) -> SignedIn | Attempt:
        with database.reading() as session:
            checked = service.check(session, username=username, password=password, network=network, now=clock())
        with database.transaction() as session:
            return service.sign_in(session, checked, network=network, now=clock())

    return sign_in


@pytest.fixture
def actor_of(database: Database, clock: Clock) -> As:
    """A person in a session that is open."""

    def load(account: Account) -> Actor:
        with database.transaction() as session:
            found = service.load_actor(session, service.open_session(session, account, clock()), clock())
        assert found is not None
        return found

    return load


@pytest.fixture
def administrator(make_account: MakeAccount, province: Unit, actor_of: As) -> Actor:
    return actor_of(make_account(Role.ADMINISTRATOR, province, username="quantri"))


def events(database: Database) -> list[tuple[str, str, int | None, dict[str, Any]]]:
    with database.reading() as session:
        rows = session.execute(select(AuditEvent).order_by(AuditEvent.id)).scalars()
        return [(row.action, row.subject, row.account_id, json.loads(row.detail)) for row in rows]


def who(database: Database, signed_in: SignedIn | Attempt, now: datetime.datetime) -> Actor | None:
    assert isinstance(signed_in, SignedIn)
    with database.reading() as session:
        return service.load_actor(session, signed_in.token, now)


# One's own password


def change(database: Database, actor: Actor, current: str, new: str, now: datetime.datetime) -> None:
    with database.transaction() as session:
        service.change_own_password(session, actor, current=current, new=new, now=now)
