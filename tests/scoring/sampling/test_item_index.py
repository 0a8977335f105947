import math

import numpy as np
import pytest
from hypothesis import given
from numpy.typing import NDArray

from scoring.intervals import mean_t
from scoring.sampling.design import survey_design
from scoring.sampling.item_index import indices
from scoring.sampling.linearisation import REASONS, Missing
from scoring.sampling.linearised import rates
from scoring.sampling.partition import partition
from tests.scoring.references import Case, cases
from tests.scoring.sampling.designs import Columns, data, design_of, labels, same, satisfied, title
from tests.scoring.sampling.samplings import Sampling, samplings


def items(case: Case, columns: Columns) -> NDArray[np.float64]:
    values = np.column_stack([satisfied(case, columns, item) for item in case["params"]["criteria"]])
    label = labels(columns, case["params"].get("where", {}))
    for item in case["expected"].get("criteria_without_answers", ()):
        values[label == 0, case["params"]["criteria"].index(item)] = np.nan
    return values


@pytest.mark.parametrize("case", cases("index"), ids=title)
def test_every_index_is_that_of_r(case: Case) -> None:
    columns, params, expected = data(case), case["params"], case["expected"]
    values, label = items(case, columns), labels(columns, params.get("where", {}))
    cells = partition(design_of(case, columns), label)
    found = indices(cells, values, item_weights=params.get("criterion_weights"))
    assert found.answered[0].tolist() == expected["answered"]
    assert found.df.tolist() == [expected["df"]]
    assert cells.rows[0] - found.n[0] == expected["rows_with_no_answer"]
    for item, (rate, se) in enumerate(zip(expected["rates"], expected["rate_se"], strict=True)):
        assert same(case, found.rates[0, item], rate)
        assert same(case, math.sqrt(found.rate_covariance[0, item, item]), se)
    known = [item for item, rate in enumerate(expected["rates"]) if rate is not None]
    joint = found.rate_covariance[0][np.ix_(known, known)]
    for got, wanted in zip(joint.ravel(), np.ravel(expected["rate_covariance"]), strict=True):
        assert same(case, got, wanted)
    for name, value, se in (
        ("pooled", found.pooled, found.pooled_se),
        ("mean_of_rates", found.mean_of_rates, found.mean_of_rates_se),
    ):
        lower, upper = mean_t(value, se**2, found.df, params["level"])
        got = [value[0], se[0], lower[0], upper[0]]
        wanted = [expected[name]["estimate"], expected[name]["se"], *expected[name]["ci"]]
        assert all(same(case, *pair) for pair in zip(got, wanted, strict=True)), name


@given(samplings())
def test_the_index_of_one_item_is_its_rate(sampling: Sampling) -> None:
    cells = partition(sampling.design(), sampling.label, domains=3)
    one, rate = indices(cells, sampling.y[:, np.newaxis]), rates(cells, sampling.y)
    for value, se in ((one.pooled, one.pooled_se), (one.mean_of_rates, one.mean_of_rates_se)):
        np.testing.assert_allclose(value, rate.value, atol=1e-12)
        np.testing.assert_allclose(se, rate.se, atol=1e-9)
    np.testing.assert_array_equal(one.reason, rate.reason)


@given(samplings())
def test_the_rates_and_standard_errors_of_the_items_are_those_of_each_alone(sampling: Sampling) -> None:
    cells = partition(sampling.design(), sampling.label, domains=3)
    other = np.roll(sampling.y, 1)
    found, alone = indices(cells, np.column_stack([sampling.y, other])), rates(cells, other)
    np.testing.assert_array_equal(found.rates[:, 1], alone.value)
    both = ~np.isnan(found.rate_covariance[:, 1, 1]) & ~np.isnan(alone.se)
    if sampling.lonely != "average":  # an average is over the strata that answered: any item, or this one
        np.testing.assert_allclose(found.rate_covariance[both, 1, 1], alone.se[both] ** 2, atol=1e-9)
    inside = np.isfinite(found.mean_of_rates)
    assert ((found.mean_of_rates[inside] >= 0) & (found.mean_of_rates[inside] <= 1 + 1e-12)).all()


def test_a_domain_that_nobody_answered_has_no_index() -> None:
    cells = partition(survey_design([1, 1, 1]), [0, 0, 1])
    found = indices(cells, [[1, 0], [1, 1], [math.nan, math.nan]])
    assert found.pooled[0] == 0.75
    assert np.isnan([found.pooled[1], found.mean_of_rates[1], found.pooled_se[1], found.mean_of_rates_se[1]]).all()
    assert np.isnan(found.rate_covariance[1]).all()
    assert REASONS[found.reason[1]] is Missing.NO_ANSWERS
    marked = indices(cells, [[1, 0], [1, 1], [1, 1]], answered=[[True, True], [True, True], [False, False]])
    assert marked.pooled[0] == 0.75
    assert np.isnan(marked.pooled[1])


def test_an_item_that_nobody_answered_has_no_covariance_with_the_others() -> None:
    found = indices(partition(survey_design(np.ones(3))), [[1, math.nan, 1], [0, math.nan, 1], [1, math.nan, 0]])
    assert np.isnan(found.rate_covariance[0]).tolist() == [[False, True, False], [True] * 3, [False, True, False]]


def test_an_item_may_weigh_nothing() -> None:
    cells = partition(survey_design(np.ones(4)))
    values = np.array([[1, 0], [1, 1], [0, 1], [1, 0]])
    found, one = indices(cells, values, item_weights=[2, 0]), rates(cells, values[:, 0])
    assert found.mean_of_rates.tolist() == one.value.tolist()
    assert found.mean_of_rates_se == pytest.approx(one.se)


@pytest.mark.parametrize("weights", [[1], [1, -1], [1, math.nan], [[1, 1]]])
def test_weights_of_items_that_do_not_fit_are_refused(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="item_weights"):
        indices(partition(survey_design([1, 1])), [[1, 0], [1, 1]], item_weights=weights)


def test_one_column_is_not_an_index() -> None:
    with pytest.raises(ValueError, match="one column for each item"):
        indices(partition(survey_design([1, 1])), [1, 0])
