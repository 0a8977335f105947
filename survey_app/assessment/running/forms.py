"""What Home Affairs enters of a round: title, year, dates, a set for each block; extensions; people."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from wtforms import IntegerField, SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from survey_app.assessment.rounds import RoundDraft
from survey_app.assessment.running.board import Asked
from survey_app.assessment.running.collecting import LONGEST_REASON
from survey_app.assessment.running.staffing import LONGEST_TITLE
from survey_app.assessment.running.words import DATE_NAMES, FILTERS, WORDS
from survey_app.errors import Conflict, NotOpen, Rejected
from survey_app.forms import BAD_DAY, NEEDED, Day, Line, StaffForm, choices

NO_SET = ("", "– Không đánh giá khối này –")
EVERY_FIELD, EVERY_UNIT = ("", "Mọi lĩnh vực"), ("", "Mọi đơn vị")
UNCHOSEN = ("", "– Chọn –")
SET = "set_"  # before the block's key in the name of its field


def _number(value: str | int | None) -> int | None:
    return int(value) if value else None


class RoundForm(StaffForm):
    title = Line("Tên kỳ đánh giá", [DataRequired(NEEDED), Length(max=200)])
    year = IntegerField("Năm đánh giá", [InputRequired(NEEDED), NumberRange(2011, 2100, "Từ 2011 đến 2100.")])
    score_until = Day(DATE_NAMES["score_until"], [InputRequired(BAD_DAY)])
    approve_until = Day(DATE_NAMES["approve_until"], [InputRequired(BAD_DAY)])
    appraise_until = Day(DATE_NAMES["appraise_until"], [InputRequired(BAD_DAY)])
    explain_until = Day(DATE_NAMES["explain_until"], [InputRequired(BAD_DAY)])
    settle_until = Day(DATE_NAMES["settle_until"], [InputRequired(BAD_DAY)])
    publish_until = Day(DATE_NAMES["publish_until"], [InputRequired(BAD_DAY)])

    @property
    def set_fields(self) -> list[SelectField]:
        """The choice of a set for each block."""
        return [each for each in self if each.name.startswith(SET)]


class ExtensionForm(StaffForm):
    until = Day("Gia hạn đến hết ngày", [InputRequired(BAD_DAY)])
    reason = TextAreaField("Lý do", [DataRequired(NEEDED), Length(max=500)])


class CollectionForm(StaffForm):
    reason = TextAreaField("Lý do", [DataRequired(NEEDED), Length(max=LONGEST_REASON)])


class DutyForm(StaffForm):
    account_id = SelectField("Người thẩm định", [InputRequired(NEEDED)], coerce=_number)
    field = SelectField("Lĩnh vực")
    unit_id = SelectField("Đơn vị", coerce=_number)


class SeatForm(StaffForm):
    member_id = SelectField("Thành viên", [InputRequired(NEEDED)], coerce=_number)
    title = Line("Chức danh trong hội đồng", [Length(max=LONGEST_TITLE)])


def round_form(
    blocks: Sequence[tuple[str, str]], sets: Mapping[str, Sequence[tuple[int, str]]], **start: object
) -> RoundForm:
    """The form of a round with a choice of sets for each of these blocks."""
    chosen = {
        f"{SET}{block}": SelectField(name, choices=choices([NO_SET, *sets.get(block, ())]), coerce=_number)
        for block, name in blocks
    }
    made: RoundForm = type("BlocksForm", (RoundForm,), chosen)(data=start)
    return made


def draft(form: RoundForm) -> RoundDraft:
    """What a sound form holds."""
    return RoundDraft(
        title=form.title.data or "",
        year=form.year.data or 0,
        dates={name: form[name].data or datetime.date.min for name in DATE_NAMES},
        sets={each.name.removeprefix(SET): each.data for each in form.set_fields if each.data is not None},
    )


@contextmanager
def showing(form: StaffForm) -> Iterator[None]:
    """What a service refuses inside the block appears in the form, which keeps what was typed."""
    try:
        yield
    except Rejected as refusal:
        form.show(refusal, WORDS)
    except (Conflict, NotOpen) as refusal:
        form.form_errors.append(WORDS[refusal.reason])


def asked(args: Mapping[str, str]) -> Asked:
    """What a URL asks of the board; what it says wrongly is left out."""
    state, page = args.get("state", ""), args.get("page", "")
    return Asked(
        block=args.get("block", ""),
        state=state if state in FILTERS else "",
        sort=args.get("sort", ""),
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1,
    )
