"""What a person who checks definitions wants to see: an outline, and what a new version changes."""

from collections.abc import Iterator
from functools import singledispatch
from typing import Any

from questionnaires.base import Definition
from questionnaires.index_methods import IndexMethod
from questionnaires.model import Questionnaire
from questionnaires.provinces import Province
from questionnaires.targets import TargetSet

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
    for part in definition.weights:
        yield f"  {part.factor}: {part.weight}"


@_inside.register
def _(definition: TargetSet) -> Iterator[str]:
    for target in definition.targets:
        yield f"  {target.key}: {target.operator} {target.value} {target.unit} ({target.year}) {target.name.vi}"


@_inside.register
def _(definition: Province) -> Iterator[str]:
    for level in definition.levels:
        yield f"  {level.name.vi}: {sum(unit.level == level.key for unit in definition.units)}"
    yield f"  lĩnh vực: {len(definition.fields)}, quầy: {len(definition.counters)}"


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
