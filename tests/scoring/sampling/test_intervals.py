import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.sampling.design import survey_design
from scoring.sampling.intervals import METHODS, beta, effective_size, kg_nchs, limited_size, wilson_kg, wilson_neff
from scoring.sampling.linearised import Rates, rates
from scoring.sampling.partition import partition
from tests.scoring.references import Case, cases
from tests.scoring.sampling.designs import SAMPLES, found_and_wanted, same, title
from tests.scoring.sampling.samplings import Sampling, samplings

METHODS_OF_R = {"wald_fpc_z": "wald"}
INSIDE = sorted(METHODS.keys() - {"mean"})


def limits_agree(case: Case, found: Rates, place: int, intervals: dict[str, list[float | None]], level: float) -> int:
    for name, wanted in intervals.items():
        lower, upper = METHODS[METHODS_OF_R.get(name, name)](found, level)
        got = (float(lower[place]), float(upper[place]))
        assert all(same(case, *pair) for pair in zip(got, wanted, strict=True)), (name, level, got, wanted)
    return len(intervals)


@pytest.mark.parametrize("case", [case for case in SAMPLES if not case["expected"].get("error")], ids=title)
def test_every_interval_of_a_design_is_that_of_r(case: Case) -> None:
    for _, found, place, wanted in found_and_wanted(case):
        for level, intervals in wanted["ci"].items():
            assert limits_agree(case, found, place, intervals, float(level)) == 8
        whole = dict(wanted.get("ci_df_full", ()))
        if whole:
            of_the_design = dataclasses.replace(found, df=np.full_like(found.df, whole.pop("df")))
            assert limits_agree(case, of_the_design, place, whole, 0.95) == 2


@pytest.mark.parametrize("case", cases("finite_population"), ids=title)
def test_every_interval_of_a_simple_random_sample_is_that_of_r(case: Case) -> None:
    n, x = case["inputs"]["n"], case["inputs"]["x"]
    found = rates(partition(survey_design(np.ones(n), psu_population=case["inputs"]["N"])), np.arange(n) < x)
    for level, intervals in case["expected"]["ci"].items():
        designed = {name: limits for name, limits in intervals.items() if not name.startswith("hypergeometric")}
        assert limits_agree(case, found, 0, designed, float(level)) == (5 if n > 1 else 0)
    if n == 1:
        assert all(np.isnan(method(found, 0.95)).all() for method in METHODS.values())


@given(samplings(), st.sampled_from(INSIDE), st.floats(0.5, 0.98))
def test_an_interval_holds_its_rate_and_grows_with_the_level(sampling: Sampling, method: str, level: float) -> None:
    found = rates(partition(sampling.design(), sampling.label, domains=3), sampling.y)
    lower, upper = METHODS[method](found, level)
    wider = METHODS[method](found, level + 0.01)
    known = ~np.isnan(lower)
    assert (known == ~np.isnan(upper)).all()
    assert (found.reason[known] == 0).all()
    p = found.value[known]
    assert ((lower[known] >= 0) & (lower[known] <= p + 1e-9) & (p <= upper[known] + 1e-9) & (upper[known] <= 1)).all()
    assert (wider[0][known] <= lower[known] + 1e-9).all()
    assert (wider[1][known] >= upper[known] - 1e-9).all()


def test_all_methods_take_many_domains_and_items_at_once() -> None:
    cells = partition(survey_design(np.ones(60), psu=np.arange(60) // 3), np.arange(60) // 20)
    values = np.column_stack([np.arange(60) % 7 > 0, np.ones(60)])
    both = rates(cells, values)
    for method in METHODS.values():
        lower, upper = method(both, 0.9)
        assert lower.shape == upper.shape == (3, 2)
        one = method(rates(cells, values[:, 0]), 0.9)
        np.testing.assert_array_equal(lower[:, 0], one[0])
        np.testing.assert_array_equal(upper[:, 0], one[1])


def test_normal_limits_are_cut_to_the_ends() -> None:
    found = rates(
        partition(survey_design(np.ones(40)), np.arange(40) // 20), np.isin(np.arange(40), [0, *range(21, 40)])
    )
    lower, upper = METHODS["wald"](found, 0.95)
    assert (lower[0], upper[1]) == (0, 1)
    assert 0 < upper[0] == pytest.approx(1 - lower[1])


def test_everybody_satisfied_is_not_certain() -> None:
    found = rates(partition(survey_design(np.ones(20), psu=np.arange(20) // 4)), np.ones(20))
    assert effective_size(found).tolist() == [20]
    assert limited_size(found)[0] < 20  # few PSUs
    for method in (kg_nchs, wilson_kg, wilson_neff):
        lower, upper = method(found, 0.95)
        assert 0.6 < lower[0] < 0.9
        assert upper[0] == 1


def test_psus_that_happen_to_agree_do_not_make_a_rate_certain() -> None:
    found = rates(partition(survey_design(np.ones(8), psu=[1, 1, 2, 2, 3, 3, 4, 4])), [1, 0] * 4)
    assert found.se.tolist() == [0]
    lower, upper = wilson_kg(found)
    assert lower[0] < 0.25
    assert upper[0] > 0.75
    assert np.isnan(wilson_neff(found)).all()
    assert np.isnan(beta(found)).all()


def test_a_census_has_no_interval_of_an_effective_size() -> None:
    found = rates(partition(survey_design(np.ones(5), psu_population=5)), [1, 1, 0, 1, 1])
    assert [math.isnan(method(found, 0.95)[0][0]) for method in METHODS.values()] == [
        name not in ("mean", "wald", "logit", "xlogit") for name in METHODS
    ]
    assert np.isnan(limited_size(found)).all()
