"""A set as rows: nothing is lost on the way out and back, and faults are named by row and column."""

from collections.abc import Mapping

import pytest

from questionnaires.loader import DefinitionError, content_hash, published
from questionnaires.par_sets import CriteriaSet
from questionnaires.par_tables import COLUMNS, HEADER, Cell, from_rows, set_rows
from questionnaires.par_yaml import canonical
from tests.questionnaires.par_samples import criteria, leaf, small

Rows = list[dict[str, Cell]]


def back(header: Mapping[str, Cell], rows: Rows) -> CriteriaSet:
    """As a spreadsheet with a row of titles gives them."""
    return from_rows(header, list(enumerate(rows, start=2)), name="bo.xlsx")


def faults(header: Mapping[str, Cell], rows: Rows) -> list[tuple[int, str, str]]:
    with pytest.raises(DefinitionError) as error:
        back(header, rows)
    assert error.value.file == "bo.xlsx"
    return [(fault.line, fault.path, fault.en) for fault in error.value.problems]


def changed(at: int, **cells: Cell) -> Rows:
    _header, rows = set_rows(small())
    rows[at] |= {COLUMNS[name]: cell for name, cell in cells.items()}
    return rows


@pytest.mark.parametrize("ref", published("par_index"))
def test_every_published_set_comes_back_whole(ref: str) -> None:
    loaded = published("par_index")[ref]
    header, rows = set_rows(loaded.definition)
    assert back(header, rows) == loaded.definition
    as_text = [{title: "" if cell is None else str(cell) for title, cell in row.items()} for row in rows]
    found = back({title: str(cell or "") for title, cell in header.items()}, as_text)
    assert content_hash(canonical(found)) == loaded.content_hash


def test_cells_are_plain_and_titled() -> None:
    header, rows = set_rows(small())
    assert list(header) == list(HEADER.values())
    assert (header["Khối"], header["Năm chỉ số"], header["Đủ mọi cấp"]) == ("Sở, ban, ngành", 2026, "Có")
    assert header["Tên bộ tiêu chí"] == "Bộ thử năm 2026"
    assert header["Xếp loại"] == "- {name: A, gt: 90}\n- {name: B, gte: 90}\n- {name: C, gte: 0}"
    assert [row["Thuộc mục"] for row in rows] == [None, "1", "1.1", "1.1", "1", None, None, "T", None]
    assert {title: cell for title, cell in rows[2].items() if cell not in (None, "", "Không")} == {
        "Số hiệu": "1.1.1",
        "Thuộc mục": "1.1",
        "Tên": "Mục 1.1.1",
        "Điểm tối đa": 1.5,
        "Phương pháp": "Thẩm định",
        "Loại luật": "ratio",
        "Tham số của luật": "{floor: 0.8, full_at: 1}",
        "Cách chấm điểm": "Đạt 100%: 1,5",
        "Số liệu (mã | tên | đơn vị tính)": "a | Số đạt | hồ sơ\nb | Tổng số",
        "Tài liệu kiểm chứng": "Kế hoạch\nBáo cáo",
        "Nguồn": "Phép thử",
        "Căn cứ của điểm": "Tạm đặt",
    }
    assert (rows[3]["Có thể không áp dụng"], rows[3]["Tham số của luật"]) == ("Có", None)
    assert (rows[5]["Điểm tối đa"], rows[6]["Vai trò"], rows[6]["Mức trần"]) == (2, "Điểm thưởng", 2)


def test_a_set_with_everything_comes_back() -> None:
    full = leaf("9", 0, name_en="Nine", lead_unit="Sở X", lead_unit_code="so-x", special=["a", "b"], note="Hai\ndòng")
    full |= {"role": "base", "name_verified": True, "rule": {"kind": "choice_na", "options": ["Có: 1", "-", "#"]}}
    more = {"complete": False, "decimals": 0, "denominator": "blocks", "note": None, "legal_basis": [], "bands": []}
    data = {**criteria(), **more, "claims": None, "fields": [{**full, "not_applicable_allowed": True}]}
    found = CriteriaSet.model_validate(data)
    assert back(*set_rows(found)) == found


def test_people_write_as_they_do() -> None:
    header, _rows = set_rows(small())
    rows = changed(
        2, max="1,5", method="THẨM ĐỊNH", verified="x", not_applicable_allowed=True, special="so-a; so-b  so-c"
    )
    rows[5] |= {
        COLUMNS["id"]: 2.0,
        COLUMNS["max"]: "2.0",
        COLUMNS["verified"]: "CÓ",
        COLUMNS["method"]: "survey_leaders",
    }
    found = back({**header, HEADER["decimals"]: None, HEADER["complete"]: ""}, rows)
    node = found.node("1.1.1")
    assert (node.verified, node.not_applicable_allowed, node.special) == (True, True, ("so-a", "so-b", "so-c"))
    assert found.node("2").verified
    assert (found.decimals, found.complete, found.total) == (2, True, 5)


CELLS: list[tuple[int, dict[str, Cell], str, str]] = [
    (2, {"max": "một"}, "max", "Input should be a valid decimal"),
    (2, {"max": "1.000,5"}, "max", "Input should be a valid decimal"),
    (2, {"max": None}, "max", "Field required"),
    (2, {"id": ""}, "id", "Field required"),
    (2, {"method": "lạ"}, "method", "Input should be 'appraisal'"),
    (2, {"verified": "chưa rõ"}, "verified", "Input should be a valid boolean"),
    (2, {"kind": None}, "rule", "the rule has no kind"),
    (2, {"rule": "{a: ["}, "rule", "YAML syntax"),
    (2, {"rule": "[1, 2]"}, "rule", "must be a mapping"),
    (2, {"inputs": "a"}, "inputs", "each line: key | label | unit"),
    (2, {"inputs": "a | b | c | d"}, "inputs", "each line: key | label | unit"),
    (2, {"inputs": "a | x\na | y"}, "inputs", "1.1.1: an input comes twice"),
    (2, {"parent": "1.9"}, "parent", "no 1.9 in a row above"),
    (2, {"source": None}, "source", "Field required"),
    (3, {"id": "1.1.1"}, "id", "duplicate number: 1.1.1"),
    (8, {"cap": None}, "id", "P: a bonus or penalty group needs a cap"),
    (8, {"max": -1.1234567}, "max", "Decimal input should have no more than 6 decimal places"),
]


@pytest.mark.parametrize(("at", "cells", "column", "said"), CELLS, ids=[f"{c[2]}-{i}" for i, c in enumerate(CELLS)])
def test_a_fault_is_named_by_row_and_column(at: int, cells: dict[str, Cell], column: str, said: str) -> None:
    header, _rows = set_rows(small())
    ((line, path, en),) = faults(header, changed(at, **cells))
    assert (line, path) == (at + 2, COLUMNS[column])
    assert said in en


def test_rows_are_numbered_as_in_the_spreadsheet_and_sums_are_checked() -> None:
    header, _rows = set_rows(small())
    numbered = [(10 * place, row) for place, row in enumerate(changed(4, max=1), start=1)]
    with pytest.raises(DefinitionError) as error:
        from_rows(header, numbered, name="bo.xlsx")
    assert str(error.value).splitlines() == [
        "bo.xlsx:10: Điểm tối đa: 1: các mục con cộng lại 3,5 điểm, điểm tối đa ghi 3 | "
        "1: children add to 3.5, the maximum is 3",
        "bo.xlsx:13: Thông tin chung: Số liệu văn bản công bố: cộng được 3,5 điểm, ghi 3 | adds to 3.5, not 3",
    ]


@pytest.mark.parametrize(
    ("name", "cell", "line", "said"),
    [
        ("index_year", "năm nay", 6, "Input should be a valid integer"),
        ("title.en", None, 4, "Field required"),
        ("block", "Thôn", 5, "Input should be 'province'"),
        ("bands", "- {name: A}", 14, "a band has one bound"),
        ("bands", "- {", 14, "YAML syntax"),
        ("legal_basis", "x", 12, "Input should be a valid tuple"),
        ("claims", "{total: 6}", 13, "fields add to 5, the set claims 6"),
        ("id", "", 1, "Field required"),
    ],
)
def test_a_fault_of_the_header_is_named(name: str, cell: Cell, line: int, said: str) -> None:
    header, rows = set_rows(small())
    ((place, path, en),) = faults({**header, HEADER[name]: cell}, rows)
    assert (place, path) == (line, f"Thông tin chung: {HEADER[name]}")
    assert said in en


def test_a_sheet_without_rows_and_a_deep_fault() -> None:
    header, rows = set_rows(small())
    ((line, path, _en),) = faults({**header, HEADER["claims"]: None}, [])
    assert (line, path) == (1, "Thông tin chung: fields")
    header[HEADER["legal_basis"]] = "- {title: x, verified: maybe}"
    ((line, path, _en),) = faults(header, rows)
    assert (line, path) == (12, "Thông tin chung: Căn cứ pháp lý")


def test_every_column_is_one_of_the_model() -> None:
    fields = {"parent", "kind", *type(small().fields[0]).model_fields} - {"children"}
    assert set(COLUMNS) == fields
    assert {name.partition(".")[0] for name in HEADER} == set(CriteriaSet.model_fields) - {"schema_version", "fields"}
