import unicodedata
from collections import Counter
from collections.abc import Callable
from datetime import date
from itertools import chain

import pytest
from pydantic import ValidationError

from questionnaires import loader
from questionnaires.provinces import Province, Unit
from tests.questionnaires.samples import Data

DEMO: Province = loader.published("provinces")["demo@1"].definition
UNITS = {unit.code: unit for unit in DEMO.units}
MERGER = date(2025, 7, 1)


def of_level(level: str) -> list[Unit]:
    return [unit for unit in DEMO.units if unit.level == level]


# --- the demonstration province


def test_it_is_plainly_fictional() -> None:
    assert DEMO.fictional
    assert "hư cấu" in DEMO.title.vi
    assert "fictional" in DEMO.title.en


def test_units_by_level() -> None:
    expected = {"province": 1, "former_province": 2, "department": 14, "vertical": 3, "commune": 99}
    assert Counter(unit.level for unit in DEMO.units) == {**expected, "former_district": 8}
    assert Counter(unit.name.split()[0] for unit in of_level("commune")) == {"Xã": 60, "Phường": 39}
    ranked = {level.key for level in DEMO.levels if level.ranked}
    assert ranked == {"department", "vertical", "commune", "former_district"}


def test_names_are_distinct() -> None:
    assert len({unit.name for unit in DEMO.units}) == len(DEMO.units)
    assert len({unit.name.split(maxsplit=1)[1] for unit in of_level("commune")}) == 99
    assert all(unicodedata.is_normalized("NFC", unit.name) for unit in DEMO.units)


def test_everything_turns_on_the_day_of_the_merger() -> None:
    for unit in DEMO.units:
        if unit.level in ("former_province", "former_district"):
            assert (unit.since < MERGER, unit.until) == (True, MERGER)
        else:
            assert (unit.since, unit.until) == (MERGER, None)


def test_successors_cover_each_commune_once() -> None:
    successors = list(chain.from_iterable(unit.successors for unit in of_level("former_district")))
    assert sorted(successors) == sorted(unit.code for unit in of_level("commune"))
    assert [unit.successors for unit in of_level("former_province")] == [("minh-hoa",)] * 2


def test_the_tree() -> None:
    parents = {level: {unit.parent for unit in of_level(level)} for level in ("department", "vertical", "commune")}
    assert set(map(frozenset, parents.values())) == {frozenset({"minh-hoa"})}
    former = {unit.code for unit in of_level("former_province")}
    assert {unit.parent for unit in of_level("former_district")} == former


def test_fields_include_those_with_targets() -> None:
    fields = {field.key for field in DEMO.fields}
    assert len(fields) >= 18
    plans = [loaded.definition for loaded in loader.published("targets").values()]
    assert {target.field for plan in plans for target in plan.targets if target.field} <= fields


def test_counters() -> None:
    assert 250 <= len(DEMO.counters) <= 275
    by_unit = Counter(counter.unit for counter in DEMO.counters)
    served = [unit for unit in DEMO.units if "province" not in unit.level]
    assert set(by_unit) == {unit.code for unit in served}
    for unit in of_level("commune"):
        kinds = [counter.field for counter in DEMO.counters if counter.unit == unit.code]
        assert kinds == ["justice" if unit.name.startswith("Phường") else None, "land"]
    assert all(by_unit[unit.code] == 2 for unit in of_level("former_district"))
    assert all(counter.place for counter in DEMO.counters)


def test_each_field_of_a_counter_has_dossiers() -> None:
    handled = {(row.unit, field) for row in DEMO.dossiers for field in row.by_field}
    assert {(counter.unit, counter.field) for counter in DEMO.counters if counter.field} <= handled


def test_dossiers_lie_within_the_life_of_their_unit() -> None:
    years = {(row.unit, row.year) for row in DEMO.dossiers}
    for unit in DEMO.units:
        if "province" not in unit.level:
            assert (unit.code, 2025) in years
            assert ((unit.code, 2026) in years) == (unit.until is None)


def test_sizes_are_realistic() -> None:
    total = {row.unit: sum(row.by_field.values()) for row in DEMO.dossiers if row.year == 2026}
    communes = sorted(total[unit.code] for unit in of_level("commune"))
    assert [size for size in communes if size < 300] == communes[:4]
    assert 25 <= communes[0] <= communes[3] <= 40
    assert communes[-1] <= 9000
    assert 35000 < max(total[unit.code] for unit in of_level("department")) <= 40000
    assert total["thanh-tra"] < 20


def test_letterhead() -> None:
    head = DEMO.letterhead
    assert (head.superior, head.issuer, head.symbol) == ("UBND tỉnh Minh Họa", "Sở Nội vụ", "BC-SNV")
    assert (head.place, head.signer) == ("Minh Họa", ("GIÁM ĐỐC",))
    assert head.recipients[-1] == "Lưu: VT, CCHC"


# --- the model


def test_a_small_province_is_enough(tiny: Data) -> None:
    del tiny["counters"], tiny["dossiers"]
    assert Province.model_validate(tiny).counters == ()


BROKEN: list[tuple[Callable[[Data], None], str]] = [
    (lambda data: data["levels"].append(data["levels"][0]), "duplicate level: province"),
    (lambda data: data["fields"].append(data["fields"][0]), "duplicate field: land"),
    (lambda data: data["units"].append(data["units"][1]), "duplicate unit code: x1"),
    (lambda data: data["counters"].append(data["counters"][1]), "duplicate counter: x1: Quầy số 2"),
    (lambda data: data["dossiers"].append(data["dossiers"][0]), "duplicate dossiers: x1, 2026"),
    (lambda data: data["units"][1].update(level="town"), "no level town"),
    (lambda data: data["units"][1].update(parent="q"), "no unit q"),
    (lambda data: data["units"][3].update(successors=["x1", "x3"]), "no unit x3"),
    (lambda data: data["counters"][0].update(unit="x3"), "no unit x3"),
    (lambda data: data["dossiers"][0].update(unit="x3"), "no unit x3"),
    (lambda data: data["counters"][0].update(field="water"), "no field water"),
    (lambda data: data["dossiers"][0].update(by_field={"water": 1}), "no field water"),
    (lambda data: data["units"][0].update(parent="p"), "p: its parents run in a circle"),
    (lambda data: data["units"][0].update(parent="x1"), "p: its parents run in a circle"),
    (lambda data: data["units"][3].update(until="1997-01-01"), "until must come after since"),
    (lambda data: data["units"][1].update(successors=["x2"]), "a living unit has no successors"),
    (lambda data: data["units"][3].update(successors=["h1"]), "a unit cannot succeed itself"),
    (lambda data: data["dossiers"][0].update(by_field={"land": -1}), "greater than or equal to 0"),
]


@pytest.mark.parametrize(("break_it", "words"), BROKEN)
def test_a_province_must_hang_together(tiny: Data, break_it: Callable[[Data], None], words: str) -> None:
    break_it(tiny)
    with pytest.raises(ValidationError, match=words):
        Province.model_validate(tiny)


def test_a_circle_further_up_is_found(tiny: Data) -> None:
    tiny["units"][0]["parent"] = "x2"
    with pytest.raises(ValidationError, match="its parents run in a circle"):
        Province.model_validate(tiny)
