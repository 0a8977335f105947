"""What happens by itself."""

import datetime
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from structlog.testing import capture_logs

from survey_app import codes, jobs
from survey_app.accounts import throttle
from survey_app.accounts.service import open_session
from survey_app.assessment.documents.shelf import Shelf
from survey_app.assessment.packing.making import Maker
from survey_app.db import Database
from survey_app.errors import Unavailable
from survey_app.models import (
    Campaign,
    Counter,
    DossierMac,
    Inbox,
    LoginSession,
    Receipt,
    Release,
    SignInFailure,
    Submission,
    TallyCell,
    Unit,
)
from survey_app.policy import Role
from tests.conftest import Clock
from tests.databases import on_sqlite
from tests.factories.accounts import MakeAccount
from tests.factories.campaigns import MakeCampaign
from tests.factories.submissions import MakeReleased, MakeWaiting, answers
from tests.factories.units import MakeCounter
from tests.survey_app.assessment.uploads import make_shelf

TODAY = datetime.date(2026, 3, 16)
YESTERDAY = TODAY - datetime.timedelta(days=1)


@pytest.fixture
def campaign(make_campaign: MakeCampaign) -> Campaign:
    return make_campaign()


@pytest.fixture
def counter(province: Unit, make_counter: MakeCounter) -> Counter:
    return make_counter(province)


def number_of(database: Database, table: Any) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


class Rounds(threading.Event):
    """Stops the worker after so many rounds; between them it does what the test says, and never waits."""

    def __init__(self, rounds: int, between: Any = None) -> None:
        super().__init__()
        self.left, self.between = rounds, between

    def wait(self, timeout: float | None = None) -> bool:
        self.left -= 1
        if self.between is not None:
            self.between()
        if not self.left:
            self.set()
        return self.is_set()


# --- batches


def test_full_batches_go_at_once_and_the_rest_of_yesterday_too(
    database: Database, campaign: Campaign, counter: Counter, make_waiting: MakeWaiting
) -> None:
    make_waiting(campaign, counter, [answers()] * 6, day=TODAY)
    with capture_logs() as logs:
        assert jobs.release_due(database, TODAY) == 0
        assert logs == []
        make_waiting(campaign, counter, [answers()] * 4, day=TODAY)
        assert jobs.release_due(database, TODAY) == 10
        make_waiting(campaign, counter, [answers()] * 5, day=YESTERDAY)
        make_waiting(campaign, counter, [answers()] * 4, day=TODAY)
        assert jobs.release_due(database, TODAY) == 5
    assert [entry["submissions"] for entry in logs] == [10, 5]
    assert {entry["coarse"] for entry in logs} == {True}  # the log says the day, not the minute
    assert number_of(database, Inbox) == 4
    assert number_of(database, Release) == 2


# --- forgetting


def test_what_need_not_be_kept_is_forgotten(
    database: Database, campaign: Campaign, clock: Clock, province: Unit, make_account: MakeAccount
) -> None:
    account = make_account(Role.LEADER, province)
    now = clock()
    receipts = {day: codes.draw(codes.RECEIPT_LENGTH) for day in (YESTERDAY, TODAY)}
    moments = {"long ago": now - datetime.timedelta(days=3), "this morning": now}
    with database.transaction() as session:
        for day, code in receipts.items():
            session.add(Receipt(code=code, campaign_id=campaign.id, body_mac="0" * 64, day=day))
        for at in moments.values():
            open_session(session, account, at)
        throttle.failed(session, "nobody", "192.0.2.1", now - throttle.WINDOW - datetime.timedelta(seconds=1))
        throttle.failed(session, "someone", "192.0.2.2", now)
    assert number_of(database, SignInFailure) == 6
    jobs.tidy(database, now)
    with database.reading() as session:
        kept = {row.code: (row.body_mac, row.day, row.campaign_id) for row in session.scalars(select(Receipt))}
        sessions = session.scalars(select(LoginSession.created_at)).all()
    assert kept == {
        receipts[YESTERDAY]: (None, None, campaign.id),  # the code itself stays: it can be asked for
        receipts[TODAY]: ("0" * 64, TODAY, campaign.id),
    }
    assert sessions == [moments["this morning"].astimezone(datetime.UTC)]
    assert number_of(database, SignInFailure) == 3
    jobs.tidy(database, now)
    assert number_of(database, Receipt) == 2


def test_dossiers_of_closed_campaigns_are_forgotten(
    database: Database, campaign: Campaign, clock: Clock, make_campaign: MakeCampaign
) -> None:
    closed = make_campaign(state="closed")
    with database.transaction() as session:
        session.add_all(DossierMac(campaign_id=made.id, mac="0" * 64) for made in (campaign, closed))
    jobs.tidy(database, clock())
    with database.reading() as session:
        assert session.scalars(select(DossierMac.campaign_id)).all() == [campaign.id]


# --- the worker


def test_the_worker_does_what_is_due_and_stops(
    database: Database, campaign: Campaign, counter: Counter, clock: Clock, make_waiting: MakeWaiting
) -> None:
    make_waiting(campaign, counter, [answers()] * 5, day=YESTERDAY)
    with database.transaction() as session:
        session.add(Receipt(code="A" * 10, campaign_id=campaign.id, body_mac="0" * 64, day=TODAY))

    def next_day() -> None:
        if clock.today == TODAY:
            assert number_of(database, Submission) == 5
            make_waiting(campaign, counter, [answers()] * 6, day=TODAY)
            with database.reading() as session:
                assert session.scalars(select(Receipt.day)).one() == TODAY
            clock.move(days=1)

    jobs.run(database, Rounds(2, next_day), clock)
    assert number_of(database, Submission) == 11
    with database.reading() as session:
        assert session.scalars(select(Receipt.day)).one() is None


def test_a_worker_that_is_told_to_stop_does_nothing(database: Database, campaign: Campaign, clock: Clock) -> None:
    stop = threading.Event()
    stop.set()
    with capture_logs() as logs:
        jobs.run(database, stop, clock)
    assert logs == []


def test_a_locked_database_is_tried_again(database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[str] = []

    def locked(_database: Database, _today: datetime.date) -> int:
        tries.append("release")
        if len(tries) == 1:
            raise Unavailable("database")
        return 0

    monkeypatch.setattr(jobs, "release_due", locked)
    with capture_logs() as logs:
        jobs.run(database, Rounds(3), clock)
    assert len(tries) == 3
    assert [(entry["event"], entry["job"]) for entry in logs] == [("worker_waits", "locked")]


def test_a_damaged_cell_does_not_keep_the_worker_from_forgetting(
    database: Database,
    campaign: Campaign,
    counter: Counter,
    clock: Clock,
    make_released: MakeReleased,
    make_waiting: MakeWaiting,
) -> None:
    make_released(campaign, counter, [answers()])
    make_waiting(campaign, counter, [answers()] * 10)
    with database.transaction() as session:
        session.execute(update(TallyCell).values(data=b"damaged"))
        session.add(Receipt(code="A" * 10, campaign_id=campaign.id, body_mac="0" * 64, day=YESTERDAY))
    with capture_logs() as logs:
        jobs.run(database, Rounds(2), clock)
    failures = [entry for entry in logs if entry["event"] == "worker_failed"]
    assert [(entry["job"], entry["error"], entry["log_level"]) for entry in failures] == [
        ("release_due", "ValueError", "error")
    ] * 2
    with database.reading() as session:
        assert session.scalars(select(Receipt.day)).one() is None
    assert number_of(database, Inbox) == 10


@on_sqlite
def test_packages_are_made_each_round_and_forgotten_once_a_day(
    database: Database, maker: Maker, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    monkeypatch.setattr(jobs, "make_one", lambda *_arguments: done.append("made"))
    monkeypatch.setattr(jobs, "forget_old", lambda *_arguments: done.append("forgotten"))
    jobs.run(database, Rounds(3, lambda: clock.move(hours=9)), clock, maker=maker)  # 09:30, 18:30, 03:30
    assert done == ["forgotten", "made", "made", "forgotten", "made"]


def test_it_is_tidied_once_a_day(database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    tidied: list[datetime.date] = []
    monkeypatch.setattr(jobs, "tidy", lambda _database, now: tidied.append(now.date()))
    jobs.run(database, Rounds(6, lambda: clock.move(hours=9)), clock)  # 09:30, 18:30, 03:30, 12:30, 21:30, 06:30
    assert tidied == [TODAY, TODAY + datetime.timedelta(days=1), TODAY + datetime.timedelta(days=2)]


@on_sqlite
def test_files_are_scanned_each_round_and_the_shelf_is_tidied_once_a_day(
    database: Database, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = make_shelf(tmp_path)
    left = tmp_path / "evidence" / f"{'a' * 32}.part"
    left.write_bytes(b"half a file")
    picture = shelf.pictures / "aa" / "old"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"1 image/png")
    os.utime(picture, (0, 0))
    done: list[Shelf] = []
    monkeypatch.setattr(jobs, "scan_again", lambda _database, given, _now: done.append(given))
    jobs.run(database, Rounds(3), clock, shelf=shelf)
    assert done == [shelf] * 3
    assert not left.exists()
    assert not picture.exists()
