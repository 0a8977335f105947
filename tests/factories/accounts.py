"""People with a known password, hashed once for all tests."""

from collections.abc import Callable
from functools import cache
from itertools import count

import pytest

from survey_app.accounts import passwords
from survey_app.db import Database
from survey_app.models import Account, Unit
from survey_app.policy import Role

PASSWORD = "bảy con trâu lội sông"
MakeAccount = Callable[..., Account]


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
