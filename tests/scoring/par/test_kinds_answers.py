from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.par.inputs import InputError, InputProblem
from scoring.par.kinds import evaluate, next_inputs, questions
from scoring.par.rules import read_rule

MAXIMUM = Decimal(6)
ITEMS = read_rule({"kind": "checklist", "items": [{"text_vi": f"yêu cầu {n}", "points": n / 4} for n in (0, 1, 2, 3)]})
CHOICE = read_rule(
    {"kind": "choice", "options": [["tiên phong", 6], {"name": "cải tiến", "points": 3, "up_to": True}, ["không", 0]]}
)
ticks = st.lists(st.booleans(), min_size=4, max_size=4)


@given(ticks, ticks)
def test_more_requirements_never_bring_less(met: list[bool], others: list[bool]) -> None:
    both = [one or other for one, other in zip(met, others, strict=True)]
    fewer, more = (evaluate(ITEMS, {"met": each}, MAXIMUM).points for each in (met, both))
    assert fewer is not None
    assert more is not None
    assert fewer <= more <= ITEMS.highest(MAXIMUM)


@given(ticks)
def test_step_by_step_every_requirement_with_points_is_met(met: list[bool]) -> None:
    inputs = {"met": met}
    for _ in range(3):
        inputs = dict(next_inputs(ITEMS, inputs, MAXIMUM) or inputs)
    assert evaluate(ITEMS, inputs, MAXIMUM).points == Decimal("1.5")
    assert next_inputs(ITEMS, inputs, MAXIMUM) is None


def test_the_appraiser_gives_points_up_to_the_cap_of_the_option() -> None:
    assert [question.name for question in questions(CHOICE)] == ["option", "points"]
    assert evaluate(CHOICE, {"option": "cải tiến", "points": "2.25"}, MAXIMUM).points == Decimal("2.25")
    with pytest.raises(InputError) as refused:
        evaluate(CHOICE, {"option": "cải tiến", "points": "3.01"}, MAXIMUM)
    assert (refused.value.problem, refused.value.name) == (InputProblem.OUT_OF_RANGE, "points")
    with pytest.raises(InputError, match="points: missing"):
        evaluate(CHOICE, {"option": "cải tiến"}, MAXIMUM)


def test_the_best_option_has_no_next_step() -> None:
    assert next_inputs(CHOICE, {"option": "tiên phong"}, MAXIMUM) is None


def test_the_form_asks_in_the_words_of_the_rule() -> None:
    rule = read_rule({"kind": "choice_na", "options": ["Đã ban hành", "Chưa", "Không thuộc thẩm quyền"]})
    first, second = questions(rule)
    assert (first.label, second.options) == ("Không thuộc thẩm quyền", ("Đã ban hành", "Chưa"))
    parts = questions(read_rule({"kind": "binary", "condition": "handled == found"}))
    assert [part.label for part in parts] == ["handled", "found"]
    (met,) = questions(read_rule({"kind": "all_of", "conditions": ["đủ", "đúng hạn"]}))
    assert met.options == ("đủ", "đúng hạn")
