"""What the pages of appraisal, council and figures say: why something was refused, what figures are called."""

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from questionnaires.par_words import WORDS
from reports.words import day
from scoring.par.numbers import rounded
from scoring.par.steps import numeral
from survey_app.assessment.appraisal.appraising import SHOWN
from survey_app.assessment.entries import PROBLEMS, Field
from survey_app.assessment.facts import Met
from survey_app.assessment.feeds.feeding import Kind
from survey_app.assessment.settling.council import LEAST_MEMBERS, Why
from survey_app.errors import Refusal, Rejected

MOST_TYPED = 6  # decimals that a field takes
REFUSED: Mapping[str, str] = {
    # states and editions
    "database": "Hệ thống tạm thời chưa ghi được. Nội dung đã nhập vẫn còn dưới đây; hãy thử lại sau ít giây.",
    "changed_meanwhile": "Người khác vừa lưu mục này. Nội dung của người đó hiện bên cạnh; nội dung Ông/Bà nhập còn "
    "nguyên trong ô, lưu lại để thay.",
    "other_state": "Hồ sơ đã chuyển bước nên chưa lưu được. Nội dung Ông/Bà nhập còn bên dưới để chép lại.",
    "still_due": "Đơn vị còn thời gian giải trình.",
    "not_appraised": "Chưa hoàn thành được: còn tiêu chí chưa thẩm định.",
    # marks
    "not_a_number": "Điểm phải là số, ví dụ 1,5.",
    "out_of_range": "Điểm nằm ngoài khoảng của tiêu chí. Số thập phân viết bằng dấu phẩy, ví dụ 1,5.",
    "reason_needed": "Hãy ghi lý do.",
    "too_long": "Quá dài: đã viết {length} ký tự, nhiều nhất {most} ký tự. Chưa lưu; nội dung vẫn còn trong ô.",
    "always_applies": "Tiêu chí này luôn áp dụng.",
    "no_own_points": "Đơn vị chưa tự chấm tiêu chí này.",
    "no_mark": "chưa thẩm định",
    # explanations
    "asked_already": "Câu hỏi này đã được gửi và đang chờ đơn vị trả lời nên không gửi lần nữa.",
    "question_needed": "Hãy ghi nội dung cần giải trình.",
    "past": "Hạn giải trình đã qua.",
    "beyond_explaining": "Hạn giải trình sau ngày cuối cùng của bước giải trình trong kỳ này.",
    # council
    "to_come": "Ngày họp chưa đến.",
    "minute_needed": "Hãy ghi nội dung biên bản.",
    "no_quorum": "Cuộc họp không hợp lệ: phải có quá nửa số thành viên Hội đồng tham gia.",
    "before_round": "Ngày họp trước ngày mở kỳ đánh giá.",
    "too_few_members": f"Hội đồng phải có ít nhất {LEAST_MEMBERS} thành viên. Số này do hệ thống đặt, không lấy từ văn "
    "bản nào: ít hơn thì “quá nửa” chỉ là một người, hoặc là tất cả.",
    "no_meeting_since": "Chưa chốt được: Hội đồng chưa họp lần nào từ ngày đơn vị hoàn thành thẩm định:",
    "undecided": "Chưa chốt được: còn tiêu chí trình Hội đồng mà Hội đồng chưa quyết định. Hãy quyết định, hoặc đánh "
    "dấu “giữ điểm thẩm định” rồi chốt lại:",
    "fed_leaf": "Tiêu chí điều tra, thống kê không cho điểm bằng tay. Hãy nhập số liệu và nguồn tại mục “Số liệu điều "
    "tra, thống kê” của kỳ (liên kết “Nhập số liệu” ở tiêu chí này); Hội đồng chỉ có thể ghi không áp dụng.",
    "no_meeting": "Chưa có cuộc họp hợp lệ nào của Hội đồng được ghi.",
    "no_minute": "Chưa chốt được: có điểm Hội đồng quyết định mà chưa thuộc cuộc họp nào. Hãy ghi cuộc họp, hoặc chọn "
    "cuộc họp rồi lưu lại điểm:",
    "unknown_meeting": "Không có cuộc họp này.",
    "no_figure": "Chưa chốt được: còn tiêu chí thiếu số liệu điều tra, thống kê.",
    "nothing_appraised": "Không có đơn vị nào đang chờ chốt điểm.",
    "not_running": "Kỳ đánh giá không mở.",
    "not_locked": "Điểm chưa chốt: hãy sửa ở bước thẩm định hoặc Hội đồng.",
    "already_confirmed": "Đề nghị này đã được xác nhận, hoặc đã có đề nghị mới hơn được xác nhận.",
    # figures
    "source_needed": "Hãy ghi nguồn của số liệu.",
    "other_result": "Kết quả này không phải của đơn vị.",
    "unknown_unit": "không có mã đơn vị này trong khối.",
    "unit_locked": "đơn vị đã chốt điểm.",
    "unit_exempt": "đơn vị đặc thù không được chấm tiêu chí này.",
    "repeated_row": "mã này đã có ở dòng trên.",
    # files
    "too_large": "Tệp quá lớn.",
    "too_many_rows": "Tệp quá nhiều dòng.",
    "not_a_table": "Tệp không phải bảng tính XLSX hoặc CSV.",
    "not_utf8": "Tệp CSV phải ở dạng UTF-8.",
    "no_column": "Tệp thiếu cột “{column}”.",
    **{f"input_{problem.value}": words for problem, words in PROBLEMS.items()},
}
FIELDS = {
    "source": "Nguồn",
    "standard_error": "Sai số chuẩn",
    "result_id": "Kết quả",
    "votes": "Số lượt chọn",
}
WHY: Mapping[str, str] = {
    Why.DISAGREED: "khác điểm tự chấm",
    Why.CHANGED: "đổi sau giải trình",
    Why.NO_FIGURE: "điều tra, thống kê",
}
KINDS: Mapping[str, str] = {
    Kind.COUNTS: "số lượt chọn từng phương án",
    Kind.SHARE: "tỷ lệ nhập tay",
    Kind.FIGURE: "số liệu",
    Kind.RESULT: "kết quả hài lòng của hệ thống",
}


def in_words(reason: str, details: Mapping[str, object]) -> str:
    """A reason for a refusal in words."""
    return REFUSED[reason].format(**details)


def at_fields(refusal: Refusal, fields: Iterable[Field]) -> list[str]:
    """Why figures were refused, each reason with the name of its field."""
    if not isinstance(refusal, Rejected):
        return told(refusal)
    labels = FIELDS | {field.name: field.label for field in fields}
    return [f"{labels[name]}: {in_words(reason, {})}" for name, reason in refusal.problems.items()]


def meetings(found: Sequence[Met]) -> list[tuple[int, str]]:
    """Meetings by their day and kind, those of one day by their number, too."""
    told, days = [], Counter(each.held_on for each in found)
    number = Counter[datetime.date]()
    for each in found:
        number[each.held_on] += 1
        which = f", lần {number[each.held_on]}" if days[each.held_on] > 1 else ""
        kind = "lấy ý kiến bằng văn bản" if each.in_writing else "họp"
        told.append((each.id, f"{day(each.held_on)}: {kind}{which}"))
    return told


def word(key: str | None) -> str:
    """What a block or a method of a criteria set is called."""
    return WORDS.get(key or "", key or "–")


def told(refusal: Refusal) -> list[str]:
    """Why something was refused, a sentence for each reason."""
    if not isinstance(refusal, Rejected):
        return [in_words(refusal.reason, refusal.details)]
    if refusal.reason in REFUSED:
        return [f"{REFUSED[refusal.reason]} {'; '.join(_things(refusal))}."]
    return list(dict.fromkeys(in_words(reason, refusal.details) for reason in refusal.problems.values()))


def points(value: Decimal | str | None) -> str:
    """Points as they are shown; a dash where there are none."""
    return "–" if value is None else numeral(Decimal(value))


def typed(value: Decimal | str | None) -> str:
    """Points as they stand in a field, to two decimals where they have more."""
    if value is None:
        return ""
    number = Decimal(value)
    short = number if number == rounded(number, MOST_TYPED) else rounded(number, SHOWN)
    return f"{short.normalize():f}".replace(".", ",")


def _things(refusal: Rejected) -> list[str]:
    """The leaves, or the units with their leaves, that a refusal is about."""
    if refusal.reason in ("no_figure", "no_minute", "no_meeting_since", "undecided"):
        return [f"{unit}: {leaves}" for unit, leaves in refusal.problems.items()]
    return list(refusal.problems)
