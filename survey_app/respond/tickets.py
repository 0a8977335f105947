"""The hidden ticket of a rendered form: it makes sending twice harmless and proves the form is ours.

It is signed, says what was rendered (counter, campaign, questionnaire version, whether the service
field was asked), and carries a random key. No cookie is involved.
"""

import hashlib
import secrets
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeTimedSerializer

LIFETIME_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Ticket:
    key: str
    counter: str
    campaign: int
    ref: str
    asks_field: bool


class Tickets:
    """Issues and reads tickets under one secret."""

    def __init__(self, secret: str) -> None:
        self._signer = URLSafeTimedSerializer(
            secret, salt="respond.ticket", signer_kwargs={"digest_method": hashlib.sha256}
        )

    def issue(self, counter: str, campaign: int, ref: str, *, asks_field: bool) -> str:
        return self._signer.dumps([secrets.token_urlsafe(16), counter, campaign, ref, int(asks_field)])

    def read(self, text: str, counter: str) -> Ticket | None:
        """The ticket, or None when it is forged, damaged, too old or of another counter."""
        try:
            key, of, campaign, ref, asks_field = self._signer.loads(text, max_age=LIFETIME_SECONDS)
        except (BadData, ValueError):
            return None
        return Ticket(key, of, campaign, ref, bool(asks_field)) if of == counter else None
