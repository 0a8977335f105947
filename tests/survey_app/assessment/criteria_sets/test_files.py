"""Sets as files: what goes out comes back, and every fault is named by row and column."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from questionnaires.loader import content_hash, published
from questionnaires.par_drafts import drafted, replaced
from questionnaires.par_sets import CriteriaSet
from questionnaires.par_yaml import canonical, to_yaml
from survey_app import sheets
from survey_app.assessment.criteria_sets.files import read_file, xlsx_file, yaml_file
from survey_app.errors import Rejected
from tests.survey_app.assessment.conftest import definition


def small() -> CriteriaSet:
    return CriteriaSet.model_validate(definition())


def edited(change: Callable[[Workbook], None]) -> bytes:
    """The workbook of the small set, as someone changed it."""
    book, target = load_workbook(io.BytesIO(xlsx_file(small()))), io.BytesIO()
    change(book)
    book.save(target)
    return target.getvalue()


def put(sheet: str, title: str, row: int, value: Any) -> bytes:
    """The workbook with another value in one cell, by the title of its column."""

    def change(book: Workbook) -> None:
        column = next(cell.column for cell in book[sheet][1] if cell.value == title)
        book[sheet].cell(row, column).value = value

    return edited(change)


def refused(content: bytes) -> tuple[str, object]:
    with pytest.raises(Rejected) as refusal:
        read_file(content, "bo")
    return refusal.value.problems["file"], refusal.value.details.get("lines")


@pytest.mark.parametrize("ref", published("par_index"))
def test_every_shipped_set_goes_out_and_comes_back(ref: str) -> None:
    loaded = published("par_index")[ref]
    for written in (yaml_file, xlsx_file):
        found = read_file(written(loaded.definition), ref)
        assert content_hash(canonical(found)) == loaded.content_hash


def test_a_set_with_faults_goes_out_too() -> None:
    faulty = replaced(drafted(small()), "1.2")
    assert len(load_workbook(io.BytesIO(xlsx_file(faulty)))["Tiêu chí"]["A"]) == len(faulty.spots) + 1
    assert refused(yaml_file(faulty))[0] == "faulty_file"


@pytest.mark.parametrize(
    ("sheet", "title", "row", "value", "said"),
    [
        ("Tiêu chí", "Điểm tối đa", 3, "ba", "Trang Tiêu chí, dòng 3, cột Điểm tối đa: phải là số"),
        (
            "Tiêu chí",
            "Điểm tối đa",
            3,
            2.5,
            "Trang Tiêu chí, dòng 2, cột Điểm tối đa: 1: các mục con cộng lại 5,5 điểm, điểm tối đa ghi 6",
        ),
        (
            "Tiêu chí",
            "Tham số của luật",
            3,
            "{floor: 1, full_at: 0.5}",
            "Trang Tiêu chí, dòng 3, cột Tham số của luật: 1.1: luật tính điểm, Mức sàn (floor): không đúng thứ tự",
        ),
        ("Thông tin chung", "Giá trị", 6, "Thôn", "Trang Thông tin chung: Khối: không thuộc danh sách cho phép"),
        ("Thông tin chung", "Giá trị", 15, "- {", "Trang Thông tin chung: Xếp loại: sai cú pháp YAML"),
    ],
)
def test_a_fault_of_a_workbook_is_named_by_row_and_column(
    sheet: str, title: str, row: int, value: object, said: str
) -> None:
    reason, lines = refused(put(sheet, title, row, value))
    assert reason == "faulty_file"
    assert isinstance(lines, tuple)
    assert lines[0] == said


def test_a_fault_of_yaml_is_named_by_line() -> None:
    text = to_yaml(small())
    at = text.splitlines().index("        rule: {kind: ratio, floor: 0.8, full_at: 1}") + 1
    wrong = text.replace("floor: 0.8", "floor: 8").encode()
    assert refused(wrong) == (
        "faulty_file",
        (f"Dòng {at}, fields.0.children.0.rule: 1.1: luật tính điểm, Mức sàn (floor): không đúng thứ tự",),
    )
    assert refused(b"a: [") == ("faulty_file", ("Dòng 1: sai cú pháp YAML",))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"PK\x03\x04", "not_a_table"),
        ("é".encode("latin-1"), "not_utf8"),
        (b"x" * (sheets.MOST_BYTES + 1), "too_large"),
        (edited(lambda book: book.remove(book["Tiêu chí"])), "no_sheet"),
    ],
)
def test_what_is_no_such_file_is_refused(content: bytes, reason: str) -> None:
    assert refused(content)[0] == reason
