import dataclasses
import math

import pytest

from scoring.results import Distribution, Estimate
from scoring.satisfaction import score
from tests.scoring.samples import plan, random_codes, tally_of


def test_valid_answers_are_those_on_the_scale() -> None:
    assert Distribution(levels=(1, 2, 3, 4, 5), not_applicable=7, blank=9).valid == 15


@pytest.mark.parametrize(("dossiers", "rate"), [(None, None), (0, None), (40, 0.5), (10, 2.0)])
def test_the_response_rate_needs_dossiers(dossiers: int | None, rate: float | None) -> None:
    [found] = score(tally_of(random_codes(1, 20)), plan(), ["x"], populations=[dossiers])
    assert found.response_rate == rate


def test_results_cannot_be_changed() -> None:
    [found] = score(tally_of(random_codes(1, 20)), plan(), ["x"])
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.index = found.overall  # type: ignore[misc]


def test_the_variance_of_a_rate_is_known_where_its_effective_size_is() -> None:
    assert Estimate(value=0.8, n=100, effective_n=64.0).variance == pytest.approx(0.8 * 0.2 / 64)
    assert Estimate(value=0.84, n=100, effective_n=64.0, floor=0.2).variance == pytest.approx(0.8**2 * 0.8 * 0.2 / 64)
    assert Estimate(value=0.8, n=1).variance is None
    assert Estimate(value=None, n=0).variance is None
    assert Estimate(value=0.8, n=30, effective_n=math.inf).variance == 0
