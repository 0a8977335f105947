"""Campaigns in any state."""

import datetime
from collections.abc import Callable, Mapping
from types import MappingProxyType

import pytest

from survey_app import definitions
from survey_app.db import Database
from survey_app.models import Campaign, CampaignField, CampaignTarget, CampaignUnit, Population, ServiceField, Unit
from survey_app.models.campaign import OPEN

MakeCampaign = Callable[..., Campaign]
MakePopulation = Callable[..., None]


def fitting(ref: str) -> str:
    """A method that fits a questionnaire."""
    return "m1-f3-x1-v1@1" if ref.startswith("qr-short") else "m1-f1-x1-v1@1"


@pytest.fixture
def make_campaign(database: Database) -> MakeCampaign:
    """make_campaign("qr-short@1", units=[...], targets=[("bac-giang-402@1", "...")])."""

    def make(
        ref: str = "qr-short@1",
        *,
        title: str = "Khảo sát năm 2026",
        state: str = OPEN,
        starts_on: datetime.date = datetime.date(2026, 1, 1),
        ends_on: datetime.date | None = None,
        accepts: str = "ABC",
        counts: str = "ABC",
        method: str | None = None,
        validity: str | None = None,
        fewest: int = 5,
        rules: Mapping[str, str] = MappingProxyType({}),
        units: tuple[Unit, ...] = (),
        fields: tuple[ServiceField, ...] = (),
        targets: tuple[tuple[str, str], ...] = (),
    ) -> Campaign:
        with database.transaction() as session:
            campaign = Campaign(
                title=title,
                definition_id=definitions.register(session, ref).id,
                starts_on=starts_on,
                ends_on=ends_on,
                state=state,
                accepts=accepts,
                counts=counts,
                method_id=definitions.register(session, method or fitting(ref)).id,
                validity_id=definitions.register(session, validity).id if validity else None,
                fewest=fewest,
                **rules,
            )
            session.add(campaign)
            session.flush()
            session.add_all(CampaignUnit(campaign_id=campaign.id, unit_id=unit.id) for unit in units)
            session.add_all(CampaignField(campaign_id=campaign.id, field_key=field.key) for field in fields)
            session.add_all(CampaignTarget(campaign_id=campaign.id, set_ref=s, target_key=k) for s, k in targets)
        return campaign

    return make


@pytest.fixture
def make_population(database: Database) -> MakePopulation:
    def make(campaign: Campaign, unit: Unit, field: ServiceField, dossiers: int, *, issued: int | None = None) -> None:
        numbers = {"dossiers": dossiers, "issued": issued}
        with database.transaction() as session:
            session.add(Population(campaign_id=campaign.id, unit_id=unit.id, field_key=field.key, **numbers))

    return make
