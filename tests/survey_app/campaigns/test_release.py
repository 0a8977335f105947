"""Batches: when submissions leave the inbox, and what stays of their order and keys."""

import datetime
import json
import random
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from scipy.stats import spearmanr
from sqlalchemy import func, insert, select, text

from survey_app import codes
from survey_app.audit import verify
from survey_app.campaigns import release
from survey_app.campaigns.tallying import recount
from survey_app.db import Database
from survey_app.errors import NotAllowed
from survey_app.models import (
    AuditEvent,
    Campaign,
    Counter,
    Inbox,
    Receipt,
    Release,
    Submission,
    SubmissionExtra,
    TallyCell,
    Unit,
)
from survey_app.policy import Role
from tests.conftest import Clock
from tests.factories.accounts import MakeActor
from tests.factories.campaigns import MakeCampaign
from tests.factories.submissions import MakeReleased, MakeWaiting, answers
from tests.factories.units import MakeCounter, MakeField, MakeUnit

TODAY = datetime.date(2026, 3, 16)
YESTERDAY = TODAY - datetime.timedelta(days=1)


@pytest.fixture
def commune(make_unit: MakeUnit, province: Unit) -> Unit:
    return make_unit("Xã An Cọ", parent=province)


@pytest.fixture
def counter(commune: Unit, make_counter: MakeCounter) -> Counter:
    return make_counter(commune)


@pytest.fixture
def campaign(make_campaign: MakeCampaign) -> Campaign:
    return make_campaign()


def full(database: Database, today: datetime.date = TODAY) -> int:
    with database.transaction() as session:
        return release.release_full(session, today)


def day_end(database: Database, today: datetime.date = TODAY, *, with_today: bool = False) -> int:
    with database.transaction() as session:
        return release.release_at_day_end(session, today, with_today=with_today)


def number_of(database: Database, table: type) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def differences(database: Database) -> list[object]:
    with database.reading() as session:
        return list(recount(session))


# --- when


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


def test_the_batch_is_that_of_a_unit_and_a_campaign(
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


def test_what_has_waited_too_long_goes_whatever_its_number(
    database: Database,
    province: Unit,
    campaign: Campaign,
    counter: Counter,
    make_counter: MakeCounter,
    make_waiting: MakeWaiting,
) -> None:
    make_waiting(campaign, counter, [answers()], day=TODAY - datetime.timedelta(days=30))
    assert day_end(database) == 0
    make_waiting(campaign, counter, [answers()], day=YESTERDAY)
    make_waiting(campaign, counter, [answers()], day=TODAY)
    make_waiting(campaign, make_counter(province), [answers()], day=YESTERDAY)
    tomorrow = TODAY + datetime.timedelta(days=1)
    assert day_end(database, tomorrow) == 3  # with what else waits at the same place, but nowhere else
    assert number_of(database, Inbox) == 1


def test_what_reached_a_closed_campaign_goes_at_days_end(
    database: Database, counter: Counter, make_campaign: MakeCampaign, make_waiting: MakeWaiting
) -> None:
    closed, running = make_campaign(state="closed", accepts="A", counts="A"), make_campaign(accepts="C", counts="C")
    make_waiting(closed, counter, [answers()] * 2, day=YESTERDAY, channel="A")
    make_waiting(running, counter, [answers()] * 2, day=YESTERDAY)
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


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ANALYST])
def test_nobody_else_releases(make_actor: MakeActor, province: Unit, database: Database, clock: Clock, role: Role) -> None:
    actor = make_actor(role, province)
    with database.transaction() as session, pytest.raises(NotAllowed):
        release.release_by_hand(session, actor, clock())


# --- what


def test_answers_move_whole_under_new_keys(
    database: Database, counter: Counter, make_campaign: MakeCampaign, make_waiting: MakeWaiting
) -> None:
    full_form = make_campaign("counter-2640@1", accepts="AB", counts="A")
    sets = [
        {"LOC": "1", "CHUNG": str(i % 5 + 1), "CHO": i, "MD": ("1", "10"), "YK": f"Ý kiến {i}"} for i in range(10)
    ]
    make_waiting(full_form, counter, [dict(given) for given in sets], channel="B")
    with database.reading() as session:
        waiting = {row.key: (row.codes, json.loads(row.extras)) for row in session.scalars(select(Inbox))}
    assert full(database) == 10
    with database.reading() as session:
        moved = {row.key: row for row in session.scalars(select(Submission))}
        extras: dict[uuid.UUID, dict[str, str]] = {key: {} for key in moved}
        for row in session.scalars(select(SubmissionExtra)):
            extras[row.submission_key][row.item] = row.value
        for row in moved.values():
            assert (row.campaign_id, row.definition_id) == (full_form.id, full_form.definition_id)
            assert (row.unit_id, row.counter_id, row.field_key) == (counter.unit_id, counter.id, None)
            assert (row.channel, row.day) == ("B", TODAY)
    assert not set(moved) & set(waiting)
    assert {key.version for key in moved} == {4}
    after = [(row.codes, extras[key]) for key, row in moved.items()]
    assert sorted(after, key=str) == sorted(waiting.values(), key=str)
    assert differences(database) == []


def test_what_the_filter_question_leaves_out_is_received_but_not_counted(
    database: Database, counter: Counter, make_campaign: MakeCampaign, make_waiting: MakeWaiting
) -> None:
    full_form = make_campaign("counter-2640@1")
    without_result = {"LOC": "2", "CHUNG": "1", "CHO": 500, "MD": ("2",)}
    make_waiting(full_form, counter, [{"LOC": "1", "CHUNG": "5", "CHO": 10, "MD": ("1",)}] * 7 + [without_result] * 3)
    assert full(database) == 10
    with database.reading() as session:
        cell = session.scalars(select(TallyCell)).one()
        found = release.tally_of("counter-2640@1", [])
        found = type(found)(found.layout, release_vector(cell))
    assert (cell.received, int(found.received), int(found.counted)) == (10, 10, 7)
    assert found.numbers.tolist() == [[7, 70, 700]]
    assert found.choices[0] == found.choices[1] == 7
    assert differences(database) == []


def release_vector(cell: TallyCell) -> object:
    from survey_app.definitions import layout

    return None
