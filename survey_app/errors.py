"""What services refuse, without a word of HTTP; web.py translates."""


class Refusal(Exception):
    """Something was refused for a reason that people may read (a key of the error pages)."""

    def __init__(self, reason: str = "", /, **details: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.details = details


class NotFound(Refusal):
    """There is no such thing, or not for this person."""


class NotAllowed(Refusal):
    """The role does not permit it."""


class NotOpen(Refusal):
    """It exists, but not at this moment: closed, or not yet open."""


class Conflict(Refusal):
    """It contradicts what is stored: sent before with other content, changed meanwhile, taken."""


class Rejected(Refusal):
    """The content breaks a rule; ``problems`` maps fields (or rows) to reasons."""

    def __init__(self, reason: str = "", /, problems: dict[str, str] | None = None, **details: object) -> None:
        super().__init__(reason, **details)
        self.problems = problems or {}


class TooManyAttempts(Refusal):
    """Try again later."""


class Unavailable(Refusal):
    """The store cannot take it now: locked, full or out of reach. Nothing was changed."""
