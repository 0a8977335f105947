"""Units as lists, pages and tables."""

import datetime

import pytest
from sqlalchemy.orm import Session

from survey_app.errors import NotAllowed, NotFound
from survey_app.models import Unit
from survey_app.organisation import queries
from survey_app.organisation.listing import ALL, CLOSED, PAGE, Asked
from survey_app.policy import Actor, Role
from tests.factories.accounts import MakeAccount
from tests.factories.units import SINCE, MakeCounter, MakeUnit
from tests.survey_app.organisation.conftest import TODAY, Act, World

DAY = datetime.timedelta(days=1)


def names(session: Session, actor: Actor, **asked: object) -> list[str]:
    return [row.name for row in queries.units(session, actor, Asked(**asked), TODAY).rows]  # type: ignore[arg-type]


def test_the_list_follows_the_tree(session: Session, world: World, make_unit: MakeUnit, act: Act) -> None:
    make_unit("Thôn Một", parent=world.binh)
    found = queries.units(session, act(Role.ANALYST, world.province), Asked(), TODAY)
    assert [(row.name, row.depth) for row in found.rows] == [
        ("Tỉnh Minh Họa", 0),
        ("Xã An Cọ", 1),
        ("Xã Bình Đa", 1),
        ("Thôn Một", 2),
        ("Sở Tư pháp", 1),
    ]
    assert found.total == 5


def test_filters_and_sorting(
    session: Session, world: World, make_unit: MakeUnit, act: Act, make_counter: MakeCounter
) -> None:
    make_unit("Huyện Cũ", parent=world.province, code="h-cu", until=TODAY, successors=(world.an,))
    make_unit("Xã Sắp Đóng", parent=world.province, code="sap", until=TODAY + DAY)
    make_counter(world.binh)
    actor = act(Role.ADMINISTRATOR, world.province)
    assert names(session, actor, q="BINH") == ["Xã Bình Đa"]
    assert names(session, actor, q="so-tp") == ["Sở Tư pháp"]
    assert names(session, actor, level="department") == ["Sở Tư pháp"]
    assert names(session, actor, state=CLOSED) == ["Huyện Cũ"]
    assert names(session, actor, state=ALL, q="cu") == ["Huyện Cũ"]
    assert names(session, actor, sort="-name", level="commune") == ["Xã Sắp Đóng", "Xã Bình Đa", "Xã An Cọ"]
    assert names(session, actor, sort="-counters")[0] == "Xã Bình Đa"
    assert names(session, actor, q="nowhere") == []
    for column in queries.KEYS:
        assert len(names(session, actor, sort=column, state=ALL)) == 6


def test_fifty_rows_a_page(session: Session, world: World, make_unit: MakeUnit, act: Act) -> None:
    for number in range(PAGE):
        make_unit(f"Xã {number:02}", parent=world.province)
    actor = act(Role.ANALYST, world.province)
    first = queries.units(session, actor, Asked(), TODAY)
    second = queries.units(session, actor, Asked(page=2), TODAY)
    assert (len(first.rows), len(second.rows), second.pages, second.total) == (50, 4, 2, 54)


def test_only_the_scope_is_seen(session: Session, world: World, make_unit: MakeUnit, act: Act) -> None:
    hamlet = make_unit("Thôn Một", parent=world.an)
    local = act(Role.ANALYST, world.an)
    assert names(session, local, state=ALL) == ["Xã An Cọ", "Thôn Một"]
    assert queries.choices(session, local).units == ((hamlet.id, "Thôn Một"), (world.an.id, "Xã An Cọ"))
    assert [row[0] for row in queries.unit_table(session, local, Asked(), TODAY)] == ["an-co", "U001"]
    with pytest.raises(NotFound):
        queries.unit(session, local, world.binh.id, TODAY)
    with pytest.raises(NotFound):
        queries.unit(session, local, 999_999, TODAY)


def test_other_roles_see_no_units(session: Session, world: World, act: Act) -> None:
    inspector = act(Role.INSPECTOR, world.an)
    for call in (
        lambda: queries.units(session, inspector, Asked(), TODAY),
        lambda: queries.unit(session, inspector, world.an.id, TODAY),
        lambda: queries.choices(session, inspector),
        lambda: queries.unit_table(session, inspector, Asked(), TODAY),
    ):
        with pytest.raises(NotAllowed):
            call()
    with pytest.raises(NotAllowed):
        queries.fields(session, act_surveyor(inspector))


def act_surveyor(actor: Actor) -> Actor:
    return Actor(
        account_id=actor.account_id,
        username="s",
        name="S",
        role=Role.SURVEYOR,
        unit_id=actor.unit_id,
        units=actor.units,
        session_hash="0",
    )


def test_a_page_shows_what_surrounds_a_unit(
    session: Session, world: World, make_unit: MakeUnit, make_account: MakeAccount, make_counter: MakeCounter, act: Act
) -> None:
    before = make_unit(
        "Xã Trước", parent=world.province, until=SINCE, since=SINCE - DAY, successors=(world.an, world.binh)
    )
    hamlet, gone = make_unit("Thôn Một", parent=world.an), make_unit("Thôn Cũ", parent=world.an, until=TODAY)
    make_counter(world.an)
    make_account(Role.INSPECTOR, world.an, username="an")
    actor = act(Role.ANALYST, world.province)
    found = queries.unit(session, actor, world.an.id, TODAY)
    assert found.parent is not None
    assert (found.parent.name, found.parent.linked) == ("Tỉnh Minh Họa", True)
    assert [(one.name, one.last_day) for one in found.predecessors] == [("Xã Trước", SINCE - DAY)]
    assert {child.id for child in found.children} == {hamlet.id, gone.id}
    assert [child.id for child in found.living_children] == [hamlet.id]
    assert found.unit.counters == 1
    assert [username for _, username in found.people] == ["an"]
    closed = queries.unit(session, actor, before.id, TODAY)
    assert [one.name for one in closed.successors] == ["Xã An Cọ", "Xã Bình Đa"]
    assert (closed.unit.gone, closed.unit.last_day) == (True, SINCE - DAY)


def test_units_outside_the_scope_are_named_without_a_link(session: Session, world: World, act: Act) -> None:
    found = queries.unit(session, act(Role.ANALYST, world.an), world.an.id, TODAY)
    assert found.parent is not None
    assert (found.parent.name, found.parent.linked) == ("Tỉnh Minh Họa", False)


def test_choices_are_living_units_in_order(session: Session, world: World, make_unit: MakeUnit, act: Act) -> None:
    make_unit("Xã Cũ", parent=world.province, until=TODAY + DAY)
    found = queries.choices(session, act(Role.ANALYST, world.province))
    assert [name for _, name in found.units] == ["Xã An Cọ", "Xã Bình Đa", "Tỉnh Minh Họa", "Sở Tư pháp"]
    assert found.roots == {world.province.id}
    assert dict(found.levels)["commune"] == "Xã, phường"


def test_the_table_has_the_columns_of_the_import(session: Session, world: World, make_unit: MakeUnit, act: Act) -> None:
    old: Unit = make_unit("Xã Cũ", parent=world.province, code="cu", until=TODAY, successors=(world.an, world.binh))
    rows = queries.unit_table(session, act(Role.ANALYST, world.province), Asked(state=ALL), TODAY)
    by_code = {row[0]: row for row in rows}
    assert by_code[old.code] == (
        "cu",
        "Xã Cũ",
        None,
        "Xã, phường",
        "TINH",
        SINCE,
        TODAY - DAY,
        "an-co binh-da",
    )
    assert by_code["TINH"][4:] == (None, SINCE, None, "")
