"""A node of a PAR Index criteria set: field, criterion or sub-criterion, and the walk over all of them."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from questionnaires.base import Key, Line, Model, Place, problem

MOST_POINTS, POINT_PLACES = 10_000, 6
MOST_DIGITS = 15  # before or after the point of a number in a rule


class Method(StrEnum):
    """How the points of a leaf come about."""

    APPRAISAL = "appraisal"
    SURVEY_LEADERS = "survey_leaders"
    SURVEY_SIPAS = "survey_sipas"
    STATISTICS = "statistics"


class Role(StrEnum):
    """What points are for; what stands in a bonus or penalty group has its role."""

    BASE = "base"
    BONUS = "bonus"
    PENALTY = "penalty"


class Basis(StrEnum):
    """Where the points of a node come from."""

    SOURCED = "sourced"
    DERIVED = "derived"
    RECALLED = "recalled"
    PLACEHOLDER = "placeholder"


def shortest(number: Decimal) -> Decimal:
    """The same number without needless zeros, so that 1.50 and 1.5 are written and hashed alike."""
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()


def _one_line(text: str) -> str:
    if len(text.splitlines()) > 1 or "|" in text:
        raise problem("phải nằm trên một dòng, không có dấu |", "must stand on one line, without a |")
    return text


def _rule(rule: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(rule.get("kind"), str):
        raise problem("luật tính điểm thiếu kind", "the rule has no kind")
    if "text_vi" in rule:
        raise problem("lời văn của luật ghi ở legal_text", "the wording of a rule stands in legal_text")
    return {str(key): _exact(value) for key, value in rule.items()}


def _exact(value: object) -> Any:
    """Plain data whose numbers are exact: whole ones are int, the others Decimal."""
    if isinstance(value, Mapping):
        return {str(key): _exact(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_exact(each) for each in value]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, int | float | Decimal):
        return _number(Decimal(repr(value)) if isinstance(value, float) else Decimal(value))
    raise problem(
        "luật tính điểm chỉ gồm chữ, số, danh sách và bảng khóa", "a rule is made of text, numbers, lists and mappings"
    )


def _number(number: Decimal) -> int | Decimal:
    places = number.as_tuple().exponent
    if not isinstance(places, int) or places < -MOST_DIGITS or number.adjusted() > MOST_DIGITS:
        raise problem("số trong luật tính điểm quá dài", "a number of the rule is too long")
    return int(number) if number == number.to_integral_value() else shortest(number)


Points = Annotated[
    Decimal, Field(ge=-MOST_POINTS, le=MOST_POINTS, decimal_places=POINT_PLACES), AfterValidator(shortest)
]
OneLine = Annotated[Line, AfterValidator(_one_line)]
RuleData = Annotated[dict[str, Any], AfterValidator(_rule)]


class Input(Model):
    """What is entered for a rule: its name in the rule (a, b, n, days ...), its label, its unit."""

    key: Key
    label: OneLine
    unit: OneLine | None = None


class Node(Model):
    """A field, criterion or sub-criterion, of any depth: with ``children`` a group, without a leaf.

    ``rule`` is plain data whose ``kind`` says how it scores; ``legal_text`` is the rule in the words of the
    decision. A leaf without a rule is scored by hand, a leaf of 0 points is assessed but brings nothing. Units
    in ``special`` are not assessed on the node and what is below it. ``lead_unit`` (cơ quan chủ trì) holds for
    what is below, too. ``cap`` bounds a bonus or penalty group.
    """

    id: Key
    name: Line
    name_en: Line | None = None
    max: Points
    role: Role | None = None
    cap: Annotated[Points, Field(gt=0)] | None = None
    method: Method | None = None
    rule: RuleData | None = None
    legal_text: Line | None = None
    inputs: tuple[Input, ...] = ()
    evidence: tuple[OneLine, ...] = ()
    lead_unit: Line | None = None
    lead_unit_code: Key | None = None
    not_applicable_allowed: bool = False
    special: tuple[Key, ...] = ()
    source: Line
    points_basis: Basis
    verified: bool
    name_verified: bool = False
    note: Line | None = None
    children: tuple["Node", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A node where it stands: its place in the data, its depth (1 is a field), and what it has from above."""

    node: Node
    at: Place
    depth: int = 1
    parent: str | None = None
    inherited: Role = Role.BASE
    lead_unit: str | None = None
    special: frozenset[str] = frozenset()

    @property
    def role(self) -> Role:
        """Its own role, or that of the group it is in."""
        return self.node.role or self.inherited

    @property
    def is_leaf(self) -> bool:
        return not self.node.children

    def below(self, place: int, node: Node) -> "Spot":
        """A child of this node."""
        return Spot(
            node=node,
            at=(*self.at, "children", place),
            depth=self.depth + 1,
            parent=self.node.id,
            inherited=self.role,
            lead_unit=node.lead_unit or self.lead_unit,
            special=self.special.union(node.special),
        )


def walk(fields: Sequence[Node]) -> Iterator[Spot]:
    """Every node, each before its children, in the order of the set."""
    for place, node in enumerate(fields):
        top = Spot(node=node, at=("fields", place), lead_unit=node.lead_unit, special=frozenset(node.special))
        yield from _down(top)


def _down(spot: Spot) -> Iterator[Spot]:
    yield spot
    for place, child in enumerate(spot.node.children):
        yield from _down(spot.below(place, child))
