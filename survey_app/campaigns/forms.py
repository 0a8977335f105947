"""What Home Affairs enters about a campaign."""

from flask_wtf.file import FileField, FileRequired
from wtforms import IntegerField, SelectField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from survey_app.forms import BAD_DAY, NEEDED, Day, Line, StaffForm, Ticks, choices

CHANNELS = (
    ("A", "A – mã một lần trên giấy hẹn"),
    ("B", "B – ki-ốt hoặc điều tra viên"),
    ("C", "C – mã QR tại quầy, trực tuyến"),
)
DESIGNS = (
    ("open", "Người dân tự chọn trả lời (QR, trực tuyến)"),
    ("random", "Chọn ngẫu nhiên từng người đến giao dịch"),
    ("clustered", "Chọn ngẫu nhiên ngày tại từng quầy, hỏi mọi người trong ngày"),
)
MULTIPLICITIES = (
    ("none", "Xét từng đơn vị một"),
    ("sidak", "Xét mọi đơn vị của một bảng cùng lúc (Šidák, chặt hơn)"),
)
LOOKS = (
    ("once", "Một lần, khi đã thu đủ phiếu"),
    ("daily", "Xem hằng ngày (chặt hơn, cần nhiều phiếu hơn)"),
)
USUAL_RULES = "standard@1"
LEVELS = (("0.9", "90 %"), ("0.95", "95 %"), ("0.99", "99 %"))


class CampaignForm(StaffForm):
    title = Line("Tên đợt khảo sát", [DataRequired(NEEDED), Length(max=200)])
    definition_ref = SelectField("Phiếu khảo sát")
    starts_on = Day("Ngày bắt đầu", [InputRequired(BAD_DAY)])
    ends_on = Day("Ngày kết thúc (bỏ trống: đến khi đóng)", [Optional()])
    accepts = Ticks("Cách trả lời được nhận", choices=choices(CHANNELS))
    counts = Ticks("Cách trả lời được tính vào tỷ lệ chính thức", choices=choices(CHANNELS))
    confidence = SelectField("Độ tin cậy", choices=choices(LEVELS), default="0.95")
    method_ref = SelectField("Cách tính chỉ số")
    validity_ref = SelectField("Quy tắc phiếu hợp lệ", default=USUAL_RULES)
    design = SelectField("Cách chọn người trả lời", choices=choices(DESIGNS), default="open")
    multiplicity = SelectField("Kết luận của nhiều đơn vị", choices=choices(MULTIPLICITIES), default="none")
    looks = SelectField("Khi nào đọc kết luận", choices=choices(LOOKS), default="once")
    fewest = IntegerField(
        "Công bố từ (số phiếu)",
        [InputRequired(NEEDED), NumberRange(3, 100, "Từ 3 đến 100 phiếu.")],
        default=5,
    )
    targets = Ticks("Mục tiêu đối chiếu")
    fields = Ticks("Lĩnh vực (bỏ trống: mọi lĩnh vực)")
    units = Ticks("Đơn vị (bỏ trống: toàn tỉnh)", coerce=int)


class AimForm(StaffForm):
    """What answers shall be enough for, in the address of the page: whole percent."""

    margin = IntegerField(
        "Sai số (điểm phần trăm)", [InputRequired(NEEDED), NumberRange(1, 20, "Từ 1 đến 20.")], default=5
    )
    target = IntegerField("Mục tiêu (%)", [InputRequired(NEEDED), NumberRange(10, 99, "Từ 10 đến 99.")], default=90)
    alternative = IntegerField(
        "Cần phân biệt với (%)", [InputRequired(NEEDED), NumberRange(10, 99, "Từ 10 đến 99.")], default=85
    )

    def validate_alternative(self, entered: IntegerField) -> None:
        if self.target.data is not None and entered.data is not None and abs(entered.data - self.target.data) < 2:
            raise ValidationError("Hai tỷ lệ phải cách nhau ít nhất 2 điểm.")


class PopulationForm(StaffForm):
    file = FileField("Tệp XLSX hoặc CSV", [FileRequired("Chưa chọn tệp.")])
