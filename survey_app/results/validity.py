"""What became of the forms of a campaign: issued, returned, valid, counted, and what the rules took out."""

from collections.abc import Collection, Mapping

from sqlalchemy.orm import Session

from questionnaires.loader import validity_rules
from questionnaires.validity import Rule, ValidityRules
from reports.content import RuleLine, Validity
from scoring.results import GroupScore
from survey_app.results import queries
from survey_app.results.groups import WHOLE, unit_key

OTHER = "Lý do khác"

Issued = Mapping[tuple[int, str], int | None]


def forms(
    session: Session,
    campaign: queries.CampaignFacts,
    scores: Mapping[str, GroupScore],
    units: Collection[int],
    issued: Issued,
) -> Validity | None:
    """The numbers of a report on these units; None where the whole is not shown."""
    whole = scores[WHOLE]
    if whole.withheld:
        return None
    rules = _rules(campaign.rules_ref)
    found = queries.excluded(session, campaign.id, units, campaign.counts)
    ticks = rules.of(Rule.TWO_TICKS) if rules else None
    blanked = found.pop(ticks.key, 0) if ticks else 0
    removed = sum(found.values())
    hides = 0 < removed < campaign.fewest
    return Validity(
        issued=_issued([unit for unit in units if unit_key(unit) in scores], issued),
        returned=whole.received,
        excluded=() if hides or rules is None else named(rules, found, fewest=campaign.fewest),
        blanked=(ticks.name.vi, blanked) if ticks and blanked >= campaign.fewest else None,
        valid=None if hides or rules is None else whole.received - removed,
        counted=whole.counted,
    )


def named(rules: ValidityRules, found: Mapping[str, int], *, fewest: int) -> tuple[tuple[str, int], ...]:
    """Forms by rule, in the order of the rules; small numbers together, with a larger one where they are still few."""
    few = {key for key, number in found.items() if number < fewest}
    if few and sum(found[key] for key in few) < fewest:
        few |= {min(found.keys() - few, key=lambda key: (found[key], key))}
    shown = [(part.name.vi, found[part.key]) for part in rules.rules if part.key in found and part.key not in few]
    return (*shown, (OTHER, sum(found[key] for key in few))) if few else tuple(shown)


def rule_lines(ref: str) -> tuple[RuleLine, ...]:
    """The rules of a campaign as its method names them."""
    rules = _rules(ref)
    listed = rules.rules if rules else ()
    return tuple(RuleLine(name=part.name.vi, note=part.note.vi, verified=part.verified) for part in listed)


def _rules(ref: str) -> ValidityRules | None:
    """The rules of that name; none at all are no rules."""
    rules = validity_rules(ref).definition if ref else None
    return rules if rules and rules.rules else None


def _issued(answering: Collection[int], issued: Issued) -> int | None:
    """Forms handed out by all units; None unless every unit with submissions told it for each of its fields."""
    silent = {unit for (unit, _), number in issued.items() if number is None}
    told = {unit for unit, _ in issued} - silent
    if not told or not told.issuperset(answering):
        return None
    return sum(number or 0 for (unit, _), number in issued.items() if unit in told)
