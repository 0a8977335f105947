import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.typing import NDArray

from scoring.sampling.design import survey_design
from scoring.sampling.linearised import linearised
from scoring.sampling.partition import covariance, partition, variance
from tests.scoring.references import Case, cases
from tests.scoring.sampling.designs import data, design_of, same, satisfied, title
from tests.scoring.sampling.samplings import Sampling, samplings


def written_out(sampling: Sampling, z: NDArray[np.float64], domain: NDArray[np.bool_]) -> float:
    """The variance of sums of z over a domain as the textbook has it, stratum by stratum, PSU by PSU."""
    parts = []
    for h in np.unique(sampling.stratum):
        inside = sampling.stratum == h
        psus = np.unique(sampling.psu[inside])
        totals = [z[inside & (sampling.psu == i)].sum() for i in psus]
        share = 1 - len(psus) / 9 if sampling.stages else 1.0
        parts.append((bool((inside & domain).any()), one_stage(totals, share, sampling.lonely)))
    below = []
    for h, i in itertools.product(range(3), range(5)):
        inside = (sampling.stratum == h) & (sampling.psu == i)
        if sampling.stages == 2 and inside.any():
            ssus = np.unique(sampling.ssu[inside])
            totals = [z[inside & (sampling.ssu == k)].sum() for k in ssus]
            above = len(np.unique(sampling.psu[sampling.stratum == h])) / 9
            got = one_stage(totals, 1 - len(ssus) / 20, sampling.lonely)
            below.append((bool((inside & domain).any()), None if got is None else above * got))
    return together(parts, sampling.lonely) + together(below, sampling.lonely)


def one_stage(totals: list[float], share: float, lonely: str) -> float | None:
    n = len(totals)
    if n > 1:
        return share * n * float(np.var(totals, ddof=1))
    return {"certainty": 0.0, "remove": 0.0, "adjust": share * totals[0] ** 2}.get(lonely)


def together(parts: list[tuple[bool, float | None]], lonely: str) -> float:
    met = [value for touched, value in parts if touched]
    known = [value for value in met if value is not None]
    if len(known) < len(met) and (lonely == "fail" or not known):
        return math.nan
    return sum(known) * (len(met) / len(known) if known else 1)


@settings(max_examples=300)
@given(samplings())
def test_the_variance_is_that_written_out_by_hand(sampling: Sampling) -> None:
    z = sampling.weight * np.where(np.isnan(sampling.y), -0.3, sampling.y)
    z = z - z.mean()
    cells = partition(sampling.design(), sampling.label, domains=3)
    units = cells.by_unit(np.where(sampling.label < 0, 0, z))
    got = covariance(cells, units[np.newaxis], np.ones(len(units), bool))[:, 0, 0]
    wanted = []
    for domain in range(3):
        inside = sampling.label == domain
        wanted.append(written_out(sampling, np.where(inside, z, 0), inside))
        alone = variance(sampling.design(), np.where(inside, z, 0), within=inside)
        np.testing.assert_allclose(alone, wanted[-1], atol=1e-9)
    np.testing.assert_allclose(got, wanted, atol=1e-9)


@pytest.mark.parametrize("case", [c for c in cases("tests") if c["params"]["kind"] == "rate_differences"], ids=title)
def test_the_covariance_between_domains_is_that_of_r(case: Case) -> None:
    columns, expected = data(case), case["expected"]
    design, y = design_of(case, columns), satisfied(case, columns, case["params"]["answer"])
    label = np.full(design.rows, -1)
    for place, group in enumerate(expected["groups"]):
        label[columns[case["params"]["group_variable"]] == str(group)] = place
    z = linearised(partition(design, label), y)
    joint = variance(design, z[:, np.newaxis] * (label[:, np.newaxis] == np.arange(len(expected["groups"]))))
    for got, wanted in zip(joint.ravel(), np.ravel(expected["covariance"]), strict=True):
        assert same(case, got, wanted)


@given(samplings())
def test_covariances_follow_from_the_variances_of_sums(sampling: Sampling) -> None:
    design = sampling.design()
    a, b = sampling.weight, sampling.weight * np.nan_to_num(sampling.y) - 1
    joint = variance(design, np.column_stack([a, b]))
    assert joint.shape == (2, 2)
    np.testing.assert_allclose(joint[0, 1], joint[1, 0], atol=1e-12)
    np.testing.assert_allclose(variance(design, a + b), joint.sum(), atol=1e-7)
    np.testing.assert_allclose(variance(design, a), joint[0, 0], atol=1e-9)


@given(samplings())
def test_counts_and_sums_of_cells_equal_recounts(sampling: Sampling) -> None:
    cells = partition(sampling.design(), sampling.label, domains=3)
    for domain in range(3):
        inside = sampling.label == domain
        assert cells.rows[domain] == inside.sum()
        assert cells.by_label(sampling.weight)[domain] == sampling.weight[inside].sum()
        assert cells.by_domain(cells.by_unit(sampling.weight))[domain] == sampling.weight[inside].sum()
    psus, strata = cells.degrees(np.ones(len(cells.unit_domain), bool))
    pairs = [
        set(zip(sampling.stratum[sampling.label == d], sampling.psu[sampling.label == d], strict=True))
        for d in range(3)
    ]
    assert psus.tolist() == [len(met) for met in pairs]
    assert strata.tolist() == [len({h for h, _ in met}) for met in pairs]


def test_a_sample_of_everybody_is_a_census() -> None:
    stratum, psu = ["A", "A", "A", "B", "B"], [1, 1, 2, 3, 4]
    whole = {"psu_population": [2, 2, 2, 5, 5], "ssu_population": [2, 2, 1, 1, 1]}
    design = survey_design(np.ones(5), stratum=stratum, psu=psu, **whole)
    assert partition(design, [0, 0, 0, 1, 1], domains=3).census.tolist() == [True, False, False]
    assert partition(design).census.tolist() == [False]
    some = survey_design(np.ones(5), stratum=stratum, psu=psu, **{**whole, "ssu_population": [3, 3, 1, 1, 1]})
    assert partition(some, [0, 0, 1, 2, 2]).census.tolist() == [False, True, False]
    assert not partition(survey_design([1, 1])).census.any()


@pytest.mark.parametrize("lonely", ["fail", "adjust", "average"])
def test_a_psu_that_is_its_whole_stratum_is_not_lonely(lonely: str) -> None:
    stratum, psu = ["A", "A", "A", "B"], [1, 2, 3, 4]
    design = survey_design(np.ones(4), stratum=stratum, psu=psu, psu_population=[6, 6, 6, 1], lonely=lonely)
    # 3 of 6 in A: 3 * (1 - 3 / 6) * variance of 1, 2 and 6; B was drawn with certainty
    assert float(variance(design, [1, 2, 6, 9])) == pytest.approx(3 * 0.5 * 7)


def test_an_average_over_no_stratum_is_nothing_and_over_lonely_ones_unknown() -> None:
    design = survey_design(np.ones(2), psu=[1, 1], lonely="average")
    assert float(variance(design, [0, 0], within=[False, False])) == 0
    assert np.isnan(variance(design, [1, 2]))


def test_many_domains_of_many_psus_take_only_their_occupied_cells() -> None:
    design = survey_design(np.ones(1000), psu=np.arange(1000) // 2)
    cells = partition(design, np.arange(1000) // 5, domains=10**6)
    assert len(cells.unit_domain) == 600  # 2 rows a PSU, 5 a domain: every other domain splits a PSU
    assert cells.rows[:200].tolist() == [5] * 200
    assert cells.rows[200:].sum() == 0


@pytest.mark.parametrize("labels", [[0], [0.0, 1.0], [0, -2], [0, 3], [[0], [1]], [True, False]])
def test_labels_that_do_not_fit_are_refused(labels: list[int]) -> None:
    with pytest.raises(ValueError, match="labels must"):
        partition(survey_design([1, 1]), labels, domains=3)


def test_variables_that_do_not_fit_are_refused() -> None:
    design = survey_design([1, 1])
    for z, within in (([1], None), ([[[1]], [[2]]], None), ([1, 2], [True])):
        with pytest.raises(ValueError, match="z and within"):
            variance(design, z, within=within)
