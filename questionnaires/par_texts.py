"""A node of a criteria set, or its head, as the texts of a form and back; what two sets differ in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

from pydantic import ValidationError

from questionnaires.loader import said
from questionnaires.par_checks import spoken
from questionnaires.par_drafts import CriteriaDraft, drafted
from questionnaires.par_nodes import Node
from questionnaires.par_sets import CriteriaSet
from questionnaires.par_tables import COLUMNS, FLAGS, HEADER, NO, YES, Reader, node_data, set_rows
from questionnaires.par_yaml import canonical, in_lines

Texts = Mapping[str, str]
NODE = tuple(name for name in COLUMNS if name != "parent")
FIXED = ("id", "version", "block", "index_year")  # who a set is: they never change
HEAD = tuple(name for name in HEADER if name not in FIXED)
FORM = "form"
ORDER = "Thứ tự các mục con"


class TextError(ValueError):
    """Texts that are no node or no set; ``faults`` says in Vietnamese what is wrong, by the name of the text."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {fault}" for name, fault in faults.items()))
        self.faults = faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What differs at a node (by ``number``) or in the whole set (""): texts before and after, by column title.

    ``before`` is empty for a node that is new, ``after`` for one that is gone.
    """

    number: str
    name: str
    changes: tuple[tuple[str, str, str], ...]
    new: bool = False
    gone: bool = False


def node_texts(node: Node) -> dict[str, str]:
    """What stands in the form of a node; choices by their key, a flag as "Có" or nothing."""
    data = node_data(node)
    return {name: _text(name, data.get(name)) for name in NODE}


def read_node(texts: Texts, *, like: Node | None = None) -> Node:
    """The node of a form, with the children of another; TextError names every fault."""
    reader = Reader(FORM)
    data = reader.node(1, {COLUMNS[name]: text for name, text in texts.items()})
    faults = {_named(COLUMNS, fault.path): fault.vi for fault in reader.faults}
    try:
        node = Node.model_validate({**data, "children": like.children if like else ()})
    except ValidationError as error:
        raise TextError(_faults(error) | faults) from None
    if faults:
        raise TextError(faults)
    return node


def head_texts(criteria: CriteriaSet) -> dict[str, str]:
    """What stands in the form of what holds for the whole set."""
    data = {**canonical(criteria), "complete": criteria.complete, "decimals": criteria.decimals}
    data |= {f"title.{language}": words for language, words in criteria.title}
    return {name: _text(name, data.get(name)) for name in HEAD}


def read_head(texts: Texts, draft: CriteriaDraft) -> CriteriaDraft:
    """The draft with what its form says of the whole set; TextError names every fault."""
    reader = Reader(FORM)
    flag = {HEADER["complete"]: texts.get("complete") or NO}  # what is not said would stay as it is
    data = reader.header({HEADER[name]: text for name, text in texts.items()} | flag)
    faults = {_named(HEADER, fault.path.partition(": ")[2]): fault.vi for fault in reader.faults}
    empty = {name: CriteriaSet.model_fields[name].get_default() for name in ("note", "legal_basis", "claims", "bands")}
    try:
        found = drafted(draft, **{**empty, **data})
    except ValidationError as error:
        raise TextError(_faults(error) | faults) from None
    if faults:
        raise TextError(faults)
    return found


def differences(old: CriteriaSet, new: CriteriaSet) -> Iterator[Difference]:
    """What differs between two sets: the whole first, then node by node in the order of the new set."""
    (head, before), (head_now, after) = _tables(old), _tables(new)
    reordered = dict(_reordered(old, new))
    found = _changes(head, head_now) + reordered.get("", ())
    if found:
        yield Difference(number="", name=new.title.vi, changes=found)
    for number, row in after.items():
        found = _changes(before.get(number, {}), row) + reordered.get(number, ())
        if found:
            yield Difference(number=number, name=row[COLUMNS["name"]], changes=found, new=number not in before)
    for number, row in before.items():
        if number not in after:
            yield Difference(number=number, name=row[COLUMNS["name"]], changes=_changes(row, {}), gone=True)


def _tables(criteria: CriteriaSet) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """The texts of the whole set and of each node, by column title."""
    header, rows = set_rows(criteria)
    nodes = {str(row[COLUMNS["id"]]): {title: _shown(cell) for title, cell in row.items()} for row in rows}
    return {title: _shown(cell) for title, cell in header.items()}, nodes


def _reordered(old: CriteriaSet, new: CriteriaSet) -> Iterator[tuple[str, tuple[tuple[str, str, str], ...]]]:
    """The nodes whose children follow each other otherwise; children that came or went are no change of order."""
    before, after = _families(old), _families(new)
    for number in before.keys() & after.keys():
        then = [child for child in before[number] if child in after[number]]
        now = [child for child in after[number] if child in before[number]]
        if then != now:
            yield number, ((ORDER, ", ".join(then), ", ".join(now)),)


def _families(criteria: CriteriaSet) -> dict[str, list[str]]:
    """The children of each node by its number, the fields by ""."""
    found = {spot.node.id: [child.id for child in spot.node.children] for spot in criteria.spots}
    return found | {"": [field.id for field in criteria.fields]}


def _changes(before: Texts, after: Texts) -> tuple[tuple[str, str, str], ...]:
    pairs = ((title, before.get(title, ""), after.get(title, "")) for title in {**before, **after})
    return tuple((title, old, new) for title, old, new in pairs if old != new)


def _shown(cell: str | float | None) -> str:
    if isinstance(cell, float):
        return spoken(Decimal(repr(cell)))
    return "" if cell is None else str(cell)


def _text(name: str, value: Any) -> str:
    if name in FLAGS:
        return YES if value else ""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, Decimal):
        return spoken(value)
    if isinstance(value, dict | list):
        return in_lines(value) if value else ""
    return "" if value is None else str(value)


def _named(titles: Texts, title: str) -> str:
    return next(name for name in titles if titles[name] == title)


def _faults(error: ValidationError) -> dict[str, str]:
    """The first fault of each text."""
    found: dict[str, str] = {}
    for detail in error.errors():
        at, vi, _en = said(detail)
        name = ".".join(map(str, at[:2])) if at[:1] == ("title",) else str(at[0])
        found.setdefault(name, vi)
    return found
