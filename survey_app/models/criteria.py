"""Criteria sets of the PAR Index as they are edited and, once a round uses them, frozen."""

from sqlalchemy import CheckConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base

DRAFT, FROZEN = "draft", "frozen"


class CriteriaSet(Base):
    """A version of a criteria set (bộ tiêu chí).

    ``body`` is its YAML, written as JSON; ``edition`` grows with each change, so that two editors cannot overwrite each
    other.
    A trigger refuses any change of a frozen set.
    """

    __tablename__ = "criteria_set"
    __table_args__ = (
        UniqueConstraint("key", "version"),
        CheckConstraint(f"state IN ('{DRAFT}', '{FROZEN}')", name="state"),
        CheckConstraint("version >= 1", name="version"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    block: Mapped[str] = mapped_column(String(40))
    year: Mapped[int]
    title: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(10), default=DRAFT)
    edition: Mapped[int] = mapped_column(default=1)
