"""What must hold between the nodes of a criteria set; every fault is found, not only the first."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from pydantic_core import PydanticCustomError

from questionnaires.base import problem
from questionnaires.par_nodes import Node, Role, Spot

Faults = Iterator[PydanticCustomError]
OF_LEAVES = ("rule", "method", "inputs", "evidence", "not_applicable_allowed")


def spoken(number: Decimal) -> str:
    """A number as Vietnamese write it: 1,5."""
    return f"{number:f}".replace(".", ",")


def node_faults(spots: Sequence[Spot], *, complete: bool) -> Faults:
    """What is wrong with nodes: numbers, sums, roles, caps, and what only leaves have.

    ``complete`` says that every leaf must name its method.
    """
    yield from _twice(spots)
    for spot in spots:
        yield from _role(spot)
        yield from _leaf(spot, complete=complete) if spot.is_leaf else _group(spot)


def unverified(spots: Sequence[Spot]) -> Faults:
    """Nodes that are not checked against the official text, although their set says it is."""
    for spot in spots:
        if not spot.node.verified:
            number = spot.node.id
            vi = f"bộ tiêu chí ghi đã đối chiếu nhưng mục {number} chưa đối chiếu"
            yield problem(vi, f"the set is verified, {number} is not", (*spot.at, "verified"))


def _twice(spots: Sequence[Spot]) -> Faults:
    seen: set[str] = set()
    for spot in spots:
        number = spot.node.id
        if number in seen:
            yield problem(f"số hiệu bị trùng: {number}", f"duplicate number: {number}", (*spot.at, "id"))
        seen.add(number)


def _role(spot: Spot) -> Faults:
    node, outermost = spot.node, spot.inherited is Role.BASE
    if not outermost and spot.role is not spot.inherited:
        vi, en = "trong nhóm điểm thưởng, điểm trừ không có role khác", "no other role within a bonus or penalty group"
        yield problem(f"{node.id}: {vi}", f"{node.id}: {en}", (*spot.at, "role"))
    if spot.role is Role.BASE and node.cap is not None:
        vi, en = "chỉ điểm thưởng, điểm trừ mới có cap", "cap goes with bonus and penalty"
        yield problem(f"{node.id}: {vi}", f"{node.id}: {en}", (*spot.at, "cap"))
    if spot.role is not Role.BASE and outermost and node.cap is None:
        vi, en = "nhóm điểm thưởng, điểm trừ phải có cap", "a bonus or penalty group needs a cap"
        yield problem(f"{node.id}: {vi}", f"{node.id}: {en}", spot.at)
    if node.max > 0 if spot.role is Role.PENALTY else node.max < 0:
        vi, en = "chỉ điểm trừ ghi số âm, và luôn ghi số âm hoặc 0", "below 0 for penalties, 0 or more for the rest"
        yield problem(f"{node.id}: {vi}", f"{node.id}: {en}", (*spot.at, "max"))


def _group(spot: Spot) -> Faults:
    node = spot.node
    for name in OF_LEAVES:
        if getattr(node, name):
            vi, en = f"mục có mục con thì không có {name}", f"a node with children has no {name}"
            yield problem(f"{node.id}: {vi}", f"{node.id}: {en}", (*spot.at, name))
    parts = [child.max for child in node.children if (child.role or spot.role) is Role.BASE]
    total = sum(parts, Decimal(0))
    if spot.role is Role.BASE and total != node.max:
        vi = f"các mục con cộng lại {spoken(total)} điểm, điểm tối đa ghi {spoken(node.max)}"
        en = f"children add to {total:f}, the maximum is {node.max:f}"
        yield problem(f"{node.id}: {vi}", f"{node.id}: {en}", (*spot.at, "max"))


def _leaf(spot: Spot, *, complete: bool) -> Faults:
    node = spot.node
    if complete and node.method is None:
        yield problem(f"{node.id}: thiếu method", f"{node.id}: no method", spot.at)
    keys = [entry.key for entry in node.inputs]
    if len(set(keys)) < len(keys):
        yield problem(f"{node.id}: trùng số liệu", f"{node.id}: an input comes twice", (*spot.at, "inputs"))
    if may_not_apply(node) and not node.not_applicable_allowed:
        vi = "luật cho phép không áp dụng nhưng not_applicable_allowed không phải true"
        en = "by its rule it may not apply, but not_applicable_allowed is not true"
        yield problem(f"{node.id}: {vi}", f"{node.id}: {en}", (*spot.at, "rule"))


def may_not_apply(node: Node) -> bool:
    """Whether the rule of a leaf knows a case in which it does not apply."""
    rule = node.rule or {}
    return "not_applicable" in rule or rule.get("kind") == "choice_na" or rule.get("when_b_is_zero") == "not_applicable"
