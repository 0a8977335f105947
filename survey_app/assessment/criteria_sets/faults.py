"""What keeps a criteria set from being used: what does not add up, rules that cannot score."""

from collections.abc import Iterator
from functools import lru_cache

from questionnaires.loader import parse
from questionnaires.par_drafts import CriteriaDraft, Fault
from questionnaires.par_nodes import Node
from questionnaires.par_trees import rule_data
from scoring.par.kinds import questions
from scoring.par.kinds_totals import Total
from scoring.par.parameters import Rule, RuleError, RuleProblem
from scoring.par.rules import read_rule
from survey_app.assessment.criteria_sets.rule_words import place

PROBLEMS = {
    RuleProblem.NOT_A_RULE: "phải là bảng khóa của một luật",
    RuleProblem.UNKNOWN_KIND: "không có loại luật này",
    RuleProblem.UNKNOWN_PARAMETER: "luật loại này không có tham số này",
    RuleProblem.MISSING_PARAMETER: "thiếu tham số này",
    RuleProblem.NOT_A_NUMBER: "phải là số",
    RuleProblem.NOT_WHOLE: "phải là số nguyên",
    RuleProblem.NOT_A_TEXT: "phải là chữ",
    RuleProblem.NOT_A_LIST: "phải là danh sách",
    RuleProblem.NOT_YES_NO: "phải là true hoặc false",
    RuleProblem.NOT_AN_OPTION: "không thuộc danh sách cho phép",
    RuleProblem.EMPTY: "không được để trống",
    RuleProblem.TWICE: "có phần tử bị trùng",
    RuleProblem.OUT_OF_RANGE: "nằm ngoài khoảng cho phép",
    RuleProblem.OUT_OF_ORDER: "không đúng thứ tự",
    RuleProblem.BAD_TIER: "bậc điểm không đúng dạng",
    RuleProblem.BAD_SUM: "cộng lại không bằng điểm tối đa",
    RuleProblem.ABOVE_MAXIMUM: "có thể cho nhiều điểm hơn điểm tối đa của tiêu chí",
}
WHOLE_SET = "loại luật này chỉ dùng cho cả bộ tiêu chí"


@lru_cache(maxsize=64)
def stored(body: str) -> CriteriaDraft:
    """A set as it is stored, whether or not it adds up."""
    return parse(body, CriteriaDraft, name="criteria_set").definition


def faults(draft: CriteriaDraft) -> tuple[Fault, ...]:
    """Everything that keeps a set from being used; nothing for a sound one."""
    return (*draft.listed, *_rules(draft))


def rule_of(node: Node) -> Rule | None:
    """The rule of a leaf, None when it is scored by hand; RuleError when it cannot score."""
    data = rule_data(node)
    return None if data is None else read_rule(data, maximum=node.max)


def told(error: RuleError) -> str:
    """What is wrong with a rule, in words, with the place in it; that it gives too much has no place."""
    if error.problem is RuleProblem.ABOVE_MAXIMUM:
        return PROBLEMS[error.problem]
    return f"{place(error.where)}: {PROBLEMS[error.problem]}"


def _rules(draft: CriteriaDraft) -> Iterator[Fault]:
    for spot in draft.leaves:
        number = spot.node.id
        try:
            rule = rule_of(spot.node)
        except RuleError as error:
            yield Fault(number=number, part="rule", vi=f"{number}: luật tính điểm, {told(error)}")
            continue
        if isinstance(rule, Total):
            yield Fault(number=number, part="kind", vi=f"{number}: {WHOLE_SET}")
        elif rule is not None:
            yield from _labels(spot.node, rule)


def _labels(node: Node, rule: Rule) -> Iterator[Fault]:
    asked = {question.name for question in questions(rule)}
    for entry in node.inputs:
        if entry.key not in asked:
            vi = f"{node.id}: luật tính điểm không hỏi số liệu {entry.key}"
            yield Fault(number=node.id, part="inputs", vi=vi)
