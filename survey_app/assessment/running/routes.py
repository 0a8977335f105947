"""Rounds: the list that everybody begins at, make, change, open, publish."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey_app import web
from survey_app.assessment import rounds
from survey_app.assessment.room import room
from survey_app.assessment.running import queries
from survey_app.assessment.running.forms import RoundForm, draft, round_form, showing
from survey_app.assessment.running.words import DATE_NAMES, LOOKS, ROUND_STATES, WORDS
from survey_app.assessment.unit.words import STATES
from survey_app.errors import Conflict, Rejected
from survey_app.policy import Action
from survey_app.web import access

NAMES = {"states": STATES, "round_states": ROUND_STATES, "looks": LOOKS, "date_names": DATE_NAMES}


@room.get("/rounds", endpoint="rounds")
@access(Action.READ_ASSESSMENTS)
def list_() -> ResponseReturnValue:
    actor, today = web.actor(), web.now().date()
    with web.reading() as opened:
        rows = queries.listed(opened, actor)
        own = queries.own(opened, actor, today) if queries.has_own(actor) else ()
    shown = {"own": own, "manages": actor.may(Action.MANAGE_ROUNDS), "today": today}
    return render_template("assessment/rounds.html", rows=rows, **shown, **NAMES)


@room.route("/rounds/new", methods=["GET", "POST"])
@access(Action.MANAGE_ROUNDS)
def round_new() -> ResponseReturnValue:
    form = _form(year=web.now().year - 1)
    if form.validate_on_submit():
        with showing(form), web.transaction() as opened:
            round_id = rounds.create(opened, web.actor(), draft(form), web.now())
        if not (form.errors or form.form_errors):
            flash("Đã tạo kỳ đánh giá. Các đơn vị chỉ thấy khi kỳ được mở.")
            return redirect(url_for(".round_page", round_id=round_id))
    return render_template("assessment/round_edit.html", form=form, row=None, **NAMES)


@room.get("/rounds/<int:round_id>")
@access(Action.MANAGE_ROUNDS)
def round_page(round_id: int) -> ResponseReturnValue:
    with web.reading() as opened:
        page = queries.page(opened, web.actor(), round_id)
        left_out = queries.left_out(opened, round_id, web.now().date())
    return render_template("assessment/round.html", page=page, row=page.row, left_out=left_out, **NAMES)


@room.route("/rounds/<int:round_id>/edit", methods=["GET", "POST"])
@access(Action.MANAGE_ROUNDS)
def round_edit(round_id: int) -> ResponseReturnValue:
    with web.reading() as opened:
        page = queries.page(opened, web.actor(), round_id)
    chosen = {f"set_{each.block}": each.set_id for each in page.sets}
    form = _form(title=page.row.title, year=page.row.year, **page.row.dates, **chosen)
    if form.validate_on_submit():
        with showing(form), web.transaction() as opened:
            rounds.edit(opened, web.actor(), round_id, draft(form), web.now())
        if not (form.errors or form.form_errors):
            flash("Đã lưu kỳ đánh giá.")
            return redirect(url_for(".round_page", round_id=round_id))
    return render_template("assessment/round_edit.html", form=form, row=page.row, **NAMES)


@room.post("/rounds/<int:round_id>/open")
@access(Action.MANAGE_ROUNDS)
def round_open(round_id: int) -> ResponseReturnValue:
    try:
        with web.transaction() as opened:
            units = rounds.open_round(opened, web.actor(), round_id, web.now())
        flash(f"Kỳ đánh giá đã mở cho {units} đơn vị. Các bộ tiêu chí của kỳ không sửa được nữa.")
    except Rejected as refusal:
        flash(" ".join(WORDS[reason].format(**refusal.details) for reason in refusal.problems.values()))
    except Conflict as conflict:
        flash(WORDS[conflict.reason])
    return redirect(url_for(".round_page", round_id=round_id))


@room.post("/rounds/<int:round_id>/units")
@access(Action.MANAGE_ROUNDS)
def round_admit(round_id: int) -> ResponseReturnValue:
    try:
        with web.transaction() as opened:
            rounds.admit(opened, web.actor(), round_id, request.form.get("unit", 0, type=int), web.now())
        flash("Đã thêm đơn vị vào kỳ đánh giá.")
    except Rejected as refusal:
        flash(" ".join(WORDS[reason] for reason in refusal.problems.values()))
    except Conflict as conflict:
        flash(WORDS[conflict.reason])
    return redirect(url_for(".round_page", round_id=round_id))


@room.post("/rounds/<int:round_id>/publish")
@access(Action.MANAGE_ROUNDS)
def round_publish(round_id: int) -> ResponseReturnValue:
    try:
        with web.transaction() as opened:
            units = rounds.publish(opened, web.actor(), round_id, web.now())
        flash(f"Đã công bố kết quả của {units} đơn vị.")
    except Conflict as conflict:
        flash(WORDS[conflict.reason])
    return redirect(url_for(".round_page", round_id=round_id))


def _form(**start: object) -> RoundForm:
    """The form of a round; with values that it starts from."""
    with web.reading() as opened:
        blocks, sets = queries.blocks(opened), queries.sets(opened)
    return round_form(blocks, sets, **start)
