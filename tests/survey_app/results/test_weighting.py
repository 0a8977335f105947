"""Rates of groups as weighted means of strata: channels, units, units by field."""

import datetime
from collections.abc import Iterator, Mapping

import pytest

from questionnaires.index_methods import IndexMethod
from questionnaires.loader import index_method, questionnaire
from scoring.combining import combine
from scoring.results import GroupScore, Reason
from survey_app import definitions
from survey_app.campaigns.tallying import tally_of
from survey_app.results.groups import WHOLE, Sums, add_up, field_key, group_populations, level_key, scores, unit_key
from survey_app.results.queries import CellRow
from survey_app.results.weighting import combined, names, strata

REF = "qr-short@1"
LAYOUT = definitions.layout(REF)
PLAN = definitions.plan(questionnaire(REF).definition, index_method("m1-f3-x1-v1@1").definition)
MARCH = datetime.date(2026, 3, 1)
LEVELS = {1: "commune", 2: "commune", 3: "department"}
GOOD, BAD = "555555", "222222"


def rule(**changed: object) -> IndexMethod:
    base = index_method("m1-f3-x1-v1@1").definition.model_dump()
    return IndexMethod.model_validate({**base, **changed})


def cell(unit: int, field: str, good: int, bad: int, channel: str = "C") -> CellRow:
    tally = tally_of(REF, [(GOOD, {})] * good + [(BAD, {})] * bad)
    return CellRow(unit, field, channel, MARCH, good + bad, tally.pack())


def summed(rows: list[CellRow], method: IndexMethod) -> tuple[Sums, dict[str, set[int]]]:
    answering: dict[str, set[int]] = {}

    def groups_of(row: CellRow) -> Iterator[str]:
        groups = [WHOLE, unit_key(row.unit_id), level_key(LEVELS[row.unit_id])]
        groups += [field_key(row.field_key)] if row.field_key else []
        for group in groups:
            answering.setdefault(group, set()).add(row.unit_id)
        yield from (*groups, *names(method, groups, row))

    return add_up(LAYOUT, rows, groups_of), answering


def scored(
    rows: list[CellRow], method: IndexMethod, dossiers: Mapping[tuple[int, str], int] | None = None
) -> dict[str, GroupScore]:
    known = dossiers or {}
    sums, answering = summed(rows, method)
    by = strata(sums, method, known, LEVELS)
    populations = group_populations(known, answering, LEVELS) | dict(by.populations)
    return combined(scores(sums, PLAN, populations, level=0.95), by, level=0.95)


def test_respondents_pooled_are_not_weighted() -> None:
    found = scored([cell(1, "", 9, 1), cell(2, "", 20, 20)], rule())
    assert found[WHOLE].index.value == pytest.approx(29 / 50)


@pytest.mark.parametrize(("unit_rule", "value"), [("V2", (0.9 + 0.5) / 2), ("V3", (0.9 * 300 + 0.5 * 100) / 400)])
def test_a_province_can_be_the_mean_of_its_units(unit_rule: str, value: float) -> None:
    found = scored(
        [cell(1, "", 9, 1), cell(2, "", 20, 20)], rule(unit_rule=unit_rule), {(1, "land"): 300, (2, "land"): 100}
    )
    assert found[WHOLE].index.value == pytest.approx(value)
    assert found["level:commune"].index.value == pytest.approx(value)
    assert (found[WHOLE].counted, found[WHOLE].index.n) == (50, 50)
    assert found["unit:1"].index.value == pytest.approx(0.9)


@pytest.mark.parametrize("unit_rule", ["V3", "V4"])
def test_by_dossiers_no_rate_without_those_of_every_place(unit_rule: str) -> None:
    method = rule(unit_rule=unit_rule, fewest_per_cell=10 if unit_rule == "V4" else None)
    found = scored([cell(1, "land", 9, 1), cell(2, "land", 20, 20)], method, {(1, "land"): 300})
    assert (found[WHOLE].index.value, found[WHOLE].index.reason) == (None, Reason.NO_WEIGHTS)
    assert found[WHOLE].items[0].estimate.interval is None
    assert found[WHOLE].received == 50
    assert found["unit:1"].index.value == pytest.approx(0.9)


# --- channels as strata

CHANNELS = rule(
    channel_rule="C2",
    channels=[{"channel": "A", "weight": 3}, {"channel": "B", "weight": 1}],
)


def test_channels_weigh_what_the_method_says_and_not_what_came() -> None:
    rows = [cell(1, "land", 80, 20, "A"), cell(1, "land", 900, 100, "B")]
    found = scored(rows, CHANNELS)
    assert found[WHOLE].index.value == pytest.approx(0.75 * 0.8 + 0.25 * 0.9)
    assert found["field:land"].index.value == pytest.approx(found[WHOLE].index.value)
    apart = scored([rows[0]], rule())[WHOLE].index, scored([rows[1]], rule())[WHOLE].index
    assert found[WHOLE].index == combine(apart, [3, 1])
    assert set(found) == {WHOLE, "unit:1", "level:commune", "field:land"}  # the strata are not shown as groups


def test_where_a_channel_is_empty_there_is_no_rate() -> None:
    found = scored([cell(1, "", 80, 20, "A"), cell(1, "", 9, 1, "B"), cell(2, "", 40, 0, "B")], CHANNELS)
    assert found[WHOLE].index.value is not None
    assert (found["unit:2"].index.value, found["unit:2"].index.reason) == (None, Reason.EMPTY_STRATUM)
    assert found["unit:2"].counted == 40


# --- units by field

CELLS = rule(unit_rule="V4", fewest_per_cell=10)
DOSSIERS = {(1, "land"): 900, (1, "health"): 100, (2, "land"): 1000}


def test_cells_weigh_by_their_dossiers() -> None:
    rows = [cell(1, "land", 15, 15), cell(1, "health", 270, 30), cell(2, "land", 40, 10)]
    found = scored(rows, CELLS, DOSSIERS)
    first = 0.9 * 0.5 + 0.1 * 0.9
    assert found["unit:1"].index.value == pytest.approx(first)
    assert found[WHOLE].index.value == pytest.approx((first + 0.8) / 2)
    assert found["field:land"].index.value == pytest.approx(55 / 80)  # fields stay pooled
    interval = found["unit:1"].index.interval
    assert interval is not None
    assert interval.lower < first < interval.upper


def test_small_cells_are_joined_with_the_next_smallest() -> None:
    dossiers = {(1, "land"): 500, (1, "health"): 100, (1, "tax"): 50, (1, "sport"): 30}
    rows = [cell(1, "land", 60, 40), cell(1, "health", 9, 3), cell(1, "tax", 4, 2)]
    sums, _ = summed(rows, CELLS)
    by = strata(sums, CELLS, dossiers, LEVELS)
    # sport (nobody answered), tax (6) and health (12) together, then land.
    assert by.parts["unit:1"] == [("joined:1|0", 180), ("joined:1|1", 500)]
    assert by.joined["cell:1|sport"] == by.joined["cell:1|tax"] == by.joined["cell:1|health"] == "joined:1|0"
    assert [int(sums.by_group[key][1]) for key in ("joined:1|0", "joined:1|1")] == [18, 100]
    found = scored(rows, CELLS, dossiers)
    assert found["unit:1"].index.value == pytest.approx((180 * 13 / 18 + 500 * 0.6) / 680)


@pytest.mark.parametrize(("counts", "cells"), [((4,), 1), ((4, 30), 1), ((30, 31), 2)])
def test_what_is_left_over_joins_the_rest(counts: tuple[int, ...], cells: int) -> None:
    fields = ("land", "health")[: len(counts)]
    rows = [cell(1, field, n, 0) for field, n in zip(fields, counts, strict=True)]
    sums, _ = summed(rows, CELLS)
    by = strata(sums, CELLS, dict.fromkeys(((1, field) for field in fields), 50), LEVELS)
    assert len(by.parts["unit:1"]) == cells
    assert sum(int(sums.by_group[key][1]) for key, _ in by.parts["unit:1"]) == sum(counts)


def test_the_last_cell_left_small_joins_the_one_before() -> None:
    method = rule(unit_rule="V4", fewest_per_cell=10)
    rows = [cell(1, "a", 6, 0), cell(1, "b", 7, 0), cell(1, "c", 8, 0)]
    sums, _ = summed(rows, method)
    by = strata(sums, method, {(1, f): 10 for f in "abc"}, LEVELS)
    assert [key for key, _ in by.parts["unit:1"]] == ["joined:1|0"]
    assert int(sums.by_group["joined:1|0"][1]) == 21
