"""The content of a campaign's results, for one reader."""

from reports.content import SatisfactionReport
from survey_app.db import Database
from survey_app.models import Campaign, Unit
from survey_app.policy import Actor
from survey_app.results.service import Cache, report
from tests.survey_app.results.conftest import TODAY


def content_of(
    database: Database, actor: Actor, campaign: Campaign, unit: Unit, cache: Cache | None = None
) -> SatisfactionReport:
    with database.reading() as session:
        return report(session, actor, campaign.id, unit.id, today=TODAY, cache=cache)
