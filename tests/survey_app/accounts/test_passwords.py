"""Passwords: how they are kept, which are refused, how they are issued."""

import unicodedata

import pytest
from argon2 import PasswordHasher, Type, extract_parameters

from survey_app.accounts import passwords
from survey_app.accounts.routes import PROBLEMS

LONG = "bảy con trâu lội sông " * 4  # 88 characters


def test_hashing_is_no_cheaper_than_the_floor() -> None:
    """OWASP's least for Argon2id is 19 MiB and two passes; ours is RFC 9106's second choice."""
    found = extract_parameters(passwords.hash_password("x"))
    assert found.type is Type.ID
    assert found.memory_cost >= 65536
    assert found.time_cost >= 3
    assert found.parallelism >= 4
    assert (found.hash_len, found.salt_len) >= (32, 16)


def test_nobodys_hash_takes_as_long_as_anyones() -> None:
    assert extract_parameters(passwords.NOBODY) == extract_parameters(passwords.hash_password("x"))


@pytest.mark.usefixtures("quick_hashing")
class TestMatching:
    def test_the_same_password_matches_and_another_does_not(self) -> None:
        kept = passwords.hash_password("đúng")
        assert passwords.matches(kept, "đúng")
        assert not passwords.matches(kept, "Đúng")
        assert not passwords.matches(kept, "đúng ")
        assert not passwords.matches(kept, "")

    def test_the_same_password_is_never_kept_twice_alike(self) -> None:
        assert passwords.hash_password("x") != passwords.hash_password("x")

    def test_both_spellings_of_vietnamese_are_one_password(self) -> None:
        composed, decomposed = unicodedata.normalize("NFC", "mật khẩu"), unicodedata.normalize("NFD", "mật khẩu")
        assert composed != decomposed
        assert passwords.matches(passwords.hash_password(composed), decomposed)
        assert passwords.matches(passwords.hash_password(decomposed), composed)

    def test_every_character_of_a_long_password_counts(self) -> None:
        kept = passwords.hash_password(LONG)
        assert passwords.matches(kept, LONG)
        assert not passwords.matches(kept, LONG[:-1] + "x")
        assert not passwords.matches(kept, LONG[:72])

    def test_an_unknown_person_never_matches(self) -> None:
        assert not passwords.matches(None, "nobody")
        assert not passwords.matches(None, "")

    @pytest.mark.parametrize("damaged", ["", "x", "$argon2id$v=19$m=8,t=1,p=1$", "!"])
    def test_a_damaged_hash_matches_nothing(self, damaged: str) -> None:
        assert not passwords.matches(damaged, "")
        assert not passwords.matches(damaged, "x")

    def test_a_hash_of_weaker_settings_is_outdated(self) -> None:
        assert not passwords.outdated(passwords.hash_password("x"))
        assert passwords.outdated(PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash("x"))


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "short"),
        ("q8#Zt!w2Lp", "short"),
        ("bảy con trâ", "short"),
        ("x" * 129, "long"),
        ("password1234", "weak"),
        ("123456789012", "weak"),
        ("aaaaaaaaaaaa", "weak"),
        ("qwertyuiop12", "weak"),
        ("matkhau12345", "weak"),
        ("hailong12026", "weak"),
        ("sonoivu20261", "weak"),
        ("vietnam12345", "weak"),
        ("motcuamotcua", "weak"),
        ("quantri.tinh", "weak"),  # the username itself
        ("QuanTri.Tinh1", "weak"),
        (LONG, None),
        ("x9#Qv2!mTz7&", None),
        ("bảy con trâu lội sông", None),
        (unicodedata.normalize("NFD", "bảy con trâu lội sông"), None),
        ("ợ" * 5 + "bò lội qua sông", None),
    ],
)
def test_weak_passwords_are_refused_with_a_reason(password: str, reason: str | None) -> None:
    assert passwords.weakness(password, "quantri.tinh") == reason


def test_length_is_counted_in_characters_as_people_see_them() -> None:
    decomposed = unicodedata.normalize("NFD", "ậ" * 64 + "bò qua sông")
    assert len(decomposed) > passwords.LONGEST
    assert passwords.weakness(decomposed, "x") != "long"
    assert passwords.weakness(unicodedata.normalize("NFD", "ậ" * 11), "x") == "short"


def test_every_reason_has_its_vietnamese_words() -> None:
    for reason in ("short", "long", "weak", "wrong", "same"):
        assert not PROBLEMS[reason].isascii()


def test_issued_passwords_are_random_strong_and_legible() -> None:
    issued = {passwords.issue() for _ in range(200)}
    assert len(issued) == 200
    for password in issued:
        groups = password.split("-")
        assert [len(group) for group in groups] == [4, 4, 4, 4]
        assert set("".join(groups)) <= set(passwords.ISSUE_ALPHABET)
        assert not set("".join(groups)) & set("0o1il")
    assert len(passwords.ISSUE_ALPHABET) ** 16 > 2**76


def test_an_issued_password_is_no_weak_one() -> None:
    assert {passwords.weakness(passwords.issue(), "nguyen.van.a") for _ in range(10)} == {None}
