import datetime
from dataclasses import replace
from decimal import Decimal

import pytest

from reports import findings, method
from reports.content import Break, Comparison, TrendPoint, Validity
from scoring.changes import Change, Direction
from scoring.deciding import Multiplicity
from scoring.disclosure import HIDDEN
from tests.reports.contents import METHOD, change, factors, group, items, province, rate, trend
from tests.reports.contents_thin import nothing

JULY = Break(month=datetime.date(2025, 7, 1), label="Chính quyền hai cấp")


def compared(*values: tuple[str, float, int], target: float | None) -> Comparison:
    rows = tuple(group(name, name, rate(value, n), target=target) for name, value, n in values)
    return Comparison(title="Sở, ban, ngành", target=target, rows=rows)


def test_a_comparison_says_how_many_reached_the_target() -> None:
    content = compared(("A", 0.95, 900), ("B", 0.8, 900), ("C", 0.9, 50), ("D", 1, 3), ("E", 0, 0), target=0.9)
    assert findings.comparison(content) == (
        "Sở, ban, ngành: 1/5 đạt mục tiêu 90\u00a0%, 1 chưa đạt, 1 chưa đủ căn cứ, 1 chưa có số liệu, 1 không công bố"
    )


def test_without_a_target_it_says_the_spread() -> None:
    content = compared(("A", 0.95, 900), ("B", 0.8, 900), target=None)
    assert findings.comparison(content) == "Sở, ban, ngành: thấp nhất B (80,0\u00a0%); cao nhất A (95,0\u00a0%)"
    assert findings.comparison(compared(("A", 0.95, 900), target=None)) == "Sở, ban, ngành: 95,0\u00a0%"
    assert findings.comparison(compared(target=None)) == "Sở, ban, ngành: chưa có số liệu công bố"


def test_items_and_factors_name_the_extremes() -> None:
    said = findings.items(items(400))
    assert said.startswith("Mức độ hài lòng theo tiêu chí: thấp nhất “")
    assert "…” (" not in findings.factors(factors(40))
    longest = replace(items(400)[0], text="Câu hỏi dài " * 20)
    assert "…” (" in findings.items((longest, *items(400)[1:2]))


def point(month: int, value: float, n: int, change: Direction = Direction.CANNOT_TELL) -> TrendPoint:
    return TrendPoint(month=datetime.date(2025, month, 1), estimate=rate(value, n), change=change)


@pytest.mark.parametrize(
    ("points", "said"),
    [
        ([(5, 0.8, 20), (6, 0.9, 20, Direction.HIGHER)],
         "tăng từ 80,0\u00a0% (tháng 05/2025) đến 90,0\u00a0% (tháng 06/2025)"),
        ([(5, 0.9, 20), (6, 0.8, 20, Direction.LOWER)],
         "giảm từ 90,0\u00a0% (tháng 05/2025) đến 80,0\u00a0% (tháng 06/2025)"),
        ([(5, 0.9, 20), (6, 0.8, 20)], "chưa đủ căn cứ để nói là tăng hay giảm"),
        ([(5, 0.9, 20), (6, 0.8, 20, Direction.ONLY_MIX)], "từng cách trả lời chưa thấy tăng hay giảm"),
        ([(5, 0.8, 2000), (7, 0.9, 2000)], "Tỷ lệ hài lòng: 90,0\u00a0% (tháng 07/2025)"),
        ([(5, 0.0, 0)], "Xu hướng: chưa có số liệu công bố"),
        ([], "Xu hướng: chưa có số liệu công bố"),
    ],
)  # fmt: skip
def test_a_trend_speaks_of_what_the_last_point_names(points: list[tuple[int, float, int]], said: str) -> None:
    assert findings.trend([point(*p) for p in points], [JULY]).endswith(said)


def test_channels_are_held_against_the_first() -> None:
    lines = province().channels
    assert findings.channels(lines) == (
        "Máy tính bảng tại quầy, điều tra viên cao hơn mã biên nhận dùng một lần 3,0 điểm phần trăm (2,0–4,0).",
        "Mã QR mở, trực tuyến: chưa đủ căn cứ để nói là cao hay thấp hơn mã biên nhận dùng một lần.",
    )
    lower = replace(lines[1], change=change(-0.05, -0.08, -0.02))
    assert "thấp hơn mã biên nhận dùng một lần 5,0 điểm phần trăm (2,0–8,0)." in findings.channels((lines[0], lower))[0]
    alone = replace(lines[1], change=Change(value=0.1, interval=None, direction=Direction.CANNOT_TELL))
    assert "chưa đủ căn cứ" in findings.channels((lines[0], alone))[0]
    assert findings.channels(()) == findings.channels(lines[:1]) == ()


def test_hidden_months_are_passed_over() -> None:
    hidden = replace(trend(1)[0], estimate=HIDDEN)
    assert findings.trend([hidden], ()) == "Xu hướng: chưa có số liệu công bố"


def test_notes_name_period_method_and_version() -> None:
    said = findings.note(province())
    assert "từ ngày 01/01/2026 đến ngày 31/10/2026" in said
    assert "phương pháp M1, F1, X1, V1" in said
    assert "sipas-one-stop@1" in said
    assert said.endswith("Số liệu giả định.")
    assert "giả định" not in findings.bars_note(replace(province(), fictional=False))
    assert findings.period(nothing()).endswith("đến ngày 15/11/2026")


RULES = [
    ("M1", "F1", "X1", "V1"),
    ("M2", "F2", "X2", "V2"),
    ("M3", "F3", "X3", "V3"),
    ("M1", "F3", "X4", "V1"),
    ("M1", "F1", "X5", "V4"),
]


@pytest.mark.parametrize(("measure", "factors", "index", "units"), RULES)
def test_the_method_is_told_in_words_and_symbols(measure: str, factors: str, index: str, units: str) -> None:
    chosen = replace(METHOD, measure=measure, factor_rule=factors, index_rule=index, unit_rule=units)
    said = dict(method.rows(replace(province(), method=chosen)))
    assert said["Tỷ lệ hài lòng của một tiêu chí"].startswith(f"{measure}: ")
    assert said["Yếu tố"].startswith(f"{factors}: ")
    assert said["Chỉ số"].startswith(f"{index}: ")
    assert said["Toàn tỉnh và cấp đơn vị"].startswith(f"{units}: ")
    assert chosen.symbols == f"{measure}, {factors}, {index}, {units}"


def test_strata_are_told_with_their_weights() -> None:
    weights = (("Nhóm A", Decimal("0.7")), ("Nhóm B", Decimal("0.3")))
    chosen = replace(METHOD, channel_rule="C2", channel_weights=weights, unit_rule="V4", fewest_per_cell=12)
    said = dict(method.rows(replace(province(), method=chosen)))
    assert said["Các cách trả lời"].startswith("C2: ")
    assert said["Các cách trả lời"].endswith("Trọng số: “Nhóm A” 0,7, “Nhóm B” 0,3.")
    assert "ô dưới 12 phiếu" in said["Toàn tỉnh và cấp đơn vị"]
    assert chosen.symbols == "M1, F1, X1, C2, V4"


@pytest.mark.parametrize(
    ("design", "words"), [("open", "không phải mẫu"), ("random", "cách đều"), ("clustered", "quầy")]
)
def test_how_people_came_to_answer_is_told(design: str, words: str) -> None:
    said = dict(method.rows(replace(province(), method=replace(METHOD, design=design))))
    assert words in said["Cách chọn người trả lời"]


def test_how_sure_many_verdicts_are_together() -> None:
    assert findings.together(province(), 99).endswith("cứ 40 kết luận có thể có một kết luận sai do ngẫu nhiên.")
    strict = replace(province(), method=replace(METHOD, multiplicity=Multiplicity.SIDAK))
    assert findings.together(strict, 99) == "Cả 99 kết luận cùng đúng với độ tin cậy 95\u00a0%."


def test_weights_and_standing_of_the_method_are_told() -> None:
    weights = (("Tiếp cận dịch vụ", Decimal(3)), ("Thủ tục hành chính", Decimal("2.5")))
    chosen = replace(METHOD, index_rule="X3", weights=weights)
    said = dict(method.rows(replace(province(), method=chosen)))
    assert said["Chỉ số"].endswith("Trọng số: “Tiếp cận dịch vụ” 3, “Thủ tục hành chính” 2,5.")
    assert "m1-f1-x1-v1@1 (công thức chưa đối chiếu với văn bản gốc)" in said["Căn cứ của cách tính"]
    checked = replace(province(), method=replace(METHOD, index_method_verified=True))
    assert "chưa đối chiếu" not in dict(method.rows(checked))["Căn cứ của cách tính"]


def test_the_method_of_the_default_names_the_level() -> None:
    said = dict(method.rows(province()))
    assert "mức 4 “Hài lòng” trở lên" in said["Tỷ lệ hài lòng của một tiêu chí"]
    assert said["Mã băm số liệu (SHA-256)"] == METHOD.data_hash
    assert "23 câu hỏi" in said["Nội dung chưa đối chiếu"]
    assert "Quyết định số 1001/QĐ-BNV" in said["Căn cứ"]


def test_the_method_of_a_verified_questionnaire() -> None:
    said = dict(method.rows(nothing()))
    assert said["Nội dung chưa đối chiếu"].startswith("Không có")
    assert said["Căn cứ"] == said["Kênh được tính vào tỷ lệ"] == "Không có"
    doubtful = replace(nothing(), method=replace(METHOD, scale_verified=False))
    assert dict(method.rows(doubtful))["Thang đo"].endswith("(chưa đối chiếu với văn bản gốc)")


def test_what_to_improve_first_is_named_or_why_it_is_not() -> None:
    lines = province().priorities
    assert findings.priorities(lines).startswith(f"Nên ưu tiên: “{lines[1].text[:20]}")
    assert findings.priorities(lines[:1]).startswith("Không có câu hỏi nào")
    assert findings.priorities(()).startswith("Chưa đủ phiếu")


FORMS = Validity(issued=500, returned=430, excluded=(), blanked=None, valid=410, counted=395)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (FORMS, "Phát ra 500 phiếu, thu về 430, hợp lệ 410, được tính vào tỷ lệ 395."),
        (replace(FORMS, issued=None), "Thu về 430 phiếu, hợp lệ 410, được tính vào tỷ lệ 395."),
        (replace(FORMS, valid=None), "Phát ra 500 phiếu, thu về 430, được tính vào tỷ lệ 395."),
        (replace(FORMS, issued=None, valid=None, returned=1430), "Thu về 1.430 phiếu, được tính vào tỷ lệ 395."),
    ],
)
def test_what_became_of_the_forms_is_one_sentence(content: Validity, said: str) -> None:
    assert findings.forms(content) == said


def test_reasons_are_told_where_there_are_any() -> None:
    assert findings.excluded(FORMS) == ()
    told = replace(FORMS, excluded=(("Ngoài thời gian", 1200), ("Lý do khác", 7)), blanked=("Câu đánh dấu 2 ô", 14))
    assert findings.excluded(told) == (
        "Phiếu không hợp lệ: ngoài thời gian 1.200; lý do khác 7.",
        "Câu đánh dấu 2 ô: 14 câu, tính là bỏ trống.",
    )


def test_the_method_names_the_rules_and_their_standing() -> None:
    said = dict(method.rows(province()))["Phiếu hợp lệ"]
    assert said.startswith(
        "1) Ngoài thời gian khảo sát (chưa đối chiếu với văn bản gốc). Ngày trên phiếu ngoài đợt. "
        "2) Câu đánh dấu 2 ô trên phiếu giấy. Câu đó tính là bỏ trống. "
    )
    assert said.endswith(f"Bộ quy tắc standard@1, SHA-256 {METHOD.rules_hash}.")
    without = replace(province(), method=replace(METHOD, rules=(), rules_ref="", rules_hash=""))
    assert dict(method.rows(without))["Phiếu hợp lệ"] == "Không áp dụng quy tắc nào."
