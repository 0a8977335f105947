"""What is entered about units and counters, and what a list's URL may ask for."""

import datetime
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField, SelectField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, Regexp

from survey_app.errors import Conflict, Rejected
from survey_app.forms import BAD_DAY, NEEDED, Day, Line, StaffForm, Ticks, choices
from survey_app.organisation.listing import ALIVE, ALL, CLOSED, LONGEST_TEXT, Asked
from survey_app.organisation.unit_imports import CODE
from survey_app.organisation.words import WORDS, in_words

EVERY_FIELD = ("", "Mọi lĩnh vực (người dân tự chọn)")
UNCHOSEN = ("", "– Không chọn –")
EXISTING, NEW = "existing", "new"
INTO = ((EXISTING, "Một đơn vị đang có"), (NEW, "Một đơn vị mới, thành lập từ ngày đó"))


def _number(value: str | int | None) -> int | None:
    return int(value) if value else None


def _day(label: str) -> Day:
    return Day(label, [InputRequired(BAD_DAY)])


def _code(*validators: Any) -> Line:
    return Line("Mã đơn vị", [*validators, Regexp(CODE.pattern + r"\Z", message=WORDS["bad_code"])])


class UnitForm(StaffForm):
    code = _code(DataRequired(NEEDED))
    name = Line("Tên đơn vị", [DataRequired(NEEDED), Length(max=200, message=WORDS["too_long"])])
    short = Line("Tên viết tắt", [Length(max=80, message=WORDS["too_long"])])
    level = SelectField("Cấp", [InputRequired(NEEDED)])
    parent_id = SelectField("Đơn vị cấp trên", [InputRequired(NEEDED)], coerce=_number)
    valid_from = _day("Ngày bắt đầu hoạt động")


class ClosingForm(StaffForm):
    last_day = _day("Ngày hoạt động cuối cùng")
    children_to = SelectField("Chuyển các đơn vị trực thuộc về", coerce=_number)
    successors = Ticks("Đơn vị kế tục", coerce=int)


class MergerForm(StaffForm):
    units = Ticks("Các đơn vị chấm dứt", coerce=int)
    day = _day("Ngày sáp nhập (đơn vị kế tục hoạt động từ ngày này)")
    into = RadioField("Đơn vị kế tục", choices=choices(INTO), default=EXISTING)
    successor = SelectField("Chọn đơn vị kế tục", coerce=_number)
    code = _code(Optional())
    name = Line("Tên đơn vị mới", [Length(max=200, message=WORDS["too_long"])])
    short = Line("Tên viết tắt", [Length(max=80, message=WORDS["too_long"])])
    level = SelectField("Cấp")
    parent_id = SelectField("Đơn vị cấp trên", coerce=_number)

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        """Only the chosen half must be filled in."""
        sound: bool = super().validate(extra_validators)
        for name in ("code", "name", "level", "parent_id") if self.into.data == NEW else ("successor",):
            if not self[name].data:
                self.refuse(name, NEEDED)
                sound = False
        return sound


class CounterForm(StaffForm):
    unit_id = SelectField("Đơn vị", [InputRequired(NEEDED)], coerce=_number)
    name = Line("Tên quầy", [DataRequired(NEEDED), Length(max=160, message=WORDS["too_long"])])
    place = Line("Vị trí", [Length(max=200, message=WORDS["too_long"])])
    field_key = SelectField("Lĩnh vực")
    opened_on = _day("Ngày mở")


class CounterClosingForm(StaffForm):
    day = _day("Đóng từ ngày")


class CounterMergerForm(StaffForm):
    into_id = SelectField("Quầy tiếp nhận", [InputRequired(NEEDED)], coerce=_number)
    day = _day("Từ ngày")


class ImportForm(StaffForm):
    file = FileField("Tệp XLSX hoặc CSV", [FileRequired("Chưa chọn tệp.")])


@contextmanager
def showing(form: StaffForm) -> Iterator[None]:
    """What a service refuses inside the block appears in the form; the form then has errors."""
    try:
        yield
    except Rejected as refusal:
        form.show(refusal, {reason: in_words(reason, refusal.details) for reason in refusal.problems.values()})
    except Conflict as conflict:
        form.form_errors.append(WORDS[conflict.reason])


def asked(args: Mapping[str, str]) -> Asked:
    """What a URL asks of a list; what it says wrongly is left out."""
    state, unit, page = args.get("state", ALIVE), args.get("unit", ""), args.get("page", "")
    return Asked(
        q=args.get("q", "").strip()[:LONGEST_TEXT],
        level=args.get("level", ""),
        unit=int(unit) if unit.isascii() and unit.isdigit() and len(unit) < 10 else None,
        state=state if state in (ALIVE, CLOSED, ALL) else ALIVE,
        sort=args.get("sort", ""),
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1,
    )


def first_day(form_day: datetime.date | None) -> datetime.date:
    """The day of a form that was found sound."""
    return form_day or datetime.date.min
