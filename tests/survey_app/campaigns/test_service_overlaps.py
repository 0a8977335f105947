"""A channel at a place leads to one form at a time."""

import datetime
import threading
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.campaigns import service
from survey_app.db import Database
from survey_app.errors import Rejected
from survey_app.models import (
    Campaign,
    Unit,
)
from survey_app.policy import Actor, Role
from tests.conftest import Clock
from tests.factories.accounts import MakeActor
from tests.factories.campaigns import MakeCampaign
from tests.factories.units import MakeField, MakeUnit
from tests.survey_app.campaigns.drafts import SHORT, analyst, commune, district, opened

__all__ = ["analyst", "commune", "district"]


OVERLAPS: list[tuple[dict[str, object], bool]] = [
    ({}, True),
    ({"accepts": "AC"}, True),
    ({"accepts": "AB", "counts": "A"}, False),
    ({"starts_on": datetime.date(2026, 7, 1)}, False),
    ({"starts_on": datetime.date(2026, 6, 30)}, True),  # the last day of the other
    ({"starts_on": datetime.date(2025, 1, 1), "ends_on": datetime.date(2025, 12, 31)}, False),
    ({"starts_on": datetime.date(2025, 1, 1), "ends_on": datetime.date(2026, 1, 1)}, True),
    ({"definition_ref": "counter-2640@1", "method_ref": "m1-f1-x1-v1@1"}, True),  # another form makes it no better
]


def test_a_channel_leads_to_one_form_at_a_time(session: Session, analyst: Actor, clock: Clock) -> None:
    first = opened(session, analyst, clock, replace(SHORT, ends_on=datetime.date(2026, 6, 30)))
    for changes, overlap in OVERLAPS:
        undo = session.begin_nested()
        second = replace(SHORT, title="Đợt hai", **changes)  # type: ignore[arg-type]
        if overlap:
            with pytest.raises(Rejected) as refusal:
                opened(session, analyst, clock, second)
            assert refusal.value.problems == {"accepts": "overlap"}, changes
            assert refusal.value.details["other"] == SHORT.title
            service.close(session, analyst, first, clock())  # a closed one is in nobody's way
        opened(session, analyst, clock, second)
        undo.rollback()


def test_places_and_fields_keep_campaigns_apart(
    session: Session,
    analyst: Actor,
    clock: Clock,
    district: Unit,
    commune: Unit,
    make_unit: MakeUnit,
    province: Unit,
    make_field: MakeField,
) -> None:
    land, health = make_field("land"), make_field("health", "Y tế")

    def clash(one: dict[str, object], other: dict[str, object]) -> bool:
        undo = session.begin_nested()
        try:
            opened(session, analyst, clock, replace(SHORT, **one))  # type: ignore[arg-type]
            opened(session, analyst, clock, replace(SHORT, **other))  # type: ignore[arg-type]
        except Rejected:
            return True
        finally:
            undo.rollback()
        return False

    here, there = {"units": (commune.id,)}, {"units": (district.id,)}
    whole, root = dict[str, object](), {"units": (province.id,)}
    assert clash(here, here)
    assert clash(here, there)  # the commune lies in the district
    assert clash(whole, here)
    assert clash(here, whole)
    assert clash(root, here)
    of_land, of_health = {"fields": (land.key,)}, {"fields": (health.key,)}
    assert clash(of_land, of_land)
    assert not clash(of_land, of_health)
    assert clash(of_land, whole)
    assert not clash({**here, **of_land}, {**here, **of_health})
    assert clash({**here, **of_land}, {**there, **of_land})


def test_campaigns_at_different_places_may_run_at_once(
    session: Session, make_actor: MakeActor, clock: Clock, commune: Unit, make_unit: MakeUnit, province: Unit
) -> None:
    other = make_unit("Xã Bình Đa", parent=province)
    analyst = make_actor(Role.ANALYST, province)
    for unit in (commune, other):
        opened(session, analyst, clock, replace(SHORT, units=(unit.id,)))
    assert len(session.scalars(select(Campaign).where(Campaign.state == "open")).all()) == 2


def test_moving_the_last_day_must_not_make_an_overlap(session: Session, analyst: Actor, clock: Clock) -> None:
    first = replace(SHORT, ends_on=datetime.date(2026, 6, 30))
    second = replace(SHORT, starts_on=datetime.date(2026, 7, 1), title="Đợt hai")
    numbers = [opened(session, analyst, clock, draft) for draft in (first, second)]
    with pytest.raises(Rejected, match="overlap"):
        service.edit(session, analyst, numbers[0], replace(first, ends_on=None), clock())


def test_two_people_cannot_open_what_overlaps_at_the_same_moment(
    database: Database, analyst: Actor, clock: Clock, make_campaign: MakeCampaign
) -> None:
    one, other = make_campaign(state="draft"), make_campaign(state="draft", title="Đợt hai")
    refusals: list[Rejected] = []

    def second() -> None:
        try:
            with database.transaction() as mine:
                service.open_campaign(mine, analyst, other.id, clock())
        except Rejected as refusal:
            refusals.append(refusal)

    meanwhile = threading.Thread(target=second)
    with database.transaction() as session:
        service.open_campaign(session, analyst, one.id, clock())
        meanwhile.start()
        meanwhile.join(0.2)
    meanwhile.join()
    assert [refusal.reason for refusal in refusals] == ["overlap"]
    with database.reading() as session:
        assert session.scalars(select(Campaign.state).order_by(Campaign.id)).all() == ["open", "draft"]
