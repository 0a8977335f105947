"""What the pages and documents of a PAR Index round say, complete and frozen, before anything is laid out.

Points are exact fractions until they are shown; a node, a block or an index comes as scoring gives it.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from reports.content import Letterhead
from scoring.par.chances import RankInterval
from scoring.par.index import UnitIndex
from scoring.par.ranking import Place
from scoring.par.uncertainty import IndexInterval

Inputs = Mapping[str, object]  # entries of a rule by name


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """A node of a set as people read it; ``rule`` are the words of the decision.

    ``labels`` and ``units`` are those of its entries by name, ``ticks`` the conditions of entries that tick them off.
    """

    number: str
    name: str
    depth: int
    field: str
    maximum: Decimal
    leaf: bool
    role: str
    method: str
    rule: str
    labels: Mapping[str, str]
    units: Mapping[str, str]
    ticks: Mapping[str, tuple[str, ...]]
    evidence: tuple[str, ...]
    lead: str
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CriteriaText:
    """The set of a block. ``bands`` are names with their bounds in words; ``convention`` says what does not apply."""

    title: str
    ref: str
    fingerprint: str
    total: Decimal
    decimals: int
    verified: bool
    note: str
    bases: tuple[tuple[str, bool], ...]
    convention: str
    bands: tuple[tuple[str, str], ...]
    nodes: tuple[Criterion, ...]

    @property
    def leaves(self) -> tuple[Criterion, ...]:
        return tuple(node for node in self.nodes if node.leaf)

    @property
    def fields(self) -> tuple[Criterion, ...]:
        """The fields (lĩnh vực) of the base, and beside them bonus and penalty groups."""
        return tuple(node for node in self.nodes if node.depth == 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What one stage says of a leaf; ``computed`` are the points by the rule."""

    points: Decimal | None
    computed: Decimal | None = None
    deducted: Decimal = Decimal(0)
    applies: bool = True
    reason: str = ""
    inputs: Inputs = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafLine:
    """A leaf of a unit: what each stage said, and the points that count (None: unscored or it does not apply)."""

    criterion: Criterion
    own: Word | None = None
    first: Word | None = None
    second: Word | None = None
    council: Word | None = None
    corrected: Decimal | None = None
    fed: Inputs = field(default_factory=dict)
    points: Fraction | None = None
    applies: bool = True
    exempt: bool = False

    @property
    def lost(self) -> Fraction:
        """Points of the base that were not reached, or that a penalty took off within its limit."""
        if self.points is None or self.criterion.role == "bonus":
            return Fraction(0)
        if self.criterion.role == "base":
            return Fraction(self.criterion.maximum) - self.points
        return min(-self.points, abs(Fraction(self.criterion.maximum)))

    @property
    def appraised(self) -> Word | None:
        """The last word of the appraisers."""
        return self.second or self.first

    @property
    def gap(self) -> Fraction | None:
        """The unit's own points minus those that count; None where the unit gave none or the leaf does not apply."""
        if self.own is None or self.own.points is None or self.points is None:
            return None
        return Fraction(self.own.points) - self.points


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafChange:
    """A leaf of this year and the leaf of the same number of the earlier one, as shares of their maxima."""

    criterion: Criterion
    before: Fraction
    now: Fraction
    renamed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """This year against an earlier one on the leaves of the same number that applied in both.

    ``before`` and ``now`` are points of the maximum of these leaves; the indices stand beside for information. ``of``
    names the unit that it was then, where that had another name; several units are named and not compared.
    """

    year: int
    index_before: Fraction | None
    before: Fraction
    now: Fraction
    leaves: tuple[LeafChange, ...]
    unmatched: int
    of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitResult:
    """A unit: by its own marks (``own``), by what counts (``counted``), with interval, place and class.

    ``percent`` and ``scaled`` are the index by each convention: percent of what applies, and that percent of each
    method scaled back to its full points.
    """

    unit_id: int
    name: str
    state: str
    late: bool
    own: UnitIndex
    counted: UnitIndex
    percent: Fraction | None
    scaled: Fraction | None
    leaves: tuple[LeafLine, ...]
    interval: IndexInterval | None = None
    place: Place | None = None
    ranks: RankInterval | None = None
    chances: tuple[tuple[str | None, float], ...] = ()
    change: Change | None = None

    @property
    def special(self) -> bool:
        """Whether points of the base do not apply to it."""
        return any(not line.applies and line.criterion.role == "base" for line in self.leaves)

    def leaf(self, number: str) -> LeafLine | None:
        """The line of that number."""
        return next((line for line in self.leaves if line.criterion.number == number), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockResult:
    """The units that are ranked together, the best first, with the set that they are scored by.

    ``name`` is written as in a sentence ("xã, phường").
    """

    key: str
    name: str
    criteria: CriteriaText
    units: tuple[UnitResult, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A meeting of the council: when, how, and how many of its members took part."""

    held_on: datetime.date
    in_writing: bool
    present: int
    members: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundReport:
    """A whole round. ``published_on`` is None before publication; ``ranked`` is false where places are not shown.

    ``digest`` is the fingerprint of everything the figures come from.
    """

    letterhead: Letterhead
    fictional: bool
    round_id: int
    title: str
    year: int
    published_on: datetime.date | None
    made_on: datetime.date
    blocks: tuple[BlockResult, ...]
    meetings: tuple[Meeting, ...]
    earlier: str
    level: float
    draws: int
    digest: str
    program: str
    ranked: bool = True

    @property
    def verified(self) -> bool:
        """Whether every set was checked against its official text."""
        return all(block.criteria.verified for block in self.blocks)

    def unit(self, unit_id: int) -> tuple[BlockResult, UnitResult] | None:
        """A unit with its block."""
        found = ((block, unit) for block in self.blocks for unit in block.units)
        return next(((block, unit) for block, unit in found if unit.unit_id == unit_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLine:
    """A version of a file as it came, with its fingerprint."""

    version: int
    name: str
    sha256: str
    size: int
    scan: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceLine:
    """A document of a unit; ``ref`` is its number in the list of the unit, by which leaves name it."""

    ref: int
    number: str
    issued_on: datetime.date | None
    issuer: str
    summary: str
    url: str
    note: str
    withdrawn: bool
    files: tuple[FileLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """A document that a leaf rests on; ``by_appraiser`` when an appraiser put it there."""

    ref: int
    by_appraiser: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question of an appraiser and the unit's answer."""

    question: str
    due: datetime.date
    answer: str
    answered_on: datetime.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """A correction that two people made."""

    points: Decimal
    reason: str
    on: datetime.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """Everything behind the marks of a unit: documents, questions, corrections, sources; by the number of a leaf."""

    evidence: tuple[EvidenceLine, ...] = ()
    supports: Mapping[str, tuple[Support, ...]] = field(default_factory=dict)
    asked: Mapping[str, tuple[Asked, ...]] = field(default_factory=dict)
    corrections: Mapping[str, tuple[Corrected, ...]] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPoint:
    """The end of the audit chain at a moment: with it a cut or altered log is found."""

    event: int
    mac: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskLine:
    """A task of a remedy plan."""

    unit: str
    number: str
    criterion: str
    lost: Fraction
    task: str
    responsible: str
    due: datetime.date
    done_on: datetime.date | None
    evidence: str
    withdrawn_on: datetime.date | None
    withdrawal_reason: str
