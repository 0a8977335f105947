"""When and where which questionnaire version runs, held against which targets."""

import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base

DRAFT, OPEN, CLOSED = "draft", "open", "closed"
DESIGNS = ("open", "random", "clustered")
MULTIPLICITIES = ("none", "sidak")
LOOKS = ("once", "daily")


class DefinitionVersion(Base):
    """A questionnaire version as it was when first used. Triggers refuse any change."""

    __tablename__ = "definition_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(60), unique=True)
    content_hash: Mapped[str] = mapped_column(String(64))
    body: Mapped[str] = mapped_column(Text)


class DefinitionItem(Base):
    """Which item each character of the packed answers belongs to (for the view `answer`)."""

    __tablename__ = "definition_item"
    __table_args__ = (UniqueConstraint("definition_id", "item"),)

    definition_id: Mapped[int] = mapped_column(ForeignKey("definition_version.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    item: Mapped[str] = mapped_column(String(40))


class Campaign(Base):
    """A campaign (đợt khảo sát).

    ``accepts`` are the channel classes that may answer, ``counts`` those that enter the official rate,
    as letters: A one-time receipt, B kiosk or surveyor, C open QR or online. ``ends_on`` is its last day.
    ``design`` tells how people came to answer, ``multiplicity`` how the verdicts of many units share one risk,
    ``looks`` whether verdicts are read once or every day. ``validity_id`` are the rules that forms must keep;
    none for campaigns from before there were rules.
    """

    __tablename__ = "campaign"
    __table_args__ = (
        CheckConstraint(f"state IN ('{DRAFT}', '{OPEN}', '{CLOSED}')", name="state"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="dates"),
        CheckConstraint("confidence > 0 AND confidence < 1", name="confidence"),
        CheckConstraint("fewest >= 1", name="fewest"),
        CheckConstraint(f"design IN {DESIGNS}", name="design"),
        CheckConstraint(f"multiplicity IN {MULTIPLICITIES}", name="multiplicity"),
        CheckConstraint(f"looks IN {LOOKS}", name="looks"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    definition_id: Mapped[int] = mapped_column(ForeignKey("definition_version.id"))
    method_id: Mapped[int] = mapped_column(ForeignKey("definition_version.id"))
    starts_on: Mapped[datetime.date]
    ends_on: Mapped[datetime.date | None]
    state: Mapped[str] = mapped_column(String(10), default=DRAFT)
    accepts: Mapped[str] = mapped_column(String(3))
    counts: Mapped[str] = mapped_column(String(3))
    confidence: Mapped[float] = mapped_column(default=0.95)
    fewest: Mapped[int] = mapped_column(default=5)
    design: Mapped[str] = mapped_column(String(10), default="open", server_default="open")
    multiplicity: Mapped[str] = mapped_column(String(10), default="none", server_default="none")
    looks: Mapped[str] = mapped_column(String(10), default="once", server_default="once")
    validity_id: Mapped[int | None] = mapped_column(ForeignKey("definition_version.id"))


class CampaignUnit(Base):
    """A unit in scope, with all below it; no row at all means the whole province."""

    __tablename__ = "campaign_unit"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)


class CampaignField(Base):
    """A service field in scope; no row at all means every field."""

    __tablename__ = "campaign_field"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"), primary_key=True)
    field_key: Mapped[str] = mapped_column(ForeignKey("service_field.key"), primary_key=True)


class CampaignTarget(Base):
    """A target that the campaign is held against, by the ref of its set and its key."""

    __tablename__ = "campaign_target"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"), primary_key=True)
    set_ref: Mapped[str] = mapped_column(String(60), primary_key=True)
    target_key: Mapped[str] = mapped_column(String(40), primary_key=True)


class Population(Base):
    """Completed dossiers of a unit and field in the period of a campaign, and the forms that were handed out."""

    __tablename__ = "population"
    __table_args__ = (
        CheckConstraint("dossiers >= 0", name="dossiers"),
        CheckConstraint("issued >= 0", name="issued"),
    )

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    field_key: Mapped[str] = mapped_column(ForeignKey("service_field.key"), primary_key=True)
    dossiers: Mapped[int]
    issued: Mapped[int | None]
