"""Passwords: Argon2id, normalised first, judged for strength, issued at random."""

import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

# Argon2id with the library's defaults (RFC 9106, second choice): 64 MiB, 3 passes, 4 lanes.
HASHER = PasswordHasher()
SHORTEST, LONGEST = 12, 128
STRONG_ENOUGH = 3
LOCAL_WORDS = ["hailong", "sonoivu", "cchc", "parindex", "sipas", "matkhau", "motcua", "vietnam"]
# Without look-alike characters: these are read from paper once.
ISSUE_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def normal(password: str) -> str:
    """One spelling for what looks the same: Vietnamese keyboards differ."""
    return unicodedata.normalize("NFC", password)


def hash_password(password: str) -> str:
    return HASHER.hash(normal(password))


# Verified when the account is unknown, so that the answer takes as long.
NOBODY = hash_password(secrets.token_urlsafe())


def matches(password_hash: str | None, password: str) -> bool:
    try:
        return HASHER.verify(password_hash or NOBODY, normal(password)) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def outdated(password_hash: str) -> bool:
    return HASHER.check_needs_rehash(password_hash)


def weakness(password: str, username: str) -> str | None:
    """Why a new password is refused ("short", "long", "weak"), or None."""
    password = normal(password)
    if len(password) < SHORTEST:
        return "short"
    if len(password) > LONGEST:
        return "long"
    judged = zxcvbn(password[:72], user_inputs=[username, *LOCAL_WORDS])
    return "weak" if judged["score"] < STRONG_ENOUGH else None


def issue() -> str:
    """A random password to hand over once, about 79 bits, in groups."""
    return "-".join("".join(secrets.choice(ISSUE_ALPHABET) for _ in range(4)) for _ in range(4))
