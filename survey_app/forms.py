"""The base of staff forms: problems found by a service appear at their field, in words."""

from collections.abc import Iterable, Mapping

from flask_wtf import FlaskForm
from wtforms import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from survey_app.errors import Rejected

NEEDED = "Mục này cần được điền."


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
