"""Adding, changing, closing and merging counters."""

import datetime

import pytest
from sqlalchemy.orm import Session

from survey_app import codes
from survey_app.errors import Conflict, NotAllowed, NotFound, NotOpen, Rejected
from survey_app.models import Counter
from survey_app.organisation import counters
from survey_app.organisation.counters import CounterDraft
from survey_app.policy import Actor, Role
from survey_app.respond.queries import open_form
from tests.conftest import Clock
from tests.factories.campaigns import MakeCampaign
from tests.factories.units import SINCE, MakeCounter, MakeField, MakeUnit
from tests.survey_app.organisation.conftest import TODAY, Act, World, events

DAY = datetime.timedelta(days=1)


def draft(name: str = "Quầy số 9", place: str | None = "Tầng 1", field_key: str | None = None) -> CounterDraft:
    return CounterDraft(name=name, place=place, field_key=field_key)


def added(session: Session, actor: Actor, unit_id: int, clock: Clock, given: CounterDraft | None = None) -> Counter:
    counter_id = counters.create(session, actor, unit_id, given or draft(), opened_on=TODAY, now=clock())
    return session.get_one(Counter, counter_id)


def test_a_counter_is_added_under_a_code_drawn_for_it(
    session: Session, world: World, analyst: Actor, clock: Clock, make_field: MakeField
) -> None:
    make_field("land")
    counter = added(session, analyst, world.an.id, clock, draft(field_key="land"))
    assert codes.normal(counter.code) == counter.code
    assert (counter.unit_id, counter.name, counter.place) == (world.an.id, "Quầy số 9", "Tầng 1")
    assert (counter.field_key, counter.opened_on, counter.closed_on) == ("land", TODAY, None)
    assert events(session, "counter_created")[0]["name"] == "Quầy số 9"


def test_a_code_that_is_taken_is_not_given_again(
    session: Session,
    world: World,
    analyst: Actor,
    clock: Clock,
    make_counter: MakeCounter,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken, free = make_counter(world.an, closed=TODAY).code, codes.draw()
    drawn = iter([taken, taken, free])
    monkeypatch.setattr(codes, "draw", lambda: next(drawn))
    assert added(session, analyst, world.an.id, clock).code == free


def test_what_cannot_be_a_counter(
    session: Session, world: World, make_unit: MakeUnit, make_counter: MakeCounter, act: Act, clock: Clock
) -> None:
    closed = make_unit("Xã cũ", parent=world.province, until=TODAY)
    make_counter(world.an, "Quầy số 1")
    make_counter(world.an, "Quầy cũ", closed=TODAY)
    actor = act(Role.ANALYST, world.province)
    for unit, given, opened_on, expected in (
        (world.an, draft("Quầy số 1"), TODAY, {"name": "name_taken"}),
        (world.an, draft(field_key="none"), TODAY, {"field_key": "unknown_field"}),
        (world.an, draft(), SINCE - DAY, {"opened_on": "before_unit"}),
        (closed, draft(), TODAY, {"unit_id": "unit_closed"}),
    ):
        with pytest.raises(Rejected) as refusal:
            counters.create(session, actor, unit.id, given, opened_on=opened_on, now=clock())
        assert refusal.value.problems == expected
    assert events(session, "counter_created") == []
    added(session, actor, world.an.id, clock, draft("Quầy cũ"))  # a closed counter's name is free
    added(session, actor, world.binh.id, clock, draft("Quầy số 1"))  # as at another unit


def test_a_counter_is_changed_and_keeps_its_code(
    session: Session, world: World, analyst: Actor, clock: Clock, make_counter: MakeCounter, make_field: MakeField
) -> None:
    make_field("land")
    counter = make_counter(world.an)
    other = make_counter(world.an, "Quầy số 2")
    counters.edit(session, analyst, counter.id, draft("Quầy Đất đai", None, "land"), clock())
    found = session.get_one(Counter, counter.id, populate_existing=True)
    assert (found.code, found.name, found.place, found.field_key) == (counter.code, "Quầy Đất đai", None, "land")
    (event,) = events(session, "counter_changed")
    assert event["before"]["name"] == "Quầy số 1"  # type: ignore[index]
    for wrong in (draft("Quầy số 2"), draft(field_key="none")):
        with pytest.raises(Rejected):
            counters.edit(session, analyst, counter.id, wrong, clock())
    counters.edit(session, analyst, other.id, draft("Quầy số 2", "Tầng 3"), clock())  # its own name is no other's


def test_a_counter_closes_from_a_day_on(
    session: Session, world: World, analyst: Actor, clock: Clock, make_counter: MakeCounter, make_campaign: MakeCampaign
) -> None:
    make_campaign()
    counter, young = make_counter(world.an), make_counter(world.an, "Quầy số 2", opened=TODAY)
    with pytest.raises(Rejected) as refusal:
        counters.close(session, analyst, young.id, TODAY - DAY, clock())
    assert refusal.value.problems == {"day": "before_opening"}
    counters.close(session, analyst, young.id, TODAY, clock())  # added by mistake, closed at once
    counters.close(session, analyst, counter.id, TODAY + DAY, clock())
    assert open_form(session, counter.code, today=TODAY, channel="C").counter_id == counter.id
    with pytest.raises(NotOpen, match="counter_closed"):
        open_form(session, counter.code, today=TODAY + DAY, channel="C")
    assert [event["day"] for event in events(session, "counter_closed")] == ["2026-03-16", "2026-03-17"]


def test_a_closed_counter_is_never_changed_again(
    session: Session, world: World, analyst: Actor, clock: Clock, make_counter: MakeCounter
) -> None:
    closed, still = make_counter(world.an, closed=TODAY), make_counter(world.an, "Quầy số 2")
    for call in (
        lambda: counters.edit(session, analyst, closed.id, draft(), clock()),
        lambda: counters.close(session, analyst, closed.id, TODAY + DAY, clock()),
        lambda: counters.merge(session, analyst, closed.id, still.id, TODAY, clock()),
    ):
        with pytest.raises(Conflict, match="counter_closed"):
            call()


def test_the_old_code_leads_to_the_counter_that_took_over(
    session: Session, world: World, analyst: Actor, clock: Clock, make_counter: MakeCounter, make_campaign: MakeCampaign
) -> None:
    make_campaign()
    old, middle, last = (make_counter(world.an, f"Quầy số {n}") for n in (1, 2, 3))
    counters.merge(session, analyst, old.id, middle.id, TODAY, clock())
    counters.merge(session, analyst, middle.id, last.id, TODAY, clock())
    with pytest.raises(NotOpen) as refusal:
        open_form(session, old.code, today=TODAY, channel="C")
    assert refusal.value.details["successor"].code == last.code  # type: ignore[attr-defined]
    assert [event["into"] for event in events(session, "counters_merged")] == [middle.code, last.code]


def test_only_an_open_counter_takes_over(
    session: Session, world: World, analyst: Actor, clock: Clock, make_counter: MakeCounter
) -> None:
    counter = make_counter(world.an)
    closed = make_counter(world.an, "Quầy cũ", closed=TODAY)
    closing = make_counter(world.an, "Quầy sắp đóng", closed=TODAY + DAY)
    later = make_counter(world.an, "Quầy sau", opened=TODAY + DAY)
    older = make_counter(world.an, "Quầy trước", opened=SINCE - 9 * DAY)
    for one in (counter, closed, closing, later):
        with pytest.raises(Rejected) as refusal:
            counters.merge(session, analyst, counter.id, one.id, TODAY, clock())
        assert refusal.value.problems == {"into_id": "successor_not_open"}
    with pytest.raises(Rejected) as refusal:
        counters.merge(session, analyst, counter.id, older.id, SINCE - DAY, clock())
    assert refusal.value.problems == {"day": "before_opening"}


def test_counters_outside_the_scope_are_not_found(
    session: Session, world: World, act: Act, clock: Clock, make_counter: MakeCounter
) -> None:
    own, foreign = make_counter(world.an), make_counter(world.binh)
    local = act(Role.ANALYST, world.an)
    for call in (
        lambda: counters.create(session, local, world.binh.id, draft(), opened_on=TODAY, now=clock()),
        lambda: counters.edit(session, local, foreign.id, draft(), clock()),
        lambda: counters.close(session, local, foreign.id, TODAY, clock()),
        lambda: counters.merge(session, local, foreign.id, own.id, TODAY, clock()),
        lambda: counters.merge(session, local, own.id, foreign.id, TODAY, clock()),
        lambda: counters.edit(session, local, 999_999, draft(), clock()),
    ):
        with pytest.raises(NotFound):
            call()


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.SURVEYOR, Role.LEADER])
def test_other_roles_change_nothing(
    session: Session, world: World, act: Act, clock: Clock, make_counter: MakeCounter, role: Role
) -> None:
    counter = make_counter(world.an)
    actor = act(role, world.province)
    for call in (
        lambda: counters.create(session, actor, world.an.id, draft(), opened_on=TODAY, now=clock()),
        lambda: counters.edit(session, actor, counter.id, draft(), clock()),
        lambda: counters.close(session, actor, counter.id, TODAY, clock()),
        lambda: counters.merge(session, actor, counter.id, counter.id, TODAY, clock()),
    ):
        with pytest.raises(NotAllowed):
            call()
