"""A round against the last one that was published before it, on the leaves of the same number."""

from collections.abc import Mapping
from fractions import Fraction

from reports.par_content import BlockResult, Change, LeafChange, LeafLine, UnitResult
from survey_app.typed import folded


def changes(now: tuple[BlockResult, ...], before: tuple[BlockResult, ...], year: int) -> Mapping[int, Change]:
    """For each unit that is in both rounds: points of the maximum on the leaves that applied in both."""
    earlier = {unit.unit_id: unit for block in before for unit in block.units}
    return {
        unit.unit_id: change(unit, earlier[unit.unit_id], year)
        for block in now
        for unit in block.units
        if unit.unit_id in earlier
    }


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
    )


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
