"""Packages: a ZIP of the evidence of a unit or of a field, made in the background and kept for some days."""

import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base, UtcTime

WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
PACKAGE_STATES = (WAITING, RUNNING, DONE, FAILED)


class Package(Base):
    """What was asked for, and how far it is: bytes ``done`` of ``total``.

    Of a unit, or of a field of a criteria set over all its units. ``internal``: with marks that the unit does not
    see yet. ``path`` is the name of the file in the folder of packages, ``reason`` why it failed, ``damaged`` how
    many files of evidence were missing or no longer those that had been uploaded.
    """

    __tablename__ = "package"
    __table_args__ = (
        CheckConstraint(f"state IN {PACKAGE_STATES}", name="state"),
        CheckConstraint("(unit_id IS NULL) = (set_id IS NOT NULL AND field <> '')", name="scope"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("assessment_round.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    set_id: Mapped[int | None] = mapped_column(ForeignKey("criteria_set.id"))
    field: Mapped[str] = mapped_column(String(40), default="")
    internal: Mapped[bool]
    state: Mapped[str] = mapped_column(String(10), default=WAITING)
    done: Mapped[int] = mapped_column(BigInteger, default=0)
    total: Mapped[int] = mapped_column(BigInteger, default=0)
    path: Mapped[str | None] = mapped_column(String(80))
    sha256: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(40), default="")
    damaged: Mapped[int] = mapped_column(default=0)
    asked_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime.datetime] = mapped_column(UtcTime)
