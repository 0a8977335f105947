"""What feeds what: by leaf over a block, and from each figure to where it comes from."""

import datetime
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires.par_nodes import Method, Node
from scoring.par.inputs import Ask, Inputs
from scoring.par.kinds import evaluate
from scoring.par.parameters import Rule
from scoring.par.steps import explain
from survey_app.assessment import criteria, entries, rounds
from survey_app.assessment.criteria import Criteria
from survey_app.assessment.facts import Frozen, Held
from survey_app.assessment.feeds import feeding
from survey_app.assessment.feeds.tables import Layout, layout
from survey_app.assessment.flow import LOCKED, State
from survey_app.errors import NotFound
from survey_app.models import Account, Assessment, Campaign, Feed, FrozenResult, Round, Unit
from survey_app.policy import Action, Actor, ensure

FEWEST_LINES = 3  # for the questions of a survey in its form


@dataclass(frozen=True, slots=True, kw_only=True)
class FedLeaf:
    """A leaf that is fed: how many of the block's units have figures."""

    leaf: str
    name: str
    method: Method | None
    units: int
    fed: int
    has_rule: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FedUnit:
    """A unit's figures for a leaf, the points that they give, and where they come from."""

    assessment_id: int
    unit_id: int
    unit: str
    code: str
    kind: str
    source: str
    edition: int
    at: datetime.datetime | None
    by: str
    share: float | None
    standard_error: float | None
    points: Decimal | None
    said: str
    origin: Frozen | None
    locked: bool

    @property
    def typed_error(self) -> str:
        """The standard error as it stands in a field, in percentage points."""
        return "" if self.standard_error is None else entries.numeral(round(self.standard_error * 100, 6))


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafPage:
    """A fed leaf over the units of a block; ``campaigns`` have frozen results that can feed it."""

    round: Held
    block: str
    node: Node
    table: Layout
    rows: tuple[FedUnit, ...]
    campaigns: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPage:
    """The form of a unit's figures: its fields, what is stored, and the frozen results to choose from."""

    round: Held
    block: str
    node: Node
    table: Layout
    row: FedUnit
    rule: Rule
    fields: tuple[entries.Field, ...]
    options: tuple[str, ...]
    origins: tuple[Frozen, ...]


def overview(session: Session, actor: Actor, round_id: int) -> tuple[Held, Mapping[str, tuple[FedLeaf, ...]]]:
    """The fed leaves of a round by block; NotFound when there is no such round."""
    ensure(actor, Action.MANAGE_ROUNDS)
    held = session.get(Round, round_id)
    if held is None:
        raise NotFound("round")
    query = (
        select(Assessment.set_id, Feed.leaf, Assessment.unit_id)
        .join(Assessment, Assessment.id == Feed.assessment_id)
        .where(Assessment.round_id == round_id)
    )
    done = Counter((set_id, leaf) for set_id, leaf, unit_id in session.execute(query) if unit_id in actor.units)
    units = Counter(row.set_id for row, _ in _pairs(session, actor, round_id))
    found = {}
    for block, set_id in rounds.sets_of(session, round_id).items():
        known = criteria.of(session, set_id)
        found[block] = tuple(
            FedLeaf(
                leaf=leaf,
                name=known.spots[leaf].node.name,
                method=known.spots[leaf].node.method,
                units=units[set_id],
                fed=done[set_id, leaf],
                has_rule=known.nodes[leaf].rule is not None,
            )
            for leaf in feeding.fed(known)
        )
    return Held.of(held), found


def leaf_page(session: Session, actor: Actor, round_id: int, block: str, leaf: str) -> LeafPage:
    """A fed leaf over a block; NotFound for any other leaf."""
    ensure(actor, Action.MANAGE_ROUNDS)
    held, set_id = session.get(Round, round_id), rounds.sets_of(session, round_id).get(block)
    if held is None or set_id is None:
        raise NotFound("round")
    found = criteria.of(session, set_id)
    table = layout(found, leaf)
    pairs = [pair for pair in _pairs(session, actor, round_id) if pair[0].set_id == set_id]
    feeds = _feeds(session, [row.id for row, _ in pairs], leaf)
    ids = [row.unit_id for row, _ in pairs] if feeding.takes_results(found, leaf) else []
    return LeafPage(
        round=Held.of(held),
        block=block,
        node=found.spots[leaf].node,
        table=table,
        rows=tuple(_fed_unit(found, leaf, row, unit, feeds.get(row.id)) for row, unit in pairs),
        campaigns=_campaigns(session, ids),
    )


def entry_page(session: Session, actor: Actor, assessment_id: int, leaf: str) -> EntryPage:
    """The figures of a unit for a leaf; NotFound for a leaf that is not fed."""
    row = session.get(Assessment, assessment_id)
    if row is None:
        raise NotFound("assessment")
    ensure(actor, Action.MANAGE_ROUNDS, row.unit_id)
    found, unit = criteria.of(session, row.set_id), session.get_one(Unit, row.unit_id)
    rule = feeding.fed_rule(session, row, found, leaf)
    stored = _feeds(session, [row.id], leaf).get(row.id)
    shown = _fed_unit(found, leaf, row, unit, stored)
    known = json.loads(stored[0].data)["inputs"] if stored else {}
    table, node = layout(found, leaf), found.spots[leaf].node
    return EntryPage(
        round=Held.of(session.get_one(Round, row.round_id)),
        block=found.definition.block.value,
        node=node,
        table=table,
        row=shown,
        rule=rule,
        fields=entries.fields(rule, node.inputs, known),
        options=tuple(table.entries) if table.kind is feeding.Kind.COUNTS else (),
        origins=_origins(session, row.unit_id) if feeding.takes_results(found, leaf) else (),
    )


def _pairs(session: Session, actor: Actor, round_id: int) -> list[tuple[Assessment, Unit]]:
    query = select(Assessment, Unit).join(Unit, Unit.id == Assessment.unit_id).where(Assessment.round_id == round_id)
    rows = session.execute(query.order_by(Unit.level, Unit.name))
    return [(row, unit) for row, unit in rows if unit.id in actor.units]


def _feeds(
    session: Session, ids: Sequence[int], leaf: str
) -> Mapping[int, tuple[Feed, str, FrozenResult | None, str | None]]:
    query = (
        select(Feed, Account.name, FrozenResult, Campaign.title)
        .join(Account, Account.id == Feed.account_id)
        .outerjoin(FrozenResult, FrozenResult.id == Feed.result_id)
        .outerjoin(Campaign, Campaign.id == FrozenResult.campaign_id)
        .where(Feed.assessment_id.in_(ids), Feed.leaf == leaf)
    )
    return {row[0].assessment_id: row for row in session.execute(query)}


def _fed_unit(
    found: Criteria,
    leaf: str,
    row: Assessment,
    unit: Unit,
    stored: tuple[Feed, str, FrozenResult | None, str | None] | None,
) -> FedUnit:
    feed, by, result, campaign = stored or (None, "", None, None)
    data = json.loads(feed.data) if feed else {}
    node = found.nodes[leaf]
    score = evaluate(node.rule, data["inputs"], node.maximum) if feed and node.rule else None
    return FedUnit(
        assessment_id=row.id,
        unit_id=unit.id,
        unit=unit.name,
        code=unit.code,
        kind=feed.kind if feed else "",
        source=feed.source if feed else "",
        edition=feed.edition if feed else 0,
        at=feed.at if feed else None,
        by=by,
        share=data.get("share"),
        standard_error=data.get("standard_error"),
        points=score.points if score else None,
        said=explain(score) if score else "",
        origin=Frozen.of(result, campaign or "") if result else None,
        locked=State(row.state) in LOCKED,
    )


def _origins(session: Session, unit_id: int) -> tuple[Frozen, ...]:
    titles = dict(session.execute(select(Campaign.id, Campaign.title)).all())
    return tuple(Frozen.of(each, titles[each.campaign_id]) for each in feeding.results(session, unit_id))


def _campaigns(session: Session, unit_ids: Sequence[int]) -> tuple[tuple[int, str], ...]:
    query = select(Campaign.id, Campaign.title).join(FrozenResult, FrozenResult.campaign_id == Campaign.id)
    rows = session.execute(query.where(FrozenResult.unit_id.in_(unit_ids)).distinct().order_by(Campaign.id.desc()))
    return tuple((key, title) for key, title in rows)


def read(page: EntryPage, sent: Mapping[str, Sequence[str]]) -> dict[str, object]:
    """The entries in what the form of a unit sent."""
    return entries.read(page.rule, sent)


def filled(page: EntryPage, sent: Inputs | None) -> tuple[entries.Field, ...]:
    """The fields of the form with what was sent instead of what is stored; as stored when nothing was."""
    return page.fields if sent is None else entries.fields(page.rule, page.node.inputs, sent)


def lines(page: EntryPage, shown: Sequence[entries.Field]) -> list[list[str]]:
    """The counts of each question by option as they stand in the form, with empty lines for further questions."""
    width = len(page.options)
    texts = [field.value for field in shown if field.ask is Ask.VOTES and field.value]
    found = [[count.strip() for count in line.split(";")] for text in texts for line in text.splitlines()]
    filled_in = [(line + [""] * width)[:width] for line in found]
    return filled_in + [[""] * width for _ in range(max(1, FEWEST_LINES - len(filled_in)))]
