import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scoring.intervals import effective_n_finite, student_share, wilson
from scoring.results import COMPOSITE, Estimate, Interval, Outcome, Reason
from scoring.verdict import OPERATORS, OUTCOMES, further, judge, more_answers, outcomes

REACHED, MISSED, OPEN = Outcome.REACHED, Outcome.NOT_REACHED, Outcome.CANNOT_TELL


def between(lower: float, upper: float) -> Estimate:
    interval = Interval(lower=lower, upper=upper, level=0.95, method="wilson")
    return Estimate(value=(lower + upper) / 2, n=100, effective_n=100.0, interval=interval)


def rate(
    p: float, n: int, *, sample: int | None = None, population: int | None = None, level: float = 0.95
) -> Estimate:
    """The Wilson estimate of a rate, as scoring makes it."""
    worth = float(effective_n_finite(n, n if sample is None else sample, population or math.nan))
    lower, upper = wilson(p, worth, level)
    interval = Interval(lower=float(lower), upper=float(upper), level=level, method="wilson")
    return Estimate(value=p, n=n, effective_n=worth, interval=interval)


@pytest.mark.parametrize(
    ("operator", "lower", "upper", "outcome"),
    [
        # đạt tối thiểu: exactly at the target passes
        (">=", 0.91, 0.95, REACHED),
        (">=", 0.90, 0.95, REACHED),
        (">=", 0.90, 0.90, REACHED),
        (">=", 0.89, 0.95, OPEN),
        (">=", 0.80, 0.90, OPEN),
        (">=", 0.80, 0.89, MISSED),
        # trên: exactly at the target fails
        (">", 0.91, 0.95, REACHED),
        (">", 0.90, 0.95, OPEN),
        (">", 0.90, 0.90, MISSED),
        (">", 0.80, 0.90, MISSED),
        (">", 0.80, 0.91, OPEN),
        # tối đa
        ("<=", 0.80, 0.89, REACHED),
        ("<=", 0.80, 0.90, REACHED),
        ("<=", 0.90, 0.90, REACHED),
        ("<=", 0.90, 0.95, OPEN),
        ("<=", 0.80, 0.91, OPEN),
        ("<=", 0.91, 0.95, MISSED),
        # dưới
        ("<", 0.80, 0.89, REACHED),
        ("<", 0.80, 0.90, OPEN),
        ("<", 0.90, 0.90, MISSED),
        ("<", 0.90, 0.95, MISSED),
        ("<", 0.89, 0.95, OPEN),
    ],
)
def test_the_whole_interval_decides(operator: str, lower: float, upper: float, outcome: Outcome) -> None:
    verdict = judge(between(lower, upper), target=0.9, operator=operator)
    assert (verdict.outcome, verdict.target, verdict.operator) == (outcome, 0.9, operator)
    assert (verdict.more_answers is not None) == (outcome is OPEN and operator in (">=", ">"))


def test_without_a_value_there_is_nothing_to_judge() -> None:
    for reason in (Reason.NO_ANSWERS, Reason.WITHHELD, Reason.NOT_ASKED):
        assert judge(Estimate(value=None, n=0, reason=reason), target=0.9).outcome is Outcome.NO_DATA


def test_without_an_interval_nothing_is_decided() -> None:
    verdict = judge(Estimate(value=1.0, n=1, reason=Reason.TOO_FEW_FOR_INTERVAL), target=0.9)
    assert (verdict.outcome, verdict.more_answers) == (OPEN, None)


@pytest.mark.parametrize("operator", ["=", "≥", "", "=>"])
def test_an_unknown_operator_is_refused(operator: str) -> None:
    with pytest.raises(ValueError, match="operator"):
        judge(between(0.8, 0.9), target=0.9, operator=operator)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.01, 0.99), st.sampled_from(OPERATORS))
def test_at_least_and_below_never_both_hold(one: float, other: float, target: float, operator: str) -> None:
    estimate = between(*sorted((one, other)))
    opposite = {">=": "<", ">": "<=", "<=": ">", "<": ">="}[operator]
    swapped = {REACHED: MISSED, MISSED: REACHED, OPEN: OPEN}
    assert (
        judge(estimate, target=target, operator=opposite).outcome
        is swapped[judge(estimate, target=target, operator=operator).outcome]
    )


# --- how many more answers


targets = st.sampled_from([0.8, 0.85, 0.9, 0.95])
levels = st.sampled_from([0.9, 0.95, 0.99])


@given(st.data(), st.integers(1, 2000), targets, levels)
def test_that_many_more_answers_settle_it_and_fewer_do_not(
    data: st.DataObject, n: int, target: float, level: float
) -> None:
    p = data.draw(st.integers(0, n)) / n
    assume(abs(p - target) > 1e-9)
    verdict = judge(rate(p, n, level=level), target=target)
    if verdict.outcome is not OPEN:
        assert verdict.more_answers is None
        return
    more = verdict.more_answers
    assert more is not None
    assert judge(rate(p, n + more, level=level), target=target).outcome is (REACHED if p > target else MISSED)
    assert judge(rate(p, n + more - 1, level=level), target=target).outcome is OPEN


@given(st.data(), st.integers(2, 3000), targets, levels)
def test_the_dossiers_bound_how_many_are_needed(
    data: st.DataObject, population: int, target: float, level: float
) -> None:
    drawn = data.draw(st.integers(1, population - 1))
    n = data.draw(st.integers(max(1, drawn // 2), drawn))  # some left the question blank
    p = data.draw(st.integers(0, n)) / n
    assume(abs(p - target) > 1e-9)
    verdict = judge(
        rate(p, n, sample=drawn, population=population, level=level), target=target, population=population, sample=drawn
    )
    if verdict.outcome is not OPEN:
        return
    more = verdict.more_answers
    assert more is not None
    assert 1 <= more <= population - drawn

    def after(further: int) -> Outcome:
        """The verdict when the share who leave it blank stays as it is."""
        worth = float(effective_n_finite(n / drawn * (drawn + further), drawn + further, population))
        lower, upper = (float(limit) for limit in wilson(p, worth, level))
        return judge(between(lower, upper), target=target).outcome

    assert after(more) is (REACHED if p > target else MISSED)
    assert after(more - 1) is OPEN or more == 1


def test_a_design_that_is_worth_less_needs_more() -> None:
    plain = rate(0.92, 400)
    clumsy = replace(plain, effective_n=200.0)
    few, many = more_answers(plain, target=0.9), more_answers(clumsy, target=0.9)
    assert few is not None
    assert many is not None
    assert many + 400 == pytest.approx(2 * (few + 400), abs=1)


@pytest.mark.parametrize(
    ("estimate", "target"),
    [
        (rate(0.9, 100), 0.9),  # the rate is the target: no number of answers tells them apart
        (rate(0.9, 100), 0.0),
        (rate(0.9, 100), 1.0),
        (rate(0.9, 100, population=100), 0.95),  # a census
        (replace(rate(0.9, 100), effective_n=0.0), 0.95),
        (replace(rate(0.9, 100), effective_n=None), 0.95),
        (Estimate(value=1.0, n=1, reason=Reason.TOO_FEW_FOR_INTERVAL), 0.9),
        (Estimate(value=None, n=0, reason=Reason.NO_ANSWERS), 0.9),
    ],
)
def test_where_no_number_helps_there_is_none(estimate: Estimate, target: float) -> None:
    assert more_answers(estimate, target=target) is None


def test_a_population_smaller_than_the_sample_is_not_trusted() -> None:
    estimate = rate(0.92, 400)
    assert more_answers(estimate, target=0.9, population=399) == more_answers(estimate, target=0.9)


@given(
    p=st.floats(0.7, 0.99),
    n=st.integers(2, 400),
    worth=st.floats(0.5, 4),
    target=st.sampled_from([0.85, 0.9, 0.95]),
)
def test_more_answers_settle_an_index_too(p: float, n: int, worth: float, target: float) -> None:
    """The interval of an index uses the Student quantile, which falls as answers come in."""

    def after(size: int) -> Outcome:
        lower, upper = (float(x) for x in wilson(p, size * worth * student_share(size - 1)))
        return judge(between(lower, upper), target=target).outcome

    lower, upper = (float(x) for x in wilson(p, n * worth * student_share(n - 1)))
    interval = Interval(lower=lower, upper=upper, level=0.95, method=COMPOSITE)
    estimate = Estimate(value=p, n=n, effective_n=n * worth, interval=interval)
    verdict = judge(estimate, target=target)
    if verdict.outcome is OPEN and verdict.more_answers is not None and verdict.more_answers < 10**9:
        assert after(n + verdict.more_answers) is not OPEN
        assert after(n + verdict.more_answers - 1) is OPEN or verdict.more_answers == 1


def test_on_a_scale_that_begins_above_nothing_the_same_answers_are_needed() -> None:
    steps = rate(0.8, 100)
    assert steps.interval is not None
    moved = replace(steps.interval, lower=0.2 + 0.8 * steps.interval.lower, upper=0.2 + 0.8 * steps.interval.upper)
    levels = replace(steps, value=0.84, floor=0.2, interval=moved)
    assert more_answers(levels, target=0.88) == more_answers(steps, target=0.85)
    assert more_answers(steps, target=0.85) is not None
    assert more_answers(levels, target=0.2) is None


# --- many at once


@given(st.data(), targets, levels, st.booleans())
def test_many_at_once_are_each_alone(data: st.DataObject, target: float, level: float, estimated: bool) -> None:
    one = st.tuples(st.floats(0, 1), st.floats(0.5, 3), st.integers(2, 500), st.none() | st.integers(0, 2000))
    cells = data.draw(st.lists(one, min_size=1, max_size=6))
    interval = Interval(lower=0.0, upper=1.0, level=level, method=COMPOSITE if estimated else "wilson")
    alone = [
        more_answers(Estimate(value=p, n=n, effective_n=n * each, interval=interval), target=target, population=size)
        for p, each, n, size in cells
    ]
    rates, each, n, sizes = (np.array(column, float) for column in zip(*cells, strict=True))
    df = n - 1 if estimated else math.inf
    found = further(rates, n * each, target=target, drawn=n, population=sizes, level=level, df=df)
    assert [None if np.isnan(more) else int(more) for more in found] == alone


def test_each_may_have_its_own_target() -> None:
    found = outcomes([0.92, 0.92, np.nan, 1], [0.9, 0.9, np.nan, np.nan], [0.94, 0.94, np.nan, np.nan],
                     target=[0.85, 0.95, 0.9, 0.9])  # fmt: skip
    assert found.dtype == np.int8
    assert [OUTCOMES[code] for code in found] == [REACHED, MISSED, Outcome.NO_DATA, OPEN]


def composite(p: float, n: int, worth: float, df: float | None) -> Estimate:
    limits = wilson(p, worth * student_share(n - 1 if df is None else df))
    lower, upper = (float(limit) for limit in limits)
    interval = Interval(lower=lower, upper=upper, level=0.95, method=COMPOSITE)
    return Estimate(value=p, n=n, effective_n=worth, df=df, interval=interval)


def test_two_answers_need_no_crowd() -> None:
    """The quantile falls so steeply there that putting sizes and quantiles in turn never settles."""
    # 0.9 * 0.1 / 0.4^2 * 1.96^2 = 2.16; 4 * share(3) = 1.52 is less, 5 * share(4) = 2.49 is not.
    assert more_answers(composite(0.5, 2, 2.0, None), target=0.9) == 3


def test_clusters_grow_with_the_submissions() -> None:
    """400 submissions in 8 clusters: as many more of each come in as of the other."""
    estimate = composite(0.92, 400, 300.0, 7.0)
    more = more_answers(estimate, target=0.9)
    plain = more_answers(replace(estimate, df=math.inf), target=0.9)
    assert more is not None
    assert plain is not None
    assert more > plain

    def after(size: int) -> Outcome:
        return judge(composite(0.92, size, 0.75 * size, size / 50 - 1), target=0.9).outcome

    assert (after(400 + more), after(400 + more - 1)) == (REACHED, OPEN)


def test_where_no_submission_is_at_hand_there_is_no_number() -> None:
    assert more_answers(rate(0.92, 400), target=0.9, sample=0) is None
