"""A set as results show it."""

import datetime
from typing import Any

from questionnaires.base import Source
from questionnaires.par_sets import Band
from survey_app.assessment import criteria, criteria_texts
from tests.survey_app.assessment.conftest import body, definition, fields, leaf, node


def shown(**changes: Any) -> Any:
    return criteria_texts.shown(criteria.read(body(definition(**changes)), "trial"), "ab" * 32)


def test_a_set_in_words() -> None:
    found = shown()
    assert found.title == "Bộ tiêu chí xã, phường năm 2025"
    assert found.convention == "tính trên phần áp dụng"
    assert found.bands == (("Tốt", "từ 80"), ("Khá", "từ 65"), ("Trung bình", "từ 0"))
    assert found.bases == (("Quyết định", False),)
    assert (found.verified, found.decimals, found.fingerprint) == (False, 2, "ab" * 32)


def test_a_basis_with_a_number() -> None:
    basis = {"title": "Quyết định", "number": "1187/QĐ-BNV", "verified": True}
    assert shown(legal_basis=[basis]).bases == (("Quyết định số 1187/QĐ-BNV", True),)


def test_nodes_with_field_role_and_entries() -> None:
    found = {each.number: each for each in shown().nodes}
    assert [found[number].field for number in ("1", "1.1", "2.1", "T.1")] == ["1", "1", "2", "T"]
    assert found["1.1"].labels == {"a": "Số nhiệm vụ hoàn thành", "b": "Số nhiệm vụ được giao"}
    assert (found["1.1"].lead, found["T.1"].role, found["2.1"].method) == ("Sở Nội vụ", "bonus", "survey_sipas")
    assert (found["1"].leaf, found["1.1"].leaf, found["1.1"].depth) == (False, True, 2)
    assert found["1.3"].rule == ""


def test_conditions_and_units_of_entries() -> None:
    ticked = leaf("1.4", 2, rule={"kind": "checklist", "items": [{"text_vi": "Kế hoạch", "points": 2}]})
    inputs = [{"key": "a", "label": "Thu", "unit": "tỷ đồng"}, {"key": "b", "label": "Dự toán"}]
    money = leaf("1.5", 1, rule={"kind": "ratio", "floor": 0, "full_at": 1}, inputs=inputs)
    first, *rest = fields()
    found = {each.number: each for each in shown(fields=[node("1", 9, *first["children"], ticked, money), *rest]).nodes}
    assert found["1.4"].ticks == {"met": ("Kế hoạch",)}
    assert found["1.5"].units == {"a": "tỷ đồng"}


def test_where_a_class_begins() -> None:
    assert criteria_texts.bound(Band(name="A", gte="80")) == "từ 80"  # type: ignore[arg-type]  # as YAML gives it
    assert criteria_texts.bound(Band(name="A", gt="80.5")) == "trên 80,5"  # type: ignore[arg-type]  # as YAML gives it


def test_a_basis_is_named_as_official_documents_name_it() -> None:
    def named(title: str, **more: Any) -> str:
        return criteria_texts.basis(Source(title=title, verified=False, **more))

    day, number = datetime.date(2025, 2, 5), "7/QĐ-BNV"
    assert named("Quyết định phê duyệt Đề án", number=number, date=day, issuer="Bộ Nội vụ") == (
        "Quyết định số 7/QĐ-BNV ngày 05 tháng 02 năm 2025 của Bộ Nội vụ phê duyệt Đề án"
    )
    assert named("Luật Cán bộ, công chức", number="80/2025/QH15", issuer="Quốc hội") == (
        "Luật Cán bộ, công chức số 80/2025/QH15"
    )
    assert named("Quyết định của tỉnh") == "Quyết định của tỉnh"
