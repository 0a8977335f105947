"""Units, fields and counters, stored at once."""

import datetime
from collections.abc import Callable
from itertools import count

import pytest

from survey_app import codes
from survey_app.db import Database
from survey_app.models import Counter, Letterhead, Level, ServiceField, Unit, UnitSuccession

SINCE = datetime.date(2025, 7, 1)
MakeUnit = Callable[..., Unit]
MakeCounter = Callable[..., Counter]
MakeField = Callable[..., ServiceField]

LEVELS = {
    "province": ("Tỉnh", "Tỉnh", False),
    "department": ("Sở", "Các sở", True),
    "commune": ("Xã, phường", "Các xã, phường", True),
}


@pytest.fixture
def make_unit(database: Database) -> MakeUnit:
    """make_unit("Xã An Cọ", level="commune", parent=province, until=...)."""
    numbers = count(1)

    def make(
        name: str = "Xã An Cọ",
        *,
        level: str = "commune",
        parent: Unit | None = None,
        code: str | None = None,
        since: datetime.date = SINCE,
        until: datetime.date | None = None,
        successors: tuple[Unit, ...] = (),
    ) -> Unit:
        with database.transaction() as session:
            if session.get(Level, level) is None:
                title, plural, ranked = LEVELS.get(level, (level, level, True))
                session.add(Level(key=level, name=title, plural=plural, ranked=ranked, position=len(level)))
                session.flush()
            unit = Unit(
                code=code or f"U{next(numbers):03}",
                name=name,
                level=level,
                parent_id=parent.id if parent else None,
                valid_from=since,
                valid_to=until,
            )
            session.add(unit)
            session.flush()
            for successor in successors:
                session.add(UnitSuccession(predecessor_id=unit.id, successor_id=successor.id))
        return unit

    return make


@pytest.fixture
def province(make_unit: MakeUnit) -> Unit:
    return make_unit("Tỉnh Minh Họa", level="province", code="TINH")


@pytest.fixture
def make_field(database: Database) -> MakeField:
    numbers = count(1)

    def make(key: str = "land", name: str = "Đất đai") -> ServiceField:
        with database.transaction() as session:
            field = session.get(ServiceField, key)
            if field is None:
                field = ServiceField(key=key, name_vi=name, name_en=name, position=next(numbers))
                session.add(field)
        return field

    return make


@pytest.fixture
def make_counter(database: Database) -> MakeCounter:
    def make(
        unit: Unit,
        name: str = "Quầy số 1",
        *,
        field: ServiceField | None = None,
        opened: datetime.date = SINCE,
        closed: datetime.date | None = None,
        successor: Counter | None = None,
    ) -> Counter:
        with database.transaction() as session:
            counter = Counter(
                code=codes.draw(),
                unit_id=unit.id,
                field_key=field.key if field else None,
                name=name,
                place="Trung tâm Phục vụ hành chính công",
                opened_on=opened,
                closed_on=closed,
                successor_id=successor.id if successor else None,
            )
            session.add(counter)
        return counter

    return make


@pytest.fixture
def letterhead(database: Database) -> Letterhead:
    with database.transaction() as session:
        made = Letterhead(
            id=1,
            superior="UBND TỈNH MINH HỌA",
            issuer="SỞ NỘI VỤ",
            symbol="BC-SNV",
            place="Minh Họa",
            signer="GIÁM ĐỐC",
            recipients="UBND tỉnh (để báo cáo)\nLưu: VT, CCHC",
            fictional=True,
        )
        session.add(made)
    return made
