import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.intervals import effective_n_finite
from scoring.sample_size import cluster_size, cochran, margin_of, round_up, slovin, with_fpc
from tests.scoring.references import Case, cases, close


def of_kind(kind: str) -> list[Case]:
    return [case for case in cases("sample_size") if case["params"]["kind"] == kind]


def title(case: Case) -> str:
    return f"{case['id']} {case['title']}"


def dossiers(case: Case) -> float:
    """Null is an unlimited population."""
    return math.inf if case["inputs"]["N"] is None else float(case["inputs"]["N"])


def test_no_case_is_left_out() -> None:
    here = [len(of_kind(kind)) for kind in ("slovin", "cochran", "margin", "cluster_deff")]
    in_test_power = [len(of_kind(kind)) for kind in ("power_exact_one_sample", "n_for_power")]
    assert here == [7, 8, 6, 6]
    assert sum(here) + sum(in_test_power) == len(cases("sample_size")) == 40


@pytest.mark.parametrize("case", of_kind("slovin"), ids=title)
def test_slovin_is_that_of_the_reference(case: Case) -> None:
    raw = slovin(case["inputs"]["N"], case["inputs"]["e"])
    assert raw == close(case, case["expected"]["n_raw"])
    assert round_up(raw) == case["expected"]["n"]


@pytest.mark.parametrize(
    ("population", "answers"),
    # digest of the 2013-14 guidance, e = 5 %
    [
        (50, 45),
        (100, 80),
        (200, 134),
        (400, 200),
        (500, 223),
        (1000, 286),
        (2000, 334),
        (5000, 371),
        (10_000, 385),
        (100_000, 399),
        (1_000_000, 400),
        (math.inf, 400),
    ],
)
def test_slovin_gives_the_table_of_the_guidance(population: float, answers: int) -> None:
    assert round_up(slovin(population, 0.05)) == answers


@pytest.mark.parametrize("case", of_kind("cochran"), ids=title)
def test_cochran_is_that_of_r(case: Case) -> None:
    inputs, expected = case["inputs"], case["expected"]
    found = cochran(
        dossiers(case),
        inputs["p"],
        inputs["e"],
        level=inputs["level"],
        deff=inputs["deff"],
        response_rate=inputs["response_rate"],
    )
    assert set(expected) == set(found.__slots__)
    for key, wanted in expected.items():
        value = getattr(found, key)
        assert value == (close(case, wanted) if key.endswith("_raw") else wanted), key


@pytest.mark.parametrize("case", of_kind("margin"), ids=title)
def test_the_margin_is_that_of_r(case: Case) -> None:
    inputs, expected = case["inputs"], case["expected"]
    found = margin_of(inputs["n"], inputs["p"], dossiers(case), level=inputs["level"], deff=inputs["deff"])
    assert found == close(case, expected["margin"])
    assert inputs["n"] / inputs["deff"] == close(case, expected["n_effective"])


@pytest.mark.parametrize("case", of_kind("cluster_deff"), ids=title)
def test_the_cluster_sample_is_that_of_the_reference(case: Case) -> None:
    inputs, expected = case["inputs"], case["expected"]
    found = cluster_size(inputs["per_cluster"], inputs["rho"], inputs["n0"])
    assert found.deff == close(case, expected["deff"])
    assert (found.n, found.clusters) == (expected["n"], expected["clusters"])


@given(st.integers(2, 10**6), st.floats(0.05, 0.95), st.floats(0.005, 0.3), st.floats(0.8, 0.99), st.floats(0.5, 5))
def test_the_answers_attain_the_margin_and_one_fewer_does_not(
    population: int, rate: float, margin: float, level: float, deff: float
) -> None:
    found = cochran(population, rate, margin, level=level, deff=deff)
    n = found.n_deff_then_fpc
    assert 1 <= n <= population
    assert margin_of(n, rate, population, level=level, deff=deff) <= margin * (1 + 1e-6)
    if n > 1:
        assert margin_of(n - 1, rate, population, level=level, deff=deff) >= margin * (1 - 1e-6)


@given(st.integers(2, 10**6), st.data())
def test_the_correction_undoes_the_effective_number(population: int, data: st.DataObject) -> None:
    n = data.draw(st.integers(1, population - 1))
    assert with_fpc(float(effective_n_finite(n, n, population)), population) == pytest.approx(n, rel=1e-9)


@given(st.integers(1, 10**6), st.floats(0.01, 0.5), st.floats(0.01, 0.5))
def test_slovin_never_asks_more_than_there_are(population: int, margin: float, other: float) -> None:
    fine, coarse = sorted((margin, other))
    assert 1 <= round_up(slovin(population, coarse)) <= round_up(slovin(population, fine)) <= population


def test_a_single_dossier_needs_a_single_answer() -> None:
    assert cochran(1, 0.5, 0.05, deff=3).n_deff_then_fpc == 1
    assert margin_of(1, 0.5, 1) == 0


def test_a_rate_without_variance_still_needs_an_answer() -> None:
    assert cochran(1000, 1, 0.05).n0 == 1


def test_rounding_lifts_only_what_is_above_a_whole_number() -> None:
    assert [round_up(raw) for raw in (0.2, 7, 7 + 1e-10, 7 + 1e-8)] == [1, 7, 7, 8]


@pytest.mark.parametrize(
    ("population", "rate", "margin", "options"),
    [
        (0, 0.5, 0.05, {}),
        (math.nan, 0.5, 0.05, {}),
        (100, -0.1, 0.05, {}),
        (100, 1.1, 0.05, {}),
        (100, 0.5, 0, {}),
        (100, 0.5, 5, {}),
        (100, 0.5, 0.05, {"level": 95}),
        (100, 0.5, 0.05, {"deff": 0}),
        (100, 0.5, 0.05, {"deff": math.inf}),
        (100, 0.5, 0.05, {"response_rate": 0}),
        (100, 0.5, 0.05, {"response_rate": 1.1}),
    ],
)
def test_nonsense_is_refused(population: float, rate: float, margin: float, options: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must"):
        cochran(population, rate, margin, **options)


def test_other_nonsense_is_refused() -> None:
    for population, margin in ((0.5, 0.05), (100, 0), (100, 1.1)):
        with pytest.raises(ValueError, match="must"):
            slovin(population, margin)
    for n in (0, 101):
        with pytest.raises(ValueError, match="at most the population"):
            margin_of(n, 0.5, 100)
    for per_cluster, rho, n0 in ((0, 0.1, 100), (5, -0.1, 100), (5, 1.1, 100), (5, 0.1, 0)):
        with pytest.raises(ValueError, match="cluster"):
            cluster_size(per_cluster, rho, n0)


def test_the_ends_of_what_may_be_asked() -> None:
    assert (cochran(500, 0.5, 1).n_fpc, cochran(500, 0, 0.05).n0_raw, cochran(500, 1, 0.05).n0_raw) == (1, 0, 0)
    alike = cluster_size(10, 1, 0.5)  # all answers of a cluster alike
    assert (alike.deff, alike.n, alike.clusters) == (10, 5, 1)


def test_without_a_word_on_the_design_it_is_simple() -> None:
    assert cochran(500, 0.9, 0.05) == cochran(500, 0.9, 0.05, deff=1, response_rate=1)
    assert margin_of(100, 0.9, 500) == margin_of(100, 0.9, 500, deff=1)
