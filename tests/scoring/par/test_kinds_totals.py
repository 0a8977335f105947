from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.par.inputs import InputError
from scoring.par.kinds import evaluate, next_inputs
from scoring.par.kinds_totals import BonusGroup, Total, classify
from scoring.par.parameters import Band
from scoring.par.rules import read_rule

HUNDRED = Decimal(100)
TOTAL = read_rule(
    {
        "kind": "total",
        "base_cap": 85,
        "bonus_cap": 15,
        "penalty_cap": 10,
        "clamp": [0, 100],
        "classes": [["A", 90], ["B", 75], ["C", 50], ["D", 0]],
    }
)
some = st.decimals(0, 120, places=2)


@given(some, some, some)
def test_the_total_is_its_formula(base: Decimal, bonus: Decimal, deducted: Decimal) -> None:
    found = evaluate(TOTAL, {"base": base, "bonus": bonus, "deducted": deducted}, HUNDRED).points
    assert found == max(Decimal(0), min(base, 85) + min(bonus, 15) - min(deducted, 10))


def test_bonus_and_penalty_without_caps_are_kept_within_the_limits() -> None:
    plain = Total(kind="total")
    assert plain.index(Fraction(90), Fraction(20), Fraction(0)) == 100
    assert plain.index(Fraction(10), Fraction(0), Fraction(20)) == 0


def test_parts_have_no_next_step_of_their_own() -> None:
    assert next_inputs(TOTAL, {"base": 1}, HUNDRED) is None
    assert next_inputs(BonusGroup(kind="bonus_group", cap=Decimal(5)), {"members": [1]}, Decimal(5)) is None
    with pytest.raises(InputError, match="members: negative"):
        evaluate(BonusGroup(kind="bonus_group", cap=Decimal(5)), {"members": [1, -1]}, Decimal(5))


@given(st.decimals(0, 100, places=3))
def test_classes_are_closed_below_unless_open(index: Decimal) -> None:
    bands = (Band("A", Decimal(90), strict=True), Band("B", Decimal(80)))
    assert classify(index, bands) == ("A" if index > 90 else "B" if index >= 80 else None)
    assert classify(index, ()) is None
