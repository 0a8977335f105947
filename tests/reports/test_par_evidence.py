"""The province's evidence report."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from reports import par_evidence
from reports.par_content import Dossier, Word
from reports.par_papers import Paper, Row, Table
from tests.reports.par_contents import AN_CO, AUDIT, COMMUNES, DOSSIER, EVIDENCE, HASH, REPORT, with_line


def made(dossier: Dossier = DOSSIER) -> Paper:
    unit = with_line(
        AN_CO, "1.1", own=Word(points=Decimal(3), reason="Đủ", inputs={"a": 34}),
        first=Word(points=Decimal("2.5"), reason="Nhận"), council=Word(points=Decimal("2.5"), inputs={"a": 33}),
    )  # fmt: skip
    report = replace(REPORT, blocks=(replace(COMMUNES, units=(unit,)),))
    return par_evidence.evidence(report, {1: dossier}, AUDIT)


def table(paper: Paper, name: str, number: int = 0) -> Table:
    """The table of that number among those of a part."""
    (part,) = [part for part in paper.annexes if part.title == name]
    return part.tables[number]


def row(found: Table, number: str) -> Row:
    return next(each for each in found.rows if each.cells[0] == number)


def test_the_report_begins_with_what_there_is_and_the_end_of_the_log() -> None:
    first, second = made().sections[0].sentences
    assert "1 đơn vị, 6 tiêu chí, 2 tài liệu" in first
    assert "sự kiện số 1.234" in second
    assert AUDIT.mac in second


def test_the_method_and_the_rules_stand_once() -> None:
    paper = made()
    assert [part.title for part in paper.annexes] == ["Phương pháp và căn cứ", "Bộ tiêu chí xã, phường", "Xã An Cọ"]
    rules = table(paper, "Bộ tiêu chí xã, phường")
    assert row(rules, "1.1").cells == (
        "1.1", "Tiêu chí 1.1", Decimal(3), "Đạt 100%: 3; dưới 80%: 0",
        "Số nhiệm vụ hoàn thành (nhiệm vụ); Số nhiệm vụ", "Kế hoạch; Báo cáo",
    )  # fmt: skip
    assert row(rules, "1.2").cells[1:4] == ("Tiêu chí 1.2 (*)", Decimal(2), "Người chấm cho điểm")
    assert row(rules, "1").strong
    assert "chưa đối chiếu" in paper.annexes[1].sentences[0]
    checked = replace(REPORT, blocks=(replace(COMMUNES, criteria=replace(COMMUNES.criteria, verified=True)),))
    assert par_evidence.evidence(checked, {}, AUDIT).annexes[1].sentences == ()


def test_a_leaf_has_entries_marks_documents_and_reasons() -> None:
    leaves = table(made(), "Xã An Cọ")
    assert row(leaves, "1.1").cells == (
        "1.1", "Tiêu chí 1.1", Decimal(3), "Số nhiệm vụ hoàn thành: 33", Decimal(3), Decimal("2.5"), "", Decimal("2.5"),
        Fraction(5, 2), "1, 2*",
        "Đơn vị: Đủ; Thẩm định lần 1: Nhận; Hỏi: Thiếu báo cáo? (hạn 15/06/2026); Hỏi: Số liệu quý IV? (hạn "
        "15/06/2026); Hội đồng: 2,50; Giải trình: Đã bổ sung",
    )  # fmt: skip
    assert row(leaves, "2.1").cells[3] == "Tỷ lệ (%): 82,5; Nguồn: Báo cáo SIPAS 2025"
    assert row(leaves, "1").cells == (
        "1", "Chỉ đạo, điều hành", Decimal(6), "", Fraction(6), "", "", "", Fraction(11, 2), "", "",
    )  # fmt: skip


def test_documents_have_number_day_and_the_fingerprint_of_each_version() -> None:
    documents = table(made(), "Xã An Cọ", 1)
    assert [each.cells for each in documents.rows] == [
        (
            1,
            "12/KH-UBND",
            "05/01/2025",
            "UBND xã",
            "Kế hoạch CCHC (bản ký số)",
            "ke-hoach.pdf (bản 1, 250\u00a0kB)",
            HASH,
        ),
        ("", "", "", "", "", "ke-hoach-2.pdf (bản 2, 1\u00a0kB; chưa quét)", "cd" * 32),
        (2, "–", "–", "–", "Trang công khai [đã rút]", "https://example.org/cchc", ""),
    ]


def test_a_document_without_file_and_link_says_so() -> None:
    bare = Dossier(evidence=(replace(EVIDENCE[1], url=""),))
    assert table(made(bare), "Xã An Cọ", 1).rows[0].cells[5] == "không có tệp"


def test_a_unit_without_documents_says_so() -> None:
    part = made(Dossier()).annexes[-1]
    assert part.sentences[-1] == "Đơn vị không có tài liệu nào."
    assert len(part.tables) == 1
