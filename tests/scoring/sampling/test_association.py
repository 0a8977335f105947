import numpy as np
import pytest
from hypothesis import given
from scipy.stats import chi2_contingency

from scoring.sampling.association import Association, rao_scott
from scoring.sampling.comparisons import Untestable
from scoring.sampling.design import survey_design
from tests.scoring.references import Case, cases
from tests.scoring.sampling.designs import data, design_of, same, satisfied, title
from tests.scoring.sampling.samplings import Sampling, samplings

CASES = [case for case in cases("tests") if case["params"]["kind"] == "rao_scott"]
NAMES = {"F": "second_order", "Chisq": "first_order", "Wald": "wald", "adjWald": "adjusted_wald"}


@pytest.mark.parametrize("case", CASES, ids=title)
def test_every_test_of_association_is_that_of_r(case: Case) -> None:
    columns, expected = data(case), case["expected"]
    y = satisfied(case, columns, case["params"]["answer"])
    table = expected["weighted_table"]
    names, codes = np.unique(columns[case["params"]["group_variable"]], return_inverse=True)
    found = rao_scott(design_of(case, columns), np.where(np.isnan(y), -1, y).astype(int), codes)
    assert expected.keys() == {*NAMES, "weighted_table", "n", "design_df"}
    for key, name in NAMES.items():
        test, wanted = getattr(found, name), expected[key]
        assert same(case, test.value, wanted["statistic"]), key
        assert same(case, test.ndf, wanted["df"] if key == "Chisq" else wanted["ndf"]), key
        assert test.ddf is None if key == "Chisq" else same(case, test.ddf, wanted["ddf"]), key
        assert same(case, test.p, wanted["p"]), key
    assert [[*row] for row in table.values()] == [names.tolist()] * 2
    for got, wanted in zip(found.table.ravel(), (v for row in table.values() for v in row.values()), strict=True):
        assert same(case, got, wanted)
    assert (found.n, found.df) == (expected["n"], expected["design_df"])
    assert (found.reason, found.wald_reason) == (None, None)


def test_in_a_simple_random_sample_the_correction_is_none() -> None:
    rng = np.random.default_rng(5)
    answers, groups = rng.integers(0, 3, 900), rng.integers(0, 4, 900)
    found = rao_scott(survey_design(np.ones(900)), answers, groups)
    pearson = chi2_contingency(found.table, correction=False)
    assert found.first_order is not None
    assert found.second_order is not None
    assert found.first_order.value == pytest.approx(pearson.statistic)
    assert found.first_order.p == pytest.approx(pearson.pvalue, rel=0.02)
    assert found.second_order.ndf == pytest.approx(6, rel=0.02)


def results(found: Association) -> list[float]:
    tests = [getattr(found, name) for name in NAMES.values()]
    return [value for test in tests if test is not None for value in (test.value, test.ndf, test.p)]


@given(samplings())
def test_neither_order_nor_names_nor_the_scale_of_weights_change_a_test(sampling: Sampling) -> None:
    answers = np.where(np.isnan(sampling.y), -1, sampling.y).astype(int)
    found = rao_scott(sampling.design(), answers, sampling.label)
    order = np.random.default_rng(1).permutation(sampling.rows)
    moved = rao_scott(sampling.design(order, factor=4), answers[order], sampling.label[order])
    renamed = rao_scott(
        sampling.design(), np.where(answers < 0, -1, 1 - answers), np.array([2025, 0, 7, -1])[sampling.label]
    )
    turned = rao_scott(sampling.design(), sampling.label, answers)
    for other in (moved, turned, renamed):
        assert (other.reason, other.wald_reason, other.df) == (found.reason, found.wald_reason, found.df)
        np.testing.assert_allclose(results(other), results(found), rtol=1e-6, atol=1e-9)
    if found.reason is None:
        assert found.second_order is not None
        assert 0 <= found.second_order.p <= 1
        assert 1 - 1e-9 <= found.second_order.ndf <= (found.table.shape[0] - 1) * (found.table.shape[1] - 1) + 1e-9
    assert (found.reason is None) == (found.second_order is not None) == (found.first_order is not None)
    assert (found.wald_reason is None) == (found.wald is not None) == (found.adjusted_wald is not None)


# --- what life brings


def test_a_group_in_which_everybody_is_satisfied_is_tested_too() -> None:
    y, groups = np.array([1, 0, 1, 0, 1, 1] * 10), np.array([0, 0, 0, 1, 1, 1] * 10)
    y[(groups == 1) & (y == 0)] = 1
    found = rao_scott(survey_design(np.ones(60), psu=np.arange(60) // 4), y, groups)
    assert found.table.tolist() == [[10, 0], [20, 30]]
    assert found.second_order is not None
    assert found.second_order.p < 0.01


def test_groups_that_are_empty_or_weigh_nothing_leave_the_table() -> None:
    weight = np.ones(30)
    y, groups = np.arange(30) % 7 > 1, np.arange(30) % 3
    with_all = rao_scott(survey_design(np.where(groups == 1, 0, weight)), y, groups * 2)
    assert with_all.table.shape == (2, 2)
    assert with_all.n == 30  # rows of weight 0 are counted, as in R
    without = rao_scott(survey_design(np.where(groups == 1, 0, weight)), y, np.where(groups == 1, -1, groups))
    assert without.n == 20
    assert with_all.second_order is not None
    assert without.second_order is not None
    assert with_all.second_order.value == pytest.approx(without.second_order.value)


@pytest.mark.parametrize(
    ("design", "y", "groups", "reason"),
    [
        ({}, [-1] * 6, [0, 1] * 3, Untestable.NO_ANSWERS),
        ({}, [1] * 6, [0, 1] * 3, Untestable.NO_VARIATION),
        ({}, [1, 0] * 3, [0] * 6, Untestable.NO_VARIATION),
        ({"psu": [1] * 6}, [1, 0, 0, 1, 1, 1], [0, 1] * 3, Untestable.NO_DEGREES_OF_FREEDOM),
        ({"stratum": [1] * 4 + [2] * 2, "psu": [1, 1, 2, 2, 3, 3]}, [1, 0, 0, 1, 1, 1], [0, 1] * 3, "lonely_psu"),
        ({"psu_population": 6}, [1, 0, 0, 1, 1, 1], [0, 1] * 3, Untestable.NO_SAMPLING_VARIANCE),
        ({}, [0, 0, 1, 1, 2, 2], [0, 0, 1, 1, 2, 2], Untestable.SPARSE_TABLE),
    ],
)
def test_what_cannot_be_tested_says_why(
    design: dict[str, object], y: list[int], groups: list[int], reason: Untestable
) -> None:
    found = rao_scott(survey_design(np.ones(6), **design), y, groups)  # type: ignore[arg-type]  # as named
    assert found.reason == reason
    assert (found.second_order, found.first_order) == (None, None)


def test_more_groups_than_psus_leave_rao_scott_but_not_wald() -> None:
    rng = np.random.default_rng(2)
    found = rao_scott(survey_design(np.ones(80), psu=np.arange(80) // 20), rng.random(80) < 0.7, np.arange(80) % 5)
    assert found.df == 3
    assert found.second_order is not None
    assert (found.wald, found.adjusted_wald, found.wald_reason) == (None, None, Untestable.TOO_FEW_PSUS)


def test_as_many_degrees_of_freedom_as_psus_give_are_enough_for_wald() -> None:
    rng = np.random.default_rng(4)
    found = rao_scott(survey_design(np.ones(80), psu=np.arange(80) // 20), rng.random(80) < 0.7, np.arange(80) % 4)
    assert found.adjusted_wald is not None
    assert (found.df, found.adjusted_wald.ndf, found.adjusted_wald.ddf) == (3, 3, 1)


def test_weights_that_add_to_very_little_change_no_test() -> None:
    y = np.random.default_rng(4).random(80) < 0.7
    ones, little = (
        rao_scott(survey_design(np.full(80, weight), psu=np.arange(80) // 8), y, np.arange(80) % 3)
        for weight in (1.0, 1e-8)
    )
    assert little.wald_reason is None
    assert results(little) == pytest.approx(results(ones))


@pytest.mark.parametrize("lonely", ["fail", "average"])
def test_a_stratum_of_one_psu_that_answered_nothing_spoils_no_test(lonely: str) -> None:
    rng = np.random.default_rng(4)
    stratum, psu, groups = np.repeat([0, 1, 2], [20, 20, 4]), np.arange(44) // 5, np.arange(44) % 2
    psu[40:] = 8
    y = np.where(stratum == 2, -1, rng.random(44) < 0.6)
    found = rao_scott(survey_design(np.ones(44), stratum=stratum, psu=psu, lonely=lonely), y, groups)
    without = rao_scott(survey_design(np.ones(40), stratum=stratum[:40], psu=psu[:40]), y[:40], groups[:40])
    assert (found.reason, found.n, found.df) == (None, 40, 6)
    assert results(found) == pytest.approx(results(without))
    answering = rao_scott(
        survey_design(np.ones(44), stratum=stratum, psu=psu, lonely=lonely), np.where(y < 0, groups, y), groups
    )
    reason = Untestable.LONELY_PSU if lonely == "fail" else None
    assert (answering.reason, answering.wald_reason) == (reason, reason)


def test_groups_that_never_vary_between_psus_leave_no_wald() -> None:
    y, groups = [1, 0, 1, 1, 0, 1] * 4, [0, 0, 1, 1, 2, 2] * 4
    found = rao_scott(survey_design(np.ones(24), psu=np.arange(24) // 6), y, groups)
    assert found.reason is Untestable.NO_SAMPLING_VARIANCE
    assert found.wald_reason is Untestable.NO_SAMPLING_VARIANCE


@pytest.mark.parametrize("codes", [[0, 1], [0.0, 1.0, 0.0], [0, 1, -2], [[0], [1], [0]]])
def test_codes_that_do_not_fit_are_refused(codes: object) -> None:
    design = survey_design([1, 1, 1])
    with pytest.raises(ValueError, match="answers must be"):
        rao_scott(design, codes, [0, 1, 0])  # type: ignore[arg-type]  # refused
    with pytest.raises(ValueError, match="groups must be"):
        rao_scott(design, [0, 1, 0], codes)  # type: ignore[arg-type]  # refused
