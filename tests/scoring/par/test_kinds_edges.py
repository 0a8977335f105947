"""Rules of the PAR index at their exact bounds, the questions they ask, and the steps they name."""

import datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from scoring.par.inputs import Ask, Question
from scoring.par.kinds import evaluate, next_inputs, questions
from scoring.par.parameters import RuleError, RuleProblem, Shape
from scoring.par.rules import read_rule
from scoring.par.shapes import READERS
from scoring.par.steps import Score, explain, numeral

MAXIMUM = Decimal(25)
LATE = {"kind": "late_penalty", "first_days": 2, "first_penalty": -1, "per_day_after": -1}


def scored(rule: dict[str, object], inputs: dict[str, object], maximum: Decimal = MAXIMUM) -> Score:
    return evaluate(read_rule(rule), inputs, maximum)


def codes(found: Score) -> list[str]:
    return [each.code for each in found.steps]


def test_days_may_be_left_out_by_who_did_not_do_it() -> None:
    rule = read_rule(
        {"kind": "deadline_tiers", "tiers": [{"lte": 9, "points": 1}], "otherwise": 0, "input": "ngày ban hành"}
    )
    assert questions(rule) == (
        Question(name="days", ask=Ask.DAYS, label="ngày ban hành", required=False),
        Question(name="not_done", ask=Ask.YES_NO, required=False),
    )


def test_a_waiver_is_asked_for_by_its_words_and_may_be_left_out() -> None:
    asked = questions(read_rule(LATE | {"waiver": "bằng văn bản"}))
    assert asked[2:] == (Question(name="waived", ask=Ask.YES_NO, label="bằng văn bản", required=False),)


def test_a_penalty_is_asked_for_by_who_decides_it() -> None:
    rule = {"kind": "penalty", "points": -2, "decided_by": "Hội đồng thẩm định"}
    assert questions(read_rule(rule)) == (Question(name="answer", ask=Ask.YES_NO, label="Hội đồng thẩm định"),)
    for happened, word in ((True, "Có"), (False, "Không")):
        assert scored(rule, {"answer": happened}).steps[0].values == {"answer": word}


def test_what_just_reaches_a_cap_is_not_cut() -> None:
    step = {"kind": "step", "base_at": 10, "base_points": 1, "step": 5, "step_points": 1, "cap": 3}
    assert [codes(scored(step, {"n": n}))[-1] for n in (20, 25)] == ["steps", "steps_capped"]
    group = {"kind": "bonus_group", "cap": 3}
    assert [codes(scored(group, {"members": [1, last]}))[-1] for last in (2, 3)] == ["points", "capped"]


def test_the_base_may_be_the_cap_and_below_it_there_is_no_step() -> None:
    flat = {"kind": "step", "base_at": 10, "base_points": 3, "step": 1, "step_points": 1, "cap": 3}
    assert scored(flat, {"n": 50}).exact == 3
    assert [scored(flat | {"base_points": 1}, {"n": n}).exact for n in (0, 9, 10, 11)] == [1, 1, 1, 2]


@pytest.mark.parametrize(
    ("due", "last"), [("2025-12-19", "2025-12-20"), ("2025-12-20", "2025-12-20"), ("2025-12-21", "2026-12-20")]
)
def test_the_last_day_is_the_first_of_its_date_from_the_due_day_on(due: str, last: str) -> None:
    rule = LATE | {"reject_after": "12-20"}
    day = datetime.date.fromisoformat(last)
    assert not scored(rule, {"due_on": due, "submitted_on": day}).refused
    assert scored(rule, {"due_on": due, "submitted_on": day + datetime.timedelta(days=1)}).refused


def test_growth_at_the_highest_mark_has_no_next_step_and_before_it_the_next_percent() -> None:
    rule = read_rule({"kind": "interpolate", "low": 0, "high": 0.15})
    assert next_inputs(rule, {"value": 115, "base": 100}, MAXIMUM) is None
    assert next_inputs(rule, {"value": 108, "base": 100}, MAXIMUM) == {"value": 109, "base": 100}
    assert next_inputs(rule, {"value": 50, "base": 100}, MAXIMUM) == {"value": 101, "base": 100}
    steep = read_rule({"kind": "interpolate", "low": 0, "high": 2})
    assert next_inputs(steep, {"value": 399, "base": 200}, MAXIMUM) == {"value": 400, "base": 200}  # 99.5 %, 100 %
    finer = next_inputs(rule, {"value": 7, "base": Decimal("6.5")}, MAXIMUM)  # 7.7 %: 8 % of 6.5 is 7.02
    assert finer == {"value": Decimal("7.1"), "base": Decimal("6.5")}
    finest = next_inputs(rule, {"value": Decimal("7.001"), "base": Decimal("6.5")}, MAXIMUM)
    assert finest == {"value": Decimal("7.020"), "base": Decimal("6.5")}


@pytest.mark.parametrize("limits", [[5, 5], [5, 4]])
def test_limits_leave_room_between_them(limits: list[int]) -> None:
    with pytest.raises(RuleError) as refused:
        READERS[Shape.LIMITS](limits, "here")
    assert refused.value.problem is RuleProblem.OUT_OF_ORDER


def test_a_number_just_below_a_round_one_is_not_written_as_it() -> None:
    assert numeral(Fraction(795, 10) - Fraction(1, 300_000)) == "79,499997"
    assert numeral(80 - Fraction(1, 300_000)) == "79,999997"


def test_a_capped_sum_says_so() -> None:
    words = [explain(scored({"kind": "bonus_group", "cap": 3}, {"members": [1, last]})) for last in (2, 3)]
    assert words[0] != words[1]


def test_a_yes_or_no_is_asked_for_by_its_condition_and_a_comparison_by_its_sides() -> None:
    assert questions(read_rule({"kind": "binary", "condition": "Ban hành đúng hạn"}))[0].label == "Ban hành đúng hạn"
    compared = questions(read_rule({"kind": "binary", "condition": "đã đăng == phải đăng (== kế hoạch)"}))
    assert [each.label for each in compared] == ["đã đăng", "phải đăng (== kế hoạch)"]


def test_the_other_questions_of_a_survey_stay_as_they_are() -> None:
    rule = read_rule({"kind": "survey", "weights": {"A": 100, "B": 0}})
    votes = [{"A": 2, "B": 1}, {"A": 0, "B": 3}, {"A": 3, "B": 0}, {"A": 1, "B": 1}]
    found = next_inputs(rule, {"votes": votes}, MAXIMUM)
    assert found == {"votes": (votes[0], {"A": 1, "B": 2}, votes[2], votes[3])}


@pytest.mark.parametrize(
    ("a", "b", "wanted"),
    [("5", "6.5", "5.9"), ("5.01", "6.5", "5.85"), ("5", "7", "7")],  # 90 % of 6.5 is 5.85, of 7 is 6.3
)
@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "tiers", "tiers": [{"gte": 0.9, "points": 2}], "otherwise": 0},
        {"kind": "ratio", "floor": 0.9, "full_at": 1},
        {"kind": "ratio", "floor": 0, "full_at": 0.9},
    ],
)
def test_a_next_share_is_as_fine_as_the_finer_of_its_numbers(
    rule: dict[str, object], a: str, b: str, wanted: str
) -> None:
    found = next_inputs(read_rule(rule), {"a": Decimal(a), "b": Decimal(b)}, MAXIMUM)
    assert found is not None
    assert str(found["a"]) == wanted


def test_a_floor_at_the_full_mark_is_all_or_nothing() -> None:
    rule: dict[str, object] = {"kind": "ratio", "floor": 0.8, "full_at": 0.8}
    assert [scored(rule, {"a": a, "b": 10}).exact for a in (7, 8, 9)] == [0, 25, 25]


def test_marks_of_growth_leave_room_between_them() -> None:
    with pytest.raises(RuleError, match="high: out_of_order"):
        read_rule({"kind": "interpolate", "low": 0.1, "high": 0.1})


def test_a_total_asks_for_its_base_and_takes_the_rest_where_there_is_any() -> None:
    rule = {"kind": "total", "bonus_cap": 2}
    assert [(each.name, each.required) for each in questions(read_rule(rule))] == [
        ("base", True),
        ("bonus", False),
        ("deducted", False),
    ]
    found = [codes(scored(rule, {"base": 80, "bonus": bonus}, Decimal(100)))[1] for bonus in (2, 3)]
    assert found == ["bonus", "bonus_capped"]
    rule = {"kind": "total", "penalty_cap": 2}
    found = [codes(scored(rule, {"base": 80, "deducted": off}, Decimal(100)))[1] for off in (2, 3)]
    assert found == ["deducted", "deducted_capped"]
    assert codes(scored({"kind": "total"}, {"base": 80, "deducted": 3}, Decimal(100)))[1] == "deducted"


def test_a_floor_at_the_start_leaves_it_and_what_just_reaches_a_floor_is_not_raised() -> None:
    rule: dict[str, object] = {"kind": "deduct", "start": 5, "per_violation": 1, "floor": 5}
    assert scored(rule, {"n": 3}).exact == 5
    found = [codes(scored(rule | {"floor": 2}, {"n": n}))[-1] for n in (3, 4)]
    assert found == ["subtracted", "subtracted_to"]


def test_a_survey_asks_for_its_options_and_rounds_a_percentage_that_is_given() -> None:
    rule: dict[str, object] = {"kind": "survey", "weights": {"A": 100, "B": 0, "C": None}}
    assert questions(read_rule(rule))[0].options == ("A", "B", "C")
    assert scored({"kind": "survey", "round": 1}, {"percent": Decimal("33.3")}).exact == Fraction("8.3")  # 8.325
