"""Units merge: what was stays, counters go on under their old codes."""

import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.db import Database
from survey_app.errors import NotAllowed, NotFound, Rejected
from survey_app.models import CampaignUnit, Counter, Inbox, Submission, TallyCell, Unit, UnitSuccession
from survey_app.models.campaign import CLOSED, DRAFT
from survey_app.organisation import merging, service
from survey_app.organisation.merging import MergeDraft
from survey_app.organisation.service import ClosingDraft
from survey_app.policy import Actor, Role, scope
from survey_app.respond.queries import open_form
from tests.conftest import Clock
from tests.factories.accounts import MakeAccount
from tests.factories.campaigns import MakeCampaign
from tests.factories.submissions import MakeReleased, MakeWaiting, answers
from tests.factories.units import SINCE, MakeCounter, MakeUnit
from tests.survey_app.organisation.conftest import TODAY, Act, World, draft, events

DAY = datetime.timedelta(days=1)


def into_existing(world: World, **changes: object) -> MergeDraft:
    values = {"predecessors": (world.an.id,), "day": TODAY, "successor": world.binh.id} | changes
    return MergeDraft(**values)  # type: ignore[arg-type]  # a merger with something wrong in it


def into_new(world: World, **changes: object) -> MergeDraft:
    return MergeDraft(
        predecessors=(world.an.id, world.binh.id),
        day=TODAY,
        successor=draft(parent_id=world.province.id, **changes),
    )


def problems(session: Session, actor: Actor, merger: MergeDraft, clock: Clock) -> dict[str, str]:
    """What is refused, by the plan and by the doing alike."""
    with pytest.raises(Rejected) as planned:
        merging.plan(session, actor, merger, clock.today)
    with pytest.raises(Rejected) as done:
        merging.merge(session, actor, merger, clock())
    assert planned.value.problems == done.value.problems
    return done.value.problems


def test_units_become_a_new_one(session: Session, world: World, analyst: Actor, clock: Clock) -> None:
    successor = merging.merge(session, analyst, into_new(world), clock())
    made = session.get_one(Unit, successor)
    assert (made.code, made.name, made.valid_from, made.valid_to) == ("moi", "Xã Mới", TODAY, None)
    for one in (world.an, world.binh):
        assert session.get_one(Unit, one.id, populate_existing=True).valid_to == TODAY
    pairs = session.execute(select(UnitSuccession.predecessor_id, UnitSuccession.successor_id)).all()
    assert set(pairs) == {(world.an.id, successor), (world.binh.id, successor)}
    (event,) = events(session, "units_merged")
    assert event["units"] == ["Xã An Cọ", "Xã Bình Đa"]
    assert event["day"] == "2026-03-16"


def test_open_counters_move_and_closed_ones_stay(
    session: Session, world: World, analyst: Actor, clock: Clock, make_counter: MakeCounter
) -> None:
    still, closed = make_counter(world.an, "Quầy 1"), make_counter(world.an, "Quầy 2", closed=TODAY)
    closing = make_counter(world.an, "Quầy 3", closed=TODAY + DAY)
    merging.merge(session, analyst, into_existing(world), clock())
    where = {
        one.id: session.get_one(Counter, one.id, populate_existing=True).unit_id for one in (still, closed, closing)
    }
    assert where == {still.id: world.binh.id, closed.id: world.an.id, closing.id: world.binh.id}
    assert events(session, "units_merged")[0]["counters"] == [still.code, closing.code]


def test_printed_codes_keep_working_and_history_stays(
    session: Session,
    world: World,
    analyst: Actor,
    clock: Clock,
    make_counter: MakeCounter,
    make_campaign: MakeCampaign,
    make_released: MakeReleased,
    make_waiting: MakeWaiting,
) -> None:
    counter, campaign = make_counter(world.an), make_campaign()
    make_released(campaign, counter, [answers()])
    make_waiting(campaign, counter, [answers()])
    successor = merging.merge(session, analyst, into_new(world), clock())
    form = open_form(session, counter.code, today=TODAY, channel="C")
    assert (form.unit_id, form.shown.unit, form.campaign_id) == (successor, "Xã Mới", campaign.id)
    for table in (Submission, Inbox, TallyCell):
        assert set(session.scalars(select(table.unit_id))) == {world.an.id}


@pytest.mark.parametrize("state", ["open", DRAFT])
def test_a_campaign_limited_to_a_merged_unit_follows(
    session: Session,
    world: World,
    analyst: Actor,
    clock: Clock,
    make_counter: MakeCounter,
    make_campaign: MakeCampaign,
    state: str,
) -> None:
    counter, campaign = make_counter(world.an), make_campaign(units=(world.an,), state=state)
    assert merging.plan(session, analyst, into_existing(world), TODAY).campaigns == ("Khảo sát năm 2026",)
    merging.merge(session, analyst, into_existing(world), clock())
    named = select(CampaignUnit.unit_id).where(CampaignUnit.campaign_id == campaign.id)
    assert set(session.scalars(named)) == {world.an.id, world.binh.id}
    if state == "open":
        assert open_form(session, counter.code, today=TODAY, channel="C").campaign_id == campaign.id


def test_a_campaign_that_is_closed_or_covers_the_successor_stays(
    session: Session, world: World, analyst: Actor, clock: Clock, make_campaign: MakeCampaign
) -> None:
    make_campaign(units=(world.an,), state=CLOSED)
    make_campaign(units=(world.province, world.an))
    merging.merge(session, analyst, into_existing(world), clock())
    assert world.binh.id not in set(session.scalars(select(CampaignUnit.unit_id)))


def test_two_campaigns_that_would_meet_at_the_successor_are_refused(
    session: Session, world: World, analyst: Actor, clock: Clock, make_campaign: MakeCampaign
) -> None:
    make_campaign(title="Riêng An Cọ", units=(world.an,))
    make_campaign(title="Riêng Bình Đa", units=(world.binh,))
    for merger in (into_existing(world), into_new(world)):
        assert problems(session, analyst, merger, clock) == {"units": "campaigns_overlap"}


def test_living_children_move_to_the_successor(
    session: Session, world: World, make_unit: MakeUnit, act: Act, clock: Clock
) -> None:
    hamlet, gone = make_unit("Thôn Một", parent=world.an), make_unit("Thôn cũ", parent=world.an, until=TODAY)
    actor = act(Role.ANALYST, world.province)
    assert merging.plan(session, actor, into_existing(world), TODAY).children == ("Thôn Một",)
    merging.merge(session, actor, into_existing(world), clock())
    assert session.get_one(Unit, hamlet.id).parent_id == world.binh.id
    assert session.get_one(Unit, gone.id).parent_id == world.an.id


def test_a_unit_and_its_child_can_end_together(
    session: Session, world: World, make_unit: MakeUnit, act: Act, clock: Clock
) -> None:
    hamlet = make_unit("Thôn Một", parent=world.an)
    actor = act(Role.ANALYST, world.province)
    merging.merge(session, actor, into_existing(world, predecessors=(world.an.id, hamlet.id)), clock())
    assert session.get_one(Unit, hamlet.id, populate_existing=True).valid_to == TODAY
    assert session.get_one(Unit, hamlet.id).parent_id == world.an.id


def test_the_plan_says_what_happens_and_to_whom_and_changes_nothing(
    session: Session, world: World, analyst: Actor, make_counter: MakeCounter, make_account: MakeAccount
) -> None:
    moved = [
        make_counter(world.an, "Quầy số 1"),
        make_counter(world.binh, "Quầy số 1"),
        make_counter(world.an, "Quầy A"),
    ]
    person = make_account(Role.INSPECTOR, world.an, username="an")
    make_account(Role.INSPECTOR, world.an, username="gone", active=False)
    plan = merging.plan(session, analyst, into_new(world), TODAY)
    assert plan.units == ("Xã An Cọ", "Xã Bình Đa")
    assert (plan.successor, plan.day) == ("Xã Mới", TODAY)
    told = {(one.code, one.unit, one.same_name) for one in plan.counters}
    first, second, other = (one.code for one in moved)
    assert told == {(first, "Xã An Cọ", True), (second, "Xã Bình Đa", True), (other, "Xã An Cọ", False)}
    assert plan.people == ((person.name, "an"),)
    assert not session.dirty
    assert not session.new
    assert session.get_one(Counter, moved[0].id).unit_id == world.an.id


def test_the_successors_own_counters_count_as_names_taken(
    session: Session, world: World, analyst: Actor, make_counter: MakeCounter
) -> None:
    make_counter(world.an, "Quầy số 1")
    make_counter(world.binh, "Quầy số 1")
    (moved,) = merging.plan(session, analyst, into_existing(world), TODAY).counters
    assert moved.same_name


def test_what_cannot_merge(session: Session, world: World, make_unit: MakeUnit, act: Act, clock: Clock) -> None:
    hamlet = make_unit("Thôn Một", parent=world.an)
    closed, young = (
        make_unit("Xã cũ", parent=world.province, until=TODAY),
        make_unit("X", parent=world.province, since=TODAY),
    )
    actor = act(Role.ANALYST, world.province)
    for changes, expected in (
        ({"predecessors": ()}, {"units": "no_unit"}),
        ({"predecessors": (world.province.id,)}, {"units": "root", "successor": "successor_ends"}),
        ({"predecessors": (closed.id,)}, {"units": "unit_closed"}),
        ({"predecessors": (young.id,)}, {"day": "before_start"}),
        ({"day": TODAY + DAY}, {"day": "day_to_come"}),
        ({"day": SINCE}, {"day": "before_start"}),
        ({"successor": world.an.id}, {"successor": "successor_ends"}),
        ({"successor": hamlet.id}, {"successor": "successor_ends"}),
        ({"successor": closed.id}, {"successor": "successor_not_alive"}),
    ):
        assert problems(session, actor, into_existing(world, **changes), clock) == expected
    early = into_existing(world, successor=young.id, day=TODAY - DAY)
    assert problems(session, actor, early, clock) == {"successor": "successor_not_alive"}


def test_what_a_new_unit_cannot_be(session: Session, world: World, analyst: Actor, clock: Clock) -> None:
    for changes, expected in (
        ({"code": world.an.code}, {"code": "code_taken"}),
        ({"level": "nowhere"}, {"level": "unknown_level"}),
        ({"parent_id": world.an.id}, {"parent_id": "parent_ends"}),
        ({"parent_id": None}, {"parent_id": "no_parent"}),
    ):
        merger = MergeDraft(
            predecessors=(world.an.id, world.binh.id),
            day=TODAY,
            successor=draft(**({"parent_id": world.province.id} | changes)),
        )
        assert problems(session, analyst, merger, clock) == expected


def test_a_new_unit_begins_on_the_day() -> None:
    with pytest.raises(ValueError, match="begins on the day"):
        MergeDraft(predecessors=(1,), day=TODAY, successor=draft(valid_from=TODAY - DAY))


def test_one_cannot_merge_twice(session: Session, world: World, analyst: Actor, clock: Clock) -> None:
    merging.merge(session, analyst, into_existing(world), clock())
    assert problems(session, analyst, into_existing(world), clock)["units"] == "unit_closed"


def test_a_unit_that_will_close_does_not_merge(session: Session, world: World, analyst: Actor, clock: Clock) -> None:
    service.close(session, analyst, world.an.id, ClosingDraft(last_day=TODAY + DAY), clock())
    assert problems(session, analyst, into_existing(world), clock) == {"units": "unit_closed"}


def test_foreign_units_are_not_found_and_other_roles_not_allowed(
    session: Session, world: World, act: Act, clock: Clock
) -> None:
    local, reader = act(Role.ANALYST, world.an), act(Role.INSPECTOR, world.province)
    foreign = (
        into_existing(world),
        into_existing(world, predecessors=(world.binh.id,), successor=world.an.id),
        MergeDraft(predecessors=(world.an.id,), day=TODAY, successor=draft(parent_id=world.binh.id)),
    )
    for merger in foreign:
        with pytest.raises(NotFound):
            merging.plan(session, local, merger, TODAY)
        with pytest.raises(NotFound):
            merging.merge(session, local, merger, clock())
    with pytest.raises(NotAllowed):
        merging.plan(session, reader, into_existing(world), TODAY)
    with pytest.raises(NotAllowed):
        merging.merge(session, reader, into_existing(world), clock())


def test_people_of_the_successor_see_what_it_took_over(
    session: Session, world: World, analyst: Actor, clock: Clock
) -> None:
    successor = merging.merge(session, analyst, into_new(world), clock())
    assert scope(session, successor) == {successor, world.an.id, world.binh.id}


def test_a_refused_merger_keeps_nothing(
    database: Database, world: World, analyst: Actor, clock: Clock, make_counter: MakeCounter
) -> None:
    counter = make_counter(world.an)
    with pytest.raises(Rejected), database.transaction() as opened:
        merging.merge(opened, analyst, into_new(world, code="an-co"), clock())
    with database.reading() as opened:
        assert opened.get_one(Counter, counter.id).unit_id == world.an.id
        assert set(opened.scalars(select(Unit.valid_to))) == {None}
