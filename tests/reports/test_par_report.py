"""Papers as PDF, read back."""

from dataclasses import replace

import pytest

from reports import par_layouts, par_report, par_results, words
from tests.reports import papers
from tests.reports.par_contents import AN_CO, COMMUNES, DOSSIER, REPORT


@pytest.mark.slow
def test_the_report_is_an_official_document() -> None:
    document = par_report.render(par_results.results(REPORT))
    text = papers.text(document)
    for part in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "UBND TỈNH MINH HỌA", "BÁO CÁO",
        "Căn cứ Kế hoạch năm.", "chưa đối chiếu văn bản gốc", "PAR INDEX", words.FICTIONAL, "Nơi nhận:", "GIÁM ĐỐC",
        "Phụ lục", "Kết quả chỉ số khối xã, phường", "Xã An Cọ", "86,50–90,50",
    ):  # fmt: skip
        assert part in text
    assert all(embedded == "yes" for _, embedded in papers.fonts(document))


@pytest.mark.slow
def test_the_form_lies_on_its_long_side_and_is_signed_by_the_unit() -> None:
    document = par_report.render(par_layouts.unit_sheet(REPORT, COMMUNES, AN_CO, DOSSIER))
    text = papers.text(document)
    for part in ("XÃ AN CỌ", "LÃNH ĐẠO ĐƠN VỊ", "(Ký và ghi rõ họ tên)", "12/KH-UBND", "Minh Họa, ngày"):
        assert part in text
    assert "Nơi nhận" not in text
    with papers.opened(document) as opened:
        left, bottom, right, top = (float(side) for side in opened.pages[0].mediabox)
    assert right - left > top - bottom


def test_nobody_signs_a_page_without_a_row_of_the_table() -> None:
    sheet = par_layouts.unit_sheet(REPORT, COMMUNES, AN_CO, DOSSIER)
    shown = sheet.sections[0].tables[0]
    ends = set()
    for more in range(14, 40):
        table = replace(shown, rows=(*shown.rows[:1] * more, *shown.rows))
        document = par_report.render(replace(sheet, sections=(replace(sheet.sections[0], tables=(table,)),)))
        last = len(papers.opened(document).pages)
        text = papers.text(document, "-f", str(last))
        assert "LÃNH ĐẠO ĐƠN VỊ" in text
        assert "Chỉ số (%)" in text
        ends.add(last)
    assert len(ends) > 1


def test_a_short_table_goes_whole_to_the_page_that_is_signed() -> None:
    table = par_report.Ledger.of(par_layouts.unit_sheet(REPORT, COMMUNES, AN_CO, DOSSIER).sections[0].tables[0], {})
    short = par_report.Ledger(table.columns, table.pieces[-2:], {})
    signed = par_report.Signed(short, par_report.Box([["x"]]))
    width, height = signed.wrap(700, 500)
    assert signed.split(width, height - 1) == []


@pytest.mark.slow
def test_every_page_says_that_the_set_was_not_checked() -> None:
    paper = par_layouts.unit_details(REPORT)
    document = par_report.render(paper)
    pages = papers.opened(document).pages
    assert papers.text(document).count("BỘ TIÊU CHÍ CHƯA ĐỐI CHIẾU VĂN BẢN GỐC") == len(pages) > 5
    assert "Phụ lục V" in papers.text(document)


def test_wide_pages_are_numbered_in_their_middle() -> None:
    many = replace(COMMUNES, units=(AN_CO,) * 40)
    paper = par_layouts.special(replace(REPORT, blocks=(replace(COMMUNES, units=(*many.units, *COMMUNES.units * 40)),)))
    document = par_report.render(paper)
    assert len(papers.opened(document).pages) > 1
    assert document == par_report.render(paper)


def test_data_that_are_not_made_up_say_nothing_of_it() -> None:
    paper = replace(par_layouts.unit_sheet(REPORT, COMMUNES, AN_CO, DOSSIER), fictional=False)
    assert par_report._footer(paper) == "BỘ TIÊU CHÍ CHƯA ĐỐI CHIẾU VĂN BẢN GỐC"
    assert par_report.render(paper).startswith(b"%PDF")
