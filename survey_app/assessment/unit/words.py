"""What the pages of a unit's work say: states, steps, what is missing, why something was refused."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from scoring.par.steps import numeral
from survey_app.assessment.flow import State, Step
from survey_app.assessment.trail import TakenBack, Trail
from survey_app.config import ZONE
from survey_app.errors import Refusal, Rejected
from survey_app.evidence_files.reasons import Reason
from survey_app.evidence_store import Full
from survey_app.models.assessment import COUNCIL, FIRST, SECOND, SELF
from survey_app.models.evidence import CLEAN, FAILED, INFECTED, UNSCANNED, WAITING

STATES: Mapping[str, str] = {
    State.NOT_STARTED: "Chưa bắt đầu",
    State.DRAFT: "Đang tự chấm",
    State.AWAITING_APPROVAL: "Chờ lãnh đạo đơn vị duyệt",
    State.SUBMITTED: "Đã gửi",
    State.IN_APPRAISAL: "Đang thẩm định",
    State.EXPLANATION_ASKED: "Chờ đơn vị giải trình",
    State.EXPLAINED: "Đã giải trình",
    State.APPRAISED: "Đã thẩm định",
    State.SETTLED: "Hội đồng đã chốt điểm",
    State.PUBLISHED: "Đã công bố",
}
STEPS: Mapping[str, str] = {
    Step.SEND: "Gửi lãnh đạo duyệt",
    Step.WITHDRAW: "Rút về để sửa",
    Step.APPROVE: "Duyệt và gửi thẩm định",
    Step.RETURN: "Trả lại để sửa",
    Step.EXPLAIN: "Gửi giải trình",
}
TAKEN: Mapping[str, str] = {
    Step.SEND: "Đã gửi lãnh đạo đơn vị duyệt.",
    Step.WITHDRAW: "Đã rút về. Sửa xong, hãy gửi lại.",
    Step.APPROVE: "Đã duyệt và gửi thẩm định.",
    Step.RETURN: "Đã trả lại cho người tự chấm sửa.",
    Step.EXPLAIN: "Đã gửi giải trình.",
}
LACKS: Mapping[str, str] = {
    "no_score": "chưa có điểm",
    "no_evidence": "chưa có tài liệu kiểm chứng hoặc giải trình",
    "no_reason": "chưa ghi lý do",
}
STAGES: Mapping[str, str] = {
    SELF: "tự chấm",
    FIRST: "thẩm định",
    SECOND: "thẩm định lần hai",
    COUNCIL: "hội đồng",
    "corrected": "đã đính chính",
}
LATE: Mapping[str, str] = {Step.FINISH: "thẩm định sau hạn", Step.SETTLE: "chốt điểm sau hạn"}
SCANS: Mapping[str, str] = {
    WAITING: "đang chờ quét vi-rút",
    CLEAN: "đã quét, không có vi-rút",
    INFECTED: "có mã độc, không tải được; hãy tải lên bản sạch",
    FAILED: "chưa quét được vi-rút, hệ thống sẽ quét lại",
    UNSCANNED: "chưa quét vi-rút: hãy cẩn thận khi mở",
}
REFUSED: Mapping[str, str] = {
    # marks
    "always_applies": "Tiêu chí này luôn áp dụng.",
    "not_a_number": "Điểm phải là số, ví dụ 1,5.",
    "out_of_range": "Điểm phải nằm trong khoảng từ 0 đến điểm tối đa của tiêu chí. Số thập phân viết bằng dấu phẩy, "
    "ví dụ 1,5.",
    "too_long": "Quá dài: đã viết {length} ký tự, nhiều nhất {most} ký tự. Chưa lưu; nội dung vẫn còn trong ô.",
    # steps and explanations
    "reason_needed": "Hãy ghi lý do trả lại.",
    "no_answer": "chưa trả lời câu hỏi của người thẩm định",
    "needed": "Mục này cần được điền.",
    "other_state": "Hồ sơ đã chuyển bước nên không sửa được nữa.",
    "changed_meanwhile": "Người khác vừa sửa nội dung này.",
    "date_passed": "Đã quá hạn. Nếu cần thêm thời gian, hãy liên hệ Sở Nội vụ.",
    "incomplete": "Chưa gửi được: còn tiêu chí chưa đủ.",
    "unanswered": "Chưa gửi được: còn câu hỏi chưa trả lời.",
    "unavailable": "Hệ thống tạm thời chưa ghi được. Nội dung đã nhập vẫn còn dưới đây; hãy thử lại sau ít giây.",
    # documents
    "file_or_link": "Hãy chọn một tệp, hoặc ghi địa chỉ nơi văn bản được đăng.",
    "same_document": "Tài liệu này (cùng tệp hoặc địa chỉ, cùng số, ký hiệu) đã có và đã dùng cho các tiêu chí này nên "
    "không lưu lần nữa. Muốn dùng cho tiêu chí khác, hãy chọn “Dùng tài liệu đã có”.",
    "no_leaf": "Hãy chọn ít nhất một tiêu chí.",
    "no_task": "Kết quả đã công bố: chỉ thêm được tài liệu chứng minh hoàn thành một nhiệm vụ khắc phục, và kế hoạch "
    "khắc phục của đơn vị chưa có nhiệm vụ nào.",
    "published": "Kết quả đã công bố: tài liệu mới không gắn được vào tiêu chí, chỉ dùng cho kế hoạch khắc phục.",
    "not_asked": "Khi giải trình chỉ gắn được tài liệu vào tiêu chí đang được hỏi.",
    "bad_url": "Địa chỉ phải bắt đầu bằng http:// hoặc https://.",
    "note_needed": "Hãy ghi chú phần nào của văn bản được dẫn là căn cứ.",
    "quota": "Đơn vị đã dùng hết dung lượng. Hãy giảm độ phân giải bản quét, hoặc dẫn địa chỉ nơi văn bản được đăng.",
    INFECTED: "Tệp có mã độc. Hãy quét vi-rút máy đã tạo tệp rồi tải lên bản sạch.",
    "no_room": "Máy chủ hết chỗ chứa tệp nên chưa lưu gì. Các ô đã điền vẫn còn; hãy chọn lại tệp và thử lại sau.",
    # files
    Reason.NAME: "Tên tệp có ký tự điều khiển hoặc ký tự đảo chiều chữ. Hãy đổi tên tệp (chỉ dùng chữ, số, dấu gạch) "
    "rồi chọn lại.",
    Reason.EMPTY: "Tệp trống. Hãy chọn đúng tệp.",
    Reason.TOO_LARGE: "Tệp lớn hơn 20 MB. Hãy giảm độ phân giải bản quét hoặc tách thành nhiều tệp.",
    Reason.UNKNOWN: "Chỉ nhận tệp PDF, DOCX, XLSX, JPEG, PNG. Hãy lưu văn bản thành PDF.",
    Reason.MISMATCH: "Đuôi tên tệp không đúng với nội dung. Hãy lưu lại tệp đúng loại rồi chọn lại.",
    Reason.DAMAGED: "Tệp bị hỏng, không đọc được. Hãy mở tệp trên máy, lưu thành bản mới rồi chọn lại.",
    Reason.ENCRYPTED: "Tệp có mật khẩu. Hãy bỏ mật khẩu rồi chọn lại.",
    Reason.MACROS: "Tệp có macro. Hãy lưu thành DOCX, XLSX không có macro, hoặc thành PDF.",
    Reason.EMBEDDED: "Tệp có tệp khác nhúng bên trong. Hãy xuất thành PDF.",
    Reason.EXTERNAL: "Tệp lấy nội dung từ nơi khác. Hãy bỏ liên kết dữ liệu hoặc xuất thành PDF.",
    Reason.ACTIVE_PDF: "PDF có lệnh chạy hoặc tệp đính kèm. Hãy in ra PDF mới (Print to PDF) rồi chọn lại.",
    Reason.BOMB: "Tệp bung ra quá lớn. Hãy xuất thành PDF.",
    Reason.POLYGLOT: "Tệp chứa thêm nội dung lạ. Hãy xuất lại từ văn bản gốc.",
    Reason.PATHS: "Tệp có đường dẫn không an toàn. Hãy xuất lại từ văn bản gốc.",
    Reason.DUPLICATES: "Tệp có phần bị lặp. Hãy xuất lại từ văn bản gốc.",
}
UNITS_OF_SIZE = ("byte", "KB", "MB", "GB")


def refused(refusal: Refusal) -> list[str]:
    """Why something was refused, a sentence for each reason."""
    reasons: Iterable[str] = [refusal.reason]
    if isinstance(refusal, Full):
        reasons = ["no_room"]
    elif isinstance(refusal, Rejected) and refusal.reason not in REFUSED:
        reasons = dict.fromkeys(refusal.problems.values())
    return [REFUSED.get(reason, REFUSED["unavailable"]).format(**refusal.details) for reason in reasons]


def points(value: Decimal | Fraction | str | None) -> str:
    """Points as people read them, stored or computed; a dash where there are none."""
    if value is None or value == "":
        return "–"
    return numeral(Decimal(value) if isinstance(value, str) else value)


def lately(trail: Trail) -> str:
    """What was done after its last day."""
    return ", ".join(words for step, words in LATE.items() if step in trail.late)


def taken_back(back: TakenBack) -> str:
    """That a unit took its work back, when and who did it."""
    when = f"{back.at.astimezone(ZONE):%H:%M ngày %d/%m/%Y}"
    approved = "sau khi lãnh đạo đơn vị đã duyệt" if back.approval else "trước khi lãnh đạo đơn vị duyệt"
    return f"rút về để sửa lúc {when} ({back.by}), {approved}" + ("; đã gửi lại" if back.resent else "")


def less(value: str, deducted: Decimal) -> str:
    """Points with what was taken off them: "1 − 0,5 = 0,5"."""
    if not value or not deducted or Decimal(value) < 0:
        return points(value)
    return f"{points(value)} − {points(deducted)} = {points(max(Decimal(value) - deducted, Decimal(0)))}"


def size(number: int) -> str:
    """Bytes as people say them: "1,4 MB"."""
    amount, place = float(number), 0
    while amount >= 1024 and place < len(UNITS_OF_SIZE) - 1:
        amount, place = amount / 1024, place + 1
    text = f"{amount:.1f}".removesuffix(".0").replace(".", ",")
    return f"{text} {UNITS_OF_SIZE[place]}"
