"""What a result is computed from."""

import datetime
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from survey_app.errors import NotAllowed, NotFound
from survey_app.models import Campaign, Release, Unit
from survey_app.policy import Actor, Role
from survey_app.results import queries
from tests.factories.accounts import MakeActor
from tests.factories.campaigns import MakeCampaign
from tests.factories.units import MakeUnit
from tests.survey_app.results.conftest import BORDER, HEALTH, LAND, OVERALL, SCHOOLS, WAITING, World


def test_drafts_have_no_results(session: Session, analyst: Actor, make_campaign: MakeCampaign) -> None:
    old = make_campaign(title="Cũ", state="closed", starts_on=datetime.date(2025, 1, 1))
    new = make_campaign(title="Mới")
    draft = make_campaign(title="Nháp", state="draft")
    assert queries.campaigns(session, analyst) == ((new.id, "Mới"), (old.id, "Cũ"))
    for number in (draft.id, 99):
        with pytest.raises(NotFound):
            queries.campaign(session, analyst, number)


def test_the_facts_of_a_campaign(session: Session, analyst: Actor, campaign: Campaign) -> None:
    found = queries.campaign(session, analyst, campaign.id)
    assert (found.ref, found.counts, found.accepts, found.open) == ("qr-short@1", "AB", "ABC", True)
    assert found.targets == (HEALTH, LAND, OVERALL, SCHOOLS, WAITING)
    assert found.reach is None
    assert len(found.content_hash) == 64
    assert hash(found) == hash(queries.campaign(session, analyst, campaign.id))


def test_a_limited_campaign_reaches_its_units_and_what_they_cover(
    session: Session, make_actor: MakeActor, make_campaign: MakeCampaign, world: World
) -> None:
    limited = make_campaign(units=(world.an, world.department), state="closed")
    actor = make_actor(Role.LEADER, world.province)
    found = queries.campaign(session, actor, limited.id)
    assert found.reach == {world.an.id, world.department.id, world.district.id}
    assert not found.open


def test_a_unit_comes_first_with_all_it_covers(session: Session, make_actor: MakeActor, world: World) -> None:
    whole, local = make_actor(Role.LEADER, world.province), make_actor(Role.INSPECTOR, world.an)
    found = queries.units(session, whole, world.province.id)
    assert found[0].id == world.province.id
    assert {unit.id for unit in found} == whole.units
    assert [unit.name for unit in queries.units(session, whole, world.an.id)] == ["Xã An Cọ", "Huyện Cũ"]
    assert [unit.id for unit in queries.units(session, local, world.an.id)] == [world.an.id, world.district.id]
    for unit in (world.binh, world.province):
        with pytest.raises(NotFound):
            queries.units(session, local, unit.id)
    with pytest.raises(NotFound):
        queries.units(session, whole, 999)


def test_cells_are_those_of_the_units_and_channels(session: Session, filled: Campaign, world: World) -> None:
    cells = list(queries.cells(session, filled.id, [world.an.id, world.binh.id], "AB"))
    assert [(cell.unit_id, cell.field_key, cell.channel, cell.received) for cell in cells] == [
        (world.an.id, "", "A", 100),
        (world.an.id, "land", "B", 60),
        (world.binh.id, "", "A", 60),
    ]
    assert [cell.received for cell in queries.cells(session, filled.id, [world.binh.id], "C")] == [30]
    assert list(queries.cells(session, filled.id, [], "ABC")) == []
    assert list(queries.cells(session, filled.id + 1, [world.an.id], "ABC")) == []


def test_what_came_by_each_channel(session: Session, filled: Campaign, world: World) -> None:
    everywhere = [world.an.id, world.binh.id, world.department.id, world.hamlet.id, world.district.id]
    assert queries.received_by_channel(session, filled.id, everywhere) == {"A": 184, "B": 60, "C": 30}
    assert queries.received_by_channel(session, filled.id, [world.an.id]) == {"A": 100, "B": 60}


def test_dossiers_by_unit_and_field(session: Session, filled: Campaign, world: World) -> None:
    found = queries.populations(session, filled.id, [world.an.id, world.binh.id])
    assert found == {(world.an.id, "land"): 1000, (world.binh.id, "land"): 100}


def test_borders_are_the_days_on_which_units_gave_way(
    session: Session, world: World, make_unit: MakeUnit, province: Unit
) -> None:
    closed_without_successor = make_unit("Phòng Cũ", parent=province, until=datetime.date(2026, 1, 1))
    everything = [world.an.id, world.district.id, closed_without_successor.id]
    assert queries.border_days(session, everything) == (BORDER,)
    assert queries.border_days(session, [world.an.id]) == ()


def test_the_stamp_is_the_last_batch_of_the_campaign(session: Session, make_campaign: MakeCampaign) -> None:
    campaign, other = make_campaign(accepts="A", counts="A"), make_campaign(accepts="B", counts="B")
    assert queries.stamp(session, campaign.id) == queries.Stamp(0, None)
    batches = [(campaign, 9), (campaign, 2), (other, 20)]
    session.add_all([Release(campaign_id=c.id, day=datetime.date(2026, 3, day), submissions=5) for c, day in batches])
    session.flush()
    found = queries.stamp(session, campaign.id)
    assert found.release > 0
    assert found.as_of == datetime.date(2026, 3, 9)


def test_levels_and_fields_in_their_order(session: Session, world: World) -> None:
    levels = queries.levels(session)
    assert [level.key for level in levels][::4] == ["commune", "department"]
    assert {level.key for level in levels[1:4]} == {"province", "vertical", "district"}
    assert {level.key for level in levels if not level.ranked} == {"province"}
    assert queries.fields(session) == {"land": "Đất đai", "health": "Y tế"}


def test_who_reads_results(session: Session, make_actor: MakeActor, campaign: Campaign, world: World) -> None:
    actors = {role: make_actor(role, world.province) for role in Role}
    readers = {Role.ANALYST, Role.APPRAISER, Role.INSPECTOR, Role.LEADER}
    for role, actor in actors.items():
        calls: list[Callable[[], object]] = [
            lambda actor=actor: queries.campaigns(session, actor),  # type: ignore[misc]
            lambda actor=actor: queries.campaign(session, actor, campaign.id),  # type: ignore[misc]
            lambda actor=actor: queries.units(session, actor, world.province.id),  # type: ignore[misc]
        ]
        for call in calls:
            if role in readers:
                assert call()
            else:
                with pytest.raises(NotAllowed):
                    call()
