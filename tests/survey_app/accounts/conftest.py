"""Hashing that takes no time, for tests that are not about it."""

import pytest
from argon2 import PasswordHasher

from survey_app.accounts import passwords
from tests.factories import accounts


@pytest.fixture
def quick_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "HASHER", hasher)
    monkeypatch.setattr(passwords, "NOBODY", hasher.hash("nobody"))
    known = hasher.hash(accounts.PASSWORD)
    monkeypatch.setattr(accounts, "_hashed", lambda: known)
