"""A round against the one before it."""

from dataclasses import replace
from fractions import Fraction

from reports.par_content import BlockResult, UnitResult
from survey_app.assessment.outcomes import Sheet, outcomes
from survey_app.assessment.results import earlier
from survey_app.assessment.results import units as unit_results
from survey_app.models.assessment import FIRST
from tests.survey_app.assessment.sheets import first, said, sheet


def blocks(*sheets: Sheet) -> tuple[BlockResult, ...]:
    states = {each.unit_id: ("published", False) for each in sheets}
    return (unit_results.block("commune", sheets, outcomes(sheets, draws=20), states, "ab" * 32),)


def renamed(unit: UnitResult, number: str, name: str) -> UnitResult:
    lines = [
        replace(line, criterion=replace(line.criterion, name=name)) if line.criterion.number == number else line
        for line in unit.leaves
    ]
    return replace(unit, leaves=tuple(lines))


def test_units_of_both_rounds_are_compared_on_matching_leaves() -> None:
    now = blocks(sheet(first(a="3", b="2", c="1"), unit_id=1), sheet({}, unit_id=2))
    before = blocks(sheet(first(a="1.5", b="1", c="1"), unit_id=1))
    found = earlier.changes(now, before, 2024, {})
    assert set(found) == {1}
    change = found[1]
    assert (change.year, change.before, change.now) == (2024, Fraction(67), Fraction(92))
    assert [leaf.criterion.number for leaf in change.leaves] == ["1.1", "1.2", "1.3", "2.1"]
    assert (change.leaves[0].before, change.leaves[0].now) == (Fraction(1, 2), Fraction(1))
    assert change.unmatched == 0


def test_leaves_that_do_not_apply_in_both_or_are_new_are_left_out() -> None:
    gone = {**first(a="3", c="1"), "1.2": {FIRST: said(None, applies=False)}}
    (now,), (before,) = blocks(sheet(first(a="3", b="2", c="1"))), blocks(sheet(gone))
    change = earlier.change(now.units[0], before.units[0], 2024)
    assert [leaf.criterion.number for leaf in change.leaves] == ["1.1", "1.3", "2.1"]
    assert change.unmatched == 1


def test_a_leaf_with_other_words_is_matched_by_number_and_marked() -> None:
    (now,), (before,) = blocks(sheet(first(a="3"))), blocks(sheet(first(a="3")))
    same = renamed(before.units[0], "1.1", "TIÊU CHÍ 1.1")
    other = renamed(before.units[0], "1.1", "Tiêu chí khác")
    assert not earlier.change(now.units[0], same, 2024).leaves[0].renamed
    assert earlier.change(now.units[0], other, 2024).leaves[0].renamed


def test_nothing_in_common_is_no_points_of_nothing() -> None:
    (now,), (before,) = blocks(sheet(first(a="3"))), blocks(sheet(first(b="1"), feeds={}))
    change = earlier.change(now.units[0], before.units[0], 2024)
    assert (change.leaves, change.before, change.now, change.unmatched) == ((), 0, 0, 2)


def named(found: tuple[BlockResult, ...], **names: str) -> tuple[BlockResult, ...]:
    """Blocks whose units u1, u2 ... have other names."""
    return tuple(
        replace(each, units=tuple(replace(unit, name=names[f"u{unit.unit_id}"]) for unit in each.units))
        for each in found
    )


def test_a_new_unit_is_compared_with_the_one_that_it_took_over() -> None:
    now = blocks(sheet(first(a="3", b="2", c="1"), unit_id=7))
    before = named(blocks(sheet(first(a="1.5", b="1", c="1"), unit_id=1)), u1="Xã Cũ")
    change = earlier.changes(now, before, 2024, {7: frozenset({1, 99})})[7]
    assert (change.of, change.before, change.now) == (("Xã Cũ",), Fraction(67), Fraction(92))
    foreign = (replace(before[0], key="department"),)
    assert earlier.changes(now, foreign, 2024, {7: frozenset({1})}) == {}


def test_several_units_that_became_one_are_named_and_not_added_up() -> None:
    sheets = sheet(first(a="3"), unit_id=2), sheet(first(a="1"), unit_id=1)
    before = named(blocks(*sheets), u1="Xã An Cọ", u2="Xã Bình Thủy")
    new, grown = blocks(sheet(first(a="3"), unit_id=7)), blocks(sheet(first(a="3"), unit_id=1))
    for now, old in ((new, {7: frozenset({1, 2})}), (grown, {1: frozenset({2})})):
        (change,) = earlier.changes(now, before, 2024, old).values()
        assert (change.of, change.leaves, change.index_before) == (("Xã An Cọ", "Xã Bình Thủy"), (), None)
