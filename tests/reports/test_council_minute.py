import datetime
import hashlib
from dataclasses import replace
from decimal import Decimal

import pytest

from reports import council_minute
from reports.council_minute import Attendant, CouncilMinute, Decided
from tests.reports import papers
from tests.reports.contents import LETTERHEAD
from tests.reports.contents_hostile import ATTACKS

MINUTE = CouncilMinute(
    letterhead=LETTERHEAD,
    fictional=True,
    round="Chỉ số cải cách hành chính năm 2025",
    held_on=datetime.date(2026, 5, 20),
    in_writing=False,
    text="Chủ tịch Hội đồng khai mạc.\n\nHội đồng thống nhất kết quả thẩm định.",
    attendants=(
        Attendant(name="Nguyễn Văn A", title="Phó Chủ tịch UBND tỉnh", present=True),
        Attendant(name="Trần Thị B", title="Giám đốc Sở Nội vụ", present=True),
        Attendant(name="Lê Văn C", title="", present=False),
    ),
    decisions=(
        Decided(
            unit="Xã An Cọ",
            leaf="1.3",
            own=Decimal("0.75"),
            appraised=Decimal("0.5"),
            points=Decimal("0.6"),
            applies=True,
            reason="Đã bổ sung báo cáo",
        ),
        Decided(
            unit="Xã Bình Thủy",
            leaf="2.1",
            own=None,
            appraised=None,
            points=None,
            applies=False,
            reason="Không điều tra trong năm",
        ),
    ),
    units=(("Xã An Cọ", True), ("Xã Bình Thủy", False)),
    unverified=True,
)
IN_WRITING = replace(
    MINUTE, fictional=False, in_writing=True, decisions=(), units=(), unverified=False, letterhead=LETTERHEAD
)


@pytest.mark.slow
def test_the_minute_says_who_met_and_what_was_decided() -> None:
    said = papers.text(council_minute.render(MINUTE), "-layout")
    assert "Minh Họa, ngày" not in said  # a minute bears no date under Quốc hiệu
    for words in (
        "BIÊN BẢN",
        "/BB-HĐTĐ",
        "Họp Hội đồng thẩm định Chỉ số cải cách hành chính năm 2025",
        "Thời gian họp: ngày 20/05/2026",
        "2 trên tổng số 3 thành viên",
        "Vắng mặt",
        "0,6",
        "áp dụng",
        "Chủ tọa: ....",
        "Chưa chốt",
        "chưa đối chiếu văn bản gốc",
        "THƯ KÝ",
        "CHỦ TỌA",
        "Lưu: VT, hồ sơ.",
    ):
        assert words in said, words


@pytest.mark.slow
def test_an_opinion_in_writing_without_decisions() -> None:
    said = papers.text(council_minute.render(IN_WRITING))
    assert "Lấy ý kiến bằng văn bản Hội đồng thẩm định" in said
    assert "Hội đồng cho ý kiến bằng văn bản, tổng hợp ngày 20/05/2026" in said
    assert "Hội đồng không thay đổi điểm thẩm định của tiêu chí nào" in said
    for words in ("Địa điểm", "giả định", "chưa đối chiếu", "Chưa chốt"):
        assert words not in said


def test_the_same_content_gives_the_same_bytes_in_embedded_fonts() -> None:
    first, second = (council_minute.render(MINUTE) for _ in range(2))
    assert hashlib.sha256(first).digest() == hashlib.sha256(second).digest()
    for page in papers.opened(first).pages:
        for font in page.Resources.Font.values():
            assert "/FontFile2" in font.FontDescriptor


@pytest.mark.parametrize("attack", ATTACKS)
def test_words_of_people_are_only_words(attack: str) -> None:
    decided = replace(MINUTE.decisions[0], unit=attack, reason=attack)
    hostile = replace(MINUTE, text=attack, round=attack, decisions=(decided,), units=((attack, True),))
    assert council_minute.render(hostile).startswith(b"%PDF")
