"""What is hidden of a campaign, and what goes with it."""

import datetime

import numpy as np
import pytest
from sqlalchemy.orm import Session

from scoring.suppression import suppress
from survey_app.hiding import among, hidden
from survey_app.models import Unit
from survey_app.policy import scope, scopes
from tests.databases import on_sqlite
from tests.factories.campaigns import MakeCampaign
from tests.factories.numbers import made, plain
from tests.factories.submissions import MakeReleased, answers
from tests.factories.units import MakeCounter, MakeField, MakeUnit

LEVELS = {unit: "commune" if unit < 6 else "department" for unit in range(9)}
ALL = 1000  # the report on everyone
LAND, HEALTH = ("field", "land"), ("field", "health")


def fields(*rows: tuple[int, ...]) -> dict[tuple[int, str, str, str], int]:
    """Submissions by unit and field, of one month and channel."""
    return {
        (unit, name, "2026-03-01", "A"): number
        for unit, row in enumerate(rows)
        for name, number in zip(("land", "health", "justice"), row, strict=False)
        if number
    }


def test_a_small_unit_takes_another_along_and_no_more() -> None:
    assert among(plain({0: 3, 1: 20, 2: 30, 6: 40, 7: 50}, LEVELS), fewest=5).units == {0, 1}
    assert among(plain({0: 3, 1: 20, 2: 4}, LEVELS), fewest=5).units == {0, 2}
    assert among(plain({0: 5, 1: 20}, LEVELS), fewest=5).units == frozenset()
    nothing = among(plain({}), fewest=5)
    assert (nothing.units, nothing.reports[ALL].whole) == (frozenset(), False)


def test_a_level_of_one_small_unit_is_hidden_with_it_and_so_is_another() -> None:
    found = among(plain({0: 20, 1: 30, 6: 3}, LEVELS), fewest=5)
    assert (found.units, found.reports[ALL].levels) == ({0, 6}, {"commune", "department"})
    assert (found.reports[6].levels, found.reports[1].levels) == ({"department"}, frozenset())
    # Two small units of one level hide each other, and their level is not small.
    assert among(plain({0: 20, 1: 30, 6: 3, 7: 4}, LEVELS), fewest=5).reports[ALL].levels == frozenset()


def test_where_there_is_hardly_anything_nothing_is_shown() -> None:
    found = among(plain({0: 3}), fewest=5)
    assert found.units == {0}
    assert found.reports[0].whole
    assert found.reports[ALL].whole


def test_fields_are_hidden_across_the_reports_of_all_units_and_no_more_than_needed() -> None:
    counts = [(3, 20, 30), (40, 6, 50), (60, 70, 8)]
    found = among(made(fields(*counts)), fewest=5)
    table = suppress(counts, fewest=5).hidden
    names = ("land", "health", "justice")
    for unit in range(3):
        assert found.reports[unit].parts == {("field", names[at]) for at in np.flatnonzero(table[unit, :-1])}
    assert found.reports[ALL].parts == frozenset()
    assert found.reports[1].parts == {LAND, HEALTH}  # 40 and 6, since less them the province would betray 3


def test_the_field_total_is_hidden_where_no_other_unit_protects() -> None:
    found = among(made(fields((3, 20), (0, 30))), fewest=5)
    assert found.reports[0].parts == {LAND, HEALTH}
    assert found.reports[1].parts == frozenset()
    assert found.reports[ALL].parts == {LAND, HEALTH}


def test_what_is_of_no_known_field_protects_and_is_protected() -> None:
    of = "2026-03-01", "A"
    unknown = {(unit, "", *of): 20 for unit in range(2)}
    small = made(unknown | {(0, "land", *of): 3, (0, "health", *of): 40, (1, "land", *of): 10})
    found = among(small, fewest=5)
    assert [found.reports[unit].parts - {("field", "")} for unit in (0, 1, ALL)] == [{LAND}, {LAND}, frozenset()]
    rest = among(made({(0, "", *of): 3, (0, "land", *of): 30, (1, "", *of): 9, (1, "land", *of): 40}), fewest=5)
    assert all(LAND in rest.reports[unit].parts for unit in (0, 1))  # 33 less 30 would be the rest


def test_a_unit_all_of_whose_fields_are_of_one_answer_is_not_shown() -> None:
    ones = {(0, field, "2026-03-01", "A"): 1 for field in "abcde"}
    others = {(unit, field, "2026-03-01", "A"): 20 for unit in (1, 2) for field in "abcde"}
    assert 0 in among(made(ones | others), fewest=5).units
    alone = among(made(ones), fewest=5)
    assert alone.reports[ALL].whole


def test_a_report_on_several_units_is_part_of_the_table() -> None:
    totals = {0: 3, 1: 20, 2: 30, 3: 40}
    counted = fields(*((number,) for number in totals.values()))
    found = among(made(counted, together=[(0, 1), (1, 2)]), fewest=5)
    assert found.units == {0, 1}
    assert not found.reports[1001].whole  # 23 together
    assert found.reports[1002].whole  # overlaps: less 30 it would be the one that is hidden
    assert found.reports[1002].levels == {"commune"}
    crossing = among(made(fields((3, 40), (20, 30), (30, 30)), together=[(0, 1), (1, 2)]), fewest=5)
    assert crossing.reports[1002].parts >= crossing.reports[1].parts
    apart = among(made(counted, together=[(2, 3)]), fewest=5)
    assert apart.units == {0, 1}
    assert not apart.reports[1001].whole


def test_a_small_report_on_several_units_is_not_shown_and_neither_are_its_parts() -> None:
    found = among(made(fields((1, 1), (2, 0), (20, 30), (40, 50)), together=[(0, 1)]), fewest=5)
    assert found.units > {0, 1}
    assert found.reports[1001].whole
    assert found.reports[1001].parts == frozenset()


def test_a_channel_that_does_not_count_is_a_table_of_its_own() -> None:
    facts = made(fields((20,), (30,), (40,)), aside={(0, "C"): 3, (1, "C"): 20, (2, "C"): 30, (3, "C"): 50})
    found = among(facts, fewest=5)
    assert found.units == frozenset()
    hides = {unit: found.reports[unit].parts for unit in (0, 1, 2, 3, ALL)}
    assert hides == {0: {("channel", "C")}, 1: {("channel", "C")}, 2: set(), 3: set(), ALL: set()}


def test_the_same_numbers_are_decided_once() -> None:
    facts = plain({0: 3, 1: 20, 2: 30})
    assert among(facts, fewest=5) is among(plain({0: 3, 1: 20, 2: 30}), fewest=5)
    assert among(facts, fewest=5) is not among(facts, fewest=3)


@on_sqlite
def test_what_is_released_is_read_by_field_month_and_channel(
    session: Session,
    province: Unit,
    make_unit: MakeUnit,
    make_counter: MakeCounter,
    make_campaign: MakeCampaign,
    make_released: MakeReleased,
    make_field: MakeField,
) -> None:
    an, binh = (make_unit(name, parent=province) for name in ("Xã An", "Xã Bình"))
    campaign = make_campaign(accepts="AC", counts="A")
    march, april = datetime.date(2026, 3, 10), datetime.date(2026, 4, 10)
    make_released(campaign, make_counter(an), [answers()] * 20, channel="A", day=march)
    make_released(
        campaign, make_counter(an, "Quầy 2", field=make_field("land")), [answers()] * 3, channel="A", day=april
    )
    make_released(campaign, make_counter(binh), [answers()] * 20, channel="A", day=march)
    make_released(campaign, make_counter(binh, "Quầy 2"), [answers()] * 20, channel="A", day=april)
    make_released(campaign, make_counter(binh, "Quầy 3"), [answers()] * 4, channel="C", day=april)
    found = hidden(session, campaign.id, "A", fewest=5)
    assert found.units == frozenset()
    assert found.reports[an.id].parts - {("field", "")} == {LAND, ("month", "2026-03-01"), ("month", "2026-04-01")}
    assert found.reports[binh.id].parts - {("field", "")} >= {("month", "2026-03-01"), ("month", "2026-04-01")}
    assert found.reports[binh.id].parts >= {("channel", "C")}
    assert found.reports[province.id].parts >= {LAND, ("channel", "C")}  # nobody else has any


@pytest.mark.parametrize(("counts", "number"), [("A", 2), ("AC", 0)])
def test_only_channels_that_count_are_reckoned(
    session: Session,
    province: Unit,
    make_unit: MakeUnit,
    make_counter: MakeCounter,
    make_campaign: MakeCampaign,
    make_released: MakeReleased,
    counts: str,
    number: int,
) -> None:
    an, binh = (make_unit(name, parent=province) for name in ("Xã An", "Xã Bình"))
    campaign = make_campaign(accepts="AC", counts=counts)
    make_released(campaign, make_counter(an), [answers()] * 9, channel="A")
    make_released(campaign, make_counter(binh), [answers()] * 3, channel="A")
    make_released(campaign, make_counter(binh, "Quầy 2"), [answers()] * 9, channel="C")
    assert len(hidden(session, campaign.id, counts, fewest=5).units) == number


@on_sqlite
def test_all_scopes_are_the_scope_of_each(session: Session, province: Unit, make_unit: MakeUnit) -> None:
    an = make_unit("Xã An", parent=province)
    district = make_unit("Huyện", parent=province, successors=(an,))
    hamlet = make_unit("Thôn", parent=district)
    found = scopes(session)
    assert found[an.id] == {an.id, district.id, hamlet.id}
    assert found == {unit: scope(session, unit) for unit in found}
    assert len(found) == 4
