"""What people type: sign-in, passwords, accounts."""

from typing import Any

from wtforms import BooleanField, PasswordField, SelectField
from wtforms.validators import DataRequired, EqualTo, InputRequired, Length, Regexp

from survey_app.accounts.passwords import LONGEST, normal
from survey_app.forms import NEEDED, Line, StaffForm, choices
from survey_app.policy import Role

ROLE_NAMES = {
    Role.ADMINISTRATOR: "Quản trị hệ thống",
    Role.ANALYST: "Chuyên viên Sở Nội vụ",
    Role.APPRAISER: "Người thẩm định",
    Role.INSPECTOR: "Người tự chấm điểm của đơn vị",
    Role.SURVEYOR: "Điều tra viên",
    Role.LEADER: "Lãnh đạo (chỉ xem)",
}


class Secret(PasswordField):
    """A password in one spelling, before it is measured: keyboards differ."""

    def __init__(self, label: str, *validators: Any, **more: Any) -> None:
        needed = [InputRequired(NEEDED), *validators]
        super().__init__(label, needed, filters=[lambda text: normal(text or "")], **more)


class SignInForm(StaffForm):
    username = Line("Tên đăng nhập", [DataRequired(NEEDED), Length(max=64)])
    password = Secret("Mật khẩu", Length(max=LONGEST))


class PasswordForm(StaffForm):
    current = Secret("Mật khẩu hiện tại", Length(max=LONGEST))
    new = Secret("Mật khẩu mới", Length(max=LONGEST))
    again = Secret("Nhập lại mật khẩu mới", EqualTo("new", "Hai lần nhập không giống nhau."))


class AccountForm(StaffForm):
    username = Line(
        "Tên đăng nhập",
        [
            DataRequired(NEEDED),
            Length(min=3, max=64, message="Từ 3 đến 64 ký tự."),
            Regexp(r"[\w.@-]+\Z", message="Chỉ dùng chữ, số, dấu chấm, gạch ngang, gạch dưới và @."),
        ],
    )
    name = Line("Họ và tên", [DataRequired(NEEDED), Length(max=120)])
    role = SelectField("Vai trò", choices=choices((role.value, name) for role, name in ROLE_NAMES.items()))
    unit_id = SelectField("Đơn vị phụ trách", coerce=int)
    active = BooleanField("Đang hoạt động", default=True)
