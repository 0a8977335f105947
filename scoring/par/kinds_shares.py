"""Kinds of rules on a ratio a/b or a count: tiers, count steps, proportional points."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from scoring.par.inputs import Ask, Entries, InputError, InputProblem, Inputs, Question
from scoring.par.numbers import least
from scoring.par.parameters import Parameter, Rule, RuleProblem, Shape, Tier
from scoring.par.steps import Scored, Step, finished, step

RATIO = "a/b"
ROUND = Parameter("round", Shape.WHOLE, "places", required=False)
_INPUT = Parameter("input", Shape.TEXT, required=False)
_ZERO = Parameter("when_b_is_zero", Shape.ZERO_DENOMINATOR, required=False)
_EXCEED = Parameter("may_exceed", Shape.FLAG, required=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiers(Rule):
    """Points by the tier that a ratio or a count falls into: closed below, open above.

    The ``input`` is a ratio when it is written with a slash ("a/b", "disbursed/allocated"), else a count.
    ``when_b_is_zero`` says what there is when nothing could be counted: the "full" points, or the rule is
    "not_applicable"; without it b = 0 is refused. So is a part above its whole, unless the rule says that it
    ``may_exceed`` it (people trained against a plan) or has a tier above the whole.
    """

    tiers: tuple[Tier, ...]
    otherwise: Decimal
    input: str = RATIO
    when_b_is_zero: str | None = None
    may_exceed: bool = False
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (
        _INPUT,
        Parameter("tiers", Shape.TIERS, share=True),
        Parameter("otherwise", Shape.POINTS),
        _ZERO,
        _EXCEED,
    )

    @property
    def of_ratio(self) -> bool:
        """Whether a ratio is asked for and not a count."""
        return "/" in self.input

    def questions(self) -> tuple[Question, ...]:
        """The part and the whole, or the count."""
        if self.of_ratio:
            return _part_and_whole(self.input)
        return (Question(name="n", ask=Ask.WHOLE, label=self.input),)

    def score(self, entries: Entries, maximum: Decimal) -> Scored:
        """The points of the tier."""
        if not self.of_ratio:
            n = entries.whole("n")
            return self._by_tier(Fraction(n), step("count", n=n))
        share = _share(entries, self.when_b_is_zero, within=self._within)
        if share is None:
            return _nothing(self.when_b_is_zero, maximum)
        return self._by_tier(share, _ratio_step(entries, share))

    @property
    def _within(self) -> bool:
        return not self.may_exceed and all(tier.bound + tier.strict <= 1 for tier in self.tiers)

    def _by_tier(self, value: Fraction, found: Step) -> Scored:
        place = self.reached(value)
        points = self.points_of(place)
        upper = self.tiers[place - 1] if place else None
        lower = self.tiers[place] if place < len(self.tiers) else None
        unit = "share" if self.of_ratio else "count"
        tier = in_tier(lower, upper, unit=unit)
        return Scored(points=Fraction(points), steps=(found, tier, step("points", points=points)))

    def reached(self, value: Fraction) -> int:
        """The place of the tier that a value reaches; the number of tiers when it reaches none."""
        for place, tier in enumerate(self.tiers):
            if value > tier.bound or (value == tier.bound and not tier.strict):
                return place
        return len(self.tiers)

    def points_of(self, place: int) -> Decimal:
        """The points of a tier by its place."""
        return self.tiers[place].points if place < len(self.tiers) else self.otherwise

    def better(self, entries: Entries, maximum: Decimal) -> Inputs | None:
        """The least a (or count) that reaches the next tier with more points."""
        name, b = ("a", entries.amount("b")) if self.of_ratio else ("n", Decimal(1))
        if b == 0:
            return None
        value = _part(entries, within=self._within) if self.of_ratio else entries.amount(name)
        place = self.reached(Fraction(value) / Fraction(b))
        for tier in reversed(self.tiers[:place]):
            if tier.points > self.points_of(place):
                return entries.but(**{name: least(Fraction(tier.bound) * Fraction(b), tier.strict, value, b)})
        return None

    def highest(self, maximum: Decimal) -> Decimal:
        """The best tier."""
        return max(self.otherwise, *(tier.points for tier in self.tiers))


@dataclass(frozen=True, slots=True, kw_only=True)
class CountSteps(Tiers):
    """Points by steps of a count ("từ 2 sáng kiến: 2; 1: 1; không có: 0")."""

    input: str = "n"
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (
        Parameter("steps", Shape.TIERS, "tiers"),
        Parameter("otherwise", Shape.POINTS),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Proportional(Rule):
    """``(a/b) / full_at × maximum``: nothing below the floor, the maximum from ``full_at`` on.

    A part above its whole is refused, unless the rule says that it ``may_exceed`` it or ``full_at`` lies above 1.
    """

    floor: Decimal
    full_at: Decimal
    places: int | None = None
    input: str = RATIO
    when_b_is_zero: str | None = None
    may_exceed: bool = False
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (
        _INPUT,
        Parameter("floor", Shape.SHARE, share=True),
        Parameter("full_at", Shape.POSITIVE, share=True),
        ROUND,
        _ZERO,
        _EXCEED,
    )
    NOTES: ClassVar[frozenset[str]] = frozenset({"formula"})

    def questions(self) -> tuple[Question, ...]:
        """The part and the whole."""
        return _part_and_whole(self.input)

    def fault(self) -> tuple[RuleProblem, str] | None:
        """The floor must not lie above the full mark; the input must be a ratio."""
        if "/" not in self.input:
            return RuleProblem.OUT_OF_RANGE, "input"
        return (RuleProblem.OUT_OF_ORDER, "floor") if self.floor > self.full_at else None

    def score(self, entries: Entries, maximum: Decimal) -> Scored:
        """Points in proportion, between the floor and the full mark."""
        share = _share(entries, self.when_b_is_zero, within=self._within)
        if share is None:
            return _nothing(self.when_b_is_zero, maximum)
        found = _ratio_step(entries, share)
        floor, full = Tier(self.floor, Decimal(0)), Tier(self.full_at, maximum)
        if share >= self.full_at:
            steps = (found, in_tier(full, None, unit="share"), step("points", points=maximum))
            return Scored(points=Fraction(maximum), steps=steps)
        if share < self.floor:
            steps = (found, in_tier(None, floor, unit="share"), step("points", points=0))
            return Scored(points=Fraction(0), steps=steps)
        raw = share / Fraction(self.full_at) * Fraction(maximum)
        values = {"a": entries.amount("a"), "b": entries.amount("b"), "full_at": self.full_at, "maximum": maximum}
        code = "proportional" if self.full_at == 1 else "proportional_to"
        return finished(raw, self.places, (found, in_tier(floor, full, unit="share")), step(code, **values))

    def better(self, entries: Entries, maximum: Decimal) -> Inputs | None:
        """The floor from below it, the full mark from there on."""
        b = entries.amount("b")
        if b == 0:
            return None
        a = _part(entries, within=self._within)
        if Fraction(a) / Fraction(b) >= self.full_at:
            return None
        bound = self.floor if Fraction(a) / Fraction(b) < self.floor else self.full_at
        return entries.but(a=least(Fraction(bound) * Fraction(b), False, a, b))

    @property
    def _within(self) -> bool:
        return not self.may_exceed and self.full_at <= 1


def in_tier(lower: Tier | None, upper: Tier | None, *, unit: str) -> Step:
    """The step that names a tier: from its lower bound to the bound of the next better one.

    Parameters
    ----------
    lower, upper : Tier or None
        The bounds; None where there is none.
    unit : str
        "share", "count" or "days", in which the bounds are written.

    Returns
    -------
    Step

    Examples
    --------
    >>> in_tier(None, Tier(Decimal("0.8"), Decimal(1)), unit="share").values["upper_open"]
    True
    """
    return step(
        "range",
        lower=lower.bound if lower else None,
        lower_open=bool(lower and lower.strict),
        upper=upper.bound if upper else None,
        upper_open=not (upper and upper.strict),
        unit=unit,
    )


def _part_and_whole(labels: str) -> tuple[Question, ...]:
    part, _slash, whole = labels.partition("/")
    return (
        Question(name="a", ask=Ask.AMOUNT, label=part.strip()),
        Question(name="b", ask=Ask.AMOUNT, label=whole.strip()),
    )


def _part(entries: Entries, *, within: bool) -> Decimal:
    """a, which is refused above a positive b when it must lie ``within`` the whole."""
    a, b = entries.amount("a"), entries.amount("b")
    if within and a > b > 0:
        raise InputError(InputProblem.PART_EXCEEDS_WHOLE, "a")
    return a


def _share(entries: Entries, when_zero: str | None, *, within: bool) -> Fraction | None:
    """a/b, or None when there is nothing to count and the rule says what then."""
    a, b = _part(entries, within=within), entries.amount("b")
    if b > 0:
        return Fraction(a) / Fraction(b)
    if a == 0 and when_zero is not None:
        return None
    raise InputError(InputProblem.ZERO_DENOMINATOR, "b")


def _nothing(when_zero: str | None, maximum: Decimal) -> Scored:
    found = step("nothing")
    if when_zero == "full":
        return Scored(points=Fraction(maximum), steps=(found, step("full", points=maximum)))
    return Scored(points=None, steps=(found, step("not_applicable")))


def _ratio_step(entries: Entries, share: Fraction) -> Step:
    return step("ratio", a=entries.amount("a"), b=entries.amount("b"), share=share)
