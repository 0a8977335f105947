"""How a round was scored, in words: for the last annex of its documents and for its page."""

from collections.abc import Iterator

from reports import par_words, words
from reports.par_content import AuditPoint, BlockResult, RoundReport

INDEX = (
    "Chỉ số (%) = điểm đạt được / điểm tối đa áp dụng × 100, cộng điểm thưởng, trừ điểm phạt trong giới hạn của bộ "
    "tiêu chí. Điểm giữ chính xác, chỉ làm tròn (nửa lên) khi in; vì vậy tổng của các số đã in có thể lệch 0,01."
)
COUNTS = (
    "Điểm được tính của một tiêu chí: điểm đính chính (hai người, có lý do), nếu không có thì điểm của hội đồng, thẩm "
    "định lần 2, thẩm định lần 1. Điểm tự chấm luôn được giữ nguyên bên cạnh. Tiêu chí khảo sát và thống kê do Sở Nội "
    "vụ nhập, đơn vị không tự chấm."
)
APPLIES = "Tiêu chí không áp dụng cho đơn vị thì bỏ khỏi điểm tối đa."
RANKED = "Xếp hạng theo chỉ số, riêng từng khối; cùng chỉ số thì đồng hạng, hạng sau nhảy bậc (1, 2, 2, 4)."


def rows(content: RoundReport, audit: AuditPoint | None = None) -> tuple[tuple[str, str], ...]:
    """Label and words of each point of the method."""
    return (
        ("Chỉ số", INDEX),
        ("Điểm được tính", COUNTS),
        ("Không áp dụng", APPLIES),
        ("Xếp hạng", RANKED),
        ("Độ chắc chắn", _doubt(content)),
        *((f"Bộ tiêu chí {block.name}", set_words(block)) for block in content.blocks),
        ("Hội đồng", "; ".join(_meetings(content)) or "Chưa có phiên họp nào được ghi."),
        ("Chương trình", f"Phiên bản {content.program}; mã kiểm tra số liệu {content.digest}."),
        *([("Đầu chuỗi nhật ký", f"Sự kiện số {audit.event}, mã {audit.mac}.")] if audit else []),
    )


def set_words(block: BlockResult) -> str:
    """A set: its name, where it comes from, whether it was checked, and its classes."""
    found = block.criteria
    checked = "đã đối chiếu văn bản gốc" if found.verified else par_words.UNVERIFIED
    bands = "; ".join(f"{name}: {bound}" for name, bound in found.bands) or "không có"
    return (
        f"{found.title} ({found.ref}, mã {found.fingerprint[:16]}), {checked}. "
        f"Tổng điểm {par_words.maximum(found.total)}. Quy ước: {found.convention}. Xếp loại: {bands}."
    )


def _doubt(content: RoundReport) -> str:
    return (
        f"Điểm lấy từ khảo sát có sai số lấy mẫu. Khoảng {words.percent(content.level, 0)} của chỉ số tính từ sai số "
        f"chuẩn của các điểm đó; hạng có thể và khả năng xếp loại từ {words.number(content.draws)} lần mô phỏng. Điểm "
        "thẩm định được coi là không có sai số."
    )


def _meetings(content: RoundReport) -> Iterator[str]:
    for meeting in content.meetings:
        form = "lấy ý kiến bằng văn bản" if meeting.in_writing else "họp"
        yield f"{words.day(meeting.held_on)} ({form}): {meeting.present}/{meeting.members} thành viên tham gia"
