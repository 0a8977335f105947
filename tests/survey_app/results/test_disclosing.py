"""What is hidden so that nothing small can be computed from what is shown."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.results import GroupScore, Reason
from survey_app.hiding import Hidden, among
from survey_app.results.disclosing import shown
from survey_app.results.groups import WHOLE, field_key, level_key, nothing, unit_key

NOBODY = Hidden(frozenset(), frozenset(), frozenset())
LEVELS = {unit: "commune" if unit < 6 else "department" for unit in range(9)}


def group(key: str, received: int) -> GroupScore:
    return replace(nothing(key), received=received, counted=received)


def everything(received: dict[int, int]) -> dict[str, GroupScore]:
    """The province, its levels and its units."""
    totals = {WHOLE: sum(received.values())}
    for unit, number in received.items():
        totals[unit_key(unit)] = number
        totals[level_key(LEVELS[unit])] = totals.get(level_key(LEVELS[unit]), 0) + number
    return {key: group(key, number) for key, number in totals.items()}


@given(st.dictionaries(st.integers(0, 8), st.integers(1, 30), min_size=1), st.data())
def test_no_small_unit_can_be_computed(received: dict[int, int], data: st.DataObject) -> None:
    hidden = among(received, LEVELS, fewest=5)
    scores = shown(everything(received), hidden, list(received), [], fewest=5)
    visible = {key for key, found in scores.items() if not found.withheld}
    assert not any(0 < number < 5 and unit_key(unit) in visible for unit, number in received.items())
    units = sorted(received)
    tables = [units, *([u for u in units if LEVELS[u] == kind] for kind in set(LEVELS.values()))]
    names = [WHOLE, *(level_key(kind) for kind in set(LEVELS.values()))]
    # What is published are sums of units; a small unit must not be a combination of them.
    known = [
        [float(unit in table) for unit in units] for name, table in zip(names, tables, strict=True) if name in visible
    ]
    known += [[float(other == unit) for other in units] for unit in units if unit_key(unit) in visible]
    matrix = np.array(known).reshape(len(known), len(units))
    for place, unit in enumerate(units):
        if received[unit] < 5:
            wanted = np.eye(len(units))[place]
            assert np.linalg.matrix_rank(np.vstack([matrix, wanted])) > np.linalg.matrix_rank(matrix)


def test_the_report_of_some_units_does_not_betray_the_hidden_one() -> None:
    received = {0: 3, 1: 20, 2: 30, 6: 40}
    hidden = among(received, LEVELS, fewest=5)
    for some in combinations(received, 2):
        found = shown(everything({u: received[u] for u in some}), hidden, some, [], fewest=5)
        gone = [unit for unit in some if unit in hidden.units]
        assert found[WHOLE].withheld == (len(gone) == 1)
    alone = shown(everything({1: 20}), hidden, [1], [], fewest=5)
    assert alone[WHOLE].withheld
    assert alone[WHOLE].index.reason is Reason.WITHHELD


@pytest.mark.parametrize(
    ("fields", "whole", "hidden"),
    [
        ((3, 40, 60), 103, {0, 1}),  # the next smallest goes too
        ((3, 40, 60), 120, {0}),  # 17 of no known field protect it
        ((3, 4, 60), 67, {0, 1}),
        ((30, 40, 60), 130, set()),
        ((0, 40, 60), 100, set()),
    ],
)
def test_parts_of_a_whole(fields: tuple[int, ...], whole: int, hidden: set[int]) -> None:
    keys = [field_key(str(place)) for place in range(len(fields))]
    scores = {key: group(key, number) for key, number in zip(keys, fields, strict=True)}
    found = shown(scores | {WHOLE: group(WHOLE, whole)}, NOBODY, [], [keys, []], fewest=5)
    assert {place for place, key in enumerate(keys) if found[key].withheld} == hidden
    assert not found[WHOLE].withheld
