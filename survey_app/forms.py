"""The base of staff forms: problems found by a service appear at their field, in words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (  # type: ignore[attr-defined]  # SelectChoice is newer than the stubs
    DateField,
    SelectChoice,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from survey_app.errors import Rejected
from survey_app.typed import EARLIEST, LATEST, one_line

NEEDED = "Mục này cần được điền."
BAD_DAY = "Ngày không đúng."


def choices(pairs: Iterable[tuple[object, str]]) -> list[SelectChoice]:
    """Pairs of value and words, as WTForms wants them."""
    return [SelectChoice(str(value), label) for value, label in pairs]


# What WTForms says by itself; it has no Vietnamese.
LIBRARY_WORDS = {
    "Not a valid choice.": "Hãy chọn lại trong danh sách.",
    "Invalid Choice: could not coerce.": "Hãy chọn lại trong danh sách.",
    "Invalid choice(s): one or more data inputs could not be coerced.": "Hãy chọn lại trong danh sách.",
    "'%(value)s' is not a valid choice for this field.": "Hãy chọn lại trong danh sách.",
    "'%(value)s' are not valid choices for this field.": "Hãy chọn lại trong danh sách.",
    "Not a valid integer value.": "Hãy điền một số nguyên.",
    "Not a valid date value.": "Ngày không đúng.",
    "Field cannot be longer than %(max)d characters.": "Viết ngắn hơn: nhiều nhất %(max)d ký tự.",
}


class LibraryWords:
    """The translations that WTForms asks for."""

    def gettext(self, message: str) -> str:
        return LIBRARY_WORDS.get(message, message)

    def ngettext(self, one: str, many: str, number: int) -> str:
        return self.gettext(many)


class Line(StringField):
    """Text in one line, without invisible characters."""

    def __init__(self, label: str, validators: Sequence[Any] = (), **more: Any) -> None:
        super().__init__(label, [*validators], filters=[lambda text: one_line(text or "")], **more)


class Day(DateField):
    """A day within the years that make sense here."""

    def __init__(self, label: str, validators: Sequence[Any] = (), **more: Any) -> None:
        formats: Any = ["%Y-%m-%d", "%d/%m/%Y"]  # the stubs know one format only
        super().__init__(label, [*validators, _in_our_time], format=formats, **more)


class Ticks(SelectMultipleField):
    """A choice of several, as tick boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def _in_our_time(_form: object, field: DateField) -> None:
    if field.data is not None and not EARLIEST <= field.data <= LATEST:
        raise ValidationError(BAD_DAY)


class StaffForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    class Meta:
        def get_translations(self, _form: object) -> LibraryWords:
            return LibraryWords()

    def refuse(self, field: str, message: str) -> None:
        """Show a message at a field, beside what its validators found."""
        self[field].errors = [*self[field].errors, message]

    def show(self, refusal: Rejected, words: Mapping[str, str]) -> None:
        """Show each problem of a refusal at its field, or on top when the form has no such field."""
        for field, reason in refusal.problems.items():
            message = words.get(reason, reason)
            if field in self:
                self.refuse(field, message)
            else:
                self.form_errors.append(message)
