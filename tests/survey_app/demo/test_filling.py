"""Drawn answers as rows to store."""

import datetime
from collections import Counter
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from survey_app.campaigns.service import CampaignDraft
from survey_app.demo import filling, load
from survey_app.demo.filling import BURST, BURST_DAY, Row
from survey_app.demo.traffic import Desk

BORDER = datetime.date(2025, 7, 1)
OLD = Desk(1, 10, None, datetime.date(1997, 1, 1), BORDER, {"land": 300})
NEW = Desk(2, 20, None, BORDER, None, {"land": 300, "justice": 200})
OF_LAND = Desk(3, 20, "land", BORDER, None, {"land": 300})
CLOSED = Desk(4, 30, None, datetime.date(1997, 1, 1), BORDER, {"land": 100})
CAMPAIGN: Any = SimpleNamespace(id=7, definition_id=3)
DRAFTS = {(planned.draft.definition_ref, planned.year): planned.draft for planned in load.plan()}


def rows(draft: CampaignDraft, total: int = 600, seed: int = 5) -> list[Row]:
    desks = [OLD, NEW, OF_LAND, CLOSED]
    return filling.rows(np.random.default_rng(seed), CAMPAIGN, draft, desks, total, {"C": 1.0})


def bursts(found: list[Row]) -> Counter[object]:
    return Counter(row["counter_id"] for row, _ in found if row["day"] == BURST_DAY and row["codes"] == "555555")


@pytest.mark.parametrize("key", DRAFTS)
def test_rows_are_answers_of_the_campaign_in_its_time(key: tuple[str, int]) -> None:
    draft = DRAFTS[key]
    found = [(row, extras) for row, extras in rows(draft)]
    assert 500 < len(found) < 800
    for row, extras in found:
        assert (row["campaign_id"], row["definition_id"], row["channel"]) == (7, 3, "C")
        day = row["day"]
        assert isinstance(day, datetime.date)
        assert draft.starts_on <= day <= (draft.ends_on or datetime.date(2026, 10, 31))
        assert (row["unit_id"], row["counter_id"]) in {(10, 1), (20, 2), (20, 3), (30, 4)}
        assert (day < BORDER) == (row["counter_id"] in (1, 4))
        assert set(extras) <= {"CHO", "MD", "YK"}


def test_a_desk_of_one_field_knows_it_and_others_sometimes() -> None:
    found = [row for row, _ in rows(DRAFTS["counter-2640@1", 2026], 2000)]
    fields = {number: Counter(row["field_key"] for row in found if row["counter_id"] == number) for number in (2, 3)}
    assert set(fields[3]) == {"land"}
    assert set(fields[2]) == {None, "land", "justice"}
    assert 0.15 < fields[2][None] / sum(fields[2].values()) < 0.25


def test_one_desk_answered_for_its_citizens_while_it_was_open() -> None:
    assert bursts(rows(DRAFTS["qr-short@1", 2026])) == {OF_LAND.counter_id: BURST}
    assert not bursts(rows(DRAFTS["qr-short@1", 2025]))
    assert not bursts(rows(DRAFTS["counter-2640@1", 2026]))


def test_the_same_seed_gives_the_same_rows() -> None:
    draft = DRAFTS["qr-short@1", 2026]
    assert rows(draft) == rows(draft)
    assert rows(draft) != rows(draft, seed=6)


def test_a_good_unit_is_good_in_every_campaign() -> None:
    desks = [Desk(number, number, None, BORDER, None, {"planning": 100}) for number in range(1, 21)]

    def rates(ref: str, place: int) -> list[float]:
        found = filling.rows(np.random.default_rng(8), CAMPAIGN, DRAFTS[ref, 2026], desks, 6000, {"A": 1.0})
        codes = [(row["unit_id"], str(row["codes"])[place]) for row, _ in found if row["codes"] != "555555"]
        return [float(np.mean([code in "45" for unit, code in codes if unit == n])) for n in range(1, 21)]

    short = rates("qr-short@1", 5)
    assert max(short) - min(short) > 0.08
    assert np.corrcoef(short, rates("counter-2640@1", 29))[0, 1] > 0.6
