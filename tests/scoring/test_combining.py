import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.combining import combine, combine_groups
from scoring.intervals import student_share, wilson
from scoring.measures import MEASURES
from scoring.results import Estimate, Reason
from scoring.satisfaction import score
from tests.scoring.references import answers, case, close
from tests.scoring.samples import plan, random_codes, tally_of

NOBODY = Estimate(value=None, n=0, reason=Reason.NO_ANSWERS)


def rate(value: float, n: int, worth: float | None = None) -> Estimate:
    return Estimate(value=value, n=n, effective_n=n if worth is None else worth)


def test_a_stratified_mean_by_hand() -> None:
    found = combine([rate(0.8, 50), rate(0.9, 200)], [300, 100])
    variance = 0.75**2 * 0.8 * 0.2 / 49 + 0.25**2 * 0.9 * 0.1 / 199
    df = variance**2 / ((0.75**2 * 0.16 / 49) ** 2 / 49 + (0.25**2 * 0.09 / 199) ** 2 / 199)
    assert found.value == pytest.approx(0.825)
    assert found.variance == pytest.approx(variance)
    assert found.n == 250
    assert found.interval is not None
    limits = wilson(0.825, 0.825 * 0.175 / variance * student_share(df))
    assert (found.interval.lower, found.interval.upper) == pytest.approx(tuple(float(x) for x in limits))


def test_a_stratified_sample_is_that_of_r() -> None:
    wanted = case("stratified", "strat-06")  # weights N_h / n_h, finite populations, everybody answered
    columns = answers(wanted["inputs"]["file"], ("n_pop", "overall"), np.int64)
    sizes = np.unique(columns[:, 0])
    parts = []
    for size in sizes:
        satisfied = columns[columns[:, 0] == size, 1] >= wanted["params"]["satisfied_from"]
        n = len(satisfied)
        parts.append(rate(float(satisfied.mean()), n, math.inf if n == size else n / (1 - n / size)))
    found = combine(parts, [float(size) for size in sizes])
    assert found.value == close(wanted, wanted["expected"]["estimate"])
    assert found.variance is not None
    assert math.sqrt(found.variance) == close(wanted, wanted["expected"]["se"])


def test_parts_without_answers_or_weight_are_left_out() -> None:
    alone = combine([rate(0.8, 50)], [1])
    assert combine([rate(0.8, 50), NOBODY, rate(0.1, 900)], [2, 5, 0]) == alone


def test_nothing_and_next_to_nothing() -> None:
    assert combine([], []) == NOBODY
    assert combine([NOBODY, NOBODY], [1, 1]) == NOBODY
    assert combine([replace(NOBODY, floor=0.2)], [1]).floor == 0.2
    lone = Estimate(value=1.0, n=1, reason=Reason.TOO_FEW_FOR_INTERVAL)
    assert combine([lone, NOBODY], [1, 1]) == lone


def test_a_part_of_one_answer_adds_doubt_not_certainty() -> None:
    lone = Estimate(value=1.0, n=1, reason=Reason.TOO_FEW_FOR_INTERVAL)
    found = combine([rate(0.8, 100), lone], [9, 1])
    assert found.variance == pytest.approx(0.81 * 0.16 / 99 + 0.01 * 0.82 * 0.18)


def test_all_satisfied_everywhere_still_leaves_doubt() -> None:
    found = combine([rate(1.0, 30), rate(1.0, 10)], [1, 1])
    worth = 1 / (0.25 / 29 + 0.25 / 9)
    assert found.effective_n == pytest.approx(worth)
    assert found.interval is not None
    assert found.interval.lower == pytest.approx(float(wilson(1.0, worth)[0]))


def test_an_estimated_variance_is_taken_as_it_is_and_one_answer_has_none() -> None:
    known = Estimate(value=0.8, n=50, effective_n=40.0, df=9.0)
    assert combine([known], [1]).variance == pytest.approx(0.16 / 40)
    assert combine([known], [1]).df == pytest.approx(9)
    one = Estimate(value=1.0, n=1, effective_n=1.0)  # a single answer to one question has a Wilson interval
    assert combine([rate(0.8, 100), one], [9, 1]).variance == pytest.approx(0.81 * 0.16 / 99 + 0.01 * 0.82 * 0.18)


def test_censuses_of_all_parts_leave_no_doubt() -> None:
    found = combine([rate(0.8, 30, math.inf), rate(1.0, 10, math.inf)], [1, 1])
    assert found.effective_n == math.inf
    assert found.interval is not None
    assert found.interval.lower == found.interval.upper == found.value == 0.9


@pytest.mark.parametrize("weights", [[1], [1, -1]])
def test_weights_that_make_no_sense_are_refused(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="one weight, not negative"):
        combine([rate(0.8, 50), rate(0.9, 50)], weights)


def test_a_mean_of_ones_is_one_whatever_the_weights() -> None:
    for weight in (8.873632786646047, 2.0926007967183717, 1.0):
        found = combine([rate(1.0, 3), rate(1.0, 22)], [1.7, weight])
        assert found.value == 1
        assert found.interval is not None
        assert found.interval.upper == 1


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(1, 40), st.floats(0.1, 10)), min_size=1, max_size=6),
    st.floats(0.1, 100),
)
def test_the_interval_holds_the_estimate_and_the_unit_of_the_weights_is_free(
    drawn: list[tuple[int, int, float]], unit: float
) -> None:
    parts = [rate(min(x, n) / n, n) for x, n, _ in drawn]
    weights = [w for _, _, w in drawn]
    found = combine(parts, weights)
    scaled = combine(parts, [w * unit for w in weights])
    assert scaled.value == pytest.approx(found.value, abs=1e-9)
    assert (found.interval is None) == (sum(part.n for part in parts) < 2)
    if found.interval is not None and scaled.interval is not None:
        assert 0 <= found.interval.lower <= (found.value or 0) + 1e-12
        assert (found.value or 0) - 1e-12 <= found.interval.upper <= 1
        assert scaled.interval.lower == pytest.approx(found.interval.lower, abs=1e-9)


@pytest.mark.parametrize("measure", MEASURES)
def test_a_province_is_the_mean_of_its_units(measure: str) -> None:
    groups = [random_codes(seed, n) for seed, n in enumerate((30, 60, 90))]
    of_all = plan("F1", "X1", measure)
    units = score(tally_of(*groups), of_all, list("abc"))
    [pooled] = score(tally_of(np.concatenate(groups)), of_all, ["all"])
    found = combine_groups(pooled, units, [1, 1, 1])
    assert found.index.value == pytest.approx(np.mean([unit.index.value for unit in units]))
    assert found.factors[1].estimate.value == pytest.approx(np.mean([u.factors[1].estimate.value for u in units]))
    assert found.items[2].estimate.value == pytest.approx(np.mean([unit.items[2].estimate.value for unit in units]))
    assert found.overall.floor == pooled.overall.floor
    assert (found.received, found.items[0].distribution) == (pooled.received, pooled.items[0].distribution)


# (policy, service, published overall), percent, national
@pytest.mark.parametrize(("policy", "service", "overall"), [(83.84, 84.09, 83.94), (82.49, 82.97, 82.66)])
def test_one_weight_of_two_domains_fits_two_years_and_a_plain_mean_neither(
    policy: float, service: float, overall: float
) -> None:
    domains = [rate(policy / 100, 20_000), rate(service / 100, 20_000)]
    weighted, plain = combine(domains, [0.63, 0.37]).value or 0, combine(domains, [1, 1]).value or 0
    assert 100 * weighted == pytest.approx(overall, abs=0.01)
    assert abs(100 * plain - overall) > 0.02
