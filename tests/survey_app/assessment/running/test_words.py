"""What the pages of rounds say."""

import datetime
import re
from pathlib import Path

from survey_app.assessment import flow
from survey_app.assessment.flow import State
from survey_app.assessment.rounds import DATES
from survey_app.assessment.running import reminders, words
from survey_app.assessment.running.reminders import Reminder

ROOM = Path(words.__file__).parent
REASON = re.compile(r'(?:Conflict|NotOpen)\("(\w+)"|"(\w+)"\]? = "(\w+)"|problems=\{"\w+": "(\w+)"')


def reminder(**changes: object) -> Reminder:
    values: dict[str, object] = {
        "unit": "Xã An Cọ",
        "successors": (),
        "block": "Các xã, phường",
        "state": State.DRAFT,
        "due": datetime.date(2026, 3, 31),
        "days_over": 0,
        "lacking": (),
        "unproved": (),
        "questions": 0,
        "people": (),
    }
    return Reminder(**(values | changes))  # type: ignore[arg-type]  # as its fields say


def test_a_reminder_is_one_line() -> None:
    assert words.line(reminder()) == ("Xã An Cọ: hoàn thành tự chấm điểm và gửi lãnh đạo đơn vị duyệt; hạn 31/03/2026.")
    full = reminder(
        lacking=("1.1", "1.2"), unproved=("1.2",), questions=2, days_over=3, successors=("Xã A", "Xã B"), people=("An",)
    )
    assert words.line(full) == (
        "Xã An Cọ (nay thuộc Xã A, Xã B): hoàn thành tự chấm điểm và gửi lãnh đạo đơn vị duyệt; "
        "còn 2 tiêu chí chưa đủ (1.1, 1.2); 1 tiêu chí đã chấm nhưng thiếu tài liệu kiểm chứng; "
        "2 câu hỏi chưa trả lời; hạn 31/03/2026 (quá hạn 3 ngày)."
    )
    assert len(words.cells(full)) == len(words.COLUMNS)


def test_a_sentence_names_a_few_leaves_and_the_table_all() -> None:
    many = reminder(lacking=tuple(f"1.{number}" for number in range(1, 10)))
    assert "còn 9 tiêu chí chưa đủ (1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, …)" in words.task(many)
    assert "1.9" in str(words.cells(many)[6])


def test_who_has_not_begun_in_time_needs_time() -> None:
    assert words.task(reminder(state=State.NOT_STARTED, days_over=0)).startswith("tự chấm điểm")
    assert words.task(reminder(state=State.NOT_STARTED, days_over=2)).startswith("chưa bắt đầu và đã hết hạn: cần")


def test_every_state_date_and_duty_has_its_words() -> None:
    assert set(words.FILTERS) == {*State, "overdue"}
    assert tuple(words.DATE_NAMES) == DATES
    assert set(reminders.WHO) == flow.OF_UNIT
    assert set(words.TURNS) == set(State) - flow.OF_UNIT - {State.PUBLISHED}
    assert set(words.DUTIES) == flow.OF_UNIT | set(words.TURNS) - {State.SETTLED}
    assert set(words.LOOKS) == set(words.ROUND_STATES)


def test_whatever_the_services_of_rounds_refuse_is_told_in_words() -> None:
    found = set()
    for name in ("rounds", "staffing", "collecting"):
        for match in REASON.finditer(next(ROOM.parent.rglob(f"{name}.py")).read_text("utf-8")):
            found |= {match[1] or match[3] or match[4]}
    assert {"round_published", "no_longer", "assigned_already", "too_long", "no_set"} <= found
    assert found <= set(words.WORDS)
    assert {"too_early", "other_state", "faulty_set", "incomplete_set"} <= set(words.WORDS)
