"""Submissions without a person or a moment: no address, agent, session, token or time below the day.

Keys are random and the tables keep no insertion order (WITHOUT ROWID; PostgreSQL is re-clustered by
key at day's end). A submission waits in the inbox until a batch moves it, under a new key.
"""

import datetime
import uuid

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base

UNORDERED = {"sqlite_with_rowid": False}
CHANNELS = ("A", "B", "C")
DUPLICATE = "d"


class _Answers:
    """What a submission says, the same in the inbox and after release.

    ``invalid`` keeps what the answers themselves do not tell: a paper form of a dossier that had one already.
    """

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    definition_id: Mapped[int] = mapped_column(ForeignKey("definition_version.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    counter_id: Mapped[int] = mapped_column(ForeignKey("counter.id"))
    field_key: Mapped[str | None] = mapped_column(ForeignKey("service_field.key"))
    channel: Mapped[str] = mapped_column(String(1))
    day: Mapped[datetime.date]
    codes: Mapped[str] = mapped_column(String(200))
    invalid: Mapped[str | None] = mapped_column(String(1))


def _sound() -> tuple[CheckConstraint, CheckConstraint]:
    return (
        CheckConstraint(f"channel IN {CHANNELS}", name="channel"),
        CheckConstraint(f"invalid IN ('{DUPLICATE}')", name="invalid"),
    )


class Inbox(_Answers, Base):
    """A submission that has not been released; ``extras`` is JSON, item to stored text.

    ``entered`` is the day on which a paper form came in (None: on its own day), since when it waits.
    """

    __tablename__ = "inbox"
    __table_args__ = (*_sound(), UNORDERED)

    key: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    extras: Mapped[str] = mapped_column(Text)
    entered: Mapped[datetime.date | None]


class Submission(_Answers, Base):
    """A released submission (phiếu trả lời). Triggers refuse any change."""

    __tablename__ = "submission"
    __table_args__ = (*_sound(), UNORDERED)

    key: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)


class SubmissionExtra(Base):
    """Free text, numbers and multiple choices of a released submission."""

    __tablename__ = "submission_extra"
    __table_args__ = (UNORDERED,)

    submission_key: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("submission.key"), primary_key=True)
    item: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class Receipt(Base):
    """A receipt code (mã biên nhận), derived from the key of a rendered form, unrelated to the answers.

    ``body_mac`` makes a repeated sending harmless; it is forgotten the day after.
    """

    __tablename__ = "receipt"
    __table_args__ = (UNORDERED,)

    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    body_mac: Mapped[str | None] = mapped_column(String(64))
    day: Mapped[datetime.date | None]


class DossierMac(Base):
    """That a paper form of a dossier was entered: the code under a secret key, tied to no submission.

    All of a campaign are forgotten when it closes.
    """

    __tablename__ = "dossier_mac"
    __table_args__ = (UNORDERED,)

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    mac: Mapped[str] = mapped_column(String(64), primary_key=True)


class TallyCell(Base):
    """Counts of the released submissions of a cell, and the sums that variances need.

    ``field_key`` is empty where the field is unknown; ``month`` is the first day of the month;
    ``data`` is written by scoring.tally.
    """

    __tablename__ = "tally"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    field_key: Mapped[str] = mapped_column(String(40), primary_key=True)
    channel: Mapped[str] = mapped_column(String(1), primary_key=True)
    month: Mapped[datetime.date] = mapped_column(primary_key=True)
    received: Mapped[int]
    data: Mapped[bytes] = mapped_column(LargeBinary)


class Excluded(Base):
    """How many forms (of the rule on two ticks: answers) a validity rule took out of a cell of the tally.

    ``reason`` is the key of the rule.
    """

    __tablename__ = "excluded"
    __table_args__ = (CheckConstraint("number > 0", name="number"),)

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    field_key: Mapped[str] = mapped_column(String(40), primary_key=True)
    channel: Mapped[str] = mapped_column(String(1), primary_key=True)
    month: Mapped[datetime.date] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int]


class Release(Base):
    """A batch of a campaign that moved from the inbox into the released data."""

    __tablename__ = "release"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    day: Mapped[datetime.date]
    submissions: Mapped[int]
