import math

import numpy as np
import pytest

from scoring.results import Estimate, Interval, Outcome, Reason
from scoring.sampling.design import survey_design
from scoring.sampling.intervals import METHODS, limited_size, wilson_kg, xlogit
from scoring.sampling.linearised import Rates, rates
from scoring.sampling.partition import partition
from scoring.sampling.results import estimates
from scoring.verdict import judge


def found() -> Rates:
    """A unit of 40, one of 20 who are all satisfied, one in a single commune, one without answers."""
    design = survey_design(np.ones(66), psu=np.arange(66) // 4)
    labels = np.repeat([0, 1, 2], [40, 20, 6])
    values = np.where(np.arange(66) < 40, np.arange(66) % 11 > 2, 1.0)
    return rates(partition(design, np.where(np.arange(66) >= 64, -1, labels), domains=4), values)


def test_domains_become_estimates_with_their_interval_or_reason() -> None:
    given = found()
    lower, upper = wilson_kg(given, 0.9)
    size = limited_size(given, 0.9)
    whole, uniform, single, empty = estimates(given, level=0.9)
    assert whole == Estimate(
        value=0.7,
        n=40,
        effective_n=size[0],
        interval=Interval(lower=lower[0], upper=upper[0], level=0.9, method="wilson_kg"),
    )
    assert uniform.value == 1
    assert uniform.interval is not None
    assert uniform.interval.lower < 0.9
    assert single == Estimate(value=1, n=4, reason=Reason.TOO_FEW_FOR_INTERVAL)
    assert empty == Estimate(value=None, n=0, reason=Reason.NO_ANSWERS)


def test_methods_that_do_not_limit_the_size_give_it_unlimited() -> None:
    given = found()
    whole, uniform, *_ = estimates(given, method="xlogit")
    assert whole.effective_n == pytest.approx(given.n_eff_design[0])
    assert whole.interval is not None
    assert whole.interval.lower == xlogit(given)[0][0]
    assert uniform.interval is None  # no log-odds of 1


@pytest.mark.parametrize("method", METHODS)
def test_a_census_is_certain_by_every_method(method: str) -> None:
    census = rates(partition(survey_design(np.ones(10), psu_population=10)), np.arange(10) > 0)
    (whole,) = estimates(census, method=method)
    assert whole.interval == Interval(lower=0.9, upper=0.9, level=0.95, method=method)
    assert whole.effective_n == math.inf
    assert judge(whole, target=0.9).outcome is Outcome.REACHED


def test_unknown_methods_and_levels_are_refused() -> None:
    with pytest.raises(ValueError, match="exact"):
        estimates(found(), method="exact")
    with pytest.raises(ValueError, match="level"):
        estimates(found(), level=95)
