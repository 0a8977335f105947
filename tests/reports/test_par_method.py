"""The method of a round in words."""

from dataclasses import replace

from reports import par_method
from tests.reports.par_contents import AUDIT, COMMUNES, DEPARTMENTS, REPORT


def test_the_method_names_sets_council_program_and_the_end_of_the_log() -> None:
    rows = dict(par_method.rows(REPORT, AUDIT))
    assert rows["Hội đồng"] == (
        "15/06/2026 (họp): 7/10 thành viên tham gia; 15/06/2026 (lấy ý kiến bằng văn bản): 6/10 thành viên tham gia"
    )
    assert REPORT.digest in rows["Chương trình"]
    assert AUDIT.mac in rows["Đầu chuỗi nhật ký"]
    assert "Khoảng 95\u00a0%" in rows["Độ chắc chắn"]
    assert "10.000 lần" in rows["Độ chắc chắn"]


def test_without_a_meeting_and_a_log() -> None:
    rows = dict(par_method.rows(replace(REPORT, meetings=())))
    assert rows["Hội đồng"] == "Chưa có phiên họp nào được ghi."
    assert "Đầu chuỗi nhật ký" not in rows


def test_a_set_says_whether_it_was_checked() -> None:
    assert "chưa đối chiếu văn bản gốc" in par_method.set_words(COMMUNES)
    assert "Xếp loại: Tốt: từ 80; Khá: từ 65." in par_method.set_words(COMMUNES)
    assert "đã đối chiếu văn bản gốc" in par_method.set_words(DEPARTMENTS)
    assert "Xếp loại: không có." in par_method.set_words(DEPARTMENTS)
