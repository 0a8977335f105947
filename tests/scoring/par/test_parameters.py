from decimal import Decimal

from scoring.par.inputs import Entries, Inputs, Question
from scoring.par.parameters import Parameter, Rule, RuleError, RuleProblem, Shape
from scoring.par.steps import Scored, step


class Given(Rule):
    """A kind with nothing of its own."""

    def questions(self) -> tuple[Question, ...]:
        return ()

    def score(self, entries: Entries, maximum: Decimal) -> Scored:
        return Scored(points=None, steps=(step("not_applicable"),))

    def better(self, entries: Entries, maximum: Decimal) -> Inputs | None:
        return None


def test_a_rule_gives_at_most_its_maximum_and_has_no_fault_unless_its_kind_says_so() -> None:
    rule = Given(kind="given")
    assert rule.highest(Decimal(2)) == 2
    assert rule.fault() is None
    assert (rule.text_vi, rule.not_applicable) == ("", None)


def test_a_parameter_fills_the_field_of_its_name_or_another() -> None:
    assert Parameter("floor", Shape.SHARE).fills == "floor"
    assert Parameter("round", Shape.WHOLE, "places").fills == "places"


def test_an_error_says_what_and_where() -> None:
    error = RuleError(RuleProblem.BAD_TIER, "tiers[0]")
    assert (error.problem, error.where, str(error)) == (RuleProblem.BAD_TIER, "tiers[0]", "tiers[0]: bad_tier")
