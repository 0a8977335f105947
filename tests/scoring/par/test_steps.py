import datetime
import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

import scoring
from scoring.par.steps import PATTERNS, Score, finished, numeral, sentence, step

PACKAGE = Path(scoring.__file__).parent / "par"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1234567.5"), "1.234.567,5"),
        (0, "0"),
        (Decimal("1.70"), "1,7"),
        (100, "100"),
        (Decimal("-0.5"), "−0,5"),
        (Fraction(2, 3), "0,67"),
        (Fraction(1, 128), "0,01"),
        (Fraction(1, 64), "0,015625"),
        (Fraction(299999, 300000), "0,999997"),
        (Fraction(10**15 + 1, 3 * 10**15), "0,33"),
        (Fraction(1, 10**9), "0,000000001"),
        (1 - Fraction(1, 10**20), "1"),
    ],
)
def test_numbers_are_written_as_vietnamese_write_them(value: Decimal | Fraction | int, text: str) -> None:
    assert numeral(value) == text


def test_a_number_that_is_not_on_a_bound_does_not_look_like_it() -> None:
    shares = [Fraction(8 * 10**power - 1, 10 ** (power + 1)) for power in range(1, 9)]
    assert all(numeral(share * 100) != "80" for share in shares)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"lower": Decimal("0.8"), "upper": Decimal(1)}, "Từ 80 % đến dưới 100 %"),
        ({"lower": Decimal("0.8"), "upper": None}, "Từ 80 % trở lên"),
        ({"lower": None, "upper": Decimal("0.8")}, "Dưới 80 %"),
        ({"lower": Decimal(0), "lower_open": True, "upper": None}, "Trên 0 %"),
        ({"lower": Decimal(0), "lower_open": True, "upper": Decimal("0.5")}, "Trên 0 % đến dưới 50 %"),
        ({"lower": Decimal(5), "upper": Decimal(10), "upper_open": False, "unit": "count"}, "Từ 5 đến 10"),
        ({"lower": None, "upper": Decimal(0), "upper_open": False}, "Không có"),
        ({"lower": None, "upper": Decimal(0), "upper_open": False, "unit": "days"}, "Không quá 0 ngày"),
        ({"lower": None, "upper": Decimal(5), "upper_open": False, "unit": "count"}, "Không quá 5"),
    ],
)
def test_tiers_in_words(values: dict[str, Decimal | bool | str | None], text: str) -> None:
    whole = {"lower_open": False, "upper_open": True, "unit": "share"} | values
    assert sentence([step("range", **whole)]).replace("\u00a0", " ") == text


def test_dates_and_signs() -> None:
    filed = step("filed", submitted_on=datetime.date(2026, 1, 5), due_on=datetime.date(2025, 12, 15))
    assert sentence([filed]) == "Nộp ngày 05/01/2026, hạn 15/12/2025"
    half, third = (
        step("percent_of", share=Fraction(1, 2), maximum=1),
        step("percent_of", share=Fraction(1, 3), maximum=1),
    )
    assert sentence(finished(Fraction(1, 2), None, [], half).steps).replace("\u00a0", " ") == "50 % × 1 = 0,5 điểm"
    assert sentence(finished(Fraction(1, 3), None, [], third).steps).replace("\u00a0", " ") == "33,33 % × 1 ≈ 0,33 điểm"


def test_points_are_rounded_only_when_the_rule_says_so() -> None:
    formula = step("percent_of", share=Fraction(1, 8), maximum=1)
    assert finished(Fraction(1, 8), 2, [], formula).points == Fraction(13, 100)
    assert finished(Fraction(1, 8), None, [], formula).points == Fraction(1, 8)
    assert [each.code for each in finished(Fraction(1, 4), 2, [], formula).steps] == ["percent_of"]


def test_a_score_that_does_not_apply_has_no_points() -> None:
    score = Score(points=None, exact=None, maximum=Decimal(1), steps=(step("not_applicable"),))
    assert not score.applies


def test_every_pattern_is_used_and_every_step_has_its_pattern() -> None:
    code = "".join(path.read_text("utf-8") for path in PACKAGE.glob("kinds*.py"))
    code += (PACKAGE / "steps.py").read_text("utf-8").replace("PATTERNS = {", "").split("LOWER = ")[1]
    written = set(re.findall(r'"([a-z_]+)"', code))
    assert PATTERNS.keys() <= written
    assert set(re.findall(r'\bstep\(\s*"([a-z_]+)"', code)) <= PATTERNS.keys() | {"range"}
