"""Batches: when submissions leave the inbox, and what stays of their order and keys."""

import datetime
import itertools
import json

import numpy as np
import pytest
from sqlalchemy import func, select

from reports.method import BATCHES
from survey_app.campaigns import release
from survey_app.db import Database
from survey_app.errors import NotAllowed
from survey_app.models import (
    AuditEvent,
    Campaign,
    Counter,
    Inbox,
    Release,
    Submission,
    TallyCell,
    Unit,
)
from survey_app.policy import Role
from tests.conftest import Clock
from tests.factories.accounts import MakeActor
from tests.factories.campaigns import MakeCampaign
from tests.factories.submissions import MakeWaiting, answers
from tests.factories.units import MakeCounter, MakeField
from tests.survey_app.campaigns.releasing import (
    TODAY,
    YESTERDAY,
    campaign,
    cells,
    commune,
    counter,
    day_end,
    full,
    number_of,
)

__all__ = ["campaign", "commune", "counter"]


# --- when


def test_a_paper_form_waits_since_it_was_entered_whatever_day_it_bears(
    database: Database, campaign: Campaign, counter: Counter, make_waiting: MakeWaiting
) -> None:
    months_ago = TODAY - datetime.timedelta(days=60)
    make_waiting(campaign, counter, [answers()] * 4, channel="B", day=months_ago, entered=YESTERDAY)
    assert day_end(database) == 0  # too few, and not stale
    make_waiting(campaign, counter, [answers()], channel="B", day=months_ago, entered=TODAY)
    assert day_end(database) == 0  # one is of today
    assert day_end(database, TODAY + datetime.timedelta(days=1)) == 5


def test_ten_go_at_once_and_nine_wait(
    database: Database, campaign: Campaign, counter: Counter, make_waiting: MakeWaiting
) -> None:
    make_waiting(campaign, counter, [answers()] * 9)
    assert full(database) == 0
    assert (number_of(database, Inbox), number_of(database, Submission)) == (9, 0)
    make_waiting(campaign, counter, [answers()], day=YESTERDAY)
    assert full(database) == 10
    assert (number_of(database, Inbox), number_of(database, Submission)) == (0, 10)
    with database.reading() as session:
        batch = session.scalars(select(Release)).one()
        assert (batch.day, batch.submissions) == (TODAY, 10)
        days = session.execute(select(Submission.day, func.count()).group_by(Submission.day).order_by(Submission.day))
        assert [tuple(row) for row in days] == [(YESTERDAY, 1), (TODAY, 9)]
    assert full(database) == 0


def test_the_batch_is_that_of_a_cell_of_a_unit_and_a_campaign(
    database: Database,
    province: Unit,
    commune: Unit,
    make_campaign: MakeCampaign,
    make_counter: MakeCounter,
    make_waiting: MakeWaiting,
) -> None:
    one, other = make_campaign(accepts="C", counts="C"), make_campaign(accepts="AB", counts="AB")
    first, second, elsewhere = make_counter(commune), make_counter(commune, "Quầy số 2"), make_counter(province)
    make_waiting(one, first, [answers()] * 6)
    make_waiting(other, first, [answers()] * 4, channel="B")
    make_waiting(one, elsewhere, [answers()] * 4)
    assert full(database) == 0  # ten at the unit, and ten of the campaign, but no figure rests on ten
    make_waiting(one, second, [answers()] * 4)
    assert full(database) == 10
    with database.reading() as session:
        left = session.execute(select(Inbox.campaign_id, Inbox.unit_id).distinct())
        assert {tuple(row) for row in left} == {(other.id, commune.id), (one.id, province.id)}


def test_at_days_end_five_of_the_days_before_are_enough(
    database: Database, campaign: Campaign, counter: Counter, make_waiting: MakeWaiting
) -> None:
    make_waiting(campaign, counter, [answers()] * 4, day=YESTERDAY)
    make_waiting(campaign, counter, [answers()] * 3, day=TODAY)
    assert day_end(database) == 0  # only four of them were sent before today
    make_waiting(campaign, counter, [answers()], day=YESTERDAY - datetime.timedelta(days=9))
    assert day_end(database) == 5
    assert number_of(database, Inbox) == 3
    assert day_end(database, with_today=True) == 0
    make_waiting(campaign, counter, [answers()] * 2, day=TODAY)
    assert day_end(database) == 0
    assert day_end(database, with_today=True) == 5
    with database.reading() as session:
        assert set(session.scalars(select(Release.day))) == {TODAY}


def test_what_of_a_unit_has_waited_too_long_goes_together_when_it_is_a_batch(
    database: Database,
    province: Unit,
    commune: Unit,
    campaign: Campaign,
    make_counter: MakeCounter,
    make_field: MakeField,
    make_waiting: MakeWaiting,
) -> None:
    land, general, elsewhere = (
        make_counter(commune, field=make_field("land")),
        make_counter(commune),
        make_counter(province),
    )
    make_waiting(campaign, land, [answers()], day=TODAY - datetime.timedelta(days=30))
    make_waiting(campaign, general, [answers()] * 3, day=YESTERDAY)
    make_waiting(campaign, general, [answers()] * 2, day=TODAY)
    make_waiting(campaign, elsewhere, [answers()] * 4, day=YESTERDAY - datetime.timedelta(days=60))
    assert day_end(database) == 0  # nothing has waited for more than 30 days where there are five
    tomorrow = TODAY + datetime.timedelta(days=1)
    make_waiting(campaign, general, [answers()], day=tomorrow)
    assert day_end(database, tomorrow) == 6
    assert number_of(database, Inbox) == 5
    with database.reading() as session:
        assert dict(session.execute(select(TallyCell.field_key, TallyCell.received)).all()) == {"land": 1, "": 5}


def test_a_batch_of_a_unit_that_waits_too_long_is_not_made_up_with_todays(
    database: Database, campaign: Campaign, counter: Counter, make_waiting: MakeWaiting
) -> None:
    make_waiting(campaign, counter, [answers()] * 4, day=TODAY - datetime.timedelta(days=50))
    make_waiting(campaign, counter, [answers()], day=TODAY)
    assert day_end(database) == 0
    assert day_end(database, with_today=True) == 5


def test_no_number_of_a_report_grows_by_a_few(
    database: Database,
    commune: Unit,
    campaign: Campaign,
    make_counter: MakeCounter,
    make_field: MakeField,
    make_waiting: MakeWaiting,
) -> None:
    """Who lays the reports of any two days side by side finds no difference of one to four, in any sum of cells."""
    rng = np.random.default_rng(5)
    counters = [
        make_counter(commune),
        *(make_counter(commune, key, field=make_field(key)) for key in ("land", "health")),
    ]
    states: list[dict[tuple[object, ...], int]] = [{}]
    start = datetime.date(2026, 2, 15)
    for day in (start + datetime.timedelta(days=n) for n in range(28)):
        for each, number in zip(counters, rng.poisson([2, 1, 0.3]), strict=True):
            make_waiting(campaign, each, [answers()] * number, day=day, channel=str(rng.choice(["A", "C"])))
        assert full(database, day) + day_end(database, day) >= 0
        states.append(cells(database))
    assert len({tuple(state.items()) for state in states}) > 10
    growth = [
        later.get(cell, 0) - sooner.get(cell, 0)
        for sooner, later in itertools.combinations(states, 2)
        for cell in later
    ]
    assert set(growth).isdisjoint({-1, 1, 2, 3, 4})
    assert min(growth) == 0


def test_what_reached_a_closed_campaign_goes_at_days_end(
    database: Database, counter: Counter, make_campaign: MakeCampaign, make_waiting: MakeWaiting
) -> None:
    closed, running = make_campaign(state="closed", accepts="A", counts="A"), make_campaign(accepts="C", counts="C")
    make_waiting(closed, counter, [answers()] * 2, day=YESTERDAY, channel="A")
    make_waiting(running, counter, [answers()] * 2, day=YESTERDAY)
    assert day_end(database, YESTERDAY) == 0  # the day has not ended
    assert day_end(database) == 2
    with database.reading() as session:
        assert set(session.scalars(select(Submission.campaign_id))) == {closed.id}
        assert set(session.scalars(select(Inbox.campaign_id))) == {running.id}


def test_closing_a_campaign_releases_all_of_it_and_nothing_else(
    database: Database, province: Unit, counter: Counter, make_campaign: MakeCampaign, make_waiting: MakeWaiting
) -> None:
    one, other = make_campaign(accepts="A", counts="A"), make_campaign(accepts="C", counts="C")
    make_waiting(one, counter, [answers()], channel="A")
    make_waiting(other, counter, [answers()] * 3)
    with database.transaction() as session:
        assert release.release_campaign(session, one.id, TODAY) == 1
        assert release.release_campaign(session, one.id, TODAY) == 0
    assert number_of(database, Inbox) == 3
    assert number_of(database, Release) == 1


def test_by_hand_releases_ones_own_units_and_leaves_a_note(
    database: Database,
    province: Unit,
    commune: Unit,
    campaign: Campaign,
    counter: Counter,
    clock: Clock,
    make_actor: MakeActor,
    make_counter: MakeCounter,
    make_waiting: MakeWaiting,
) -> None:
    make_waiting(campaign, counter, [answers()] * 5)
    make_waiting(campaign, make_counter(province), [answers()] * 5)
    local, whole = make_actor(Role.ANALYST, commune), make_actor(Role.ANALYST, province)
    with database.transaction() as session:
        assert release.release_by_hand(session, local, clock()) == 5
        assert set(session.scalars(select(Inbox.unit_id))) == {province.id}
    make_waiting(campaign, counter, [answers()] * 4)
    with database.transaction() as session:
        assert release.release_by_hand(session, whole, clock()) == 5
        assert release.release_by_hand(session, whole, clock()) == 0
        events = session.execute(select(AuditEvent.account_id, AuditEvent.action, AuditEvent.detail))
        said = [(by, action, json.loads(detail)) for by, action, detail in events]
    assert said == [
        (local.account_id, "released", {"submissions": 5}),
        (whole.account_id, "released", {"submissions": 5}),
        (whole.account_id, "released", {"submissions": 0}),
    ]


def test_nobody_else_releases(make_actor: MakeActor, province: Unit, database: Database, clock: Clock) -> None:
    for role in set(Role) - {Role.ANALYST}:
        actor = make_actor(role, province)
        with database.transaction() as session, pytest.raises(NotAllowed):
            release.release_by_hand(session, actor, clock())


def test_the_method_says_how_long_answers_wait() -> None:
    assert f"ít nhất {release.SMALLEST_BATCH} phiếu" in BATCHES
    assert f"sau {release.LONGEST_WAIT.days} ngày" in BATCHES
    assert f"đủ {release.SMALLEST_BATCH} phiếu" in BATCHES
