"""What the room says: why something was refused, and how columns and states are called."""

from collections.abc import Iterator, Mapping

from survey_app.organisation.listing import ALIVE, ALL, CLOSED

WORDS = {
    # units
    "code_taken": "Mã này đã có đơn vị dùng (kể cả đơn vị đã đóng).",
    "unknown_level": "Không có cấp này.",
    "no_parent": "Cần chọn đơn vị cấp trên.",
    "root_stays": "Đơn vị cao nhất không có đơn vị cấp trên.",
    "circle": "Đơn vị này nằm dưới chính đơn vị đang sửa.",
    "parent_not_alive": "Đơn vị cấp trên chưa hoạt động hoặc đã đóng vào ngày đó.",
    "has_answers": "Đơn vị đã có phiếu trả lời trước ngày này.",
    "took_over_before": "Đơn vị đã kế tục đơn vị khác trước ngày này.",
    "root": "Không đóng hoặc sáp nhập được đơn vị cao nhất.",
    "before_start": "Đơn vị phải hoạt động ít nhất một ngày: ngày này trước ngày bắt đầu.",
    "successor_not_alive": "Đơn vị kế tục không hoạt động vào ngày đó.",
    "living_children": "Còn đơn vị trực thuộc đang hoạt động: chọn nơi chuyển về.",
    "unit_closed": "Đơn vị đã đóng, không sửa được nữa.",
    "no_unit": "Chọn ít nhất một đơn vị.",
    "day_to_come": "Ngày sáp nhập chưa đến: quầy chuyển ngay, nên hãy sáp nhập từ ngày đó.",
    "parent_ends": "Đơn vị cấp trên thuộc số đơn vị chấm dứt.",
    "successor_ends": "Đơn vị kế tục thuộc số đơn vị chấm dứt, hoặc nằm dưới một đơn vị như vậy.",
    "campaigns_overlap": "“{one}” và “{other}” sẽ cùng nhận phiếu tại đơn vị kế tục: hãy đóng một đợt trước.",
    # counters
    "unknown_field": "Không có lĩnh vực này.",
    "name_taken": "Đơn vị đã có quầy đang mở mang tên này.",
    "before_unit": "Trước ngày bắt đầu của đơn vị.",
    "before_opening": "Trước ngày mở quầy.",
    "successor_not_open": "Quầy tiếp nhận phải là quầy khác, đang mở vào ngày đó.",
    "counter_closed": "Quầy đã đóng hoặc đã hẹn ngày đóng, không sửa được nữa.",
    # rows of a table
    "needed": "Ô này cần được điền.",
    "too_long": "Chữ quá dài.",
    "bad_day": "Không phải là ngày (viết 31/12/2025).",
    "bad_code": "Mã chỉ gồm chữ không dấu, số, dấu chấm, gạch ngang, gạch dưới; bắt đầu bằng chữ hoặc số.",
    "not_in_scope": "Mã này là của đơn vị ngoài phạm vi của Ông/Bà.",
    "repeated_row": "Mã này đã có ở dòng trên.",
    "unknown_unit": "Không có mã đơn vị này trong phạm vi của Ông/Bà.",
    "end_elsewhere": "Đóng và sáp nhập làm ở trang của đơn vị, quầy: giữ ô này như khi tải về, dòng mới bỏ trống.",
    "bad_counter_code": "Mã quầy sai: hãy xem lại từng ký tự. Quầy mới thì bỏ trống.",
    "unknown_counter": "Không có quầy mang mã này trong phạm vi của Ông/Bà. Quầy mới thì bỏ trống.",
    "unit_stays": "Quầy không chuyển sang đơn vị khác bằng cách nhập bảng.",
    "opening_stays": "Ngày mở của quầy đã có không đổi được.",
    # files
    "too_large": "Tệp quá lớn.",
    "too_many_rows": "Tệp quá nhiều dòng.",
    "not_a_table": "Tệp không phải bảng tính XLSX hoặc CSV.",
    "not_utf8": "Tệp CSV phải ở dạng UTF-8.",
    "no_column": "Tệp thiếu cột “{column}”.",
}

STATES = {ALIVE: "Đang hoạt động", CLOSED: "Đã đóng", ALL: "Tất cả"}

UNIT_COLUMNS = {
    "code": "Mã đơn vị",
    "name": "Tên đơn vị",
    "short": "Tên viết tắt",
    "level": "Cấp",
    "parent": "Mã đơn vị cấp trên",
    "since": "Ngày bắt đầu",
    "last_day": "Ngày hoạt động cuối",
    "successors": "Mã đơn vị kế tục",
}
COUNTER_COLUMNS = {
    "code": "Mã quầy",
    "unit": "Mã đơn vị",
    "name": "Tên quầy",
    "place": "Vị trí",
    "field": "Lĩnh vực",
    "opened": "Ngày mở",
    "closed": "Đóng từ ngày",
    "successor": "Mã quầy kế tục",
}
COUNTER_EXTRAS = ("Tên đơn vị", "Địa chỉ")  # to read; an import leaves them aside


def in_words(reason: str, details: Mapping[str, object]) -> str:
    return WORDS[reason].format(**details)


def told(problems: Mapping[str, str], columns: Mapping[str, str], details: Mapping[str, object]) -> Iterator[str]:
    """The problems of a table, one line each: "Dòng 5, cột Cấp: Không có cấp này."."""
    for place, reason in problems.items():
        number, _, column = place.partition(":")
        if column:
            yield f"Dòng {number}, cột {columns[column]}: {in_words(reason, details)}"
        else:
            yield in_words(reason, details)
