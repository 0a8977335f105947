"""Batches: when submissions leave the inbox, and what stays of their order and keys."""

import datetime
import itertools
import json
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from scipy.stats import spearmanr
from sqlalchemy import func, insert, select, text

from reports.method import BATCHES
from scoring.tally import unpack
from survey_app import codes
from survey_app.campaigns import release
from survey_app.campaigns.tallying import recount
from survey_app.db import Database
from survey_app.definitions import layout
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
        for counter, number in zip(counters, rng.poisson([2, 1, 0.3]), strict=True):
            make_waiting(campaign, counter, [answers()] * number, day=day, channel=str(rng.choice(["A", "C"])))
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


def cells(database: Database) -> dict[tuple[object, ...], int]:
    query = select(TallyCell.field_key, TallyCell.channel, TallyCell.month, TallyCell.received)
    with database.reading() as session:
        return {tuple(row[:3]): row[3] for row in session.execute(query.order_by(*query.selected_columns))}


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


# --- what


def test_answers_move_whole_under_new_keys(
    database: Database, counter: Counter, make_campaign: MakeCampaign, make_waiting: MakeWaiting
) -> None:
    full_form = make_campaign("counter-2640@1", accepts="AB", counts="A")
    sets = [{"LOC": "1", "CHUNG": str(i % 5 + 1), "CHO": i, "MD": ("1", "10"), "YK": f"Ý kiến {i}"} for i in range(10)]
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
        after = [(row.codes, extras[key]) for key, row in moved.items()]
    assert not set(extras) & set(waiting)
    assert {key.version for key in extras} == {4}
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
        received, data = session.execute(select(TallyCell.received, TallyCell.data)).one()
    tally = unpack(layout("counter-2640@1"), data)
    assert (received, int(tally.received), int(tally.counted)) == (10, 10, 7)
    assert tally.numbers.tolist() == [[7, 70, 700]]
    assert tally.choices[:3].tolist() == [7, 7, 0]
    assert differences(database) == []


def test_a_batch_lands_in_the_cells_of_its_field_channel_and_month(
    database: Database,
    commune: Unit,
    campaign: Campaign,
    make_counter: MakeCounter,
    make_field: MakeField,
    make_waiting: MakeWaiting,
) -> None:
    land, general = make_counter(commune, "Đất đai", field=make_field("land")), make_counter(commune)
    february = datetime.date(2026, 2, 28)
    make_waiting(campaign, land, [answers()] * 14, day=TODAY, channel="A")
    make_waiting(campaign, land, [answers()] * 13, day=february, channel="A")
    make_waiting(campaign, general, [answers()] * 12, day=TODAY, channel="C")
    make_waiting(campaign, general, [answers()] * 9, day=TODAY, channel="B")
    assert full(database) == 39
    march, february = TODAY.replace(day=1), february.replace(day=1)
    found = {("land", "A", march): 14, ("land", "A", february): 13, ("", "C", march): 12}
    assert cells(database) == found
    make_waiting(campaign, land, [answers()] * 10, day=TODAY, channel="A")
    make_waiting(campaign, general, [answers()], day=TODAY, channel="B")
    assert full(database) == 20
    assert cells(database) == found | {("land", "A", march): 24, ("", "B", march): 10}
    assert differences(database) == []


# --- order


def numbered(i: int) -> dict[str, str]:
    """A set of answers that tells the i-th citizen from all others."""
    digits = [str(i // 5**place % 5 + 1) for place in range(6)]
    return dict(zip(("TC0", "TT0", "CC0", "KQ0", "PA0", "CHUNG"), digits, strict=True))


def number_in(codes: str) -> int:
    return sum((int(digit) - 1) * 5**place for place, digit in enumerate(codes[:6]))


def test_the_order_of_rows_says_nothing_about_the_order_of_arrival(
    database: Database,
    campaign: Campaign,
    counter: Counter,
    make_waiting: MakeWaiting,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seeded = np.random.default_rng(2026)  # the test must not fail by chance
    monkeypatch.setattr(uuid, "uuid4", lambda: uuid.UUID(bytes=seeded.bytes(16), version=4))
    for start in range(0, 1000, 10):  # in batches as people come, ten at a time
        make_waiting(campaign, counter, [numbered(i) | {"CHO": i % 600} for i in range(start, start + 10)])
        assert full(database) == 10
    with database.transaction() as session:
        receipts = [{"code": codes.draw(10), "campaign_id": campaign.id} for _ in range(100)]
        session.execute(insert(Receipt), receipts)
    with database.transaction() as session:
        release.scatter(session)
    stored = "" if database.sqlite else "ORDER BY ctid"
    with database.reading() as session:
        arrived = [number_in(code) for code in session.scalars(text(f"SELECT codes FROM submission {stored}"))]  # noqa: S608
        for table, key in (("submission", "key"), ("submission_extra", "submission_key"), ("receipt", "code")):
            found = session.scalars(text(f"SELECT {key} FROM {table} {stored}")).all()  # noqa: S608
            assert len(found) >= 100
            assert list(found) == sorted(found), table
    assert sorted(arrived) == list(range(1000))
    assert abs(spearmanr(arrived, range(1000)).statistic) < 0.1


def test_a_large_backlog_goes_in_one_piece(
    database: Database, campaign: Campaign, counter: Counter, make_waiting: MakeWaiting
) -> None:
    make_waiting(campaign, counter, [numbered(i) | {"CHO": 5} for i in range(1201)], day=YESTERDAY)
    assert day_end(database) == 1201
    assert number_of(database, Inbox) == 0
    stored = "" if database.sqlite else "ORDER BY ctid"
    with database.reading() as session:  # by key from the start, before any rewriting
        for table, key in (("submission", "key"), ("submission_extra", "submission_key")):
            found = session.scalars(text(f"SELECT {key} FROM {table} {stored}")).all()  # noqa: S608
            assert list(found) == sorted(found), table
    assert differences(database) == []


# --- failures and races


def test_a_failure_in_between_leaves_inbox_and_tally_untouched(
    database: Database, campaign: Campaign, counter: Counter, make_waiting: MakeWaiting, make_released: MakeReleased
) -> None:
    make_released(campaign, counter, [answers()] * 3)
    make_waiting(campaign, counter, [answers()] * 10)

    def state() -> list[object]:
        with database.reading() as session:
            cells = session.execute(select(TallyCell.received, TallyCell.data))
            return [
                sorted(session.scalars(select(Inbox.key))),
                sorted(session.scalars(select(Submission.key))),
                [tuple(cell) for cell in cells],
                session.scalar(select(func.count()).select_from(Release)),
            ]

    def killed() -> None:
        with database.transaction() as session:
            assert release.release_full(session, TODAY) == 10
            assert session.scalar(select(func.count()).select_from(Inbox)) == 0
            raise KeyboardInterrupt

    before = state()
    with pytest.raises(KeyboardInterrupt):
        killed()
    assert state() == before
    assert full(database) == 10
    assert differences(database) == []


def test_two_releases_at_the_same_time_count_nothing_twice(
    database: Database, campaign: Campaign, commune: Unit, make_counter: MakeCounter, make_waiting: MakeWaiting
) -> None:
    for number in range(4):
        make_waiting(campaign, make_counter(commune, f"Quầy {number}"), [answers()] * 10)
    together = threading.Barrier(4)

    def go(_: int) -> int:
        together.wait()
        return full(database)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(go, range(4))) == 40
    assert (number_of(database, Inbox), number_of(database, Submission)) == (0, 40)
    assert number_of(database, Release) == 1
    assert differences(database) == []


def test_a_release_that_waited_does_not_take_what_arrived_meanwhile(
    database: Database, campaign: Campaign, counter: Counter, make_waiting: MakeWaiting
) -> None:
    make_waiting(campaign, counter, [answers()] * 10)
    late = threading.Thread(target=make_waiting, args=(campaign, counter, [answers()] * 2))
    moved: list[int] = []
    second = threading.Thread(target=lambda: moved.append(full(database)))
    with database.transaction() as session:
        assert release.release_full(session, TODAY) == 10
        late.start()
        if not database.sqlite:  # there nobody else writes before this one is done
            late.join()
        second.start()
        second.join(0.2)
        assert second.is_alive()
    late.join()
    second.join()
    assert moved == [0]  # two are no batch, though twelve stood there for a moment
    assert number_of(database, Inbox) == 2
