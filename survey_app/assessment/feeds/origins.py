"""The frozen satisfaction results that the leaves of a unit are computed from."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.assessment.facts import Frozen
from survey_app.models import Assessment, Campaign, Feed, FrozenResult


def origins(session: Session, assessment_id: int) -> Mapping[str, Frozen]:
    """By leaf; leaves fed with a figure of another source are not among them."""
    query = (
        select(Feed.leaf, FrozenResult, Campaign.title)
        .join(FrozenResult, FrozenResult.id == Feed.result_id)
        .join(Campaign, Campaign.id == FrozenResult.campaign_id)
        .where(Feed.assessment_id == assessment_id)
    )
    return {leaf: Frozen.of(row, campaign) for leaf, row, campaign in session.execute(query)}


def of_unit(session: Session, round_id: int, unit_id: int) -> Mapping[str, Frozen]:
    """The same for a unit of a round; nothing where it was not in it."""
    query = select(Assessment.id).where(Assessment.round_id == round_id, Assessment.unit_id == unit_id)
    key = session.scalar(query)
    return {} if key is None else origins(session, key)
