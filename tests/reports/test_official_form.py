from dataclasses import replace
from typing import Any

import pytest
from reportlab.platypus import Paragraph

from reports import official_form, theme
from reports.official_form import OPEN, Rule
from tests.reports import papers
from tests.reports.contents import LETTERHEAD
from tests.reports.test_theme import built


def said(flowable: object) -> str:
    assert isinstance(flowable, Paragraph)
    return "".join(fragment.text for fragment in flowable.frags)


def test_bases_end_with_semicolons_and_the_last_with_a_full_stop() -> None:
    lines = [said(line) for line in official_form.bases(["Luật A", "Căn cứ Nghị định B;", "Quyết định C."])]
    assert lines == ["Căn cứ Luật A;", "Căn cứ Nghị định B;", "Căn cứ Quyết định C."]
    assert official_form.bases([]) == []


@pytest.mark.parametrize(
    ("recipients", "ending"),
    [(("Bộ Nội vụ", "Lưu: VT, CCHC"), "- Lưu: VT, CCHC."), (("Bộ Nội vụ;",), "- Lưu: VT.")],
)
def test_recipients_end_with_the_archive(recipients: tuple[str, ...], ending: str) -> None:
    kept: Any = official_form.closing([], replace(LETTERHEAD, recipients=recipients))
    left, right = papers.cells(kept._content[-1])[0]
    assert [said(line) for line in left] == ["Nơi nhận:", "- Bộ Nội vụ;", ending]
    assert said(right[0]) == "GIÁM ĐỐC"


def test_number_and_date_stay_open() -> None:
    table = official_form.heading(LETTERHEAD, 2026)
    numbered, dated = papers.cells(table)[1]
    assert said(numbered) == f"Số:{OPEN}/BC-SNV"
    assert said(dated) == f"Minh Họa, ngày{OPEN}tháng{OPEN}năm 2026"


def test_the_symbol_may_come_with_its_stroke() -> None:
    table = official_form.heading(replace(LETTERHEAD, symbol="/BC-SNV"), 2026)
    assert said(papers.cells(table)[1][0]).endswith("\u00a0/BC-SNV")


def test_lines_have_the_lengths_that_the_decree_asks() -> None:
    (left, right), _ = papers.cells(official_form.heading(LETTERHEAD, 2026))
    issuer = theme.width_of("SỞ NỘI VỤ", theme.BOLD, 13)
    assert isinstance(left[-1], Rule)
    assert issuer / 3 <= left[-1].length <= issuer / 2
    assert right[-1].length == pytest.approx(theme.width_of(official_form.MOTTO, theme.BOLD, 14))


def test_a_single_annex_has_no_number() -> None:
    assert said(official_form.annex("", "Phương pháp", "Báo cáo", LETTERHEAD)[2]) == "Phụ lục"
    assert said(official_form.annex("IV", "Phương pháp", "Báo cáo", LETTERHEAD)[2]) == "Phụ lục IV"


def test_an_annex_names_the_document_it_belongs_to() -> None:
    flow = official_form.annex("I", "Tỷ lệ hài lòng", "Báo cáo", LETTERHEAD)
    assert said(flow[3]) == "TỶ LỆ HÀI LÒNG"
    assert said(flow[4]) == f"(Kèm theo Báo cáo số{OPEN}/BC-SNV ngày{OPEN}tháng{OPEN}năm{OPEN} của Sở Nội vụ)"


def test_long_names_wrap() -> None:
    long = replace(LETTERHEAD, superior="Ủy ban nhân dân " * 8, issuer="Trung tâm " * 40)
    assert built([official_form.heading(long, 2026)])
