"""Every kind, parameter and shape has its Vietnamese words."""

import pytest

from scoring.par.kinds import KINDS
from scoring.par.parameters import Shape
from survey_app.assessment.criteria_sets.rule_fields import LEAF_KINDS, parameters
from survey_app.assessment.criteria_sets.rule_words import PARAMETERS, SAYS, place, words


def test_every_kind_of_a_leaf_says_what_it_does() -> None:
    assert set(SAYS) == dict(LEAF_KINDS).keys() == KINDS.keys() - {"total"}


@pytest.mark.parametrize("kind", dict(LEAF_KINDS))
def test_every_parameter_has_a_label(kind: str) -> None:
    for parameter in (*parameters(kind), *parameters(kind, 1)):
        assert words(kind, parameter.name).label != parameter.name


def test_no_words_are_for_nothing() -> None:
    known = {each.name for kind in dict(LEAF_KINDS) for depth in (0, 1) for each in parameters(kind, depth)}
    assert {name.rpartition(".")[2] for name in PARAMETERS} == known
    assert {name.partition(".")[0] for name in PARAMETERS if "." in name} <= KINDS.keys()


def test_a_kind_may_mean_something_of_its_own() -> None:
    assert words("ratio", "floor").label == "Mức sàn"
    assert words("deduct", "floor").label == "Điểm thấp nhất"


def test_a_parameter_that_nobody_named_goes_by_its_own_name() -> None:
    assert words("binary", "anew").label == "anew"


def test_a_shape_helps_where_the_parameter_says_nothing() -> None:
    assert words("penalty", "points", Shape.DEDUCTION).hint == "Số âm hoặc 0, ví dụ -0,5."
    assert words("ratio", "floor", Shape.SHARE).hint == ""
    assert words("deduct", "per_violation", Shape.POSITIVE).hint == "Số dương, ví dụ 0,5."


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("tiers[1].points", "Các bậc, dòng 2, điểm (tiers[1].points)"),
        ("tiers[0]", "Các bậc, dòng 1 (tiers[0])"),
        ("floor", "Mức sàn (floor)"),
        ("weights.Tốt", "weights.Tốt"),
        ("branches.yes.tiers[0].points", "branches.yes.tiers[0].points"),
        ("anew", "anew"),
        ("", ""),
    ],
)
def test_a_place_in_words(where: str, said: str) -> None:
    assert place(where) == said
