"""The frozen results of scoring: what pages, reports and exports show and never recompute."""

from dataclasses import dataclass
from enum import StrEnum

# Intervals of these methods use the Student quantile, because their variance is estimated.
COMPOSITE = "wilson_neff"


class Reason(StrEnum):
    """Why a value or an interval is missing."""

    NO_ANSWERS = "no_answers"
    TOO_FEW_FOR_INTERVAL = "too_few_for_interval"
    WITHHELD = "withheld"
    NOT_ASKED = "not_asked"
    NO_WEIGHTS = "no_weights"
    EMPTY_STRATUM = "empty_stratum"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A two-sided confidence interval.

    ``lower`` and ``upper`` are on the scale of the estimate (a rate: 0 to 1), ``level`` is the
    confidence (0.95: 2.5 % in each tail), ``method`` names the procedure.
    """

    lower: float
    upper: float
    level: float
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A value with its uncertainty, or the reason why there is none.

    ``n`` counts the respondents behind the value; ``effective_n`` is the size of the simple random
    sample from an unlimited population that would be as precise (infinite for a census), ``df`` the degrees
    of freedom of an estimated variance (None: it follows from the value). ``floor`` is the lowest value that
    there can be (a mean level of five: 0.2), where the highest is 1.
    """

    value: float | None
    n: int
    effective_n: float | None = None
    df: float | None = None
    interval: Interval | None = None
    reason: Reason | None = None
    floor: float = 0.0

    @property
    def variance(self) -> float | None:
        """Of the estimate itself, on its own scale; None where it is unknown."""
        if self.value is None or not self.effective_n:
            return None
        return (self.value - self.floor) * (1 - self.value) / self.effective_n


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """How often each level was chosen (lowest first), and how often there was no level."""

    levels: tuple[int, ...]
    not_applicable: int
    blank: int

    @property
    def valid(self) -> int:
        """Answers on the scale: what a rate is computed from."""
        return sum(self.levels)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemScore:
    """One question on the five-level scale: its top-two rate (M1) and its distribution."""

    code: str
    estimate: Estimate
    distribution: Distribution | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorScore:
    """One factor of the index, by the factor rule of the method (F1, F2 or F3)."""

    code: str
    estimate: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberScore:
    """The mean of a question answered with a number (waiting time in minutes)."""

    code: str
    estimate: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceScore:
    """How often each option was chosen.

    ``shares`` are of the ``answered`` respondents, so those of a multiple choice may add to more than 1.
    """

    code: str
    answered: int
    shares: tuple[float, ...] | None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupScore:
    """Everything about one group of submissions: a unit, a field, a month, the province.

    ``received`` counts submissions, ``counted`` those that enter the rates, ``population`` the
    completed dossiers they come from (None: unknown). ``withheld`` says that the group is too small
    to show: its numbers are gone and each estimate carries ``Reason.WITHHELD``.
    """

    key: str
    received: int
    counted: int
    population: int | None
    index: Estimate
    overall: Estimate
    factors: tuple[FactorScore, ...]
    items: tuple[ItemScore, ...]
    numbers: tuple[NumberScore, ...]
    choices: tuple[ChoiceScore, ...]
    withheld: bool = False

    @property
    def response_rate(self) -> float | None:
        """Submissions per completed dossier; None when the dossiers are unknown or none."""
        return self.received / self.population if self.population else None


class Outcome(StrEnum):
    """What the data allow to say about a target."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"
    CANNOT_TELL = "cannot_tell"
    NO_DATA = "no_data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """An estimate held against a target.

    ``more_answers`` is about how many further answers would settle an undecided verdict at the
    same rate; None when it is settled, or when no number of answers within the population would.
    """

    outcome: Outcome
    target: float
    operator: str
    more_answers: int | None = None
