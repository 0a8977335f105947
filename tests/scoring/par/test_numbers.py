import math
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.par.numbers import as_decimal, exact, least, rounded


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.1, "0.1"), (2, "2"), (-0.5, "-0.5"), ("1.50", "1.50"), ("-3", "-3"), (Decimal("0.30"), "0.30"), (1e-7, "1E-7")],
)
def test_a_number_is_what_was_written(value: object, text: str) -> None:
    assert str(exact(value)) == text


@pytest.mark.parametrize(
    "value",
    [
        True,
        None,
        "1,5",
        "1e5",
        " 1",
        "",
        "NaN",
        "1_000",
        "٣",
        math.nan,
        math.inf,
        Decimal("NaN"),
        Decimal("-Infinity"),
        [],
    ],
)
def test_anything_else_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="not a number"):
        exact(value)


@given(st.decimals(-1000, 1000, places=5), st.integers(0, 4))
def test_a_half_is_rounded_away_from_zero(value: Decimal, places: int) -> None:
    assert rounded(value, places) == value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    assert rounded(Fraction(value), places) == rounded(value, places)


def test_rounding_to_nothing_leaves_no_sign() -> None:
    assert str(rounded(Decimal("-0.001"), 2)) == "0.00"
    assert str(rounded(Decimal("-0.005"), 2)) == "-0.01"
    assert str(rounded(-7, 2)) == "-7.00"
    assert rounded(Decimal("0." + "4" * 40 + "5"), 40) == Decimal("0." + "4" * 39 + "5")  # more digits than a context


@given(st.integers(-(10**9), 10**9), st.integers(1, 10**6))
def test_a_fraction_becomes_the_nearest_of_50_digits(numerator: int, denominator: int) -> None:
    value = Fraction(numerator, denominator)
    assert abs(Fraction(as_decimal(value)) - value) <= abs(value) / 10**49


@given(st.decimals(0, 100, places=3), st.decimals(0, 100, places=2), st.booleans())
def test_the_least_number_reaches_the_bound_and_none_below_does(bound: Decimal, like: Decimal, strict: bool) -> None:
    found = least(Fraction(bound), strict, like)
    unit = Decimal("0.01")
    assert found > bound or (found == bound and not strict)
    assert found - unit < bound or (found - unit == bound and strict)
