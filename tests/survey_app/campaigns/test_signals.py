"""Signs of answers that citizens did not give, found among honest ones."""

import datetime
import uuid

import numpy as np
import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from scoring.integrity import Kind
from survey_app.campaigns.signals import SignalLine, signals
from survey_app.campaigns.tallying import recount
from survey_app.db import Database
from survey_app.errors import NotAllowed, NotFound
from survey_app.hiding import hidden
from survey_app.models import Campaign, Counter, ServiceField, Submission, Unit
from survey_app.policy import Actor, Role
from tests.conftest import Client, SignIn
from tests.databases import on_sqlite
from tests.factories.accounts import MakeAccount, MakeActor
from tests.factories.campaigns import MakeCampaign, MakePopulation
from tests.factories.units import MakeCounter, MakeField, MakeUnit

FIRST = datetime.date(2026, 1, 5)  # a Monday
BURST = datetime.date(2026, 2, 18)
COUNTERS, WEEKS = 8, 12


@pytest.fixture
def counters(make_unit: MakeUnit, make_counter: MakeCounter, province: Unit) -> list[Counter]:
    return [make_counter(make_unit(f"Xã {n}", parent=province), "Quầy số 1") for n in range(COUNTERS)]


@pytest.fixture
def campaign(make_campaign: MakeCampaign) -> Campaign:
    return make_campaign(accepts="AC", counts="A")


@pytest.fixture
def analyst(province: Unit, counters: list[Counter], make_actor: MakeActor) -> Actor:
    return make_actor(Role.ANALYST, province)


def give(
    database: Database, campaign: Campaign, counter: Counter, day: datetime.date, codes: list[str], channel: str = "A"
) -> None:
    with database.transaction() as session:
        for answered in codes:
            session.execute(
                insert(Submission).values(
                    key=uuid.uuid4(),
                    campaign_id=campaign.id,
                    definition_id=campaign.definition_id,
                    unit_id=counter.unit_id,
                    counter_id=counter.id,
                    channel=channel,
                    day=day,
                    codes=answered,
                )
            )


@pytest.fixture
def honest(database: Database, campaign: Campaign, counters: list[Counter]) -> None:
    """Some four a day at every counter, who answer each in their own way."""
    rng = np.random.default_rng(3)
    for week in range(WEEKS):
        for weekday in range(5):
            day = FIRST + datetime.timedelta(weeks=week, days=weekday)
            for counter in counters:
                mood = rng.integers(2, 6, (rng.poisson(4), 1))
                levels = np.clip(mood + rng.integers(-1, 2, (len(mood), 6)), 1, 5)
                give(database, campaign, counter, day, ["".join(map(str, row)) for row in levels])


@on_sqlite
@pytest.mark.usefixtures("honest")
def test_a_burst_is_found_and_honest_counters_are_not(
    session: Session, database: Database, analyst: Actor, campaign: Campaign, counters: list[Counter]
) -> None:
    give(database, campaign, counters[3], BURST, ["555555"] * 60)
    give(database, campaign, counters[4], BURST, ["555555"] * 60, channel="C")  # not in the rates
    found = signals(session, analyst, campaign.id)
    assert {(line.kind, line.place, line.first) for line in found.lines} == {
        (Kind.BURST, "Xã 3, Quầy số 1", BURST),
        (Kind.IDENTICAL, "Xã 3, Quầy số 1", BURST),
        (Kind.STRAIGHT_LINING, "Xã 3", None),
    }
    assert all(line.observed >= 60 > 2 * line.expected for line in found.lines)
    assert 60 <= found.concerned < 120
    assert found.with_all is not None
    assert found.without is not None
    assert found.with_all > found.without


@on_sqlite
@pytest.mark.usefixtures("honest")
def test_more_submissions_than_dossiers(
    session: Session,
    analyst: Actor,
    campaign: Campaign,
    counters: list[Counter],
    make_population: MakePopulation,
    make_field: MakeField,
    make_counter: MakeCounter,
    province: Unit,
    database: Database,
) -> None:
    land: ServiceField = make_field("land")
    few = make_counter(province, "Quầy nhỏ")
    give(database, campaign, few, FIRST, ["454545"] * 4)  # more than its dossiers, but too few to show
    make_population(campaign, province, land, 1)
    with database.reading() as reading:
        units = [reading.get_one(Unit, counter.unit_id) for counter in counters[:2]]
        reading.expunge_all()
    make_population(campaign, units[0], land, 10)
    make_population(campaign, units[1], land, 100_000)
    [line] = signals(session, analyst, campaign.id).lines
    assert line == SignalLine(
        kind=Kind.OVERFLOW, place="Xã 0", first=None, last=None, observed=line.observed, expected=10.0
    )
    assert line.observed is not None
    assert line.observed > 10


@on_sqlite
@pytest.mark.usefixtures("honest")
def test_a_sign_does_not_count_what_results_hide(
    database: Database,
    analyst: Actor,
    campaign: Campaign,
    counters: list[Counter],
    make_unit: MakeUnit,
    make_counter: MakeCounter,
    make_account: MakeAccount,
    make_actor: MakeActor,
    sign_in: SignIn,
    province: Unit,
) -> None:
    give(database, campaign, make_counter(make_unit("Xã Nhỏ", parent=province)), FIRST, ["454545"] * 3)
    with database.transaction() as counting:
        assert all(line.recounted for line in recount(counting, repair=True))
    with database.reading() as reading:
        unseen = hidden(reading, campaign.id, "A", fewest=5).units  # the small one, and one that would betray it
        [place] = [counter for counter in counters if counter.unit_id in unseen]
        complement = reading.get_one(Unit, place.unit_id)
        before = signals(reading, analyst, campaign.id)
        reading.expunge_all()
    give(database, campaign, place, BURST, ["555555"] * 20)
    give(database, campaign, next(one for one in counters if one is not place), BURST, ["555555"] * 60)
    with database.reading() as reading:
        found = signals(reading, analyst, campaign.id)
        alone = signals(reading, make_actor(Role.ANALYST, complement), campaign.id)
    of_hidden = [line for line in found.lines if line.observed is None]
    assert {line.place.split(",")[0] for line in of_hidden} == {complement.name}
    assert {line.expected for line in of_hidden} == {None}
    assert (before.concerned, found.submissions) == (0, before.submissions + 80)
    assert 60 <= found.concerned < 120
    page = sign_in(make_account(Role.ANALYST, province)).get(f"/campaigns/{campaign.id}/signals").text
    assert "không nêu số phiếu, vì kết quả" in page
    assert "Không kể nơi không nêu số phiếu" in page
    assert (alone.submissions, alone.concerned, alone.with_all, alone.without) == (None, None, None, None)
    page = sign_in(make_account(Role.ANALYST, complement)).get(f"/campaigns/{campaign.id}/signals").text
    assert "Kết quả của đơn vị không hiển thị" in page


@on_sqlite
def test_nothing_is_no_sign(
    session: Session, analyst: Actor, campaign: Campaign, province: Unit, make_actor: MakeActor
) -> None:
    leader = make_actor(Role.LEADER, province)
    found = signals(session, analyst, campaign.id)
    assert (found.lines, found.submissions, found.with_all, found.without) == ((), 0, None, None)
    with pytest.raises(NotFound):
        signals(session, analyst, 99)
    with pytest.raises(NotAllowed):
        signals(session, leader, campaign.id)


@on_sqlite
def test_forms_that_are_not_valid_bear_signs_but_enter_no_rate(
    session: Session, database: Database, analyst: Actor, counters: list[Counter], make_campaign: MakeCampaign
) -> None:
    campaign = make_campaign(validity="standard@1", accepts="A", counts="A", starts_on=FIRST)
    give(database, campaign, counters[0], FIRST, ["555555"] * 30 + ["111111"] * 30)
    early = FIRST - datetime.timedelta(days=30)
    give(database, campaign, counters[0], early, ["111111"] * 60)  # outside the period
    found = signals(session, analyst, campaign.id)
    assert (found.submissions, found.with_all) == (120, 0.5)


@on_sqlite
@pytest.mark.usefixtures("honest")
def test_the_page_says_what_is_unusual_and_that_it_proves_nothing(
    database: Database,
    campaign: Campaign,
    counters: list[Counter],
    make_account: MakeAccount,
    sign_in: SignIn,
    province: Unit,
) -> None:
    browser: Client = sign_in(make_account(Role.ANALYST, province))
    assert "Không có dấu hiệu nào" in browser.get(f"/campaigns/{campaign.id}/signals").text
    give(database, campaign, counters[3], BURST, ["555555"] * 60)
    page = browser.get(f"/campaigns/{campaign.id}/signals").text
    assert "Xã 3, Quầy số 1" in page
    assert "Nhiều phiếu bất thường" in page
    assert "18/02/2026" in page
    assert "không phải là bằng chứng" in page
    assert f"/campaigns/{campaign.id}/signals" in browser.get(f"/campaigns/{campaign.id}").text
