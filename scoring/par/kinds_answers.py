"""Kinds of rules that are answered by choosing: yes or no, conditions, requirements, options."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from scoring.par.inputs import Ask, Entries, InputError, InputProblem, Inputs, Question
from scoring.par.parameters import Option, Parameter, Rule, Shape
from scoring.par.steps import Scored, Step, step


@dataclass(frozen=True, slots=True, kw_only=True)
class YesNo(Rule):
    """Yes gives the maximum, no gives nothing.

    A condition "handled==found" is not asked for but compared: yes when the part ``a`` (handled) equals the
    whole ``b`` (found).
    """

    condition: str = ""
    options: tuple[str, ...] = ("Có", "Không")
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (Parameter("condition", Shape.TEXT, required=False),)

    def questions(self) -> tuple[Question, ...]:
        """The answer, or the two counts to compare."""
        if "==" not in self.condition:
            return (Question(name="answer", ask=Ask.YES_NO, label=self.condition, options=self.options[:2]),)
        labels = [label.strip() for label in self.condition.split("==", 1)]
        return tuple(Question(name=n, ask=Ask.WHOLE, label=label) for n, label in zip("ab", labels, strict=True))

    def score(self, entries: Entries, maximum: Decimal) -> Scored:
        """The maximum or nothing."""
        if "==" in self.condition:
            a, b = entries.whole("a"), entries.whole("b")
            if a > b:
                raise InputError(InputProblem.PART_EXCEEDS_WHOLE, "a")
            reached, found = a == b, step("compared", a=a, b=b)
        else:
            reached = entries.yes("answer")
            found = step("answered", answer=self.options[not reached])
        points = Fraction(maximum if reached else 0)
        return Scored(points=points, steps=(found, step("points", points=points)))

    def better(self, entries: Entries, maximum: Decimal) -> Inputs | None:
        """Yes instead of no."""
        if self.score(entries, maximum).points:
            return None
        return entries.but(a=entries.whole("b")) if "==" in self.condition else entries.but(answer=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class YesNoNotApplicable(YesNo):
    """Yes, no, or not applicable: three options, in this order, in the words of the form."""

    options: tuple[str, ...]
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (
        Parameter("condition", Shape.TEXT, required=False),
        Parameter("options", Shape.THREE_NAMES),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf(Rule):
    """The maximum when every condition is met, else nothing."""

    conditions: tuple[str, ...]
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (Parameter("conditions", Shape.NAMES),)

    def questions(self) -> tuple[Question, ...]:
        """A tick for each condition."""
        return (Question(name="met", ask=Ask.TICKS, options=self.conditions),)

    def score(self, entries: Entries, maximum: Decimal) -> Scored:
        """The maximum or nothing."""
        met = entries.ticks("met", len(self.conditions))
        points = Fraction(maximum if all(met) else 0)
        return Scored(points=points, steps=(*_met(self.conditions, met), step("points", points=points)))

    def better(self, entries: Entries, maximum: Decimal) -> Inputs | None:
        """All of them."""
        met = entries.ticks("met", len(self.conditions))
        return None if all(met) else entries.but(met=(True,) * len(met))


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist(Rule):
    """The points of each requirement that is met, added."""

    items: tuple[Option, ...]
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (Parameter("items", Shape.ITEMS),)

    def questions(self) -> tuple[Question, ...]:
        """A tick for each requirement."""
        return (Question(name="met", ask=Ask.TICKS, options=tuple(item.name for item in self.items)),)

    def score(self, entries: Entries, maximum: Decimal) -> Scored:
        """The sum over the requirements that are met."""
        met = entries.ticks("met", len(self.items))
        points = Fraction(sum(item.points for item, tick in zip(self.items, met, strict=True) if tick))
        found = _met(tuple(item.name for item in self.items), met)
        return Scored(points=points, steps=(*found, step("points", points=points)))

    def better(self, entries: Entries, maximum: Decimal) -> Inputs | None:
        """The requirement that brings most of those not met."""
        met = entries.ticks("met", len(self.items))
        open_ = [place for place, tick in enumerate(met) if not tick and self.items[place].points > 0]
        if not open_:
            return None
        best = max(open_, key=lambda place: self.items[place].points)
        return entries.but(met=tuple(tick or place == best for place, tick in enumerate(met)))

    def highest(self, maximum: Decimal) -> Decimal:
        """Every requirement met."""
        return sum((item.points for item in self.items), Decimal(0))


def _met(names: tuple[str, ...], met: tuple[bool, ...]) -> tuple[Step, ...]:
    lacking = [name for name, tick in zip(names, met, strict=True) if not tick]
    if not lacking:
        return (step("all_met", of=len(names)),)
    if not any(met):
        return (step("none_met", of=len(names)),)
    return (step("some_met", met=sum(met), of=len(names), lacking="; ".join(lacking)),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Rule):
    """One of several options; an option ``up_to`` lets the appraiser give any points up to its own."""

    options: tuple[Option, ...]
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (Parameter("options", Shape.OPTIONS),)

    def questions(self) -> tuple[Question, ...]:
        """The option, and the points when the appraiser chooses them."""
        names = tuple(option.name for option in self.options)
        asked = Question(name="option", ask=Ask.OPTION, options=names)
        if not any(option.up_to for option in self.options):
            return (asked,)
        return asked, Question(name="points", ask=Ask.POINTS, required=False)

    def score(self, entries: Entries, maximum: Decimal) -> Scored:
        """The points of the option, or those that the appraiser gives within it."""
        option = self._chosen(entries)
        found = step("chosen", option=option.name)
        if not option.up_to:
            return Scored(points=Fraction(option.points), steps=(found, step("points", points=option.points)))
        given = entries.amount("points")
        if given > option.points:
            raise InputError(InputProblem.OUT_OF_RANGE, "points")
        return Scored(points=Fraction(given), steps=(found, step("given", points=given, cap=option.points)))

    def better(self, entries: Entries, maximum: Decimal) -> Inputs | None:
        """The least of the options that bring more; within an option up to a cap, the cap first."""
        points = self.score(entries, maximum).points or 0
        chosen = self._chosen(entries)
        if chosen.up_to and points < chosen.points:
            return entries.but(points=chosen.points)
        above = [option for option in self.options if option.points > points]
        if not above:
            return None
        least = min(above, key=lambda option: option.points)
        return {"option": least.name, "points": least.points} if least.up_to else {"option": least.name}

    def highest(self, maximum: Decimal) -> Decimal:
        """The best option."""
        return max(option.points for option in self.options)

    def _chosen(self, entries: Entries) -> Option:
        name = entries.option("option", [option.name for option in self.options])
        return next(option for option in self.options if option.name == name)
