import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.panel import NOT_HELD, Counts, Panel, counted, panel
from scoring.results import Estimate, Outcome
from scoring.satisfaction import score
from scoring.tally import count
from scoring.verdict import OPERATORS, OUTCOMES, judge
from tests.scoring.samples import LAYOUT, RATED, Codes, plan, random_codes, respondents, tally_of

Row = tuple[float | None, int, float | None, float | None, float | None, Outcome | None, int | None]

levels = st.sampled_from([0.9, 0.95, 0.99])
aims = st.sampled_from([0.0, 0.5, 0.8, 0.9, 1.0])
# Unknown, absurdly small, a census of somebody, or many.
dossiers = st.none() | st.integers(0, 60) | st.integers(1000, 9000)


def counts(answered: Sequence[int], satisfied: Sequence[int], people: int) -> Counts:
    """One group."""
    return Counts(answered=np.array([answered]), satisfied=np.array([satisfied]), respondents=np.array([people]))


def rows(found: Panel, g: int) -> list[Row]:
    """The numbers of a group with None for no number, item by item."""

    def shown(numbers: Sequence[float]) -> list[float | None]:
        return [None if math.isnan(number) else number for number in numbers]

    columns = (found.value, found.effective_n, found.lower, found.upper, found.more_answers)
    value, worth, lower, upper, more = (shown(column[g].tolist()) for column in columns)
    held = [None if code == NOT_HELD else OUTCOMES[code] for code in found.outcome[g]]
    return list(zip(value, found.n[g].tolist(), worth, lower, upper, held, more, strict=True))


def judged(estimate: Estimate, target: float | None, operator: str, population: int | None, sample: int) -> Row:
    verdict = None
    if target is not None:
        verdict = judge(estimate, target=target, operator=operator, population=population, sample=sample)
    interval = estimate.interval
    return (
        estimate.value,
        estimate.n,
        estimate.effective_n,
        interval.lower if interval else None,
        interval.upper if interval else None,
        verdict.outcome if verdict else None,
        verdict.more_answers if verdict else None,
    )


@given(
    groups=st.lists(st.tuples(respondents(), dossiers, st.none() | aims), min_size=1, max_size=4),
    level=levels,
    operator=st.sampled_from(OPERATORS),
)
def test_every_number_is_that_of_the_object_path(
    groups: list[tuple[Codes, int | None, float | None]], level: float, operator: str
) -> None:
    tally, populations, targets = tally_of(*(g[0] for g in groups)), [g[1] for g in groups], [g[2] for g in groups]
    found = panel(counted(tally), level=level, populations=populations, target=targets, operator=operator)
    scores = score(tally, plan(), [""] * len(groups), level=level, populations=populations)
    for g, group in enumerate(scores):
        wanted = [judged(i.estimate, targets[g], operator, group.population, group.counted) for i in group.items]
        assert rows(found, g) == wanted


@pytest.mark.parametrize("operator", OPERATORS)
def test_so_it_is_for_many_answers_and_one_target(operator: str) -> None:
    sizes = (50, 300, 2000, 9000)
    tally = tally_of(*(random_codes(seed, n, satisfied=0.85) for seed, n in enumerate(sizes)))
    populations = np.array([np.nan, 301, 2000, 40_000])
    found = panel(counted(tally), level=0.9, populations=populations, target=0.85, operator=operator)
    scores = score(tally, plan(), [""] * 4, level=0.9, populations=[None, 301, 2000, 40_000])
    for g, group in enumerate(scores):
        assert rows(found, g) == [
            judged(i.estimate, 0.85, operator, group.population, group.counted) for i in group.items
        ]
    outcomes = {OUTCOMES[code] for code in found.outcome.ravel()}
    assert outcomes == {Outcome.REACHED, Outcome.NOT_REACHED, Outcome.CANNOT_TELL}
    assert np.isfinite(found.more_answers).any() == (operator in (">=", ">"))


def test_every_array_has_groups_and_items() -> None:
    found = panel(counted(tally_of(*(random_codes(seed, 30) for seed in range(3)))))
    arrays = (found.value, found.n, found.effective_n, found.lower, found.upper, found.outcome, found.more_answers)
    assert {array.shape for array in arrays} == {(3, len(RATED))}
    assert found.outcome.dtype == np.int8


def test_no_groups_give_empty_arrays() -> None:
    found = panel(counted(tally_of()), populations=[], target=[])
    assert found.value.shape == found.outcome.shape == (0, len(RATED))


def test_without_a_target_nothing_is_held() -> None:
    found = panel(counts([40, 0], [36, 0], 40))
    assert found.outcome.tolist() == [[NOT_HELD, NOT_HELD]]
    assert np.isnan(found.more_answers).all()
    assert found.value[0, 0] == 0.9


def test_too_few_answers_give_no_rate() -> None:
    given_counts = counts([20, 19, 20], [20, 19, 0], 30)
    found = panel(given_counts, target=0.5, fewest=20)
    assert found.n.tolist() == [[20, 19, 20]]
    for array in (found.value, found.effective_n, found.lower, found.upper):
        assert np.isnan(array).tolist() == [[False, True, False]]
    assert [OUTCOMES[code] for code in found.outcome[0]] == [Outcome.REACHED, Outcome.NO_DATA, Outcome.NOT_REACHED]
    assert panel(given_counts, target=0.5).value[0].tolist() == [1, 1, 0]


def test_one_answer_is_a_rate_unless_more_are_asked_for() -> None:
    assert panel(counts([1, 2], [1, 0], 2)).value.tolist() == [[1, 0]]


def test_a_census_has_no_width_and_needs_no_more() -> None:
    found = panel(counts([50], [46], 50), populations=[50], target=0.9)
    assert found.lower == found.upper == found.value == 0.92
    assert found.effective_n == math.inf
    assert OUTCOMES[found.outcome[0, 0]] is Outcome.REACHED
    assert np.isnan(found.more_answers).all()


def test_answers_outside_the_scale_are_not_counted() -> None:
    codes = np.zeros((4, LAYOUT.closed), np.uint8)
    codes[:, LAYOUT.rated[0]] = (3, 4, 10, 0)
    found = counted(tally_of(codes))
    assert (found.answered[0, 0], found.satisfied[0, 0], found.respondents[0]) == (2, 1, 4)
    assert not found.answered[0, 1:].any()


@pytest.mark.parametrize(
    ("answered", "satisfied", "people"),
    [
        ([10], [11], 20),
        ([10], [-1], 20),
        ([10], [5], 9),
        ([10, 10], [5], 20),
    ],
)
def test_counts_that_cannot_be_are_refused(answered: list[int], satisfied: list[int], people: int) -> None:
    with pytest.raises(ValueError, match="respondents"):
        counts(answered, satisfied, people)


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="groups"):
        Counts(answered=np.array([1]), satisfied=np.array([1]), respondents=np.array([1]))
    with pytest.raises(ValueError, match="groups"):
        Counts(answered=np.array([[1]]), satisfied=np.array([[1]]), respondents=np.array([1, 1]))
    with pytest.raises(ValueError, match="one row per group"):
        counted(count(LAYOUT, random_codes(1, 5)))
    given_counts = counts([10, 10], [5, 5], 10)
    with pytest.raises(ValueError, match="per group"):
        panel(given_counts, populations=[20, 20])
    with pytest.raises(ValueError, match="per group"):
        panel(given_counts, target=[0.9, 0.9])


def test_methods_that_do_not_exist_are_refused() -> None:
    given_counts = counts([10], [5], 10)
    with pytest.raises(ValueError, match="operator"):
        panel(given_counts, target=0.9, operator="=")
    with pytest.raises(ValueError, match="level"):
        panel(given_counts, level=1.0)
    with pytest.raises(ValueError, match="at least one"):
        panel(given_counts, fewest=0)
