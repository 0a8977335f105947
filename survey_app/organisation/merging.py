"""Several units become one: first the plan, which people confirm, then exactly that."""

import datetime
from collections import Counter as Tallied
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import audit
from survey_app.errors import Rejected
from survey_app.models import Account, Campaign, CampaignUnit, Counter, Unit
from survey_app.organisation import campaign_reach, service
from survey_app.organisation import tree as trees
from survey_app.organisation.service import NEW, UnitDraft
from survey_app.organisation.tree import Node, Tree
from survey_app.policy import Action, Actor, ensure


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeDraft:
    """Which units end, and on which day (their first day gone) which unit takes over."""

    predecessors: tuple[int, ...]
    day: datetime.date
    successor: int | UnitDraft

    def __post_init__(self) -> None:
        if isinstance(self.successor, UnitDraft) and self.successor.valid_from != self.day:
            raise ValueError("a new unit begins on the day of the merger")


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedCounter:
    code: str
    name: str
    unit: str
    same_name: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MergePlan:
    """What a merger does, and to whom; lists in the order in which people look for them."""

    units: tuple[str, ...]
    successor: str
    day: datetime.date
    counters: tuple[MovedCounter, ...]
    children: tuple[str, ...]
    campaigns: tuple[str, ...]
    people: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Work:
    """The rows that a merger changes."""

    units: list[Unit]
    counters: list[Counter]
    children: list[Unit]
    campaigns: list[Campaign]


def plan(session: Session, actor: Actor, draft: MergeDraft, today: datetime.date) -> MergePlan:
    """What the merger would do; refuses whatever `merge` refuses."""
    work = _checked(session, actor, draft, trees.load(session), today)
    return _told(session, draft, work)


def merge(session: Session, actor: Actor, draft: MergeDraft, now: datetime.datetime) -> int:
    """Close the units and let one take over their open counters and living children; returns its id.

    Submissions, also those that wait, stay with the unit that received them. Campaigns that were
    limited to a merged unit take its successor in, so that printed codes keep working. Refuses a day
    to come (counters move at once), a root, units not alive on that day, and a successor below one of them.
    """
    campaign_reach.lock(session)
    work = _checked(session, actor, draft, trees.lock(session), now.date())
    told = _told(session, draft, work)
    successor_id = service.add(session, draft.successor) if isinstance(draft.successor, UnitDraft) else draft.successor
    for unit in work.units:
        service.end(session, unit, draft.day, (successor_id,))
    for counter in work.counters:
        counter.unit_id = successor_id
    for child in work.children:
        child.parent_id = successor_id
    session.add_all(CampaignUnit(campaign_id=campaign.id, unit_id=successor_id) for campaign in work.campaigns)
    session.flush()
    audit.record(session, actor, "units_merged", f"unit {successor_id}", now=now, detail=_detail(draft, told))
    return successor_id


def _detail(draft: MergeDraft, told: MergePlan) -> dict[str, object]:
    return {
        "day": draft.day,
        "units": list(told.units),
        "unit_ids": list(draft.predecessors),
        "counters": [counter.code for counter in told.counters],
        "children": list(told.children),
        "campaigns": list(told.campaigns),
        "new": asdict(draft.successor) if isinstance(draft.successor, UnitDraft) else None,
    }


def _checked(session: Session, actor: Actor, draft: MergeDraft, tree: Tree, today: datetime.date) -> _Work:
    successor = draft.successor
    heir = successor.parent_id if isinstance(successor, UnitDraft) else successor
    ensure(actor, Action.MANAGE_ORGANISATION, {*draft.predecessors, *({heir} if heir is not None else ())})
    problems = dict(_problems(session, tree, draft, today))
    if problems:
        raise Rejected("merger", problems=problems)
    work = _work(session, tree, draft, today)
    rivals = campaign_reach.rivals(session, work.campaigns, _line(tree, draft))
    if rivals:
        one, other = rivals
        raise Rejected("merger", problems={"units": "campaigns_overlap"}, one=one, other=other)
    return work


def _problems(session: Session, tree: Tree, draft: MergeDraft, today: datetime.date) -> Iterator[tuple[str, str]]:
    nodes = [tree.nodes[unit_id] for unit_id in draft.predecessors]
    if not nodes:
        yield "units", "no_unit"
    if any(node.parent_id is None for node in nodes):
        yield "units", "root"
    if any(node.valid_to is not None for node in nodes):
        yield "units", "unit_closed"
    if any(draft.day <= node.valid_from for node in nodes):
        yield "day", "before_start"
    if draft.day > today:
        yield "day", "day_to_come"
    yield from _successor_problems(session, tree, draft, today)


def _successor_problems(
    session: Session, tree: Tree, draft: MergeDraft, today: datetime.date
) -> Iterator[tuple[str, str]]:
    successor = draft.successor
    if isinstance(successor, UnitDraft):
        yield from service.new_unit_problems(session, tree, successor, today)
        if successor.parent_id is not None and _ends(tree, successor.parent_id, draft):
            yield "parent_id", "parent_ends"
    elif _ends(tree, successor, draft):
        yield "successor", "successor_ends"
    elif tree.nodes[successor].valid_to is not None or not tree.nodes[successor].alive(draft.day):
        yield "successor", "successor_not_alive"


def _ends(tree: Tree, unit_id: int, draft: MergeDraft) -> bool:
    """Whether a unit is one of those that end, or stands below one."""
    return any(tree.under(unit_id, one) for one in draft.predecessors)


def _line(tree: Tree, draft: MergeDraft) -> set[int]:
    """The successor and all above it."""
    if isinstance(draft.successor, UnitDraft):
        tree.nodes[NEW] = Node(draft.successor.parent_id, draft.day, None)
        return {NEW, *tree.above(NEW)}
    return {draft.successor, *tree.above(draft.successor)}


def _work(session: Session, tree: Tree, draft: MergeDraft, today: datetime.date) -> _Work:
    ending = draft.predecessors
    # The units are locked first: then no counter can be added to one of them meanwhile.
    units = list(session.scalars(select(Unit).where(Unit.id.in_(ending)).order_by(Unit.id).with_for_update()))
    counters = session.scalars(
        select(Counter)
        .where(Counter.unit_id.in_(ending), Counter.closed_on.is_(None) | (Counter.closed_on > today))
        .order_by(Counter.unit_id, Counter.name, Counter.id)
    )
    children = {child for unit_id in ending for child in tree.children(unit_id, today)} - set(ending)
    return _Work(
        units=units,
        counters=list(counters),
        children=list(session.scalars(select(Unit).where(Unit.id.in_(children)).order_by(Unit.code))),
        campaigns=campaign_reach.to_extend(session, ending, _line(tree, draft)),
    )


def _told(session: Session, draft: MergeDraft, work: _Work) -> MergePlan:
    names = {unit.id: unit.name for unit in work.units}
    taken = Tallied(counter.name for counter in work.counters)
    if isinstance(draft.successor, UnitDraft):
        successor = draft.successor.name
    else:
        successor = session.get_one(Unit, draft.successor).name
        its_own = select(Counter.name).where(Counter.unit_id == draft.successor, Counter.closed_on.is_(None))
        taken.update(session.scalars(its_own))
    people = select(Account.name, Account.username).where(Account.unit_id.in_(names), Account.active)
    return MergePlan(
        units=tuple(names.values()),
        successor=successor,
        day=draft.day,
        counters=tuple(
            MovedCounter(code=one.code, name=one.name, unit=names[one.unit_id], same_name=taken[one.name] > 1)
            for one in work.counters
        ),
        children=tuple(child.name for child in work.children),
        campaigns=tuple(campaign.title for campaign in work.campaigns),
        people=tuple(session.execute(people.order_by(Account.username))),
    )
