"""A short campaign as it is entered, and the places and people of its tests."""

import datetime
import json

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.campaigns import service
from survey_app.campaigns.service import CampaignDraft
from survey_app.models import (
    AuditEvent,
    Unit,
)
from survey_app.policy import Actor, Role
from tests.conftest import Clock
from tests.factories.accounts import MakeActor
from tests.factories.units import MakeUnit

SHORT = CampaignDraft(
    title="Khảo sát năm 2026",
    definition_ref="qr-short@1",
    starts_on=datetime.date(2026, 1, 1),
    ends_on=None,
    accepts="C",
    counts="C",
    confidence=0.95,
    method_ref="m1-f3-x1-v1@1",
    fewest=5,
)


@pytest.fixture
def analyst(make_actor: MakeActor, province: Unit, commune: Unit, district: Unit) -> Actor:
    return make_actor(Role.ANALYST, province)


@pytest.fixture
def district(make_unit: MakeUnit, province: Unit) -> Unit:
    return make_unit("Huyện Cũ", level="former_district", parent=province, code="HUYEN")


@pytest.fixture
def commune(make_unit: MakeUnit, district: Unit) -> Unit:
    return make_unit("Xã An Cọ", parent=district, code="AN-CO")


def events(session: Session) -> list[tuple[str, str, object]]:
    rows = session.execute(select(AuditEvent.action, AuditEvent.subject, AuditEvent.detail).order_by(AuditEvent.id))
    return [(action, subject, json.loads(detail)) for action, subject, detail in rows]


def opened(session: Session, actor: Actor, clock: Clock, draft: CampaignDraft) -> int:
    """A campaign of this draft, made and opened; a refusal leaves nothing."""
    with session.begin_nested():
        made = service.create(session, actor, draft, clock())
        service.open_campaign(session, actor, made, clock())
    return made
