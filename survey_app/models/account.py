"""People who sign in, their sessions, and failed attempts."""

import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base, UtcTime

ROLES = ("administrator", "analyst", "appraiser", "inspector", "surveyor", "leader")


class Account(Base):
    """A person with one role over one part of the unit tree."""

    __tablename__ = "account"
    __table_args__ = (CheckConstraint(f"role IN {ROLES}", name="role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(20))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    password_hash: Mapped[str] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(default=True)
    active: Mapped[bool] = mapped_column(default=True)


class LoginSession(Base):
    """A sign-in; the browser holds the token, the table only its SHA-256."""

    __tablename__ = "login_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    ended_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)


class SignInFailure(Base):
    """Failed attempts by account, by network and by the pair, each under a keyed hash."""

    __tablename__ = "sign_in_failure"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]
    last_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
