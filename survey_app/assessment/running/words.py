"""What the pages of rounds say: states, dates, why something was refused, what a unit is reminded of."""

from collections.abc import Mapping

from reports import words
from reports.safe_cells import Cell
from survey_app.assessment.flow import State
from survey_app.assessment.rounds import DATES
from survey_app.assessment.running.board import OVERDUE, Row
from survey_app.assessment.running.reminders import Reminder
from survey_app.assessment.unit.words import STATES, lately, taken_back
from survey_app.models.assessment import PREPARED, PUBLISHED, RUNNING

ROUND_STATES: Mapping[str, str] = {PREPARED: "Đang chuẩn bị", RUNNING: "Đang diễn ra", PUBLISHED: "Đã công bố"}
LOOKS: Mapping[str, str] = {PREPARED: "draft", RUNNING: "open", PUBLISHED: "closed"}
DATE_NAMES: Mapping[str, str] = dict(
    zip(
        DATES,
        (
            "Hạn tự chấm điểm",
            "Hạn lãnh đạo đơn vị duyệt",
            "Hạn thẩm định",
            "Hạn giải trình",
            "Hạn hội đồng chốt điểm",
            "Hạn công bố",
        ),
        strict=True,
    )
)
FILTERS: Mapping[str, str] = {**STATES, OVERDUE: "Quá hạn"}
DUTIES: Mapping[State, str] = {
    State.NOT_STARTED: "tự chấm điểm và gửi lãnh đạo đơn vị duyệt",
    State.DRAFT: "hoàn thành tự chấm điểm và gửi lãnh đạo đơn vị duyệt",
    State.AWAITING_APPROVAL: "lãnh đạo đơn vị duyệt và gửi thẩm định",
    State.EXPLANATION_ASKED: "trả lời yêu cầu giải trình",
    State.SUBMITTED: "thẩm định hồ sơ đơn vị đã gửi",
    State.IN_APPRAISAL: "hoàn thành thẩm định",
    State.EXPLAINED: "hoàn thành thẩm định lần hai",
    State.APPRAISED: "Hội đồng chốt điểm",
}
MISSED = "chưa bắt đầu và đã hết hạn: cần Sở Nội vụ gia hạn hoặc thu hồ sơ"
PUBLICATION = "công bố kết quả của kỳ đánh giá"
# Whose turn it is, where it is not the unit's own.
TURNS: Mapping[str, str] = {
    State.SUBMITTED: "thẩm định",
    State.IN_APPRAISAL: "thẩm định",
    State.EXPLAINED: "thẩm định lần hai",
    State.APPRAISED: "Hội đồng chốt điểm",
    State.SETTLED: "công bố",
}
MOST_NAMED = 8  # leaves in a sentence; the table names all
COLUMNS = ("Đơn vị", "Khối", "Tình trạng", "Việc cần làm", "Hạn", "Quá hạn (ngày)", "Tiêu chí còn thiếu", "Người làm")
BOARD_COLUMNS = (
    "Đơn vị",
    "Khối",
    "Tình trạng",
    "Quá hạn",
    "Gửi muộn",
    "Hạn",
    "Tiêu chí đã đủ",
    "Tiêu chí phải chấm",
    "Thiếu tài liệu kiểm chứng",
    "Điểm tự chấm",
    "Điểm thẩm định",
    "Tiêu chí đã thẩm định",
    "Chênh lệch",
    "Làm sau hạn",
    "Rút về để sửa",
)
WORDS: Mapping[str, str] = {
    "before_the_step_before": "Hạn này trước hạn của bước trước.",
    "no_set": "Chọn bộ tiêu chí cho ít nhất một khối.",
    "other_block": "Bộ tiêu chí này của khối khác hoặc không còn nữa.",
    "other_year": "Bộ tiêu chí của năm khác với năm đánh giá: hãy nhân bản sang năm này rồi chọn.",
    "incomplete_set": "Chưa mở được: một bộ tiêu chí mới có đến cấp lĩnh vực, chưa chấm điểm được.",
    "faulty_set": "Chưa mở được: một bộ tiêu chí còn lỗi (tổng điểm hoặc luật tính điểm).",
    "same_year": "Chưa mở được: có đơn vị đã được đánh giá cho cùng năm trong kỳ “{title}”. Mỗi đơn vị mỗi năm chỉ có "
    "một kỳ đánh giá.",
    "not_left_out": "Đơn vị này không thuộc khối nào của kỳ, hoặc đã có trong một kỳ đánh giá của năm này.",
    "no_units": "Chưa mở được: không có đơn vị nào đang hoạt động thuộc các khối đã chọn.",
    "round_published": "Kỳ đánh giá đã công bố, không sửa được nữa.",
    "round_running": "Kỳ đánh giá đang diễn ra: chỉ sửa được tên và các hạn.",
    "not_prepared": "Kỳ đánh giá này đã được mở.",
    "not_running": "Kỳ đánh giá này không ở trạng thái đang diễn ra.",
    "not_all_settled": "Chưa công bố được: còn đơn vị chưa được hội đồng chốt điểm.",
    "other_state": "Đơn vị đã chuyển bước, nên việc này không còn làm được.",
    "missing": "Hãy ghi lý do.",
    "past": "Ngày này đã qua.",
    "no_longer": "Ngày gia hạn phải sau hạn hiện nay của bước đơn vị đang làm.",
    "beyond_publication": "Ngày gia hạn không được sau hạn công bố của kỳ.",
    "too_long": "Chữ quá dài.",
    "too_early": "Đơn vị còn thời gian gửi, chưa thu hồ sơ được.",
    "no_appraiser": "Không có người thẩm định này (tài khoản đang dùng, vai trò thẩm định).",
    "unknown_field": "Không có lĩnh vực này trong các bộ tiêu chí của kỳ.",
    "unknown_unit": "Đơn vị này không ở trong kỳ đánh giá.",
    "assigned_already": "Người này đã được phân công như vậy.",
    "no_member": "Người này không thể là thành viên hội đồng.",
}


def task(reminder: Reminder) -> str:
    """What a unit has to do, in a sentence: "Xã An Cọ: tự chấm điểm …, hạn 31/03/2026 (quá hạn 5 ngày)."."""
    missed = reminder.state is State.NOT_STARTED and reminder.days_over
    parts = [MISSED if missed else DUTIES[reminder.state] if reminder.state else PUBLICATION]
    if reminder.lacking:
        named = ", ".join(reminder.lacking[:MOST_NAMED]) + (", …" if len(reminder.lacking) > MOST_NAMED else "")
        parts.append(f"còn {len(reminder.lacking)} tiêu chí chưa đủ ({named})")
    if reminder.unproved:
        parts.append(f"{len(reminder.unproved)} tiêu chí đã chấm nhưng thiếu tài liệu kiểm chứng")
    if reminder.questions:
        parts.append(f"{reminder.questions} câu hỏi chưa trả lời")
    over = f" (quá hạn {reminder.days_over} ngày)" if reminder.days_over else ""
    return f"{'; '.join(parts)}; hạn {words.day(reminder.due)}{over}"


def line(reminder: Reminder) -> str:
    """A line to send."""
    return f"{unit_of(reminder)}: {task(reminder)}."


def standing(reminder: Reminder) -> str:
    """Where the unit stands, or the round."""
    return STATES[reminder.state] if reminder.state else ROUND_STATES[RUNNING]


def unit_of(reminder: Reminder) -> str:
    """The unit, with what became of it."""
    return f"{reminder.unit}{_heirs(reminder.successors)}"


def cells(reminder: Reminder) -> tuple[str | int, ...]:
    """A row of the table of reminders."""
    return (
        unit_of(reminder),
        reminder.block,
        standing(reminder),
        task(reminder),
        words.day(reminder.due),
        reminder.days_over,
        ", ".join(reminder.lacking),
        ", ".join(reminder.people),
    )


def board_cells(row: Row) -> tuple[Cell, ...]:
    """A row of the board as a table."""
    return (
        f"{row.unit}{_heirs(row.successors)}",
        row.block_name,
        STATES[row.state],
        row.overdue,
        row.late,
        row.due,
        row.done,
        row.leaves,
        len(row.unproved),
        float(row.claimed),
        float(row.given) if row.judged else None,
        row.judged,
        None if row.difference is None else float(row.difference),
        lately(row.trail),
        taken_back(row.trail.taken_back) if row.trail.taken_back else "",
    )


def _heirs(names: tuple[str, ...]) -> str:
    return f" (nay thuộc {', '.join(names)})" if names else ""
