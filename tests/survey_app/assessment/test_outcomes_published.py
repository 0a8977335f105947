"""What was published (section 7 of the notes on the PAR Index), within 0,01, by the shipped sets of 2017 and 2022."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from questionnaires.loader import published
from questionnaires.par_nodes import Method
from survey_app.assessment import criteria, outcomes
from survey_app.assessment.outcomes import Fed, Outcome
from survey_app.models.assessment import COUNCIL
from tests.scoring.par.references import reference
from tests.survey_app.assessment.sheets import Stages, one, places, said, sheet

CENT = Fraction(1, 100)
PUBLISHED = reference("published")
PROVINCE = criteria.read(published("par_index")["province-2022@1"].source, "province-2022")
OF_2017 = criteria.read(published("par_index")["province-2017@1"].source, "province-2017")


def blocks() -> dict[Method, list[str]]:
    found: dict[Method, list[str]] = {}
    for number, spot in PROVINCE.spots.items():
        if spot.node.method:
            found.setdefault(spot.node.method, []).append(number)
    return found


def spread(numbers: list[str], total: str) -> Stages:
    """So many points over leaves, each in proportion to its maximum."""
    maxima = {number: Fraction(PROVINCE.nodes[number].maximum) for number in numbers}
    share = Fraction(total) / sum(maxima.values())
    parts = {number: (share * maximum).limit_denominator(10**6) for number, maximum in maxima.items()}
    left = Fraction(total) - sum(parts.values())
    largest = max(parts, key=lambda number: parts[number])
    parts[largest] += left
    return {number: {COUNCIL: said(f"{float(points):.8f}")} for number, points in parts.items()}


def province(appraisal: str, leaders: str, statistics: str, satisfied: float) -> Outcome:
    """A province of which the four parts were published."""
    of = blocks()
    marks = {
        **spread(of[Method.APPRAISAL], appraisal),
        **spread(of[Method.SURVEY_LEADERS], leaders),
        **spread(of[Method.STATISTICS], statistics),
    }
    (number,) = of[Method.SURVEY_SIPAS]
    return one(sheet(marks, {number: Fed(inputs={"percent": satisfied})}, found=PROVINCE, block="province"), draws=10)


def test_ninh_thuan_2022() -> None:
    """54,2 + 18,05 + 5,31 + SIPAS 82,3 % of 10 = 85,79; published 85,78, each part as printed."""
    parts = PUBLISHED["ninh_thuan_2022"]["blocks"]
    found = province(str(parts["appraisal"][0]), "18.05", "5.31", 82.3).counted
    assert found.index is not None
    assert abs(found.index - Fraction(str(PUBLISHED["ninh_thuan_2022"]["index"]))) <= CENT + Fraction(1, 10**6)
    assert found.band == "B"
    printed = {"appraisal": "54.2", "survey_leaders": "18.05", "survey_sipas": "8.23", "statistics": "5.31"}
    assert {name: f"{float(found.blocks[name].points):.4g}" for name in printed} == printed
    assert {name: float(part.maximum) for name, part in found.blocks.items()} == {
        "appraisal": 61.5,
        "survey_leaders": 22,
        "survey_sipas": 10,
        "statistics": 6.5,
    }


@pytest.mark.parametrize("row", PUBLISHED["par_2020_top_ten"]["rows"], ids=lambda row: str(row[0]))
def test_par_2020_top_ten_by_the_parts_that_fit(row: list[Any]) -> None:
    """The set of 2020 had 33,5 survey points; its parts fit into the maxima of 2022, so that the sums agree."""
    _, appraisal, satisfied, leaders, statistics, total = row
    found = province(str(appraisal), str(leaders), str(statistics), satisfied * 10).counted
    assert found.index is not None
    assert abs(found.index - Fraction(str(total))) <= CENT + Fraction(1, 10**6)
    assert found.band == ("A" if total >= 90 else "B")


@pytest.mark.parametrize("year", PUBLISHED["quang_nam"]["years"])
def test_quang_nam_by_fields(year: str) -> None:
    """Fields 1 to 7 as published, field 8 what is left of the total: published for 2023, derived for 2022."""
    data = PUBLISHED["quang_nam"]["years"][year]
    marks: Stages = {}
    for field, points in zip(PROVINCE.definition.fields, [*data["fields"], data["field_8"]], strict=True):
        numbers = [number for number, of in PROVINCE.field_of.items() if of == field.id]
        marks |= spread(numbers, str(points))
    found = one(sheet(marks, {}, found=PROVINCE, block="province"), draws=10).counted
    assert found.index is not None
    assert abs(found.index - Fraction(str(data["index"]))) <= CENT + Fraction(1, 10**6)
    assert [round(float(found.parts[str(n)].points), 2) for n in range(1, 8)] == data["fields"]


def test_dak_lak_2017_by_the_set_of_2017() -> None:
    """By fields, which are all that the sources know of the set of 2017: 100 less what was lost is 75,37."""
    data = PUBLISHED["dak_lak_2017"]
    losses = list(data["losses"].values())
    marks: Stages = {}
    for field in OF_2017.definition.fields:
        place = next(place for place, (_, maximum) in enumerate(losses) if Decimal(str(maximum)) == field.max)
        lost, _ = losses.pop(place)
        marks[field.id] = {COUNCIL: said(str(field.max - Decimal(str(lost))))}
    assert not losses
    found = one(sheet(marks, {}, found=OF_2017, block="province"), draws=10).counted
    assert found.index == Fraction(str(data["index"]))
    assert 100 - found.index == Fraction(str(data["lost"]))


def test_the_ranking_of_2020_is_that_of_its_totals() -> None:
    rows = PUBLISHED["par_2020_top_ten"]["rows"]
    of = blocks()
    (number,) = of[Method.SURVEY_SIPAS]
    sheets = []
    for place, (_, appraisal, satisfied, leaders, statistics, _) in enumerate(rows, start=1):
        given = ((Method.APPRAISAL, appraisal), (Method.SURVEY_LEADERS, leaders), (Method.STATISTICS, statistics))
        marks = {leaf: stages for method, points in given for leaf, stages in spread(of[method], str(points)).items()}
        feeds = {number: Fed(inputs={"percent": satisfied * 10})}
        sheets.append(sheet(marks, feeds, found=PROVINCE, unit_id=place, block="province"))
    assert [place and place[0] for place in places(outcomes.indices(sheets))] == list(range(1, 11))
