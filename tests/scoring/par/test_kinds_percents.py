from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.par.inputs import InputError, InputProblem
from scoring.par.kinds import evaluate, next_inputs, questions
from scoring.par.rules import read_rule

ONE = Decimal(1)
WEIGHTS = {"A": 100, "B": 60, "C": 20, "D": 0, "E": None}
SURVEY = read_rule({"kind": "survey", "weights": WEIGHTS})
GROWTH = read_rule({"kind": "interpolate"})
votes = st.fixed_dictionaries({name: st.integers(0, 50) for name in WEIGHTS})


@given(st.lists(votes, min_size=1, max_size=4))
def test_a_survey_is_the_mean_of_its_questions(questions_: list[dict[str, int]]) -> None:
    values = []
    for counts in questions_:
        answers = [int(WEIGHTS[name] or 0) for name, count in counts.items() if name != "E" for _ in range(count)]
        if not answers:
            with pytest.raises(InputError) as refused:
                evaluate(SURVEY, {"votes": questions_}, ONE)
            assert refused.value.problem is InputProblem.NO_VOTES
            return
        values.append(Fraction(sum(answers), 100 * len(answers)))
    assert evaluate(SURVEY, {"votes": questions_}, ONE).exact == sum(values) / len(values)


def test_no_question_is_no_survey() -> None:
    with pytest.raises(InputError, match="votes: no_votes"):
        evaluate(SURVEY, {"votes": []}, ONE)


@given(votes.filter(lambda counts: sum(counts[name] for name in "BCD") > 0))
def test_one_answer_moves_up_one_option(counts: dict[str, int]) -> None:
    after = next_inputs(SURVEY, {"votes": [counts]}, ONE)
    assert after is not None
    moved = after["votes"][0]  # type: ignore[index] # a tuple of counts
    assert sum(moved.values()) == sum(counts.values())
    assert sorted(moved[name] - counts[name] for name in WEIGHTS) == [-1, 0, 0, 0, 1]


def test_options_worth_the_same_are_one_step() -> None:
    rule = read_rule({"kind": "survey", "weights": {"A": 100, "B": 50, "B2": 50}})
    assert next_inputs(rule, {"votes": [{"B2": 1}]}, ONE) == {"votes": ({"A": 1, "B": 0, "B2": 0},)}


@given(st.integers(0, 2000), st.integers(1, 2000))
def test_growth_stays_between_nothing_and_the_maximum(value: int, base: int) -> None:
    inputs = {"value": value, "base": base, "low_percent": -10, "high_percent": 15}
    growth = Fraction(value, base) - 1
    found = evaluate(GROWTH, inputs, Decimal(2)).exact
    wanted = (growth + Fraction(1, 10)) / Fraction(1, 4) * 2
    assert found == min(max(wanted, 0), 2)
    after = next_inputs(GROWTH, inputs, Decimal(2))
    assert (after is None) == (growth >= Fraction(3, 20))


@pytest.mark.parametrize(
    ("changed", "problem", "name"),
    [
        ({"base": 0}, InputProblem.ZERO_DENOMINATOR, "base"),
        ({"value": -1}, InputProblem.NEGATIVE, "value"),
        ({"high_percent": 2}, InputProblem.BOUNDS_REVERSED, "high_percent"),
        ({"low_percent": "?"}, InputProblem.NOT_A_NUMBER, "low_percent"),
    ],
)
def test_growth_that_cannot_be_is_named(changed: dict[str, object], problem: InputProblem, name: str) -> None:
    inputs = {"value": 108, "base": 100, "low_percent": 2, "high_percent": 12, **changed}
    with pytest.raises(InputError) as refused:
        evaluate(GROWTH, inputs, ONE)
    assert (refused.value.problem, refused.value.name) == (problem, name)


def test_marks_fixed_in_the_rule_are_not_asked() -> None:
    assert [each.name for each in questions(GROWTH)] == ["value", "base", "low_percent", "high_percent"]
    fixed = read_rule({"kind": "interpolate", "low": 0, "high": 0.1})
    assert [each.name for each in questions(fixed)] == ["value", "base"]
    one = read_rule({"kind": "interpolate", "low": 0})
    assert evaluate(one, {"value": 105, "base": 100, "high_percent": 10}, ONE).points == Decimal("0.5")


@given(st.decimals(0, 100, places=2), st.decimals(0, 20, places=1))
def test_an_external_percentage_is_its_share_of_the_maximum(percent: Decimal, maximum: Decimal) -> None:
    found = evaluate(read_rule({"kind": "external_pct"}), {"percent": percent}, maximum)
    assert found.exact == Fraction(percent) * Fraction(maximum) / 100
