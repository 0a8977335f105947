"""The outcome of a unit as a package states it; made when the package is, and again when it is checked."""

from fractions import Fraction

from survey_app.assessment.outcomes import Outcome, Sheet, counted, outcomes
from survey_app.assessment.packing.manifest import FieldPart, IndexPart, OutcomePart


def outcome(sheet: Sheet, field: str = "") -> OutcomePart:
    """What counts of each leaf and field of a sheet, and the index; of one field alone there is no index.

    ValueError when a mark cannot be: no such leaf, more points than its maximum, an entry that its rule refuses.
    """
    found = outcomes([sheet])[sheet.unit_id]
    of = sheet.criteria.field_of
    leaves = {leaf: mark for leaf, mark in counted(sheet).items() if field in ("", of[leaf])}
    return OutcomePart(
        leaves={leaf: None if mark.points is None else str(mark.counted) for leaf, mark in sorted(leaves.items())},
        fields={name: part for name, part in _fields(found, sheet) if field in ("", name)},
        index=None if field else _index(found),
    )


def _fields(found: Outcome, sheet: Sheet) -> list[tuple[str, FieldPart]]:
    names = [node.code for node in sheet.criteria.tree.children if node.code in found.counted.parts]
    parts = [(name, found.counted.parts[name]) for name in names]
    return [
        (name, FieldPart(points=str(part.points), applicable=str(part.applicable), maximum=str(part.maximum)))
        for name, part in parts
    ]


def _index(found: Outcome) -> IndexPart:
    unit, interval = found.counted, found.interval
    return IndexPart(
        index=_text(unit.index),
        percent=_text(unit.percent),
        bonus=str(unit.bonus),
        deducted=str(unit.deducted),
        band=unit.band,
        reason=None if unit.reason is None else unit.reason.value,
        own=_text(found.own.index),
        lower=interval.lower if interval else None,
        upper=interval.upper if interval else None,
    )


def _text(value: Fraction | None) -> str | None:
    return None if value is None else str(value)
