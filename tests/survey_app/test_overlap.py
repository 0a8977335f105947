"""Two campaigns compete when a channel, a day and a field are common to both."""

import datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from survey_app.overlap import compete
from tests.factories.campaigns import MakeCampaign
from tests.factories.units import MakeField

MAY, JUNE = datetime.date(2026, 5, 31), datetime.date(2026, 6, 1)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({}, {}, True),
        ({"accepts": "A"}, {"accepts": "BC"}, False),
        ({"accepts": "AB"}, {"accepts": "BC"}, True),
        ({"ends_on": MAY}, {"starts_on": JUNE}, False),
        ({"ends_on": JUNE}, {"starts_on": JUNE}, True),
        ({"starts_on": JUNE}, {"starts_on": MAY}, True),
    ],
)
def test_channels_and_days(
    session: Session, make_campaign: MakeCampaign, one: dict[str, Any], other: dict[str, Any], expected: bool
) -> None:
    pair = make_campaign(**one), make_campaign(**other)
    assert compete(session, *pair) is expected
    assert compete(session, *reversed(pair)) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("", "", True), ("", "land", True), ("land", "land health", True), ("land", "health", False)],
)
def test_fields_where_none_means_all(
    session: Session, make_campaign: MakeCampaign, make_field: MakeField, one: str, other: str, expected: bool
) -> None:
    fields = {key: make_field(key) for key in ("land", "health")}
    first, second = (make_campaign(fields=tuple(fields[key] for key in keys.split())) for keys in (one, other))
    assert compete(session, first, second) is expected
    assert compete(session, second, first) is expected
