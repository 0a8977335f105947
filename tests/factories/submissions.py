"""Submissions: as a citizen sends them, waiting in the inbox, or released."""

import datetime
import json
import re
import uuid
from collections.abc import Callable, Mapping

import pytest

from questionnaires.coding import Answer, encode
from questionnaires.loader import questionnaire
from survey_app.campaigns import release
from survey_app.db import Database
from survey_app.models import Campaign, Counter, DefinitionVersion, Inbox

MakeWaiting = Callable[..., None]
MakeReleased = Callable[..., None]

SHORT = {"TC0": "4", "TT0": "5", "CC0": "4", "KQ0": "3", "PA0": "n", "CHUNG": "4"}
TICKET = re.compile(r'name="ticket" value="([^"]+)"')


def answers(**changes: Answer) -> dict[str, Answer]:
    """A sound set of answers to the short form, with changes."""
    return {**SHORT, **changes}


def ticket_of(page: str) -> str:
    """The ticket that a rendered form holds."""
    found = TICKET.search(page)
    assert found is not None, "the page holds no form"
    return found[1]


def _row(
    session_ref: str,
    campaign: Campaign,
    counter: Counter,
    given: Mapping[str, Answer],
    day: datetime.date,
    channel: str,
    invalid: str | None = None,
) -> tuple[dict[str, object], dict[str, str]]:
    packed = encode(questionnaire(session_ref).definition, given, paper=channel == "B")
    row = {
        "campaign_id": campaign.id,
        "definition_id": campaign.definition_id,
        "unit_id": counter.unit_id,
        "counter_id": counter.id,
        "field_key": counter.field_key,
        "channel": channel,
        "day": day,
        "codes": packed.codes,
        "invalid": invalid,
    }
    return row, dict(packed.extras)


@pytest.fixture
def make_waiting(database: Database) -> MakeWaiting:
    """make_waiting(campaign, counter, [answers, ...], day=...): submissions in the inbox."""

    def make(
        campaign: Campaign,
        counter: Counter,
        sets: list[dict[str, Answer]],
        *,
        day: datetime.date = datetime.date(2026, 3, 16),
        channel: str = "C",
        entered: datetime.date | None = None,
    ) -> None:
        with database.transaction() as session:
            ref = session.get_one(DefinitionVersion, campaign.definition_id).ref
            for given in sets:
                row, extras = _row(ref, campaign, counter, given, day, channel)
                stored = json.dumps(extras, ensure_ascii=False)
                session.add(Inbox(key=uuid.uuid4(), **row, extras=stored, entered=entered))

    return make


@pytest.fixture
def make_released(database: Database) -> MakeReleased:
    """make_released(campaign, counter, [answers, ...], day=...): submissions that count already."""

    def make(
        campaign: Campaign,
        counter: Counter,
        sets: list[dict[str, Answer]],
        *,
        day: datetime.date = datetime.date(2026, 3, 16),
        channel: str = "C",
        invalid: str | None = None,
    ) -> None:
        with database.transaction() as session:
            ref = session.get_one(DefinitionVersion, campaign.definition_id).ref
            release.move(session, [_row(ref, campaign, counter, given, day, channel, invalid) for given in sets])

    return make
