"""Cells of a table as texts and days."""

import datetime

import pytest

from survey_app.errors import Rejected
from survey_app.organisation.import_rows import Problems, day_of, differences, read_day, text_of
from survey_app.sheets import TableRow
from survey_app.typed import one_line

DAY = datetime.date(2025, 12, 31)


@pytest.mark.parametrize(
    "text", ["31/12/2025", "31-12-2025", "31.12.2025", "2025-12-31", "2025-12-31 00:00:00", "2025-12-31T00:00"]
)
def test_days_as_people_and_spreadsheets_write_them(text: str) -> None:
    assert read_day(text) == DAY


@pytest.mark.parametrize(
    "text",
    ["", "31/12/25", "32/12/2025", "31/02/2025", "2025", "46022", "12/31/2025", "2025-12-31 07:30:00", "1/1/1900", "x"],
)
def test_what_is_no_day(text: str) -> None:
    assert read_day(text) is None


def test_problems_are_kept_by_row_and_column_and_the_first_one_stays() -> None:
    problems = Problems()
    problems.refuse_any()
    row, later = TableRow(2, {"name": "", "since": "x"}), TableRow(10, {"name": "y" * 9, "since": ""})
    assert text_of(later, "name", 8, problems) == "y" * 9
    assert day_of(later, "since", problems, needed=False) is None
    assert day_of(row, "since", problems) is None
    assert text_of(row, "name", 8, problems) == ""
    problems.add(row, "name", "another")
    with pytest.raises(Rejected) as refusal:
        problems.refuse_any()
    assert list(refusal.value.problems.items()) == [
        ("2:name", "needed"),
        ("2:since", "bad_day"),
        ("10:name", "too_long"),
    ]


def test_texts_are_one_clean_line() -> None:
    assert one_line("  Xã\n An\u200b  Cọ\u202e ") == "Xã An Cọ"


def test_differences() -> None:
    assert differences({"a": "1", "b": "2"}, {"a": "1", "b": "3"}) == {"b": ("2", "3")}
