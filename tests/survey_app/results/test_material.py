"""Campaigns whose answers were drawn in clusters, weighted, or judged by another rule."""

import datetime

import numpy as np
import pytest

from questionnaires.loader import index_method, questionnaire
from reports import findings, method
from reports.content import SatisfactionReport
from scoring.deciding import SEQUENCE, Looks, Multiplicity, Rule, deciding_interval
from scoring.results import Outcome, Reason
from scoring.sampling.design import survey_design
from scoring.sampling.linearised import rates
from scoring.sampling.partition import partition
from survey_app import definitions
from survey_app.db import Database
from survey_app.models import Campaign, Counter, Unit
from survey_app.policy import Actor
from survey_app.results import material
from survey_app.results.service import report
from tests.factories.campaigns import MakeCampaign, MakePopulation
from tests.survey_app.results.conftest import OVERALL, TODAY, Fill, World

DAYS = [datetime.date(2026, 2, day) for day in (2, 3, 4, 5, 6)]
GOOD = (20, 19, 12, 20, 16)  # of 20 on each day: people of one day are alike


def content_of(database: Database, actor: Actor, campaign: Campaign, unit: Unit) -> SatisfactionReport:
    with database.reading() as session:
        return report(session, actor, campaign.id, unit.id, today=TODAY)


def fill_days(fill: Fill, campaign: Campaign, unit: Unit) -> None:
    for day, good in zip(DAYS, GOOD, strict=True):
        fill(campaign, unit, good, 20 - good, day=day)


def test_days_that_were_drawn_count_as_days_and_not_as_people(
    database: Database, analyst: Actor, world: World, make_campaign: MakeCampaign, fill: Fill
) -> None:
    made = make_campaign(rules={"design": "clustered"}, targets=(OVERALL,))
    fill_days(fill, made, world.an)
    fill(made, world.binh, 15, 5, day=DAYS[0])
    content = content_of(database, analyst, made, world.an)
    satisfied = np.concatenate([np.arange(20) < good for good in GOOD])
    wanted = rates(partition(survey_design(np.ones(100), psu=np.repeat(np.arange(5), 20))), satisfied)
    overall = content.whole.score.overall
    assert overall.value == pytest.approx(0.87)
    assert overall.variance == pytest.approx(float(wanted.se[0]) ** 2)
    assert overall.df == 4
    assert "quầy × ngày" in dict(method.rows(content))["Cách chọn người trả lời"]
    whole = content_of(database, analyst, made, world.province)
    assert whole.whole.score.index.df == 5  # the sixth: another counter on the first day
    unit = next(row for row in whole.comparisons[0].rows if row.name == "Xã Bình Đa")
    assert (unit.score.index.value, unit.score.index.reason) == (0.75, Reason.TOO_FEW_FOR_INTERVAL)


def test_a_channel_aside_keeps_its_own_days(
    database: Database, analyst: Actor, world: World, make_campaign: MakeCampaign, fill: Fill
) -> None:
    made = make_campaign(rules={"design": "clustered"}, accepts="AC", counts="A")
    fill_days(fill, made, world.an)
    for day in DAYS[:2]:
        fill(made, world.an, 8, 2, day=day, channel="C")
    lines = content_of(database, analyst, made, world.province).channels
    assert [line.index.df for line in lines] == [4, None]  # both days alike: no variance
    assert lines[1].index.value == pytest.approx(0.8)


def test_who_has_not_received_a_result_is_in_no_psu(
    database: Database, analyst: Actor, world: World, make_campaign: MakeCampaign
) -> None:
    made = make_campaign("counter-2640@1", rules={"design": "clustered"})
    content = content_of(database, analyst, made, world.province)
    assert content.whole.score.index.reason is Reason.NO_ANSWERS


def test_channels_and_cells_can_be_weighted(
    database: Database,
    analyst: Actor,
    world: World,
    make_campaign: MakeCampaign,
    make_population: MakePopulation,
    fill: Fill,
    land_desk: Counter,
) -> None:
    form = "counter-2640@1"
    for ref in ("m1-f1-x1-c2-v1@1", "m1-f1-x1-v4@1"):
        assert definitions.plan(questionnaire(form).definition, index_method(ref).definition)
    made = make_campaign(form, method="m1-f1-x1-c2-v1@1", accepts="AB", counts="AB")
    content = content_of(database, analyst, made, world.province)
    assert content.method.symbols == "M1, F1, X1, C2, V1"
    said = dict(method.rows(content))["Các cách trả lời"]
    assert "Trọng số: “Mã một lần trên giấy hẹn (nhóm A)” 0,7, “Ki-ốt hoặc" in said
    assert said.endswith("(nhóm B)” 0,3.")


@pytest.mark.parametrize("design", ["open", "clustered"])
def test_cells_of_units_and_fields_weigh_by_dossiers(
    design: str,
    database: Database,
    analyst: Actor,
    world: World,
    make_campaign: MakeCampaign,
    make_population: MakePopulation,
    fill: Fill,
    land_desk: Counter,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ref = "m1-f1-x1-v4@1"
    loaded = index_method(ref)
    short = loaded.definition.model_copy(update={"factor_rule": "F3"})  # the short form has no criteria
    monkeypatch.setattr(material, "index_method", lambda _: type(loaded)(short, "0", ""))
    made = make_campaign(method="m1-f3-x1-v1@1", rules={"design": design})
    health_desk = land_desk
    for day, good in zip(DAYS, GOOD, strict=True):
        fill(made, world.an, good, 20 - good, day=day, counter=health_desk)
        fill(made, world.binh, 10, 10, day=day)
    make_population(made, world.an, world.land, 900)
    unknown = content_of(database, analyst, made, world.province).whole.score.index
    assert (unknown.value, unknown.reason) == (None, Reason.NO_WEIGHTS)  # Bình Đa's field is not known
    known = content_of(database, analyst, made, world.an).whole.score.index
    assert known.value == pytest.approx(0.87)
    assert known.interval is not None


# --- verdicts


def test_verdicts_of_many_units_can_hold_together(
    database: Database, analyst: Actor, world: World, make_campaign: MakeCampaign, fill: Fill
) -> None:
    verdicts = {}
    for multiplicity in Multiplicity:
        made = make_campaign(
            rules={"multiplicity": multiplicity}, counts="A", accepts="A", targets=(OVERALL,), title=multiplicity
        )
        fill(made, world.an, 140, 7)
        fill(made, world.binh, 60, 40)
        content = content_of(database, analyst, made, world.province)
        rows = {row.name: row for row in content.comparisons[0].rows}
        verdicts[multiplicity] = [rows[name].verdict.outcome for name in ("Xã An Cọ", "Xã Bình Đa")]  # type: ignore[union-attr]  # both have answers
        said = findings.together(content, 2)
        assert ("Cả 2 kết luận" in said) is (multiplicity is Multiplicity.SIDAK)
    assert verdicts[Multiplicity.NONE] == [Outcome.REACHED, Outcome.NOT_REACHED]
    assert verdicts[Multiplicity.SIDAK] == [Outcome.CANNOT_TELL, Outcome.NOT_REACHED]


def test_verdicts_can_be_read_every_day(
    database: Database, analyst: Actor, world: World, make_campaign: MakeCampaign, fill: Fill
) -> None:
    made = make_campaign(rules={"looks": "daily"}, targets=(OVERALL,))
    fill(made, world.an, 140, 7)
    content = content_of(database, analyst, made, world.province)
    interval = deciding_interval(content.whole.score.index, rule=Rule(looks=Looks.DAILY))
    assert interval is not None
    assert (interval.method, interval.lower < 0.9) == (SEQUENCE, True)
    assert content.whole.verdict is not None
    assert content.whole.verdict.outcome is Outcome.CANNOT_TELL
    assert (content.whole.verdict.more_answers or 0) > 0
    assert "xem hằng ngày" in dict(method.rows(content))["Khi xem số liệu nhiều lần"]


# --- small units


def test_small_units_have_a_rate_drawn_to_that_of_all_beside_their_own(
    database: Database, analyst: Actor, world: World, make_campaign: MakeCampaign, fill: Fill
) -> None:
    made = make_campaign(targets=(OVERALL,))
    fill(made, world.an, 280, 120)
    fill(made, world.binh, 60, 0)
    content = content_of(database, analyst, made, world.province)
    rows = {row.name: row for row in content.comparisons[0].rows}
    small, large = rows["Xã Bình Đa"], rows["Xã An Cọ"]
    assert small.score.index.value == 1
    assert small.shrunk is not None
    assert large.shrunk is not None
    assert 0.9 < (small.shrunk.shrunk or 1) < 1
    assert 0.7 < (large.shrunk.shrunk or 0) < 0.71
    assert small.verdict is not None
    assert small.verdict.outcome is Outcome.REACHED  # by its own answers, as ever


def test_points_are_not_drawn_together(
    database: Database, analyst: Actor, world: World, make_campaign: MakeCampaign, fill: Fill
) -> None:
    made = make_campaign("counter-2640@1", method="m2-f1-x1-v1@1")
    content = content_of(database, analyst, made, world.province)
    assert all(row.shrunk is None for comparison in content.comparisons for row in comparison.rows)
