"""Short codes that people read and type: no look-alike letters, and one wrong character is always seen.

The alphabet has 23 characters, a prime, so a weighted sum modulo 23 changes with every single wrong
character and with every swap of two (the principle of ISBN-10).
"""

import hmac
import secrets

# Without 0 O D Q, 1 I L, 5 S, 8 B, 2 Z, 6 G, U V: of each look-alike set at most one stays.
ALPHABET = "23456789ACEFHJKMNPRTWXY"
COUNTER_LENGTH = 6
RECEIPT_LENGTH = 10


def _check(body: str) -> str:
    total = sum(weight * ALPHABET.index(sign) for weight, sign in enumerate(body, start=2))
    return ALPHABET[total % len(ALPHABET)]


def draw(length: int = COUNTER_LENGTH) -> str:
    """A random code of that length, its last character the check."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(length - 1))
    return body + _check(body)


def derive(key: str, secret: str, length: int = RECEIPT_LENGTH) -> str:
    """The code that belongs to a key: always the same, and not to be computed without the secret."""
    number = int.from_bytes(hmac.new(secret.encode(), key.encode(), "sha256").digest())
    body = ""
    for _ in range(length - 1):
        number, rest = divmod(number, len(ALPHABET))
        body += ALPHABET[rest]
    return body + _check(body)


def normal(text: str, length: int = COUNTER_LENGTH) -> str | None:
    """The code that someone typed (any case, spaces and dashes), or None when it cannot be one."""
    code = "".join(text.split()).replace("-", "").upper()
    if len(code) != length or any(sign not in ALPHABET for sign in code):
        return None
    return code if _check(code[:-1]) == code[-1] else None


def grouped(code: str) -> str:
    """ABCDEF → ABC DEF, as it is printed."""
    return " ".join(code[start : start + 3] for start in range(0, len(code), 3))
