import pytest

from scoring.command.problems import Problem, check_method


def test_a_problem_says_where_it_is() -> None:
    assert str(Problem("ô trống", "empty")) == "ô trống (empty)"
    everywhere = Problem("ô trống", "empty", file="a.csv", column="", row="dòng 2", place="x.y")
    assert str(everywhere) == "tệp a.csv, cột “”, dòng 2, mục x.y: ô trống (empty)"


def test_a_method_is_one_of_those_there_are() -> None:
    check_method(None, ["wilson"])
    check_method("wilson", ["wilson"])
    with pytest.raises(Problem, match=r"wilson, wald.*no such method here: beta"):
        check_method("beta", ["wilson", "wald"])
