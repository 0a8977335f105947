"""The small files of the demonstration are such as the program takes."""

import io

import pytest

from survey_app.demo import papers
from survey_app.evidence_files.inspection import inspect
from survey_app.evidence_files.kinds import Kind


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [(papers.report("Xã An Cọ", "Báo cáo năm"), "bao-cao.pdf", Kind.PDF), (papers.scan(), "quet.png", Kind.PNG)],
)
def test_a_file_passes_the_inspection(content: bytes, name: str, kind: Kind) -> None:
    assert inspect(io.BytesIO(content), name).kind is kind


def test_the_same_report_has_the_same_bytes() -> None:
    assert papers.report("Xã An Cọ", "Báo cáo") == papers.report("Xã An Cọ", "Báo cáo")
    assert papers.report("Xã An Cọ", "Báo cáo") != papers.report("Xã Bình Thủy", "Báo cáo")
