import math
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.sampling.design import survey_design
from scoring.sampling.linearisation import REASONS, Missing
from scoring.sampling.linearised import linearised, rates, ratios, totals
from scoring.sampling.partition import partition, variance
from tests.scoring.references import Case, cases
from tests.scoring.sampling.designs import SAMPLES, data, design_of, found_and_wanted, labels, same, satisfied, title
from tests.scoring.sampling.samplings import Sampling, samplings

FIELDS = {
    "n_rows_answered": "answered",
    "n_answered": "n",
    "sum_weights": "sum_weights",
    "estimate": "value",
    "se": "se",
    "df": "df",
    "n_psu": "psus",
    "n_strata": "strata",
    "deff_wor": "deff_wor",
    "deff_wr": "deff_wr",
    "n_eff_kish": "n_eff_kish",
    "deff_kish": "deff_kish",
    "n_eff_design": "n_eff_design",
}
REFUSED = [case for case in SAMPLES if case["expected"].get("error")]
GIVEN = [case for case in SAMPLES if not case["expected"].get("error")]


@pytest.mark.parametrize("case", GIVEN, ids=title)
def test_every_estimate_of_a_design_is_that_of_r(case: Case) -> None:
    checked = 0
    for name, found, place, wanted in found_and_wanted(case):
        for key in wanted.keys() & FIELDS.keys():
            got = float(getattr(found, FIELDS[key])[place])
            assert same(case, got, wanted[key]), (name, key, got, wanted[key])
            checked += 1
        assert (REASONS[found.reason[place]] is None) == (wanted["se"] is not None), name
    assert checked >= 12 * (1 + len(case["expected"].get("domains", ())))


@pytest.mark.parametrize("case", REFUSED, ids=title)
def test_a_lonely_psu_leaves_the_rate_but_no_standard_error(case: Case) -> None:
    ((_, found, place, _),) = found_and_wanted(case)
    assert 0 < found.value[place] < 1
    assert math.isnan(found.se[place])
    assert REASONS[found.reason[place]] is Missing.LONELY_PSU


@pytest.mark.parametrize("case", [c for c in GIVEN if "domains" in c["expected"]], ids=title)
def test_a_domain_alone_is_the_same_as_among_others_and_never_a_cut_sample(case: Case) -> None:
    columns = data(case)
    design, y = design_of(case, columns), satisfied(case, columns, case["params"]["answer"])
    for wanted in case["expected"]["domains"]:
        cells = partition(design, labels(columns, wanted["domain"]))
        found = rates(cells, y)
        assert cells.rows.tolist() == [wanted["n_rows"]]
        assert same(case, float(found.se[0]), wanted["se"])
        wrong = wanted.get("se_if_data_were_cut_first_WRONG")
        assert wrong is None or not same(case, float(found.se[0]), wrong)


@pytest.mark.parametrize("case", cases("finite_population"), ids=title)
def test_every_simple_random_sample_is_that_of_r(case: Case) -> None:
    n, x, expected = case["inputs"]["n"], case["inputs"]["x"], case["expected"]
    design = survey_design(np.ones(n), psu_population=case["inputs"]["N"])
    found = rates(partition(design), np.arange(n) < x)
    endless = rates(partition(survey_design(np.ones(n))), np.arange(n) < x)
    for got, key in ((found.value, "estimate"), (found.se, "se"), (found.df, "df"), (endless.se, "se_no_fpc")):
        assert same(case, float(got[0]), expected[key])
    assert found.census[0] == (expected["sampling_fraction"] == 1)


# --- properties


@given(samplings())
def test_the_order_of_the_rows_changes_nothing(sampling: Sampling) -> None:
    order = np.random.default_rng(1).permutation(sampling.rows)
    here = rates(partition(sampling.design(), sampling.label, domains=3), sampling.y)
    there = rates(partition(sampling.design(order), sampling.label[order], domains=3), sampling.y[order])
    for field in fields(here):
        np.testing.assert_allclose(getattr(there, field.name), getattr(here, field.name), rtol=1e-7, atol=1e-9)


@given(samplings(), st.floats(0.01, 1000))
def test_weights_scaled_by_a_constant_change_no_rate(sampling: Sampling, factor: float) -> None:
    cells = partition(sampling.design(), sampling.label, domains=3)
    scaled = partition(sampling.design(factor=factor), sampling.label, domains=3)
    here, there = rates(cells, sampling.y), rates(scaled, sampling.y)
    for name in ("value", "se", "df", "n", "deff_wr", "n_eff_kish", "reason"):
        np.testing.assert_allclose(getattr(there, name), getattr(here, name), rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(totals(scaled, sampling.y).value, factor * totals(cells, sampling.y).value, rtol=1e-9)


@given(samplings())
def test_rates_lie_between_0_and_1_and_those_dissatisfied_mirror_them(sampling: Sampling) -> None:
    cells = partition(sampling.design(), sampling.label, domains=3)
    found, mirrored = rates(cells, sampling.y), rates(cells, 1 - sampling.y)
    known = ~np.isnan(found.value)
    assert ((found.value[known] >= 0) & (found.value[known] <= 1)).all()
    np.testing.assert_allclose(mirrored.value, 1 - found.value, atol=1e-12)
    np.testing.assert_allclose(mirrored.se, found.se, atol=1e-9)


@given(samplings())
def test_a_rate_is_the_ratio_of_two_totals_and_its_variance_that_of_its_linearised_variable(sampling: Sampling) -> None:
    design, inside = sampling.design(), sampling.label == 1
    cells = partition(design, np.where(inside, 0, -1), domains=1)
    found = rates(cells, sampling.y)
    answered = np.where(np.isnan(sampling.y), np.nan, 1.0)
    ratio = ratios(cells, sampling.y, answered)
    np.testing.assert_allclose(ratio.value, found.value, atol=1e-12)
    np.testing.assert_allclose(ratio.se, found.se, atol=1e-12)
    z = linearised(cells, sampling.y)
    assert (z[~inside] == 0).all()
    spread = variance(design, z, within=inside & ~np.isnan(sampling.y))
    lost = found.reason[0] != 0
    assert math.isnan(found.se[0]) == lost
    assert lost or float(spread) == pytest.approx(found.se[0] ** 2, abs=1e-12)


# --- what life brings


def test_columns_together_are_the_columns_one_by_one() -> None:
    cells = partition(survey_design([1, 2, 3, 4]), [0, 0, 1, 1])
    values = np.array([[1, 5.0], [0, np.nan], [1, 7], [1, 9]])
    both = rates(cells, values)
    for item in range(2):
        one = rates(cells, values[:, item])
        for field in fields(one):
            np.testing.assert_array_equal(getattr(both, field.name)[:, item], getattr(one, field.name))
    assert totals(cells, values).value.tolist() == [[1, 5], [7, 57]]
    assert linearised(cells, values).shape == (4, 2)


def test_answers_may_be_marked_instead_of_missing() -> None:
    cells = partition(survey_design([1, 2, 3, 4]))
    marked = rates(cells, [True, True, False, True], answered=[True, False, True, True])
    missing = rates(cells, [1, math.nan, 0, 1])
    for field in fields(marked):
        np.testing.assert_array_equal(getattr(marked, field.name), getattr(missing, field.name))


def test_a_domain_without_answers_has_no_value_and_says_so() -> None:
    cells = partition(survey_design([1, 1, 1, 0]), [0, 0, 2, 3], domains=4)
    found = rates(cells, [1, 0, math.nan, 1])
    assert found.value[0] == 0.5
    assert np.isnan(found.value[1:]).all()
    assert [REASONS[code] for code in found.reason] == [None] + [Missing.NO_ANSWERS] * 3
    assert found.answered.tolist() == [2, 0, 0, 1]
    assert found.n.tolist() == [2, 0, 0, 0]
    assert found.census.tolist() == [False] * 4


def test_a_domain_inside_one_psu_is_not_certain() -> None:
    found = rates(partition(survey_design(np.ones(4), psu=[1, 1, 2, 2]), [0, 0, 1, 1]), [1, 0, 1, 1])
    assert np.isnan(found.se).all()
    assert [REASONS[code] for code in found.reason] == [Missing.NO_DEGREES_OF_FREEDOM] * 2


def test_only_the_domains_that_meet_a_lonely_psu_lose_their_standard_error() -> None:
    design = survey_design(np.ones(5), stratum=["A", "A", "A", "B", "B"], psu=[1, 2, 3, 4, 4])
    found = rates(partition(design, [0, 0, 0, 1, -1]), [1, 0, 1, 1, 0])
    assert found.se[0] == pytest.approx(1 / 3)
    assert [REASONS[code] for code in found.reason] == [None, Missing.LONELY_PSU]


def test_a_mean_of_numbers_has_the_spread_of_the_numbers() -> None:
    y, weight = np.array([1, 3, 5, 11.0]), np.array([1, 2, 3, 4.0])
    found = rates(partition(survey_design(weight)), y)
    mean = np.average(y, weights=weight)
    assert found.spread[0] == pytest.approx(np.average((y - mean) ** 2, weights=weight))
    assert found.n_eff_design[0] == pytest.approx(found.spread[0] / found.se[0] ** 2)


def test_numbers_that_are_all_the_same_have_no_spread_and_light_weights_no_effect_without_replacement() -> None:
    found = rates(partition(survey_design([0.1, 0.2, 0.3, 0.1])), [0.3, 0.3, 0.3, 0.3])
    assert found.spread.tolist() == [0]
    light = rates(partition(survey_design(np.full(4, 0.5))), [1, 0, 1, 1])  # 4 of 2
    assert light.deff_wr[0] > 0
    assert math.isnan(light.deff_wor[0])


@pytest.mark.parametrize("lonely", ["fail", "average"])
def test_a_lonely_psu_that_answered_nothing_spoils_no_rate(lonely: str) -> None:
    stratum, psu, y = np.array(list("AAAABB")), np.array([1, 1, 2, 2, 3, 3]), np.array([1, 0, 1, 1, np.nan, np.nan])
    found = rates(partition(survey_design(np.ones(6), stratum=stratum, psu=psu, lonely=lonely)), y)
    without = rates(partition(survey_design(np.ones(4), stratum=stratum[:4], psu=psu[:4])), y[:4])
    assert REASONS[found.reason[0]] is None
    assert (found.se.tolist(), found.df.tolist()) == (without.se.tolist(), without.df.tolist())


def test_totals_and_ratios_of_numbers() -> None:
    cells = partition(survey_design([10, 10, 10], psu_population=30), [0, 0, 0])
    minutes = totals(cells, [5, 10, 30])
    assert float(minutes.value[0]) == 450
    # 30 ** 2 * (1 - 3 / 30) * 175 / 3: Cochran (1977), equation 2.22
    assert float(minutes.se[0]) ** 2 == pytest.approx(47250)
    visits = ratios(cells, [5, 10, 30], [1, math.nan, 2])
    assert visits.value.tolist() == [35 / 3]
    assert visits.n.tolist() == [2]
    nothing = ratios(cells, [5, 10, 30], [0, 0, 0])
    assert REASONS[nothing.reason[0]] is Missing.NO_ANSWERS
    assert math.isnan(totals(partition(survey_design([1]), [-1], domains=1), [5]).value[0])


def test_ratios_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="one number each"):
        ratios(partition(survey_design([1, 1])), [1, 0], [1])


def test_a_total_leaves_out_what_was_not_answered() -> None:
    cells = partition(survey_design([1, 2, 4]), [0, 0, 0], domains=1)
    assert totals(cells, [5, 10, 30], answered=[True, False, True]).value.tolist() == [5 + 4 * 30]
