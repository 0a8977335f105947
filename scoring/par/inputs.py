"""What a scoring rule asks of a unit, and the strict reading of what was entered."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from scoring.par.numbers import exact

Inputs = Mapping[str, object]
MOST_DIGITS = 15  # of an entry: no count and no amount of money of a province is longer, every spreadsheet keeps them
NOT_APPLICABLE = "not_applicable"


class InputProblem(StrEnum):
    """What is wrong with an entry, as a code that a form translates."""

    MISSING = "missing"
    UNKNOWN = "unknown"
    NOT_A_NUMBER = "not_a_number"
    TOO_MANY_DIGITS = "too_many_digits"
    NOT_WHOLE = "not_whole"
    NEGATIVE = "negative"
    OUT_OF_RANGE = "out_of_range"
    ZERO_DENOMINATOR = "zero_denominator"
    PART_EXCEEDS_WHOLE = "part_exceeds_whole"
    NOT_YES_NO = "not_yes_no"
    NOT_AN_OPTION = "not_an_option"
    WRONG_LENGTH = "wrong_length"
    NOT_A_DATE = "not_a_date"
    NOT_A_LIST = "not_a_list"
    NO_VOTES = "no_votes"
    BOUNDS_REVERSED = "bounds_reversed"
    ALWAYS_APPLIES = "always_applies"


class InputError(ValueError):
    """An entry that cannot be scored; ``problem`` says why, ``name`` which entry."""

    def __init__(self, problem: InputProblem, name: str) -> None:
        super().__init__(f"{name}: {problem}")
        self.problem = problem
        self.name = name


class Ask(StrEnum):
    """The shape of an entry, by which a form chooses its field."""

    YES_NO = "yes_no"
    WHOLE = "whole"
    AMOUNT = "amount"
    PERCENT = "percent"
    DAYS = "days"
    DATE = "date"
    OPTION = "option"
    TICKS = "ticks"
    POINTS = "points"
    POINT_LIST = "point_list"
    VOTES = "votes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One entry that a rule needs.

    ``options`` are the choices, the conditions to tick or the options voted for; ``label`` is the name that
    the rule gives to a number ("disbursed" of "disbursed/allocated"). An entry that is not ``required``
    is asked only in some cases, which the kind of rule documents.
    """

    name: str
    ask: Ask
    label: str = ""
    options: tuple[str, ...] = ()
    required: bool = True


@dataclass(frozen=True, slots=True)
class Entries:
    """The entries of one rule by name; every reading is strict and raises `InputError`.

    Examples
    --------
    >>> entered = Entries({"a": 34, "answer": True, "due_on": "2025-12-15"})
    >>> entered.amount("a"), entered.yes("answer"), entered.date("due_on")
    (Decimal('34'), True, datetime.date(2025, 12, 15))
    >>> entered.whole("n")
    Traceback (most recent call last):
    scoring.par.inputs.InputError: n: missing
    """

    values: Inputs

    def has(self, name: str) -> bool:
        """Whether there is such an entry; None is none."""
        return self.values.get(name) is not None

    def entry(self, name: str) -> object:
        """The entry, which must be there."""
        if not self.has(name):
            raise InputError(InputProblem.MISSING, name)
        return self.values[name]

    def number(self, name: str) -> Decimal:
        """A finite number of any sign; what was typed has at most 15 digits."""
        value = self.entry(name)
        try:
            found = exact(value)
        except ValueError:
            raise InputError(InputProblem.NOT_A_NUMBER, name) from None
        typed = len(found.as_tuple().digits) if isinstance(value, str) else 0
        if max(typed, found.adjusted() + 1) > MOST_DIGITS:
            raise InputError(InputProblem.TOO_MANY_DIGITS, name)
        return found

    def amount(self, name: str) -> Decimal:
        """A number that is not negative: money, people, documents."""
        value = self.number(name)
        if value < 0:
            raise InputError(InputProblem.NEGATIVE, name)
        return value

    def days(self, name: str) -> int:
        """A whole number of days, negative when early."""
        value = self.number(name)
        if value != value.to_integral_value():
            raise InputError(InputProblem.NOT_WHOLE, name)
        return int(value)

    def whole(self, name: str) -> int:
        """A count."""
        self.amount(name)
        return self.days(name)

    def percent(self, name: str) -> Decimal:
        """A percentage, 0 to 100."""
        value = self.number(name)
        if not 0 <= value <= 100:
            raise InputError(InputProblem.OUT_OF_RANGE, name)
        return value

    def yes(self, name: str) -> bool:
        """True for yes, False for no."""
        value = self.entry(name)
        if not isinstance(value, bool):
            raise InputError(InputProblem.NOT_YES_NO, name)
        return value

    def date(self, name: str) -> datetime.date:
        """A day: a date, or its text as 2025-12-15."""
        value = self.entry(name)
        try:
            day = datetime.date.fromisoformat(value) if isinstance(value, str) else value
        except ValueError:
            day = None
        if not isinstance(day, datetime.date) or isinstance(day, datetime.datetime):
            raise InputError(InputProblem.NOT_A_DATE, name)
        return day

    def listed(self, name: str) -> Sequence[object]:
        """A list."""
        value = self.entry(name)
        if not isinstance(value, list | tuple):
            raise InputError(InputProblem.NOT_A_LIST, name)
        return value

    def ticks(self, name: str, count: int) -> tuple[bool, ...]:
        """One yes or no for each of `count` conditions, in the order of the rule."""
        marks = self.listed(name)
        if len(marks) != count:
            raise InputError(InputProblem.WRONG_LENGTH, name)
        return tuple(Entries({name: mark}).yes(name) for mark in marks)

    def points(self, name: str) -> tuple[Decimal, ...]:
        """A list of points, none negative."""
        return tuple(Entries({name: each}).amount(name) for each in self.listed(name))

    def option(self, name: str, options: Sequence[str]) -> str:
        """One of the options, by its text."""
        value = self.entry(name)
        if not isinstance(value, str) or value not in options:
            raise InputError(InputProblem.NOT_AN_OPTION, name)
        return value

    def votes(self, name: str, options: Sequence[str]) -> tuple[dict[str, int], ...]:
        """For each question how often each option was chosen; an option left out was chosen by nobody."""
        return tuple(self._question(name, each, options) for each in self.listed(name))

    def _question(self, name: str, counts: object, options: Sequence[str]) -> dict[str, int]:
        if not isinstance(counts, Mapping):
            raise InputError(InputProblem.NOT_A_LIST, name)
        if any(option not in options for option in counts):
            raise InputError(InputProblem.NOT_AN_OPTION, name)
        return {option: Entries({name: counts.get(option, 0)}).whole(name) for option in options}

    def but(self, **changed: object) -> Inputs:
        """The entries with some of them changed."""
        return {**self.values, **changed}
