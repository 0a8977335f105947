"""What feeds the leaves that units do not score."""

import datetime
import json
from typing import Any

import pytest
from sqlalchemy.orm import Session

from questionnaires.loader import published
from questionnaires.par_yaml import to_json
from survey_app.assessment import criteria
from survey_app.assessment.feeds import feeding
from survey_app.assessment.feeds.feeding import Kind, Supply
from survey_app.assessment.flow import State
from survey_app.db import Database
from survey_app.errors import Conflict, NotAllowed, NotFound, Rejected
from survey_app.models import Assessment, CriteriaSet, Feed, FrozenResult
from survey_app.policy import Actor
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.factories.campaigns import MakeCampaign
from tests.survey_app.assessment.conftest import MakeRound, MakeSet, Place, Put, Running, events
from tests.survey_app.assessment.fed_round import fed_fields

pytestmark = on_sqlite

RATE = Supply(inputs={"percent": "82.5"}, standard_error="1,2", source="Báo cáo của Bộ Nội vụ")


@pytest.fixture
def fed(make_round: MakeRound, make_set: MakeSet, place: Place) -> Running:
    """A round whose field 2 has SIPAS, a survey with weights, statistics and a leaf without a rule."""
    del place
    return make_round(sets={"commune": make_set("commune", fields=fed_fields())})


@pytest.fixture
def shipped(database: Database) -> int:
    """The starting set of communes, stored."""
    loaded = published("par_index")["commune-2026@1"]
    with database.transaction() as session:
        row = CriteriaSet(key="commune-2026", version=1, block="commune", year=2026, title="Bộ khởi đầu")
        row.body, row.content_hash = to_json(loaded.definition), loaded.content_hash
        session.add(row)
        session.flush()
        return row.id


@pytest.fixture
def key(fed: Running, place: Place) -> int:
    return fed.of(place.communes[0])


@pytest.fixture
def result(database: Database, place: Place, analyst: Actor, make_campaign: MakeCampaign) -> FrozenResult:
    campaign = make_campaign(title="Đợt 2025")
    given: dict[str, Any] = {"value": 0.8266, "lower": 0.8, "upper": 0.85, "level": 0.95, "answers": 842}
    given |= {"standard_error": 0.5, "method_ref": "standard@1", "method_hash": "a" * 64, "data_hash": "b" * 64}
    with database.transaction() as session:
        row = FrozenResult(campaign_id=campaign.id, unit_id=place.communes[0].id, **given)
        row.made_on, row.account_id = datetime.date(2026, 1, 5), analyst.account_id
        session.add(row)
    return row


def data(feed: Feed) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(feed.data)
    return found


def test_a_ministry_figure_with_its_source(session: Session, analyst: Actor, key: int, clock: Clock) -> None:
    feed = feeding.enter(session, analyst, key, "2.1", RATE, clock())
    assert (feed.kind, feed.source, feed.edition) == (Kind.SHARE, "Báo cáo của Bộ Nội vụ", 1)
    assert data(feed) == {"inputs": {"percent": "82.5"}, "share": 0.825, "standard_error": 0.012}
    assert events(session, "feed_entered")[0]["leaf"] == "2.1"


def test_a_shipped_set_takes_the_counts_of_a_leader_survey(
    session: Session, analyst: Actor, make_round: MakeRound, shipped: int, place: Place, clock: Clock
) -> None:
    """1.7 of the starting set of communes: 6 A, 3 B, 1 D of ten are (600 + 180) / 1000."""
    key = make_round(sets={"commune": shipped}, year=2026).of(place.communes[0])
    votes = [{"A": "6", "B": "3", "C": "0", "D": "1"}]
    feed = feeding.enter(session, analyst, key, "1.7", Supply(inputs={"votes": votes}, source="Điều tra"), clock())
    assert (feed.kind, data(feed)["share"]) == (Kind.COUNTS, pytest.approx(0.78))
    assert data(feed)["standard_error"] == pytest.approx(0.1052, abs=1e-4)


def test_counts_give_share_and_error(session: Session, analyst: Actor, key: int, clock: Clock) -> None:
    votes = [{"Tốt": "6", "Khá": "3", "Kém": "1"}]
    feed = feeding.enter(session, analyst, key, "2.2", Supply(inputs={"votes": votes}, source="Điều tra"), clock())
    assert (feed.kind, data(feed)["share"]) == (Kind.COUNTS, pytest.approx(0.78))
    assert data(feed)["standard_error"] == pytest.approx(0.1052, abs=1e-4)


def test_statistics_are_no_estimate(session: Session, analyst: Actor, key: int, clock: Clock) -> None:
    feed = feeding.enter(session, analyst, key, "2.3", Supply(inputs={"a": "9", "b": "10"}, source="Thống kê"), clock())
    assert data(feed) == {"inputs": {"a": "9", "b": "10"}, "share": None, "standard_error": None}


def test_a_frozen_result_of_the_unit(
    session: Session, analyst: Actor, fed: Running, key: int, place: Place, result: FrozenResult, clock: Clock
) -> None:
    feed = feeding.enter(session, analyst, key, "2.1", Supply(inputs={}, result_id=result.id), clock())
    assert (feed.kind, feed.source, feed.result_id) == (Kind.RESULT, "Đợt 2025", result.id)
    assert data(feed)["inputs"] == {"percent": "82.6600"}
    assert data(feed)["standard_error"] == pytest.approx(0.05 / 2 / 1.959964, rel=1e-6)  # from its interval
    other = fed.of(place.communes[1])
    for assessment_id, number, result_id in ((other, "2.1", result.id), (key, "2.2", result.id), (key, "2.1", 999)):
        edition = 1 if (assessment_id, number) == (key, "2.1") else 0
        given = Supply(inputs={}, result_id=result_id, edition=edition)
        with pytest.raises(Rejected) as refusal:
            feeding.enter(session, analyst, assessment_id, number, given, clock())
        assert refusal.value.problems == {"result_id": "other_result"}


def test_without_an_interval_its_standard_error_is_taken(
    database: Database, analyst: Actor, key: int, result: FrozenResult, clock: Clock
) -> None:
    with database.transaction() as session:
        bare = FrozenResult(campaign_id=result.campaign_id, unit_id=result.unit_id, value=0.5, level=0.95, answers=9)
        bare.standard_error, bare.made_on, bare.account_id = 0.04, result.made_on, analyst.account_id
        bare.method_ref, bare.method_hash, bare.data_hash = "standard@1", "a" * 64, "b" * 64
        session.add(bare)
        session.flush()
        feed = feeding.enter(session, analyst, key, "2.1", Supply(inputs={}, result_id=bare.id), clock())
        assert data(feed)["standard_error"] == 0.04


@pytest.mark.parametrize(
    ("number", "given", "problem"),
    [
        ("2.1", Supply(inputs={"percent": "82"}), {"source": "source_needed"}),
        ("2.1", Supply(inputs={}, source="x"), {"percent": "input_missing"}),
        ("2.1", Supply(inputs={"percent": "101"}, source="x"), {"percent": "input_out_of_range"}),
        (
            "2.1",
            Supply(inputs={"percent": "82"}, source="x", standard_error="lớn"),
            {"standard_error": "input_not_a_number"},
        ),
        (
            "2.1",
            Supply(inputs={"percent": "82"}, source="x", standard_error="51"),
            {"standard_error": "input_out_of_range"},
        ),
        ("2.2", Supply(inputs={"votes": [{"Tốt": "0"}]}, source="x"), {"votes": "input_no_votes"}),
    ],
)
def test_figures_that_cannot_be(
    session: Session, analyst: Actor, key: int, clock: Clock, number: str, given: Supply, problem: dict[str, str]
) -> None:
    with pytest.raises(Rejected) as refusal:
        feeding.enter(session, analyst, key, number, given, clock())
    assert refusal.value.problems == problem


def test_two_people_at_once_and_a_locked_unit(session: Session, analyst: Actor, key: int, clock: Clock) -> None:
    feeding.enter(session, analyst, key, "2.1", RATE, clock())
    with pytest.raises(Conflict, match="changed_meanwhile"):
        feeding.enter(session, analyst, key, "2.1", RATE, clock())
    session.get_one(Assessment, key).state = State.SETTLED
    with pytest.raises(Conflict, match="other_state"):
        feeding.enter(session, analyst, key, "2.1", RATE, clock())


def test_units_feed_nothing(
    session: Session,
    inspector: Actor,
    appraiser: Actor,
    analyst: Actor,
    fed: Running,
    key: int,
    place: Place,
    clock: Clock,
) -> None:
    for actor in (inspector, appraiser):
        with pytest.raises(NotAllowed):
            feeding.enter(session, actor, key, "2.1", RATE, clock())
    exempt = fed.of(place.communes[2])
    for unit, number in ((key, "1.1"), (key, "2.4"), (key, "9"), (exempt, "2.2")):  # its own, without a rule, none
        with pytest.raises(NotFound):
            feeding.enter(session, analyst, unit, number, RATE, clock())


def test_results_of_a_campaign_for_a_whole_block(
    database: Database,
    analyst: Actor,
    fed: Running,
    key: int,
    place: Place,
    result: FrozenResult,
    put: Put,
    clock: Clock,
) -> None:
    def take(campaign_id: int) -> int:
        with database.transaction() as session:
            return feeding.take_results(session, analyst, fed.id, "commune", "2.1", campaign_id, clock())

    assert take(999) == 0
    assert take(result.campaign_id) == 1
    assert take(result.campaign_id) == 0  # it is there
    with database.transaction() as session:
        session.delete(session.get_one(Feed, (key, "2.1")))
    put(key, State.SETTLED)
    assert take(result.campaign_id) == 0
    with pytest.raises(NotFound), database.transaction() as session:
        feeding.take_results(session, analyst, fed.id, "vertical", "2.1", 1, clock())


def test_which_leaves_are_fed(session: Session, fed: Running) -> None:
    found = criteria.of(session, fed.sets["commune"])
    assert feeding.fed(found) == ("2.1", "2.2", "2.3", "2.4")
    assert [feeding.takes_results(found, each) for each in feeding.fed(found)] == [True, False, False, False]
