"""Adding, changing and closing units."""

import datetime
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.db import Database
from survey_app.errors import Conflict, NotAllowed, NotFound, Rejected
from survey_app.models import Counter, Unit, UnitSuccession
from survey_app.organisation import service
from survey_app.organisation.service import ClosingDraft
from survey_app.policy import Actor, Role
from tests.conftest import Clock
from tests.factories.campaigns import MakeCampaign
from tests.factories.submissions import MakeReleased, MakeWaiting, answers
from tests.factories.units import SINCE, MakeCounter, MakeUnit
from tests.survey_app.organisation.conftest import TODAY, Act, World, draft, events

LAST = datetime.date(2026, 3, 31)
GONE = datetime.date(2026, 4, 1)
DAY = datetime.timedelta(days=1)


def refused(call: object, *given: object) -> dict[str, str]:
    with pytest.raises(Rejected) as refusal:
        call(*given)  # type: ignore[operator]  # any service
    return refusal.value.problems


def test_a_unit_is_added_below_one_in_scope(session: Session, world: World, analyst: Actor, clock: Clock) -> None:
    unit_id = service.create(session, analyst, draft(parent_id=world.province.id, short="Mới"), clock())
    unit = session.get_one(Unit, unit_id)
    assert (unit.code, unit.name, unit.short, unit.level) == ("moi", "Xã Mới", "Mới", "commune")
    assert (unit.parent_id, unit.valid_from, unit.valid_to) == (world.province.id, TODAY, None)
    assert events(session, "unit_created")[0]["code"] == "moi"


def test_a_unit_needs_a_free_code_a_known_level_and_a_parent(
    session: Session, world: World, analyst: Actor, make_unit: MakeUnit, clock: Clock
) -> None:
    wrong = draft(code=world.an.code, level="nowhere", parent_id=world.province.id)
    assert refused(service.create, session, analyst, wrong, clock()) == {
        "code": "code_taken",
        "level": "unknown_level",
    }
    assert refused(service.create, session, analyst, draft(), clock()) == {"parent_id": "no_parent"}
    assert events(session, "unit_created") == []


def test_the_code_of_a_closed_unit_stays_taken(
    session: Session, world: World, make_unit: MakeUnit, act: Act, clock: Clock
) -> None:
    make_unit("Huyện cũ", parent=world.province, code="h-cu", until=TODAY)
    actor = act(Role.ANALYST, world.province)
    problems = refused(service.create, session, actor, draft(code="h-cu", parent_id=world.province.id), clock())
    assert problems == {"code": "code_taken"}


def test_a_unit_outside_the_scope_is_not_found(session: Session, world: World, act: Act, clock: Clock) -> None:
    """Neither as parent, nor to change, to close, to succeed or to take children."""
    an, binh = world.an, world.binh
    local = act(Role.ANALYST, an)
    for call in (
        lambda: service.create(session, local, draft(parent_id=binh.id), clock()),
        lambda: service.edit(session, local, binh.id, draft(binh), clock()),
        lambda: service.edit(session, local, an.id, draft(an, parent_id=binh.id), clock()),
        lambda: service.close(session, local, binh.id, ClosingDraft(last_day=LAST), clock()),
        lambda: service.close(session, local, an.id, ClosingDraft(last_day=LAST, successors=(binh.id,)), clock()),
        lambda: service.close(session, local, an.id, ClosingDraft(last_day=LAST, children_to=binh.id), clock()),
        lambda: service.edit(session, local, 999_999, draft(an), clock()),
    ):
        with pytest.raises(NotFound):
            call()


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.SURVEYOR, Role.LEADER, Role.APPRAISER])
def test_other_roles_change_nothing(session: Session, world: World, act: Act, clock: Clock, role: Role) -> None:
    actor = act(role, world.province)
    for call in (
        lambda: service.create(session, actor, draft(parent_id=world.province.id), clock()),
        lambda: service.edit(session, actor, world.an.id, draft(world.an), clock()),
        lambda: service.close(session, actor, world.an.id, ClosingDraft(last_day=LAST), clock()),
    ):
        with pytest.raises(NotAllowed):
            call()


def test_a_unit_is_changed_and_what_was_is_kept_in_the_log(
    session: Session, world: World, analyst: Actor, clock: Clock
) -> None:
    changed = draft(world.an, code="p-an-co", name="Phường An Cọ", short="An Cọ", parent_id=world.department.id)
    service.edit(session, analyst, world.an.id, changed, clock())
    unit = session.get_one(Unit, world.an.id)
    assert (unit.code, unit.name, unit.short, unit.parent_id) == (
        "p-an-co",
        "Phường An Cọ",
        "An Cọ",
        world.department.id,
    )
    (event,) = events(session, "unit_changed")
    assert event["before"]["name"] == "Xã An Cọ"  # type: ignore[index]
    assert event["after"]["name"] == "Phường An Cọ"  # type: ignore[index]


def test_no_circles_and_no_second_root(
    session: Session, world: World, make_unit: MakeUnit, act: Act, clock: Clock
) -> None:
    hamlet = make_unit("Thôn Một", parent=world.an)
    actor = act(Role.ANALYST, world.province)
    for parent_id, reason in ((hamlet.id, "circle"), (world.an.id, "circle"), (None, "no_parent")):
        problems = refused(service.edit, session, actor, world.an.id, draft(world.an, parent_id=parent_id), clock())
        assert problems == {"parent_id": reason}
    problems = refused(
        service.edit, session, actor, world.province.id, draft(world.province, parent_id=world.an.id), clock()
    )
    assert problems == {"parent_id": "root_stays"}


def test_the_root_can_be_renamed(session: Session, world: World, analyst: Actor, clock: Clock) -> None:
    service.edit(session, analyst, world.province.id, draft(world.province, name="Tỉnh Mới"), clock())
    assert session.get_one(Unit, world.province.id).name == "Tỉnh Mới"


def test_a_unit_at_the_top_of_the_scope_keeps_its_parent(
    session: Session, world: World, act: Act, clock: Clock
) -> None:
    local = act(Role.ANALYST, world.an)
    service.edit(session, local, world.an.id, draft(world.an, name="Xã An Cọ Mới"), clock())
    assert session.get_one(Unit, world.an.id).parent_id == world.province.id


def test_a_start_after_answers_is_refused(
    session: Session,
    world: World,
    analyst: Actor,
    clock: Clock,
    make_campaign: MakeCampaign,
    make_counter: MakeCounter,
    make_released: MakeReleased,
    make_waiting: MakeWaiting,
) -> None:
    campaign = make_campaign()
    make_released(campaign, make_counter(world.an), [answers()], day=datetime.date(2026, 2, 20))
    make_waiting(campaign, make_counter(world.binh), [answers()], day=TODAY)
    for unit, day in ((world.an, datetime.date(2026, 3, 1)), (world.binh, TODAY + DAY)):
        problems = refused(service.edit, session, analyst, unit.id, draft(unit, valid_from=day), clock())
        assert problems == {"valid_from": "has_answers"}
    for unit, day in ((world.an, datetime.date(2026, 2, 1)), (world.binh, TODAY), (world.an, SINCE - DAY)):
        service.edit(session, analyst, unit.id, draft(unit, valid_from=day), clock())


def test_a_start_after_taking_over_is_refused(
    session: Session, world: World, make_unit: MakeUnit, act: Act, clock: Clock
) -> None:
    make_unit("Xã cũ", parent=world.province, since=datetime.date(2000, 1, 1), until=SINCE, successors=(world.an,))
    actor = act(Role.ANALYST, world.province)
    problems = refused(service.edit, session, actor, world.an.id, draft(world.an, valid_from=SINCE + DAY), clock())
    assert problems == {"valid_from": "took_over_before"}


def test_a_closed_unit_is_never_changed_again(session: Session, world: World, analyst: Actor, clock: Clock) -> None:
    service.close(session, analyst, world.an.id, ClosingDraft(last_day=LAST), clock())
    for call in (
        lambda: service.edit(session, analyst, world.an.id, draft(world.an, name="Khác"), clock()),
        lambda: service.close(session, analyst, world.an.id, ClosingDraft(last_day=LAST + DAY), clock()),
    ):
        with pytest.raises(Conflict, match="unit_closed"):
            call()
    assert session.get_one(Unit, world.an.id).valid_to == GONE


def test_closing_ends_the_unit_and_its_counters_and_names_its_successors(
    session: Session, world: World, analyst: Actor, clock: Clock, make_counter: MakeCounter
) -> None:
    still, before = make_counter(world.an, "Quầy 1"), make_counter(world.an, "Quầy 2", closed=SINCE)
    late = make_counter(world.an, "Quầy 3", opened=GONE + DAY)
    closing = ClosingDraft(last_day=LAST, successors=(world.binh.id, world.department.id))
    service.close(session, analyst, world.an.id, closing, clock())
    assert session.get_one(Unit, world.an.id).valid_to == GONE
    closed = {
        one.id: session.get_one(Counter, one.id, populate_existing=True).closed_on for one in (still, before, late)
    }
    assert closed == {still.id: GONE, before.id: SINCE, late.id: GONE + DAY}
    heirs = session.scalars(select(UnitSuccession.successor_id).where(UnitSuccession.predecessor_id == world.an.id))
    assert set(heirs) == {world.binh.id, world.department.id}
    (event,) = events(session, "unit_closed")
    assert event["last_day"] == "2026-03-31"
    assert event["counters"] == [still.code, late.code]


def test_a_unit_lives_at_least_a_day(session: Session, world: World, analyst: Actor, clock: Clock) -> None:
    problems = refused(service.close, session, analyst, world.an.id, ClosingDraft(last_day=SINCE - DAY), clock())
    assert problems == {"last_day": "before_start"}
    service.close(session, analyst, world.an.id, ClosingDraft(last_day=SINCE), clock())


def test_the_root_is_not_closed(session: Session, world: World, analyst: Actor, clock: Clock) -> None:
    closing = ClosingDraft(last_day=LAST, children_to=world.an.id)
    assert refused(service.close, session, analyst, world.province.id, closing, clock())["unit"] == "root"


def test_living_children_block_closing_unless_they_move(
    session: Session, world: World, make_unit: MakeUnit, act: Act, clock: Clock
) -> None:
    hamlet, gone = make_unit("Thôn Một", parent=world.an), make_unit("Thôn cũ", parent=world.an, until=TODAY)
    closed = make_unit("Xã cũ", parent=world.province, until=TODAY)
    actor = act(Role.ANALYST, world.province)

    def problems(to: int | None) -> dict[str, str]:
        return refused(service.close, session, actor, world.an.id, ClosingDraft(last_day=LAST, children_to=to), clock())

    assert problems(None) == {"children_to": "living_children"}
    assert problems(hamlet.id) == {"children_to": "circle"}
    assert problems(world.an.id) == {"children_to": "circle"}
    assert problems(closed.id) == {"children_to": "parent_not_alive"}
    service.close(session, actor, world.an.id, ClosingDraft(last_day=LAST, children_to=world.binh.id), clock())
    assert session.get_one(Unit, hamlet.id).parent_id == world.binh.id
    assert session.get_one(Unit, gone.id).parent_id == world.an.id  # history stays


def test_successors_are_other_units_alive_on_the_day_after(
    session: Session, world: World, make_unit: MakeUnit, act: Act, clock: Clock
) -> None:
    gone = make_unit("Xã cũ", parent=world.province, until=GONE)
    later = make_unit("Xã sau", parent=world.province, since=GONE + DAY)
    just = make_unit("Xã vừa", parent=world.province, since=GONE)
    actor = act(Role.ANALYST, world.province)
    for one in (gone, later, world.an):
        closing = ClosingDraft(last_day=LAST, successors=(one.id,))
        assert refused(service.close, session, actor, world.an.id, closing, clock()) == {
            "successors": "successor_not_alive"
        }
    service.close(session, actor, world.an.id, ClosingDraft(last_day=LAST, successors=(just.id,)), clock())


def test_nothing_of_a_refused_closing_is_kept(
    database: Database, world: World, analyst: Actor, clock: Clock, make_counter: MakeCounter
) -> None:
    counter = make_counter(world.an)
    closing = ClosingDraft(last_day=SINCE - DAY, successors=(world.binh.id,))
    with pytest.raises(Rejected), database.transaction() as opened:
        service.close(opened, analyst, world.an.id, closing, clock())
    with database.reading() as opened:
        assert opened.get_one(Unit, world.an.id).valid_to is None
        assert opened.get_one(Counter, counter.id).closed_on is None
        assert events(opened, "unit_closed") == []


def test_two_moves_at_once_do_not_close_a_circle(
    database: Database, world: World, analyst: Actor, clock: Clock
) -> None:
    """Each alone is sound; the second one sees the first."""

    def move(unit: Unit, below: Unit) -> bool:
        try:
            with database.transaction() as opened:
                service.edit(opened, analyst, unit.id, draft(unit, parent_id=below.id), clock())
        except Rejected:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        moved = list(pool.map(move, (world.an, world.binh), (world.binh, world.an)))
    assert sorted(moved) == [False, True]
