import math

import numpy as np
import pytest
from hypothesis import given

from scoring.sampling.design import survey_design
from scoring.sampling.linearisation import REASONS, Missing, columns, count, divide, residual, standard_error
from scoring.sampling.partition import partition
from tests.scoring.sampling.samplings import Sampling, samplings


def test_columns_are_read_with_those_who_answered() -> None:
    cells = partition(survey_design([1, 1, 1]))
    read = list(columns(cells, [[1, math.nan], [0, 2], [1, 3]], [[True, True], [False, True], [True, True]]))
    assert [(y.tolist(), known.tolist()) for y, known in read] == [
        ([1, 0, 1], [True, False, True]),
        ([0, 2, 3], [False, True, True]),
    ]
    ((marked, known),) = columns(cells, np.array([True, True, False]), [True, False, True])
    assert (marked.tolist(), known.tolist()) == ([True, False, False], [True, False, True])


@pytest.mark.parametrize("values", [[1, 0], [[[1]], [[0]], [[1]]], [1, math.inf, 0], [-math.inf, 1, 1]])
def test_columns_that_do_not_fit_are_refused(values: list[float]) -> None:
    with pytest.raises(ValueError, match="values must"):
        list(columns(partition(survey_design([1, 1, 1])), values))


def test_marks_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="shape of values"):
        list(columns(partition(survey_design([1, 1])), [1, 0], [True]))


@given(samplings())
def test_counts_are_recounts(sampling: Sampling) -> None:
    known = ~np.isnan(sampling.y)
    found = count(partition(sampling.design(), sampling.label, domains=3), known)
    for domain in range(3):
        answered = known & (sampling.label == domain)
        heavy = answered & (sampling.weight > 0)
        psus = set(zip(sampling.stratum[heavy], sampling.psu[heavy], strict=True))
        strata = {stratum for stratum, _ in psus}
        assert (found.answered[domain], found.n[domain]) == (answered.sum(), heavy.sum())
        assert (found.psus[domain], found.strata[domain]) == (len(psus), len(strata))
        assert found.df[domain] == len(psus) - len(strata)


def test_a_residual_is_0_outside_all_domains_and_where_there_is_no_ratio() -> None:
    z = residual(np.array([0, 0, 1, 2]), np.ones(4), np.full(4, 2.0), np.array([0.25, math.nan]), np.array([8.0, 0.0]))
    assert z.tolist() == [0.0625, 0.0625, 0.0, 0.0]


def test_the_first_reason_is_told() -> None:
    design = survey_design(np.ones(4), stratum=["A", "A", "A", "B"], psu=[1, 1, 2, 3])
    cells = partition(design, [0, 1, 1, 2], domains=4)
    units = np.zeros(len(cells.unit_domain))
    se, reason = standard_error(cells, units, count(cells, np.ones(4, bool)), np.array([1, 1, 1, math.nan]))
    assert [REASONS[code] for code in reason] == [
        Missing.NO_DEGREES_OF_FREEDOM,
        None,
        Missing.LONELY_PSU,
        Missing.NO_ANSWERS,
    ]
    assert np.isnan(se).tolist() == [True, False, True, True]


def test_nothing_is_divided_by_0() -> None:
    assert np.array_equal(divide(np.array([1, 0, 6]), np.array([0, 0, 3.0])), [np.nan, np.nan, 2], equal_nan=True)
