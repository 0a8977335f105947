"""Which campaigns follow a merger, and which of them would then get in each other's way."""

import datetime

import pytest
from sqlalchemy.orm import Session

from survey_app.models import Campaign
from survey_app.models.campaign import CLOSED, DRAFT
from survey_app.organisation import campaign_reach
from tests.factories.campaigns import MakeCampaign
from tests.factories.units import MakeField
from tests.survey_app.organisation.conftest import World


def extended(session: Session, world: World) -> list[Campaign]:
    return campaign_reach.to_extend(session, [world.an.id], [world.binh.id, world.province.id])


def rivals(session: Session, world: World) -> tuple[str, str] | None:
    return campaign_reach.rivals(session, extended(session, world), [world.binh.id, world.province.id])


def test_those_follow_that_name_the_unit_and_not_its_successor(
    session: Session, world: World, make_campaign: MakeCampaign
) -> None:
    follows = [make_campaign(units=(world.an,)).id, make_campaign(units=(world.an,), state=DRAFT, accepts="A").id]
    make_campaign()  # the whole province
    make_campaign(units=(world.department,))
    make_campaign(units=(world.an, world.binh))
    make_campaign(units=(world.an, world.province))
    make_campaign(units=(world.an,), state=CLOSED)
    assert [one.id for one in extended(session, world)] == follows


@pytest.mark.parametrize("other", ["whole province", "successor", "also follows"])
def test_open_campaigns_meet_on_a_channel(
    session: Session, world: World, make_campaign: MakeCampaign, other: str
) -> None:
    units = {"whole province": (), "successor": (world.binh,), "also follows": (world.an,)}[other]
    make_campaign(title="Một", units=(world.an,))
    make_campaign(title="Hai", units=units)
    assert set(rivals(session, world) or ()) == {"Một", "Hai"}


def test_campaigns_apart_in_channel_time_field_or_state_do_not_meet(
    session: Session, world: World, make_campaign: MakeCampaign, make_field: MakeField
) -> None:
    land, justice = make_field("land"), make_field("justice", "Tư pháp")
    ends = datetime.date(2026, 3, 31)
    make_campaign(title="Một", units=(world.an,), accepts="C", ends_on=ends, fields=(land,))
    make_campaign(units=(world.binh,), accepts="AB")
    make_campaign(units=(world.binh,), accepts="C", starts_on=ends + datetime.timedelta(days=1))
    make_campaign(units=(world.binh,), accepts="C", fields=(justice,))
    make_campaign(units=(world.binh,), accepts="C", state=DRAFT)
    make_campaign(units=(world.department,), accepts="C")
    assert rivals(session, world) is None


def test_campaigns_meet_in_one_common_field(
    session: Session, world: World, make_campaign: MakeCampaign, make_field: MakeField
) -> None:
    land, justice = make_field("land"), make_field("justice", "Tư pháp")
    make_campaign(title="Một", units=(world.an,), fields=(land,))
    make_campaign(title="Hai", units=(world.binh,), fields=(land, justice))
    assert rivals(session, world) == ("Một", "Hai")
