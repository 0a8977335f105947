"""A PAR Index criteria set: what a block of units is scored by in a year, and what it must hold."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Any, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from questionnaires.base import Definition, Line, Model, problem, refuse
from questionnaires.par_checks import node_faults, spoken, unverified
from questionnaires.par_nodes import Method, Node, Points, Role, Spot, shortest, walk

LEVELS = ("fields", "criteria", "sub_criteria")


class Block(StrEnum):
    """The units that are compared with each other."""

    PROVINCE = "province"
    DEPARTMENT = "department"
    COMMUNE = "commune"
    VERTICAL = "vertical"


class Denominator(StrEnum):
    """What points that do not apply do: percent of what applies, or of each method, scaled back to its full points."""

    APPLICABLE = "applicable"
    BLOCKS = "blocks"


class Band(Model):
    """A class of the index (xếp loại): from ``gte`` percent on, or above ``gt``."""

    name: Line
    gte: Annotated[Points, Field(ge=0, le=100)] | None = None
    gt: Annotated[Points, Field(ge=0, le=100)] | None = None

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if (self.gte is None) == (self.gt is None):
            raise problem("mỗi loại có một mốc: gte (từ) hoặc gt (trên)", "a band has one bound: gte or gt")
        return self

    @property
    def mark(self) -> tuple[Decimal, bool]:
        """The bound, and whether it must be passed."""
        return (self.gte, False) if self.gte is not None else (self.gt or Decimal(0), True)


class Counts(Model):
    """How many nodes there are at each level; what is not given is not claimed."""

    fields: Annotated[int, Field(ge=0)] | None = None
    criteria: Annotated[int, Field(ge=0)] | None = None
    sub_criteria: Annotated[int, Field(ge=0)] | None = None


class Claims(Model):
    """What the decision says about its own table, to hold the table against."""

    total: Points | None = None
    counts: Counts | None = None
    by_method: dict[Method, Points] = Field(default_factory=dict)
    source: Line | None = None


class CriteriaSet(Definition):
    """The criteria of one block of units for one year; frozen once a unit was scored by it.

    ``complete: false``: known in its upper levels only, so its leaves name no method and nobody can be scored
    by it. ``verified`` says that the whole was checked against the official text. ``decimals`` are those shown.
    """

    block: Block
    index_year: Annotated[int, Field(ge=2011, le=2100)]
    denominator: Denominator
    decimals: Annotated[int, Field(ge=0, le=4)] = 2
    complete: bool = True
    verified: bool
    note: Line | None = None
    claims: Claims | None = None
    bands: tuple[Band, ...] = ()
    fields: Annotated[tuple[Node, ...], Field(min_length=1)]

    @cached_property
    def spots(self) -> tuple[Spot, ...]:
        """Every node where it stands, each before its children."""
        return tuple(walk(self.fields))

    @cached_property
    def leaves(self) -> tuple[Spot, ...]:
        """What is scored, bonus and penalties too."""
        return tuple(spot for spot in self.spots if spot.is_leaf)

    @cached_property
    def total(self) -> Decimal:
        """The maximum of the base."""
        return shortest(sum((field.max for field in self.fields if field.role in (None, Role.BASE)), Decimal(0)))

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """How many base nodes there are at each of the three levels that have a name."""
        depths = [spot.depth for spot in self.spots if spot.role is Role.BASE]
        return {name: depths.count(depth) for depth, name in enumerate(LEVELS, start=1)}

    @cached_property
    def by_method(self) -> Mapping[Method, Decimal]:
        """The points of the base by how they come about."""
        found: dict[Method, Decimal] = defaultdict(Decimal)
        for spot in self.leaves:
            if spot.role is Role.BASE and spot.node.method is not None:
                found[spot.node.method] += spot.node.max
        return {method: shortest(points) for method, points in found.items()}

    def node(self, number: str) -> Node:
        """The node of that number; KeyError when there is none."""
        return self._by_number[number]

    @cached_property
    def _by_number(self) -> dict[str, Node]:
        return {spot.node.id: spot.node for spot in self.spots}

    def not_for(self, unit: str) -> tuple[str, ...]:
        """The numbers of the leaves on which a special unit (đơn vị đặc thù) is not assessed."""
        return tuple(spot.node.id for spot in self.leaves if unit in spot.special)

    @model_validator(mode="after")
    def _holds(self) -> Self:
        refuse(self.faults())
        return self

    def faults(self) -> Iterator[PydanticCustomError]:
        """What does not fit together; a set that has any is refused."""
        yield from node_faults(self.spots, complete=self.complete)
        yield from unverified(self.spots) if self.verified else ()
        yield from self._bands()
        yield from self._claims() if self.claims else ()

    def _bands(self) -> Iterator[PydanticCustomError]:
        names = [band.name for band in self.bands]
        for place, name in enumerate(names):
            if name in names[:place]:
                yield problem(f"loại bị trùng: {name}", f"duplicate band: {name}", ("bands", place))
        for place, (better, band) in enumerate(pairwise(self.bands), start=1):
            if band.mark >= better.mark:
                yield problem("mốc xếp loại phải giảm dần", "bands must fall", ("bands", place))

    def _claims(self) -> Iterator[PydanticCustomError]:
        claims = self.claims or Claims()
        if claims.total is not None and claims.total != self.total:
            vi = f"các lĩnh vực cộng lại {spoken(self.total)} điểm, tổng ghi {spoken(claims.total)}"
            yield problem(vi, f"fields add to {self.total:f}, the set claims {claims.total:f}", ("claims", "total"))
        for name, claimed in claims.counts or ():
            if claimed is not None and claimed != self.counts[name]:
                vi, en = f"đếm được {self.counts[name]}, ghi {claimed}", f"counted {self.counts[name]}, not {claimed}"
                yield problem(vi, en, ("claims", "counts", name))
        for method, points in claims.by_method.items():
            found = self.by_method.get(method, Decimal(0))
            if points != found:
                vi = f"cộng được {spoken(found)} điểm, ghi {spoken(points)}"
                yield problem(vi, f"adds to {found:f}, not {points:f}", ("claims", "by_method", method.value))


def clone(old: CriteriaSet, year: int) -> CriteriaSet:
    """The same criteria as version 1 of a set for another year.

    The year changes in its id (put at the end if the id has none) and its titles. Nothing counts as checked
    against the text of the new year: neither the set nor a node is verified. Refuses the same year (ValueError).
    """
    if year == old.index_year:
        raise ValueError(f"{old.ref} is for {year} already")
    before, after = str(old.index_year), str(year)
    changed: dict[str, Any] = {
        "id": old.id.replace(before, after) if before in old.id else f"{old.id}-{after}",
        "version": 1,
        "index_year": year,
        "verified": False,
        "title": {language: words.replace(before, after) for language, words in old.title},
        "fields": [_unchecked(node) for node in old.fields],
    }
    kept = {name: getattr(old, name) for name in CriteriaSet.model_fields}
    return CriteriaSet.model_validate({**kept, **changed})


def _unchecked(node: Node) -> Node:
    children = tuple(_unchecked(child) for child in node.children)
    return node.model_copy(update={"verified": False, "name_verified": False, "children": children})
