"""What people write at length: kept whole or refused, never cut."""

from reports import words
from survey_app.errors import Rejected

LONGEST_TEXT = 4000
LONGEST_MINUTE = 20_000


def whole(text: str, *, of: str, field: str, most: int = LONGEST_TEXT) -> str:
    """The text without space around it; Rejected of ``of`` names the field of one that is too long, and how long."""
    found = text.strip()
    if len(found) > most:
        raise Rejected(of, problems={field: "too_long"}, length=words.number(len(found)), most=words.number(most))
    return found
