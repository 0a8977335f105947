import unicodedata
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from questionnaires import loader
from questionnaires.targets import Scope, Target, TargetSet

SETS: dict[str, TargetSet] = {ref: loaded.definition for ref, loaded in loader.published("targets").items()}
TARGETS: dict[str, Target] = {target.key: target for plan in SETS.values() for target in plan.targets}
FIELDS = ("land", "construction", "investment", "health", "education")

# key → scope, field, operator, value, unit, year
TABLE: dict[str, tuple[str, str | None, str, int, str, int]] = {
    "bg-2022-overall": ("overall", None, ">=", 90, "percent", 2022),
    **{f"bg-2022-{field}": ("field", field, ">=", 85, "percent", 2022) for field in FIELDS},
    "bg-2022-waiting": ("waiting", None, "<=", 20, "minutes", 2022),
    "bg-2025-overall": ("overall", None, ">=", 90, "percent", 2025),
    "bg-2025-procedures": ("procedures", None, ">=", 90, "percent", 2025),
    **{f"bg-2025-{field}": ("field", field, ">=", 85, "percent", 2025) for field in FIELDS},
    "bg-2025-school-expectation": ("expectation", None, ">", 95, "percent", 2025),
    "bg-2030-overall": ("overall", None, ">=", 95, "percent", 2030),
    "bg-2030-procedures": ("procedures", None, ">=", 95, "percent", 2030),
    **{f"bg-2030-{field}": ("field", field, ">=", 90, "percent", 2030) for field in FIELDS},
    "bg-2030-school-expectation": ("expectation", None, ">", 97, "percent", 2030),
    "bn-2030-overall": ("overall", None, ">=", 95, "percent", 2030),
}


def test_the_table_of_targets() -> None:
    found = {t.key: (t.scope.value, t.field, t.operator, int(t.value), t.unit, t.year) for t in TARGETS.values()}
    assert found == TABLE


def test_keys_are_unique_over_all_plans() -> None:
    assert sum(len(plan.targets) for plan in SETS.values()) == len(TARGETS) == 24


@pytest.mark.parametrize(
    ("ref", "number", "day", "verified"),
    [
        ("bac-giang-2021-2030@1", "402/KH-UBND", date(2021, 8, 21), True),
        ("bac-giang-2022@1", "6891/KH-UBND", date(2021, 12, 28), True),
        ("bac-ninh-2025-2030@1", "69/KH-UBND", date(2025, 9, 19), False),
    ],
)
def test_each_target_names_its_document(ref: str, number: str, day: date, verified: bool) -> None:
    plan = SETS[ref]
    for source in (plan.legal_basis[0], *(target.source for target in plan.targets)):
        assert (source.number, source.date, source.verified) == (number, day, verified)
        assert source.verified or source.note
    national = plan.legal_basis[1]
    assert (national.number, national.date, national.verified) == ("76/NQ-CP", date(2021, 7, 15), False)


@pytest.mark.parametrize("target", TARGETS.values(), ids=lambda target: target.key)
def test_each_quote_holds_its_value(target: Target) -> None:
    words = {">=": ("tối thiểu", "ít nhất"), ">": ("trên",), "<=": ("tối đa",)}[target.operator]
    unit = {"percent": "%", "minutes": " phút"}[target.unit]
    assert any(f"{word} {target.value}{unit}" in target.quote for word in words)
    assert unicodedata.is_normalized("NFC", target.quote)
    if target.scope is Scope.EXPECTATION:
        assert f"trên {target.value}% vào năm {target.year}" in target.quote


def test_decimals_are_exact() -> None:
    text = loader.published("targets")["bac-giang-2022@1"].source.replace("value: 90", "value: 82.66")
    assert loader.parse(text, TargetSet, name="x.yaml").definition.targets[0].value == Decimal("82.66")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"scope": "field"}, "field goes with the scope field"),
        ({"field": "land"}, "field goes with the scope field"),
        ({"scope": "waiting"}, "waiting is in minutes"),
        ({"unit": "minutes"}, "waiting is in minutes"),
        ({"value": Decimal("100.01")}, "a rate is at most 100"),
        ({"value": 0}, "greater than 0"),
        ({"operator": "=="}, "Input should be '>='"),
        ({"year": 1999}, "greater than or equal to 2011"),
    ],
)
def test_a_target_must_fit_its_scope(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Target.model_validate({**TARGETS["bg-2025-overall"].model_dump(), **changed})


def test_a_plan_names_each_target_once() -> None:
    plan = SETS["bac-ninh-2025-2030@1"].model_dump()
    with pytest.raises(ValidationError, match="duplicate target key: bn-2030-overall"):
        TargetSet.model_validate({**plan, "targets": plan["targets"] * 2})
