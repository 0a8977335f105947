"""The method of a report, in words and symbols: for its last annex and for the spreadsheet."""

from reports import words
from reports.content import Method, SatisfactionReport

VALID = "Câu bỏ trống và câu “không áp dụng” không tính."
MEASURES = {
    "M1": "M1: r = (số câu trả lời từ mức {level} “{name}” trở lên) / (số câu trả lời hợp lệ) × 100.",
    "M2": "M2: r = (tổng các mức đã chọn, từ 1 đến 5) / (5 × số câu trả lời hợp lệ) × 100: điểm trung bình, "
    "không phải tỷ lệ người hài lòng.",
    "M3": "M3: r = (tổng các mức đã chọn trừ 1) / (4 × số câu trả lời hợp lệ) × 100: điểm trung bình, "
    "không phải tỷ lệ người hài lòng.",
}
FACTORS = {
    "F1": "F1: F = (r₁ + r₂ + …) / m: trung bình cộng tỷ lệ của m tiêu chí thuộc yếu tố.",
    "F2": "F2: F = (tổng số câu trả lời hài lòng) / (tổng số câu trả lời hợp lệ) của các tiêu chí thuộc yếu tố × 100.",
    "F3": "F3: F = r của câu hỏi chung về yếu tố.",
}
INDICES = {
    "X1": "X1: X = (F₁ + F₂ + …) / k: trung bình cộng của k yếu tố, các yếu tố ngang nhau.",
    "X2": "X2: X = trung bình cộng tỷ lệ r của tất cả các tiêu chí.",
    "X3": "X3: X = (w₁F₁ + w₂F₂ + …) / (w₁ + w₂ + …): trung bình các yếu tố theo trọng số.",
    "X4": "X4: X = r của câu hỏi chung về sự phục vụ.",
}
UNITS = {
    "V1": "V1: gộp phiếu của mọi đơn vị.",
    "V2": "V2: trung bình cộng của các đơn vị có phiếu, các đơn vị ngang nhau.",
    "V3": "V3: trung bình của các đơn vị có phiếu, theo số hồ sơ đã giải quyết.",
}
POOLED = "Lĩnh vực, tháng và cách trả lời luôn gộp phiếu."
INTERVAL = (
    "Một câu hỏi: khoảng Wilson (p + z²/2n ± z·√(p(1 − p)/n + z²/4n²)) / (1 + z²/n), n là số câu trả lời hợp lệ. "
    "Yếu tố và chỉ số: khoảng Wilson trên cỡ mẫu hiệu dụng n* = p(1 − p)/v, v là phương sai tuyến tính hóa "
    "theo từng phiếu, z được thay bằng phân vị Student với n − 1 bậc tự do. Số trung bình (thời gian): khoảng Student."
)
FINITE = (
    "Khi biết số hồ sơ đã giải quyết N, cỡ mẫu được hiệu chỉnh theo tổng thể hữu hạn (N − n)/(N − 1); "
    "mọi hồ sơ đều có phiếu thì không còn sai số chọn mẫu."
)
PRIORITIES = (
    "Ảnh hưởng: phần của mỗi câu hỏi trong mức giải thích được của đánh giá chung (trọng số tương đối của Johnson, "
    "tính trên mức 1–5); khoảng tin cậy từ lấy mẫu lại các đơn vị. Ưu tiên: ảnh hưởng trên trung bình, tỷ lệ hài lòng "
    "dưới trung bình. Là tương quan, không chứng minh nguyên nhân."
)
RANKS = (
    "Khoảng hạng của Klein, Wright và Wieczorek: một đơn vị chỉ đứng trên đơn vị khác khi cả khoảng tin cậy nằm trên. "
    "Các khoảng được nới theo Šidák để mọi khoảng hạng trong một nhóm cùng đúng với độ tin cậy đã nêu."
)
DAILY = (
    "Khoảng tin cậy thường chỉ đúng cho một lần xem. Dãy khoảng tin cậy (Robbins; Howard và cộng sự 2021) rộng hơn "
    "và đúng cho mọi lần xem cùng lúc: dừng khi nào cũng không làm sai kết luận."
)
DECISION = (
    "“Đạt”: cả khoảng tin cậy thỏa mục tiêu. “Chưa đạt”: cả khoảng tin cậy không thỏa mục tiêu. Còn lại là "
    "“Chưa đủ căn cứ”, kèm số phiếu cần thêm nếu tỷ lệ giữ nguyên. So với giá trị chưa làm tròn."
)
UNCHECKED = "chưa đối chiếu với văn bản gốc"


def rows(content: SatisfactionReport) -> tuple[tuple[str, str], ...]:
    """Label and text of everything needed to understand and repeat the figures."""
    method = content.method
    return (
        ("Phiếu khảo sát", f"{method.questionnaire} ({method.questionnaire_ref})"),
        ("Mã băm nội dung phiếu (SHA-256)", method.questionnaire_hash),
        ("Thang đo", _scale(content)),
        ("Tỷ lệ hài lòng của một tiêu chí", _rate(content)),
        ("Yếu tố", FACTORS[method.factor_rule]),
        ("Chỉ số", _index(method)),
        ("Toàn tỉnh và cấp đơn vị", f"{UNITS[method.unit_rule]} {POOLED}"),
        ("Căn cứ của cách tính", _standing(method)),
        ("Khoảng tin cậy", f"Mức {words.percent(method.level, 0)}. {INTERVAL}"),
        ("Hiệu chỉnh tổng thể hữu hạn", FINITE),
        ("Kết luận so với mục tiêu", DECISION),
        ("Khi xem số liệu nhiều lần", DAILY),
        ("Hạng", RANKS),
        ("Ảnh hưởng và ưu tiên", PRIORITIES),
        ("Kênh được tính vào tỷ lệ", "; ".join(method.classes) or "Không có"),
        (
            "Ngưỡng công bố",
            f"Nhóm và câu hỏi có dưới {method.fewest} phiếu trả lời không công bố, ghi “{words.DASH}”; "
            "nhóm khác cũng không công bố khi có thể tính ra nhóm ít phiếu từ tổng số.",
        ),
        ("Nội dung chưa đối chiếu", _unverified(method)),
        ("Căn cứ", _bases(method)),
        ("Số liệu đến ngày", words.day(content.data_as_of)),
        ("Phiên bản chương trình", method.program),
        ("Mã băm số liệu (SHA-256)", method.data_hash),
    )


def _scale(content: SatisfactionReport) -> str:
    levels = "; ".join(f"{number} – {name}" for number, name in enumerate(content.scale, 1))
    return levels if content.method.scale_verified else f"{levels} ({UNCHECKED})"


def _rate(content: SatisfactionReport) -> str:
    level = content.method.satisfied_from
    return f"{MEASURES[content.method.measure].format(level=level, name=content.scale[level - 1])} {VALID}"


def _index(method: Method) -> str:
    numbers = ((name, format(weight.normalize(), "f").replace(".", ",")) for name, weight in method.weights)
    weights = ", ".join(f"“{name}” {number}" for name, number in numbers)
    return f"{INDICES[method.index_rule]} Trọng số: {weights}." if weights else INDICES[method.index_rule]


def _standing(method: Method) -> str:
    doubt = "" if method.index_method_verified else f" (công thức {UNCHECKED})"
    named = f"{method.index_method}{doubt}, SHA-256 {method.index_method_hash}"
    return f"{method.index_method_note} Bộ quy tắc {named}."


def _unverified(method: Method) -> str:
    if not method.unverified_items:
        return "Không có: lời văn các câu hỏi đã đối chiếu với văn bản gốc."
    return f"{len(method.unverified_items)} câu hỏi có lời văn {UNCHECKED}: {', '.join(method.unverified_items)}."


def _bases(method: Method) -> str:
    named = (name if verified else f"{name} ({UNCHECKED})" for name, verified in method.legal_basis)
    return "; ".join(named) or "Không có"
