"""Who did what: append-only events in an HMAC chain. Triggers refuse change and deletion."""

import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base, UtcTime


class AuditEvent(Base):
    """One event; ``mac`` covers it and the event before, see survey_app.audit."""

    __tablename__ = "audit_event"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime.datetime] = mapped_column(UtcTime, index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(120), index=True)
    detail: Mapped[str] = mapped_column(Text)
    mac: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """The end of the chain, one row: locking it puts writers in line."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_id: Mapped[int]
    mac: Mapped[str] = mapped_column(String(64))
