import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.measures import MEASURES, marks
from tests.scoring.samples import LAYOUT, Codes, respondents, tally_of, worth


@given(respondents(), st.sampled_from(["M1", "M3"]))
def test_marks_are_those_of_the_respondents(codes: Codes, measure: str) -> None:
    found = marks(tally_of(codes), measure)
    levels = codes[:, LAYOUT.rated]
    answered = ((levels >= 1) & (levels <= 5)).astype(float)
    given_marks = worth(levels, measure)
    assert found.answered[0].tolist() == answered.sum(axis=0).tolist()
    assert found.both[0] == pytest.approx(answered.T @ answered)
    assert found.one[0] == pytest.approx(given_marks.T @ answered)
    assert found.two[0] == pytest.approx(given_marks.T @ given_marks)
    asked = answered.sum(axis=0) > 0
    assert found.rate[0][asked] == pytest.approx(given_marks.sum(axis=0)[asked] / answered.sum(axis=0)[asked])
    assert np.isnan(found.rate[0][~asked]).all()


@pytest.mark.parametrize("measure", MEASURES)
def test_every_measure_is_one_when_all_are_very_satisfied(measure: str) -> None:
    found = marks(tally_of(np.full((4, LAYOUT.closed), 5, np.uint8)), measure)
    assert found.rate.tolist() == [[1.0] * 8]


def test_an_unknown_measure_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown measure 'M4'"):
        marks(tally_of(), "M4")
