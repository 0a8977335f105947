"""What appraisers, the council and Home Affairs enter about marks and figures."""

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired

from survey_app.assessment.written import LONGEST_MINUTE, LONGEST_TEXT
from survey_app.forms import BAD_DAY, NEEDED, Day, Line, StaffForm, Ticks


class MarkForm(StaffForm):
    """One leaf of one unit; ``view`` is the page that it stands on."""

    points = Line("Điểm")
    deducted = Line("Điểm trừ")
    not_applicable = BooleanField("Không áp dụng")
    reason = StringField("Ý kiến")
    stage = HiddenField()
    edition = IntegerField(default=0)
    meeting = IntegerField()  # of the council alone
    view = HiddenField()


class AskForm(StaffForm):
    question = StringField("Nội dung cần giải trình")
    due = Day("Hạn giải trình", [InputRequired(BAD_DAY)])
    view = HiddenField()


class MeetingForm(StaffForm):
    held_on = Day("Ngày họp (ngày tổng hợp ý kiến)", [InputRequired(BAD_DAY)])
    in_writing = BooleanField("Lấy ý kiến bằng văn bản")
    attended = Ticks("Thành viên tham gia", coerce=int)
    minute = TextAreaField(
        "Nội dung biên bản", [DataRequired(NEEDED)], render_kw={"rows": 8, "maxlength": LONGEST_MINUTE}
    )


class CorrectionForm(StaffForm):
    leaf = SelectField("Tiêu chí", [DataRequired(NEEDED)])
    points = Line("Điểm đúng", [DataRequired(NEEDED)])
    reason = TextAreaField("Lý do", [DataRequired(NEEDED)], render_kw={"rows": 3, "maxlength": LONGEST_TEXT})


class FigureForm(StaffForm):
    """What stands beside the entries of a rule, which are read by their own names."""

    standard_error = Line("Sai số chuẩn (điểm phần trăm), nếu biết")
    source = Line("Nguồn số liệu")
    result_id = IntegerField()
    edition = IntegerField(default=0)


class TableForm(StaffForm):
    file = FileField("Tệp XLSX hoặc CSV", [FileRequired("Chưa chọn tệp.")])
