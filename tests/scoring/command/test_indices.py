import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, t

from scoring.command.indices import KINDS, OF_INDICES, effective_size, index_estimates
from scoring.intervals import wilson
from scoring.results import Reason
from scoring.sampling.design import survey_design
from scoring.sampling.item_index import indices
from scoring.sampling.partition import partition
from tests.scoring.sampling.samplings import Sampling, samplings


@pytest.mark.parametrize("kind", KINDS)
def test_a_census_has_no_sampling_error(kind: str) -> None:
    cells = partition(survey_design(np.ones(4), psu_population=4))
    found = indices(cells, [[1, 0], [1, 1], [0, 1], [1, np.nan]])
    (index,) = index_estimates(found, cells.census, kind=kind)
    assert index.interval is not None
    assert index.interval.lower == index.value == index.interval.upper
    assert index.effective_n == np.inf


@pytest.mark.parametrize("method", OF_INDICES)
def test_nobody_and_one_person(method: str) -> None:
    cells = partition(survey_design(np.ones(3)), [0, 1, 1], domains=3)
    found = indices(cells, [[1.0, 0.0], [np.nan, np.nan], [np.nan, np.nan]])
    one, silent, nobody = index_estimates(found, cells.census, method=method)
    assert (one.value, one.n, one.interval, one.reason) == (0.5, 1, None, Reason.TOO_FEW_FOR_INTERVAL)
    assert [each.reason for each in (silent, nobody)] == [Reason.NO_ANSWERS] * 2


def test_the_limits_are_those_of_wilson_at_the_size_and_the_level() -> None:
    cells = partition(survey_design(np.ones(30)))
    values = np.stack([np.arange(30) % 5 > 0, np.arange(30) % 4 > 0], axis=1)
    (index,) = index_estimates(indices(cells, values), cells.census, level=0.8)
    assert index.interval is not None
    assert index.value is not None
    assert index.effective_n is not None
    lower, upper = wilson(index.value, index.effective_n, 0.8)
    assert (index.interval.lower, index.interval.upper) == (float(lower), float(upper))


def test_all_satisfied_is_no_certainty() -> None:
    cells = partition(survey_design(np.ones(30)))
    (index,) = index_estimates(indices(cells, np.ones((30, 3))), cells.census, kind="mean")
    assert index.value == pytest.approx(1)
    assert index.interval is not None
    assert index.interval.lower < 0.9


@given(samplings(), st.sampled_from(KINDS), st.floats(0.6, 0.99))
def test_an_interval_holds_its_index_and_grows_with_the_level(sampling: Sampling, kind: str, level: float) -> None:
    cells = partition(sampling.design(), np.where(sampling.label < 0, -1, sampling.label), domains=3)
    found = indices(cells, np.stack([sampling.y, 1 - sampling.y], axis=1))
    wide = index_estimates(found, cells.census, kind=kind, level=0.995)
    for near, far in zip(index_estimates(found, cells.census, kind=kind, level=level), wide, strict=True):
        if near.interval is None or near.value is None:
            assert far.interval is None
            continue
        assert near.interval.lower - 1e-12 <= near.value <= near.interval.upper + 1e-12
        assert far.interval is not None
        assert far.interval.lower <= near.interval.lower + 1e-12
        assert near.interval.upper <= far.interval.upper + 1e-12


def test_the_size_is_that_of_a_simple_random_sample_as_precise() -> None:
    value, se, n, df = np.array([0.8, 0.5, 1.0]), np.array([0.04, 0.1, 0.0]), np.full(3, 70), np.array([20, 5, 20])
    share = (norm.ppf(0.95) / t.ppf(0.95, df)) ** 2
    assert effective_size(value, se, n, df, 0.9) == pytest.approx(np.array([100, 25, 70]) * share)


def test_the_size_is_smaller_where_the_variance_is_less_sure() -> None:
    value, se, n = np.full(3, 0.8), np.full(3, 0.04), np.full(3, 200)
    sizes = effective_size(value, se, n, np.array([5, 50, 500]), 0.95)
    assert 0 < sizes[0] < sizes[1] < sizes[2] < 100
    assert np.isnan(effective_size(value, np.full(3, np.nan), n, n, 0.95)).all()
