"""What pages show of criteria sets: the list, one set with its faults, one node, two sets side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires.loader import published
from questionnaires.par_checks import spoken
from questionnaires.par_drafts import CriteriaDraft, Fault, below, drafted
from questionnaires.par_nodes import Node, Spot, shortest
from questionnaires.par_sets import CriteriaSet as Definition
from questionnaires.par_tables import HEADER
from survey_app.assessment.criteria_sets.faults import faults, stored
from survey_app.errors import NotFound
from survey_app.models import CriteriaSet, Round, RoundSet
from survey_app.models.criteria import FROZEN
from survey_app.policy import Action, Actor, ensure

MOST_DIGITS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLine:
    """A set in the list; a shipped one that was not taken over has no ``id``."""

    definition: Definition
    id: int | None = None
    frozen: bool = False
    faults: int = 0
    rounds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeRow:
    """A node in the table of a set: what its children add to ("": it has none), and what is wrong with it."""

    spot: Spot
    sum: str
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPage:
    """A set as its pages show it; ``general`` is what is wrong with the whole."""

    id: int
    definition: CriteriaDraft
    edition: int
    frozen: bool
    rounds: tuple[str, ...]
    faults: tuple[Fault, ...]
    rows: tuple[NodeRow, ...]

    @property
    def general(self) -> tuple[str, ...]:
        return tuple(f"{HEADER[fault.part]}: {fault.vi}" for fault in self.faults if not fault.number)

    def node(self, number: str) -> Node:
        """The node of that number; NotFound when there is none."""
        found = self.has(number)
        if found is None:
            raise NotFound("node")
        return found

    def has(self, number: str) -> Node | None:
        """The node of that number, if there still is one."""
        return next((row.spot.node for row in self.rows if row.spot.node.id == number), None)

    def wrong(self, number: str) -> tuple[str, ...]:
        """What is wrong with a node."""
        return next((row.faults for row in self.rows if row.spot.node.id == number), ())

    def parents(self, number: str) -> tuple[tuple[str, str], ...]:
        """Where a node can be put: every other node that is not below it."""
        closed = below(self.node(number)) | {number}
        nodes = (row.spot.node for row in self.rows)
        return tuple((node.id, f"{node.id} {node.name}") for node in nodes if node.id not in closed)


def listed(session: Session, actor: Actor) -> tuple[tuple[SetLine, ...], tuple[SetLine, ...]]:
    """The sets of this province, latest year first, and the shipped sets that were not taken over."""
    ensure(actor, Action.EDIT_SETS)
    rounds = _rounds(session)
    query = select(CriteriaSet).order_by(CriteriaSet.year.desc(), CriteriaSet.key, CriteriaSet.version.desc())
    own = []
    for row in session.scalars(query):
        found = stored(row.body)
        frozen, wrong = row.state == FROZEN, len(faults(found))
        own.append(
            SetLine(definition=found, id=row.id, frozen=frozen, faults=wrong, rounds=tuple(rounds.get(row.id, ())))
        )
    taken = {line.definition.ref for line in own}
    shipped = (loaded.definition for ref, loaded in published("par_index").items() if ref not in taken)
    return tuple(own), tuple(SetLine(definition=definition) for definition in shipped)


def page(session: Session, actor: Actor, set_id: int) -> SetPage:
    """A set with its nodes and faults; NotFound when there is none."""
    row = _row(session, actor, set_id)
    draft = stored(row.body)
    found = faults(draft)
    return SetPage(
        id=row.id,
        definition=draft,
        edition=row.edition,
        frozen=row.state == FROZEN,
        rounds=tuple(_rounds(session).get(row.id, ())),
        faults=found,
        rows=tuple(_node_row(spot, found) for spot in draft.spots),
    )


def sources(session: Session, actor: Actor) -> tuple[tuple[str, str], ...]:
    """Every set that can be compared: key and name."""
    own, shipped = listed(session, actor)
    stored_ones = ((str(line.id), f"{line.definition.ref} – {line.definition.title.vi}") for line in own)
    return (*stored_ones, *((line.definition.ref, f"{line.definition.ref} (bộ có sẵn)") for line in shipped))


def pair(session: Session, actor: Actor, old: str, new: str) -> tuple[CriteriaDraft, CriteriaDraft]:
    """Two sets to compare, each named by its id or the ref of a shipped one; NotFound for another."""
    return _named(session, actor, old), _named(session, actor, new)


def _named(session: Session, actor: Actor, key: str) -> CriteriaDraft:
    if key.isascii() and key.isdigit() and len(key) <= MOST_DIGITS:
        return stored(_row(session, actor, int(key)).body)
    ensure(actor, Action.EDIT_SETS)
    loaded = published("par_index").get(key)
    if loaded is None:
        raise NotFound("criteria_set")
    return drafted(loaded.definition)


def _row(session: Session, actor: Actor, set_id: int) -> CriteriaSet:
    ensure(actor, Action.EDIT_SETS)
    row = session.get(CriteriaSet, set_id)
    if row is None:
        raise NotFound("criteria_set")
    return row


def _rounds(session: Session) -> dict[int, list[str]]:
    """The titles of the rounds that use each set."""
    query = select(RoundSet.set_id, Round.title).join(Round, Round.id == RoundSet.round_id).order_by(Round.id)
    found: dict[int, list[str]] = {}
    for set_id, title in session.execute(query):
        found.setdefault(set_id, []).append(title)
    return found


def _node_row(spot: Spot, found: Sequence[Fault]) -> NodeRow:
    wrong = tuple(_without_number(fault) for fault in found if fault.number == spot.node.id)
    return NodeRow(spot=spot, sum=_sum(spot), faults=wrong)


def _without_number(fault: Fault) -> str:
    return fault.vi.removeprefix(f"{fault.number}: ")


def _sum(spot: Spot) -> str:
    """What the children add to that count into the node, in words."""
    if spot.is_leaf:
        return ""
    counted = (child.max for child in spot.node.children if (child.role or spot.role) is spot.role)
    return spoken(shortest(sum(counted, Decimal(0))))
