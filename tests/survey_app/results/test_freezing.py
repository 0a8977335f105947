"""Results taken over into the PAR Index."""

import html
import re

import pytest
from sqlalchemy import exc, func, select, update
from sqlalchemy.orm import Session

from questionnaires.loader import index_method
from scoring.results import Estimate
from survey_app.db import Database
from survey_app.errors import Conflict, NotAllowed, NotFound, Rejected
from survey_app.models import AuditEvent, Campaign, FrozenResult
from survey_app.policy import Actor, Role
from survey_app.results import freezing, material
from survey_app.results.service import report
from tests.conftest import Client, Clock, SignIn
from tests.databases import on_sqlite
from tests.factories.accounts import MakeAccount, MakeActor
from tests.factories.campaigns import MakeCampaign, MakePopulation
from tests.survey_app.results.conftest import TODAY, Fill, World


def taken(database: Database, actor: Actor, campaign: Campaign, unit_id: int) -> freezing.Result:
    with database.reading() as session:
        return freezing.result(session, actor, campaign.id, unit_id)


def stored(database: Database) -> list[FrozenResult]:
    with database.reading() as session:
        rows = list(session.scalars(select(FrozenResult).order_by(FrozenResult.id)))
        session.expunge_all()
    return rows


def listed(database: Database, actor: Actor, campaign: Campaign) -> list[tuple[str, bool]]:
    with database.reading() as session:
        return [(line.unit, line.current) for line in freezing.frozen(session, actor, campaign.id)]


@on_sqlite
@pytest.mark.parametrize("method", [f"m1-f1-x1-{rule}@1" for rule in ("v1", "v2", "v4", "c2-v1")])
def test_a_result_is_what_the_report_of_the_unit_shows(
    database: Database,
    analyst: Actor,
    world: World,
    make_campaign: MakeCampaign,
    fill: Fill,
    make_population: MakePopulation,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
) -> None:
    loaded = index_method(method)
    short = loaded.definition.model_copy(update={"factor_rule": "F3"})  # the short form has no criteria
    monkeypatch.setattr(material, "index_method", lambda _: type(loaded)(short, "0", ""))
    made = make_campaign(accepts="ABC", counts="AB")
    make_population(made, world.an, world.land, 1000)
    for unit, good, bad in ((world.an, 90, 10), (world.binh, 40, 20), (world.department, 3, 1)):
        fill(made, unit, good, bad)
    fill(made, world.an, 0, 30, channel="C")
    with database.reading() as session:
        for unit in (world.an, world.binh, world.department, world.province, world.hamlet):
            found = freezing.result(session, analyst, made.id, unit.id)
            content = report(session, analyst, made.id, unit.id, today=TODAY)
            assert (found.estimate, found.data_hash) == (content.whole.score.index, content.method.data_hash)
            assert (found.method_hash, found.level) == (content.method.index_method_hash, content.method.level)


def test_a_frozen_result_keeps_all_of_it_and_stands_still(
    database: Database, analyst: Actor, world: World, filled: Campaign, clock: Clock
) -> None:
    found = taken(database, analyst, filled, world.an.id)
    with database.transaction() as session:
        freezing.freeze(session, analyst, found, clock(), seen=found.data_hash)
    (row,) = stored(database)
    interval = found.estimate.interval
    assert interval is not None
    assert found.estimate.variance is not None
    assert (row.value, row.lower, row.upper) == (found.estimate.value, interval.lower, interval.upper)
    assert (row.level, row.answers, row.made_on) == (0.95, found.estimate.n, TODAY)
    assert row.standard_error == pytest.approx(found.estimate.variance**0.5)
    assert (row.method_ref, row.method_hash, row.data_hash) == (found.method_ref, found.method_hash, found.data_hash)
    assert (row.method_ref, row.account_id) == ("m1-f3-x1-v1@1", analyst.account_id)
    with database.reading() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "result_frozen")).one()
        assert event.subject == f"campaign {filled.id}"
        assert found.data_hash in event.detail
    with pytest.raises(exc.DBAPIError, match="is frozen"), database.transaction() as session:
        session.execute(update(FrozenResult).values(value=1.0))


def test_without_an_interval_none_is_kept() -> None:
    bare = freezing.Result(
        campaign_id=1,
        unit_id=1,
        estimate=Estimate(value=0.75, n=8),
        level=0.95,
        method_ref="m@1",
        method_hash="0",
        data_hash="1",
    )
    assert bare.standard_error is None


@on_sqlite
def test_a_result_without_an_interval_is_listed_without(
    database: Database, analyst: Actor, world: World, filled: Campaign, clock: Clock
) -> None:
    bare = freezing.Result(
        campaign_id=filled.id,
        unit_id=world.an.id,
        estimate=Estimate(value=0.75, n=8),
        level=0.95,
        method_ref="m@1",
        method_hash="0" * 64,
        data_hash="1" * 64,
    )
    with database.transaction() as session:
        freezing.freeze(session, analyst, bare, clock(), seen=bare.data_hash)
        (line,) = freezing.frozen(session, analyst, filled.id)
    assert line.estimate == Estimate(value=0.75, n=8)
    assert not line.current


@on_sqlite
def test_what_is_not_shown_is_not_frozen(
    session: Session, analyst: Actor, world: World, filled: Campaign, clock: Clock
) -> None:
    hidden = freezing.result(session, analyst, filled.id, world.department.id)
    with pytest.raises(Rejected, match="no_value"):
        freezing.freeze(session, analyst, hidden, clock(), seen=hidden.data_hash)
    assert freezing.freeze_all(session, analyst, [hidden], clock()) == 0


@on_sqlite
def test_what_changed_since_it_was_seen_is_not_frozen_and_nothing_twice(
    session: Session, analyst: Actor, world: World, filled: Campaign, clock: Clock
) -> None:
    found = freezing.result(session, analyst, filled.id, world.an.id)
    with pytest.raises(Conflict, match="changed_meanwhile"):
        freezing.freeze(session, analyst, found, clock(), seen="another")
    freezing.freeze(session, analyst, found, clock(), seen=found.data_hash)
    with pytest.raises(Conflict, match="frozen_already"):
        freezing.freeze(session, analyst, found, clock(), seen=found.data_hash)


def test_all_units_with_a_shown_result_are_frozen_at_once(
    database: Database, analyst: Actor, world: World, filled: Campaign, clock: Clock
) -> None:
    with database.reading() as session:
        found = freezing.results(session, analyst, filled.id, world.province.id)
    with database.transaction() as session:
        assert freezing.freeze_all(session, analyst, found, clock()) == 3
    with database.transaction() as session:
        assert freezing.freeze_all(session, analyst, found, clock()) == 0
    assert {row.unit_id for row in stored(database)} == {world.an.id, world.binh.id, world.district.id}
    of_unit = {row.unit_id: row.answers for row in stored(database)}
    assert of_unit[world.an.id] == 177  # with the district that only An Cọ succeeded


def test_the_list_says_whether_the_data_are_still_the_same(
    database: Database, analyst: Actor, world: World, filled: Campaign, clock: Clock, fill: Fill
) -> None:
    with database.reading() as session:
        assert freezing.campaigns(session, analyst) == ()
        assert freezing.frozen(session, analyst, filled.id) == ()
        found = freezing.results(session, analyst, filled.id, world.province.id)
    with database.transaction() as session:
        freezing.freeze_all(session, analyst, found, clock())
    names = ["Huyện Cũ", "Xã An Cọ", "Xã Bình Đa"]
    assert listed(database, analyst, filled) == [(name, True) for name in names]
    fill(filled, world.binh, 10)
    assert listed(database, analyst, filled) == [(name, name != "Xã Bình Đa") for name in names]
    again = taken(database, analyst, filled, world.binh.id)
    with database.transaction() as session:
        freezing.freeze(session, analyst, again, clock(), seen=again.data_hash)
        assert freezing.campaigns(session, analyst) == ((filled.id, filled.title, 4),)
    assert listed(database, analyst, filled)[2:] == [("Xã Bình Đa", True), ("Xã Bình Đa", False)]


@pytest.fixture
def leader(world: World, make_actor: MakeActor) -> Actor:
    return make_actor(Role.LEADER, world.province)


@pytest.fixture
def elsewhere(world: World, make_actor: MakeActor) -> Actor:
    return make_actor(Role.ANALYST, world.binh)


@on_sqlite
def test_only_home_affairs_freezes_and_only_its_units(
    analyst: Actor, leader: Actor, elsewhere: Actor, world: World, filled: Campaign, clock: Clock, session: Session
) -> None:
    found = freezing.result(session, analyst, filled.id, world.an.id)
    for refused in (
        lambda: freezing.freeze(session, leader, found, clock(), seen=found.data_hash),
        lambda: freezing.freeze_all(session, leader, [found], clock()),
        lambda: freezing.results(session, leader, filled.id, world.an.id),
        lambda: freezing.frozen(session, leader, filled.id),
        lambda: freezing.campaigns(session, leader),
    ):
        with pytest.raises(NotAllowed):
            refused()
    for foreign in (
        lambda: freezing.freeze(session, elsewhere, found, clock(), seen=found.data_hash),
        lambda: freezing.freeze_all(session, elsewhere, [found], clock()),
        lambda: freezing.result(session, elsewhere, filled.id, world.an.id),
    ):
        with pytest.raises(NotFound):
            foreign()
    assert session.scalar(select(func.count()).select_from(FrozenResult)) == 0


# --- pages


def said(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", page)))


@on_sqlite
def test_the_results_page_freezes_what_it_shows(
    browser: Client, database: Database, world: World, filled: Campaign, fill: Fill
) -> None:
    page = browser.get(f"/results/{filled.id}/overview?unit={world.an.id}").get_data(as_text=True)
    assert "Chốt kết quả này cho Chỉ số CCHC" in page
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen is not None
    path = f"/results/{filled.id}/{world.an.id}/freeze"
    answer = browser.send(path, {"seen": seen[1]})
    assert answer.location == f"/results/frozen?campaign={filled.id}"
    found = said(browser.get(answer.location).get_data(as_text=True))
    assert "Đã chốt kết quả cho Chỉ số CCHC." in found
    assert "Xã An Cọ" in found
    assert "không đổi" in found
    assert seen[1][:16] in found
    again = browser.send(path, {"seen": seen[1]}, follow_redirects=True).get_data(as_text=True)
    assert "đã được chốt với đúng số liệu hiện nay" in again
    fill(filled, world.an, 10)
    changed = browser.send(path, {"seen": seen[1]}, follow_redirects=True).get_data(as_text=True)
    assert "số liệu vừa thay đổi" in changed
    assert "đã thay đổi" in said(browser.get("/results/frozen").get_data(as_text=True))
    assert len(stored(database)) == 1


@on_sqlite
def test_all_units_are_frozen_from_the_page(
    browser: Client, database: Database, analyst: Actor, world: World, filled: Campaign
) -> None:
    answer = browser.send(f"/results/{filled.id}/{world.province.id}/freeze-all", follow_redirects=True)
    page = said(answer.get_data(as_text=True))
    assert "Đã chốt kết quả của 3 đơn vị; 2 đơn vị đã chốt trước đó hoặc không công bố." in page
    hidden = browser.get(f"/results/{filled.id}/overview?unit={world.department.id}").get_data(as_text=True)
    assert "không chốt được" in hidden
    seen = {"seen": taken(database, analyst, filled, world.department.id).data_hash}
    refused = browser.send(f"/results/{filled.id}/{world.department.id}/freeze", seen, follow_redirects=True)
    assert "Không chốt được" in refused.get_data(as_text=True)
    none = browser.send(f"/results/{filled.id}/{world.department.id}/freeze-all", follow_redirects=True)
    assert "Đã chốt kết quả của 0 đơn vị; 1 đơn vị" in none.get_data(as_text=True)


@on_sqlite
def test_an_empty_list_says_what_to_do(browser: Client) -> None:
    assert "Chưa chốt kết quả nào" in browser.get("/results/frozen").get_data(as_text=True)


@on_sqlite
def test_who_only_reads_sees_no_button(
    world: World, filled: Campaign, sign_in: SignIn, make_account: MakeAccount
) -> None:
    leader = sign_in(make_account(Role.LEADER, world.province))
    assert "Chốt kết quả" not in leader.get(f"/results/{filled.id}/overview").get_data(as_text=True)
