"""Accounts and the audit log, as far as the reader's scope goes."""

import datetime
import json
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.errors import NotFound
from survey_app.models import Account, AuditEvent, AuditHead, Unit
from survey_app.policy import Action, Actor, Role, ensure

PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    id: int
    username: str
    name: str
    role: Role
    unit_id: int
    unit: str
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    id: int
    at: datetime.datetime
    who: str
    action: str
    subject: str
    detail: dict[str, object]


@dataclass(frozen=True, slots=True)
class AuditPage:
    events: tuple[EventRow, ...]
    page: int
    pages: int
    head: str


def accounts(session: Session, actor: Actor) -> tuple[AccountRow, ...]:
    """Every account in scope, by name."""
    ensure(actor, Action.MANAGE_ACCOUNTS)
    rows = session.execute(select(Account, Unit.name).join(Unit, Unit.id == Account.unit_id).order_by(Account.username))
    return tuple(_row(account, unit) for account, unit in rows if account.unit_id in actor.units)


def account(session: Session, actor: Actor, account_id: int) -> AccountRow:
    """One account; NotFound outside the scope."""
    for row in accounts(session, actor):
        if row.id == account_id:
            return row
    raise NotFound("account")


def units(session: Session, actor: Actor) -> tuple[tuple[int, str], ...]:
    """The living units an account can be scoped to, by id and name."""
    rows = session.execute(select(Unit.id, Unit.name).where(Unit.valid_to.is_(None)).order_by(Unit.level, Unit.code))
    return tuple((unit_id, name) for unit_id, name in rows if unit_id in actor.units)


def audit_log(session: Session, actor: Actor, page: int) -> AuditPage:
    """A page of the audit log, newest first, with the head of the chain."""
    ensure(actor, Action.READ_AUDIT)
    total = session.scalar(select(func.count()).select_from(AuditEvent)) or 0
    rows = session.execute(
        select(AuditEvent, Account.name)
        .outerjoin(Account, Account.id == AuditEvent.account_id)
        .order_by(AuditEvent.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    head = session.get(AuditHead, 1)
    events = tuple(
        EventRow(
            id=event.id,
            at=event.at,
            who=name or "",
            action=event.action,
            subject=event.subject,
            detail=json.loads(event.detail),
        )
        for event, name in rows
    )
    return AuditPage(events, page, max(1, -(-total // PAGE)), head.mac if head else "")


def _row(account: Account, unit: str) -> AccountRow:
    return AccountRow(
        id=account.id,
        username=account.username,
        name=account.name,
        role=Role(account.role),
        unit_id=account.unit_id,
        unit=unit,
        active=account.active,
    )
