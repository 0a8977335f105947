"""A campaign at a counter, releases of it, and what the tables hold then."""

import datetime

import pytest
from sqlalchemy import func, select

from survey_app.campaigns import release
from survey_app.db import Database
from survey_app.models import (
    Campaign,
    Counter,
    TallyCell,
    Unit,
)
from tests.factories.campaigns import MakeCampaign
from tests.factories.units import MakeCounter, MakeUnit

TODAY = datetime.date(2026, 3, 16)
YESTERDAY = TODAY - datetime.timedelta(days=1)


@pytest.fixture
def commune(make_unit: MakeUnit, province: Unit) -> Unit:
    return make_unit("Xã An Cọ", parent=province)


@pytest.fixture
def counter(commune: Unit, make_counter: MakeCounter) -> Counter:
    return make_counter(commune)


@pytest.fixture
def campaign(make_campaign: MakeCampaign) -> Campaign:
    return make_campaign()


def full(database: Database, today: datetime.date = TODAY) -> int:
    with database.transaction() as session:
        return release.release_full(session, today)


def day_end(database: Database, today: datetime.date = TODAY, *, with_today: bool = False) -> int:
    with database.transaction() as session:
        return release.release_at_day_end(session, today, with_today=with_today)


def number_of(database: Database, table: type) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def cells(database: Database) -> dict[tuple[object, ...], int]:
    query = select(TallyCell.field_key, TallyCell.channel, TallyCell.month, TallyCell.received)
    with database.reading() as session:
        return {tuple(row[:3]): row[3] for row in session.execute(query.order_by(*query.selected_columns))}
