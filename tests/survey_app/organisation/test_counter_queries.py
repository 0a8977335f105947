"""Counters as lists, pages and sheets, as far as the scope goes."""

import datetime

import pytest
from sqlalchemy.orm import Session

from survey_app import codes
from survey_app.errors import NotAllowed, NotFound, NotOpen
from survey_app.organisation import counter_queries as queries
from survey_app.organisation.listing import ALL, CLOSED, Asked
from survey_app.policy import Actor, Role
from tests.factories.units import SINCE, MakeCounter, MakeField
from tests.survey_app.organisation.conftest import TODAY, Act, World

DAY = datetime.timedelta(days=1)


def found(session: Session, actor: Actor, **asked: object) -> list[str]:
    rows = queries.counters(session, actor, Asked(**asked), TODAY).found.rows  # type: ignore[arg-type]
    return [f"{row.unit}: {row.name}" for row in rows]


def test_filters_and_sorting(
    session: Session, world: World, analyst: Actor, make_counter: MakeCounter, make_field: MakeField
) -> None:
    one = make_counter(world.an, "Quầy số 1", field=make_field("land"))
    make_counter(world.binh, "Quầy số 2")
    make_counter(world.binh, "Quầy cũ", closed=TODAY)
    make_counter(world.binh, "Quầy sắp đóng", closed=TODAY + DAY)
    assert found(session, analyst) == [
        "Xã An Cọ: Quầy số 1",
        "Xã Bình Đa: Quầy sắp đóng",
        "Xã Bình Đa: Quầy số 2",
    ]
    assert found(session, analyst, state=CLOSED) == ["Xã Bình Đa: Quầy cũ"]
    assert found(session, analyst, unit=world.an.id) == ["Xã An Cọ: Quầy số 1"]
    assert found(session, analyst, q="binh da", sort="-name")[0] == "Xã Bình Đa: Quầy số 2"
    assert found(session, analyst, q=one.code.lower()) == ["Xã An Cọ: Quầy số 1"]
    assert found(session, analyst, q=codes.grouped(one.code)) == ["Xã An Cọ: Quầy số 1"]
    for column in queries.KEYS:
        assert len(found(session, analyst, sort=column, state=ALL)) == 4


def test_an_inspector_sees_the_counters_of_the_own_scope(
    session: Session, world: World, act: Act, make_counter: MakeCounter
) -> None:
    own, foreign = make_counter(world.an), make_counter(world.binh)
    inspector = act(Role.INSPECTOR, world.an)
    assert found(session, inspector) == ["Xã An Cọ: Quầy số 1"]
    assert queries.counter(session, inspector, own.id, TODAY).code == own.code
    for call in (
        lambda: queries.counter(session, inspector, foreign.id, TODAY),
        lambda: queries.open_counter(session, inspector, foreign.id, TODAY),
        lambda: queries.of_unit(session, inspector, world.binh.id, TODAY),
        lambda: queries.open_of_unit(session, inspector, world.binh.id, TODAY),
        lambda: queries.counters(session, inspector, Asked(unit=world.binh.id), TODAY),
        lambda: queries.counter_table(session, inspector, Asked(unit=world.binh.id), TODAY),
        lambda: queries.counter(session, inspector, 999_999, TODAY),
    ):
        with pytest.raises(NotFound):
            call()


@pytest.mark.parametrize("role", [Role.SURVEYOR, Role.LEADER, Role.APPRAISER])
def test_other_roles_see_none(session: Session, world: World, act: Act, make_counter: MakeCounter, role: Role) -> None:
    counter = make_counter(world.an)
    actor = act(role, world.province)
    for call in (
        lambda: queries.counters(session, actor, Asked(), TODAY),
        lambda: queries.counter_table(session, actor, Asked(), TODAY),
        lambda: queries.counter(session, actor, counter.id, TODAY),
        lambda: queries.of_unit(session, actor, world.an.id, TODAY),
    ):
        with pytest.raises(NotAllowed):
            call()


def test_codes_are_printed_together_for_one_unit(
    session: Session, world: World, act: Act, make_counter: MakeCounter
) -> None:
    make_counter(world.an)
    make_counter(world.binh, closed=TODAY)
    analyst, inspector = act(Role.ANALYST, world.province), act(Role.INSPECTOR, world.an)
    all_units = queries.counters(session, analyst, Asked(), TODAY)
    assert [name for _, name in all_units.units] == ["Xã An Cọ", "Xã Bình Đa"]
    assert all_units.unit is None
    assert queries.counters(session, analyst, Asked(unit=world.an.id), TODAY).unit == (world.an.id, "Xã An Cọ")
    assert queries.counters(session, analyst, Asked(unit=world.binh.id), TODAY).unit is None  # nothing is open there
    assert queries.counters(session, inspector, Asked(), TODAY).unit == (world.an.id, "Xã An Cọ")


def test_only_open_counters_are_printed(
    session: Session, world: World, analyst: Actor, make_counter: MakeCounter
) -> None:
    still = make_counter(world.an)
    closed = make_counter(world.an, "Quầy cũ", closed=TODAY, successor=still)
    make_counter(world.binh, closed=TODAY)
    assert [row.id for row in queries.of_unit(session, analyst, world.an.id, TODAY)] == [still.id, closed.id]
    assert [row.id for row in queries.open_of_unit(session, analyst, world.an.id, TODAY)] == [still.id]
    assert queries.open_counter(session, analyst, still.id, TODAY).id == still.id
    assert queries.counter(session, analyst, closed.id, TODAY).successor_code == still.code
    with pytest.raises(NotOpen):
        queries.open_counter(session, analyst, closed.id, TODAY)
    with pytest.raises(NotOpen):
        queries.open_of_unit(session, analyst, world.binh.id, TODAY)


def test_heirs_are_other_open_counters_the_own_unit_first(
    session: Session, world: World, analyst: Actor, make_counter: MakeCounter
) -> None:
    counter, far = make_counter(world.binh), make_counter(world.an)
    near = make_counter(world.binh, "Quầy số 2")
    make_counter(world.binh, "Quầy cũ", closed=TODAY + DAY)
    assert [one for one, _ in queries.heirs(session, analyst, counter.id, TODAY)] == [near.id, far.id]


def test_the_cells_of_a_row(
    session: Session, world: World, analyst: Actor, make_counter: MakeCounter, make_field: MakeField
) -> None:
    still = make_counter(world.an)
    closed = make_counter(world.an, "Quầy cũ", closed=TODAY, successor=still, field=make_field("land"))
    row = queries.counter(session, analyst, closed.id, TODAY)
    assert row.cells == (
        closed.code,
        "an-co",
        "Quầy cũ",
        closed.place,
        "Đất đai",
        SINCE,
        TODAY,
        still.code,
    )
