"""A criteria set while it is edited: each part is sound by itself, what does not fit together is listed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from pydantic import model_validator

from questionnaires.par_nodes import Node
from questionnaires.par_sets import CriteriaSet

Siblings = tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What does not fit: at a node (by ``number``) or the whole set (""), in which of its parts."""

    number: str
    part: str
    vi: str


class CriteriaDraft(CriteriaSet):
    """A set that need not add up yet; `listed` says what keeps it from being a `CriteriaSet`."""

    @model_validator(mode="after")
    def _holds(self) -> Self:
        return self

    @property
    def listed(self) -> tuple[Fault, ...]:
        """Every fault, nodes in their order first."""
        numbers = {spot.at: spot.node.id for spot in self.spots}
        found = []
        for fault in self.faults():
            context = fault.context or {}
            at = context["at"]
            node = next((at[:cut] for cut in range(len(at), 0, -1) if at[:cut] in numbers), ())
            part = str(at[len(node)]) if len(at) > len(node) else "id"
            found.append(Fault(number=numbers.get(node, ""), part=part, vi=context["vi"]))
        return tuple(found)


def drafted(criteria: CriteriaSet, **changes: object) -> CriteriaDraft:
    """The set as a draft with some of its parts changed; pydantic's ValidationError for a part that is unsound."""
    kept = {name: getattr(criteria, name) for name in CriteriaSet.model_fields}
    return CriteriaDraft.model_validate({**kept, **changes})


def replaced(draft: CriteriaDraft, number: str, *nodes: Node) -> CriteriaDraft:
    """The draft with other nodes, or none, in the place of one; KeyError when there is no such node."""
    draft.node(number)

    def put(siblings: Siblings) -> Siblings:
        return tuple(new for each in siblings for new in (nodes if each.id == number else (each,)))

    return drafted(draft, fields=_changed(draft.fields, put))


def added(draft: CriteriaDraft, parent: str, node: Node) -> CriteriaDraft:
    """The draft with a node as the last child of another ("": as the last field); KeyError as `replaced`."""
    return drafted(draft, fields=_added(draft.fields, parent, node))


def shifted(draft: CriteriaDraft, number: str, by: int) -> CriteriaDraft:
    """The draft with a node further up (-1) or down (1) among its siblings; at an end it stays."""
    draft.node(number)

    def swap(siblings: Siblings) -> Siblings:
        place = next((place for place, each in enumerate(siblings) if each.id == number), None)
        if place is None or not 0 <= place + by < len(siblings):
            return siblings
        order = list(siblings)
        order.insert(place + by, order.pop(place))
        return tuple(order)

    return drafted(draft, fields=_changed(draft.fields, swap))


def moved(draft: CriteriaDraft, number: str, parent: str) -> CriteriaDraft:
    """The draft with a node as the last child of another ("": as a field).

    KeyError when there is no such node or parent, ValueError below itself.
    """
    node = draft.node(number)
    if parent == number or parent in below(node):
        raise ValueError(f"{number} cannot stand below itself")

    def drop(siblings: Siblings) -> Siblings:
        return tuple(each for each in siblings if each.id != number)

    return drafted(draft, fields=_added(_changed(draft.fields, drop), parent, node))


def below(node: Node) -> frozenset[str]:
    """The numbers of everything below a node."""
    return frozenset().union(*({child.id} | below(child) for child in node.children))


def _added(fields: Siblings, parent: str, node: Node) -> Siblings:
    if not parent:
        return (*fields, node)
    if not any(parent == field.id or parent in below(field) for field in fields):
        raise KeyError(parent)

    def put(siblings: Siblings) -> Siblings:
        return tuple(_with(each, (*each.children, node)) if each.id == parent else each for each in siblings)

    return _changed(fields, put)


def _changed(siblings: Siblings, change: Callable[[Siblings], Siblings]) -> Siblings:
    """Siblings and all that is below them, after a change of each group of siblings."""
    return tuple(_with(node, _changed(node.children, change)) if node.children else node for node in change(siblings))


def _with(node: Node, children: Siblings) -> Node:
    return node.model_copy(update={"children": children})
