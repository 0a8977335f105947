"""From tally to one frozen content."""

import datetime
from dataclasses import replace

import pytest
from sqlalchemy import update

from reports.content import SatisfactionReport
from scoring.intervals import effective_n_finite, student_share, wilson
from scoring.results import Outcome, Reason
from survey_app.campaigns import release
from survey_app.db import Database
from survey_app.errors import NotAllowed, NotFound
from survey_app.models import Campaign, Population, Unit
from survey_app.policy import Actor, Role
from survey_app.results.service import Cache, report
from tests.databases import on_sqlite
from tests.factories.accounts import MakeActor
from tests.factories.campaigns import MakeCampaign, MakePopulation
from tests.factories.submissions import MakeWaiting
from tests.factories.units import MakeCounter
from tests.survey_app.results.conftest import BORDER, OVERALL, TODAY, Fill, World
from tests.survey_app.results.contents import content_of

# --- the whole


def test_the_province_at_a_glance(database: Database, analyst: Actor, filled: Campaign, world: World) -> None:
    content = content_of(database, analyst, filled, world.province)
    score = content.whole.score
    assert (score.received, score.counted, score.population) == (244, 244, 1650)
    assert score.response_rate == pytest.approx(244 / 1650)
    assert score.index.value == pytest.approx(213 / 244)
    # Everyone is satisfied with everything or with nothing: the index is worth n - 1 answers, of 1650 dossiers.
    worth = float(effective_n_finite(243, 244, 1650))
    assert score.index.effective_n == pytest.approx(worth)
    assert score.index.interval is not None
    wanted = [float(limit) for limit in wilson(213 / 244, worth * student_share(243))]
    assert [score.index.interval.lower, score.index.interval.upper] == pytest.approx(wanted)
    assert content.whole.verdict is not None
    assert (content.whole.verdict.outcome, content.whole.verdict.target) == (Outcome.CANNOT_TELL, 0.9)
    assert [factor.score.estimate.value for factor in content.factors] == pytest.approx([213 / 244] * 4 + [None])
    assert content.factors[4].score.estimate.reason is Reason.NO_ANSWERS
    assert [line.code for line in content.items] == ["TC0", "TT0", "CC0", "KQ0", "PA0", "CHUNG"]
    assert content.items[0].factor == content.factors[0].name
    assert content.items[5].factor == "Đánh giá chung"
    spread = content.items[4].score.distribution
    assert spread is not None
    assert (spread.valid, spread.not_applicable) == (0, 244)
    [waiting] = content.numbers
    assert waiting.score.estimate.value == pytest.approx((213 * 10 + 31 * 40) / 244)
    assert waiting.unit == "phút"


@on_sqlite
def test_what_stands_around_the_figures(database: Database, analyst: Actor, filled: Campaign, world: World) -> None:
    content = content_of(database, analyst, filled, world.province)
    assert content.scope == "Tỉnh Minh Họa"
    assert content.subject.endswith("sự phục vụ của tỉnh Minh Họa")
    assert (content.campaign, content.starts_on, content.ends_on) == (filled.title, filled.starts_on, None)
    assert (content.data_as_of, content.made_on, content.fictional) == (TODAY, TODAY, True)
    assert (content.letterhead.issuer, content.letterhead.place) == ("SỞ NỘI VỤ", "Minh Họa")
    assert len(content.scale) == 5
    method = content.method
    assert (method.symbols, method.level, method.fewest) == ("M1, F3, X1, V1", 0.95, 5)
    assert (method.index_method, method.index_method_verified) == ("m1-f3-x1-v1@1", False)
    assert (method.questionnaire_ref, method.satisfied_from) == ("qr-short@1", 4)
    assert len(method.classes) == 2
    assert len(method.unverified_items) == 8
    assert method.program


def test_each_target_is_held_against_what_it_speaks_about(
    database: Database, analyst: Actor, filled: Campaign, world: World
) -> None:
    content = content_of(database, analyst, filled, world.province)
    overall, health, land, waiting, schools = content.targets  # by what they speak about
    assert overall.estimate == content.whole.score.index
    assert (overall.operator, overall.value, overall.percent, overall.year) == (">=", 0.9, True, 2025)
    assert overall.verdict == content.whole.verdict
    assert overall.verdict.more_answers is not None
    assert "Kế hoạch" in overall.source
    assert (land.estimate.value, land.estimate.n, land.value) == (1.0, 60, 0.85)
    assert land.verdict.outcome is Outcome.REACHED
    assert (health.estimate.reason, health.verdict.outcome) == (Reason.NO_ANSWERS, Outcome.NO_DATA)
    assert (schools.operator, schools.estimate.reason) == (">", Reason.NOT_ASKED)
    assert schools.verdict.outcome is Outcome.NO_DATA
    assert (waiting.operator, waiting.value, waiting.percent) == ("<=", 20.0, False)
    assert waiting.estimate == content.numbers[0].score.estimate
    assert waiting.verdict.outcome is Outcome.REACHED


def test_a_verdict_reckons_with_the_dossiers(
    database: Database, analyst: Actor, filled: Campaign, world: World
) -> None:
    more = content_of(database, analyst, filled, world.province).targets[0].verdict.more_answers
    assert more is not None
    assert more <= 1650 - 244
    with database.transaction() as session:
        session.execute(update(Population).values(dossiers=1_000_000))
    unbounded = content_of(database, analyst, filled, world.province).targets[0].verdict.more_answers
    assert unbounded is not None
    assert unbounded > more


@on_sqlite
def test_without_targets_there_is_no_verdict(
    database: Database, analyst: Actor, world: World, make_campaign: MakeCampaign, fill: Fill
) -> None:
    bare = make_campaign(accepts="A", counts="A")
    fill(bare, world.an, 10)
    fill(bare, world.binh, 10)
    content = content_of(database, analyst, bare, world.province)
    assert content.whole.verdict is None
    assert content.targets == ()
    [communes] = content.comparisons
    assert communes.target is None
    assert [line.verdict for line in communes.rows] == [None, None]


# --- comparisons


def test_units_of_a_level_are_compared(database: Database, analyst: Actor, filled: Campaign, world: World) -> None:
    levels, communes = content_of(database, analyst, filled, world.province).comparisons  # one department, one field
    assert levels.title == "Theo cấp đơn vị"
    assert "Các xã, phường" in [line.name for line in levels.rows]
    assert (communes.title, communes.target) == ("Các xã, phường", 0.9)
    an, binh = communes.rows
    assert (an.name, an.key, an.score.counted, an.score.population) == ("Xã An Cọ", f"unit:{world.an.id}", 160, 1000)
    assert (an.score.index.value, binh.score.index.value) == pytest.approx((150 / 160, 40 / 60))
    assert an.verdict is not None
    assert binh.verdict is not None
    assert (an.verdict.outcome, binh.verdict.outcome) == (Outcome.CANNOT_TELL, Outcome.NOT_REACHED)


def test_fields_are_compared_by_their_own_targets(
    database: Database, analyst: Actor, filled: Campaign, world: World, make_counter: MakeCounter, fill: Fill
) -> None:
    fill(filled, world.binh, 40, 2, counter=make_counter(world.binh, "Y tế", field=world.health))
    *_, fields = content_of(database, analyst, filled, world.province).comparisons
    assert (fields.title, fields.target) == ("Lĩnh vực", None)
    assert [line.name for line in fields.rows] == ["Đất đai", "Y tế"]
    assert [line.verdict.target for line in fields.rows if line.verdict] == [0.85, 0.85]
    assert [line.score.counted for line in fields.rows] == [60, 42]


@on_sqlite
def test_units_without_answers_say_so_while_they_live(
    database: Database, analyst: Actor, campaign: Campaign, world: World
) -> None:
    [communes] = content_of(database, analyst, campaign, world.province).comparisons
    assert [line.name for line in communes.rows] == ["Xã An Cọ", "Xã Bình Đa"]
    assert {line.score.index.reason for line in communes.rows} == {Reason.NO_ANSWERS}
    assert {line.verdict.outcome for line in communes.rows if line.verdict} == {Outcome.NO_DATA}


@on_sqlite
def test_units_that_a_campaign_does_not_reach_are_not_compared(
    database: Database, analyst: Actor, world: World, make_campaign: MakeCampaign
) -> None:
    limited = make_campaign(units=(world.an, world.department))
    assert content_of(database, analyst, limited, world.province).comparisons == ()
    early = make_campaign(state="closed", starts_on=datetime.date(2025, 1, 1), ends_on=datetime.date(2025, 6, 1))
    assert content_of(database, analyst, early, world.province).comparisons == ()


def test_closed_units_keep_their_results_and_the_border_is_marked(
    database: Database, analyst: Actor, filled: Campaign, world: World
) -> None:
    content = content_of(database, analyst, filled, world.an)
    assert (content.scope, content.whole.score.counted, content.whole.score.population) == ("Xã An Cọ", 177, 1497)
    assert content.whole.score.index.value == pytest.approx(167 / 177)
    assert [point.month for point in content.trend] == [datetime.date(2025, 6, 1), datetime.date(2026, 3, 1)]
    assert [(mark.month, mark.label) for mark in content.breaks] == [(BORDER, "Sắp xếp đơn vị hành chính 01/07/2025")]
    before = content_of(database, analyst, filled, world.district)
    assert (before.scope, before.whole.score.counted, before.whole.score.index.value) == ("Huyện Cũ", 17, 1.0)
    assert before.breaks == ()  # nothing was measured after it
    assert content_of(database, analyst, filled, world.binh).breaks == ()


def test_months_are_points_of_the_trend(
    database: Database, analyst: Actor, campaign: Campaign, world: World, fill: Fill
) -> None:
    fill(campaign, world.district, 20, day=datetime.date(2025, 6, 5))
    fill(campaign, world.binh, 40, 20, day=datetime.date(2026, 2, 5))
    fill(campaign, world.an, 153, 11)
    trend = content_of(database, analyst, campaign, world.province).trend
    assert [(point.month, point.estimate.n) for point in trend] == [
        (datetime.date(2025, 6, 1), 20),
        (datetime.date(2026, 2, 1), 60),
        (datetime.date(2026, 3, 1), 164),
    ]
    assert [point.estimate.value for point in trend] == pytest.approx([1, 40 / 60, 153 / 164])


@on_sqlite
def test_a_month_is_withheld_where_less_the_other_reports_it_would_be_small(
    database: Database, analyst: Actor, filled: Campaign, world: World
) -> None:
    trend = content_of(database, analyst, filled, world.province).trend
    # June is 17 of the district and 3 of a unit that is not shown, March its 4 others.
    assert [point.estimate.n for point in trend] == [0, 60, 0]
    assert [point.estimate.reason for point in trend] == [Reason.WITHHELD, None, Reason.WITHHELD]
    assert [point.estimate.n for point in content_of(database, analyst, filled, world.an).trend] == [17, 160]
    assert content_of(database, analyst, filled, world.hamlet).trend == ()


# --- channels


def test_a_channel_that_does_not_count_is_shown_and_changes_nothing(
    database: Database, analyst: Actor, filled: Campaign, world: World, fill: Fill
) -> None:
    before = content_of(database, analyst, filled, world.province)
    assert [line.name[-2] for line in before.channels] == ["A", "B", "C"]
    assert [(line.received, line.counted) for line in before.channels] == [(184, True), (60, True), (30, False)]
    fill(filled, world.an, 0, 500, channel="C")
    after = content_of(database, analyst, filled, world.province)
    assert after.channels[2].received == 530
    assert replace(after, channels=before.channels) == before


# --- too few


def test_a_small_unit_is_withheld_everywhere(
    database: Database, analyst: Actor, filled: Campaign, world: World
) -> None:
    content = content_of(database, analyst, filled, world.department)
    score = content.whole.score
    assert score.withheld
    assert (score.received, score.counted) == (0, 0)
    assert content.channels == ()  # they would tell how many there are
    estimates = [score.index, score.overall, *(line.score.estimate for line in content.factors)]
    estimates += [line.score.estimate for line in (*content.items, *content.numbers)]
    estimates += [point.estimate for point in content.trend]
    assert {estimate.value for estimate in estimates} == {None}
    assert {estimate.n for estimate in estimates} == {0}
    assert {target.verdict.outcome for target in content.targets} == {Outcome.NO_DATA}
    assert content.targets[1].estimate.reason is Reason.WITHHELD  # of a field: not even whether there are answers
    assert {line.score.distribution for line in content.items} == {None}


@on_sqlite
def test_a_small_unit_is_withheld_in_a_comparison(
    database: Database, analyst: Actor, world: World, campaign: Campaign, fill: Fill
) -> None:
    fill(campaign, world.an, 50)
    fill(campaign, world.binh, 4)
    content = content_of(database, analyst, campaign, world.province)
    [communes] = content.comparisons
    an, binh = communes.rows
    assert binh.score.withheld
    assert binh.score.index.reason is Reason.WITHHELD
    # The province is shown, and less An Cọ it would be the small one, here and in the report of An Cọ itself.
    assert content.whole.score.counted == 54
    assert an.score.withheld
    assert content_of(database, analyst, campaign, world.an).whole.score.withheld


# --- the full form


def test_the_full_form_counts_by_its_filter_and_shows_what_was_chosen(
    database: Database,
    analyst: Actor,
    world: World,
    make_campaign: MakeCampaign,
    make_waiting: MakeWaiting,
) -> None:
    full = make_campaign("counter-2640@1", targets=(OVERALL,))
    ratings = dict.fromkeys(("TC1", "TC2", "TT1", "CC1", "KQ1", "PA1", "CHUNG"), "4")
    happy = {"LOC": "1", **ratings, "GT": "2", "MD": ("2", "3"), "CHO": 5}
    early = {"LOC": "2", "CHUNG": "1", "GT": "1", "MD": ("1",), "CHO": 300}
    make_waiting(full, world.desks[world.an.id], [happy] * 12 + [early] * 8)
    with database.transaction() as session:
        release.release_full(session, TODAY)
    content = content_of(database, analyst, full, world.province)
    assert (content.whole.score.received, content.whole.score.counted) == (20, 12)
    assert content.whole.score.index.value == 1
    assert content.numbers[0].score.estimate.n == 12
    choices = {line.code: line for line in content.choices}
    assert choices["GT"].answered == 12
    assert [share for _, share in choices["GT"].options] == [0, 1]
    assert dict(choices["MD"].options)["Rút ngắn thời hạn giải quyết"] == 1
    assert [share for _, share in choices["HV"].options] == [None] * 6
    assert choices["HV"].answered == 0


# --- scope and cache


def test_results_of_others_do_not_exist_for_a_unit(
    database: Database, make_actor: MakeActor, filled: Campaign, world: World
) -> None:
    inspector = make_actor(Role.INSPECTOR, world.an)
    assert content_of(database, inspector, filled, world.an).whole.score.counted == 177
    assert content_of(database, inspector, filled, world.district).whole.score.counted == 17
    for unit in (world.binh, world.province, world.department):
        with pytest.raises(NotFound):
            content_of(database, inspector, filled, unit)
    with pytest.raises(NotAllowed):
        content_of(database, make_actor(Role.SURVEYOR, world.an), filled, world.an)


def test_a_content_is_kept_until_something_it_rests_on_changes(
    database: Database,
    analyst: Actor,
    filled: Campaign,
    world: World,
    make_campaign: MakeCampaign,
    make_population: MakePopulation,
    fill: Fill,
) -> None:
    cache = Cache()

    def now() -> SatisfactionReport:
        return content_of(database, analyst, filled, world.province, cache)

    def after(change: object) -> SatisfactionReport:
        before = now()
        assert now() is before
        with database.transaction() as session:
            session.execute(change)  # type: ignore[call-overload]
        assert now() is not before
        return now()

    first = now()
    assert content_of(database, analyst, filled, world.an, cache) is not first
    assert now() is first
    fill(filled, world.binh, 10)
    assert now().whole.score.counted == 254
    named = after(update(Unit).where(Unit.id == world.binh.id).values(name="Phường Bình Đa"))
    assert named.comparisons[1].rows[1].name == "Phường Bình Đa"
    assert after(update(Campaign).where(Campaign.id == filled.id).values(title="Tên mới")).campaign == "Tên mới"
    assert after(update(Campaign).where(Campaign.id == filled.id).values(fewest=30)).method.fewest == 30
    # The sum of the dossiers stays: what was one unit's is now another's.
    swapped = {world.an.id: 100, world.binh.id: 1000}
    with database.transaction() as session:
        for unit, number in swapped.items():
            session.execute(update(Population).where(Population.unit_id == unit).values(dossiers=number))
    rows = now().comparisons[1].rows
    assert [line.score.population for line in rows] == [100, 1000]
    small = content_of(database, analyst, filled, world.an, cache)
    after(update(Unit).where(Unit.id == world.binh.id).values(level="department"))
    assert content_of(database, analyst, filled, world.an, cache) is not small  # what is hidden may have changed
    with database.reading() as session:
        tomorrow = TODAY + datetime.timedelta(days=1)
        assert report(session, analyst, filled.id, world.province.id, today=tomorrow, cache=cache).made_on == tomorrow


def test_a_local_reader_does_not_get_what_was_kept_for_the_province(
    database: Database, analyst: Actor, make_actor: MakeActor, filled: Campaign, world: World
) -> None:
    cache = Cache()
    content_of(database, analyst, filled, world.province, cache)
    with pytest.raises(NotFound):
        content_of(database, make_actor(Role.INSPECTOR, world.an), filled, world.province, cache)


@on_sqlite
def test_the_least_used_content_is_forgotten_first(
    database: Database, analyst: Actor, filled: Campaign, world: World
) -> None:
    cache = Cache(size=2)
    an = content_of(database, analyst, filled, world.an, cache)
    binh = content_of(database, analyst, filled, world.binh, cache)
    assert content_of(database, analyst, filled, world.an, cache) is an
    content_of(database, analyst, filled, world.district, cache)
    assert content_of(database, analyst, filled, world.an, cache) is an
    assert content_of(database, analyst, filled, world.binh, cache) is not binh
