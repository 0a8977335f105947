import math
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.par.index import Convention, Mark, mark, roll_up
from scoring.par.kinds import evaluate
from scoring.par.kinds_totals import Total
from scoring.par.rules import read_rule
from scoring.par.tree import read_tree
from scoring.par.uncertainty import (
    ANALYTIC,
    SIMULATED,
    UncertainLeaf,
    UncertainUnit,
    index_interval,
    is_linear,
    point_indices,
    points_at,
    simulate_indices,
    uncertain_leaf,
)
from scoring.results import Estimate, Interval, Reason

Z95 = 1.959963984540054
TIERS = {"kind": "tiers", "tiers": [{"gte": 0.9, "points": 2}, {"gt": 0.8, "points": 1}], "otherwise": 0.5}
RATIO = {"kind": "ratio", "floor": 0.6, "full_at": 0.85, "round": 2}


def fields(rule: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    return [
        {"id": "1", "max": 68, "children": [{"id": "1.1", "max": 60}, {"id": "1.2", "max": 8}]},
        {"id": "2", "max": 22, "method": "survey", "rule": {"kind": "survey"}},
        {"id": "3", "max": 10, "method": "sipas", "rule": rule or {"kind": "external_pct"}},
        {"id": "B", "max": 5, "role": "bonus", "cap": 2},
        {"id": "T", "max": -5, "role": "penalty"},
    ]


def unit(rule: dict[str, Any] | None = None, *, code: str = "u", points: str = "50", **changed: Any) -> UncertainUnit:
    marks = {"1.1": mark(Decimal(points)), "1.2": mark(Decimal(6)), "B": mark(Decimal(1)), "T": mark(Decimal("-0.5"))}
    estimates = (
        UncertainLeaf(code="2", share=0.82, standard_error=0.02),
        UncertainLeaf(code="3", share=0.85, standard_error=0.01),
    )
    whole: dict[str, Any] = {"marks": marks, "estimates": estimates} | changed
    return UncertainUnit(code=code, tree=read_tree(fields(rule)), **whole)


@pytest.mark.parametrize("convention", Convention)
def test_the_linear_interval_is_the_sum_of_variances(convention: Convention) -> None:
    found = index_interval(unit(convention=convention))
    error = math.hypot(22 * 0.02, 10 * 0.01)
    assert found.method == ANALYTIC
    assert found.index == pytest.approx(50 + 6 + 22 * 0.82 + 8.5 + 1 - 0.5)
    assert found.standard_error == pytest.approx(error)
    assert [found.lower, found.upper] == pytest.approx([found.index - Z95 * error, found.index + Z95 * error])


def test_the_same_people_asked_twice_add_their_errors() -> None:
    assert index_interval(unit(correlation=1.0)).standard_error == pytest.approx(22 * 0.02 + 10 * 0.01)
    half = index_interval(unit(correlation=0.5)).standard_error
    assert half**2 == pytest.approx((0.44**2 + 0.1**2) / 2 + 0.54**2 / 2)


@pytest.mark.parametrize("correlation", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("convention", Convention)
@pytest.mark.parametrize("gone", [False, True])
def test_formula_and_simulation_agree_where_both_apply(correlation: float, convention: Convention, gone: bool) -> None:
    marks = unit().marks if not gone else {**unit().marks, "1.2": mark(None)}
    case = unit(correlation=correlation, convention=convention, marks=marks)
    formula = index_interval(case)
    simulated = index_interval(case, draws=200_000, seed=7, simulate=True)
    assert (formula.method, simulated.method) == (ANALYTIC, SIMULATED)
    assert simulated.index == pytest.approx(formula.index)
    assert simulated.standard_error == pytest.approx(formula.standard_error, rel=0.01)
    assert [simulated.lower, simulated.upper] == pytest.approx([formula.lower, formula.upper], abs=0.02)


@given(st.integers(0, 100), st.integers(0, 100), st.sampled_from(Convention), st.booleans())
def test_the_point_is_that_of_the_exact_roll_up(survey: int, sipas: int, convention: Convention, gone: bool) -> None:
    estimates = (
        UncertainLeaf(code="2", share=survey / 100, standard_error=0.01),
        UncertainLeaf(code="3", share=sipas / 100, standard_error=0.01),
    )
    marks = {**unit().marks, "1.2": mark(None)} if gone else unit().marks
    case = unit(estimates=estimates, convention=convention, marks=marks)
    whole = {**marks, "2": Mark(points=Fraction(22 * survey, 100)), "3": Mark(points=Fraction(10 * sipas, 100))}
    exact = roll_up(case.tree, whole, convention=convention).index
    assert exact is not None
    assert point_indices([case])[0] == pytest.approx(float(exact))


@pytest.mark.parametrize("rule", [TIERS, RATIO, {"kind": "external_pct", "round": 1}, {"kind": "survey"}])
@given(share=st.integers(0, 1000))
def test_points_at_a_share_are_those_of_the_rule(rule: dict[str, Any], share: int) -> None:
    read = read_rule(rule)
    asked = {"percent": share / 10} if rule["kind"] in ("external_pct", "survey") else {"a": share, "b": 1000}
    wanted = evaluate(read, asked, Decimal(10)).exact
    assert wanted is not None
    found = points_at(read, np.array([share / 1000]), 10)
    assert found[0] == pytest.approx(float(wanted), abs=1e-9)


@pytest.mark.parametrize("noise", [-1e-12, 0, 1e-12])
def test_noise_at_a_bound_is_the_bound(noise: float) -> None:
    open_and_closed = points_at(read_rule(TIERS), np.array([0.8, 0.9]) + noise, 10)
    assert open_and_closed.tolist() == [0.5, 2]
    floor = points_at(read_rule({"kind": "ratio", "floor": 0.6, "full_at": 1}), np.array([0.6]) + noise, 10)
    assert floor[0] == pytest.approx(6)


def test_a_leaf_scored_by_hand_follows_its_share_and_other_kinds_none() -> None:
    assert points_at(None, np.array([0.25]), 8).tolist() == [2.0]
    with pytest.raises(ValueError, match="no share leads to points by a rule of kind 'binary'"):
        points_at(read_rule({"kind": "binary"}), np.array([0.5]), 8)
    with pytest.raises(ValueError, match="kind 'count_steps'"):
        points_at(read_rule({"kind": "count_steps", "steps": [{"gte": 1, "points": 1}], "otherwise": 0}), np.ones(1), 8)


def estimate(share: float, error: float) -> UncertainLeaf:
    return UncertainLeaf(code="3", share=share, standard_error=error)


@pytest.mark.parametrize(
    ("rule", "changed", "straight"),
    [
        (None, {}, True),
        (TIERS, {}, False),
        (RATIO, {}, False),
        ({"kind": "external_pct", "round": 2}, {}, False),
        (None, {"total": Total(kind="total", places=2)}, False),
        (None, {"total": Total(kind="total", clamp=(Decimal(0), Decimal(83)), base_cap=Decimal(83))}, True),
        (None, {"total": Total(kind="total", clamp=(Decimal(0), Decimal(82)), base_cap=Decimal(100))}, False),
        (None, {"total": Total(kind="total", clamp=(Decimal(82), Decimal(100)))}, True),  # 83.04 ± 0.88
        (None, {"total": Total(kind="total", clamp=(Decimal("82.5"), Decimal(100)))}, False),
    ],
)
def test_where_the_index_is_linear(rule: dict[str, Any] | None, changed: dict[str, Any], straight: bool) -> None:
    assert is_linear(unit(rule, **changed), Z95) == straight
    assert index_interval(unit(rule, **changed), draws=100).method == (ANALYTIC if straight else SIMULATED)


@pytest.mark.parametrize(("share", "error"), [(0.99, 0.01), (0.01, 0.01)])
def test_near_all_and_nothing_the_interval_is_simulated(share: float, error: float) -> None:
    case = unit(estimates=(unit().estimates[0], estimate(share, error)))
    assert not is_linear(case, Z95)
    assert index_interval(case).method == SIMULATED


@pytest.mark.parametrize(("points", "share", "index"), [("60", 1.0, 98), ("0", 0.0, 0)])
def test_certain_estimates_at_the_ends_are_on_the_line(points: str, share: float, index: float) -> None:
    estimates = tuple(replace(each, share=share, standard_error=0.0) for each in unit().estimates)
    marks = {"1.1": mark(Decimal(points)), "1.2": mark(Decimal(6 if share else 0))}
    total = Total(kind="total", clamp=(Decimal(0), Decimal(98)))
    found = index_interval(unit(marks=marks, estimates=estimates, total=total))
    assert (found.method, found.lower, found.index, found.upper) == (ANALYTIC, index, index, index)


def test_draws_stay_within_all_and_nothing() -> None:
    drawn = {}
    for share in (0.01, 0.99):
        case = unit(estimates=(estimate(share, 0.05), UncertainLeaf(code="2", share=0.8, standard_error=0.0)))
        drawn[share] = simulate_indices([case], draws=2000, seed=1)[0]
    base = 50 + 6 + 17.6 + 0.5
    assert drawn[0.01].min() == pytest.approx(base)
    assert drawn[0.99].max() == pytest.approx(base + 10)


def test_the_seed_of_an_interval_is_that_of_its_draws() -> None:
    one, again, other = (index_interval(unit(), draws=50, seed=seed, simulate=True) for seed in (3, 3, 4))
    assert one == again != other


def test_a_deduction_on_an_estimated_leaf_is_simulated() -> None:
    half = {**unit().marks, "3": Mark(points=Fraction(8), deducted=Fraction(1, 2))}
    assert index_interval(unit(marks=half)).method == SIMULATED
    marks = {**unit().marks, "3": Mark(points=Fraction(8), deducted=Fraction(9))}
    found = index_interval(unit(marks=marks))
    assert found.method == SIMULATED
    assert found.index == pytest.approx(50 + 6 + 22 * 0.82 + 0.5)  # 8.5 less 9 leaves nothing


def test_tiers_make_clusters() -> None:
    case = unit(TIERS, estimates=(estimate(0.9, 0.05), UncertainLeaf(code="2", share=0.8, standard_error=0.0)))
    drawn = simulate_indices([case], draws=20_000, seed=1)[0]
    values, counts = np.unique(np.round(drawn, 6), return_counts=True)
    base = 50 + 6 + 17.6 + 0.5
    assert values.tolist() == pytest.approx([base + 0.5, base + 1, base + 2])
    assert counts[-1] / 20_000 == pytest.approx(0.5, abs=0.015)


def test_bonus_penalty_and_limits_are_those_of_the_total() -> None:
    total = Total(kind="total", bonus_cap=Decimal("0.5"), penalty_cap=Decimal("0.25"), places=1)
    base = 50 + 6 + 22 * 0.82 + 8.5
    assert point_indices([unit(total=total)])[0] == pytest.approx(round(base + 0.25, 1))


@pytest.mark.parametrize(("low", "high", "index"), [(90, 100, 90), (0, 80, 80), (0, 100, 83.04)])
def test_an_index_stays_within_its_limits(low: int, high: int, index: float) -> None:
    total = Total(kind="total", clamp=(Decimal(low), Decimal(high)))
    assert point_indices([unit(total=total)])[0] == pytest.approx(index)


def test_the_same_seed_gives_the_same_draws() -> None:
    first, again, other = (simulate_indices([unit()], draws=50, seed=seed) for seed in (3, 3, 4))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"correlation": 1.1}, "correlation"),
        ({"estimates": (estimate(1.2, 0.1),)}, "must be a share"),
        ({"estimates": (estimate(0.5, -0.1),)}, "must be a share"),
        ({"estimates": (estimate(0.5, math.nan),)}, "must be a share"),
        ({"estimates": (estimate(0.5, math.inf),)}, "must be a share"),
        ({"estimates": (replace(estimate(0.5, 0.1), code="9"),)}, "belongs to no base leaf"),
        ({"estimates": (replace(estimate(0.5, 0.1), code="B"),)}, "belongs to no base leaf"),
        ({"estimates": (estimate(0.5, 0.1),)}, "unscored"),
        ({"marks": {"3": mark(None), "1.1": mark(Decimal(1)), "1.2": mark(Decimal(1))}}, "belongs to no base leaf"),
        ({"marks": {"1.1": mark(Decimal(1)), "1.2": Mark(points=Fraction(1), refused=True)}}, "refused"),
        ({"marks": {"1.1": mark(Decimal(61))}}, "must lie between"),
    ],
)
def test_what_cannot_be_is_refused(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        index_interval(unit(**changed))


def test_a_unit_without_estimates_has_no_width() -> None:
    marks = {**unit().marks, "2": mark(Decimal(18)), "3": mark(Decimal(8))}
    found = index_interval(unit(marks=marks, estimates=()))
    assert (found.lower, found.upper) == (found.index, found.index)
    assert np.ptp(simulate_indices([unit(marks=marks, estimates=())], draws=10)) == 0


def test_an_estimate_brings_its_standard_error() -> None:
    interval = Interval(lower=0.80, upper=0.86, level=0.90, method="wilson")
    found = uncertain_leaf("3", Estimate(value=0.84, n=400, interval=interval))
    assert found is not None
    assert found.share == 0.84
    assert found.standard_error == pytest.approx(0.03 / 1.6448536269514722)
    assert uncertain_leaf("3", Estimate(value=None, n=0, reason=Reason.NO_ANSWERS)) is None
    assert uncertain_leaf("3", Estimate(value=0.5, n=1, reason=Reason.TOO_FEW_FOR_INTERVAL)) is None


def test_a_unit_that_was_simulated_already_is_not_simulated_again() -> None:
    case = unit(rule=RATIO)
    drawn = simulate_indices([case], draws=500, seed=3)[0]
    assert index_interval(case, indices=drawn) == index_interval(case, draws=500, seed=3)
    assert index_interval(unit(), indices=drawn).method == ANALYTIC  # where it is linear nothing is drawn
