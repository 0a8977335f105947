"""A rule tried with sample entries."""

from typing import Any

import pytest

from questionnaires.par_nodes import Node
from survey_app.assessment.criteria_sets.trial import Trial, trial
from tests.survey_app.assessment.conftest import fields, leaf, node

RATIO = fields()[0]["children"][0]


def tried(data: dict[str, Any], **sent: str) -> Trial | None:
    return trial(Node.model_validate(data), {f"e.{name}": [text] for name, text in sent.items()})


def test_nothing_is_tried_without_a_rule() -> None:
    assert tried(leaf("1", 2)) is None
    assert tried(node("1", 3, RATIO)) is None


def test_a_rule_asks_before_it_says_anything() -> None:
    found = tried(RATIO)
    assert found is not None
    assert [(field.name, field.label) for field in found.fields] == [
        ("a", "Số nhiệm vụ hoàn thành"),
        ("b", "Số nhiệm vụ được giao"),
    ]
    assert (found.said, found.fault) == ("", "")


def test_points_come_with_their_sentence() -> None:
    found = tried(RATIO, a="9", b="10")
    assert found is not None
    assert found.said.replace("\u00a0", " ") == (
        "9/10 = 90 %, từ 80 % đến dưới 100 %: 9/10 × 3 = 2,7 điểm (tối đa 3 điểm)."
    )
    assert [field.value for field in found.fields] == ["9", "10"]


def test_an_entry_that_cannot_be_is_named() -> None:
    found = tried(RATIO, a="chín", b="10")
    assert found is not None
    assert found.fault == "Số nhiệm vụ hoàn thành: không phải là số (viết 1234,5 hoặc 1.234,5)."
    assert [field.value for field in found.fields] == ["chín", "10"]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"kind": "ratio"}, "Luật tính điểm chưa dùng được: Mức sàn (floor): thiếu tham số này"),
        ({"kind": "total", "clamp": [0, 2], "base_cap": 2}, "Luật tính điểm chưa dùng được: loại luật này"),
    ],
)
def test_a_rule_that_cannot_score_is_said(rule: dict[str, Any], said: str) -> None:
    found = tried(leaf("1", 2, rule=rule))
    assert found is not None
    assert found.fault.startswith(said)
