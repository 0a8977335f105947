"""Counters from a table: row by row right, or nothing."""

import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app import codes
from survey_app.db import Database
from survey_app.errors import NotAllowed, Rejected
from survey_app.models import Counter
from survey_app.organisation import counter_queries
from survey_app.organisation.counter_imports import COLUMNS, import_counters
from survey_app.organisation.listing import ALL, Asked
from survey_app.policy import Actor, Role
from survey_app.sheets import TableRow
from tests.conftest import Clock
from tests.factories.units import SINCE, MakeCounter, MakeField, MakeUnit
from tests.survey_app.organisation.conftest import TODAY, Act, World, events

NEW = {"unit": "an-co", "name": "Quầy số 9"}
DAY = datetime.timedelta(days=1)


def table(*rows: dict[str, str]) -> list[TableRow]:
    return [TableRow(number, dict.fromkeys(COLUMNS, "") | row) for number, row in enumerate(rows, start=2)]


def as_stored(session: Session, actor: Actor) -> list[dict[str, str]]:
    """What an export of everything holds."""
    rows = counter_queries.counter_table(session, actor, Asked(state=ALL), TODAY)
    return [
        dict(zip(COLUMNS, (str(cell) if cell is not None else "" for cell in row.cells), strict=True)) for row in rows
    ]


def problems(session: Session, actor: Actor, clock: Clock, *rows: dict[str, str]) -> dict[str, str]:
    """What is refused, by the check and by the import alike; nothing is stored."""
    before = session.scalar(select(func.count()).select_from(Counter))
    with pytest.raises(Rejected) as checked:
        import_counters(session, actor, table(*rows), clock(), only_check=True)
    with pytest.raises(Rejected) as imported:
        import_counters(session, actor, table(*rows), clock(), only_check=False)
    assert checked.value.problems == imported.value.problems
    assert session.scalar(select(func.count()).select_from(Counter)) == before
    return imported.value.problems


def test_rows_without_a_code_are_added_and_the_others_changed(
    session: Session, world: World, analyst: Actor, clock: Clock, make_counter: MakeCounter, make_field: MakeField
) -> None:
    make_field("land")
    counter = make_counter(world.an)
    rows = table(
        NEW | {"place": "Tầng 2", "field": "đất đai", "opened": "01/03/2026"},
        NEW | {"unit": "binh-da"},
        {
            "code": codes.grouped(counter.code).lower(),
            "unit": "an-co",
            "name": "Quầy Đất đai",
            "field": "land",
            "opened": "2025-07-01",
        },
    )
    outcome = import_counters(session, analyst, rows, clock(), only_check=False)
    first, second = (session.scalars(select(Counter).where(Counter.code == one.code)).one() for one in outcome.added)
    assert (first.unit_id, first.name, first.place) == (world.an.id, "Quầy số 9", "Tầng 2")
    assert (first.field_key, first.opened_on) == ("land", datetime.date(2026, 3, 1))
    assert (second.unit_id, second.field_key, second.place) == (world.binh.id, None, None)
    assert second.opened_on == TODAY  # an empty cell: from today
    assert codes.normal(first.code) == first.code != second.code
    changed = session.get_one(Counter, counter.id, populate_existing=True)
    assert (changed.code, changed.name, changed.place, changed.field_key) == (
        counter.code,
        "Quầy Đất đai",
        None,
        "land",
    )
    (event,) = events(session, "counters_imported")
    assert event["added"] == [first.code, second.code]
    assert event["changed"][counter.code]["name"] == ["Quầy số 1", "Quầy Đất đai"]  # type: ignore[index]
    assert event["changed"][counter.code]["field"] == ["", "Đất đai"]  # type: ignore[index]


def test_a_check_stores_nothing_and_draws_no_code(session: Session, world: World, analyst: Actor, clock: Clock) -> None:
    outcome = import_counters(session, analyst, table(NEW), clock(), only_check=True)
    assert [(change.name, change.code) for change in outcome.added] == [("Quầy số 9", "")]
    assert session.scalar(select(func.count()).select_from(Counter)) == 0


def test_an_export_comes_in_again_without_a_change(
    session: Session, world: World, analyst: Actor, clock: Clock, make_counter: MakeCounter, make_field: MakeField
) -> None:
    still = make_counter(world.an, field=make_field("land"))
    make_counter(world.an, "Quầy cũ", closed=TODAY, successor=still)
    make_counter(world.binh, closed=TODAY + DAY)
    rows = table(*as_stored(session, analyst))
    outcome = import_counters(session, analyst, rows, clock(), only_check=False)
    assert (outcome.added, outcome.changed, outcome.unchanged) == ((), (), 3)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"unit": ""}, {"2:unit": "needed"}),
        ({"unit": "none"}, {"2:unit": "unknown_unit"}),
        ({"unit": "xa-cu"}, {"2:unit": "unit_closed"}),
        ({"name": ""}, {"2:name": "needed"}),
        ({"name": "x" * 161}, {"2:name": "too_long"}),
        ({"name": "Quầy số 1"}, {"2:name": "name_taken"}),
        ({"place": "x" * 201}, {"2:place": "too_long"}),
        ({"field": "Bóng đá"}, {"2:field": "unknown_field"}),
        ({"opened": "x"}, {"2:opened": "bad_day"}),
        ({"opened": "30/06/2025"}, {"2:opened": "before_unit"}),
        ({"closed": "31/12/2026"}, {"2:closed": "end_elsewhere"}),
        ({"successor": "ABC"}, {"2:successor": "end_elsewhere"}),
        ({"code": "ABCDEF"}, {"2:code": "bad_counter_code"}),
    ],
)
def test_errors_name_row_and_column(
    session: Session,
    world: World,
    make_unit: MakeUnit,
    make_counter: MakeCounter,
    act: Act,
    clock: Clock,
    change: dict[str, str],
    expected: dict[str, str],
) -> None:
    make_unit("Xã Cũ", parent=world.province, code="xa-cu", until=TODAY)
    make_counter(world.an)
    make_counter(world.an, "Quầy cũ", closed=TODAY)
    actor = act(Role.ANALYST, world.province)
    assert problems(session, actor, clock, NEW | change, NEW | {"name": "Quầy cũ"}) == expected


def test_one_wrong_character_never_changes_another_counter(
    session: Session, world: World, analyst: Actor, clock: Clock, make_counter: MakeCounter
) -> None:
    code = make_counter(world.an).code
    for sign in codes.ALPHABET.replace(code[2], ""):
        found = problems(session, analyst, clock, NEW | {"code": code[:2] + sign + code[3:]})
        assert found == {"2:code": "bad_counter_code"}
    other = codes.draw()
    assert problems(session, analyst, clock, NEW | {"code": other}) == {"2:code": "unknown_counter"}


def test_what_stays_of_a_counter_that_exists(
    session: Session, world: World, analyst: Actor, clock: Clock, make_counter: MakeCounter
) -> None:
    still = make_counter(world.an)
    old = make_counter(world.an, "Quầy cũ", closed=TODAY, successor=still)
    rows = {row["code"]: row for row in as_stored(session, analyst)}
    own, closed = rows[still.code], rows[old.code]
    for row, expected in (
        (own | {"unit": "binh-da"}, {"2:unit": "unit_stays"}),
        (own | {"opened": "02/07/2025"}, {"2:opened": "opening_stays"}),
        (own | {"closed": "01/04/2026"}, {"2:closed": "end_elsewhere"}),
        (own | {"successor": old.code}, {"2:successor": "end_elsewhere"}),
        (own | {"name": ""}, {"2:name": "needed"}),
        (closed | {"name": "Khác"}, {"2:code": "counter_closed"}),
        (closed | {"closed": ""}, {"2:closed": "end_elsewhere"}),
        (closed | {"successor": ""}, {"2:successor": "end_elsewhere"}),
    ):
        assert problems(session, analyst, clock, row) == expected
    assert problems(session, analyst, clock, own, own) == {"3:code": "repeated_row"}


def test_names_may_change_places_but_not_double(
    session: Session, world: World, analyst: Actor, clock: Clock, make_counter: MakeCounter
) -> None:
    make_counter(world.an, "Quầy số 1")
    make_counter(world.an, "Quầy số 2")
    one, other = as_stored(session, analyst)
    swapped = table(one | {"name": "Quầy số 2"}, other | {"name": "Quầy số 1"})
    assert len(import_counters(session, analyst, swapped, clock(), only_check=True).changed) == 2
    assert problems(session, analyst, clock, one | {"name": "Quầy số 2"}) == {"2:name": "name_taken"}
    assert problems(session, analyst, clock, NEW, NEW) == {"3:name": "name_taken"}


def test_counters_outside_the_scope_are_unknown(
    session: Session, world: World, act: Act, clock: Clock, make_counter: MakeCounter
) -> None:
    foreign = make_counter(world.binh)
    local = act(Role.ANALYST, world.an)
    row = NEW | {"code": foreign.code, "opened": str(SINCE)}
    assert problems(session, local, clock, row) == {"2:code": "unknown_counter"}
    assert problems(session, local, clock, NEW | {"unit": "binh-da"}) == {"2:unit": "unknown_unit"}


def test_other_roles_import_nothing(session: Session, world: World, act: Act, clock: Clock) -> None:
    with pytest.raises(NotAllowed):
        import_counters(session, act(Role.INSPECTOR, world.an), table(NEW), clock(), only_check=True)


def test_nothing_is_half_imported(
    database: Database, world: World, analyst: Actor, clock: Clock, make_counter: MakeCounter
) -> None:
    counter = make_counter(world.an)
    renamed = {"code": counter.code, "unit": "an-co", "name": "Khác", "opened": str(SINCE)}
    with pytest.raises(Rejected), database.transaction() as opened:
        import_counters(opened, analyst, table(renamed, NEW, NEW | {"field": "x"}), clock(), only_check=False)
    with database.reading() as opened:
        assert list(opened.scalars(select(Counter.name))) == ["Quầy số 1"]
