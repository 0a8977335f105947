"""What scoring reads of a criteria set: its tree, its rules and its classes as plain data."""

from collections.abc import Sequence
from typing import Any

from questionnaires.par_checks import may_not_apply
from questionnaires.par_nodes import Node
from questionnaires.par_sets import CriteriaSet

NOT_APPLICABLE = "không áp dụng"


def tree_data(criteria: CriteriaSet) -> list[dict[str, Any]]:
    """The nodes as scoring's ``read_tree`` takes them, every number exact."""
    return _nodes(criteria.fields)


def _nodes(nodes: Sequence[Node]) -> list[dict[str, Any]]:
    return [_node(node) for node in nodes]


def _node(node: Node) -> dict[str, Any]:
    given = {
        "role": node.role and node.role.value,
        "cap": node.cap,
        "method": node.method and node.method.value,
        "rule": rule_data(node),
    }
    data: dict[str, Any] = {"id": node.id, "max": node.max}
    data |= {name: value for name, value in given.items() if value is not None}
    if node.children:
        data["children"] = _nodes(node.children)
    return data


def rule_data(node: Node) -> dict[str, Any] | None:
    """The rule of a leaf as scoring's ``read_rule`` takes it, with its wording; None when it is scored by hand.

    A leaf that may be not applicable says so in its rule, so that a form asks for it.
    """
    if node.rule is None:
        return None
    data = dict(node.rule)
    if node.legal_text is not None:
        data["text_vi"] = node.legal_text
    if node.not_applicable_allowed and not may_not_apply(node):
        data["not_applicable"] = NOT_APPLICABLE
    return data


def total_data(criteria: CriteriaSet) -> dict[str, Any]:
    """The rule of kind ``total`` with the classes of the set."""
    classes = [band.model_dump(exclude_none=True) for band in criteria.bands]
    return {"kind": "total", "classes": classes} if classes else {"kind": "total"}
