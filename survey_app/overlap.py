"""Whether two campaigns would ask for the same answers; at one counter, a channel leads to one questionnaire."""

import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.models import Campaign, CampaignField

FAR_AHEAD = datetime.date.max


def compete(session: Session, one: Campaign, other: Campaign) -> bool:
    """Whether they take a channel in common, on a day in common, in a field in common; units left aside."""
    if not set(one.accepts) & set(other.accepts):
        return False
    if one.starts_on > (other.ends_on or FAR_AHEAD) or other.starts_on > (one.ends_on or FAR_AHEAD):
        return False
    fields, others = _fields(session, one), _fields(session, other)
    return not fields or not others or not fields.isdisjoint(others)


def _fields(session: Session, campaign: Campaign) -> set[str]:
    return set(session.scalars(select(CampaignField.field_key).where(CampaignField.campaign_id == campaign.id)))
