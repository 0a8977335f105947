"""How many answers each unit needs, and how many it has."""

import pytest
from sqlalchemy.orm import Session

from scoring.planner import plan
from survey_app.campaigns.planning import Aim, unit_plans
from survey_app.errors import NotAllowed, NotFound
from survey_app.models import ServiceField, Unit
from survey_app.policy import Role
from tests.conftest import Client, SignIn
from tests.databases import on_sqlite
from tests.factories.accounts import MakeAccount, MakeActor
from tests.factories.campaigns import MakeCampaign, MakePopulation
from tests.factories.submissions import MakeReleased, answers
from tests.factories.units import MakeCounter, MakeField, MakeUnit


@pytest.fixture
def land(make_field: MakeField) -> ServiceField:
    return make_field("land")


@pytest.fixture
def communes(make_unit: MakeUnit, province: Unit) -> list[Unit]:
    return [make_unit(name, parent=province, code=name) for name in ("Xã An", "Xã Bình", "Xã Cẩm", "Xã Đa")]


def test_every_unit_has_what_it_needs_beside_what_it_has(
    session: Session,
    make_actor: MakeActor,
    make_campaign: MakeCampaign,
    make_counter: MakeCounter,
    make_population: MakePopulation,
    make_released: MakeReleased,
    province: Unit,
    communes: list[Unit],
    land: ServiceField,
) -> None:
    an, binh, _, da = communes
    campaign = make_campaign(accepts="AC", counts="A")
    make_population(campaign, an, land, 40)
    given = answers()
    make_released(campaign, make_counter(an), [given] * 39, channel="A")
    make_released(campaign, make_counter(binh), [given] * 4, channel="A")
    make_released(campaign, make_counter(da), [given] * 4, channel="A")
    make_released(campaign, make_counter(binh, "Quầy 2"), [given] * 90, channel="C")  # does not count
    found = {line.name: line for line in unit_plans(session, make_actor(Role.ANALYST, province), campaign.id, Aim())}
    assert list(found) == ["Xã An", "Xã Bình", "Xã Cẩm", "Xã Đa"]
    assert (found["Xã An"].dossiers, found["Xã An"].answered, found["Xã An"].missing) == (40, 39, 0)
    assert found["Xã An"].plan == plan(40)
    small = found["Xã Bình"]  # 4 are too few to show
    assert (small.dossiers, small.answered, small.missing) == (None, None, None)
    assert (found["Xã Cẩm"].answered, found["Xã Cẩm"].missing) == (0, plan(None).answers)


def test_only_units_that_the_campaign_reaches(
    session: Session, make_actor: MakeActor, make_campaign: MakeCampaign, province: Unit, communes: list[Unit]
) -> None:
    campaign = make_campaign(units=(communes[1],))
    everywhere, local = make_actor(Role.ANALYST, province), make_actor(Role.ANALYST, communes[0])
    leader = make_actor(Role.LEADER, province)
    assert [line.name for line in unit_plans(session, everywhere, campaign.id, Aim())] == ["Xã Bình"]
    assert unit_plans(session, local, campaign.id, Aim()) == ()
    with pytest.raises(NotFound):
        unit_plans(session, everywhere, 99, Aim())
    with pytest.raises(NotAllowed):
        unit_plans(session, leader, campaign.id, Aim())


@on_sqlite
def test_the_page_counts_anew_for_what_is_asked(
    make_campaign: MakeCampaign, make_account: MakeAccount, sign_in: SignIn, province: Unit, communes: list[Unit]
) -> None:
    campaign = make_campaign()
    browser: Client = sign_in(make_account(Role.ANALYST, province))
    page = browser.get(f"/campaigns/{campaign.id}/plan").text
    assert "0/4 đơn vị đủ phiếu." in page
    assert ">385<" in page  # z² / 4e² for 5 points
    assert ">97<" in browser.get(f"/campaigns/{campaign.id}/plan?margin=10&target=90&alternative=70").text
    for query in ("margin=0", "margin=5&target=90&alternative=90", "margin=x&target=90&alternative=85"):
        wrong = browser.get(f"/campaigns/{campaign.id}/plan?{query}")
        assert wrong.status_code == 422
        assert "Cần sửa" in wrong.text
        assert "đơn vị đủ phiếu" not in wrong.text
    assert f"/campaigns/{campaign.id}/plan" in browser.get(f"/campaigns/{campaign.id}").text
