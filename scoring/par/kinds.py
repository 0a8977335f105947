"""Every kind of PAR Index rule under its name in the data, and what a rule asks and gives."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import ClassVar

from scoring.par.inputs import NOT_APPLICABLE, Ask, Entries, InputError, InputProblem, Inputs, Question
from scoring.par.kinds_answers import AllOf, Checklist, Choice, YesNo, YesNoNotApplicable
from scoring.par.kinds_counts import BaseStep, DeadlineTiers, Deduct, LatePenalty, Penalty, PerItem
from scoring.par.kinds_percents import ExternalPercent, Growth, Survey
from scoring.par.kinds_shares import CountSteps, Proportional, Tiers
from scoring.par.kinds_totals import BonusGroup, Total
from scoring.par.numbers import as_decimal
from scoring.par.parameters import Parameter, Rule, RuleError, RuleProblem, Shape
from scoring.par.steps import Score, Scored, step

SPOKEN = {"yes": "có", "no": "không"}  # branches that the data name in English


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditional(Rule):
    """One of several rules, by the branch that a unit is in ("có kế hoạch", "không có kế hoạch")."""

    branch_on: str
    branches: Mapping[str, Rule]
    PARAMETERS: ClassVar[tuple[Parameter, ...]] = (
        Parameter("branch_on", Shape.TEXT),
        Parameter("branches", Shape.BRANCHES),
    )

    def questions(self) -> tuple[Question, ...]:
        """The branch, then what the rules of the branches ask (only those of the chosen branch are needed)."""
        asked = {"branch": Question(name="branch", ask=Ask.OPTION, label=self.branch_on, options=tuple(self.branches))}
        for rule in self.branches.values():
            for question in rule.questions():
                asked.setdefault(question.name, question)
        return tuple(asked.values())

    def score(self, entries: Entries, maximum: Decimal) -> Scored:
        """The points by the rule of the branch."""
        branch = entries.option("branch", tuple(self.branches))
        scored = self.branches[branch].score(entries, maximum)
        return Scored(
            points=scored.points,
            steps=(step("branch", branch=SPOKEN.get(branch, branch)), *scored.steps),
            refused=scored.refused,
        )

    def better(self, entries: Entries, maximum: Decimal) -> Inputs | None:
        """The next step within the branch; a unit does not change its branch."""
        branch = entries.option("branch", tuple(self.branches))
        inputs = self.branches[branch].better(entries, maximum)
        return None if inputs is None else {**inputs, "branch": branch}

    def highest(self, maximum: Decimal) -> Decimal:
        """The best branch."""
        return max(rule.highest(maximum) for rule in self.branches.values())


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of rule: its Vietnamese title and the class that reads, scores and explains it."""

    title: str
    rule: type[Rule]


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "binary": Kind("Có hoặc không", YesNo),
        "choice_na": Kind("Có, không hoặc không áp dụng", YesNoNotApplicable),
        "all_of": Kind("Đạt đủ mọi yêu cầu", AllOf),
        "checklist": Kind("Cộng điểm từng yêu cầu đạt", Checklist),
        "choice": Kind("Chọn một mức", Choice),
        "deadline_tiers": Kind("Bậc theo thời hạn", DeadlineTiers),
        "tiers": Kind("Bậc theo tỷ lệ hoặc số lượng", Tiers),
        "count_steps": Kind("Bậc theo số lượng", CountSteps),
        "count": Kind("Điểm mỗi nội dung, có mức tối đa", PerItem),
        "ratio": Kind("Theo tỷ lệ, có mức sàn và mức đạt điểm tối đa", Proportional),
        "conditional": Kind("Theo từng trường hợp", Conditional),
        "deduct": Kind("Trừ dần theo số vi phạm", Deduct),
        "penalty": Kind("Trừ điểm cố định", Penalty),
        "late_penalty": Kind("Trừ điểm nộp muộn", LatePenalty),
        "bonus_group": Kind("Nhóm điểm thưởng", BonusGroup),
        "total": Kind("Tổng điểm và xếp loại", Total),
        "survey": Kind("Kết quả điều tra xã hội học", Survey),
        "external_pct": Kind("Tỷ lệ từ nguồn khác", ExternalPercent),
        "interpolate": Kind("Mức tăng so với mốc", Growth),
        "step": Kind("Điểm nền cộng theo bậc", BaseStep),
    }
)


def questions(rule: Rule) -> tuple[Question, ...]:
    """What has to be entered for a rule, in the order in which a form asks it.

    A rule that may not apply asks that first, as a yes or no named "not_applicable".

    Examples
    --------
    >>> [question.name for question in questions(YesNo(kind="binary", not_applicable="không phát sinh"))]
    ['not_applicable', 'answer']
    """
    if rule.not_applicable is None:
        return rule.questions()
    first = Question(name=NOT_APPLICABLE, ask=Ask.YES_NO, label=rule.not_applicable, required=False)
    return first, *rule.questions()


def evaluate(rule: Rule, inputs: Inputs, maximum: Decimal) -> Score:
    """Points of a unit by a rule.

    Parameters
    ----------
    rule : Rule
        As `scoring.par.rules.read_rule` makes it.
    inputs : mapping
        Entries by the names of `questions`: numbers (int, Decimal, float as written, or a numeral), booleans
        for yes and no, dates, lists of ticks. ``{"not_applicable": True}`` where the rule may not apply.
    maximum : Decimal
        Points of the criterion that the rule belongs to; penalties have none and ignore it.

    Returns
    -------
    Score

    Raises
    ------
    InputError
        If an entry is missing, unknown or cannot be; it names the entry and the problem.
    RuleError
        If the rule can give more than the maximum.

    Examples
    --------
    >>> from scoring.par.steps import explain
    >>> rule = Proportional(kind="ratio", floor=Decimal("0.8"), full_at=Decimal(1))
    >>> score = evaluate(rule, {"a": 34, "b": 40}, Decimal(2))
    >>> score.points, explain(score).replace("\u00a0", " ")
    (Decimal('1.7'), '34/40 = 85 %, từ 80 % đến dưới 100 %: 34/40 × 2 = 1,7 điểm')
    """
    check_maximum(rule, maximum)
    entries = Entries(inputs)
    scored = _not_applicable(rule) if _says_not_applicable(rule, entries) else rule.score(entries, maximum)
    points = None if scored.points is None else as_decimal(scored.points)
    return Score(points=points, exact=scored.points, maximum=maximum, steps=scored.steps, refused=scored.refused)


def next_inputs(rule: Rule, inputs: Inputs, maximum: Decimal) -> Inputs | None:
    """Entries of the next better outcome of a rule; each kind documents what that is in its ``better``.

    Parameters
    ----------
    rule : Rule
        As `evaluate`.
    inputs : mapping
        The entries now.
    maximum : Decimal
        Points of the criterion.

    Returns
    -------
    mapping or None
        None when there is nothing better, or when the rule does not apply.

    Raises
    ------
    InputError
        As `evaluate`.

    Examples
    --------
    >>> rule = Proportional(kind="ratio", floor=Decimal("0.8"), full_at=Decimal(1))
    >>> next_inputs(rule, {"a": 30, "b": 40}, Decimal(2))
    {'a': Decimal('32'), 'b': 40}
    """
    if not evaluate(rule, inputs, maximum).applies:
        return None
    return rule.better(Entries(inputs), maximum)


def check_maximum(rule: Rule, maximum: Decimal) -> None:
    """Refuse a rule that can give more than the points of its criterion.

    Parameters
    ----------
    rule : Rule
        To look at.
    maximum : Decimal
        Points of the criterion.

    Returns
    -------
    None

    Raises
    ------
    RuleError
        ABOVE_MAXIMUM.

    Examples
    --------
    >>> check_maximum(PerItem(kind="count", points_per_item=Decimal(1), cap=Decimal(3)), Decimal(2))
    Traceback (most recent call last):
    scoring.par.parameters.RuleError: count: above_maximum
    """
    highest = rule.highest(maximum)
    if highest > max(maximum, Decimal(0)):
        raise RuleError(RuleProblem.ABOVE_MAXIMUM, rule.kind)


def _says_not_applicable(rule: Rule, entries: Entries) -> bool:
    known = {question.name for question in questions(rule)}
    for name in entries.values:
        if name == NOT_APPLICABLE and name not in known:
            raise InputError(InputProblem.ALWAYS_APPLIES, name)
        if name not in known:
            raise InputError(InputProblem.UNKNOWN, name)
    return entries.has(NOT_APPLICABLE) and entries.yes(NOT_APPLICABLE)


def _not_applicable(rule: Rule) -> Scored:
    return Scored(points=None, steps=(step("not_applicable"),))
