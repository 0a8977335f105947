from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.disclosure import HIDDEN, withhold
from scoring.results import ChoiceScore, Estimate, GroupScore, Reason
from scoring.satisfaction import Single, score
from scoring.tally import Layout, count, stack
from tests.scoring.samples import LAYOUT, RATED, Codes, plan, random_codes, respondents, tally_of

MORE = replace(LAYOUT, numbers=1, choices=(2,))
OF_MORE = replace(plan("F3"), numbers=("WAIT",), choices=("WISH",), singles=(Single("HOW", 0, 2),))


def group(codes: Codes, *, layout: Layout = MORE, counted: int | None = None) -> GroupScore:
    """Everybody waited ten minutes or more and wished the first."""
    kept = len(codes) if counted is None else counted
    mask = np.arange(len(codes)) < kept
    minutes = [10 + i for i in range(kept)]
    tally = count(layout, codes, counted=mask, numbers=[minutes], choices=[[[1]] * kept])
    return score(stack(layout, [tally]), OF_MORE, ["x"])[0]


def everything(found: GroupScore) -> list[Estimate]:
    parts = (*found.factors, *found.items, *found.numbers)
    return [found.index, found.overall, *(part.estimate for part in parts)]


def full(n: int) -> Codes:
    codes = np.full((n, LAYOUT.closed), 4, np.uint8)
    codes[:, 0] = 1
    return codes


def test_a_group_that_is_large_enough_stays_as_it_is() -> None:
    found = group(full(5))
    assert withhold(found, fewest=5) == found


def test_a_small_group_loses_every_number() -> None:
    found = withhold(group(full(4)), fewest=5)
    assert found.withheld
    assert (found.received, found.counted) == (0, 0)
    assert set(everything(found)) == {HIDDEN}
    assert HIDDEN.reason is Reason.WITHHELD
    assert {item.distribution for item in found.items} == {None}
    assert {(c.answered, c.shares, c.reason) for c in found.choices} == {(0, None, Reason.WITHHELD)}
    assert found.key == "x"


def test_a_group_of_one_is_marked_as_withheld() -> None:
    found = withhold(group(full(1)), fewest=2)
    assert (found.withheld, found.received, found.counted) == (True, 0, 0)


def test_an_empty_group_hides_nothing() -> None:
    found = group(full(0))
    assert withhold(found, fewest=5) == found
    assert not withhold(found, fewest=5).withheld


def test_questions_with_few_answers_are_hidden_one_by_one() -> None:
    codes = full(20)
    place = LAYOUT.rated[RATED.index("B0")]
    codes[4:, place] = 10  # only four were asked
    codes[:, LAYOUT.rated[0]] = 0  # nobody answered: nothing to hide
    codes[3:, 0] = 0
    found = withhold(group(codes), fewest=5)
    assert not found.withheld
    assert found.received == 20
    by_code = {item.code: item for item in found.items}
    assert by_code["B0"].estimate == HIDDEN
    assert by_code["B0"].distribution is None
    assert by_code["A1"].estimate.reason is Reason.NO_ANSWERS
    assert by_code["A1"].distribution is not None
    assert by_code["A2"].estimate.n == 20
    # By the rule F3 the factor is that question: it must not give away what the question hides.
    assert [factor.estimate == HIDDEN for factor in found.factors] == [False, True]
    assert found.index.n == 20
    assert [choice.reason for choice in found.choices] == [Reason.WITHHELD, None]


def test_a_large_group_of_which_few_count_shows_no_rate() -> None:
    found = withhold(group(full(20), counted=3), fewest=5)
    assert found.received == 20
    assert set(everything(found)) == {HIDDEN}
    assert {choice.reason for choice in found.choices} == {Reason.WITHHELD}


@pytest.mark.parametrize("fewest", [0, -1])
def test_a_threshold_below_one_is_refused(fewest: int) -> None:
    with pytest.raises(ValueError, match="threshold"):
        withhold(group(full(5)), fewest=fewest)


def test_nothing_is_too_small_for_a_threshold_of_one() -> None:
    found = group(full(1))
    assert withhold(found, fewest=1) == found


@given(respondents(30), st.integers(1, 12), st.sampled_from(["F1", "F2", "F3"]))
def test_nothing_shown_rests_on_fewer_answers(codes: Codes, fewest: int, rule: str) -> None:
    [found] = score(tally_of(codes), plan(rule), ["x"])
    shown = withhold(found, fewest=fewest)
    for estimate in everything(shown):
        assert estimate.value is None or estimate.n >= fewest
    for item in shown.items:
        assert item.distribution is None or item.distribution.valid == 0 or item.distribution.valid >= fewest
    assert withhold(shown, fewest=fewest) == shown


def test_a_choice_with_few_answers_loses_its_shares() -> None:
    found = group(random_codes(1, 30))
    few = ChoiceScore(code="Z", answered=4, shares=(0.25, 0.75))
    shown = withhold(replace(found, choices=(few,)), fewest=5)
    assert shown.choices == (ChoiceScore(code="Z", answered=0, shares=None, reason=Reason.WITHHELD),)
