"""The forms that officials know."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from reports import par_layouts
from reports.par_content import Dossier, Word
from reports.par_papers import REPORT as OFFICIAL
from reports.par_papers import SHEET, Paper, Row
from tests.reports.par_contents import AN_CO, CAO_SON, COMMUNES, DEPARTMENTS, DOSSIER, JUSTICE, REPORT, with_line


def rows(paper: Paper) -> dict[str, Row]:
    """The rows of the first table by their number."""
    return {str(row.cells[0]) or str(row.cells[1]): row for row in paper.tables[0].rows}


def test_the_form_of_a_unit_has_both_sides_and_what_they_said() -> None:
    unit = with_line(
        AN_CO, "1.1", own=Word(points=Decimal(3), reason="Đủ", inputs={"a": 34}),
        first=Word(points=Decimal(2), reason="?"), second=Word(points=Decimal("2.5"), reason="Nhận"),
        council=Word(points=Decimal("2.5"), reason="Thống nhất"),
    )  # fmt: skip
    paper = par_layouts.unit_sheet(REPORT, COMMUNES, unit, DOSSIER)
    found = rows(paper)
    assert (paper.form, paper.unit, paper.wide) == (SHEET, "Xã An Cọ", True)
    assert found["1.1"].cells == (
        "1.1", "Tiêu chí 1.1", Decimal(3), Decimal(3),
        "12/KH-UBND ngày 05/01/2025; Trang công khai (thẩm định bổ sung); Số nhiệm vụ hoàn thành: 34; Giải trình: Đủ; "
        "Trả lời: Đã bổ sung",
        Decimal("2.5"),
        "Thẩm định lần 1: ?; Hỏi: Thiếu báo cáo? (hạn 15/06/2026); Hỏi: Số liệu quý IV? (hạn 15/06/2026); "
        "Thẩm định lần 2: Nhận; Hội đồng: 2,50 (Thống nhất)",
        Fraction(5, 2),
    )  # fmt: skip
    assert found["1.3"].cells[6] == "Đính chính 15/06/2026: 0,75 (Nhầm dòng)"
    assert found["2.1"].cells[3:6] == ("", "Tỷ lệ (%): 82,5; Nguồn: Báo cáo SIPAS 2025", "")
    assert found["1"] == Row(
        ("1", "Chỉ đạo, điều hành", Decimal(6), Fraction(6), "", "", "", Fraction(11, 2)), strong=True
    )
    assert found["T"].cells[3:] == ("", "", "", "", "")
    assert found["Tổng điểm"].cells[2] == 10
    assert found["Điểm thưởng, điểm trừ"].cells[3:] == (
        unit.own.bonus - unit.own.deducted, "", "", "", unit.counted.bonus - unit.counted.deducted,
    )  # fmt: skip
    assert found["Chỉ số (%)"].cells[3:] == (unit.own.index, "", "", "", unit.counted.index)


def test_a_unit_without_bonus_or_penalty_has_no_row_for_them() -> None:
    plain = replace(AN_CO, leaves=tuple(line for line in AN_CO.leaves if line.criterion.role == "base"))
    nodes = tuple(node for node in COMMUNES.criteria.nodes if node.role == "base")
    block = replace(COMMUNES, criteria=replace(COMMUNES.criteria, nodes=nodes))
    assert "Điểm thưởng, điểm trừ" not in rows(par_layouts.unit_sheet(REPORT, block, plain, DOSSIER))


def test_what_does_not_apply_and_what_is_exempt_says_so() -> None:
    exempt = with_line(CAO_SON, "1.3", exempt=True, applies=False, own=None, first=None, points=None)
    agreed = with_line(exempt, "1.2", council=Word(points=None, applies=False))
    found = rows(par_layouts.unit_sheet(REPORT, COMMUNES, agreed, Dossier()))
    assert found["1.2"].cells[3:] == ("không áp dụng", "", "không áp dụng", "Hội đồng: không áp dụng", "không áp dụng")
    assert found["1.3"].cells[3] == ""
    assert found["1.3"].cells[7] == par_layouts.EXEMPT
    assert found["2.1"].cells[4] == "Tỷ lệ (%): 82,5"


def test_details_hide_deductions_where_there_are_none() -> None:
    paper = par_layouts.unit_details(REPORT)
    assert paper.form == OFFICIAL
    assert [part.title for part in paper.annexes] == [
        "Sở Tư pháp",
        "Xã An Cọ",
        "Xã Bình Thủy",
        "Phường Cao Sơn",
        "Xã Dốc",
    ]
    assert {table.group for table in paper.tables} == {"Chi tiết"}
    assert [column.title for column in paper.tables[1].columns] == [
        "TT", "Nội dung", "Điểm tối đa", "Điểm tự chấm", "Điểm thẩm định",
    ]  # fmt: skip
    found = rows(replace(paper, annexes=paper.annexes[1:]))
    assert found["1.1"].cells == ("1.1", "Tiêu chí 1.1", Decimal(3), Decimal(3), Fraction(5, 2))
    assert found["1"].cells[3:] == (Fraction(6), Fraction(11, 2))
    assert found["P.1"].cells[4] is None
    assert paper.sections[0].sentences == ("Kết quả của từng đơn vị ở các phụ lục kèm theo.",)


def test_details_show_deductions_where_there_are_some() -> None:
    first = Word(points=Decimal("2.5"), deducted=Decimal("0.5"))
    unit = with_line(AN_CO, "1.1", first=first, points=Fraction(2))
    corrected = with_line(unit, "1.3", corrected=Decimal(1), first=replace(first, points=Decimal(1)))
    block = replace(COMMUNES, units=(corrected,))
    paper = par_layouts.unit_details(replace(REPORT, blocks=(block, DEPARTMENTS)), {1})
    found = rows(paper)
    assert len(paper.annexes) == 1
    assert paper.closing == "Trên đây là chi tiết kết quả của Xã An Cọ./."
    assert paper.tables[0].group == "Chi tiết, có điểm trừ"
    assert found["1.1"].cells[4:] == (Decimal("2.5"), Decimal("0.5"), Fraction(2))
    assert found["1.3"].cells[4:] == (Fraction(1), "", Fraction(1))
    assert found["2.1"].cells[4:] == (Fraction(33, 10), "", Fraction(33, 10))
    assert found["1"].cells[4:] == ("", "", Fraction(11, 2))


def test_the_special_report_has_both_conventions() -> None:
    paper = par_layouts.special(REPORT)
    (section,) = paper.sections
    assert section.title == "Xã, phường: 1 đơn vị đặc thù"
    assert paper.tables[0].rows[0].cells == (
        "Phường Cao Sơn", "3,00/(6 − 2)", Fraction(75), Fraction(9, 2), None, Fraction(71, 25), Fraction(73),
        Fraction(74), "1.2 Tiêu chí 1.2",
    )  # fmt: skip


def test_a_special_unit_without_appraised_points() -> None:
    blocks = {name: part for name, part in CAO_SON.counted.blocks.items() if name != "appraisal"}
    unit = replace(CAO_SON, counted=replace(CAO_SON.counted, blocks=blocks))
    empty = replace(CAO_SON.counted.blocks["appraisal"], applicable=Fraction(0))
    gone = replace(CAO_SON, counted=replace(CAO_SON.counted, blocks={**blocks, "appraisal": empty}))
    paper = par_layouts.special(replace(REPORT, blocks=(replace(COMMUNES, units=(unit, gone)),)))
    assert [row.cells[1:4] for row in paper.tables[0].rows] == [("–", None, None), ("3,00/(6 − 6)", None, None)]


def test_a_round_without_special_units_says_so() -> None:
    paper = par_layouts.special(replace(REPORT, blocks=(replace(COMMUNES, units=(AN_CO, JUSTICE)),)))
    assert paper.sections[0].sentences == ("Không đơn vị nào có tiêu chí không áp dụng.",)
    assert paper.tables == ()
