import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from scoring.sampling.comparisons import Contrasts, Untestable, contrasts, joint_rates, pairs, slope, target_tests
from scoring.sampling.design import Design, survey_design
from scoring.sampling.linearised import rates
from scoring.sampling.partition import partition
from tests.scoring.references import Case, cases
from tests.scoring.sampling.designs import Columns, data, design_of, labels, same, satisfied, title
from tests.scoring.sampling.samplings import Sampling, samplings

TARGETS = [case for case in cases("tests") if case["params"]["kind"] == "design_t"]
DIFFERENCES = [case for case in cases("tests") if case["params"]["kind"] == "rate_differences"]
TESTED = ("t", "p_greater", "p_less", "p_two_sided", "t_logit", "p_greater_logit", "p_less_logit")
COMPARED = {name: name for name in ("estimate", "se", "df", "t", "p_two_sided", "p_greater")}
# what the usual mistakes and another convention give
NO_TARGETS = {"svyttest_df", "svyttest_p_two_sided", "se_if_independent", "from", "to", "slope_per_step"}


@pytest.mark.parametrize("case", TARGETS, ids=title)
def test_every_test_of_a_target_is_that_of_r(case: Case) -> None:
    columns, expected = data(case), case["expected"]
    cells = partition(design_of(case, columns), labels(columns, case["params"].get("where", {})))
    found = rates(cells, satisfied(case, columns, case["params"]["answer"]))
    tested = target_tests(found, case["params"]["target"])
    got = {name: getattr(tested, name)[0] for name in TESTED}
    got |= {"estimate": found.value[0], "se": found.se[0], "df": found.df[0]}
    assert got.keys() == expected.keys() - NO_TARGETS
    for name, value in got.items():
        assert same(case, float(value), expected[name]), name
    assert tested.reason[0] is None


def groups(case: Case, columns: Columns) -> NDArray[np.intp]:
    names = [str(group) for group in case["expected"]["groups"]]
    return (columns[case["params"]["group_variable"]][:, np.newaxis] == names) @ np.arange(1, len(names) + 1) - 1


def check(case: Case, found: Contrasts, place: int, wanted: dict[str, object]) -> None:
    got = {name: float(np.broadcast_to(getattr(found, name), len(found.se))[place]) for name in COMPARED}
    assert got.keys() == wanted.keys() - NO_TARGETS - {"ci"}
    for name, value in got.items():
        assert same(case, value, wanted[name]), name  # type: ignore[arg-type]  # a number
    for value, limit in zip((found.lower[place], found.upper[place]), wanted["ci"], strict=True):  # type: ignore[call-overload]  # two numbers
        assert same(case, value, limit)
    assert found.reason[place] is None


@pytest.mark.parametrize("case", DIFFERENCES, ids=title)
def test_every_difference_and_trend_is_that_of_r(case: Case) -> None:
    columns, expected, level = data(case), case["expected"], case["params"]["level"]
    cells = partition(design_of(case, columns), groups(case, columns))
    found = joint_rates(cells, satisfied(case, columns, case["params"]["answer"]))
    got = {"rates": found.value, "rate_se": np.sqrt(np.diagonal(found.covariance)), "covariance": found.covariance}
    for name, values in got.items():
        for value, wanted in zip(values.ravel(), np.ravel(expected[name]), strict=True):
            assert same(case, value, wanted), name
    assert found.df == expected["df"]
    compared = contrasts(found, pairs(len(expected["groups"])), level=level)
    for place, wanted in enumerate(expected["differences"]):
        check(case, compared, place, wanted)
    assert len(compared.se) == len(expected["differences"])
    if "linear_trend" in expected:
        check(case, contrasts(found, slope(expected["groups"]), level=level), 0, expected["linear_trend"])
    assert expected.keys() - {"linear_trend"} == {"groups", *got, "df", "differences"}


# --- properties


@given(samplings(), st.floats(0.05, 0.95))
def test_the_sides_of_a_test_belong_together(sampling: Sampling, target: float) -> None:
    found = rates(partition(sampling.design(), sampling.label, domains=3), sampling.y)
    tested = target_tests(found, target)
    known = np.array([reason is None for reason in tested.reason])
    for name in TESTED:
        np.testing.assert_array_equal(np.isnan(getattr(tested, name)), ~known)
    np.testing.assert_allclose((tested.p_greater + tested.p_less)[known], 1)
    np.testing.assert_allclose(tested.p_two_sided, 2 * np.minimum(tested.p_greater, tested.p_less))
    np.testing.assert_array_equal((tested.t > 0)[known], (found.value > target)[known])
    np.testing.assert_array_equal(np.sign(tested.t), np.sign(tested.t_logit))


@given(samplings())
def test_a_difference_the_other_way_round_is_the_same_difference(sampling: Sampling) -> None:
    cells = partition(sampling.design(), sampling.label, domains=3)
    found = joint_rates(cells, sampling.y)
    there, back = contrasts(found, pairs(3)), contrasts(found, -pairs(3))
    np.testing.assert_allclose(back.se, there.se)
    np.testing.assert_allclose(back.p_two_sided, there.p_two_sided)
    np.testing.assert_allclose(back.p_greater, 1 - there.p_greater, atol=1e-12)
    np.testing.assert_allclose(back.upper, -there.lower)
    np.testing.assert_array_equal(np.isnan(there.se), [reason is not None for reason in there.reason])


@given(samplings())
def test_the_diagonal_is_the_variance_of_each_rate(sampling: Sampling) -> None:
    cells = partition(sampling.design(), np.maximum(sampling.label, 0), domains=3)
    found, joint = rates(cells, sampling.y), joint_rates(cells, sampling.y)
    np.testing.assert_array_equal(joint.value, found.value)
    if sampling.lonely in ("certainty", "remove", "adjust"):  # the others depend on what is compared
        np.testing.assert_allclose(np.sqrt(np.diagonal(joint.covariance)), found.se, atol=1e-9)


# --- what life brings


def test_items_of_the_same_respondents_are_compared_with_their_covariance() -> None:
    rng = np.random.default_rng(3)
    values = (rng.random((60, 2)) < [0.9, 0.7]).astype(float)
    cells = partition(survey_design(np.ones(60), psu=np.arange(60) // 4))
    found = contrasts(joint_rates(cells, values), pairs(2))
    paired = rates(cells, values[:, 1] - values[:, 0])  # the same people: the mean of their own differences
    assert found.estimate == pytest.approx(paired.value)
    assert found.se == pytest.approx(paired.se)
    both = joint_rates(partition(cells.design, np.arange(60) % 2), values)
    assert both.value.tolist() == rates(partition(cells.design, np.arange(60) % 2), values).value.ravel().tolist()
    assert both.covariance.shape == (4, 4)


def test_everybody_satisfied_nobody_there_and_one_psu_have_no_test_and_say_so() -> None:
    design = survey_design(np.ones(12), psu=np.arange(12) // 2)
    cells = partition(design, [0] * 6 + [1] * 4 + [2] * 2, domains=4)
    y = [1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1, 0]
    found = target_tests(rates(cells, y), 0.9)
    wanted = [
        None,
        Untestable.NO_SAMPLING_VARIANCE,
        Untestable.NO_DEGREES_OF_FREEDOM,
        Untestable.NO_ANSWERS,
    ]
    assert found.reason.tolist() == wanted
    assert np.isnan(found.t).tolist() == [False, True, True, True]
    joint = joint_rates(cells, y)
    assert joint.reason.tolist() == [None, None, *wanted[2:]]
    compared = contrasts(joint, np.vstack([pairs(4), np.eye(4)[1]]))
    few, none = wanted[2], wanted[3]
    assert compared.reason.tolist() == [None, few, none, few, none, few, wanted[1]]
    assert compared.estimate[0] == pytest.approx(1 / 3)
    assert math.isnan(compared.estimate[2])
    assert compared.estimate[1] == pytest.approx(0.5 - 2 / 3)  # the rate is known, its precision is not
    assert math.isnan(compared.lower[1])


def test_a_lonely_psu_allows_no_comparison_unless_an_option_says_how() -> None:
    stratum, psu = ["A"] * 4 + ["B"] * 2, [1, 1, 2, 2, 3, 3]
    y, label = [1, 0, 1, 1, 1, 0], [0, 1, 0, 1, 0, 1]
    found = joint_rates(partition(survey_design(np.ones(6), stratum=stratum, psu=psu), label), y)
    assert found.reason.tolist() == [Untestable.LONELY_PSU] * 2
    assert contrasts(found, pairs(2)).reason.tolist() == [Untestable.LONELY_PSU]
    design = survey_design(np.ones(6), stratum=stratum, psu=psu, lonely="adjust")
    assert joint_rates(partition(design, label), y).reason.tolist() == [None, None]


def test_rates_known_or_not_the_covariance_is_told_of_those_known() -> None:
    cells = partition(survey_design(np.ones(12), psu=np.arange(12) // 2), [0] * 6 + [1] * 6, domains=3)
    found = joint_rates(cells, [1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1, 0])
    assert np.isnan(found.covariance).tolist() == [[False, False, True]] * 2 + [[True] * 3]


def test_answers_may_be_marked_instead_of_missing() -> None:
    cells = partition(survey_design(np.ones(12), psu=np.arange(12) // 2), np.arange(12) % 2)
    values = np.random.default_rng(3).random((12, 2)) < 0.7
    known = np.arange(24).reshape(12, 2) % 5 > 0
    marked, missing = joint_rates(cells, values, answered=known), joint_rates(cells, np.where(known, values, np.nan))
    assert marked.value.tolist() == missing.value.tolist()
    assert marked.covariance.tolist() == missing.covariance.tolist()


def beside_a_lonely_psu(lonely: str = "fail", rows: int = 10) -> Design:
    stratum, psu = ["A"] * 4 + ["B"] * 4 + ["C"] * 2, [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    return survey_design(np.ones(rows), stratum=stratum[:rows], psu=psu[:rows], lonely=lonely)


@pytest.mark.parametrize("lonely", ["fail", "average"])
@pytest.mark.parametrize("left_out", ["blank", "marked", "outside"])
def test_a_stratum_of_one_psu_that_is_not_compared_spoils_nothing(lonely: str, left_out: str) -> None:
    label, values = np.array([0, 1] * 5), np.array([[1, 0], [0, 1], [1, 1], [1, 0], [0, 1]] * 2, float)
    values[0, 0] = math.nan  # a row with one answer counts
    known = ~np.isnan(values)
    if left_out == "blank":
        values[8:] = math.nan
    elif left_out == "marked":
        known[8:] = False
    else:
        label[8:] = -1
    found = joint_rates(partition(beside_a_lonely_psu(lonely), label), values, answered=known)
    wanted = joint_rates(partition(beside_a_lonely_psu(rows=8), label[:8]), values[:8])
    assert found.reason.tolist() == [None] * 4
    np.testing.assert_allclose(found.covariance, wanted.covariance)


def test_one_item_of_a_stratum_of_one_psu_is_enough_to_spoil_the_comparison() -> None:
    values = np.array([[1, 0], [0, 1], [1, 1], [1, 0], [0, 1]] * 2, float)
    values[8:, 0] = math.nan
    found = joint_rates(partition(beside_a_lonely_psu()), values)
    assert found.reason.tolist() == [Untestable.LONELY_PSU] * 2
    assert np.isnan(found.covariance).all()


def test_a_domain_beside_a_lonely_psu_cannot_be_compared_and_says_so() -> None:
    found = joint_rates(partition(beside_a_lonely_psu(), [0] * 8 + [1] * 2), [1, 0, 1, 1, 1, 0, 0, 1, 1, 0])
    assert found.value.tolist() == [0.625, 0.5]
    assert all(reason is Untestable.LONELY_PSU for reason in found.reason)
    assert contrasts(found, pairs(2)).reason[0] is Untestable.LONELY_PSU


def test_a_difference_that_cannot_vary_has_no_test_whatever_its_coefficients() -> None:
    values = np.arange(40) % 7 > 2
    joint = joint_rates(
        partition(survey_design(np.ones(40), psu=np.arange(40) // 4)), np.column_stack([values, 3 * values])
    )
    found = contrasts(joint, [[3, -1], [-3, 1]])
    assert found.estimate.tolist() == pytest.approx([0, 0])
    assert all(reason is Untestable.NO_SAMPLING_VARIANCE for reason in found.reason)


def test_one_rate_has_no_pair() -> None:
    found = contrasts(joint_rates(partition(survey_design(np.ones(4))), [1, 0, 1, 1]), pairs(1))
    assert (found.estimate.shape, found.se.shape, found.reason.shape) == ((0,), (0,), (0,))


def test_a_census_has_no_sampling_variance() -> None:
    design = survey_design(np.ones(6), psu_population=6)
    (reason,) = target_tests(rates(partition(design), [1, 1, 0, 1, 1, 1]), 0.9).reason
    assert reason is Untestable.NO_SAMPLING_VARIANCE


def test_a_slope_of_two_rates_is_their_difference_per_year() -> None:
    assert slope([2023, 2025]).tolist() == (pairs(2) / 2).tolist()


@pytest.mark.parametrize("target", [0, 1, 90])
def test_an_impossible_target_is_refused(target: float) -> None:
    found = rates(partition(survey_design([1, 1, 1])), [1, 0, 1])
    with pytest.raises(ValueError, match="target"):
        target_tests(found, target)


@pytest.mark.parametrize("coefficients", [[1, -1], [[1, -1, 0]], [[math.nan, 1]]])
def test_coefficients_that_do_not_fit_are_refused(coefficients: object) -> None:
    found = joint_rates(partition(survey_design(np.ones(4)), [0, 0, 1, 1]), [1, 0, 1, 1])
    with pytest.raises(ValueError, match="coefficients"):
        contrasts(found, coefficients)  # type: ignore[arg-type]  # refused


@pytest.mark.parametrize("scores", [[2024, 2024], [2024], [2024, math.inf], [[1, 2]]])
def test_scores_without_a_direction_are_refused(scores: object) -> None:
    with pytest.raises(ValueError, match="scores"):
        slope(scores)  # type: ignore[arg-type]  # refused
