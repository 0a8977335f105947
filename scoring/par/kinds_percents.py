"""Kinds of rules on a percentage: an external result, a survey, growth against a base."""

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from scoring.par.inputs import Ask, Entries, InputError, InputProblem, Inputs, Question
from scoring.par.kinds_shares import ROUND
from scoring.par.numbers import least
from scoring.par.parameters import Parameter, Rule, RuleProblem, Shape
from scoring.par.steps import Scored, finished, step


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalPercent(Rule):
    """A percentage that comes from outside (SIPAS) times the maximum."""

    places: int | None = None
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (ROUND,)
    NOTES: ClassVar[frozenset[str]] = frozenset({"formula"})

    def questions(self) -> tuple[Question, ...]:
        """The percentage."""
        return (Question(name="percent", ask=Ask.PERCENT),)

    def score(self, entries: Entries, maximum: Decimal) -> Scored:
        """The share of the maximum."""
        return _of_percent(entries, maximum, self.places)

    def better(self, entries: Entries, maximum: Decimal) -> Inputs | None:
        """The next whole percentage point."""
        return _next_percent(entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey(Rule):
    """The mean percentage of a survey times the maximum.

    With ``weights`` (the percentage that each option is worth, None leaves it out) the votes are entered and
    a question is worth ``sum(weight × votes) / sum(votes)``, several questions their mean. Without weights
    the mean percentage itself is entered.
    """

    weights: tuple[tuple[str, Decimal | None], ...] = ()
    places: int | None = None
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (Parameter("weights", Shape.WEIGHTS, required=False), ROUND)
    NOTES: ClassVar[frozenset[str]] = frozenset({"formula", "question_value", "points"})

    def questions(self) -> tuple[Question, ...]:
        """The votes, or the percentage."""
        if not self.weights:
            return (Question(name="percent", ask=Ask.PERCENT),)
        return (Question(name="votes", ask=Ask.VOTES, options=tuple(name for name, _weight in self.weights)),)

    def score(self, entries: Entries, maximum: Decimal) -> Scored:
        """The share of the maximum."""
        if not self.weights:
            return _of_percent(entries, maximum, self.places)
        votes = self._votes(entries)
        share = sum(map(self._value, votes), Fraction(0)) / len(votes)
        found = step("votes", questions=len(votes), votes=sum(map(self._valid, votes)), share=share)
        worth = step("percent_of", share=share, maximum=maximum)
        return finished(share * Fraction(maximum), self.places, (found,), worth)

    def _votes(self, entries: Entries) -> tuple[dict[str, int], ...]:
        votes = entries.votes("votes", [name for name, _weight in self.weights])
        if not votes or not all(map(self._valid, votes)):
            raise InputError(InputProblem.NO_VOTES, "votes")
        return votes

    def _valid(self, question: dict[str, int]) -> int:
        return sum(question[name] for name, weight in self.weights if weight is not None)

    def _value(self, question: dict[str, int]) -> Fraction:
        worth = sum((weight * question[name] for name, weight in self.weights if weight is not None), Decimal(0))
        return Fraction(worth) / 100 / self._valid(question)

    def better(self, entries: Entries, maximum: Decimal) -> Inputs | None:
        """The next whole percentage point; with votes, the worst answer of the worst question one option up."""
        if not self.weights:
            return _next_percent(entries)
        votes = self._votes(entries)
        place = min(range(len(votes)), key=lambda each: self._value(votes[each]))
        question = votes[place]
        ladder = sorted((weight, name) for name, weight in self.weights if weight is not None)
        worst = next(weight for weight, name in ladder if question[name])
        above = [name for weight, name in ladder if weight > worst]
        if not above:
            return None
        moved = next(name for weight, name in ladder if weight == worst and question[name])
        raised = {**question, moved: question[moved] - 1, above[0]: question[above[0]] + 1}
        return entries.but(votes=(*votes[:place], raised, *votes[place + 1 :]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth(Rule):
    """Growth against a base (last year), placed between a lowest and a highest mark.

    ``(growth − low) / (high − low) × maximum`` within 0 and the maximum, growth = value / base − 1. Marks that
    the rule does not fix (the lowest and the highest province of the year) are entered in percent.
    """

    low: Decimal | None = None
    high: Decimal | None = None
    places: int | None = None
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (
        Parameter("low", Shape.NUMBER, required=False, share=True),
        Parameter("high", Shape.NUMBER, required=False, share=True),
        ROUND,
    )
    NOTES: ClassVar[frozenset[str]] = frozenset({"formula"})

    def questions(self) -> tuple[Question, ...]:
        """The value, its base, and the marks that are not fixed."""
        asked = [Question(name="value", ask=Ask.AMOUNT), Question(name="base", ask=Ask.AMOUNT)]
        for name, fixed in (("low_percent", self.low), ("high_percent", self.high)):
            if fixed is None:
                asked.append(Question(name=name, ask=Ask.PERCENT))
        return tuple(asked)

    def fault(self) -> tuple[RuleProblem, str] | None:
        """Fixed marks in order."""
        reversed_ = self.low is not None and self.high is not None and self.low >= self.high
        return (RuleProblem.OUT_OF_ORDER, "high") if reversed_ else None

    def score(self, entries: Entries, maximum: Decimal) -> Scored:
        """The place of the growth between the marks."""
        value, base = entries.amount("value"), entries.amount("base")
        if base == 0:
            raise InputError(InputProblem.ZERO_DENOMINATOR, "base")
        growth = Fraction(value) / Fraction(base) - 1
        low, high = self._marks(entries)
        found = (step("growth", value=value, base=base, growth=growth), step("marks", low=low, high=high))
        if not low < growth < high:
            points = Fraction(maximum if growth >= high else 0)
            return Scored(points=points, steps=(*found, step("points", points=points)))
        worth = step("between_marks", growth=growth, low=low, high=high, maximum=maximum)
        raw = (growth - low) / (high - low) * Fraction(maximum)
        return finished(raw, self.places, found, worth)

    def _marks(self, entries: Entries) -> tuple[Fraction, Fraction]:
        low = Fraction(self.low) if self.low is not None else Fraction(entries.number("low_percent")) / 100
        high = Fraction(self.high) if self.high is not None else Fraction(entries.number("high_percent")) / 100
        if low >= high:
            raise InputError(InputProblem.BOUNDS_REVERSED, "high_percent")
        return low, high

    def better(self, entries: Entries, maximum: Decimal) -> Inputs | None:
        """The next whole percentage point of growth above the lowest mark, at most the highest mark."""
        self.score(entries, maximum)
        value, base = entries.amount("value"), entries.amount("base")
        low, high = self._marks(entries)
        growth = Fraction(value) / Fraction(base) - 1
        if growth >= high:
            return None
        wanted = min(high, Fraction(math.floor(max(growth, low) * 100) + 1, 100))
        return entries.but(value=least((1 + wanted) * Fraction(base), False, value, base))


def _of_percent(entries: Entries, maximum: Decimal, places: int | None) -> Scored:
    share = Fraction(entries.percent("percent")) / 100
    found = (step("percent", share=share),)
    return finished(share * Fraction(maximum), places, found, step("percent_of", share=share, maximum=maximum))


def _next_percent(entries: Entries) -> Inputs | None:
    value = entries.percent("percent")
    return None if value == 100 else entries.but(percent=Decimal(math.floor(value) + 1))
