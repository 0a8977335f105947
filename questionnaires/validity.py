"""Validity rules: which returned forms do not count, each a named rule, in the order in which they are asked."""

import datetime
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from questionnaires.base import Definition, Key, Model, Text, members, problem, unique
from questionnaires.coding import BLANK, TWO_TICKS
from questionnaires.model import Questionnaire


class Rule(StrEnum):
    """What a rule looks at."""

    HALF_EMPTY = "half_empty"
    OUTSIDE_PERIOD = "outside_period"
    DUPLICATE_DOSSIER = "duplicate_dossier"
    TWO_TICKS = "two_ticks"


class ValidityRule(Model):
    """One rule by its name, with its standing.

    ``share`` is the least part of the satisfaction questions asked that must be answered (only of half-empty
    forms; "not applicable" is an answer). ``verified: false``: no official text says that this is the rule.
    """

    key: Key
    rule: Rule
    name: Text
    share: Annotated[Decimal, Field(gt=0, le=1)] | None = None
    verified: bool
    note: Text


class ValidityRules(Definition):
    """The rules of a campaign; the first that a form breaks makes it invalid. None at all: every form is valid.

    Two ticks on one line make only this line blank.
    """

    rules: tuple[ValidityRule, ...]

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        unique(members("rules", (part.key for part in self.rules)), "quy tắc", "rule")
        unique(members("rules", (part.rule for part in self.rules)), "loại quy tắc", "kind of rule")
        for at, part in enumerate(self.rules):
            if (part.rule is Rule.HALF_EMPTY) != (part.share is not None):
                raise problem(
                    "chỉ half_empty mới có (và phải có) share", "share goes with half_empty", ("rules", at, "share")
                )
        return self

    def of(self, rule: Rule) -> ValidityRule | None:
        """The rule of that kind, if these rules have one."""
        return next((part for part in self.rules if part.rule is rule), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What the rules look at in a form: its packed answers, its day, whether its dossier had one before."""

    codes: str
    day: datetime.date
    duplicate: bool = False


Check = Callable[[Returned], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """The rules of a campaign, laid out once for many forms."""

    breaks: tuple[tuple[str, Check], ...]
    two_ticks: str | None
    period: tuple[datetime.date, datetime.date] | None

    def within(self, day: datetime.date) -> datetime.date:
        """The day of the period that is nearest: under which a form stands that is invalid for its day."""
        return day if self.period is None else min(max(day, self.period[0]), self.period[1])

    def broken(self, form: Returned) -> str | None:
        """The key of the first rule that makes the form invalid; None for a valid form."""
        return next((key for key, breaks in self.breaks if breaks(form)), None)


def checks(
    rules: ValidityRules | None, questionnaire: Questionnaire, starts_on: datetime.date, ends_on: datetime.date | None
) -> Checks:
    """The rules as they apply to one questionnaire in one period (no last day: without end); no rules break nothing."""
    lines = tuple(_lines(questionnaire))

    def half_empty(share: Decimal) -> Check:
        part, whole = share.as_integer_ratio()

        def breaks(form: Returned) -> bool:
            asked = [form.codes[place] for place, condition in lines if _holds(condition, form.codes)]
            answered = len(asked) - asked.count(BLANK) - asked.count(TWO_TICKS)
            return answered * whole < part * len(asked)

        return breaks

    def outside(form: Returned) -> bool:
        return form.day < starts_on or (ends_on is not None and form.day > ends_on)

    kinds: Mapping[Rule, Callable[[ValidityRule], Check]] = {
        Rule.HALF_EMPTY: lambda rule: half_empty(rule.share or Decimal(0)),
        Rule.OUTSIDE_PERIOD: lambda _rule: outside,
        Rule.DUPLICATE_DOSSIER: lambda _rule: lambda form: form.duplicate,
    }
    listed = rules.rules if rules else ()
    ticks = rules.of(Rule.TWO_TICKS) if rules else None
    return Checks(
        breaks=tuple((part.key, kinds[part.rule](part)) for part in listed if part.rule in kinds),
        two_ticks=ticks.key if ticks else None,
        period=(starts_on, ends_on or datetime.date.max) if rules and rules.of(Rule.OUTSIDE_PERIOD) else None,
    )


Held = tuple[int, tuple[str, ...]]  # the place of a question among the closed ones, and answers that open another


def _lines(questionnaire: Questionnaire) -> Iterator[tuple[int, Held | None]]:
    """The satisfaction questions by their places in the packed answers, with what each is asked under."""
    places = {item.code: place for place, item in enumerate(questionnaire.closed)}
    for item in questionnaire.rated:
        condition = item.only_if
        yield places[item.code], (places[condition.item], tuple(condition.options)) if condition else None


def _holds(condition: Held | None, codes: str) -> bool:
    return condition is None or codes[condition[0]] in condition[1]
