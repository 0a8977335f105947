"""The rule in the form of a node: by fields or as text, what a button of it does, and what is wrong where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from questionnaires.loader import DefinitionError, plain_value
from questionnaires.par_yaml import in_lines
from scoring.par.numbers import exact
from scoring.par.parameters import RuleError
from scoring.par.rules import read_rule
from survey_app.assessment import entries
from survey_app.assessment.criteria_sets import rule_reading
from survey_app.assessment.criteria_sets.faults import told
from survey_app.assessment.criteria_sets.forms import NodeForm
from survey_app.assessment.criteria_sets.rule_fields import LEAF_KINDS, PREFIX, SHOWN, Fields, fields, spoken
from survey_app.assessment.criteria_sets.rule_shapes import Unshown
from survey_app.assessment.criteria_sets.rule_words import BY_HAND, SAYS
from survey_app.assessment.criteria_sets.sets import Clash

AS, DO = "rule_as", "do"
FIELDS, TEXT = "fields", "text"
KIND, ADD, DROP, UP = "kind", "add", "drop", "up"
TURNED = "Loại luật vừa đổi: điền các ô của loại mới rồi lưu."
TWICE = "Tên bị trùng: {}. Dòng sau đã được đánh số để không mất; sửa tên rồi lưu."
BROKEN = "Văn bản của luật sai cú pháp nên chưa chuyển sang biểu mẫu được."
ONLY_TEXT = "Luật này có phần mà biểu mẫu không hiện được, chỉ sửa được dạng văn bản."


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """How a page shows the rule: its ``fields`` (None: by hand), or as text and ``why`` when it must."""

    by: str
    fields: Fields | None = None
    why: str = ""
    says: str = BY_HAND
    kinds: tuple[tuple[str, str], ...] = tuple((title, SAYS[key]) for key, title in LEAF_KINDS)


class RuleEditor:
    """Puts what the fields say into the texts of the form; the texts alone count from there on.

    A form that says neither way is one of texts.
    """

    def __init__(self, form: NodeForm, sent: Mapping[str, str]) -> None:
        self.form = form
        self.does, _colon, self.row = sent.get(DO, "").partition(":")
        self.by = sent.get(AS, TEXT) if sent else FIELDS
        self.turned = False
        self.twice: tuple[str, ...] = ()
        if sent and self.by == FIELDS:
            self._take({name: text for name, text in sent.items() if name.startswith(f"{PREFIX}.")})
        if self.does in (FIELDS, TEXT):
            self.by = self.does

    def may_save(self) -> bool:
        """Whether nothing that was typed stands against saving."""
        if not self.form.validate():
            return False
        if self.turned:
            self.form.refuse("kind", TURNED)
        if self.twice:
            self.form.refuse("rule", TWICE.format(", ".join(self.twice)))
        return not (self.turned or self.twice)

    def view(self) -> RuleView:
        """The rule as the texts of the form have it now."""
        kind = self.form.kind.data or ""
        says = SAYS.get(kind, BY_HAND if not kind else "")
        if self.by != FIELDS:
            return RuleView(by=TEXT, says=says)
        if not kind:
            return RuleView(by=FIELDS)
        rule = _rule(kind, self.form.rule.data or "")
        if not rule:
            return RuleView(by=TEXT, says=says, why=BROKEN)
        fault = None if self.does in (KIND, ADD, DROP, UP) else self._fault(rule)
        try:
            found = fields(rule, fault=fault, more=self.row if self.does == ADD else "")
        except Unshown:
            return RuleView(by=TEXT, says=says, why=" ".join([ONLY_TEXT, *([f"{told(fault)}."] if fault else [])]))
        return RuleView(by=FIELDS, fields=found, says=says)

    def said(self, clashes: Sequence[Clash]) -> list[Clash]:
        """What someone else changed, kinds and rules in words."""
        now, typed = self.form.change().before.get("kind", ""), self.form.kind.data or ""
        kinds = next(
            ((clash.before, clash.now, clash.typed) for clash in clashes if clash.name == "kind"), (now, now, typed)
        )
        return [_in_words(clash, kinds) for clash in clashes]

    def _take(self, sent: Mapping[str, str]) -> None:
        change = {DROP: rule_reading.dropped, UP: rule_reading.raised}.get(self.does)
        kind, made_from = self.form.kind.data or "", self.form.change().before
        before = _rule(made_from.get("kind", ""), made_from.get("rule", ""))
        found = rule_reading.read(change(sent, self.row) if change else sent, kind, before)
        same = found.rule == before
        self.form.rule.data = made_from.get("rule", "") if same else _text(found.rule)
        self.turned = sent.get(f"{PREFIX}.{SHOWN}", "") != kind and rule_reading.lacking(found.rule)
        self.twice = found.twice

    def _fault(self, rule: Mapping[str, Any]) -> RuleError | None:
        try:
            read_rule(rule, maximum=_points(self.form.max.data or ""))
        except RuleError as error:
            return error
        return None


def _in_words(clash: Clash, kinds: tuple[str, str, str]) -> Clash:
    """A clash as people read it; ``kinds`` are those of the rule before, now and as typed."""
    if clash.name not in ("kind", "rule"):
        return clash
    found = (clash.before, clash.now, clash.typed)
    if clash.name == "kind":
        before, now, typed = (dict(LEAF_KINDS).get(key, key) for key in found)
    else:
        before, now, typed = (_spoken(kind, text) for kind, text in zip(kinds, found, strict=True))
    return replace(clash, before=before, now=now, typed=typed)


def _spoken(kind: str, text: str) -> str:
    """The text of a rule in words; itself when the form cannot show it."""
    try:
        return "\n".join(spoken(fields(_rule(kind, text))))
    except Unshown:
        return text


def _rule(kind: str, text: str) -> dict[str, Any]:
    """The rule of two texts of a node; nothing when they are none."""
    try:
        found = plain_value(text or "{}", "rule")
    except DefinitionError:
        return {}
    return {"kind": kind, **found} if kind and isinstance(found, dict) else {}


def _text(rule: Mapping[str, Any]) -> str:
    parameters = {key: each for key, each in rule.items() if key != "kind"}
    return in_lines(parameters) if parameters else ""


def _points(text: str) -> Decimal | None:
    try:
        return exact(entries.number(text))
    except ValueError:
        return None
