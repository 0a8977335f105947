"""What a person who checks definitions wants to see: an outline, and what a new version changes."""

from collections.abc import Iterator
from functools import singledispatch
from typing import Any

from questionnaires.base import Definition
from questionnaires.index_methods import IndexMethod
from questionnaires.model import Questionnaire
from questionnaires.par_checks import spoken
from questionnaires.par_nodes import Role, Spot
from questionnaires.par_sets import CriteriaSet
from questionnaires.par_words import WORDS
from questionnaires.provinces import Province
from questionnaires.targets import TargetSet
from questionnaires.validity import ValidityRules

UNCHECKED = " [chưa đối chiếu]"


def outline(definition: Definition) -> Iterator[str]:
    """What a definition holds, a line each, for people who check it."""
    yield f"{definition.ref}: {definition.title.vi}"
    for source in definition.legal_basis:
        yield f"  căn cứ: {source.number or source.title}{'' if source.verified else ' (chưa đối chiếu văn bản gốc)'}"
    yield from _inside(definition)


@singledispatch
def _inside(_definition: Definition) -> Iterator[str]:
    """The lines that only this kind of definition has."""
    yield from ()


@_inside.register
def _(definition: Questionnaire) -> Iterator[str]:
    for section in definition.sections:
        yield f"  {section.title.vi}"
        for item in section.items:
            marks = ("*" if item.required else "") + ("" if item.verified else UNCHECKED)
            yield f"    {item.code} ({item.kind.value}) {item.text.vi}{marks}"


@_inside.register
def _(definition: IndexMethod) -> Iterator[str]:
    yield f"  {definition.symbols}{'' if definition.verified else UNCHECKED}"
    named = (
        *((part.factor, part.weight) for part in definition.weights),
        *((part.domain, part.weight) for part in definition.domains),
        *((part.channel, part.weight) for part in definition.channels),
    )
    yield from (f"  {name}: {weight}" for name, weight in named)


@_inside.register
def _(definition: ValidityRules) -> Iterator[str]:
    for rule in definition.rules:
        share = "" if rule.share is None else f" {rule.share}"
        yield f"  {rule.key} ({rule.rule}{share}) {rule.name.vi}{'' if rule.verified else UNCHECKED}"


@_inside.register
def _(definition: TargetSet) -> Iterator[str]:
    for target in definition.targets:
        yield f"  {target.key}: {target.operator} {target.value} {target.unit} ({target.year}) {target.name.vi}"


@_inside.register
def _(definition: Province) -> Iterator[str]:
    for level in definition.levels:
        yield f"  {level.name.vi}: {sum(unit.level == level.key for unit in definition.units)}"
    yield f"  lĩnh vực: {len(definition.fields)}, quầy: {len(definition.counters)}"


@_inside.register
def _(definition: CriteriaSet) -> Iterator[str]:
    counts = definition.counts
    yield f"  {WORDS[definition.block]}, năm {definition.index_year}, mẫu số: {WORDS[definition.denominator]}"
    if not definition.verified:
        yield "  CHƯA ĐỐI CHIẾU VĂN BẢN GỐC"
    if not definition.complete:
        yield "  chưa đủ mọi cấp, không dùng để chấm điểm"
    yield f"  tổng {spoken(definition.total)} điểm, lĩnh vực: {counts['fields']}, tiêu chí: {counts['criteria']}, " + (
        f"tiêu chí thành phần: {counts['sub_criteria']}"
    )
    for method, points in definition.by_method.items():
        yield f"  {WORDS[method]}: {spoken(points)} điểm"
    for band in definition.bands:
        bound, strict = band.mark
        yield f"  {band.name}: {'trên' if strict else 'từ'} {spoken(bound)} %"
    yield from map(_criterion, definition.spots)


def _criterion(spot: Spot) -> str:
    """A line for a node: number, name, points, how it is scored, and what to know of it."""
    node = spot.node
    how = [WORDS[node.method]] if node.method else []
    how += [node.rule["kind"]] if node.rule else []
    how += [f"{WORDS[spot.role].lower()}, tối đa {spoken(node.cap)}"] if spot.role is not Role.BASE and node.cap else []
    how += ["0 điểm: đánh giá, không tính"] if spot.is_leaf and node.max == 0 else []
    marks = (f" ({', '.join(how)})" if how else "") + ("" if node.verified else UNCHECKED)
    return f"{'  ' * spot.depth}{node.id} {node.name}: {spoken(node.max)}{marks}"


def changes(old: Definition, new: Definition) -> Iterator[str]:
    """What a new version changes, a line for each value that was added, removed or altered."""
    before, after = dict(_leaves(old.model_dump(mode="json"))), dict(_leaves(new.model_dump(mode="json")))
    for path in sorted(before.keys() | after.keys()):
        if before.get(path) != after.get(path):
            if path not in after:
                yield f"- {path}: {before[path]}"
            elif path not in before:
                yield f"+ {path}: {after[path]}"
            else:
                yield f"~ {path}: {before[path]} → {after[path]}"


def _leaves(node: Any, path: str = "") -> Iterator[tuple[str, object]]:
    """Every value with its path; members of a list are named by their code, key or id where they have one."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _leaves(value, f"{path}.{key}" if path else key)
    elif isinstance(node, list):
        for place, value in enumerate(node):
            yield from _leaves(value, f"{path}[{_name(value, place)}]")
    else:
        yield path, node


def _name(member: Any, place: int) -> object:
    if isinstance(member, dict):
        return next((member[key] for key in ("code", "key", "id") if key in member), place)
    return place
