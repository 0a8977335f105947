"""The PAR Index of a unit from the points of its leaves.

What does not apply leaves the denominator. Everything is exact (`fractions.Fraction`) until it is printed:
`scoring.par.numbers.rounded` rounds half up, as the published tables do.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

from scoring.par.kinds_totals import Total, classify
from scoring.par.steps import Score
from scoring.par.tree import Node, Role, leaves

PLAIN = Total(kind="total")
NOTHING = Fraction(0)


class Convention(StrEnum):
    """What points that do not apply do to the index.

    APPLICABLE: percent of the maximum that applies, over all blocks at once. BLOCKS: in each block (appraisal,
    survey, statistics) the percent of what applies, scaled back to the block's full maximum, then added.
    They agree when nothing is taken out, and with a single block.
    """

    APPLICABLE = "applicable"
    BLOCKS = "blocks"


class NoIndex(StrEnum):
    """Why a unit has no index."""

    UNSCORED = "unscored"
    NOTHING_APPLIES = "nothing_applies"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What a leaf gets: points, None when it does not apply; less what is ``deducted``, but not below nothing.

    ``refused`` marks a file that came too late to be received.
    """

    points: Fraction | None
    deducted: Fraction = Fraction(0)
    refused: bool = False

    @property
    def counted(self) -> Fraction:
        """The points after the deduction; those of a penalty are negative and stay so."""
        points = self.points or NOTHING
        return points if not self.deducted or points < 0 else max(points - self.deducted, NOTHING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Points of a node or a block: obtained, out of what applies, and the full maximum."""

    points: Fraction
    applicable: Fraction
    maximum: Fraction

    @property
    def share(self) -> Fraction | None:
        """Obtained of what applies, 0 to 1; None when nothing applies."""
        return self.points / self.applicable if self.applicable else None

    @property
    def scaled(self) -> Fraction | None:
        """The share of what applies, scaled back to the full maximum."""
        return None if self.share is None else self.share * self.maximum


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitIndex:
    """The index of a unit, or the reason why there is none.

    ``percent`` is that of the base alone by the convention; ``index`` adds ``bonus`` and takes off
    ``deducted`` points, within the limits of the total; ``band`` is its class. ``parts`` are the base nodes by
    code ("" is the whole base), ``blocks`` the blocks by name. ``unscored`` and ``not_applicable`` list leaves.
    """

    index: Fraction | None
    percent: Fraction | None
    bonus: Fraction
    deducted: Fraction
    band: str | None
    reason: NoIndex | None
    parts: Mapping[str, Part]
    blocks: Mapping[str, Part]
    unscored: tuple[str, ...]
    not_applicable: tuple[str, ...]


Marks = Mapping[str, Mark]


def mark(given: Score | Decimal | None, *, deducted: Decimal = Decimal(0)) -> Mark:
    """The mark of a leaf from the score of its rule, or from points given by hand.

    Parameters
    ----------
    given : Score, Decimal or None
        None: the leaf does not apply.
    deducted : Decimal
        "Điểm bị trừ" of the leaf, 0 or more.

    Returns
    -------
    Mark

    Raises
    ------
    ValueError
        If the deducted points are negative.

    Examples
    --------
    >>> mark(Decimal("1.5"), deducted=Decimal("0.5")).counted
    Fraction(1, 1)
    """
    if deducted < 0:
        raise ValueError(f"deducted points must not be negative: {deducted}")
    if isinstance(given, Score):
        return Mark(points=given.exact, deducted=Fraction(deducted), refused=given.refused)
    return Mark(points=None if given is None else Fraction(given), deducted=Fraction(deducted))


def roll_up(
    tree: Node, marks: Marks, *, convention: Convention = Convention.APPLICABLE, total: Total = PLAIN
) -> UnitIndex:
    """The index of a unit from the marks of its leaves.

    The base is ``percent / 100 × base_cap`` points (100 unless the total says otherwise), so a base of 85
    points of which some do not apply is scaled back to 85 before bonus and penalties.

    Parameters
    ----------
    tree : Node
        The criteria set.
    marks : mapping
        Code of a leaf to its `Mark`; a leaf without one is unscored.
    convention : Convention
        What points that do not apply do.
    total : Total
        Caps, limits, rounding and classes.

    Returns
    -------
    UnitIndex
        Without an index while a base leaf is unscored, when nothing applies, or when a file was refused.

    Raises
    ------
    ValueError
        If a mark names no leaf, or its points are negative or above the maximum of a base or bonus leaf.

    References
    ----------
    Quyết định 876/QĐ-BNV (2022): points obtained over maximum points; criteria that do not apply leave the
    denominator in the practice of Bình Thuận (2018) and Hà Nam (2023), see the tests of published figures.

    Examples
    --------
    >>> from scoring.par.tree import read_tree
    >>> tree = read_tree([{"id": "1", "max": 60}, {"id": "2", "max": 40}])
    >>> roll_up(tree, {"1": mark(Decimal(57)), "2": mark(None)}).index
    Fraction(95, 1)
    """
    check_marks(tree, marks)
    known = [leaf for leaf in leaves(tree) if leaf.code in marks]
    weights = leaf_weights(tree, marks, convention)
    percent = _sum(weights[leaf.code] * marks[leaf.code].counted for leaf in known if leaf.code in weights)
    bonus, deducted = outside(tree, marks)
    reason = _reason(tree, marks, weights)
    index = None if reason else total.index(percent / 100 * Fraction(total.base_cap), bonus, deducted)
    parts: dict[str, Part] = {}
    _gather(tree, marks, parts)
    return UnitIndex(
        index=index,
        percent=None if reason else percent,
        bonus=bonus,
        deducted=deducted,
        band=None if index is None else classify(index, total.classes),
        reason=reason,
        parts=parts,
        blocks=_blocks(tree, marks),
        unscored=tuple(leaf.code for leaf in leaves(tree) if leaf.code not in marks),
        not_applicable=tuple(leaf.code for leaf in known if marks[leaf.code].points is None),
    )


def leaf_weights(tree: Node, marks: Marks, convention: Convention) -> dict[str, Fraction]:
    """How many percent of the index one point of each base leaf is worth.

    Parameters
    ----------
    tree : Node
        The criteria set.
    marks : mapping
        Which say what does not apply; an unscored leaf does.
    convention : Convention
        What points that do not apply do.

    Returns
    -------
    dict
        Of the base leaves that apply, by code.

    Examples
    --------
    >>> from scoring.par.tree import read_tree
    >>> tree = read_tree([{"id": "1", "max": 60}, {"id": "2", "max": 40, "method": "survey"}])
    >>> leaf_weights(tree, {}, Convention.BLOCKS)
    {'1': Fraction(1, 1), '2': Fraction(1, 1)}
    """
    base = [leaf for leaf in leaves(tree) if leaf.role is Role.BASE]
    applicable: dict[str, Decimal] = defaultdict(Decimal)
    maximum: dict[str, Decimal] = defaultdict(Decimal)
    for leaf in base:
        maximum[leaf.block] += leaf.maximum
        applicable[leaf.block] += leaf.maximum if _applies(leaf, marks) else 0
    each = _block_weights({name: (_exact(applicable[name]), _exact(maximum[name])) for name in maximum}, convention)
    return {leaf.code: each[leaf.block] for leaf in base if leaf.block in each and _applies(leaf, marks)}


def _block_weights(blocks: Mapping[str, tuple[Fraction, Fraction]], convention: Convention) -> dict[str, Fraction]:
    """Percent of the index per point in each block of which something applies, from (applicable, maximum)."""
    alive = {name: sizes for name, sizes in blocks.items() if sizes[0]}
    if not alive:
        return {}
    if convention is Convention.APPLICABLE:
        return dict.fromkeys(alive, 100 / sum((applicable for applicable, _ in alive.values()), Fraction(0)))
    whole = sum((maximum for _, maximum in alive.values()), Fraction(0))
    return {name: 100 / whole * maximum / applicable for name, (applicable, maximum) in alive.items()}


def outside(tree: Node, marks: Marks) -> tuple[Fraction, Fraction]:
    """Bonus points and deducted points, each group and leaf up to its cap.

    Parameters
    ----------
    tree : Node
        The criteria set.
    marks : mapping
        Of its leaves; what is unscored brings nothing.

    Returns
    -------
    bonus, deducted : Fraction
        Both 0 or more.
    """
    groups = list(_outermost(tree))
    bonus = _sum(_outside(group, marks) for group in groups if group.role is Role.BONUS)
    return bonus, _sum(_outside(group, marks) for group in groups if group.role is Role.PENALTY)


def check_marks(tree: Node, marks: Marks) -> None:
    """Refuse marks that cannot be.

    Parameters
    ----------
    tree : Node
        The criteria set.
    marks : mapping
        Of its leaves.

    Returns
    -------
    None

    Raises
    ------
    ValueError
        If a mark names no leaf, or its points do not lie between 0 and the maximum of the leaf (base, bonus)
        or are positive (penalty).
    """
    found = {leaf.code: leaf for leaf in leaves(tree)}
    for code, given in marks.items():
        if code not in found:
            raise ValueError(f"no leaf {code!r}")
        points, leaf = given.points or NOTHING, found[code]
        penalty = leaf.role is Role.PENALTY
        if points > (NOTHING if penalty else _exact(leaf.maximum)) or (points < 0 and not penalty):
            raise ValueError(f"points of {code} must lie between 0 and its maximum {leaf.maximum}, not {points}")


def _applies(leaf: Node, marks: Marks) -> bool:
    return leaf.code not in marks or marks[leaf.code].points is not None


def _reason(tree: Node, marks: Marks, weights: Mapping[str, Fraction]) -> NoIndex | None:
    if any(given.refused for given in marks.values()):
        return NoIndex.REFUSED
    if not weights:
        return NoIndex.NOTHING_APPLIES
    return NoIndex.UNSCORED if any(code not in marks for code in weights) else None


def _part(leaf: Node, marks: Marks) -> Part:
    maximum = _exact(leaf.maximum)
    points = marks[leaf.code].counted if leaf.code in marks else NOTHING
    return Part(points=points, applicable=maximum if _applies(leaf, marks) else NOTHING, maximum=maximum)


def _add(parts: list[Part]) -> Part:
    return Part(
        points=_sum(part.points for part in parts),
        applicable=_sum(part.applicable for part in parts),
        maximum=_sum(part.maximum for part in parts),
    )


@lru_cache(maxsize=4096)  # the maxima of a few sets, asked for with every unit
def _exact(points: Decimal) -> Fraction:
    return Fraction(points)


def _sum(numbers: Iterable[Fraction]) -> Fraction:
    """The sum, brought to lowest terms once: that is what takes the time with `sum`."""
    top, bottom = 0, 1
    for number in numbers:
        over, under = number.as_integer_ratio()
        if under == bottom:
            top += over
        elif bottom % under == 0:
            top += over * (bottom // under)
        else:
            top, bottom = top * under + over * bottom, bottom * under
    return Fraction(top, bottom)


def _gather(node: Node, marks: Marks, parts: dict[str, Part]) -> Part:
    """The part of a base node, noted together with those below it."""
    base = [child for child in node.children if child.role is Role.BASE]
    part = _add([_gather(child, marks, parts) for child in base]) if node.children else _part(node, marks)
    parts[node.code] = part
    return part


def _blocks(tree: Node, marks: Marks) -> dict[str, Part]:
    members: dict[str, list[Part]] = {}
    for leaf in leaves(tree):
        if leaf.role is Role.BASE:
            members.setdefault(leaf.block, []).append(_part(leaf, marks))
    return {name: _add(parts) for name, parts in members.items()}


def _outermost(node: Node) -> Iterator[Node]:
    """The bonus and penalty groups and leaves that stand in the base."""
    if node.role is not Role.BASE:
        yield node
        return
    for child in node.children:
        yield from _outermost(child)


def _outside(node: Node, marks: Marks) -> Fraction:
    """The size of a bonus or penalty node, up to its cap."""
    if node.children:
        size = _sum(_outside(child, marks) for child in node.children)
    else:
        size = abs(marks[node.code].counted) if node.code in marks else NOTHING
    return size if node.cap is None else min(size, _exact(node.cap))
