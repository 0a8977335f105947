"""Exact numbers of the PAR Index: decimals as written, fractions between, half-up rounding at the end."""

import math
import re
from decimal import Context, Decimal
from fractions import Fraction

_NUMERAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_WIDE = Context(prec=50)


def exact(value: object) -> Decimal:
    """Decimal that was written: 0.3 from a JSON or YAML file is three tenths, not the nearest binary number.

    Parameters
    ----------
    value : int, float, Decimal or str
        A finite number; a text must be a plain numeral with a point (``"1.5"``).

    Returns
    -------
    Decimal

    Raises
    ------
    ValueError
        If it is anything else.

    Examples
    --------
    >>> exact(0.3), exact(30), exact("0.30")
    (Decimal('0.3'), Decimal('30'), Decimal('0.30'))
    """
    if isinstance(value, float) and math.isfinite(value):
        return Decimal(float.__repr__(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, Decimal) and value.is_finite():
        return value
    if isinstance(value, str) and _NUMERAL.fullmatch(value):
        return Decimal(value)
    raise ValueError(f"not a number: {value!r}")


def rounded(value: Fraction | Decimal | int, places: int) -> Decimal:
    """Rounded half up (a half away from zero), as Vietnamese scoring texts mean "làm tròn".

    Parameters
    ----------
    value : Fraction, Decimal or int
        The exact value.
    places : int
        Decimals that stay, 0 or more.

    Returns
    -------
    Decimal
        With exactly `places` decimals.

    Examples
    --------
    >>> rounded(Fraction(1, 8), 2), rounded(Decimal("-0.125"), 2), rounded(Fraction(2, 3), 2)
    (Decimal('0.13'), Decimal('-0.13'), Decimal('0.67'))
    """
    top, bottom = value.as_integer_ratio()
    digits = (2 * abs(top) * 10**places + bottom) // (2 * bottom)
    return Decimal((int(top < 0 and digits > 0), tuple(map(int, str(digits))), -places))


def as_decimal(value: Fraction) -> Decimal:
    """The value as a decimal: exact where it ends, else 50 significant digits.

    Examples
    --------
    >>> as_decimal(Fraction(17, 10)), str(as_decimal(Fraction(1, 3)))[:6]
    (Decimal('1.7'), '0.3333')
    """
    return _WIDE.divide(Decimal(value.numerator), Decimal(value.denominator))


def least(bound: Fraction, strict: bool, *like: Decimal) -> Decimal:
    """The least number that reaches a bound, as fine as the numbers that were entered.

    Parameters
    ----------
    bound : Fraction
        To be reached, or passed when `strict`.
    strict : bool
        Whether the bound itself is not enough.
    like : Decimal
        The entries whose last decimal is the unit (whole numbers give a whole number).

    Returns
    -------
    Decimal

    Examples
    --------
    >>> least(Fraction(21, 2), False, Decimal(8), Decimal(35)), least(Fraction(21, 2), False, Decimal("8.5"))
    (Decimal('11'), Decimal('10.5'))
    """
    places = max(0, *(-int(number.as_tuple().exponent) for number in like))
    units = math.ceil(bound * 10**places)
    if strict and units == bound * 10**places:
        units += 1
    return Decimal(units).scaleb(-places)
