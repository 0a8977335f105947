"""Papers as drafts for a word processor, read back."""

import io
from dataclasses import replace
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT

from reports import par_document, par_layouts, par_results
from tests.reports.par_contents import AN_CO, COMMUNES, DOSSIER, REPORT


def opened(content: bytes) -> Any:
    return Document(io.BytesIO(content))


def said(draft: Any) -> str:
    return "\n".join(paragraph.text for paragraph in draft.paragraphs)


def test_the_draft_of_the_report_is_in_times_new_roman_on_a4() -> None:
    draft = opened(par_document.document(par_results.results(REPORT)))
    section = draft.sections[0]
    assert draft.styles["Normal"].font.name == "Times New Roman"
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    text = said(draft)
    for part in ("BÁO CÁO", "Căn cứ Kế hoạch năm", "chưa đối chiếu văn bản gốc", "SỐ LIỆU GIẢ ĐỊNH", "Phụ lục"):
        assert part in text


def test_the_heading_and_the_signature_stand_in_columns() -> None:
    draft = opened(par_document.document(par_results.results(REPORT)))
    first, last = draft.tables[0], draft.tables[-2]
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in first.cell(0, 1).text
    assert "UBND TỈNH MINH HỌA\nSỞ NỘI VỤ\nSố:      /BC-SNV" in first.cell(0, 0).text
    assert "Nơi nhận:" in last.cell(0, 0).text
    assert last.cell(0, 1).text == "GIÁM ĐỐC"


def test_tables_repeat_their_heads_and_hold_the_same_points() -> None:
    draft = opened(par_document.document(par_results.results(REPORT)))
    ranking = next(table for table in draft.tables if table.cell(0, 1).text == "Đơn vị" and len(table.rows) == 5)
    assert "w:tblHeader" in ranking.rows[0]._tr.xml
    assert "w:tblHeader" not in ranking.rows[1]._tr.xml
    assert [cell.text for cell in ranking.rows[1].cells] == [
        "1", "Xã An Cọ", "5,50", "3,30", "0,50", "8,80", "10,00", "88,50",
    ]  # fmt: skip


def test_the_form_lies_on_its_long_side_and_is_signed_by_the_unit() -> None:
    draft = opened(par_document.document(par_layouts.unit_sheet(REPORT, COMMUNES, AN_CO, DOSSIER)))
    assert draft.sections[0].orientation == WD_ORIENT.LANDSCAPE
    assert "XÃ AN CỌ" in draft.tables[0].cell(0, 0).text
    assert "Số:" not in draft.tables[0].cell(0, 0).text
    assert "LÃNH ĐẠO ĐƠN VỊ\n(Ký và ghi rõ họ tên)" in draft.tables[-1].cell(0, 1).text


def test_many_annexes_are_numbered_and_markup_is_text() -> None:
    hostile = replace(AN_CO, name="<b>&A</b>")
    block = replace(COMMUNES, units=(hostile, AN_CO))
    paper = replace(par_layouts.unit_details(replace(REPORT, blocks=(block,))), fictional=False)
    text = said(opened(par_document.document(paper)))
    assert "Phụ lục II" in text
    assert "<B>&A</B>" in text
    assert "SỐ LIỆU GIẢ ĐỊNH" not in text


def test_a_wide_report_is_signed_in_two_halves() -> None:
    draft = opened(par_document.document(par_layouts.special(REPORT)))
    assert "3,00/(6 − 2)" in draft.tables[1].cell(1, 1).text
    assert draft.tables[-1].cell(0, 1).text == "GIÁM ĐỐC"
