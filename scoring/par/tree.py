"""The tree of fields, criteria and sub-criteria of a PAR Index set, of any depth, read from plain data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from scoring.par.parameters import Rule, RuleError, RuleProblem
from scoring.par.rules import NOTES, read_rule
from scoring.par.shapes import distinct, keys, number, text

DESCRIBING = frozenset({"name", "name_en", "name_verified", "points_basis", "lead_unit", "evidence_vi"})
BLOCK = "appraisal"


class Role(StrEnum):
    """What the points of a node are for."""

    BASE = "base"
    BONUS = "bonus"
    PENALTY = "penalty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A node of the tree: a group with ``children``, or a leaf with its ``rule`` (None: points are given by hand).

    ``maximum`` are its points; of a base group they are the sum over its base children. ``block`` says how a
    leaf is assessed (appraisal, survey, statistics). Bonus and penalty groups stand outside the base and
    count up to their ``cap`` (None: no cap); their leaves inherit the role.
    """

    code: str
    maximum: Decimal
    children: tuple["Node", ...] = ()
    rule: Rule | None = None
    block: str = BLOCK
    role: Role = Role.BASE
    cap: Decimal | None = None


def leaves(node: Node) -> Iterator[Node]:
    """The leaves below a node, or the node itself, in their order.

    Examples
    --------
    >>> tree = read_tree([{"id": "1", "max": 2, "children": [{"id": "1.1", "max": 2}]}, {"id": "2", "max": 1}])
    >>> [leaf.code for leaf in leaves(tree)]
    ['1.1', '2']
    """
    if not node.children:
        yield node
    for child in node.children:
        yield from leaves(child)


def read_tree(fields: object) -> Node:
    """Tree from the list of fields of a criteria set.

    Parameters
    ----------
    fields : list of mapping
        Each ``{id, max, children}`` or, for a leaf, ``{id, max, rule, method}``; ``role`` ("bonus",
        "penalty") and ``cap`` for groups outside the base. Names, sources and notes may stand beside.

    Returns
    -------
    Node
        The root, with code "" and the sum of the base fields as its maximum.

    Raises
    ------
    RuleError
        If a node or a rule is wrong, a code comes twice, or base children do not add to their parent.

    Examples
    --------
    >>> tree = read_tree([{"id": "1", "max": 0.5, "rule": {"kind": "binary"}, "method": "appraisal"}])
    >>> tree.maximum, tree.children[0].rule.kind
    (Decimal('0.5'), 'binary')
    """
    children = _children(fields, "fields", Role.BASE)
    root = Node(code="", maximum=_sum(children), children=children)
    distinct([node.code for node in _all(root)], "fields")
    return root


def _all(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _all(child)


def _sum(children: tuple[Node, ...]) -> Decimal:
    return sum((child.maximum for child in children if child.role is Role.BASE), Decimal(0))


def _children(data: object, where: str, role: Role) -> tuple[Node, ...]:
    if not isinstance(data, list | tuple):
        raise RuleError(RuleProblem.NOT_A_LIST, where)
    if not data:
        raise RuleError(RuleProblem.EMPTY, where)
    return tuple(_node(child, f"{where}[{place}]", role) for place, child in enumerate(data))


def _node(data: object, where: str, role: Role) -> Node:
    optional = frozenset({"children", "rule", "method", "role", "cap"})
    found = keys(data, where, {"id", "max"}, optional | DESCRIBING | NOTES)
    code = text(found["id"], f"{where}.id")
    role = _role(found, code, role)
    maximum = number(found["max"], f"{code}.max")
    if role is not Role.PENALTY and maximum < 0:
        raise RuleError(RuleProblem.OUT_OF_RANGE, f"{code}.max")
    if "children" in found:
        return _group(found, code, maximum, role)
    return _leaf(found, code, maximum, role)


def _role(data: Mapping[str, Any], code: str, inherited: Role) -> Role:
    """The role that is given; within a bonus or penalty group there is no other than its own."""
    given = data.get("role", inherited)
    if given not in list(Role) or (inherited is not Role.BASE and given != inherited):
        raise RuleError(RuleProblem.NOT_AN_OPTION, f"{code}.role")
    return Role(given)


def _cap(data: Mapping[str, Any], code: str, role: Role) -> Decimal | None:
    if "cap" not in data:
        return None
    if role is Role.BASE:
        raise RuleError(RuleProblem.UNKNOWN_PARAMETER, f"{code}.cap")
    cap = number(data["cap"], f"{code}.cap")
    if cap < 0:
        raise RuleError(RuleProblem.OUT_OF_RANGE, f"{code}.cap")
    return cap


def _group(data: Mapping[str, Any], code: str, maximum: Decimal, role: Role) -> Node:
    for name in ("rule", "method"):
        if name in data:
            raise RuleError(RuleProblem.UNKNOWN_PARAMETER, f"{code}.{name}")
    children = _children(data["children"], code, role)
    if role is Role.BASE and _sum(children) != maximum:
        raise RuleError(RuleProblem.BAD_SUM, f"{code}.max")
    return Node(code=code, maximum=maximum, children=children, role=role, cap=_cap(data, code, role))


def _leaf(data: Mapping[str, Any], code: str, maximum: Decimal, role: Role) -> Node:
    try:
        rule = read_rule(data["rule"], maximum=maximum) if "rule" in data else None
    except RuleError as error:
        raise RuleError(error.problem, f"{code}.rule.{error.where}") from None
    block = text(data.get("method", BLOCK), f"{code}.method")
    return Node(code=code, maximum=maximum, rule=rule, block=block, role=role, cap=_cap(data, code, role))
