"""What if: which leaf's next better outcome moves the index, the class or the rank of a unit most."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from scoring.par.index import PLAIN, Convention, Mark, leaf_weights, mark, outside, roll_up
from scoring.par.inputs import Inputs
from scoring.par.kinds import evaluate, next_inputs
from scoring.par.kinds_totals import Total, classify
from scoring.par.parameters import Band, Rule
from scoring.par.tree import Node, leaves


class Aim(StrEnum):
    """What a unit wants to move."""

    INDEX = "index"
    BAND = "band"
    RANK = "rank"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """The next better outcome of one leaf and what the unit would have with it.

    ``inputs`` are the entries of that outcome, ``points`` what the leaf gains; ``bands`` and ``places`` are
    how many classes and places the unit moves up.
    """

    code: str
    inputs: Inputs
    points: Fraction
    index: Fraction
    gain: Fraction
    band: str | None
    bands: int
    rank: int
    places: int


def moves(
    tree: Node,
    inputs: Mapping[str, Inputs],
    *,
    marks: Mapping[str, Mark] | None = None,
    deducted: Mapping[str, Decimal] | None = None,
    rivals: Mapping[str, Fraction] | None = None,
    convention: Convention = Convention.APPLICABLE,
    total: Total = PLAIN,
    aim: Aim = Aim.INDEX,
) -> tuple[Move, ...]:
    """The next step of each leaf that has one, those that serve the aim best first.

    Parameters
    ----------
    tree : Node
        The criteria set.
    inputs : mapping
        Code of a leaf with a rule to its entries.
    marks : mapping, optional
        Marks of the other leaves, given by hand; they have no next step.
    deducted : mapping, optional
        Points taken off leaves with entries; they stay off after a step.
    rivals : mapping, optional
        Indices of the other units of the block, for ranks.
    convention, total
        As `scoring.par.index.roll_up`.
    aim : Aim
        What the order is by: classes gained and places gained are followed by the gain of the index.

    Returns
    -------
    tuple of Move
        Empty when the unit has no index (see its reason in `roll_up`) or no leaf has a next step.

    Raises
    ------
    ValueError
        If entries are for a leaf that does not exist, has no rule, or is marked by hand too; an InputError
        if they cannot be scored.

    Examples
    --------
    >>> from scoring.par.tree import read_tree
    >>> steps = {"kind": "tiers", "tiers": [{"gte": 0.3, "points": 1}, {"gte": 0.2, "points": 0.5}], "otherwise": 0}
    >>> tree = read_tree([{"id": "1", "max": 1, "rule": steps}, {"id": "2", "max": 4, "rule": {"kind": "binary"}}])
    >>> [move.code for move in moves(tree, {"1": {"a": 5, "b": 20}, "2": {"answer": False}})]
    ['2', '1']
    """
    given = dict(marks or {})
    steps: list[tuple[str, Inputs, Mark]] = []
    for code, entries in inputs.items():
        rule, maximum = _rule(tree, code, given)
        off = (deducted or {}).get(code, Decimal(0))
        given[code] = mark(evaluate(rule, entries, maximum), deducted=off)
        better = next_inputs(rule, entries, maximum)
        if better is not None:
            steps.append((code, better, mark(evaluate(rule, better, maximum), deducted=off)))
    now = roll_up(tree, given, convention=convention, total=total)
    if now.index is None:
        return ()
    weights = leaf_weights(tree, given, convention)
    found = []
    for code, better, gained in steps:
        points = gained.counted - given[code].counted
        base = (now.percent or Fraction(0)) + weights.get(code, Fraction(0)) * points
        extra = outside(tree, {**given, code: gained})
        then = total.index(base / 100 * Fraction(total.base_cap), *extra)
        found.append(_move(code, better, points, (now.index, then), rivals or {}, total.classes))
    return tuple(sorted(found, key=_KEYS[aim], reverse=True))


_KEYS: dict[Aim, Callable[[Move], tuple[Fraction | int, ...]]] = {
    Aim.INDEX: lambda move: (move.gain,),
    Aim.BAND: lambda move: (move.bands, move.gain),
    Aim.RANK: lambda move: (move.places, move.gain),
}


def _rule(tree: Node, code: str, marked: Mapping[str, Mark]) -> tuple[Rule, Decimal]:
    leaf = next((leaf for leaf in leaves(tree) if leaf.code == code), None)
    if leaf is None or leaf.rule is None or code in marked:
        raise ValueError(f"no leaf {code!r} that is scored by a rule")
    return leaf.rule, leaf.maximum


def _move(
    code: str,
    inputs: Inputs,
    points: Fraction,
    indices: tuple[Fraction, Fraction],
    rivals: Mapping[str, Fraction],
    classes: tuple[Band, ...],
) -> Move:
    before, after = indices
    bands = [_level(classify(index, classes), classes) for index in indices]
    places = [_rank(index, rivals) for index in indices]
    return Move(
        code=code,
        inputs=inputs,
        points=points,
        index=after,
        gain=after - before,
        band=classify(after, classes),
        bands=bands[0] - bands[1],
        rank=places[1],
        places=places[0] - places[1],
    )


def _level(band: str | None, classes: tuple[Band, ...]) -> int:
    """0 for the best class, one more for each below; below all of them for none."""
    return next((place for place, each in enumerate(classes) if each.name == band), len(classes))


def _rank(index: Fraction, rivals: Mapping[str, Fraction]) -> int:
    return 1 + sum(rival > index for rival in rivals.values())
