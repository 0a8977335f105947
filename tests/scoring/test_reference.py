"""Each case of each family of R's numbers is a parameter of a test that compares it; none is left out.

The ids are read from the parameters of those tests, so that a case which a module filters away is missed here.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from tests.scoring import (
    test_binomial,
    test_compare,
    test_differences,
    test_drivers,
    test_finite,
    test_power,
    test_ranking,
    test_reliability,
    test_sample_size,
    test_small_areas,
)
from tests.scoring.references import FOLDER, Case, cases
from tests.scoring.sampling import (
    test_association,
    test_calibration,
    test_comparisons,
    test_intervals,
    test_item_index,
    test_linearised,
)

KINDS = {"tests", "sample_size"}  # families of several kinds of question, each with its own tests


class Part(NamedTuple):
    """Cases of a family (of a kind; with a key among R's numbers) and the tests that together take them all."""

    family: str
    kind: str
    key: str
    tests: tuple[Callable[..., None], ...]

    @property
    def cases(self) -> list[Case]:
        return [
            case
            for case in cases(self.family)
            if self.kind in ("", case["params"].get("kind")) and (not self.key or self.key in case["expected"])
        ]


REFUSED = test_linearised.test_a_lonely_psu_leaves_the_rate_but_no_standard_error  # and so no interval
ESTIMATES = (test_linearised.test_every_estimate_of_a_design_is_that_of_r, REFUSED)
INTERVALS = (test_intervals.test_every_interval_of_a_design_is_that_of_r, REFUSED)
PARTS = (
    Part("binomial_ci", "", "", (test_binomial.test_the_interval_is_that_of_r,)),
    Part("finite_population", "", "se", (test_linearised.test_every_simple_random_sample_is_that_of_r,)),
    Part("finite_population", "", "ci", (test_intervals.test_every_interval_of_a_simple_random_sample_is_that_of_r,)),
    Part("finite_population", "", "ci", (test_finite.test_the_exact_interval_is_that_of_r,)),
    Part("stratified", "", "", ESTIMATES),
    Part("stratified", "", "", INTERVALS),
    Part("clusters", "", "", ESTIMATES),
    Part("clusters", "", "", INTERVALS),
    Part("index", "", "", (test_item_index.test_every_index_is_that_of_r,)),
    Part("calibration", "", "", (test_calibration.test_every_weight_and_rate_is_that_of_r,)),
    Part("calibration", "", "domains", (test_calibration.test_every_domain_with_calibrated_weights_is_that_of_r,)),
    Part("tests", "binomial_exact", "", (test_compare.test_the_test_of_a_target_is_that_of_r,)),
    Part("tests", "hypergeometric_exact", "", (test_finite.test_the_exact_test_is_that_of_r,)),
    Part("tests", "design_t", "", (test_comparisons.test_every_test_of_a_target_is_that_of_r,)),
    Part("tests", "two_sample", "chi2", (test_compare.test_the_tests_of_two_rates_are_those_of_r,)),
    Part("tests", "two_sample", "ci", (test_differences.test_the_interval_is_that_of_r,)),
    Part("tests", "rate_differences", "", (test_comparisons.test_every_difference_and_trend_is_that_of_r,)),
    Part("tests", "rao_scott", "", (test_association.test_every_test_of_association_is_that_of_r,)),
    Part("tests", "multiplicity", "", (test_compare.test_the_adjustment_is_that_of_r,)),
    Part("tests", "trend", "", (test_compare.test_the_trend_is_that_of_r,)),
    Part("sample_size", "slovin", "", (test_sample_size.test_slovin_is_that_of_the_reference,)),
    Part("sample_size", "cochran", "", (test_sample_size.test_cochran_is_that_of_r,)),
    Part("sample_size", "margin", "", (test_sample_size.test_the_margin_is_that_of_r,)),
    Part("sample_size", "cluster_deff", "", (test_sample_size.test_the_cluster_sample_is_that_of_the_reference,)),
    Part("sample_size", "power_exact_one_sample", "", (test_power.test_the_power_is_that_of_r,)),
    Part("sample_size", "n_for_power", "", (test_power.test_the_answers_for_a_power_are_those_of_r,)),
    Part("reliability", "", "", (test_reliability.test_alpha_and_the_items_are_those_of_r,)),
    Part("reliability", "", "drivers", (test_drivers.test_drivers_are_those_of_r,)),
    Part("ranking", "", "", (test_ranking.test_rank_intervals_from_pairs_are_those_of_r,)),
    Part("ranking", "", "wald_sidak", (test_ranking.test_rank_intervals_from_intervals_are_those_of_r,)),
    Part("ranking", "", "wilson_sidak", (test_ranking.test_rank_intervals_from_intervals_are_those_of_r,)),
    Part("shrinkage", "", "", (test_small_areas.test_the_prior_and_the_shrunk_rates_are_those_of_r,)),
    Part("shrinkage", "", "jeffreys_no_borrowing", (test_small_areas.test_each_unit_by_itself_is_that_of_r,)),
)


def taken(test: Callable[..., Any]) -> Iterator[str]:
    """Ids of the reference cases among the parameters of a test."""
    for mark in test.pytestmark:  # type: ignore[attr-defined]  # set by its marks
        assert mark.name == "parametrize", "a case that is skipped or may fail is not compared"
        for values in mark.args[1]:
            for value in values if isinstance(values, tuple) else (values,):
                if isinstance(value, dict):
                    yield value["id"]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: "-".join(filter(None, part[:3])))
def test_every_case_is_compared(part: Part) -> None:
    wanted = {case["id"] for case in part.cases}
    assert wanted
    assert wanted <= {name for test in part.tests for name in taken(test)}
    assert all(test.__name__.startswith("test_") for test in part.tests)


def test_every_family_and_kind_has_its_part() -> None:
    families = {path.stem for path in FOLDER.glob("*.json") if not path.stem.startswith("par-index")}
    whole = {
        (family, case["params"]["kind"] if family in KINDS else "") for family in families for case in cases(family)
    }
    assert whole == {(part.family, part.kind) for part in PARTS}
    for family in families:
        compared = {case["id"] for part in PARTS if part.family == family for case in part.cases}
        assert compared == {case["id"] for case in cases(family)}


def test_no_id_stands_for_two_cases() -> None:
    ids = [case["id"] for family in {part.family for part in PARTS} for case in cases(family)]
    assert len(ids) == len(set(ids)) == 234
