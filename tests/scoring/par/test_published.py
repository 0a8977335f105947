"""The published figures of section 7 of the project's notes on the PAR Index, recomputed within 0.01.

Discrepancies of the sources, each also beside its figures in `reference/par-index-published.json`:

- PAR 2020: three of ten totals differ by 0.01 from the sum of their printed parts.
- Ninh Thuận 2022: the parts add to 85.79, published is 85.78; the impact block adds to 31.59 as printed.
- Đắk Lắk 2017: the loss in procedures is garbled in the source and must be 0 for the published 75.37.
  Two fields have 16 points and two have 10; which of the two losses is whose does not change the sum.
- Quảng Nam: field 8 is not published but derived; the total of 2022 is derived from that of 2023.
- Bình Thuận 2018: Sở Nội vụ is printed with 95.27 % where 93.95 of 98.5 is 95.38 %; an inspectorate with
  83.06 % is "khá" where districts with 83.68 % are "tốt", so that its classes go by points or another rule.
- The set of 2017 lists 39 criteria and states 38. Hải Phòng 2023 and Hà Nội 2024 are printed with two values each.
"""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from scoring.par.index import Convention, mark, roll_up
from scoring.par.kinds import evaluate
from scoring.par.kinds_totals import classify
from scoring.par.numbers import exact, rounded
from scoring.par.ranking import rank
from scoring.par.shapes import bands
from scoring.par.tree import leaves, read_tree
from tests.scoring.par.references import reference

PUBLISHED = reference("published")
CENT = Fraction(1, 100)


def index(parts: Iterable[tuple[str, float, float]], convention: Convention = Convention.APPLICABLE) -> Fraction:
    """The index from (block, points, maximum) of its leaves."""
    rows = list(parts)
    fields = [{"id": str(place), "max": maximum, "method": block} for place, (block, _, maximum) in enumerate(rows)]
    marks = {str(place): mark(exact(points)) for place, (_block, points, _maximum) in enumerate(rows)}
    found = roll_up(read_tree(fields), marks, convention=convention).index
    assert found is not None
    return found


def near(found: Fraction, published: float) -> bool:
    return abs(found - Fraction(exact(published))) <= CENT


def test_no_published_figure_is_left_out() -> None:
    assert PUBLISHED.keys() == {
        "note",
        "par_2020_top_ten",
        "ninh_thuan_2022",
        "dak_lak_2017",
        "quang_nam",
        "binh_thuan_2018",
        "index_766_bac_ninh_2025",
        "hue_2021",
        "national_bands",
        "set_2017",
        "provinces",
        "national_means",
        "conflicts",
    }


def top_ten(convention: Convention) -> dict[str, Fraction]:
    data = PUBLISHED["par_2020_top_ten"]
    sums: dict[str, Fraction] = {}
    for name, appraisal, sipas, survey, statistics, _total in data["rows"]:
        results = float(exact(appraisal) + exact(statistics))
        asked = float(exact(sipas) + exact(survey))
        parts = [("results", results, data["maxima"]["results"]), ("survey", asked, data["maxima"]["survey"])]
        sums[name] = index(parts, convention)
    return sums


@pytest.mark.parametrize("convention", Convention)
def test_par_2020(convention: Convention) -> None:
    data = PUBLISHED["par_2020_top_ten"]
    published = {row[0]: row[-1] for row in data["rows"]}
    found = top_ten(convention)
    assert all(near(found[name], published[name]) for name in published)
    assert [name for name in found if rounded(found[name], 2) != exact(published[name])] == data["off_by_a_cent"]
    places = rank({name: exact(value) for name, value in published.items()})
    assert places == rank(found)
    assert [place.rank for place in places.values() if place] == list(range(1, 11))
    classes = bands(data["bands"], "bands")
    assert sum(classify(value, classes) == "A" for value in found.values()) == data["in_class_a"]


@pytest.mark.parametrize("convention", Convention)
def test_ninh_thuan_2022(convention: Convention) -> None:
    data = PUBLISHED["ninh_thuan_2022"]
    blocks = data["blocks"]
    found = index(((name, *pair) for name, pair in blocks.items()), convention)
    assert found == Fraction("85.79")
    assert near(found, data["index"])
    appraisal = index([("appraisal", *blocks["appraisal"])])
    impact = index([(name, *blocks[name]) for name in data["impact"]])
    assert near(appraisal, data["shares"]["appraisal"])
    assert near(impact, data["shares"]["impact"])
    assert sum(exact(blocks[name][0]) for name in data["impact"]) == exact(data["impact_points"])
    assert sum(exact(blocks[name][1]) for name in data["impact"]) == exact(data["impact_maximum"])


def test_dak_lak_2017() -> None:
    data = PUBLISHED["dak_lak_2017"]
    rows = list(data["losses"].values())
    assert sorted(maximum for _loss, maximum in rows) == sorted(PUBLISHED["set_2017"]["fields"])
    found = index([("appraisal", float(exact(maximum) - exact(loss)), maximum) for loss, maximum in rows])
    assert found == Fraction(exact(data["index"]))
    assert 100 - found == Fraction(exact(data["lost"]))


@pytest.mark.parametrize("year", PUBLISHED["quang_nam"]["years"])
def test_quang_nam(year: str) -> None:
    data = PUBLISHED["quang_nam"]["years"][year]
    maxima = [field["max"] for field in reference("province")["fields"]]
    points = [*data["fields"], data["field_8"]]
    assert near(index([("appraisal", *pair) for pair in zip(points, maxima, strict=True)]), data["index"])
    assert sum(map(exact, data["fields"])) == exact(data["sum"])


def test_binh_thuan_2018() -> None:
    """The rank goes by percent of what applies: the office of 93.76 points stands above a department of 93.95."""
    data = PUBLISHED["binh_thuan_2018"]
    percents: dict[str, Fraction | None] = {}
    points: dict[str, Decimal | None] = {}
    for name, obtained, applicable, printed in data["rows"]:
        tree = read_tree([{"id": "1", "max": applicable}, {"id": "2", "max": float(100 - exact(applicable))}])
        found = roll_up(tree, {"1": mark(exact(obtained)), "2": mark(None)})
        assert found.index is not None
        assert near(found.index, printed)
        percents[name], points[name] = found.index, exact(obtained)
    by_percent, by_points = rank(percents), rank(points)
    assert sorted(by_percent, key=lambda name: by_percent[name].rank) == data["order"]  # type: ignore[union-attr] # all have one
    assert by_percent != by_points
    department = percents["Sở Nội vụ"]
    assert department is not None
    assert not near(department, data["printed_so_noi_vu"])


def test_bac_ninh_766() -> None:
    data = PUBLISHED["index_766_bac_ninh_2025"]
    assert index([("appraisal", *pair) for pair in data["parts"]]) == Fraction(exact(data["index"]))


def test_hue_2021_with_three_decimals() -> None:
    data = PUBLISHED["hue_2021"]
    classes = bands(data["bands"], "bands")
    assert all(classify(exact(value), classes) == name for value, name in data["rows"])


@pytest.mark.parametrize("data", PUBLISHED["national_bands"], ids=lambda data: str(data["year"]))
def test_national_bands(data: dict[str, Any]) -> None:
    classes = bands(data["bands"], "bands")
    assert all(classify(exact(value), classes) == name for value, name in data["examples"])


def test_the_set_of_2017() -> None:
    data = PUBLISHED["set_2017"]
    assert read_tree([{"id": str(n), "max": each} for n, each in enumerate(data["fields"])]).maximum == 100
    assert sum(data["sub_criteria"]) == data["stated_sub_criteria"]
    assert sum(data["criteria"]) == data["stated_criteria"] + 1


def test_bac_giang_and_the_country() -> None:
    """Better than the mean in both years, and in class A from 2023 on."""
    means = dict(map(tuple, PUBLISHED["national_means"]))
    classes = bands(PUBLISHED["national_bands"][-1]["bands"], "bands")
    found = [(year, classify(exact(value), classes)) for _name, year, value, _rank in PUBLISHED["provinces"]]
    assert found == [(2022, "B"), (2023, "A")]
    assert all(value > means[year] for _name, year, value, _rank in PUBLISHED["provinces"])


def test_conflicting_sources_are_not_hidden_by_the_tolerance() -> None:
    for conflict in PUBLISHED["conflicts"]:
        first, second = map(exact, conflict["values"])
        assert not near(Fraction(first), float(second))


def test_sipas_by_its_rule() -> None:
    """8.23 of 10 points are SIPAS 82.3 % by the rule of the set."""
    tree = read_tree(reference("province")["fields"])
    (sipas,) = [leaf for leaf in leaves(tree) if leaf.block == "survey_sipas"]
    assert sipas.rule is not None
    points, maximum = PUBLISHED["ninh_thuan_2022"]["blocks"]["sipas"]
    assert sipas.maximum == maximum
    assert evaluate(sipas.rule, {"percent": 82.3}, sipas.maximum).points == exact(points)
