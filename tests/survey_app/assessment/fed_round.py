"""A set whose field 2 is fed in every way, for the tests of figures."""

from typing import Any

from tests.survey_app.assessment.conftest import fields, leaf, node

WEIGHTS = {"Tốt": 100, "Khá": 60, "Kém": 0}


def fed_fields() -> list[dict[str, Any]]:
    """2.1 SIPAS, 2.2 a survey with weights (not for xa-3), 2.3 statistics, 2.4 without a rule."""
    more = [
        leaf("2.2", 4, method="survey_leaders", rule={"kind": "survey", "weights": WEIGHTS}, special=["xa-3"]),
        leaf("2.3", 2, method="statistics", rule={"kind": "ratio", "floor": 0, "full_at": 1}),
        leaf("2.4", 1, method="statistics"),
    ]
    more[1]["inputs"] = [{"key": "a", "label": "Thu thực tế", "unit": "tỷ đồng"}, {"key": "b", "label": "Dự toán"}]
    first, second, bonus = fields()
    return [first, node("2", 11, *second["children"], *more), bonus]
