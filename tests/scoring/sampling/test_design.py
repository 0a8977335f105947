import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.sampling.design import LonelyPsu, compress, survey_design
from tests.scoring.references import Case
from tests.scoring.sampling.designs import SAMPLES, data, design_of, title


@pytest.mark.parametrize("case", [case for case in SAMPLES if not case["expected"].get("error")], ids=title)
def test_the_degrees_of_freedom_of_a_design_are_those_of_r(case: Case) -> None:
    expected, design = case["expected"], design_of(case, data(case))
    full = expected.get("df_full_design", expected["df"])  # named where it differs from that of the answers
    assert design.rows == expected["n_rows"]
    assert design.df == full


def test_rows_are_the_units_and_one_stratum_by_default() -> None:
    design = survey_design([1, 2, 3])
    assert design.psus.tolist() == [3]
    assert design.psu_population.tolist() == [np.inf]
    assert design.ssu_population.tolist() == [np.inf] * 3
    assert design.df == 2
    assert design.ssu is None
    assert design.lonely is LonelyPsu.FAIL


def test_psu_codes_that_start_again_in_each_stratum_are_other_psus() -> None:
    stratum, psu = ["A", "A", "B", "B"], [1, 2, 1, 2]
    with pytest.raises(ValueError, match="nest=True"):
        survey_design(np.ones(4), stratum=stratum, psu=psu)
    nested = survey_design(np.ones(4), stratum=stratum, psu=psu, nest=True)
    assert nested.psus.tolist() == [2, 2]
    assert survey_design(np.ones(4), psu=psu).psus.tolist() == [2]


def test_the_second_stage_counts_only_when_both_populations_are_known() -> None:
    units = {"psu": [1, 1, 1, 2], "ssu": [1, 1, 2, 1]}
    both = survey_design(np.ones(4), **units, psu_population=5, ssu_population=[3, 3, 3, 1])
    assert both.ssus.tolist() == [2, 1]
    assert both.ssu_population.tolist() == [3, 1]
    assert survey_design(np.ones(4), **units, psu_population=5).ssu is None
    assert survey_design(np.ones(4), **units, ssu_population=5).ssu is None
    rows = survey_design(np.ones(4), psu=[1, 1, 1, 2], psu_population=5, ssu_population=9)
    assert rows.ssus.tolist() == [3, 1]


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=20), st.sampled_from([np.int8, np.int64, np.float64, str]))
def test_strata_may_have_codes_of_any_kind(codes: list[int], kind: type) -> None:
    design = survey_design(np.ones(len(codes)), stratum=np.array(codes).astype(kind))
    assert sorted(design.psus.tolist()) == sorted(float(codes.count(code)) for code in set(codes))


def test_codes_far_apart_are_numbered_without_a_table() -> None:
    assert survey_design(np.ones(3), stratum=[-(2**60), 2**60, 2**60]).psus.tolist() == [1, 2]
    assert survey_design(np.ones(3), psu=np.array([-128, 127, 127], np.int8)).psus.tolist() == [2]


@given(st.lists(st.integers(0, 30), min_size=1, max_size=50), st.sampled_from([31, 10**6]))
def test_compressed_keys_give_the_keys_back(keys: list[int], size: int) -> None:
    index, occupied = compress(np.array(keys), size)
    assert occupied[index].tolist() == keys
    assert occupied.tolist() == sorted(set(keys))


@pytest.mark.parametrize(
    ("weight", "given", "message"),
    [
        ([], {}, "at least one row"),
        ([[1, 2]], {}, "one number for each row"),
        ([1, -1], {}, "not negative"),
        ([1, np.nan], {}, "finite"),
        ([1, np.inf], {}, "finite"),
        ([1, 1], {"stratum": ["A"]}, "stratum must have one code for each of the 2 rows"),
        ([1, 1], {"psu": [1.0, np.nan]}, "psu must not have a missing code"),
        ([1, 1], {"psu": ["A", None]}, "psu must not have a missing code"),
        ([1, 1], {"psu_population": [5, 6]}, "same in all rows"),
        ([1, 1], {"psu_population": [np.nan, np.nan]}, "must be known"),
        ([1, 1], {"psu_population": [5, 5, 5]}, "one number, or one for each"),
        ([1, 1], {"psu_population": 1}, "psu_population 1 is below the 2 units"),
        ([1, 1], {"psu": [1, 1], "psu_population": 1, "ssu_population": 1}, "ssu_population 1 is below the 2 units"),
        (
            np.ones(4),
            {"stratum": list("AABB"), "psu_population": [2, 2, 1, 1]},
            "psu_population 1 is below the 2 units",
        ),
        (
            [1, 1],
            {"psu_population": 5, "ssu_population": 5, "ssu": [1]},
            "ssu must have one code for each of the 2 rows",
        ),
        ([1, 1], {"lonely": "ignore"}, "ignore"),
    ],
)
def test_designs_that_cannot_be_are_refused(weight: list[float], given: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        survey_design(weight, **given)
