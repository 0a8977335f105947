"""Which form is open at a counter, and how a counter is found."""

import datetime

import pytest
from sqlalchemy.orm import Session

from survey_app.errors import NotFound, NotOpen
from survey_app.models import Unit
from survey_app.policy import Actor, Role, scope
from survey_app.respond import queries
from tests.factories.campaigns import MakeCampaign
from tests.factories.units import MakeCounter, MakeField, MakeUnit

TODAY = datetime.date(2026, 3, 16)
YESTERDAY = TODAY - datetime.timedelta(days=1)


def open_form(session: Session, code: str, channel: str = "C", today: datetime.date = TODAY) -> queries.OpenForm:
    return queries.open_form(session, code, today=today, channel=channel)


def surveyor(session: Session, unit: Unit) -> Actor:
    return Actor(
        account_id=1,
        username="d",
        name="D",
        role=Role.SURVEYOR,
        unit_id=unit.id,
        units=scope(session, unit.id),
        session_hash="",
    )


def test_the_campaign_that_takes_the_channel_here_and_now(
    session: Session, province: Unit, make_unit: MakeUnit, make_counter: MakeCounter, make_campaign: MakeCampaign
) -> None:
    counter = make_counter(make_unit("Xã An Cọ", parent=province), "Quầy số 1")
    full = make_campaign("counter-2640@1", accepts="AB", counts="AB")
    short = make_campaign(accepts="C", counts="C")
    assert open_form(session, counter.code).campaign_id == short.id
    found = open_form(session, counter.code, channel="B")
    assert (found.campaign_id, found.definition_ref) == (full.id, "counter-2640@1")
    assert found.shown == queries.Place(code=counter.code, unit="Xã An Cọ", name="Quầy số 1", place=counter.place)


@pytest.mark.parametrize(
    "campaign",
    [
        {"state": "draft"},
        {"state": "closed"},
        {"starts_on": TODAY + datetime.timedelta(days=1)},
        {"ends_on": YESTERDAY},
        {"accepts": "AB", "counts": "A"},
    ],
)
def test_no_campaign_for_this_answer(
    session: Session,
    province: Unit,
    make_counter: MakeCounter,
    make_campaign: MakeCampaign,
    campaign: dict[str, object],
) -> None:
    counter = make_counter(province)
    make_campaign(**campaign)
    with pytest.raises(NotOpen) as refusal:
        open_form(session, counter.code)
    assert refusal.value.reason == "no_campaign"
    assert refusal.value.details["opens_on"] == campaign.get("starts_on")


def test_the_last_day_still_counts(
    session: Session, province: Unit, make_counter: MakeCounter, make_campaign: MakeCampaign
) -> None:
    counter = make_counter(province)
    make_campaign(starts_on=TODAY, ends_on=TODAY)
    assert open_form(session, counter.code)


def test_scope_by_unit_reaches_everything_below(
    session: Session, province: Unit, make_unit: MakeUnit, make_counter: MakeCounter, make_campaign: MakeCampaign
) -> None:
    inside, outside = make_unit("Sở A", parent=province), make_unit("Sở B", parent=province)
    here, there = make_counter(inside), make_counter(outside)
    below = make_counter(make_unit("Chi nhánh", parent=inside))
    make_campaign(units=(inside,))
    assert open_form(session, here.code)
    assert open_form(session, below.code)
    with pytest.raises(NotOpen):
        open_form(session, there.code)


def test_scope_by_field_takes_counters_of_that_field_only(
    session: Session, province: Unit, make_counter: MakeCounter, make_campaign: MakeCampaign, make_field: MakeField
) -> None:
    land, justice = make_field("land"), make_field("justice")
    make_campaign(fields=(land,))
    desk, others = make_counter(province, field=land), (make_counter(province, field=justice), make_counter(province))
    assert open_form(session, desk.code).field_key == "land"
    for counter in others:
        with pytest.raises(NotOpen):
            open_form(session, counter.code)


def test_unknown_code(session: Session) -> None:
    with pytest.raises(NotFound):
        open_form(session, "ABC234")


def test_a_closed_counter_leads_to_the_one_that_took_over(
    session: Session, province: Unit, make_counter: MakeCounter, make_campaign: MakeCampaign
) -> None:
    make_campaign()
    last = make_counter(province, "Quầy mới")
    middle = make_counter(province, "Quầy giữa", closed=YESTERDAY, successor=last)
    first = make_counter(province, "Quầy cũ", closed=TODAY, successor=middle)
    alone = make_counter(province, closed=TODAY)
    with pytest.raises(NotOpen) as refusal:
        open_form(session, first.code)
    assert refusal.value.reason == "counter_closed"
    successor = refusal.value.details["successor"]
    assert isinstance(successor, queries.Place)
    assert successor.code == last.code
    with pytest.raises(NotOpen) as refusal:
        open_form(session, alone.code)
    assert refusal.value.details["successor"] is None


def test_units_are_found_without_marks(
    session: Session, province: Unit, make_unit: MakeUnit, make_counter: MakeCounter
) -> None:
    make_counter(make_unit("Phường Đồng Kỵ", parent=province))
    make_counter(make_unit("Xã Đông Cọ", parent=province, until=TODAY))
    make_unit("Xã Đồng Kỵ", parent=province)  # without a counter
    for text in ("đồng kỵ", "DONG KY", "  dong   ky ", "Kỵ"):
        assert [name for name, _ in queries.find_units(session, text, TODAY)] == ["Phường Đồng Kỵ"]
    assert queries.find_units(session, "không có", TODAY) == ()
    assert queries.find_units(session, "  ", TODAY) == ()


def test_closed_counters_are_not_offered(
    session: Session, province: Unit, make_unit: MakeUnit, make_counter: MakeCounter
) -> None:
    unit = make_unit("Xã An Cọ", parent=province)
    make_counter(unit, "Quầy cũ", closed=YESTERDAY)
    make_counter(unit, "Quầy mới")
    ((_, places),) = queries.find_units(session, "an cọ", TODAY)
    assert [place.name for place in places] == ["Quầy mới"]


def test_a_surveyor_sees_and_opens_own_units_only(
    session: Session, province: Unit, make_unit: MakeUnit, make_counter: MakeCounter, make_campaign: MakeCampaign
) -> None:
    own, foreign = make_unit("Xã An Cọ", parent=province), make_unit("Xã Đông Sen", parent=province)
    mine, theirs = make_counter(own), make_counter(foreign)
    make_campaign("counter-2640@1")
    actor = surveyor(session, own)
    assert [name for name, _ in queries.entry_places(session, actor, TODAY)] == ["Xã An Cọ"]
    assert queries.form_at(session, mine.code, "B", actor, TODAY).unit_id == own.id
    with pytest.raises(NotFound):
        queries.form_at(session, theirs.code, "B", actor, TODAY)


def test_service_fields_in_their_order(session: Session, make_field: MakeField) -> None:
    make_field("land", "Đất đai")
    make_field("justice", "Tư pháp")
    assert queries.service_fields(session) == (("land", "Đất đai", "Đất đai"), ("justice", "Tư pháp", "Tư pháp"))
