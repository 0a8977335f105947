"""A unit's result from its sheet and outcome."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import pytest

from reports.par_content import BlockResult, UnitResult
from survey_app.assessment.outcomes import Sheet, outcomes
from survey_app.assessment.results import units as unit_results
from survey_app.models.assessment import COUNCIL, FIRST, SELF
from tests.survey_app.assessment.sheets import first, said, sheet, sipas, small

FULL = first(a="2.5", b="2", c="1")


def block(*sheets: Sheet, states: Mapping[int, tuple[str, bool]] | None = None) -> BlockResult:
    known = states or {each.unit_id: ("appraised", False) for each in sheets}
    return unit_results.block("commune", sheets, outcomes(sheets, draws=50), known, "ab" * 32)


def one(given: Sheet, state: str = "appraised") -> UnitResult:
    return block(given, states={given.unit_id: (state, True)}).units[0]


def test_units_stand_from_the_best_down_and_those_without_an_index_last() -> None:
    units = [sheet({}, unit_id=1), sheet(first(a="1", b="1", c="1"), unit_id=2), sheet(FULL, unit_id=3)]
    found = block(*units)
    assert [unit.unit_id for unit in found.units] == [3, 2, 1]
    assert found.name == "xã, phường"
    assert found.units[0].place is not None


def test_a_leaf_has_every_stage_and_the_points_that_count() -> None:
    marks = {"1.1": {SELF: said("3", inputs={"a": 40}), FIRST: said("2", deducted=Decimal("0.5"), reason="Thiếu")}}
    line = one(sheet(marks)).leaves[0]
    assert line.own is not None
    assert line.own.inputs == {"a": 40}
    assert line.first is not None
    assert (line.first.points, line.first.deducted, line.first.reason) == (Decimal(2), Decimal("0.5"), "Thiếu")
    assert (line.second, line.council, line.points, line.applies) == (None, None, Fraction(3, 2), True)


def test_what_does_not_apply_what_is_exempt_what_is_fed() -> None:
    marks = {**FULL, "1.2": {FIRST: said(None, applies=False)}}
    found = one(sheet(marks, exempt=frozenset({"1.3"})))
    lines = {line.criterion.number: line for line in found.leaves}
    assert (lines["1.2"].applies, lines["1.2"].points) == (False, None)
    assert (lines["1.3"].exempt, lines["1.3"].applies) == (True, False)
    assert lines["2.1"].fed == {"percent": 80}
    assert lines["2.1"].points == Fraction(16, 5)


def test_both_conventions_only_differ_where_something_does_not_apply() -> None:
    whole = one(sheet(FULL))
    assert whole.percent == whole.scaled == whole.counted.index
    marks = {**FULL, "1.2": {FIRST: said(None, applies=False)}}
    part = one(sheet(marks))
    assert part.percent == part.counted.index == Fraction(6700, 80)
    assert part.scaled == Fraction(7, 8) * 60 + 32
    scaled = one(sheet(marks, found=small(denominator="blocks")))
    assert (scaled.percent, scaled.scaled) == (Fraction(6700, 80), Fraction(7, 8) * 60 + 32)


def test_a_unit_sees_its_appraisal_once_it_is_open_to_it() -> None:
    given = sheet({"1.1": {SELF: said("3"), FIRST: said("2"), COUNCIL: said("1")}})
    shown = unit_results.unjudged(one(given, "settled"), given)
    assert shown.leaves[0].council is not None
    assert (shown.place, shown.ranks, shown.leaves[0].points) == (None, None, Fraction(1))


@pytest.mark.parametrize("state", ["explanation_asked", "appraised"])
def test_before_it_is_locked_a_unit_hears_nothing_of_the_council(state: str) -> None:
    given = sheet({"1.1": {SELF: said("3"), FIRST: said("2"), COUNCIL: said("1")}}, sipas(80, 0.02))
    plain = sheet({"1.1": {SELF: said("3"), FIRST: said("2")}}, sipas(80, 0.02))
    shown = unit_results.unjudged(one(given, state), given)
    assert shown == unit_results.unjudged(one(plain, state), plain)
    assert (shown.leaves[0].council, shown.leaves[0].points) == (None, Fraction(2))


def test_other_units_see_points_alone() -> None:
    marks = {stage: said("2", reason="Mật", inputs={"a": 1}) for stage in (SELF, FIRST, COUNCIL)}
    found = one(sheet({"1.1": marks}))
    shown = unit_results.public(found)
    assert (shown.counted, shown.place) == (found.counted, found.place)
    words = [word for line in shown.leaves for word in (line.own, line.first, line.second, line.council) if word]
    assert {(word.reason, tuple(word.inputs), word.points) for word in words} == {("", (), Decimal(2))}
    assert all(line.fed == {} for line in shown.leaves)


def test_before_that_it_sees_its_own_marks_alone() -> None:
    own = {"1.1": {SELF: said("3"), FIRST: said("2")}, "1.2": {SELF: said(None, applies=False)}}
    given = sheet({**own, "1.3": {FIRST: said("1")}}, sipas(80, 0.02), corrections={"1.1": Decimal(1)})
    shown = unit_results.unjudged(one(given, "draft"), given)
    lines = {line.criterion.number: line for line in shown.leaves}
    assert (lines["1.1"].first, lines["1.1"].corrected, lines["1.1"].points) == (None, None, Fraction(3))
    assert (lines["1.2"].applies, lines["1.2"].points) == (False, None)
    assert lines["1.3"].points is None
    assert lines["2.1"].points == Fraction(16, 5)
    assert shown.counted == shown.own
    assert (shown.interval, shown.chances) == (None, ())


def test_a_block_without_a_word_keeps_its_key() -> None:
    assert unit_results.block_name("hamlet") == "hamlet"
