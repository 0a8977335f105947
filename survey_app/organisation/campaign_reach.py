"""Campaigns limited to units that merge: they follow to the successor, so that printed codes keep working."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.models import Campaign, CampaignUnit
from survey_app.models.campaign import CLOSED, OPEN
from survey_app.overlap import compete


def lock(session: Session) -> None:
    """Put those who change campaigns in line, as opening one does. Answers go on arriving."""
    session.execute(select(Campaign.id).order_by(Campaign.id).with_for_update(key_share=True)).all()


def to_extend(session: Session, ending: Collection[int], line: Collection[int]) -> list[Campaign]:
    """The campaigns not closed that name a unit that ends, but neither its successor nor a unit above (`line`)."""
    naming = select(CampaignUnit.campaign_id).where(CampaignUnit.unit_id.in_(ending))
    covering = select(CampaignUnit.campaign_id).where(CampaignUnit.unit_id.in_(line))
    return list(
        session.scalars(
            select(Campaign)
            .where(Campaign.state != CLOSED, Campaign.id.in_(naming), Campaign.id.not_in(covering))
            .order_by(Campaign.id)
        )
    )


def rivals(session: Session, extended: Sequence[Campaign], line: Collection[int]) -> tuple[str, str] | None:
    """The titles of two open campaigns that would then take the same channel at the successor, if there are."""
    at_successor = [*_covering(session, line), *(one for one in extended if one.state == OPEN)]
    for one in extended:
        for other in at_successor:
            if one.state == OPEN and one is not other and compete(session, one, other):
                return one.title, other.title
    return None


def _covering(session: Session, line: Collection[int]) -> list[Campaign]:
    limited = select(CampaignUnit.campaign_id)
    named = limited.where(CampaignUnit.unit_id.in_(line))
    return list(
        session.scalars(
            select(Campaign).where(Campaign.state == OPEN, Campaign.id.not_in(limited) | Campaign.id.in_(named))
        )
    )
