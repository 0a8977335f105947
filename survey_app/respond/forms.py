"""A questionnaire as a form: one field per kind of question, from one registry."""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, StringField
from wtforms.validators import ValidationError

from questionnaires.coding import NOT_APPLICABLE, Answer
from questionnaires.loader import questionnaire
from questionnaires.model import LEVELS, Item, Kind, Questionnaire
from survey_app.i18n import translate as _

SERVICE_FIELD = "service_field"
TICKET = "ticket"

Unbound = Any  # WTForms gives an UnboundField, which it does not type


class Several(Field):
    """All values that were sent under one name."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = valuelist


def _one(item: Item) -> Unbound:
    return StringField(validators=_rules(item))


def _several(item: Item) -> Unbound:
    return Several(validators=_rules(item))


FIELDS: Mapping[Kind, Callable[[Item], Unbound]] = {
    Kind.RATING: _one,
    Kind.SINGLE: _one,
    Kind.MULTI: _several,
    Kind.NUMBER: _one,
    Kind.SHORT_TEXT: _one,
    Kind.LONG_TEXT: _one,
}


def _rules(item: Item) -> list[Callable[[FlaskForm, Field], None]]:
    return [lambda form, field: check(item, form, field)]


def check(item: Item, form: FlaskForm, field: Field) -> None:
    """The shape of one answer, with a message that says what to do."""
    given = field.data
    if given in (None, "", []):
        if item.required and _asked(item, form):
            raise ValidationError(_("Xin chọn một câu trả lời.") if item.closed else _("Xin trả lời câu này."))
        return
    offered = _offered(item)
    if offered and not offered.issuperset([given] if isinstance(given, str) else given):
        raise ValidationError(_("Câu trả lời này không có trong phiếu. Xin chọn lại."))
    if item.most is not None and len(set(given)) > item.most:
        raise ValidationError(_("Xin chọn nhiều nhất %(most)d ý.") % {"most": item.most})
    if item.kind is Kind.NUMBER:
        _check_number(item, given)
    if item.longest is not None and len(given) > item.longest:
        raise ValidationError(_("Xin viết ngắn hơn: nhiều nhất %(longest)d chữ cái.") % {"longest": item.longest})


def _offered(item: Item) -> set[str]:
    """The codes to choose from; none for what is typed."""
    if item.kind is Kind.RATING:
        offered = {str(level) for level in range(1, LEVELS + 1)}
    else:
        offered = {option.code for option in item.options}
    return offered | ({NOT_APPLICABLE} if item.not_applicable else set())


def _check_number(item: Item, given: str) -> None:
    low, high = item.minimum or 0, item.maximum or 0
    text = given.strip()
    if not text.isdecimal() or len(text) > 9 or not low <= int(text) <= high:
        message = _("Xin viết một số từ %(low)d đến %(high)d, không kèm chữ.")
        raise ValidationError(message % {"low": low, "high": high})


def _asked(item: Item, form: FlaskForm) -> bool:
    return item.only_if is None or form[item.only_if.item].data in item.only_if.options


@lru_cache(maxsize=32)
def form_class(ref: str, choose_field: bool) -> type[FlaskForm]:
    """The form of a questionnaire version; its shape depends on nothing else."""
    fields: dict[str, Unbound] = {item.code: FIELDS[item.kind](item) for item in questionnaire(ref).definition.items}
    if choose_field:
        fields[SERVICE_FIELD] = StringField()
    # The ticket stands in for the session-bound token: citizens get no cookie.
    meta = type("Meta", (), {"csrf": False})
    return type("AnswerForm", (FlaskForm,), {**fields, TICKET: HiddenField(), "Meta": meta})


def answers(form: FlaskForm, definition: Questionnaire) -> Iterator[tuple[str, Answer]]:
    """What was answered, item by item, in the types that the coding takes."""
    for item in definition.items:
        given = form[item.code].data
        if given in (None, "", []):
            continue
        if item.kind is Kind.NUMBER:
            yield item.code, int(given)
        else:
            yield item.code, tuple(given) if isinstance(given, list) else given
