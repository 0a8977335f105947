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

    def __init__(self, label: str, *validators: Any, fill: str, **more: Any) -> None:
        """`fill` is what a password manager puts here: "current-password" or "new-password"."""
        needed = [InputRequired(NEEDED), *validators]
        keys = {"autocomplete": fill}
        super().__init__(label, needed, filters=[lambda text: normal(text or "")], render_kw=keys, **more)


class SignInForm(StaffForm):
    username = Line("Tên đăng nhập", [DataRequired(NEEDED), Length(max=64)], render_kw={"autocomplete": "username"})
    password = Secret("Mật khẩu", Length(max=LONGEST), fill="current-password")


class PasswordForm(StaffForm):
    current = Secret("Mật khẩu hiện tại", Length(max=LONGEST), fill="current-password")
    new = Secret("Mật khẩu mới", Length(max=LONGEST), fill="new-password")
    again = Secret("Nhập lại mật khẩu mới", EqualTo("new", "Hai lần nhập không giống nhau."), fill="new-password")


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
