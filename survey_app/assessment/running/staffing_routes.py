"""Who appraises what in a round, and who sits in its council."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from survey_app import web
from survey_app.assessment.room import room
from survey_app.assessment.running import queries, staffing
from survey_app.assessment.running.forms import EVERY_FIELD, EVERY_UNIT, UNCHOSEN, DutyForm, SeatForm, showing
from survey_app.assessment.running.words import WORDS
from survey_app.errors import Conflict
from survey_app.forms import choices
from survey_app.policy import Action
from survey_app.web import access


@room.get("/rounds/<int:round_id>/staff")
@access(Action.MANAGE_ROUNDS)
def round_staff(round_id: int) -> ResponseReturnValue:
    return _page(round_id, DutyForm(formdata=None), SeatForm(formdata=None))


@room.post("/rounds/<int:round_id>/duties")
@access(Action.MANAGE_ROUNDS)
def duty_assign(round_id: int) -> ResponseReturnValue:
    form = DutyForm()
    _fill(round_id, form)
    if form.validate_on_submit():
        given = (form.account_id.data or 0, form.field.data or "", form.unit_id.data)
        with showing(form), web.transaction() as opened:
            staffing.assign(opened, web.actor(), round_id, *given, web.now())
        if not (form.errors or form.form_errors):
            flash("Đã phân công.")
            return redirect(url_for(".round_staff", round_id=round_id))
    return _page(round_id, form, SeatForm(formdata=None)), 422


@room.post("/rounds/<int:round_id>/duties/<int:duty_id>/relieve")
@access(Action.MANAGE_ROUNDS)
def duty_relieve(round_id: int, duty_id: int) -> ResponseReturnValue:
    try:
        with web.transaction() as opened:
            staffing.relieve(opened, web.actor(), round_id, duty_id, web.now())
        flash("Đã bỏ phân công. Điểm đã thẩm định vẫn giữ nguyên.")
    except Conflict as conflict:
        flash(WORDS[conflict.reason])
    return redirect(url_for(".round_staff", round_id=round_id))


@room.post("/rounds/<int:round_id>/seats")
@access(Action.MANAGE_ROUNDS)
def council_seat(round_id: int) -> ResponseReturnValue:
    form = SeatForm()
    _fill_members(round_id, form)
    if form.validate_on_submit():
        with showing(form), web.transaction() as opened:
            given = (form.member_id.data or 0, form.title.data or "")
            staffing.seat(opened, web.actor(), round_id, *given, web.now())
        if not (form.errors or form.form_errors):
            flash("Đã thêm thành viên hội đồng.")
            return redirect(url_for(".round_staff", round_id=round_id))
    return _page(round_id, DutyForm(formdata=None), form), 422


@room.post("/rounds/<int:round_id>/seats/<int:member_id>/leave")
@access(Action.MANAGE_ROUNDS)
def council_leave(round_id: int, member_id: int) -> ResponseReturnValue:
    try:
        with web.transaction() as opened:
            staffing.unseat(opened, web.actor(), round_id, member_id, web.now())
        flash("Đã đưa thành viên ra khỏi hội đồng.")
    except Conflict as conflict:
        flash(WORDS[conflict.reason])
    return redirect(url_for(".round_staff", round_id=round_id))


def _page(round_id: int, duty: DutyForm, member: SeatForm) -> str:
    found = _fill(round_id, duty)
    _fill_members(round_id, member)
    with web.reading() as opened:
        page = queries.page(opened, web.actor(), round_id)
    return render_template("assessment/staff.html", row=page.row, found=found, duty=duty, member=member)


def _fill(round_id: int, form: DutyForm) -> staffing.Staff:
    with web.reading() as opened:
        found = staffing.staff(opened, web.actor(), round_id)
    form.account_id.choices = choices([UNCHOSEN, *found.appraisers])
    form.field.choices = choices([EVERY_FIELD, *found.fields])
    form.unit_id.choices = choices([EVERY_UNIT, *found.units])
    return found


def _fill_members(round_id: int, form: SeatForm) -> None:
    with web.reading() as opened:
        found = staffing.staff(opened, web.actor(), round_id)
    form.member_id.choices = choices([UNCHOSEN, *found.members])
