import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.intervals import student_share, wilson
from scoring.measures import MEASURES, marks
from scoring.results import Distribution, Estimate, Reason
from scoring.satisfaction import FACTOR_RULES, INDEX_RULES, Factor, Plan, Single, linearised_variance, score
from scoring.tally import Layout, count, stack, zero
from tests.scoring.references import Case, answers, case, close
from tests.scoring.samples import (
    FACTORS,
    LAYOUT,
    OVERALL,
    RATED,
    Codes,
    linearised,
    plan,
    random_codes,
    respondents,
    tally_of,
)

RULES = [(factor, index) for factor in FACTOR_RULES for index in INDEX_RULES]


def variance_of(estimate: Estimate) -> float:
    """The variance behind an estimate, from its effective sample size."""
    assert estimate.variance is not None
    return estimate.variance


def people(n: int, **levels: int) -> Codes:
    """n people who all give these answers and leave the rest blank."""
    row = np.zeros(LAYOUT.closed, np.uint8)
    for code, level in levels.items():
        row[LAYOUT.rated[RATED.index(code)]] = level
    return np.tile(row, (n, 1))


# --- against R


CRITERIA = ("c1", "c2", "c3", "c4", "c5")
ONE_FACTOR = Plan(rated=CRITERIA, factors=(Factor("C", (0, 1, 2, 3, 4), None),), overall=0)


@pytest.fixture
def unweighted() -> Case:
    return case("index", "index-01")


@pytest.mark.parametrize(("rule", "name"), [("F1", "mean_of_rates"), ("F2", "pooled")])
def test_an_index_over_several_criteria_is_that_of_r(unweighted: Case, rule: str, name: str) -> None:
    codes = answers(unweighted["inputs"]["file"], CRITERIA)
    layout = Layout(closed=5, rated=(0, 1, 2, 3, 4), satisfied_from=unweighted["params"]["satisfied_from"])
    [found] = score(stack(layout, [count(layout, codes)]), replace(ONE_FACTOR, factor_rule=rule), ["all"])
    expected = unweighted["expected"]
    assert found.index.value == close(unweighted, expected[name]["estimate"])
    assert math.sqrt(variance_of(found.index)) == close(unweighted, expected[name]["se"])
    assert found.factors[0].estimate == found.index
    assert [item.estimate.n for item in found.items] == expected["answered"]
    assert [item.estimate.value for item in found.items] == close(unweighted, expected["rates"])


def test_the_covariances_of_the_criteria_are_those_of_r(unweighted: Case) -> None:
    codes = answers(unweighted["inputs"]["file"], CRITERIA)
    layout = Layout(closed=5, rated=(0, 1, 2, 3, 4))
    tally = stack(layout, [count(layout, codes)])
    expected = unweighted["expected"]
    rates, answered = np.array(expected["rates"]), np.array(expected["answered"], float)
    for i in range(5):
        for j in range(5):
            a = np.zeros((1, 5))
            a[0, i] += 1 / answered[i]
            a[0, j] += 1 / answered[j]
            both = linearised_variance(marks(tally, "M1"), a, rates[None])[0]
            parts = expected["rate_covariance"][i][i] + expected["rate_covariance"][j][j]
            assert both == close(unweighted, parts + 2 * expected["rate_covariance"][i][j])


# --- against the definitions, respondent by respondent


@pytest.mark.parametrize(("factor_rule", "index_rule"), RULES)
@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("seed", range(6))
def test_the_tally_gives_what_the_respondents_give(measure: str, factor_rule: str, index_rule: str, seed: int) -> None:
    codes = random_codes(seed, (9, 17, 40, 120, 400, 1500)[seed], missing=(0.3, 0.2, 0, 0.05, 0.2, 0.1)[seed])
    [found] = score(tally_of(codes), plan(factor_rule, index_rule, measure), ["all"])
    value, z = linearised(codes, factor_rule, index_rule, measure)
    n = len(codes)
    assert found.index.value == pytest.approx(value, abs=1e-12)
    assert abs(z.sum()) < 1e-12
    single = (measure, index_rule) == ("M1", "X4")  # one question: Wilson on its own answers
    grown = 1 if single else n / (n - 1)
    assert variance_of(found.index) == pytest.approx(grown * float((z**2).sum()), abs=1e-12)
    assert found.index.interval is not None
    share = 1.0 if single else float(student_share(found.index.n - 1))
    floor = 0.2 if measure == "M2" else 0.0
    assert found.index.floor == floor
    limits = wilson((value - floor) / (1 - floor), (found.index.effective_n or 0) * share)
    assert (found.index.interval.lower, found.index.interval.upper) == pytest.approx(
        [floor + (1 - floor) * float(x) for x in limits]
    )


@pytest.mark.parametrize(("factor_rule", "index_rule"), RULES)
def test_the_mean_level_is_the_mean_of_the_steps_on_another_scale(factor_rule: str, index_rule: str) -> None:
    tally = tally_of(random_codes(4, 70))
    [levels] = score(tally, plan(factor_rule, index_rule, "M2"), ["x"])
    [steps] = score(tally, plan(factor_rule, index_rule, "M3"), ["x"])
    assert levels.index.interval is not None
    assert steps.index.interval is not None
    assert levels.index.value == pytest.approx(0.2 + 0.8 * (steps.index.value or 0))
    assert levels.index.interval.lower == pytest.approx(0.2 + 0.8 * steps.index.interval.lower)
    assert levels.index.effective_n == pytest.approx(steps.index.effective_n or 0)


def test_equal_weights_are_the_mean_of_the_factors() -> None:
    tally = tally_of(random_codes(5, 80))
    [mean] = score(tally, plan("F1", "X1"), ["x"])
    [weighted] = score(tally, replace(plan("F1", "X3"), weights=(2.0, 2.0)), ["x"])
    assert weighted == mean


@pytest.mark.parametrize(("factor_rule", "index_rule"), RULES)
def test_a_group_is_scored_the_same_alone_and_among_others(factor_rule: str, index_rule: str) -> None:
    groups = [random_codes(seed, 30 + seed) for seed in range(5)]
    keys = [f"unit {i}" for i in range(5)]
    together = score(tally_of(*groups), plan(factor_rule, index_rule), keys)
    alone = [
        score(tally_of(one), plan(factor_rule, index_rule), [key])[0] for one, key in zip(groups, keys, strict=True)
    ]
    for one, other in zip(together, alone, strict=True):
        assert one.index.value == pytest.approx(other.index.value, abs=1e-14)
        assert one.index.effective_n == pytest.approx(other.index.effective_n, rel=1e-12)
        assert replace(one, index=other.index, factors=other.factors) == other


def test_five_factors_weigh_the_same() -> None:
    # Published for 2024: factors 84.27, 84.23, 84.29, 84.12, 83.50 give 84.082.
    satisfied = (8427, 8423, 8429, 8412, 8350)
    layout = Layout(closed=6, rated=tuple(range(6)))
    codes = np.full((10_000, 6), 3, np.uint8)
    for column, many in enumerate(satisfied):
        codes[:many, column] = 4
    factors = tuple(Factor(f"F{i}", (i,), None) for i in range(5))
    of_five = Plan(rated=tuple("abcdef"), factors=factors, overall=5)
    [found] = score(stack(layout, [count(layout, codes)]), of_five, ["nation"])
    assert [factor.estimate.value for factor in found.factors] == pytest.approx([0.8427, 0.8423, 0.8429, 0.8412, 0.835])
    assert found.index.value == pytest.approx(0.84082, abs=1e-12)


# --- what the parts of a result say


def test_a_result_names_everything_in_order() -> None:
    layout = Layout(closed=3, rated=(0, 2), numbers=1, choices=(3,))
    codes = np.array([[5, 1, 4], [3, 2, 10], [4, 1, 0], [4, 0, 5]], np.uint8)
    tally = stack(layout, [count(layout, codes, numbers=[[10, 20, 30]], choices=[[[1], [1, 3]]])])
    of_all = Plan(
        rated=("A1", "ALL"),
        factors=(Factor("A", (0,), None),),
        overall=1,
        numbers=("WAIT",),
        choices=("WISH",),
        singles=(Single("HOW", 1, 2),),
    )
    [found] = score(tally, of_all, ["x"], level=0.9, populations=[80])
    assert (found.key, found.received, found.counted, found.population) == ("x", 4, 4, 80)
    assert found.response_rate == 0.05
    assert found.items[1].distribution == Distribution(levels=(0, 0, 0, 1, 1), not_applicable=1, blank=1)
    assert found.items[0].distribution == Distribution(levels=(0, 0, 1, 2, 1), not_applicable=0, blank=0)
    assert found.items[0].distribution.valid == found.items[0].estimate.n == 4
    assert found.overall == found.items[1].estimate
    [waiting] = found.numbers
    assert (waiting.code, waiting.estimate.value, waiting.estimate.n) == ("WAIT", 20, 3)
    assert waiting.estimate.interval is not None
    # 20 ± 2.919986 · 10/√3: the 95 % point of Student's t with 2 degrees of freedom
    half = 2.919986 * 10 / math.sqrt(3)
    limits = (waiting.estimate.interval.lower, waiting.estimate.interval.upper)
    assert limits == pytest.approx((20 - half, 20 + half), abs=1e-5)
    single, multiple = found.choices
    assert (single.code, single.answered, single.shares) == ("HOW", 3, (2 / 3, 1 / 3))
    assert (multiple.code, multiple.answered, multiple.shares) == ("WISH", 2, (1.0, 0.0, 0.5))
    assert found.items[0].estimate.interval is not None
    assert (found.items[0].estimate.interval.level, found.items[0].estimate.interval.method) == (0.9, "wilson")
    assert found.index.interval is not None
    assert (found.index.interval.level, found.index.interval.method) == (0.9, "wilson_neff")


def test_the_level_that_counts_as_satisfied_is_that_of_the_questionnaire() -> None:
    strict = replace(LAYOUT, satisfied_from=5)
    codes = people(10, A1=4)
    codes[:3, 1] = 5
    [found] = score(stack(strict, [count(strict, codes)]), plan(), ["x"])
    assert found.items[0].estimate.value == 0.3
    assert score(tally_of(codes), plan(), ["x"])[0].items[0].estimate.value == 1


def test_several_multiple_choices_do_not_mix() -> None:
    layout = Layout(closed=1, rated=(0,), choices=(2, 3, 2))
    tally = count(layout, np.array([[4]], np.uint8), choices=[[[2]], [[1, 3]], [[1]]])
    of_all = Plan(rated=("A",), factors=(Factor("A", (0,), None),), overall=0, choices=("P", "Q", "R"))
    [found] = score(stack(layout, [tally]), of_all, ["x"])
    assert [choice.shares for choice in found.choices] == [(0.0, 1.0), (1.0, 0.0, 1.0), (1.0, 0.0)]


# --- edges


@pytest.mark.parametrize(("factor_rule", "index_rule"), RULES)
def test_without_submissions_there_is_no_value_and_a_reason(factor_rule: str, index_rule: str) -> None:
    layout = replace(LAYOUT, numbers=1, choices=(2,))
    of_all = replace(plan(factor_rule, index_rule), numbers=("N",), choices=("M",), singles=(Single("S", 0, 2),))
    [found] = score(stack(layout, [zero(layout)]), of_all, ["x"])
    nothing = Estimate(value=None, n=0, reason=Reason.NO_ANSWERS)
    estimates = [found.index, found.overall, found.numbers[0].estimate]
    estimates += [factor.estimate for factor in found.factors] + [item.estimate for item in found.items]
    assert set(estimates) == {nothing}
    assert [(c.answered, c.shares, c.reason) for c in found.choices] == [(0, None, Reason.NO_ANSWERS)] * 2
    assert found.response_rate is None
    assert score(stack(layout, []), of_all, []) == ()


@pytest.mark.parametrize(("factor_rule", "index_rule"), RULES)
def test_all_not_applicable_is_no_answer(factor_rule: str, index_rule: str) -> None:
    codes = np.full((30, LAYOUT.closed), 10, np.uint8)
    [found] = score(tally_of(codes), plan(factor_rule, index_rule), ["x"])
    assert (found.received, found.counted) == (30, 30)
    assert found.index == Estimate(value=None, n=0, reason=Reason.NO_ANSWERS)
    assert {item.estimate.reason for item in found.items} == {Reason.NO_ANSWERS}


def test_one_answer_has_a_rate_and_only_a_single_question_an_interval() -> None:
    everything = people(1, **dict.fromkeys(RATED, 4))
    [found] = score(tally_of(everything), plan(), ["x"])
    assert found.index == Estimate(value=1.0, n=1, reason=Reason.TOO_FEW_FOR_INTERVAL)
    assert found.overall.interval is not None
    assert found.overall.interval.lower == pytest.approx(0.206549314377238)  # R: binom-02


@pytest.mark.parametrize(("factor_rule", "index_rule"), RULES)
@pytest.mark.parametrize(("level", "rate"), [(5, 1.0), (4, 1.0), (3, 0.0), (1, 0.0)])
def test_all_or_nobody_satisfied_still_leaves_doubt(factor_rule: str, index_rule: str, level: int, rate: float) -> None:
    [found] = score(tally_of(people(30, **dict.fromkeys(RATED, level))), plan(factor_rule, index_rule), ["x"])
    wanted = [float(limit) for limit in wilson(rate, 30)]
    for estimate in (found.index, found.overall, *(factor.estimate for factor in found.factors)):
        assert (estimate.value, estimate.n) == (rate, 30)
        assert estimate.effective_n == pytest.approx(30)
        assert estimate.interval is not None
        assert (estimate.interval.lower, estimate.interval.upper) == pytest.approx(wanted)


def test_a_factor_that_few_were_asked_about_has_their_doubt_not_that_of_all() -> None:
    codes = people(100, A0=5, ALL=5)
    codes[:3, LAYOUT.rated[RATED.index("B0")]] = 5  # 97 made no complaint: not applicable
    codes[3:, LAYOUT.rated[RATED.index("B0")]] = 10
    [found] = score(tally_of(codes), plan("F3"), ["x"])
    few = found.factors[1].estimate
    assert (few.value, few.n, few.effective_n) == (1.0, 3, 3.0)
    assert few.interval is not None
    item = found.items[RATED.index("B0")].estimate.interval
    assert item is not None
    assert (few.interval.lower, few.interval.upper) == pytest.approx((item.lower, item.upper))
    # Half of the index hangs on three answers.
    assert found.index.n == 100
    assert found.index.effective_n == pytest.approx(1 / (97 * (1 / 200) ** 2 + 3 * (1 / 200 + 1 / 6) ** 2))


def test_a_factor_that_nobody_answered_leaves_the_mean_to_the_others() -> None:
    codes = people(20, A1=4, A2=4, A3=2, A0=5, ALL=4)
    [found] = score(tally_of(codes), plan(), ["x"])
    assert found.factors[1].estimate == Estimate(value=None, n=0, reason=Reason.NO_ANSWERS)
    assert found.factors[0].estimate.value == found.index.value == pytest.approx(2 / 3)


@pytest.mark.parametrize("rule", ["F1", "F2"])
def test_a_criterion_that_nobody_answered_leaves_its_factor_to_the_others(rule: str) -> None:
    codes = random_codes(3, 50)
    codes[:, LAYOUT.rated[1]] = 0
    [found] = score(tally_of(codes), plan(rule), ["x"])
    value, z = linearised(codes, rule, "X1")
    assert found.index.value == pytest.approx(value, abs=1e-12)
    assert variance_of(found.index) == pytest.approx(50 / 49 * float((z**2).sum()), abs=1e-12)


def test_equal_numbers_are_no_proof_of_a_mean_without_error() -> None:
    layout = Layout(closed=1, rated=(0,), numbers=1)
    of_all = Plan(rated=("A",), factors=(Factor("A", (0,), None),), overall=0, numbers=("WAIT",))

    def waiting(*minutes: int) -> Estimate:
        tally = count(layout, np.full((6, 1), 4, np.uint8), numbers=[list(minutes)])
        return score(stack(layout, [tally]), of_all, ["x"])[0].numbers[0].estimate

    assert waiting(10, 10, 10, 10, 10) == Estimate(value=10.0, n=5, reason=Reason.TOO_FEW_FOR_INTERVAL)
    assert waiting(10) == Estimate(value=10.0, n=1, reason=Reason.TOO_FEW_FOR_INTERVAL)
    assert waiting() == Estimate(value=None, n=0, reason=Reason.NO_ANSWERS)
    assert waiting(10, 10, 10, 10, 11).interval is not None


# --- populations


def test_a_census_leaves_no_doubt() -> None:
    codes = random_codes(1, 60, missing=0)
    [found] = score(tally_of(codes), plan(), ["x"], populations=[60])
    for estimate in (found.index, found.overall):
        assert estimate.effective_n == math.inf
        assert estimate.interval is not None
        assert estimate.interval.lower == estimate.value == estimate.interval.upper


def test_a_population_narrows_every_interval_and_an_impossible_one_none() -> None:
    codes = random_codes(2, 60)
    tally = tally_of(codes, codes, codes, codes)
    unknown, known, larger, impossible = score(tally, plan(), list("abcd"), populations=[None, 100, 100_000, 59])
    assert known.index.effective_n == pytest.approx((unknown.index.effective_n or 0) * 99 / 40)
    assert larger.index.effective_n == pytest.approx(unknown.index.effective_n or 0, rel=1e-3)
    assert impossible.index == unknown.index
    # An item left blank by some was still put to all 60.
    assert known.items[0].estimate.effective_n == pytest.approx(known.items[0].estimate.n * 99 / 40)
    assert known.items[0].estimate.n < 60


# --- properties


@given(respondents(), st.sampled_from(RULES))
def test_whatever_the_answers_every_interval_holds_its_estimate(codes: Codes, rules: tuple[str, str]) -> None:
    [found] = score(tally_of(codes), plan(*rules), ["x"])
    for estimate in (found.index, found.overall, *(f.estimate for f in found.factors)):
        assert (estimate.value is None) == (estimate.reason is Reason.NO_ANSWERS)
        assert (estimate.interval is None) == (estimate.reason is not None)
        assert estimate.n <= found.counted
        if estimate.interval is not None:
            assert 0 <= estimate.interval.lower <= estimate.value <= estimate.interval.upper <= 1
            assert estimate.effective_n is not None
            assert estimate.effective_n > 0


@given(respondents(), st.sampled_from(RULES), st.integers(1, 3))
def test_n_is_never_more_than_those_who_answered(codes: Codes, rules: tuple[str, str], times: int) -> None:
    [found] = score(tally_of(np.tile(codes, (times, 1))), plan(*rules), ["x"])
    levels = np.tile(codes, (times, 1))[:, LAYOUT.rated]
    asked = (levels >= 1) & (levels <= 5)
    for factor, part in zip(FACTORS, found.factors, strict=True):
        members = [factor.general] if rules[0] == "F3" else list(factor.criteria)
        assert part.estimate.n <= asked[:, members].any(axis=1).sum()
        assert (part.estimate.n == 0) == (not asked[:, members].any())


@given(respondents(20), st.sampled_from(RULES))
def test_the_same_answers_ten_times_over_give_the_same_rate_and_less_doubt(
    codes: Codes, rules: tuple[str, str]
) -> None:
    once, often = score(tally_of(codes, np.tile(codes, (10, 1))), plan(*rules), ["once", "often"])
    if once.index.interval is not None and often.index.interval is not None:
        assert often.index.value == pytest.approx(once.index.value, abs=1e-12)
        width = once.index.interval.upper - once.index.interval.lower
        assert often.index.interval.upper - often.index.interval.lower < width


def test_the_overall_question_is_the_one_the_plan_names() -> None:
    codes = people(10, A1=1, ALL=5)
    [found] = score(tally_of(codes), plan(index_rule="X4"), ["x"])
    assert found.overall == found.index == found.items[OVERALL].estimate
    assert found.index.value == 1
