"""The reader that makes a PAR Index rule of plain data (JSON, YAML): strict, exact, and naming what is wrong."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from scoring.par.kinds import KINDS, check_maximum
from scoring.par.kinds_answers import YesNoNotApplicable
from scoring.par.parameters import Rule, RuleError, RuleProblem, Shape
from scoring.par.shapes import READERS, keys, text

# May stand beside the parameters of any rule: where it comes from, not what it does.
NOTES = frozenset({"basis", "verified", "note", "source"})
COMMON = frozenset({"kind", "text_vi", "not_applicable"})


def read_rule(data: object, *, maximum: Decimal | None = None) -> Rule:
    """Rule from plain data.

    Parameters
    ----------
    data : mapping
        ``kind`` (a key of `scoring.par.kinds.KINDS`), the parameters of the kind beside it, and where wanted
        ``text_vi`` (the wording), ``not_applicable`` (in which case the rule does not apply) and notes.
        Numbers as written: 0.3 is exactly three tenths.
    maximum : Decimal, optional
        Points of the criterion; with it a rule that can give more is refused.

    Returns
    -------
    Rule

    Raises
    ------
    RuleError
        With the problem and the place in the data.

    Examples
    --------
    >>> rule = read_rule({"kind": "ratio", "floor": 0.8, "full_at": 1, "text_vi": "dưới 80%: 0"})
    >>> rule.floor
    Decimal('0.8')
    >>> read_rule({"kind": "tiers", "tiers": [{"gte": 0.3, "points": "1,5"}], "otherwise": 0})
    Traceback (most recent call last):
    scoring.par.parameters.RuleError: tiers[0].points: not_a_number
    """
    rule = _read(data, "")
    if maximum is not None:
        check_maximum(rule, maximum)
    return rule


def _read(data: object, where: str) -> Rule:
    if not isinstance(data, Mapping):
        raise RuleError(RuleProblem.NOT_A_RULE, where.rstrip(".") or "rule")
    if "kind" not in data:
        raise RuleError(RuleProblem.MISSING_PARAMETER, f"{where}kind")
    kind = data["kind"]
    if not isinstance(kind, str) or kind not in KINDS:
        raise RuleError(RuleProblem.UNKNOWN_KIND, f"{where}kind")
    found = KINDS[kind].rule(kind=kind, **_values(KINDS[kind].rule, data, where))
    fault = found.fault()
    if fault is not None:
        raise RuleError(fault[0], f"{where}{fault[1]}")
    return found


def _values(rule: type[Rule], data: Mapping[str, Any], where: str) -> dict[str, Any]:
    required = {parameter.name for parameter in rule.PARAMETERS if parameter.required}
    optional = {parameter.name for parameter in rule.PARAMETERS} | NOTES | COMMON | rule.NOTES
    keys(data, where.rstrip("."), required, frozenset(optional))
    values: dict[str, Any] = {
        parameter.fills: _value(parameter.shape, data[parameter.name], f"{where}{parameter.name}")
        for parameter in rule.PARAMETERS
        if parameter.name in data
    }
    for name in ("text_vi", "not_applicable"):
        if name in data:
            values[name] = text(data[name], f"{where}{name}")
    if rule is YesNoNotApplicable:
        values.setdefault("not_applicable", values["options"][2])
    if where and "not_applicable" in values:  # it is the whole rule that does not apply, never a branch of it
        raise RuleError(RuleProblem.UNKNOWN_PARAMETER, f"{where}not_applicable")
    return values


def _value(shape: Shape, value: object, where: str) -> Any:
    return _branches(value, where) if shape is Shape.BRANCHES else READERS[shape](value, where)


def _branches(value: object, where: str) -> dict[str, Rule]:
    if not isinstance(value, Mapping):
        raise RuleError(RuleProblem.NOT_A_RULE, where)
    if not value:
        raise RuleError(RuleProblem.EMPTY, where)
    return {text(name, where): _read(rule, f"{where}.{name}.") for name, rule in value.items()}
