"""Words of refusals, and points as they are shown and typed."""

import datetime
from decimal import Decimal

import pytest

from scoring.par.inputs import Ask, InputProblem
from survey_app.assessment.appraisal.words import REFUSED, at_fields, meetings, points, told, typed, word
from survey_app.assessment.entries import Field
from survey_app.assessment.facts import Met
from survey_app.errors import Conflict, Rejected


@pytest.mark.parametrize(
    ("value", "shown", "in_field"),
    [
        (None, "–", ""),
        ("0.75", "0,75", "0,75"),
        (Decimal("1.50"), "1,5", "1,5"),
        ("100", "100", "100"),
        ("1.743589743589743589743589743589", "1,74", "1,74"),
        ("-2", "−2", "-2"),
    ],
)
def test_points(value: Decimal | str | None, shown: str, in_field: str) -> None:
    assert (points(value), typed(value)) == (shown, in_field)


def test_a_refusal_in_words() -> None:
    assert told(Conflict("still_due")) == ["Đơn vị còn thời gian giải trình."]
    assert told(Rejected("mark", problems={"points": "not_a_number", "deducted": "not_a_number"})) == [
        "Điểm phải là số, ví dụ 1,5."
    ]
    assert told(Rejected("not_appraised", problems={"1.1": "no_mark", "1.2": "no_mark"}))[0].endswith("1.1; 1.2.")
    assert told(Rejected("no_figure", problems={"Xã An": "2.1, 2.2"}))[0].endswith("Xã An: 2.1, 2.2.")


def test_a_refusal_at_its_field() -> None:
    fields = [Field(name="percent", ask=Ask.PERCENT, label="Tỷ lệ")]
    refusal = Rejected("feed", problems={"percent": "input_missing", "source": "source_needed"})
    assert at_fields(refusal, fields) == ["Tỷ lệ: chưa nhập.", "Nguồn: Hãy ghi nguồn của số liệu."]
    assert at_fields(Conflict("other_state"), fields) == [REFUSED["other_state"]]


def test_every_problem_of_an_entry_has_words() -> None:
    assert {f"input_{problem}" for problem in InputProblem} <= set(REFUSED)


def test_blocks_and_methods_have_names() -> None:
    assert [word(key) for key in ("commune", "statistics", "huyen", None)] == [
        "Xã, phường",
        "Số liệu thống kê",
        "huyen",
        "–",
    ]


def test_meetings_of_one_day_are_told_apart() -> None:
    days = datetime.date(2026, 3, 15), datetime.date(2026, 3, 16)
    found = [Met(id=number, held_on=days[number > 2], in_writing=number == 2) for number in (1, 2, 3)]
    assert meetings(found) == [
        (1, "15/03/2026: họp, lần 1"),
        (2, "15/03/2026: lấy ý kiến bằng văn bản, lần 2"),
        (3, "16/03/2026: họp"),
    ]
