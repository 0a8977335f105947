"""Campaigns as lists and pages show them."""

import datetime
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from questionnaires.loader import published
from survey_app.campaigns import queries
from survey_app.errors import NotAllowed, NotFound
from survey_app.models import Campaign, Release, Unit
from survey_app.policy import Role
from tests.factories.accounts import MakeActor
from tests.factories.campaigns import MakeCampaign, MakePopulation
from tests.factories.submissions import MakeWaiting, answers
from tests.factories.units import MakeCounter, MakeField, MakeUnit

TARGET = ("bac-giang-2021-2030@1", "bg-2025-overall")


@pytest.fixture
def commune(make_unit: MakeUnit, province: Unit) -> Unit:
    return make_unit("Xã An Cọ", parent=province)


def test_the_latest_campaign_comes_first(
    session: Session, make_actor: MakeActor, make_campaign: MakeCampaign, province: Unit
) -> None:
    first = make_campaign(title="Cũ", starts_on=datetime.date(2025, 1, 1), state="closed")
    second = make_campaign("counter-2640@1", title="Mới", state="draft")
    third = make_campaign(title="Mới nữa", ends_on=datetime.date(2026, 6, 30))
    rows = queries.campaigns(session, make_actor(Role.ANALYST, province))
    assert [row.id for row in rows] == [third.id, second.id, first.id]
    assert [row.state for row in rows] == ["open", "draft", "closed"]
    assert rows[1].definition_ref == "counter-2640@1"
    assert (rows[0].title, rows[0].ends_on) == ("Mới nữa", datetime.date(2026, 6, 30))


def test_a_campaign_comes_with_all_that_its_form_shows(
    session: Session,
    make_actor: MakeActor,
    make_campaign: MakeCampaign,
    make_population: MakePopulation,
    make_field: MakeField,
    province: Unit,
    commune: Unit,
) -> None:
    land, health = make_field("land"), make_field("health")
    made = make_campaign(units=(commune,), fields=(land, health), targets=(TARGET,), accepts="AC", counts="A")
    make_population(made, commune, land, 100)
    make_population(made, commune, health, 20)
    make_population(made, province, land, 3)
    other = make_campaign(accepts="B", counts="B")
    actor = make_actor(Role.ANALYST, province)
    found = queries.campaign(session, actor, made.id)
    assert (found.accepts, found.counts, found.confidence, found.fewest) == (["A", "C"], ["A"], "0.95", 5)
    assert (found.units, set(found.fields), found.targets) == ([commune.id], {"land", "health"}, ["/".join(TARGET)])
    assert (found.dossiers, found.dossier_units) == (123, 2)
    assert (found.definition_ref, found.method_ref) == ("qr-short@1", "m1-f3-x1-v1@1")
    assert found.method.startswith("Tỷ lệ trả lời từ mức hài lòng trở lên")
    bare = queries.campaign(session, actor, other.id)
    assert (bare.dossiers, bare.dossier_units, bare.units, bare.fields, bare.targets) == (0, 0, [], [], [])


def test_what_does_not_exist_is_not_found(session: Session, make_actor: MakeActor, province: Unit) -> None:
    with pytest.raises(NotFound):
        queries.campaign(session, make_actor(Role.ANALYST, province), 99)


def test_a_campaign_is_made_of_living_units_in_scope(
    session: Session, make_actor: MakeActor, make_unit: MakeUnit, make_field: MakeField, province: Unit, commune: Unit
) -> None:
    make_field("land", "Đất đai")
    gone = make_unit("Huyện Cũ", parent=province, until=datetime.date(2025, 12, 31))
    whole, local = make_actor(Role.ANALYST, province), make_actor(Role.ANALYST, commune)
    found = queries.choices(session, whole)
    assert {unit for unit, _ in found.units} == {province.id, commune.id}
    assert {unit for unit, _ in queries.choices(session, local).units} == {commune.id}
    assert {unit for unit, _ in queries.choices(session, local, [gone.id]).units} == {commune.id}
    assert {unit for unit, _ in queries.choices(session, whole, [gone.id]).units} == {province.id, commune.id, gone.id}
    assert found.fields == (("land", "Đất đai"),)
    assert [ref for ref, _ in found.definitions] == list(published("satisfaction"))
    keys = [f"{ref}/{target.key}" for ref, one in published("targets").items() for target in one.definition.targets]
    assert [key for key, _ in found.targets] == keys


def test_staff_know_how_many_units_are_ready_and_no_more(
    session: Session,
    make_actor: MakeActor,
    make_campaign: MakeCampaign,
    make_counter: MakeCounter,
    make_waiting: MakeWaiting,
    province: Unit,
    commune: Unit,
) -> None:
    short, full = make_campaign(accepts="C", counts="C"), make_campaign(accepts="A", counts="A")
    here, there = make_counter(commune), make_counter(province)
    make_waiting(short, here, [answers()] * 5)
    make_waiting(full, here, [answers()] * 5, channel="A")
    make_waiting(short, there, [answers()] * 4)
    make_waiting(full, there, [answers()] * 4, channel="A")  # eight at the unit, but no figure rests on them
    whole, nowhere = make_actor(Role.ANALYST, province), make_actor(Role.ANALYST, province)
    assert queries.waiting(session, whole) == queries.Waiting(1, None)
    session.add_all([Release(campaign_id=full.id, day=datetime.date(2026, 3, day), submissions=5) for day in (2, 9, 4)])
    session.flush()
    assert queries.waiting(session, nowhere).last_release == datetime.date(2026, 3, 9)


def test_a_local_analyst_hears_of_ones_own_units(
    session: Session,
    make_actor: MakeActor,
    make_campaign: MakeCampaign,
    make_counter: MakeCounter,
    make_waiting: MakeWaiting,
    make_population: MakePopulation,
    make_field: MakeField,
    province: Unit,
    commune: Unit,
) -> None:
    made, land = make_campaign(), make_field("land")
    make_waiting(made, make_counter(province), [answers()] * 5)
    make_population(made, province, land, 50)
    make_population(made, commune, land, 60)
    whole, local = make_actor(Role.ANALYST, province), make_actor(Role.ANALYST, commune)
    assert queries.waiting(session, local).units_ready == 0
    assert queries.waiting(session, whole).units_ready == 1
    assert queries.population_rows(session, local, made.id) == ((commune.code, commune.name, "land", 60, None),)
    assert len(queries.population_rows(session, whole, made.id)) == 2
    with pytest.raises(NotFound):
        queries.population_rows(session, whole, made.id + 1)


def test_only_home_affairs_sees_them(
    session: Session, make_actor: MakeActor, make_campaign: MakeCampaign, province: Unit
) -> None:
    made: Campaign = make_campaign()
    actors = [make_actor(role, province) for role in set(Role) - {Role.ANALYST}]
    for actor in actors:
        calls: list[Callable[[], object]] = [
            lambda actor=actor: queries.campaigns(session, actor),  # type: ignore[misc]
            lambda actor=actor: queries.campaign(session, actor, made.id),  # type: ignore[misc]
            lambda actor=actor: queries.choices(session, actor),  # type: ignore[misc]
            lambda actor=actor: queries.waiting(session, actor),  # type: ignore[misc]
            lambda actor=actor: queries.population_rows(session, actor, made.id),  # type: ignore[misc]
        ]
        for call in calls:
            with pytest.raises(NotAllowed):
                call()
