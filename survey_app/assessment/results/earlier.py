"""A round against the last one that was published before it, on the leaves of the same number.

A unit is compared with itself, or with the one unit of its block that it took over. What was several units then is not
added up: nobody scored them as one; they are named.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from reports.par_content import BlockResult, Change, LeafChange, LeafLine, UnitResult
from survey_app.typed import folded


def changes(
    now: tuple[BlockResult, ...], before: tuple[BlockResult, ...], year: int, old: Mapping[int, frozenset[int]]
) -> Mapping[int, Change]:
    """For each unit that was in both rounds, if under another name: points of the maximum on the leaves that applied
    in both. ``old`` are the units that each took over."""
    found = {}
    for block in now:
        units = [unit for each in before if each.key == block.key for unit in each.units]
        for unit in block.units:
            wanted = {unit.unit_id} | old.get(unit.unit_id, frozenset())
            was = sorted((each for each in units if each.unit_id in wanted), key=lambda each: each.name)
            if was:
                found[unit.unit_id] = change(unit, was[0], year) if len(was) == 1 else _several(was, year)
    return found


def change(unit: UnitResult, earlier: UnitResult, year: int) -> Change:
    """One unit. A leaf whose words changed is matched by its number all the same, and marked as renamed."""
    known = {line.criterion.number: line for line in earlier.leaves if _counts(line)}
    lines = [line for line in unit.leaves if _counts(line)]
    pairs = [(line, known[line.criterion.number]) for line in lines if line.criterion.number in known]
    return Change(
        year=year,
        index_before=earlier.counted.index,
        before=_percent([old for _, old in pairs]),
        now=_percent([new for new, _ in pairs]),
        leaves=tuple(_leaf(new, old) for new, old in pairs),
        unmatched=len(lines) - len(pairs),
        of=() if earlier.unit_id == unit.unit_id else (earlier.name,),
    )


def _several(was: Sequence[UnitResult], year: int) -> Change:
    names, nothing = tuple(each.name for each in was), Fraction(0)
    return Change(year=year, index_before=None, before=nothing, now=nothing, leaves=(), unmatched=0, of=names)


def _counts(line: LeafLine) -> bool:
    return line.points is not None and line.criterion.role == "base" and line.criterion.maximum > 0


def _leaf(now: LeafLine, before: LeafLine) -> LeafChange:
    renamed = folded(now.criterion.name) != folded(before.criterion.name)
    return LeafChange(criterion=now.criterion, before=_share(before), now=_share(now), renamed=renamed)


def _share(line: LeafLine) -> Fraction:
    return (line.points or Fraction(0)) / Fraction(line.criterion.maximum)


def _percent(lines: list[LeafLine]) -> Fraction:
    most = sum((Fraction(line.criterion.maximum) for line in lines), Fraction(0))
    points = sum((line.points or Fraction(0) for line in lines), Fraction(0))
    return 100 * points / most if most else Fraction(0)
