"""A small province, and people who act in it."""

import datetime
import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.accounts.service import load_actor, open_session
from survey_app.db import Database
from survey_app.models import AuditEvent, Unit
from survey_app.organisation.service import UnitDraft
from survey_app.policy import Actor, Role
from tests.conftest import Clock
from tests.factories.accounts import MakeAccount
from tests.factories.units import MakeUnit

TODAY = datetime.date(2026, 3, 16)
Act = Callable[[Role, Unit], Actor]


@dataclass(frozen=True)
class World:
    province: Unit
    an: Unit
    binh: Unit
    department: Unit


@pytest.fixture
def world(make_unit: MakeUnit, province: Unit) -> World:
    return World(
        province,
        make_unit("Xã An Cọ", parent=province, code="an-co"),
        make_unit("Xã Bình Đa", parent=province, code="binh-da"),
        make_unit("Sở Tư pháp", parent=province, code="so-tp", level="department"),
    )


@pytest.fixture
def act(database: Database, make_account: MakeAccount, clock: Clock) -> Act:
    """act(Role.ANALYST, province): a person over the units that are there by now."""

    def made(role: Role, unit: Unit) -> Actor:
        account = make_account(role, unit)
        with database.transaction() as opened:
            actor = load_actor(opened, open_session(opened, account, clock()), clock())
        assert actor is not None
        return actor

    return made


@pytest.fixture
def analyst(world: World, act: Act) -> Actor:
    return act(Role.ANALYST, world.province)


def draft(unit: Unit | None = None, **changes: object) -> UnitDraft:
    """What a form holds: a new commune, or a unit as it is, with changes."""
    values: dict[str, object] = {
        "code": unit.code if unit else "moi",
        "name": unit.name if unit else "Xã Mới",
        "short": unit.short if unit else None,
        "level": unit.level if unit else "commune",
        "parent_id": unit.parent_id if unit else None,
        "valid_from": unit.valid_from if unit else TODAY,
    }
    return UnitDraft(**(values | changes))  # type: ignore[arg-type]


def events(session: Session, action: str) -> list[dict[str, object]]:
    """The details of the audit events of an action, oldest first."""
    found = session.scalars(select(AuditEvent.detail).where(AuditEvent.action == action).order_by(AuditEvent.id))
    return [json.loads(detail) for detail in found]
