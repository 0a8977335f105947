"""A province definition becomes the rows of an empty database."""

import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from questionnaires.loader import published
from questionnaires.provinces import Province
from survey_app import codes
from survey_app.errors import Conflict
from survey_app.models import Counter, Letterhead, Level, ServiceField, Unit, UnitSuccession
from survey_app.organisation.loading import load_province
from tests.conftest import Clock
from tests.survey_app.organisation.conftest import events


@pytest.fixture(scope="module")
def definition() -> Province:
    found = published("provinces")["demo@1"].definition
    assert isinstance(found, Province)
    return found


def test_everything_of_a_province_is_loaded(session: Session, definition: Province, clock: Clock) -> None:
    load_province(session, definition, clock())
    units = {unit.code: unit for unit in session.scalars(select(Unit))}
    assert set(units) == {unit.code for unit in definition.units}
    for given in definition.units:
        made = units[given.code]
        assert (made.name, made.short, made.level) == (given.name, given.short, given.level)
        assert (made.valid_from, made.valid_to) == (given.since, given.until)
        assert made.parent_id == (units[given.parent].id if given.parent else None)
    pairs = {(units[u.code].id, units[heir].id) for u in definition.units for heir in u.successors}
    assert set(session.execute(select(UnitSuccession.predecessor_id, UnitSuccession.successor_id)).all()) == pairs
    levels = session.scalars(select(Level.key).order_by(Level.position))
    assert list(levels) == [level.key for level in definition.levels]
    fields = session.scalars(select(ServiceField.key).order_by(ServiceField.position))
    assert list(fields) == [field.key for field in definition.fields]
    head = session.scalars(select(Letterhead)).one()
    assert head.fictional is definition.fictional
    assert len(events(session, "province_loaded")) == 1


def test_every_counter_gets_a_sound_code_and_the_dates_of_its_unit(
    session: Session, definition: Province, clock: Clock
) -> None:
    load_province(session, definition, clock())
    rows = session.execute(select(Counter, Unit).join(Unit, Unit.id == Counter.unit_id)).all()
    assert len(rows) == len(definition.counters)
    for counter, unit in rows:
        assert codes.normal(counter.code) == counter.code
        assert (counter.opened_on, counter.closed_on) == (unit.valid_from, unit.valid_to)


def test_a_database_with_units_is_left_alone(session: Session, definition: Province, clock: Clock) -> None:
    session.add(Level(key="province", name="Tỉnh", plural="Tỉnh", ranked=False, position=0))
    session.flush()
    session.add(Unit(code="x", name="Tỉnh khác", level="province", valid_from=datetime.date(2025, 7, 1)))
    session.flush()
    with pytest.raises(Conflict, match="province_loaded"):
        load_province(session, definition, clock())
    assert session.scalar(select(func.count()).select_from(Unit)) == 1
