"""From marks to indices, ranks, classes and intervals."""

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from scoring.par.index import NoIndex
from scoring.par.what_if import Aim
from survey_app.assessment import outcomes
from survey_app.assessment.outcomes import Fed, Outcome
from survey_app.models.assessment import COUNCIL, FIRST, SECOND, SELF
from tests.survey_app.assessment.conftest import fields, leaf
from tests.survey_app.assessment.sheets import first, one, places, said, sheet, sipas, small

# --- what counts


def test_the_last_stage_that_decides_counts() -> None:
    stages = {SELF: said("3"), FIRST: said("1"), SECOND: said("2"), COUNCIL: said("2.5")}
    for last in (COUNCIL, SECOND, FIRST):
        assert outcomes.counted(sheet({"1.1": stages}))["1.1"].points == Fraction(str(stages[last].points))
        del stages[last]
    assert "1.1" not in outcomes.counted(sheet({"1.1": stages}))  # a unit's own word is not what counts
    assert outcomes.own(sheet({"1.1": stages}))["1.1"].points == 3


def test_a_comment_without_points_leaves_those_before_it() -> None:
    stages = {FIRST: said("2"), SECOND: said(None, reason="Đã xem giải trình")}
    assert outcomes.counted(sheet({"1.1": stages}))["1.1"].points == 2
    assert "1.1" not in outcomes.counted(sheet({"1.1": {FIRST: said(None)}}))


def test_what_a_stage_says_does_not_apply_leaves_the_denominator() -> None:
    stages = {FIRST: said("2"), COUNCIL: said(None, applies=False)}
    found = one(sheet({**first(a="3", c="1"), "1.2": stages}))
    assert found.counted.not_applicable == ("1.2",)
    assert found.counted.index == Fraction(72, 80) * 100  # 3 + 1 + 3,2 of 8 points


def test_a_correction_stands_over_every_stage_and_its_deduction() -> None:
    stages = {"1.1": {FIRST: said("3", deducted=Decimal(1)), COUNCIL: said("2", deducted=Decimal(1))}}
    assert outcomes.counted(sheet(stages))["1.1"].counted == 1
    corrected = sheet(stages, corrections={"1.1": Decimal("2.5")})
    assert outcomes.counted(corrected)["1.1"].counted == Fraction("2.5")


def test_surveys_count_by_their_figures_until_a_stage_says_otherwise() -> None:
    assert outcomes.counted(sheet({}))["2.1"].points == Fraction("3.2")
    assert outcomes.own(sheet({}))["2.1"].points == Fraction("3.2")
    assert outcomes.counted(sheet({"2.1": {COUNCIL: said("3")}}))["2.1"].points == 3
    assert outcomes.counted(sheet({}, {})) == {}


def test_a_figure_for_a_leaf_without_a_rule_waits_for_points_by_hand() -> None:
    found = small(fields=[leaf("1", 5), leaf("2", 5, method="statistics")])
    given = sheet(
        {"1": {FIRST: said("5")}}, {"2": Fed(inputs={"percent": 50}, share=0.5, standard_error=0.1)}, found=found
    )
    assert one(given).counted.reason is NoIndex.UNSCORED
    settled = replace(given, marks={**given.marks, "2": {COUNCIL: said("5")}})
    assert one(settled).counted.index == 100


def test_exempt_leaves_do_not_apply_whatever_was_said() -> None:
    found = one(sheet(first(a="3", b="2", c="1"), exempt=frozenset({"1.2", "2.1"})))
    assert (found.counted.index, found.own.reason) == (Fraction(100), NoIndex.UNSCORED)
    assert set(found.counted.not_applicable) == {"1.2", "2.1"}


def test_own_and_counted_points_stand_side_by_side() -> None:
    marks = {leaf: {SELF: said("1"), **stages} for leaf, stages in first(a="3", b="2", c="1").items()}
    found = one(sheet(marks))
    assert (found.own.parts["1"].points, found.counted.parts["1"].points) == (Fraction(3), Fraction(6))
    assert (found.own.index, found.counted.index) == (Fraction(62), Fraction(92))


# --- numbers that no decimal holds


def test_points_that_no_decimal_holds_are_exact_again() -> None:
    third = "0." + "3" * 50
    assert outcomes.exact(Decimal(third)) == Fraction(1, 3)
    assert outcomes.exact(Decimal("2.3" + "3" * 48)) == Fraction(7, 3)
    assert outcomes.exact(Decimal("-0." + "6" * 49 + "7")) == Fraction(-2, 3)
    assert outcomes.exact(Decimal("0.125000")) == Fraction(1, 8)
    large = Fraction(12_345_678_901, 23_456_789_017)  # đồng of đồng
    assert outcomes.exact(Decimal(large.numerator) / Decimal(large.denominator)) != large  # 28 digits are too few
    assert abs(outcomes.exact(Decimal(large.numerator) / Decimal(large.denominator)) - large) < Fraction(1, 10**20)


def test_thirds_reach_the_bound_of_a_class() -> None:
    third = said("0." + "3" * 50)
    found = small(fields=[leaf("1", 2), *(leaf(str(n), 1) for n in range(2, 5)), leaf("5", 5)], bands=BANDS)
    marks = {"1": {FIRST: said("2")}, **{str(n): {FIRST: third} for n in range(2, 5)}, "5": {FIRST: said("5")}}
    reached = one(sheet(marks, {}, found=found))
    assert (reached.counted.index, reached.counted.band) == (Fraction(80), "Tốt")


BANDS = [{"name": "Tốt", "gte": 80}, {"name": "Khá", "gt": 65}, {"name": "Yếu", "gte": 0}]


@pytest.mark.parametrize(
    ("points", "band"), [("2", "Tốt"), ("1.99", "Khá"), ("0.51", "Khá"), ("0.5", "Yếu"), ("0", "Yếu")]
)
def test_bands_are_closed_or_open_as_the_set_says(points: str, band: str) -> None:
    found = small(fields=[leaf("1", 6), leaf("2", 4)], bands=BANDS)
    marks = {"1": {FIRST: said("6")}, "2": {FIRST: said(points)}}
    assert one(sheet(marks, {}, found=found)).counted.band == band


# --- ranks


def ranked(*points: str, blocks: Mapping[int, str] | None = None) -> dict[int, Outcome]:
    sheets = [
        sheet(first(a="3", b="2", c=value), unit_id=number, block=(blocks or {}).get(number, "commune"))
        for number, value in enumerate(points, start=1)
    ]
    return outcomes.outcomes(sheets, draws=200)


def test_ties_are_explicit() -> None:
    found = ranked("1", "0.5", "0.50", "0")
    assert list(places(found)) == [(1, 4, 1), (2, 4, 2), (2, 4, 2), (4, 4, 1)]
    assert [each.ranks and each.ranks.rank for each in found.values()] == [1, 2, 2, 4]
    assert [(each.ranks.lower, each.ranks.upper) for each in found.values() if each.ranks] == [
        (1, 1),
        (2, 2),
        (2, 2),
        (4, 4),
    ]


def test_each_block_is_ranked_apart() -> None:
    found = ranked("1", "0.5", "0", blocks={2: "department"})
    assert list(places(found)) == [(1, 2, 1), (1, 1, 1), (2, 2, 1)]


def test_units_without_an_index_have_no_place() -> None:
    sheets = [sheet(first(a="3", b="2", c="1")), sheet(first(a="3"), unit_id=2), sheet({}, {}, unit_id=3)]
    found = outcomes.outcomes(sheets, draws=100)
    assert list(places(found)) == [(1, 1, 1), None, None]
    assert found[2].counted.reason is NoIndex.UNSCORED
    assert (found[2].ranks, found[2].interval) == (None, None)
    assert outcomes.outcomes([]) == {}
    assert one(sheets[1]).place is None


def test_indices_alone_are_the_same() -> None:
    sheets = [sheet(first(a="3", b="2", c="1"), sipas(80, 0.05)), sheet(first(a="2", b="2", c="1"), unit_id=2)]
    full, quick = outcomes.outcomes(sheets, draws=100), outcomes.indices(sheets)
    assert list(places(full)) == list(places(quick))
    assert [each.counted for each in full.values()] == [each.counted for each in quick.values()]
    assert {each.interval for each in quick.values()} == {None}


# --- edges


def test_everything_not_applicable_is_no_index_and_no_zero() -> None:
    gone = {number: {FIRST: said(None, applies=False)} for number in ("1.1", "1.2", "1.3", "T.1")}
    found = one(sheet(gone, {}, exempt=frozenset({"2.1"})))
    assert (found.counted.index, found.counted.reason, found.place) == (None, NoIndex.NOTHING_APPLIES, None)
    assert found.counted.parts[""].applicable == 0
    assert found.counted.parts[""].share is None


def test_a_criterion_with_maximum_0_is_assessed_and_brings_nothing() -> None:
    found = small(fields=[*fields(), leaf("3", 0, rule={"kind": "binary"})])
    without = one(sheet(first(a="3", b="2", c="1"), found=found))
    assert without.counted.unscored == ("T.1", "3")
    assert without.counted.reason is NoIndex.UNSCORED
    marked = one(sheet({**first(a="3", b="2", c="1"), "3": {FIRST: said("0")}}, found=found))
    assert marked.counted.index == 92
    alone = small(fields=[leaf("1", 0)], claims=None)
    assert one(sheet({"1": {FIRST: said("0")}}, {}, found=alone)).counted.reason is NoIndex.NOTHING_APPLIES


def test_bonus_counts_on_top_and_up_to_the_limit() -> None:
    assert one(sheet(first(a="3", b="2", c="0", t="1"))).counted.index == 83  # 82 of the base, 1 on top
    assert one(sheet(first(a="3", b="2", c="1", t="1"), sipas(100))).counted.index == 100


# --- what surveys leave open


def test_the_standard_error_of_sipas_is_carried_into_index_rank_and_class() -> None:
    found = one(sheet(first(a="3", b="2", c="0"), sipas(80, 0.02)), draws=2000)
    interval = found.interval
    assert interval is not None
    assert interval.method == "analytic"
    assert interval.index == pytest.approx(82)
    # 4 of 10 points are the share: 100 × 4 / 10 × 1,96 × 0,02 to either side
    assert (interval.lower, interval.upper) == pytest.approx((82 - 1.568, 82 + 1.568), abs=0.001)
    assert found.chances["Tốt"] == pytest.approx(0.994, abs=0.01)  # 80 is 2,5 standard errors below
    assert sum(found.chances.values()) == pytest.approx(1)


def test_close_units_may_hold_each_other_s_places() -> None:
    sheets = [
        sheet(first(a="3", b="2", c=points), sipas(80, 0.05), unit_id=number)
        for number, points in enumerate(("0.6", "0.5", "0.4"), start=1)
    ]
    found = outcomes.outcomes(sheets, draws=2000)
    assert [(each.ranks.rank, each.ranks.lower, each.ranks.upper) for each in found.values() if each.ranks] == [
        (1, 1, 3),
        (2, 1, 3),
        (3, 1, 3),
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"corrections": {"2.1": Decimal(3)}},
        {"exempt": frozenset({"2.1"})},
        {"feeds": sipas(80, 0.0)},
        {"feeds": {"2.1": Fed(inputs={"percent": 80}, standard_error=0.02)}},
        {"marks": {**first(a="3", b="2", c="1"), "2.1": {COUNCIL: said("3")}}},
    ],
)
def test_a_survey_that_a_decision_replaced_leaves_nothing_open(changes: dict[str, Any]) -> None:
    given = replace(sheet(first(a="3", b="2", c="1"), sipas(80, 0.02)), **changes)
    found = one(given, draws=100)
    assert found.interval is None
    assert found.chances == {}
    assert found.counted.index is not None


def test_an_appraiser_who_confirms_a_survey_leaves_it_open() -> None:
    marks = {**first(a="3", b="2", c="1"), "2.1": {FIRST: said("3.2")}}
    assert one(sheet(marks, sipas(80, 0.02)), draws=100).interval is not None


def test_a_survey_in_steps_is_simulated_and_one_outside_the_base_counts_as_it_is() -> None:
    tiers = {"kind": "tiers", "tiers": [{"gte": 0.8, "points": 4}, {"gte": 0.7, "points": 2}], "otherwise": 0}
    given = {"kind": "external_pct"}
    found = small(
        fields=[
            leaf("1", 6),
            leaf("2", 4, method="survey_sipas", rule=tiers),
            leaf("T", 1, method="survey_sipas", rule=given, role="bonus", cap=1),
        ]
    )
    feeds = {
        "2": Fed(inputs={"a": 80, "b": 100}, share=0.8, standard_error=0.05),
        "T": Fed(inputs={"percent": 50}, share=0.5, standard_error=0.05),
    }
    open_ = one(sheet({"1": {FIRST: said("6")}}, feeds, found=found), draws=2000)
    assert open_.interval is not None
    assert open_.interval.method == "simulated"
    assert (open_.interval.index, round(open_.interval.upper, 1)) == (100, 100.0)


# --- what if


def test_what_would_move_a_unit_most() -> None:
    entered = {"a": 34, "b": 40}
    marks = {
        "1.1": {SELF: said("2.55", inputs=entered), FIRST: said("2.55")},
        "1.2": {FIRST: said("0", inputs={"answer": False}, deducted=Decimal(0))},
        "1.3": {FIRST: said("0.5")},
    }
    moves = outcomes.what_if(sheet(marks), {"2": Fraction(70)})
    assert [move.code for move in moves] == ["1.2", "1.1", "2.1"]  # by hand there is no next step
    assert moves[0].gain == 20
    assert moves[1].inputs == {"a": 40, "b": 40}
    assert {move.places for move in outcomes.what_if(sheet(marks), {"2": Fraction(70)}, Aim.RANK)} == {0, 1}


def test_entries_that_no_longer_say_what_counts_are_left_aside() -> None:
    """A cut by the appraiser, a correction, entries that cannot be scored: no step starts from them."""
    entered = {"a": 34, "b": 40}
    marks = {
        "1.1": {SELF: said("2.55", inputs=entered), FIRST: said("1", inputs=entered)},
        "1.2": {FIRST: said("2", inputs={"answer": "có"})},
        "1.3": {FIRST: said(None, applies=False)},
    }
    assert [move.code for move in outcomes.what_if(sheet(marks), {})] == ["2.1"]
    assert outcomes.what_if(sheet(marks, corrections={"2.1": Decimal(4)}), {}) == ()


def test_entries_as_they_are_stored() -> None:
    assert outcomes.inputs_of(json.dumps({"a": 1})) == {"a": 1}
