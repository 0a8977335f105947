"""Criteria sets: totals, counts, claims, bands, special units, and the set of the next year."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from questionnaires.inspect import changes, outline
from questionnaires.loader import DefinitionError, parse
from questionnaires.par_nodes import Method
from questionnaires.par_sets import Band, CriteriaSet, clone
from questionnaires.par_yaml import to_yaml
from tests.questionnaires.par_samples import criteria, leaf, node, small


def refused(**changed: Any) -> list[tuple[str, str]]:
    with pytest.raises(ValidationError) as error:
        CriteriaSet.model_validate({**criteria(), **changed})
    found = []
    for detail in error.value.errors():
        context = detail.get("ctx", {})
        place = (*detail["loc"], *context.get("at", ()))
        found.append((".".join(map(str, place)), context.get("en", detail["msg"])))
    return found


def test_the_set_adds_up() -> None:
    found = small()
    assert (found.ref, found.total) == ("trial-2026@3", 5)
    assert found.counts == {"fields": 2, "criteria": 2, "sub_criteria": 2}
    assert found.by_method == {Method.APPRAISAL: 3, Method.SURVEY_LEADERS: 2}
    assert [spot.node.id for spot in found.leaves] == ["1.1.1", "1.1.2", "1.2", "2", "T.1", "P"]
    assert found.node("1.2").max == Decimal("0.5")
    with pytest.raises(KeyError):
        found.node("9")


def test_special_units_are_not_assessed_on_what_is_below() -> None:
    found = small()
    assert found.not_for("so-x") == ("1.1.1", "1.1.2", "1.2")
    assert found.not_for("so-y") == ("2",)
    assert found.not_for("so-z") == ()


def test_what_the_set_claims_is_held_against_it() -> None:
    claims = {
        "total": 6,
        "counts": {"fields": 2, "criteria": 3},
        "by_method": {"appraisal": "3.5", "statistics": 1, "survey_leaders": 2},
    }
    assert refused(claims=claims) == [
        ("claims.total", "fields add to 5, the set claims 6"),
        ("claims.counts.criteria", "counted 2, not 3"),
        ("claims.by_method.appraisal", "adds to 3, not 3.5"),
        ("claims.by_method.statistics", "adds to 0, not 1"),
    ]


@pytest.mark.parametrize("claims", [None, {}, {"total": 5}, {"counts": {}}])
def test_what_is_not_claimed_is_not_checked(claims: Any) -> None:
    assert CriteriaSet.model_validate({**criteria(), "claims": claims}).total == 5


@pytest.mark.parametrize(
    ("bands", "place", "said"),
    [
        ([{"name": "A", "gte": 80}, {"name": "B", "gte": 90}], "bands.1", "bands must fall"),
        ([{"name": "A", "gte": 80}, {"name": "B", "gt": 80}], "bands.1", "bands must fall"),
        ([{"name": "A", "gte": 80}, {"name": "B", "gte": 80}], "bands.1", "bands must fall"),
        ([{"name": "A", "gte": 80}, {"name": "A", "gte": 70}], "bands.1", "duplicate band: A"),
        ([{"name": "A"}], "bands.0", "a band has one bound: gte or gt"),
        ([{"name": "A", "gte": 1, "gt": 1}], "bands.0", "a band has one bound: gte or gt"),
        ([{"name": "A", "gte": 101}], "bands.0.gte", "Input should be less than or equal to 100"),
    ],
)
def test_bands_fall_strictly(bands: Any, place: str, said: str) -> None:
    assert refused(bands=bands) == [(place, said)]


def test_the_mark_of_a_band() -> None:
    assert [band.mark for band in small().bands] == [(90, True), (90, False), (0, False)]
    assert Band(name="x", gt=Decimal(0)).mark == (0, True)


@pytest.mark.parametrize("changed", [{"decimals": 5}, {"index_year": 2000}, {"block": "x"}, {"fields": []}])
def test_what_cannot_be(changed: dict[str, Any]) -> None:
    ((place, _said),) = refused(**changed)
    assert place == next(iter(changed))


def test_a_fault_is_named_by_its_line_at_any_depth() -> None:
    text = to_yaml(small()).replace("max: 1.5", "max: 1.75")
    with pytest.raises(DefinitionError) as error:
        parse(text, CriteriaSet, name="x.yaml")
    lines = text.splitlines()
    group = next(n for n, line in enumerate(lines) if line.strip() == '- id: "1.1"')
    assert [(fault.line, fault.vi) for fault in error.value.problems] == [
        (group + 3, "1.1: các mục con cộng lại 2,75 điểm, điểm tối đa ghi 2,5"),
        (lines.index("  by_method:") + 2, "cộng được 3,25 điểm, ghi 3"),
    ]


def test_a_clone_is_the_first_version_for_another_year() -> None:
    old = small()
    new = clone(old, 2027)
    assert (new.ref, new.index_year, new.title.vi, new.title.en) == (
        "trial-2027@1",
        2027,
        "Bộ thử năm 2027",
        "Trial set 2027",
    )
    assert (new.fields, new.claims, new.bands) == (old.fields, old.claims, old.bands)
    assert (old.ref, old.index_year) == ("trial-2026@3", 2026)
    assert [line.partition(":")[0] for line in changes(old, new)] == [
        "~ id", "~ index_year", "~ title.en", "~ title.vi", "~ version",
    ]  # fmt: skip


def test_nothing_of_a_clone_is_checked_against_the_new_text() -> None:
    checked = {"verified": True, "name_verified": True}
    fields = [node("1", 1, leaf("1.1", 1, **checked), **checked)]
    old = CriteriaSet.model_validate({**criteria(), "id": "x", "claims": None, "verified": True, "fields": fields})
    new = clone(old, 2030)
    assert new.id == "x-2030"
    assert not any((new.verified, *(spot.node.verified or spot.node.name_verified for spot in new.spots)))
    with pytest.raises(ValueError, match="is for 2026 already"):
        clone(old, 2026)
    with pytest.raises(ValidationError, match="less than or equal to 2100"):
        clone(old, 3000)


def test_the_outline_says_sums_counts_and_what_is_not_checked() -> None:
    lines = list(outline(small()))
    assert lines[2:] == [
        "  Sở, ban, ngành, năm 2026, mẫu số: Tính trên phần áp dụng",
        "  CHƯA ĐỐI CHIẾU VĂN BẢN GỐC",
        "  tổng 5 điểm, lĩnh vực: 2, tiêu chí: 2, tiêu chí thành phần: 2",
        "  Thẩm định: 3 điểm",
        "  Điều tra xã hội học: 2 điểm",
        "  A: trên 90 %",
        "  B: từ 90 %",
        "  C: từ 0 %",
        "  1 Mục 1: 3 [chưa đối chiếu]",
        "    1.1 Mục 1.1: 2,5 [chưa đối chiếu]",
        "      1.1.1 Mục 1.1.1: 1,5 (Thẩm định, ratio) [chưa đối chiếu]",
        "      1.1.2 Mục 1.1.2: 1 (Thẩm định, binary) [chưa đối chiếu]",
        "    1.2 Mục 1.2: 0,5 (Thẩm định) [chưa đối chiếu]",
        "  2 Mục 2: 2 (Điều tra xã hội học, survey) [chưa đối chiếu]",
        "  T Mục T: 2 (điểm thưởng, tối đa 2) [chưa đối chiếu]",
        "    T.1 Mục T.1: 3 (Thẩm định) [chưa đối chiếu]",
        "  P Mục P: -1 (Thẩm định, penalty, điểm trừ, tối đa 1) [chưa đối chiếu]",
    ]


def test_the_outline_of_a_checked_and_of_an_incomplete_set() -> None:
    fields = [leaf("1", 1, verified=True), leaf("2", 0, verified=True)]
    checked = {**criteria(), "claims": None, "bands": [], "verified": True, "fields": fields}
    lines = list(outline(CriteriaSet.model_validate(checked)))
    assert lines[-2:] == ["  1 Mục 1: 1 (Thẩm định)", "  2 Mục 2: 0 (Thẩm định, 0 điểm: đánh giá, không tính)"]
    assert not any("CHƯA ĐỐI CHIẾU" in line for line in lines)
    incomplete = CriteriaSet.model_validate({**checked, "complete": False})
    assert "  chưa đủ mọi cấp, không dùng để chấm điểm" in list(outline(incomplete))


def test_changes_name_nodes_by_their_numbers() -> None:
    data = criteria()
    data["fields"][0]["children"][0]["children"][0]["rule"]["floor"] = 0.75
    data["fields"][0]["children"][1]["name"] = "Tên mới"
    data["fields"].append(leaf("3", 0))
    found = list(changes(small(), CriteriaSet.model_validate({**data, "claims": None})))
    assert "~ fields[1].children[1.1].children[1.1.1].rule.floor: 0.8 → 0.75" in found
    assert "~ fields[1].children[1.2].name: Mục 1.2 → Tên mới" in found
    assert "+ fields[3].max: 0" in found
