"""The dated unit tree as it stands, and the rules that every change of it keeps."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.models import Unit

DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Node:
    """A unit's place; `valid_to` is the first day on which it is gone."""

    parent_id: int | None
    valid_from: datetime.date
    valid_to: datetime.date | None

    def alive(self, day: datetime.date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or self.valid_to > day)


@dataclass(frozen=True, slots=True)
class Tree:
    """All units by id; those not stored yet have ids of their own (0 or below)."""

    nodes: dict[int, Node]

    def above(self, unit_id: int) -> Iterator[int]:
        """Parent, grandparent and so on; ends when it comes round."""
        seen: set[int] = set()
        at = self.nodes[unit_id].parent_id
        while at is not None and at not in seen:
            yield at
            seen.add(at)
            at = self.nodes[at].parent_id

    def under(self, unit_id: int, other_id: int) -> bool:
        """Whether a unit is the other one or stands below it."""
        return unit_id == other_id or other_id in self.above(unit_id)

    def children(self, unit_id: int, day: datetime.date) -> list[int]:
        """The units directly below that are not gone by that day."""
        return [
            child
            for child, node in self.nodes.items()
            if node.parent_id == unit_id and (node.valid_to is None or node.valid_to > day)
        ]


def load(session: Session) -> Tree:
    rows = session.execute(select(Unit.id, Unit.parent_id, Unit.valid_from, Unit.valid_to))
    return Tree({unit_id: Node(parent_id, since, until) for unit_id, parent_id, since, until in rows})


def lock(session: Session) -> Tree:
    """The tree for someone about to change it: two changes that are sound alone could close a circle."""
    session.execute(select(Unit.id).where(Unit.parent_id.is_(None)).order_by(Unit.id).with_for_update()).all()
    return load(session)


def place_problems(tree: Tree, unit_id: int, before: Node | None, today: datetime.date) -> Iterator[tuple[str, str]]:
    """Why a unit, new or changed, cannot stand where the tree now has it: field and reason."""
    node = tree.nodes[unit_id]
    if before is not None and before.parent_id is None:
        if node.parent_id is not None:
            yield "parent_id", "root_stays"
    elif node.parent_id is None:
        yield "parent_id", "no_parent"
    elif tree.under(node.parent_id, unit_id):
        yield "parent_id", "circle"
    elif not tree.nodes[node.parent_id].alive(max(node.valid_from, today)):
        yield "parent_id", "parent_not_alive"
