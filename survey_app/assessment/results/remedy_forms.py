"""What is entered of a task of a remedy plan."""

from wtforms import IntegerField, SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from survey_app.assessment.results.remedies import LONGEST_REASON, TaskDraft
from survey_app.forms import BAD_DAY, NEEDED, Day, Line, StaffForm
from survey_app.typed import EARLIEST

NONE = ("", "– Không có –")


def _number(value: str | int | None) -> int | None:
    return int(value) if value else None


class WithdrawalForm(StaffForm):
    """Why a task is not to be done; the page says from which ``edition`` of the task."""

    reason = TextAreaField("Lý do rút", [DataRequired(NEEDED), Length(max=LONGEST_REASON)], render_kw={"rows": 2})
    edition = IntegerField(default=0)


class RemedyForm(StaffForm):
    leaf = SelectField("Tiêu chí mất điểm", [InputRequired(NEEDED)])
    task = TextAreaField("Nhiệm vụ khắc phục", [DataRequired(NEEDED), Length(max=2000)])
    responsible = Line("Người hoặc bộ phận chịu trách nhiệm", [DataRequired(NEEDED), Length(max=200)])
    due = Day("Hạn hoàn thành", [InputRequired(BAD_DAY)])
    done_on = Day("Ngày hoàn thành (bỏ trống: chưa xong)", [Optional()])
    evidence_id = SelectField("Tài liệu chứng minh hoàn thành", coerce=_number)
    edition = IntegerField(default=0)

    def draft(self) -> TaskDraft:
        """What a sound form says."""
        return TaskDraft(
            leaf=self.leaf.data,
            task=(self.task.data or "").strip(),
            responsible=self.responsible.data or "",
            due=self.due.data or EARLIEST,
            done_on=self.done_on.data,
            evidence_id=self.evidence_id.data,
        )
