import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.changes import METHOD, Change, Direction, difference, taken_apart
from scoring.intervals import wilson
from scoring.results import Estimate, Interval, Reason
from tests.scoring.references import Case, cases, close

NOBODY = Estimate(value=None, n=0, reason=Reason.NO_ANSWERS)
TWO_SAMPLES = [found for found in cases("tests") if found["params"].get("kind") == "two_sample"]


def rate(x: float, n: int, level: float = 0.95) -> Estimate:
    lower, upper = (float(limit) for limit in wilson(x / n, n, level))
    return Estimate(
        value=x / n, n=n, effective_n=n, interval=Interval(lower=lower, upper=upper, level=level, method="wilson")
    )


def found(one: Estimate, other: Estimate) -> Change:
    change = difference(one, other)
    assert change is not None
    return change


@pytest.mark.parametrize("case", TWO_SAMPLES, ids=lambda found: found["id"])
def test_of_two_wilson_intervals_it_is_newcombes(case: Case) -> None:
    x1, n1, x2, n2 = (case["inputs"][name] for name in ("x1", "n1", "x2", "n2"))
    for level, wanted in case["expected"]["ci"].items():
        one, other = rate(x1, n1, float(level)), rate(x2, n2, float(level))
        change = found(one, other)
        assert change.interval is not None
        assert [change.interval.lower, change.interval.upper] == close(case, wanted["newcombe"])


@given(st.integers(0, 40), st.integers(1, 40), st.integers(0, 40), st.integers(1, 40))
def test_the_interval_holds_the_difference_and_turns_with_it(a: int, n: int, b: int, m: int) -> None:
    one, other = rate(min(a, n), n), rate(min(b, m), m)
    there, back = found(one, other), found(other, one)
    assert there.interval is not None
    assert back.interval is not None
    assert -1 <= there.interval.lower <= there.value + 1e-12
    assert there.value - 1e-12 <= there.interval.upper <= 1
    assert back.interval.lower == pytest.approx(-there.interval.upper)


@pytest.mark.parametrize(
    ("one", "other", "direction"),
    [
        ((95, 100), (70, 100), Direction.HIGHER),
        ((70, 100), (95, 100), Direction.LOWER),
        ((90, 100), (88, 100), Direction.CANNOT_TELL),
    ],
)
def test_a_direction_is_named_when_the_interval_leaves_out_no_difference(
    one: tuple[int, int], other: tuple[int, int], direction: Direction
) -> None:
    assert found(rate(*one), rate(*other)).direction is direction


def test_without_values_no_difference_and_without_intervals_no_direction() -> None:
    assert difference(NOBODY, rate(9, 10)) is None
    assert difference(rate(9, 10), NOBODY) is None
    lone = Estimate(value=1.0, n=1, reason=Reason.TOO_FEW_FOR_INTERVAL)
    assert difference(lone, rate(5, 10)) == Change(value=0.5, interval=None, direction=Direction.CANNOT_TELL)
    assert difference(rate(5, 10), lone) == Change(value=-0.5, interval=None, direction=Direction.CANNOT_TELL)


# --- the mix


def test_the_two_parts_add_up_to_the_change() -> None:
    later, earlier = [rate(270, 300), rate(80, 100)], [rate(95, 100), rate(240, 300)]
    change = taken_apart(later, earlier)
    assert change is not None
    assert change.within.value + change.mix == pytest.approx(350 / 400 - 335 / 400)
    assert change.within.value == pytest.approx(0.5 * (0.9 - 0.95) + 0.5 * (0.8 - 0.8))


def test_more_answers_by_the_kinder_channel_are_no_better_service() -> None:
    later, earlier = [rate(285, 300), rate(80, 100)], [rate(95, 100), rate(240, 300)]
    change = taken_apart(later, earlier)
    assert change is not None
    assert (change.within.value, change.direction) == (pytest.approx(0), Direction.ONLY_MIX)
    assert change.mix == pytest.approx(365 / 400 - 335 / 400)


def test_a_change_within_the_channels_is_one() -> None:
    change = taken_apart([rate(190, 200), rate(180, 200)], [rate(150, 200), rate(140, 200)])
    assert change is not None
    assert (change.mix, change.direction) == (pytest.approx(0), Direction.HIGHER)
    assert change.within.interval is not None
    one, other = difference(rate(190, 200), rate(150, 200)), difference(rate(180, 200), rate(140, 200))
    assert one is not None
    assert other is not None
    assert one.interval is not None
    assert other.interval is not None
    below = math.hypot(0.5 * (one.value - one.interval.lower), 0.5 * (other.value - other.interval.lower))
    assert change.within.interval.lower == pytest.approx(change.within.value - below)


def test_a_channel_of_neither_period_is_no_matter_and_one_of_a_single_period_is() -> None:
    both = taken_apart([rate(90, 100), NOBODY], [rate(80, 100), NOBODY])
    assert both is not None
    assert (both.mix, both.within.value) == (pytest.approx(0), pytest.approx(0.1))
    assert taken_apart([rate(90, 100), rate(9, 10)], [rate(80, 100), NOBODY]) is None
    assert taken_apart([], []) is None
    # A single answer is a channel of both periods, and has no interval.
    lone = Estimate(value=1.0, n=1, reason=Reason.TOO_FEW_FOR_INTERVAL)
    assert taken_apart([rate(90, 100), lone], [rate(80, 100), rate(8, 10)]) is None


def test_channels_of_other_questionnaires_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        taken_apart([rate(90, 100), rate(9, 10)], [rate(80, 100)])


def test_a_change_that_is_sure_is_not_only_mix_however_much_the_mix_moved() -> None:
    change = taken_apart([rate(990, 1000), rate(50, 100)], [rate(94, 100), rate(400, 1000)])
    assert change is not None
    assert abs(change.mix) > abs(change.within.value)
    assert change.direction is change.within.direction is Direction.HIGHER


def test_a_change_that_is_open_and_larger_than_that_of_the_mix_is_open() -> None:
    change = taken_apart([rate(46, 50), rate(41, 50)], [rate(44, 49), rate(40, 51)])
    assert change is not None
    assert 0 < abs(change.mix) < abs(change.within.value)
    assert change.direction is Direction.CANNOT_TELL


def test_where_nothing_changed_the_mix_changed_nothing() -> None:
    same = [rate(45, 50), rate(40, 50)]
    change = taken_apart(same, same)
    assert change is not None
    assert (change.mix, change.within.value, change.direction) == (0, 0, Direction.CANNOT_TELL)


def test_an_interval_that_touches_no_difference_names_no_direction() -> None:
    census = [
        Estimate(value=p, n=10, interval=Interval(lower=p - 0.25, upper=p + 0.25, level=0.95, method="wilson"))
        for p in (0.5, 0.5)
    ]
    touching = replace(census[0], value=0.75, interval=Interval(lower=0.75, upper=0.75, level=0.95, method="wilson"))
    assert found(touching, census[1]).interval == Interval(lower=0, upper=0.5, level=0.95, method=METHOD)
    assert found(touching, census[1]).direction is Direction.CANNOT_TELL
    assert found(census[1], touching).direction is Direction.CANNOT_TELL
