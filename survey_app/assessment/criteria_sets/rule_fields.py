"""The fields of a scoring rule: generated from the parameters that its kind declares, filled with its data.

The name of a box is its place in the rule ("r.tiers.0.points"), so that what is sent reads back by it
(`rule_reading`) and what the engine finds wrong there ("tiers[0].points") is said beside it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from scoring.par.kinds import KINDS
from scoring.par.kinds_shares import RATIO
from scoring.par.parameters import Parameter, RuleError, Shape
from scoring.par.rules import NOTES
from survey_app.assessment.criteria_sets.faults import PROBLEMS, told
from survey_app.assessment.criteria_sets.rule_shapes import (
    LAYOUTS,
    Choices,
    Column,
    Layout,
    Look,
    Texts,
    Unshown,
    in_percent,
    texts,
)
from survey_app.assessment.criteria_sets.rule_words import BRANCH, BRANCH_KIND, PERCENT, SAYS, words
from survey_app.typed import one_line

PREFIX, SHOWN, IN_PERCENT = "r", "=kind", "%"
SEPARATE_KINDS = ("total",)  # for a whole set, never for a leaf
LEAF_KINDS: Choices = tuple((key, kind.title) for key, kind in KINDS.items() if key not in SEPARATE_KINDS)
MOST_DEPTH = 3  # rules within rules
FLAGS = ("verified",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One input."""

    name: str
    label: str
    look: Look = Look.TEXT
    value: str = ""
    choices: Choices = ()
    error: str = ""

    @property
    def shown(self) -> str:
        """What stands in it, in words."""
        return "Có" if self.look is Look.TICK else dict(self.choices).get(self.value, self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row of boxes; that of a ``case`` has a rule, once its kind is chosen."""

    name: str
    title: str
    boxes: tuple[Box, ...]
    error: str = ""
    rule: "Fields | None" = None
    case: bool = False
    new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A parameter: its one ``box``, or rows that can be added, dropped and, where order counts, moved up."""

    name: str
    label: str
    hint: str = ""
    error: str = ""
    box: Box | None = None
    lines: tuple[Line, ...] = ()
    grows: bool = False
    ordered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """The form of a rule; ``notes`` stand beside its parameters without effect, ``error`` belongs to none of them."""

    name: str
    kind: str
    says: str
    parts: tuple[Part, ...]
    notes: tuple[Part, ...]
    error: str = ""


def parameters(kind: str, depth: int = 0) -> tuple[Parameter, ...]:
    """What a rule of a kind may say, and what may stand beside it; a case of a rule has its own wording."""
    extra = "text_vi" if depth else "not_applicable"
    return (*KINDS[kind].rule.PARAMETERS, Parameter(extra, Shape.TEXT, required=False), *_notes(kind))


def _notes(kind: str) -> tuple[Parameter, ...]:
    names = sorted(KINDS[kind].rule.NOTES) + sorted(NOTES)
    return tuple(Parameter(name, Shape.FLAG if name in FLAGS else Shape.TEXT, required=False) for name in names)


def fields(rule: Mapping[str, Any], *, fault: RuleError | None = None, more: str = "") -> Fields:
    """The form of a rule with what is wrong with it; the list named ``more`` has a new, empty row.

    Unshown when the form would lose some of the rule: another kind, an unknown parameter, data of another shape.
    """
    faults = _Faults(fault)
    found = _Maker(faults, more).rule(rule, PREFIX, "", 0)
    return replace(found, error=_whole(faults.left, found.kind) if faults.left else "")


def spoken(found: Fields) -> Iterator[str]:
    """The rule in words, a line for each parameter and row that says anything."""
    for part in (*found.parts, *found.notes):
        if part.box and part.box.value:
            yield f"{part.box.label}: {part.box.shown}"
        for line in part.lines:
            said = "; ".join(f"{box.label} {box.shown}" for box in line.boxes if box.value)
            yield from [f"{part.label}, {line.title.lower()}: {said}"] if said else []
            yield from spoken(line.rule) if line.rule else ()


def _whole(fault: RuleError, kind: str) -> str:
    """What no box has said; the engine names a whole rule by its kind."""
    return f"Luật {told(fault)}." if fault.where == kind else told(fault)


def _named(branch: object) -> str:
    if not isinstance(branch, str) or branch != one_line(branch):
        raise Unshown(str(branch))
    return branch


class _Faults:
    """What is wrong with the rule, until a box has said it."""

    def __init__(self, fault: RuleError | None) -> None:
        self.left = fault

    def at(self, where: str) -> str:
        if self.left is None or self.left.where != where:
            return ""
        problem, self.left = self.left.problem, None
        return PROBLEMS[problem]


class _Maker:
    def __init__(self, faults: _Faults, more: str) -> None:
        self.faults, self.more = faults, more

    def rule(self, data: Any, name: str, where: str, depth: int) -> Fields:
        kind = data.get("kind") if isinstance(data, Mapping) else None
        if not isinstance(kind, str) or kind not in dict(LEAF_KINDS) or depth > MOST_DEPTH:
            raise Unshown("kind")
        known = parameters(kind, depth)
        for key in data:
            if key != "kind" and key not in {parameter.name for parameter in known}:
                raise Unshown(str(key))
        ratio = "/" in str(data.get("input", RATIO))
        parts = [
            self._branches(parameter, data, name, where, depth)
            if parameter.shape is Shape.BRANCHES
            else self._part(parameter, data, name, where, share=parameter.share and ratio)
            for parameter in known
        ]
        cut = len(known) - len(_notes(kind))
        return Fields(name=name, kind=kind, says=SAYS.get(kind, ""), parts=tuple(parts[:cut]), notes=tuple(parts[cut:]))

    def _part(self, parameter: Parameter, data: Mapping[str, Any], name: str, where: str, *, share: bool) -> Part:
        layout, said = LAYOUTS[parameter.shape], words(data["kind"], parameter.name, parameter.shape)
        own, at = f"{name}.{parameter.name}", f"{where}{parameter.name}"
        rows: list[dict[str, str]] = texts(layout, data[parameter.name]) if parameter.name in data else []
        if layout.single:
            box = self._box(layout.columns[0], rows[0] if rows else {}, own, at, share=share, label=said.label)
            return Part(name=own, label=said.label, hint=said.hint, box=box)
        known = len(rows)
        if layout.fixed:
            rows += [{} for _name in layout.fixed[known:]]
        elif self.more == own or (parameter.required and not rows):
            rows.append({})
        lines = [
            self._line(layout, row, own, at, place, share=share, new=self.more == own and place >= known)
            for place, row in enumerate(rows)
        ]
        grows, ordered = not layout.fixed, not layout.fixed and not layout.sorted
        error = self.faults.at(at)
        return Part(
            name=own, label=said.label, hint=said.hint, error=error, lines=tuple(lines), grows=grows, ordered=ordered
        )

    def _line(self, layout: Layout, row: Texts, name: str, at: str, place: int, *, share: bool, new: bool) -> Line:
        where = f"{at}.{row.get('name', '')}" if layout.by_name else f"{at}[{place}]"
        found = []
        for column in layout.columns:
            key = row.get("is", "gte") if column.key == "bound" else column.key
            spot = f"{where}.{key}" if key else where
            found.append(self._box(column, row, f"{name}.{place}.{column.key}".rstrip("."), spot, share=share))
        title = layout.fixed[place] if layout.fixed else f"Dòng {place + 1}"
        return Line(name=f"{name}.{place}", title=title, boxes=tuple(found), error=self.faults.at(where), new=new)

    def _box(self, column: Column, row: Texts, name: str, where: str, *, share: bool, label: str = "") -> Box:
        value, percent = row.get(column.key, ""), share and column.share
        label = label or column.label
        return Box(
            name=f"{name}{IN_PERCENT}" if percent else name,
            label=PERCENT.format(label) if percent else label,
            look=column.look,
            value=in_percent(value) if percent else value,
            choices=column.choices,
            error=self.faults.at(where),
        )

    def _branches(self, parameter: Parameter, data: Mapping[str, Any], name: str, where: str, depth: int) -> Part:
        said, own, at = words(data["kind"], parameter.name), f"{name}.{parameter.name}", f"{where}{parameter.name}"
        given = data.get(parameter.name, {})
        if not isinstance(given, Mapping):
            raise Unshown(parameter.name)
        lines = [
            self._branch(f"{own}.{place}", _named(branch), rule, f"{at}.{branch}", depth, place)
            for place, (branch, rule) in enumerate(given.items())
        ]
        if self.more == own or not lines:
            lines.append(self._branch(f"{own}.{len(lines)}", "", None, "", depth, len(lines)))
        return Part(
            name=own,
            label=said.label,
            hint=said.hint,
            error=self.faults.at(at),
            lines=tuple(lines),
            grows=True,
            ordered=True,
        )

    def _branch(self, name: str, branch: str, rule: Any, where: str, depth: int, place: int) -> Line:
        kind = rule["kind"] if isinstance(rule, Mapping) and isinstance(rule.get("kind"), str) else ""
        choices = (("", "– Chọn –"), *LEAF_KINDS)
        empty = rule is None or rule == {}
        return Line(
            name=name,
            title=f"Trường hợp {place + 1}",
            boxes=(
                Box(name=f"{name}.name", label=BRANCH, value=branch),
                Box(name=f"{name}.kind", label=BRANCH_KIND, look=Look.CHOICE, value=kind, choices=choices),
            ),
            case=True,
            rule=None if empty else self.rule(rule, f"{name}.rule", f"{where}.", depth + 1),
            error=self.faults.at(where) or self.faults.at(f"{where}.kind"),
            new=not branch and not kind and self.more != "",
        )
