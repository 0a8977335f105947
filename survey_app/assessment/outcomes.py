"""From marks to indices: what counts of each leaf, the index of each unit with its interval, its rank and its class."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from scoring.par.chances import RankInterval, band_chances, rank_intervals
from scoring.par.index import Mark as Points
from scoring.par.index import UnitIndex, mark, roll_up
from scoring.par.inputs import InputError, Inputs
from scoring.par.kinds import evaluate
from scoring.par.kinds_percents import ExternalPercent, Survey
from scoring.par.kinds_shares import Proportional, Tiers
from scoring.par.ranking import Place, rank
from scoring.par.tree import Node, Role
from scoring.par.uncertainty import (
    IndexInterval,
    UncertainLeaf,
    UncertainUnit,
    index_interval,
    simulate_indices,
)
from scoring.par.what_if import Aim, Move, moves
from survey_app.assessment.criteria import Criteria
from survey_app.models.assessment import COUNCIL, FIRST, SECOND, SELF

LATEST = (COUNCIL, SECOND, FIRST)  # whose word counts, the last one first
LONG, LARGEST = 20, 10**20  # more decimals than anybody enters; the denominator of any ratio of entries
TIED = 9  # decimals to which indices are equal, as in the simulated ranks


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one stage says of a leaf; ``points`` is None where it gives none, ``applies`` false where it does not."""

    points: Decimal | None
    computed: Decimal | None = None
    deducted: Decimal = Decimal(0)
    applies: bool = True
    inputs: Mapping[str, object] = field(default_factory=dict)
    reason: str = ""

    @property
    def decides(self) -> bool:
        """Whether this says what the leaf gets; a mere comment does not."""
        return self.points is not None or not self.applies


@dataclass(frozen=True, slots=True, kw_only=True)
class Fed:
    """What a survey or statistics leaf is computed from: entries of its rule, or a share with its standard error."""

    inputs: Mapping[str, object]
    share: float | None = None
    standard_error: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Everything said about one unit: its marks by leaf and stage, what feeds it, corrections, exempt leaves."""

    unit_id: int
    name: str
    block: str
    criteria: Criteria
    marks: Mapping[str, Mapping[str, Said]]
    feeds: Mapping[str, Fed]
    corrections: Mapping[str, Decimal]
    exempt: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The result of a unit: by its own marks, and by what counts of each leaf (``marks``)."""

    unit_id: int
    name: str
    block: str
    own: UnitIndex
    counted: UnitIndex
    marks: Mapping[str, Points]
    interval: IndexInterval | None = None
    place: Place | None = None
    ranks: RankInterval | None = None
    chances: Mapping[str | None, float] = field(default_factory=dict)


def indices(sheets: Sequence[Sheet]) -> dict[int, Outcome]:
    """The indices and ranks of every unit of a round, without what the surveys leave open."""
    found = {sheet.unit_id: _outcome(sheet) for sheet in sheets}
    counting = {str(unit): each.counted.index for unit, each in found.items()}
    places = rank(counting, blocks={str(sheet.unit_id): sheet.block for sheet in sheets}, places=TIED)
    return {unit: replace(each, place=places[str(unit)]) for unit, each in found.items()}


def outcomes(sheets: Sequence[Sheet], *, level: float = 0.95, draws: int = 10_000) -> dict[int, Outcome]:
    """The outcome of every unit of a round; ranks within blocks, by percent, ties explicit."""
    found = indices(sheets)
    known = [(sheet, found[sheet.unit_id]) for sheet in sheets]
    ranked = [_uncertain(sheet, each.marks) for sheet, each in known if each.counted.index is not None]
    if not ranked:
        return found
    drawn = simulate_indices(ranked, draws=draws)
    ranks = rank_intervals(ranked, level=level, indices=drawn)
    for unit, row in zip(ranked, drawn, strict=True):
        unit_id, open_ = int(unit.code), bool(unit.estimates)
        found[unit_id] = replace(
            found[unit_id],
            interval=index_interval(unit, level=level, indices=row) if open_ else None,
            ranks=ranks[unit.code],
            chances=band_chances(row, unit.total.classes) if open_ else {},
        )
    return found


def what_if(sheet: Sheet, rivals: Mapping[str, Fraction], aim: Aim = Aim.INDEX) -> tuple[Move, ...]:
    """The next step of each leaf whose entries gave the points that count, those that move the unit most first."""
    given = counted(sheet)
    inputs = {leaf: entries for leaf, points in given.items() if (entries := _entries(sheet, leaf, points))}
    return moves(
        sheet.criteria.tree,
        inputs,
        marks={leaf: points for leaf, points in given.items() if leaf not in inputs},
        deducted={leaf: latest.deducted for leaf in inputs if (latest := _latest(sheet, leaf))},
        rivals=rivals,
        convention=sheet.criteria.convention,
        total=sheet.criteria.total,
        aim=aim,
    )


def counted(sheet: Sheet) -> dict[str, Points]:
    """The points that count of each leaf: a correction, else the last stage that decides, else what feeds it."""
    return _given(sheet, _counts)


def own(sheet: Sheet) -> dict[str, Points]:
    """The points by the unit's own marks, with what feeds the other leaves."""
    return _given(sheet, _owns)


def inputs_of(text: str) -> Mapping[str, object]:
    """Entries as they are stored."""
    found: dict[str, object] = json.loads(text)
    return found


def _outcome(sheet: Sheet) -> Outcome:
    tree, convention, total = sheet.criteria.tree, sheet.criteria.convention, sheet.criteria.total
    marks = counted(sheet)
    return Outcome(
        unit_id=sheet.unit_id,
        name=sheet.name,
        block=sheet.block,
        own=roll_up(tree, own(sheet), convention=convention, total=total),
        counted=roll_up(tree, marks, convention=convention, total=total),
        marks=marks,
    )


def _given(sheet: Sheet, of_leaf: Callable[[Sheet, str], Points | None]) -> dict[str, Points]:
    found = {}
    for leaf in sheet.criteria.nodes:
        points = mark(None) if leaf in sheet.exempt else of_leaf(sheet, leaf)
        if points is not None:
            found[leaf] = points
    return found


def _counts(sheet: Sheet, leaf: str) -> Points | None:
    if leaf in sheet.corrections:
        return mark(sheet.corrections[leaf])
    latest = _latest(sheet, leaf)
    return _said(latest) if latest else _fed(sheet, leaf)


def _owns(sheet: Sheet, leaf: str) -> Points | None:
    said = sheet.marks.get(leaf, {}).get(SELF)
    return _said(said) if said else _fed(sheet, leaf)


def _latest(sheet: Sheet, leaf: str) -> Said | None:
    """The last stage that decides on a leaf."""
    stages = sheet.marks.get(leaf, {})
    return next((stages[stage] for stage in LATEST if stage in stages and stages[stage].decides), None)


def _said(said: Said) -> Points | None:
    if not said.applies:
        return mark(None)
    return None if said.points is None else Points(points=exact(said.points), deducted=Fraction(said.deducted))


def exact(points: Decimal) -> Fraction:
    """Stored points as they were computed: 7/3 was cut to decimals when it was stored, and is 7/3 again.

    Without it three thirds would stay below one, and below a bound of a class.
    """
    whole = Fraction(points)
    return whole if -int(points.as_tuple().exponent) <= LONG else whole.limit_denominator(LARGEST)


def _fed(sheet: Sheet, leaf: str) -> Points | None:
    feed, node = sheet.feeds.get(leaf), sheet.criteria.nodes[leaf]
    if feed is None or node.rule is None:
        return None
    return mark(evaluate(node.rule, feed.inputs, node.maximum))


def _entries(sheet: Sheet, leaf: str, points: Points) -> Inputs | None:
    """The entries that lead to the points of a leaf by its rule: the appraiser's, the unit's own, or what feeds it."""
    node = sheet.criteria.nodes[leaf]
    if node.rule is None or points.points is None:
        return None
    said = (_latest(sheet, leaf), sheet.marks.get(leaf, {}).get(SELF), sheet.feeds.get(leaf))
    for inputs in (each.inputs for each in said if each and each.inputs):
        try:
            if evaluate(node.rule, inputs, node.maximum).exact == points.points:
                return inputs
        except InputError:  # a draft of the unit that the appraiser overruled
            continue
    return None


def _uncertain(sheet: Sheet, marks: Mapping[str, Points]) -> UncertainUnit:
    """The unit with its estimated leaves: those whose points are still what their feed gives."""
    estimates = tuple(_estimates(sheet, marks))
    open_ = {each.code for each in estimates}
    return UncertainUnit(
        code=str(sheet.unit_id),
        tree=sheet.criteria.tree,
        marks={leaf: points for leaf, points in marks.items() if leaf not in open_},
        estimates=estimates,
        block=sheet.block,
        convention=sheet.criteria.convention,
        total=sheet.criteria.total,
    )


def _estimates(sheet: Sheet, marks: Mapping[str, Points]) -> Iterator[UncertainLeaf]:
    for leaf, feed in sheet.feeds.items():
        share, error, points = feed.share, feed.standard_error, marks.get(leaf)
        if share is None or not error or points is None or points.points is None:
            continue
        if _follows_a_share(sheet.criteria.nodes[leaf]) and points == _fed(sheet, leaf):
            yield UncertainLeaf(code=leaf, share=share, standard_error=error)


def _follows_a_share(node: Node) -> bool:
    """Whether the points of a leaf are simulated from a share; the others count as they are."""
    rule = node.rule
    simple = isinstance(rule, ExternalPercent | Survey | Proportional) or (isinstance(rule, Tiers) and rule.of_ratio)
    return node.role is Role.BASE and simple
