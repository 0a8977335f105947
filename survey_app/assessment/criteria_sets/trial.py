"""A rule tried with sample entries: the points and the sentence that explains them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from questionnaires.par_checks import spoken
from questionnaires.par_nodes import Node
from scoring.par.inputs import InputError
from scoring.par.kinds import evaluate
from scoring.par.kinds_totals import Total
from scoring.par.parameters import RuleError
from scoring.par.steps import explain
from survey_app.assessment import entries
from survey_app.assessment.criteria_sets.faults import WHOLE_SET, rule_of, told


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a form asks to try a rule, and what came out: a sentence (``said``), or what is wrong (``fault``)."""

    fields: tuple[entries.Field, ...] = ()
    said: str = ""
    fault: str = ""


def trial(node: Node, sent: Mapping[str, Sequence[str]]) -> Trial | None:
    """The rule of a node with what was sent; None for a group and where points are given by hand."""
    if node.children or node.rule is None:
        return None
    try:
        rule = rule_of(node)
    except RuleError as error:
        return Trial(fault=f"Luật tính điểm chưa dùng được: {told(error)}")
    if rule is None or isinstance(rule, Total):
        return Trial(fault=f"Luật tính điểm chưa dùng được: {WHOLE_SET}")
    values = entries.read(rule, sent)
    shown = entries.fields(rule, node.inputs, values)
    if not values:
        return Trial(fields=shown)
    try:
        score = evaluate(rule, values, node.max)
    except InputError as error:
        return Trial(fields=shown, fault=entries.told(shown, error.name, error.problem))
    return Trial(fields=shown, said=f"{explain(score)} (tối đa {spoken(node.max)} điểm).")
