"""The base of staff forms: problems found by a service appear at their field, in words."""

from collections.abc import Iterable, Mapping

from flask_wtf import FlaskForm
from wtforms import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from survey_app.errors import Rejected

NEEDED = "Mục này cần được điền."


def choices(pairs: Iterable[tuple[object, str]]) -> list[SelectChoice]:
    """Pairs of value and words, as WTForms wants them."""
    return [SelectChoice(str(value), label) for value, label in pairs]


class StaffForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
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
