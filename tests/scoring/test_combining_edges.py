"""What a combined estimate hands on: the level, the floor of its scale, the reason why there is no rate."""

from dataclasses import replace

import pytest

from scoring.combining import combine, combine_groups, without_rates
from scoring.results import Estimate, GroupScore, Reason
from scoring.satisfaction import score
from tests.scoring.samples import plan, random_codes, tally_of

PARTS = ((0.6, 50), (0.75, 80), (0.9, 2))
WEIGHTS = [3.0, 1.0, 2.0]


def rate(value: float, n: int, *, floor: float = 0.0) -> Estimate:
    return Estimate(value=floor + (1 - floor) * value, n=n, effective_n=n, floor=floor)


def limits(found: Estimate) -> tuple[float, float, float]:
    assert found.interval is not None
    return found.interval.lower, found.interval.upper, found.interval.level


def units() -> tuple[GroupScore, ...]:
    return score(tally_of(*(random_codes(seed, n) for seed, n in enumerate((30, 60)))), plan("F1", "X1"), list("ab"))


def test_a_scale_that_begins_above_nothing_is_the_plain_scale_moved() -> None:
    plain = combine([rate(*part) for part in PARTS], WEIGHTS)
    moved = combine([rate(*part, floor=0.2) for part in PARTS], WEIGHTS)
    assert moved.value == pytest.approx(0.2 + 0.8 * (plain.value or 0))
    assert (moved.n, moved.floor) == (132, 0.2)
    assert moved.effective_n == pytest.approx(plain.effective_n)
    assert limits(moved)[:2] == pytest.approx([0.2 + 0.8 * limit for limit in limits(plain)[:2]])


def test_a_lone_answer_stays_on_its_scale() -> None:
    lone = Estimate(value=1.0, n=1, reason=Reason.TOO_FEW_FOR_INTERVAL, floor=0.2)
    assert combine([lone], [1]) == lone


def test_an_interval_has_the_level_that_is_asked_for() -> None:
    at = {level: limits(combine([rate(*part) for part in PARTS], WEIGHTS, level=level)) for level in (0.8, 0.95, 0.99)}
    assert [level for *_, level in at.values()] == list(at)
    assert at[0.99][0] < at[0.95][0] < at[0.8][0] < at[0.8][1] < at[0.95][1] < at[0.99][1]


def test_the_student_quantile_is_of_the_same_level() -> None:
    """Two answers in one part: few degrees of freedom, where the quantile of another level is far off."""
    few = combine([rate(0.5, 2)], [1], level=0.5)
    # n_eff = 2 * 1/2, share = (z / t_1)^2 = (0.6745 / 1)^2, Wilson at z^2 / n = 1
    assert limits(few)[:2] == pytest.approx((0.5 - 0.5 * 0.5**0.5, 0.5 + 0.5 * 0.5**0.5))


# Weights whose shares add up to a hair more, and to a hair less, than 1.
@pytest.mark.parametrize(("value", "weights"), [(1.0, [3, 2, 2, 3, 3]), (0.2, [7, 6, 5])])
def test_rounding_does_not_leave_the_scale(value: float, weights: list[float]) -> None:
    part = Estimate(value=value, n=40, effective_n=40, floor=0.2)
    assert combine([part] * len(weights), weights).value == value


def test_every_rate_of_a_group_is_combined_at_the_level() -> None:
    parts = units()
    found = combine_groups(parts[0], parts, [1, 2], level=0.8)
    assert found.overall == combine([part.overall for part in parts], [1, 2], level=0.8)
    assert found.index == combine([part.index for part in parts], [1, 2], level=0.8)
    assert found.factors[1].estimate == combine([part.factors[1].estimate for part in parts], [1, 2], level=0.8)
    assert found.items[-1].estimate == combine([part.items[-1].estimate for part in parts], [1, 2], level=0.8)


def test_parts_of_different_questionnaires_are_refused() -> None:
    one, other = units()
    with pytest.raises(ValueError, match="shorter"):
        combine_groups(one, [one, replace(other, items=other.items[:-1])], [1, 1])


def test_a_group_without_rates_keeps_its_counts_and_says_why() -> None:
    whole = units()[0]
    found = without_rates(whole, Reason.NO_WEIGHTS)
    rates = [found.index, found.overall, *(f.estimate for f in found.factors), *(i.estimate for i in found.items)]
    assert {(e.value, e.effective_n, e.interval, e.reason) for e in rates} == {(None, None, None, Reason.NO_WEIGHTS)}
    assert [e.n for e in rates[:2]] == [whole.index.n, whole.overall.n]
    assert [item.distribution for item in found.items] == [item.distribution for item in whole.items]
    assert (found.received, found.counted) == (whole.received, whole.counted)


def test_two_answers_in_a_part_show_their_own_spread() -> None:
    """Only a single answer borrows that of the combined rate."""
    found = combine([rate(0.5, 2), rate(0.9, 100)], [1, 9])
    assert found.variance == pytest.approx(0.01 * 0.25 / 1 + 0.81 * 0.09 / 99)


def test_a_variance_that_was_not_estimated_has_no_degrees_of_freedom() -> None:
    assert combine([rate(1.0, 30), rate(1.0, 10)], [1, 1]).df is None
    assert combine([rate(0.9, 30), rate(1.0, 10)], [1, 1]).df is not None
