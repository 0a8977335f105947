"""Issued, returned, valid, counted: beside the result, and never small."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from questionnaires.loader import validity_rules
from reports.content import SatisfactionReport, Validity
from scoring.tally import unpack
from survey_app.definitions import layout
from survey_app.models import Campaign
from survey_app.policy import Actor
from survey_app.results import queries
from survey_app.results.service import Cache, report
from survey_app.results.validity import OTHER, named, rule_lines
from tests.conftest import Client
from tests.databases import on_sqlite
from tests.factories.campaigns import MakeCampaign, MakePopulation
from tests.factories.submissions import MakeReleased
from tests.survey_app.results.conftest import GOOD, MARCH, TODAY, World

RULES = validity_rules("standard@1").definition
NAMES = {part.key: part.name.vi for part in RULES.rules}
EMPTY = {"TC0": "4", "CHUNG": "4"}
TICKED = {**GOOD, "TC0": "t", "TT0": "t"}


@pytest.fixture
def ruled(make_campaign: MakeCampaign) -> Campaign:
    return make_campaign(validity="standard@1", accepts="BC", counts="B", starts_on=datetime.date(2025, 5, 1))


@pytest.fixture
def forms(ruled: Campaign, world: World, make_released: MakeReleased) -> Campaign:
    """Of 40 forms of An Cọ 6 half-empty and 5 second ones, with 8 lines of two ticks; 7 of Bình Đa, all valid."""
    desk, other = world.desks[world.an.id], world.desks[world.binh.id]
    for many, sets, invalid in ((25, GOOD, None), (4, TICKED, None), (6, EMPTY, None), (5, GOOD, "d")):
        make_released(ruled, desk, [dict(sets)] * many, day=MARCH, channel="B", invalid=invalid)
    make_released(ruled, other, [dict(GOOD)] * 7, day=MARCH, channel="B")
    make_released(ruled, other, [dict(GOOD)] * 9, day=MARCH, channel="C", invalid="d")  # does not count anyway
    return ruled


def read(
    session: Session, actor: Actor, campaign: Campaign, unit: int, cache: Cache | None = None
) -> SatisfactionReport:
    return report(session, actor, campaign.id, unit, today=TODAY, cache=cache)


def test_what_became_of_the_forms(session: Session, world: World, analyst: Actor, forms: Campaign) -> None:
    content = read(session, analyst, forms, world.province.id)
    assert content.validity == Validity(
        issued=None,
        returned=47,
        excluded=((NAMES["duplicate_dossier"], 5), (NAMES["half_empty"], 6)),
        blanked=(NAMES["two_ticks"], 8),
        valid=36,
        counted=36,
    )
    assert content.whole.score.counted == 36
    assert [rule.name for rule in content.method.rules] == list(NAMES.values())
    assert content.method.rules_ref == "standard@1"


def test_a_unit_without_any_has_none_to_show(session: Session, world: World, analyst: Actor, forms: Campaign) -> None:
    found = read(session, analyst, forms, world.binh.id).validity
    assert found == Validity(issued=None, returned=7, excluded=(), blanked=None, valid=7, counted=7)


def test_forms_issued_are_known_when_every_unit_with_answers_told_them(
    session: Session, world: World, analyst: Actor, forms: Campaign, make_population: MakePopulation
) -> None:
    cache = Cache()

    def issued(unit: int) -> int | None:
        found = read(session, analyst, forms, unit, cache).validity
        session.rollback()  # the next report sees what was imported meanwhile
        return found.issued if found else None

    make_population(forms, world.an, world.land, 500, issued=100)
    assert (issued(world.an.id), issued(world.province.id)) == (100, None)
    make_population(forms, world.binh, world.land, 500, issued=30)
    make_population(forms, world.department, world.land, 500, issued=20)  # nobody answered there
    assert issued(world.province.id) == 150
    make_population(forms, world.binh, world.health, 500)
    assert (issued(world.province.id), issued(world.binh.id)) == (None, None)


@pytest.mark.parametrize("rules", [None, "none@1"])
def test_without_rules_nothing_is_called_valid(
    session: Session,
    world: World,
    analyst: Actor,
    make_campaign: MakeCampaign,
    make_released: MakeReleased,
    rules: str | None,
) -> None:
    made = make_campaign(validity=rules)
    make_released(made, world.desks[world.an.id], [dict(GOOD)] * 9, channel="B", invalid="d")
    content = read(session, analyst, made, world.an.id)
    assert content.validity == Validity(issued=None, returned=9, excluded=(), blanked=None, valid=None, counted=9)
    assert content.method.rules == ()


def test_few_invalid_forms_are_not_told(
    session: Session, world: World, analyst: Actor, ruled: Campaign, make_released: MakeReleased
) -> None:
    desk = world.desks[world.an.id]
    make_released(ruled, desk, [dict(GOOD)] * 20, day=MARCH, channel="B")
    make_released(ruled, desk, [dict(EMPTY)] * 4, day=MARCH, channel="B")
    make_released(ruled, desk, [dict(TICKED)] * 2, day=MARCH, channel="B")
    found = read(session, analyst, ruled, world.an.id).validity
    assert found == Validity(issued=None, returned=26, excluded=(), blanked=None, valid=None, counted=22)


def test_a_whole_that_is_withheld_tells_nothing(
    session: Session, world: World, analyst: Actor, ruled: Campaign, make_released: MakeReleased
) -> None:
    make_released(ruled, world.desks[world.an.id], [dict(GOOD)] * 4, day=MARCH, channel="B")
    assert read(session, analyst, ruled, world.an.id).validity is None


@given(st.dictionaries(st.sampled_from(sorted(set(NAMES) - {"two_ticks"})), st.integers(1, 30)), st.integers(2, 9))
def test_no_small_number_is_told_or_left(found: dict[str, int], fewest: int) -> None:
    total = sum(found.values())
    if 0 < total < fewest:
        return  # then nothing is asked for
    shown = named(RULES, found, fewest=fewest)
    assert sum(number for _, number in shown) == total
    assert all(number >= fewest for _, number in shown)
    assert all(found[key] == dict(shown)[name] for key, name in NAMES.items() if name in dict(shown))
    assert OTHER not in [name for name, _ in shown[:-1]]


def test_rules_are_named_with_their_standing() -> None:
    lines = rule_lines("standard@1")
    assert [(line.name, line.verified) for line in lines] == [(name, False) for name in NAMES.values()]
    assert rule_lines("") == rule_lines("none@1") == ()


@on_sqlite
def test_submissions_that_are_read_one_by_one_are_those_of_the_tally(
    session: Session, world: World, analyst: Actor, forms: Campaign
) -> None:
    facts = queries.campaign(session, analyst, forms.id)
    units = [world.an.id, world.binh.id]
    rows = list(queries.drawn(session, facts, units))
    cells = [unpack(layout(facts.ref), cell.data) for cell in queries.cells(session, forms.id, units, "BC")]
    assert len(rows) == sum(int(cell.counted) for cell in cells) == 36


@on_sqlite
def test_the_pages_tell_it(browser: Client, forms: Campaign) -> None:
    overview = browser.get(f"/results/{forms.id}/overview").text
    assert "Thu về 47 phiếu, hợp lệ 36, được tính vào tỷ lệ 36." in overview
    assert "phiếu thứ hai của cùng một hồ sơ 5; " in overview
    assert "Câu đánh dấu 2 ô trên phiếu giấy: 8 câu, tính là bỏ trống." in overview
    method = browser.get(f"/results/{forms.id}/method").text
    assert "Phiếu thứ hai của cùng một hồ sơ (chưa đối chiếu với văn bản gốc)." in method
