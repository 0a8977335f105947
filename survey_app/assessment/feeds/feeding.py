"""What feeds the leaves that units do not score: surveys of leaders, satisfaction results, statistics."""

import datetime
import json
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires.par_nodes import Method
from scoring.par.inputs import Entries, InputError, Inputs
from scoring.par.kinds import evaluate
from scoring.par.kinds_percents import ExternalPercent, Survey
from scoring.par.parameters import Rule
from scoring.par.uncertainty import uncertain_leaf
from scoring.par.votes import vote_share
from scoring.results import Estimate, Interval
from survey_app import audit
from survey_app.assessment import criteria, entries, rounds
from survey_app.assessment.criteria import Criteria
from survey_app.assessment.flow import LOCKED, State
from survey_app.errors import Conflict, NotFound, Rejected
from survey_app.models import Assessment, Campaign, Feed, FrozenResult, Unit
from survey_app.policy import Action, Actor, ensure

LONGEST_SOURCE = 500
MOST_ERROR = Decimal(50)  # percentage points


class Kind(StrEnum):
    """What a leaf is fed with."""

    COUNTS = "counts"
    SHARE = "share"
    FIGURE = "figure"
    RESULT = "result"


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """What is entered for a leaf of a unit: entries of its rule with their source, or a frozen result.

    ``standard_error`` is that of an entered percentage, in percentage points ("": unknown); ``edition`` is that of the
    figures it replaces (0: none yet).
    """

    inputs: Inputs
    standard_error: str = ""
    source: str = ""
    result_id: int | None = None
    edition: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What will be stored: entries, and where they are an estimate its share (0 to 1) and standard error."""

    kind: Kind
    inputs: Inputs
    source: str
    share: float | None = None
    standard_error: float | None = None
    result_id: int | None = None

    @property
    def data(self) -> str:
        held = {"inputs": dict(self.inputs), "share": self.share, "standard_error": self.standard_error}
        return json.dumps(held, ensure_ascii=False, default=str, sort_keys=True)


def enter(session: Session, actor: Actor, assessment_id: int, leaf: str, given: Supply, now: datetime.datetime) -> Feed:
    """Store what feeds a leaf of a unit.

    Refuses a leaf that units score themselves (NotFound), a locked unit (Conflict "other_state"), what was made from
    older figures (Conflict "changed_meanwhile" with those of now), and figures that cannot be or lack a source.
    """
    row = rounds.assessment(session, actor, assessment_id, Action.MANAGE_ROUNDS)
    found = criteria.of(session, row.set_id)
    stored = session.get(Feed, (assessment_id, leaf))
    fed_rule(session, row, found, leaf)
    if State(row.state) in LOCKED:
        raise Conflict("other_state")
    if given.edition != (stored.edition if stored else 0):
        raise Conflict("changed_meanwhile", feed=stored)
    return store(session, actor, row, leaf, figures(session, row, found, leaf, given), now)


def take_results(
    session: Session, actor: Actor, round_id: int, block: str, leaf: str, campaign_id: int, now: datetime.datetime
) -> int:
    """Take over a campaign's latest frozen result for every unit of a block that has one and is not locked; returns
    how many. Refuses a leaf that units score themselves (NotFound)."""
    ensure(actor, Action.MANAGE_ROUNDS)
    taken = 0
    for row in of_block(session, actor, round_id, block):
        found = criteria.of(session, row.set_id)
        rule_of(found, leaf)
        result = next((each for each in results(session, row.unit_id) if each.campaign_id == campaign_id), None)
        exempt = leaf in found.definition.not_for(session.get_one(Unit, row.unit_id).code)
        if result is None or exempt or State(row.state) in LOCKED:
            continue
        given = figures(session, row, found, leaf, Supply(inputs={}, result_id=result.id))
        stored = session.get(Feed, (row.id, leaf))
        if stored is None or stored.result_id != result.id:
            store(session, actor, row, leaf, given, now)
            taken += 1
    return taken


def store(session: Session, actor: Actor, row: Assessment, leaf: str, given: Figures, now: datetime.datetime) -> Feed:
    """Write figures that were found sound."""
    feed = session.get(Feed, (row.id, leaf)) or Feed(assessment_id=row.id, leaf=leaf, edition=0)
    feed.kind, feed.data, feed.source, feed.result_id = given.kind.value, given.data, given.source, given.result_id
    feed.edition, feed.account_id, feed.at = feed.edition + 1, actor.account_id, now
    session.add(feed)
    session.flush()
    detail = {"leaf": leaf, "kind": feed.kind, "data": feed.data, "source": feed.source, "result": feed.result_id}
    audit.record(session, actor, "feed_entered", f"assessment {row.id}", now=now, detail=detail)
    return feed


def figures(session: Session, row: Assessment, found: Criteria, leaf: str, given: Supply) -> Figures:
    """What is entered, checked by the rule of the leaf; Rejected names the entry at fault."""
    rule = fed_rule(session, row, found, leaf)
    if given.result_id is not None:
        return _of_result(session, row, rule, given.result_id)
    if not given.source.strip():
        raise Rejected("feed", problems={"source": "source_needed"})
    _check(rule, given.inputs, found.nodes[leaf].maximum)
    share, error = _estimate(rule, given)
    source = given.source.strip()[:LONGEST_SOURCE]
    return Figures(kind=kind_of(rule), inputs=given.inputs, source=source, share=share, standard_error=error)


def kind_of(rule: Rule) -> Kind:
    """What is entered for a rule: counts per option, a percentage, or other figures."""
    if isinstance(rule, Survey) and rule.weights:
        return Kind.COUNTS
    return Kind.SHARE if isinstance(rule, Survey | ExternalPercent) else Kind.FIGURE


def fed(found: Criteria) -> tuple[str, ...]:
    """The leaves of a set that units do not score themselves."""
    return tuple(leaf for leaf in found.nodes if leaf not in found.own)


def rule_of(found: Criteria, leaf: str) -> Rule:
    """The rule of a leaf that is fed; NotFound for any other leaf, and where there is no rule to feed."""
    rule = found.nodes[leaf].rule if leaf in fed(found) else None
    if rule is None:
        raise NotFound("leaf")
    return rule


def fed_rule(session: Session, row: Assessment, found: Criteria, leaf: str) -> Rule:
    """The rule of a leaf that is fed; NotFound as `rule_of`, and where the unit is exempt."""
    if leaf in found.definition.not_for(session.get_one(Unit, row.unit_id).code):
        raise NotFound("leaf")
    return rule_of(found, leaf)


def takes_results(found: Criteria, leaf: str) -> bool:
    """Whether a frozen satisfaction result of this program can feed a leaf."""
    spot, node = found.spots[leaf], found.nodes[leaf]
    return spot.node.method is Method.SURVEY_SIPAS and node.rule is not None and kind_of(node.rule) is Kind.SHARE


def results(session: Session, unit_id: int) -> list[FrozenResult]:
    """The frozen satisfaction results of a unit, the latest first."""
    query = select(FrozenResult).where(FrozenResult.unit_id == unit_id)
    return list(session.scalars(query.order_by(FrozenResult.made_on.desc(), FrozenResult.id.desc())))


def of_block(session: Session, actor: Actor, round_id: int, block: str) -> list[Assessment]:
    """The assessments of a block that lie in the person's scope, held for a change; NotFound without any."""
    query = (
        select(Assessment)
        .where(Assessment.round_id == round_id, Assessment.set_id == rounds.sets_of(session, round_id).get(block))
        .order_by(Assessment.id)
        .with_for_update()
    )
    found = [row for row in session.scalars(query) if row.unit_id in actor.units]
    if not found:
        raise NotFound("block")
    return found


def _check(rule: Rule, inputs: Inputs, maximum: Decimal) -> None:
    try:
        evaluate(rule, inputs, maximum)
    except InputError as error:
        raise Rejected("feed", problems={error.name: f"input_{error.problem}"}) from None


def _estimate(rule: Rule, given: Supply) -> tuple[float | None, float | None]:
    """The share that was entered or counted with its standard error; neither for figures that are no estimate."""
    if isinstance(rule, Survey) and rule.weights:
        return vote_share(Entries(given.inputs).votes("votes", [name for name, _ in rule.weights]), dict(rule.weights))
    if kind_of(rule) is Kind.SHARE:
        return float(Entries(given.inputs).percent("percent") / 100), _error(given.standard_error)
    return None, None


def _of_result(session: Session, row: Assessment, rule: Rule, result_id: int) -> Figures:
    result = session.get(FrozenResult, result_id)
    if result is None or result.unit_id != row.unit_id or kind_of(rule) is not Kind.SHARE:
        raise Rejected("feed", problems={"result_id": "other_result"})
    campaign = session.get_one(Campaign, result.campaign_id)
    return Figures(
        kind=Kind.RESULT,
        inputs={"percent": f"{Decimal(repr(result.value)) * 100:f}"},
        source=campaign.title[:LONGEST_SOURCE],
        share=result.value,
        standard_error=_result_error(result),
        result_id=result.id,
    )


def _result_error(result: FrozenResult) -> float | None:
    """From the interval that was published with it."""
    if result.lower is None or result.upper is None:
        return result.standard_error
    interval = Interval(lower=result.lower, upper=result.upper, level=result.level, method="frozen")
    leaf = uncertain_leaf("", Estimate(value=result.value, n=result.answers, interval=interval))
    return leaf.standard_error if leaf else None


def _error(text: str) -> float | None:
    """A standard error in percentage points as it was typed, as a share."""
    if not text.strip():
        return None
    try:
        error = Decimal(entries.number(text))
    except ArithmeticError:
        raise Rejected("feed", problems={"standard_error": "input_not_a_number"}) from None
    if not error.is_finite() or not 0 <= error <= MOST_ERROR:
        raise Rejected("feed", problems={"standard_error": "input_out_of_range"})
    return float(error / 100)
