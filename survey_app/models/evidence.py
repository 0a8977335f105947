"""Evidence (tài liệu kiểm chứng): documents of a unit, each file as it was uploaded, and the marks they support."""

import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base, UtcTime

WAITING, CLEAN, INFECTED, FAILED, UNSCANNED = "waiting", "clean", "infected", "failed", "unscanned"
SCANS = (WAITING, CLEAN, INFECTED, FAILED, UNSCANNED)


class Evidence(Base):
    """A document: its number, date, issuer and summary (số, ngày, cơ quan ban hành, trích yếu), or a link to it."""

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("assessment_round.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    number: Mapped[str] = mapped_column(String(80), default="")
    issued_on: Mapped[datetime.date | None]
    issuer: Mapped[str] = mapped_column(String(200), default="")
    summary: Mapped[str] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(String(500))
    note: Mapped[str] = mapped_column(String(500), default="")
    withdrawn: Mapped[bool] = mapped_column(default=False)


class EvidenceFile(Base):
    """A version of the file, unchanged since it came; a new version stands beside the old. Triggers keep it so."""

    __tablename__ = "evidence_file"
    __table_args__ = (UniqueConstraint("evidence_id", "version"), CheckConstraint(f"scan IN {SCANS}", name="scan"))

    id: Mapped[int] = mapped_column(primary_key=True)
    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"), index=True)
    version: Mapped[int]
    store_key: Mapped[str] = mapped_column(String(64), unique=True)
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    scan: Mapped[str] = mapped_column(String(10))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime.datetime] = mapped_column(UtcTime)


class Support(Base):
    """A document that supports the mark of a leaf."""

    __tablename__ = "support"

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"), primary_key=True)
    leaf: Mapped[str] = mapped_column(String(40), primary_key=True)
    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"), primary_key=True)
    by_appraiser: Mapped[bool] = mapped_column(default=False)
