"""Papers and remedy plans as spreadsheets, read back."""

import datetime
import io
from dataclasses import replace
from fractions import Fraction
from typing import Any

from openpyxl import load_workbook

from reports import par_evidence, par_layouts, par_results, par_spreadsheets
from reports.par_content import TaskLine
from tests.reports.par_contents import AN_CO, AUDIT, COMMUNES, DEPARTMENTS, DOSSIER, REPORT

DUE = datetime.datetime(2026, 9, 1)  # noqa: DTZ001  # as a cell holds it


def opened(content: bytes) -> Any:
    return load_workbook(io.BytesIO(content))


def test_every_table_of_the_report_has_its_sheet_and_points_are_numbers() -> None:
    book = opened(par_spreadsheets.workbook(par_results.results(REPORT)))
    page = book["Kết quả commune"]
    assert book.sheetnames[:2] == ["Kết quả department", "Chắc chắn department"]
    assert [cell.value for cell in page[4]] == ["1", "Xã An Cọ", 5.5, 3.3, 0.5, 8.8, 10, 88.5]
    assert page["H7"].value == "–"
    assert "chưa đối chiếu văn bản gốc" in page["A2"].value
    assert "SỐ LIỆU GIẢ ĐỊNH" in page["A2"].value
    assert page.freeze_panes == "C4"


def test_units_share_a_sheet_and_are_named_in_it() -> None:
    book = opened(par_spreadsheets.workbook(par_layouts.unit_details(REPORT)))
    page = book["Chi tiết"]
    assert book.sheetnames == ["Chi tiết"]
    assert page["A3"].value == "Đơn vị"
    assert {row[0].value for row in page.iter_rows(min_row=4)} == {
        "Sở Tư pháp", "Xã An Cọ", "Xã Bình Thủy", "Phường Cao Sơn", "Xã Dốc",
    }  # fmt: skip


def test_the_evidence_has_leaves_and_documents_of_all_units() -> None:
    report = replace(REPORT, blocks=(COMMUNES,))
    book = opened(par_spreadsheets.workbook(par_evidence.evidence(report, {1: DOSSIER}, AUDIT)))
    assert book.sheetnames == ["Phương pháp", "Bộ tiêu chí xã, phường", "Tiêu chí", "Tài liệu"]
    assert book["Tài liệu"]["H4"].value == "ab" * 32


def test_a_paper_without_tables_shows_its_sentences() -> None:
    paper = par_layouts.special(replace(REPORT, blocks=(DEPARTMENTS,), fictional=False))
    book = opened(par_spreadsheets.workbook(paper))
    assert book["Nội dung"]["A4"].value == "Không đơn vị nào có tiêu chí không áp dụng."
    assert not book["Nội dung"]["A2"].value.startswith("SỐ LIỆU")


def test_what_looks_like_a_formula_stays_text() -> None:
    hostile = replace(AN_CO, name="=1+1")
    paper = par_layouts.unit_details(replace(REPORT, blocks=(replace(COMMUNES, units=(hostile,)),)))
    cell = opened(par_spreadsheets.workbook(paper))["Chi tiết"]["A4"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+1", "s", True)


def test_remedy_plans_as_a_list() -> None:
    line = TaskLine(
        unit="Xã An Cọ", number="1.1", criterion="Kế hoạch", lost=Fraction(1, 3), task="Ban hành", responsible="Ông A",
        due=datetime.date(2026, 9, 1), done_on=None, evidence="",
        withdrawn_on=DUE, withdrawal_reason="Đã gộp",
    )  # fmt: skip
    page = opened(par_spreadsheets.remedies([line]))["Kế hoạch khắc phục"]
    assert [cell.value for cell in page[2]] == [
        "Xã An Cọ", "1.1", "Kế hoạch", 0.33, "Ban hành", "Ông A", DUE, None, "", DUE, "Đã gộp",
    ]  # fmt: skip
