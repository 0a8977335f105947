"""What every scoring rule is: its parameters with their shapes, its questions, its points, its next step."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from scoring.par.inputs import Entries, Inputs, Question
from scoring.par.steps import Scored


class RuleProblem(StrEnum):
    """What is wrong with a rule, as a code that a form translates."""

    NOT_A_RULE = "not_a_rule"
    UNKNOWN_KIND = "unknown_kind"
    UNKNOWN_PARAMETER = "unknown_parameter"
    MISSING_PARAMETER = "missing_parameter"
    NOT_A_NUMBER = "not_a_number"
    NOT_WHOLE = "not_whole"
    NOT_A_TEXT = "not_a_text"
    NOT_A_LIST = "not_a_list"
    NOT_YES_NO = "not_yes_no"
    NOT_AN_OPTION = "not_an_option"
    EMPTY = "empty"
    TWICE = "twice"
    OUT_OF_RANGE = "out_of_range"
    OUT_OF_ORDER = "out_of_order"
    BAD_TIER = "bad_tier"
    BAD_SUM = "bad_sum"
    ABOVE_MAXIMUM = "above_maximum"


class RuleError(ValueError):
    """A rule that cannot be used; ``problem`` says why, ``where`` names the place in it ("tiers[1].points")."""

    def __init__(self, problem: RuleProblem, where: str) -> None:
        super().__init__(f"{where}: {problem}")
        self.problem = problem
        self.where = where


class Shape(StrEnum):
    """What a parameter looks like, by which an editor chooses its field."""

    NUMBER = "number"
    POINTS = "points"
    DEDUCTION = "deduction"
    POSITIVE = "positive"
    SHARE = "share"
    WHOLE = "whole"
    FLAG = "flag"
    TEXT = "text"
    NAMES = "names"
    THREE_NAMES = "three_names"
    ITEMS = "items"
    OPTIONS = "options"
    TIERS = "tiers"
    DEADLINES = "deadlines"
    WEIGHTS = "weights"
    CLASSES = "classes"
    LIMITS = "limits"
    MONTH_DAY = "month_day"
    START = "start"
    ZERO_DENOMINATOR = "zero_denominator"
    BRANCHES = "branches"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a kind: its name in the data, its shape, the field it fills, and whether it must be there.

    A ``share`` is written as a part of one (0.8), which people say in percent; the bounds of tiers are shares
    only while the input of the rule is a ratio.
    """

    name: str
    shape: Shape
    field: str = ""
    required: bool = True
    share: bool = False

    @property
    def fills(self) -> str:
        """The field of the rule; the name itself unless it is another."""
        return self.field or self.name


@dataclass(frozen=True, slots=True)
class Tier:
    """Points from a bound on: at the bound too, or only above it when ``strict``; for deadlines, up to it."""

    bound: Decimal
    points: Decimal
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """A class of the index: from a bound on, or only above it when ``strict``."""

    name: str
    bound: Decimal
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """A choice and its points; with ``up_to`` the appraiser gives any points up to them."""

    name: str
    points: Decimal
    up_to: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(ABC):
    """A scoring rule of one kind with its parameters.

    ``text_vi`` is the wording that the parameters stand for; ``not_applicable`` says in which case the rule
    does not apply (None: it always does). A kind lists its ``PARAMETERS`` and the ``NOTES`` that may stand
    beside them in the data without any effect.
    """

    kind: str
    text_vi: str = ""
    not_applicable: str | None = None
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = ()
    NOTES: ClassVar[frozenset[str]] = frozenset()

    @abstractmethod
    def questions(self) -> tuple[Question, ...]:
        """What has to be entered."""

    @abstractmethod
    def score(self, entries: Entries, maximum: Decimal) -> Scored:
        """Points and steps."""

    @abstractmethod
    def better(self, entries: Entries, maximum: Decimal) -> Inputs | None:
        """The entries of the next better outcome; None when there is none."""

    def highest(self, maximum: Decimal) -> Decimal:
        """The most points that the rule can give."""
        return maximum

    def fault(self) -> tuple[RuleProblem, str] | None:
        """What is wrong between parameters that are right one by one."""
        return None
