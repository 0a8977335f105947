import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import betabinom, nbinom

from bench.integrity import BURST, Province, forged, honest, signals
from scoring.integrity import Kind, Signal, beta_binomial, bursts, excess, flagged, overflow, tail, with_and_without

WEEKS = 10


def open_days(mean: float, seed: int, *, dispersion: float = 0.2, weeks: int = WEEKS) -> list[int]:
    """Days (Monday is 0) of the submissions of a counter that is open from Monday to Friday."""
    rng = np.random.default_rng(seed)
    days = [day for day in range(weeks * 7) if day % 7 < 5]
    counts = rng.poisson(mean * rng.gamma(1 / dispersion, dispersion, len(days)))
    return [day for day, count in zip(days, counts.tolist(), strict=True) for _ in range(count)]


# --- what a province sees


@pytest.mark.parametrize("weeks", [6, 12])
def test_honest_units_are_left_in_peace(weeks: int) -> None:
    accused = units = 0
    for seed in range(5):
        province = honest(np.random.default_rng(seed), weeks=weeks)
        accused += len({int(province.unit[signal.rows[0]]) for signal in signals(province)})
        units += 116
    assert accused <= 0.01 * units


def test_fifty_answers_by_an_officer_are_found() -> None:
    found = 0
    for seed in range(60):
        rng = np.random.default_rng(1000 + seed)
        province = honest(rng, units=20)
        after = forged(rng, province, int(rng.choice(np.unique(province.counter))), 1, 0.8)
        forgeries = np.arange(len(after.unit)) >= len(province.unit)
        found += (flagged(len(after.unit), signals(after)) & forgeries).sum() >= BURST / 2
    assert found >= 0.95 * 60


def test_the_order_of_submissions_does_not_matter() -> None:
    rng = np.random.default_rng(3)
    province = honest(rng, units=12)
    after = forged(rng, province, 2, 1, 0.8)
    order = rng.permutation(len(after.unit))
    shuffled = Province(*(getattr(after, name)[order] for name in Province.__slots__))
    plain, moved = (flagged(len(order), signals(found)) for found in (after, shuffled))
    assert plain.any()
    assert (plain[order] == moved).all()


# --- bursts


def test_a_burst_is_a_day_of_one_counter() -> None:
    counters = np.repeat([7, 9], [len(open_days(5, 1)), len(open_days(5, 2)) + 50])
    days = [*open_days(5, 1), *open_days(5, 2), *[31] * 50]
    [signal] = [found for found in bursts(counters, days) if found.first == found.last]
    assert (signal.kind, signal.group, signal.first) == (Kind.BURST, 9, 31)
    assert signal.observed == len(signal.rows) == sum((counters == 9) & (np.array(days) == 31))
    assert 4 < signal.expected < 7
    assert 0 < signal.p_value < 1e-5


def test_a_burst_over_a_week_is_found_by_the_week() -> None:
    days = [*open_days(2, 1, dispersion=0.01, weeks=26), *[day for day in range(35, 42) for _ in range(9)]]
    found = bursts([0] * len(days), days)
    assert (35, 41) in {(signal.first, signal.last) for signal in found}


def test_a_counter_that_is_open_on_some_days_only_is_not_accused() -> None:
    rng = np.random.default_rng(4)
    open_on = rng.choice(WEEKS * 7, 14, replace=False)
    days = np.repeat(open_on, rng.poisson(40, 14))
    assert bursts(np.zeros(len(days), int), days) == ()


def test_a_day_on_which_all_are_busy_accuses_nobody() -> None:
    own = [open_days(5, seed, dispersion=0.05) for seed in range(20)]
    counters = np.repeat(np.arange(20), [len(days) + 30 for days in own])
    days = [day for counter in own for day in [*counter, *[31] * 30]]
    assert bursts(counters, days) == ()
    alone = np.where(np.isin(counters, np.arange(3)) | (np.array(days) != 31))[0]
    assert {found.group for found in bursts(counters[alone], np.array(days)[alone])} == {0, 1, 2}


def test_within_a_week_nothing_is_usual() -> None:
    assert bursts([0] * 90, [3] * 80 + [4] * 10) == ()
    assert bursts([], []) == ()


def test_few_submissions_are_no_burst() -> None:
    days = [*range(0, 70, 7), *[31] * 8]
    assert bursts([0] * len(days), days, level=0.5) == ()
    assert len(bursts([0] * len(days), days, level=0.5, least=9)) == 1


@given(st.integers(1, 60), st.floats(0.01, 40), st.floats(1e-4, 5))
def test_the_tail_is_that_of_the_negative_binomial(count: int, mean: float, spread: float) -> None:
    expected = nbinom.sf(count - 1, 1 / spread, 1 / (1 + mean * spread))
    assert float(tail(count, mean, spread)) == pytest.approx(expected, rel=1e-6, abs=1e-300)


# --- shares


def test_a_unit_with_far_more_marks_than_the_others_is_found_with_them() -> None:
    rng = np.random.default_rng(1)
    unit = np.repeat(np.arange(40), 150)
    marked = rng.random(6000) < rng.beta(6, 60, 40)[unit]
    assert excess(Kind.SPEED, unit, marked) == ()
    marked |= (unit == 11) & (rng.random(6000) < 0.6)
    [signal] = excess(Kind.SPEED, unit, marked)
    assert (signal.kind, signal.group, signal.first, signal.last) == (Kind.SPEED, 11, None, None)
    assert signal.rows.tolist() == np.flatnonzero(marked & (unit == 11)).tolist()
    assert signal.expected == pytest.approx(150 * marked[unit != 11].mean(), rel=0.01)


def test_its_p_value_is_that_of_the_beta_binomial() -> None:
    # Shares of 5 and 15 in 100, in turn: the moments are exact.
    unit = np.repeat(np.arange(31), 100)
    marks = np.array([5, 15] * 15 + [60])
    [signal] = excess(Kind.SPEED, unit, np.arange(3100) % 100 < marks[unit])
    p, n, groups = (300 + 0.5) / 3001, 100, 30
    between = sum(n * (x / n - p) ** 2 for x in (5, 15)) * 15 / (p * (1 - p))
    alike = (between - (groups - 1)) / (3000 - n - (groups - 1) + 1) * (1 + 2 * (2 / (groups - 1)) ** 0.5)
    a, b = p * (1 / alike - 1), (1 - p) * (1 / alike - 1)
    assert signal.p_value == pytest.approx(betabinom.sf(59, 100, a, b), rel=1e-6)


@given(st.integers(1, 80), st.data(), st.floats(0.001, 0.9), st.floats(1e-6, 0.5))
def test_the_chance_of_marks_is_that_of_the_beta_binomial(n: int, data: st.DataObject, p: float, alike: float) -> None:
    x = data.draw(st.integers(1, n))
    a, b = p * (1 / alike - 1), (1 - p) * (1 / alike - 1)
    assert beta_binomial(x, n, p, alike) == pytest.approx(betabinom.pmf(range(x, n + 1), n, a, b).sum(), rel=1e-5)


def test_few_units_do_not_show_what_is_usual() -> None:
    unit = np.repeat(np.arange(5), 100)
    assert excess(Kind.OUT_OF_HOURS, unit, unit == 0) == ()
    assert excess(Kind.OUT_OF_HOURS, [], []) == ()


def test_few_marks_are_no_signal() -> None:
    unit = np.repeat(np.arange(40), 200)
    marked = (unit == 3) & (np.arange(8000) % 200 < 9)
    assert excess(Kind.OUT_OF_HOURS, unit, marked) == ()
    assert len(excess(Kind.OUT_OF_HOURS, unit, marked, least=9)) == 1


# --- more submissions than dossiers


def test_more_submissions_than_dossiers_are_a_signal_for_sure() -> None:
    unit, period = [0, 0, 0, 1, 1, 2], [0, 0, 1, 0, 0, 1]
    found = overflow(unit, period, [[1, 1], [2, 0], [9, np.nan]])
    assert [(s.group, s.first, s.last, s.observed, s.expected, s.p_value) for s in found] == [(0, 0, 0, 2, 1.0, 0.0)]
    assert found[0].rows.tolist() == [0, 1]
    assert found[0].kind is Kind.OVERFLOW


@pytest.mark.parametrize(
    ("unit", "period", "dossiers", "what"),
    [
        ([0], [0], [[-1]], "negative"),
        ([0], [0], [1], "table"),
        ([1], [0], [[1]], "outside"),
        ([0], [1], [[1]], "outside"),
        ([-1], [0], [[1]], "outside"),
        ([0, 0], [0], [[1]], "per submission"),
    ],
)
def test_dossiers_that_do_not_fit_are_refused(unit: list[int], period: list[int], dossiers: object, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        overflow(unit, period, dossiers)


# --- what follows


def test_the_flagged_submissions_are_those_of_any_signal() -> None:
    one, other = (
        Signal(kind=Kind.SPEED, group=0, first=None, last=None, observed=2, expected=0.1, p_value=0.0, rows=rows)
        for rows in (np.array([0, 3]), np.array([3, 4]))
    )
    assert flagged(6, [one, other]).tolist() == [True, False, False, True, True, False]
    assert not flagged(2, []).any()


def test_rates_stand_beside_those_without_the_flagged() -> None:
    codes = np.array([[5, 1, 10], [5, 0, 5], [4, 4, 0], [3, 2, 0]], np.uint8)
    found = with_and_without(codes, np.array([False, True, False, False]))
    assert found.answers.tolist() == [4, 3, 1]
    assert found.unflagged_answers.tolist() == [3, 3, 0]
    assert found.all.tolist() == pytest.approx([3 / 4, 1 / 3, 1])
    assert found.unflagged.tolist() == pytest.approx([2 / 3, 1 / 3, np.nan], nan_ok=True)
    assert with_and_without(codes, np.zeros(4, bool), satisfied_from=5).all[0] == 0.5


@pytest.mark.parametrize("level", [0, 1, -1])
def test_an_impossible_level_is_refused(level: float) -> None:
    with pytest.raises(ValueError, match="level"):
        bursts([0], [0], level=level)
    with pytest.raises(ValueError, match="level"):
        excess(Kind.SPEED, [0], [True], level=level)


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="per submission"):
        bursts([0, 1], [0])
    with pytest.raises(ValueError, match="per submission"):
        excess(Kind.SPEED, [0, 1], [[True], [False]])
