"""The dated unit tree, service fields, counters, and the letterhead of reports."""

import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base


class Level(Base):
    """A level of the tree as data: province, department, commune, former district ..."""

    __tablename__ = "level"

    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    plural: Mapped[str] = mapped_column(String(120))
    ranked: Mapped[bool]
    position: Mapped[int]


class Unit(Base):
    """An administrative unit, alive from ``valid_from`` until the day before ``valid_to``."""

    __tablename__ = "unit"
    __table_args__ = (CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="dates"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    short: Mapped[str | None] = mapped_column(String(80))
    level: Mapped[str] = mapped_column(ForeignKey("level.key"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    valid_from: Mapped[datetime.date]
    valid_to: Mapped[datetime.date | None]


class UnitSuccession(Base):
    """Which units took over when a unit ended."""

    __tablename__ = "unit_succession"

    predecessor_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    successor_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True, index=True)


class ServiceField(Base):
    """A field of procedures (lĩnh vực): land, construction, justice ..."""

    __tablename__ = "service_field"

    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    name_vi: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    position: Mapped[int]


class Counter(Base):
    """A place with a QR code. A merged counter keeps its code and leads to its successor."""

    __tablename__ = "counter"
    __table_args__ = (CheckConstraint("closed_on IS NULL OR closed_on >= opened_on", name="dates"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(12), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    field_key: Mapped[str | None] = mapped_column(ForeignKey("service_field.key"))
    name: Mapped[str] = mapped_column(String(160))
    place: Mapped[str | None] = mapped_column(String(200))
    opened_on: Mapped[datetime.date]
    closed_on: Mapped[datetime.date | None]
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("counter.id"))


class Letterhead(Base):
    """Heading and ending of the province's documents, one row; lines of a field end with a newline."""

    __tablename__ = "letterhead"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    superior: Mapped[str] = mapped_column(String(200))
    issuer: Mapped[str] = mapped_column(String(200))
    symbol: Mapped[str] = mapped_column(String(40))
    place: Mapped[str] = mapped_column(String(80))
    signer: Mapped[str] = mapped_column(Text)
    recipients: Mapped[str] = mapped_column(Text)
    fictional: Mapped[bool] = mapped_column(default=False)
