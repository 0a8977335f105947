"""What the content of a round answers about itself."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from reports.par_content import Word
from tests.reports.par_contents import AN_CO, CAO_SON, COMMUNES, CRITERIA, DEPARTMENTS, JUSTICE, REPORT, with_line


def test_what_is_lost_is_what_the_base_lacks_and_what_penalties_take() -> None:
    def lost(unit: object, number: str) -> Fraction:
        return unit.leaf(number).lost  # type: ignore[attr-defined]  # any unit

    assert lost(AN_CO, "1.1") == Fraction(1, 2)
    assert lost(AN_CO, "T.1") == 0
    assert lost(CAO_SON, "1.2") == 0
    assert lost(JUSTICE, "P.1") == Fraction(1, 2)
    assert lost(with_line(JUSTICE, "P.1", points=Fraction(-4)), "P.1") == 1


def test_the_gap_needs_own_points_and_points_that_count() -> None:
    assert [line.gap for line in AN_CO.leaves] == [Fraction(1, 2), 0, 0, None, Fraction(1, 2), None]


def test_the_last_appraisal_is_the_second_where_there_is_one() -> None:
    line = AN_CO.leaves[0]
    second = Word(points=Decimal(1))
    assert line.appraised is line.first
    assert replace(line, second=second).appraised is second


def test_a_unit_is_found_with_its_block() -> None:
    assert REPORT.unit(3) == (COMMUNES, CAO_SON)
    assert REPORT.unit(99) is None
    assert AN_CO.leaf("9.9") is None


def test_a_round_is_verified_only_when_every_set_is() -> None:
    assert not REPORT.verified
    assert replace(REPORT, blocks=(DEPARTMENTS,)).verified


def test_special_are_units_to_which_points_of_the_base_do_not_apply() -> None:
    assert (CAO_SON.special, AN_CO.special) == (True, False)


def test_a_set_knows_its_fields_and_leaves() -> None:
    assert [node.number for node in CRITERIA.fields] == ["1", "2", "T", "P"]
    assert len(CRITERIA.leaves) == 6
