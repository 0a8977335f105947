"""Totals of PSUs: their variance is that of the engine for designs, which is that of R."""

from dataclasses import replace

import numpy as np
import pytest

from scoring.clusters import Clusters, cluster_variance
from scoring.intervals import student_share, wilson
from scoring.measures import worth
from scoring.results import Reason
from scoring.sampling.design import survey_design
from scoring.sampling.item_index import indices
from scoring.sampling.partition import partition
from scoring.satisfaction import Factor, Plan, score
from scoring.tally import Layout, Tally, count, stack

LAYOUT = Layout(closed=3, rated=(0, 1, 2))
PLAN = Plan(rated=("a", "b", "c"), factors=(Factor("f", (0, 1), None),), overall=2)


def people(seed: int, days: int = 12) -> tuple[np.ndarray, np.ndarray]:
    """Answers of respondents who are alike on one day, some blank or not applicable, and their days."""
    rng = np.random.default_rng(seed)
    day = np.repeat(np.arange(days), rng.integers(1, 9, days))
    mood = rng.normal(0, 0.8, days)[day]
    levels = np.clip(np.round(4.1 + mood[:, None] + rng.normal(0, 0.7, (len(day), 3))), 1, 5)
    return np.where(rng.random(levels.shape) < 0.1, rng.choice([0, 10], levels.shape), levels).astype(np.uint8), day


def clustered(codes: np.ndarray, day: np.ndarray, measure: str = "M1", group: int = 0) -> Clusters:
    answered, mark = worth(codes, measure)
    days = int(day.max()) + 1
    sums = np.zeros((2, days, 3))
    for of, given in zip(sums, (answered, mark), strict=True):
        np.add.at(of, day, given)
    return Clusters(group=np.full(days, group), answered=sums[0], marked=sums[1])


def tally(*codes: np.ndarray) -> Tally:
    return stack(LAYOUT, [count(LAYOUT, of) for of in codes])


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("rule", "value", "error"), [("F1", "mean_of_rates", "mean_of_rates_se"), ("F2", "pooled", "pooled_se")]
)
def test_the_variance_is_that_of_the_design(seed: int, rule: str, value: str, error: str) -> None:
    codes, day = people(seed)
    answered, satisfied = worth(codes[:, :2], "M1")
    values = np.where(answered > 0, satisfied, np.nan)
    wanted = indices(partition(survey_design(np.ones(len(day)), psu=day)), values)
    plan = replace(PLAN, factor_rule=rule)
    found = score(tally(codes), plan, ["all"], clusters=clustered(codes, day))[0].index
    assert found.value == pytest.approx(getattr(wanted, value)[0])
    assert found.variance == pytest.approx(getattr(wanted, error)[0] ** 2)
    assert found.df == 11 == wanted.df[0]
    assert found.interval is not None
    limits = wilson(found.value, found.effective_n * student_share(11))
    assert (found.interval.lower, found.interval.upper) == pytest.approx([float(x) for x in limits])


@pytest.mark.parametrize("measure", ["M2", "M3"])
def test_marks_are_those_of_the_measure(measure: str) -> None:
    codes, day = people(9)
    answered, mark = worth(codes[:, 2:], measure)
    wanted = indices(partition(survey_design(np.ones(len(day)), psu=day)), np.where(answered > 0, mark, np.nan))
    plan = replace(PLAN, measure=measure, index_rule="X4")
    found = score(tally(codes), plan, ["all"], clusters=clustered(codes, day, measure))[0].index
    scale = 1 - found.floor
    assert found.value == pytest.approx(found.floor + scale * wanted.pooled[0])
    assert (found.variance or 0) / scale == pytest.approx(wanted.pooled_se[0] ** 2 * scale)


def test_people_who_are_alike_on_a_day_are_worth_less() -> None:
    codes, day = people(3)
    alone, together = (score(tally(codes), PLAN, ["all"], clusters=c)[0] for c in (None, clustered(codes, day)))
    for before, after in ((alone.index, together.index), (alone.overall, together.overall)):
        assert before.value == after.value
        assert (after.effective_n or 0) < (before.effective_n or 0)


def test_dossiers_do_not_correct_clusters() -> None:
    codes, day = people(4)
    known, unknown = (
        score(tally(codes), PLAN, ["all"], populations=[size], clusters=clustered(codes, day))[0].index
        for size in (100, None)
    )
    assert known == unknown


def test_one_day_gives_no_interval() -> None:
    (first, day), (second, _) = people(5), people(6)
    lone = clustered(second, np.zeros(len(second), int), group=1)
    several = clustered(first, day)
    both = Clusters(
        group=np.concatenate([several.group, lone.group]),
        answered=np.concatenate([several.answered, lone.answered]),
        marked=np.concatenate([several.marked, lone.marked]),
    )
    found = score(tally(first, second), PLAN, ["several", "one"], clusters=both)
    assert found[0].index.interval is not None
    assert found[1].index.value is not None
    assert (found[1].index.interval, found[1].index.reason) == (None, Reason.TOO_FEW_FOR_INTERVAL)
    assert found[1].items[0].estimate.interval is None


def test_two_days_are_the_fewest_and_a_group_without_any_has_its_place() -> None:
    """Of two totals the variance is the square of their difference, of one and of none nothing is known."""
    found = Clusters(
        group=np.array([0, 0, 1]),
        answered=np.array([[10.0], [10.0], [10.0]]),
        marked=np.array([[9.0], [6.0], [9.0]]),
    )
    variance, df = cluster_variance(found, np.full((3, 1), 0.1), np.full((3, 1), 0.75))
    assert variance.tolist() == pytest.approx([(0.1 * (9.0 - 6.0)) ** 2, np.nan, np.nan], nan_ok=True)
    assert df.tolist() == pytest.approx([1, np.nan, np.nan], nan_ok=True)


def test_the_order_of_the_days_changes_nothing() -> None:
    codes, day = people(7)
    given = clustered(codes, day)
    order = np.random.default_rng(1).permutation(len(given.group))
    mixed = Clusters(group=given.group[order], answered=given.answered[order], marked=given.marked[order])
    a, c = np.array([[0.1, 0.2, 0.0]]), np.array([[0.8, 0.7, 0.0]])
    assert cluster_variance(given, a, c)[0] == pytest.approx(cluster_variance(mixed, a, c)[0])


def test_every_psu_needs_both_totals() -> None:
    with pytest.raises(ValueError, match="per group and PSU"):
        Clusters(group=np.array([0, 0]), answered=np.ones((2, 3)), marked=np.ones((1, 3)))


def test_an_unknown_measure_has_no_marks() -> None:
    with pytest.raises(ValueError, match="unknown measure 'M9'"):
        worth(np.array([1], np.uint8), "M9")
