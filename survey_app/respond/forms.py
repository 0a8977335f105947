"""A questionnaire as a form: one field per kind of question, from one registry. Paper adds what stands on the sheet."""

import datetime
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from questionnaires.coding import NOT_APPLICABLE, TWO_TICKS, Answer
from questionnaires.loader import questionnaire
from questionnaires.model import LEVELS, Item, Kind, Questionnaire
from survey_app.forms import BAD_DAY, Day, LibraryWords, Line
from survey_app.i18n import translate as _

SERVICE_FIELD = "service_field"
TICKET = "ticket"
PAPER_DAY, DOSSIER = "paper_day", "dossier"
OLDEST_PAPER = datetime.timedelta(days=365)

Unbound = Any  # WTForms gives an UnboundField, which it does not type


class Several(Field):
    """All values that were sent under one name."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = valuelist


Rules = list[Callable[[FlaskForm, Field], None]]


def _one(rules: Rules) -> Unbound:
    return StringField(validators=rules)


def _several(rules: Rules) -> Unbound:
    return Several(validators=rules)


FIELDS: Mapping[Kind, Callable[[Rules], Unbound]] = {
    Kind.RATING: _one,
    Kind.SINGLE: _one,
    Kind.MULTI: _several,
    Kind.NUMBER: _one,
    Kind.SHORT_TEXT: _one,
    Kind.LONG_TEXT: _one,
}


def _rules(item: Item, *, paper: bool) -> Rules:
    return [lambda form, field: check(item, form, field, paper=paper)]


def check(item: Item, form: FlaskForm, field: Field, *, paper: bool = False) -> None:
    """The shape of one answer, with a message that says what to do; what was left out on paper is left out."""
    given = field.data
    if given in (None, "", []):
        if item.required and _asked(item, form) and not (paper and item.closed):
            raise ValidationError(_("Xin chọn một câu trả lời.") if item.closed else _("Xin trả lời câu này."))
        return
    offered = _offered(item) | ({TWO_TICKS} if paper and item.kind is Kind.RATING else set())
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
def form_class(ref: str, choose_field: bool, *, paper: bool = False) -> type[FlaskForm]:
    """The form of a questionnaire version; its shape depends on nothing else."""
    items = questionnaire(ref).definition.items
    fields: dict[str, Unbound] = {item.code: FIELDS[item.kind](_rules(item, paper=paper)) for item in items}
    if choose_field:
        fields[SERVICE_FIELD] = StringField()
    if paper:
        fields[PAPER_DAY] = Day("Ngày ghi trên phiếu", [InputRequired(BAD_DAY)])
        fields[DOSSIER] = Line("Mã hồ sơ", [Length(max=60, message="Mã hồ sơ dài nhất 60 ký tự.")])
    # The ticket stands in for the session-bound token: citizens get no cookie.
    meta = type("Meta", (), {"csrf": False, "get_translations": lambda _meta, _form: LibraryWords()})
    return type("AnswerForm", (FlaskForm,), {**fields, TICKET: HiddenField(), "Meta": meta})


def sound(form: FlaskForm, today: datetime.date) -> bool:
    """Whether all that was sent has its shape; the day on a paper form must be within a year, and not to come."""

    def near(_form: FlaskForm, field: Field) -> None:
        if field.data is not None and not today - OLDEST_PAPER <= field.data <= today:
            raise ValidationError("Ngày trên phiếu phải trong vòng một năm và không sau hôm nay.")

    return bool(form.validate(extra_validators={PAPER_DAY: [near]} if PAPER_DAY in form else None))


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
