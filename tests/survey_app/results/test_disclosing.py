"""What is hidden so that nothing small can be computed from all reports of a campaign together."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from scoring.results import GroupScore, Reason
from survey_app.hiding import UNKNOWN, Hidden, HiddenReport, Numbers, Part, _Tree, among
from survey_app.results.disclosing import KEYS, shown
from survey_app.results.groups import WHOLE, field_key, level_key, month_key, nothing, unit_key
from tests.factories.numbers import made
from tests.scoring.test_suppression import Attacker, Terms

FEWEST = 5


def group(key: str, received: int) -> GroupScore:
    return replace(nothing(key), received=received, counted=received)


def report(facts: Numbers, unit_id: int) -> dict[str, GroupScore]:
    """The report of a unit before anything is hidden."""
    covered = dict(facts.reports)[unit_id]
    levels, sums = dict(facts.levels), {WHOLE: 0}

    def add(key: str, number: int) -> None:
        sums[key] = sums.get(key, 0) + number

    for unit, number in facts.totals:
        if unit in covered and number:
            for key in (WHOLE, unit_key(unit), level_key(levels[unit])):
                add(key, number)
    for unit, part, number in (cell for cells in (*facts.parts, *facts.aside) for cell in cells):
        if unit in covered and part != UNKNOWN:
            add(KEYS[part[0]](part[1]), number)
    return {key: group(key, number) for key, number in sums.items()}


class Reader:
    """All reports of a campaign side by side: what is known of the numbers behind them, as sums."""

    def __init__(self, facts: Numbers, start: int) -> None:
        self.facts, self.start = facts, start
        self.numbers: dict[tuple[int, Part], int] = {(unit, (WHOLE, "")): number for unit, number in facts.totals}
        self.tables = [sorted({part for _, part, _ in cells}) for cells in (*facts.parts, *facts.aside)]
        for unit, _ in facts.totals:
            self.numbers |= {(unit, part): 0 for table in self.tables for part in table}
        self.numbers |= {(unit, part): n for cells in (*facts.parts, *facts.aside) for unit, part, n in cells}
        self.places = {place: start + at for at, place in enumerate(self.numbers)}
        self.levels = dict(facts.levels)

    def terms(self, units: Iterable[int], part: Part = (WHOLE, "")) -> Terms:
        return {self.places[unit, part]: 1.0 for unit in units}

    def read(self, attacker: Attacker, hidden: Hidden) -> None:
        attacker.unknown |= {(at, (0, 0, 0)): at for at in self.places.values()}

        def known(terms: Terms, number: int) -> None:
            attacker.equal.append((terms, number + sum(terms.values())))  # unknowns are 1 more than the numbers

        for unit in self.levels:
            for table in self.tables[: len(self.facts.parts)]:
                known({self.places[unit, part]: 1.0 for part in table} | {self.places[unit, (WHOLE, "")]: -1.0}, 0)
        for unit_id, covered in self.facts.reports:
            seen = shown(report(self.facts, unit_id), hidden, unit_id, fewest=FEWEST)
            for key, terms in self.lines(covered, blank=seen[WHOLE].withheld):
                if key in seen and seen[key].withheld:
                    if key != WHOLE:  # where nothing is shown at all, there may be nothing
                        attacker.below.append((dict.fromkeys(terms, -1.0), -1 - len(terms)))
                elif terms:
                    known(terms, seen[key].received if key in seen else 0)

    def lines(self, covered: frozenset[int], *, blank: bool) -> Iterator[tuple[str, Terms]]:
        yield WHOLE, self.terms(covered)
        yield from ((unit_key(unit), self.terms([unit])) for unit in covered)
        for level in set(self.levels.values()):
            yield level_key(level), self.terms(unit for unit in covered if self.levels[unit] == level)
        for part in {part for table in self.tables for part in table} - {UNKNOWN}:
            if not blank:
                yield KEYS[part[0]](part[1]), self.terms(covered, part)

    def secrets(self, nested: Iterable[frozenset[int]]) -> Iterator[Terms]:
        """The small numbers of units, and of the units that a report covers together."""
        for units in {*nested, *(frozenset({unit}) for unit in self.levels)}:
            for part in {part for _, part in self.numbers}:
                if 0 < sum(self.numbers[unit, part] for unit in units) < FEWEST:
                    yield self.terms(units, part)


def widths(stories: Iterable[tuple[Numbers, Hidden]]) -> np.ndarray:
    attacker = Attacker()
    for facts, hidden in stories:
        reader = Reader(facts, len(attacker.unknown))
        reader.read(attacker, hidden)
        attacker.secrets += reader.secrets(nested(facts))
    return attacker.widths()


def nested(facts: Numbers) -> list[frozenset[int]]:
    return _Tree(facts).nodes


def province(rng: np.random.Generator, most: int = 8) -> Numbers:
    """Units of two or three levels, some under one roof, with many small numbers; some in reports that overlap."""
    units = int(rng.integers(most // 4, most + 1))
    fields, months = ["", "land", "health", "justice"][rng.integers(0, 2) : rng.integers(2, 5)], ["01", "02", "03"]
    places = [(u, f, m, c) for u in range(units) for f in fields for m in months[: rng.integers(1, 4)] for c in "AB"]
    sizes = rng.negative_binomial(0.5, rng.uniform(0.03, 0.3), len(places)) * (rng.random(len(places)) < 0.6)
    return made(
        {place: int(size) for place, size in zip(places, sizes, strict=True) if size},
        levels={unit: ["commune", "department", "vertical"][rng.integers(0, 3)] for unit in range(units)},
        together=[rng.choice(units, 2, replace=False).tolist() for _ in range(rng.integers(0, 4))],
        aside={(unit, "C"): int(rng.integers(1, 30)) for unit in range(units) if rng.random() < 0.5},
    )


@pytest.mark.parametrize("seed", range(4))
def test_nothing_small_is_recovered_from_all_reports_of_a_campaign(seed: int) -> None:
    rng = np.random.default_rng(seed)
    told = [facts for facts in (province(rng) for _ in range(30)) if facts.totals]
    found = widths((facts, among(facts, fewest=FEWEST)) for facts in told)
    assert len(found) > 300
    assert found.min() >= 0.999


def test_nothing_small_is_recovered_from_many_reports() -> None:
    facts = province(np.random.default_rng(1), 100)
    assert widths([(facts, among(facts, fewest=FEWEST))]).min() >= 0.999


def test_the_attacker_wins_where_each_report_hides_its_small_numbers_only() -> None:
    rng = np.random.default_rng(0)
    told = [facts for facts in (province(rng) for _ in range(10)) if facts.totals]
    nothing_more = HiddenReport(whole=False, levels=frozenset(), parts=frozenset())
    found = widths((facts, Hidden(units=frozenset(), reports=Same(nothing_more))) for facts in told)
    assert (found < 0.5).mean() > 0.5


class Same(dict[int, HiddenReport]):
    """The same for every report."""

    def __init__(self, report: HiddenReport) -> None:
        self.report = report

    def __getitem__(self, unit_id: int) -> HiddenReport:
        return self.report


def test_the_same_cell_is_hidden_in_the_report_of_the_unit_and_nowhere_else() -> None:
    of = "2026-03-01", "A"
    counted = {(0, "land", *of): 3, (0, "health", *of): 40, (1, "land", *of): 20, (1, "health", *of): 30}
    counted |= {(2, field, *of): 50 for field in ("land", "health")}
    facts = made(counted)
    hidden = among(facts, fewest=FEWEST)
    seen = {unit: shown(report(facts, unit), hidden, unit, fewest=FEWEST) for unit in (0, 1, 2, 1000)}
    land = {unit: scores[field_key("land")].withheld for unit, scores in seen.items()}
    assert land == {0: True, 1: True, 2: False, 1000: False}
    assert seen[0][field_key("land")].index.reason is Reason.WITHHELD
    assert not any(scores[WHOLE].withheld for scores in seen.values())
    assert not any(scores[month_key("2026-03-01")].withheld for scores in seen.values())


def test_a_report_without_its_whole_tells_not_even_what_there_is() -> None:
    facts = made({(0, "land", "2026-03-01", "A"): 3, (1, "health", "2026-03-01", "A"): 20}, aside={(0, "C"): 9})
    found = shown(report(facts, 0), among(facts, fewest=FEWEST), 0, fewest=FEWEST)
    assert {key: score.withheld for key, score in found.items()} == dict.fromkeys(
        (WHOLE, unit_key(0), level_key("commune")), True
    )
