"""A stored criteria set as the rooms use it: its definition, its tree with rules, its classes."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from sqlalchemy.orm import Session

from questionnaires.loader import parse
from questionnaires.par_nodes import Method, Spot
from questionnaires.par_sets import CriteriaSet as Definition
from questionnaires.par_sets import Denominator
from questionnaires.par_trees import total_data, tree_data
from scoring.par.index import Convention
from scoring.par.kinds_totals import Total
from scoring.par.parameters import Rule
from scoring.par.rules import read_rule
from scoring.par.tree import Node, leaves, read_tree
from survey_app.errors import NotFound
from survey_app.models import CriteriaSet

CONVENTIONS = {Denominator.APPLICABLE: Convention.APPLICABLE, Denominator.BLOCKS: Convention.BLOCKS}


@dataclass(frozen=True)
class Criteria:
    """A set: what people read (``definition``) and what scores (``tree``, ``total``)."""

    definition: Definition
    tree: Node
    total: Total

    @property
    def convention(self) -> Convention:
        """What points that do not apply do to the index."""
        return CONVENTIONS[self.definition.denominator]

    @cached_property
    def spots(self) -> Mapping[str, Spot]:
        """Every leaf by its number, as it stands in the definition."""
        return {spot.node.id: spot for spot in self.definition.leaves}

    @cached_property
    def nodes(self) -> Mapping[str, Node]:
        """Every leaf by its number, as it scores."""
        return {leaf.code: leaf for leaf in leaves(self.tree)}

    @cached_property
    def own(self) -> tuple[str, ...]:
        """The leaves that units score themselves; the others are fed from surveys and statistics."""
        return tuple(number for number, spot in self.spots.items() if spot.node.method is Method.APPRAISAL)

    @cached_property
    def field_of(self) -> Mapping[str, str]:
        """The field (lĩnh vực) that each leaf belongs to."""
        found: dict[str, str] = {}
        for spot in self.definition.spots:
            if spot.depth == 1:
                field = spot.node.id
            if spot.is_leaf:
                found[spot.node.id] = field
        return found

    def rule(self, leaf: str) -> Rule | None:
        """The rule of a leaf; None where points are given by hand. NotFound when there is no such leaf."""
        if leaf not in self.nodes:
            raise NotFound("leaf")
        return self.nodes[leaf].rule


def of(session: Session, set_id: int) -> Criteria:
    """The stored set; NotFound when there is none."""
    row = session.get(CriteriaSet, set_id)
    if row is None:
        raise NotFound("criteria_set")
    return read(row.body, row.key)


@lru_cache(maxsize=32)
def read(body: str, name: str) -> Criteria:
    """A set from its YAML; DefinitionError names each fault, RuleError a rule that cannot score."""
    definition = parse(body, Definition, name=name).definition
    total = read_rule(total_data(definition))
    if not isinstance(total, Total):
        raise TypeError("a total is a rule of kind total")
    return Criteria(definition, read_tree(tree_data(definition)), total)
