"""What a document will say, complete and frozen, before anything is laid out."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from scoring.changes import Change, Direction
from scoring.deciding import Looks, Multiplicity
from scoring.drivers import Quadrant
from scoring.ranking import UnitRank
from scoring.results import Estimate, FactorScore, GroupScore, Interval, ItemScore, NumberScore, Verdict
from scoring.small_areas import SmallArea


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """The issuing body as Nghị định 30/2020/NĐ-CP places it.

    ``superior`` and ``issuer`` are written as in a sentence ("Sở Nội vụ"; the heading raises them to
    capitals). ``symbol`` is what follows the number ("BC-SNV"), ``signer`` the lines above the name
    ("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"); the name stays open. A line "Lưu: VT" is added to the
    recipients when none begins with "Lưu".
    """

    superior: str
    issuer: str
    symbol: str
    place: str
    signer: tuple[str, ...]
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetLine:
    """One target with the estimate held against it. ``percent`` tells a rate (0 to 1) from minutes."""

    name: str
    operator: str
    value: float
    percent: bool
    year: int
    estimate: Estimate
    verdict: Verdict
    source: str
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLine:
    """One row of a comparison (a unit, a field, a level) with the verdict on its index.

    ``rank`` is the place among the rows with the ranks that it may truly have (None: rows that are not ranked),
    ``shrunk`` the rate drawn towards that of all rows, to be shown beside the own rate and never instead.
    """

    key: str
    name: str
    score: GroupScore
    verdict: Verdict | None = None
    rank: UnitRank | None = None
    shrunk: SmallArea | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Rows that are compared with each other at one target (a rate, 0 to 1), e.g. the communes."""

    title: str
    target: float | None
    rows: tuple[GroupLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLine:
    """A question on the satisfaction scale with its result."""

    code: str
    text: str
    factor: str
    verified: bool
    score: ItemScore


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityLine:
    """What a question adds to explaining the answer on the whole service, beside its rate.

    ``share`` is its part of what all questions explain together (0 to 1), ``quadrant`` what both ask for.
    """

    text: str
    factor: str
    rate: Estimate
    share: float | None
    interval: Interval | None
    quadrant: Quadrant | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorLine:
    name: str
    score: FactorScore


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberLine:
    text: str
    unit: str
    score: NumberScore


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceLine:
    """A question with given options: each option's words and its share of those who answered."""

    code: str
    text: str
    answered: int
    options: tuple[tuple[str, float | None], ...]
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendPoint:
    """A month. ``change`` is what happened since the first month after the last break (only of the last month)."""

    month: datetime.date
    estimate: Estimate
    change: Direction = Direction.CANNOT_TELL


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """A day on which borders or the method changed, marked in trends."""

    month: datetime.date
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelLine:
    """How many submissions came by a class of channel, and whether the class enters the rates.

    ``received`` is None where it is too small to show. ``issued`` counts the receipts or forms handed out; None
    where nobody counts them (an open QR code). ``change`` is how much higher the index is than that of
    the first channel (None for the first).
    """

    name: str
    received: int | None
    counted: bool
    index: Estimate
    change: Change | None = None
    issued: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """How many forms were handed out, came back, are valid and enter the rates.

    ``issued`` is None unless every unit with submissions told it; ``valid`` is None without rules, or where the
    difference would be too small to show. ``excluded`` are the forms by the rule that took them out, small numbers
    together; ``blanked`` the answers that the rule on two ticks made blank, where they are enough to show.
    """

    issued: int | None
    returned: int
    excluded: tuple[tuple[str, int], ...]
    blanked: tuple[str, int] | None
    valid: int | None
    counted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """A validity rule by its name, what it means, and whether an official text says so."""

    name: str
    note: str
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """Everything needed to understand and repeat the figures."""

    questionnaire: str
    questionnaire_ref: str
    questionnaire_hash: str
    legal_basis: tuple[tuple[str, bool], ...]
    index_method: str
    index_method_hash: str
    index_method_note: str
    index_method_verified: bool
    measure: str
    factor_rule: str
    index_rule: str
    unit_rule: str
    channel_rule: str
    fewest_per_cell: int | None
    weights: tuple[tuple[str, Decimal], ...]
    channel_weights: tuple[tuple[str, Decimal], ...]
    design: str
    multiplicity: Multiplicity
    looks: Looks
    rules: tuple[RuleLine, ...]
    rules_ref: str
    rules_hash: str
    level: float
    satisfied_from: int
    fewest: int
    classes: tuple[str, ...]
    unverified_items: tuple[str, ...]
    scale_verified: bool
    program: str
    data_hash: str

    @property
    def symbols(self) -> str:
        """The rules by their signs: ``M1, F1, X1, V1``; C1, which weighs nothing, is not named."""
        strata = (self.channel_rule,) if self.channel_rule != "C1" else ()
        return ", ".join((self.measure, self.factor_rule, self.index_rule, *strata, self.unit_rule))


@dataclass(frozen=True, slots=True, kw_only=True)
class SatisfactionReport:
    """A satisfaction report of the province or of one unit.

    ``subject`` completes "Kết quả đo lường sự hài lòng ..."; ``scope`` names who was measured ("24 đơn vị
    của tỉnh Minh Họa"); ``comparisons`` hold the units by level and the service fields; ``scale`` names
    the five levels, lowest first; ``daily`` is the interval of the whole-service rate that holds
    however often one looks (None under another measure, or without answers); ``validity`` is None where the
    whole is withheld. The method's ``rules_ref`` is empty for a campaign without validity rules.
    """

    letterhead: Letterhead
    subject: str
    scope: str
    campaign: str
    starts_on: datetime.date
    ends_on: datetime.date | None
    data_as_of: datetime.date
    made_on: datetime.date
    fictional: bool
    whole: GroupLine
    targets: tuple[TargetLine, ...]
    comparisons: tuple[Comparison, ...]
    factors: tuple[FactorLine, ...]
    items: tuple[ItemLine, ...]
    numbers: tuple[NumberLine, ...]
    choices: tuple[ChoiceLine, ...]
    trend: tuple[TrendPoint, ...]
    breaks: tuple[Break, ...]
    channels: tuple[ChannelLine, ...]
    priorities: tuple[PriorityLine, ...]
    daily: Interval | None
    validity: Validity | None
    scale: tuple[str, ...]
    method: Method


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterSheet:
    """What a QR poster of one counter says."""

    unit: str
    counter: str
    place: str | None
    code: str
    url: str
