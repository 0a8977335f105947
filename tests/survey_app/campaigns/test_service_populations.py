"""Numbers of dossiers: replaced as a whole, every wrong row named."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.campaigns import service
from survey_app.campaigns.service import PopulationRow
from survey_app.db import Database
from survey_app.errors import Rejected
from survey_app.models import (
    Campaign,
    Population,
    Unit,
)
from survey_app.policy import Actor, Role
from tests.conftest import Clock
from tests.factories.accounts import MakeActor
from tests.factories.campaigns import MakeCampaign
from tests.factories.units import MakeField
from tests.survey_app.campaigns.drafts import analyst, commune, district, events

__all__ = ["analyst", "commune", "district"]


@pytest.fixture
def campaign(make_campaign: MakeCampaign) -> Campaign:
    return make_campaign()


def stored(session: Session) -> dict[tuple[int, str], int]:
    rows = session.execute(select(Population.unit_id, Population.field_key, Population.dossiers))
    return {(unit, field): dossiers for unit, field, dossiers in rows}


def test_populations_are_replaced_as_a_whole(
    database: Database,
    campaign: Campaign,
    analyst: Actor,
    clock: Clock,
    commune: Unit,
    province: Unit,
    make_field: MakeField,
) -> None:
    make_field("land")
    make_field("health")
    with database.transaction() as session:
        rows = [PopulationRow(2, "AN-CO", "land", 120), PopulationRow(3, "TINH", "health", 0)]
        assert service.set_populations(session, analyst, campaign.id, rows, clock()) == 2
        assert stored(session) == {(commune.id, "land"): 120, (province.id, "health"): 0}
    with database.transaction() as session:
        rows = [PopulationRow(2, "AN-CO", "land", 121, 40)]
        assert service.set_populations(session, analyst, campaign.id, rows, clock()) == 1
        assert stored(session) == {(commune.id, "land"): 121}
        assert session.scalars(select(Population.issued)).one() == 40
        assert events(session)[-1] == ("population_imported", f"campaign {campaign.id}", {"rows": 1})


def test_every_wrong_row_is_named_and_nothing_is_half_imported(
    database: Database, campaign: Campaign, analyst: Actor, clock: Clock, commune: Unit, make_field: MakeField
) -> None:
    make_field("land")
    with database.transaction() as session:
        service.set_populations(session, analyst, campaign.id, [PopulationRow(2, "AN-CO", "land", 1)], clock())
    rows = [
        PopulationRow(2, "AN-CO", "land", 500),
        PopulationRow(4, "NOWHERE", "land", 5),
        PopulationRow(5, "AN-CO", "magic", 5),
        PopulationRow(9, "AN-CO", "land", 5),
        PopulationRow(10, "TINH", "land", 5),
    ]

    def attempt() -> None:
        with database.transaction() as session:
            service.set_populations(session, analyst, campaign.id, rows, clock())

    with pytest.raises(Rejected) as refusal:
        attempt()
    assert refusal.value.problems == {"4": "unknown_unit", "5": "unknown_field", "9": "repeated_row"}
    with database.reading() as session:
        assert stored(session) == {(commune.id, "land"): 1}


def test_the_populations_of_others_stay(
    session: Session,
    campaign: Campaign,
    analyst: Actor,
    clock: Clock,
    commune: Unit,
    province: Unit,
    make_actor: MakeActor,
    make_field: MakeField,
) -> None:
    make_field("land")
    local = make_actor(Role.ANALYST, commune)
    both = [PopulationRow(2, "AN-CO", "land", 10), PopulationRow(3, "TINH", "land", 20)]
    service.set_populations(session, analyst, campaign.id, both, clock())
    service.set_populations(session, local, campaign.id, [PopulationRow(2, "AN-CO", "land", 11)], clock())
    assert stored(session) == {(commune.id, "land"): 11, (province.id, "land"): 20}
    with pytest.raises(Rejected) as refusal:
        service.set_populations(session, local, campaign.id, both, clock())
    assert refusal.value.problems == {"3": "unknown_unit"}


def test_a_closed_campaign_still_takes_its_final_dossiers(
    session: Session, analyst: Actor, clock: Clock, commune: Unit, make_campaign: MakeCampaign, make_field: MakeField
) -> None:
    make_field("land")
    closed = make_campaign(state="closed")
    rows = [PopulationRow(2, "AN-CO", "land", 7)]
    assert service.set_populations(session, analyst, closed.id, rows, clock()) == 1
