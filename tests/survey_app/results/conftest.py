"""A province with answers whose rates can be worked out by hand."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from survey_app.campaigns import release
from survey_app.db import Database
from survey_app.models import Campaign, Counter, Letterhead, ServiceField, Unit
from survey_app.policy import Actor, Role
from tests.conftest import Client, SignIn
from tests.factories.accounts import MakeAccount, MakeActor
from tests.factories.campaigns import MakeCampaign, MakePopulation
from tests.factories.submissions import MakeWaiting
from tests.factories.units import MakeCounter, MakeField, MakeUnit

MARCH = datetime.date(2026, 3, 10)
TODAY = datetime.date(2026, 3, 16)
GOOD = {"TC0": "5", "TT0": "4", "CC0": "5", "KQ0": "4", "PA0": "n", "CHUNG": "5", "CHO": 10}
BAD = {"TC0": "2", "TT0": "1", "CC0": "3", "KQ0": "2", "PA0": "n", "CHUNG": "2", "CHO": 40}
BORDER = datetime.date(2025, 7, 1)
PLAN = "bac-giang-2021-2030@1"
OVERALL, LAND, HEALTH = (PLAN, "bg-2025-overall"), (PLAN, "bg-2025-land"), (PLAN, "bg-2025-health")
SCHOOLS, WAITING = (PLAN, "bg-2025-school-expectation"), ("bac-giang-2022@1", "bg-2022-waiting")


def answered(good: int, bad: int) -> list[dict[str, object]]:
    """So many who are satisfied with everything, and so many with nothing."""
    return [dict(GOOD) for _ in range(good)] + [dict(BAD) for _ in range(bad)]


@dataclass(frozen=True)
class World:
    """Two communes and a department; a district that only An Cọ succeeded, and a small one."""

    province: Unit
    an: Unit
    binh: Unit
    department: Unit
    hamlet: Unit
    district: Unit
    land: ServiceField
    health: ServiceField
    desks: dict[int, Counter]


@pytest.fixture
def world(
    province: Unit, make_unit: MakeUnit, make_field: MakeField, make_counter: MakeCounter, letterhead: Letterhead
) -> World:
    an = make_unit("Xã An Cọ", parent=province, code="an-co")
    binh = make_unit("Xã Bình Đa", parent=province, code="binh-da")
    department = make_unit("Sở Tư pháp", level="department", parent=province, code="so-tp")
    since = datetime.date(1997, 1, 1)
    hamlet = make_unit("Chi cục Nhỏ", level="vertical", parent=province, code="nho", since=since, until=BORDER)
    district = make_unit(
        "Huyện Cũ", level="district", parent=province, code="huyen", since=since, until=BORDER, successors=(an,)
    )
    desks = {unit.id: make_counter(unit) for unit in (an, binh, department)}
    desks |= {old.id: make_counter(old, opened=since, closed=BORDER) for old in (district, hamlet)}
    land, health = make_field("land", "Đất đai"), make_field("health", "Y tế")
    return World(province, an, binh, department, hamlet, district, land, health, desks)


@pytest.fixture
def campaign(make_campaign: MakeCampaign) -> Campaign:
    return make_campaign(
        accepts="ABC",
        counts="AB",
        starts_on=datetime.date(2025, 5, 1),
        targets=(OVERALL, LAND, HEALTH, SCHOOLS, WAITING),
    )


Fill = Callable[..., None]


@pytest.fixture
def fill(database: Database, world: World, make_waiting: MakeWaiting) -> Fill:
    """fill(campaign, unit, good, bad, ...): answers that have gone through the inbox and a batch."""

    def make(
        campaign: Campaign,
        unit: Unit,
        good: int,
        bad: int = 0,
        *,
        day: datetime.date = MARCH,
        channel: str = "A",
        counter: Counter | None = None,
    ) -> None:
        make_waiting(campaign, counter or world.desks[unit.id], answered(good, bad), day=day, channel=channel)
        with database.transaction() as session:
            assert release.release_campaign(session, campaign.id, TODAY) == good + bad

    return make


@pytest.fixture
def land_desk(world: World, make_counter: MakeCounter) -> Counter:
    return make_counter(world.an, "Quầy đất đai", field=world.land)


@pytest.fixture
def filled(
    world: World, campaign: Campaign, fill: Fill, land_desk: Counter, make_population: MakePopulation
) -> Campaign:
    """An Cọ 150 of 160 (land 60 of 60), Bình Đa 40 of 60, the department 3 of 4, before the border 17 of
    17 and 3 of 3. The department and the last are too few to show, and hide each other."""
    fill(campaign, world.an, 90, 10)
    fill(campaign, world.an, 60, counter=land_desk, channel="B")
    fill(campaign, world.binh, 40, 20, day=datetime.date(2026, 2, 5))
    fill(campaign, world.department, 3, 1)
    fill(campaign, world.hamlet, 3, day=datetime.date(2025, 6, 5))
    fill(campaign, world.district, 17, day=datetime.date(2025, 6, 5))
    fill(campaign, world.binh, 0, 30, channel="C")  # a channel that does not count
    for unit, number in (
        (world.an, 1000),
        (world.binh, 100),
        (world.department, 50),
        (world.district, 497),
        (world.hamlet, 3),
    ):
        make_population(campaign, unit, world.land, number)
    return campaign


@pytest.fixture
def analyst(world: World, make_actor: MakeActor) -> Actor:
    return make_actor(Role.ANALYST, world.province)


@pytest.fixture
def browser(world: World, sign_in: SignIn, make_account: MakeAccount) -> Client:
    """Home Affairs of the province, signed in."""
    return sign_in(make_account(Role.ANALYST, world.province))
