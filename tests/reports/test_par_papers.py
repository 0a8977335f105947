"""Cells of papers as text."""

import datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from reports.par_papers import Cell, shown


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("a", "a"),
        (12, "12"),
        (Fraction(2, 3), "0,667"),
        (Decimal("1.5"), "1,500"),
        (None, "–"),
        (datetime.date(2026, 1, 2), "02/01/2026"),
    ],
)
def test_cells_as_text(cell: Cell, text: str) -> None:
    assert shown(cell, 3) == text
