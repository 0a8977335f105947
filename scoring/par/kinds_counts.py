"""Kinds of rules on counts and days: deadlines, points per item, base and steps, deductions, late filing."""

import datetime
import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from scoring.par.inputs import Ask, Entries, Inputs, Question
from scoring.par.parameters import Parameter, Rule, RuleProblem, Shape, Tier
from scoring.par.steps import Scored, Step, Value, step


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineTiers(Rule):
    """Points by the days that something took; ``not_done`` (never issued) has its own, as has being later still."""

    tiers: tuple[Tier, ...]
    otherwise: Decimal
    input: str = "days"
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (
        Parameter("input", Shape.TEXT, required=False),
        Parameter("tiers", Shape.DEADLINES),
        Parameter("otherwise", Shape.POINTS),
    )

    def questions(self) -> tuple[Question, ...]:
        """The days, or that it was not done."""
        days = Question(name="days", ask=Ask.DAYS, label=self.input, required=False)
        return days, Question(name="not_done", ask=Ask.YES_NO, required=False)

    def score(self, entries: Entries, maximum: Decimal) -> Scored:
        """The points of the tier."""
        if self._not_done(entries):
            return Scored(
                points=Fraction(self.otherwise), steps=(step("not_done"), step("points", points=self.otherwise))
            )
        days = entries.days("days")
        place = self._reached(days)
        points = self._points(place)
        found = step("early", days=-days) if days < 0 else step("days", days=days)
        return Scored(points=Fraction(points), steps=(found, self._tier(place), step("points", points=points)))

    def better(self, entries: Entries, maximum: Decimal) -> Inputs | None:
        """The last day of the next tier with more points."""
        place = len(self.tiers) if self._not_done(entries) else self._reached(entries.days("days"))
        for tier in reversed(self.tiers[:place]):
            if tier.points > self._points(place):
                return {"days": tier.bound}
        return None

    def highest(self, maximum: Decimal) -> Decimal:
        """The best tier."""
        return max(self.otherwise, *(tier.points for tier in self.tiers))

    def _not_done(self, entries: Entries) -> bool:
        return entries.has("not_done") and entries.yes("not_done")

    def _reached(self, days: int) -> int:
        return next((place for place, tier in enumerate(self.tiers) if days <= tier.bound), len(self.tiers))

    def _points(self, place: int) -> Decimal:
        return self.tiers[place].points if place < len(self.tiers) else self.otherwise

    def _tier(self, place: int) -> Step:
        return step(
            "range",
            lower=self.tiers[place - 1].bound if place else None,
            lower_open=True,
            upper=self.tiers[place].bound if place < len(self.tiers) else None,
            upper_open=False,
            unit="days",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PerItem(Rule):
    """The same points for each item, up to a cap."""

    points_per_item: Decimal
    cap: Decimal
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (
        Parameter("points_per_item", Shape.POSITIVE),
        Parameter("cap", Shape.POSITIVE),
    )

    def questions(self) -> tuple[Question, ...]:
        """The count."""
        return (Question(name="n", ask=Ask.WHOLE),)

    def score(self, entries: Entries, maximum: Decimal) -> Scored:
        """Points per item times items."""
        n = entries.whole("n")
        raw = n * self.points_per_item
        points = min(raw, self.cap)
        code = "per_item" if raw <= self.cap else "per_item_capped"
        worth = step(code, n=n, each=self.points_per_item, raw=raw, points=points)
        return Scored(points=Fraction(points), steps=(step("count", n=n), worth))

    def better(self, entries: Entries, maximum: Decimal) -> Inputs | None:
        """One item more, below the cap."""
        n = entries.whole("n")
        return entries.but(n=n + 1) if n * self.points_per_item < self.cap else None

    def highest(self, maximum: Decimal) -> Decimal:
        """The cap."""
        return self.cap


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseStep(Rule):
    """Base points up to a size, and more for each whole step above it, up to a cap."""

    base_at: int
    base_points: Decimal
    size: Decimal
    step_points: Decimal
    cap: Decimal
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (
        Parameter("base_at", Shape.WHOLE),
        Parameter("base_points", Shape.POINTS),
        Parameter("step", Shape.POSITIVE, "size"),
        Parameter("step_points", Shape.POSITIVE),
        Parameter("cap", Shape.POSITIVE),
    )

    def questions(self) -> tuple[Question, ...]:
        """The size."""
        return (Question(name="n", ask=Ask.WHOLE),)

    def fault(self) -> tuple[RuleProblem, str] | None:
        """The base points within the cap."""
        return (RuleProblem.OUT_OF_ORDER, "cap") if self.base_points > self.cap else None

    def score(self, entries: Entries, maximum: Decimal) -> Scored:
        """Base and whole steps."""
        n = entries.whole("n")
        steps = self._steps(n)
        raw = self.base_points + steps * self.step_points
        points = min(raw, self.cap)
        code = "steps" if raw <= self.cap else "steps_capped"
        values: dict[str, Value] = {"base_points": self.base_points, "steps": steps, "each": self.step_points}
        return Scored(points=Fraction(points), steps=(step("size", n=n), step(code, **values, raw=raw, points=points)))

    def better(self, entries: Entries, maximum: Decimal) -> Inputs | None:
        """The size at which the next step is whole."""
        steps = self._steps(entries.whole("n"))
        if self.base_points + steps * self.step_points >= self.cap:
            return None
        return entries.but(n=math.ceil(self.base_at + (steps + 1) * self.size))

    def highest(self, maximum: Decimal) -> Decimal:
        """The cap."""
        return self.cap

    def _steps(self, n: int) -> int:
        return int(max(n - self.base_at, 0) // self.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deduct(Rule):
    """The maximum (or another start) less the same points for each violation, not below a floor."""

    start: Decimal | None = None
    per_violation: Decimal
    floor: Decimal
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (
        Parameter("start", Shape.START, required=False),
        Parameter("per_violation", Shape.POSITIVE),
        Parameter("floor", Shape.POINTS),
    )

    def questions(self) -> tuple[Question, ...]:
        """The violations."""
        return (Question(name="n", ask=Ask.WHOLE),)

    def fault(self) -> tuple[RuleProblem, str] | None:
        """The floor not above the start."""
        above = self.start is not None and self.floor > self.start
        return (RuleProblem.OUT_OF_ORDER, "floor") if above else None

    def score(self, entries: Entries, maximum: Decimal) -> Scored:
        """What is left."""
        n, start = entries.whole("n"), self.highest(maximum)
        raw = start - n * self.per_violation
        points = max(raw, self.floor)
        code = "subtracted" if raw >= self.floor else "subtracted_to"
        worth = step(code, start=start, n=n, each=self.per_violation, raw=raw, points=points)
        return Scored(points=Fraction(points), steps=(step("violations", n=n), worth))

    def better(self, entries: Entries, maximum: Decimal) -> Inputs | None:
        """One violation fewer; from the floor, as many fewer as it takes to leave it."""
        most = math.ceil((self.highest(maximum) - self.floor) / self.per_violation) - 1  # leaves more than the floor
        fewer = min(entries.whole("n") - 1, most)
        return entries.but(n=fewer) if fewer >= 0 else None

    def highest(self, maximum: Decimal) -> Decimal:
        """The start."""
        return maximum if self.start is None else self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Penalty(Rule):
    """Fixed points off when it happened; ``decided_by`` says who finds that it did."""

    points: Decimal
    decided_by: str = ""
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (
        Parameter("points", Shape.DEDUCTION),
        Parameter("decided_by", Shape.TEXT, required=False),
    )

    def questions(self) -> tuple[Question, ...]:
        """Whether it happened."""
        return (Question(name="answer", ask=Ask.YES_NO, label=self.decided_by),)

    def score(self, entries: Entries, maximum: Decimal) -> Scored:
        """The points off, or none."""
        happened = entries.yes("answer")
        found = step("answered", answer="Có" if happened else "Không")
        worth = step("penalised", off=-self.points) if happened else step("not_penalised")
        return Scored(points=Fraction(self.points if happened else 0), steps=(found, worth))

    def better(self, entries: Entries, maximum: Decimal) -> Inputs | None:
        """That it had not happened."""
        return entries.but(answer=False) if entries.yes("answer") else None

    def highest(self, maximum: Decimal) -> Decimal:
        """Nothing off."""
        return Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LatePenalty(Rule):
    """Points off for late filing: once for the first days, then for each day; not received after a last day.

    Three days late with ``first_days`` 2 is the first penalty and one further day. Days are calendar days
    after ``due_on``. The last day is the first ``reject_after`` on or after the due date. A written waiver lifts
    the points off; a file after the last day is not received with or without one.
    """

    first_days: int
    first_penalty: Decimal
    per_day_after: Decimal
    reject_after: tuple[int, int] | None = None
    waiver: str = ""
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (
        Parameter("first_days", Shape.WHOLE),
        Parameter("first_penalty", Shape.DEDUCTION),
        Parameter("per_day_after", Shape.DEDUCTION),
        Parameter("reject_after", Shape.MONTH_DAY, required=False),
        Parameter("waiver", Shape.TEXT, required=False),
    )

    def questions(self) -> tuple[Question, ...]:
        """Both dates, and whether there is a waiver where the rule knows one."""
        dates = (Question(name="due_on", ask=Ask.DATE), Question(name="submitted_on", ask=Ask.DATE))
        if not self.waiver:
            return dates
        return *dates, Question(name="waived", ask=Ask.YES_NO, label=self.waiver, required=False)

    def score(self, entries: Entries, maximum: Decimal) -> Scored:
        """The points off, a negative number."""
        due, submitted = entries.date("due_on"), entries.date("submitted_on")
        late = max((submitted - due).days, 0)
        filed = step("filed", submitted_on=submitted, due_on=due)
        last = self._last_day(due)
        if last is not None and submitted > last:
            return Scored(points=Fraction(0), steps=(filed, step("refused", last_day=last)), refused=True)
        if late == 0:
            return Scored(points=Fraction(0), steps=(filed, step("in_time"), step("not_penalised")))
        if entries.has("waived") and entries.yes("waived"):
            return Scored(points=Fraction(0), steps=(filed, step("waived", days=late), step("not_penalised")))
        further = max(late - self.first_days, 0)
        off = -(self.first_penalty + further * self.per_day_after)
        code = "penalised_daily" if further else "penalised"
        values: dict[str, Value] = {
            "first": -self.first_penalty,
            "further": further,
            "each": -self.per_day_after,
            "off": off,
        }
        return Scored(points=Fraction(-off), steps=(filed, step("late", days=late), step(code, **values)))

    def better(self, entries: Entries, maximum: Decimal) -> Inputs | None:
        """The last day with fewer points off, or the last day on which the file is received."""
        due, submitted = entries.date("due_on"), entries.date("submitted_on")
        last = self._last_day(due)
        if last is not None and submitted > last:
            return entries.but(submitted_on=last)
        if not self.score(entries, maximum).points:
            return None
        late = (submitted - due).days
        earlier = late - 1 if late > self.first_days and self.per_day_after else 0
        return entries.but(submitted_on=due + datetime.timedelta(days=earlier))

    def highest(self, maximum: Decimal) -> Decimal:
        """Nothing off."""
        return Decimal(0)

    def _last_day(self, due: datetime.date) -> datetime.date | None:
        if self.reject_after is None:
            return None
        this_year = datetime.date(due.year, *self.reject_after)
        return this_year if this_year >= due else datetime.date(due.year + 1, *self.reject_after)
