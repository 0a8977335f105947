"""Taking a submission in."""

import datetime
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session

from questionnaires.coding import Answer
from questionnaires.loader import questionnaire
from survey_app import codes
from survey_app.db import Database
from survey_app.errors import Conflict, NotOpen, Rejected
from survey_app.models import Campaign, Counter, Inbox, Receipt, Unit
from survey_app.respond import queries, service
from survey_app.respond.tickets import Ticket
from tests.factories.campaigns import MakeCampaign
from tests.factories.submissions import answers
from tests.factories.units import MakeCounter, MakeField

TODAY = datetime.date(2026, 3, 16)
SECRET = "a secret of the tests, long enough to be one"
Record = Callable[..., str]


@pytest.fixture
def counter(province: Unit, make_counter: MakeCounter) -> Counter:
    return make_counter(province)


@pytest.fixture
def campaign(make_campaign: MakeCampaign) -> Campaign:
    return make_campaign()


def ticket(counter: Counter, campaign: Campaign, key: str = "k1") -> Ticket:
    return Ticket(key, counter.code, campaign.id, "qr-short@1", asks_field=True)


def record(
    session: Session, given: Ticket, sent: dict[str, Answer] | None = None, field: str | None = None, channel: str = "C"
) -> str:
    form = queries.open_form(session, given.counter, today=TODAY, channel=channel)
    return service.record_submission(
        session,
        form,
        given,
        service.Draft(answers=answers() if sent is None else sent, field_key=field),
        questionnaire=questionnaire("qr-short@1").definition,
        channel=channel,
        secret=SECRET,
        today=TODAY,
    )


def test_what_is_stored(session: Session, counter: Counter, campaign: Campaign, make_field: MakeField) -> None:
    make_field("land")
    receipt = record(session, ticket(counter, campaign), answers(CHO=15, YK="Tốt\r\n"), field="land")
    row = session.scalars(select(Inbox)).one()
    assert (row.campaign_id, row.unit_id, row.counter_id) == (campaign.id, counter.unit_id, counter.id)
    assert (row.field_key, row.channel, row.day, row.codes) == ("land", "C", TODAY, "4543n4")
    assert json.loads(row.extras) == {"CHO": "15", "YK": "Tốt"}
    assert codes.normal(receipt, codes.RECEIPT_LENGTH) == receipt


def test_there_is_no_room_for_a_person_or_a_moment(session: Session) -> None:
    columns = {
        column["name"] for name in ("inbox", "submission") for column in inspect(session.get_bind()).get_columns(name)
    }
    known = {
        "key",
        "campaign_id",
        "definition_id",
        "unit_id",
        "counter_id",
        "field_key",
        "channel",
        "day",
        "codes",
        "extras",
        "invalid",  # of paper: a second form of its dossier
        "entered",  # of paper: the day on which it came in
    }
    assert columns == known


def test_the_counters_own_field_wins(
    session: Session, province: Unit, make_counter: MakeCounter, make_field: MakeField, campaign: Campaign
) -> None:
    desk = make_counter(province, field=make_field("justice"))
    make_field("land")
    record(session, ticket(desk, campaign), field="land")
    assert session.scalars(select(Inbox.field_key)).one() == "justice"


def test_the_same_form_twice_is_one_submission(session: Session, counter: Counter, campaign: Campaign) -> None:
    first = record(session, ticket(counter, campaign))
    assert record(session, ticket(counter, campaign)) == first
    assert session.scalar(select(func.count()).select_from(Inbox)) == 1


def test_the_same_form_with_other_content_is_refused(session: Session, counter: Counter, campaign: Campaign) -> None:
    record(session, ticket(counter, campaign))
    with pytest.raises(Conflict):
        record(session, ticket(counter, campaign), answers(CHUNG="1"))
    assert session.scalar(select(func.count()).select_from(Inbox)) == 1


def test_two_forms_with_the_same_content_are_two(session: Session, counter: Counter, campaign: Campaign) -> None:
    receipts = {record(session, ticket(counter, campaign, key)) for key in ("k1", "k2")}
    assert len(receipts) == 2
    assert session.scalar(select(func.count()).select_from(Inbox)) == 2


def test_ten_at_once_are_one(database: Database, counter: Counter, campaign: Campaign) -> None:
    def send(_number: int) -> str:
        with database.transaction() as session:
            return record(session, ticket(counter, campaign))

    with ThreadPoolExecutor(10) as pool:
        receipts = set(pool.map(send, range(10)))
    assert len(receipts) == 1
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Inbox)) == 1


def test_a_receipt_depends_on_the_form_and_not_on_the_answers(
    session: Session, counter: Counter, campaign: Campaign
) -> None:
    kept = record(session, ticket(counter, campaign, "same key"), answers(CHUNG="5"))
    session.rollback()
    assert record(session, ticket(counter, campaign, "same key"), answers(CHUNG="1")) == kept


def test_the_database_cannot_tell_which_answers_a_receipt_belongs_to(
    session: Session, counter: Counter, campaign: Campaign
) -> None:
    record(session, ticket(counter, campaign, "key"))
    receipt = session.scalars(select(Receipt)).one()
    # The fingerprint of the content is keyed with what only the browser has.
    other = record(session, ticket(counter, campaign, "another key"))
    assert session.get_one(Receipt, other).body_mac != receipt.body_mac


@pytest.mark.parametrize(
    ("sent", "item", "reason"),
    [
        (answers(CHUNG=""), "CHUNG", "missing"),
        (answers(TC0="n"), "TC0", "no_such_option"),
        (answers(CHO=601), "CHO", "out_of_range"),
        ({**answers(), "XX": "1"}, "XX", "no_such_item"),
    ],
)
def test_impossible_answers_are_refused(
    session: Session, counter: Counter, campaign: Campaign, sent: dict[str, Answer], item: str, reason: str
) -> None:
    with pytest.raises(Rejected) as refusal:
        record(session, ticket(counter, campaign), sent)
    assert refusal.value.problems == {item: reason}


def test_an_unknown_field_is_refused(session: Session, counter: Counter, campaign: Campaign) -> None:
    with pytest.raises(Rejected):
        record(session, ticket(counter, campaign), field="astrology")


def test_a_form_of_another_campaign_is_refused(session: Session, counter: Counter, campaign: Campaign) -> None:
    stale = Ticket("k", counter.code, campaign.id + 1, "qr-short@1", asks_field=True)
    with pytest.raises(NotOpen) as refusal:
        record(session, stale)
    assert refusal.value.reason == "form_changed"
