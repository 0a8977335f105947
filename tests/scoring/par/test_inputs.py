import datetime
from collections.abc import Callable
from decimal import Decimal

import pytest

from scoring.par.inputs import Entries, InputError, InputProblem


def test_entries_are_read_as_what_they_are() -> None:
    day = datetime.date(2025, 12, 15)
    entered = Entries({"a": 1.5, "n": "3", "late": -2, "p": 82.3, "no": False, "day": day, "text": "2025-12-15"})
    assert entered.amount("a") == Decimal("1.5")
    assert entered.whole("n") == 3
    assert entered.days("late") == -2
    assert entered.number("late") == -2
    assert entered.percent("p") == Decimal("82.3")
    assert entered.yes("no") is False
    assert entered.date("day") == entered.date("text") == day
    assert entered.has("no")
    assert not entered.has("none")
    assert entered.but(n=4)["n"] == 4
    assert entered.values["n"] == "3"


def test_lists_are_read_member_by_member() -> None:
    entered = Entries({"met": [True, False], "members": (1, 0.5), "votes": [{"A": 2}, {"B": 1}], "option": "x"})
    assert entered.ticks("met", 2) == (True, False)
    assert entered.points("members") == (1, Decimal("0.5"))
    assert entered.votes("votes", ("A", "B")) == ({"A": 2, "B": 0}, {"A": 0, "B": 1})
    assert entered.option("option", ("x", "y")) == "x"


@pytest.mark.parametrize(
    ("read", "value", "problem"),
    [
        (lambda e: e.number("x"), None, InputProblem.MISSING),
        (lambda e: e.number("x"), "abc", InputProblem.NOT_A_NUMBER),
        (lambda e: e.amount("x"), -0.1, InputProblem.NEGATIVE),
        (lambda e: e.whole("x"), 0.5, InputProblem.NOT_WHOLE),
        (lambda e: e.whole("x"), -1, InputProblem.NEGATIVE),
        (lambda e: e.days("x"), 1.5, InputProblem.NOT_WHOLE),
        (lambda e: e.percent("x"), -1, InputProblem.OUT_OF_RANGE),
        (lambda e: e.percent("x"), 100.01, InputProblem.OUT_OF_RANGE),
        (lambda e: e.yes("x"), 1, InputProblem.NOT_YES_NO),
        (lambda e: e.date("x"), "15/12/2025", InputProblem.NOT_A_DATE),
        (lambda e: e.date("x"), 20251215, InputProblem.NOT_A_DATE),
        (lambda e: e.date("x"), datetime.datetime(2025, 12, 15, tzinfo=datetime.UTC), InputProblem.NOT_A_DATE),
        (lambda e: e.listed("x"), "ab", InputProblem.NOT_A_LIST),
        (lambda e: e.ticks("x", 2), [True], InputProblem.WRONG_LENGTH),
        (lambda e: e.ticks("x", 1), ["yes"], InputProblem.NOT_YES_NO),
        (lambda e: e.points("x"), [-1], InputProblem.NEGATIVE),
        (lambda e: e.option("x", ("a",)), "b", InputProblem.NOT_AN_OPTION),
        (lambda e: e.option("x", ("a",)), ["a"], InputProblem.NOT_AN_OPTION),
        (lambda e: e.votes("x", ("A",)), ["A"], InputProblem.NOT_A_LIST),
        (lambda e: e.votes("x", ("A",)), [{"Z": 1}], InputProblem.NOT_AN_OPTION),
        (lambda e: e.votes("x", ("A",)), [{"A": -1}], InputProblem.NEGATIVE),
    ],
)
def test_what_is_wrong_is_named(read: Callable[[Entries], object], value: object, problem: InputProblem) -> None:
    with pytest.raises(InputError, match=f"x: {problem}") as refused:
        read(Entries({"x": value}))
    assert refused.value.problem is problem
    assert refused.value.name == "x"
