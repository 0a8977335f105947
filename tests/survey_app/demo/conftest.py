"""Cheap passwords: six accounts are made at every load."""

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from survey_app.accounts import passwords


@pytest.fixture(scope="module", autouse=True)
def _quick_passwords() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield
