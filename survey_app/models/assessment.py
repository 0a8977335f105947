"""A round of the PAR Index: which units score themselves by which set, their marks, and what was said about them."""

import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base, UtcTime

PREPARED, RUNNING, PUBLISHED = "prepared", "running", "published"
STATES = (
    "not_started",
    "draft",
    "awaiting_approval",
    "submitted",
    "in_appraisal",
    "explanation_asked",
    "explained",
    "appraised",
    "settled",
    "published",
)
LOCKED = ("settled", "published")  # a mark changes only by a correction of two people
SELF, FIRST, SECOND, COUNCIL = "self", "first", "second", "council"
STAGES = (SELF, FIRST, SECOND, COUNCIL)


class Round(Base):
    """A round (kỳ đánh giá) of an index year. Each date is the last day of its step."""

    __tablename__ = "assessment_round"
    __table_args__ = (
        CheckConstraint(f"state IN ('{PREPARED}', '{RUNNING}', '{PUBLISHED}')", name="state"),
        CheckConstraint(
            "score_until <= approve_until AND approve_until <= appraise_until AND appraise_until <= explain_until "
            "AND explain_until <= settle_until AND settle_until <= publish_until",
            name="dates",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    year: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default=PREPARED)
    score_until: Mapped[datetime.date]
    approve_until: Mapped[datetime.date]
    appraise_until: Mapped[datetime.date]
    explain_until: Mapped[datetime.date]
    settle_until: Mapped[datetime.date]
    publish_until: Mapped[datetime.date]
    published_on: Mapped[datetime.date | None]


class RoundSet(Base):
    """Which set a block of units is scored by."""

    __tablename__ = "round_set"

    round_id: Mapped[int] = mapped_column(ForeignKey("assessment_round.id", ondelete="CASCADE"), primary_key=True)
    block: Mapped[str] = mapped_column(String(40), primary_key=True)
    set_id: Mapped[int] = mapped_column(ForeignKey("criteria_set.id"))


class Assessment(Base):
    """A unit in a round. ``edition`` grows with each change of its state."""

    __tablename__ = "assessment"
    __table_args__ = (
        UniqueConstraint("round_id", "unit_id"),
        CheckConstraint(f"state IN {STATES}", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("assessment_round.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    set_id: Mapped[int] = mapped_column(ForeignKey("criteria_set.id"))
    state: Mapped[str] = mapped_column(String(20), default=STATES[0])
    edition: Mapped[int] = mapped_column(default=1)
    submitted_on: Mapped[datetime.date | None]
    late: Mapped[bool] = mapped_column(default=False)
    extended_until: Mapped[datetime.date | None]
    extension_reason: Mapped[str | None] = mapped_column(String(500))


class Mark(Base):
    """What one stage says of a leaf: the unit itself, a first or second appraisal, or the council.

    The stages stand side by side and never over each other. ``inputs`` is JSON, ``computed`` the points by the rule,
    ``points`` those that the stage gives (None: none yet), as decimal text. ``applies`` is false where the
    leaf does not apply to the unit. ``meeting_id`` is the meeting in which the council decided (None: not recorded
    yet). Triggers refuse any change once the council has settled.
    """

    __tablename__ = "mark"
    __table_args__ = (CheckConstraint(f"stage IN {STAGES}", name="stage"),)

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"), primary_key=True)
    leaf: Mapped[str] = mapped_column(String(40), primary_key=True)
    stage: Mapped[str] = mapped_column(String(10), primary_key=True)
    inputs: Mapped[str] = mapped_column(Text, default="{}")
    computed: Mapped[str | None] = mapped_column(String(60))
    points: Mapped[str | None] = mapped_column(String(60))
    deducted: Mapped[str] = mapped_column(String(30), default="0")
    applies: Mapped[bool] = mapped_column(default=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    edition: Mapped[int] = mapped_column(default=1)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("council_meeting.id"))


class Correction(Base):
    """A change of a settled mark, proposed by one person and confirmed by another."""

    __tablename__ = "correction"
    __table_args__ = (CheckConstraint("confirmed_by IS NULL OR confirmed_by <> proposed_by", name="two_people"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"), index=True)
    leaf: Mapped[str] = mapped_column(String(40))
    points: Mapped[str] = mapped_column(String(30))
    reason: Mapped[str] = mapped_column(Text)
    proposed_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    proposed_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    confirmed_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)


class Explanation(Base):
    """A question of an appraiser on a leaf, and the unit's answer (giải trình)."""

    __tablename__ = "explanation"

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"), index=True)
    leaf: Mapped[str] = mapped_column(String(40))
    question: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    due: Mapped[datetime.date]
    answer: Mapped[str | None] = mapped_column(Text)
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    answered_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)


class Duty(Base):
    """What an appraiser appraises: a field of the set ("": all fields) of a unit (None: all units)."""

    __tablename__ = "duty"

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("assessment_round.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    field: Mapped[str] = mapped_column(String(40), default="")
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))


class CouncilMember(Base):
    """A member of the appraisal council (hội đồng thẩm định) of a round."""

    __tablename__ = "council_member"

    round_id: Mapped[int] = mapped_column(ForeignKey("assessment_round.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    title: Mapped[str] = mapped_column(String(120), default="")


class CouncilMeeting(Base):
    """A meeting of the council, or its opinion in writing, with the minute (biên bản)."""

    __tablename__ = "council_meeting"

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("assessment_round.id"), index=True)
    held_on: Mapped[datetime.date]
    in_writing: Mapped[bool] = mapped_column(default=False)
    minute: Mapped[str] = mapped_column(Text)
    recorded_by: Mapped[int] = mapped_column(ForeignKey("account.id"))


class CouncilAttendance(Base):
    __tablename__ = "council_attendance"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("council_meeting.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)


class Feed(Base):
    """What a survey or statistics leaf of a unit is computed from; entered by Home Affairs, never by the unit.

    ``kind``: counts (answers per option), share (a percentage with its standard error), figure (inputs of the
    rule), result (a frozen satisfaction result). ``data`` is JSON.
    """

    __tablename__ = "feed"
    __table_args__ = (CheckConstraint("kind IN ('counts', 'share', 'figure', 'result')", name="kind"),)

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"), primary_key=True)
    leaf: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    data: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(500))
    result_id: Mapped[int | None] = mapped_column(ForeignKey("frozen_result.id"))
    edition: Mapped[int] = mapped_column(default=1)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime.datetime] = mapped_column(UtcTime)


class FrozenResult(Base):
    """A satisfaction result as it was when it was taken over. A trigger refuses any change."""

    __tablename__ = "frozen_result"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    value: Mapped[float]
    lower: Mapped[float | None]
    upper: Mapped[float | None]
    level: Mapped[float]
    answers: Mapped[int]
    standard_error: Mapped[float | None]
    method_ref: Mapped[str] = mapped_column(String(60))
    method_hash: Mapped[str] = mapped_column(String(64))
    data_hash: Mapped[str] = mapped_column(String(64))
    made_on: Mapped[datetime.date]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))


class RemedyTask(Base):
    """A task of the plan to make good what was lost (kế hoạch khắc phục); done, or withdrawn with a reason.

    ``edition`` grows with each change, so that two people cannot overwrite each other.
    """

    __tablename__ = "remedy_task"
    __table_args__ = (
        CheckConstraint(
            "(withdrawn_on IS NULL) = (withdrawal_reason IS NULL) AND (withdrawn_on IS NULL OR done_on IS NULL)",
            name="withdrawal",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"), index=True)
    leaf: Mapped[str] = mapped_column(String(40))
    task: Mapped[str] = mapped_column(Text)
    responsible: Mapped[str] = mapped_column(String(200))
    due: Mapped[datetime.date]
    done_on: Mapped[datetime.date | None]
    evidence_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    edition: Mapped[int] = mapped_column(default=1)
    withdrawn_on: Mapped[datetime.date | None]
    withdrawal_reason: Mapped[str | None] = mapped_column(String(1000))
