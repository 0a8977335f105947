"""Kinds of rules over other points: a bonus group with its cap, and the total with its classes."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from scoring.par.inputs import Ask, Entries, Inputs, Question
from scoring.par.numbers import rounded
from scoring.par.parameters import Band, Parameter, Rule, RuleProblem, Shape
from scoring.par.steps import Scored, Step, step


@dataclass(frozen=True, slots=True, kw_only=True)
class BonusGroup(Rule):
    """The points of its members, added, up to a cap; outside the base unless ``outside_base`` is false."""

    cap: Decimal
    outside_base: bool = True
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (
        Parameter("cap", Shape.POSITIVE),
        Parameter("outside_base", Shape.FLAG, required=False),
    )

    def questions(self) -> tuple[Question, ...]:
        """The points of the members."""
        return (Question(name="members", ask=Ask.POINT_LIST),)

    def score(self, entries: Entries, maximum: Decimal) -> Scored:
        """The sum up to the cap."""
        members = entries.points("members")
        total = sum(members, Decimal(0))
        points = min(total, self.cap)
        code = "points" if total <= self.cap else "capped"
        found = step("members", count=len(members), sum=total)
        return Scored(points=Fraction(points), steps=(found, step(code, points=points)))

    def better(self, entries: Entries, maximum: Decimal) -> Inputs | None:
        """None: its members have next steps of their own."""
        return None

    def highest(self, maximum: Decimal) -> Decimal:
        """The cap."""
        return self.cap


@dataclass(frozen=True, slots=True, kw_only=True)
class Total(Rule):
    """The index from base, bonus and deducted points.

    ``min(base_cap, base) + min(bonus_cap, bonus) − min(penalty_cap, deducted)``, within the limits ``clamp``,
    rounded half up to ``places``, and the class that it falls into.
    """

    base_cap: Decimal = Decimal(100)
    bonus_cap: Decimal | None = None
    penalty_cap: Decimal | None = None
    clamp: tuple[Decimal, Decimal] = (Decimal(0), Decimal(100))
    places: int | None = None
    classes: tuple[Band, ...] = ()
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (
        Parameter("base_cap", Shape.POSITIVE, required=False),
        Parameter("bonus_cap", Shape.POINTS, required=False),
        Parameter("penalty_cap", Shape.POINTS, required=False),
        Parameter("clamp", Shape.LIMITS, required=False),
        Parameter("round", Shape.WHOLE, "places", required=False),
        Parameter("classes", Shape.CLASSES, required=False),
    )

    def questions(self) -> tuple[Question, ...]:
        """The three sums; bonus and deducted points may be missing."""
        return (
            Question(name="base", ask=Ask.POINTS),
            Question(name="bonus", ask=Ask.POINTS, required=False),
            Question(name="deducted", ask=Ask.POINTS, required=False),
        )

    def fault(self) -> tuple[RuleProblem, str] | None:
        """The base within the limits."""
        return (RuleProblem.OUT_OF_ORDER, "clamp") if self.base_cap > self.clamp[1] else None

    def score(self, entries: Entries, maximum: Decimal) -> Scored:
        """The index and its class."""
        base, bonus, deducted = entries.amount("base"), self._of(entries, "bonus"), self._of(entries, "deducted")
        points = self.index(Fraction(base), Fraction(bonus), Fraction(deducted))
        band = classify(points, self.classes)
        worth = step("total_in_class", points=points, band=band) if band else step("total", points=points)
        return Scored(points=points, steps=(*self._parts(base, bonus, deducted), worth))

    def index(self, base: Fraction, bonus: Fraction, deducted: Fraction) -> Fraction:
        """The index from exact points."""
        off = deducted if self.penalty_cap is None else min(deducted, Fraction(self.penalty_cap))
        extra = bonus if self.bonus_cap is None else min(bonus, Fraction(self.bonus_cap))
        total = min(base, Fraction(self.base_cap)) + extra - off
        low, high = self.clamp
        clamped = max(Fraction(low), min(total, Fraction(high)))
        return clamped if self.places is None else Fraction(rounded(clamped, self.places))

    def better(self, entries: Entries, maximum: Decimal) -> Inputs | None:
        """None: its parts have next steps of their own."""
        return None

    def highest(self, maximum: Decimal) -> Decimal:
        """The upper limit."""
        return self.clamp[1]

    @staticmethod
    def _of(entries: Entries, name: str) -> Decimal:
        return entries.amount(name) if entries.has(name) else Decimal(0)

    def _parts(self, base: Decimal, bonus: Decimal, deducted: Decimal) -> tuple[Step, ...]:
        capped = base > self.base_cap
        steps = [
            step("base_capped", base=base, counted=self.base_cap, cap=self.base_cap)
            if capped
            else step("base", base=base)
        ]
        if self.bonus_cap is not None and bonus > self.bonus_cap:
            steps.append(step("bonus_capped", bonus=bonus, counted=self.bonus_cap, cap=self.bonus_cap))
        elif bonus:
            steps.append(step("bonus", bonus=bonus))
        if self.penalty_cap is not None and deducted > self.penalty_cap:
            steps.append(step("deducted_capped", deducted=deducted, counted=self.penalty_cap, cap=self.penalty_cap))
        elif deducted:
            steps.append(step("deducted", deducted=deducted))
        return tuple(steps)


def classify(index: Fraction | Decimal, bands: tuple[Band, ...]) -> str | None:
    """The first band, from the best down, that an index reaches.

    Parameters
    ----------
    index : Fraction or Decimal
        In points or percent, as the bands are; compared unrounded.
    bands : tuple of Band
        From the best down.

    Returns
    -------
    str or None
        None below every band, and without bands.

    Examples
    --------
    >>> bands = (Band("A", Decimal(90)), Band("B", Decimal(80)))
    >>> classify(Decimal("89.995"), bands), classify(Decimal(79), bands)
    ('B', None)
    """
    return next((band.name for band in bands if index > band.bound or (index == band.bound and not band.strict)), None)
