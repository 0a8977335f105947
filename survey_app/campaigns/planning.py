"""How many answers each unit needs, and how many it has."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from scoring.planner import SurveyPlan, plan
from survey_app.campaigns.queries import dossiers_by_unit
from survey_app.errors import NotFound
from survey_app.hiding import hidden, received
from survey_app.models import Campaign, CampaignUnit, Level, Unit
from survey_app.policy import Action, Actor, ensure, scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """What the answers shall be enough for: a margin, and two rates that can be told apart (shares, 0 to 1)."""

    margin: float = 0.05
    target: float = 0.9
    alternative: float = 0.85


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPlan:
    """A unit with its dossiers (None: unknown) and released answers (None: not shown)."""

    name: str
    dossiers: int | None
    answered: int | None
    plan: SurveyPlan

    @property
    def missing(self) -> int | None:
        """Answers still needed for the margin and for the difference; None where those at hand are not shown."""
        return None if self.answered is None else max(0, self.plan.answers - self.answered)


def unit_plans(session: Session, actor: Actor, campaign_id: int, aim: Aim) -> tuple[UnitPlan, ...]:
    """The living units that a campaign reaches, by level; NotFound when there is no such campaign."""
    ensure(actor, Action.MANAGE_CAMPAIGNS)
    campaign = session.get(Campaign, campaign_id)
    if campaign is None:
        raise NotFound("campaign")
    dossiers = dossiers_by_unit(session, campaign_id)
    answered = received(session, campaign_id, campaign.counts)
    unseen = hidden(session, campaign_id, campaign.counts, fewest=campaign.fewest).units
    reached = _reached(session, actor, campaign_id)
    rows = session.execute(
        select(Unit.id, Unit.name)
        .join(Level, Level.key == Unit.level)
        .where(Level.ranked, Unit.valid_to.is_(None))
        .order_by(Level.position, Unit.code)
    )
    return tuple(
        UnitPlan(
            name=name,
            dossiers=dossiers.get(unit_id) or None,
            answered=None if unit_id in unseen else answered.get(unit_id, 0),
            plan=plan(
                dossiers.get(unit_id) or None,
                margin=aim.margin,
                target=aim.target,
                alternative=aim.alternative,
                level=campaign.confidence,
            ),
        )
        for unit_id, name in rows
        if unit_id in reached
    )


def _reached(session: Session, actor: Actor, campaign_id: int) -> frozenset[int]:
    limits = session.scalars(select(CampaignUnit.unit_id).where(CampaignUnit.campaign_id == campaign_id)).all()
    if not limits:
        return actor.units
    within: set[int] = set()
    for unit_id in limits:
        within |= scope(session, unit_id)
    return actor.units & within
