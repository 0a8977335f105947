"""People with a known password, hashed once for all tests."""

from collections.abc import Callable
from functools import cache
from itertools import count

import pytest

from survey_app.accounts import passwords
from survey_app.db import Database
from survey_app.models import Account, Unit
from survey_app.policy import Actor, Role, scope

PASSWORD = "bảy con trâu lội sông"
MakeAccount = Callable[..., Account]
MakeActor = Callable[..., Actor]


@cache
def _hashed() -> str:
    return passwords.hash_password(PASSWORD)


@pytest.fixture
def make_account(database: Database) -> MakeAccount:
    """make_account(Role.ANALYST, unit)."""
    numbers = count(1)

    def make(
        role: Role, unit: Unit, *, username: str | None = None, active: bool = True, must_change: bool = False
    ) -> Account:
        with database.transaction() as session:
            account = Account(
                username=username or f"{role.value}{next(numbers)}",
                name=f"Nguyễn Thị {role.value.title()}",
                role=role.value,
                unit_id=unit.id,
                password_hash=_hashed(),
                must_change_password=must_change,
                active=active,
            )
            session.add(account)
        return account

    return make


@pytest.fixture
def make_actor(database: Database, make_account: MakeAccount) -> MakeActor:
    """make_actor(Role.ANALYST, unit): a person over the units that are there by now, as services see one."""

    def make(role: Role, unit: Unit) -> Actor:
        account = make_account(role, unit)
        with database.reading() as session:
            units = scope(session, unit.id)
        return Actor(
            account_id=account.id,
            username=account.username,
            name=account.name,
            role=role,
            unit_id=unit.id,
            units=units,
            session_hash="0" * 64,
        )

    return make
