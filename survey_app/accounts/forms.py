"""What people type: sign-in, passwords, accounts."""

from wtforms import BooleanField, PasswordField, SelectField, StringField
from wtforms.validators import EqualTo, InputRequired, Length, Regexp

from survey_app.forms import NEEDED, StaffForm, choices
from survey_app.policy import Role

ROLE_NAMES = {
    Role.ADMINISTRATOR: "Quản trị hệ thống",
    Role.ANALYST: "Chuyên viên Sở Nội vụ",
    Role.APPRAISER: "Người thẩm định",
    Role.INSPECTOR: "Người tự chấm điểm của đơn vị",
    Role.SURVEYOR: "Điều tra viên",
    Role.LEADER: "Lãnh đạo (chỉ xem)",
}


class SignInForm(StaffForm):
    username = StringField("Tên đăng nhập", [InputRequired(NEEDED), Length(max=64)])
    password = PasswordField("Mật khẩu", [InputRequired(NEEDED), Length(max=128)])


class PasswordForm(StaffForm):
    current = PasswordField("Mật khẩu hiện tại", [InputRequired(NEEDED), Length(max=128)])
    new = PasswordField("Mật khẩu mới", [InputRequired(NEEDED), Length(max=128)])
    again = PasswordField(
        "Nhập lại mật khẩu mới", [InputRequired(NEEDED), EqualTo("new", "Hai lần nhập không giống nhau.")]
    )


class AccountForm(StaffForm):
    username = StringField(
        "Tên đăng nhập",
        [
            InputRequired(NEEDED),
            Length(min=3, max=64, message="Từ 3 đến 64 ký tự."),
            Regexp(r"^[\w.@-]+$", message="Chỉ dùng chữ, số, dấu chấm, gạch ngang, gạch dưới và @."),
        ],
    )
    name = StringField("Họ và tên", [InputRequired(NEEDED), Length(max=120)])
    role = SelectField("Vai trò", choices=choices((role.value, name) for role, name in ROLE_NAMES.items()))
    unit_id = SelectField("Đơn vị phụ trách", coerce=int)
    active = BooleanField("Đang hoạt động", default=True)
