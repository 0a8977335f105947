"""What a release moves, in which order, and what failures and races leave of it."""

import datetime
import json
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from scipy.stats import spearmanr
from sqlalchemy import func, insert, select, text

from scoring.tally import unpack
from survey_app import codes
from survey_app.campaigns import release
from survey_app.campaigns.tallying import recount
from survey_app.db import Database
from survey_app.definitions import layout
from survey_app.models import (
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
from tests.factories.campaigns import MakeCampaign
from tests.factories.submissions import MakeReleased, MakeWaiting, answers
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


def differences(database: Database) -> list[object]:
    with database.reading() as session:
        return list(recount(session))


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
