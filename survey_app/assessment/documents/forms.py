"""What is entered about a document."""

from flask_wtf.file import FileField, FileRequired
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from survey_app.assessment.documents.evidence import Details
from survey_app.forms import NEEDED, Day, Line, StaffForm, Ticks
from survey_app.typed import one_line

FILE = "Tệp PDF, DOCX, XLSX, JPEG hoặc PNG, nhiều nhất 20 MB"
LONG = "Viết ngắn hơn: nhiều nhất %(max)d ký tự."


class DetailsForm(StaffForm):
    number = Line("Số, ký hiệu", [Length(max=80, message=LONG)])
    issued_on = Day("Ngày ban hành", [Optional()])
    issuer = Line("Cơ quan ban hành", [Length(max=200, message=LONG)])
    summary = TextAreaField("Trích yếu", [DataRequired(NEEDED), Length(max=1000, message=LONG)])
    url = Line("Địa chỉ nơi văn bản được đăng", [Length(max=500, message=LONG)])
    note = Line("Ghi chú", [Length(max=500, message=LONG)])
    before = StringField("")

    def details(self) -> Details:
        return Details(
            number=self.number.data or "",
            issued_on=self.issued_on.data,
            issuer=self.issuer.data or "",
            summary=one_line(self.summary.data or ""),
            url=self.url.data or "",
            note=self.note.data or "",
        )


class EvidenceForm(DetailsForm):
    file = FileField(FILE)
    leaves = Ticks("Dùng cho các tiêu chí")


class VersionForm(StaffForm):
    file = FileField(FILE, [FileRequired("Chưa chọn tệp.")])
