import dataclasses

import pytest

from scoring.results import Distribution
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
