"""Adding cells up into the groups that are compared."""

import datetime
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from questionnaires.loader import index_method, questionnaire
from scoring.results import Reason
from survey_app import definitions
from survey_app.campaigns.tallying import tally_of
from survey_app.results.groups import (
    WHOLE,
    Sums,
    add_up,
    field_key,
    group_populations,
    scores,
    unit_key,
)
from survey_app.results.queries import CellRow

REF = "qr-short@1"
LAYOUT = definitions.layout(REF)
MARCH = datetime.date(2026, 3, 1)


def cell(unit: int, field: str, codes: list[str], *, channel: str = "C", month: datetime.date = MARCH) -> CellRow:
    tally = tally_of(REF, [(code, {}) for code in codes])
    return CellRow(unit, field, channel, month, len(codes), tally.pack())


def by_unit(row: CellRow) -> Iterator[str]:
    yield WHOLE
    yield unit_key(row.unit_id)
    if row.field_key:
        yield field_key(row.field_key)


ROWS = [cell(1, "land", ["555555"] * 7), cell(1, "", ["4444n4"] * 3), cell(2, "land", ["222222"] * 4)]


def test_every_cell_is_in_each_of_its_groups_once() -> None:
    sums = add_up(LAYOUT, ROWS, by_unit)
    received = {group: int(vector[0]) for group, vector in sums.by_group.items()}
    assert received == {WHOLE: 14, "unit:1": 10, "unit:2": 4, "field:land": 11}
    parts = sums.by_group["unit:1"] + sums.by_group["unit:2"]
    assert np.array_equal(parts, sums.by_group[WHOLE])


def test_groups_are_scored_with_their_populations() -> None:
    plan = definitions.plan(questionnaire(REF).definition, index_method("m1-f3-x1-v1@1").definition)
    sums = add_up(LAYOUT, ROWS, by_unit)
    found = scores(sums, plan, {WHOLE: 200, "unit:2": 40}, level=0.9)
    assert found[WHOLE].index.value == pytest.approx((4 * 10 / 14 + 7 / 11) / 5)
    assert found[WHOLE].population == 200
    assert found["unit:1"].index.value == 1
    assert found["unit:1"].population is None
    assert found["unit:1"].index.interval is not None
    assert found["unit:1"].index.interval.level == 0.9
    assert found["unit:2"].index.value == 0
    assert found["unit:2"].response_rate == 0.1
    assert [group.key for group in found.values()] == list(found)


def test_without_cells_the_whole_is_there_and_empty() -> None:
    plan = definitions.plan(questionnaire(REF).definition, index_method("m1-f3-x1-v1@1").definition)
    found = scores(add_up(LAYOUT, [], by_unit), plan, {}, level=0.95)
    assert list(found) == [WHOLE]
    assert found[WHOLE].index.reason is Reason.NO_ANSWERS


def test_the_fingerprint_is_that_of_the_cells() -> None:
    def print_of(rows: list[CellRow]) -> str:
        return add_up(LAYOUT, rows, by_unit).digest

    same = [replace(row) for row in ROWS]
    assert print_of(same) == print_of(ROWS)
    others = [
        ROWS[:2],
        [cell(3, "land", ["555555"] * 7), *ROWS[1:]],
        [cell(1, "health", ["555555"] * 7), *ROWS[1:]],
        [cell(1, "land", ["555555"] * 7, channel="A"), *ROWS[1:]],
        [cell(1, "land", ["555555"] * 7, month=datetime.date(2026, 4, 1)), *ROWS[1:]],
        [cell(1, "land", ["555555"] * 6 + ["555554"]), *ROWS[1:]],
    ]
    prints = {print_of(rows) for rows in (ROWS, *others)}
    assert len(prints) == 1 + len(others)


def test_a_damaged_cell_is_not_counted_as_something_else() -> None:
    with pytest.raises(ValueError, match="damaged"):
        add_up(LAYOUT, [replace(ROWS[0], data=b"damaged")], by_unit)


# --- populations


LEVELS = {1: "commune", 2: "commune", 3: "department"}
DOSSIERS = {(1, "land"): 100, (1, "health"): 20, (2, "land"): 30}


def test_dossiers_add_up_in_each_group() -> None:
    answering = {WHOLE: {1, 2}, "unit:1": {1}, "unit:2": {2}, "field:land": {1, 2}, "field:health": {1}}
    assert group_populations(DOSSIERS, answering, LEVELS) == {
        WHOLE: 150,
        "unit:1": 120,
        "unit:2": 30,
        "level:commune": 150,
        "field:land": 130,
        "field:health": 20,
    }


def test_answers_of_a_unit_without_dossiers_make_a_total_unknown() -> None:
    found = group_populations(DOSSIERS, {WHOLE: {1, 3}, "unit:1": {1}, "field:health": {1, 2}}, LEVELS)
    assert found[WHOLE] is None
    assert found["field:health"] is None
    assert found["unit:1"] == 120
    assert "unit:3" not in found


def test_no_dossiers_are_no_population() -> None:
    assert group_populations({}, {WHOLE: {1}}, LEVELS) == {}


def test_sums_start_empty() -> None:
    assert Sums(LAYOUT) == Sums(LAYOUT, {}, "")
