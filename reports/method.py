"""The method of a report, in words and symbols: for its last annex and for the spreadsheet."""

from collections.abc import Sequence
from decimal import Decimal

from reports import words
from reports.content import Method, SatisfactionReport
from scoring.deciding import Looks, Multiplicity

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
    "X5": "X5: X = w₁P + w₂S: hai nội dung (chính sách, dịch vụ) theo trọng số; trong mỗi nội dung "
    "các yếu tố ngang nhau.",
}
UNITS = {
    "V1": "V1: gộp phiếu của mọi đơn vị.",
    "V2": "V2: trung bình cộng của các đơn vị có phiếu, các đơn vị ngang nhau.",
    "V3": "V3: trung bình của các đơn vị có phiếu, theo số hồ sơ đã giải quyết.",
    "V4": "V4: hậu phân tầng: mỗi đơn vị × lĩnh vực nặng theo số hồ sơ đã giải quyết; ô dưới {fewest} phiếu được "
    "nhập với ô ít phiếu kế tiếp của đơn vị.",
}
POOLED = "Lĩnh vực, tháng và cách trả lời luôn gộp phiếu."
CHANNELS = {
    "C1": "Các cách trả lời được tính thì gộp phiếu; ảnh hưởng của cách trả lời nêu riêng.",
    "C2": "C2: mỗi cách trả lời là một tầng có trọng số; nơi một tầng chưa có phiếu thì không có tỷ lệ.",
}
DESIGNS = {
    "open": "Người dân tự chọn trả lời (mã QR, trực tuyến): không phải mẫu ngẫu nhiên. Khoảng tin cậy tính như mẫu "
    "ngẫu nhiên đơn giản và không gồm sai lệch do ai chọn trả lời.",
    "random": "Chọn ngẫu nhiên từng người (hoặc cách đều) trong những người đến giao dịch: mẫu ngẫu nhiên đơn giản.",
    "clustered": "Chọn ngẫu nhiên ngày tại từng quầy, hỏi mọi người đến trong ngày đó: đơn vị mẫu bậc một là "
    "quầy × ngày; phương sai tính giữa các quầy × ngày (Cochran 1977), không hiệu chỉnh tổng thể hữu hạn.",
}
TOGETHER = {
    Multiplicity.NONE: "Mỗi kết luận có độ tin cậy riêng; trong nhiều đơn vị, một số kết luận có thể sai do "
    "ngẫu nhiên.",
    Multiplicity.SIDAK: "Kết luận của mọi hàng trong một bảng so sánh cùng đúng với độ tin cậy đã nêu: khoảng "
    "dùng để kết luận được nới theo Šidák (1967), rộng hơn khoảng in trong bảng.",
}
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
SHRUNK = (
    "Ước lượng co (beta-nhị thức): tỷ lệ của đơn vị ít phiếu được kéo về mức chung của các đơn vị cùng cấp, càng "
    "ít phiếu càng kéo nhiều. Chỉ để tham khảo bên cạnh tỷ lệ của đơn vị, không thay thế."
)
DAILY = (
    "Khoảng tin cậy thường chỉ đúng cho một lần xem. Dãy khoảng tin cậy (Robbins; Howard và cộng sự 2021) rộng hơn "
    "và đúng cho mọi lần xem cùng lúc: dừng khi nào cũng không làm sai kết luận."
)
LOOKS = {
    Looks.ONCE: "Kết luận dùng khoảng tin cậy của một lần xem, khi đã thu đủ phiếu.",
    Looks.DAILY: "Kết luận dùng dãy khoảng tin cậy trên cỡ mẫu hiệu dụng, nên có thể xem hằng ngày.",
}
DECISION = (
    "“Đạt”: cả khoảng tin cậy thỏa mục tiêu. “Chưa đạt”: cả khoảng tin cậy không thỏa mục tiêu. Còn lại là "
    "“Chưa đủ căn cứ”, kèm số phiếu cần thêm nếu tỷ lệ giữ nguyên. So với giá trị chưa làm tròn."
)
BATCHES = (
    "Phiếu vào số liệu khi cùng đơn vị, lĩnh vực, kênh và tháng có ít nhất 5 phiếu mới, để không ai suy ra được câu "
    "trả lời của một người. Phần còn lại vào sau 30 ngày nếu cả đơn vị có đủ 5 phiếu, hoặc khi đóng đợt; trước khi "
    "đóng, số liệu vì vậy nghiêng về lĩnh vực có nhiều giao dịch."
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
        ("Các cách trả lời", _weighted(CHANNELS[method.channel_rule], method.channel_weights)),
        ("Toàn tỉnh và cấp đơn vị", f"{UNITS[method.unit_rule].format(fewest=method.fewest_per_cell)} {POOLED}"),
        ("Căn cứ của cách tính", _standing(method)),
        ("Cách chọn người trả lời", DESIGNS[method.design]),
        ("Khoảng tin cậy", f"Mức {words.percent(method.level, 0)}. {INTERVAL}"),
        ("Hiệu chỉnh tổng thể hữu hạn", FINITE),
        ("Kết luận so với mục tiêu", DECISION),
        ("Kết luận cho nhiều đơn vị", TOGETHER[method.multiplicity]),
        ("Khi xem số liệu nhiều lần", f"{DAILY} {LOOKS[method.looks]}"),
        ("Hạng", RANKS),
        ("Đơn vị ít phiếu", SHRUNK),
        ("Ảnh hưởng và ưu tiên", PRIORITIES),
        ("Kênh được tính vào tỷ lệ", "; ".join(method.classes) or "Không có"),
        ("Phiếu hợp lệ", _rules(method)),
        (
            "Ngưỡng công bố",
            f"Nhóm và câu hỏi có dưới {method.fewest} phiếu trả lời không công bố, ghi “{words.DASH}”; "
            "nhóm khác cũng không công bố khi có thể tính ra nhóm ít phiếu từ tổng số.",
        ),
        ("Nội dung chưa đối chiếu", _unverified(method)),
        ("Căn cứ", _bases(method)),
        ("Phiếu vào số liệu theo lô", BATCHES),
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
    return _weighted(INDICES[method.index_rule], method.weights)


def _weighted(said: str, weights: Sequence[tuple[str, Decimal]]) -> str:
    numbers = ((name, format(weight.normalize(), "f").replace(".", ",")) for name, weight in weights)
    named = ", ".join(f"“{name}” {number}" for name, number in numbers)
    return f"{said} Trọng số: {named}." if named else said


def _standing(method: Method) -> str:
    doubt = "" if method.index_method_verified else f" (công thức {UNCHECKED})"
    named = f"{method.index_method}{doubt}, SHA-256 {method.index_method_hash}"
    return f"{method.index_method_note} Bộ quy tắc {named}."


def _rules(method: Method) -> str:
    if not method.rules:
        return "Không áp dụng quy tắc nào."
    named = (
        f"{at}) {rule.name}{'' if rule.verified else f' ({UNCHECKED})'}. {rule.note}"
        for at, rule in enumerate(method.rules, 1)
    )
    kept = "Phiếu không hợp lệ vẫn là phiếu thu về nhưng không tính vào tỷ lệ; ghi theo quy tắc đầu tiên bị vi phạm."
    return f"{' '.join(named)} {kept} Bộ quy tắc {method.rules_ref}, SHA-256 {method.rules_hash}."


def _unverified(method: Method) -> str:
    if not method.unverified_items:
        return "Không có: lời văn các câu hỏi đã đối chiếu với văn bản gốc."
    return f"{len(method.unverified_items)} câu hỏi có lời văn {UNCHECKED}: {', '.join(method.unverified_items)}."


def _bases(method: Method) -> str:
    named = (name if verified else f"{name} ({UNCHECKED})" for name, verified in method.legal_basis)
    return "; ".join(named) or "Không có"
