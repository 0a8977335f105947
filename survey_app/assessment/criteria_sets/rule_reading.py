"""A scoring rule from the boxes that `rule_fields` made: what was typed, and rows added, dropped and moved.

What shows as it did before stays as it was written, so a form that is saved unchanged changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scoring.par.kinds import KINDS
from scoring.par.parameters import Parameter, Shape
from survey_app.assessment.criteria_sets.rule_fields import (
    IN_PERCENT,
    LEAF_KINDS,
    MOST_DEPTH,
    PREFIX,
    SHOWN,
    parameters,
)
from survey_app.assessment.criteria_sets.rule_shapes import (
    LAYOUTS,
    Layout,
    Texts,
    Unshown,
    distinct,
    of_percent,
    texts,
    value,
)
from survey_app.typed import one_line

ROW_DIGITS = 4
Data = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A rule as it was typed ({}: none), and the names that came twice and got a number behind them."""

    rule: Data
    twice: tuple[str, ...] = ()


def read(sent: Texts, kind: str, before: Mapping[str, Any]) -> Reading:
    """The rule of a kind in what was sent, written as ``before`` where it says the same.

    Fields of another kind than was shown give only the parameters that both kinds have.
    """
    reader = _Reader(sent)
    return Reading(rule=reader.rule(PREFIX, kind, before, 0), twice=tuple(reader.twice))


def lacking(rule: Mapping[str, Any]) -> bool:
    """Whether a parameter that must be there was not typed."""
    kind = str(rule.get("kind"))
    return kind in KINDS and any(each.required and each.name not in rule for each in KINDS[kind].rule.PARAMETERS)


def dropped(sent: Texts, row: str) -> dict[str, str]:
    """What was sent without a row."""
    return {name: text for name, text in sent.items() if not f"{name}.".startswith(f"{row}.")}


def raised(sent: Texts, row: str) -> dict[str, str]:
    """What was sent with a row before the one above it; the first stays."""
    owner, _dot, number = row.rpartition(".")
    places = [str(place) for place in _places(sent, owner)]
    if number not in places[1:]:
        return dict(sent)
    above = f"{owner}.{places[places.index(number) - 1]}"
    return {_swapped(name, row, above): text for name, text in sent.items()}


def _swapped(name: str, one: str, other: str) -> str:
    for old, new in ((one, other), (other, one)):
        if f"{name}.".startswith(f"{old}."):
            return new + name.removeprefix(old)
    return name


@dataclass(slots=True)
class _Reader:
    sent: Texts
    twice: list[str] = field(default_factory=list)

    def rule(self, name: str, kind: str, before: Mapping[str, Any], depth: int) -> Data:
        if kind not in dict(LEAF_KINDS) or depth > MOST_DEPTH:
            return {}
        shown = self.sent.get(f"{name}.{SHOWN}", "")
        if shown != kind and before.get("kind") == kind:
            return dict(before)
        if before.get("kind") != kind:
            before = {}
        carried = parameters(kind, depth) if shown == kind else _common(shown, kind, depth)
        found = {parameter.name: self._value(parameter, name, before, depth) for parameter in carried}
        order = dict.fromkeys([*before, *found])
        typed = {key: found[key] for key in order if found.get(key) is not None}
        return {"kind": kind, **typed}

    def _value(self, parameter: Parameter, name: str, before: Mapping[str, Any], depth: int) -> Any:
        own, old = f"{name}.{parameter.name}", before.get(parameter.name)
        if parameter.shape is Shape.BRANCHES:
            return self._branches(own, old if isinstance(old, Mapping) else {}, depth)
        layout = LAYOUTS[parameter.shape]
        rows = [self._row(layout, own if layout.single else f"{own}.{place}") for place in self._rows(layout, own)]
        new = value(layout, rows)
        if parameter.name in before and _said(layout, old) == new:
            return old
        if layout.by_name:
            self._note_twice([one_line(row["name"]) for row in rows if row["name"] or row["points"]])
        return new

    def _rows(self, layout: Layout, own: str) -> list[int]:
        return list(range(len(layout.fixed) or 1)) if layout.single or layout.fixed else _places(self.sent, own)

    def _row(self, layout: Layout, name: str) -> dict[str, str]:
        found = {}
        for column in layout.columns:
            at = f"{name}.{column.key}".rstrip(".")
            percent = self.sent.get(f"{at}{IN_PERCENT}")
            found[column.key] = self.sent.get(at, "") if percent is None else of_percent(percent)
        return found

    def _branches(self, own: str, before: Mapping[str, Any], depth: int) -> Data | None:
        rows = []
        for place in _places(self.sent, own):
            at = f"{own}.{place}"
            name, kind = one_line(self.sent.get(f"{at}.name", "")), self.sent.get(f"{at}.kind", "")
            if name or kind:
                old = before.get(name)
                rule = self.rule(f"{at}.rule", kind, old if isinstance(old, Mapping) else {}, depth + 1)
                rows.append((name, rule))
        names = [name for name, _rule in rows]
        self._note_twice(names)
        return dict(zip(distinct(names), (rule for _name, rule in rows), strict=True)) or None

    def _note_twice(self, names: list[str]) -> None:
        self.twice += [name for name in dict.fromkeys(names) if names.count(name) > 1]


def _said(layout: Layout, data: object) -> Any:
    """What a parameter says, however it is written; itself when no form can show it."""
    try:
        return value(layout, texts(layout, data))
    except Unshown:
        return data


def _common(shown: str, kind: str, depth: int) -> tuple[Parameter, ...]:
    if shown not in KINDS:
        return ()
    old = {(each.name, each.shape) for each in parameters(shown, depth)}
    return tuple(each for each in parameters(kind, depth) if (each.name, each.shape) in old)


def _places(sent: Texts, owner: str) -> list[int]:
    """The numbers of the rows of a list, in their order."""
    found = {name.removeprefix(f"{owner}.").partition(".")[0] for name in sent if name.startswith(f"{owner}.")}
    return sorted(int(place) for place in found if place.isdecimal() and place.isascii() and len(place) <= ROW_DIGITS)
