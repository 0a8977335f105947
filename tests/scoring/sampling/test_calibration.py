import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.sampling.calibration import Calibration, Failure, calibrate, calibrated_rates, post_stratify
from scoring.sampling.design import survey_design
from scoring.sampling.intervals import METHODS
from scoring.sampling.linearisation import REASONS, Missing
from scoring.sampling.linearised import rates
from scoring.sampling.partition import partition
from tests.scoring.references import Case, cases
from tests.scoring.sampling.designs import Columns, data, design_of, labels, same, satisfied, title
from tests.scoring.sampling.samplings import Sampling, samplings

CASES = cases("calibration")
# comparison values: a usual mistake, another convention, an artefact of another program
NO_TARGETS = {"se_if_calibration_is_ignored", "se_rake_function", "se_survey_4_1_with_zero_rows"}
MARGINS = ("sex", "age", "field")


def prepared(case: Case) -> Columns:
    columns = data(case)
    zero = dict(case["params"].get("prepare") or {}) if isinstance(case["params"].get("prepare"), dict) else {}
    without = np.isin(columns.get("id", ""), [str(i) for i in zero.get("zero_weight_ids", ())])
    return {**columns, "weight": np.where(without, "0", columns["weight"])}


def calibrated(case: Case, columns: Columns) -> Calibration:
    design, params = design_of(case, columns), case["params"]
    if params["method"] == "poststratify":
        crossed = columns[params["margins"][0]]
        for name in params["margins"][1:]:
            crossed = np.char.add(np.char.add(crossed, "|"), columns[name])
        return post_stratify(design, crossed, params["totals"])
    bounds = tuple(params["bounds"]) if "bounds" in params else None
    distance = "raking" if params["method"] == "rake" else "logit" if bounds else "linear"
    margins = {name: columns[name] for name in params["margins"]}
    return calibrate(design, margins, params["totals"], distance=distance, bounds=bounds)


@pytest.mark.parametrize("case", CASES, ids=title)
def test_every_weight_and_rate_is_that_of_r(case: Case) -> None:
    columns, params, expected = prepared(case), case["params"], case["expected"]
    found, y = calibrated(case, columns), satisfied(case, columns, params["answer"])
    assert found.weight is not None
    assert found.g is not None
    assert len(found.weight) == len(expected["weights"])
    assert all(same(case, got, wanted) for got, wanted in zip(found.weight, expected["weights"], strict=True))
    used = found.g[found.weight > 0]
    rate, before = calibrated_rates(found, y), rates(partition(found.design), y)
    got: dict[str, Any] = {
        "sum_weights": found.weight.sum(),
        "g_min": used.min(),
        "g_max": used.max(),
        "n_eff_kish": found.n_eff_kish,
        "estimate": rate.value[0],
        "se": rate.se[0],
        "df": rate.df[0],
    }
    for name, value in got.items():
        assert same(case, float(value), expected[name]), (name, value, expected[name])
    for name, wanted in expected["ci"].items():
        for limit, of_r in zip(METHODS[name](rate, params["level"]), wanted, strict=True):
            assert same(case, float(limit[0]), of_r), name
    assert same(case, float(before.value[0]), expected["before"]["estimate"])
    assert same(case, float(before.se[0]), expected["before"]["se"])
    assert expected.keys() - NO_TARGETS - {"domains"} == {"weights", "ci", "before", *got}


@pytest.mark.parametrize("case", [case for case in CASES if "domains" in case["expected"]], ids=title)
def test_every_domain_with_calibrated_weights_is_that_of_r(case: Case) -> None:
    columns, domains = prepared(case), case["expected"]["domains"]
    found, y = calibrated(case, columns), satisfied(case, columns, case["params"]["answer"])
    label = np.full(len(y), -1)
    for place, wanted in enumerate(domains):
        label[labels(columns, wanted["domain"]) == 0] = place
    rate = calibrated_rates(found, y, labels=label)
    assert len(rate.value) == len(domains)
    for place, wanted in enumerate(domains):
        assert same(case, float(rate.value[place]), wanted["estimate"])
        assert same(case, float(rate.se[place]), wanted["se"])


# --- properties


def three_margins(sampling: Sampling) -> tuple[dict[str, Any], dict[str, dict[int, float]]]:
    """Margins of which each row of the sample, at its base weight, is one and a half people."""
    margins = dict(zip(MARGINS, (sampling.psu % 2, sampling.ssu % 3, sampling.label + 1), strict=True))
    totals = {
        name: {int(code): 1.5 * float(sampling.weight[codes == code].sum()) for code in np.unique(codes)}
        for name, codes in margins.items()
    }
    return margins, totals


@given(samplings(), st.sampled_from(("raking", "linear", "logit")), st.floats(0.5, 2))
def test_weights_reach_the_totals_or_say_why_not(sampling: Sampling, distance: str, tilt: float) -> None:
    margins, totals = three_margins(sampling)
    first, last = min(totals["sex"]), max(totals["sex"])
    moved = min(totals["sex"][first], totals["sex"][last]) * (tilt - 1) / 4
    if first != last:
        totals["sex"][first] += moved
        totals["sex"][last] -= moved
    bounds = (0.3, 4.0) if distance == "logit" else None
    found = calibrate(sampling.design(), margins, totals, distance=distance, bounds=bounds)
    assert (found.weight is None) == (found.g is None) == (found.reason is not None)
    if found.weight is None:
        assert found.reason in (Failure.NO_CONVERGENCE, Failure.NOT_POSITIVE, Failure.TOTAL_ZERO)
        return
    population = sum(totals["sex"].values())
    for name, codes in margins.items():
        for code, total in totals[name].items():
            assert found.weight[codes == code].sum() == pytest.approx(total, abs=1e-9 * population)
    assert (found.weight[sampling.weight == 0] == 0).all()
    assert (found.weight[sampling.weight > 0] > 0).all()
    if bounds is not None:
        assert found.g is not None
        assert (found.g >= 0.3).all()
        assert (found.g <= 4.0).all()


@given(samplings(), st.floats(0.01, 100))
def test_neither_the_order_nor_the_scale_of_base_weights_changes_raked_weights(
    sampling: Sampling, factor: float
) -> None:
    margins, totals = three_margins(sampling)
    order = np.random.default_rng(1).permutation(sampling.rows)
    here = calibrate(sampling.design(), margins, totals)
    there = calibrate(
        sampling.design(order, factor=factor), {name: codes[order] for name, codes in margins.items()}, totals
    )
    assert there.reason == here.reason
    if here.weight is not None:
        assert there.weight is not None
        population = sum(totals["sex"].values())
        np.testing.assert_allclose(there.weight, here.weight[order], atol=1e-8 * population)
        a = calibrated_rates(here, sampling.y, labels=sampling.label, domains=3)
        b = calibrated_rates(there, sampling.y[order], labels=sampling.label[order], domains=3)
        np.testing.assert_allclose(b.value, a.value, atol=1e-7)
        np.testing.assert_allclose(b.se, a.se, atol=1e-7)


@given(samplings())
def test_totals_that_the_sample_has_change_no_rate_and_a_margin_itself_is_known_exactly(sampling: Sampling) -> None:
    margins, totals = three_margins(sampling)
    found = calibrate(sampling.design(), margins, totals, distance="linear")
    if found.weight is None:
        assert found.reason is Failure.TOTAL_ZERO
        return
    np.testing.assert_allclose(found.weight, 1.5 * sampling.weight, atol=1e-9)
    plain = rates(partition(sampling.design()), sampling.y)
    rate = calibrated_rates(found, sampling.y)
    np.testing.assert_allclose(rate.value, plain.value)
    if sampling.lonely in ("certainty", "remove", "adjust"):  # with the others, rows without an answer matter too
        np.testing.assert_array_equal(rate.reason, plain.reason)
    exact = calibrated_rates(found, margins["age"] == 0)
    assert np.isnan(exact.se[0]) or exact.se[0] < 1e-7


# --- what life brings

TWO = {"sex": ["F", "F", "M", "M"], "age": ["young", "old", "young", "old"]}


@pytest.mark.parametrize(
    ("totals", "options", "reason", "where"),
    [
        ({"sex": {"F": 5, "M": 5, "X": 2}, "age": {"young": 6, "old": 6}}, {}, "empty_category", "sex: X"),
        ({"sex": {"F": 5, "M": 5}, "age": {"young": 10, "old": 0}}, {}, "total_zero", "age: old"),
        ({"sex": {"F": 5, "M": 5}, "age": {"young": 6, "old": 6}}, {}, "totals_disagree", None),
        ({"sex": {"F": 1, "M": 9}, "age": {"young": 1, "old": 9}}, {"distance": "linear"}, "not_positive", None),
        (
            {"sex": {"F": 5, "M": 5}, "age": {"young": 1, "old": 9}},
            {"distance": "logit", "bounds": (0.5, 3)},
            "no_convergence",
            None,
        ),
    ],
)
def test_totals_that_cannot_be_reached_say_why(
    totals: dict[str, dict[str, float]], options: dict[str, Any], reason: str, where: str | None
) -> None:
    found = calibrate(survey_design(np.ones(4)), TWO, totals, **options)
    assert (found.reason, found.where) == (reason, where)
    assert (found.weight, found.g, found.n_eff_kish) == (None, None, None)
    with pytest.raises(ValueError, match=reason):
        calibrated_rates(found, np.ones(4))


def test_a_crossing_that_the_sample_lacks_may_make_raking_impossible() -> None:
    lacking = {"sex": ["F", "F", "M"], "age": ["young", "old", "old"]}  # no young man
    possible = calibrate(survey_design([1, 1, 1]), lacking, {"sex": {"F": 6, "M": 4}, "age": {"young": 3, "old": 7}})
    assert possible.weight is not None
    assert possible.weight.round(6).tolist() == [3, 3, 4]
    found = calibrate(survey_design([1, 1, 1]), lacking, {"sex": {"F": 4, "M": 6}, "age": {"young": 6, "old": 4}})
    assert found.reason is Failure.NO_CONVERGENCE


def test_a_category_of_nobody_in_sample_and_population_does_no_harm() -> None:
    totals = {"sex": {"F": 6, "M": 4, "X": 0}, "age": {"young": 5, "old": 5}}
    found = calibrate(survey_design(np.ones(4)), TWO, totals)
    assert found.weight is not None
    assert found.weight.round(6).tolist() == [3, 3, 2, 2]


def test_a_sample_without_weight_of_a_population_of_nobody_has_no_weights() -> None:
    found = post_stratify(survey_design([0, 0]), ["F", "M"], {"F": 0, "M": 0})
    assert (found.reason, found.where) == (Failure.TOTAL_ZERO, None)


def test_far_from_the_base_weights_raking_still_converges() -> None:
    found = calibrate(survey_design(np.ones(4)), TWO, {"sex": {"F": 1, "M": 99999}, "age": {"young": 99990, "old": 10}})
    assert found.weight is not None
    assert found.weight == pytest.approx([0.9999, 0.0001, 99989.0001, 9.9999], rel=1e-6)


def test_several_items_and_domains_are_those_one_by_one() -> None:
    rng = np.random.default_rng(7)
    design = survey_design(np.ones(40), psu=np.arange(40) // 4)
    found = post_stratify(design, np.arange(40) % 3, {0: 100, 1: 200, 2: 50})
    values = np.where(rng.random((40, 2)) < 0.1, np.nan, rng.random((40, 2)) < 0.8)
    label = np.arange(40) % 2
    both = calibrated_rates(found, values, labels=label, domains=3)
    for item in range(2):
        one = calibrated_rates(found, values[:, item], labels=label, domains=3)
        for name in ("value", "se", "df", "n", "deff_wr", "deff_wor", "n_eff_design", "reason"):
            np.testing.assert_array_equal(getattr(both, name)[:, item], getattr(one, name))
        assert REASONS[one.reason[2]] is Missing.NO_ANSWERS
    marked = calibrated_rates(found, np.nan_to_num(values), answered=~np.isnan(values), labels=label, domains=3)
    for name in ("value", "se", "n", "spread"):
        np.testing.assert_array_equal(getattr(marked, name), getattr(both, name))


def test_design_effects_belong_to_the_calibrated_standard_error() -> None:
    design = survey_design(np.full(40, 10.0), psu=np.arange(40) // 4)
    y = np.arange(40) % 5 > 0
    rate = calibrated_rates(post_stratify(design, np.arange(40) % 5 > 1, {False: 150, True: 250}), y)
    p, variance = rate.value[0], rate.se[0] ** 2
    assert rate.n_eff_design[0] == pytest.approx(p * (1 - p) / variance)
    assert rate.deff_wr[0] == pytest.approx(variance * 39 / (p * (1 - p)))
    assert rate.deff_wor[0] == pytest.approx(rate.deff_wr[0] / (1 - 40 / 400))
    assert rate.se[0] != pytest.approx(rates(partition(design), y).se[0], rel=0.1)
    everybody = calibrated_rates(post_stratify(design, np.arange(40) % 2, {0: 15, 1: 25}), y)
    assert everybody.deff_wr[0] > 0
    assert math.isnan(everybody.deff_wor[0])  # nobody is left out of such a sample


def test_a_lonely_psu_anywhere_leaves_no_standard_error_of_a_domain() -> None:
    design = survey_design(np.ones(6), stratum=["A"] * 4 + ["B"] * 2, psu=[1, 1, 2, 2, 3, 3])
    found = calibrated_rates(
        post_stratify(design, [0, 1] * 3, {0: 30, 1: 10}), [1, 0, 1, 1, 1, 0], labels=[0] * 4 + [1] * 2
    )
    assert [REASONS[code] for code in found.reason] == [Missing.LONELY_PSU] * 2
    assert np.isnan(found.se).all()
    assert np.isnan(found.deff_wr).all()


def test_a_row_without_weight_may_have_any_factor() -> None:
    margins = {"sex": ["F", "M", "M", "F"], "age": ["young", "old", "young", "old"]}
    totals = {"sex": {"F": 1, "M": 10}, "age": {"young": 10, "old": 1}}
    found = calibrate(survey_design([1, 1, 1, 0]), margins, totals, distance="linear")
    assert found.weight is not None
    assert found.weight.tolist() == pytest.approx([1, 1, 9, 0])


def test_shares_will_do_as_totals() -> None:
    design = survey_design(np.full(4, 0.1))
    lacking = calibrate(design, {"sex": list("FFMM")}, {"sex": {"F": 0.3, "M": 0.5, "X": 0.2}})
    assert (lacking.reason, lacking.where) == (Failure.EMPTY_CATEGORY, "sex: X")
    nobody = calibrate(design, {"sex": list("FFMM")}, {"sex": {"F": 0, "M": 0.5}})
    assert (nobody.reason, nobody.where) == (Failure.TOTAL_ZERO, "sex: F")
    thirds = {"sex": {"F": 0.5, "M": 0.5}, "age": {"young": 0.3333333333, "old": 0.6666666666}}
    assert calibrate(design, TWO, thirds).reason is None


@pytest.mark.parametrize(("excess", "reason"), [(0.01, None), (1, Failure.TOTALS_DISAGREE)])
def test_margins_may_differ_by_their_rounding(excess: float, reason: Failure | None) -> None:
    totals = {"sex": {"F": 3e7, "M": 4e7}, "age": {"young": 2e7, "old": 5e7 + excess}}
    found = calibrate(survey_design(np.ones(4)), TWO, totals)
    assert found.reason is reason
    if found.weight is not None:
        assert found.weight.sum() == pytest.approx(7e7, abs=excess)


def test_everybody_satisfied_one_psu_and_a_lonely_one_are_no_certainty() -> None:
    alone = post_stratify(survey_design(np.ones(4), psu=[1] * 4), [0, 0, 1, 1], {0: 30, 1: 10})
    assert REASONS[calibrated_rates(alone, [1, 0, 1, 0]).reason[0]] is Missing.LONELY_PSU
    many = post_stratify(survey_design(np.ones(6), psu=[1, 1, 2, 2, 3, 3]), [0, 1] * 3, {0: 30, 1: 10})
    inside = calibrated_rates(many, [1, 0, 1, 0, 1, 1], labels=[0, 0, -1, -1, -1, -1])
    assert REASONS[inside.reason[0]] is Missing.NO_DEGREES_OF_FREEDOM
    assert math.isnan(inside.se[0])
    everybody = calibrated_rates(many, np.ones(6))
    assert (everybody.value[0], everybody.se[0]) == (1, 0)
    assert math.isnan(everybody.n_eff_design[0])
    lower, upper = METHODS["wilson_kg"](everybody, 0.95)
    assert lower[0] < 0.7
    assert upper[0] == 1


@pytest.mark.parametrize(
    ("margins", "totals", "options", "message"),
    [
        ({}, {}, {}, "totals are of"),
        ({"sex": ["F", "M"]}, {"age": {"F": 1, "M": 1}}, {}, "totals are of"),
        ({"sex": ["F"]}, {"sex": {"F": 1}}, {}, "one category for each of the 2 rows"),
        ({"sex": ["F", "M"]}, {"sex": {"F": 1}}, {}, r"no total for \['M'\]"),
        ({"sex": [1.0, math.nan]}, {"sex": {1: 1}}, {}, "no total for"),
        ({"sex": ["F", None]}, {"sex": {"F": 1}}, {}, "missing category"),
        ({"sex": ["F", "M"]}, {"sex": {"F": -1, "M": 1}}, {}, "not negative"),
        ({"sex": ["F", "M"]}, {"sex": {"F": math.nan, "M": 1}}, {}, "finite"),
        ({"sex": ["F", "M"]}, {"sex": {"F": 1, "M": 1}}, {"distance": "logit"}, "bounds go with"),
        ({"sex": ["F", "M"]}, {"sex": {"F": 1, "M": 1}}, {"bounds": (0.5, 2)}, "bounds go with"),
        ({"sex": ["F", "M"]}, {"sex": {"F": 1, "M": 1}}, {"distance": "logit", "bounds": (1, 2)}, "0 <= lowest"),
        ({"sex": ["F", "M"]}, {"sex": {"F": 1, "M": 1}}, {"distance": "nearest"}, "nearest"),
    ],
)
def test_what_does_not_fit_is_refused(
    margins: dict[str, list[Any]], totals: dict[str, dict[Any, float]], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        calibrate(survey_design([1, 1]), margins, totals, **options)


@pytest.mark.parametrize("bounds", [(0.5, 1), (0.5, 0.9), (0.5, math.inf), (-0.1, 2)])
def test_bounds_that_are_none_are_refused(bounds: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="0 <= lowest"):
        calibrate(
            survey_design([1, 1]), {"sex": ["F", "M"]}, {"sex": {"F": 1, "M": 1}}, distance="logit", bounds=bounds
        )


def test_the_lowest_bound_may_be_nothing() -> None:
    totals = {"sex": {"F": 0.5, "M": 1.5}}
    found = calibrate(survey_design([1, 1]), {"sex": ["F", "M"]}, totals, distance="logit", bounds=(0, 2))
    assert found.g is not None
    assert found.g.tolist() == pytest.approx([0.5, 1.5])
