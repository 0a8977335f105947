"""A small criteria set as plain data, for the tests to break."""

from typing import Any

from questionnaires.par_sets import CriteriaSet
from tests.questionnaires.samples import Data


def node(number: str, points: Any, *children: Data, **more: Any) -> Data:
    basis = {"source": "Phép thử", "points_basis": "placeholder", "verified": False}
    data = {"id": number, "name": f"Mục {number}", "max": points, **basis, **more}
    return {**data, "children": list(children)} if children else data


def leaf(number: str, points: Any, **more: Any) -> Data:
    return node(number, points, **{"method": "appraisal", **more})


def criteria() -> Data:
    """Two fields of 5 points, one of them three levels deep, a bonus group and a penalty."""
    deep = node(
        "1.1",
        "2.5",
        leaf(
            "1.1.1",
            1.5,
            rule={"kind": "ratio", "floor": 0.8, "full_at": 1},
            legal_text="Đạt 100%: 1,5",
            inputs=[{"key": "a", "label": "Số đạt", "unit": "hồ sơ"}, {"key": "b", "label": "Tổng số"}],
            evidence=["Kế hoạch", "Báo cáo"],
        ),
        leaf("1.1.2", 1, not_applicable_allowed=True, rule={"kind": "binary"}),
    )
    words = {"vi": "Bộ thử năm 2026", "en": "Trial set 2026"}
    return {
        "id": "trial-2026",
        "version": 3,
        "title": words,
        "legal_basis": [{"title": "Quyết định", "date": "2025-10-15", "verified": False}],
        "block": "department",
        "index_year": 2026,
        "denominator": "applicable",
        "verified": False,
        "note": "Ghi chú",
        "claims": {
            "total": 5,
            "counts": {"fields": 2, "criteria": 2, "sub_criteria": 2},
            "by_method": {"appraisal": 3, "survey_leaders": 2},
        },
        "bands": [{"name": "A", "gt": 90}, {"name": "B", "gte": 90}, {"name": "C", "gte": 0}],
        "fields": [
            node("1", 3, deep, leaf("1.2", "0.50"), lead_unit="Sở Nội vụ", special=["so-x"]),
            leaf("2", 2, method="survey_leaders", rule={"kind": "survey"}, special=["so-y"]),
            node("T", 2, leaf("T.1", 3), role="bonus", cap=2),
            leaf("P", -1, role="penalty", cap=1, rule={"kind": "penalty", "points": -1}),
        ],
    }


def small() -> CriteriaSet:
    return CriteriaSet.model_validate(criteria())
