"""Units from a table: row by row right, or nothing."""

import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.db import Database
from survey_app.errors import NotAllowed, Rejected
from survey_app.models import Unit
from survey_app.organisation import queries
from survey_app.organisation.listing import ALL, Asked
from survey_app.organisation.unit_imports import COLUMNS, import_units
from survey_app.policy import Actor, Role
from survey_app.sheets import TableRow
from tests.conftest import Clock
from tests.factories.campaigns import MakeCampaign
from tests.factories.submissions import MakeWaiting, answers
from tests.factories.units import SINCE, MakeCounter, MakeUnit
from tests.survey_app.organisation.conftest import TODAY, Act, World, events

NEW = {"code": "x-moi", "name": "Xã Mới", "level": "Xã, phường", "parent": "TINH", "since": "01/01/2026"}


def table(*rows: dict[str, str]) -> list[TableRow]:
    return [TableRow(number, dict.fromkeys(COLUMNS, "") | row) for number, row in enumerate(rows, start=2)]


def as_stored(session: Session, actor: Actor) -> list[dict[str, str]]:
    """What an export of everything holds."""
    rows = queries.unit_table(session, actor, Asked(state=ALL), TODAY)
    return [dict(zip(COLUMNS, (str(cell) if cell is not None else "" for cell in row), strict=True)) for row in rows]


def problems(session: Session, actor: Actor, clock: Clock, *rows: dict[str, str]) -> dict[str, str]:
    """What is refused, by the check and by the import alike; nothing is stored."""
    before = session.scalar(select(func.count()).select_from(Unit))
    with pytest.raises(Rejected) as checked:
        import_units(session, actor, table(*rows), clock(), only_check=True)
    with pytest.raises(Rejected) as imported:
        import_units(session, actor, table(*rows), clock(), only_check=False)
    assert checked.value.problems == imported.value.problems
    assert session.scalar(select(func.count()).select_from(Unit)) == before
    return imported.value.problems


def test_rows_are_added_in_any_order_and_changed_by_code(
    session: Session, world: World, analyst: Actor, clock: Clock
) -> None:
    rows = table(
        NEW | {"code": "thon-1", "name": "Thôn Một", "parent": "x-moi", "level": "commune", "since": "2026-02-01"},
        NEW | {"short": "Mới"},
        {"code": "an-co", "name": "Phường An Cọ", "level": "xa, phuong", "parent": "x-moi", "since": "01/07/2025"},
    )
    # A unit cannot stand below one that began later, unless that one has begun by now.
    outcome = import_units(session, analyst, rows, clock(), only_check=False)
    assert [(change.number, change.code) for change in outcome.added] == [(2, "thon-1"), (3, "x-moi")]
    assert [(change.number, change.code, dict(change.differences)) for change in outcome.changed] == [
        (4, "an-co", {"name": ("Xã An Cọ", "Phường An Cọ"), "parent": ("TINH", "x-moi")})
    ]
    by_code = {unit.code: unit for unit in session.scalars(select(Unit))}
    assert by_code["thon-1"].parent_id == by_code["x-moi"].id == by_code["an-co"].parent_id
    assert (by_code["x-moi"].parent_id, by_code["x-moi"].short) == (world.province.id, "Mới")
    assert by_code["thon-1"].valid_from == datetime.date(2026, 2, 1)
    assert by_code["an-co"].id == world.an.id
    (event,) = events(session, "units_imported")
    assert event["added"] == ["thon-1", "x-moi"]
    assert event["changed"] == {"an-co": {"name": ["Xã An Cọ", "Phường An Cọ"], "parent": ["TINH", "x-moi"]}}


def test_a_check_stores_nothing(session: Session, world: World, analyst: Actor, clock: Clock) -> None:
    outcome = import_units(session, analyst, table(NEW), clock(), only_check=True)
    assert [change.code for change in outcome.added] == ["x-moi"]
    assert session.scalar(select(Unit.id).where(Unit.code == "x-moi")) is None
    assert events(session, "units_imported") == []


def test_an_export_comes_in_again_without_a_change(
    session: Session, world: World, make_unit: MakeUnit, act: Act, clock: Clock
) -> None:
    make_unit("Xã Cũ", parent=world.province, code="cu", until=TODAY, successors=(world.an, world.binh))
    make_unit("Xã Sắp Đóng", parent=world.province, until=TODAY + datetime.timedelta(days=30))
    actor = act(Role.ANALYST, world.province)
    outcome = import_units(session, actor, table(*as_stored(session, actor)), clock(), only_check=False)
    assert (outcome.added, outcome.changed, outcome.unchanged) == ((), (), 6)
    assert events(session, "units_imported") == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"code": ""}, {"2:code": "needed"}),
        ({"code": "Xã"}, {"2:code": "bad_code"}),
        ({"code": "x" * 41}, {"2:code": "too_long"}),
        ({"name": ""}, {"2:name": "needed"}),
        ({"name": "x" * 201}, {"2:name": "too_long"}),
        ({"short": "x" * 81}, {"2:short": "too_long"}),
        ({"level": ""}, {"2:level": "needed"}),
        ({"level": "Quận"}, {"2:level": "unknown_level"}),
        ({"parent": "none"}, {"2:parent": "unknown_unit"}),
        ({"parent": ""}, {"2:parent": "no_parent"}),
        ({"parent": "x-moi"}, {"2:parent": "circle"}),
        ({"since": ""}, {"2:since": "needed"}),
        ({"since": "2026-13-01"}, {"2:since": "bad_day"}),
        ({"since": "01/06/2025"}, {}),
        ({"last_day": "31/12/2026"}, {"2:last_day": "end_elsewhere"}),
        ({"last_day": "soon"}, {"2:last_day": "bad_day"}),
        ({"successors": "an-co"}, {"2:successors": "end_elsewhere"}),
        (
            {"name": "", "level": "Quận", "since": "x"},
            {"2:level": "unknown_level", "2:name": "needed", "2:since": "bad_day"},
        ),
    ],
)
def test_errors_name_row_and_column(
    session: Session, world: World, analyst: Actor, clock: Clock, change: dict[str, str], expected: dict[str, str]
) -> None:
    if not expected:
        assert len(import_units(session, analyst, table(NEW | change), clock(), only_check=True).added) == 1
        return
    found = problems(session, analyst, clock, NEW | change, NEW | {"code": "sound"})
    assert {place: reason for place, reason in found.items() if place.startswith("2:")} == expected
    assert list(found) == sorted(found)


def test_a_code_stands_once_in_a_table(session: Session, world: World, analyst: Actor, clock: Clock) -> None:
    assert problems(session, analyst, clock, NEW, NEW) == {"3:code": "repeated_row"}


def test_no_circle_across_rows(session: Session, world: World, analyst: Actor, clock: Clock) -> None:
    rows = [row for row in as_stored(session, analyst) if row["code"] in ("an-co", "binh-da")]
    one, other = (row | {"parent": parent} for row, parent in zip(rows, ("binh-da", "an-co"), strict=True))
    assert problems(session, analyst, clock, one, other) == {"2:parent": "circle", "3:parent": "circle"}


def test_the_root_stays_the_root(session: Session, world: World, analyst: Actor, clock: Clock) -> None:
    (root,) = (row for row in as_stored(session, analyst) if row["code"] == "TINH")
    assert problems(session, analyst, clock, root | {"parent": "an-co"}) == {"2:parent": "root_stays"}


def test_a_closed_unit_is_not_changed(
    session: Session, world: World, make_unit: MakeUnit, act: Act, clock: Clock
) -> None:
    make_unit("Xã Cũ", parent=world.province, code="cu", until=TODAY, successors=(world.an,))
    actor = act(Role.ANALYST, world.province)
    (old,) = (row for row in as_stored(session, actor) if row["code"] == "cu")
    assert problems(session, actor, clock, old | {"name": "Khác"}) == {"2:code": "unit_closed"}
    assert problems(session, actor, clock, old | {"last_day": ""}) == {"2:last_day": "end_elsewhere"}
    assert problems(session, actor, clock, old | {"successors": "an-co binh-da"}) == {"2:successors": "end_elsewhere"}
    assert problems(session, actor, clock, NEW | {"parent": "cu"}) == {"2:parent": "parent_not_alive"}


def test_a_start_after_answers_is_refused(
    session: Session,
    world: World,
    analyst: Actor,
    clock: Clock,
    make_campaign: MakeCampaign,
    make_counter: MakeCounter,
    make_waiting: MakeWaiting,
) -> None:
    make_waiting(make_campaign(), make_counter(world.an), [answers()])
    (row,) = (row for row in as_stored(session, analyst) if row["code"] == "an-co")
    assert problems(session, analyst, clock, row | {"since": "17/03/2026"}) == {"2:since": "has_answers"}


def test_units_outside_the_scope_are_neither_changed_nor_parents(
    session: Session, world: World, act: Act, clock: Clock
) -> None:
    local = act(Role.ANALYST, world.an)
    foreign = {"code": "binh-da", "name": "Khác", "level": "commune", "parent": "TINH", "since": "01/07/2025"}
    assert problems(session, local, clock, foreign) == {"2:code": "not_in_scope"}
    assert problems(session, local, clock, NEW | {"parent": "binh-da"}) == {"2:parent": "unknown_unit"}
    own = foreign | {"code": "an-co", "name": "Xã An Cọ Mới"}  # its parent stands above the scope, and stays
    assert len(import_units(session, local, table(own), clock(), only_check=True).changed) == 1


def test_other_roles_import_nothing(session: Session, world: World, act: Act, clock: Clock) -> None:
    with pytest.raises(NotAllowed):
        import_units(session, act(Role.INSPECTOR, world.province), table(NEW), clock(), only_check=True)


def test_nothing_is_half_imported(database: Database, world: World, analyst: Actor, clock: Clock) -> None:
    rows = table(NEW, {"code": "an-co", "name": "Khác", "level": "x", "parent": "TINH", "since": "01/07/2025"})
    with pytest.raises(Rejected), database.transaction() as opened:
        import_units(opened, analyst, rows, clock(), only_check=False)
    with database.reading() as opened:
        assert set(opened.scalars(select(Unit.name))) == {"Tỉnh Minh Họa", "Xã An Cọ", "Xã Bình Đa", "Sở Tư pháp"}


def test_many_rows_are_logged_some_at_a_time(session: Session, world: World, analyst: Actor, clock: Clock) -> None:
    rows = table(*(NEW | {"code": f"x-{number}", "name": f"Xã {number}"} for number in range(120)))
    outcome = import_units(session, analyst, rows, clock(), only_check=False)
    assert len(outcome.added) == 120
    logged = events(session, "units_imported")
    assert [len(event["added"]) for event in logged] == [50, 50, 20]  # type: ignore[arg-type]
    assert session.scalar(select(func.count()).select_from(Unit).where(Unit.valid_from > SINCE)) == 120
