import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from reports import satisfaction, theme, words
from reports.content import SatisfactionReport
from scoring.disclosure import HIDDEN
from tests.reports import papers
from tests.reports.contents import METHOD, province, rate
from tests.reports.contents_hostile import ATTACKS, hostile
from tests.reports.contents_thin import nothing, single, unit, withheld

MAKERS: list[Callable[[], SatisfactionReport]] = [province, unit, nothing, single, withheld, hostile]


@cache
def document(maker: Callable[[], SatisfactionReport]) -> bytes:
    return satisfaction.render(maker())


@cache
def text(maker: Callable[[], SatisfactionReport]) -> str:
    return papers.text(document(maker))


def outline(maker: Callable[[], SatisfactionReport]) -> list[str]:
    with papers.opened(document(maker)).open_outline() as entries:
        return [entry.title for entry in entries.root]


@pytest.mark.parametrize("maker", MAKERS)
def test_the_same_content_gives_the_same_bytes(maker: Callable[[], SatisfactionReport]) -> None:
    again = satisfaction.render(maker())
    assert hashlib.sha256(again).digest() == hashlib.sha256(document(maker)).digest()


@pytest.mark.parametrize("maker", MAKERS)
def test_every_page_is_a4_and_every_font_embedded(maker: Callable[[], SatisfactionReport]) -> None:
    for page in papers.opened(document(maker)).pages:
        assert [float(x) for x in page.mediabox] == pytest.approx([0, 0, 595.28, 841.89], abs=0.01)
        for font in page.Resources.Font.values():
            assert "/FontFile2" in font.FontDescriptor


def test_the_province_has_an_annex_per_comparison_and_for_criteria_trend_and_method() -> None:
    annexes = [title for title in outline(province) if title.startswith("Phụ lục")]
    assert annexes == [
        "Phụ lục I: Tỷ lệ hài lòng: Sở, ban, ngành",
        "Phụ lục II: Tỷ lệ hài lòng: Cơ quan ngành dọc",
        "Phụ lục III: Tỷ lệ hài lòng: Xã, phường",
        "Phụ lục IV: Tỷ lệ hài lòng: Lĩnh vực",
        "Phụ lục V: Kết quả theo tiêu chí",
        "Phụ lục VI: Xu hướng theo tháng",
        "Phụ lục VII: Ảnh hưởng của từng câu hỏi và thứ tự ưu tiên",
        "Phụ lục VIII: Phương pháp và nguồn số liệu",
    ]


def test_without_figures_only_the_method_is_annexed() -> None:
    assert outline(nothing)[-1] == "Phụ lục: Phương pháp và nguồn số liệu"
    assert not any("theo tiêu chí" in title for title in outline(withheld))


@pytest.mark.slow
def test_channels_whose_receipts_nobody_counts_have_no_column_for_them() -> None:
    channels = tuple(replace(line, issued=None) for line in province().channels)
    said = papers.text(satisfaction.render(replace(unit(), channels=channels)))
    assert "Phát ra" not in said
    assert "Phát ra" in text(unit)


def test_no_targets_and_a_separate_overall_question() -> None:
    content = unit()
    score = replace(content.whole.score, overall=rate(0.8, 40))
    satisfaction.render(replace(content, targets=(), whole=replace(content.whole, score=score)))


@pytest.mark.slow
@pytest.mark.parametrize("maker", MAKERS)
def test_poppler_finds_embedded_fonts_only(maker: Callable[[], SatisfactionReport]) -> None:
    assert {embedded for _, embedded in papers.fonts(document(maker))} == {"yes"}
    assert all("Liberation" in name for name, _ in papers.fonts(document(maker)))


@pytest.mark.slow
def test_questions_of_choice_whose_wording_was_checked_have_no_mark() -> None:
    content = province()
    assert "(*): lời văn câu hỏi" in text(province)
    checked = tuple(replace(line, verified=True) for line in content.choices)
    assert "(*): lời văn câu hỏi" not in papers.text(satisfaction.render(replace(content, choices=checked)))


@pytest.mark.slow
def test_the_first_page_has_the_form_of_the_decree() -> None:
    page = papers.words(document(province))[0]
    place = {word.text: word for word in reversed(page)}
    assert place["CỘNG"].left > place["MINH"].right
    assert place["NAM"].right > 0.85 * 210 * papers.MM
    assert place["UBND"].right < 210 * papers.MM / 2
    assert place["Độc"].top > place["CỘNG"].top
    assert place["/BC-SNV"].bottom == pytest.approx(place["Họa,"].bottom, abs=1.5)
    assert place["BÁO"].top > place["/BC-SNV"].top
    title = [word for word in page if word.text in ("BÁO", "CÁO")][:2]
    assert (title[0].left + title[1].right) / 2 == pytest.approx((theme.LEFT + 595.28 - theme.RIGHT) / 2, abs=1)


@pytest.mark.slow
@pytest.mark.parametrize("maker", [province, unit, hostile])
def test_nothing_stands_in_the_margins_but_numbers_and_footer(maker: Callable[[], SatisfactionReport]) -> None:
    for page in papers.words(document(maker)):
        for word in page:
            assert word.left >= 30 * papers.MM - 1, word
            assert word.right <= (210 - 15) * papers.MM + 1, word
            margin = word.top < 20 * papers.MM - 3 or word.bottom > (297 - 20) * papers.MM + 3
            assert not margin or word.text.isdigit() or word.text in words.FICTIONAL, word


@pytest.mark.slow
def test_pages_are_numbered_from_two_and_annexes_on_their_own() -> None:
    numbers = []
    for page in papers.words(document(province)):
        top = [word for word in page if word.bottom < 20 * papers.MM - 3]
        numbers.append(top[0].text if top else "")
        assert all(word.middle == pytest.approx(210 * papers.MM / 2, abs=0.5) for word in top)
    assert numbers[:4] == ["", "2", "3", "4"]
    assert numbers.count("") == 1 + 8


@pytest.mark.slow
def test_signer_and_recipients_stand_level() -> None:
    page = papers.words(document(province))[3]
    left = next(word for word in page if word.text == "Nơi")
    right = next(word for word in page if word.text == "GIÁM")
    assert left.bottom == pytest.approx(right.bottom, abs=2)
    assert left.left < right.left


@pytest.mark.slow
@pytest.mark.parametrize(
    "sentence",
    [
        "SỞ NỘI VỤ",
        "Độc lập - Tự do - Hạnh phúc",
        "Kết quả đo lường sự hài lòng của người dân, tổ chức đối với sự phục vụ của các cơ quan hành chính",
        "Căn cứ Quyết định số 1001/QĐ-BNV ngày 11/12/2023 của Bộ trưởng Bộ Nội vụ;",
        "Phát ra 402.118 phiếu, thu về 26.055, hợp lệ 25.625, được tính vào tỷ lệ 24.815.",
        "Phiếu không hợp lệ: phiếu thứ hai của cùng một hồ sơ 310; lý do khác 120.",
        "số phiếu nhận được bằng 6,3 % số hồ sơ",
        "402.118",
        "Tỷ lệ hài lòng chung: 91,3 % (91,0–91,7; n = 24.815).",
        "Cứ 100 người trả lời thì khoảng 91 người hài lòng",
        "trung bình 17,4 phút (16,8–18,0;",
        "1 lần: 64,2 %",
        "Sở, ban, ngành: 3/14 đạt mục tiêu 90 %, 5 chưa đạt, 6 chưa đủ căn cứ",
        "không phải Chỉ số SIPAS do Bộ Nội vụ công bố",
        "thường cao hơn tỷ lệ của điều tra dân cư",
        "là giả định, dùng để trình diễn chương trình",
        "biết, sử dụng./.",
        "- Lưu: VT, CCHC.",
        "(Kèm theo Báo cáo số",
        "“–”: không công bố, vì dưới 5 phiếu hoặc có thể làm lộ nhóm dưới 5 phiếu",
        "lời văn chưa đối chiếu với văn bản gốc",
        METHOD.data_hash[:40],
    ],
)
def test_the_report_says(sentence: str) -> None:
    assert sentence in text(province).replace("\u00a0", " ")


@pytest.mark.slow
def test_invented_figures_are_marked_on_every_page_and_real_ones_are_not() -> None:
    pages = papers.words(document(province))
    assert all("TRÌNH" in [word.text for word in page] for page in pages)
    assert words.FICTIONAL not in text(unit)


@pytest.mark.slow
def test_thin_reports_say_why() -> None:
    assert "Chưa nhận được phiếu trả lời nào." in text(nothing)
    assert "Không có tỷ lệ: chưa có phiếu trả lời." in text(nothing)
    assert "Số phiếu trả lời không công bố, để giữ kín nhóm ít phiếu." in text(withheld)
    assert "quá ít phiếu để tính khoảng tin cậy" in text(single)
    assert "không có số liệu (quá ít phiếu, không công bố)" in text(withheld)


@pytest.mark.slow
def test_a_withheld_count_is_nowhere() -> None:
    content = withheld()
    assert content.whole.score.received == 0
    assert "n = 0" not in text(withheld).replace("\u00a0", " ")


@pytest.mark.slow
def test_attack_strings_are_printed_as_they_are() -> None:
    said = text(hostile)
    squeezed = said.replace(" ", "")
    for attack in ATTACKS[:11]:
        assert attack.replace(" ", "") in squeezed
    pdf = papers.opened(document(hostile))
    assert not any("/Annots" in page or "/XObject" in page.Resources for page in pdf.pages)


@pytest.mark.slow
def test_a_channel_too_small_to_show_leaves_no_total() -> None:
    content = province()
    hidden = replace(content.channels[1], received=None, index=HIDDEN, change=None)
    said = papers.text(satisfaction.render(replace(content, channels=(content.channels[0], hidden))))
    assert "18.220" in said
    assert "26.056" not in said  # the total would tell
    assert "26.056" in papers.text(satisfaction.render(replace(content, channels=content.channels[:2])))


@pytest.mark.slow
@pytest.mark.parametrize("more", range(0, 12, 2))
def test_no_page_ends_with_a_heading(more: int) -> None:
    """However far the channels push what follows them."""
    content = province()
    longer = replace(content, channels=(*content.channels, *(content.channels[2],) * more))
    for page in papers.words(satisfaction.render(longer)):
        body = [word for word in page if word.top > 20 * papers.MM - 3 and word.bottom < (297 - 20) * papers.MM + 3]
        foot = max((word.bottom for word in body), default=0)
        last = " ".join(word.text for word in body if foot - word.bottom < 3)
        assert not re.fullmatch(r"(I{1,3}|\d)\. [^.;:]{1,45}", last), last
