"""Results by every method, their fingerprint, names inside a sentence, intervals for every look."""

import pytest
from sqlalchemy import text, update

from questionnaires.loader import published
from scoring.results import Reason
from scoring.sequential import confidence_sequence
from survey_app import definitions
from survey_app.campaigns import release
from survey_app.db import Database
from survey_app.models import Campaign, Population, Unit
from survey_app.policy import Actor
from survey_app.results.service import _in_sentence
from tests.databases import on_sqlite
from tests.factories.campaigns import MakeCampaign
from tests.factories.submissions import MakeReleased, MakeWaiting, answers
from tests.survey_app.results.conftest import MARCH, TODAY, Fill, World
from tests.survey_app.results.contents import content_of

# --- other methods


@pytest.mark.parametrize("method", list(published("methods")))
def test_every_method_gives_a_result_of_the_full_form(
    method: str, database: Database, analyst: Actor, make_campaign: MakeCampaign, world: World, fill: Fill
) -> None:
    form = "two-domains@1" if published("methods")[method].definition.domains else "counter-2640@1"
    made = make_campaign(form, method=method, accepts="ABC", counts="AB")
    content = content_of(database, analyst, made, world.province)
    assert content.method.index_method == method
    assert content.method.symbols == published("methods")[method].definition.symbols
    assert content.whole.score.index.reason is Reason.NO_ANSWERS


# --- the fingerprint


def test_the_same_data_have_the_same_fingerprint_and_others_another(
    database: Database, analyst: Actor, filled: Campaign, world: World, fill: Fill
) -> None:
    def fingerprint(unit: Unit = world.province) -> str:
        return content_of(database, analyst, filled, unit).method.data_hash

    seen = [fingerprint()]
    assert fingerprint() == seen[0]
    fill(filled, world.an, 5, channel="C")  # does not count: the same figures
    with database.transaction() as changing:
        changing.execute(update(Campaign).values(title="Tên khác", fewest=7))
    assert fingerprint() == seen[0]
    with database.transaction() as changing:
        changing.execute(text("DROP TRIGGER frozen_campaign_update" + (" ON campaign" if not database.sqlite else "")))
        other = definitions.register(changing, "m1-f3-x4-v1@1").id
    for change in (
        update(Campaign).values(confidence=0.9),
        update(Campaign).values(method_id=other),
        update(Population).where(Population.unit_id == world.an.id).values(dossiers=999),
    ):
        with database.transaction() as changing:
            changing.execute(change)
        seen.append(fingerprint())
    fill(filled, world.an, 1, day=MARCH)
    seen.append(fingerprint())
    seen.append(fingerprint(world.an))
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize(
    ("name", "inside"),
    [
        ("Tỉnh Minh Họa", "tỉnh Minh Họa"),
        ("Xã An Cọ", "xã An Cọ"),
        ("Phường Một", "phường Một"),
        ("Thành phố Minh Giang", "thành phố Minh Giang"),
        ("Sở Nội vụ", "Sở Nội vụ"),
        ("UBND", "UBND"),
    ],
)
def test_names_inside_a_sentence(name: str, inside: str) -> None:
    assert _in_sentence(name) == inside


@on_sqlite
def test_answers_with_every_level_are_spread_out(
    database: Database, analyst: Actor, world: World, make_campaign: MakeCampaign, make_waiting: MakeWaiting
) -> None:
    campaign = make_campaign()
    make_waiting(
        campaign, world.desks[world.an.id], [answers(TC0=str(level)) for level in (1, 2, 3, 4, 4, 5, 5, 5, 5, 5)]
    )
    with database.transaction() as session:
        release.release_full(session, TODAY)
    spread = content_of(database, analyst, campaign, world.province).items[0].score.distribution
    assert spread is not None
    assert spread.levels == (1, 1, 1, 2, 5)


@on_sqlite
def test_the_interval_for_every_look_is_that_of_the_whole_service_question(
    database: Database, analyst: Actor, filled: Campaign, world: World, make_campaign: MakeCampaign
) -> None:
    content = content_of(database, analyst, filled, world.province)
    overall = content.whole.score.overall
    assert content.daily is not None
    assert overall.interval is not None
    lower, upper = confidence_sequence(213, 244)
    assert (content.daily.lower, content.daily.upper) == (float(lower), float(upper))
    assert content.daily.lower < overall.interval.lower < overall.interval.upper < content.daily.upper
    points = make_campaign("counter-2640@1", method="m2-f1-x1-v1@1", accepts="ABC", counts="AB")
    assert content_of(database, analyst, points, world.province).daily is None


@on_sqlite
@pytest.mark.parametrize(("method", "holds"), [("m1-f1-x1-v1@1", True), ("m1-f1-x1-v2@1", False)])
def test_a_mean_over_units_has_no_interval_for_every_look(
    method: str,
    holds: bool,
    database: Database,
    analyst: Actor,
    world: World,
    make_campaign: MakeCampaign,
    make_released: MakeReleased,
) -> None:
    made = make_campaign("counter-2640@1", method=method, accepts="A", counts="A")
    make_released(made, world.desks[world.an.id], [{"LOC": "1", "CHUNG": "4"}] * 9, channel="A")
    content = content_of(database, analyst, made, world.province)
    assert content.whole.score.overall.value == 1
    assert (content.daily is not None) == holds
