"""Which frozen results the leaves of a unit are computed from, and where a unit reads it."""

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from survey_app.assessment.feeds.origins import of_unit, origins
from survey_app.db import Database
from survey_app.models import CouncilMember, Feed, FrozenResult, Letterhead, Round
from survey_app.models.assessment import PUBLISHED
from survey_app.policy import Actor, Role
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.factories.accounts import MakeActor
from tests.factories.campaigns import MakeCampaign
from tests.survey_app.assessment.conftest import Browse, MakeFeed, Place, Running

pytestmark = on_sqlite
HASH = "ab" * 32


@pytest.fixture
def key(
    running: Running,
    place: Place,
    analyst: Actor,
    database: Database,
    make_campaign: MakeCampaign,
    make_feed: MakeFeed,
    clock: Clock,
    letterhead: Letterhead,
) -> int:
    """Xã An Cọ, whose 2.1 is a frozen result."""
    del letterhead  # a report needs one
    found, campaign = running.of(place.communes[0]), make_campaign()
    make_feed(found, "2.1", {"percent": 82}, share=0.82, standard_error=0.01)
    with database.transaction() as session:
        row = FrozenResult(campaign_id=campaign.id, unit_id=place.communes[0].id, value=0.82, lower=0.8, upper=0.84)
        row.level, row.answers, row.standard_error, row.method_ref = 0.95, 900, 0.01, "m1-f3-x1-v1@1"
        row.method_hash = row.data_hash = HASH
        row.made_on, row.account_id = clock.today, analyst.account_id
        session.add(row)
        session.flush()
        session.execute(update(Feed).values(kind="result", result_id=row.id))
    return found


def test_a_leaf_names_the_result_that_feeds_it(key: int, running: Running, place: Place, session: Session) -> None:
    found = origins(session, key)
    assert [(leaf, each.value, each.method_ref) for leaf, each in found.items()] == [("2.1", 0.82, "m1-f3-x1-v1@1")]
    assert of_unit(session, running.id, place.communes[0].id) == found
    assert origins(session, running.of(place.communes[1])) == {}
    assert of_unit(session, running.id, 999) == {}


@pytest.fixture
def pages(key: int, running: Running, place: Place) -> tuple[str, str]:
    """The unit's field, and its results."""
    unit = place.communes[0].id
    return f"/assessment/units/{key}/fields/2", f"/assessment/rounds/{running.id}/results/units/{unit}"


def test_it_is_followed_by_a_click(
    pages: tuple[str, str], key: int, browse: Browse, inspector: Actor, analyst: Actor, place: Place
) -> None:
    link = f"name=overview&amp;unit={place.communes[0].id}", f"overview?unit={place.communes[0].id}"
    for actor in (inspector, analyst):
        for url in pages:
            page = browse(actor).get(url).text
            for part in ("Xã An Cọ", "80,00–84,00", "m1-f3-x1-v1@1", HASH[:12]):
                assert part in page, part
            assert any(each in page for each in link)
    assert f"/units/{key}/feeds/2.1" in browse(analyst).get(pages[0]).text
    assert f"/units/{key}/feeds/2.1" not in browse(inspector).get(pages[0]).text


def test_without_the_unit_in_scope_it_is_named(
    pages: tuple[str, str], browse: Browse, make_actor: MakeActor, place: Place, running: Running, database: Database
) -> None:
    """By a member of the council from another unit, after publication."""
    member = make_actor(Role.LEADER, place.department)
    with database.transaction() as session:
        session.get_one(Round, running.id).state = PUBLISHED
        session.add(CouncilMember(round_id=running.id, account_id=member.account_id))
    page = browse(member).get(pages[1]).text
    assert HASH[:12] in page
    assert "name=overview" not in page
    assert "/overview" not in page
